"""The command line: what it says, what it writes, and how it refuses."""

import csv
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import malformed
import pandas as pd
import pytest
from typer.testing import CliRunner

import tradesim
from tradesim import datasets, plots, scenarios, vintages, wording
from tradesim.cli import app, completing, duties, finding, front, output
from tradesim.errors import TradesimError
from tradesim.file_names import file_name
from tradesim.stopping import Stopped, exit_code

RUN = [sys.executable, "-W", "error", "-m", "tradesim"]
COMMANDS = ("list", "show", "duty", "run", "sweep", "plot", "report", "check", "trade", "app", "tour")
RECORDS = [name for name in datasets.names() if datasets.load(name).pairs]


@pytest.fixture
def call(tmp_path, monkeypatch):
    """Call the command line in an empty folder; refuse tracebacks."""
    monkeypatch.chdir(tmp_path)

    def done(*args):
        result = CliRunner().invoke(app, [str(arg) for arg in args])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    return done


def said(result):
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def refused(result):
    assert result.exit_code == 2
    lines = result.stderr.strip().split("\n")
    assert all(line.startswith("error: ") for line in lines), result.stderr
    return [line.removeprefix("error: ") for line in lines]


# Front -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_shows_an_example_that_begins_with_the_command(call, command, option):
    text = said(call(*command, option))
    assert re.search(rf"Example: tradesim {command[0] if command else ''}", text)
    assert all(len(line) <= 80 for line in text.split("\n"))


def test_the_version_is_the_package_version(call):
    assert said(call("--version")) == f"tradesim {tradesim.__version__}\n"


def complete(*words):
    """Ask what the tab key offers, as bash does."""
    line = " ".join(["tradesim", *words])
    env = {"_TRADESIM_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words))}
    return CliRunner().invoke(app, [], prog_name="tradesim", env=env).stdout.split()


def test_the_tab_key_completes_commands_names_and_files(call, tmp_path):
    assert "sweep" in complete("sw")
    for command in ("run", "sweep", "app"):
        assert complete(command, "us-china-2") == ["us-china-2025-10"]
    assert complete("duty", "us-") == ["us-china"]
    assert complete("show", "us-china") == ["us-china", "us-china-2025-10", "us-china-two-years"]
    assert set(complete("run", "")) >= set(scenarios.names())
    assert set(completing.names("record")) == set(datasets.names())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "war.toml").touch()
    (tmp_path / "mine" / "acts.csv").touch()
    (tmp_path / "mine" / ".hidden.toml").touch()
    assert complete("run", "mi") == ["mine/"]
    assert complete("run", "mine/") == ["mine/war.toml"]
    assert complete("check", "mine/") == ["mine/acts.csv", "mine/war.toml"]
    assert complete("run", "nowhere/") == []


def test_completion_can_be_installed(call):
    assert "--install-completion" in said(call("--help"))


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["frob"], "no such command 'frob'; see"),
        (["lst"], "no such command 'lst'. Did you mean 'list'?; see"),
        (["--frob"], "no such option: --frob; see"),
        (["list", "--frob"], "no such option: --frob; see"),
        (["duty", "us-china"], "missing option '--on'; see"),
        (["run", "a", "b"], "got unexpected extra argument"),
    ],
)
def test_a_command_that_is_not_understood_exits_with_2(call, args, words):
    (found,) = refused(call(*args))
    assert re.sub(r"\W+", " ", found).startswith(re.sub(r"\W+", " ", words))
    assert found.endswith(" --help")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["run", "x", "--draws", "many"], "not a whole number; got 'many'; allowed: a whole number: 1000"),
        (["run", "x", "--draws", "1e3"], "not a whole number; got '1e3'; allowed: a whole number: 1000"),
        (["run", "x", "--seed", ""], "not a whole number; got ''; allowed: a whole number: 1000"),
        (["run", "x", "--sampling", "s"], "unknown sampling; got 's'; allowed: antithetic, random, sobol"),
        (["sweep", "x", "--draws", "-"], "not a whole number; got '-'; allowed: a whole number: 1000"),
        (["sweep", "x", "--threads", "two"], "not a whole number; got 'two'; allowed: a whole number: 2"),
        (["sweep", "x", "--design", "x"], "unknown design; got 'x'; allowed: latin, random, sobol"),
        (["plot", "x", "--draws", "x"], "not a whole number; got 'x'; allowed: a whole number: 1000"),
        (["plot", "x", "--kind", "pie"], "unknown kind; got 'pie'; allowed: duty, fan, phase, story, truces"),
        (["plot", "x", "--by", "pairs"], "unknown by; got 'pairs'; allowed: authority, pair; did you mean"),
        (["duty", "x", "--on", "2025-01-01", "--by", "x"], "unknown by; got 'x'; allowed: authority, pair"),
        (["trade", "x", "--layout", "baci", "--regions", "USA", "--year", "MM"],
         "not a whole number; got 'MM'; allowed: a year: 2023"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused_in_our_words(call, args, words):
    (found,) = refused(call(*args))
    assert found.startswith(f"{args[-2]}: {words}")


def test_without_a_command_it_says_what_there_is(call):
    assert all(name in call().output for name in COMMANDS)


def test_help_comes_at_once_and_loads_no_arrays():
    heavy = "('numpy', 'pandas', 'matplotlib', 'pydantic')"
    code = f"import sys, tradesim.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "error: interrupted\n"),
        (Stopped(signal.SIGTERM), 143, "error: ended by SIGTERM\n"),
        (OSError(28, "No space left on device"), 1, "error: [Errno 28] No space left on device\n"),
        (MemoryError(), 1, "error: out of memory\n"),
        (TradesimError("went\nwrong [bold]"), 1, "error: went wrong [bold]\n"),
    ],
)
def test_what_stops_a_command_is_said_without_a_traceback(call, monkeypatch, error, code, words):
    def stop():
        raise error

    monkeypatch.setattr(datasets, "names", stop)
    result = call("list")
    assert result.exit_code == code
    assert result.stderr == words


