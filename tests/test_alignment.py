"""Alignment: labels are aligned or refused in every public function that takes numbers by economy."""

import inspect

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tradesim as ts
from tradesim import economics as ec
from tradesim import trade_data as td
from tradesim.alignment import aligned, aligned_vector, labelled, numbers, ordered
from tradesim.errors import InputError

CODES = ("USA", "CHN", "MEX")
OTHER = ["MEX", "USA", "CHN"]
TURNED = ["CHN", "MEX", "USA"]
FLOWS = np.array([[90.0, 7.0, 3.0], [4.0, 80.0, 2.0], [6.0, 5.0, 70.0]])
TRADE = FLOWS * ~np.eye(3, dtype=bool)
DUTY = np.array([[0.0, 0.3, 0.1], [0.2, 0.0, 0.05], [0.15, 0.25, 0.0]])
FREE = np.zeros((3, 3))
GDP = np.array([300.0, 200.0, 100.0])
SHARE = np.array([0.1, 0.2, 0.3])
MODEL = ec.SingleSector(FLOWS, FREE, codes=CODES)
LOCAL = ec.ServicesModel(FLOWS, SHARE, codes=CODES)
FLOW = td.TradeFlows(CODES, TRADE, 2023, "made up")
GOODS = FLOWS[..., None] * [0.5, 0.5]
NONE = np.zeros(GOODS.shape)


def frame(values, rows=OTHER, columns=TURNED):
    straight = pd.DataFrame(values, index=CODES, columns=CODES)
    return straight.loc[rows, columns]


def series(values, order=OTHER):
    return pd.Series(values, index=CODES)[order]


def multi(**changed):
    given = {"value_added": np.full((3, 2), 0.5), "gross_output": np.full((3, 2), 200.0)} | changed
    inputs = np.broadcast_to([[0.5, 0.5], [0.5, 0.5]], (3, 2, 2))
    output, added = given["gross_output"], given["value_added"]
    trade = GOODS * ~np.eye(3, dtype=bool)[..., None]
    return ec.MultiSector.from_tables(trade, NONE, output, 4.0, added, inputs, codes=CODES).flows


def krugman(**changed):
    return ec.Krugman(GOODS, NONE, 5.0, "world_share", codes=CODES, **changed)


def optimum(model=MODEL, **options):
    return ec.optimal_tariff(model, "USA", uniform="all", bounds=(0.0, 1.0), **options).tariffs


def rows(values):
    return pd.DataFrame(values, index=CODES).loc[OTHER]


def thousandth(values):
    if isinstance(values, dict):
        return {code: value / 1000 for code, value in values.items()}
    return values / 1000


