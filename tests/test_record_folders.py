"""Record folders and CSV files of measures: read by path wherever a record is asked for, refused in words."""

import json
import shutil

import pandas as pd
import pytest
from typer.testing import CliRunner

import tradesim as ts
from tradesim import datasets
from tradesim.cli import app
from tradesim.errors import InputError

REQUIRED = ("title", "description", "weights", "trade_year", "vintage", "complete", "license", "sources")


@pytest.fixture
def folder(tmp_path):
    """A record folder of one's own: Canada's, under another name."""
    return shutil.copytree(datasets.FOLDER / "canada", tmp_path / "mine")


def call(*args):
    result = CliRunner().invoke(app, [str(arg) for arg in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(*args):
    result = call(*args)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    return result.stderr


def meta_with(folder, old, new):
    file = folder / "meta.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_folder_loads_as_the_packaged_record_does(folder):
    mine, packaged = datasets.load(folder), datasets.load("canada")
    assert mine == packaged
    assert datasets.load(str(folder)) == packaged
    assert datasets.describe(folder) == datasets.describe("canada")
    pd.testing.assert_frame_equal(datasets.events(folder), datasets.events("canada"))


def test_a_folder_is_read_anew_each_time(folder):
    before = len(datasets.load(folder))
    file = folder / "measures.csv"
    file.write_text("\n".join(file.read_text(encoding="utf-8").split("\n")[:3]), encoding="utf-8")
    assert (before, len(datasets.load(folder))) == (74, 2)


@pytest.mark.parametrize("key", REQUIRED)
def test_a_missing_key_is_named_with_what_is_allowed(folder, key):
    file = folder / "meta.toml"
    lines = file.read_text(encoding="utf-8").split("\n")
    first = next(k for k, line in enumerate(lines) if line.startswith(f"{key} ="))
    last = next(k for k in range(first, len(lines)) if lines[k].strip() == "]") if key == "sources" else first
    file.write_text("\n".join(lines[:first] + lines[last + 1 :]), encoding="utf-8")
    with pytest.raises(InputError, match=rf"meta\.toml: no {key}; allowed: .+; add a line: {key} = "):
        datasets.load(folder)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('vintage = "2026-10-08"', 'vintage = "lately"', r"meta\.toml: vintage: .*'lately'.*2026-10-08"),
        ('vintage = "2026-10-08"', "vintage = 2026-10-08", r"meta\.toml: vintage: .*datetime\.date.*a text"),
        ("complete = false", 'complete = "no"', r"meta\.toml: complete: .*'no'.*true or false"),
        ("begins = 2025-01-01", 'begins = "2025"', r"meta\.toml: begins: .*'2025'.*a date without quotes"),
        ('trade_year = "2023"', "trade_year = 2023", r"meta\.toml: trade_year: .*2023.*a text"),
        ('license = "', 'licence = "', r"unknown key; got 'licence'.*did you mean 'license'"),
        ("sources = [", "sources = []\nold = [", r"meta\.toml: sources: .*\[\].*a list of texts"),
        ("title = ", "title ", r"meta\.toml: not TOML; got .*line 1"),
        ('trade_year = "2023"', 'trade_year = " "', r"meta\.toml: trade_year: .*' '.*a text"),
    ],
)
def test_a_wrong_value_is_placed_in_its_file(folder, old, new, said):
    meta_with(folder, old, new)
    with pytest.raises(InputError, match=said):
        datasets.load(folder)


