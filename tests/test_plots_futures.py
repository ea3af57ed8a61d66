"""Plots of futures: fans, truces, phases and stories show what was given, and refuse what is wrong."""

import datetime as dt
import inspect

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch
from test_plots import assert_tidy, axes, drawn, labels, parts, refused, words

from tradesim import plots
from tradesim.plots import colours, nearby, strips, style
from tradesim.plots.keys import Key
from tradesim.plots.labels import EndLabels, NoteLabels
from tradesim.plots.lanes import MOST, Lane
from tradesim.plots.points import PointLabels

BOTH = [("USA", "CHN"), ("CHN", "USA")]
SIX = [*BOTH, ("USA", "EU27"), ("EU27", "USA"), ("USA", "CAN"), ("CAN", "USA")]
FIVE = [0.05, 0.25, 0.5, 0.75, 0.95]
SIZES = [(8.0, 4.5), (16.0, 9.0)]
DAYS = 60
LONG = "What may become of the duties between the United States and China after the talks of the autumn " * 2


@pytest.fixture(autouse=True)
def _nothing_left_behind():
    before = dict(mpl.rcParams)
    yield
    plt.close("all")
    assert dict(mpl.rcParams) == before


def dates(count=DAYS, start="2025-10-23"):
    return pd.date_range(start, periods=count, name="date")


def draws(pairs=BOTH, count=DAYS, many=40, seed=1):
    """(S, T, P): duties that move in steps, fractions."""
    rng = np.random.default_rng(seed)
    moves = rng.choice([0, 0, 0, 0, 0, 0.1, 0.25], (many, count, len(pairs))) * rng.random(
        (many, 1, len(pairs))
    )
    moves[:, 0] = 0.1 * (1 + np.arange(len(pairs)))
    return np.cumsum(moves, axis=1)


def framed(arrays, pairs, inner, name):
    columns = pd.MultiIndex.from_tuples(
        [(*pair, level) for pair in pairs for level in inner], names=["importer", "exporter", name]
    )
    values = np.stack([arrays[level][:, p] for p in range(len(pairs)) for level in range(len(inner))], axis=1)
    return pd.DataFrame(values, index=dates(len(values)), columns=columns)


def quantiles(pairs=BOTH, levels=FIVE, **size):
    return framed(np.quantile(draws(pairs, **size), levels, axis=0), pairs, levels, "quantile")


def samples(pairs=BOTH, many=5, **size):
    return framed(draws(pairs, many=many, **size), pairs, range(many), "draw")


