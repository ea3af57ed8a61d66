"""Every number of a report is the API's, and the page says every number as it is."""

import numpy as np
import pandas as pd
import pytest
from report_page import Page

import tradesim as ts
from tradesim.reports import depends, page
from tradesim.reports.values import Number, numbers_of

DRAWS, SEED = 300, 5


@pytest.fixture(scope="module")
def scenario():
    return ts.scenarios.load("us-china-two-years").with_({"end": "2026-12-15"})


@pytest.fixture(scope="module")
def paths(scenario):
    return scenario.run(draws=DRAWS, seed=SEED)


@pytest.fixture(scope="module")
def of_scenario(scenario):
    return ts.report(scenario, draws=DRAWS, seed=SEED)


@pytest.fixture(scope="module")
def of_record():
    return ts.report("canada")


@pytest.fixture(scope="module")
def sweep(scenario):
    over = {"rules.CHN.ratio": ts.uniform(0.5, 1.2), "truces.geneva.breach": [0.2, 0.9]}
    return ts.sweep(scenario, over, draws=1024, seed=SEED, progress=False)


@pytest.fixture(scope="module")
def of_sweep(sweep):
    return ts.report(sweep)


@pytest.fixture(scope="module")
def cost(paths):
    world = ts.trade_data.world_2023()
    return ts.impact(
        paths, ts.economics.SingleSector(world.flows, world.tariffs, codes=world.codes), against="start"
    )


def takeaway(found, key):
    (sentence,) = [each.sentence for each in found.takeaways if each.key == key]
    return [number.value for number in sentence.numbers]


def rows(found, key):
    """The rows of a table, numbers at full value, days as text."""
    return [
        [cell.value if isinstance(cell, Number) else getattr(cell, "iso", cell) for cell in row]
        for row in found.tables[key].rows
    ]


# Scenarios -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", [("USA", "CHN"), ("CHN", "USA")])
def test_takeaways_on_duties_are_those_of_the_draws(of_scenario, paths, pair):
    i, j = (paths.economies.index(code) for code in pair)
    duty = paths.duty[:, :, i, j]
    first, last = duty[:, 0], duty[:, -1]
    expected = [
        np.median(first), np.median(last), DRAWS, np.quantile(last, 0.05), np.quantile(last, 0.95),
        (last > first + 1e-12).mean(), (last < first - 1e-12).mean(),
        np.sort(duty.max(axis=1))[int(0.95 * (DRAWS - 1))],
    ]  # fmt: skip
    assert takeaway(of_scenario, f"duty {pair[0]}-{pair[1]}") == pytest.approx(expected, abs=1e-12)
    assert (duty.max(axis=1) >= expected[-1]).mean() >= 0.05


def test_the_table_of_draws_is_the_summary(of_scenario, paths):
    summary = paths.summary()
    for row, (pair, expected) in zip(rows(of_scenario, "fan"), summary.iterrows(), strict=True):
        assert row[0] == f"{pair[0]} on {pair[1]}"
        assert row[3] == f"{expected['highest on']:%Y-%m-%d}"
        names = ["first", "peak", "last", "last 5 %", "last 95 %", "ends higher", "ends lower"]
        assert [row[1], row[2], *row[4:]] == [expected[name] for name in names]


def test_truces_are_those_of_the_draws(of_scenario, paths):
    assert len(paths.truces) == 2
    for k, name in enumerate(paths.truces):
        held = paths.truce[:, :, k]
        expected = [
            held.any(axis=1).mean(),
            held[:, -1].mean(),
            paths.breached[:, k].mean(),
            paths.renewals[:, k].mean(),
        ]
        assert takeaway(of_scenario, f"truce {name}") == pytest.approx(expected, abs=1e-12)
        ever, last, breached, renewals = expected
        days = np.median(held.sum(axis=1))
        assert rows(of_scenario, "truces")[k] == pytest.approx([name, ever, days, renewals, breached, last])


def test_shares_of_outcomes_are_those_of_the_draws(of_scenario, paths):
    shown, event = {}, ""
    for name, outcome, share in rows(of_scenario, "events"):
        event = name or event
        shown[event, outcome] = share
    for (name, outcome), share in shown.items():
        assert share == (paths.outcomes[name] == outcome).mean()
    assert {name for name, _ in shown} == set(paths.outcomes)


