"""Results: tables of a sweep are those of the draws run one by one."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tradesim as ts
from tradesim import rules, scenarios
from tradesim.errors import InputError
from tradesim.sweeps.sweep import sweep

OCTOBER = scenarios.load("us-china-2025-10").with_({"end": "2025-12-20"})
OVER = {
    "rules.CHN.ratio": ts.uniform(0.5, 1.2),
    "events.summit.deal": ts.uniform(0.2, 0.7),
    "rules.CHN.view": ["nominal", "trade-weighted"],
}
DRAWS, SEED = 1100, 7
PAIRS = [("USA", "CHN"), ("USA", "ROW"), ("CHN", "USA"), ("CHN", "ROW")]


@pytest.fixture(scope="module")
def result():
    return sweep(OCTOBER, OVER, draws=DRAWS, seed=SEED, levels=[0.5, 1.0], progress=False, block=512)


@pytest.fixture(scope="module")
def one_by_one(result):
    """Every 25th draw, run alone as the scenario that its row describes."""
    rows = result.outcomes().iloc[::25]
    parameters = list(OVER)
    found = {}
    for draw, row in rows.iterrows():
        changed = OCTOBER.with_({path: row[path] for path in parameters})
        trace = changed._trace(np.array([draw]), SEED, "random")
        found[draw] = (row, trace)
    return found


def test_every_row_is_the_draw_run_alone_with_its_parameters(one_by_one):
    days = OCTOBER.grid.days
    for row, trace in one_by_one.values():
        assert row["events.summit"] == OCTOBER.events[1].outcomes[trace.outcome[0, 1]].name
        assert row["held.geneva"] == trace.truce[0, :, 0].sum()
        assert row["renewed.geneva"] == trace.renewals[0, 0]
        assert row["breached.geneva"] == trace.breached[0, 0]
        for i, j, pair in ((0, 1, "USA-CHN"), (1, 0, "CHN-USA")):
            duty = trace.duty[0, :, i, j]
            assert row[f"last.{pair}"] == duty[-1]
            assert row[f"peak.{pair}"] == duty.max()
            assert row[f"mean.{pair}"] == pytest.approx(duty.mean(), rel=1e-14)
            for level in (0.5, 1.0):
                above = np.flatnonzero(duty > level + 1e-12)
                first = row[f"first.{pair}.{level:g}"]
                assert pd.isna(first) if not len(above) else first == pd.Timestamp(days[above[0]])


def test_paths_are_those_of_the_draws(result, one_by_one):
    draws = list(one_by_one)[:30]
    paths = result.paths(draws)
    for draw in draws:
        for (i, a), (j, b) in (((0, "USA"), (1, "CHN")), ((1, "CHN"), (0, "USA"))):
            np.testing.assert_array_equal(paths[a, b, draw], one_by_one[draw][1].duty[0, :, i, j])


def test_quantiles_are_within_the_stated_error_of_exact_ones(result):
    exact = result.paths(range(1000))
    short = sweep(OCTOBER, OVER, draws=1000, seed=SEED, progress=False)
    assert short.error == 4.0 / 1024 / 2
    found = short.quantiles([0.05, 0.5, 0.95])
    for pair in PAIRS:
        wanted = np.quantile(exact[pair].to_numpy(), [0.05, 0.5, 0.95], axis=1).T
        assert np.abs(found[pair].to_numpy() - wanted).max() <= short.error + 1e-12


def test_refined_is_eight_times_as_fine(result):
    finer = result.refined()
    assert finer.error == result.error / 8
    difference = (finer.quantiles([0.5]) - result.quantiles([0.5])).abs().to_numpy().max()
    assert difference <= result.error + finer.error
    assert finer.moments().equals(result.moments())


def test_a_quantile_above_the_top_says_how_to_count_higher():
    low = sweep(OCTOBER, OVER, draws=600, seed=SEED, progress=False, top=0.5)
    with pytest.raises(InputError, match=r"lies above 50 %; run it with a higher one: refined\(top="):
        low.quantiles([0.95])
    assert low.refined(top=4.0).quantiles([0.95]).notna().all().all()


def test_shares_in_truce_and_of_outcomes(result):
    rows = result.outcomes()
    assert result.in_truce()["geneva"].iloc[0] == 1.0
    chances = result.chances()
    for outcome, share in rows["events.summit"].value_counts(normalize=True).items():
        assert chances.loc[("summit", outcome), "share"] == pytest.approx(share)
    assert chances["share"].sum() == pytest.approx(2.0)


def test_passages_add_up_to_the_rows(result):
    rows, passed = result.outcomes(), result.passed(1.0)
    firsts = rows["first.CHN-USA.1"]
    for day in ("2025-11-01", "2025-11-04", "2025-12-19"):
        assert passed.loc[day, ("CHN", "USA")] == pytest.approx((firsts <= day).mean())
    with pytest.raises(InputError, match=r"unknown level; got '0\.7'"):
        result.passed(0.7)


def test_shares_above_a_level_are_those_of_the_paths_but_for_a_bin():
    few = sweep(OCTOBER, OVER, draws=600, seed=SEED, progress=False)
    paths, width = few.paths(range(600)), 2 * few.error
    for level in (0.0, 0.3, 0.999, 5.0):
        found = few.above(level)
        for pair in PAIRS:
            duties = paths[pair].to_numpy()
            assert (found[pair] <= (duties > level).mean(axis=1) + 1e-12).all()
            assert (found[pair] >= (duties > level + width).mean(axis=1) - 1e-12).all()


def test_moments_are_those_of_the_rows(result):
    rows, moments = result.outcomes(), result.moments()
    for pair in PAIRS:
        for of in ("last", "peak", "mean"):
            column = rows[f"{of}.{pair[0]}-{pair[1]}"]
            row = moments.loc[(*pair, of)]
            assert row["mean"] == pytest.approx(column.mean(), abs=2**-24)
            assert row["sd"] == pytest.approx(column.std(ddof=0), abs=2**-22)
            assert row["least"] == column.min()
            assert row["most"] == column.max()


def test_dates_and_endings_have_a_program_each():
    over = {
        "events.summit.date": [dt.date(2025, 10, 30), dt.date(2025, 10, 31)],
        "truces.geneva.end": ts.choice(["2025-11-10", "2025-11-20"]),
        "truces.geneva.at_end": ["snapback", "lapse"],
        "truces.geneva.renewal": ts.uniform(0, 1),
        "truces.geneva.renewals": ts.integers(0, 2),
    }
    rows = sweep(OCTOBER, over, draws=300, seed=5, progress=False).outcomes()
    assert len(rows.groupby(["events.summit.date", "truces.geneva.end", "truces.geneva.at_end"])) == 8
    for draw, row in rows.iloc[::29].iterrows():
        trace = OCTOBER.with_({path: row[path] for path in over})._trace(np.array([draw]), 5, "random")
        assert row["last.CHN-USA"] == trace.duty[0, -1, 1, 0]
        assert row["renewed.geneva"] == trace.renewals[0, 0]
        assert row["held.geneva"] == trace.truce[0, :, 0].sum()


def test_a_date_that_does_not_fit_the_scenario_says_which():
    with pytest.raises(
        InputError, match=r"over: events.summit.date = 2025-11-05: .* takes effect before the event"
    ):
        sweep(OCTOBER, {"events.summit.date": [dt.date(2025, 11, 5)]}, draws=10, progress=False)


def test_only_so_many_rows_are_kept_without_a_store():
    found = sweep(OCTOBER, OVER, draws=2000, block=512, seed=SEED, progress=False, keep=700)
    assert len(found.outcomes()) == 700
    assert found.outcomes().equals(sweep(OCTOBER, OVER, draws=2000, seed=SEED, progress=False).outcomes(700))
    assert found.where("peak.CHN-USA > 1").draws == (
        sweep(OCTOBER, OVER, draws=2000, seed=SEED, progress=False).where("peak.CHN-USA > 1").draws
    )
    assert len(found.outcomes(most=10)) == 10
    nothing = sweep(OCTOBER, OVER, draws=600, seed=SEED, progress=False, keep=0)
    assert len(nothing.outcomes()) == 0
    assert list(nothing.outcomes().columns) == nothing.names
    assert nothing.where("events.summit == 'deal'").draws == (
        sweep(OCTOBER, OVER, draws=600, seed=SEED, progress=False).where("events.summit == 'deal'").draws
    )


def test_without_rows_nothing_is_ranked():
    nothing = sweep(OCTOBER, OVER, draws=600, seed=SEED, progress=False, keep=0)
    with pytest.raises(InputError, match=r"no rows of draws are kept; keep some: sweep\(…, keep=100_000\)"):
        nothing.decides()


@pytest.mark.parametrize("bins", [64, 333, 1024])
def test_quantiles_lie_between_what_is_known_exactly(bins):
    """A duty that is the same in all draws is that duty, not the middle of its bin."""
    found = sweep(OCTOBER, OVER, draws=600, seed=SEED, progress=False, bins=bins)
    rows, every = found.outcomes(), found.quantiles([0.0, 0.05, 0.5, 1.0])
    for i, j in PAIRS:
        last, table = rows[f"last.{i}-{j}"], every[i, j]
        assert table.to_numpy().max() <= rows[f"peak.{i}-{j}"].max()
        assert last.min() <= table.iloc[-1].min() <= table.iloc[-1].max() <= last.max()
    constant = rows["last.USA-ROW"].iloc[0]
    assert (rows["last.USA-ROW"] == constant).all()
    assert (every["USA", "ROW"].iloc[-1] == constant).all()
    text = found.summary_text()
    assert f"USA on ROW: on the last day in the median {100 * constant:.1f} %" in text
    assert f"Quantiles are off by {200 / bins:.2g} points at most" in text


def test_numbers_of_numpy_are_numbers(result):
    same = sweep(
        OCTOBER, OVER, draws=np.int64(DRAWS), seed=np.int32(SEED), block=np.int16(512), keep=np.int64(5),
        levels=np.array([0.5, 1.0]), threads=np.int8(1), bins=np.int64(1024), top=np.float32(4.0),
        progress=False,
    )  # fmt: skip
    assert same.digest == result.digest
    assert len(same.outcomes(np.int64(3))) == 3
    assert same.paths(np.int64(2)).shape[1] == 2 * len(PAIRS)
    assert same.refined(bins=np.int64(64), top=np.float64(5.0)).error == 5.0 / 64 / 2
    assert same.sensitivity(np.int64(2), ["USA-CHN"]).draws == 2


@pytest.mark.parametrize(
    ("ask", "match"),
    [
        (lambda r: r.outcomes("a"), "not a number of rows"),
        (lambda r: r.outcomes(-1), "not a number of rows"),
        (lambda r: r.tornado(draws=0), "tornado: draws: not a number of draws"),
        (lambda r: r.sensitivity(1000), "a power of 2"),
        (lambda r: r.decides(125), r"a duty above 1000 %.* did you mean 1\.25"),
        (lambda r: r.where("events.summit = 'deal'"), "equality is written `==`"),
        (lambda r: r.refined(top="high"), "cannot be counted so"),
    ],
)
def test_what_is_asked_of_a_result_is_checked(result, ask, match):
    with pytest.raises(InputError, match=match):
        ask(result)


def test_where_is_the_draws_for_which_it_holds(result):
    rows = result.outcomes()
    deals = rows[(rows["events.summit"] == "deal") & (rows["rules.CHN.ratio"] > 0.8)]
    found = result.where("events.summit == 'deal' and rules.CHN.ratio > 0.8")
    assert found.chosen.tolist() == deals.index.tolist()
    assert found.outcomes().equals(deals)
    exact = found.paths(list(deals.index[:500]))
    wanted = np.quantile(exact["CHN", "USA"].to_numpy(), 0.5, axis=1)
    assert np.abs(found.quantiles([0.5])["CHN", "USA", 0.5] - wanted).max() <= result.error
    assert found.paths(2).columns[0][2] == deals.index[0]
    assert "of 1,100 draws" in repr(found)
    assert (
        found.where("rules.CHN.ratio > 1").chosen.tolist()
        == deals[deals["rules.CHN.ratio"] > 1].index.tolist()
    )
    assert found.digest != result.digest


def test_where_of_parameters_needs_no_rows(result, monkeypatch):
    found = result.where("rules.CHN.view == 'nominal'")
    assert found.draws == DRAWS // 2


def test_what_varies_all_assumptions_is_not_asked_of_draws_that_were_picked(result):
    found = result.where("rules.CHN.ratio > 1")
    for ask in (found.sensitivity, found.tornado):
        with pytest.raises(
            InputError, match=r"not those of some draws; got .* draws that a condition picked"
        ):
            ask()
    assert "exceeds 100 %" in found.decides(1.0, "CHN-USA").text()


def test_where_that_holds_for_no_draw_is_refused(result):
    with pytest.raises(InputError, match="holds for no draw"):
        result.where("rules.CHN.ratio > 5")


@pytest.mark.parametrize("draws", [[], [-1], [DRAWS], "first", [0.5], range(1001)])
def test_paths_of_what_are_no_draws_are_refused(result, draws):
    with pytest.raises(InputError, match="not draws"):
        result.paths(draws)


@pytest.mark.parametrize(("bins", "top"), [(1, None), (None, 0.0), ("many", None), (True, None)])
def test_what_cannot_be_counted_is_refused(result, bins, top):
    with pytest.raises(InputError, match="cannot be counted so"):
        result.refined(bins=bins, top=top)


def test_an_unknown_pair_is_refused(result):
    with pytest.raises(InputError, match="did you mean 'USA-CHN'"):
        result.tornado("USA-CHM")


def test_it_says_what_it_is(result):
    assert repr(result).startswith(
        "Sweep(us-china-2025-10: 1,100 draws, 2025-10-23 to 2025-12-19, over rules.CHN.ratio"
    )
    text = result.summary_text()
    assert "summit: deal" in text
    assert "CHN on USA: on the last day in the median" in text


def test_parquet_holds_the_table(result, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `store` is not installed")
    found = parquet.read_table(result.to_parquet(tmp_path / "rows.parquet")).to_pandas()
    rows = result.outcomes()
    assert found["draw"].tolist() == rows.index.tolist()
    assert found["peak.CHN-USA"].tolist() == rows["peak.CHN-USA"].tolist()
    assert found["events.summit"].tolist() == rows["events.summit"].tolist()
    assert (pd.to_datetime(found["first.CHN-USA.1"]).isna() == rows["first.CHN-USA.1"].isna()).all()


def test_a_scenario_without_events_truces_or_parameters():
    plain = replace(OCTOBER, events=(), truces=(), branches={}, rules={"CHN": rules.Match()})
    found = sweep(plain, draws=3, progress=False)
    assert found.chances().empty
    assert found.in_truce().shape == (len(plain.grid), 0)
    assert "over nothing but chance" in repr(found)
    assert found.outcomes()["last.CHN-USA"].std() == 0.0


def test_a_sweep_is_a_public_name_and_so_is_what_varies():
    assert ts.sweep is sweep
    assert isinstance(ts.sweep(OCTOBER, draws=2, progress=False), ts.Sweep)
