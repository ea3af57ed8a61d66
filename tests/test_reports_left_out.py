"""Reports of what is unusual: what cannot be told is left out, and the page says so and why."""

from dataclasses import replace

import numpy as np
import pytest

import tradesim as ts
from tradesim import wording
from tradesim.economics import Status
from tradesim.errors import InputError, Problem
from tradesim.impacts import Accuracy
from tradesim.reports import costs, depends, draws, duties, kinds, moves, takeaways
from tradesim.reports.pictures import Credit
from tradesim.reports.values import Figure, Sentence, Table, Text

CREDIT = Credit("a test")
ECONOMIES = ts.Economies(["USA", "CHN"], [[0, 440e9], [145e9, 0]])


@pytest.fixture(scope="module")
def october():
    return ts.scenarios.load("us-china-2025-10").with_({"end": "2025-12-01"})


@pytest.fixture(scope="module")
def paths(october):
    return october.run(draws=30)


def texts(section):
    return [block.text for block in section.blocks if isinstance(block, Text | Sentence)]


def quiet(**about):
    """A scenario in which nothing happens."""
    base = ts.Measure(
        name="base", importer="USA", exporter="CHN", authority="MFN", rate=0.03, effective="2020-01-01"
    )
    given = {"name": "quiet", "start": "2025-01-01", "end": "2025-03-01"} | about
    return ts.Scenario(schedule=ts.Schedule([base], ECONOMIES), **given)


# Costs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("grim-1930", "the trade data are of 2023, more than 10 years from these days"),
        ("symmetric-spiral", "AAA, BBB are not among the economies of the trade data"),
    ],
)
def test_a_world_that_does_not_fit_is_not_asked(name, words):
    section, told = costs.costed(ts.scenarios.load(name).run(), "a test")
    assert texts(section) == [f"Not told here: {words}."]
    assert told == []


def test_paths_without_a_recorded_duty_cost_nothing_that_is_known(paths):
    section, _ = costs.costed(replace(paths, recorded=np.zeros((3, 3), dtype=bool)), "a test")
    assert "no duty is recorded" in texts(section)[0]


def test_what_the_model_refuses_is_said(paths, monkeypatch):
    def refuse(*_, **__):
        raise InputError([Problem("no world", "model")])

    monkeypatch.setattr(costs, "impact", refuse)
    assert texts(costs.costed(paths, "a test")[0]) == ["Not told here: model: no world."]


def test_draws_without_a_solution_are_left_out_in_so_many_words(paths, monkeypatch):
    solved = costs.impact

    def stuck(*args, **options):
        found = solved(*args, **options)
        status = found.found.status.copy()
        status[:4, 0] = Status.STALLED
        return replace(found, found=replace(found.found, status=status))

    monkeypatch.setattr(costs, "impact", stuck)
    section, _ = costs.costed(paths, "a test")
    assert "along 26 draws" in texts(section)[0]
    left_out = "4 more draws are left out: the model has no solution for some of their months."
    assert left_out in texts(section)


def test_only_the_first_thousand_draws_are_put_to_the_model(october, monkeypatch):
    monkeypatch.setattr(costs, "MOST_DRAWS", 20)
    section, _ = costs.costed(october.run(draws=25), "a test")
    assert "along 20 draws" in texts(section)[0]


def test_how_well_a_grid_stood_for_the_model_is_said(paths, monkeypatch):
    solved, accuracy = costs.impact, Accuracy(90_000, (9, 9), 81, 30, 1e-6, 1e-6, 1e-6)

    def interpolated(*args, **options):
        found = solved(*args, **options)
        return replace(found, found=replace(found.found, accuracy=(accuracy,)))

    monkeypatch.setattr(costs, "impact", interpolated)
    section, _ = costs.costed(paths, "a test")
    assert f"Between solved points it is interpolated: {accuracy}." in texts(section)


# What matters ----------------------------------------------------------------------------------------