def test_the_story_is_that_of_the_first_draw(of_scenario, paths):
    story = paths.events(0)
    assert len(story) == len(rows(of_scenario, "moves")) > 5
    for number, row in enumerate(rows(of_scenario, "moves")):
        expected = story.iloc[number]
        assert row[:3] == [str(number), f"{expected['date']:%Y-%m-%d}", expected["kind"]]
        assert row[7] == expected["why"]
        if not np.isnan(expected["to"]):
            assert row[4:6] == [expected["from"], expected["to"]]
        assert row[6] == ("" if pd.isna(expected["charged"]) else f"{expected['charged']:%Y-%m-%d}")


def test_what_it_costs_is_what_the_model_says(of_scenario, cost):
    names = [
        "welfare_change", "welfare 5 %", "welfare 95 %", "price_change", "imports_change", "revenue",
        "revenue_change", "diversion",
    ]  # fmt: skip
    summary = cost.summary()
    for row, (code, expected) in zip(rows(of_scenario, "costs"), summary.iterrows(), strict=True):
        own = code in {"USA", "CHN"}  # of the others tariffs are assumed to be 0, and that is said
        told = {name: expected[name] for name in names}
        assert own or told["revenue"] == told["revenue_change"] == 0.0
        said = told if own else told | {"revenue": "assumed 0", "revenue_change": "assumed 0"}
        assert row == [code, *said.values()]
    third = summary["welfare_change"].drop(["USA", "CHN"]).abs().idxmax()
    told = [
        summary.loc[code, name]
        for code in ("USA", "CHN", third)
        for name in ("welfare_change", "welfare 5 %", "welfare 95 %")
    ]
    assert takeaway(of_scenario, "welfare") == [2023, *told]


def test_layers_are_those_of_the_schedule_on_the_day_of_the_start(of_scenario, scenario):
    split = scenario.schedule.effective_duty(scenario.start, scenario.start, by="authority").iloc[0]
    assert str(scenario.start) in of_scenario.tables["layers"].caption
    pair, total, parts = None, {}, {}
    for importer, exporter, name, duty in rows(of_scenario, "layers"):
        pair = (importer, exporter) if importer else pair
        if name == "all":
            total[pair] = duty
        else:
            parts[*pair, name] = duty
    assert parts == {key: value for key, value in split.items() if value}
    for (i, j), duty in total.items():
        assert duty == pytest.approx(scenario.schedule.duty_on(scenario.start).loc[i, j], abs=1e-12)


def test_what_matters_is_what_a_run_with_that_assumption_alone_gives(of_scenario, scenario):
    """The tornado anew, from runs of the changed scenario."""
    table = {row[0]: row[1:] for row in rows(of_scenario, "depends CHN-USA")}
    j, i = (scenario.schedule.economies.codes.index(code) for code in ("USA", "CHN"))
    for path in ("rules.CHN.ratio", "events.summit.break"):
        low, high, at_low, at_high, swing = table[path]
        others = {"events.summit.extension": 0.25, "events.summit.nothing": 0.15} if "summit" in path else {}
        for value, expected in ((low, at_low), (high, at_high)):
            duty = scenario.with_(others | {path: value}).run(draws=depends.DRAWS, seed=SEED).duty[:, :, i, j]
            assert duty.max(axis=1).mean() == pytest.approx(expected, abs=1e-6)
        assert swing == abs(at_high - at_low)
        stated = {"rules.CHN.ratio": 1.0, "events.summit.break": 0.1}[path]
        assert (low, high) == (pytest.approx(0.82 * stated), pytest.approx(1.18 * stated))
    widest = max(table, key=lambda path: table[path][4])
    assert takeaway(of_scenario, "assumption CHN-USA") == [table[widest][k] for k in (2, 0, 3, 1)]


def test_stated_odds_are_those_of_the_scenario(of_scenario, scenario):
    stated = [outcome.probability for event in scenario.events for outcome in event.outcomes]
    assert [row[3] for row in rows(of_scenario, "outcomes")] == stated


def test_branches_come_to_what_their_runs_come_to():
    found = ts.report("section-122-clock", draws=50)
    runs = ts.scenarios.load("section-122-clock").run_branches()
    columns = [column.split(", ")[0].split(" on ") for column in found.tables["branches"].columns[1::2]]
    for row, (name, paths) in zip(rows(found, "branches"), runs.items(), strict=True):
        frame = paths.to_frame()
        expected = [value for i, j in columns for value in (frame[i, j].max(), frame[i, j].iloc[-1])]
        assert row == [name, *expected]


