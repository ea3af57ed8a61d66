"""Plots: what is drawn is what was given, every label is there, and none covers another."""

import datetime as dt
import inspect
import itertools
import re

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from scipy.optimize import minimize

from tradesim import plots
from tradesim.errors import InputError
from tradesim.plots import colours, placing, style
from tradesim.plots.labels import EndLabels, Footer, NoteLabels, Placed, tick_box, unchanged
from tradesim.plots.matrix import CellLabels

BOTH = [("USA", "CHN"), ("CHN", "USA")]
FOUR = [*BOTH, ("USA", "ROW"), ("CHN", "ROW")]
SOURCE = "toy record after Federal Register notices and State Council Tariff Commission announcements"
SIZES = [(10.0, 5.5), (6.0, 4.0)]

LEVELS = {
    ("USA", "CHN"): {
        "2018-01-01": 0.03, "2018-07-06": 0.05, "2018-09-24": 0.11, "2019-05-10": 0.18, "2019-09-01": 0.21,
        "2020-02-14": 0.19, "2025-01-01": 0.21, "2025-02-04": 0.31, "2025-03-04": 0.41, "2025-04-05": 0.50,
        "2025-04-09": 1.05, "2025-04-10": 1.35, "2025-04-11": 1.25, "2025-05-14": 0.52, "2025-09-01": 0.58,
        "2025-11-10": 0.48, "2026-02-24": 0.37,
    },
    ("CHN", "USA"): {
        "2018-01-01": 0.08, "2018-09-24": 0.18, "2019-09-01": 0.22, "2020-02-14": 0.21, "2025-04-10": 1.07,
        "2025-04-12": 1.476, "2025-05-14": 0.326, "2025-11-10": 0.32,
    },
    ("USA", "ROW"): {"2018-01-01": 0.02, "2018-03-23": 0.03, "2025-04-05": 0.13, "2025-08-07": 0.18},
    ("CHN", "ROW"): {"2018-01-01": 0.08, "2020-01-01": 0.065},
}  # fmt: skip

TRUCES = [
    ("Phase One", "2020-02-14", "2022-01-01"),
    ("Geneva", "2025-05-14", "2025-08-12"),
    ("Stockholm", "2025-08-12", "2025-11-10"),
    ("Busan", dt.date(2025, 11, 10), np.datetime64("2026-11-10")),
]
ACTS = [
    ("2018-07-06", "List 1", "USA"), ("2018-09-24", "List 3", "USA"), ("2019-05-10", "List 3 at 25 %", "USA"),
    ("2019-09-01", "List 4A", "USA"), ("2020-02-14", "Phase One"), ("2022-03-28", "Exclusions extended"),
    ("2024-09-27", "Four-year review", "USA"), ("2025-02-04", "Fentanyl 10 %", "USA"),
    ("2025-02-10", "Energy, machinery", "CHN"), ("2025-03-04", "Fentanyl 20 %", "USA"),
    ("2025-03-10", "Farm goods", "CHN"), ("2025-04-05", "Baseline 10 %", "USA"),
    ("2025-04-09", "Reciprocal 84 %", "USA"), ("2025-04-10", "Reciprocal 125 %", "USA"),
    ("2025-04-12", "Matches 125 %", "CHN"), ("2025-05-14", "Geneva: down to 10 %"),
    ("2025-08-12", "Stockholm extension"), ("2025-10-14", "Port fees", "CHN"),
    ("2025-11-10", "Busan deal"), ("2026-02-24", "IEEPA struck down", "USA"),
]  # fmt: skip


def frame(pairs=FOUR, start="2018-01-01", end="2026-11-01"):
    days = pd.date_range(start, end, name="date")
    data = {}
    for pair in pairs:
        steps = pd.Series(LEVELS[pair]).rename(pd.Timestamp)
        data[pair] = steps.reindex(days, method="ffill").to_numpy()
    columns = pd.MultiIndex.from_tuples(pairs, names=["importer", "exporter"])
    return pd.DataFrame(data, index=days).set_axis(columns, axis=1)


def small(values, pairs=BOTH, start="2025-01-01"):
    days = pd.date_range(start, periods=len(values), name="date")
    columns = pd.MultiIndex.from_tuples(pairs, names=["importer", "exporter"])
    return pd.DataFrame(values, index=days, columns=columns)


def layered(values, names, start="2025-01-01"):
    days = pd.date_range(start, periods=len(values), freq="30D", name="date")
    columns = pd.MultiIndex.from_product(
        [["USA"], ["CHN"], names], names=["importer", "exporter", "authority"]
    )
    return pd.DataFrame(values, index=days, columns=columns)


def matrix(values, codes):
    return pd.DataFrame(values, pd.Index(codes, name="importer"), pd.Index(codes, name="exporter"))


def axes(size=SIZES[0]):
    return plt.subplots(figsize=size, layout="constrained")[1]


def drawn(chart):
    """Draw once, as a notebook does, and return the renderer."""
    figure = chart if isinstance(chart, Figure) else chart.figure
    figure.canvas.draw()
    return figure.canvas.get_renderer()


def parts(ax, kind):
    return [artist for artist in ax.get_children() if isinstance(artist, kind)]


def labels(ax):
    """Every text that some placed artist shows."""
    own = [text for artist in parts(ax, Placed) for text in artist.get_children() if isinstance(text, Text)]
    return [text for text in own if text.get_visible() and text.get_text()]


def words(ax, kind=Placed):
    texts = [text for artist in parts(ax, kind) for text in artist.get_children() if isinstance(text, Text)]
    return {text.get_text().replace("\n", " ") for text in texts if text.get_visible()}


def ticks(axis):
    """The labels of the ticks that lie within the axis; the others are not drawn."""
    low, high = sorted(axis.get_view_interval())
    near = [tick for tick in axis.get_major_ticks() if low - 1e-9 <= tick.get_loc() <= high + 1e-9]
    return [label for tick in near for label in (tick.label1, tick.label2)]


