"""Plots of sweeps show what was given, keep their labels apart, and refuse what is wrong."""

import inspect

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from test_plots import SIZES, assert_tidy, axes, drawn, refused, words

import tradesim as ts
from tradesim import plots, scenarios
from tradesim.plots.shares import PARAMETER
from tradesim.sweeps.sweep import sweep

NAMES = ["rules.CHN.ratio", "events.summit.deal", "chance"]
LONG = "What may become of the duties between the United States and China after the talks of the autumn " * 2


@pytest.fixture(autouse=True)
def _nothing_left_behind():
    before = dict(mpl.rcParams)
    yield
    plt.close("all")
    assert dict(mpl.rcParams) == before


def shares(days=30, gap=10):
    columns = pd.MultiIndex.from_product([["USA"], ["CHN"], NAMES], names=PARAMETER)
    values = np.tile([0.3, 0.1, 0.6], (days, 1))
    values[:gap] = np.nan
    values[-5:] = [0.5, -0.01, 0.51]
    return pd.DataFrame(values, pd.date_range("2025-10-23", periods=days, name="date"), columns)


def swings():
    rows = [["deal", "break", 0.2, 1.1], [0.5, 1.2, 0.3, 0.9], [1, 5, 0.62, 0.55], [0.1, 0.2, 0.6, 0.6]]
    names = ["events.summit", "rules.CHN.ratio", "rules.CHN.reaction", "rules.CHN.tolerance"]
    return pd.DataFrame(rows, index=names, columns=["low value", "high value", "low", "high"])


def ranking():
    rows = [[0.7, "deal", 0.0, "break", 1.0], [0.1, "0.5 to 0.6", 0.05, "1.1 to 1.2", 0.4]]
    columns = ["explains", "unlikeliest", "there least", "likeliest", "there most"]
    return pd.DataFrame(rows, index=["events.summit", "rules.CHN.ratio"], columns=columns)


def groups():
    random = np.random.default_rng(1)
    return {"deal": random.random(50) * 0.2, "break": 1.0 + random.random(30)}


# Shares ----------------------------------------------------------------------------------------------


def test_shares_are_steps_that_end_with_their_names():
    ax = plots.share_chart(shares(), ("USA", "CHN"))
    drawn(ax)
    assert [line.get_label() for line in ax.lines] == NAMES
    np.testing.assert_array_equal(ax.lines[0].get_ydata()[[9, 10, 29, 30]], [np.nan, 0.3, 0.5, 0.5])
    assert {"rules.CHN.ratio 50 %", "events.summit.deal -1 %", "chance 51 %"} <= words(ax)
    assert "estimates: small shares may fall below 0" in words(ax)
    assert "Share of the variance of USA on CHN" in words(ax)
    assert ax.get_ylim() == (-0.01, 1.0)


@pytest.mark.parametrize("size", SIZES)
def test_shares_are_tidy(size):
    assert_tidy(
        plots.share_chart(
            shares(60), ("USA", "CHN"), title=LONG, source="x", as_of="2025-10-23", ax=axes(size)
        )
    )


@pytest.mark.parametrize(
    ("given", "pair", "match"),
    [
        (None, ("USA", "CHN"), "not a frame of shares"),
        (shares().iloc[:0], ("USA", "CHN"), "not a frame of shares"),
        (shares().droplevel(0, axis=1), ("USA", "CHN"), "not a frame of shares"),
        (shares().reset_index(drop=True), ("USA", "CHN"), "no dates in the index"),
        (shares(), ("USA", "CHM"), "did you mean 'USA on CHN'"),
        (shares() * np.nan, ("USA", "CHN"), "nothing varies"),
    ],
)
def test_shares_that_are_none_are_refused(given, pair, match):
    refused(lambda: plots.share_chart(given, pair), match)


def test_too_many_shares_are_refused():
    columns = pd.MultiIndex.from_product([["USA"], ["CHN"], [str(k) for k in range(25)]], names=PARAMETER)
    many = pd.DataFrame(np.full((2, 25), 0.04), pd.date_range("2025-10-23", periods=2), columns)
    refused(lambda: plots.share_chart(many, ("USA", "CHN")), "too many lines")


# Bars ------------------------------------------------------------------------------------------------


def test_a_tornado_has_a_bar_to_both_sides_of_the_middle():
    ax = plots.tornado_chart(swings(), 0.6, title="Title")
    drawn(ax)
    assert [round(bar.get_x() + bar.get_width(), 2) for bar in ax.patches] == [
        0.2,
        1.1,
        0.3,
        0.9,
        0.62,
        0.55,
        0.6,
        0.6,
    ]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(swings().index)
    assert ax.get_ylim() == (3.5, -0.5)
    beside = {text.get_text(): text.get_ha() for text in ax.texts}
    assert beside["deal"] == "right"
    assert beside["break"] == "left"
    assert beside["1"] == "left"
    assert beside["5"] == "right"
    assert (beside["0.1"], beside["0.2"]) == ("right", "left")
    assert "Title" in words(ax)


