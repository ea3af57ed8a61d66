"""Percent for fraction: rates of 200% and more warn with both readings, unless they are said to be meant."""

import json
import warnings

import numpy as np
import pytest

import tradesim as ts
from tradesim import economics as ec
from tradesim import rows
from tradesim.errors import PercentWarning
from tradesim.sweeps import condition

pytestmark = pytest.mark.filterwarnings("error::tradesim.errors.PercentWarning")

TRADE = np.array([[90.0, 10.0], [10.0, 90.0]])
FREE = np.zeros((2, 2))
HIGH = np.array([[0.0, 7.5], [0.0, 0.0]])
CODES = ("USA", "CHN")
MODEL = ec.SingleSector(TRADE, FREE, codes=CODES)
GOODS = TRADE[..., None]
SECTORS = ec.Krugman(GOODS, FREE[..., None], 5.0, codes=CODES)


def measure(rate=7.5, **changes):
    about = {"name": "a", "importer": "USA", "exporter": "CHN", "authority": "x", "effective": "2025-01-01"}
    return ts.Measure(**about | {"rate": rate} | changes)


def scenario(**changes):
    schedule = ts.Schedule([measure(0.1)], ts.Economies(CODES, [[0, 4], [1, 0]]))
    about = {"name": "s", "start": "2025-01-02", "end": "2025-02-01", "schedule": schedule}
    return ts.Scenario(**about | changes)


def many(seen, own, first, day, memory, values):
    return 7.5 + 0 * seen, memory


PLAIN = scenario()
PATHS = PLAIN.run()
SWEPT = ts.sweep(
    scenario(rules={"CHN": ts.rules.Match()}),
    {"rules.CHN.cap": [0.5, 1.0], "rules.CHN.ratio": [0.5, 2.5]},
    draws=4,
    progress=False,
)
CALLS = {
    "measure 'a': rate": measure,
    "measure 'a': rate of a cap": lambda: measure(basis="cap"),
    "rule Match: cap": lambda: ts.rules.Match(cap=7.5),
    "top": lambda: ts.sweep(PLAIN, draws=2, progress=False, top=7.5),
    "where: peak.USA-CHN": lambda: SWEPT.where("peak.USA-CHN < 7.5"),
    "where: last.CHN-USA": lambda: SWEPT.where("not last.CHN-USA in [7.5, 0.1]"),
    "where: rules.CHN.cap": lambda: SWEPT.where("rules.CHN.ratio > 0 and rules.CHN.cap < 7.5"),
    "rule Match: tolerance": lambda: ts.rules.Match(tolerance=7.5),
    "rule Counter: step": lambda: ts.rules.Counter(step=7.5),
    "rule Targeted: rate": lambda: ts.rules.Targeted(rate=7.5, coverage=0.1),
    "rule Grim: rate": lambda: ts.rules.Grim(rate=7.5),
    "rule Gradual: rate": lambda: ts.rules.Gradual(rate=7.5),
    "rule SelfStop: stop": lambda: ts.rules.SelfStop(stop=7.5),
    "rule BestResponse: top": lambda: ts.rules.BestResponse(top=7.5),
    "rule Match: equivalent": lambda: ts.rules.Match(instrument="fee", equivalent=7.5),
    "shock 'USA-CHN': most": lambda: ts.Shock(
        importer="USA", exporter="CHN", rate=1, size=ts.Size(value=0.1), most=7.5
    ),
    "size: value": lambda: ts.Size(value=7.5),
    "size: 95% quantile": lambda: ts.Size(distribution="uniform", loc=7.5, scale=1e-9),
    "effect on 'a': rate": lambda: ts.Effect(action="set_rate", target="a", rate=7.5),
    "truce 't': tolerance": lambda: ts.Truce(
        name="t", parties=CODES, start="2025-01-01", end="2025-02-01", tolerance=7.5
    ),
    "with_": lambda: scenario(rules={"CHN": ts.rules.Match()}).with_({"rules.CHN.cap": 7.5}),
    "sweep": lambda: ts.sweep(
        scenario(rules={"CHN": ts.rules.Match()}), {"rules.CHN.cap": [1.0, 7.5]}, draws=2, progress=False
    ),
    "tariffs": lambda: MODEL.solve(HIGH),
    "tariffs of the base": lambda: ec.SingleSector(TRADE, HIGH),
    "tariffs of trade": lambda: ec.SingleSector.from_trade(TRADE, [100, 100], HIGH),
    "tariffs of sectors": lambda: SECTORS.solve(HIGH[..., None]),
    "tariffs of services": lambda: ec.ServicesModel(TRADE, 0.2).solve(HIGH),
    "tariffs of imports": lambda: ec.PartialEquilibrium(TRADE, FREE, 3.0, -1.5).solve(HIGH),
    "tariffs of a search": lambda: ec.optimal_tariff(MODEL, "USA", tariffs=HIGH, bounds=(0.0, 1.0)),
    "bounds": lambda: ec.optimal_tariff(MODEL, "USA", bounds=(0.0, 7.5)),
    "tariffs of an attack": lambda: ec.terms_of_trade_tariff(MODEL, HIGH, "CHN", "USA"),
    "tariff": lambda: ec.rebalancing_tariff(7.5, 1.0, 10.0, 2.0),
    "tariffs of a baseline": lambda: ts.trade_data.TradeFlows(CODES, TRADE, 2023, "made up").baseline(
        [200, 200], HIGH
    ),
    "level": lambda: PATHS.passed(7.5),
    "rule many": lambda: scenario(rules={"CHN": ts.rules.Custom(function=many)}).run(),
}


