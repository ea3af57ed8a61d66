"""A second reading of a run: one draw, one day after the other, with dictionaries, dates and loops.

Written from the text of the model ("A day, in this order"), not from the engine: no arrays over draws, no
positions, nothing of tradesim is called but a rule of one's own (``Custom``), and what solves the knots of a
rule that asks a model: they are held to the models elsewhere. A scenario is only read; the acts in force on a
day are added up by the duty oracle. What the text leaves open is settled here as follows.

Acts

- A truce *holds* an act between its parties that it names, if the act is a tariff, enacted or suspended. A
  suspended act is law only if some truce holds it, or once an outcome enacts it. A threat that is carried out
  counts as announced and has no end. Effects touch tariffs that were not revoked in the record.
- Announced are ad-valorem and specific duties, not floors and caps. What a truce suspends, or a lapsing truce
  takes with it, is not charged but stays announced.
- What was known at the start of an act's levels is the view ``as_of`` the eve: announced by then, an end
  announced later not in sight, and each level open until a next one that is known.
- A suspension takes acts out of law that are law, or extends the suspension of those that an outcome has
  suspended: the last one counts, and being enacted ends it. ``until`` a day it ends before the day's effects.
- Reference, what was known, and cuts are taken by act and in each channel by itself.

Shocks

- ``most`` cuts off an arrival on the day that it comes, to what is left beside what is then in force of the
  stream; it does not grow back when the others end.
- Where the quantile at 1 is not finite, the last knot has the value at 1 - 1/32768.

Truces

- ``extend_truce`` moves the end, also of a truce that an outcome or a breach ended: it is in force again and
  can be renewed.
- With ``start_truce`` the state ``renewals.NAME`` starts again from 0, ``days.NAME`` does not; the renewals
  of the whole draw are counted on.
- What a truce took with it is gone for good, also where the truce starts anew and is then breached.
- A truce started anew on a day on which it was in force anyway can be breached on that day.

Rules

- Rebalance and rules that ask a model are trade-weighted also in what they have themselves announced.
- A rule that asks a model wants its answer to what it noticed, divided by its coverage, at most 1000 %.
- A rule looks on days before it can see anything, and sees 0.
- Points that a trade-weighted view would want on a coverage of 0 are 0; whether anything is noticed does not
  depend on the coverage: counter then wants its step, targeted and grim their rate.
- Contrite compares with what the schedule and shocks announce today.
- Deescalate counts what the schedule has cut in the units of its view; a ratchet holds, as for every family,
  what it has announced itself beside that.
- A fee or control of Deescalate lowers the cost, also below 0.
- The part of authority MFN is what its acts contribute on the day.
"""

import datetime as dt
import fnmatch
import math
import zlib
from functools import lru_cache
from types import SimpleNamespace

import oracle
from scipy import stats

from tradesim.assembly import curves_of

DUST = 1e-12
CHARGES = {"ad_valorem", "specific"}
BY_AVERAGES = {"rebalance", "terms-of-trade", "welfare-restoring", "best-response"}
CHANNELS = ("nominal", "trade-weighted")
CELLS = 16384
JUST_BELOW_1 = 1 - 2**-53


def play(scenario, seed=0, draw=0, sampling="random"):
    """Live through one draw.

    Returns ``days``, one record per day: ``day``; ``duty``, ``cost``, ``announced``, ``weighted`` (what is
    announced, trade-weighted), ``answered`` by (importer, exporter); ``truces`` by name, whether in force.
    And, of the whole draw, ``outcomes`` by event, ``arrivals`` by shock: (day, size), ``renewals`` by truce,
    and the truces that were ``breached``.
    """
    world = _opening(scenario, seed, draw, sampling)
    past = []
    for t in range((scenario.end - scenario.start).days):
        _events_happen(world, past, t)
        in_force = _truces_hold(world, past, t)
        past.append(_announced(world, past, t, in_force))
        past[-1] |= _charged(world, past, t, in_force)
    return SimpleNamespace(
        days=past,
        outcomes=world.outcomes,
        arrivals=world.arrivals,
        renewals={name: window.renewals for name, window in world.windows.items()},
        breached={name for name, window in world.windows.items() if window.breached is not None},
    )