def test_a_ranking_says_how_often_yes_is_the_answer():
    ax = plots.ranking_chart(ranking(), question="it exceeds 100 %")
    drawn(ax)
    assert [bar.get_width() for bar in ax.patches] == [0.7, 0.1]
    assert [text.get_text() for text in ax.texts] == [
        "0 % with deal, 100 % with break",
        "5 % with 0.5 to 0.6, 40 % with 1.1 to 1.2",
    ]
    assert ax.get_xlabel() == "Share explained of whether it exceeds 100 %"
    assert plots.ranking_chart(ranking()).get_xlabel() == "Share explained"


def test_outcomes_rise_to_all_draws():
    given = groups()
    ax = plots.outcome_chart(given)
    drawn(ax)
    for line, values in zip(ax.lines, given.values(), strict=True):
        x, y = line.get_data()
        assert y[-1] == 1.0
        middle = np.searchsorted(x, np.median(values), side="right") - 1
        assert y[middle] == pytest.approx(0.5, abs=0.02)
    assert any(text.startswith("deal: median") for text in words(ax))
    assert any(text.startswith("median") for text in words(plots.outcome_chart({"": np.ones(3)})))


@pytest.mark.parametrize("size", SIZES)
def test_bars_and_outcomes_are_tidy(size):
    how = {"title": LONG, "source": "Federal Register", "as_of": "2025-10-23"}
    for ax in (
        plots.tornado_chart(swings(), 0.6, **how, ax=axes(size)),
        plots.ranking_chart(ranking(), **how, ax=axes(size)),
        plots.outcome_chart(groups(), **how, ax=axes(size)),
    ):
        assert_tidy(ax)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: plots.tornado_chart(None, 0.6), "not such a table"),
        (lambda: plots.tornado_chart(swings().drop(columns="low"), 0.6), "not such a table"),
        (lambda: plots.tornado_chart(swings().iloc[:0], 0.6), "nothing to draw"),
        (lambda: plots.tornado_chart(pd.concat([swings()] * 8), 0.6), "32 rows"),
        (lambda: plots.tornado_chart(swings().assign(low=np.nan), 0.6), "not finite"),
        (lambda: plots.tornado_chart(swings(), np.nan), "not a duty"),
        (lambda: plots.ranking_chart(swings()), "not such a table"),
        (lambda: plots.outcome_chart({}), "0 groups"),
        (lambda: plots.outcome_chart([1.0]), "got list"),
        (lambda: plots.outcome_chart({"a": np.zeros(0)}), "no finite numbers"),
        (lambda: plots.outcome_chart({"a": np.array([np.inf])}), "no finite numbers"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, match):
    refused(call, match)


@pytest.mark.parametrize("name", ["share_chart", "tornado_chart", "ranking_chart", "outcome_chart"])
def test_every_option_is_documented(name):
    page = inspect.getdoc(getattr(plots, name))
    for parameter in inspect.signature(getattr(plots, name)).parameters.values():
        assert parameter.name in page
    assert {"Raises", "Returns"} <= set(page.split())


# From a sweep ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def result():
    scenario = scenarios.load("us-china-2025-10").with_({"end": "2025-12-01"})
    over = {"rules.CHN.ratio": ts.uniform(0.5, 1.2), "rules.CHN.view": ["nominal", "trade-weighted"]}
    return sweep(scenario, over, draws=600, progress=False)


def test_a_sweep_draws_its_own_pictures(result):
    charts = [
        result.plot(samples=3, pairs=["CHN-USA"]),
        result.plot_sensitivity("CHN-USA", draws=64),
        result.plot_tornado("CHN-USA", of="last", draws=50),
        result.plot_decides(1.0, "CHN-USA"),
        result.plot_outcomes("CHN-USA", by="events.summit"),
        result.plot_outcomes(),
    ]
    for ax in charts:
        drawn(ax)
        assert any(text.startswith("us-china-2025-10: 600 draws") for text in words(ax))
    assert words(result.plot(pairs=[("CHN", "USA")])) == words(result.plot(pairs=["CHN-USA"]))
    with pytest.raises(ts.InputError, match="unknown pair; got 'CHN-JPN'"):
        result.plot(pairs=["CHN-JPN"])
    assert charts[2].get_xlabel() == "Duty on the last day of CHN on USA, mean over draws"
    assert charts[3].get_xlabel() == "Share explained of whether CHN on USA exceeds 100 %"
    assert len(charts[4].lines) == 4


def test_an_unknown_column_is_refused(result):
    refused(lambda: result.plot_outcomes(by="events.sumit"), "did you mean 'events.summit'")