TABLES = {
    "Economies.imports": lambda x: ts.Economies(CODES, x).imports,
    "SingleSector.flows": lambda x: ec.SingleSector(x, FREE, codes=CODES).flows,
    "SingleSector.tariffs": lambda x: ec.SingleSector(FLOWS, x, codes=CODES).tariffs,
    "SingleSector.from_trade.trade": lambda x: ec.SingleSector.from_trade(x, GDP, FREE, codes=CODES).flows,
    "SingleSector.from_trade.tariffs": lambda x: (
        ec.SingleSector.from_trade(TRADE, GDP, x, codes=CODES).tariffs
    ),
    "SingleSector.solve.tariffs": lambda x: MODEL.solve(x).welfare,
    "SingleSector.solve.icebergs": lambda x: MODEL.solve(FREE, 1.0 + x).welfare,
    "ServicesModel.flows": lambda x: ec.ServicesModel(x, SHARE, codes=CODES).flows,
    "ServicesModel.from_trade.trade": lambda x: ec.ServicesModel.from_trade(x, GDP, 0.1, codes=CODES).flows,
    "ServicesModel.solve.tariffs": lambda x: LOCAL.solve(x).welfare,
    "optimal_tariff.tariffs": lambda x: optimum(tariffs=x),
    "optimal_tariff.start": lambda x: optimum(start=x),
    "optimal_tariff.free": lambda x: optimum(free=x),
    "nash.tariffs": lambda x: ec.nash(MODEL, ["USA"], tariffs=x, rounds=1).tariffs,
    "nash.start": lambda x: ec.nash(MODEL, ["USA"], start=x, rounds=1).tariffs,
    "nash.free": lambda x: ec.nash(MODEL, ["USA"], free=x, rounds=1).tariffs,
    "cooperative.reference": lambda x: ec.cooperative(MODEL, ["USA"], reference=x, rounds=1).tariffs,
    "cooperative.tariffs": lambda x: ec.cooperative(MODEL, ["USA"], tariffs=x, rounds=1).tariffs,
    "cooperative.start": lambda x: ec.cooperative(MODEL, ["USA"], start=x, rounds=1).tariffs,
    "cooperative.free": lambda x: ec.cooperative(MODEL, ["USA"], free=x, rounds=1).tariffs,
    "terms_of_trade_tariff.tariffs": lambda x: ec.terms_of_trade_tariff(MODEL, x, "CHN", "USA").tariff,
    "welfare_restoring_tariff.tariffs": lambda x: ec.welfare_restoring_tariff(MODEL, x, "CHN", "USA").tariff,
    "best_response_tariff.tariffs": lambda x: ec.best_response_tariff(MODEL, x, "CHN", "USA").tariff,
    "diversion.after": lambda x: ec.diversion(pd.DataFrame(TRADE, index=CODES, columns=CODES), x),
    "services_shares.trade": lambda x: ec.services_shares(
        10 * aligned("x", x, CODES), 10 * GDP, 0, (0.001, 0.001)
    ),
    "TradeFlows.imports": lambda x: td.TradeFlows(CODES, x, 2023, "made up").imports,
    "TradeFlows.duties": lambda x: td.TradeFlows(CODES, TRADE, 2023, "made up", duties=x).duties,
    "TradeFlows.baseline.tariffs": lambda x: FLOW.baseline(GDP, x).tariffs,
    "Baseline.flows": lambda x: td.Baseline(CODES, x, FREE, 2023, "made up").flows,
    "Baseline.tariffs": lambda x: td.Baseline(CODES, FLOWS, x, 2023, "made up").tariffs,
}
"""What each public function makes of a table importer × exporter."""

VECTORS = {
    "Economies.gdp": lambda x: ts.Economies(CODES, gdp=x).gdp,
    "SingleSector.from_trade.gdp": lambda x: ec.SingleSector.from_trade(TRADE, x, FREE, codes=CODES).flows,
    "SingleSector.gradient.weights": lambda x: MODEL.gradient(MODEL.solve(FREE), x),
    "ServicesModel.services": lambda x: ec.ServicesModel(FLOWS, thousandth(x), codes=CODES).services,
    "ServicesModel.pass_through": lambda x: (
        ec.ServicesModel(FLOWS, 0.1, pass_through=x, codes=CODES).pass_through
    ),
    "ServicesModel.from_trade.gdp": lambda x: ec.ServicesModel.from_trade(TRADE, x, 0.1, codes=CODES).flows,
    "ServicesModel.from_trade.services": lambda x: (
        ec.ServicesModel.from_trade(TRADE, GDP, thousandth(x), codes=CODES).services
    ),
    "services_shares.gdp": lambda x: ec.services_shares(
        pd.DataFrame(TRADE, index=CODES, columns=CODES), x, "USA", (0.001, 0.001)
    ),
    "Krugman.gradient.weights": lambda x: krugman().gradient(krugman().solve(NONE), x),
    "TradeFlows.economies.gdp": lambda x: FLOW.economies(x).gdp,
    "TradeFlows.baseline.output": lambda x: FLOW.baseline(x, 0.0).flows,
}
"""What each public function makes of a value by economy."""