def test_a_mistake_of_the_program_is_not_hidden(monkeypatch):
    monkeypatch.setattr(datasets, "names", lambda: 1 / 0)
    assert isinstance(CliRunner().invoke(app, ["list"]).exception, ZeroDivisionError)


def test_exit_codes_are_those_of_a_shell():
    assert exit_code(KeyboardInterrupt()) == 128 + signal.SIGINT
    assert 128 + getattr(signal, "SIGPIPE", 13) == front.CLOSED_PIPE


# Processes -------------------------------------------------------------------------------------------


def process(*args, text=True, **options):
    return subprocess.run([*RUN, *args], capture_output=True, text=text, check=False, timeout=60, **options)


def test_python_m_tradesim_is_the_command_line(tmp_path):
    done = process("list", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "October 2025: a truce about to run out, and a threat of another 100 %" in done.stdout
    done = process("duty", "nope", "--on", "2025-01-01", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: NAME: unknown record; got 'nope'; allowed: canada, ")


def test_a_run_in_a_process_writes_its_files(tmp_path):
    done = process("run", "april-2025-spiral", cwd=tmp_path, env=os.environ | {"MPLBACKEND": "TkAgg"})
    assert (done.returncode, done.stderr) == (0, "")
    files = [line.strip() for line in done.stdout.split("files:\n")[1].strip().split("\n")]
    assert all((tmp_path / file).stat().st_size for file in files)


def test_a_closed_pipe_is_quiet(tmp_path):
    shell = f"'{sys.executable}' -m tradesim show us-china --acts | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stderr == ""
    first, code = done.stdout.strip().split("\n")
    assert first == "us-china: United States and China, 2018-2026"
    assert code in {"0", "141"}


def test_a_pipe_that_closes_early_exits_with_141(tmp_path):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as stdout:
        done = subprocess.run(
            [*RUN, "show", "us-china"],
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=tmp_path,
        )
    assert (done.returncode, done.stderr) == (141, "")


SLOW = """
import sys, time
from tradesim import datasets
from tradesim.cli import main
datasets.names = lambda: (print("begun", flush=True), time.sleep(60))
sys.argv = ["tradesim", "list"]
main()
"""


def test_an_interrupt_exits_with_130(tmp_path):
    child = subprocess.Popen(
        [sys.executable, "-c", SLOW], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert child.stdout.readline() == "begun\n"
    child.send_signal(signal.SIGINT)
    stdout, stderr = child.communicate(timeout=60)
    assert (child.returncode, stdout, stderr) == (130, "", "error: interrupted\n")


STOPPED = """
import sys, time
from tradesim import datasets
import tradesim.__main__ as front
datasets.names = lambda: (print("begun", flush=True), time.sleep(60))
sys.argv = ["tradesim", "list"]
front.main()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signals on this system")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_exits_with_128_and_its_number(tmp_path, name):
    number = getattr(signal, name)
    child = subprocess.Popen(
        [sys.executable, "-c", STOPPED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    assert child.stdout.readline() == "begun\n"
    child.send_signal(number)
    stdout, stderr = child.communicate(timeout=60)
    words = "interrupted" if name == "SIGINT" else f"ended by {name}"
    assert (child.returncode, stdout, stderr) == (128 + number, "", f"error: {words}\n")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signals on this system")
def test_a_signal_that_is_ignored_stays_ignored(tmp_path):
    """As with ``nohup tradesim sweep … &``."""
    code = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    code += STOPPED
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert child.stdout.readline() == "begun\n"
    child.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    assert child.poll() is None
    child.send_signal(signal.SIGTERM)
    _, stderr = child.communicate(timeout=60)
    assert (child.returncode, stderr) == (128 + signal.SIGTERM, "error: ended by SIGTERM\n")


def test_text_that_a_terminal_cannot_show_is_replaced(tmp_path):
    codes = os.environ | {"PYTHONIOENCODING": "cp1252"}
    done = process("run", "april-2025-spiral", cwd=tmp_path, env=codes, text=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"0 ? 34 " in done.stdout
    assert b"matches \xd7 1" in done.stdout


LOADING = """
import sys
import tradesim.__main__ as front

class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == "MODULE":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Pressed())
sys.argv = ["tradesim", "list"]
front.main()
"""


@pytest.mark.parametrize("module", ["tradesim.cli", "typer", "tradesim.cli.catalogue", "numpy"])
def test_an_interrupt_while_python_loads_exits_with_130_too(tmp_path, module):
    code = LOADING.replace("MODULE", module)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "error: interrupted\n")


def test_the_entry_point_loads_next_to_nothing():
    code = "import sys; before = {*sys.modules}; import tradesim.__main__; print({*sys.modules} - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not re.search("typer|click|numpy|pandas|rich|pydantic", done.stdout)


# list, show ------------------------------------------------------------------------------------------


def test_list_names_everything_packaged(call):
    text = said(call("list"))
    for name in (*datasets.names(), *scenarios.names()):
        assert re.search(rf"^  {name} +\w", text, re.MULTILINE)
    named = json.loads(said(call("list", "--json")))
    assert [entry["name"] for entry in named["datasets"]] == list(datasets.names())
    assert [entry["name"] for entry in named["scenarios"]] == list(scenarios.names())
    assert all(entry["title"] for entries in named.values() for entry in entries)


def test_no_record_has_the_name_of_a_scenario():
    assert not set(datasets.names()) & set(scenarios.names())


@pytest.mark.parametrize("name", datasets.names())
def test_show_says_what_a_record_is(call, name):
    text, about, schedule = said(call("show", name)), datasets.describe(name), datasets.load(name)
    assert text.startswith(f"{name}: {about['title']}\n")
    assert all(f"  - {source}\n" in text for source in about["sources"])
    assert " ".join(about["weights"].split()) in " ".join(text.split())
    assert about["vintage"] in text
    for status in {measure.status for measure in schedule.measures}:
        count = sum(measure.status == status for measure in schedule.measures)
        assert re.search(rf"acts +{len(schedule)}: .*{count} {status}", text)
    for row in datasets.events(name).to_dict("records"):
        assert " ".join(row["changed"].split()) in text


def rows_with(text, dates):
    return [line for line in text.split("\n") if re.match(rf"\d{{4}}-\d\d-\d\d {{3}}{dates}", line)]


def test_show_lists_the_latest_acts_or_all(call):
    schedule = datasets.load("us-china")
    latest, every = said(call("show", "us-china")), said(call("show", "us-china", "--acts"))
    assert "latest 15 of 235 acts, by first day (--acts lists all):" in latest
    one = " on (CHN|USA|ROW) "
    counted = [
        sum(bool(re.search(one, line)) for line in rows_with(text, r"\d{4}")) for text in (latest, every)
    ]
    assert counted == [15, len(schedule)]
    assert "18 USD per net ton (fee)" in latest
    assert "no rate stated (export control)" in latest


def test_a_record_as_json_holds_every_act(call):
    shown = json.loads(said(call("show", "us-china", "--json")))
    acts = datasets.load("us-china").measures
    assert len(shown["acts"]) == len(acts)
    assert [act["rate"] for act in shown["acts"]] == [act.rate for act in acts]
    assert shown["acts"][0]["effective"] == str(acts[0].effective)
    assert shown["acts_by_status"]["enacted"] == sum(act.status == "enacted" for act in acts)
    assert len(shown["events"]) == len(datasets.events("us-china"))
    assert shown["events"][0]["date"] == "2018-12-01"
    assert shown["vintage"] == "2026-10-08"


def test_show_says_what_a_scenario_is(call):
    text = said(call("show", "us-china-2025-10"))
    for words in (
        "us-china-2025-10: October 2025: a truce about to run out",
        "2025-10-23 to 2026-11-09, 383 days",
        "us-china, as it was known on 2025-10-23",
        "CHN matches × 1, 2 days after an announcement, charges 1 day later, stops at 125 %",
        "geneva: USA and CHN, 2025-08-12 until 2025-11-10, suspends IEEPA reciprocal, 24 points; ",
        "2025-10-31 summit (as announced on 23 October; held in Busan on the 30th)",
        "50 %  deal: truce to 10 November 2026",
        "- set rate IEEPA fentanyl to 10 %, on 2025-11-10",
        "lapse: talks deadlock, summit nothing",
    ):
        assert words in text


def test_check_says_where_a_record_leaves_open_which_goods_a_limit_hits(call, tmp_path):
    file = tmp_path / "floors.csv"
    lines = [
        "name,importer,exporter,authority,rate,coverage,effective,basis,against,goods",
        "MFN,USA,EU27,MFN,0.03,1,2025-01-01,,,",
        "autos,USA,EU27,Section 232,0.15,0.1,2025-08-01,floor,MFN,{}",
        "reciprocal,USA,EU27,IEEPA,0.15,0.4,2025-08-07,floor,MFN,{}",
    ]
    file.write_text("\n".join(lines).format("", ""))
    refused = call("check", str(file), "--economies", "USA,EU27")
    assert refused.exit_code == 2
    assert "a floor on goods that are not identified" in refused.output
    file.write_text("\n".join(lines).format("cars", "others"))
    assert call("check", str(file), "--economies", "USA,EU27").exit_code == 0


def test_a_scenario_as_json_holds_its_parts(call):
    shown = json.loads(said(call("show", "us-china-2025-10", "--json")))
    assert shown["rules"]["CHN"] | {"in_words": ""} == {
        "kind": "match", "in_words": "", "reaction": 2, "implementation": 1, "cap": 1.25, "coverage": 1.0,
        "tolerance": 0.0, "ratchet": False, "forgiveness": 0.0, "view": None, "allies": [],
        "diversion": 0.0, "instrument": "tariff", "beside": None, "equivalent": None, "ratio": 1.0,
    }  # fmt: skip
    assert shown["record"]["as_of"] == "2025-10-23"
    assert sum(outcome["probability"] for outcome in shown["events"][1]["outcomes"]) == pytest.approx(1)
    assert shown["branches"]["lapse"] == {"talks": "deadlock", "summit": "nothing"}


def test_show_reads_a_file(call, tmp_path):
    (tmp_path / "own.toml").write_text(malformed.OWN_SCENARIO, encoding="utf-8")
    text = said(call("show", "own.toml"))
    assert text.startswith("own: Two economies, one act, two rules\n")
    assert (
        "pause: AAA and BBB, 2027-04-01 until 2027-06-01, suspends 50 % of what rules added, then it is gone"
        in text
    )
    assert "BBB matches × 0.8, 10 days after an announcement, charges 1 day later\n" in text


def test_show_writes_a_scenario_as_a_file_to_change(call, tmp_path):
    text = said(call("show", "april-2025-spiral", "--toml"))
    assert text == scenarios.text("april-2025-spiral")
    (tmp_path / "own.toml").write_text(text.replace("ratio = 1.0", "ratio = 0.5"), encoding="utf-8")
    assert tradesim.Scenario.from_toml(tmp_path / "own.toml") == scenarios.load("april-2025-spiral").with_(
        {"rules.CHN.ratio": 0.5}
    )
    again = said(call("show", "own.toml", "--toml"))
    (tmp_path / "again.toml").write_text(again, encoding="utf-8")
    assert tradesim.Scenario.from_toml(tmp_path / "again.toml") == tradesim.Scenario.from_toml(
        tmp_path / "own.toml"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["us-china", "--toml"], "NAME: not a scenario; got 'us-china'"),
        (["april-2025", "--toml"], "NAME: unknown scenario or file; got 'april-2025'"),
        (["april-2025-spiral", "--toml", "--json"], "--toml: cannot go with; got --json; leave one out"),
        (["us-china", "--acts", "--toml"], "--toml: cannot go with; got --acts; leave one out"),
    ],
)
def test_what_cannot_be_written_as_a_file(call, options, message):
    assert refused(call("show", *options))[0].startswith(message)


# duty ------------------------------------------------------------------------------------------------


def duties_of(call, *args):
    return json.loads(said(call("duty", *args, "--json")))


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_duty_as_json_is_the_duty_of_the_record_at_full_precision(call, name, share):
    schedule = datasets.load(name)
    first, last = schedule.measures[0].effective, vintages.last_known(schedule.vintage)
    day = max(first + (last - first) * share, schedule.begins or first)
    shown = duties_of(call, name, "--on", day)
    table = schedule.duty_on(day)
    assert [(each["importer"], each["exporter"]) for each in shown["duties"]] == list(schedule.pairs)
    for each in shown["duties"]:
        expected = table.loc[each["importer"], each["exporter"]]
        assert math.isclose(each["duty"], expected, rel_tol=1e-12, abs_tol=1e-15)
        assert sum(each["by_authority"].values()) == each["duty"]


def test_the_duty_as_json_says_what_it_is(call):
    shown = duties_of(call, "us-china", "--on", "2025-04-12", "--importer", "CHN", "--exporter", "USA")
    about = datasets.describe("us-china")
    assert {key: shown[key] for key in ("dataset", "date", "unit", "note")} == {
        "dataset": "us-china", "date": "2025-04-12", "unit": "fraction of import value", "note": "",
    }  # fmt: skip
    assert {key: shown[key] for key in ("title", "vintage", "weights")} == {
        key: about[key] for key in ("title", "vintage", "weights")
    }
    (duty,) = shown["duties"]
    assert round(duty["duty"], 3) == 1.476
    assert round(duty["weight_of_partner"], 4) == round(145334 / (145334 + 1898528), 4)
    assert duty["by_authority"].keys() == {"MFN", "retaliation"}
    assert "Retaliation to the reciprocal duty" in duty["acts"]


def test_fees_and_controls_stand_beside_the_duty(call):
    (duty,) = duties_of(call, "us-china", "--on", "2025-10-20", "--importer", "USA", "--exporter", "CHN")[
        "duties"
    ]
    assert {"Port fee on Chinese-built ships", "Port fee on Chinese-operated ships"} <= set(
        duty["fees_and_controls"]
    )
    assert not set(duty["fees_and_controls"]) & set(duty["acts"])
    text = said(call("duty", "us-china", "--on", "2025-10-20", "--importer", "USA", "--exporter", "CHN"))
    assert "beside the duty: " in text


def test_acts_in_force_are_those_of_the_day(call):
    before, on = (
        duties_of(call, "us-china", "--on", day, "--importer", "USA", "--exporter", "CHN")["duties"][0]
        for day in ("2018-07-05", "2018-07-06")
    )
    assert set(on["acts"]) - set(before["acts"]) == {"Section 301 List 1"}
    last, after = (
        duties_of(call, "us-china", "--on", day, "--importer", "USA", "--exporter", "CHN")["duties"][0]
        for day in ("2026-07-23", "2026-07-24")
    )
    assert set(last["acts"]) - set(after["acts"]) == {"Section 122 surcharge"}


def test_the_table_is_in_percent_and_its_parts_add_up(call):
    for name in RECORDS:
        day = max(
            datasets.load(name).measures[len(datasets.load(name)) // 2].effective, datasets.load(name).begins
        )
        text = said(call("duty", name, "--on", day, "--by", "authority"))
        totals, parts = [], []
        for line in text.split("\n"):
            found = re.search(r"(-?\d+\.\d\d) %$", line)
            if found and re.match(r"[A-Z]", line):
                totals.append(round(float(found[1]) * 100))
                parts.append(0)
            elif found:
                parts[-1] += round(float(found[1]) * 100)
        assert totals
        assert totals == parts


def test_the_table_of_totals(call):
    text = said(call("duty", "us-china", "--on", "2025-04-12"))
    assert re.search(r"^CHN +USA +147\.60 % +7\.1 %$", text, re.MULTILINE)
    assert re.search(r"^USA +CHN +124\.77 % +15\.2 %$", text, re.MULTILINE)
    assert "vintage  2026-10-08" in text


def test_a_day_after_the_vintage_is_marked(call):
    past = call("duty", "us-china", "--on", "2027-01-01")
    assert "after the vintage of the record, 2026-10-08" in past.stdout
    assert past.stderr.startswith("warning: ")
    facts = json.loads(call("duty", "us-china", "--on", "2026-10-09", "--json").stdout)
    assert "after the vintage" in facts["note"]
    assert duties_of(call, "us-china", "--on", "2026-10-08")["note"] == ""
    assert duties_of(call, "smoot-hawley", "--on", "1938-01-01")["note"] == ""


def test_the_duty_on_several_days_comes_day_after_day(call):
    both = duties_of(call, "us-china", "--on", "2025-04-08", "--on", "2025-04-12")
    assert both == [duties_of(call, "us-china", "--on", day) for day in ("2025-04-08", "2025-04-12")]
    text = said(call("duty", "us-china", "--on", "2025-04-08", "--on", "2025-04-12"))
    assert text.index("on 2025-04-08") < text.index("on 2025-04-12")


def test_an_option_given_twice_is_refused_where_one_would_be_ignored(call):
    twice = ("--on", "2025-04-08", "--on", "2025-04-12")
    assert refused(call("plot", "us-china", *twice)) == ["--on: given twice; got 2 times; allowed: once"]
    assert refused(call("run", "us-china-2025-10", "--draws", "5", "--draws=6"))


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["us-chian", "--on", "2025-01-01"], "NAME: unknown record; got 'us-chian'; "),
        (["us-china-2025-10", "--on", "2025-01-01"], "NAME: not a record; got 'us-china-2025-10'; "),
        (["world-2023", "--on", "2025-01-01"], "NAME: a record without measures; got 'world-2023'; "),
        (["us-china", "--on", "2025-02-30"], "--on: not a calendar day; got '2025-02-30'; "),
        (["us-china", "--on", "2017-12-31"], "date: before the record begins; got 2017-12-31; "),
        (["us-china", "--on", "2025-01-01", "--importer", "UAS"], "--importer: unknown economy; got 'UAS'; "),
        (["us-china", "--on", "2025-01-01", "--exporter", "CNH"], "--exporter: unknown economy; got 'CNH'; "),
        (
            ["us-china", "--on", "2025-01-01", "--importer", "ROW"],
            "pair: not in the record; got ROW on any economy; ",
        ),
    ],
)
def test_a_duty_that_cannot_be_said_is_refused(call, args, message):
    (line,) = refused(call("duty", *args))
    assert line.startswith(message)


def test_every_name_that_is_wrong_is_said(call):
    lines = refused(call("duty", "us-china", "--on", "2025-01-01", "--importer", "UAS", "--exporter", "CNH"))
    assert [line.split(":")[0] for line in lines] == ["--importer", "--exporter"]


@pytest.mark.parametrize(
    ("parts", "rounded"),
    [
        ([], []),
        ([0.00125] * 4, [0.0013, 0.0013, 0.0012, 0.0012]),
        ([0.5, -0.12344], [0.5, -0.1234]),
        ([0.1, 0.2], [0.1, 0.2]),
    ],
)
def test_rounded_parts_add_up(parts, rounded):
    assert duties.rounded_parts(parts, 4) == rounded
    assert round(sum(rounded), 4) == round(sum(parts), 4)


# run -------------------------------------------------------------------------------------------------


def table(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_running_a_scenario_runs_every_branch(call, tmp_path):
    text = said(call("run", "us-china-2025-10"))
    folder = tmp_path / "out/us-china-2025-10"
    for name, paths in scenarios.load("us-china-2025-10").run_branches().items():
        last = paths.to_frame().iloc[-1]
        block = text.split(f"branch {name}, 2025-10-23 to 2026-11-09")[1].split("branch")[0]
        assert re.search(rf"USA on CHN .* {last['USA', 'CHN'] * 100:.1f} %\n", block)
        assert float(table(folder / f"duty-{name}.csv")[-1][1]) == pytest.approx(last["USA", "CHN"])
        assert table(folder / f"story-{name}.csv")[0][:4] == ["row", "date", "kind", "importer"]
    written = {str(path.relative_to(tmp_path)) for path in folder.iterdir()}
    assert {line.strip() for line in text.split("files:\n")[1].strip().split("\n")} == written
    assert {"duty.png"} <= {Path(name).name for name in written}


def test_running_one_branch(call, tmp_path):
    text = said(call("run", "us-china-2025-10", "--branch", "threat", "--out", "here/there"))
    assert "branch deal" not in text
    answer = r"8   2025-11-03   announces   CHN on USA  +0 → 100   2025-11-04  +56.6 → 156.6   answers"
    assert re.search(answer, text)
    assert sorted(path.name for path in (tmp_path / "here/there").iterdir()) == [
        "duty-threat.csv", "duty.png", "story-threat.csv",
    ]  # fmt: skip


def test_figures_come_in_the_formats_that_are_asked_for(call, tmp_path):
    said(call("run", "us-china-2025-10", "--branch", "threat", "--formats", "SVG, pdf", "--out", "o"))
    assert {path.suffix for path in (tmp_path / "o").glob("duty.*")} == {".svg", ".pdf"}


@pytest.mark.parametrize("command", ["run", "sweep"])
@pytest.mark.parametrize(
    ("formats", "told"), [("pgn", "'png'"), ("png,jpeg", "'jpeg'"), (" , ", "png, svg, pdf, csv")]
)
def test_unknown_formats_are_refused(call, tmp_path, command, formats, told):
    (problem,) = refused(call(command, "us-china-2025-10", "--formats", formats))
    assert problem.startswith("--formats: ")
    assert told in problem
    assert not any(tmp_path.iterdir())


def test_formats_are_those_of_the_plots():
    assert tradesim.cli.FORMATS == plots.FORMATS


def test_running_draws(call, tmp_path):
    text = said(call("run", "us-china-2025-10", "--draws", "40", "--seed", "7", "--out", "o"))
    paths = scenarios.load("us-china-2025-10").run(40, 7)
    share = (paths.outcomes["summit"] == "deal").mean()
    assert "40 draws, 2025-10-23 to 2026-11-09" in text
    assert f"summit: deal {share * 100:.1f} %" in text
    assert "the story of draw 0:" in text
    assert len(table(tmp_path / "o/outcomes.csv")) == 41
    for picture in ("fan", "truces", "phase", "story"):
        assert {f"{picture}.{ending}" for ending in ("png", "csv")} <= {
            path.name for path in (tmp_path / "o").iterdir()
        }
    assert table(tmp_path / "o/quantiles.csv")[2][1:4] == ["0.05", "0.5", "0.95"]


def test_a_run_as_json(call):
    shown = json.loads(said(call("run", "us-china-2025-10", "--draws", "40", "--seed", "7", "--json")))
    paths = scenarios.load("us-china-2025-10").run(40, 7)
    (run,) = shown["runs"]
    assert (run["branch"], run["draws"], run["seed"], run["first_day"]) == (None, 40, 7, "2025-10-23")
    last = {(each["importer"], each["exporter"]): each["last"] for each in run["duties"]}
    assert last["USA", "CHN"] == paths.summary().loc[("USA", "CHN"), "last"]
    assert sum(run["outcomes"]["summit"].values()) == pytest.approx(1)
    assert run["story_of_draw_0"][0]["date"] == "2025-10-23"
    assert all(Path(file).is_file() for file in shown["files"])
    branches = json.loads(said(call("run", "us-china-2025-10", "--json")))["runs"]
    assert [run["branch"] for run in branches] == ["deal", "extension", "lapse", "threat"]


def test_running_a_file_that_a_scenario_wrote(call, tmp_path):
    scenarios.load("april-2025-spiral").to_toml(tmp_path / "mine.toml")
    packaged, own = said(call("run", "april-2025-spiral")), said(call("run", "mine.toml"))
    assert packaged == own


def test_names_in_a_file_do_not_lead_out_of_the_folder(call, tmp_path):
    text = malformed.OWN_SCENARIO.replace('name = "own"', 'name = "../../[red]x"')
    text = text.replace("[branches.calm]", '[branches."/a b"]') + '[branches."a-b"]\nvote = "no"\n'
    (tmp_path / "odd.toml").write_text(text, encoding="utf-8")
    assert "../../[red]x: Two economies" in said(call("run", "odd.toml"))
    assert sorted(path.name for path in (tmp_path / "out/red-x").iterdir()) == [
        "duty-a-b-2.csv", "duty-a-b.csv", "duty.png", "story-a-b-2.csv", "story-a-b.csv",
    ]  # fmt: skip


def test_a_run_in_which_nothing_happens_says_so(call, tmp_path):
    (tmp_path / "still.toml").write_text(
        'name = "still"\nstart = 2027-01-01\nend = 2027-02-01\n[economies]\ncodes = ["AAA", "BBB"]\n',
        encoding="utf-8",
    )
    assert "nothing is announced and nothing happens" in said(call("run", "still.toml"))


def test_more_branches_than_a_chart_holds_are_drawn_on_several(call, tmp_path):
    many = "".join(f'[branches.b{k}]\nvote = "yes"\n' for k in range(8))
    text = malformed.OWN_SCENARIO.split("[branches.calm]")[0] + many
    (tmp_path / "many.toml").write_text(text, encoding="utf-8")
    said(call("run", "many.toml", "--out", "o"))
    assert {path.name for path in (tmp_path / "o").glob("*.png")} == {"duty-1.png", "duty-2.png"}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["nope"],
            "NAME: unknown scenario or file; got 'nope'; allowed: april-2025-spiral, canada-",
        ),
        (["us-china-2025"], "NAME: unknown scenario or file; got 'us-china-2025'; "),
        (["us-china"], "NAME: not a scenario; got 'us-china'; "),
        (["none.toml"], "none.toml: cannot be read; got No such file or directory; check the path"),
        (["none/x"], "none/x: cannot be read; got No such file or directory; check the path"),
        (["."], ".: cannot be read; got not a regular file; check the path"),
        (
            ["us-china-2025-10", "--branch", "dael"],
            "scenario 'us-china-2025-10': unknown branch; got 'dael'; ",
        ),
        (
            ["us-china-2025-10", "--branch", "deal", "--draws", "9"],
            "--draws: draws of a branch are all the same; ",
        ),
        (["us-china-2025-10", "--draws", "0"], "draws: not a number of draws; got 0; "),
        (
            ["us-china-2025-10", "--draws", "99999999"],
            "draws: too many paths to hold; got 99,999,999 draws, ",
        ),
        (["april-2025-spiral", "--seed", "-1"], "seed: not a seed; got -1; "),
        (
            ["april-2025-spiral", "--out", "file"],
            "file: cannot be written; got File exists; name another folder",
        ),
        (
            ["april-2025-spiral", "--out", "file/x"],
            "file/x: cannot be written; got Not a directory; name another",
        ),
    ],
)
def test_a_run_that_cannot_be_is_refused(call, tmp_path, args, message):
    (tmp_path / "file").touch()
    (line,) = refused(call("run", *args))
    assert line.startswith(message)


# plot ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "name"),
    [
        (["us-china"], "out/us-china.png"),
        (["smoot-hawley"], "out/smoot-hawley.png"),
        (["us-china", "--on", "2025-04-12"], "out/us-china-2025-04-12.png"),
        (["us-china", "--by", "authority", "--start", "2025-01-01"], "out/us-china-by-authority.png"),
        (["canada", "--pair", "CAN:USA", "--pair", "USA:CAN", "--out", "a b.svg"], "a b.svg"),
        (["april-2025-spiral", "--out", "x/y/z.PNG"], "x/y/z.PNG"),
        (["us-china-2025-10", "--start", "2025-06-01", "--pair", "USA:CHN"], "out/us-china-2025-10.png"),
        (["us-china-2025-10", "--end", "2026-01-01"], "out/us-china-2025-10.png"),
        (["us-china", "--pair", "USA:CHN", "--out", "duty.csv"], "duty.csv"),
    ],
)  # fmt: skip
def test_a_picture_is_written_and_named(call, tmp_path, args, name):
    assert said(call("plot", *args)) == f"{name}\n"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / name]
    begins = {"svg": b"<?xml", "csv": b"importer,"}.get(name[-3:], b"\x89PNG")
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_the_numbers_of_a_picture_are_those_of_the_record_and_of_the_run(call, tmp_path):
    said(call("plot", "us-china", "--on", "2025-04-12", "--out", "map.csv"))
    expected = datasets.load("us-china").duty_on("2025-04-12")
    assert float(table(tmp_path / "map.csv")[1][2]) == pytest.approx(expected.iloc[0, 1])
    said(call("plot", "us-china", "--by", "authority", "--out", "layers.csv"))
    assert table(tmp_path / "layers.csv")[2][:2] == ["authority", "MFN"]
    said(call("plot", "april-2025-spiral", "--end", "2025-04-20", "--out", "spiral.csv"))
    last = scenarios.load("april-2025-spiral").run().to_frame().loc["2025-04-20", ("USA", "CHN")]
    assert float(table(tmp_path / "spiral.csv")[-1][1]) == pytest.approx(last)
    for kind in ("fan", "truces", "phase", "story"):
        args = ["us-china-2025-10", "--kind", kind, "--draws", 20, "--pair", "CHN:USA", "--pair", "USA:CHN"]
        said(call("plot", *args, "--out", f"{kind}.csv"))
    paths = scenarios.load("us-china-2025-10").run(20)
    assert float(table(tmp_path / "truces.csv")[-1][1]) == paths.in_truce().iloc[-1, 0]
    assert float(table(tmp_path / "phase.csv")[-1][1]) == pytest.approx(paths.duty[:, -1, 0, 1].mean())
    assert float(table(tmp_path / "fan.csv")[-1][3]) == pytest.approx(paths.quantiles([0.5]).iloc[-1, 0])
    assert len(table(tmp_path / "story.csv")) == 1 + len(paths.events())


def test_a_picture_as_json_is_its_name(call):
    shown = json.loads(said(call("plot", "us-china", "--on", "2025-04-12", "--json")))
    assert shown == {"subject": "us-china", "files": ["out/us-china-2025-04-12.png"]}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["nope"], "NAME: unknown record, scenario or file; got 'nope'; "),
        (["world-2023"], "NAME: a record without measures; "),
        (["us-china", "--out", "x.jpg"], "--out: not a picture; got 'x.jpg'; allowed: a file that ends in ."),
        (["us-china", "--pair", "USA-CHN"], "--pair: not a pair; got 'USA-CHN'; allowed: importer:exporter"),
        (["us-china", "--pair", "USA:CNH"], "--pair: unknown pair; got 'USA:CNH'; "),
        (["us-china", "--start", "2010-01-01"], "date: before the record begins; got 2010-01-01; "),
        (["us-china", "--start", "soon"], "--start: not a calendar day; got 'soon'; "),
        (["us-china", "--start", "2025-01-02", "--end", "2025-01-01"], "--end: ends before it starts; got 2"),
        (["us-china", "--on", "2025-01-01", "--start", "2025-01-01"], "--start: a map is of one day and all"),
        (["us-china", "--by", "authority", "--pair", "USA:CHN", "--pair", "CHN:USA"], "--pair: one pair at "),
        (["us-china-2025-10", "--on", "2025-11-01"], "--on: goes with a record, not with a scenario; "),
        (["us-china-2025-10", "--by", "authority"], "--by authority: goes with a record, not with a scenari"),
        (["us-china-2025-10", "--start", "2025-10-23"], "--start: after the scenario begins; got 2025-10-23"),
        (["us-china-2025-10", "--end", "2026-11-10"], "--end: outside the horizon; got 2026-11-10; "),
        (["us-china-2025-10", "--pair", "ROW:USA"], "--pair: unknown pair; got 'ROW:USA'; "),
        (["us-china", "--out", "file/x.png"], "file: cannot be written; got File exists; name another folde"),
    ],
)  # fmt: skip
def test_a_picture_that_cannot_be_is_refused(call, tmp_path, args, message):
    (tmp_path / "file").touch()
    (line,) = refused(call("plot", *args))
    assert line.startswith(message)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# check -----------------------------------------------------------------------------------------------


def test_a_good_scenario_is_ok(call):
    path = scenarios.FOLDER / "us-china-2025-10.toml"
    assert said(call("check", path)) == (
        f"ok: {path}: scenario us-china-2025-10, 2025-10-23 until 2026-11-10: "
        "181 measures, 2 rules, 1 truce, 2 events, 4 branches\n"
    )


def test_what_is_in_a_file_as_json(call, tmp_path):
    path = scenarios.FOLDER / "us-china-2025-10.toml"
    shown = json.loads(said(call("check", path, "--json")))
    assert (shown["ok"], shown["scenario"], shown["measures"]) == (True, "us-china-2025-10", 181)
    assert (shown["start"], shown["branches"], shown["shocks"]) == ("2025-10-23", 4, 0)
    (tmp_path / "acts.csv").write_text(malformed.GOOD_CSV, encoding="utf-8")
    shown = json.loads(said(call("check", "acts.csv", "--economies", "CHN, USA", "--json")))
    assert (shown["measures"], shown["economies"], shown["first"]) == (4, ["CHN", "USA"], "2018-07-06")


def test_problems_as_json_keep_their_parts(call, tmp_path):
    (tmp_path / "bad.toml").write_text("name = 3\n", encoding="utf-8")
    result = call("check", "bad.toml", "--json")
    assert (result.exit_code, result.stderr) == (2, "")
    shown = json.loads(result.stdout)
    assert shown["ok"] is False
    assert {"what": "not a text", "where": "bad.toml:1: name", "got": "3"}.items() <= shown["problems"][
        0
    ].items()


def test_good_measures_are_ok(call, tmp_path):
    (tmp_path / "acts.CSV").write_text(malformed.GOOD_CSV, encoding="utf-8")
    assert said(call("check", "acts.CSV", "--economies", "CHN, USA")) == (
        "ok: acts.CSV: 4 measures among CHN, USA, 2018-07-06 to 2019-07-06: "
        "retaliation, Section 301, agreement\n"
    )


@pytest.mark.parametrize("name", RECORDS)
def test_packaged_measures_are_ok(call, name):
    assert said(call("check", datasets.FOLDER / name / "measures.csv")).startswith("ok: ")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["none.toml"], "none.toml: cannot be read; got No such file or directory; check the path"),
        (["none.csv"], "none.csv: cannot be read; got No such file or directory; check the path"),
        (["folder.toml"], "folder.toml: cannot be read; got not a regular file; check the path"),
        (["folder.csv"], "folder.csv: cannot be read; got not a regular file; check the path"),
        (
            ["acts.xlsx"],
            "acts.xlsx: neither a scenario nor measures; got .xlsx; allowed: a scenario (.toml), a file",
        ),
        (
            ["."],
            ".: a record without meta.toml; allowed: a folder with meta.toml",
        ),
        (
            ["x.toml", "--economies", "USA"],
            "--economies: goes with measures only; got USA; allowed: a .csv file",
        ),
        (
            ["acts.csv", "--economies", "USA,CHN,JPY"],
            "acts.csv:3: exporter: unknown economy; got 'JPN'; allowed: CHN",
        ),
    ],
)
def test_what_cannot_be_checked_is_refused(call, tmp_path, args, message):
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "acts.csv").write_text(
        "name,importer,exporter,authority,effective,rate\na,USA,CHN,x,2018-01-01,0.1\nb,USA,JPN,x,2018-01-01,0.1\n",
        encoding="utf-8",
    )
    (line,) = refused(call("check", *args))
    assert line.startswith(message)


def test_problems_keep_their_words_and_stand_on_one_line_each(call, tmp_path):
    text = malformed.GOOD_SCENARIO.replace('talks = "deadlock"', r'talks = "[bold]dead\nlock[/bold]"')
    (tmp_path / "[x].toml").write_text(text, encoding="utf-8")
    lines = refused(call("check", "[x].toml"))
    assert len(lines) == 2
    assert r"[x].toml:107: scenario 'us-china-2025-10': branch 'lapse': talks: unknown outcome" in lines[0]
    assert r"got '[bold]dead\nlock[/bold]'" in lines[0]


CASES = list(malformed.cases())
WITHOUT_LINE = ("file too large",)


def test_there_are_enough_malformed_files_and_no_two_of_one_name():
    assert len({name for name, _, _ in CASES}) == len(CASES) > 200


@pytest.mark.filterwarnings("ignore::tradesim.errors.ModelWarning")
@pytest.mark.parametrize(("ending", "raw"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_malformed_file_is_refused_with_its_name_and_line(call, tmp_path, ending, raw):
    (tmp_path / f"bad{ending}").write_bytes(raw)
    start = time.process_time()
    lines = refused(call("check", f"bad{ending}"))
    assert time.process_time() - start < 15  # four times what a person waits, for coverage
    last = raw.count(b"\n") + 1
    for line in lines:
        place = re.match(rf"bad{ending}(?::(\d+))?: (.+)", line)
        assert place, line
        assert (place[1] is None) == place[2].startswith(WITHOUT_LINE), line
        assert 1 <= int(place[1] or 1) <= last, line
        assert len(line) < 2000


# tour, output ----------------------------------------------------------------------------------------


def test_the_tour_tells_its_findings_and_names_their_files(call, tmp_path):
    text = said(call("tour", "--out", "o"))
    assert "[1/4] the effective duty of both sides, 2018–2026" in text
    files = re.findall(r"o/[\w.-]+", text)
    assert len(files) >= 4
    assert all((tmp_path / file).is_file() for file in files)
    assert refused(call("tour", "--out", "o/" + Path(files[0]).name))[0].startswith(
        f"{files[0]}: cannot be written"
    )


def test_a_table_is_the_same_whatever_the_width_of_the_screen(call, monkeypatch):
    plain = said(call("show", "us-china", "--acts"))
    for name, value in (("COLUMNS", "40"), ("FORCE_COLOR", "1"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
        assert said(call("show", "us-china", "--acts")) == plain
    assert "\x1b" not in plain
    assert not any(line != line.rstrip() for line in plain.split("\n"))


def test_a_table_on_a_screen_fits_it(monkeypatch):
    monkeypatch.setattr(output, "_on_screen", lambda: True)
    monkeypatch.setenv("COLUMNS", "50")
    text = output.table_text(["pair", "why"], [["USA on CHN", "a long reason " * 10]])
    assert max(len(line) for line in text.split("\n")) <= 50
    assert "[not markup]" in output.table_text(["[b]"], [["[not markup]"]])


def test_json_has_no_number_that_json_has_not(capsys):
    output.say_json({"a": [math.nan, math.inf, 0.1, True, None, "é"], "b": (1,)})
    assert json.loads(capsys.readouterr().out) == {"a": [None, None, 0.1, True, None, "é"], "b": [1]}


@pytest.mark.parametrize(
    ("number", "noun", "words"),
    [
        (0, "rule", "0 rules"),
        (1, "branch", "1 branch"),
        (2, "branch", "2 branches"),
        (1234, "day", "1,234 days"),
    ],
)
def test_things_are_counted_in_words(number, noun, words):
    assert wording.count(number, noun) == words


@pytest.mark.parametrize(
    ("subject", "is_file"),
    [("x.toml", True), ("a/b", True), ("us-china", False), ("X.TOML", True), ("", True)],
)
def test_what_is_meant_as_a_path(tmp_path, monkeypatch, subject, is_file):
    monkeypatch.chdir(tmp_path)
    assert finding.is_file(subject) is is_file


BOTH = """name = "both"
start = 2025-04-02
end = 2025-05-01
[record]
name = "us-china"
as_of = 2025-04-02
economies = ["USA", "CHN"]
[rules.CHN]
kind = "match"
beside = "export_control"
equivalent = 0.2
"""


@pytest.mark.parametrize("draws", ["1", "3"])
def test_what_rules_charge_beside_duties_is_said_and_written(call, tmp_path, draws):
    """China's 34 points of an export control cost what it sells to the United States 34 × 0.2 = 6.8 %."""
    file = tmp_path / "both.toml"
    file.write_text(BOTH, encoding="utf-8")
    text = said(call("run", str(file), "--draws", draws, "--out", str(tmp_path / "out")))
    (row,) = [line for line in text.split("fees and controls")[-1].splitlines() if "USA on CHN" in line][:1]
    assert "6.8 %" in row
    costs = pd.read_csv(tmp_path / "out" / "trade-cost.csv", header=[0, 1], index_col=0)
    duties = pd.read_csv(tmp_path / "out" / "duty.csv", header=[0, 1], index_col=0)
    assert (costs["USA", "CHN"] - duties["USA", "CHN"]).iloc[-1] == pytest.approx(0.068)
    assert (costs["CHN", "USA"] == duties["CHN", "USA"]).all()


def test_names_of_files_are_short_enough_for_any_file_system():
    for name in ("a" * 400, "ä" * 400, "日" * 400, "é日" * 90):
        assert 0 < len(file_name(name).encode()) <= 100
        assert file_name(name) == name[: len(file_name(name))]