def test_where_no_number_is_stated_nothing_is_varied():
    section, told = depends.of_scenario(quiet(), [("USA", "CHN")], 0, CREDIT)
    assert texts(section) == ["The scenario states no number that could be moved: nothing was varied."]
    assert told == []


def test_numbers_that_move_nothing_are_said_to_move_nothing():
    still = quiet(rules={"USA": ts.rules.Match(ratio=0.5)})
    section, told = depends.of_scenario(still, [("USA", "CHN")], 0, CREDIT)
    assert texts(section)[1] == "Nothing that was varied moves the highest duty of USA on CHN."
    assert told == []


def test_a_sweep_that_is_refused_is_said(monkeypatch, october):
    def refuse(*_, **__):
        raise InputError([Problem("no sweep", "here")])

    monkeypatch.setattr(depends, "sweep", refuse)
    section, _ = depends.of_scenario(october, [("USA", "CHN")], 0, CREDIT)
    assert texts(section) == ["No sweep could be run: here: no sweep."]


def test_a_sweep_over_nothing_says_what_events_decide_or_that_nothing_is_in_doubt(october):
    found = ts.sweep(october, draws=512, progress=False)
    section, told = depends.of_sweep(found, [("USA", "CHN")], CREDIT)
    assert [each.key for each in told] == ["decides USA-CHN"]
    assert not [block for block in section.blocks if isinstance(block, Figure)]
    still = ts.sweep(quiet(), draws=512, progress=False)
    section, told = depends.of_sweep(still, [("USA", "CHN")], CREDIT)
    assert texts(section) == ["Nothing but chance was varied, and no level that was kept is in doubt."]


def test_parameters_that_depend_on_each_other_have_no_sobol_indices(october):
    ways = {"rules.CHN.ratio": ts.uniform(0.5, 1.2), "rules.CHN.cap": ts.uniform(0.5, 1.5)}
    tied = {("rules.CHN.ratio", "rules.CHN.cap"): 0.5}
    found = ts.sweep(october, ways, correlation=tied, draws=512, progress=False)
    section, _ = depends.of_sweep(found, [("USA", "CHN")], CREDIT)
    assert any(text.startswith("No Sobol indices: ") for text in texts(section))


def test_many_assumptions_leave_sobol_indices_to_the_sweep(october, monkeypatch):
    monkeypatch.setattr(depends, "MOST_INPUTS", 0)
    found = ts.sweep(october, {"rules.CHN.ratio": ts.uniform(0.5, 1.2)}, draws=512, progress=False)
    section, _ = depends.of_sweep(found, [("USA", "CHN")], CREDIT)
    assert texts(section)[-1] == "Sobol indices of more than 0 assumptions are left to Sweep.sensitivity()."


def test_odds_that_come_together_have_no_tornado(october):
    import pandas as pd

    points = pd.DataFrame({"events.summit.deal": [0.2, 0.4], "events.summit.break": [0.1, 0.3]})
    found = ts.sweep(october, points, draws=512, progress=False)
    section, _ = depends.of_sweep(found, [("USA", "CHN")], CREDIT)
    assert any(text.startswith("No tornado of USA on CHN: ") for text in texts(section))


def test_a_sweep_over_several_scenarios_is_told(october):
    calm = october.with_({"rules.CHN.ratio": 0.5})
    found = ts.report(ts.sweep({"tense": october, "calm": calm}, draws=512, progress=False))
    assert found.name == "tense, calm"
    facts = dict(found.tables["again"].rows)
    assert {"sha256 of the scenario tense", "sha256 of the scenario calm"} <= set(facts)
    assert [row[0] for row in found.tables["design"].rows] == ["scenario"]


def test_words_are_values_of_assumptions_too():
    assert takeaways.value_part("nominal") == "nominal"
    assert takeaways.value_part(np.True_) == "True"
    assert takeaways.value_part(np.float64(0.25)).text == "0.25"


# Who did what ----------------------------------------------------------------------------------------


