"""The day loop: agreement with a plain reading of the day, and the laws that every run obeys."""

import datetime as dt
import random
from dataclasses import replace
from itertools import pairwise

import engine_oracle
import numpy as np
import pytest
from hypothesis import settings

from tradesim import rules
from tradesim.assembly import answering
from tradesim.economies import Economies
from tradesim.engine.run import run
from tradesim.errors import InputError
from tradesim.events import Effect, Event, Outcome
from tradesim.measures import Measure
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.truces import Truce

FIRST = dt.date(2019, 1, 1)
"""First day of every scenario drawn here."""
CODES = ("USA", "CHN", "EU27", "JPN", "ROW")
REFUSED = "depend on each other"
KINDS = ("match", "match", "match", "counter", "passive")
MANY = max(300, settings().max_examples)
"""How many scenarios are held against the oracle: ``HYPOTHESIS_PROFILE=long`` draws more."""
SOME = max(60, MANY // 10)


def day(number):
    """The day so many days after the first."""
    return FIRST + dt.timedelta(days=number)


# Scenarios to draw -----------------------------------------------------------------------------------
#
# Dense on purpose: most acts are between the first two economies, new ones are announced early, rules answer,
# truces and junctures fall into the middle.


def scenarios(count, **options):
    """Yield (number, scenario); numbers whose duties the engine refuses to separate are left out."""
    for number in range(count):
        try:
            yield number, drawn(random.Random(number), **options)  # noqa: S311 a test, not a secret
        except InputError as error:
            if REFUSED not in str(error) and "goods that are not identified" not in str(error):
                raise


def drawn(chance, *, reactive=True, limits=True, truces=True, events=True, kinds=KINDS):
    """Draw a scenario of one to five economies over 1 to 40 days."""
    codes = chance.sample(CODES, chance.choice([2, 2, 2, 3, 3, 4, 5, 1]))
    pairs = [(i, j) for i in codes for j in codes if i != j]
    pairs += 3 * [(codes[0], codes[1]), (codes[1], codes[0])] if pairs else []
    horizon = chance.choice([12, 20, 30, 30, 40, 1])
    limits = limits and chance.random() < 0.2
    acts = [m for k in range(4) for m in fixed_act(chance, pairs, f"act {k}", limits)] if pairs else []
    live = []
    if pairs:
        live = [m for k in range(chance.randint(0, 3)) for m in live_act(chance, pairs, f"switch {k}")]
    windows = drawn_truces(chance, codes, live) if truces else []
    named = sorted({name for m in live if m.status != "revoked" for name in names_of(m)})
    return Scenario(
        name="drawn",
        start=FIRST,
        end=day(horizon),
        schedule=Schedule(acts + live, Economies(codes)),
        rules=drawn_rules(chance, codes, kinds) if reactive else {},
        truces=windows,
        events=drawn_events(chance, named, windows, horizon) if events else [],
    )


def drawn_rules(chance, codes, kinds):
    """A rule for nearly every economy."""
    return {code: drawn_rule(chance, chance.choice(kinds)) for code in codes if chance.random() < 0.9}


def drawn_rule(chance, kind):
    own = {
        "match": {"ratio": chance.choice([1.0, 0.5, 1.25, 0.0])},
        "counter": {"step": chance.choice([0.5, 0.0625])},
    }
    return rules.rule_of(kind)(
        reaction=chance.choice([1, 1, 2, 3, 50]),
        implementation=chance.choice([0, 1, 3]),
        cap=chance.choice([10.0, 10.0, 1.25, 0.375]),
        coverage=chance.choice([1.0, 0.6]),
        tolerance=chance.choice([0.0, 0.0, 0.125]),
        ratchet=chance.random() < 0.4,
        view="nominal",
        **own.get(kind, {}),
    )


def fixed_act(chance, pairs, name, limits):
    """One to three levels of an act that nothing switches, announced before or during the horizon."""
    importer, exporter = chance.choice(pairs)
    authority = chance.choice(["MFN", "Section 232", "retaliation"])
    starts = sorted(chance.sample(range(-6, 22), chance.choice([1, 1, 2, 3])))
    for start, following in pairwise([*starts, None]):
        end = chance.choice([following, following, start + 3]) if following is None else following
        yield Measure(
            name=name,
            importer=importer,
            exporter=exporter,
            authority=authority,
            rate=chance.randint(1, 40) / 64,
            coverage=chance.choice([1.0, 0.7, 0.4]),
            effective=day(start),
            expires=None if end is None else day(end),
            announced=day(start - chance.randint(0, 6)),
            status=chance.choice(["enacted"] * 6 + ["suspended", "threatened", "revoked"]),
            **drawn_stacking(chance, limits),
        )


def drawn_stacking(chance, limits):
    kind = chance.choice(["add"] * 8 + ["exclusive", "replace", "fee"] + ["floor", "cap"] * 2 * limits)
    return {
        "exclusive": {"stacking": "exclusive"},
        "replace": {"stacking": "replace", "against": ("retaliation",)},
        "fee": {"instrument": "fee"},
        "floor": {"basis": "floor", "against": chance.choice([(), ("MFN",)])},
        "cap": {"basis": "cap", "against": chance.choice([(), ("IEEPA",)])},
    }.get(kind, {})


def live_act(chance, pairs, name):
    """One to three levels of an act that truces or outcomes may switch."""
    importer, exporter = chance.choice(pairs)
    authority = chance.choice(["IEEPA", "Section 301"])
    starts = sorted(chance.sample(range(-6, 15), chance.choice([1, 1, 2, 3])))
    for start, following in pairwise([*starts, None]):
        end = chance.choice([None, start + 5, start]) if following is None else following
        specific = chance.random() < 0.2
        yield Measure(
            name=name,
            importer=importer,
            exporter=exporter,
            authority=authority,
            rate=chance.randint(4, 64) / 64 * (40 if specific else 1),
            coverage=chance.choice([1.0, 0.7]),
            effective=day(start),
            expires=None if end is None else day(end),
            announced=day(start - chance.randint(0, 6)),
            status=chance.choice(["enacted", "enacted", "suspended", "threatened", "threatened", "revoked"]),
            **({"basis": "specific", "unit": "ton", "unit_value": 40.0} if specific else {}),
        )


def drawn_truces(chance, codes, live):
    """Up to two truces, most between the first two economies, before, within and after the horizon."""
    made = []
    for k in range(chance.choice([0, 1, 1, 2]) if len(codes) > 1 else 0):
        parties = codes[:2] if chance.random() < 0.7 else chance.sample(codes, min(3, len(codes)))
        held = [m for m in live if {*m.pair} <= {*parties} and m.status in {"enacted", "suspended"}]
        named = sorted({name for m in held for name in names_of(m)})
        start, length = chance.randint(-5, 25), chance.choice([2, 6, 6, 40, 0])
        at_end = chance.choice(["snapback", "snapback", "lapse"])
        made.append(
            Truce(
                name=f"truce {k}",
                parties=parties,
                start=day(start),
                end=day(start + length),
                suspend=chance.sample(named, min(len(named), chance.randint(0, 2))),
                surcharges=chance.choice([0.0, 0.25, 0.6, 1.0]) if at_end == "snapback" else 0.0,
                at_end=at_end,
            )
        )
    return made


def names_of(measure):
    """What a truce or an effect may call a live measure."""
    return {measure.name, measure.authority, "switch*"}


def drawn_events(chance, named, windows, horizon):
    """Up to three events with one to three outcomes of up to three effects each."""
    truces = [truce.name for truce in windows]
    return [
        drawn_event(chance, f"event {k}", named, truces, horizon) for k in range(chance.choice([0, 1, 2, 3]))
    ]


def drawn_event(chance, name, named, truces, horizon):
    date = chance.randrange(horizon)
    weights = [chance.randint(1, 3) for _ in range(chance.randint(1, 3))]
    actions = ["enact", "enact", "revoke", "set_rate"] * bool(named)
    actions += ["start_truce", "extend_truce", "end_truce"] * bool(truces)
    outcomes = [
        Outcome(
            name=f"way {k}",
            probability=weight / sum(weights),
            effects=[
                drawn_effect(chance, chance.choice(actions), named, truces, date)
                for _ in range(chance.choice([0, 1, 2, 3]) if actions else 0)
            ],
        )
        for k, weight in enumerate(weights)
    ]
    return Event(name=name, date=day(date), outcomes=outcomes)


def drawn_effect(chance, action, named, truces, date):
    until = chance.choice([None, day(date + chance.randint(0, 15))]) if action == "start_truce" else None
    return Effect(
        action=action,
        target=chance.choice(truces if action.endswith("truce") else named),
        rate=chance.randint(0, 96) / 64 if action == "set_rate" else None,
        until=day(date + chance.randint(0, 15)) if action == "extend_truce" else until,
        on=chance.choice([None, None, day(date + chance.randint(0, 6))]),
    )


# Agreement with the oracle ---------------------------------------------------------------------------


def traced(scenario, draws, seed):
    """The engine's run of draws, with what was announced."""
    return run(scenario.program, draws, seed, traced=True)


def by_pair(scenario, trace):
    """What rules announced, (S, T, N, N)."""
    codes = scenario.schedule.economies.codes
    answered = np.zeros_like(trace.announced)
    for a, (i, j, _) in enumerate(answering(scenario.rules, codes)):
        answered[:, :, codes.index(i), codes.index(j)] = trace.answered[:, :, a]
    return answered


def check_agreement(scenario, names=("duty", "announced", "answered"), draws=3, seed=5):
    """Hold every draw of a run, and the trace behind it, against the oracle."""
    codes = scenario.schedule.economies.codes
    paths = scenario.run(draws=draws, seed=seed)
    trace = traced(scenario, np.arange(draws), seed)
    answered = by_pair(scenario, trace)
    for k in range(draws):
        past = engine_oracle.play(scenario, seed, k).days
        assert [today["day"] for today in past] == list(paths.dates.astype(object))
        for name in names:
            expected = np.zeros((len(past), len(codes), len(codes)))
            for t, today in enumerate(past):
                for (i, j), value in today[name].items():
                    expected[t, codes.index(i), codes.index(j)] = value
            found = answered[k] if name == "answered" else getattr(trace, name)[k]
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12, err_msg=name)
        assert np.array_equal(paths.duty[k], trace.duty[k])
        held = [[today["truces"][name] for name in paths.truces] for today in past]
        assert paths.truce[k].tolist() == held
        assert not trace.announced[k][:, range(len(codes)), range(len(codes))].any()


