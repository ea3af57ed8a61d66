"""Labels of results: percentage points for differences of duties, what is assumed 0, truces without dates."""

import pandas as pd

import tradesim as ts
from tradesim import impact
from tradesim.reports import costs, depends, draws
from tradesim.reports.values import Number
from tradesim.trade_data import world_2023
from tradesim.wording import truce_words

PAIR = ("USA", "CHN")


def test_a_swing_between_duties_is_in_percentage_points():
    swings = pd.DataFrame(
        {"low value": [0.8], "high value": [1.2], "low": [0.5], "high": [0.6234], "swing": [0.1234]},
        index=["rules.CHN.ratio"],
    )
    table = depends._tornado_table(swings, PAIR)
    assert table.columns[-1] == "swing, percentage points"
    assert [cell.text for cell in table.rows[0] if isinstance(cell, Number)][-3:] == [
        "50.00 %",
        "62.34 %",
        "12.34 points",
    ]


def test_a_standard_deviation_of_duties_is_in_percentage_points():
    index = pd.MultiIndex.from_tuples([(*PAIR, "peak")])
    moments = pd.DataFrame({"mean": [0.5], "sd": [0.0123], "least": [0.4], "most": [0.6]}, index=index)
    table = draws._moments(moments)
    assert table.columns[3] == "standard deviation, percentage points"
    assert [cell.text for cell in table.rows[0][2:]] == ["50.00 %", "1.23 points", "40.00 %", "60.00 %"]


def test_duties_of_economies_that_are_not_followed_are_assumed_not_collected():
    schedule = ts.datasets.load("us-china").select(["USA", "CHN"])
    days = {"start": "2025-10-01", "end": "2025-11-15"}
    paths = ts.Scenario(name="s", schedule=schedule, **days).run()
    world = world_2023()
    found = impact(paths, ts.economics.SingleSector(world.flows, world.tariffs, codes=world.codes))
    assert set(world.codes) - {*found.assumed_free} == {"USA", "CHN"}
    table = costs._table(found)
    cells = {row[0]: row[table.columns.index("duties collected")] for row in table.rows}
    assert cells.pop("USA").value > 1e9
    assert cells.pop("CHN").value > 1e9
    assert set(cells.values()) == {"assumed 0"}
    (said,) = costs._assumed_away(found)
    assert said.text.startswith("Tariffs of EU27, JPN")
    assert "are assumed to be 0" in said.text


def test_a_truce_that_an_event_begins_has_no_dates_of_its_own():
    scenario = ts.scenarios.load("three-bloc-war")
    (freeze,) = (truce for truce in scenario.truces if truce.name == "freeze")
    words = truce_words(freeze, scenario.events)
    assert "no dates of its own, begun by freeze of talks (until 2027-01-15) or freeze of second" in words
    assert str(freeze.start) not in words
    assert "begun by no event" in truce_words(freeze)
    geneva = ts.scenarios.load("us-china-2025-10").truces[0]
    assert f"{geneva.start} until {geneva.end}" in truce_words(geneva)
