"""Identities: which economy a number, a code or a name of a trade file stands for.

Every agency writes its own: UN Comtrade numbers (842 is the United States), the World Bank's codes (``ROM``
is Romania), the names of the US Census Bureau. The tables in ``data/`` say what each of them is, with their
source. A reader turns what a file says into a *label*: the ISO 3166-1 alpha-3 code, followed by the file's
own designation where that differs: ``USA 842``, ``ROU ROM``. Labels keep two designations of one economy
apart, so that they add up and are reported; `code_of` has the economy.

Kinds: ``economy``; ``former`` (no longer there, such as Czechoslovakia); ``area`` (no economy: bunkers, areas
not elsewhere specified); ``union`` (stands for its members, such as the European Union); ``group`` and
``world`` (totals, which never count); ``unknown``.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

WORLD, GROUP, AREA = "W00", "GROUP", "_X"
"""The codes of the world, of groups that have no code of their own, and of areas that have none."""
MISSING = frozenset({"", "NA", "N/A", "NAN", "NULL", "NONE", "-", "--", "..", "#N/A", "<NA>"})
"""What files write where there is no code; ``NA`` is Namibia's two letters too."""
FIXED: Mapping[str, int] = {"EU27": 2021, "EU28": 2014}
"""Unions of one composition: the members of the European Union in that year."""
OTHER_TWO: Mapping[str, str] = {"UK": "GBR", "EL": "GRC", "EU": "EUN"}
"""Two-letter codes of the European Union's files that are not ISO 3166-1."""
KINDS = ("economy", "former", "area", "union", "group", "world", "unknown")


@dataclass(frozen=True, slots=True)
class Entry:
    """A number or code of an agency.

    Parameters
    ----------
    code : what it counts as: an ISO alpha-3 code, or the agency's own for what is no economy.
    kind : one of `KINDS`.
    name : the agency's name.
    first, last : the years in which it is used; 0 where there is no limit.
    label : the code, with the designation where that differs.
    """

    code: str
    kind: str
    name: str
    first: int = 0
    last: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Tables:
    """What the packaged tables say: entries by number and by code, codes by name, members of unions."""

    by_number: dict[int, Entry] = field(default_factory=dict)
    by_code: dict[str, Entry] = field(default_factory=dict)
    by_name: dict[str, Entry] = field(default_factory=dict)
    kind_of: dict[str, str] = field(default_factory=dict)
    members: dict[str, tuple[tuple[str, str, str], ...]] = field(default_factory=dict)


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a packaged table; lines that begin with ``#`` say where it comes from."""
    text = (files("tradesim.trade_data") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))


@lru_cache(maxsize=1)
def tables() -> Tables:
    """Return the packaged tables, read once."""
    found = Tables()
    _add_economies(found)
    _add_areas(found)
    _add_wits(found)
    _add_names(found)
    for row in rows_of("members"):
        member = (row["member"], row["joined"], row["left"])
        found.members[row["code"]] = (*found.members.get(row["code"], ()), member)
    return found


def _add_economies(found: Tables) -> None:
    for row in rows_of("economies"):
        entry = Entry(row["code"], "economy", row["name"], label=row["code"])
        found.kind_of[row["code"]] = "economy"
        found.by_code.update({row["code"]: entry, row["iso2"]: entry})
        found.by_name.update({plain_name(name): entry for name in (row["name"], *_others(row))})
        if row["number"]:
            found.by_number[int(row["number"])] = entry


def _add_areas(found: Tables) -> None:
    """Add the numbers of the United Nations; one that is not ISO's numeric code is part of its label."""
    own = {entry.code: number for number, entry in found.by_number.items()}
    for row in sorted(rows_of("un_areas"), key=lambda row: (-int(row["last"] or 9999), int(row["number"]))):
        number, given = int(row["number"]), row["code"]
        code = row["economy"] or (WORLD if row["kind"] == "world" else given)
        found.kind_of.setdefault(code, row["kind"])
        other = row["kind"] == "economy" and (code not in own or row["name"].find(" nes") >= 0)
        usual = own.setdefault(code, number) == number and not other
        first, last = (int(row[key] or 0) for key in ("first", "last"))
        entry = Entry(code, row["kind"], row["name"], first, last, code if usual else f"{code} {number}")
        found.by_number[number] = entry
        found.by_name.setdefault(plain_name(row["name"]), entry)
        label = code if given == code else f"{code} {given}"
        found.by_code.setdefault(given, Entry(code, row["kind"], row["name"], label=label))
    for two, code in OTHER_TWO.items():
        found.by_code[two] = found.by_code.get(code, found.by_number[97])