def check_all(count, *names, **options):
    for number, scenario in scenarios(count, **options):
        try:
            check_agreement(scenario, *names)
        except AssertionError as error:
            raise AssertionError(f"scenario {number}: {scenario}") from error


def test_runs_agree_with_the_oracle():
    check_all(MANY)


def test_the_scenarios_drawn_are_many_and_lively():
    """A generator that draws nothing but quiet days proves nothing."""
    drawn_ = [scenario for _, scenario in scenarios(200)]
    traces = [traced(s, np.arange(3), 5) for s in drawn_]
    assert len(drawn_) >= 190
    assert sum(t.answered.any() for t in traces) > 50
    assert sum(t.truce.any() for t in traces) > 60
    assert sum(len(s.program.live_enacted) > 0 for s in drawn_) > 60
    assert sum(len(np.unique(t.outcome)) > 1 for t in traces) > 60
    assert {len(s.schedule.economies) for s in drawn_} == {1, 2, 3, 4, 5}
    assert {len(s.grid) for s in drawn_} >= {1, 12, 40}


# Laws ------------------------------------------------------------------------------------------------


def same(one, other):
    """Two runs to the last bit."""
    return np.array_equal(one.duty, other.duty) and np.array_equal(one.truce, other.truce)


def some(**options):
    return [scenario for _, scenario in scenarios(SOME, **options)]


