"""Scenarios to draw by number: dense, odd and valid, so that everything that can happen in a run does.

Acts that truces and outcomes touch are called ``switch ...`` and simply add; floors, caps, exclusive groups
and replacements are on pairs without them. Numbers are round or awkward.
"""

import datetime as dt
import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from tradesim import rules
from tradesim.duties import contributions_on
from tradesim.economies import Economies
from tradesim.errors import InputError
from tradesim.events import Effect, Event, Outcome
from tradesim.measures import Measure
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.shocks import Shock, Size
from tradesim.truces import Truce

FIRST = dt.date(2025, 2, 1)
"""First day of every scenario."""
CODES = ("USA", "CHN", "EU27", "JPN", "MEX", "ROW")


def random_scenario(number):
    """Return the scenario of a number, always the same."""
    return Scenario(**random_parts(number))


def random_parts(number):
    """Return what the scenario of a number is made of."""
    chance = random.Random(number)  # noqa: S311 a test, not a secret
    codes = chance.sample(CODES, chance.choice([1, 2, 2, 2, 3, 3, 3, 4, 5, 6]))
    horizon = chance.choice([20, 25, 40, 40, 60, 60, 90, 160])
    pairs = [(i, j) for i in codes for j in codes if i != j]
    touched = chance.sample(pairs, min(len(pairs), chance.choice([1, 2, 2, 3, 4])))
    live = [m for k in range(chance.choice([0, 2, 3, 4, 6])) for m in _live_act(chance, touched, k, horizon)]
    fixed = _with_known_goods(list(_fixed_acts(chance, pairs, touched, horizon)))
    truces = _truces(chance, codes, live, horizon)
    return {
        "name": f"number {number}",
        "start": FIRST,
        "end": _day(horizon),
        "schedule": Schedule(live + fixed, Economies(codes, _imports(chance, len(codes)))),
        "rules": _rules(chance, codes, pairs),
        "truces": truces,
        "events": _events(chance, pairs, live, truces, horizon),
        "shocks": _shocks(chance, pairs),
    }


def _day(number):
    return FIRST + dt.timedelta(days=number)


def _often(chance, probability):
    return chance.random() < probability


def _imports(chance, n):
    """Return imports in US dollars; some pairs trade nothing."""
    values = [[chance.lognormvariate(3, 1) * 1e9 for _ in range(n)] for _ in range(n)]
    if _often(chance, 0.15):
        values[chance.randrange(n)][chance.randrange(n)] = 0.0
    return values


# Acts ------------------------------------------------------------------------------------------------


def _rate(chance):
    return chance.choice(
        [0.1, 0.25, 0.05, 0.2, 1 / 3, 0.34, 0.0, 0.145, chance.random(), chance.random() / 2]
    )


def _coverage(chance):
    return chance.choice([1.0, 1.0, 0.5, 0.3, 0.118, 1 - chance.random()])


def _live_act(chance, touched, k, horizon):
    """One to three levels of an act that truces and outcomes may touch."""
    if not touched:
        return
    authority = chance.choice(["IEEPA", "Section 301", "Section 301", "MFN"])
    statuses = ["enacted", "enacted", "suspended", "threatened", "threatened", "revoked"]
    for window in _windows(chance, horizon):
        terms = {"basis": "ad_valorem", "rate": _rate(chance) or 0.01}
        if _often(chance, 0.15):
            terms = {"basis": "specific", "rate": terms["rate"] * 40, "unit": "ton", "unit_value": 40.0}
        yield from _measure(
            chance, touched[k % len(touched)], f"switch {k}", authority, statuses, window, terms
        )


def _with_known_goods(acts):
    """Have limits and replacements simply add on pairs where the record would have to say which goods."""
    known = []
    for pair in dict.fromkeys(m.pair for m in acts):
        own = sorted((m for m in acts if m.pair == pair), key=Measure.sort_key)
        days = np.array(
            sorted({d for m in own for d in (m.effective, m.expires) if d}), dtype="datetime64[D]"
        )
        charged = [m for m in own if m.charged]
        try:
            for some in (charged, [m for m in charged if m.instrument == "tariff"]):
                if some:
                    contributions_on(days, some)
        except InputError:
            plain = {"stacking": "add", "basis": "ad_valorem", "against": ()}
            own = [replace(m, **plain) if m.stacking != "exclusive" else m for m in own]
        known += own
    return known


