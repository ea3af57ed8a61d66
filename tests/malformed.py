"""Malformed files, made from good ones: each is refused with a message that names it.

Every case is ``(name, ending, bytes)``. Cases are made line by line, so that each is wrong for certain: a
file that is cut behind an equals sign is no TOML, an empty table is a value of no key.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1] / "tradesim"
GOOD_SCENARIO = (ROOT / "scenarios/data/us-china-2025-10.toml").read_text(encoding="utf-8")
OWN_SCENARIO = """\
name = "own"
title = "Two economies, one act, two rules"
start = 2027-01-01
end = 2027-12-31

[economies]
codes = ["AAA", "BBB"]
imports = [[0, 300e9], [200e9, 0]]
gdp = [2e12, 1e12]
vintage = "2023"

[schedule]
title = "made up"
complete = true

[[measures]]
name = "opening"
importer = "AAA"
exporter = "BBB"
authority = "surcharge"
rate = 0.10
coverage = 0.5
effective = 2027-01-15
announced = 2027-01-04
expires = 2027-11-01

[rules.BBB]
kind = "match"
reaction = 10
ratio = 0.8

[[truces]]
name = "pause"
parties = ["AAA", "BBB"]
start = 2027-04-01
end = 2027-06-01
surcharges = 0.5
at_end = "lapse"

[[events]]
name = "vote"
date = 2027-03-01

[[events.outcomes]]
name = "yes"
probability = 0.25
effects = [{ action = "end_truce", target = "pause", on = 2027-05-01 }]

[[events.outcomes]]
name = "no"
probability = 0.75

[branches.calm]
vote = "yes"
"""
GOOD_CSV = """\
name,importer,exporter,authority,rate,coverage,effective,expires,announced,status,stacking,against,basis,note
List 1,USA,CHN,Section 301,0.25,0.118,2018-07-06,,2018-06-15,enacted,add,,ad_valorem,"first, of four"
List 2,USA,CHN,Section 301,0.25,0.05,2018-08-23,2019-09-01,2018-08-07,enacted,add,,ad_valorem,
Answer,CHN,USA,retaliation,0.25,0.3,2018-07-06,,2018-06-16,enacted,add,,ad_valorem,
Deal,CHN,USA,agreement,0.15,1.0,2019-07-06,,,enacted,add,retaliation;Section 301,cap,
"""
SAID = re.compile(r"^(\w+)( = )(.+)$")
"""A key and its value on one line."""


def cases():
    """Every malformed file, as (name, ending, bytes)."""
    for origin, text in (("packaged", GOOD_SCENARIO), ("own", OWN_SCENARIO)):
        for name, changed in [*by_line(text), *by_key(text)]:
            yield f"{origin}: {name}", ".toml", changed.encode()
    for name, text in [*shapes_of_scenarios(), *meanings_of_scenarios()]:
        yield name, ".toml", text.encode()
    for name, text in [*rows_of_measures(), *tables_of_measures()]:
        yield name, ".csv", text.encode()
    for ending, text in ((".toml", GOOD_SCENARIO), (".csv", GOOD_CSV)):
        yield from ((f"{ending}: {name}", ending, raw) for name, raw in bytes_of(text))


def by_line(text):
    """Each line with a key: cut behind the sign, given twice, given another key, or an empty table."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        said = SAID.match(line)
        if not said or said[3].startswith('"""'):
            continue
        key = f"line {at + 1} {said[1]}"
        yield f"{key} cut", "\n".join([*lines[:at], f"{said[1]} ="])
        yield f"{key} misspelt", _with(lines, at, f"{said[1]}x{said[2]}{said[3]}")
        yield f"{key} a table", _with(lines, at, f"{said[1]} = {{}}")
        if not said[3].endswith("["):
            yield f"{key} given twice", _with(lines, at, f"{line}\n{line}")