# Random numbers --------------------------------------------------------------------------------------


def philox(counter, key):
    """Philox 4x32-10: four words of 32 bits (Salmon et al. 2011, section 3.3)."""
    (a, b, c, d), (k, m) = counter, key
    for _ in range(10):
        one, two = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = two >> 32 ^ b ^ k, two % 2**32, one >> 32 ^ d ^ m, one % 2**32
        k, m = (k + 0x9E3779B9) % 2**32, (m + 0xBB67AE85) % 2**32
    return a, b, c, d


def two_numbers(seed, draw, day, text):
    """Two numbers in [0, 1) of the stream that a text names."""
    counter = draw % 2**32, draw >> 32, day, zlib.crc32(text.encode())
    a, b, c, d = philox(counter, (seed % 2**32, seed >> 32))
    return ((a << 32 | b) >> 11) / 2**53, ((c << 32 | d) >> 11) / 2**53


def _number(world, day, text):
    return two_numbers(world.seed, world.draw, day, text)[0]


def _once(world, text):
    """Return a number that a draw has once; of an antithetic pair the second draw mirrors the first."""
    if world.sampling == "antithetic" and world.draw % 2:
        return min(1 - two_numbers(world.seed, world.draw - 1, 0, text)[0], JUST_BELOW_1)
    return _number(world, 0, text)


# The world before the first day ----------------------------------------------------------------------


def _opening(scenario, seed, draw, sampling):
    codes = scenario.schedule.economies.codes
    acts = [_act(scenario, k, measure) for k, measure in enumerate(scenario.schedule.measures)]
    holds = {t.name: {act["k"] for act in acts if _is_held(act, t)} for t in scenario.truces}
    held = set().union(*holds.values())
    pairs = [(i, j) for i in codes for j in codes if i != j]
    world = SimpleNamespace(
        scenario=scenario,
        codes=codes,
        pairs=pairs,
        seed=seed,
        draw=draw,
        sampling=sampling,
        acts=acts,
        mine={p: [a for a in acts if _pair(a) == p and a["instrument"] == "tariff"] for p in pairs},
        law={act["k"] for act in acts if act["status"] == "enacted" or act["k"] in held},
        revoked=set(),
        suspended={},
        holds=holds,
        outcomes={},
        memory={p: SimpleNamespace(seen=0.0, forgiven=0.0, own={}) for p in pairs},
        parts={},
    )
    world.curves = curves_of(scenario.rules, scenario.schedule, scenario.grid)
    world.rules = {(i, j): scenario.rules.get(f"{i}-{j}", scenario.rules.get(i)) for i, j in pairs}
    world.windows = {truce.name: _window(world, truce) for truce in scenario.truces}
    world.arrivals = {shock.name: _arrivals(world, shock) for shock in scenario.shocks}
    world.reference = _levels(_in_law(world), -1)
    world.known = _known_at_the_start(world)
    in_force = {name for name, window in world.windows.items() if window.start <= -1 < window.end}
    law = _charged_by_law(world, in_force)
    world.eve = {p: _by_law(world, p, -1, law)[0] for p in pairs}
    return world


def _act(scenario, k, measure):
    """Read a measure as an act with its days counted from the first; a threat has no end."""
    act = oracle.act_of(measure) | {"k": k}
    if act["status"] == "threatened":
        act["expires"] = None
    return _counted(scenario, act)


def _counted(scenario, act):
    act["starts"] = _day(scenario, act["effective"])
    act["over"] = math.inf if act["expires"] is None else _day(scenario, act["expires"])
    act["told"] = -math.inf if act["status"] == "threatened" else _day(scenario, act["announced"])
    return act


def _day(scenario, date):
    return (date - scenario.start).days


def _pair(act):
    return act["importer"], act["exporter"]


def _names(act, pattern):
    return any(fnmatch.fnmatchcase(name, pattern) for name in (act["name"], act["authority"]))