def _fixed_acts(chance, pairs, touched, horizon):
    """Acts that nothing touches; where it is safe some that do more than add."""
    for k in range(chance.randint(0, 3 + len(pairs) // 3) if pairs else 0):
        pair = chance.choice(pairs)
        authority = chance.choice(["MFN", "MFN", "Section 232", "retaliation"])
        statuses = ["enacted"] * 8 + ["suspended", "threatened", "revoked"]
        stacks = _often(chance, 0.5) and pair not in touched
        for window in _windows(chance, horizon):
            terms = {"rate": _rate(chance)} | (_stacking(chance) if stacks else _adding(chance))
            yield from _measure(chance, pair, f"act {k}", authority, statuses, window, terms)


def _adding(chance):
    return chance.choice([{}] * 9 + [{"instrument": "fee"}])


def _stacking(chance):
    return chance.choice(
        [
            {"stacking": "exclusive"},
            {"stacking": "replace", "against": ("retaliation",)},
            {"basis": "floor", "against": chance.choice([(), ("MFN",)])},
            {"basis": "cap", "against": chance.choice([(), ("MFN", "Section 232")])},
        ]
    )


def _windows(chance, horizon):
    """When the levels of an act start and end, most of them within the horizon."""
    starts = sorted(chance.sample(range(-30, horizon), chance.choice([1, 1, 2, 3])))
    for start, following in pairwise([*starts, None]):
        if following is not None:
            yield start, following if _often(chance, 0.8) else chance.randint(start, following)
        else:
            yield start, chance.choice([None, None, start + chance.randint(0, horizon)])


def _measure(chance, pair, name, authority, statuses, window, terms):
    start, end = window
    status = chance.choice(statuses)
    announced = start - chance.choice([0, 0, 2, 7, 30])
    known = None
    if end is not None and status == "enacted" and _often(chance, 0.15):
        known = _day(chance.randint(announced, end))
    yield Measure(
        name=name,
        importer=pair[0],
        exporter=pair[1],
        authority=authority,
        coverage=_coverage(chance),
        effective=_day(start),
        expires=None if end is None else _day(end),
        announced=_day(announced),
        expiry_announced=known,
        status=status,
        **terms,
    )


# Rules -----------------------------------------------------------------------------------------------


def grudge(seen, own, first, day, memory, values):
    """Answer the most ever seen, more on every third day, and remember what one has announced."""
    most = np.maximum(seen, memory[0])
    return values[0] * most + values[1] * (day % 3 == 0) * (own > first), (most, memory[1] + 1.0, own, first)


def _rules(chance, codes, pairs):
    """Rules of most economies, some of them towards one partner only."""
    keys = [code for code in codes if _often(chance, 0.75)]
    keys += [f"{i}-{j}" for i, j in pairs if _often(chance, 0.15)]
    return {key: _rule(chance, key.split("-")[0], codes) for key in keys}


def _rule(chance, code, codes):
    kind = chance.choice([*FAMILIES, "match", "deescalate", "deescalate"])
    given = _modifiers(chance, [other for other in codes if other != code]) | FAMILIES[kind](chance)
    if kind == "deescalate":
        given |= {"instrument": "tariff", "beside": None, "equivalent": None}
    averages = kind in {"rebalance", *ECONOMIC}
    if given["coverage"] == 0.0 and (averages or given.get("view") == "trade-weighted"):
        given["coverage"] = 0.4  # an answer on no trade that is to weigh something is refused
    given.setdefault("view", "nominal")  # stated, as narrow acts are to be seen so
    return (rules.Custom if kind == "custom" else rules.rule_of(kind))(**given)


def _ratio(chance):
    return {"ratio": chance.choice([1.0, 1.0, 0.5, 0.8, 1.25, 1.5 * chance.random()])}


def _rebalance(chance):
    by = chance.choice(["duties", "trade"])
    return {
        "by": by,
        "elasticity": chance.choice(
            [0.5, 1.0, 2.0, 4.0, 3 * chance.random() + 0.1] + [0.0] * 3 * (by == "duties")
        ),
    }


class Toy:
    """A world of closed forms, alike for all economies, that a rule can ask in no time.

    Wages rise with own duties and fall with others'; welfare has its best duty near 0.15. Whoever is hit
    hard can restore neither.
    """

    codes = (*CODES, "NOR")
    flows = np.ones((7, 7))
    tariffs = np.zeros((7, 7))

    def solve(self, tariffs):
        """Return wages and welfare under tariffs, (..., N, N)."""
        own, others = tariffs, np.swapaxes(tariffs, -1, -2)
        wage = np.exp((0.3 * own / (1.0 + own) - 0.2 * others).sum(axis=-1))
        gain = 0.3 * own - (1.0 - 0.3 * np.minimum(others, 1.0)) * own**2 - 0.1 * others
        return SimpleNamespace(wage=wage, welfare=np.exp(gain.sum(axis=-1)))


TOY = Toy()
ECONOMIC = ("terms-of-trade", "welfare-restoring", "best-response")


def _economic(chance):
    return {"model": TOY, "top": chance.choice([0.5, 2.0]), "accuracy": chance.choice([0.001, 0.01])}


FAMILIES = {
    "terms-of-trade": _economic,
    "welfare-restoring": _economic,
    "best-response": lambda chance: _economic(chance) | {"unprovoked": _often(chance, 0.5)},
    "passive": lambda _: {},
    "match": _ratio,
    "rebalance": _rebalance,
    "counter": lambda chance: {"step": chance.choice([0.5, 0.1, 0.07, chance.random() / 3])},
    "targeted": lambda chance: {"rate": _rate(chance)},
    "deferred": lambda chance: _ratio(chance) | {"patience": chance.choice([0, 1, 3, 7, 10])},
    "self-stop": lambda chance: _ratio(chance) | {"stop": 0.05 + 0.6 * chance.random()},
    "grim": lambda chance: {"rate": _rate(chance)},
    "generous": _ratio,
    "contrite": _ratio,
    "gradual": lambda chance: {"rate": _rate(chance), "period": chance.choice([1, 2, 3, 5, 7])},
    "deescalate": _ratio,
    "custom": lambda chance: {"function": grudge, "parameters": (chance.random(), 0.05)},
}


def _modifiers(chance, others):
    """What every rule has, most of it as usual."""
    given = {
        "reaction": chance.choice([1, 1, 1, 2, 3, 5, 12]),
        "implementation": chance.choice([0, 0, 1, 1, 2, 9]),
        "cap": chance.choice([10.0, 10.0, 1.25, 2.0, 0.5, 0.3, 2 * chance.random()]),
        "coverage": chance.choice([1.0, 1.0, 0.6, 0.25, 0.118, 1 - chance.random()]),
    }
    unusual = {
        "tolerance": chance.choice([0.05, 0.1, 0.25, 0.2 * chance.random()]),
        "ratchet": True,
        "forgiveness": chance.choice([0.3, 0.5, 0.9, 1.0]),
        "view": "trade-weighted",
        "allies": tuple(chance.sample(others, min(len(others), chance.choice([1, 2])))),
        "diversion": chance.choice([0.25, 0.5, 1.0, chance.random()]),
    }
    given |= {name: value for name, value in unusual.items() if _often(chance, 0.25)}
    if _often(chance, 0.04):
        given["coverage"] = 0.0
    if _often(chance, 0.2):
        apart = random.Random(str(given))  # noqa: S311 of its own: scenarios keep their numbers
        how = apart.choice(["instrument", "beside"])
        given |= {how: chance.choice(["fee", "export_control"]), "equivalent": _coverage(chance)}
    return given


# Truces ----------------------------------------------------------------------------------------------


def _truces(chance, codes, live, horizon):
    """Up to three windows, before, within and after the horizon, most of them between two economies."""
    count = chance.choice([0, 1, 1, 2, 2, 3]) if len(codes) > 1 else 0
    return [_truce(chance, f"truce {k}", codes, live, horizon) for k in range(count)]


def _truce(chance, name, codes, live, horizon):
    parties = chance.sample(codes, min(len(codes), chance.choice([2, 2, 3, 6])))
    held = [m for m in live if {*m.pair} <= {*parties} and m.status in {"enacted", "suspended"}]
    named = _patterns(held)
    start, length = chance.randint(-20, horizon - 5), chance.choice([0, 3, 3, 10, 10, 30, 60])
    at_end = chance.choice(["snapback", "lapse"])
    window = {"days": length} if _often(chance, 0.3) else {"end": _day(start + length)}
    return Truce(
        name=name,
        parties=parties,
        start=_day(start),
        **window,
        suspend=chance.sample(named, min(len(named), chance.randint(0, 3))),
        surcharges=chance.choice([0.0, 0.25, 0.6, 1.0]),
        at_end=at_end,
        **(_renewal(chance) if _often(chance, 0.75) else {}),
        **(_breach(chance) if _often(chance, 0.5) else {}),
        **(_spread(chance) if _often(chance, 0.4) else {}),
    )


def _renewal(chance):
    return {
        "renewal": chance.choice([0.5, 0.8, 1.0]),
        "renewal_days": chance.choice([1, 3, 10, 20]),
        "renewals": chance.choice([1, 2, 5]),
    }


def _breach(chance):
    return {"breach": chance.choice([0.3, 0.7, 1.0]), "tolerance": chance.choice([0.0, 0.0, 0.05, 0.1])}


def _spread(chance):
    return {"start_spread": chance.choice([0, 2, 10]), "length_spread": chance.choice([0, 1, 15])}


def _patterns(live):
    """Return what a truce or an effect may call acts: never all that is MFN."""
    names = {name for m in live for name in (m.name, m.authority, "switch*")}
    return sorted(names - {"MFN"})


# Events ----------------------------------------------------------------------------------------------


def _events(chance, pairs, live, truces, horizon):
    """Up to four junctures; some of their odds depend on what has happened."""
    named = _patterns([m for m in live if m.status != "revoked"])
    states = [f"duty.{i}-{j}" for i, j in pairs]
    states += [f"{kind}.{truce.name}" for truce in truces for kind in ("days", "renewals")] * 2
    return [
        _event(chance, f"event {k}", states, named, [truce.name for truce in truces], horizon)
        for k in range(chance.choice([0, 1, 2, 3, 4]))
    ]


def _event(chance, name, states, named, truces, horizon):
    date = chance.choice([0, *(chance.randrange(horizon) for _ in range(4))])
    weights = [chance.choice([1, 2, 3, chance.random()]) for _ in range(chance.randint(1, 3))]
    actions = ["enact", "enact", "enact", "revoke", "suspend", "suspend", "set_rate"] * bool(named)
    actions += ["start_truce", "start_truce", "extend_truce", "end_truce"] * bool(truces)
    sloped = bool(states) and _often(chance, 0.5)
    outcomes = [
        Outcome(
            name=f"way {k}",
            probability=weight / sum(weights),
            effects=[
                _effect(chance, chance.choice(actions), named, truces, date)
                for _ in range(chance.choice([0, 1, 1, 2, 3]) if actions else 0)
            ],
            slopes=_slopes(chance, states) if sloped else {},
        )
        for k, weight in enumerate(weights)
    ]
    return Event(name=name, date=_day(date), outcomes=outcomes)


def _slopes(chance, states):
    chosen = chance.sample(states, min(len(states), chance.randint(0, 3)))
    sizes = {"duty": [-2.0, 3.0, 8.0], "days": [0.05, -0.1, 0.2], "renewals": [-3.0, 2.0, 5.0]}
    return {state: chance.choice(sizes[state.partition(".")[0]]) for state in chosen}


def _effect(chance, action, named, truces, date):
    later = chance.choice([None, None, 0, 1, chance.randint(0, 20)])
    first = date + (later or 0)
    until = _day(first + chance.randint(1, 25))
    if action == "extend_truce" and _often(chance, 0.1):
        until = _day(date - 2)
    optional = action in {"start_truce", "suspend"} and _often(chance, 0.6)
    return Effect(
        action=action,
        target=chance.choice(truces if action.endswith("truce") else named),
        rate=_rate(chance) if action == "set_rate" else None,
        until=until if action == "extend_truce" or optional else None,
        on=None if later is None else _day(first),
    )


# Shocks ----------------------------------------------------------------------------------------------


def _shocks(chance, pairs):
    """Up to three streams of new surcharges, some on the same pair."""
    count = chance.choice([0, 0, 1, 2, 3]) if pairs else 0
    return [_shock(chance, chance.choice(pairs), f"stream {k}") for k in range(count)]


def _shock(chance, pair, name):
    return Shock(
        name=name,
        importer=pair[0],
        exporter=pair[1],
        rate=chance.choice([0, 3, 12, 12, 40, 150, 20 * chance.random()]),
        size=_size(chance),
        coverage=chance.choice([1.0, 0.5, 0.118, chance.random()]),
        implementation=chance.choice([0, 0, 1, 5]),
        days=chance.choice([None, None, 1, 4, 15, 40]),
        most=chance.choice([10.0, 10.0, 0.5, 0.15]),
    )


def _size(chance):
    scale = chance.choice([0.05, 0.1, 0.2 * chance.random() + 0.01])
    return chance.choice(
        [
            Size("fixed", value=scale),
            Size("expon", scale=scale),
            Size("lognorm", s=0.5, scale=scale),
            Size("gamma", a=2.0, scale=scale),
            Size("uniform", loc=0.02, scale=scale),
            Size("beta", a=0.7, b=2.5, scale=scale),
            Size("pareto", b=2.5, loc=-scale, scale=scale),
        ]
    )


# What is in them -------------------------------------------------------------------------------------


def features(scenario):
    """Return what a scenario has, in words."""
    return {
        f"{len(scenario.schedule.economies)} economies",
        *(f"{m.status}, {m.basis}, {m.stacking}" for m in scenario.schedule.measures),
        *(word for key, rule in scenario.rules.items() for word in _rule_features(key, rule)),
        *(word for truce in scenario.truces for word in _truce_features(truce)),
        *(word for event in scenario.events for word in _event_features(event)),
        *(word for shock in scenario.shocks for word in _shock_features(shock)),
    }


MODIFIERS = ("tolerance", "ratchet", "forgiveness", "allies", "diversion")


def _rule_features(key, rule):
    yield f"family {rule.kind}"
    yield f"view {rule.view}"
    yield f"instrument {rule.instrument}"
    yield f"beside {rule.beside}"
    yield from (f"modifier {name}" for name in MODIFIERS if getattr(rule, name))
    yield from (["modifier cap"] if rule.cap < 10 else [])
    yield from (["modifier coverage"] if rule.coverage < 1 else [])
    yield from (["towards one partner"] if "-" in key else [])
    yield from ([f"rebalance by {rule.by}"] if rule.kind == "rebalance" else [])


def _truce_features(truce):
    yield f"truce {truce.at_end}"
    names = ("suspend", "surcharges", "renewals", "breach", "tolerance", "start_spread", "length_spread")
    yield from (f"truce {name}" for name in names if getattr(truce, name))
    yield from (["truce of many"] if len(truce.parties) > 2 else [])
    yield from (["truce before the start"] if truce.start < FIRST else [])


def _event_features(event):
    for outcome in event.outcomes:
        yield from (f"slope of {state.partition('.')[0]}" for state in outcome.slopes)
        for effect in outcome.effects:
            yield f"effect {effect.action}{' until' if effect.until else ''}"
            yield from (["effect later"] if effect.on and effect.on > event.date else [])


def _shock_features(shock):
    yield f"size {shock.size.distribution}"
    yield from (["shock that ends"] if shock.days else [])
    yield from (["shock at most"] if shock.most < 10 else [])
    yield from (["shock charged later"] if shock.implementation else [])


def census(numbers):
    """Count in how many of the scenarios each feature occurs."""
    return Counter(word for number in numbers for word in features(random_scenario(number)))