WRONG = {
    "probability": ["nan", "inf", "-0.1", "1.1", "70", '"half"', "true"],
    "cap": ["nan", "inf", "-1", "125", '"125 %"'],
    "ratio": ["nan", "-inf", "-0.5", "80", "true"],
    "reaction": ["0", "-2", "2.5", '"2"', "1e3", "99999999999", "true"],
    "coverage": ["nan", "-0.1", "50", "1.01"],
    "rate": ["nan", "inf", "-0.25", "25", '"25 %"', "true"],
    "surcharges": ["nan", "-0.5", "50"],
    "start": [
        "2025-02-30",
        '"soon"',
        "20251023",
        "2025-10-23T12:00:00",
        "1500-01-01",
        "2999-01-01",
        '"10/23/2025"',
    ],
    "end": ["2025-02-30", '"later"', "1999-01-01", "12:00:00", "0"],
    "date": ["2024-01-01", "2099-01-01", '"2025-10"', "true"],
    "effective": ["2027-13-01", '"Jan 2027"', "2027-01-15T08:00:00Z", "2028-01-01"],
    "announced": ["2028-01-01", '""', "1"],
    "as_of": ["2016-01-01", '"yesterday"', "2025-10-23T09:30:00"],
    "kind": ['"macth"', '""', "3", "[]"],
    "importer": ['"USA"', '"aaa"', '"BBB"', '""', "1"],
    "at_end": ['"snap back"', '""', "false"],
    "parties": ['["AAA"]', '["AAA", "USSR"]', '["aaa", "BBB"]', '"AAA and BBB"', "[1, 2]", "[[]]"],
    "codes": ['["AAA"]', '["AAA", "AAA"]', '["AAA", "b b"]', "[]", '["AAA", "BBB", "CCC"]'],
    "imports": [
        "[[0, 1]]",
        "[[0, 1], [2]]",
        "[[0, nan], [1, 0]]",
        "[[0, -1], [1, 0]]",
        '[["0", 1], [1, 0]]',
        "1e12",
    ],
    "gdp": ["[1.0]", "[-1, 1]", "[inf, 1]", "[[1, 1]]"],
    "complete": ["1", '"yes"'],
    "name": ['""', "7", "[]"],
}
"""Values that are wrong for a key wherever it stands."""


def by_key(text):
    """The first and the last line of each key with each value that is wrong for it, and without the key."""
    lines = text.split("\n")
    for key, values in WRONG.items():
        found = [at for at, line in enumerate(lines) if line.startswith(f"{key} = ")]
        for at in sorted({*found[:1], *found[-1:]} if key not in {"name", "end"} else {*found[:1]}):
            for value in values:
                yield f"line {at + 1} {key} = {value}", _with(lines, at, f"{key} = {value}")
    for key in (
        "name",
        "start",
        "end",
        "kind",
        "probability",
        "date",
        "codes",
        "importer",
        "rate",
        "parties",
    ):
        for at in [at for at, line in enumerate(lines) if line.startswith(f"{key} = ")]:
            yield f"line {at + 1} {key} left out", _with(lines, at, "")


def _with(lines, at, line):
    return "\n".join([*lines[:at], line, *lines[at + 1 :]])


def _swap(old, new, text=GOOD_SCENARIO, count=1):
    assert old in text, old
    return text.replace(old, new, count)