def _is_held(act, truce):
    among = set(_pair(act)) <= set(truce.parties)
    on_the_books = act["status"] in {"enacted", "suspended"} and act["instrument"] == "tariff"
    return among and on_the_books and any(_names(act, pattern) for pattern in truce.suspend)


def _known_at_the_start(world):
    """Acts that are law at the start, with the windows that they were then known to have."""
    eve = world.scenario.start - dt.timedelta(days=1)
    known = oracle.as_of([dict(act) for act in world.acts], eve)
    return [_counted(world.scenario, act) for act in known if act["k"] in world.law]


def _window(world, truce):
    """When a truce is in force in this draw, and what it has been through."""
    later = math.floor(_once(world, f"start {truce.name}") * (truce.start_spread + 1))
    longer = math.floor(_once(world, f"length {truce.name}") * (truce.length_spread + 1))
    start = _day(world.scenario, truce.start) + later
    end = start + (truce.end - truce.start).days + longer
    return SimpleNamespace(
        start=start,
        end=end,
        held=start <= -1 < end,
        gone=start < end <= -1,
        renewed=0,
        renewals=0,
        days=0,
        ended=None,
        breached=None,
    )


# Shocks ----------------------------------------------------------------------------------------------


def _arrivals(world, shock):
    """Every arrival of a stream within the horizon: (day, size), cut to what ``most`` leaves room for."""
    time, found = 0.0, []
    while shock.rate > 0:
        u, v = two_numbers(world.seed, world.draw, len(found), f"shock {shock.name}")
        time += -math.log(1 - u) * 365.25 / shock.rate
        day = math.floor(time)
        if day >= (world.scenario.end - world.scenario.start).days:
            break
        found.append((day, min(_size(shock.size, v), shock.most - _in_force(shock, found, day))))
    return found


def _in_force(shock, arrivals, t, after=0):
    """What a stream adds up to on a day, of what arrived at least so many days ago."""
    lasts = math.inf if shock.days is None else shock.days
    return sum(size for day, size in arrivals if after <= t - day < lasts)


def _size(size, v):
    if size.distribution == "fixed":
        return size.parameters["value"]
    cell = math.floor(v * CELLS)
    low, high = (_knot(size.distribution, tuple(size.parameters.items()), k) for k in (cell, cell + 1))
    return low + (v * CELLS - cell) * (high - low)


@lru_cache(maxsize=100_000)
def _knot(distribution, parameters, k):
    quantile = getattr(stats, distribution)(**dict(parameters)).ppf
    value = float(quantile(k / CELLS))
    if math.isfinite(value):
        return value
    return float(quantile(1 / (2 * CELLS) if k == 0 else 1 - 1 / (2 * CELLS)))


# Events ----------------------------------------------------------------------------------------------


def _events_happen(world, past, t):
    for k in [k for k, until in world.suspended.items() if until == t]:
        _enact(world, k)
    for event in world.scenario.events:
        if _day(world.scenario, event.date) == t:
            world.outcomes[event.name] = _outcome(world, past, event).name
    for event in world.scenario.events:
        for outcome in event.outcomes:
            if outcome.name == world.outcomes.get(event.name):
                for effect in outcome.effects:
                    if _day(world.scenario, effect.on or event.date) == t:
                        _take_effect(world, effect, t)


def _outcome(world, past, event):
    """Return the first outcome whose cumulative probability exceeds the event's number."""
    logs = [
        sum(slope * _state(world, past, name) for name, slope in o.slopes.items()) for o in event.outcomes
    ]
    top = max(log for o, log in zip(event.outcomes, logs, strict=True) if o.probability > 0)
    weights = [
        o.probability and o.probability * math.exp(log - top)
        for o, log in zip(event.outcomes, logs, strict=True)
    ]
    total = sum(weights) if any(o.slopes for o in event.outcomes) else 1.0
    number, reached = _once(world, f"event {event.name}"), 0.0
    for outcome, weight in zip(event.outcomes, weights, strict=True):
        reached += weight / total
        if reached > number:
            return outcome
    return event.outcomes[-1]


