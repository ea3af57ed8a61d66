"""Vintages: a record asked for a day that it cannot know says so once."""

import datetime as dt
import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

import tradesim as ts
from tradesim import vintages
from tradesim.cli import app
from tradesim.errors import VintageWarning

NAMES = [name for name in ts.datasets.names() if ts.datasets.load(name).pairs]


@pytest.fixture(params=NAMES)
def record(request):
    """A record of its own, which has not warned yet."""
    return replace(ts.datasets.load(request.param))


def after(record, days):
    return vintages.last_known(record.vintage) + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("vintage", "last"),
    [
        ("2026-10-08", dt.date(2026, 10, 8)), ("2024-02", dt.date(2024, 2, 29)),
        ("2023", dt.date(2023, 12, 31)),
        (" 2026-10-08 ", dt.date(2026, 10, 8)), ("", None), ("spring 2026", None), ("2026-13", None),
        ("2026-02-30", None), ("2026-10-08 and later", None), ("0000", None),
    ],
)  # fmt: skip
def test_a_vintage_is_a_day_a_month_or_a_year(vintage, last):
    assert vintages.last_known(vintage) == last


def test_every_record_has_a_day_as_vintage(record):
    assert vintages.last_known(record.vintage) == dt.date.fromisoformat(record.vintage)
    assert max(m.announced or m.effective for m in record.measures) <= after(record, 0)


@pytest.mark.parametrize(
    "ask",
    [
        lambda record, day: record.duty_on(day),
        lambda record, day: record.effective_duty(day - dt.timedelta(days=3), day),
        lambda record, day: record.effective_duty(day, day, by="authority"),
        lambda record, day: record.effective_duty(day, day, freq="M"),
        lambda record, day: record.duty(np.array([day], dtype="datetime64[D]")),
        lambda record, day: record.duty_by_authority(day),
        lambda record, day: record.without(record.authorities[-1]).duty_on(day),
    ],
)  # fmt: skip
def test_a_day_after_the_vintage_warns_with_the_vintage_and_what_is_assumed(record, ask):
    with pytest.warns(VintageWarning, match=f"{record.vintage}: what was scheduled then is taken to happen"):
        ask(record, after(record, 1))
    ask(record, after(record, 0))  # the last day known


def test_it_warns_once_however_often_and_for_whatever_day_it_is_asked(record):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for days in range(1, 6):
            record.duty_on(after(record, days))
            record.effective_duty(after(record, -1), after(record, days))
    assert [each.category for each in caught] == [VintageWarning]


def test_views_of_knowledge_and_schedules_without_a_vintage_do_not_warn(record):
    record.as_of(after(record, -30)).duty_on(after(record, 300))
    record.past_vintage().duty_on(after(record, 300))
    replace(record, vintage="").duty_on(after(record, 300))


def test_a_view_is_equal_with_and_without_its_day_of_knowledge(record):
    assert record.past_vintage() == record


@pytest.mark.parametrize("name", ["us-china", "canada"])
def test_a_scenario_goes_past_the_vintage_on_purpose_and_says_so(name):
    record = ts.datasets.load(name)
    start, end = after(record, 20), after(record, 60)
    scenario = ts.Scenario(name="later", start=start, end=end, record=ts.Record(name=name))
    paths = scenario.run()
    last = paths.duty[0, -1, 0, 1]
    assert last == pytest.approx(record.past_vintage().duty(end - dt.timedelta(days=1))[0, 0, 1])
    text = " ".join(str(block) for s in ts.report(scenario).sections for block in s.blocks)
    assert f"after the vintage of the record, {record.vintage}" in text


# Command line ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("_again", range(2))
def test_the_command_line_names_the_vintage_on_standard_error_once(_again):
    result = CliRunner().invoke(app, ["duty", "us-china", "--on", "2026-11-30"])
    assert result.exit_code == 0
    (line,) = result.stderr.strip().split("\n")
    assert line.startswith("warning: ")
    assert "2026-10-08" in line
    assert "2026-10-08" in result.stdout


def test_json_has_the_vintage_and_the_note_as_fields():
    result = CliRunner().invoke(app, ["duty", "us-china", "--on", "2026-11-30", "--json"])
    facts = json.loads(result.stdout)
    assert facts["vintage"] == "2026-10-08"
    assert "after the vintage of the record, 2026-10-08" in facts["note"]