def assert_tidy(chart):
    """No label covers another, a tick or the label of an axis; none leaves the figure."""
    renderer = drawn(chart)
    figure = chart if isinstance(chart, Figure) else chart.figure
    boxes = []
    for ax in figure.axes:
        shown = [*labels(ax), *ticks(ax.xaxis), *ticks(ax.yaxis), ax.yaxis.label, ax.xaxis.label]
        shown = [text for text in shown if text.get_text() and text.get_visible()]
        boxes += [(text.get_text(), text.get_window_extent(renderer)) for text in shown]
    for text, box in boxes:
        room = figure.bbox.padded(0.5)
        assert min(box.x0 - room.x0, box.y0 - room.y0, room.x1 - box.x1, room.y1 - box.y1) >= 0, text
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        wide = min(first.x1, second.x1) - max(first.x0, second.x0)
        high = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert wide <= 0.5 or high <= 0.5, f"{one!r} overlaps {other!r}"


def assert_leaders_free(ax):
    """No leader runs through a label."""
    renderer = drawn(ax)
    for notes in parts(ax, NoteLabels):
        for lead, text in itertools.product(notes.leads, notes.texts):
            x, (low, high) = lead.get_xdata()[0], sorted(lead.get_ydata())
            box = text.get_window_extent(renderer)
            through = box.x0 < x < box.x1 and min(high, box.y1) - max(low, box.y0) > 0.5
            assert not through, f"a leader runs through {text.get_text()!r}"


@pytest.fixture(autouse=True)
def _nothing_left_behind():
    before = dict(mpl.rcParams)
    yield
    plt.close("all")
    assert dict(mpl.rcParams) == before


# Placing ------------------------------------------------------------------------------------------------

POSITION = st.floats(0, 600)


@given(st.lists(st.tuples(POSITION, st.floats(5, 30)), min_size=1, max_size=12))
def test_spread_keeps_labels_apart_in_order_and_within_bounds(items):
    centres, heights = np.array(items).T
    placed = placing.spread(centres, heights, 0, 600)
    order = np.argsort(centres, kind="stable")
    low, high = placed - heights / 2, placed + heights / 2
    assert (high[order][:-1] <= low[order][1:] + 1e-6).all()
    assert low.min() >= -1e-6
    assert high.max() <= 600 + 1e-6


@given(st.lists(POSITION, min_size=2, max_size=6))
@settings(max_examples=25, deadline=None)
def test_spread_moves_labels_as_little_as_a_general_optimiser(centres):
    centres = np.sort(centres)
    gaps = {"type": "ineq", "fun": lambda p: np.diff(p) - 20}
    start = centres.mean() + 20 * np.arange(len(centres))
    best = minimize(lambda p: ((p - centres) ** 2).sum(), start, constraints=gaps)
    ours = placing.spread(centres, np.full(len(centres), 20.0), -1e4, 1e4)
    assert ((ours - centres) ** 2).sum() <= best.fun + 1e-2 * (1 + best.fun)


@given(st.lists(st.tuples(POSITION, st.floats(20, 150), st.booleans()), max_size=12))
@settings(max_examples=60, deadline=None)
def test_flags_never_overlap_and_no_leader_cuts_a_label(items):
    boxes = [placing.Box(*item) for item in sorted(items)]
    found = placing.flags(boxes, placing.Room(-50, 700, gap=4, beside=3))
    assert [flag.anchor for flag in found] == [box.anchor for box in boxes]
    for one, other in itertools.permutations(found, 2):
        assert one.row != other.row or one.right <= other.left or other.right <= one.left
        assert one.row < other.row or not other.left < one.anchor < other.right


def test_flags_stay_low_where_there_is_room():
    boxes = [placing.Box(100.0 * k, 60.0) for k in range(1, 6)]
    assert {flag.row for flag in placing.flags(boxes, placing.Room(0, 600, gap=4, beside=3))} == {0}


def test_flags_of_a_crowd_lean_both_ways():
    boxes = [placing.Box(300.0 + k, 80.0) for k in range(10)]
    found = placing.flags(boxes, placing.Room(0, 600, gap=4, beside=3))
    assert max(flag.row for flag in found) == 4
    assert found[0].right < 300
    assert found[-1].left > 309


def test_flags_leave_the_bounds_rather_than_overlap():
    found = placing.flags([placing.Box(10.0, 200.0), placing.Box(12.0, 200.0)], placing.Room(0, 50, 4, 3))
    assert len({flag.row for flag in found}) == 2 or found[0].right <= found[1].left


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8),
    st.integers(1, 12),
    st.integers(1, 8),
)
def test_roomiest_finds_a_spot_wherever_there_is_one(steps, width, height):
    lengths, low, rise = (np.array(values, dtype=float) for values in zip(*steps, strict=True))
    edges, high = np.concatenate([[0.0], np.cumsum(lengths)]), low + rise
    inside = np.repeat(low, lengths.astype(int)), np.repeat(high, lengths.astype(int))
    windows = [
        (h[k : k + width].min() - b[k : k + width].max())
        for b, h in [inside]
        for k in range(len(b) - width + 1)
    ]
    spot = placing.roomiest(edges, low, high, float(width), float(height))
    assert (spot is not None) == (max(windows, default=-1) >= height)
    if spot is not None:
        x, y = spot
        under = (edges[:-1] < x + width / 2 - 1e-9) & (edges[1:] > x - width / 2 + 1e-9)
        assert edges[0] <= x - width / 2 + 1e-9
        assert x + width / 2 <= edges[-1] + 1e-9
        assert (low[under] <= y - height / 2 + 1e-9).all()
        assert (high[under] >= y + height / 2 - 1e-9).all()


# Colours and style --------------------------------------------------------------------------------------

SIGHT = {
    "normal": np.eye(3),
    "no red cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                     [-0.003882, -0.048116, 1.051998]],
    "no green cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                       [-0.011820, 0.042940, 0.968881]],
}  # Machado, Oliveira and Fernandes (2009), severity 1  # fmt: skip