def held(levels=(1.0, 0.8, 0.5)):
    return pd.Series(np.repeat(levels, DAYS // len(levels)), dates())


def paths(pairs=BOTH, draw=0, **size):
    columns = pd.MultiIndex.from_tuples(pairs, names=["importer", "exporter"])
    duty = draws(pairs, **size)[draw]
    return pd.DataFrame(duty, index=dates(len(duty)), columns=columns)


def days_of(index):
    return date2num(np.append(index.to_numpy(), index.to_numpy()[-1] + np.timedelta64(1, "D")))


# Fans ---------------------------------------------------------------------------------------------------


def bands(ax):
    return parts(ax, StepPatch)


def test_bands_are_the_quantiles_and_every_value_holds_to_the_end_of_its_day():
    given_ = quantiles()
    ax = plots.fan_chart(given_, ax=axes())
    wanted = [(*pair, low, 1 - low) for pair in BOTH for low in (0.05, 0.25)]
    assert len(bands(ax)) == 4
    for band, (importer, exporter, low, high) in zip(bands(ax), wanted, strict=True):
        shown = band.get_data()
        np.testing.assert_array_equal(shown.values, given_[importer, exporter, high])
        np.testing.assert_array_equal(shown.baseline, given_[importer, exporter, low])
        np.testing.assert_array_equal(shown.edges, days_of(given_.index))


def test_the_median_is_a_line_to_the_end_of_the_last_day():
    given_ = quantiles()
    ax = plots.fan_chart(given_, ax=axes())
    lines = [line for line in ax.lines if line.get_label().endswith("median")]
    for line, pair in zip(lines, BOTH, strict=True):
        median = given_[(*pair, 0.5)].to_numpy()
        assert line.get_drawstyle() == "steps-post"
        np.testing.assert_array_equal(line.get_ydata(), np.append(median, median[-1]))
        np.testing.assert_array_equal(date2num(line.get_xdata()), days_of(given_.index))
        assert line.get_color() == plots.economy_colour(pair[0])


def test_a_gap_stays_a_gap():
    given_ = quantiles()
    given_.iloc[3:5] = np.nan
    ax = plots.fan_chart(given_, ax=axes())
    assert np.isnan(bands(ax)[0].get_data()[0][3:5]).all()
    assert_tidy(ax)


@pytest.mark.parametrize(
    ("levels", "many", "key"),
    [
        (FIVE, 2, "bands: 5–95 % and 25–75 % of draws, line: median"),
        ([0.05, 0.95], 1, "band: 5–95 % of draws"),
        ([0.5], 0, "line: median of draws"),
        ([0.1, 0.5, 0.8], 0, "line: median of draws, dotted: 10 % and 80 % of draws lie below"),
        ([0, 0.025, 0.1, 0.9, 0.975, 1], 3, "bands: 0–100 %, 2.5–97.5 % and 10–90 % of draws"),
        ([0.9], 0, "dotted: 90 % of draws lie below"),
    ],
)
def test_the_picture_says_what_its_bands_are(levels, many, key):
    ax = plots.fan_chart(quantiles(levels=levels), pairs=BOTH[:1], ax=axes())
    assert len(bands(ax)) == many
    assert words(ax, Key) == {key}
    assert_tidy(ax)


def test_the_order_of_the_columns_does_not_matter():
    given_ = quantiles()
    one, other = (
        plots.fan_chart(given_, ax=axes()),
        plots.fan_chart(given_.iloc[:, ::-1], pairs=BOTH, ax=axes()),
    )
    for band, twin in zip(bands(one), bands(other), strict=True):
        np.testing.assert_array_equal(band.get_data().values, twin.get_data().values)


def test_samples_are_thin_lines_of_the_pairs_drawn():
    paths_ = samples()
    ax = plots.fan_chart(quantiles(), samples=paths_, pairs=BOTH[1:], ax=axes())
    thin = [line for line in ax.lines if line.get_linewidth() < 1]
    assert len(thin) == 5
    for k, line in enumerate(thin):
        np.testing.assert_array_equal(line.get_ydata()[:-1], paths_["CHN", "USA", k])
    assert words(ax, Key).pop().endswith("thin lines: 5 single draws")
    assert ax.get_ylim()[1] >= paths_.loc[:, [c for c in paths_ if c[:2] == BOTH[1]]].to_numpy().max()


def strip_of(ax):
    """The boxes of the strip under a fan, in data coordinates, and how light each is."""
    (strip,) = [part for part in parts(ax, PolyCollection) if part.get_datalim(ax.transData).y1 < 0]
    boxes = [path.get_extents() for path in strip.get_paths()]
    return boxes, [colours.luminance(colour[:3]) for colour in strip.get_facecolor()]


def test_the_truce_is_a_strip_under_zero_the_darker_the_likelier():
    ax = plots.fan_chart(quantiles(), truce=held(), ax=axes())
    boxes, shades = strip_of(ax)
    starts = date2num(held().index[::20].to_numpy())
    np.testing.assert_allclose([box.x0 for box in boxes], starts)
    np.testing.assert_allclose([box.width for box in boxes], 20)
    assert all(box.y1 < 0 for box in boxes)
    assert shades == sorted(shades)
    drawn(ax)
    assert words(ax, strips.RunLabels) == {"100 %", "80 %", "50 %"}
    assert "truce in force 50 %" in words(ax, EndLabels)
    assert min(tick for tick in ax.get_yticks()) >= 0


def test_a_truce_beyond_the_window_is_cut():
    longer = pd.Series(0.4, pd.date_range("2025-01-01", "2026-12-31"))
    ax = plots.fan_chart(quantiles(), truce=longer, ax=axes())
    (box,), _ = strip_of(ax)
    assert (box.x0, box.x1) == ax.get_xlim()


def test_fans_are_named_with_the_median_and_the_widest_band():
    given_ = quantiles()
    ax = plots.fan_chart(given_, ax=axes((16, 9)))
    drawn(ax)
    low, middle, high = (100 * given_["USA", "CHN", q].iloc[-1] for q in (0.05, 0.5, 0.95))
    expected = f"USA on CHN, median {middle:.1f} % (5–95 %: {low:.1f}–{high:.1f} %)"
    assert expected in words(ax, EndLabels)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("pairs", [BOTH[:1], BOTH, SIX])
def test_fans_are_tidy(size, pairs):
    ax = plots.fan_chart(
        quantiles(pairs), samples=samples(pairs), truce=held(), title=LONG,
        beside=None if pairs == SIX else paths(pairs) + 0.05,
        source="toy draws", as_of="2025-10-23", ax=axes(size),
    )  # fmt: skip
    assert_tidy(ax)


def test_fans_of_one_day_and_of_equal_draws_are_tidy():
    assert_tidy(plots.fan_chart(quantiles().iloc[:1], truce=held(), ax=axes()))
    equal = plots.fan_chart(quantiles() * 0 + 0.3, truce=held([0.0]), ax=axes())
    assert_tidy(equal)
    assert words(equal, EndLabels) >= {"USA on CHN, median 30.0 %", "truce in force 0 %"}


# Trade costs beside duties ------------------------------------------------------------------------------


def test_costs_stand_beside_duties_as_dashed_lines():
    duty = paths()
    costs = duty.add([0.1, 0.0])
    ax = plots.step_chart(duty, beside=costs, acts=[(duty.index[30], "act", "USA")], ax=axes())
    (line,) = [line for line in ax.lines if "with fees and controls" in line.get_label()]
    np.testing.assert_array_equal(line.get_ydata(), costs["USA", "CHN"])
    assert line.is_dashed()
    assert_tidy(ax)
    (notes,) = parts(ax, NoteLabels)
    assert notes.notes[0].foot == duty["USA", "CHN"].iloc[30]
    fan = plots.fan_chart(quantiles(), beside=costs, ax=axes())
    (line,) = [line for line in fan.lines if line.get_label() == "USA on CHN with fees and controls"]
    np.testing.assert_array_equal(line.get_ydata()[:-1], costs["USA", "CHN"])


# Truces -------------------------------------------------------------------------------------------------


def test_each_truce_has_a_lane_with_its_probability():
    chances = pd.DataFrame({"Geneva": held(), "Busan": held((0.0, 0.2, 0.3))})
    together = pd.Series(np.maximum(chances["Geneva"], 0.55), chances.index)
    ax = plots.truce_band(chances, any_of=together, ax=axes())
    lanes = [*(chances[name] for name in chances), together]
    for floor, lane, patch in zip((2, 1, 0), lanes, bands(ax), strict=True):
        shown = patch.get_data()
        np.testing.assert_allclose((shown[0] - floor) / 0.74, lane)
        assert shown.baseline == floor
        np.testing.assert_array_equal(shown.edges, days_of(chances.index))
    drawn(ax)
    assert words(ax, EndLabels) == {"Geneva 50 %", "Busan 30 %", "any of them 55 %"}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 2, 6])