WITHOUT_NAMES = {
    "Krugman": {"flows", "tariffs", "sigma"},
    "Krugman.from_trade": {"trade", "tariffs", "sigma"},
    "Krugman.solve": {"tariffs", "icebergs"},
    "MultiSector": {"flows", "tariffs", "elasticity", "inputs", "value_added"},
    "MultiSector.from_tables": {"trade", "tariffs", "elasticity", "inputs", "value_added", "gross_output"},
    "MultiSector.solve": {"tariffs", "icebergs"},
    "MultiSector.gradient": {"weights"},
    "PartialEquilibrium": {"imports", "tariffs", "substitution", "demand", "supply"},
    "PartialEquilibrium.solve": {"tariffs"},
    "PartialEquilibrium.first_order": {"tariffs"},
    "diversion": {"before"},
    "elasticity_after": {"years"},
    "pass_through_exponent": {"services"},
    "rebalancing_tariff": {"tariff", "exports", "imports", "elasticity"},
    "equal_duties_tariff": {"tariff", "exports", "imports", "elasticity"},
    "world_2023": {"tariffs"},
    "Economies.from_frame": {"imports"},
}
"""What is read without names of economies (of sectors, say), so that labels are refused or name them."""
RESULTS = {"Answer", "Choice", "Equilibrium", "KrugmanEquilibrium", "MultiSectorEquilibrium", "Step"}
RESULTS |= {"Status", "PartialOutcome", "ServicesEquilibrium", "Paths", "Sweep", "Impact", "LeftOut"}
"""What the package makes and gives out."""
NOT_BY_ECONOMY = {"over", "frame", "days", "date", "q", "at", "draws", "pairs", "equivalents", "odds"}
"""Read by their own names: paths of parameters, columns of measures, days, levels."""
ARRAYS = {
    *("imports", "exports", "gdp", "flows", "trade", "tariffs", "tariff", "weights", "services", "icebergs"),
    *("free", "start", "reference", "before", "after", "gross_output", "value_added", "inputs", "output"),
    *("duties", "pass_through", "sigma", "substitution", "demand", "supply", "years"),
}
"""What an array by economy, sector or pair is called in this package."""


def public_arrays():
    """Yield function and parameter of every public function that takes arrays.

    Plots draw frames by the labels on them, and refuse axes with other names: tests of plots hold that.
    """
    for room in (ts, ec, td, ts.averages):
        for name in getattr(room, "__all__", [n for n in vars(room) if not n.startswith("_")]):
            found = getattr(room, name)
            own = inspect.isfunction(found) or inspect.isclass(found)
            if not own or name in RESULTS or is_error(found) or not found.__module__.startswith("tradesim"):
                continue
            yield from arrays_of(name, found)
            for method, function in vars(found).items() if inspect.isclass(found) else ():
                if not method.startswith("_") and not isinstance(function, property):
                    own = getattr(found, method)
                    yield from arrays_of(f"{name}.{method}", own) if callable(own) else ()


def is_error(found):
    return inspect.isclass(found) and issubclass(found, Exception | Warning)


def arrays_of(name, function):
    for parameter in inspect.signature(function).parameters.values():
        kind = str(parameter.annotation)
        is_day = "datetime" in kind or kind == "<class 'str'>" or "int" in kind.split(".")[-1:]
        is_table = "DataFrame" in kind or "Series" in kind or "array_like" in kind
        named = parameter.name in ARRAYS and not is_day and "bool" not in kind
        if (named or is_table) and parameter.name not in NOT_BY_ECONOMY:
            yield name, parameter.name


def test_every_public_function_that_takes_arrays_is_tried_here():
    missing = [
        f"{name}.{parameter}"
        for name, parameter in public_arrays()
        if f"{name}.{parameter}" not in TABLES | VECTORS and parameter not in WITHOUT_NAMES.get(name, ())
    ]
    assert missing == [], "add it to TABLES or VECTORS, or say in WITHOUT_NAMES why it has no names"


def table_for(entry):
    if entry.endswith("free"):
        return (DUTY > 0.12).astype(float)
    flows = any(word in entry for word in ("flows", "trade.trade", "Baseline.flows", "shares.trade"))
    return FLOWS if flows else TRADE if "imports" in entry or "after" in entry else DUTY


@pytest.mark.parametrize("entry", TABLES)
def test_tables_in_any_order_are_the_same_table(entry):
    values = table_for(entry)
    expected = TABLES[entry](values)
    np.testing.assert_allclose(TABLES[entry](frame(values)), expected, rtol=1e-12)
    turned = frame(values).T.rename_axis(index="exporter", columns="importer")
    np.testing.assert_allclose(TABLES[entry](turned), expected, rtol=1e-12)


@pytest.mark.parametrize("entry", TABLES)
def test_tables_of_other_economies_are_refused_and_named(entry):
    other = frame(table_for(entry)).rename(columns={"MEX": "JPN"})
    with pytest.raises(InputError, match=r"columns: other economies; got missing MEX; not among them JPN"):
        TABLES[entry](other)
    with pytest.raises(InputError, match="other economies"):
        TABLES[entry](frame(table_for(entry)).iloc[:2, :2])


