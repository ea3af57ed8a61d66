"""CSV files: text that a spreadsheet would take for a formula is guarded, numbers are not touched."""

import ast
import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import measure, two_economies
from typer.testing import CliRunner

import tradesim
import tradesim as ts
from tradesim import rows, spreadsheets
from tradesim.cli import app as command
from tradesim.errors import InputError

FORMULAS = [
    "=1",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r",
    "\n=1",
    " =1",
    "\uff1d1",
    "'=1",
    "''@x",
]
PLAIN = ["List 1", "'quoted'", "", "a=b", "5 - 3", "−1", "10%", "'", "(=1)"]
BEGINS = set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
texts = st.text(st.sampled_from("'=+-@\t\r\n \uff1daé\",;0."), max_size=8)


def cells(text):
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_what_begins_like_a_formula_gets_an_apostrophe(text):
    assert spreadsheets.guarded_text(text) == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_other_texts_stay_as_they_are(text):
    assert spreadsheets.guarded_text(text) == spreadsheets.unguarded(text) == text


@given(texts)
@example("'=1")
def test_a_guard_is_taken_off_exactly_and_never_leaves_a_formula(text):
    written = spreadsheets.guarded_text(text)
    assert spreadsheets.unguarded(written) == text
    assert written.lstrip(" ")[:1] not in BEGINS


def test_cells_labels_and_names_of_labels_are_guarded_and_numbers_are_numbers():
    columns = pd.MultiIndex.from_tuples([("=A", 0.05), ("B", 0.95)], names=["@importer", "quantile"])
    index = pd.Index(["-x", "y"], name="=name")
    frame = pd.DataFrame([[-0.25, "+1"], [-1e-9, "plain"]], index=index, columns=columns)
    assert cells(spreadsheets.csv_text(frame)) == [
        ["'@importer", "'=A", "B"],
        ["quantile", "0.05", "0.95"],
        ["'=name", "", ""],
        ["'-x", "-0.25", "'+1"],
        ["y", "-1e-09", "plain"],
    ]


@pytest.mark.parametrize("kind", ["str", "object", "category"])
def test_every_kind_of_text_column_is_guarded(kind):
    column = pd.Series(["=1", "b", None], dtype=kind, name="=c")
    assert cells(spreadsheets.csv_text(column.to_frame(), index=False)) == [["'=c"], ["'=1"], ["b"], [""]]


def test_dates_are_dates_and_columns_of_one_name_stay_apart():
    frame = pd.DataFrame([[pd.Timestamp("2025-04-02"), "=a", -1, True]], columns=["day", "x", "x", "yes"])
    assert spreadsheets.csv_text(frame, index=False) == "day,x,x,yes\n2025-04-02,'=a,-1,True\n"
    assert spreadsheets.csv_text(pd.DataFrame()) == '""\n'


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_numbers_are_written_at_full_precision(values):
    written = cells(spreadsheets.csv_text(pd.DataFrame({"x": values}), index=False))[1:]
    assert [float(cell) for (cell,) in written] == values


def test_a_guarded_frame_holds_no_formula_in_a_workbook(tmp_path):
    openpyxl = pytest.importorskip("openpyxl", reason="workbooks need openpyxl: pip install '.[excel]'")
    frame = pd.DataFrame({"=name": ["=1+1", "List 1"], "change": [-0.5, 0.5]})
    spreadsheets.guarded(frame).to_excel(tmp_path / "a.xlsx", index=False)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [[(c.value, c.data_type) for c in row] for row in book.active] == [
        [("'=name", "s"), ("change", "s")],
        [("'=1+1", "s"), (-0.5, "n")],
        [("List 1", "s"), (0.5, "n")],
    ]


@given(name=texts, note=texts, source=texts, layer=texts)
@example(name="=1", note="a\rb", source="\r", layer="-")
def test_measures_read_back_exactly_from_their_file(tmp_path_factory, name, note, source, layer):
    name, layer = (text.strip() or "x" for text in (name, layer))  # spaces around a cell do not count
    note, source = (text.strip() for text in (note, source))
    given_measure = measure(name=name, note=note, source=source, authority=layer)
    file = rows.write_csv([given_measure], tmp_path_factory.mktemp("rows") / "a.csv")
    assert rows.read_csv(file) == [given_measure]
    (_, *written) = cells(file.read_bytes().decode())
    assert not [cell for row in written for cell in row if cell.lstrip(" ")[:1] in BEGINS]


def test_a_schedule_reads_back_from_its_file(tmp_path):
    schedule = ts.Schedule([measure(name="=1", basis="cap", against=("@a", "-b"))], two_economies())
    assert ts.Schedule.from_csv(schedule.to_csv(tmp_path / "a.csv"), schedule.economies) == schedule


def test_a_file_that_cannot_be_written_is_refused_in_words(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        spreadsheets.write_csv(pd.DataFrame({"a": [1]}), tmp_path / "no" / "a.csv")
    with pytest.raises(InputError, match="cannot be written"):
        spreadsheets.write_csv(pd.DataFrame({"a": ["\ud800"]}, dtype=object), tmp_path / "a.csv")


def dangerous(folder):
    """Return the cells of the CSV files in a folder that a spreadsheet would evaluate."""
    found = {}
    for file in folder.rglob("*.csv"):
        for row in cells(file.read_text(encoding="utf-8")):
            for cell in row:
                if cell.lstrip(" ")[:1] in BEGINS and not is_number(cell):
                    found[file.name] = cell
    return found


def is_number(cell):
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False


def named_like_formulas(folder):
    """Write a scenario whose names and notes are all formulas; return its file."""
    october = ts.scenarios.load("us-china-2025-10")
    text = october.to_toml(folder / "a.toml").read_text(encoding="utf-8")
    text = text.replace('name = "us-china-2025-10"', 'name = "=CON"', 1)
    for outcome in ("deal", "extension", "nothing", "break"):
        text = text.replace(f'name = "{outcome}"', f'name = "={outcome}"')
        text = text.replace(f'summit = "{outcome}"', f'summit = "={outcome}"')
    text = text.replace('name = "summit"', 'name = "@summit"').replace("\nsummit = ", '\n"@summit" = ')
    file = folder / "formulas.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_no_file_that_a_command_writes_holds_a_formula(tmp_path):
    file = named_like_formulas(tmp_path)
    for args in (["run", "--draws", "20"], ["run"], ["sweep", "--draws", "50"]):
        out = tmp_path / f"out-{args[0]}-{len(args)}"
        said = CliRunner().invoke(command, [args[0], str(file), *args[1:], "--out", str(out)])
        assert said.exit_code == 0, said.output
        text = "".join(f.read_text(encoding="utf-8") for f in out.rglob("*.csv"))
        assert "'@summit" in text or "'=" in text
        assert dangerous(out) == {}


def test_every_table_is_written_in_one_place():
    """No module but `tradesim.spreadsheets` calls ``to_csv`` of a frame."""
    own = {("cli/running.py", "paths"), ("spreadsheets.py", "safe")}
    root = Path(tradesim.__file__).parent
    found = set()
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"to_csv", "to_excel"}:
                found.add((file.relative_to(root).as_posix(), ast.unparse(node.value)))
    assert found == own