def test_where_nothing_happens_there_is_no_story():
    found = ts.report(quiet())
    section = next(section for section in found.sections if section.key == "moves")
    assert texts(section) == ["Nothing is announced and nothing happens."]
    assert "<svg" in found.html()


def test_a_draw_with_a_high_number_is_not_run_again(october, monkeypatch):
    monkeypatch.setattr(kinds, "MOST_AGAIN", 0)
    found = ts.sweep(october, {"rules.CHN.ratio": [0.5, 1.0]}, draws=512, progress=False)
    told = ts.report(found.where("rules.CHN.ratio == 1.0"))
    section = next(section for section in told.sections if section.key == "moves")
    assert "has the number 1, too high to be run again" in texts(section)[0]


def test_a_long_story_says_how_many_rows_are_left_out(october, monkeypatch):
    monkeypatch.setattr(moves, "MOST_MOVES", 2)
    paths = october.run(draws=2)
    section = moves.told(paths, [("USA", "CHN")], CREDIT, "One draw.")
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    assert (len(table.rows), table.more) == (2, len(paths.events(0)) - 2)
    found = ts.report(october, draws=2)
    assert f"and {table.more} more rows, not shown here" in found.html()


# The rest --------------------------------------------------------------------------------------------


def test_a_schedule_of_python_is_told_without_what_only_records_say():
    act = ts.Measure(
        name="act", importer="USA", exporter="CHN", authority="MFN", rate=0.1, effective="2024-01-01",
        instrument="tariff",
    )  # fmt: skip
    fee = replace(act, name="fee", instrument="fee", rate=0.02)
    found = ts.report(ts.Schedule([act, fee], ECONOMIES, source="a law"))
    assert (found.kind, found.name) == ("record", "schedule")
    assert "truces" not in found.tables
    assert [row[6] for row in found.tables["acts"].rows] == ["10 %", "2 % (fee)"]
    assert "<li>a law</li>" in found.html()


def test_a_report_says_what_it_is():
    found = ts.report("eu-steel")
    assert repr(found) == f"Report(record eu-steel: {len(found.takeaways)} takeaways, 8 sections)"


def test_a_scenario_whose_function_cannot_be_told_has_no_hash():
    keys = iter([0.5])

    def share(seen, own, first, day, memory, values):
        return 0.5 * seen if keys else seen, memory

    spiral = ts.scenarios.load("april-2025-spiral")
    rules = {"CHN": ts.rules.Custom(function=share, reaction=2)}
    scenario = ts.Scenario(name="x", start=spiral.start, end="2025-04-08", record=spiral.record, rules=rules)
    told = dict(kinds._identity(scenario, 1, 0))
    assert told["sha256 of the scenario"].startswith("none: ")


def test_a_truce_in_words_says_what_is_uncertain_and_what_is_lost():
    truce = ts.Truce(
        name="t", parties=("USA", "CHN"), start="2025-01-01", days=30, surcharges=0.5, start_spread=3,
        length_spread=5, at_end="lapse",
    )  # fmt: skip
    assert wording.truce_words(truce) == (
        "t: USA and CHN, 2025-01-01 until 2025-01-31, suspends 50 % of what rules added, then it is gone, "
        "up to 3 days later, up to 5 longer"
    )


def test_runs_without_truces_and_events_have_no_tables_of_them():
    shocks = [ts.Shock(importer="USA", exporter="CHN", rate=6.0, size=ts.Size("fixed", value=0.2))]
    paths = quiet(shocks=shocks).run(draws=20)
    (section,) = draws.spread(paths, [("USA", "CHN")], CREDIT)
    assert [block.key for block in section.blocks if isinstance(block, Table)] == ["fan"]


def test_layers_of_pairs_without_acts_are_left_out(october):
    layers = october.schedule.effective_duty("2025-10-01", "2025-10-02", by="authority")
    section = duties.layered(october.schedule, layers, [("ROW", "USA")], "words", CREDIT)
    assert [type(block) for block in section.blocks] == [Text]
