"""Assembly: the arrays that a scenario becomes, written out by hand, and what cannot become any."""

import numpy as np
import pytest

from tradesim import rules
from tradesim.assembly import assemble, functions_of
from tradesim.economies import Economies
from tradesim.engine.families import FAMILIES, counter, match, targeted
from tradesim.engine.program import NEVER, Act, Arrival, Of, State, Window
from tradesim.errors import InputError
from tradesim.events import Effect, Event, Outcome
from tradesim.measures import Measure
from tradesim.schedule import Schedule
from tradesim.shocks import Shock, Size
from tradesim.timegrid import TimeGrid
from tradesim.truces import Truce

GRID = TimeGrid("2025-10-01", "2025-10-06")
CODES = ["USA", "CHN", "ROW"]


def measure(**changes):
    plain = {
        "name": "duty",
        "importer": "USA",
        "exporter": "CHN",
        "authority": "IEEPA",
        "rate": 0.25,
        "effective": "2025-09-01",
    }
    return Measure(**(plain | changes))


def truce(**changes):
    given = {"name": "geneva", "parties": ("USA", "CHN"), "start": "2025-10-02", "end": "2025-10-04"}
    return Truce(**(given | changes))


def event(*effects, name="summit", date="2025-10-03"):
    return Event(name=name, date=date, outcomes=[Outcome(name="yes", probability=1.0, effects=effects)])


def program(*measures, rules=None, truces=(), events=(), grid=GRID, codes=CODES):
    return assemble(Schedule(measures, Economies(codes)), grid, rules or {}, truces, events)


def refusal(*measures, **given):
    with pytest.raises(InputError) as caught:
        program(*measures, **given)
    return str(caught.value)


def rows(effects):
    return [tuple(row) for row in effects.tolist()]


# What is fixed and what is live ----------------------------------------------------------------------


def test_without_truces_and_events_everything_is_fixed():
    found = program(measure(coverage=0.5), measure(name="new", rate=0.1, effective="2025-10-03"))
    assert found.base.shape == (5, 3, 3)
    np.testing.assert_allclose(found.base[:, 0, 1], [0.125, 0.125, 0.225, 0.225, 0.225], rtol=1e-15)
    assert np.argwhere(found.base.any(axis=0)).tolist() == [[0, 1]]
    assert found.live_duty.shape == (5, 0)
    assert found.live_pair.shape == (0, 2)
    assert found.truce_suspends.shape == (0, 0)
    assert found.truce_parties.shape == (0, 3)


def test_what_a_truce_names_is_live_between_its_parties_only():
    measures = [
        measure(coverage=0.5),
        measure(name="suspended", rate=0.3, status="suspended", expires="2025-10-03"),
        measure(name="elsewhere", exporter="ROW"),
        measure(name="other", authority="MFN"),
        measure(name="fee", instrument="fee"),
        measure(name="threat", status="threatened"),
        measure(name="withdrawn", status="revoked"),
    ]
    found = program(*measures, truces=[truce(suspend="IEEPA")])
    assert found.live_pair.tolist() == [[0, 1], [0, 1]]
    assert found.live_news.max(axis=0).tolist() == [[0.25, 0.125], [0.3, 0.3]]
    np.testing.assert_allclose(found.live_duty, [[0.125, 0.3]] * 2 + [[0.125, 0.0]] * 3, rtol=1e-15)
    assert found.live_enacted.tolist() == [True, True]
    assert found.truce_suspends.tolist() == [[True, True]]
    assert found.base[:, 0, 1].tolist() == [0.25] * 5
    assert found.base[:, 0, 2].tolist() == [0.25] * 5


def test_what_an_outcome_names_is_live_and_a_threat_carried_out_has_no_end():
    threat = measure(
        status="threatened", announced="2025-09-01", effective="2025-10-02", expires="2025-10-03"
    )
    found = program(threat, measure(name="other"), events=[event(Effect(action="enact", target="duty"))])
    assert found.live_enacted.tolist() == [False]
    assert found.live_duty.tolist() == [[0.0]] + [[0.25]] * 4
    assert found.base[:, 0, 1].tolist() == [0.25] * 5


