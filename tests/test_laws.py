"""Laws that every run obeys, on scenarios by number: they need no oracle, only a second run.

Which rules are *monotone*, so that a higher ratio, step, rate or cap of one economy lowers no duty or cost
of anybody: ``Match``, ``Counter``, ``Targeted``, ``Deferred``, ``SelfStop`` (in its ratio), ``Grim``,
``Contrite``, and ``Rebalance`` where it wants more whenever it sees more (by trade, or at elasticity 0). What
each wants never falls when anything that it ever saw is higher; announcements, by induction over days, are
then never lower. What rules that ask a model want may fall where they see more. Not so, each with its
counterexample below: ``SelfStop`` in its stop, ``Gradual``, ``Generous`` and any forgiveness, ``Rebalance``
by duties beyond the peak of its revenue, ``Deescalate``. Nor where more duty makes something else happen: a
breach lets rules move that would have stood still, and slopes on a duty choose another outcome.
"""

import random
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from random_scenarios import CODES, FIRST, _day, grudge, random_parts

from tradesim import rules
from tradesim.economies import Economies
from tradesim.measures import Measure
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.shocks import Size
from tradesim.truces import Truce

DRAWS = 4
SEED = 11
numbers = st.integers(0, 100_000)
CLOSE = {"rtol": 1e-12, "atol": 1e-12}


def run(parts, draws=DRAWS, **options):
    return Scenario(**parts).run(draws, SEED, **options)


def cost_of(paths):
    return np.zeros_like(paths.duty) if paths.cost is None else paths.cost


def assert_same(found, expected, truces=True, exact=True):
    """Hold two runs against each other, however economies, truces and events are listed."""
    order = [found.economies.index(code) for code in expected.economies]
    for one, other in ((found.duty, expected.duty), (cost_of(found), cost_of(expected))):
        there = one[:, :, order][:, :, :, order]
        if exact:
            assert np.array_equal(there, other)
        else:
            np.testing.assert_allclose(there, other, **CLOSE)
    assert (found.outcomes[list(expected.outcomes)] == expected.outcomes).all(axis=None)
    if truces:
        places = [found.truces.index(name) for name in expected.truces]
        assert np.array_equal(found.truce[:, :, places], expected.truce)
        assert np.array_equal(found.renewals[:, places], expected.renewals)
        assert np.array_equal(found.breached[:, places], expected.breached)


def economies_of(parts):
    return parts["schedule"].economies


def with_schedule(parts, measures=None, economies=None):
    schedule = parts["schedule"]
    kept = schedule.measures if measures is None else measures
    return parts | {"schedule": Schedule(kept, economies or schedule.economies)}


# Who is who, and in which order ----------------------------------------------------------------------


@given(numbers)
def test_listing_economies_in_another_order_permutes_results_exactly(number):
    parts = random_parts(number)
    old = economies_of(parts)
    order = random.Random(number).sample(range(len(old)), len(old))  # noqa: S311 a test, not a secret
    new = Economies([old.codes[k] for k in order], np.asarray(old.imports)[np.ix_(order, order)])
    assert_same(run(with_schedule(parts, economies=new)), run(parts))


@given(numbers)
def test_calling_economies_otherwise_permutes_results_exactly(number):
    """Only what a rule forgives is drawn under the names of economies."""
    parts = random_parts(number)
    parts["rules"] = {key: replace(rule, forgiveness=0.0) for key, rule in parts["rules"].items()}
    names = dict(zip(CODES, random.Random(number).sample(CODES, len(CODES)), strict=True))  # noqa: S311
    found, expected = run(renamed(parts, names)), run(parts)
    assert found.economies == tuple(names[code] for code in expected.economies)
    assert np.array_equal(found.duty, expected.duty)
    assert np.array_equal(cost_of(found), cost_of(expected))
    assert np.array_equal(found.truce, expected.truce)
    assert found.outcomes.equals(expected.outcomes)


def renamed(parts, names):
    old = economies_of(parts)

    def state(text):
        kind, _, name = text.partition(".")
        return f"duty.{'-'.join(names[c] for c in name.split('-'))}" if kind == "duty" else text

    def outcome(way):
        return replace(way, slopes={state(text): slope for text, slope in way.slopes.items()})

    measures = [
        replace(m, importer=names[m.importer], exporter=names[m.exporter]) for m in parts["schedule"].measures
    ]
    schedule = Schedule(measures, Economies([names[code] for code in old.codes], old.imports))
    return parts | {
        "schedule": schedule,
        "rules": {
            "-".join(names[code] for code in key.split("-")): replace(
                rule, allies=[names[code] for code in rule.allies]
            )
            for key, rule in parts["rules"].items()
        },
        "truces": [replace(t, parties=[names[code] for code in t.parties]) for t in parts["truces"]],
        "events": [replace(e, outcomes=[outcome(way) for way in e.outcomes]) for e in parts["events"]],
        "shocks": [
            replace(s, importer=names[s.importer], exporter=names[s.exporter]) for s in parts["shocks"]
        ],
    }