def test_every_fault_of_meta_is_told_together(folder):
    (folder / "meta.toml").write_text('titel = "mine"\ncomplete = 1\n', encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        datasets.load(folder)
    assert len(refusal.value.problems) == len(REQUIRED) + 1  # all but complete, which is wrong, and titel


@pytest.mark.parametrize("name", ["meta.toml", "imports.csv"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        datasets.load(folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "imports.csv:1: no header"),
        ("importer,USA,CAN\n", "imports.csv:1: no imports"),
        ("who,USA,CAN\nUSA,0,1\nCAN,1,0\n", "imports.csv:1: no column 'importer'"),
        ("importer,USA,CAN\nUSA,0,1\nMEX,1,0\n", "imports.csv:1: unknown exporter; got 'CAN'"),
        ("importer,USA,CAN\nUSA,0,n/a\nCAN,1,0\n", "imports.csv:2: CAN: not a number; got 'n/a'"),
        ("importer,USA,CAN\nUSA,0,1\nUSA,1,0\n", "importer given twice; got 'USA'"),
        ("importer,USA,CAN\nUSA,0\nCAN,1,0\n", "imports.csv:2: CAN: not a number"),
    ],
)
def test_imports_that_are_no_square_are_refused(folder, text, said):
    (folder / "imports.csv").write_text(text, encoding="utf-8")
    assert said in refused("check", folder)


def test_a_name_that_is_nothing_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'us-china'"):
        datasets.load("us-chnia")
    with pytest.raises(InputError, match="no such folder"):
        datasets.load("some/where")


# Command line ----------------------------------------------------------------------------------------


def test_check_says_what_a_folder_holds(folder):
    assert "ok: " in call("check", folder).stdout
    facts = json.loads(call("check", folder, "--json").stdout)
    assert (facts["measures"], facts["events"], facts["vintage"]) == (74, 30, "2026-10-08")
    assert call("check", folder / "meta.toml").exit_code == 0


def test_check_tells_the_faults_of_every_file_together(folder):
    meta_with(folder, "complete = false", "")
    file = folder / "measures.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",0.25,0.64,", ",-0.25,0.64,"), encoding="utf-8")
    said = refused("check", folder)
    assert "meta.toml: no complete" in said
    assert "measures.csv:3: " in said


def test_check_finds_an_economy_that_has_no_trade(folder):
    file = folder / "measures.csv"
    file.write_text(
        file.read_text(encoding="utf-8").replace(",CAN,USA,MFN,", ",MEX,USA,MFN,"), encoding="utf-8"
    )
    assert "MEX" in refused("check", folder)


def test_check_of_a_folder_takes_no_economies(folder):
    assert "--economies" in refused("check", folder, "--economies", "USA,CAN")


@pytest.mark.parametrize("what", ["", "measures.csv"])
def test_duty_plot_and_report_take_a_path(folder, tmp_path, what):
    subject = folder / what
    facts = json.loads(call("duty", subject, "--on", "2026-10-01", "--json").stdout)
    packaged = json.loads(call("duty", "canada", "--on", "2026-10-01", "--json").stdout)
    assert [each["duty"] for each in facts["duties"]] == [each["duty"] for each in packaged["duties"]]
    assert call("duty", subject, "--on", "2026-10-01", "--by", "authority").exit_code == 0
    for options in (["--start", "2026-01-01", "--end", "2026-10-01"], ["--on", "2026-10-01"]):
        out = tmp_path / "plot.csv"
        result = call("plot", subject, *options, "--out", out)
        assert result.exit_code == 0, result.output
        assert out.stat().st_size > 20
    page = tmp_path / "report.html"
    result = call("report", subject, "-o", page)
    assert result.exit_code == 0, result.output
    assert "Section 338" in page.read_text(encoding="utf-8")


def test_a_report_on_a_folder_has_its_events_and_sources(folder):
    found = ts.report(folder)
    assert found.kind == "record"
    text = " ".join(str(block) for section in found.sections for block in section.blocks)
    assert "Section 338 put off by three days" in text
    assert "Bank of Canada" in text


@pytest.mark.parametrize("command", ["duty", "plot", "report", "check"])
def test_a_path_that_is_not_there_is_refused(tmp_path, command):
    options = ["--on", "2026-01-01"] if command == "duty" else []
    for missing in (tmp_path / "none.csv", tmp_path / "none"):
        assert "error: " in refused(command, missing, *options)


def test_a_damaged_file_of_measures_is_refused_with_its_line(folder):
    file = folder / "measures.csv"
    file.write_text(
        file.read_text(encoding="utf-8").replace(",0.25,0.64,", ",lots,0.64,", 1), encoding="utf-8"
    )
    for subject in (file, folder):
        assert "measures.csv:3: " in refused("duty", subject, "--on", "2026-01-01")