@pytest.mark.parametrize("entry", VECTORS)
def test_vectors_in_any_order_are_the_same_vector(entry):
    expected = VECTORS[entry](GDP)
    np.testing.assert_allclose(VECTORS[entry](series(GDP)), expected, rtol=1e-12)
    np.testing.assert_allclose(VECTORS[entry](series(GDP, TURNED).to_dict()), expected, rtol=1e-12)
    np.testing.assert_allclose(VECTORS[entry](series(GDP).to_frame("gdp")), expected, rtol=1e-12)
    np.testing.assert_allclose(VECTORS[entry](pd.Series(GDP)), expected, rtol=1e-12)


@pytest.mark.parametrize("entry", VECTORS)
def test_vectors_of_other_economies_are_refused_and_named(entry):
    with pytest.raises(InputError, match="other economies; got missing MEX; not among them JPN"):
        VECTORS[entry](series(GDP).rename(index={"MEX": "JPN"}))


@pytest.mark.parametrize("entry", ["USA", "CHN"])
def test_frames_of_sectors_follow_the_economies(entry):
    added = np.array([[0.4, 0.6], [0.5, 0.5], [0.7, 0.3]])
    np.testing.assert_allclose(multi(value_added=rows(added)), multi(value_added=added))
    output = np.array([[200.0, 250.0], [180.0, 190.0], [150.0, 160.0]])
    np.testing.assert_allclose(multi(gross_output=rows(output)), multi(gross_output=output))
    with pytest.raises(InputError, match="labels that cannot be aligned"):
        multi(value_added=rows(added).set_axis(["cars", "food"], axis=1))
    with pytest.raises(InputError, match=f"missing {entry}"):
        multi(value_added=rows(added).drop(index=entry))


def test_models_of_sectors_refuse_labels_that_they_cannot_read():
    with pytest.raises(InputError, match="labels that cannot be aligned"):
        krugman().solve([frame(DUTY), frame(DUTY)])
    with pytest.raises(InputError, match="labels that cannot be aligned"):
        ec.PartialEquilibrium(frame(TRADE), frame(DUTY), 3.0, -1.5)


def test_multi_sector_weights_follow_the_economies():
    model = ec.MultiSector(
        GOODS,
        NONE,
        4.0,
        np.full((3, 2), 0.5),
        np.broadcast_to(0.5, (3, 2, 2)),
        "world_share",
        codes=CODES,
    )
    at = model.solve(NONE)
    np.testing.assert_allclose(model.gradient(at, series(GDP)), model.gradient(at, GDP))


def test_several_dates_are_several_scenarios():
    dates = pd.MultiIndex.from_product([["a", "b"], OTHER], names=["date", "importer"])
    both = pd.DataFrame(np.vstack([frame(DUTY), 2 * frame(DUTY)]), index=dates, columns=TURNED)
    expected = MODEL.solve(np.stack([DUTY, 2 * DUTY])).welfare
    np.testing.assert_allclose(MODEL.solve(both).welfare, expected)
    np.testing.assert_allclose(MODEL.solve(both.swaplevel()).welfare, expected)
    np.testing.assert_allclose(MODEL.solve([frame(DUTY), 2 * frame(DUTY)]).welfare, expected)


