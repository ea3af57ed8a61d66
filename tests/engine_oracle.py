"""A second reading of a scenario: one draw, one day after the other, with dictionaries and dates.

Written from ``shared/DESIGN.md`` §3 ("Order within a day") and the docstrings of rules, truces, events and
scenario, not from the engine: no arrays, no positions, nothing of tradesim is called. A scenario is only
read; the acts in force on a day are added up by the duty oracle.

What the text leaves open is settled here as follows.

- A truce *holds* an act between its parties that it names. A suspended act is law, and charged outside the
  truce, only if some truce holds it; otherwise it is charged once an outcome enacts it. A threat that is
  carried out has no end.
- Announced above the reference, by pair: of each act the highest level that is law, announced and not yet
  over, for as much as it exceeds that level on the day before the first: neither the end of an act nor an
  outcome that cuts it counts below nothing. A truce changes what is charged, not what was announced.
- A rule adds what is missing between what it wants and what the schedule has announced by itself, never less
  than nothing.
- A cap binds a ratchet too.
- ``start_truce`` without ``until`` starts a truce without an end. A truce that ended can be extended again.
- A truce that lapses takes what it held with it from the first day after it held it.
"""

import datetime as dt
import fnmatch
from types import SimpleNamespace

import oracle

CHARGES = {"ad_valorem", "specific"}
DUST = 1e-12
"""What rounding leaves of equal sums is no provocation."""


def play(scenario, chosen):
    """Live through one draw in which every event ends as ``chosen`` says.

    Returns one record per day: ``day``; ``duty``, ``announced``, ``answered`` by (importer, exporter);
    ``truces`` by name, whether in force.
    """
    codes = scenario.schedule.economies.codes
    pairs = [(i, j) for i in codes for j in codes if i != j]
    world = _opening(scenario)
    before = scenario.start - dt.timedelta(days=1)
    reference = _highest(_opening(scenario), before)
    past = []
    for day in oracle.days_between(scenario.start, scenario.end - dt.timedelta(days=1)):
        _events_happen(scenario, chosen, world, day)
        in_force = _truces_hold(world, day)
        scheduled = dict.fromkeys(pairs, 0.0)
        for act, level in _highest(world, day).items():
            scheduled[act[:2]] += max(0.0, level - reference.get(act, 0.0))
        answered = {pair: _answered(scenario, past, pair, scheduled, in_force) for pair in pairs}
        today = {
            "day": day,
            "announced": {pair: scheduled[pair] + answered[pair] for pair in pairs},
            "answered": answered,
            "truces": {name: name in in_force for name in world.windows},
        }
        past.append(today)
        today["duty"] = {
            pair: _law_duty(world, pair, day, in_force) + _surcharge(scenario, past, pair, in_force)
            for pair in pairs
        }
    return past


# The world before the first day ----------------------------------------------------------------------


def _opening(scenario):
    acts = [oracle.act_of(m) for m in scenario.schedule.measures]
    holds = {t.name: {k for k, act in enumerate(acts) if _is_held(act, t)} for t in scenario.truces}
    held = set().union(*holds.values())
    law = {k for k, act in enumerate(acts) if act["status"] == "enacted" or k in held}
    for act in acts:
        if act["status"] == "threatened":
            act["expires"] = None
    return SimpleNamespace(
        acts=acts,
        law=law,
        withdrawn=set(),
        holds=holds,
        windows={t.name: (t.start, t.end) for t in scenario.truces},
        parties={t.name: set(t.parties) for t in scenario.truces},
        lapsing={t.name for t in scenario.truces if t.at_end == "lapse"},
        has_held={t.name for t in scenario.truces if t.start < min(t.end, scenario.start)},
    )


def _names(act, pattern):
    return any(
        name == pattern or fnmatch.fnmatchcase(name, pattern) for name in (act["name"], act["authority"])
    )


def _is_held(act, truce):
    among = act["importer"] in truce.parties and act["exporter"] in truce.parties
    on_the_books = act["status"] in {"enacted", "suspended"} and act["instrument"] == "tariff"
    return among and on_the_books and any(_names(act, pattern) for pattern in truce.suspend)


# A day -----------------------------------------------------------------------------------------------