def test_wildcards_names_and_authorities_all_name():
    measures = [measure(name=f"List {k}", authority="Section 301") for k in (1, 2)] + [measure()]
    for target, count in (("List 1", 1), ("List*", 2), ("Section 301", 2), ("*", 3)):
        assert len(program(*measures, truces=[truce(suspend=target)]).live_enacted) == count


def test_a_live_duty_is_what_it_adds_beside_a_replacement():
    metals = measure(
        name="metals", authority="Section 232", rate=0.5, coverage=0.3, stacking="replace", against="IEEPA"
    )
    found = program(metals, measure(coverage=0.8), truces=[truce(suspend="duty")])
    np.testing.assert_allclose(found.live_duty, [[0.25 * 0.5]] * 5, rtol=1e-14)
    np.testing.assert_allclose(found.base[:, 0, 1], 0.15, rtol=1e-14)


def test_a_specific_duty_is_live_at_its_equivalent():
    found = program(
        measure(rate=10.0, basis="specific", unit="ton", unit_value=40.0, coverage=0.5),
        events=[event(Effect(action="set_rate", target="duty", rate=0.5))],
    )
    assert found.live_news.max(axis=0).tolist() == [[0.25, 0.125]]
    assert found.live_duty.tolist() == [[0.125]] * 5
    assert found.effect_value.tolist() == [2.0]


# What is announced -----------------------------------------------------------------------------------


def opened(*measures):
    return program(*measures).opened[:, 0, 1, 0].tolist()


def test_an_act_counts_from_its_announcement_at_its_nominal_rate():
    late = measure(announced="2025-10-03", effective="2025-11-01", coverage=0.1)
    assert opened(late) == [0.0, 0.0, 0.25, 0.25, 0.25]
    assert opened(measure(announced="2025-10-01", effective="2025-10-04")) == [0.25] * 5
    assert opened(measure(announced="2025-09-30", effective="2025-10-04")) == [0.0] * 5


def test_the_end_of_an_older_act_is_no_cut_and_that_of_a_new_one_takes_it_back():
    assert opened(measure(expires="2025-10-03")) == [0.0] * 5
    assert opened(measure(effective="2025-10-02", expires="2025-10-04")) == [0.0, 0.25, 0.25, 0.0, 0.0]


def test_of_an_act_the_highest_level_counts_for_what_it_exceeds_the_reference():
    levels = [
        measure(rate=0.25, expires="2025-10-04"),
        measure(rate=0.75, announced="2025-10-02", effective="2025-10-04", expires="2025-10-05"),
        measure(rate=0.125, announced="2025-10-01", effective="2025-10-05"),
    ]
    assert opened(*levels) == [0.0, 0.5, 0.5, 0.5, -0.125]  # a lower level of the same act is a cut


def test_acts_add_up_apart_by_name_authority_and_pair():
    new = {"effective": "2025-10-02", "rate": 0.25}
    acts = [
        measure(**new),
        measure(**new, name="b"),
        measure(**new, authority="b"),
        measure(**new, exporter="ROW"),
    ]
    assert opened(*acts) == [0.0] + [0.75] * 4
    assert program(*acts).opened[:, 0, 2, 0].tolist() == [0.0] + [0.25] * 4


@pytest.mark.parametrize(
    "quiet",
    [
        {"status": "threatened"},
        {"status": "suspended"},
        {"status": "revoked"},
        {"instrument": "fee"},
        {"instrument": "export_control", "rate": None},
        {"basis": "floor"},
    ],
)
def test_what_charges_no_duty_of_its_own_is_no_provocation(quiet):
    assert opened(measure(effective="2025-10-02", **quiet)) == [0.0] * 5


def test_a_specific_duty_counts_at_its_equivalent():
    specific = measure(effective="2025-10-02", rate=10.0, basis="specific", unit="ton", unit_value=40.0)
    assert opened(specific) == [0.0] + [0.25] * 4


# Truces, events, rules -------------------------------------------------------------------------------