def lab(colour, sight):
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(sight) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ seen / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", SIGHT)
def test_economies_can_be_told_apart_by_every_eye(sight):
    seen = [lab(colour, SIGHT[sight]) for colour in colours.ECONOMIES.values()]
    nearest = min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2))
    assert nearest > 13.5


@pytest.mark.parametrize("ground", ["white", "#f4f5f7", "#121212", "black"])
def test_every_line_stands_out_from_light_and_dark_grounds_and_can_be_told_apart(ground):
    """A line on a ground: 3 to 1 (WCAG 2.2, 1.4.11), and no two alike to any eye (a CIE76 distance of 9)."""
    every = [*colours.ECONOMIES, *(f"A{k:02d}" for k in range(40))]
    drawn_in = {code: colours.economy_colour(code, ground) for code in every}
    assert min(colours.contrast(colour, ground) for colour in drawn_in.values()) >= 3
    for sight in SIGHT.values():
        seen = [lab(drawn_in[code], sight) for code in colours.ECONOMIES]
        nearest = min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2))
        assert nearest > 9
    both = np.linalg.norm(
        lab(drawn_in["USA"], SIGHT["no green cones"]) - lab(drawn_in["CHN"], SIGHT["no green cones"])
    )
    assert both > 60


def test_every_economy_has_its_colour_and_strangers_a_stable_one():
    assert plots.economy_colour("USA") == "#0072B2"
    assert plots.economy_colour("CHE") == "#6F4C9B"
    assert set(colours.OTHERS).isdisjoint(colours.ECONOMIES.values())


def test_contrast_agrees_with_published_values():
    assert colours.contrast("#777777", "white") == pytest.approx(4.48, abs=0.005)
    assert colours.contrast("#0000ff", "white") == pytest.approx(8.59, abs=0.005)


@given(st.tuples(*[st.floats(0, 1)] * 3))
def test_text_is_readable_on_any_colour(colour):
    assert colours.contrast(colours.ink_on(colour), colour) >= 4.5
    assert colours.contrast(colours.legible("#CCBB44", colour), colour) >= 4.5


def test_authorities_share_a_hue_by_family_and_never_a_colour():
    names = ["MFN", "Section 301", "Section 232", "IEEPA fentanyl", "IEEPA reciprocal", "Section 122"]
    names += ["retaliation to Section 301", "retaliation to 232", "something new", "something else"]
    found = plots.authority_colours([*names, "MFN"])
    assert list(found) == names
    assert len(set(found.values())) == len(names)
    assert found == plots.authority_colours(names)


def test_more_acts_of_a_family_than_shades_still_differ():
    found = plots.authority_colours([f"Section 301 list {k}" for k in range(9)])
    assert len(set(found.values())) == 9


@pytest.mark.parametrize(
    ("fraction", "decimals", "text"),
    [(0.25, 0, "25 %"), (1.476, 1, "147.6 %"), (0.0, 1, "0.0 %"), (0.0002, 1, "<0.1 %"), (0.002, 0, "<1 %")],
)
def test_percent(fraction, decimals, text):
    assert style.percent(fraction, decimals) == text


@pytest.mark.parametrize(
    ("source", "as_of", "text"),
    [
        ("USITC.", None, "Source: USITC."),
        ("", dt.date(2026, 1, 15), "As of 2026-01-15."),
        ("USITC", "the second vintage", "Source: USITC. As of the second vintage."),
        ("", "", ""),
    ],
)
def test_source_line(source, as_of, text):
    assert style.source_line(source, as_of) == text


def test_percent_axis_writes_percent():
    ax = axes()
    ax.set_ylim(0, 1)
    plots.percent_axis(ax.yaxis)
    drawn(ax)
    assert "25 %" in [tick.get_text() for tick in ax.get_yticklabels()] or "20 %" in [
        tick.get_text() for tick in ax.get_yticklabels()
    ]


def test_inks_follow_the_background():
    with plt.style.context("dark_background"):
        ax = axes()
        dark = [style.ink(ax), style.muted(ax)]
        assert min(colours.contrast(ink, style.background(ax)) for ink in dark) >= 4.5
    ax = axes()
    assert colours.contrast(style.muted(ax), "white") >= 4.5
    ax.figure.set_facecolor("none")
    ax.set_facecolor("none")
    assert style.background(ax) == "#ffffff"


# Step chart ---------------------------------------------------------------------------------------------


def test_step_chart_draws_the_frame():
    duty = frame()
    ax = plots.step_chart(duty, ax=axes())
    assert len(ax.lines) == 4
    for line, pair in zip(ax.lines, FOUR, strict=True):
        assert line.get_drawstyle() == "steps-post"
        np.testing.assert_array_equal(line.get_ydata(), duty[pair])
        np.testing.assert_array_equal(line.get_xdata(), duty.index.to_numpy())
        assert line.get_color() == plots.economy_colour(pair[0])
    assert ax.get_ylim()[0] == 0
    assert ax.get_ylim()[1] > 1.476
    assert ax.get_ylabel() == "Statutory effective duty, % of import value"


def test_step_chart_sets_the_rest_of_the_world_back():
    ax = plots.step_chart(frame(), ax=axes())
    dashes = [line.get_linestyle() for line in ax.lines]
    assert dashes[:2] == ["-", "-"]
    assert dashes[2] != "-"
    assert ax.lines[2].get_linewidth() < ax.lines[0].get_linewidth()


def test_step_chart_tells_an_importers_partners_apart():
    duty = small([[0.1, 0.2]], [("USA", "CHN"), ("USA", "EU27")])
    ax = plots.step_chart(duty, ax=axes())
    assert ax.lines[0].is_dashed() != ax.lines[1].is_dashed()


def test_step_chart_names_every_line_with_its_last_value():
    ax = plots.step_chart(frame(), ax=axes())
    drawn(ax)
    ends = {"USA on CHN 37.0 %", "CHN on USA 32.0 %", "USA on ROW 18.0 %", "CHN on ROW 6.5 %"}
    assert words(ax, EndLabels) == ends


def test_step_chart_draws_only_the_pairs_asked_for():
    ax = plots.step_chart(frame(), pairs=[["CHN", "USA"]], ax=axes())
    assert [line.get_label() for line in ax.lines] == ["CHN on USA"]