def _state(world, past, text):
    kind, name = text.split(".", 1)
    if kind == "duty":
        pair = tuple(name.split("-"))
        return past[-1]["duty"][pair] if past else world.eve[pair]
    return world.windows[name].days if kind == "days" else world.windows[name].renewed


def _take_effect(world, effect, t):
    if effect.action.endswith("_truce"):
        _move_truce(world.windows[effect.target], effect, t, world.scenario)
        return
    for act in world.acts:
        if _names(act, effect.target) and act["instrument"] == "tariff" and act["status"] != "revoked":
            _switch(world, effect, act)


def _move_truce(window, effect, t, scenario):
    until = math.inf if effect.until is None else _day(scenario, effect.until)
    if effect.action == "start_truce":
        window.start, window.end = t, until
        window.renewed = 0
    elif effect.action == "extend_truce":
        window.end = until
    else:
        window.end, window.ended = t, t


def _switch(world, effect, act):
    k = act["k"]
    if effect.action == "enact" and k not in world.revoked:
        _enact(world, k)
    elif effect.action == "suspend" and k in world.law | world.suspended.keys():
        world.law.discard(k)
        world.suspended[k] = None if effect.until is None else _day(world.scenario, effect.until)
    elif effect.action == "revoke":
        world.revoked.add(k)
        world.law.discard(k)
        world.suspended.pop(k, None)
    elif effect.action == "set_rate":
        act["rate"] = effect.rate * (act["unit_value"] if act["basis"] == "specific" else 1.0)
        world.parts.clear()


def _enact(world, k):
    world.law.add(k)
    world.suspended.pop(k, None)


# Truces ----------------------------------------------------------------------------------------------


def _truces_hold(world, past, t):
    """Return the names of the truces in force, and remember that they were."""
    in_force = set()
    for truce in world.scenario.truces:
        window = world.windows[truce.name]
        if past and past[-1]["truces"][truce.name]:
            _perhaps_renewed(world, truce, window, t)
            _perhaps_breached(world, truce, window, past)
        if window.start <= t < window.end:
            in_force.add(truce.name)
            window.days += 1
        elif window.held and window.breached != t:
            window.gone = True
        window.held = truce.name in in_force
    return in_force


def _perhaps_renewed(world, truce, window, t):
    due = window.end == t and window.ended != t and window.renewed < truce.renewals
    if due and _number(world, t, f"renewal {truce.name}") < truce.renewal:
        window.end += truce.renewal_days
        window.renewed += 1
        window.renewals += 1


def _perhaps_breached(world, truce, window, past):
    t = len(past)
    if not window.start <= t < window.end:
        return
    before = past[-2]["announced"] if t > 1 else dict.fromkeys(world.pairs, 0.0)
    rises = [
        max(0.0, past[-1]["announced"][pair]) - max(0.0, before[pair])
        for pair in world.pairs
        if set(pair) <= set(truce.parties)
    ]
    if max(rises) > truce.tolerance + DUST and _number(world, t, f"breach {truce.name}") < truce.breach:
        window.end, window.breached = t, t


def _between(world, pair, in_force):
    """Truces in force that hold both economies of a pair."""
    return [t for t in world.scenario.truces if t.name in in_force and set(pair) <= set(t.parties)]


# What is announced -----------------------------------------------------------------------------------


def _announced(world, past, t, in_force):
    """Return the day's announcements: what the law and shocks open, and what rules add."""
    opened = _opened(world, t)
    answered = {pair: _answer(world, past, pair, opened, in_force) for pair in world.pairs}
    share = {pair: rule.coverage if rule else 0.0 for pair, rule in world.rules.items()}
    return {
        "day": world.scenario.start + dt.timedelta(days=t),
        "announced": {p: opened["nominal"][p] + answered[p] for p in world.pairs},
        "weighted": {p: opened["trade-weighted"][p] + answered[p] * share[p] for p in world.pairs},
        "answered": answered,
        "truces": {name: name in in_force for name in world.windows},
    }


