"""Paths: summaries, the story of a draw, files and pictures."""

import html.parser
import sys
import types

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from path_examples import COST, DUTY, TABLES, TRUCE, paths, refusal

from tradesim import plots
from tradesim.errors import TradesimError

mpl.use("Agg")


def test_repr_and_counts():
    assert repr(paths()) == "Paths(autumn: 3 draws, 2025-10-01 to 2025-10-04, USA, CHN)"
    assert repr(paths(duty=DUTY[:1])) == "Paths(autumn: 1 draw, 2025-10-01 to 2025-10-04, USA, CHN)"
    assert repr(paths(duty=np.zeros((1200, 1, 2, 2)))).startswith("Paths(autumn: 1,200 draws")
    assert paths().draws == 3
    assert paths().pairs == (("USA", "CHN"), ("CHN", "USA"))


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


def test_a_csv_of_a_draw_that_there_is_not(tmp_path):
    assert "no such draw" in refusal(lambda: paths().to_csv(tmp_path / "draw.csv", draw=3))
    assert not (tmp_path / "draw.csv").exists()


def test_what_is_new_has_a_default():
    plain = paths()
    assert plain.cost is plain.renewals is plain.breached is None
    assert plain.sampling == "random"


# Summaries -------------------------------------------------------------------------------------------


def test_a_summary_holds_medians_over_the_draws():
    summary = paths().summary()
    assert summary.index.names == ["importer", "exporter"]
    assert summary.index.tolist() == [("USA", "CHN"), ("CHN", "USA")]
    usa, chn = summary.loc[("USA", "CHN")], summary.loc[("CHN", "USA")]
    assert usa[["first", "mean", "peak", "last"]].tolist() == pytest.approx([0.1, 0.25, 0.4, 0.2])
    assert chn[["first", "mean", "peak", "last"]].tolist() == pytest.approx([0.5, 0.325, 0.5, 0.1])
    assert usa["highest on"] == pd.Timestamp("2025-10-03")
    assert chn["highest on"] == pd.Timestamp("2025-10-01")
    assert chn[["last 5 %", "last 95 %"]].tolist() == pytest.approx([0.01, 0.46])
    assert usa[["ends higher", "ends lower"]].tolist() == [1.0, 0.0]
    assert chn[["ends higher", "ends lower"]].tolist() == pytest.approx([0.0, 2 / 3])


def test_a_summary_in_words():
    assert paths(duty=DUTY[2:]).summary_text().splitlines() == [
        "autumn: 1 draw, 2025-10-01 to 2025-10-04, USA, CHN",
        "USA on CHN: 10.0 % on the first day, highest 90.0 % on 2025-10-03, 20.0 % on the last day",
        "CHN on USA: 50.0 % on the first day, highest 70.0 % on 2025-10-02, 10.0 % on the last day",
    ]
    assert paths().summary_text().splitlines()[2] == (
        "CHN on USA: in the median 50.0 % on the first day, highest 50.0 % on 2025-10-01, "
        "10.0 % on the last day (5 % to 95 % of draws: 1.0 % to 46.0 %)"
    )