@given(numbers)
def test_the_order_in_which_things_are_listed_changes_nothing(number):
    """Events keep theirs where two of them have effects on one day, which happen in the order written."""
    parts, chance = random_parts(number), random.Random(number)  # noqa: S311 a test, not a secret
    shuffled = {
        name: chance.sample(list(parts[name]), len(parts[name])) for name in ("truces", "events", "shocks")
    }
    due = [{e.on or event.date for o in event.outcomes for e in o.effects} for event in parts["events"]]
    if sum(len(days) for days in due) > len(set().union(*due)):
        shuffled["events"] = parts["events"]
    keys = chance.sample(list(parts["rules"]), len(parts["rules"]))
    shuffled["rules"] = {key: parts["rules"][key] for key in keys}
    measures = list(parts["schedule"].measures)
    chance.shuffle(measures)
    assert_same(run(with_schedule(parts, measures) | shuffled), run(parts), exact=False)


@given(numbers)
def test_an_economy_that_has_nothing_to_do_with_the_others_changes_nothing_for_them(number):
    """Who does not wait to be provoked has to do with everybody."""
    parts = random_parts(number)
    parts["rules"] = {
        key: replace(rule, unprovoked=False) if isinstance(rule, rules.BestResponse) else rule
        for key, rule in parts["rules"].items()
    }
    old = economies_of(parts)
    n = len(old)
    imports = np.full((n + 1, n + 1), 7e9)
    imports[:n, :n] = old.imports
    wider = with_schedule(parts, economies=Economies([*old.codes, "NOR"], imports))
    found = run(wider)
    assert not found.duty[:, :, n].any()
    assert not found.duty[:, :, :, n].any()
    assert_same(found, run(parts))


@given(numbers, st.sampled_from([1e-9, 0.1, 3.0, 1e6]))
def test_the_unit_of_money_changes_nothing(number, unit):
    parts = random_parts(number)
    old = economies_of(parts)
    scaled = with_schedule(parts, economies=Economies(old.codes, unit * np.asarray(old.imports)))
    assert_same(run(scaled), run(parts), exact=False)


# What does nothing -------------------------------------------------------------------------------


@given(numbers)
def test_a_truce_of_everybody_over_all_days_equals_no_rules(number):
    parts = random_parts(number)
    codes = economies_of(parts).codes
    assume(len(codes) > 1)
    peace = Truce(name="peace", parties=codes, start=FIRST, end=parts["end"])
    found = run(parts | {"truces": [*parts["truces"], peace]})
    assert_same(found, run(parts | {"rules": {}}))


NOTHING = {
    "match": "ratio",
    "generous": "ratio",
    "contrite": "ratio",
    "deferred": "ratio",
    "self-stop": "ratio",
    "deescalate": "ratio",
    "targeted": "rate",
    "grim": "rate",
    "gradual": "rate",
}


@given(numbers, st.sampled_from(sorted(NOTHING)))
def test_a_ratio_or_rate_of_zero_equals_passive(number, kind):
    parts = random_parts(number)
    shared = [field.name for field in fields(rules.Rule)]
    asleep, gone = {}, {}
    for key, rule in parts["rules"].items():
        given_ = {name: getattr(rule, name) for name in shared}
        if kind == "deescalate":
            given_ |= {"instrument": "tariff", "beside": None, "equivalent": None}
        one = random.Random(f"{number} {key}").random() < 0.6  # noqa: S311 a test, not a secret
        asleep[key] = rules.rule_of(kind)(**given_ | {NOTHING[kind]: 0.0}) if one else rule
        gone[key] = rules.Passive() if one else rule
    assert_same(run(parts | {"rules": asleep}), run(parts | {"rules": gone}))


@given(numbers)
def test_a_cap_of_zero_equals_passive(number):
    parts = random_parts(number)
    capped = {key: replace(rule, cap=0.0) for key, rule in parts["rules"].items()}
    assert_same(run(parts | {"rules": capped}), run(parts | {"rules": {}}))