def test_truce_bands_are_tidy(size, count):
    chances = pd.DataFrame({f"truce number {k}": held() * (1 - k / 10) for k in range(count)})
    assert_tidy(plots.truce_band(chances, title=LONG, source="toy", as_of="2025-10-23", ax=axes(size)))
    assert_tidy(plots.truce_band(chances.iloc[:1], ax=axes(size)))


@pytest.mark.parametrize(
    ("probability", "text"), [(0.0, "0 %"), (0.001, "<1 %"), (0.999, ">99 %"), (1.0, "100 %"), (0.5, "50 %")]
)
def test_what_may_happen_never_reads_as_certain(probability, text):
    assert strips.chance(probability) == text


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, np.nan]), min_size=1, max_size=12))
def test_runs_put_together_are_the_steps(values):
    edges = np.arange(len(values) + 1.0)
    rebuilt = np.full(len(values), np.nan)
    for start, end, value in strips.runs(edges, np.array(values)):
        rebuilt[int(start) : int(end)] = value
    np.testing.assert_array_equal(rebuilt, values)


# Phases -------------------------------------------------------------------------------------------------


def sides(many=40):
    both = draws(many=many)
    return both[:, :, 0], both[:, :, 1]


def phase(x, y, **options):
    return plots.phase_plot(x, y, x_label="USA on CHN", y_label="CHN on USA", **options)


