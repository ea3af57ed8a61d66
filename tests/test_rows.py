"""Rows: measures as frames and CSV files, and back, with the problems of every row."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import strategies as draw
from hypothesis import given
from strategies import measure

from tradesim import rows
from tradesim.errors import InputError
from tradesim.measures import Measure

HEADER = "name,importer,exporter,authority,effective,rate\n"
GOOD = "List 1,USA,CHN,Section 301,2018-12-01,0.25\n"


def refusal(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def row(**changes):
    plain = {
        "name": "List 1",
        "importer": "USA",
        "exporter": "CHN",
        "authority": "Section 301",
        "effective": "2018-12-01",
        "rate": 0.25,
    }
    return plain | changes


def test_a_frame_has_one_column_per_field():
    frame = rows.frame_of([measure(), measure(name="List 2", rate=0.1)])
    assert list(frame.columns) == list(Measure.__dataclass_fields__)
    assert frame["name"].tolist() == ["List 1", "List 2"]
    assert frame["rate"].tolist() == [0.25, 0.1]


def test_dates_are_timestamps_and_missing_values_are_missing():
    fee = measure(rate=None, instrument="fee")
    frame = rows.frame_of([fee, measure(expires="2019-01-01", against=("MFN", "X"), basis="cap")])
    for name in ("effective", "expires", "announced", "expiry_announced"):
        assert frame[name].dtype.kind == "M"
    assert frame["expires"].isna().tolist() == [True, False]
    assert frame["effective"][0] == pd.Timestamp("2018-12-01")
    for name in ("rate", "coverage", "unit_value"):
        assert frame[name].dtype == np.float64
    assert np.isnan(frame["rate"][0])
    assert frame["against"].tolist() == ["", "MFN; X"]


def test_no_measures_make_an_empty_frame():
    frame = rows.frame_of([])
    assert frame.shape == (0, len(rows.COLUMNS))
    assert frame["effective"].dtype.kind == "M"


@given(draw.schedules(instruments=("tariff", "fee")))
def test_measures_survive_rows(schedule):
    records = rows.frame_of(schedule.measures).to_dict("records")
    assert tuple(rows.measures_from(("row", record) for record in records)) == schedule.measures


def test_empty_cells_take_the_default():
    bare = rows.measures_from(
        [("row", row(coverage=float("nan"), expires=pd.NaT, status=" ", against="", note=None))]
    )
    assert bare == [measure()]


def test_against_may_be_text_or_a_list():
    given_rows = [row(basis="cap", against=against) for against in ("MFN;  X;", ("MFN", "X"), ["MFN", "X"])]
    found = rows.measures_from(("row", given_row) for given_row in given_rows)
    assert [m.against for m in found] == [("MFN", "X")] * 3


def test_numbers_may_be_text():
    assert rows.measures_from([("row", row(rate="0.25", coverage="1"))]) == [measure()]


def test_a_row_that_lacks_a_field_names_it():
    message = refusal(lambda: rows.measures_from([("row 4", row(importer="", effective=None))]))
    assert message.split("\n") == [
        "row 4: importer: importer is missing; allowed: a value in every row",
        "row 4: effective: effective is missing; allowed: a value in every row",
    ]


def test_a_tariff_row_without_a_rate_is_refused():
    message = refusal(lambda: rows.measures_from([("row 4", row(rate=None))]))
    assert message.startswith("row 4: measure 'List 1': rate: a tariff without a rate")


def test_an_unknown_column_gets_a_did_you_mean():
    message = refusal(lambda: rows.measures_from([("row 4", row(coverag=0.5))]))
    assert message.startswith("row 4: unknown column; got 'coverag'; allowed: against, announced, ")
    assert "did you mean 'coverage'" in message


def test_the_problems_of_all_rows_are_reported_together():
    bad = [row(rate=25), row(), row(importer="usa", status="on")]
    message = refusal(lambda: rows.measures_from((f"row {k}", each) for k, each in enumerate(bad)))
    assert [line.split(";")[0] for line in message.split("\n")] == [
        "row 0: measure 'List 1': rate: rate above 1000 %",
        "row 2: measure 'List 1': importer: not an economy code",
        "row 2: measure 'List 1': status: unknown status",
    ]


def test_text_that_is_no_number_is_refused_as_given():
    message = refusal(lambda: rows.measures_from([("row 4", row(rate="25 %"))]))
    assert "row 4: measure 'List 1': rate: not a number; got '25 %'" in message


# CSV -------------------------------------------------------------------------------------------------


def csv(folder, text, encoding="utf-8"):
    path = folder / "measures.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_measures_survive_a_csv_file(tmp_path):
    measures = [
        measure(
            note='a "quoted", long\nnote', source="http://x", expires="2019-01-01", announced="2018-11-01"
        ),
        measure(name="deal", basis="floor", against=("MFN", "X"), coverage=1 / 3, rate=0.1 + 0.2),
        measure(name="fee", instrument="fee", basis="specific", unit="net ton", rate=50),
    ]
    path = rows.write_csv(measures, tmp_path / "measures.csv")
    assert path.read_text(encoding="utf-8").startswith("name,importer,exporter,authority,rate,effective,")
    assert rows.read_csv(path) == measures


@given(draw.schedules(instruments=("tariff", "fee")))
def test_drawn_measures_survive_a_csv_file(tmp_path_factory, schedule):
    path = tmp_path_factory.mktemp("csv") / "measures.csv"
    assert tuple(rows.read_csv(rows.write_csv(schedule.measures, path))) == schedule.measures


def test_absent_columns_take_their_defaults(tmp_path):
    assert rows.read_csv(csv(tmp_path, HEADER + GOOD)) == [measure()]


def test_blank_lines_are_skipped_and_columns_may_be_padded(tmp_path):
    text = HEADER.replace(",", " , ") + "\n" + GOOD + ",,,,,\n"
    assert rows.read_csv(csv(tmp_path, text)) == [measure()]


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path):
    assert rows.read_csv(csv(tmp_path, HEADER + GOOD, "utf-8-sig")) == [measure()]


def test_problems_name_the_file_and_the_line(tmp_path):
    long_note = GOOD.replace("List 1", '"List\n1"')
    path = csv(tmp_path, HEADER + long_note + GOOD.replace("0.25", "25") + GOOD.replace("USA", "usa"))
    message = refusal(lambda: rows.read_csv(path)).split("\n")
    assert message[0].startswith(f"{path}:4: measure 'List 1': rate: rate above 1000 %; got 25")
    assert message[1].startswith(f"{path}:5: measure 'List 1': importer: not an economy code; got 'usa'")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: no header; got an empty line; allowed: column names in the first line"),
        ("\n" + GOOD, ":1: no header; got an empty line; allowed: column names in the first line"),
        ("name,name,rate\n", ":1: column named twice; got 'name'; allowed: each column once"),
        (HEADER + GOOD[:-1] + ",more\n", ":2: more cells than columns; got 7; allowed: 6"),
        (HEADER + GOOD + '"List 1,USA', ":3: not CSV; got unexpected end of data"),
        (HEADER + "List\0,USA\n", ":2: not text: holds a NUL byte"),
    ],
)
def test_a_file_that_is_not_a_table_is_refused(tmp_path, text, message):
    path = csv(tmp_path, text)
    assert refusal(lambda: rows.read_csv(path)) == f"{path}{message}"


def test_a_file_that_is_not_there_is_refused(tmp_path):
    path = tmp_path / "none.csv"
    message = refusal(lambda: rows.read_csv(path))
    assert message == f"{path}: cannot be read; got No such file or directory; check the path"
    message = refusal(lambda: rows.read_csv(tmp_path))
    assert message == f"{tmp_path}: cannot be read; got not a regular file; check the path"


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    path = csv(tmp_path, HEADER + GOOD.replace("List", "Liste é"), "latin-1")
    expected = f"{path}:2: not UTF-8 text; got byte 0xe9 at position 54; save it as UTF-8"
    assert refusal(lambda: rows.read_csv(path)) == expected


def test_a_file_that_is_too_large_is_refused(tmp_path):
    path = csv(tmp_path, "x" * 1001)
    expected = f"{path}: file too large; got 1,001 bytes; allowed: 1,000 bytes"
    assert refusal(lambda: rows.read_text(path, largest=1000)) == expected
    assert rows.read_text(path, largest=1001) == "x" * 1001


def test_a_folder_that_is_not_there_cannot_be_written_to(tmp_path):
    path = tmp_path / "none" / "measures.csv"
    message = refusal(lambda: rows.write_csv([measure()], path))
    assert message.startswith(f"{path}: cannot be written; got ")
    assert message.endswith("; check the folder")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("odd", ["\u2028", "\x0b", "\x85"])
def test_only_newlines_end_a_line(tmp_path, newline, odd):
    name = f"List{odd}1"
    path = csv(tmp_path, (HEADER + GOOD.replace("List 1", name)).replace("\n", newline))
    assert [m.name for m in rows.read_csv(path)] == [name]


def test_dates_are_written_as_calendar_days(tmp_path):
    path = rows.write_csv([measure(expires=dt.date(2019, 1, 1))], tmp_path / "measures.csv")
    assert "2018-12-01,2019-01-01," in path.read_text(encoding="utf-8")