def _add_wits(found: Tables) -> None:
    for row in rows_of("wits_codes"):
        numbered = found.by_number.get(int(row["number"])) if row["number"] else None
        code = row["economy"] or {"world": WORLD, "group": row["code"]}.get(row["kind"], "")
        code = code or (numbered.code if numbered else row["code"])
        found.kind_of.setdefault(code, row["kind"])
        label = code if row["code"] == code else f"{code} {row['code']}"
        label = WORLD if row["kind"] == "world" else label
        found.by_code.setdefault(row["code"], Entry(code, row["kind"], row["name"], label=label))
        found.by_name.setdefault(plain_name(row["name"]), found.by_code[row["code"]])


def _add_names(found: Tables) -> None:
    """Add the names of Schedule C; they come before those of other tables."""
    for row in rows_of("schedule_c"):
        code = row["economy"] or {"world": WORLD, "group": GROUP}.get(row["kind"], AREA)
        found.kind_of.setdefault(code, row["kind"])
        found.by_code.setdefault(code, Entry(code, row["kind"], row["name"], label=code))
        for name in (row["name"], *_others(row)):
            found.by_name[plain_name(name)] = Entry(code, row["kind"], name, label=code)
    found.kind_of[GROUP] = "group"


def _others(row: Mapping[str, str]) -> list[str]:
    return [name for name in row["also"].split(" | ") if name]