def _opened(world, t):
    """Return what acts and shocks announce above the reference, by channel and pair; cuts count negative."""
    opened = {channel: dict.fromkeys(world.pairs, 0.0) for channel in CHANNELS}
    now, known = _levels(_in_law(world), t), _levels(world.known, t)
    nothing = (0.0, 0.0)
    for act in {*now, *world.reference}:
        for n, channel in enumerate(CHANNELS):
            level, reference = now.get(act, nothing)[n], world.reference.get(act, nothing)[n]
            floor = min(reference, known.get(act, nothing)[n])
            opened[channel][act[:2]] += max(0.0, level - reference) - max(0.0, floor - level)
    for shock in world.scenario.shocks:
        size, pair = _in_force(shock, world.arrivals[shock.name], t), (shock.importer, shock.exporter)
        opened["nominal"][pair] += size
        opened["trade-weighted"][pair] += size * shock.coverage
    return opened


def _in_law(world):
    return [act for act in world.acts if act["k"] in world.law]


def _levels(acts, t):
    """Return the highest level announced and not over, by act: (importer, exporter, name, authority)."""
    highest = {}
    for act in acts:
        if act["told"] <= t < act["over"] and act["instrument"] == "tariff" and act["basis"] in CHARGES:
            key = (*_pair(act), act["name"], act["authority"])
            nominal, weighted = highest.get(key, (0.0, 0.0))
            level = oracle.ad_valorem(act, {})
            highest[key] = max(nominal, level), max(weighted, level * act["coverage"])
    return highest


# Rules -----------------------------------------------------------------------------------------------


def _answer(world, past, pair, opened, in_force):
    """Return what the importer's rule has announced by the end of the day, nominal."""
    rule, before = world.rules[pair], past[-1]["answered"][pair] if past else 0.0
    if rule is None:
        return 0.0
    if _between(world, pair, in_force):
        return before
    channel = _channel(rule)
    mine = opened[channel][pair]
    if channel == "trade-weighted":
        mine = _on_own_coverage(rule, mine)
    if rule.kind == "deescalate":
        return -_relief(world, rule, past, pair, max(0.0, -mine), -before)
    look = _look(world, past, pair, max(0.0, mine), before)
    wanted = FAMILIES[rule.kind](look)
    if rule.ratchet:
        wanted = max(wanted, look.own)
    return max(min(max(wanted, 0.0), rule.cap) - look.first, 0.0)


def _channel(rule):
    return "trade-weighted" if rule.kind in BY_AVERAGES else (rule.view or "nominal")


def _on_own_coverage(rule, weighted):
    """Return the points on the share of trade that the rule hits that weigh so much on all trade."""
    return weighted / rule.coverage if rule.coverage > 0 else 0.0


def _as_seen(rule, past):
    """Return what is announced as far back as the rule looks, or nothing, in the channel that it sees."""
    if len(past) < rule.reaction:
        return None
    return past[-rule.reaction]["announced" if _channel(rule) == "nominal" else "weighted"]


def _look(world, past, pair, first, before):
    """Collect what a rule has before it when it looks."""
    rule, memory, t = world.rules[pair], world.memory[pair], len(past)
    seen = _seen(world, rule, past, pair)
    rise = seen - memory.seen
    memory.seen = seen
    if rise > DUST and _number(world, t, f"forgiveness {pair[0]}-{pair[1]}") < rule.forgiveness:
        memory.forgiven += rise
    memory.forgiven = min(memory.forgiven, seen)
    noticed = seen - memory.forgiven
    noticed = noticed if noticed > rule.tolerance + DUST else 0.0
    weighted = rule.kind not in BY_AVERAGES and rule.view == "trade-weighted"
    return SimpleNamespace(
        rule=rule,
        day=t,
        noticed=noticed,
        points=_on_own_coverage(rule, noticed) if weighted else noticed,
        first=first,
        own=first + before,
        memory=memory.own,
        trade=_trade(world, pair),
        curve=world.curves.get(pair),
    )