def test_truces_are_windows_parties_and_shares():
    two = [
        truce(start="2025-09-29", surcharges=0.5),
        truce(name="all", parties=("ROW", "CHN", "USA"), end="2026-01-01", at_end="lapse"),
    ]
    found = program(truces=two)
    values = found.truce_values[0]
    assert values[:, [Window.START, Window.LENGTH]].tolist() == [[-2, 5], [1, 91]]
    assert values[:, Window.SURCHARGES].tolist() == [0.5, 0.0]
    assert found.truce_parties.tolist() == [[True, True, False], [True, True, True]]
    assert found.truce_lapses.tolist() == [False, True]


def test_odds_are_those_written_and_0_beyond_the_last_outcome():
    three = [Outcome(name=str(k), probability=p) for k, p in enumerate((0.25, 0.25, 0.5))]
    found = program(events=[Event(name="three", date="2025-10-05", outcomes=three), event()])
    assert found.event_day.tolist() == [4, 2]
    assert found.event_odds.tolist() == [[[0.25, 0.25, 0.5], [1.0, 0.0, 0.0]]]
    assert found.event_count.tolist() == [3, 1]


def test_effects_are_in_the_order_of_day_and_then_of_the_description():
    measures = [measure(name="b", rate=0.5), measure(name="a"), measure(name="threat", status="threatened")]
    later = event(
        Effect(action="revoke", target="a", on="2025-10-05"),
        Effect(action="set_rate", target="*", rate=0.125),
        Effect(action="extend_truce", target="geneva", until="2025-10-20"),
        name="later",
    )
    sooner = event(
        Effect(action="start_truce", target="geneva"),
        Effect(action="start_truce", target="geneva", until="2025-10-04"),
        Effect(action="enact", target="threat", on="2025-10-03"),
        Effect(action="end_truce", target="geneva", on="2025-10-08"),
        date="2025-10-01",
    )
    found = program(*measures, truces=[truce(name="first"), truce()], events=[later, sooner])
    names = ["a", "b", "threat"]
    assert rows(found.effects) == [
        (1, 0, 0, Act.START_TRUCE, 1),
        (1, 0, 0, Act.START_TRUCE, 1),
        (0, 0, 2, Act.SET_RATE, names.index("a")),
        (0, 0, 2, Act.SET_RATE, names.index("b")),
        (0, 0, 2, Act.SET_RATE, names.index("threat")),
        (0, 0, 2, Act.EXTEND_TRUCE, 1),
        (1, 0, 2, Act.ENACT, names.index("threat")),
        (0, 0, 4, Act.REVOKE, names.index("a")),
        (1, 0, 7, Act.END_TRUCE, 1),
    ]
    assert found.effect_value[:6].tolist() == [float(NEVER), 3.0, 0.5, 0.25, 0.5, 19.0]


def test_a_rate_of_nothing_is_a_scale_of_nothing():
    found = program(measure(), events=[event(Effect(action="set_rate", target="duty", rate=0.0))])
    assert found.effect_value.tolist() == [0.0]


def test_a_row_for_each_pair_of_which_one_answers_the_other():
    chosen = {
        "CHN": rules.Match(ratio=0.5, reaction=3, implementation=2, coverage=0.4),
        "CHN-ROW": rules.Counter(step=0.1, allies="USA", view="trade-weighted"),
        "ROW": rules.Passive(),
        "USA-CHN": rules.Targeted(instrument="fee", equivalent=0.3),
    }
    found = program(rules=chosen)
    assert found.rule_pair.tolist() == [[0, 1], [1, 0], [1, 2]]
    assert found.rule_kind.tolist() == [FAMILIES.index(f) for f in (targeted, match, counter)]
    assert found.rule_view.tolist() == [0, 0, 1]
    assert found.rule_tariff.tolist() == [False, True, True]
    assert found.rule_beside.tolist() == [1, 0, 0]
    assert found.rule_allies.tolist() == [[False] * 3, [False] * 3, [True, False, False]]
    values = found.rule_values[0]
    assert values[:, [Of.REACTION, Of.IMPLEMENTATION, Of.COVERAGE]].tolist() == [
        [1, 1, 1.0],
        [3, 2, 0.4],
        [1, 1, 1.0],
    ]
    assert values[:, Of.OWN].tolist() == [0.25, 0.5, 0.1]
    assert values[:, Of.EQUIVALENT].tolist() == [0.3, 0.0, 0.0]