def test_the_path_is_the_mean_of_the_draws():
    x, y = sides()
    ax = phase(x, y, dates=dates(), ax=axes())
    path = np.column_stack([x.mean(axis=0), y.mean(axis=0)])
    moved = np.append(True, np.abs(np.diff(path, axis=0)).max(axis=1) > 1e-6)
    np.testing.assert_allclose(ax.lines[-1].get_xydata(), path[moved])
    assert ax.get_xlim() == ax.get_ylim()
    assert "path: mean of 40 draws" in words(ax, Key).pop()


def test_circles_show_by_area_where_the_draws_are():
    x = np.array([[0.1, 0.5]] * 3 + [[0.1, 0.2]])
    ax = phase(x, x / 2, ax=axes())
    (circles,) = parts(ax, PathCollection)
    np.testing.assert_allclose(circles.get_offsets(), [[0.2, 0.1], [0.5, 0.25]], atol=1e-6)
    areas = circles.get_sizes()
    assert areas[1] == pytest.approx(3 * areas[0])
    drawn(ax)
    assert words(ax, PointLabels) >= {"75 % of draws", "25 % of draws", "day 0", "day 1"}


def test_hexagons_count_draws_that_are_all_over_the_place():
    x, y = np.random.default_rng(2).uniform(0, 1, (2, 200, 3))
    ax = phase(x, y, samples=4, ax=axes())
    (hexagons,) = [part for part in parts(ax, PolyCollection) if part.get_array() is not None]
    assert hexagons.get_array().sum() == 200
    assert words(ax, Key).pop().endswith("thin lines: 4 single draws")
    np.testing.assert_array_equal(ax.lines[1].get_xdata(), x[0])


def test_one_draw_is_dated_at_its_corners():
    x, y = [0.5, 1.5, 1.5, 1.5], [0.3, 0.3, 1.2, 1.2]
    ax = phase(x, y, dates=["2025-10-31", "2025-11-01", dt.date(2025, 11, 4), np.datetime64("2025-11-05")])
    drawn(ax)
    np.testing.assert_array_equal(ax.lines[-1].get_xydata(), [[0.5, 0.3], [1.5, 0.3], [1.5, 1.2]])
    assert words(ax, PointLabels) == {"2025-10-31", "2025-11-01", "from 2025-11-04"}
    assert not parts(ax, PathCollection)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("many", [1, 3, 40, 300])
def test_phases_are_tidy(size, many):
    x, y = sides(many)
    ax = phase(x, y, dates=dates(), samples=min(many, 10), title=LONG, source="toy", ax=axes(size))
    assert_tidy(ax)