@pytest.mark.parametrize("size", SIZES)
def test_step_chart_with_twenty_acts_is_tidy(size):
    ax = plots.step_chart(
        frame(), truces=TRUCES, acts=ACTS, source=SOURCE, as_of="2026-01-15", title="Two sides", ax=axes(size)
    )
    assert_tidy(ax)
    assert_leaders_free(ax)
    shown = words(ax, NoteLabels)
    assert shown == {text for _, text, *_ in ACTS} | {name for name, *_ in TRUCES}
    assert words(ax, Footer) == {f"Source: {SOURCE}. As of 2026-01-15."}
    assert ax.bbox.height > 0.2 * ax.figure.bbox.height


@pytest.mark.parametrize("size", SIZES)
def test_step_chart_of_one_year_is_tidy(size):
    duty = frame().loc["2025-01-01":"2025-12-31"]
    ax = plots.step_chart(duty, truces=TRUCES, acts=ACTS, title="One year", source=SOURCE, ax=axes(size))
    assert_tidy(ax)
    assert_leaders_free(ax)


@pytest.mark.parametrize("start", ["2018-01-01", "2025-01-01"])
def test_the_layout_settles_at_the_first_drawing(start):
    duty = frame(start=start)
    ax = plots.step_chart(duty, truces=TRUCES, acts=ACTS, title="Two sides", source=SOURCE, ax=axes((6, 4)))
    drawn(ax)
    first = ax.get_position().bounds
    drawn(ax)
    assert ax.get_position().bounds == pytest.approx(first, abs=0.01)


def test_end_labels_of_equal_lines_do_not_overlap():
    pairs = [(code, "ROW") for code in list(colours.ECONOMIES)[:10]]
    ax = plots.step_chart(small([[0.1] * 10] * 3, pairs), ax=axes((6, 4)))
    assert_tidy(ax)


def test_step_chart_shades_truces_within_the_window():
    duty = frame().loc["2025-01-01":"2025-12-31"]
    ax = plots.step_chart(duty, truces=TRUCES, ax=axes())
    spans = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in ax.patches]
    days = [("2025-05-14", "2025-08-12"), ("2025-08-12", "2025-11-10"), ("2025-11-10", "2025-12-31")]
    expected = [tuple(date2num(np.datetime64(day)) for day in pair) for pair in days]
    np.testing.assert_allclose(spans, expected)
    assert words(ax, NoteLabels) == {"Geneva", "Stockholm", "Busan"}


def test_leaders_of_acts_stand_on_their_day_and_reach_their_line():
    ax = plots.step_chart(frame(), acts=[("2025-04-12", "Matches 125 %", "CHN")], ax=axes())
    drawn(ax)
    (notes,) = parts(ax, NoteLabels)
    foot = ax.transData.inverted().transform((notes.drops[0].get_xdata()[0], notes.drops[0].get_ydata()[0]))
    np.testing.assert_allclose(foot, [date2num(np.datetime64("2025-04-12")), 1.476], atol=1e-6)
    assert notes.dots[0].get_visible()


def test_acts_outside_the_dates_are_left_out():
    ax = plots.step_chart(small([[0.1, 0.2]] * 9), acts=[("2020-01-01", "long ago")], ax=axes())
    assert words(ax, NoteLabels) == set()


def test_step_chart_leaves_gaps_and_says_until_when_a_line_is_known():
    duty = small([[0.1, 0.2], [np.nan, 0.2], [0.3, 0.2], [np.nan, 0.2]])
    ax = plots.step_chart(duty, ax=axes())
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [0.1, np.nan, 0.3, np.nan])
    assert "USA on CHN 30.0 % (until 2025-01-03)" in words(ax, EndLabels)
    assert_tidy(ax)


@pytest.mark.parametrize("values", [[[0.1, 0.2]], [[0.0, 0.0]] * 3])
def test_step_chart_of_one_day_or_of_no_duty(values):
    ax = plots.step_chart(small(values), ax=axes())
    assert ax.get_xlim()[1] - ax.get_xlim()[0] >= 1
    assert_tidy(ax)


def test_step_chart_is_readable_on_a_dark_style():
    with plt.style.context("dark_background"):
        ax = plots.step_chart(frame(), truces=TRUCES, acts=ACTS, source=SOURCE, title="Dark", ax=axes())
        drawn(ax)
        shown = [*labels(ax), *ax.get_xticklabels()]
        assert min(colours.contrast(text.get_color(), "black") for text in shown) >= 4.5


# Authority stack ----------------------------------------------------------------------------------------

NAMES = ["MFN", "Section 301", "IEEPA fentanyl", "IEEPA reciprocal"]


def areas(ax):
    return {area.get_label(): area for area in ax.collections if isinstance(area, PolyCollection)}


def holds(area, day, duty):
    return any(path.contains_point((date2num(day), duty)) for path in area.get_paths())


def test_authority_stack_draws_every_contribution_where_it_belongs():
    duty = layered([[0.03, 0.0, 0.1, 0.0], [0.03, 0.2, 0.1, 0.8], [0.03, 0.2, 0.2, 0.1]], NAMES)
    ax = plots.authority_stack(duty, ("USA", "CHN"), ax=axes())
    drawn_areas = areas(ax)
    assert list(drawn_areas) == NAMES
    middle = np.datetime64("2025-02-15")  # on the second step: 0.03, 0.2, 0.1, 0.8
    edges = np.cumsum([0, 0.03, 0.2, 0.1, 0.8])
    for k, name in enumerate(NAMES):
        for j, level in enumerate((edges[:-1] + edges[1:]) / 2):
            assert holds(drawn_areas[name], middle, level) == (j == k)
    np.testing.assert_allclose(ax.lines[0].get_ydata(), duty.sum(axis=1))
    expected = plots.authority_colours(NAMES)
    assert {name: to_hex(area.get_facecolor()[0]).upper() for name, area in drawn_areas.items()} == expected