def _seen(world, rule, past, pair):
    (i, j), sight = pair, _as_seen(rule, past)
    if sight is None:
        return 0.0
    third = max([max(0.0, sight[k, j]) for k in world.codes if k not in pair], default=0.0)
    allied = [max(0.0, sight[j, a]) for a in rule.allies if a not in pair]
    return max([max(0.0, sight[j, i]), *allied]) + rule.diversion * third


def _trade(world, pair):
    """Return exports to the partner and imports from it; 0 and 0 where no trade is known."""
    imports, (i, j) = world.scenario.schedule.economies.imports, [world.codes.index(code) for code in pair]
    return (0.0, 0.0) if imports is None else (float(imports[j][i]), float(imports[i][j]))


def _relief(world, rule, past, pair, first, before):
    """Return the relief that Deescalate announces: its share of how far the partner has come down."""
    memory, sight = world.memory[pair].own, _as_seen(rule, past)
    seen = 0.0 if sight is None else sight[pair[::-1]]
    memory["high"] = max(0.0, seen, memory.get("high", 0.0))
    fall = memory["high"] - seen
    fall = fall if fall > rule.tolerance + DUST else 0.0
    if rule.view == "trade-weighted":
        fall = _on_own_coverage(rule, fall)
    wanted = max(rule.ratio * fall, first + before) if rule.ratchet else rule.ratio * fall
    return max(min(wanted, rule.cap) - first, 0.0)


def _match(look):
    return look.rule.ratio * look.points


def _counter(look):
    return look.points + look.rule.step if look.noticed > 0 else 0.0


def _targeted(look):
    return look.rule.rate if look.noticed > 0 else 0.0


def _deferred(look):
    if not look.noticed > 0:
        look.memory.clear()
        return 0.0
    since = look.memory.setdefault("clock", look.day)
    return look.rule.ratio * look.points if look.day - since >= look.rule.patience else 0.0


def _self_stop(look):
    rule, wanted = look.rule, look.rule.ratio * look.points
    if not look.noticed > 0:
        look.memory["stopped"] = False
        return 0.0
    if look.memory.get("stopped") or wanted >= rule.stop:
        look.memory["stopped"] = True
        return rule.stop
    return wanted


def _grim(look):
    if look.noticed > 0:
        look.memory["pulled"] = True
    return look.rule.rate if look.memory.get("pulled") else 0.0


def _contrite(look):
    return look.rule.ratio * max(look.points - look.first, 0.0)


def _gradual(look):
    memory = look.memory
    if look.day % look.rule.period:
        return look.own
    memory["rounds"] = memory.get("rounds", 0) + (look.noticed > 0)
    if memory.get("punishing", 0) > 0:
        memory["punishing"] -= 1
        return look.rule.rate
    if memory.get("calming", 0) > 0:
        memory["calming"] -= 1
        return 0.0
    if look.noticed > 0:
        memory["punishing"], memory["calming"] = memory["rounds"] - 1, 2
        return look.rule.rate
    return 0.0


def _custom(look):
    memory = look.memory.get("four", (0.0, 0.0, 0.0, 0.0))
    values = (*look.rule.parameters, 0.0, 0.0, 0.0, 0.0)[:4]
    wanted, look.memory["four"] = look.rule.function(
        look.points, look.own, look.first, look.day, memory, values
    )
    return float(wanted)


def _rebalance(look):
    """Withdraw what is worth as much; where there is no such surcharge, the cap."""
    rule, (exports, imports) = look.rule, look.trade
    if not look.noticed > 0:
        return 0.0
    if rule.coverage * imports <= 0:
        return rule.cap
    ratio = exports / (imports * rule.coverage)
    if rule.by == "trade":
        lost = ratio * (1 - (1 + look.noticed) ** -rule.elasticity)
        return (1 - lost) ** (-1 / rule.elasticity) - 1 if lost < 1 else rule.cap
    if rule.elasticity == 0:
        return ratio * look.noticed
    return _collecting(
        rule.elasticity, ratio * look.noticed * (1 + look.noticed) ** -rule.elasticity, rule.cap
    )