def test_phases_that_stand_still_are_tidy():
    for duties in (np.full((5, 4), 0.3), np.zeros((1, 1)), np.full((2, 3), 1.45)):
        assert_tidy(phase(duties, duties, ax=axes()))


@given(
    st.lists(st.tuples(st.floats(0, 300), st.floats(0, 200), st.floats(5, 60), st.floats(0, 6)), max_size=8)
)
@settings(max_examples=60, deadline=None)
def test_labels_around_points_cover_neither_each_other_nor_a_point(items):
    spots = [nearby.Spot(x, y, width, 10.0, radius) for x, y, width, radius in items]
    found = [box for box in nearby.around(spots, np.empty((0, 2)), (0, 0, 300, 200), 3.0) if box]
    for k, box in enumerate(found):
        assert 0 <= box[0] <= box[2] <= 300
        assert 0 <= box[1] <= box[3] <= 200
        for other in [*found[:k], *(spot.own for spot in spots)]:
            assert min(box[2], other[2]) <= max(box[0], other[0]) or min(box[3], other[3]) <= max(
                box[1], other[1]
            )


def test_a_label_stands_where_it_covers_least_of_the_line():
    line = nearby.along(np.array([[0.0, 50.0], [100.0, 50.0], [100.0, 100.0]]), 2.0)
    assert np.hypot(*np.diff(line, axis=0).T).max() <= 2.0
    (box,) = nearby.around([nearby.Spot(50.0, 50.0, 40.0, 10.0)], line, (0, 0, 200, 100), 4.0)
    inside = (line > np.array(box)[:2]) & (line < np.array(box)[2:])
    assert not inside.all(axis=1).any()


# Stories ------------------------------------------------------------------------------------------------


def story(count=8, pairs=BOTH, first=5):
    """A table as a run tells it, moves every other day, with an event and a truce, and duties that follow."""
    index = dates()
    duty = pd.DataFrame(
        0.1, index=index, columns=pd.MultiIndex.from_tuples(pairs, names=["importer", "exporter"])
    )
    rows = [
        {"date": index[1], "kind": "event", "why": "talks: deadlock (moves no duty by itself)"},
        {"date": index[2], "kind": "truce", "why": "geneva begins (USA and CHN)"},
    ]
    for k in range(count - 2):
        pair, day = pairs[k % len(pairs)], first + (k * 45) // count
        old = duty[pair].iloc[day + 2]
        duty.loc[index[day + 2] :, pair] = old + 0.07
        rows.append({
            "date": index[day], "kind": "announces", "importer": pair[0], "exporter": pair[1], "from": old,
            "to": old + 0.07, "charged": index[day + 2], "why": "answers",
        })  # fmt: skip
    columns = ["date", "kind", "importer", "exporter", "from", "to", "charged", "why"]
    return pd.DataFrame(rows, columns=columns).astype({"charged": "datetime64[us]"}), duty


def lanes(ax):
    return {lane.name.get_text(): lane for lane in parts(ax, Lane)}


def test_every_row_is_a_number_in_its_lane_on_its_day():
    told, duty = story()
    ax = plots.event_timeline(told, duty, truces=[("geneva", "2025-10-25", "2025-11-20")], ax=axes((16, 9)))
    drawn(ax)
    assert list(lanes(ax)) == ["USA", "CHN", "truces", "events"]
    seen = {}
    for name, lane in lanes(ax).items():
        assert lane.y < 0
        for mark, number, dot in zip(lane.marks, lane.numbers, lane.dots, strict=True):
            assert number.get_visible()
            at = ax.transData.inverted().transform((dot.get_xdata()[0], dot.get_ydata()[0]))[0]
            seen[number.get_text()] = (name, round(at, 6), mark.until)
    for label, row in told.iterrows():
        kind = row["kind"]
        lane = row["importer"] if kind == "announces" else {"event": "events", "truce": "truces"}[kind]
        until = row["date"] if pd.isna(row["charged"]) else row["charged"]
        assert seen[str(label)] == (lane, date2num(row["date"]), date2num(until))


