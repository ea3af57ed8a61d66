"""Parsing: one reader of numbers and one of days, for files, options and calls."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tradesim as ts
from tradesim import parsing, rows
from tradesim.cli import reading, ways
from tradesim.errors import InputError
from tradesim.timegrid import as_day, as_days

MADE = "name,importer,exporter,authority,rate,effective\n"
ODD = {
    "1_0": "write 10",
    "10_000": "write 10000",
    "25%": "write 0.25",
    "25 %": "write 0.25",
    "\N{NO-BREAK SPACE}7.5\N{NO-BREAK SPACE}%": "write 0.075",
    "1,234,567": "write 1234567",
    "1,234": "write 1234, or 1.234 if the comma is a decimal point",
    "1 234": "write 1234",
    "1\N{NARROW NO-BREAK SPACE}234": "write 1234",
    "1'234": "write 1234",
    "0,25": "write 0.25",
    "$5.50": "write 5.50",
    "\N{MINUS SIGN}0.25": "write -0.25",
    "inf": "",
    "nan": "",
    "1e400": "",
    "0x10": "",
    "\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}": "",
    "(5)": "",
    "1.2.3": "",
    "": "",
    "many": "",
}


@pytest.mark.parametrize("text", ODD)
def test_what_is_no_number_is_refused_with_what_was_meant(text):
    assert parsing.number(text) is None
    assert parsing.whole(text) is None
    assert parsing.meant(text) == ODD[text]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_python_writes_is_read(value):
    assert parsing.number(repr(value)) == value
    assert parsing.number(f" {value!r}\N{NO-BREAK SPACE}") == value


@given(st.integers(-(10**17), 10**17))
def test_every_whole_number_is_read(value):
    assert parsing.whole(str(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        "2025-04-10",
        " 20250410 ",
        dt.date(2025, 4, 10),
        dt.datetime(2025, 4, 10),  # noqa: DTZ001 naive on purpose
        pd.Timestamp("2025-04-10"),
        np.datetime64("2025-04-10"),
        np.datetime64("2025-04-10T00:00:00", "ns"),
        np.array("2025-04-10"),
    ],
)
def test_days_are_read(value):
    assert as_days(value).tolist() == [dt.date(2025, 4, 10)]


@pytest.mark.parametrize(
    ("value", "fix"),
    [
        (np.datetime64("2025-04"), "it says no day of the month"),
        (np.datetime64("2025"), "it says no day of the month"),
        (np.datetime64("2025-04-10T12"), "without a time of day"),
        (np.datetime64("2025-04-10T00:00:00.000000001"), "without a time of day"),
        (np.datetime64("NaT"), "a day is missing"),
        (pd.NaT, "a day is missing"),
        (pd.Timestamp("2025-04-10", tz="Asia/Shanghai"), "depends on the time zone"),
        (dt.datetime(2025, 4, 10, tzinfo=dt.UTC), "depends on the time zone"),
        (dt.datetime(2025, 4, 10, 9), "without a time of day"),  # noqa: DTZ001 naive on purpose
        ("2025-04-10T00:00:00Z", "without a time or time zone"),
        ("2025-04-10 08:00", "without a time or time zone"),
        (["2025-04-10"], "not several"),
        (pd.DatetimeIndex(["2025-04-10"]), "not several"),
        ("2025-W15-4", ""),
        ("2025-W15", ""),
        ("2025-04", ""),
        ("10/04/2025", ""),
        ("10.04.2025", ""),
        ("2025-4-10", ""),
        ("\N{FULLWIDTH DIGIT TWO}025-04-10", ""),
        (pd.Period("2025-04", "M"), ""),
        (45757, ""),
        (True, ""),
    ],
)
def test_what_says_no_day_is_refused(value, fix):
    with pytest.raises(InputError, match=f"not a calendar day.*{fix}"):
        as_day(value)


def measures_of(folder, line, header=MADE):
    file = folder / "measures.csv"
    file.write_text(header + line, encoding="utf-8")
    return rows.read_csv(file)


@pytest.mark.parametrize("rate", [text for text in ODD if text and "," not in text])
def test_files_of_measures_have_the_same_numbers(tmp_path, rate):
    with pytest.raises(InputError, match=r"measures\.csv:2: .*rate: not a number"):
        measures_of(tmp_path, f"a,USA,CHN,MFN,{rate},2025-04-10\n")


def test_spaces_around_cells_and_empty_cells_at_the_end_do_not_count(tmp_path):
    (plain,) = measures_of(tmp_path, "a,USA,CHN,MFN,0.1,2025-04-10\n")
    space = "\N{NO-BREAK SPACE}"
    (spaced,) = measures_of(tmp_path, f"a ,{space}USA, CHN,MFN,{space}0.1 , 2025-04-10,,,\n")
    (wide,) = measures_of(tmp_path, "a,USA,CHN,MFN,0.1,2025-04-10,,\n", MADE.replace("\n", ",,\n"))
    assert plain == spaced == wide
    with pytest.raises(InputError, match=r"measures\.csv:2: more cells than columns; got 8"):
        measures_of(tmp_path, "a,USA,CHN,MFN,0.1,2025-04-10,,0.2\n")


def test_alpha_2_codes_are_refused_with_the_alpha_3_code(tmp_path):
    with pytest.raises(InputError, match=r"measures\.csv:2.*exporter: not an economy code; got 'CN'.*'CHN'"):
        measures_of(tmp_path, "a,USA,CN,MFN,0.1,2025-04-10\n")
    with pytest.raises(InputError, match="did you mean 'GBR'"):
        ts.Economies(["USA", "UK"])
    with pytest.raises(InputError, match="did you mean 'USA'"):
        ts.Truce(name="t", parties=["US", "CHN"], start="2025-01-01", end="2025-02-01")
    with pytest.raises(InputError, match="did you mean 'MEX'"):
        ts.rules.Match(allies=("MX",))
    with pytest.raises(InputError, match="did you mean 'CHN'"):
        ts.Shock(importer="USA", exporter="CN", rate=1, size=ts.Size(value=0.1))


@pytest.mark.parametrize("text", ["10_000", "10,000", "1e3", "1.0"])
def test_options_have_the_same_whole_numbers(text):
    with pytest.raises(InputError, match="--draws: not a whole number"):
        reading.whole(text, "--draws")


def test_ways_to_vary_have_the_same_numbers():
    with pytest.raises(InputError, match=r"not a number; got '1_0'.*write 10"):
        ways.way_of("1_0")
    with pytest.raises(InputError, match=r"not a duty; got '1_0%'"):
        ways.level_of("1_0%")
    assert ways.way_of("0.5, 50 %, 2") == [0.5, 0.5, 2]
