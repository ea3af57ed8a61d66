"""Tables of paths: on values written out by hand and against plain loops."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from path_examples import CODES, COST, DUTY, TABLES, TRUCE, numbers, paths, refusal, results


def test_a_frame_holds_one_draw():
    frame = paths().to_frame(2)
    assert frame.index.name == "date"
    assert list(frame.index) == list(pd.date_range("2025-10-01", "2025-10-04"))
    assert list(frame.columns) == [("USA", "CHN"), ("CHN", "USA")]
    assert frame.columns.names == ["importer", "exporter"]
    assert frame["USA", "CHN"].tolist() == [0.1, 0.6, 0.9, 0.2]
    assert frame["CHN", "USA"].tolist() == [0.5, 0.7, 0.0, 0.1]
    assert paths().to_frame().equals(paths().to_frame(0))


def test_pairs_that_are_not_recorded_are_left_out_of_every_table():
    known = np.array([[True, True], [False, True]])
    some = paths(recorded=known)
    assert some.pairs == (("USA", "CHN"),)
    assert list(some.to_frame().columns) == [("USA", "CHN")]
    assert list(some.summary().index) == [("USA", "CHN")]
    assert list(some.quantiles([0.5]).columns) == [("USA", "CHN", 0.5)]


def test_quantiles_by_hand():
    frame = paths().quantiles([0.5, 0.0, 1.0, 0.5])
    assert frame.columns.names == ["importer", "exporter", "quantile"]
    assert list(frame.columns) == [(*pair, q) for pair in paths().pairs for q in (0.0, 0.5, 1.0)]
    assert list(frame.index) == list(pd.date_range("2025-10-01", "2025-10-04"))
    assert frame["USA", "CHN", 0.0].tolist() == [0.1, 0.2, 0.3, 0.2]
    assert frame["USA", "CHN", 0.5].tolist() == [0.1, 0.4, 0.3, 0.2]
    assert frame["USA", "CHN", 1.0].tolist() == [0.1, 0.6, 0.9, 0.2]
    assert frame["CHN", "USA", 0.5].tolist() == [0.5, 0.5, 0.0, 0.1]
    np.testing.assert_allclose(paths().quantiles([0.25])["CHN", "USA", 0.25], [0.5, 0.5, 0.0, 0.05])


@given(st.lists(st.lists(st.floats(0, 5), min_size=4, max_size=4), min_size=1, max_size=9), st.floats(0, 1))
def test_quantiles_agree_with_a_sorted_list(rows, q):
    duty = np.zeros((len(rows), 4, 2, 2))
    duty[:, :, 0, 1] = rows
    found = paths(duty=duty).quantiles([q])["USA", "CHN", q]
    for t in range(4):
        ordered = sorted(row[t] for row in rows)
        place = q * (len(ordered) - 1)
        low, high = ordered[int(place)], ordered[min(int(place) + 1, len(ordered) - 1)]
        assert found.iloc[t] == pytest.approx(low + (high - low) * (place - int(place)), abs=1e-9)


@pytest.mark.parametrize("q", [-0.1, 1.1, 50, float("nan")])
def test_a_quantile_lies_between_0_and_1(q):
    assert refusal(lambda: paths().quantiles([0.5, q])) == (
        f"q: not a quantile; got {q!r}; allowed: between 0 and 1"
    )


@pytest.mark.parametrize("draw", [-1, 3, 1.0, "0", None])
@pytest.mark.parametrize("table", ["to_frame", "events", "truce_windows"])
def test_a_draw_that_there_is_not(table, draw):
    message = refusal(lambda: getattr(paths(), table)(draw))
    assert message == f"draw: no such draw; got {draw!r}; allowed: 0 to 2"


# Duty, cost and trade cost ---------------------------------------------------------------------------


def test_a_trade_cost_is_duty_and_cost():
    found = paths(cost=COST)
    assert found.trade_cost()[0, :, 0, 1].tolist() == pytest.approx([0.1, 0.2, 0.35, 0.25])
    assert found.to_frame()["USA", "CHN"].tolist() == [0.1, 0.2, 0.3, 0.2]
    assert found.to_frame(0, of="cost")["USA", "CHN"].tolist() == [0.0, 0.0, 0.05, 0.05]
    assert found.to_frame(0, of="trade cost")["USA", "CHN"].tolist() == pytest.approx([0.1, 0.2, 0.35, 0.25])
    assert found.quantiles([1.0], of="cost")["CHN", "USA", 1.0].tolist() == [0.0, 0.1, 0.2, 0.3]
    assert found.terminal(of="trade cost")["CHN", "USA"].tolist() == pytest.approx([0.8, 0.3, 0.4])
    assert found.peak(of="trade cost")["CHN", "USA"].tolist() == pytest.approx([0.8, 0.6, 0.8])


def test_without_cost_the_trade_cost_is_the_duty():
    assert np.array_equal(paths().trade_cost(), DUTY)
    assert not np.shares_memory(paths().trade_cost(), DUTY)
    assert paths().to_frame(1, of="trade cost").equals(paths().to_frame(1))
    assert (paths().to_frame(1, of="cost") == 0).all(axis=None)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_tells_duty_cost_and_trade_cost(table):
    both = TABLES[table](paths(cost=COST), "trade cost")
    assert both.equals(TABLES[table](paths(duty=DUTY + COST), "duty"))
    assert TABLES[table](paths(cost=COST), "cost").equals(TABLES[table](paths(duty=COST), "duty"))
    assert not both.equals(TABLES[table](paths(), "duty"))


@pytest.mark.parametrize("table", TABLES)
def test_a_quantity_that_there_is_not(table):
    message = refusal(lambda: TABLES[table](paths(), "trade costs"))
    assert message.startswith("of: unknown quantity; got 'trade costs'; allowed: cost, duty, trade cost")
    assert "did you mean 'trade cost'" in message


# Levels and peaks ------------------------------------------------------------------------------------


def test_levels_by_hand():
    above = paths().time_above(0.4)
    assert above.index.name == "draw"
    assert above.columns.names == ["importer", "exporter"]
    assert above["USA", "CHN"].tolist() == [0.0, 0.0, 0.5]
    assert above["CHN", "USA"].tolist() == [1.0, 0.5, 0.5]
    first = paths().first_passage(0.4)
    assert first.index.name == "draw"
    assert first["USA", "CHN"].tolist() == [pd.NaT, pd.NaT, pd.Timestamp("2025-10-02")]
    assert first["CHN", "USA"].tolist() == [pd.Timestamp("2025-10-01")] * 3
    assert first.dtypes["USA", "CHN"].kind == "M"
    passed = paths().passed(0.4)
    assert passed.index.name == "date"
    assert passed["USA", "CHN"].tolist() == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3])
    assert passed["CHN", "USA"].tolist() == [1.0] * 4


def test_peaks_by_hand():
    assert paths().peak()["USA", "CHN"].tolist() == [0.3, 0.4, 0.9]
    on = paths().peak_on()
    assert [f"{day:%d}" for day in on["USA", "CHN"]] == ["03", "02", "03"]
    assert [f"{day:%d}" for day in on["CHN", "USA"]] == ["01", "01", "02"]
    assert paths().terminal()["CHN", "USA"].tolist() == [0.5, 0.0, 0.1]
    assert paths().mean()["CHN", "USA"].tolist() == pytest.approx([0.5, 0.25, 0.325])


def test_one_day_of_every_draw():
    result = paths()
    for day, date in enumerate(result.dates):
        assert result.on(date)["USA", "CHN"].tolist() == DUTY[:, day, 0, 1].tolist()
    assert result.on("2025-10-04").equals(result.terminal())


@pytest.mark.parametrize("date", ["2025-09-30", "2025-10-05"])
def test_a_day_that_was_not_run_is_refused(date):
    allowed = "2025-10-01 to 2025-10-04"
    assert refusal(lambda: paths().on(date)) == f"date: outside the paths; got {date}; allowed: {allowed}"


@pytest.mark.parametrize("table", ["time_above", "first_passage", "passed"])
@pytest.mark.parametrize("level", [-0.1, float("nan"), "0.4", None])
def test_a_level_that_is_none(table, level):
    assert "level: not a duty" in refusal(lambda: getattr(paths(), table)(level))


def series(result):
    """The paths of every recorded pair as lists, from the arrays by plain loops."""
    for i, importer in enumerate(CODES):
        for j, exporter in enumerate(CODES):
            if i != j and result.recorded[i, j]:
                yield (importer, exporter), [[day[i][j] for day in draw] for draw in result.duty.tolist()]


@given(results(), numbers)
def test_tables_by_draw_are_those_of_a_plain_loop(result, level):
    above, first = result.time_above(level), result.first_passage(level)
    peak, on, last, mean = result.peak(), result.peak_on(), result.terminal(), result.mean()
    for pair, rows in series(result):
        for k, row in enumerate(rows):
            over = [t for t, value in enumerate(row) if value - level > 1e-12]
            assert above[pair][k] == pytest.approx(len(over) / len(row))
            assert first[pair][k] == pd.Timestamp(result.dates[over[0]]) if over else pd.isna(first[pair][k])
            assert peak[pair][k] == max(row)
            highest = next(t for t, value in enumerate(row) if max(row) - value <= 1e-12)
            assert on[pair][k] == pd.Timestamp(result.dates[highest])
            assert last[pair][k] == row[-1]
            assert mean[pair][k] == pytest.approx(sum(row) / len(row))
    assert list(peak.columns) == [pair for pair, _ in series(result)]


@given(results(), numbers)
def test_passed_is_the_distribution_of_first_passage(result, level):
    first, passed = result.first_passage(level), result.passed(level)
    for pair, _ in series(result):
        for date in passed.index:
            came = [not pd.isna(day) and day <= date for day in first[pair]]
            assert passed[pair][date] == pytest.approx(sum(came) / result.draws)
    assert (passed.diff().dropna() >= 0).all(axis=None)


@given(results(), numbers, numbers)
def test_a_higher_level_is_passed_later_and_for_less_long(result, one, other):
    low, high = sorted([one, other])
    assert (result.time_above(low) >= result.time_above(high)).all(axis=None)
    assert (result.passed(low) >= result.passed(high)).all(axis=None)
    never = pd.Timestamp("2100-01-01")
    assert (result.first_passage(low).fillna(never) <= result.first_passage(high).fillna(never)).all(
        axis=None
    )


@given(results(), st.permutations(range(3)))
def test_the_order_of_the_economies_changes_no_pair(result, order):
    there = np.ix_(order, order)
    other = paths(
        duty=result.duty[:, :, *there],
        economies=tuple(CODES[k] for k in order),
        recorded=result.recorded[there],
        truce=result.truce,
        dates=result.dates,
    )
    assert sorted(other.pairs) == sorted(result.pairs)
    for table in TABLES.values():
        here, moved = table(result, "duty"), table(other, "duty")
        assert all(here[column].equals(moved[column]) for column in here.columns)
    for pair in result.pairs:
        assert result.summary().loc[pair].equals(other.summary().loc[pair])


@given(results())
def test_one_draw_is_its_own_distribution(result):
    one = paths(duty=result.duty[:1], truce=result.truce[:1], dates=result.dates, economies=CODES)
    frame, quantiles = one.to_frame(), one.quantiles([0.05, 0.5, 0.95])
    for i, j, q in quantiles.columns:
        assert quantiles[i, j, q].equals(frame[i, j].rename((i, j, q)))
    assert set(one.passed(0.2).to_numpy().ravel()) <= {0.0, 1.0}
    summary = one.summary()
    assert summary["last"].tolist() == frame.iloc[-1].tolist()
    assert summary["peak"].tolist() == frame.max().tolist()
    assert summary["last 5 %"].tolist() == summary["last 95 %"].tolist() == summary["last"].tolist()


# Pairs -----------------------------------------------------------------------------------------------


def test_selected_pairs_alone_are_in_the_tables():
    some = paths().select([("CHN", "USA")])
    assert some.pairs == (("CHN", "USA"),)
    assert some.to_frame(2)["CHN", "USA"].tolist() == [0.5, 0.7, 0.0, 0.1]
    assert list(some.summary().index) == [("CHN", "USA")]
    assert some.duty is DUTY
    assert paths().select("CHN-USA").pairs == some.pairs
    assert paths().select(("CHN", "USA")).pairs == some.pairs
    assert paths().select(["CHN-USA", ("USA", "CHN")]).pairs == paths().pairs
    assert paths().select([]).pairs == ()


@pytest.mark.parametrize("pair", [("USA", "CHM"), "USA-CHM"])
def test_a_pair_that_there_is_not(pair):
    assert refusal(lambda: paths().select([pair])) == (
        "pairs: unknown pair; got 'USA-CHM'; allowed: CHN-USA, USA-CHN; did you mean 'USA-CHN'?"
    )


def test_a_pair_that_is_not_recorded_is_not_selected():
    known = np.array([[True, True], [False, True]])
    assert "unknown pair; got 'CHN-USA'" in refusal(lambda: paths(recorded=known).select(["CHN-USA"]))
    assert "unknown pair; got 'USA-USA'" in refusal(lambda: paths().select(["USA-USA"]))


# Truces ----------------------------------------------------------------------------------------------


def test_truces_by_hand():
    found = paths().in_truce()
    assert found.index.name == "date"
    assert found.columns.name == "truce"
    assert found["geneva"].tolist() == pytest.approx([1 / 3, 0, 1 / 3, 1 / 3])
    assert found["london"].tolist() == pytest.approx([1 / 3] * 4)
    assert paths().in_any_truce().tolist() == pytest.approx([2 / 3, 1 / 3, 2 / 3, 2 / 3])
    assert paths().in_any_truce().name == "any truce"
    assert list(paths().in_truce("london").columns) == ["london"]
    assert paths().in_truce("london", "geneva").equals(found[["london", "geneva"]])


@given(results())
def test_truces_are_those_of_a_plain_loop(result):
    each, either = result.in_truce(), result.in_any_truce()
    held = result.truce.tolist()
    for t, date in enumerate(each.index):
        for k, name in enumerate(result.truces):
            assert each[name][date] == pytest.approx(sum(draw[t][k] for draw in held) / len(held))
        assert either[date] == pytest.approx(sum(any(draw[t]) for draw in held) / len(held))


def test_a_truce_that_there_is_not():
    assert refusal(lambda: paths().in_truce("genva", "london", "paris")) == (
        "in_truce: unknown truce; got 'genva'; allowed: geneva, london; did you mean 'geneva'?\n"
        "in_truce: unknown truce; got 'paris'; allowed: geneva, london"
    )


def test_truces_at_a_glance():
    known = paths(
        renewals=np.array([[0, 2], [1, 0], [0, 0]]),
        breached=np.array([[False, True], [False, False], [False, True]]),
    ).truce_summary()
    assert known.index.tolist() == ["geneva", "london"]
    assert known["held"].tolist() == pytest.approx([1 / 3, 1 / 3])
    assert known["days"].tolist() == [0.0, 0.0]
    assert known["renewals"].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert known["breached"].tolist() == pytest.approx([0, 2 / 3])
    assert known["last day"].tolist() == pytest.approx([1 / 3, 1 / 3])
    over = paths(truce=TRUCE[:, :2]).truce_summary()
    assert over["last day"].tolist() == pytest.approx([0, 1 / 3])
    unknown = paths(truce=TRUCE[1:2]).truce_summary()
    assert unknown["days"].tolist() == [3.0, 0.0]
    assert unknown[["renewals", "breached"]].isna().all(axis=None)