def test_authority_stack_puts_what_a_cap_takes_off_below_zero():
    duty = layered([[0.3, 0.0], [0.3, -0.1], [0.3, -0.1]], ["Section 301", "cap"])
    ax = plots.authority_stack(duty, ("USA", "CHN"), ax=axes())
    cap = areas(ax)["cap"]
    assert holds(cap, np.datetime64("2025-02-15"), -0.05)
    assert not holds(cap, np.datetime64("2025-02-15"), 0.15)
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [0.3, 0.2, 0.2])
    assert ax.get_ylim()[0] < -0.1
    assert_tidy(ax)


def toy_layers():
    days = pd.date_range("2018-01-01", "2026-11-01", name="date")
    duty = layered(np.zeros((len(days), 5)), ["MFN", "Section 232", "Section 301", "IEEPA fentanyl", "s122"])
    duty = duty.set_axis(days)
    duty[("USA", "CHN", "MFN")] = 0.03
    duty.loc["2018-03-23":, ("USA", "CHN", "Section 232")] = 0.01
    duty.loc["2018-07-06":, ("USA", "CHN", "Section 301")] = 0.17
    duty.loc["2025-02-04":"2026-02-23", ("USA", "CHN", "IEEPA fentanyl")] = 0.2
    duty.loc["2026-02-24":"2026-07-23", ("USA", "CHN", "s122")] = 0.13
    return duty


@pytest.mark.parametrize("size", SIZES)
def test_authority_stack_names_every_layer_once(size):
    ax = plots.authority_stack(
        toy_layers(), ("USA", "CHN"), truces=TRUCES, acts=ACTS[:8], source=SOURCE, title="By authority",
        ax=axes(size),
    )  # fmt: skip
    assert_tidy(ax)
    shown = words(ax, EndLabels)
    assert "Section 301" in shown
    assert "USA on CHN, total 21.0 %" in shown
    assert "IEEPA fentanyl (until 2026-02-24)" in shown
    assert len(shown) == 6
    for notes in parts(ax, EndLabels):
        for text, area in zip(notes.inside, areas(ax).values(), strict=True):
            assert colours.contrast(text.get_color(), area.get_facecolor()[0][:3]) >= 4.5


def test_names_stand_on_their_layers():
    ax = plots.authority_stack(toy_layers(), ("USA", "CHN"), ax=axes())
    renderer = drawn(ax)
    (notes,) = parts(ax, EndLabels)
    inside = {text.get_text(): text for text in notes.inside if text.get_visible()}
    assert "Section 301" in inside
    for name, text in inside.items():
        box = ax.transData.inverted().transform_bbox(text.get_window_extent(renderer))
        corners = itertools.product((box.x0, box.x1), (box.y0, box.y1))
        assert all(any(path.contains_point(c) for path in areas(ax)[name].get_paths()) for c in corners), name


def test_layers_that_never_charge_are_left_out():
    duty = layered([[0.1, 0.0]] * 3, ["MFN", "idle"])
    assert list(areas(plots.authority_stack(duty, ("USA", "CHN"), ax=axes()))) == ["MFN"]


def test_authority_stack_of_nothing_and_with_gaps():
    assert_tidy(plots.authority_stack(layered([[0.0]] * 3, ["MFN"]), ("USA", "CHN"), ax=axes()))
    gap = layered([[0.1, 0.1], [0.1, np.nan], [0.1, np.nan]], ["MFN", "Section 301"])
    ax = plots.authority_stack(gap, ("USA", "CHN"), ax=axes())
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [0.2, np.nan, np.nan])
    assert_tidy(ax)
    assert not any("until" in text for text in words(ax, EndLabels))


# Heat map -----------------------------------------------------------------------------------------------

CODES = ["USA", "CHN", "EU27"]
CELLS = [[0.0, 1.25, 0.15], [1.476, 0.0, np.nan], [0.03, 0.0002, 0.0]]


def cell_texts(ax):
    return {
        (round(x, 6), round(y, 6)): text
        for artist in parts(ax, CellLabels)
        for text in artist.get_children()
        if text.get_visible()
        for x, y in [ax.transData.inverted().transform(text.get_position())]
    }


def test_heat_map_writes_every_duty_on_its_cell():
    ax = plots.heat_map(matrix(CELLS, CODES), date="2025-04-12", ax=axes())
    drawn(ax)
    found = {place: text.get_text() for place, text in cell_texts(ax).items()}
    assert found == {
        (1.5, 0.5): "125.0 %", (2.5, 0.5): "15.0 %", (0.5, 1.5): "147.6 %",
        (2.5, 1.5): "not\nrecorded", (0.5, 2.5): "3.0 %", (1.5, 2.5): "<0.1 %",
    }  # fmt: skip
    assert [tick.get_text() for tick in ax.get_xticklabels()] == CODES
    assert [tick.get_text() for tick in ax.get_yticklabels()] == CODES
    assert ax.yaxis_inverted()


def test_heat_map_colours_are_the_duties():
    ax = plots.heat_map(matrix(CELLS, CODES), date="2025-04-12", ax=axes())
    (mesh,) = ax.collections
    values = np.ma.filled(mesh.get_array(), np.nan).reshape(3, 3)
    expected = np.array(CELLS)
    np.fill_diagonal(expected, np.nan)
    np.testing.assert_array_equal(values, expected)
    assert mesh.get_clim() == (0, 1.476)


def test_heat_map_hatches_what_is_not_recorded_and_nothing_else():
    ax = plots.heat_map(matrix(CELLS, CODES), date="2025-04-12", ax=axes())
    hatched = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_hatch()]
    assert [patch.get_xy() for patch in hatched] == [(2, 1)]
    assert "Hatched: not recorded." in words(ax, Footer)


def test_heat_map_texts_contrast_with_their_cells():
    rng = np.random.default_rng(3)
    codes = list(colours.ECONOMIES)
    ax = plots.heat_map(matrix(rng.uniform(0, 1.5, (13, 13)), codes), date="2025-04-12", ax=axes())
    drawn(ax)
    (mesh,) = ax.collections
    faces = mesh.to_rgba(mesh.get_array()).reshape(13, 13, 4)
    found = cell_texts(ax)
    assert len(found) == 13 * 12
    for (x, y), text in found.items():
        assert colours.contrast(text.get_color(), tuple(faces[int(y), int(x), :3])) >= 4.5