@given(numbers, st.sampled_from(["never", "fixed"]))
def test_shocks_of_no_rate_or_no_size_are_none(number, how):
    parts = random_parts(number)
    none = {"rate": 0.0} if how == "never" else {"size": Size("fixed", value=0.0)}
    quiet = [replace(shock, **none) for shock in parts["shocks"]]
    assert_same(run(parts | {"shocks": quiet}), run(parts | {"shocks": []}))


# One draw and many -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sampling", ["random", "antithetic", "sobol"])
@pytest.mark.parametrize("number", [0, 3, 5, 8, 13, 21])
def test_a_draw_is_the_same_among_few_and_many_on_one_thread_or_two(number, sampling):
    parts = random_parts(number)
    many = run(parts, 40, sampling=sampling, threads=1)
    for draws, threads in ((40, 2), (1, 1), (8, 1), (8, 2), (17, 2)):
        few = run(parts, draws, sampling=sampling, threads=threads)
        for name in ("duty", "truce", "renewals", "breached"):
            assert np.array_equal(getattr(few, name), getattr(many, name)[:draws])
        assert np.array_equal(cost_of(few), cost_of(many)[:draws])
        assert few.outcomes.equals(many.outcomes.iloc[:draws])


@pytest.mark.parametrize("number", range(8))
def test_tracing_a_draw_by_itself_changes_nothing(number):
    scenario = Scenario(**random_parts(number))
    paths = scenario.run(20, SEED)
    for k in (0, 7, 19):
        trace = scenario._trace(np.array([k]), SEED, "random", traced=True)
        assert np.array_equal(trace.duty[0], paths.duty[k])
        assert np.array_equal(trace.truce[0], paths.truce[k])


@given(numbers)
def test_a_story_leads_from_level_to_level(number):
    """Every announcement of a pair starts where the one before ended, the first at 0."""
    paths = run(random_parts(number))
    for draw in (0, DRAWS - 1):
        story = paths.events(draw)
        told = story[story["kind"] == "announces"]
        for _, moves in told.groupby(["importer", "exporter"]):
            before = np.concatenate([[0.0], moves["to"].to_numpy()[:-1]])
            np.testing.assert_allclose(moves["from"], before, **CLOSE)
        events = story[story["kind"] == "event"]["why"]
        happened = {f"{name}: {way}" for name, way in paths.outcomes.loc[draw].items()}
        assert happened == set(events)


@given(numbers)
def test_a_story_adds_up_to_the_duty(number):
    """What rules and shocks charge, on the days told, is the duty above the schedule's."""
    parts = random_parts(number) | {"truces": [], "events": []}
    plain = {"instrument": "tariff", "beside": None, "equivalent": None}
    parts["rules"] = {
        key: replace(rule, **plain)
        for key, rule in parts["rules"].items()
        if rule.kind != "deescalate" and "-" not in key
    }
    streams = {(s.importer, s.exporter): replace(s, days=None) for s in parts["shocks"]}
    parts["shocks"] = list(streams.values())
    paths = run(parts)
    codes = paths.economies
    expected = np.repeat(parts["schedule"].duty(paths.dates)[np.newaxis], DRAWS, axis=0)
    for draw in range(DRAWS):
        for row in paths.events(draw).itertuples():
            if row.kind == "announces" and not row.why.startswith("by law") and not pd.isna(row.charged):
                pair = row.importer, row.exporter
                shock = "(shock " in row.why
                coverage = streams[pair].coverage if shock else parts["rules"][row.importer].coverage
                later = paths.dates >= np.datetime64(row.charged, "D")
                rise = coverage * (row.to - row._5)
                expected[draw, later, codes.index(pair[0]), codes.index(pair[1])] += rise
    np.testing.assert_allclose(paths.duty, expected, rtol=1e-9, atol=1e-11)


# The same acts, written otherwise --------------------------------------------------------------------


@given(numbers)
def test_levels_of_an_act_at_one_rate_are_one_level(number):
    parts, chance = random_parts(number), random.Random(number)  # noqa: S311 a test, not a secret
    measures = [piece for m in parts["schedule"].measures for piece in split(m, chance, parts)]
    assert_same(run(with_schedule(parts, measures)), run(parts), exact=False)


def split(measure, chance, parts):
    """Cut the window of an enacted measure in two, now and then."""
    first = max(measure.effective, FIRST)
    length = ((measure.expires or parts["end"]) - first).days
    if measure.status != "enacted" or length < 2 or chance.random() < 0.3:
        return [measure]
    cut = _day((first - FIRST).days + chance.randrange(1, length))
    known = None if measure.expiry_announced is None else min(measure.expiry_announced, measure.announced)
    return [replace(measure, expires=cut, expiry_announced=known), replace(measure, effective=cut)]