def relabelled(scenario, new):
    """The same scenario with economies called otherwise and listed in the alphabet of their new codes."""
    schedule = scenario.schedule
    measures = [replace(m, importer=new[m.importer], exporter=new[m.exporter]) for m in schedule.measures]
    return replace(
        scenario,
        schedule=Schedule(measures, Economies(sorted(new[code] for code in schedule.economies.codes))),
        rules={new[code]: rule for code, rule in scenario.rules.items()},
        truces=tuple(replace(t, parties=[new[code] for code in t.parties]) for t in scenario.truces),
    )


def test_relabelling_economies_permutes_results_exactly():
    for scenario in some():
        codes = scenario.schedule.economies.codes
        new = dict(zip(codes, ["ZWE", "ALB", "MEX", "BRA", "NOR"], strict=False))
        paths, other = scenario.run(2, 5), relabelled(scenario, new).run(2, 5)
        at = [other.economies.index(new[code]) for code in codes]
        assert np.array_equal(other.duty[:, :, at][..., at], paths.duty)
        assert np.array_equal(other.truce, paths.truce)


def test_the_order_in_which_economies_are_listed_does_not_matter():
    for scenario in some():
        codes = scenario.schedule.economies.codes
        turned = replace(scenario, schedule=Schedule(scenario.schedule.measures, Economies(codes[::-1])))
        assert np.array_equal(turned.run(2, 5).duty[:, :, ::-1, ::-1], scenario.run(2, 5).duty)