def test_where_nothing_is_left_to_chance_one_path_is_told():
    found = ts.report("april-2025-spiral")
    duty = ts.scenarios.load("april-2025-spiral").run().to_frame()["CHN", "USA"]
    assert takeaway(found, "duty CHN-USA") == [duty.iloc[0], duty.max(), duty.iloc[-1]]
    assert "fan" not in {section.key for section in found.sections}
    (words,) = [s.blocks[0].text for s in found.sections if s.key == "moves"]
    assert words == "The one path: nothing is left to chance."


def test_one_draw_of_many_is_told_as_one_of_many():
    found = ts.report("us-china-2025-10", draws=1)
    (words,) = [s.blocks[0].text for s in found.sections if s.key == "moves"]
    assert words == "The first draw, one of many futures."


# Records ---------------------------------------------------------------------------------------------


def test_takeaways_on_a_record_are_those_of_its_schedule(of_record):
    schedule = ts.datasets.load("canada")
    duty = schedule.effective_duty(schedule.begins, schedule.vintage)
    for pair in schedule.pairs:
        series = duty[pair]
        assert takeaway(of_record, f"duty {pair[0]}-{pair[1]}") == [
            series.iloc[-1],
            series.iloc[0],
            series.max(),
        ]
    counted = takeaway(of_record, "acts")
    assert counted[0] == len(schedule) == sum(counted[1:])


def test_the_yearly_table_of_a_record_is_its_duty_on_those_days(of_record):
    schedule = ts.datasets.load("canada")
    columns = of_record.tables["duty"].columns[1:]
    for date, *duties in rows(of_record, "duty"):
        on = schedule.duty_on(date)
        assert duties == pytest.approx([on.loc[*column.split(" on ")] for column in columns], abs=1e-15)


def test_the_acts_of_a_record_are_its_measures(of_record):
    measures = ts.datasets.load("canada").measures
    assert len(rows(of_record, "acts")) == len(measures)
    for row, measure in zip(rows(of_record, "acts"), measures, strict=True):
        assert (row[0], row[1], row[5]) == (str(measure.announced), str(measure.effective), measure.name)
        assert row[7] == measure.coverage


def test_a_record_costs_what_its_duties_cost_month_by_month(of_record):
    schedule = ts.datasets.load("canada")
    world = ts.trade_data.world_2023()
    model = ts.economics.SingleSector(world.flows, world.tariffs, codes=world.codes)
    month = schedule.effective_duty("2026-10-01", "2026-10-08").mean()
    codes = {code: world.codes.index(code) for code in ("USA", "CAN")}

    def with_duties(duty):
        tariffs = np.array(world.tariffs)
        for i, j in (("USA", "CAN"), ("CAN", "USA")):
            tariffs[codes[i], codes[j]] = duty[i, j]
        return model.solve(tariffs).welfare

    first = schedule.effective_duty(schedule.begins, schedule.begins).iloc[0]
    expected = with_duties(month) / with_duties(first) - 1
    assert [row[1] for row in rows(of_record, "costs")] == pytest.approx(list(expected), abs=1e-9)


# Sweeps ----------------------------------------------------------------------------------------------


def test_takeaways_on_a_sweep_are_those_of_its_tables(of_sweep, sweep):
    last, moments = sweep.quantiles([0.05, 0.5, 0.95]).iloc[-1], sweep.moments()
    for i, j in (("USA", "CHN"), ("CHN", "USA")):
        expected = [last[i, j, 0.5], sweep.draws, last[i, j, 0.05], last[i, j, 0.95]]
        expected += [moments.loc[(i, j, "peak"), "mean"], moments.loc[(i, j, "peak"), "most"]]
        assert takeaway(of_sweep, f"duty {i}-{j}") == expected
    assert takeaway(of_sweep, "truce geneva") == [sweep.in_truce()["geneva"].iloc[-1]]