def test_moves_are_numbered_on_the_duty_when_they_are_charged():
    told, duty = story()
    ax = plots.event_timeline(told, duty, ax=axes((16, 9)))
    (points,) = parts(ax, PointLabels)
    rows = told[told["kind"] == "announces"]
    found = {point.words: (point.x, point.y) for point in points.points_shown}
    assert found == {
        str(k): (date2num(row["charged"]), duty.loc[row["charged"], (row["importer"], row["exporter"])])
        for k, row in rows.iterrows()
    }


def test_the_numbers_are_the_labels_of_the_table():
    told, duty = story()
    told.index = range(101, 101 + len(told))
    ax = plots.event_timeline(told, duty, ax=axes((16, 9)))
    drawn(ax)
    numbers = {number.get_text() for lane in lanes(ax).values() for number in lane.numbers}
    assert numbers == set(map(str, told.index))


def test_words_stand_beside_numbers_where_they_fit():
    told, duty = story(3)
    ax = plots.event_timeline(told, duty, ax=axes((16, 9)))
    drawn(ax)
    assert {"talks: deadlock (moves no duty by itself)", "on CHN 10 % → 17 %"} <= words(ax, Lane)


def test_rows_outside_the_dates_are_left_out():
    told, duty = story()
    ax = plots.event_timeline(told, duty.iloc[10:], ax=axes())
    kept = told[told["date"] >= duty.index[10]]
    shown = {mark.number for lane in lanes(ax).values() for mark in lane.marks}
    assert shown == set(map(str, kept.index))


def test_truces_are_shaded_and_barred():
    told, duty = story()
    ax = plots.event_timeline(told, duty, truces=[("geneva", "2025-10-25", "2025-11-20")], ax=axes())
    assert words(ax, NoteLabels) == {"geneva"}
    assert lanes(ax)["truces"].spans == [
        (date2num(np.datetime64("2025-10-25")), date2num(np.datetime64("2025-11-20")))
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("count", "pairs"), [(3, BOTH[:1]), (8, BOTH), (25, BOTH), (25, SIX), (110, BOTH)])
def test_stories_are_tidy(size, count, pairs):
    told, duty = story(count, pairs)
    ax = plots.event_timeline(
        told, duty, truces=[("geneva", "2025-10-25", "2025-11-20")], title=LONG, source="toy", ax=axes(size)
    )
    assert_tidy(ax)
    visible = sum(number.get_visible() for lane in lanes(ax).values() for number in lane.numbers)
    assert visible == count if count <= 25 else visible <= 4 * MOST


def test_in_a_crowd_the_largest_moves_keep_their_numbers():
    told, duty = story(80, BOTH[:1])
    told.loc[40:45, "to"] += 1
    ax = plots.event_timeline(told, duty, ax=axes())
    drawn(ax)
    lane = lanes(ax)["USA"]
    kept = {number.get_text() for number in lane.numbers if number.get_visible()}
    assert set(map(str, range(40, 46))) <= kept
    assert len(kept) <= MOST
    assert len(lane.dots) == 78
    assert "the smallest moves have dots only" in words(ax, Key).pop()


def test_a_story_without_moves_and_of_one_day():
    told, duty = story()
    assert_tidy(plots.event_timeline(told.iloc[:0], duty, ax=axes()))
    one = plots.event_timeline(told, duty.iloc[1:2], ax=axes())
    assert_tidy(one)


def test_kinds_that_are_new_get_a_lane_of_their_own():
    told, duty = story(2)
    told.loc[0, "kind"] = "shock"
    assert list(lanes(plots.event_timeline(told, duty, ax=axes()))) == ["USA", "CHN", "truces", "shock"]