@pytest.mark.parametrize("size", SIZES)
def test_heat_map_of_thirteen_is_tidy(size):
    values = np.full((13, 13), 0.1234)
    values[3, 5:8] = np.nan
    values[0, 1] = 1.45
    duty = matrix(values, list(colours.ECONOMIES))
    ax = plots.heat_map(duty, date=dt.date(2025, 4, 12), source=SOURCE, as_of="2026-01-15", ax=axes(size))
    assert_tidy(ax)
    assert ax.get_title(loc="left") == "Statutory effective duty on 2025-04-12"


def test_heat_map_of_other_importers_than_exporters():
    duty = pd.DataFrame([[0.0, 0.1, 0.2]], index=["USA"], columns=CODES)
    ax = plots.heat_map(duty, date="2025-04-12", title="US duties", ax=axes())
    drawn(ax)
    assert {text.get_text() for text in cell_texts(ax).values()} == {"10.0 %", "20.0 %"}


def test_heat_map_of_nothing_recorded():
    duty = matrix([[0.0, np.nan], [np.nan, 0.0]], CODES[:2])
    assert_tidy(plots.heat_map(duty, date="2025-04-12", ax=axes((6, 4))))


# Branches and comparison --------------------------------------------------------------------------------


def future(us, cn, start="2025-10-23", end="2026-11-10"):
    days = pd.date_range(start, end, name="date")
    columns = pd.MultiIndex.from_tuples(BOTH, names=["importer", "exporter"])
    duty = pd.DataFrame(np.nan, index=days, columns=columns)
    for pair, steps in zip(BOTH, (us, cn), strict=True):
        for day, level in steps.items():
            duty.loc[day:, pair] = level
    return duty


def futures():
    now = "2025-10-23"
    return {
        "deal": future({now: 0.58, "2025-11-10": 0.48}, {now: 0.326, "2025-11-10": 0.32}),
        "100 % threat": future({now: 0.58, "2025-11-01": 1.48}, {now: 0.326, "2025-11-04": 1.256}),
        "truce lapses": future({now: 0.58, "2025-11-10": 0.78}, {now: 0.326, "2025-11-10": 0.466}),
        "truce renewed": future({now: 0.58}, {now: 0.326, "2025-11-10": 0.32}),
    }


def past():
    return frame(BOTH, "2025-01-01", "2025-10-22")


@pytest.mark.parametrize("size", SIZES)
def test_branches_is_tidy_and_names_branches_that_coincide_together(size):
    ax = plots.branches(past(), futures(), truces=TRUCES, acts=ACTS[12:17], title="Branches", ax=axes(size))
    assert_tidy(ax)
    assert_leaders_free(ax)
    found = words(ax, EndLabels)
    assert "CHN on USA, deal or truce renewed 32.0 %" in found
    assert "USA on CHN, 100 % threat 148.0 %" in found
    assert len(found) == 7
    assert "as known on 2025-10-23" in words(ax, NoteLabels)


def test_branches_draws_the_past_solid_and_each_future_its_own_way():
    history, coming = past(), futures()
    ax = plots.branches(history, coming, pairs=[("USA", "CHN")], ax=axes())
    first, *rest = (line for line in ax.lines if len(line.get_xdata()) > 2)
    assert first.get_linestyle() == "-"
    np.testing.assert_array_equal(first.get_ydata()[:-1], history["USA", "CHN"])
    assert first.get_xdata()[-1] == np.datetime64("2025-10-23")
    for line, duty in zip(rest, coming.values(), strict=True):
        np.testing.assert_array_equal(line.get_ydata()[1:], duty["USA", "CHN"])
        np.testing.assert_array_equal(line.get_xdata()[1:], duty.index.to_numpy())
        assert line.is_dashed()
        assert line.get_color() == plots.economy_colour("USA")
    assert len({line.get_marker() for line in rest}) == 4
    assert len({str(line._dash_pattern) for line in rest}) == 4


def test_branches_marks_the_split():
    ax = plots.branches(past(), futures(), ax=axes())
    upright = [line for line in ax.lines if len(line.get_xdata()) == 2]
    assert [line.get_xdata()[0] for line in upright] == [date2num(np.datetime64("2025-10-23"))]


def test_branches_from_the_last_day_of_the_history():
    history = frame(BOTH, "2025-01-01", "2025-10-23")
    ax = plots.branches(history, futures(), ax=axes())
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), history.index.to_numpy())


@pytest.mark.parametrize("size", [None, (6, 6)])
def test_branch_grid_gives_each_importer_its_axes_on_common_scales(size):
    figure = plots.branch_grid(
        past(), futures(), truces=TRUCES, acts=ACTS[7:17], title="Branches", source=SOURCE, size=size
    )
    assert_tidy(figure)
    usa, chn = figure.axes
    assert usa.get_title(loc="left") == "Charged by USA"
    assert usa.get_ylim() == chn.get_ylim()
    assert usa.get_xlim() == chn.get_xlim()
    assert "Farm goods" in words(chn, NoteLabels)
    assert "Farm goods" not in words(usa, NoteLabels)
    assert "Geneva: down to 10 %" in words(usa, NoteLabels)
    assert {line.get_color() for line in chn.lines if len(line.get_xdata()) > 2} == {"#D55E00"}


@pytest.mark.parametrize("size", SIZES)
def test_comparison_sets_the_simulation_against_the_record(size):
    record = frame(BOTH, "2025-02-01", "2025-05-13")
    simulated = record.copy()
    simulated["CHN", "USA"] = record["USA", "CHN"].shift(2).bfill()
    ax = plots.comparison(simulated, record, source=SOURCE, ax=axes(size))
    assert_tidy(ax)
    assert words(ax, EndLabels) == {
        "USA on CHN, record and simulated 125.0 %",
        "CHN on USA, record 147.6 %",
        "CHN on USA, simulated 125.0 %",
    }
    solid, dashed = ax.lines[1:]
    np.testing.assert_array_equal(solid.get_ydata(), record["CHN", "USA"])
    np.testing.assert_array_equal(dashed.get_ydata(), simulated["CHN", "USA"])
    assert not solid.is_dashed()
    assert dashed.is_dashed()
    assert dashed.get_marker() == "o"


