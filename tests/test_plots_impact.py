"""Pictures of impacts: what is drawn is what was given, and what is no picture is refused."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from path_examples import refusal

import tradesim as ts
from tradesim.impacts.consequences import Consequences
from tradesim.impacts.matching import match
from tradesim.impacts.result import Impact

MONTHS = pd.DatetimeIndex(["2025-10-01", "2025-11-01", "2025-12-01"], name="date")
CODES = ["USA", "CHN"]
QUANTILES = pd.DataFrame(
    np.linspace(-0.02, 0.01, 18).reshape(3, 6),
    index=MONTHS,
    columns=pd.MultiIndex.from_product([CODES, [0.05, 0.5, 0.95]], names=["economy", "quantile"]),
)
BRANCH = pd.DataFrame({"USA": [0.0, 0.01, -0.02], "CHN": [0.0, np.nan, 0.03]}, index=MONTHS)
TABLE = pd.DataFrame({"USA": [3.0, -1.0], "CHN": [-4.0, 2.0]}, index=["MEX", "JPN"])


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def texts(ax):
    ax.figure.draw_without_rendering()
    found = [ax.get_xlabel(), ax.get_ylabel(), ax.get_title(loc="left"), *(t.get_text() for t in ax.texts)]
    parts = [part for child in ax.get_children() for part in getattr(child, "parts", [])]
    return " ".join([*found, *(p.get_text() for p in parts if hasattr(p, "get_text"))]).replace("\n", " ")


def test_a_fan_has_bands_lines_and_labels():
    ax = ts.plots.impact_fan(QUANTILES, label="Change in welfare, %", title="toy", key="a key", source="here")
    line = next(line for line in ax.lines if line.get_label() == "CHN")
    np.testing.assert_allclose(line.get_ydata()[:3], QUANTILES[("CHN", 0.5)])
    np.testing.assert_allclose(ax.patches[0].get_data().values, QUANTILES[("USA", 0.95)])
    words = texts(ax)
    for said in ("Change in welfare, %", "toy", "a key", "Source: here", "5–95 % of draws", "+0.12 %"):
        assert said in words


def test_a_line_alone_has_no_bands():
    ax = ts.plots.impact_fan(QUANTILES.xs(0.5, axis=1, level=1, drop_level=False), label="x", percent=False)
    assert not ax.patches
    assert "%" not in texts(ax)


def test_one_date_is_drawn():
    assert ts.plots.impact_fan(QUANTILES.iloc[:1], label="x").lines


def test_panels_one_for_each_economy():
    figure = ts.plots.impact_panels(
        {"deal": BRANCH, "none": -BRANCH}, label="Welfare, %", source="here", columns=1
    )
    assert [ax.get_title(loc="left") for ax in figure.axes] == CODES
    np.testing.assert_allclose(figure.axes[0].lines[1].get_ydata()[:3], -BRANCH["USA"])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["deal", "none"]
    assert figure._supxlabel.get_text() == "Source: here."


def test_panels_leave_no_empty_axes():
    assert len(ts.plots.impact_panels({"deal": BRANCH}, label="x").axes) == 2


def test_curves_mark_the_highest_point_inside():
    frame = pd.DataFrame({"a": [0.0, 3.0, 1.0], "b": [0.0, 1.0, 2.0]}, index=[0.0, 0.5, 1.0])
    ax = ts.plots.duty_curves(frame, x_label="Duty, %", y_label="US$ bn", title="t", source="s", key="k")
    assert [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"] == [0.5]
    assert "a, highest at 50 %" in texts(ax)
    assert "dots: the highest point; k" in texts(ax)


def test_best_responses_cross_at_the_nash_duties():
    grid = np.linspace(0, 0.5, 6)
    ax = ts.plots.best_responses(("USA", grid, 0.1 + grid), ("CHN", grid, grid), nash=(0.1, 0.2), title="t")
    np.testing.assert_allclose(ax.lines[0].get_xdata(), 0.1 + grid)
    np.testing.assert_allclose(ax.lines[1].get_xdata(), grid)
    assert "USA 10.0 %, CHN 20.0 %" in texts(ax)
    assert not ts.plots.best_responses(("USA", grid, grid), ("CHN", grid, grid)).texts


def test_stacked_bars_add_up():
    ax = ts.plots.stacked_bars(TABLE, label="US$ bn", title="t", source="s")
    assert [text.get_text() for text in ax.texts] == ["−1.0", "+1.0"]
    spans = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    assert spans == [(0, 3), (0, -1), (0, -4), (0, 2)]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["MEX", "JPN"]


def test_bars_of_levels_are_told_without_a_sign():
    duties = pd.DataFrame({"highest": [1.476, 0.226], "last": [0.226, 0.0]}, index=["Match", "Passive"])
    ax = ts.plots.grouped_bars(duties, label="Duty, %", signed=False)
    assert [text.get_text() for text in ax.texts] == ["147.6 %", "22.6 %", "22.6 %", "0.0 %"]
    plt.close(ax.figure)


def test_grouped_bars_are_side_by_side():
    ax = ts.plots.grouped_bars(TABLE / 100, label="%")
    assert [round(bar.get_width(), 9) for bar in ax.patches] == [0.03, -0.01, -0.04, 0.02]
    assert len({round(bar.get_y(), 6) for bar in ax.patches}) == 4


def test_axes_of_ones_own_are_drawn_on():
    _, (left, right) = plt.subplots(1, 2, layout="constrained")
    assert ts.plots.grouped_bars(TABLE, label="x", ax=left) is left
    assert ts.plots.impact_fan(QUANTILES, label="x", ax=right) is right


def toy(draws):
    flows = np.array([[90.0, 10.0], [10.0, 90.0]]) * 1e9
    model = ts.economics.SingleSector(flows, np.zeros((2, 2)), codes=CODES)
    pairs = match(CODES, model.tariffs, CODES, ~np.eye(2, dtype=bool))
    duty = np.random.default_rng(0).uniform(0, 1, (draws, 3, 2, 2)) * (1 - np.eye(2))
    dates = MONTHS.to_numpy().astype("datetime64[D]")
    found = Consequences(model, pairs)(duty)
    return Impact("toy", dates, tuple(CODES), found, "base", pd.DataFrame(), np.full(3, 4.0))


@pytest.mark.parametrize("of", ["welfare_change", "revenue", "diversion", "price_change"])
@pytest.mark.parametrize("draws", [1, 30])
def test_an_impact_draws_itself(of, draws):
    ax = toy(draws).plot(of)
    assert "statutory effective duties" in texts(ax)
    assert bool(ax.patches) == (draws > 1)
    assert ("US$ bn" in ax.get_ylabel()) == (of in {"revenue", "diversion"})
    assert len([line for line in ax.lines if line.get_label() in CODES]) == 2


def test_an_impact_draws_the_economies_that_are_named():
    assert toy(5).plot(economies=["CHN"]).lines[0].get_label() == "CHN"
    assert toy(5).plot(economies="CHN").lines[0].get_label() == "CHN"


EMPTY = BRANCH.iloc[:0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ts.plots.impact_fan("x", label=""), "not a frame"),
        (lambda: ts.plots.impact_fan(EMPTY, label=""), "nothing to draw"),
        (lambda: ts.plots.impact_fan(BRANCH, label=""), "levels (economy, quantile)"),
        (lambda: ts.plots.impact_fan(QUANTILES.iloc[:, 1:], label=""), "other quantiles"),
        (lambda: ts.plots.impact_fan(QUANTILES * np.nan, label=""), "only NaN"),
        (lambda: ts.plots.impact_fan(QUANTILES * np.inf, label=""), "infinite value"),
        (lambda: ts.plots.impact_fan(QUANTILES.reset_index(drop=True), label=""), "no dates"),
        (
            lambda: ts.plots.impact_fan(
                pd.concat({f"E{k}": QUANTILES["USA"] for k in range(30)}, axis=1), label=""
            ),
            "too many economies",
        ),
        (lambda: ts.plots.impact_panels({}, label=""), "tables to draw"),
        (lambda: ts.plots.impact_panels({"a": BRANCH, "b": BRANCH[["CHN"]]}, label=""), "other columns"),
        (lambda: ts.plots.duty_curves(TABLE, x_label="", y_label=""), "duties out of order"),
        (lambda: ts.plots.duty_curves(TABLE.astype(str), x_label="", y_label=""), "not numbers"),
        (lambda: ts.plots.stacked_bars(TABLE.where(TABLE > 0), label=""), "a bar without a number"),
        (lambda: ts.plots.stacked_bars(TABLE[["USA", "USA"]], label=""), "column given twice"),
        (lambda: ts.plots.grouped_bars(pd.DataFrame(np.ones((2, 5))), label=""), "too many values"),
        (lambda: ts.plots.grouped_bars([1.0], label=""), "not a frame"),
        (lambda: ts.plots.best_responses(("A", [1], [1, 2]), ("B", [1], [1])), "one: not as many"),
        (lambda: ts.plots.best_responses(("A", [1], [1]), ("B", [1], [np.nan])), "other: not duties"),
    ],
)
def test_refusals(call, words):
    assert words in refusal(call)