@given(numbers)
def test_half_of_every_rate_makes_half_of_every_duty(number):
    """Where rules are of degree one: all but those by value, whose demand curves, and those that ask."""
    parts = random_parts(number)
    parts["rules"] = {
        key: replace(rule, by="duties", elasticity=0.0) if rule.kind == "rebalance" else rule
        for key, rule in parts["rules"].items()
        if not isinstance(rule, rules.Economic)
    }
    found, expected = run(halved(parts)), run(parts)
    np.testing.assert_allclose(found.duty, 0.5 * expected.duty, rtol=0, atol=1e-11)  # dust is not halved
    np.testing.assert_allclose(cost_of(found), 0.5 * cost_of(expected), rtol=0, atol=1e-11)
    assert np.array_equal(found.truce, expected.truce)


def halved(parts):
    def way(outcome):
        slopes = {s: (2.0 if s.startswith("duty.") else 1.0) * slope for s, slope in outcome.slopes.items()}
        effects = [e if e.rate is None else replace(e, rate=0.5 * e.rate) for e in outcome.effects]
        return replace(outcome, slopes=slopes, effects=effects)

    def rule(one):
        own = {"rate", "step", "stop"} & {field.name for field in fields(one)}
        half = {name: 0.5 * getattr(one, name) for name in {"cap", "tolerance"} | own}
        if one.kind == "custom":
            assert one.function is grudge
            half["parameters"] = (one.parameters[0], 0.5 * one.parameters[1])
        return replace(one, **half)

    def size(one):
        names = {"value"} if one.distribution == "fixed" else {"loc", "scale"}
        whole = {"loc": 0.0, "scale": 1.0} if one.distribution != "fixed" else {}
        given_ = whole | dict(one.parameters)
        return Size(
            one.distribution, **{n: (0.5 if n in names else 1.0) * value for n, value in given_.items()}
        )

    measures = [replace(m, rate=0.5 * m.rate) for m in parts["schedule"].measures]
    return with_schedule(parts, measures) | {
        "rules": {key: rule(one) for key, one in parts["rules"].items()},
        "truces": [replace(t, tolerance=0.5 * t.tolerance) for t in parts["truces"]],
        "events": [replace(e, outcomes=[way(o) for o in e.outcomes]) for e in parts["events"]],
        "shocks": [replace(s, size=size(s.size), most=0.5 * s.most) for s in parts["shocks"]],
    }


# More is more ----------------------------------------------------------------------------------------

RAISED = {
    "match": "ratio",
    "counter": "step",
    "targeted": "rate",
    "deferred": "ratio",
    "self-stop": "ratio",
    "grim": "rate",
    "contrite": "ratio",
    "rebalance": "cap",
}


def monotone_parts(number):
    """A scenario in which every rule is monotone and nothing else depends on duties."""
    parts = random_parts(number)
    parts["rules"] = {
        key: replace(rule, forgiveness=0.0, **_steady(rule))
        for key, rule in parts["rules"].items()
        if rule.kind in RAISED
    }
    parts["truces"] = [replace(truce, breach=0.0) for truce in parts["truces"]]
    parts["events"] = [
        replace(event, outcomes=[replace(o, slopes={}) for o in event.outcomes]) for event in parts["events"]
    ]
    return parts


def _steady(rule):
    return {"elasticity": 0.0} if rule.kind == "rebalance" and rule.by == "duties" else {}


def _raised(rule, name, by):
    return replace(rule, **{name: min(10.0, by * getattr(rule, name) + 0.01)})


@given(numbers, st.booleans(), st.floats(1.001, 3.0), st.data())
def test_a_higher_ratio_or_cap_lowers_no_duty_of_anybody(number, cap, by, data):
    parts = monotone_parts(number)
    assume(parts["rules"])
    key = data.draw(st.sampled_from(sorted(parts["rules"])))
    rule = parts["rules"][key]
    name = "cap" if cap else RAISED[rule.kind]
    higher = {key: _raised(rule, name, by)}
    less, more = run(parts), run(parts | {"rules": parts["rules"] | higher})
    assert (more.duty >= less.duty - 1e-12).all()
    assert (cost_of(more) >= cost_of(less) - 1e-12).all()


def test_more_is_often_more_than_nothing():
    """Raising what never binds would prove nothing."""
    moved = 0
    for number in range(60):
        parts = monotone_parts(number)
        higher = {key: _raised(rule, RAISED[rule.kind], 2.0) for key, rule in parts["rules"].items()}
        more, less = run(parts | {"rules": higher}), run(parts)
        assert (more.duty >= less.duty - 1e-12).all()
        moved += (more.duty > less.duty + 1e-6).any()
    assert moved > 10