def test_a_rule_by_value_knows_exports_over_imports_and_needs_them():
    economies = Economies(CODES, [[0.0, 400.0, 1.0], [100.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    rule = {"CHN": rules.Rebalance(coverage=0.5)}
    found = assemble(Schedule([], economies), GRID, rule, (), ())
    assert found.rule_values[0, :, Of.OWN].tolist() == [4.0, 1.0]
    assert found.rule_view.tolist() == [1, 1]
    assert "a rule by value without trade" in refusal(rules=rule)


def test_a_custom_function_is_asked_for_its_own_pairs():
    def half(seen, own, first, day, memory, values):
        return values[0] * seen, memory

    custom = {"CHN-ROW": rules.Custom(function=half, parameters=(0.5,)), "USA": rules.Match()}
    functions = functions_of(custom, Economies(CODES))
    assert list(functions) == [2]
    assert functions[2][0].function is half
    assert functions[2][1].tolist() == [0.5, 0.0, 0.0, 0.0]


def test_slopes_and_shocks_are_rows():
    outcomes = [
        Outcome(name="a", probability=0.5, slopes={"duty.USA-CHN": 2.0, "renewals.geneva": -1.0}),
        Outcome(name="b", probability=0.5, slopes={"days.geneva": 0.5}),
    ]
    talks = Event(name="talks", date="2025-10-02", outcomes=outcomes)
    stream = Shock(importer="USA", exporter="ROW", rate=2, size=Size("fixed", value=0.1), coverage=0.5)
    found = assemble(Schedule([], Economies(CODES)), GRID, {}, [truce()], [talks], [stream])
    assert found.slope_of.tolist() == [
        [0, 0, State.DUTY, 0, 1],
        [0, 0, State.RENEWALS, 0, 0],
        [0, 1, State.DAYS, 0, 0],
    ]
    assert found.slope.tolist() == [[2.0, -1.0, 0.5]]
    assert found.shock_pair.tolist() == [[0, 2]]
    assert found.shock_values[0, 0, [Arrival.RATE, Arrival.COVERAGE, Arrival.DAYS]].tolist() == [
        2,
        0.5,
        NEVER,
    ]
    assert np.unique(found.shock_sizes).tolist() == [0.1]


def test_a_cut_below_the_reference_is_negative_and_a_known_end_is_none():
    levels = [
        measure(rate=0.5, effective="2025-09-01", expires="2025-10-03"),
        measure(rate=0.2, effective="2025-10-03", announced="2025-10-03", coverage=0.5),
    ]
    found = program(*levels).opened[:, 0, 1]
    np.testing.assert_allclose(found[:, 0], [0, 0, -0.3, -0.3, -0.3], rtol=1e-12)
    np.testing.assert_allclose(found[:, 1], [0, 0, -0.4, -0.4, -0.4], rtol=1e-12)


def test_the_grid_is_the_horizon():
    found = program(measure(), grid=TimeGrid("2025-10-01", "2025-10-02"), codes=["USA", "CHN"])
    assert found.base.shape == (1, 2, 2)
    assert found.base.tolist() == [[[0.0, 0.25], [0.0, 0.0]]]


# Refusals --------------------------------------------------------------------------------------------


def test_a_rule_for_a_stranger():
    assert refusal(rules={"CHM": rules.Match()}) == (
        "rules: unknown economy; got 'CHM'; allowed: CHN, ROW, USA; did you mean 'CHN'?"
    )


def test_a_truce_between_strangers():
    assert refusal(truces=[truce(parties=("USA", "CHM"))]) == (
        "truce 'geneva': parties: unknown economy; got 'CHM'; allowed: CHN, ROW, USA; did you mean 'CHN'?"
    )


def test_every_stranger_is_named():
    found = refusal(rules={"JPN": rules.Match()}, truces=[truce(parties=("KOR", "CHM"))])
    assert [line.split(";")[1] for line in found.splitlines()] == [" got 'JPN'", " got 'KOR'", " got 'CHM'"]


def test_a_truce_that_suspends_what_there_is_not():
    assert refusal(measure(), truces=[truce(suspend="IEPA")]) == (
        "truce 'geneva': suspend: unknown measure or authority; got 'IEPA'; allowed: IEEPA, duty; "
        "did you mean 'IEEPA'?"
    )


def test_an_effect_on_a_measure_that_there_is_not():
    assert refusal(measure(), events=[event(Effect(action="revoke", target="duti"))]) == (
        "event 'summit': revoke: unknown measure or authority; got 'duti'; allowed: IEEPA, duty; "
        "did you mean 'duty'?"
    )


@pytest.mark.parametrize("action", ["start_truce", "extend_truce", "end_truce"])
def test_an_effect_on_a_truce_that_there_is_not(action):
    effect = Effect(action=action, target="genva", until=None if action == "end_truce" else "2025-10-08")
    assert refusal(truces=[truce()], events=[event(effect)]) == (
        f"event 'summit': {action}: unknown truce; got 'genva'; allowed: geneva; did you mean 'geneva'?"
    )


@pytest.mark.parametrize(
    ("changes", "got"),
    [
        ({"stacking": "exclusive"}, "stacking 'exclusive', basis 'ad_valorem', instrument 'tariff'"),
        (
            {"stacking": "replace", "against": "MFN"},
            "stacking 'replace', basis 'ad_valorem', instrument 'tariff'",
        ),
        ({"basis": "floor"}, "stacking 'add', basis 'floor', instrument 'tariff'"),
        ({"basis": "cap"}, "stacking 'add', basis 'cap', instrument 'tariff'"),
    ],
)
@pytest.mark.parametrize(
    "use",
    [{"truces": [truce(suspend="duty")]}, {"events": [event(Effect(action="revoke", target="duty"))]}],
    ids=["truce", "event"],
)
def test_a_live_measure_that_cannot_be_switched(changes, got, use):
    assert refusal(measure(**changes), **use) == (
        f"measure 'duty': cannot be switched in a run; got {got}; "
        "allowed: a tariff that adds, ad valorem or specific"
    )


def test_a_rate_of_0_cannot_be_scaled():
    assert refusal(measure(rate=0.0), events=[event(Effect(action="set_rate", target="duty", rate=0.1))]) == (
        "event 'summit': set_rate: a rate of 0 cannot be scaled; got 'duty'; allowed: a measure with a rate"
    )


@pytest.mark.parametrize("limit", ["floor", "cap"])
def test_live_duties_under_one_limit_depend_on_each_other(limit):
    measures = [
        measure(name="a", rate=0.1),
        measure(name="b", rate=0.1),
        measure(name="all-in", authority="deal", basis=limit, rate=0.15),
    ]
    assert refusal(*measures, truces=[truce(suspend=["a", "b"])]) == (
        "'a', 'b': duties that depend on each other; got limited together by 'all-in'"
    )


def test_one_live_duty_under_a_limit_is_exact():
    limit = measure(name="all-in", authority="deal", basis="floor", rate=0.15)
    found = program(measure(rate=0.1), limit, truces=[truce(suspend="duty")])
    np.testing.assert_allclose(found.base[:, 0, 1] + found.live_duty[:, 0], 0.15, rtol=1e-14)


@pytest.mark.parametrize(
    ("changes", "use"),
    [
        ({"instrument": "fee"}, {"events": [event(Effect(action="revoke", target="duty"))]}),
        ({"status": "revoked"}, {"events": [event(Effect(action="enact", target="duty"))]}),
        ({"instrument": "fee"}, {"truces": [truce(suspend="duty")]}),
        ({"status": "threatened"}, {"truces": [truce(suspend="duty")]}),
        ({"exporter": "ROW"}, {"truces": [truce(suspend="duty")]}),
    ],
)
def test_what_switches_nothing_is_refused(changes, use):
    assert "duty" in refusal(measure(**changes), **use)