# Wrong input --------------------------------------------------------------------------------------------

GOOD = small([[0.1, 0.2]] * 3)
LATER = small([[0.1, 0.2]] * 3, start="2025-01-04")

WRONG_FRAMES = {
    "nothing to draw": GOOD.iloc[:0],
    "not a frame": [0.1],
    "no dates in the index": GOOD.reset_index(drop=True),
    "dates with a time zone": GOOD.tz_localize("UTC"),
    "dates out of order": GOOD.iloc[::-1],
    "wrong columns": GOOD.set_axis(["a", "b"], axis=1),
    "column given twice": GOOD.iloc[:, [0, 0]],
    "not numbers": GOOD.astype(str),
    "infinite duty": GOOD * np.inf,
    "negative duty": GOOD - 1,
    "nothing recorded": GOOD * [np.nan, 1],
}


def refused(call, message):
    before = plt.get_fignums()
    with pytest.raises(InputError, match=message) as error:
        call()
    assert plt.get_fignums() == before
    return error.value.problems


@pytest.mark.parametrize(("message", "duty"), WRONG_FRAMES.items())
def test_step_chart_refuses_wrong_frames(message, duty):
    (problem, *_) = refused(lambda: plots.step_chart(duty), message)
    assert problem.where.startswith("duty")


@pytest.mark.parametrize(("message", "duty"), WRONG_FRAMES.items())
def test_every_chart_over_time_refuses_wrong_frames(message, duty):
    refused(lambda: plots.branches(duty, {"a": LATER}), message)
    refused(lambda: plots.branches(GOOD, {"a": duty}), message)
    refused(lambda: plots.branch_grid(duty, {"a": LATER}), message)
    refused(lambda: plots.comparison(GOOD, duty), message)
    refused(lambda: plots.comparison(duty, GOOD), message)


MARKS = {
    "truce ends before it starts": {"truces": [("Geneva", "2025-08-12", "2025-05-14")]},
    "not a truce": {"truces": [("Geneva", "2025-08-12")]},
    "not an act": {"acts": ["2025-04-09"]},
    "not a date": {"acts": [("09/04/2025", "Liberation Day")]},
    "act without a text": {"acts": [("2025-04-09", " ")]},
    "unknown pair": {"pairs": [("USA", "CHE")]},
    "no pair to draw": {"pairs": []},
}


@pytest.mark.parametrize(("message", "wrong"), MARKS.items())
def test_wrong_marks_and_pairs_are_refused(message, wrong):
    refused(lambda: plots.step_chart(GOOD, **wrong), message)
    refused(lambda: plots.branches(GOOD, {"a": LATER}, **wrong), message)
    refused(lambda: plots.branch_grid(GOOD, {"a": LATER}, **wrong), message)
    refused(lambda: plots.comparison(GOOD, GOOD, **wrong), message)


@pytest.mark.parametrize(
    "date", [20250409, None, np.datetime64("NaT", "D"), pd.Timestamp("2025-04-09", tz="UTC")]
)
def test_dates_that_are_none_are_refused(date):
    refused(lambda: plots.step_chart(GOOD, acts=[(date, "act")]), "not a date")


def test_every_problem_of_the_marks_is_named():
    problems = refused(
        lambda: plots.step_chart(GOOD, truces=[("a", "x", "y")], acts=[("z", "act")], pairs=[("A", "B")]),
        "act",
    )
    assert len(problems) == 4


def test_an_unknown_pair_gets_the_nearest():
    (problem,) = refused(lambda: plots.step_chart(GOOD, pairs=[("USA", "CHNA")]), "unknown pair")
    assert "USA on CHN" in problem.fix


def test_too_many_lines_are_refused():
    pairs = [("USA", f"C{k:02}") for k in range(30)]
    refused(lambda: plots.step_chart(small([[0.1] * 30], pairs)), "too many lines")


def test_authority_stack_refuses_wrong_input():
    good = layered([[0.1]], ["MFN"])
    refused(lambda: plots.authority_stack(GOOD, ("USA", "CHN")), "wrong columns")
    refused(lambda: plots.authority_stack(good, ("CHN", "USA")), "unknown pair")
    refused(lambda: plots.authority_stack(good * np.inf, ("USA", "CHN")), "infinite duty")
    refused(lambda: plots.authority_stack(good, ("USA", "CHN"), truces=[1]), "not a truce")


@pytest.mark.parametrize(
    ("message", "duty"),
    [
        ("not a frame", np.zeros((2, 2))),
        ("nothing to draw", matrix(np.zeros((0, 0)), [])),
        ("wrong columns", GOOD),
        ("wrong columns", matrix(CELLS, CODES).rename_axis("exporter")),
        ("economy given twice", matrix(CELLS, ["USA", "USA", "CHN"])),
        ("negative duty", -matrix(CELLS, CODES)),
        ("infinite duty", matrix(np.full((3, 3), np.inf), CODES)),
        ("not numbers", matrix(CELLS, CODES).astype(str)),
    ],
)
def test_heat_map_refuses_wrong_frames(message, duty):
    refused(lambda: plots.heat_map(duty, date="2025-04-12"), message)


def test_heat_map_refuses_what_is_no_date():
    refused(lambda: plots.heat_map(matrix(CELLS, CODES), date="April"), "not a date")


def test_branches_refuses_futures_that_do_not_fit():
    other = small([[0.1]], [("USA", "CHN")], start="2025-01-04")
    refused(lambda: plots.branches(GOOD, {}), "futures to draw")
    refused(lambda: plots.branches(GOOD, {str(k): LATER for k in range(7)}), "futures to draw")
    refused(lambda: plots.branches(GOOD, {"other": other}), "other pairs than the history")
    refused(lambda: plots.branches(LATER, {"early": GOOD}), "begins before the history ends")