def plain_name(name: str) -> str:
    """Return a name without what spellings vary: letter case, accents, punctuation, Saint or St, Is, Islands.

    Examples
    --------
    >>> plain_name("Côte d`Ivoire") == plain_name("COTE D'IVOIRE")
    True
    >>> plain_name("St. Kitts & Nevis") == plain_name("Saint Kitts and Nevis")
    True
    """
    bare = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("&", " and "))
    bare = "".join(c for c in bare if not unicodedata.combining(c)).casefold()
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’‘`´.]", "", bare))
    same = {
        "saint": "st",
        "islands": "is",
        "island": "is",
        "isl": "is",
        "isds": "is",
        "isd": "is",
        "rep": "republic",
    }
    return " ".join(same.get(word, word) for word in words if word not in {"the", "and", "of"})


def code_of(label: str) -> str:
    """Return the code that a label counts as.

    Examples
    --------
    >>> code_of("USA 842"), code_of("USA")
    ('USA', 'USA')
    """
    return label.partition(" ")[0]


def economy(label: str) -> str:
    """Return what a label, or a code of any agency, counts as; a code that no table has stays as it is.

    Examples
    --------
    >>> economy("S19"), economy("US"), economy("QQQ")
    ('TWN', 'USA', 'QQQ')
    """
    entry = tables().by_code.get(code_of(label))
    return entry.code if entry else code_of(label)


def shown(label: str) -> str:
    """Return a label as reports show it: the code, or the name of a group or area without a code.

    Examples
    --------
    >>> shown("FRA 251"), shown("GROUP OECD")
    ('FRA', 'OECD')
    """
    code, _, given = label.partition(" ")
    return given if given and code in {GROUP, AREA} else code


def kind_of(label: str) -> str:
    """Return the kind of a label or code.

    Examples
    --------
    >>> [kind_of(code) for code in ("USA 842", "EUN", "R4", "EAS", "_X", "QQQ")]
    ['economy', 'union', 'unknown', 'group', 'area', 'unknown']
    """
    return tables().kind_of.get(code_of(label), "unknown")


def entry_of_number(number: int) -> Entry | None:
    """Return what a number of the United Nations or of ISO 3166-1 stands for, or ``None``.

    Examples
    --------
    >>> entry_of_number(842).label, entry_of_number(381).label, entry_of_number(490).code
    ('USA 842', 'ITA 381', 'TWN')
    """
    return tables().by_number.get(number)


def entry_of_code(code: str) -> Entry | None:
    """Return what a code of ISO 3166-1, of the United Nations or of the World Bank stands for, or ``None``.

    Examples
    --------
    >>> entry_of_code("ROM").label, entry_of_code("oas").code, entry_of_code("US").code
    ('ROU ROM', 'TWN', 'USA')
    """
    return tables().by_code.get(code.strip().upper())


def entry_of_name(name: str) -> Entry | None:
    """Return what a name stands for, or ``None``.

    Examples
    --------
    >>> entry_of_name("Burma (Myanmar)").code, entry_of_name("Pacific Rim Countries").kind
    ('MMR', 'group')
    >>> entry_of_name("Atlantis")
    """
    return tables().by_name.get(plain_name(name))


def label_of(cell: str, number: str = "") -> str | None:
    """Return the label of an economy that a file gives by a code, by a number, or by both.

    A missing code falls back on the number; where both are known the number is the more exact. ``None`` if
    neither can be a code. Codes and numbers that no table has become a label of their own kind, ``unknown``.

    Raises
    ------
    ValueError
        If code and number stand for different economies; its text says which.

    Examples
    --------
    >>> label_of("NA", "842"), label_of("NA", "516"), label_of("NAM"), label_of("056")
    ('USA 842', 'NAM', 'NAM', 'BEL')
    """
    cell = cell.strip()
    if re.fullmatch(r"\d{1,4}(\.0)?", cell):
        return label_of("", cell) if not number.strip() or _same(cell, number) else _refuse(cell, number)
    found = re.fullmatch(r"(\d{1,4})(\.0)?", number.strip())
    numbered = entry_of_number(int(found[1])) if found else None
    if cell.upper() in MISSING:
        return (numbered.label if numbered else f"N{int(found[1])}") if found else None
    entry = tables().by_code.get(cell.upper()) or (
        tables().by_name.get(plain_name(cell)) if cell == "World" else None
    )
    if entry and numbered and not _agree(entry, numbered):
        return _refuse(f"{cell} ({entry.name})", f"{number.strip()} ({numbered.name})")
    if numbered and (entry or re.fullmatch(r"[_A-Za-z0-9]{2,4}", cell)):
        return numbered.label
    if entry:
        return entry.label
    return cell.upper() if re.fullmatch(r"[_A-Z0-9]{2,4}", cell.upper()) and not cell.isdigit() else None


def _same(cell: str, number: str) -> bool:
    return number.strip().removesuffix(".0").isdigit() and float(cell) == float(number)


def _refuse(cell: str, number: str) -> str:
    raise ValueError(f"{cell} and {number}")


def _agree(entry: Entry, numbered: Entry) -> bool:
    """Say whether a code and a number can be the same: also a former economy and what it has become."""
    if entry.code == numbered.code:
        return True
    if "economy" not in {entry.kind, numbered.kind}:
        return entry.kind == numbered.kind
    return entry.code in parts_of(numbered.code) or numbered.code in parts_of(entry.code)


def parts_of(code: str) -> tuple[str, ...]:
    """Return the economies that a former one has become; empty for all others.

    Examples
    --------
    >>> parts_of("CSK")
    ('CZE', 'SVK')
    """
    return tuple(member for member, joined, _ in tables().members.get(code, ()) if not joined)


def members_of(code: str, year: int) -> tuple[str, ...]:
    """Return the members of a union at the end of a year.

    Examples
    --------
    >>> "GBR" in members_of("EUN", 2018), "HRV" in members_of("EUN", 2010), len(members_of("EUN", 2023))
    (True, False, 27)
    """
    day = f"{FIXED.get(code, year):04d}-12-31"
    rows = tables().members.get("EUN" if code in FIXED else code, ())
    return tuple(
        sorted(member for member, joined, left in rows if joined <= day and (not left or day < left))
    )


def changes_in(code: str, year: int) -> tuple[str, ...]:
    """Return what changed in a union during a year, in words.

    Examples
    --------
    >>> changes_in("EUN", 2013), changes_in("EUN", 2014)
    (('HRV joined on 2013-07-01',), ())
    """
    if code in FIXED:
        return ()
    rows = tables().members.get(code, ())
    joined = [f"{member} joined on {day}" for member, day, _ in rows if day.startswith(str(year))]
    left = [f"{member} was no member from {day}" for member, _, day in rows if day.startswith(str(year))]
    return (*joined, *left)
