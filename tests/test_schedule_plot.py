"""The picture of a schedule: the numbers of its duties, on the days that it speaks of."""

import subprocess
import sys

import pandas as pd
import pytest
from matplotlib.figure import Figure
from strategies import measure, two_economies

import tradesim as ts
from tradesim.errors import InputError


@pytest.mark.parametrize("name", [n for n in ts.datasets.names() if ts.datasets.load(n).pairs])
def test_every_record_can_be_drawn(name):
    record = ts.datasets.load(name)
    ax = record.plot()
    assert ax.get_title(loc="left") == record.title
    ax.figure.canvas.draw()


def test_the_lines_hold_the_duties():
    record = ts.datasets.load("us-china")
    ax = Figure(layout="constrained").subplots()
    assert record.plot("2025-04-01", "2025-04-30", pairs=[("USA", "CHN")], ax=ax) is ax
    duty = record.effective_duty("2025-04-01", "2025-04-30")["USA", "CHN"]
    assert ax.lines[0].get_ydata()[: len(duty)].tolist() == duty.tolist()


def test_the_period_is_where_the_record_begins_to_its_vintage():
    assert [str(day) for day in ts.datasets.load("us-china").period] == ["2018-01-01", "2026-10-08"]
    ended = ts.Schedule([measure(effective="2020-01-01", expires="2020-03-01")], two_economies())
    assert [str(day) for day in ended.period] == ["2020-01-01", "2020-03-31"]


def test_of_many_pairs_the_six_that_move_most_are_drawn():
    codes = ["AAA", "BBB", "CCC", "DDD"]
    pairs = [(i, j) for i in codes for j in codes if i != j]
    measures = [
        measure(importer=i, exporter=j, rate=0.01 * (k + 1), effective="2020-01-01", expires="2020-02-01")
        for k, (i, j) in enumerate(pairs)
    ]
    drawn = ts.Schedule(measures, ts.Economies(codes)).plot()
    first = [line.get_ydata()[0] for line in drawn.lines if len(line.get_ydata()) > 2]
    assert sorted(first) == pytest.approx([0.07, 0.08, 0.09, 0.10, 0.11, 0.12])


def test_a_schedule_without_tariffs_is_refused():
    with pytest.raises(InputError, match="no duty to draw"):
        ts.Schedule([], two_economies()).plot()


def test_matplotlib_loads_when_a_picture_is_asked_for():
    code = (
        "import sys, tradesim as ts; ts.datasets.load('us-china').duty_on('2025-04-10');"
        "sys.exit('matplotlib' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_long_source_is_cut_and_says_where_all_of_it_is():
    schedule = ts.Schedule([measure()], two_economies(), source="a source; " * 200)
    texts = [text.get_text() for text in schedule.plot().figure.findobj(lambda a: hasattr(a, "get_text"))]
    assert any("Schedule.source" in " ".join(text.split()) for text in texts)
    assert isinstance(schedule.effective_duty(*schedule.period), pd.DataFrame)