def test_without_rules_truces_and_events_the_duty_is_the_schedule_s():
    for scenario in some(reactive=False, truces=False, events=False):
        assert np.array_equal(scenario.run().duty[0], scenario.schedule.duty(scenario.grid))


def test_a_truce_between_all_over_the_whole_horizon_is_no_rules_and_no_suspended_measures():
    for scenario in some(limits=False, truces=False, events=False):
        codes, schedule = scenario.schedule.economies.codes, scenario.schedule
        held = [
            m
            for m in schedule.measures
            if m.name.startswith("switch") and m.status in {"enacted", "suspended"}
        ]
        if len(codes) == 1:
            continue
        names = {m.name for m in held}
        truce = Truce(name="all", parties=codes, start=FIRST, end=scenario.end, suspend=names, surcharges=0.5)
        quiet = replace(
            scenario, rules={}, schedule=schedule.only(m for m in schedule.measures if m not in held)
        )
        assert np.array_equal(replace(scenario, truces=[truce]).run().duty, quiet.run().duty)


def test_a_ratio_of_0_is_passive():
    for scenario in some(kinds=("match",)):
        zero = {code: replace(rule, ratio=0.0) for code, rule in scenario.rules.items()}
        passive = {code: rules.Passive() for code in scenario.rules}
        assert same(replace(scenario, rules=zero).run(2), replace(scenario, rules=passive).run(2))
        assert same(replace(scenario, rules=passive).run(2), replace(scenario, rules={}).run(2))


@pytest.mark.parametrize(("name", "step"), [("ratio", 0.25), ("cap", 0.5)])
def test_more_of_it_never_lowers_a_duty(name, step):
    raised = 0
    for scenario in some(kinds=("match",), truces=False):
        before = scenario.run(2, 5).duty
        for code, rule in scenario.rules.items():
            most = min(getattr(rule, name) + step, 10.0)
            more = (
                replace(scenario, rules={**scenario.rules, code: replace(rule, **{name: most})})
                .run(2, 5)
                .duty
            )
            assert (more >= before - 1e-12).all()
            raised += (more > before + 1e-12).any()
    assert raised >= 3


def test_a_reaction_longer_than_the_horizon_is_no_reaction():
    for scenario in some():
        late = {code: replace(rule, reaction=len(scenario.grid)) for code, rule in scenario.rules.items()}
        assert same(replace(scenario, rules=late).run(2, 5), replace(scenario, rules={}).run(2, 5))


def test_a_horizon_of_one_day_holds_no_answer():
    for scenario in some(events=False):
        paths = scenario.with_({"end": day(1)}).run(2)
        assert paths.duty.shape[1] == 1
        assert same(paths, replace(scenario, rules={}, end=day(1)).run(2))


def test_a_longer_horizon_begins_the_same():
    for scenario in some():
        try:
            longer = scenario.with_({"end": scenario.end + dt.timedelta(days=9)}).run(2, 5)
        except InputError as error:  # acts of the added days may need to say which goods they hit
            if "goods that are not identified" not in str(error):
                raise
            continue
        assert np.array_equal(longer.duty[:, : len(scenario.grid)], scenario.run(2, 5).duty)


def test_one_economy_has_no_duties():
    rule = {"USA": rules.Counter()}
    paths = Scenario(
        name="alone", start=FIRST, end=day(4), schedule=Schedule([], Economies(["USA"])), rules=rule
    ).run(2)
    assert paths.duty.shape == (2, 4, 1, 1)
    assert not paths.duty.any()


def test_a_draw_is_the_same_to_the_last_bit_whatever_is_drawn_beside_it():
    for scenario in some():
        every = scenario.run(6, seed=11)
        few = scenario.run(2, seed=11)
        assert np.array_equal(every.duty[:2], few.duty)
        assert every.outcomes[:2].equals(few.outcomes)
        alone = run(scenario.program, np.array([5, 3]), 11)
        assert np.array_equal(alone.duty, every.duty[[5, 3]])
        assert np.array_equal(alone.truce, every.truce[[5, 3]])


