"""Reading and writing: lines of a TOML text, limits, places, files that are whole, and the JSON Schema."""

import datetime as dt
import json
import stat
import time
import tomllib
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from tradesim import io, rows
from tradesim.errors import InputError, Problem
from tradesim.io import faults, files, lines, measure_file, places, tables
from tradesim.io.lines import LineIndex, limit_problems
from tradesim.io.places import Places

TEXT = """\
# a comment with [brackets] and key = "value"
name = "a # that is no comment"   # and one that is
"quoted.key" = 1
dotted . "with space" . 'literal' = 2
empty = []
long = \"\"\"
[no header]
no = "key"
escaped \\\"\"\" still inside \"""\"
after = 3
literal = '''
[[no.header]]
\\\"'''
moment = 2025-01-01 10:00:00.5

numbers = [ 1, 2,   # two
  3,

  4 ]
mixed = [
    { a = 1, b = { c = 2 } },
    [5,
     6],
    "x, ] }",
]
[ table . "sub.table" ]
x = { y.z = [
  7,
  8] }
[[list]]
k = 1
[list.inner]
k = 2
[[list.many]]
k = 3
[[list.many]]
k = 4
[[list]]
[[list.many]]
k = 5
"""


def lines_of(text):
    return {path: line for path, line in LineIndex.of(text).lines.items() if path}


def test_the_sample_is_toml():
    assert tomllib.loads(TEXT)["list"][1]["many"][0]["k"] == 5


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("quoted.key",), 3),
        (("dotted",), 4),
        (("dotted", "with space", "literal"), 4),
        (("empty",), 5),
        (("long",), 6),
        (("after",), 10),
        (("literal",), 11),
        (("moment",), 14),
        (("numbers",), 16),
        (("numbers", 1), 16),
        (("numbers", 2), 17),
        (("numbers", 3), 19),
        (("mixed", 0, "a"), 21),
        (("mixed", 0, "b", "c"), 21),
        (("mixed", 1, 0), 22),
        (("mixed", 1, 1), 23),
        (("mixed", 2), 24),
        (("table", "sub.table"), 26),
        (("table", "sub.table", "x", "y", "z"), 27),
        (("table", "sub.table", "x", "y", "z", 1), 29),
        (("list",), 30),
        (("list", 0), 30),
        (("list", 0, "k"), 31),
        (("list", 0, "inner", "k"), 33),
        (("list", 0, "many", 0), 34),
        (("list", 0, "many", 1, "k"), 37),
        (("list", 1), 38),
        (("list", 1, "many", 0, "k"), 40),
    ],
)
def test_a_key_path_has_its_line(path, line):
    assert LineIndex.of(TEXT).line(path) == line


def test_nothing_else_is_taken_for_a_key():
    names = {part for path in lines_of(TEXT) for part in path if isinstance(part, str)}
    assert names == {
        "name", "quoted.key", "dotted", "with space", "literal", "empty", "long", "after", "moment",
        "numbers", "mixed", "a", "b", "c", "table", "sub.table", "x", "y", "z", "list", "k", "inner", "many",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "known", "line"),
    [
        ((), (), 1),
        (("nowhere", 3), (), 1),
        (("list", 1, "name"), ("list", 1), 38),
        (("list", 7, "name"), ("list",), 30),
        (("mixed", 0, "b", "d"), ("mixed", 0, "b"), 21),
        (("numbers", 9), ("numbers",), 16),
    ],
)
def test_a_path_that_is_not_there_leads_to_the_innermost_part_that_is(path, known, line):
    index = LineIndex.of(TEXT)
    assert index.known(path) == known
    assert index.line(path) == line


def test_a_key_with_escapes_is_the_key_that_it_spells():
    assert LineIndex.of('\n"a\\u0062\\"c" = 1').line(('ab"c',)) == 2


keys = st.one_of(
    st.sampled_from(["a", "b", "name", "x.y", "a b", 'q"', "[c]", "#", "é"]), st.text(max_size=3)
)
texts = st.sampled_from(
    ["plain", "two\nlines", '"""', "'''", "\n[header]\nkey = 1\n", "# no comment", "\\", "]"]
)
days = st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1))


def documents():
    leaves = st.one_of(st.just(int), st.just(int), texts, days, st.floats(0, 1), st.booleans())
    inner = st.recursive(
        leaves,
        lambda each: st.one_of(st.lists(each, max_size=4), st.dictionaries(keys, each, max_size=4)),
        max_leaves=25,
    )
    return st.dictionaries(keys, inner, min_size=1, max_size=5)