def shapes_of_scenarios():
    """Scenario files that are not the tables they should be, or too much for a parser."""
    yield "a header not closed", _swap("[rules.CHN]", "[rules.CHN")
    yield "a list header not closed", _swap("[[events]]", "[[events]")
    yield "one event without its list", OWN_SCENARIO.replace("[[events]]", "[events]")
    yield "one truce without its list", OWN_SCENARIO.replace("[[truces]]", "[truces]")
    yield "a rule as a list", _swap("[rules.CHN]", "[[rules.CHN]]")
    yield "a record as a list", _swap("[record]", "[[record]]")
    yield "a table given twice", GOOD_SCENARIO + "\n[rules.USA]\nkind = 'passive'\n"
    yield "an unknown table", GOOD_SCENARIO + "\n[shocks]\nrate = 1\n"
    yield "economies beside a record", GOOD_SCENARIO + '\n[economies]\ncodes = ["USA", "CHN"]\n'
    yield "a schedule beside a record", GOOD_SCENARIO + '\n[schedule]\ntitle = "mine"\n'
    yield "neither record nor economies", 'name = "x"\nstart = 2025-01-01\nend = 2025-02-01\n'
    yield "measures without economies", OWN_SCENARIO.replace("[economies]", "[[shocks]]")
    yield (
        "events without outcomes",
        GOOD_SCENARIO + '\n[[events]]\nname = "x"\ndate = 2025-12-01\noutcomes = []\n',
    )
    yield "no text at all", ""
    yield "spaces only", "  \n\t\n"
    yield "a comment only", "# to be written\n"
    yield "JSON", '{"name": "x"}'
    yield "YAML", "name: x\nstart: 2025-01-01\n"
    yield "INI with colons", "[record]\nname: us-china\n"
    yield "HTML", "<!DOCTYPE html>\n<html></html>\n"
    yield "a text not closed", _swap('name = "talks"', 'name = "talks')
    yield "a long text not closed", _swap('description = """', 'description = """"""x """')
    yield "an escape that is none", _swap('name = "talks"', r'name = "\talks\q"')
    yield "a key without a value", _swap("[rules.CHN]", "[rules.CHN]\nratchet")
    yield "True with a capital", _swap("[rules.CHN]", "[rules.CHN]\nratchet = True")
    yield "null", _swap("[rules.CHN]", "[rules.CHN]\ntolerance = null")
    yield "a percent sign", _swap("cap = 1.25", "cap = 125 %")
    yield "a comma for a point", _swap("cap = 1.25", "cap = 1,25")
    yield "a colon for a sign", _swap("cap = 1.25", "cap: 1.25")
    yield "a list not closed", _swap('parties = ["USA", "CHN"]', 'parties = ["USA", "CHN"')
    yield (
        "an inline table over two keys",
        _swap('{ action = "revoke"', '{ action = "revoke" action = "revoke"'),
    )
    yield "a key of 50 000 parts", "a" + ".a" * 50_000 + " = 1\n" + GOOD_SCENARIO
    yield "a header of 50 000 parts", GOOD_SCENARIO + "\n[a" + ".a" * 50_000 + "]\n"
    yield "a quoted key of 30 000 parts", '"a"' + '."a"' * 30_000 + " = 1\n"
    yield "100 000 lists in one another", "a = " + "[" * 100_000 + "]" * 100_000 + "\n"
    yield "100 000 tables in one another", "a = " + "{a=" * 100_000 + "1" + "}" * 100_000 + "\n"
    yield "a line of 200 000 numbers", "a = [" + "1," * 200_000 + "]\n"
    yield "a number of 100 000 digits", _swap("cap = 1.25", "cap = " + "9" * 100_000)
    yield "a number of 400 digits", _swap("cap = 1.25", "cap = " + "9" * 400)
    yield "a number beyond floats", _swap("cap = 1.25", "cap = 1e999")
    yield "a hundred thousand tables", "[[events]]\n" * 100_000
    yield "half a million signs", "=\n" * 500_000
    yield "10 000 tables of 90 keys", "".join("[" + "a." * 30 + f"b{k}]\n" for k in range(10_000))
    yield "2 MB", "# " + "x" * 2_000_000
    yield "15 000 unknown keys", "".join(f"key_{k} = 1\n" for k in range(15_000)) + GOOD_SCENARIO