def test_a_day_that_is_known_is_not_remarked_on():
    result = CliRunner().invoke(app, ["duty", "canada", "--on", "2026-10-01", "--json"])
    assert (result.exit_code, result.stderr) == (0, "")
    facts = json.loads(result.stdout)
    assert facts["note"] == ""
    (us,) = [each for each in facts["duties"] if each["importer"] == "USA"]
    assert us["by_authority"]["Section 338"] == pytest.approx(0.5 * 0.0366)


def test_a_picture_past_the_vintage_says_so(tmp_path):
    out = tmp_path / "duty.csv"
    options = ["--start", "2026-09-01", "--end", "2026-12-01", "--out", str(out)]
    result = CliRunner().invoke(app, ["plot", "us-china", *options])
    assert result.exit_code == 0
    assert result.stderr.count("2026-10-08") == 1


# Knowledge -------------------------------------------------------------------------------------------


def test_a_view_of_a_day_after_the_vintage_knows_no_more_than_the_record(record):
    late = vintages.last_known(record.vintage) + dt.timedelta(days=100)
    with pytest.warns(VintageWarning, match=f"asked for days after its vintage, {record.vintage}"):
        view = record.as_of(late)
    assert view.vintage == record.vintage  # not the day that was asked for
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = view.as_of(late + dt.timedelta(days=1))
    assert again.vintage == record.vintage
    assert record.as_of(vintages.last_known(record.vintage)).vintage == str(
        vintages.last_known(record.vintage)
    )


def test_a_scenario_that_stands_on_a_day_after_the_vintage_says_so():
    about = ts.Record(name="us-china", as_of="2027-01-01")
    with pytest.warns(VintageWarning, match="2026-10-08"):
        paths = ts.Scenario(name="late", start="2027-01-02", end="2027-02-01", record=about).run()
    assert paths.note.startswith("2027-01-02 to 2027-01-31: after the vintage of the record, 2026-10-08")


def test_the_warning_stands_at_the_line_that_asked(record):
    late = vintages.last_known(record.vintage) + dt.timedelta(days=100)
    with pytest.warns(VintageWarning) as met:
        record.duty_on(late)
    assert met[0].filename == __file__


# Runs ------------------------------------------------------------------------------------------------

OCTOBER = "2025-10-24 to 2026-11-09: after the vintage of the record, 2025-10-23: what was scheduled then"


def test_a_run_says_which_of_its_days_lie_past_what_was_known():
    paths = ts.scenarios.load("us-china-2025-10").branch("deal").run()
    assert paths.note.startswith(OCTOBER)
    assert paths.note in paths.summary_text().splitlines()
    assert paths.note in paths._repr_html_()
    assert paths.summary().attrs["note"] == paths.note


def test_a_run_of_days_that_are_known_says_nothing():
    known = replace(ts.scenarios.load("april-2025-spiral").run(), as_of="2026-10-08")
    assert (known.note, known.summary().attrs["note"]) == ("", "")
    assert "vintage" not in known.summary_text()
    unknown = replace(known, as_of="")
    assert unknown.note == ""


def test_days_that_all_lie_past_the_vintage_begin_with_the_first():
    days = np.array(["2027-01-01", "2027-01-31"], dtype="datetime64[D]")
    assert vintages.note_of_days("2026-10", days).startswith("2027-01-01 to 2027-01-31: after the vintage")
    assert vintages.note_of_days("2027-01", days) == ""


def test_the_command_run_says_it_in_words_and_as_json(tmp_path):
    command = ["run", "us-china-2025-10", "--branch", "deal", "--out", str(tmp_path), "--formats", "csv"]
    said = CliRunner().invoke(app, command)
    assert (said.exit_code, said.stderr) == (0, "")
    assert said.stdout.count(OCTOBER) == 1
    facts = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
    assert facts["runs"][0]["note"].startswith(OCTOBER)


def test_a_sweep_says_it():
    found = ts.sweep(ts.scenarios.load("us-china-2025-10"), draws=2, progress=False)
    assert OCTOBER in found.summary_text()