# Wrong input --------------------------------------------------------------------------------------------

Q, TRUCE = quantiles(), held()
CROSSED = Q.set_axis(Q.columns[::-1].set_names(Q.columns.names), axis=1)
FANS = {
    "not a frame": ([1.0], {}),
    "nothing to draw": (Q.iloc[:0], {}),
    "wrong columns": (paths(), {}),
    "dates out of order": (Q.iloc[::-1], {}),
    "negative duty": (Q - 9, {}),
    "quantiles that cross": (CROSSED, {}),
    "not a quantile": (Q.rename(columns={0.05: 5.0}, level=2), {}),
    "other quantiles than the first pair": (Q.iloc[:, :-1], {}),
    "unknown pair": (Q, {"pairs": [("USA", "CHE")]}),
    "no pair to draw": (Q, {"pairs": []}),
    "samples: wrong columns": (Q, {"samples": paths()}),
    "samples: unknown pair": (Q, {"samples": samples(SIX)}),
    "samples: no day in the window": (Q, {"samples": samples().shift(900, freq="D")}),
    "truce: not a series or frame": (Q, {"truce": 0.5}),
    "truce: not a series": (Q, {"truce": TRUCE.to_frame()}),
    "divide percent by 100": (Q, {"truce": TRUCE * 100}),
    "truce: not numbers": (Q, {"truce": TRUCE.astype(str)}),
    "truce: no dates in the index": (Q, {"truce": TRUCE.reset_index(drop=True)}),
    "truce: no day in the window": (Q, {"truce": TRUCE.shift(-900, freq="D")}),
    "beside: wrong columns": (Q, {"beside": Q}),
    "beside: unknown pair": (Q, {"beside": paths(SIX)}),
}


@pytest.mark.parametrize(("message", "wrong"), FANS.items())
def test_fan_chart_refuses_wrong_input(message, wrong):
    table, options = wrong
    refused(lambda: plots.fan_chart(table, **options), message)


def test_fan_chart_names_every_problem():
    problems = refused(lambda: plots.fan_chart(Q - 9, samples=[1], truce=TRUCE * 100, beside=3), "negative")
    assert len(problems) == 4


def test_step_chart_refuses_costs_that_do_not_fit():
    refused(lambda: plots.step_chart(paths(), beside=paths(SIX)), "unknown pair")
    refused(lambda: plots.step_chart(paths(), beside=paths() * np.inf), "infinite duty")


CHANCES = held().to_frame("Geneva")
TRUCES = {
    "not a series or frame": ([0.5], {}),
    "not a frame": (TRUCE, {}),
    "nothing to draw": (CHANCES.iloc[:0], {}),
    "not a probability": (CHANCES + 1, {}),
    "got nan": (CHANCES * np.nan, {}),
    "truce given twice": (pd.concat([CHANCES, CHANCES], axis=1), {}),
    "too many truces": (pd.concat([CHANCES] * 30, axis=1).set_axis(range(30), axis=1), {}),
    "other dates": (CHANCES, {"any_of": TRUCE.iloc[1:]}),
    "any_of: not a series": (CHANCES, {"any_of": CHANCES}),
    "not what the truces allow": (CHANCES, {"any_of": TRUCE / 2}),
}


@pytest.mark.parametrize(("message", "wrong"), TRUCES.items())
def test_truce_band_refuses_wrong_input(message, wrong):
    table, options = wrong
    refused(lambda: plots.truce_band(table, **options), message)


X = np.full((3, 4), 0.2)
PHASES = {
    "not numbers": (["a", "b"], X, {}),
    "wrong shape": (np.zeros((2, 3, 4, 4)), X, {}),
    "another size than x": (X, X[:2], {}),
    "duty not recorded": (X * np.nan, X, {}),
    "infinite duty": (X, X * np.inf, {}),
    "negative duty": (X, -X, {}),
    "not a number of draws": (X, X, {"samples": 4}),
    "another number of dates": (X, X, {"dates": dates(3)}),
    "not a date": (X, X, {"dates": ["Monday"] * 4}),
    "not dates": (X, X, {"dates": "2025-10-23"}),
    "dates out of order": (X, X, {"dates": dates(4)[::-1]}),
}