def marked(value, path, marks):
    """Put a number that occurs nowhere else in the place of every ``int``, and note where it is."""
    if value is int:
        marks[path] = 7_000_000 + len(marks)
        return marks[path]
    if isinstance(value, dict):
        return {key: marked(each, (*path, key), marks) for key, each in value.items()}
    if isinstance(value, list):
        return [marked(each, (*path, k), marks) for k, each in enumerate(value)]
    return value


@given(documents(), st.booleans())
def test_every_value_of_a_drawn_document_is_found_on_its_line(document, multiline):
    marks = {}
    text = tomli_w.dumps(marked(document, (), marks), multiline_strings=multiline)
    index, rows = LineIndex.of(text), text.split("\n")
    for path, mark in marks.items():
        assert index.known(path) == path
        assert str(mark) in rows[index.line(path) - 1]


@given(st.text(alphabet="ab\"'\\#\n[]{}=., 1", max_size=60))
def test_tokens_are_the_whole_of_any_text(text):
    found = list(lines.tokens(text))
    assert "".join(token.text for token in found) == text
    line = 1
    for token in found:
        assert token.line == line
        line += token.text.count("\n")


# Limits ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("x = 1\n" + ".".join("a" * 33) + " = 1", 2, "key of too many parts"),
        ("\n\n[" + ".".join("a" * 33) + "]", 3, "key of too many parts"),
        ("x = " + "[" * 65, 1, "nested too deeply"),
        ("x = " + "{a=" * 65, 1, "nested too deeply"),
        ("x = [" + "1," * 60_000 + "]", 1, "line too long"),
        ("\nx = " + "9" * 1001, 2, "key or number too long"),
        ("a = 1\n" * 20_001, 20_001, "too many lines"),
        ("a=[1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7]\n" * 10_000, 8334, "too much in one file"),
    ],
)
def test_what_would_keep_the_parser_busy_is_refused_first(text, line, what):
    start = time.process_time()
    assert [(at, problem.what) for at, problem in limit_problems(text)] == [(line, what)]
    assert time.process_time() - start < 15  # minutes, if it were parsed


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        ".".join("a" * 32) + " = 1",
        "x = " + "[" * 64 + "]" * 64 + "\n[a]\n" * 3,
        'x = "' + "long " * 100_000 + '"',
        'x = """' + "a.b.c[[[{{{\n" * 15_000 + '"""',
        "# " + "a." * 40_000,
        "x = [" + "1.5, " * 10_000 + "]",
        "[[a]]\nk = [1]\n" * 9_000,
    ],
)
def test_what_is_long_but_harmless_passes(text):
    assert limit_problems(text) == []


# Places ----------------------------------------------------------------------------------------------

FILE = """\
name = "summit"
start = 2025-01-01
rules = { CHN = { kind = "match", cap = 99 } }
[[events]]
name = "summit"
date = 2025-02-01
[[events.outcomes]]
name = "a: b"
probability = 2
effects = [
  { action = "revoke", target = "List 1", on = 2025-01-01 },
  { action = "revoke", target = "List 2", on = 2025-01-01 },
  { action = "revoke", target = "List 1", on = 2025-01-02 },
]
[[measures]]
name = "List 1"
effective = 2025-03-01
[[measures]]
name = "List 1"
effective = 2025-04-01
[[truces]]
name = "it's: one"
parties = ["USA", "CHN"]
[branches.deal]
summit = "x"
"""


@pytest.mark.parametrize(
    ("where", "got", "line"),
    [
        ("", "", 1),
        ("scenario 'summit'", "", 1),
        ("start", "2025-01-01", 2),
        ("rules", "'CHN'", 3),
        ("event 'summit'", "", 4),
        ("scenario 'summit': event 'summit': date", "2025-02-01", 6),
        ("event 'summit': outcomes", "2", 9),
        ("event 'summit': outcomes", "2.0", 9),
        ("event 'summit': effect on 'List 2': on", "2025-01-01", 12),
        ("event 'summit': effect on 'List 1': on", "2025-01-02", 13),
        ("event 'summit': revoke", "'List 2'", 12),
        ("measure 'List 1' (USA on CHN, 301)", "one 2025-03-01 to open, another from 2025-04-01", 18),
        ("measure 'List 1'", "List 1: USA on CHN from 2025-03-01", 15),
        ("measure 'List 1': effective", "", 20),
        ('truce "it\'s: one": parties', "'CHN'", 23),
        ("branch 'deal': summit", "'x'", 25),
        ("branch 'deal'", "nothing for 'talks'", 24),
        ("imports[USA, CHN]", "-1", 1),
        ("some other words: of a class", "that changed", 1),
    ],
)
def test_the_words_of_a_problem_lead_to_a_line(where, got, line):
    found = Places("file", tomllib.loads(FILE), LineIndex.of(FILE))
    assert found.placed(Problem("wrong", where, got)).where.split(": ")[0] == f"file:{line}"


