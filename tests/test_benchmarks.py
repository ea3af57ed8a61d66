"""What the benchmark compares is the same thing: C, NumPy and plain Python against tradesim, in small."""

import doctest
import json
import sys

import pytest

from benchmarks import engine, page, peers, saved, wars

SMALL = {"two": (2, 20), "four": (4, 30, 3, 5)}


@pytest.fixture(params=SMALL, scope="module")
def war(request):
    return wars.war_of(*SMALL[request.param])


@pytest.fixture(scope="module")
def loop(war, tmp_path_factory):
    made = wars.compiled_loop(war, str(tmp_path_factory.mktemp("loop")))
    if made is None:
        pytest.skip("no C compiler")
    return made


def test_numpy_and_plain_python_play_the_same_war(war):
    found = engine.disagreements(war, None, draws=20)
    assert set(found) == {"tradesim, 2 threads", "NumPy", "plain Python"}
    assert max(found.values()) < engine.CLOSE


def test_the_loop_in_c_draws_and_plays_the_same_war(war, loop):
    found = engine.disagreements(war, loop, draws=60)
    assert {"C", "C, counted"} < set(found)
    assert max(found.values()) < engine.CLOSE


def test_everything_happens_in_the_war(war):
    trace = wars.traced(war, 60)
    assert trace.truce.any()
    assert not trace.truce.all()
    assert (trace.shocked > 0).any()
    assert (trace.answered > 0).any()
    assert (trace.duty[:, -1] > 0).any()


def test_every_way_runs(war, loop):
    buffer = wars.buffer_of(war, 4)
    ways = engine.ways_of(war, buffer, loop)
    rows = engine.timed(war, ways, draws=6, rounds=2)
    assert [row.way for row in rows] == [way.name for way in ways]
    assert all(0 < row.slowest <= row.rate <= row.fastest for row in rows)


def test_without_a_compiler_there_is_no_loop(war, monkeypatch, tmp_path):
    monkeypatch.setattr(wars.shutil, "which", lambda _name: None)
    assert wars.compiled_loop(war, str(tmp_path)) is None


def test_the_war_of_others_spreads(monkeypatch):
    monkeypatch.setattr(peers, "ODDS", 1.0)
    assert 0 < peers.war()["duty"] <= 10.0


def test_it_prints_a_table_and_writes_json(monkeypatch, tmp_path, capsys):
    small = [(wars.war_of(2, 10), (5, 8)), (wars.war_of(3, 12, 2, 4), (4,))]
    monkeypatch.setattr(engine, "plan", lambda _quick: small)
    monkeypatch.setattr(engine, "PEERS", {})
    monkeypatch.setattr(engine, "TRIAD_SIZE", 1000)
    target = tmp_path / "engine.json"
    monkeypatch.setattr(sys, "argv", ["engine", "--quick", "--json", str(target)])
    assert engine.main() == 0
    shown = capsys.readouterr().out
    assert "results agree to 1e-12: yes" in shown
    written = json.loads(target.read_text(encoding="utf-8"))
    assert written["agree"] is True
    assert {row["way"] for row in written["rows"]} >= {"tradesim, paths, 1 thread", "NumPy, paths"}
    assert {"cpu", "cores", "numba"} <= set(written["machine"])


def test_the_page_of_measured_numbers_is_current():
    found = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in page.RESULTS.glob("*.json")}
    assert set(found) == set(page.TITLES)
    assert page.PAGE.read_text(encoding="utf-8") == page.page(found), "run make pages"


def test_nothing_is_saved_without_a_file(tmp_path):
    saved.save(None, {"agree": True})
    saved.save(tmp_path / "new" / "x.json", {"agree": True})
    told = json.loads((tmp_path / "new" / "x.json").read_text(encoding="utf-8"))
    assert set(told) == {*page.MADE, "agree"}


def test_the_example_of_the_page_runs():
    assert doctest.testmod(page).failed == 0