def test_an_event_without_effects_changes_nothing():
    for scenario in some():
        nothing = Event(
            name="nothing",
            date=FIRST,
            outcomes=[Outcome(name="a", probability=0.4), Outcome(name="b", probability=0.6)],
        )
        assert same(replace(scenario, events=(*scenario.events, nothing)).run(2, 5), scenario.run(2, 5))


# Closed forms ----------------------------------------------------------------------------------------


def opening(points, days=None, **changes):
    """What the United States announce on China on the first day, for so many days or for good."""
    given = {"name": "opening", "importer": "USA", "exporter": "CHN", "authority": "IEEPA", "rate": points}
    given |= {"effective": FIRST, "expires": None if days is None else day(days)}
    return Measure(**(given | changes))


def spiral(measures, usa, chn, days=40, **more):
    """Levels announced by each of two economies, day by day, and their duties."""
    schedule = Schedule(measures, Economies(["USA", "CHN"]))
    both = {"USA": usa, "CHN": chn}
    scenario = Scenario(name="spiral", start=FIRST, end=day(days), schedule=schedule, rules=both, **more)
    trace = traced(scenario, np.arange(1), 0)
    return {
        "USA": trace.announced[0, :, 0, 1],
        "CHN": trace.announced[0, :, 1, 0],
        "USA pays": scenario.run().duty[0, :, 1, 0],
        "CHN pays": scenario.run().duty[0, :, 0, 1],
    }


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_a_provocation_of_one_day_echoes_down_a_geometric_series():
    a, b = 0.8, 0.9
    found = spiral([opening(0.4, days=1)], rules.Match(ratio=a, reaction=2), rules.Match(ratio=b, reaction=3))
    usa, chn = np.zeros(40), np.zeros(40)
    for k in range(8):
        usa[5 * k] = 0.4 * (a * b) ** k
        if 5 * k + 3 < 40:
            chn[5 * k + 3] = 0.4 * b * (a * b) ** k
    close(found["USA"], usa)
    close(found["CHN"], chn)


def test_with_ratchets_the_series_stays_at_its_highest_level():
    a, b = 0.8, 0.9
    usa = rules.Match(ratio=a, reaction=2, ratchet=True)
    chn = rules.Match(ratio=b, reaction=3, ratchet=True)
    found = spiral([opening(0.4, days=1)], usa, chn)
    expected = np.where(np.arange(40) >= 5, 0.4 * a * b, 0.0)
    expected[0] = 0.4
    close(found["USA"], expected)
    close(found["CHN"], np.where(np.arange(40) >= 3, 0.4 * b, 0.0))


def test_a_lasting_provocation_below_one_is_answered_once():
    found = spiral([opening(0.4)], rules.Match(ratio=0.8, reaction=2), rules.Match(ratio=0.9, reaction=3))
    close(found["USA"], 0.4)
    close(found["CHN"], np.where(np.arange(40) >= 3, 0.36, 0.0))