class Table(html.parser.HTMLParser):
    """The tags of an HTML text, and the text of its cells."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.cells, self.inside = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, _attrs):
        self.tags.append(tag)
        self.inside = tag in {"td", "th", "caption"}
        if self.inside:
            self.cells.append("")

    def handle_endtag(self, _tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.cells[-1] += data


def test_html_holds_the_summary():
    table = Table(paths()._repr_html_())
    assert table.cells[0] == "autumn: 3 draws, 2025-10-01 to 2025-10-04, USA, CHN"
    assert table.cells[1:5] == ["importer", "exporter", "first", "mean"]
    assert table.cells[12:18] == ["USA", "CHN", "10.0 %", "25.0 %", "40.0 %", "2025-10-03"]
    assert table.tags.count("tr") == 3


def test_html_escapes_every_name():
    nasty = ("<script>", 'A"&<b>')
    text = paths(name="<img src=x onerror=alert(1)>", economies=nasty)._repr_html_()
    table = Table(text)
    assert set(table.tags) <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p"}
    assert table.cells[0].startswith("<img src=x onerror=alert(1)>: 3 draws")
    assert table.cells[12:14] == list(nasty)


def test_html_of_many_pairs_is_cut_short():
    many = paths(duty=np.zeros((1, 1, 6, 6)), economies=tuple("ABCDEF"), recorded=np.ones((6, 6), dtype=bool),
                 dates=np.array(["2025-10-01"], dtype="datetime64[D]"))  # fmt: skip
    text = many._repr_html_()
    assert text.count("<tr>") == 21
    assert text.endswith("<p>and 10 more pairs: see summary()</p>")


# xarray ----------------------------------------------------------------------------------------------


OUTCOMES = pd.DataFrame(
    {"summit": pd.Categorical.from_codes([0, 1, -1], ["deal", "no deal"])},
    index=pd.RangeIndex(3, name="draw"),
)
FULL = {
    "cost": COST,
    "outcomes": OUTCOMES,
    "recorded": np.array([[False, True], [False, False]]),
    "renewals": np.array([[0, 2], [1, 0], [0, 0]]),
    "breached": np.zeros((3, 2), dtype=bool),
    "source": "the record",
    "as_of": "2025-10-01",
    "sampling": "sobol",
}


@pytest.fixture
def plain_xarray(monkeypatch):
    """Stands in for xarray where it is not installed: keeps what it is given."""

    def dataset(data, coords, attrs):
        return types.SimpleNamespace(data=data, coords=coords, attrs=attrs)

    monkeypatch.setitem(sys.modules, "xarray", types.SimpleNamespace(Dataset=dataset))


@pytest.mark.usefixtures("plain_xarray")
def test_a_dataset_names_dimensions_units_and_where_it_comes_from():
    found = paths(**FULL).to_xarray()
    assert found.attrs == {
        "title": "autumn",
        "source": "the record",
        "as_of": "2025-10-01",
        "seed": 7,
        "sampling": "sobol",
    }
    dimensions = {name: variable[0] for name, variable in found.data.items()}
    assert dimensions["duty"] == dimensions["cost"] == ("draw", "date", "importer", "exporter")
    assert dimensions["in_truce"] == ("draw", "date", "truce")
    assert dimensions["renewals"] == dimensions["breached"] == ("draw", "truce")
    for dims, values, about in found.data.values():
        assert values.shape == tuple(len(found.coords[name]) for name in dims)
        assert about["units"]
        assert about["long_name"]
    assert found.data["outcome"][1].tolist() == [["deal"], ["no deal"], [""]]


@pytest.mark.usefixtures("plain_xarray")
def test_a_dataset_has_no_zero_for_a_pair_that_is_not_known():
    duty = paths(**FULL).to_xarray().data["duty"][1]
    assert np.array_equal(duty[:, :, 0, 1], DUTY[:, :, 0, 1])
    assert np.isnan(duty[:, :, 1, 0]).all()
    assert (duty[:, :, [0, 1], [0, 1]] == 0).all()
    assert paths().to_xarray().data["duty"][1] is DUTY
    assert sorted(paths().to_xarray().data) == ["duty", "in_truce", "outcome"]


def test_a_dataset_in_xarray_itself():
    pytest.importorskip("xarray")
    found = paths(**FULL).to_xarray()
    cell = found["duty"].sel(draw=2, date="2025-10-02", importer="USA", exporter="CHN")
    assert float(cell) == 0.6
    assert found["duty"].attrs["units"] == "fraction of import value"
    assert found["in_truce"].sel(truce="london").sum() == 4
    assert found["outcome"].sel(event="summit").to_numpy().tolist() == ["deal", "no deal", ""]
    assert dict(paths(truces=(), truce=TRUCE[:, :, :0]).to_xarray().sizes)["truce"] == 0


def test_without_xarray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(TradesimError, match=r"pip install '\.\[xarray\]'") as caught:
        paths().to_xarray()
    assert isinstance(caught.value, ImportError)


# Pictures --------------------------------------------------------------------------------------------


@pytest.fixture
def drawn(monkeypatch):
    """What each picture is asked to draw: (name, positional, keywords)."""
    calls = []

    def spy(name):
        def draw(*given_, **named):
            calls.append((name, given_, named))
            return name

        return draw

    for name in ("step_chart", "fan_chart", "truce_band", "phase_plot", "event_timeline"):
        monkeypatch.setattr(plots, name, spy(name), raising=False)
    return calls


ABOUT = {"title": "autumn", "source": "the record", "as_of": "2025-10-01"}


@pytest.mark.parametrize(("draw", "shown"), [(1, 1), (0, 0)])
def test_one_draw_is_drawn_as_steps(drawn, draw, shown):
    result = paths(source="the record", as_of="2025-10-01")
    assert result.plot(draw, ax="axes") == "step_chart"
    ((_, (frame,), named),) = drawn
    assert frame.equals(result.to_frame(shown))
    assert named == {"truces": result.truce_windows(shown), "beside": None, "ax": "axes", **ABOUT}


def test_the_only_draw_is_drawn_as_steps(drawn):
    assert paths(duty=DUTY[2:], truce=TRUCE[2:], cost=COST[2:]).plot() == "step_chart"
    ((_, (frame,), named),) = drawn
    assert frame["USA", "CHN"].tolist() == [0.1, 0.6, 0.9, 0.2]
    assert named["beside"]["CHN", "USA"].tolist() == pytest.approx([0.5, 0.8, 0.2, 0.4])


def test_many_draws_are_drawn_as_a_fan(drawn):
    result = paths(source="the record", as_of="2025-10-01")
    assert result.plot(samples=2, ax="axes") == "fan_chart"
    ((_, (frame,), named),) = drawn
    assert frame.equals(result.quantiles([0.05, 0.25, 0.5, 0.75, 0.95]))
    samples = named.pop("samples")
    assert list(samples.columns) == [(*pair, draw) for pair in result.pairs for draw in (0, 1)]
    assert samples.columns.names == ["importer", "exporter", "draw"]
    assert samples["CHN", "USA", 1].tolist() == [0.5, 0.5, 0.0, 0.0]
    assert named.pop("truce").equals(result.in_any_truce())
    assert named == {"beside": None, "ax": "axes", **ABOUT}


def test_a_fan_without_samples_and_truces(drawn):
    paths(truces=(), truce=TRUCE[:, :, :0]).plot(q=[0.5], samples=0)
    ((_, (frame,), named),) = drawn
    assert list(frame.columns) == [("USA", "CHN", 0.5), ("CHN", "USA", 0.5)]
    assert named["samples"] is None
    assert named["truce"] is None


def test_a_fan_shows_no_more_samples_than_there_are_draws(drawn):
    paths(cost=COST).plot(samples=50)
    ((_, _, named),) = drawn
    assert named["samples"].shape == (4, 6)
    assert named["beside"]["CHN", "USA"].tolist() == pytest.approx([0.5, 0.6, 0.2, 0.4])


@pytest.mark.parametrize("samples", [-1, 1.5, "3", None])
def test_a_number_of_samples_that_is_none(samples):
    assert refusal(lambda: paths().plot(samples=samples)) == (
        f"samples: not a number of draws; got {samples!r}; allowed: 0 or more"
    )


def test_truces_are_drawn_with_any_of_several(drawn):
    result = paths(source="the record", as_of="2025-10-01")
    assert result.plot_truces(ax="axes") == "truce_band"
    ((_, (frame,), named),) = drawn
    assert frame.equals(result.in_truce())
    assert named.pop("any_of").equals(result.in_any_truce())
    assert named == {"ax": "axes", **ABOUT}
    paths(truces=("geneva",), truce=TRUCE[:, :, :1]).plot_truces()
    assert drawn[1][2]["any_of"] is None


def test_a_phase_plot_sets_a_pair_against_its_reverse(drawn):
    result = paths(source="the record", as_of="2025-10-01")
    assert result.plot_phase(ax="axes") == "phase_plot"
    ((_, (x, y), named),) = drawn
    assert np.array_equal(x, DUTY[:, :, 0, 1])
    assert np.array_equal(y, DUTY[:, :, 1, 0])
    assert np.array_equal(named.pop("dates"), result.dates)
    assert named == {
        "x_label": "USA on CHN",
        "y_label": "CHN on USA",
        "ax": "axes",
        **ABOUT,
    }


def test_a_phase_plot_of_chosen_pairs(drawn):
    paths().plot_phase(x=("CHN", "USA"))
    paths().plot_phase(x="CHN-USA", y=("CHN", "USA"))
    assert [(named["x_label"], named["y_label"]) for _, _, named in drawn] == [
        ("CHN on USA", "USA on CHN"),
        ("CHN on USA", "CHN on USA"),
    ]
    assert np.array_equal(drawn[1][1][1], DUTY[:, :, 1, 0])


def test_a_phase_plot_of_pairs_that_there_are_not():
    one_way = paths(recorded=np.array([[True, True], [False, True]]))
    assert refusal(one_way.plot_phase).startswith("y: unknown pair; got 'CHN-USA'; allowed: USA-CHN")
    assert refusal(lambda: paths().plot_phase(x=("USA", "EU27"))).startswith(
        "x: unknown pair; got 'USA-EU27'"
    )
    nothing = paths(recorded=np.eye(2, dtype=bool))
    assert refusal(nothing.plot_phase) == "x: unknown pair; got ''; allowed: none are defined"


def test_events_are_drawn_along_the_duties(drawn):
    result = paths(source="the record", as_of="2025-10-01")
    assert result.plot_events(1, ax="axes") == "event_timeline"
    ((_, (story, frame), named),) = drawn
    assert story["draw"].tolist() == [1]
    assert frame.equals(result.to_frame(1))
    assert named == {"truces": result.truce_windows(1), "ax": "axes", **ABOUT}


@pytest.mark.parametrize("picture", ["plot", "plot_events"])
@pytest.mark.parametrize("draw", [3, "", -1])
@pytest.mark.usefixtures("drawn")
def test_a_picture_of_a_draw_that_there_is_not(picture, draw):
    assert "no such draw" in refusal(lambda: getattr(paths(), picture)(draw))


STORY = {
    "date": [pd.Timestamp("2025-10-02")],
    "kind": ["announces"],
    "importer": ["USA"],
    "exporter": ["CHN"],
    "from": [0.0],
    "to": [0.5],
    "charged": [pd.Timestamp("2025-10-03")],
    "why": ["by law"],
}
PICTURES = {
    "steps": lambda p, ax: p.plot(0, ax),
    "fan": lambda p, ax: p.plot(ax=ax),
    "truces": lambda p, ax: p.plot_truces(ax),
    "phase": lambda p, ax: p.plot_phase(ax=ax),
    "events": lambda p, ax: p.plot_events(2, ax),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_pictures_are_drawn(picture):
    result = paths(cost=COST, source="the record", as_of="2025-10-01", retell=lambda _: pd.DataFrame(STORY))
    _, axes = plt.subplots(layout="constrained")
    assert PICTURES[picture](result, axes) is axes
    axes.figure.canvas.draw()
    plt.close(axes.figure)


# Results of a run ------------------------------------------------------------------------------------


def test_a_result_without_pairs_has_empty_tables():
    alone = paths(economies=("USA",), duty=DUTY[:, :, :1, :1], recorded=np.ones((1, 1), dtype=bool))
    assert alone.pairs == ()
    assert alone.summary().empty
    assert alone.summary_text() == repr(alone)[len("Paths(") : -1]
    assert Table(alone._repr_html_()).tags.count("tr") == 1
    for name, table in TABLES.items():
        frame = table(alone, "duty")
        by_draw = name in {"time_above", "first_passage", "peak", "peak_on", "terminal", "on", "mean"}
        assert frame.shape == ((3 if by_draw else 4), 0)


def test_a_run_returns_what_these_tables_are_made_of():
    from tradesim.economies import Economies
    from tradesim.measures import Measure
    from tradesim.scenario import Scenario
    from tradesim.schedule import Schedule

    duty = Measure(
        name="duty", importer="CHN", exporter="USA", authority="IEEPA", rate=0.25, effective="2025-10-02"
    )
    schedule = Schedule([duty], Economies(["USA", "CHN"]), complete=False)
    found = Scenario(name="run", start="2025-10-01", end="2025-10-04", schedule=schedule).run(2)
    assert found.pairs == (("CHN", "USA"),)
    assert found.to_frame(1)["CHN", "USA"].tolist() == [0.0, 0.25, 0.25]
    assert repr(found) == "Paths(run: 2 draws, 2025-10-01 to 2025-10-03, USA, CHN)"
    assert found.summary()["ends higher"].tolist() == [1.0]
    assert found.events(1)["date"].tolist() == [pd.Timestamp("2025-10-02")]
    assert found.truce_windows() == []
    assert found.in_any_truce().tolist() == [0.0, 0.0, 0.0]