@pytest.mark.parametrize("where", CALLS)
def test_a_rate_of_200_percent_or_more_warns_with_both_readings(where):
    with pytest.warns(PercentWarning, match=r"7\.5 is 750%; 0\.075 is 7\.5%; if it is meant, say so") as met:
        CALLS[where]()
    assert all(each.filename == __file__ for each in met)


@pytest.mark.parametrize("where", CALLS)
def test_a_call_can_say_that_high_rates_are_meant(where):
    with ts.high_rates_meant():
        CALLS[where]()


@pytest.mark.parametrize("cap", [10, 10.0, np.float64(10), 2, 2.0, np.float64(7.5), 9.99])
def test_every_spelling_of_a_high_cap_warns(cap):
    if isinstance(cap, float):
        cap = float(cap)
    with pytest.warns(PercentWarning, match="rule Match: cap"):
        ts.rules.Match(cap=cap)


@pytest.mark.parametrize("cap", [0.25, 1, 1.9999])
def test_rates_below_200_percent_do_not_warn(cap):
    ts.rules.Match(cap=cap)
    MODEL.solve([[0.0, cap], [0.0, 0.0]])
    measure(cap)


DEFAULTS = {
    "rule BestResponse: top": lambda: ts.rules.BestResponse(top=2.0),
    "shock 'USA-CHN': most": lambda: ts.Shock(
        importer="USA", exporter="CHN", rate=1, size=ts.Size(value=0.1), most=10.0
    ),
    "top": lambda: ts.sweep(PLAIN, draws=2, progress=False, top=4.0),
    "bounds": lambda: ec.optimal_tariff(MODEL, "USA", bounds=(0, 10.0)),
    "cap": lambda: ec.best_response_tariff(MODEL, FREE, "CHN", "USA", cap=5.0),
}


@pytest.mark.parametrize("where", DEFAULTS)
def test_a_number_that_is_the_default_warns_where_it_is_stated(where):
    with pytest.warns(PercentWarning, match=f"^{where}: "):
        DEFAULTS[where]()


def test_what_was_asked_about_once_is_not_asked_about_again():
    with ts.high_rates_meant():
        high = scenario(rules={"CHN": ts.rules.Match(cap=7.5)})
    assert high.with_({"rules.CHN.ratio": 0.5}).rules["CHN"].cap == 7.5
    ts.sweep(high, {"rules.CHN.ratio": [0.5, 1.0]}, draws=2, progress=False)
    with pytest.warns(PercentWarning, match=r"rule Match: cap: 8 is 800%"):
        high.with_({"rules.CHN.cap": 8})


def test_a_sweep_that_goes_on_does_not_ask_again(tmp_path):
    with ts.high_rates_meant():
        ts.sweep(PLAIN, draws=2, progress=False, top=7.5, store=tmp_path)
    assert ts.sweeps.resume(tmp_path, progress=False).draws == 2


def test_a_condition_takes_percentages_with_their_sign():
    table = {"peak.USA-CHN": np.array([0.9, 1.25, 2.5])}
    for text in ("peak.USA-CHN >= 125%", "peak.USA-CHN >= 125 %", "peak.USA-CHN in [125%, 250%]"):
        holds = condition.read(text, list(table), table).holds(table)
        assert holds.tolist() == [False, True, True]
    SWEPT.where("rules.CHN.ratio >= 2")  # no rate


def test_defaults_and_searches_do_not_warn():
    rule = ts.rules.BestResponse()
    assert rule.cap == ts.rules.Match().cap == 10.0
    scenario(rules={"CHN": ts.rules.Match()}).with_({"rules.CHN.reaction": 3}).run()
    ec.optimal_tariff(MODEL, "USA")
    ec.best_response_tariff(MODEL, FREE, "CHN", "USA")


@pytest.mark.parametrize("name", ts.datasets.names())
def test_packaged_records_say_what_they_mean(name):
    ts.datasets.load(ts.datasets.FOLDER / name)  # read anew, not from memory


@pytest.mark.parametrize("name", ts.scenarios.names())
def test_packaged_scenarios_say_what_they_mean(name):
    ts.scenarios.load.__wrapped__(name)


def test_the_sizes_of_a_shock_warn_by_what_one_in_twenty_exceeds():
    ts.Size(distribution="expon", scale=0.6)  # its 95% quantile is 0.6 · ln 20 = 1.797
    with pytest.warns(PercentWarning, match=r"size: 95% quantile: 2\.85 is 285%; 0\.0285 is 2\.85%"):
        ts.Size(distribution="uniform", scale=3.0)