def meanings_of_scenarios():
    """Scenario files whose tables are in order, one by one, and do not go together."""
    yield "probabilities of 0.9", _swap("probability = 0.7", "probability = 0.6")
    yield "no such dataset", _swap('name = "us-china"\n', 'name = "us-chna"\n')
    yield "a rule of a stranger", _swap("[rules.CHN]", "[rules.CHIN]")
    yield "a rule in small letters", _swap("[rules.CHN]", "[rules.chn]")
    yield "a truce with a stranger", _swap('["USA", "CHN"]', '["USA", "JPN"]')
    yield "a truce that suspends nothing known", _swap('"IEEPA reciprocal, 24 points"', '"IEEPA reciprcal"')
    yield "an effect on nothing known", _swap('target = "IEEPA fentanyl"', 'target = "IEEPA fentanil"')
    yield (
        "an effect on no truce",
        _swap('action = "end_truce", target = "geneva"', 'action = "end_truce", target = "gen"'),
    )
    yield "an action that is none", _swap('action = "revoke"', 'action = "cancel"')
    yield "a rate that is not set", _swap(", rate = 0.10", "")
    yield "an extension to no day", _swap(", until = 2026-11-10", "")
    yield "an effect before its event", _swap("on = 2025-11-01 }", "on = 2025-10-01 }")
    yield "an effect at 10 as a percentage", _swap("rate = 0.10", "rate = 10.5")
    yield "an event after the end", _swap("date = 2025-10-31", "date = 2026-11-10")
    yield "an event before the start", _swap("date = 2025-10-26", "date = 2025-10-22")
    yield "two events of one name", _swap('name = "talks"', 'name = "summit"')
    yield "two outcomes of one name", _swap('name = "deadlock"', 'name = "framework"')
    yield "a branch of no event", _swap('talks = "deadlock"', 'tlaks = "deadlock"')
    yield "a branch of no outcome", _swap('talks = "deadlock"', 'talks = "dead end"')
    yield "a branch that leaves an event open", _swap('talks = "deadlock"\n', "")
    yield "a horizon of no day", _swap("end = 2026-11-10", "end = 2025-10-23")
    yield "known before the record", _swap("as_of = 2025-10-23", "as_of = 2017-12-31")
    yield "begun before the record", _swap("start = 2025-10-23", "start = 2017-12-31")
    yield "without what is not there", _swap("as_of = 2025-10-23", 'as_of = 2025-10-23\nwithout = ["IEPA*"]')
    yield "an economy that is not there", _swap("as_of = 2025-10-23", 'economies = ["USA", "JPN"]')
    further = (
        '\n[[measures]]\nname = "more"\nimporter = "USA"\nexporter = "{}"\nauthority = "x"\nrate = 0.1\n'
    )
    yield "a measure on a stranger", GOOD_SCENARIO + further.format("JPN") + "effective = 2025-12-01\n"
    again = OWN_SCENARIO[OWN_SCENARIO.index("[[measures]]") : OWN_SCENARIO.index("[rules.BBB]")]
    yield "a measure given twice", OWN_SCENARIO + "\n" + again
    yield "levels that overlap", OWN_SCENARIO + "\n" + again.replace("01-15", "06-15")
    yield "a tariff without a rate", _swap("rate = 0.10\n", "", OWN_SCENARIO)
    yield "an end before the start", _swap("expires = 2027-11-01", "expires = 2026-11-01", OWN_SCENARIO)
    yield "a truce that ends first", _swap("end = 2027-06-01", "end = 2027-03-01", OWN_SCENARIO)
    yield (
        "caps that are exclusive",
        _swap("rate = 0.10", 'rate = 0.1\nbasis = "cap"\nstacking = "exclusive"', OWN_SCENARIO),
    )