def test_the_tables_of_a_sweep_are_the_apis(of_sweep, sweep):
    assert [row[2:] for row in rows(of_sweep, "moments")] == sweep.moments().to_numpy().tolist()
    assert [row[2] for row in rows(of_sweep, "events")] == sweep.chances()["share"].tolist()
    swings = sweep.tornado("CHN-USA", draws=depends.DRAWS)
    columns = ["low value", "high value", "low", "high", "swing"]
    shown = {row[0]: row[1:] for row in rows(of_sweep, "depends CHN-USA")}
    assert shown == {
        name: swings.loc[name, columns].tolist() for name in swings.index if swings.loc[name, "swing"]
    }
    overall = sweep.sensitivity(depends.SOBOL_DRAWS, ["USA-CHN", "CHN-USA"]).overall
    peaks = overall[overall.index.get_level_values("of") == "peak"]
    assert [row[2:] for row in rows(of_sweep, "sobol")] == peaks.to_numpy().tolist()


def test_what_decides_is_what_the_sweep_says(of_sweep, sweep):
    for pair in ("USA-CHN", "CHN-USA"):
        shares = {level: sweep.passed(level)[tuple(pair.split("-"))].iloc[-1] for level in (0.5, 1.0)}
        level = min(shares, key=lambda each: abs(shares[each] - 0.5))
        told = sweep.decides(level, pair)
        assert takeaway(of_sweep, f"decides {pair}") == [level, told.share, told.ranking["explains"].iloc[0]]
        shown = [[row[1], row[3], row[5]] for row in rows(of_sweep, f"decides {pair}")]
        assert shown == told.ranking[["explains", "there least", "there most"]].to_numpy().tolist()


def test_the_story_of_a_sweep_is_that_of_its_draw_with_the_values_it_had(sweep):
    from tradesim.reports.kinds import _again, _first_draw

    for number in (0, 7):
        told = _first_draw(sweep, number).to_frame(number)
        whole = sweep.paths([number])
        for i, j in sweep.labels.pairs:
            np.testing.assert_allclose(told[i, j], whole[i, j, number], atol=1e-12)
    again = _again(sweep)
    np.testing.assert_array_equal(again.to_frame(3)["CHN", "USA"], sweep.paths([3])["CHN", "USA", 3])


def test_draws_that_a_condition_picked_are_told_too(sweep):
    found = ts.report(sweep.where("truces.geneva.breach == 0.9"))
    assert takeaway(found, "duty USA-CHN")[1] == 512
    (text,) = [s.blocks[0].text for s in found.sections if s.key == "moves"]
    assert text == "Draw 1 of the sweep, run again with the values that it had."


# The page --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["of_scenario", "of_record", "of_sweep"])
def test_the_page_shows_every_number_of_the_report_as_it_is(kind, request, monkeypatch):
    monkeypatch.setattr(page, "svg_of", lambda _: "<svg></svg>")  # drawn in other tests
    found = request.getfixturevalue(kind)
    told = [number for each in found.takeaways for number in each.sentence.numbers]
    told += [number for section in found.sections for block in section.blocks for number in numbers_of(block)]
    shown = Page(found.html()).numbers
    assert len(shown) == len(told) > 50
    for (value, text), number in zip(shown, told, strict=True):
        assert value == number.value or np.isnan([value, number.value]).all()
        assert text == number.text
        _rounds(value, text)


def _rounds(value, text):
    """Hold what is read against what it is: rounded at the last digit that is shown."""
    if text == "not known":
        assert np.isnan(value)
        return
    digits, _, unit = text.replace("−", "-").replace(",", "").partition(" ")
    scale = {"%": 100, "points": 100, "bn": 1e-9, "": 1}[unit]
    decimals = len(digits.partition(".")[2])
    slack = 0.5 * 10**-decimals + 5e-4 * abs(scale * value) * (unit in {"", "points"})
    assert float(digits) == pytest.approx(scale * value, abs=slack + 1e-9), text


def test_the_json_holds_takeaways_and_tables_at_full_precision(of_scenario):
    told = of_scenario.to_dict()
    assert [each["text"] for each in told["takeaways"]] == of_scenario.summary_text().splitlines()
    for each in of_scenario.takeaways:
        (found,) = [t for t in told["takeaways"] if t["key"] == each.key]
        assert found["numbers"] == [number.value for number in each.sentence.numbers]
    for key in of_scenario.tables:
        assert told["tables"][key]["rows"] == rows(of_scenario, key)


def test_a_truce_that_nothing_ends_early_is_told_in_a_sentence():
    found = ts.report("us-china-2025-10", draws=50)
    (told,) = [each.sentence.text for each in found.takeaways if each.key == "truce geneva"]
    assert told.count(".") == told.count(" %") + 1
    assert "breach" not in told