def _events_happen(scenario, chosen, world, day):
    for event in scenario.events:
        (outcome,) = (o for o in event.outcomes if o.name == chosen[event.name])
        for effect in outcome.effects:
            if (effect.on or event.date) == day:
                _take_effect(effect, world, day)


def _take_effect(effect, world, day):
    if effect.action == "start_truce":
        world.windows[effect.target] = (day, effect.until)
    elif effect.action == "extend_truce":
        world.windows[effect.target] = (world.windows[effect.target][0], effect.until)
    elif effect.action == "end_truce":
        world.windows[effect.target] = (world.windows[effect.target][0], day)
    else:
        for k, act in enumerate(world.acts):
            if _names(act, effect.target) and act["instrument"] == "tariff" and act["status"] != "revoked":
                _switch(effect, world, k)


def _switch(effect, world, k):
    if effect.action == "enact" and k not in world.withdrawn:
        world.law.add(k)
    elif effect.action == "revoke":
        world.withdrawn.add(k)
        world.law.discard(k)
    elif effect.action == "set_rate":
        act = world.acts[k]
        act["rate"] = effect.rate * (act["unit_value"] if act["basis"] == "specific" else 1.0)


def _truces_hold(world, day):
    """Return the names of the truces in force, and remember that they were."""
    in_force = {
        name for name, (start, end) in world.windows.items() if start <= day and (end is None or day < end)
    }
    world.has_held |= in_force
    return in_force


def _highest(world, day):
    """Nominal duty announced by each act, (importer, exporter, name, authority): its highest level."""
    highest = {}
    for k, act in enumerate(world.acts):
        told = act["announced"] <= day or act["status"] == "threatened"
        over = act["expires"] is not None and act["expires"] <= day
        tariff = act["instrument"] == "tariff" and act["basis"] in CHARGES
        if k in world.law and tariff and told and not over:
            key = act["importer"], act["exporter"], act["name"], act["authority"]
            highest[key] = max(highest.get(key, 0.0), oracle.ad_valorem(act, {}))
    return highest


def _law_duty(world, pair, day, in_force):
    """Duty of a pair by law: every act in its window that no truce holds, or has taken with it."""
    shelved = set().union(
        *(world.holds[name] for name in in_force),
        *(world.holds[name] for name in world.lapsing & world.has_held),
    )
    mine = [
        k
        for k, act in enumerate(world.acts)
        if (act["importer"], act["exporter"]) == pair and act["instrument"] == "tariff"
    ]
    acts = [world.acts[k] for k in mine]
    live = [n for n, k in enumerate(mine) if k in world.law - shelved and _is_in_window(world.acts[k], day)]
    return sum(oracle.stacked(acts, live))


def _is_in_window(act, day):
    return act["effective"] <= day and (act["expires"] is None or day < act["expires"])


# Rules -----------------------------------------------------------------------------------------------


def _answered(scenario, past, pair, scheduled, in_force):
    """Surcharge that the importer's rule has announced by the end of the day."""
    importer, exporter = pair
    before = past[-1]["answered"][pair] if past else 0.0
    if any({importer, exporter} <= set(t.parties) for t in scenario.truces if t.name in in_force):
        return before
    rule = scenario.rules.get(importer)
    if rule is None:
        return 0.0
    seen = past[-rule.reaction]["announced"][exporter, importer] if len(past) >= rule.reaction else 0.0
    own = max(scheduled[pair], 0.0)
    wanted = _wanted(rule, seen if seen > rule.tolerance + DUST else 0.0)
    if rule.ratchet:
        wanted = max(wanted, own + before)
    return max(min(wanted, rule.cap) - own, 0.0)


def _wanted(rule, seen):
    if rule.kind == "match":
        return rule.ratio * seen
    if rule.kind == "counter":
        return seen + rule.step if seen > 0 else 0.0
    return 0.0


def _surcharge(scenario, past, pair, in_force):
    """What a pair is charged on top of the law, less the share that truces suspend."""
    rule = scenario.rules.get(pair[0])
    if rule is None or len(past) <= rule.implementation:
        return 0.0
    shares = [t.surcharges for t in scenario.truces if t.name in in_force and set(pair) <= set(t.parties)]
    charged = past[-1 - rule.implementation]["answered"][pair] * rule.coverage
    return charged * (1.0 - min(1.0, sum(shares)))