def answers(levels, rule, draws=1, truces=(), schedule=()):
    """China's duties by draw and day; the United States charge these levels, one a day, the last for good."""
    acts = [
        Measure(
            name="act",
            importer="USA",
            exporter="CHN",
            authority="law",
            rate=level,
            effective=_day(t),
            expires=_day(t + 1) if t < len(levels) - 1 else None,
        )
        for t, level in enumerate(levels)
    ]
    economies = Economies(["USA", "CHN"], [[0, 100e9], [100e9, 0]])
    measures = Schedule([*acts, *schedule], economies)
    scenario = Scenario(
        name="counterexample",
        start=FIRST,
        end=_day(20),
        schedule=measures,
        rules={"CHN": rule},
        truces=truces,
    )
    return scenario.run(draws, SEED).duty[:, :, 1, 0]


def falls(less, more):
    """Say whether more of something lowers a duty on some day."""
    return bool((more < less - 1e-9).any())


def test_a_higher_stop_may_lower_duties():
    """A rule that stopped stays when its cause comes down; one that did not follows it."""
    levels = [0.6, 0.6, 0.2]
    assert falls(answers(levels, rules.SelfStop(stop=0.5)), answers(levels, rules.SelfStop(stop=0.8)))
    assert not falls(
        answers(levels, rules.SelfStop(stop=0.5, ratio=0.7)), answers(levels, rules.SelfStop(stop=0.5))
    )


def test_a_provocation_more_may_lower_the_duties_of_gradual():
    """Punishing earlier, it is in its calm rounds when the other provocation comes."""
    gradual = rules.Gradual(rate=0.5, period=1, tolerance=0.15)
    assert falls(answers([0.1, 0.5, 0.0], gradual), answers([0.2, 0.5, 0.0], gradual))


def test_a_higher_provocation_may_lower_the_duties_of_one_that_forgives():
    """What it once let pass it still does not count when the level has come down."""
    generous = rules.Generous(forgiveness=0.5)
    less = answers([1.0, 1.0, 1.0], generous, draws=50)
    assert falls(less, answers([1.0, 2.0, 1.5], generous, draws=50))
    never = rules.Generous(forgiveness=0.0)
    assert not falls(answers([1.0, 1.0, 1.0], never), answers([1.0, 2.0, 1.5], never))


def test_a_higher_provocation_may_lower_the_duties_of_one_that_rebalances():
    """Beyond the peak of its revenue a higher duty collects less, and less is answered."""
    by_duties = rules.Rebalance(elasticity=4.0)
    assert falls(answers([1 / 3], by_duties), answers([2.0], by_duties))
    for steady in (rules.Rebalance(), rules.Rebalance(by="trade", elasticity=4.0)):
        assert not falls(answers([1 / 3], steady), answers([2.0], steady))


def test_a_higher_ratio_of_one_that_gives_back_lowers_duties():
    def duties(ratio):
        levels = [
            Measure(
                name="own",
                importer=importer,
                exporter=exporter,
                authority="law",
                rate=rate,
                announced=_day(-9 if t == 0 else 5),
                effective=_day(-9 if t == 0 else 5),
                expires=_day(5) if t == 0 and importer == "USA" else None,
            )
            for importer, exporter in (("USA", "CHN"), ("CHN", "USA"))
            for t, rate in enumerate([0.5, 0.2] if importer == "USA" else [0.5])
        ]
        schedule = Schedule(levels, Economies(["USA", "CHN"]))
        given_ = {"CHN": rules.Deescalate(ratio=ratio)}
        return Scenario(name="cut", start=FIRST, end=_day(12), schedule=schedule, rules=given_).run().duty

    assert falls(duties(0.5), duties(1.0))
    np.testing.assert_allclose(duties(0.5)[0, -1, 1, 0], 0.5 - 0.5 * 0.3, **CLOSE)


def test_a_breach_may_lower_duties():
    """What provokes lets rules move again, and one whose cause is gone comes down."""
    truce = Truce(name="truce", parties=("USA", "CHN"), start=_day(3), end=_day(20), breach=1.0)
    late = [
        Measure(
            name="late",
            importer="CHN",
            exporter="USA",
            authority="law",
            rate=0.05,
            effective=_day(8),
            announced=_day(8),
        )
    ]
    match = rules.Match(implementation=0)
    peace = answers([0.5, 0.5, 0.5, 0.0], match, truces=[truce])
    broken = answers([0.5, 0.5, 0.5, 0.0], match, truces=[truce], schedule=late)
    assert peace[0, -1] == pytest.approx(0.5)
    assert falls(peace, broken)