def test_data_arrays_are_read_by_their_dimensions():
    xr = pytest.importorskip("xarray")
    stack = xr.DataArray(
        np.stack([DUTY, 2 * DUTY]), dims=("draw", "importer", "exporter"),
        coords={"importer": list(CODES), "exporter": list(CODES)},
    )  # fmt: skip
    turned = stack.transpose("exporter", "draw", "importer").sel(importer=OTHER, exporter=TURNED)
    np.testing.assert_array_equal(aligned("tariffs", turned, CODES), np.stack([DUTY, 2 * DUTY]))
    with pytest.raises(InputError, match="which dimension is which"):
        aligned("tariffs", xr.DataArray(DUTY), CODES)
    output = xr.DataArray(GDP, dims="economy", coords={"economy": list(CODES)}).sel(economy=OTHER)
    np.testing.assert_array_equal(aligned_vector("gdp", output, CODES), GDP)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (pd.DataFrame(DUTY, index=CODES), "columns: other economies; got missing USA"),
        (pd.DataFrame(DUTY, columns=CODES), "rows: other economies"),
        (pd.DataFrame(DUTY).loc[[1, 0, 2], [1, 0, 2]], "other economies"),
        (frame(DUTY).rename(index=str.lower), "did you mean"),
        (frame(DUTY).rename(columns=lambda code: f"{code} "), "not among them CHN "),
        (frame(DUTY).rename_axis(index="importer", columns="importer"), "named alike"),
        (pd.concat([frame(DUTY), frame(DUTY)]), "named twice"),
        (pd.concat({"a": frame(DUTY)}, axis=1), "several levels of labels"),
        (frame(DUTY).reset_index().melt(id_vars="index"), "other economies"),
        ([series(row) for row in DUTY], "labels that cannot be aligned"),
        ({"USA": {"CHN": 0.3}}, "labels that cannot be aligned"),
        ([["0.1", "0.2"], ["0.3", "1_0"]], "not a table of numbers"),
        (np.array([["0.1", "0.2"], ["0.3", "0.4"]], dtype=object), "not a table of numbers"),
        (np.ma.masked_array(DUTY, DUTY == 0.3), "masked values"),
        (DUTY.astype(complex), "not a table of numbers"),
        (np.array(["2025-01-01"], dtype="datetime64[D]"), "not a table of numbers"),
        ([[10**400, 1]], "not a table of numbers"),
        ([frame(DUTY), DUTY[:2, :2]], "tables of several shapes"),
    ],
)
def test_what_cannot_be_aligned_is_refused(values, said):
    with pytest.raises(InputError, match=said):
        aligned("tariffs", values, CODES)


def test_a_frame_that_nobody_labelled_is_an_array():
    np.testing.assert_array_equal(aligned("tariffs", pd.DataFrame(DUTY), CODES), DUTY)
    np.testing.assert_array_equal(ec.SingleSector(pd.DataFrame(FLOWS), FREE).flows, FLOWS)
    assert ec.SingleSector(pd.DataFrame(FLOWS), FREE).codes == ()
    with pytest.raises(InputError, match="wrong shape"):
        ts.Economies(CODES, pd.DataFrame(FLOWS[:2, :2]))


def test_labels_without_names_to_align_them_to_are_refused():
    with pytest.raises(InputError, match="have no names"):
        numbers("flows", frame(DUTY))
    with pytest.raises(InputError, match="have no names"):
        aligned_vector("gdp", series(GDP), ())
    with pytest.raises(InputError, match="not names of economies"):
        labelled("flows", pd.DataFrame(FLOWS).loc[[1, 0, 2], [1, 0, 2]])


def test_sets_have_no_order():
    with pytest.raises(InputError, match="in no order"):
        ts.Economies({"USA", "CHN"}, [[0, 1], [2, 0]])
    with pytest.raises(InputError, match="in no order"):
        ec.SingleSector(FLOWS, FREE, codes=frozenset(CODES))
    with pytest.raises(InputError, match="in no order"):
        ts.choice({"a", "b"})
    assert ordered("codes", {"USA": 1, "CHN": 2}) == ("USA", "CHN")


def test_odds_follow_the_values():
    odds = pd.Series({"b": 3.0, "a": 1.0})
    assert repr(ts.choice(["a", "b"], odds=odds)) == repr(ts.choice(["a", "b"], odds=[1.0, 3.0]))
    with pytest.raises(InputError, match="odds: other economies"):
        ts.choice(["a", "c"], odds=odds)


def test_equivalents_may_be_a_series():
    schedule = ts.datasets.load("us-china")
    given = {"Port fee on Chinese-operated ships": 0.01}
    with pytest.raises(InputError) as first:
        schedule.trade_cost("2025-10-20", "2025-10-20", given)
    with pytest.raises(InputError) as second:
        schedule.trade_cost("2025-10-20", "2025-10-20", pd.Series(given))
    assert str(first.value) == str(second.value)


@settings(max_examples=40)
@given(st.permutations(range(4)), st.permutations(range(4)), st.booleans())
def test_any_permutation_of_labels_is_undone(rows, columns, turned):
    codes = ["USA", "CHN", "MEX", "EU27"]
    values = np.arange(16.0).reshape(4, 4)
    table = pd.DataFrame(values, index=codes, columns=codes).rename_axis(index="importer")
    table = table.rename_axis(columns="exporter").iloc[list(rows), list(columns)]
    np.testing.assert_array_equal(aligned("x", table.T if turned else table, codes), values)