def test_comparison_refuses_other_pairs_and_windows():
    refused(lambda: plots.comparison(GOOD[[("USA", "CHN")]], GOOD), "other pairs than in the record")
    refused(lambda: plots.comparison(LATER, GOOD), "another window than the record")


# Manners ------------------------------------------------------------------------------------------------

CALLS = {
    "step_chart": lambda ax: plots.step_chart(GOOD, ax=ax),
    "comparison": lambda ax: plots.comparison(GOOD, GOOD * 2, ax=ax),
    "branches": lambda ax: plots.branches(GOOD, {"a": LATER}, ax=ax),
    "authority_stack": lambda ax: plots.authority_stack(layered([[0.1]] * 3, ["MFN"]), ("USA", "CHN"), ax=ax),
    "heat_map": lambda ax: plots.heat_map(matrix(CELLS, CODES), date="2025-04-12", ax=ax),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_charts_use_the_axes_given_and_make_one_figure_otherwise(call):
    own = Figure(layout="constrained").subplots()
    assert call(own) is own
    assert plt.get_fignums() == []
    made = call(None)
    assert [plt.figure(number) for number in plt.get_fignums()] == [made.figure]
    assert_tidy(made)


@pytest.mark.parametrize("name", [*CALLS, "branch_grid"])
def test_every_option_is_by_name_and_documented(name):
    function = getattr(plots, name)
    page = inspect.getdoc(function)
    for parameter in inspect.signature(function).parameters.values():
        assert parameter.name in page
        assert parameter.kind is not parameter.VAR_KEYWORD
    assert "Raises" in page
    assert "Examples" in page


def test_charts_share_a_figure():
    figure, (left, right) = plt.subplots(1, 2, figsize=(14, 5), layout="constrained")
    plots.step_chart(frame(BOTH), truces=TRUCES, title="Left", source=SOURCE, ax=left)
    plots.heat_map(matrix(CELLS, CODES), date="2025-04-12", title="Right", source=SOURCE, ax=right)
    assert_tidy(figure)


def test_save_writes_the_same_bytes_twice(tmp_path):
    def chart():
        return plots.step_chart(frame(BOTH), acts=ACTS[:4], title="Saved", source=SOURCE, ax=axes())

    first = plots.save(chart(), tmp_path / "a", "chart", formats=["png", "svg", "pdf"])
    second = plots.save(chart().figure, str(tmp_path / "b"), "chart", formats=["png", "svg", "pdf"])
    assert [path.name for path in first] == ["chart.png", "chart.svg", "chart.pdf"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert plt.imread(first[0]).shape[:2] == (880, 1600)


def test_text_stays_text_in_files_that_can_be_edited(tmp_path):
    chart = plots.step_chart(frame(BOTH), title="Words of the title", source=SOURCE, ax=axes())
    svg, pdf = plots.save(chart, tmp_path, "chart", formats=["svg", "pdf"])
    assert "Words of the title</text>" in svg.read_text(encoding="utf-8")
    assert re.search(rb"/Subtype /(TrueType|CIDFontType2)", pdf.read_bytes())


def test_files_of_one_layout_are_those_of_a_layout_each(tmp_path):
    """One layout serves all files: each is what it is when it is written alone."""

    def chart():
        return plots.step_chart(frame(BOTH), truces=TRUCES, title="Saved", source=SOURCE, ax=axes())

    together = plots.save(chart(), tmp_path, "chart", formats=["pdf", "svg", "png"])
    for path in together:
        assert path.read_bytes() == plots.rendered(chart(), path.suffix[1:], "chart")


def test_boxes_are_measured_once_while_a_figure_does_not_change(monkeypatch):
    ax = plots.step_chart(frame(BOTH), truces=TRUCES, title="Saved", source=SOURCE, ax=axes())
    measure, asked = type(ax.xaxis).get_tightbbox, []
    monkeypatch.setattr(
        type(ax.xaxis), "get_tightbbox", lambda axis, *given: asked.append(1) or measure(axis, *given)
    )
    renderer = ax.figure.canvas.get_renderer()
    with unchanged(ax.figure):
        first = tick_box(ax.xaxis, renderer)
        assert tick_box(ax.xaxis, renderer) is first
        assert len(asked) == 1
        ax.set_xlim(*ax.get_xlim()[::-1])  # other limits, another box
        tick_box(ax.xaxis, renderer)
        assert len(asked) == 2
    tick_box(ax.xaxis, renderer)
    assert len(asked) == 3


def test_saving_leaves_the_figure_as_it_was(tmp_path):
    chart = plots.step_chart(frame(BOTH), ax=axes())
    before = chart.figure.dpi, chart.figure.get_layout_engine()
    plots.save(chart, tmp_path, "chart")
    assert (chart.figure.dpi, chart.figure.get_layout_engine()) == before


def test_numbers_are_written_where_there_are_any(tmp_path):
    chart, numbers = plots.step_chart(frame(BOTH), ax=axes()), frame(BOTH)
    assert [path.name for path in plots.save(chart, tmp_path, "chart", numbers)] == ["chart.png", "chart.csv"]
    assert [path.name for path in plots.save(chart, tmp_path, "b", numbers, ["csv"])] == ["b.csv"]
    assert plots.save(chart, tmp_path, "c", formats=["csv"]) == []


def test_save_refuses_formats_that_it_cannot_write(tmp_path):
    refused(lambda: plots.save(Figure(), tmp_path, "chart", formats=["pgn"]), "unknown format.*png")


@pytest.mark.parametrize("name", ["", "../chart", "a b"])
def test_save_refuses_names_that_are_no_file_names(tmp_path, name):
    refused(lambda: plots.save(Figure(), tmp_path, name), "not a file name")


def test_save_refuses_axes_that_were_removed(tmp_path):
    ax = Figure().subplots()
    ax.remove()
    refused(lambda: plots.save(ax, tmp_path, "chart"), "axes without a figure")