@pytest.mark.parametrize(("message", "wrong"), PHASES.items())
def test_phase_plot_refuses_wrong_input(message, wrong):
    x, y, options = wrong
    refused(lambda: phase(x, y, **options), message)


TOLD, DUTY = story()
STORIES = {
    "story: not a frame": ({"date": []}, DUTY, {}),
    "missing: charged, why": (TOLD.iloc[:, :6], DUTY, {}),
    "not dates": (TOLD.assign(date="2025-10-31"), DUTY, {}),
    "not numbers": (TOLD.assign(to="84 %"), DUTY, {}),
    "no date": (TOLD.assign(date=pd.NaT), DUTY, {}),
    "row number given twice": (TOLD.set_axis([1] * len(TOLD)), DUTY, {}),
    "duty: wrong columns": (TOLD, Q, {}),
    "unknown pair": (TOLD, DUTY, {"pairs": [("USA", "CHE")]}),
    "not a truce": (TOLD, DUTY, {"truces": ["geneva"]}),
}


@pytest.mark.parametrize(("message", "wrong"), STORIES.items())
def test_event_timeline_refuses_wrong_input(message, wrong):
    table, duty, options = wrong
    refused(lambda: plots.event_timeline(table, duty, **options), message)


# Manners ------------------------------------------------------------------------------------------------

CALLS = {
    "fan_chart": (
        lambda table, ax: plots.fan_chart(table[0], samples=table[1], truce=table[2], title="Fan", ax=ax),
        lambda: [quantiles(), samples(), held()],
    ),
    "truce_band": (
        lambda table, ax: plots.truce_band(table[0], any_of=table[1], title="Truces", ax=ax),
        lambda: [held().to_frame("Geneva"), held()],
    ),
    "phase_plot": (lambda table, ax: phase(*table, title="Phase", ax=ax), lambda: list(sides())),
    "event_timeline": (
        lambda table, ax: plots.event_timeline(*table, title="Story", ax=ax),
        lambda: list(story()),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_pictures_leave_their_inputs_alone_and_use_the_axes_given(name):
    call, make = CALLS[name]
    table, before = make(), make()
    own = Figure(layout="constrained").subplots()
    assert call(table, own) is own
    own.figure.draw_without_rendering()
    assert plt.get_fignums() == []
    for part, copy in zip(table, before, strict=True):
        assert np.array_equal(part, copy) if isinstance(part, np.ndarray) else part.equals(copy)
    made = call(table, None)
    assert [plt.figure(number) for number in plt.get_fignums()] == [made.figure]
    assert_tidy(made)


@pytest.mark.parametrize("name", CALLS)
def test_pictures_are_readable_on_a_dark_style(name):
    call, make = CALLS[name]
    with plt.style.context("dark_background"):
        ax = call(make(), axes())
        drawn(ax)
        for text in labels(ax):
            inked = isinstance(next(p for p in ax.get_children() if text in p.get_children()), Lane)
            on_shade = text in [t for p in parts(ax, strips.RunLabels) for t in p.get_children()]
            if not (inked or on_shade):
                assert colours.contrast(text.get_color(), style.background(ax)) >= 4.5, text.get_text()


@pytest.mark.parametrize("name", CALLS)
def test_every_option_is_by_name_and_documented(name):
    function = getattr(plots, name)
    page = inspect.getdoc(function)
    for parameter in inspect.signature(function).parameters.values():
        assert parameter.name in page
        assert parameter.kind is not parameter.VAR_KEYWORD
    assert {"Raises", "Examples", "Returns"} <= set(page.split())
