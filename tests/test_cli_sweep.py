"""The command line of sweeps: what it says and writes, how it goes on, and how it refuses."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_cli import call, refused, said  # noqa: F401 call is a fixture

import tradesim as ts
from tradesim import scenarios
from tradesim.cli import sweeping, ways
from tradesim.errors import InputError
from tradesim.sweeps import SweepInterrupted

OVER = ("--over", "rules.CHN.ratio=0.5:1.2", "--over", "rules.CHN.view=nominal,trade-weighted")
STORE = "out/us-china-2025-10-sweep/store"


@pytest.fixture
def plain(monkeypatch):
    """Pictures take seconds and are looked at once."""
    monkeypatch.setattr(sweeping, "_pictures", lambda *_: iter(()))


@pytest.fixture
def short(tmp_path):
    """A scenario of few days, as a file."""
    return scenarios.load("us-china-2025-10").with_({"end": "2025-12-01"}).to_toml(tmp_path / "short.toml")


def test_it_says_what_came_out_and_writes_tables_and_pictures(call, short, tmp_path):  # noqa: F811
    text = said(call("sweep", short, *OVER, "--draws", 700, "--seed", 3))
    assert (
        "us-china-2025-10: 700 draws, 2025-10-23 to 2025-11-30, over rules.CHN.ratio, rules.CHN.view" in text
    )
    assert "CHN on USA exceeds 100 % in" in text
    assert "1. events.summit explains" in text
    folder = tmp_path / "out" / "us-china-2025-10-sweep"
    names = {file.name for file in folder.iterdir()}
    assert {
        "quantiles.csv",
        "moments.csv",
        "outcomes.csv",
        "fan.png",
        "tornado-CHN-USA.png",
        "store",
    } <= names
    assert len((folder / "outcomes.csv").read_text().splitlines()) == 701


def test_it_goes_on_extends_and_gives_what_python_gives(call, short, plain):  # noqa: F811
    first = json.loads(said(call("sweep", short, *OVER, "--draws", 600, "--seed", 3, "--json")))
    second = json.loads(said(call("sweep", short, "--draws", 1100, "--resume", "--json")))
    again = json.loads(said(call("sweep", short, *OVER, "--draws", 1100, "--seed", 3, "--resume", "--json")))
    over = {"rules.CHN.ratio": ts.uniform(0.5, 1.2), "rules.CHN.view": ["nominal", "trade-weighted"]}
    same = ts.sweep(ts.Scenario.from_toml(short), over, draws=1100, seed=3, progress=False)
    assert first["draws"] == 600
    assert second["sha256"] == again["sha256"] == same.digest
    assert second["outcomes"]["summit"]["deal"] == pytest.approx(0.5, abs=0.05)
    assert second["quantile_error"] == same.error
    assert {row["assumption"] for row in second["decides"][0]["ranking"]} >= {
        "rules.CHN.ratio",
        "events.summit",
    }


def test_status_tells_how_far_a_sweep_is(call, short, tmp_path, plain):  # noqa: F811
    said(call("sweep", short, *OVER, "--draws", 1500))
    blocks = sorted((tmp_path / STORE / "blocks").glob("*.block"))
    blocks[0].unlink()
    blocks[1].write_bytes(blocks[1].read_bytes()[:-1])
    text = said(call("sweep", "status", STORE))
    assert "476 of 1,500, seed 0" in text
    assert "1 of 3, 1 damaged" in text
    assert "--resume" in text
    facts = json.loads(said(call("sweep", "status", STORE, "--json")))
    assert facts["draws_done"] == 476
    assert facts["blocks_damaged"] == 1
    said(call("sweep", short, "--resume"))
    assert "1,500 of 1,500" in said(call("sweep", "status", STORE))


def test_refusals_say_what_to_do(call, short, plain):  # noqa: F811
    assert "how many draws" in refused(call("sweep", short, *OVER))[0]
    assert (
        "did you mean 'rules.CHN.ratio'"
        in refused(call("sweep", short, "--over", "rules.CHN.rato=1", "--draws", 1))[0]
    )
    assert "no sweep to go on with" in refused(call("sweep", short, "--resume"))[0]
    assert "no sweep" in refused(call("sweep", "status", "nowhere"))[0]
    assert "goes with its path: --over" in refused(call("sweep", short, "nowhere", "--draws", 5))[0]
    assert "tradesim sweep status DIR" in refused(call("sweep", "status"))[0]
    assert "days, " in refused(call("sweep", short, *OVER, "--draws", 10**12))[0]
    said(call("sweep", short, *OVER, "--draws", 5))
    assert "add --resume" in refused(call("sweep", short, *OVER, "--draws", 5))[0]
    assert (
        "seed: stored 0, given 1"
        in refused(call("sweep", short, *OVER, "--draws", 5, "--seed", 1, "--resume"))[0]
    )


def test_everything_wrong_is_told_at_once(call, short, plain, tmp_path):  # noqa: F811
    bad = ("--over", "rules.CHN.rato=1", "--over", "rules.CHN.cap=2:1", "--level", 125)
    lines = refused(call("sweep", short, *bad))
    assert all(word in "\n".join(lines) for word in ("rato", "empty range", "how many draws", "1.25"))
    said(call("sweep", short, *OVER, "--draws", 5))
    lines = refused(call("sweep", short, *bad, "--draws", 0, "--threads", 0))
    words = ("rato", "empty range", "number of draws", "holds a sweep already", "1.25", "threads")
    assert all(word in "\n".join(lines) for word in words)
    (tmp_path / "file").write_text("")
    lines = refused(call("sweep", short, "--draws", 5, "--out", "file"))
    assert len(lines) == 1
    assert "--out file: not a folder; got the file file" in lines[0]
    lines = refused(call("sweep", short, "--draws", 5, "--store", "file/store", "--out", "elsewhere"))
    assert "store: file/store: not a folder" in lines[0]
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("option", "match"),
    [(("--seed", 1), "--seed: not that of"), (("--design", "sobol"), "--design: not that")],
)
def test_what_is_gone_on_with_keeps_its_seed_and_design(call, short, plain, option, match):  # noqa: F811
    said(call("sweep", short, *OVER, "--draws", 5, "--seed", 3))
    assert match in refused(call("sweep", short, *option, "--resume"))[0]
    said(call("sweep", short, "--seed", 3, "--design", "random", "--draws", 6, "--resume"))
    said(call("sweep", short, *OVER, "--seed", 3, "--resume"))


@pytest.mark.parametrize("level", ["1.25", "125 %", "125%"])
def test_a_level_is_a_fraction_or_a_percentage(call, short, plain, level):  # noqa: F811
    text = said(call("sweep", short, "--draws", 50, "--level", level))
    assert "CHN on USA exceeds 125 % in" in text


@pytest.mark.parametrize("level", ["high", "", "nan", "-1"])
def test_what_is_no_level_is_refused(level):
    with pytest.raises(InputError, match="--level: not a duty"):
        ways.level_of(level)


def test_one_value_draws_no_tornado(call, short, monkeypatch):  # noqa: F811
    monkeypatch.setattr(sweeping.drawing, "save_in", lambda folder, name, *_: [folder / name])
    text = said(call("sweep", short, "--draws", 50, "--over", "rules.CHN.ratio=0.8"))
    assert "tornado" not in text


def test_a_sweep_without_parameters_has_no_tornado(call, short, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(sweeping.drawing, "save_in", lambda folder, name, *_: [folder / name])
    text = said(call("sweep", short, "--draws", 50, "--out", "plain"))
    assert "plain/fan" in text
    assert "plain/decides-CHN-USA" in text
    assert "tornado" not in text
    assert (tmp_path / "plain" / "store").is_dir()


def test_stopped_by_hand_it_says_how_to_go_on(call, short, monkeypatch):  # noqa: F811
    def stopped(*args, **options):
        raise SweepInterrupted(
            "interrupted after 512 of 1,000 draws, which are safe in x: run the same sweep again"
        )

    monkeypatch.setattr(sweeping, "run_sweep", stopped)
    result = call("sweep", short, *OVER, "--draws", 1000)
    assert result.exit_code == 130
    assert "with the option --resume" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no signals to others on Windows")
@pytest.mark.parametrize(
    ("name", "words"),
    [("SIGINT", "interrupted"), ("SIGTERM", "ended by SIGTERM"), ("SIGHUP", "ended by SIGHUP")],
)
def test_stopped_by_a_signal_the_store_is_whole(call, short, tmp_path, name, words):  # noqa: F811
    number = getattr(signal, name)
    command = [sys.executable, "-W", "error", "-m", "tradesim", "sweep", str(short), *OVER]
    own = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(
        [*command, "--draws", "3000000"],
        cwd=tmp_path,
        env=own,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # noqa: PLW1509 as in a terminal
    ) as child:
        blocks = tmp_path / STORE / "blocks"
        until = time.monotonic() + 180
        while time.monotonic() < until and not list(blocks.glob("*.block")):
            time.sleep(0.02)
        child.send_signal(number)
        _, errors = child.communicate(timeout=180)
    assert child.returncode == 128 + number
    assert re.search(
        rf"error: {words} after [\d,]+ of 3,000,000 draws, which are safe in .* blocks\)", errors
    )
    assert "with the option --resume" in errors
    assert "Traceback" not in errors
    facts = json.loads(said(call("sweep", "status", STORE, "--json")))
    assert 0 < facts["blocks_done"] < facts["blocks"]
    assert facts["blocks_damaged"] == 0


# How parameters vary ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mean"),
    [
        ("0.5:1.5", 1.0),
        ("uniform(0, 1)", 0.5),
        ("normal(1, 0.2, 0, 2)", 1.0),
        ("triangular(0, 0.3, 1.2)", 0.5),
        ("beta(2, 2)", 0.5),
        ("integers(1, 3)", 2.0),
        ("loguniform(1, 2.718281828459045)", 1.718281828459045),
        ("ts.integers(1, 3)", 2.0),
        ("Uniform (0, 1)", 0.5),
        ("normal(1, 0.2, low=0.0, high=2.0)", 1.0),
        ("50%:150 %", 1.0),
    ],
)
def test_ways_to_vary_are_read(text, mean):
    assert float(ways.way_of(text).mean()) == pytest.approx(mean)


def test_lists_and_choices_are_read():
    assert ways.way_of("0.5, 1, true, nominal") == [0.5, 1, True, "nominal"]
    assert ways.way_of("choice(a, b)").options == ["a", "b"]
    assert ways.way_of("2025-11-01, trade-weighted, 50 %, x%") == ["2025-11-01", "trade-weighted", 0.5, "x%"]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        (["rules.CHN.ratio"], "not PATH=WAY"),
        (["=1"], "not PATH=WAY"),
        (["rules.CHN.ratio="], "not PATH=WAY"),
        (["a=1", "a=2"], "given twice"),
        (["a=uniforn(0, 1)"], "did you mean 'uniform'"),
        (["a=uniform(0)"], "not what it takes"),
        (["a=2:1"], "an empty range"),
        (["a=low:high"], "not a number"),
        (["a=0.5-1.2"], "cannot be read; got '0.5-1.2'; allowed: PATH=0.5:1.2"),
        (["a=0.5 to 1.2"], "cannot be read"),
        (["a=0,5:1,2"], "cannot be read"),
        (["a=uniform 0.5 1.2"], "cannot be read"),
        (["a=uniform(0, 1), 2"], "cannot be read"),
        (["a=normal(1, 0.2, lo=0)"], "not what it takes"),
    ],
)
def test_ways_that_cannot_be_read_are_refused(options, match):
    with pytest.raises(InputError, match=match):
        ways.over_of(options)


def test_it_says_what_duties_cost(call, short, plain, tmp_path):  # noqa: F811
    told = said(call("sweep", short, "--draws", 600, "--impact"))
    assert "13 economies; against the duties of the paths' first day" in told
    folder = tmp_path / "out" / "us-china-2025-10-sweep"
    assert {"impact-welfare_change.csv", "impact-revenue.csv", "impact.png"} <= {
        f.name for f in folder.iterdir()
    }
    (without,) = refused(call("sweep", short, "--draws", 700, "--resume"))
    assert "its model of trade is not in the folder" in without
    assert without.endswith("or --impact")
    facts = json.loads(said(call("sweep", short, "--draws", 700, "--resume", "--impact", "--json")))
    assert [each["economy"] for each in facts["impact"]][:2] == ["USA", "CHN"]
    assert facts["impact_unsolved"] == 0