def _economic(look):
    """Go straight from the knot below to the knot above, and stay level beyond the last."""
    levels, answers = look.curve.levels.tolist(), look.curve.answers.tolist()
    wanted = answers[-1]
    for k in range(1, len(levels)):
        if levels[k - 1] <= look.noticed < levels[k]:
            share = (look.noticed - levels[k - 1]) / (levels[k] - levels[k - 1])
            wanted = (1 - share) * answers[k - 1] + share * answers[k]
    return min(wanted / look.rule.coverage, 10.0)


@lru_cache(maxsize=100_000)
def _collecting(elasticity, duties, cap):
    """Return the smaller rate that collects so much duty, by halving; no more than the cap is looked at."""
    peak = 1 / (elasticity - 1) if elasticity > 1 else math.inf
    low, high = 0.0, min(peak, cap)
    if high * (1 + high) ** -elasticity < duties:
        return cap
    while low < (middle := (low + high) / 2) < high:
        if middle * (1 + middle) ** -elasticity < duties:
            low = middle
        else:
            high = middle
    return high


FAMILIES = {
    "passive": lambda _: 0.0,
    "match": _match,
    "generous": _match,
    "rebalance": _rebalance,
    "terms-of-trade": _economic,
    "welfare-restoring": _economic,
    "best-response": _economic,
    "counter": _counter,
    "targeted": _targeted,
    "deferred": _deferred,
    "self-stop": _self_stop,
    "grim": _grim,
    "contrite": _contrite,
    "gradual": _gradual,
    "custom": _custom,
}


# What is charged -------------------------------------------------------------------------------------


def _charged(world, past, t, in_force):
    """Return duty and cost: the law and what rules and shocks add by now, less what truces suspend."""
    left = {p: 1 - min(1.0, sum(x.surcharges for x in _between(world, p, in_force))) for p in world.pairs}
    added, cost = dict.fromkeys(world.pairs, 0.0), dict.fromkeys(world.pairs, 0.0)
    for (i, j), rule in world.rules.items():
        if rule is None or t < rule.implementation:
            continue
        charged = past[t - rule.implementation]["answered"][i, j] * rule.coverage * left[i, j]
        if rule.instrument == "tariff":
            added[i, j] += charged
        if "fee" in (rule.instrument, rule.beside):
            cost[i, j] += charged * rule.equivalent
        if "export_control" in (rule.instrument, rule.beside):
            cost[j, i] += charged * rule.equivalent
    for shock in world.scenario.shocks:
        pair = shock.importer, shock.exporter
        charged = _in_force(shock, world.arrivals[shock.name], t, shock.implementation)
        added[pair] += charged * shock.coverage * left[pair]
    law = _charged_by_law(world, in_force)
    duty = {p: _duty(*_by_law(world, p, t, law), added[p]) for p in world.pairs}
    return {"duty": duty, "cost": cost}


def _duty(by_law, mfn, added):
    return max(by_law + added, min(mfn, by_law)) if added < 0 else by_law + added


def _by_law(world, pair, t, law):
    """Return the duty of a pair by law and the part of authority MFN: every act within its window."""
    acts = world.mine[pair]
    live = tuple(n for n, act in enumerate(acts) if act["k"] in law and act["starts"] <= t < act["over"])
    if (pair, live) not in world.parts:
        parts = oracle.stacked(acts, live)
        mfn = sum(part for part, act in zip(parts, acts, strict=True) if act["authority"] == "MFN")
        world.parts[pair, live] = sum(parts), mfn
    return world.parts[pair, live]


def _charged_by_law(world, in_force):
    """Return the acts that are law, less what truces hold and what lapsed with them, unless breached."""
    lapsing = {truce.name for truce in world.scenario.truces if truce.at_end == "lapse"}
    lapsed = {name for name in lapsing if world.windows[name].gone}
    return world.law.difference(*(world.holds[name] for name in in_force | lapsed))