def test_above_one_the_levels_climb_a_geometric_staircase_to_their_caps_on_the_computed_day():
    a, b, cap = 1.25, 1.2, 1.5
    usa = rules.Match(ratio=a, reaction=2, implementation=0, cap=cap)
    chn = rules.Match(ratio=b, reaction=3, implementation=4, cap=cap, coverage=0.5)
    found = spiral([opening(0.4)], usa, chn)
    days = np.arange(40)
    own = np.minimum(0.4 * (a * b) ** (days // 5), cap)
    answer = np.where(days >= 3, np.minimum(0.4 * b * (a * b) ** ((days - 3) // 5), cap), 0.0)
    close(found["USA"], own)
    close(found["CHN"], answer)
    rounds = int(np.ceil(np.log(cap / 0.4) / np.log(a * b)))
    assert np.flatnonzero(found["USA"] == cap)[0] == 5 * rounds == 20
    assert np.flatnonzero(found["CHN"] == cap)[0] == 5 * 3 + 3
    close(found["CHN pays"], own)
    close(found["USA pays"], np.where(days >= 7, 0.5 * np.roll(answer, 4), 0.0))


def test_counter_climbs_by_its_step_where_the_other_matches():
    usa = rules.Counter(step=0.25, reaction=2, cap=1.25)
    chn = rules.Match(reaction=1, cap=1.25)
    found = spiral([opening(0.34)], usa, chn)
    days = np.arange(40)
    close(found["USA"], np.minimum(0.34 + 0.25 * (days // 3), 1.25))
    close(found["CHN"], np.where(days >= 1, np.minimum(0.34 + 0.25 * ((days - 1) // 3), 1.25), 0.0))


def test_two_economies_that_provoke_each_other_at_once_move_at_once():
    both = [opening(0.2), opening(0.2, name="mirror", importer="CHN", exporter="USA")]
    found = spiral(both, rules.Counter(step=0.1, cap=0.9), rules.Counter(step=0.1, cap=0.9), days=12)
    close(found["USA"], np.minimum(0.2 + 0.1 * np.arange(12), 0.9))
    close(found["CHN"], found["USA"])
    close(found["USA pays"], found["CHN pays"])


def test_what_the_schedule_announces_by_itself_counts_towards_the_answer_and_the_cap():
    own = opening(0.3, name="own", importer="CHN", exporter="USA", announced=day(4), effective=day(20))
    found = spiral([opening(0.5), own], rules.Passive(), rules.Match(implementation=0), days=24)
    close(found["CHN"], np.where(np.arange(24) >= 1, 0.5, 0.0))
    close(found["USA pays"], [0.0] + 3 * [0.5] + 16 * [0.2] + 4 * [0.5])


def test_an_answer_reacts_to_the_announcement_not_to_the_charge():
    late = opening(0.4, announced=day(2), effective=day(9))
    found = spiral([late], rules.Passive(), rules.Match(reaction=3, implementation=2), days=12)
    close(found["USA"], np.where(np.arange(12) >= 2, 0.4, 0.0))
    close(found["CHN"], np.where(np.arange(12) >= 5, 0.4, 0.0))
    close(found["USA pays"], np.where(np.arange(12) >= 7, 0.4, 0.0))
    close(found["CHN pays"], np.where(np.arange(12) >= 9, 0.4, 0.0))


def test_what_was_announced_before_the_first_day_is_the_reference():
    found = spiral([opening(0.4, announced=day(-1), effective=day(3))], rules.Match(), rules.Match(), days=8)
    assert not found["CHN"].any()
    assert not found["USA"].any()


def test_an_answer_comes_down_with_its_cause_unless_there_is_a_ratchet():
    found = spiral([opening(0.4, days=4)], rules.Passive(), rules.Match(), days=9)
    close(found["CHN"], [0.0] + 4 * [0.4] + 4 * [0.0])
    close(found["USA pays"], [0.0] * 2 + 4 * [0.4] + 3 * [0.0])
    held = spiral([opening(0.4, days=4)], rules.Passive(), rules.Match(ratchet=True), days=9)
    close(held["CHN"], [0.0] + 8 * [0.4])


def test_a_provocation_of_just_the_tolerance_is_let_pass():
    for rate, answer in ((0.25, 0.0), (0.26, 0.26)):
        for view in ("nominal", "trade-weighted"):
            found = spiral([opening(rate)], rules.Passive(), rules.Match(tolerance=0.25, view=view), days=4)
            close(found["CHN"], [0.0] + 3 * [answer])


def always(seen, own, first, day, memory, values):
    """A rule of one's own that needs no provocation."""
    return np.full_like(seen, 0.1), memory


def test_a_rule_that_needs_no_provocation_starts_on_the_first_day_and_spares_its_own_goods():
    schedule = Schedule([], Economies(["USA", "CHN"]))
    chosen = {"USA": rules.Custom(function=always, implementation=2)}
    paths = Scenario(name="own", start=FIRST, end=day(5), schedule=schedule, rules=chosen).run()
    close(paths.duty[0, :, 0, 1], 2 * [0.0] + 3 * [0.1])
    assert not paths.duty[0, :, 0, 0].any()
    assert not paths.duty[0, :, 1].any()


# Truces ----------------------------------------------------------------------------------------------


def truce(**changes):
    given = {"name": "truce", "parties": ("USA", "CHN"), "start": day(4), "end": day(8)}
    return Truce(**(given | changes))


def test_rules_hold_still_from_the_first_day_of_a_truce_to_the_last():
    found = spiral([opening(0.4)], rules.Counter(step=0.1), rules.Match(), days=12, truces=[truce()])
    close(found["USA"], [0.4, 0.4, 0.5, 0.5] + 4 * [0.5] + [0.6, 0.6, 0.7, 0.7])
    close(found["CHN"], [0.0, 0.4, 0.4, 0.5] + 4 * [0.5] + [0.5, 0.6, 0.6, 0.7])


def test_what_was_announced_before_a_truce_is_charged_in_it():
    found = spiral([opening(0.4)], rules.Passive(), rules.Match(implementation=5), days=12, truces=[truce()])
    close(found["USA pays"], 6 * [0.0] + 6 * [0.4])


def test_a_truce_suspends_its_share_of_surcharges_and_they_come_back():
    found = spiral(
        [opening(0.4)], rules.Passive(), rules.Match(implementation=0), 12, truces=[truce(surcharges=0.75)]
    )
    close(found["USA pays"], [0.0] + 3 * [0.4] + 4 * [0.1] + 4 * [0.4])
    close(found["CHN"], [0.0] + 11 * [0.4])


def test_truces_together_suspend_no_more_than_everything():
    two = [truce(surcharges=0.75), truce(name="second", surcharges=0.5, start=day(6), end=day(10))]
    found = spiral([opening(0.4)], rules.Passive(), rules.Match(implementation=0), days=12, truces=two)
    close(found["USA pays"], [0.0] + 3 * [0.4] + 2 * [0.1] + 2 * [0.0] + 2 * [0.2] + 2 * [0.4])


@pytest.mark.parametrize(("at_end", "after"), [("snapback", 0.4), ("lapse", 0.0)])
@pytest.mark.parametrize("status", ["enacted", "suspended"])
def test_suspended_duties_return_on_the_end_day_or_never(status, at_end, after):
    held = opening(0.4, effective=day(-9), status=status)
    found = spiral([held], rules.Match(), rules.Match(), 12, truces=[truce(suspend="opening", at_end=at_end)])
    close(found["CHN pays"], 4 * [0.4] + 4 * [0.0] + 4 * [after])
    assert not found["CHN"].any()


def test_a_truce_before_the_horizon_has_left_its_mark():
    held = opening(0.4, effective=day(-90))
    for at_end, after in (("snapback", 0.4), ("lapse", 0.0)):
        past = truce(start=day(-20), end=day(-10), suspend="opening", at_end=at_end)
        close(spiral([held], rules.Match(), rules.Match(), 3, truces=[past])["CHN pays"], after)


def test_outsiders_go_on_and_others_goods_stay_charged():
    economies = Economies(["USA", "CHN", "JPN"])
    held = opening(0.4, effective=day(-9))
    new = [opening(0.3, name="new", exporter=code) for code in ("CHN", "JPN")]
    scenario = Scenario(
        name="three",
        start=FIRST,
        end=day(9),
        schedule=Schedule([held, *new], economies),
        rules={code: rules.Match(implementation=0) for code in economies.codes},
        truces=[truce(start=FIRST, suspend="opening")],
    )
    paths = scenario.run().to_frame()
    close(paths["USA", "CHN"], 8 * [0.3] + [0.7])
    close(paths["USA", "JPN"], 0.3)
    close(paths["CHN", "USA"], 8 * [0.0] + [0.3])
    close(paths["JPN", "USA"], [0.0] + 8 * [0.3])


# Events ----------------------------------------------------------------------------------------------


def after(*effects, date=3, **more):
    """Duty on China's goods day by day, and China's answers, around one event that is sure."""
    sure = Event(
        name="event", date=day(date), outcomes=[Outcome(name="yes", probability=1.0, effects=effects)]
    )
    measures = more.pop("measures", [opening(0.4, effective=day(-9))])
    found = spiral(measures, rules.Passive(), rules.Match(), days=8, events=[sure], **more)
    return found["CHN pays"], found["CHN"]


def effect(action, target="opening", **more):
    return Effect(action=action, target=target, **more)


def test_a_threat_carried_out_is_charged_from_that_day_and_answered():
    threat = [opening(0.4, status="threatened", announced=day(-5), effective=day(1), expires=day(2))]
    duty, answer = after(effect("enact"), measures=threat)
    close(duty, 3 * [0.0] + 5 * [0.4])
    close(answer, 4 * [0.0] + 4 * [0.4])


def test_a_threat_is_never_charged_before_its_own_day():
    threat = [opening(0.4, status="threatened", announced=day(-5), effective=day(6))]
    duty, answer = after(effect("enact", on=day(4)), measures=threat)
    close(duty, 6 * [0.0] + 2 * [0.4])
    close(answer, 5 * [0.0] + 3 * [0.4])


def test_what_is_revoked_is_gone_for_good_whatever_is_enacted_later():
    duty, _ = after(effect("revoke"), effect("enact", on=day(5)))
    close(duty, 3 * [0.4] + 5 * [0.0])


def test_a_rate_set_on_a_later_day_is_announced_on_that_day():
    duty, answer = after(effect("set_rate", rate=0.6, on=day(5)))
    close(duty, 5 * [0.4] + 3 * [0.6])
    close(answer, 6 * [0.0] + 2 * [0.2])


def test_a_specific_duty_takes_the_new_rate_as_a_fraction():
    specific = [opening(8.0, effective=day(-9), basis="specific", unit="ton", unit_value=40.0)]
    duty, _ = after(effect("set_rate", rate=0.5), measures=specific)
    close(duty, 3 * [0.2] + 5 * [0.5])


def test_effects_of_one_day_follow_the_description():
    duty, _ = after(effect("set_rate", rate=0.6), effect("set_rate", rate=0.1))
    close(duty, 3 * [0.4] + 5 * [0.1])


@pytest.mark.parametrize(
    ("act", "in_force"),
    [
        (effect("start_truce", "truce", until=day(5)), [3, 4]),
        (effect("start_truce", "truce", on=day(6)), [4, 5, 6, 7]),
        (effect("extend_truce", "truce", until=day(7)), [4, 5, 6]),
        (effect("extend_truce", "truce", until=day(5)), [4]),
        (effect("extend_truce", "truce", until=day(8), on=day(7)), [4, 5, 7]),
        (effect("end_truce", "truce", on=day(5)), [4]),
        (effect("end_truce", "truce"), []),
    ],
)
def test_an_event_moves_the_window_of_a_truce(act, in_force):
    duty, _ = after(act, truces=[truce(end=day(6), suspend="opening")])
    close(duty, [0.0 if k in in_force else 0.4 for k in range(8)])


# What once went wrong ---------------------------------------------------------------------------------


def test_a_suspended_measure_that_no_truce_holds_is_not_charged_until_an_outcome_enacts_it():
    held = [opening(0.4, effective=day(-9), status="suspended")]
    duty, _ = after(effect("enact"), measures=held)
    close(duty, 3 * [0.0] + 5 * [0.4])


def test_an_outcome_of_no_probability_changes_nothing():
    never = Event(
        name="event",
        date=day(3),
        outcomes=[
            Outcome(name="never", probability=0.0, effects=[effect("revoke")]),
            Outcome(name="always", probability=1.0),
        ],
    )
    plain = spiral([opening(0.4)], rules.Passive(), rules.Match(), days=8)
    found = spiral([opening(0.4)], rules.Passive(), rules.Match(), days=8, events=[never])
    close(found["CHN"], plain["CHN"])


def test_an_outcome_on_an_act_announces_no_more_than_the_level_in_force():
    two = [opening(0.1, effective=day(-9), expires=day(-5)), opening(0.25, effective=day(-5))]
    _, answer = after(effect("set_rate", rate=0.35), measures=two)
    close(answer, 4 * [0.0] + 4 * [0.1])


def test_a_truce_that_was_ended_before_it_began_takes_nothing_away():
    duty, _ = after(effect("end_truce", "truce"), truces=[truce(suspend="opening", at_end="lapse")])
    close(duty, 0.4)


def test_a_truce_that_never_held_takes_nothing_away():
    waiting = truce(start=day(1), end=day(1), suspend="opening", at_end="lapse")
    found = spiral([opening(0.4)], rules.Match(), rules.Passive(), days=8, truces=[waiting])
    close(found["CHN pays"], 0.4)


def test_a_new_rate_beside_a_floor_is_exact_or_refused():
    floor = opening(0.15, name="floor", authority="deal", basis="floor", effective=day(-9))
    try:
        duty, _ = after(effect("set_rate", rate=0.25), measures=[opening(0.05, effective=day(-9)), floor])
    except InputError as error:
        assert REFUSED in str(error)  # noqa: PT017 either will do
    else:
        close(duty, 3 * [0.15] + 5 * [0.25])


def test_two_acts_that_add_up_to_the_tolerance_are_let_pass():
    two = [opening(0.1), opening(0.2, name="second")]
    found = spiral(two, rules.Passive(), rules.Counter(tolerance=0.3), days=4)
    close(found["CHN"], 0.0)
