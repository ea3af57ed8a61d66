"""Paths: every table of a result, on values written out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradesim.economies import Economies
from tradesim.errors import InputError
from tradesim.measures import Measure
from tradesim.paths import Paths
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule

DUTY = np.zeros((3, 4, 2, 2))
DUTY[:, :, 0, 1] = [[0.1, 0.2, 0.3, 0.2], [0.1, 0.4, 0.3, 0.2], [0.1, 0.6, 0.9, 0.2]]
DUTY[:, :, 1, 0] = [[0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.0, 0.0], [0.5, 0.7, 0.0, 0.1]]
TRUCE = np.zeros((3, 4, 2), dtype=bool)
TRUCE[1, :, 0] = [True, False, True, True]
TRUCE[2, :, 1] = True


def paths(**changes):
    given_ = {
        "name": "autumn",
        "dates": np.arange("2025-10-01", "2025-10-05", dtype="datetime64[D]"),
        "economies": ("USA", "CHN"),
        "duty": DUTY,
        "truce": TRUCE,
        "truces": ("geneva", "london"),
        "outcomes": pd.DataFrame(index=pd.RangeIndex(3, name="draw")),
        "recorded": np.ones((2, 2), dtype=bool),
        "seed": 7,
        "retell": lambda draw: pd.DataFrame({"draw": [draw]}),
    }
    return Paths(**(given_ | changes))


def refusal(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def test_repr_and_counts():
    assert repr(paths()) == "Paths(autumn: 3 draws, 2025-10-01 to 2025-10-04, USA, CHN)"
    assert repr(paths(duty=DUTY[:1])) == "Paths(autumn: 1 draw, 2025-10-01 to 2025-10-04, USA, CHN)"
    assert repr(paths(duty=np.zeros((1200, 1, 2, 2)))).startswith("Paths(autumn: 1,200 draws")
    assert paths().draws == 3
    assert paths().pairs == (("USA", "CHN"), ("CHN", "USA"))


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
    frame = paths().quantiles([0.5, 0.0, 1.0])
    assert frame.columns.names == ["importer", "exporter", "quantile"]
    assert sorted(frame.columns) == sorted([(*pair, q) for pair in paths().pairs for q in (0.0, 0.5, 1.0)])
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


def test_a_summary_holds_means_over_the_draws():
    summary = paths().summary()
    assert list(summary.columns) == ["first", "peak", "last", "highest on"]
    assert summary.index.names == ["importer", "exporter"]
    usa, chn = summary.loc[("USA", "CHN")], summary.loc[("CHN", "USA")]
    assert usa[["first", "peak", "last"]].tolist() == pytest.approx([0.1, (0.3 + 0.4 + 0.9) / 3, 0.2])
    assert chn[["first", "peak", "last"]].tolist() == pytest.approx([0.5, (0.5 + 0.5 + 0.7) / 3, 0.2])
    assert usa["highest on"] == pd.Timestamp("2025-10-03")
    assert chn["highest on"] == pd.Timestamp("2025-10-02")


def test_truce_windows_are_half_open():
    day = np.datetime64
    assert paths().truce_windows() == []
    assert paths().truce_windows(1) == [
        ("geneva", day("2025-10-01"), day("2025-10-02")),
        ("geneva", day("2025-10-03"), day("2025-10-05")),
    ]
    assert paths().truce_windows(2) == [("london", day("2025-10-01"), day("2025-10-05"))]


def test_csv_is_read_back_as_it_was(tmp_path):
    file = paths().to_csv(tmp_path / "draw.csv", draw=1)
    assert file == tmp_path / "draw.csv"
    assert file.read_text(encoding="utf-8").splitlines()[:5] == [
        "importer,USA,CHN",
        "exporter,CHN,USA",
        "date,,",
        "2025-10-01,0.1,0.5",
        "2025-10-02,0.4,0.5",
    ]
    read = pd.read_csv(file, header=[0, 1], index_col=0, parse_dates=True)
    assert np.array_equal(read.to_numpy(), paths().to_frame(1).to_numpy())
    assert paths().to_csv(str(tmp_path / "text.csv")).exists()


def test_events_retell_one_draw():
    assert paths().events(2)["draw"].tolist() == [2]
    assert paths().events()["draw"].tolist() == [0]
    assert paths().events(np.int64(1))["draw"].tolist() == [1]


@pytest.mark.parametrize("draw", [-1, 3, 1.0, "0", None])
@pytest.mark.parametrize("table", ["to_frame", "events", "truce_windows"])
def test_a_draw_that_there_is_not(table, draw):
    message = refusal(lambda: getattr(paths(), table)(draw))
    assert message == f"draw: no such draw; got {draw!r}; allowed: 0 to 2"


def test_a_csv_of_a_draw_that_there_is_not(tmp_path):
    assert "no such draw" in refusal(lambda: paths().to_csv(tmp_path / "draw.csv", draw=3))
    assert not (tmp_path / "draw.csv").exists()


# Results of a run ------------------------------------------------------------------------------------


def run(codes, measures=(), **about):
    schedule = Schedule(measures, Economies(codes), **about)
    return Scenario(name="run", start="2025-10-01", end="2025-10-04", schedule=schedule).run(2)


def test_an_incomplete_record_shows_the_pairs_it_holds():
    duty = Measure(
        name="duty", importer="CHN", exporter="USA", authority="IEEPA", rate=0.25, effective="2025-10-02"
    )
    found = run(["USA", "CHN"], [duty], complete=False)
    assert found.pairs == (("CHN", "USA"),)
    assert found.to_frame(1)["CHN", "USA"].tolist() == [0.0, 0.25, 0.25]
    assert run(["USA", "CHN"], [duty]).pairs == (("USA", "CHN"), ("CHN", "USA"))


def test_a_result_without_pairs_has_empty_tables():
    alone = run(["USA"])
    assert alone.pairs == ()
    assert alone.summary().empty
    assert alone.truce_windows() == []
    assert alone.events().empty
    assert repr(alone) == "Paths(run: 2 draws, 2025-10-01 to 2025-10-03, USA)"


@pytest.mark.parametrize(
    "table", [lambda p: p.to_frame(), lambda p: p.quantiles([0.5])], ids=["frame", "quantiles"]
)
def test_a_result_without_pairs_has_frames_without_columns(table):
    frame = table(run(["USA"]))
    assert frame.shape == (3, 0)
    assert frame.index[0] == pd.Timestamp("2025-10-01")


def test_no_quantiles_are_refused():
    message = None
    try:
        paths().quantiles([])
    except InputError as error:
        message = str(error)
    assert message