def test_words_are_kept_behind_the_place():
    found = Places("file", tomllib.loads(FILE), LineIndex.of(FILE))
    placed = found.placed(Problem("wrong", "event 'summit': date", "then", "now", "wait"))
    assert placed == Problem("wrong", "file:6: event 'summit': date", "then", "now", "wait")


def test_problems_are_placed_from_where_they_were_found():
    found = Places("file", tomllib.loads(FILE), LineIndex.of(FILE))
    within = ("events", 0, "outcomes", 0)
    assert found.path(Problem("x", "outcome 'a: b'", "2.0"), within) == (*within, "probability")
    assert found.path(Problem("x", "event 'summit': effect on 'List 2': on", "-"), ("events", 0)) == (
        *within, "effects", 1, "on",
    )  # fmt: skip


def test_no_more_than_two_hundred_problems_are_placed():
    found = Places("file", {}, LineIndex({(): 1}))
    error = found.refusal(((), Problem(str(k))) for k in range(250))
    assert len(error.problems) == places.MOST_PROBLEMS + 1
    assert error.problems[-1].what == "50 more problems"
    assert len(found.refusal(((), Problem(str(k))) for k in range(200)).problems) == 200


# Files -----------------------------------------------------------------------------------------------


def test_a_file_is_written_whole_with_the_usual_rights(tmp_path):
    path = files.write_text(tmp_path / "a.toml", "é\n\n")
    assert path.read_bytes() == b"\xc3\xa9\n\n"
    (tmp_path / "plain").touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    files.write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    (tmp_path / "a.toml").write_text("old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(InputError, match=r"a.toml: cannot be written; got No space left on device"):
        files.write_text(tmp_path / "a.toml", "new")
    assert list(tmp_path.iterdir()) == [tmp_path / "a.toml"]
    assert (tmp_path / "a.toml").read_text() == "old"


def test_text_that_is_not_unicode_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(InputError, match=r"a.toml: cannot be written; got .*surrogates"):
        files.write_text(tmp_path / "a.toml", "\ud800")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none/a.toml: cannot be written; got No such file or directory"):
        files.write_text(tmp_path / "none" / "a.toml", "x")


# Measures --------------------------------------------------------------------------------------------

HEADER = "name,importer,exporter,authority,effective,rate\n"
ROW = "List 1,USA,CHN,Section 301,2018-12-01,0.25\n"


def measure_problems(tmp_path, text, economies=()):
    path = tmp_path / "acts.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        measure_file.check(path, economies)
    return str(caught.value).replace(f"{path}", "acts.csv").split("\n")


def test_a_file_of_measures_makes_a_schedule(tmp_path):
    path = tmp_path / "acts.csv"
    path.write_text(HEADER + ROW, encoding="utf-8")
    assert io.check_measures(path).economies.codes == ("USA", "CHN")
    assert io.check_measures(path, ["CHN", "USA", "JPN"]).economies.codes == ("CHN", "USA", "JPN")


def test_strangers_are_named_with_their_line(tmp_path):
    found = measure_problems(tmp_path, HEADER + ROW + ROW.replace("CHN", "JPN"), ["USA", "CHN"])
    assert found == ["acts.csv:3: exporter: unknown economy; got 'JPN'; allowed: CHN, USA"]


def test_rows_that_do_not_go_together_are_named_with_the_later_line(tmp_path):
    later = ROW.replace("2018", "2019")
    found = measure_problems(tmp_path, HEADER + later + ROW + ROW.replace("List 1", "List 2"))
    assert [line.split("; ")[0] for line in found] == [
        "acts.csv:2: measure 'List 1' (USA on CHN, Section 301): levels of one act overlap"
    ]
    assert measure_problems(tmp_path, HEADER + ROW + ROW)[0].startswith(
        "acts.csv:3: measure 'List 1': measure given twice"
    )


def test_a_row_that_cannot_be_read_hides_nothing_of_the_others(tmp_path):
    """A rate typed as a percentage, an economy that may not appear, and two levels that overlap."""
    head = "name,importer,exporter,authority,rate,effective\n"
    rows = ["a,USA,CHN,x,25,2018-07-06", "b,USA,JPN,x,0.25,2018-07-06", "c,USA,CHN,x,0.25,2018-07-06",
            "c,USA,CHN,x,0.1,2019-07-06"]  # fmt: skip
    said = measure_problems(tmp_path, head + "\n".join(rows) + "\n", ["USA", "CHN"])
    assert [line.split(": ")[0].rpartition(":")[2] for line in said] == ["2", "3", "5"]
    assert ["rate above" in said[0], "unknown economy" in said[1], "overlap" in said[2]] == [True] * 3


def test_where_no_row_can_be_read_there_is_nothing_more_to_say(tmp_path):
    said = measure_problems(tmp_path, HEADER + ROW.replace("0.25", "25") + ROW.replace("0.25", "x"))
    assert [line.split(": ")[0] for line in said] == ["acts.csv:2", "acts.csv:3"]


def test_column_names_are_judged_once_not_in_every_row(tmp_path):
    found = measure_problems(tmp_path, HEADER.replace("rate", "rat") + ROW * 3)
    assert len(found) == 1
    assert found[0].startswith("acts.csv:1: unknown column; got 'rat'; allowed: ")
    assert "did you mean 'rate'" in found[0]
    assert measure_problems(
        tmp_path, HEADER.replace("authority,", "") + "List 1,USA,CHN,2018-12-01,0.25\n"
    ) == [
        "acts.csv:1: no column 'authority'; allowed: columns name, importer, exporter, authority, effective"
    ]


def test_a_short_row_is_no_fault_of_the_header(tmp_path):
    found = measure_problems(tmp_path, HEADER + "List 1,USA\n" + ROW)
    assert found[0] == "acts.csv:2: exporter: exporter is missing; allowed: a value in every row"


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_columns_divided_by_something_else_are_said_to_be_one(tmp_path, mark):
    found = measure_problems(tmp_path, (HEADER + ROW).replace(",", mark))
    assert len(found) == 1
    assert found[0].startswith("acts.csv:1: one column; got ")
    assert found[0].endswith("allowed: columns separated by commas")


# JSON Schema -----------------------------------------------------------------------------------------


def test_the_json_schema_knows_every_key_and_kind():
    schema = json.loads(json.dumps(io.json_schema()))
    assert set(schema["properties"]) == set(tables.ScenarioTable.model_fields)
    assert schema["additionalProperties"] is False
    kinds = schema["properties"]["rules"]["additionalProperties"]["discriminator"]["mapping"]
    assert set(kinds) == set(tables.KINDS)
    assert set(schema["$defs"]["Measure"]["properties"]) == set(tables.Measure.__dataclass_fields__)
    assert schema["$defs"]["Truce"]["properties"]["start"]["format"] == "date"


def test_paths_are_written_as_people_read_them():
    assert faults.dotted(("events", 1, "outcomes", 0, "probability")) == "events[1].outcomes[0].probability"
    assert faults.dotted(()) == ""
    assert len(faults.shown("x" * 1000)) == 78


@pytest.mark.parametrize("read", [io.check_measures, rows.read_csv], ids=["check", "read_csv"])
def test_problems_stop_at_a_hundred_and_the_rest_is_counted(tmp_path, read):
    header = "name,importer,exporter,authority,rate,effective\n"
    file = tmp_path / "measures.csv"
    file.write_text(header + "List 1,USA,CHN,Section 301,lots,2025-01-01\n" * 5_000)
    with pytest.raises(InputError) as error:
        read(file)
    assert len(error.value.problems) <= 102
    said = str(error.value.problems[-1])
    assert "measures.csv: 4,900 rows are left unread after 100 problems; mend these first" in said
    assert "measures.csv:2:" in str(error.value.problems[0])


def test_measures_of_unknown_economies_stop_at_a_hundred(tmp_path):
    header = "name,importer,exporter,authority,rate,effective\n"
    lines = "".join(f"List {k},USA,CHN,Section 301,0.1,2025-01-01\n" for k in range(300))
    (tmp_path / "measures.csv").write_text(header + lines)
    with pytest.raises(InputError) as error:
        io.check_measures(tmp_path / "measures.csv", ["MEX"])
    assert len(error.value.problems) == 101
    assert "more like it" in str(error.value.problems[-1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,importer\n" + "a," * 600_000, r":2: line too long; got 1,200,000 characters"),
        ("name," * 300_000, r":1: line too long"),
        ("name," * 150_000, r":1: too many columns; got 150,000"),
    ],
)
def test_lines_that_no_file_of_measures_has(tmp_path, text, said):
    (tmp_path / "measures.csv").write_text(text)
    with pytest.raises(InputError, match=said):
        io.check_measures(tmp_path / "measures.csv")