def rows_of_measures():
    """Files of measures with one cell that is wrong."""
    header, _, *rest = GOOD_CSV.split("\n")
    names = header.split(",")
    cells = ["List 1", "USA", "CHN", "Section 301", "0.25", "0.118", "2018-07-06", "", "2018-06-15"]
    cells += ["enacted", "add", "", "ad_valorem", ""]
    wrong = {
        "name": [""],
        "importer": ["", "usa", "CHN", "U S A", "U"],
        "exporter": ["", "chn", "CHINA!", "USA"],
        "authority": ["", "   "],
        "rate": ["", "25", "25%", "0,25", "nan", "inf", "-0.25", "abc", "0x1"],
        "coverage": ["11.8", "-0.1", "nan", "inf", "1.01", "most"],
        "effective": [
            "",
            "2018-02-30",
            "06/07/2018",
            "2018-7-6",
            "2018-07",
            "soon",
            "1066-01-01",
            "2018-06-01",
        ],
        "expires": ["2018-07-05", "never", "2018-13-01", "20.7.2018"],
        "announced": ["2018-07-07", "yesterday"],
        "status": ["Enacted", "on", "enacted;"],
        "stacking": ["sum", "replace", "Add"],
        "against": ["MFN"],
        "basis": ["percent", "specific", "Floor"],
    }
    for name, values in wrong.items():
        for value in values:
            changed = [value if column == name else cell for column, cell in zip(names, cells, strict=True)]
            quoted = ",".join(f'"{cell}"' if "," in cell else cell for cell in changed)
            yield f"CSV {name} = {value!r}", "\n".join([header, quoted, *rest])


def tables_of_measures():
    """Files of measures that are no table, or whose rows do not go together."""
    header, first, second, *rest = GOOD_CSV.split("\n")
    after = "\n".join([second, *rest])
    yield "CSV of nothing", ""
    yield "CSV of a newline", "\n"
    yield "CSV of a header", header
    yield "CSV of blank rows", f"{header}\n,,,\n\n"
    yield "CSV without a header", f"{first}\n{after}"
    yield "CSV with a column twice", f"{header},rate\n{first},0.25\n"
    yield "CSV with a long row", f"{header}\n{first},and,more\n{after}"
    yield "CSV with a short row", f"{header}\nList 1,USA,CHN\n{after}"
    yield "CSV with a quote not closed", f'{header}\n"{first}\n{after}'
    yield "CSV with text behind a quote", f'{header}\n"List 1"x{first[6:]}\n{after}'
    yield "CSV with semicolons", GOOD_CSV.replace(",", ";")
    yield "CSV with tabs", GOOD_CSV.replace(",", "\t")
    yield "CSV with bars", GOOD_CSV.replace(",", "|")
    yield "CSV with a row twice", f"{header}\n{first}\n{first}\n{after}"
    yield "CSV with levels that overlap", f"{header}\n{first}\n{first.replace('2018-07-06', '2018-09-01')}\n"
    for name in ("name", "importer", "exporter", "authority", "rate", "effective"):
        yield f"CSV without {name}", GOOD_CSV.replace(f"{name},", f"x_{name},", 1)
        yield f"CSV with {name} misspelt", GOOD_CSV.replace(f"{name},", f"{name}s,", 1)
    yield "CSV that is TOML", GOOD_SCENARIO
    yield "CSV that is HTML", "<table><tr><td>List 1</td></tr></table>\n"
    yield "CSV that is JSON", '[{"name": "List 1", "rate": 0.25}]\n'
    yield "CSV in capitals", GOOD_CSV.upper()


def bytes_of(text):
    """A good file in bytes that are not its text."""
    raw = text.encode()
    middle = len(raw) // 2
    yield "UTF-16", text.encode("utf-16")
    yield "UTF-32", text.encode("utf-32")
    yield "Latin-1", text.replace("a", "ä", 1).encode("latin-1")
    yield "a NUL at the start", b"\0" + raw
    yield "a NUL inside", raw[:middle] + b"\0" + raw[middle:]
    yield "NULs only", b"\0" * 100
    yield "a byte that is none", raw[:middle] + b"\xff" + raw[middle:]
    yield "half a letter at the end", raw + b"\xe2\x82"
    yield "a surrogate", raw[:middle] + b"\xed\xa0\x80" + raw[middle:]
    yield "a zip file", b"PK\x03\x04" + bytes(range(128, 256))
    yield "a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
    yield "two byte order marks", b"\xef\xbb\xbf" * 2 + raw