@pytest.mark.parametrize("accuracy", [0.06, 0.5, 5])
def test_an_accuracy_in_percentage_points_is_refused(accuracy):
    with pytest.raises(ts.InputError, match=r"too coarse; got .*; allowed: 1e-05 to 0\.05, a fraction"):
        ts.rules.BestResponse(accuracy=accuracy)


def test_what_is_no_rate_does_not_warn():
    measure(50.0, basis="specific", unit="net ton", unit_value=100.0)
    ts.rules.Match(ratio=7.5, reaction=7)
    ts.Shock(importer="USA", exporter="CHN", rate=7.5, size=ts.Size(value=0.1))


def test_a_rule_of_ones_own_warns_once_a_run():
    own = scenario(rules={"CHN": ts.rules.Custom(function=many)})
    for _ in range(2):
        with warnings.catch_warnings(record=True) as met:
            warnings.simplefilter("always")
            own.run(draws=3)
        assert len(met) == 1
        assert "many() of test_percent.py" in str(met[0].message)


def test_a_view_of_the_past_does_not_ask_again():
    with ts.high_rates_meant():
        schedule = ts.Schedule([measure(expires="2025-03-01")], ts.Economies(CODES))
    assert schedule.as_of("2025-01-15").measures[0].rate == 7.5


# Files -------------------------------------------------------------------------------------------------

HEADER = "name,importer,exporter,authority,rate,effective"
ROW = "a,USA,CHN,x,7.5,2025-01-01"
TOML = """name = "a"
start = "2025-01-01"
end = "2025-03-01"
economies = {codes = ["USA", "CHN"]}
[[measures]]
name = "m"
importer = "USA"
exporter = "CHN"
authority = "x"
effective = "2025-01-01"
rate = 7.5
[rules.CHN]
kind = "counter"
cap = 10
step = 5
[[shocks]]
importer = "USA"
exporter = "CHN"
rate = 3
size = {distribution = "fixed", value = 4}
[[events]]
name = "e"
date = "2025-02-01"
[[events.outcomes]]
name = "o"
probability = 1
effects = [{action = "set_rate", target = "m", rate = 2}]
"""


def written(folder, name, text):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_of_measures_warns_with_its_line(tmp_path):
    file = written(tmp_path, "a.csv", f"{HEADER}\n{ROW}\n")
    said = r"a\.csv:2: measure 'a': rate: 7\.5 is 750%; .*write yes in a column high_rates_meant"
    with pytest.warns(PercentWarning, match=said):
        (read,) = rows.read_csv(file)
    meant = written(tmp_path, "b.csv", f"{HEADER},high_rates_meant\n{ROW},yes\n")
    assert rows.read_csv(meant) == [read]
    doubt = written(tmp_path, "c.csv", f"{HEADER},high_rates_meant\n{ROW},perhaps\n")
    with pytest.raises(ts.InputError, match=r"c\.csv:2: high_rates_meant: not a yes or no; got 'perhaps'"):
        rows.read_csv(doubt)


def test_a_written_file_says_what_its_writer_said(tmp_path):
    with ts.high_rates_meant():
        measures = [measure(), measure(0.1, name="b")]
        rows.write_csv(measures, tmp_path / "a.csv")
    assert sorted(rows.read_csv(tmp_path / "a.csv"), key=lambda m: m.name) == measures


def test_a_scenario_file_warns_with_the_line_of_each(tmp_path):
    file = written(tmp_path, "a.toml", TOML)
    with warnings.catch_warnings(record=True) as met:
        warnings.simplefilter("always")
        ts.Scenario.from_toml(file)
    lines = [str(each.message).removeprefix(f"{file}:").partition(": 7")[0].split(" is ")[0] for each in met]
    assert [line.split(":")[0] for line in lines] == ["11", "14", "15", "27", "20"]
    assert "high_rates_meant = true at the top" in str(met[0].message)


def test_a_scenario_file_can_say_that_they_are_meant(tmp_path):
    meant = ts.Scenario.from_toml(written(tmp_path, "a.toml", f"high_rates_meant = true\n{TOML}"))
    with ts.high_rates_meant():
        meant.to_toml(tmp_path / "b.toml")
    assert ts.Scenario.from_toml(tmp_path / "b.toml") == meant


def test_check_tells_of_them(tmp_path, capsys):
    from typer.testing import CliRunner

    from tradesim.cli import app

    file = written(tmp_path, "a.csv", f"{HEADER}\n{ROW}\n")
    plain = CliRunner().invoke(app, ["check", str(file)])
    assert plain.exit_code == 0
    assert "warning: " in plain.stderr
    assert "a.csv:2: measure 'a': rate: 7.5 is 750%" in plain.stderr
    told = json.loads(CliRunner().invoke(app, ["check", str(file), "--json"]).stdout)
    assert "a.csv:2" in told["warnings"][0]
