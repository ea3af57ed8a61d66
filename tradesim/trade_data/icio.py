"""ICIO: the OECD's Inter-Country Input–Output tables, as published, and any table that pymrio has read.

Layout (OECD, http://oe.cd/icio, ReadMe of each edition; pymrio's `parse_oecd` reads the same): one CSV file
a year (``ICIO2021_2018.csv``, ``2020_SML.csv``), millions of US dollars at basic prices. The first column
names rows, the header columns: ``AUS_01T02`` an industry of a country; ``AUS_HFCE, AUS_NPISH, AUS_GGFC,
AUS_GFCF, AUS_INVNT, AUS_DPABR`` (earlier ``AUS_P33``) final demand; ``OUT`` or ``TOTAL`` the output of a
row. Below the industries stand taxes and value added (``TLS, VA, OUT``; earlier ``AUS_TAXSUB, VALU,
OUTPUT``). The extended edition has parts of China and Mexico (``CN1, CN2, MX1, MX2``) beside them; they are
counted as ``CHN`` and ``MEX``.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.errors import InputError, Problem, fail_if
from tradesim.parsing import number
from tradesim.trade_data.checks import sales_problems
from tradesim.trade_data.containers import Source, open_binary, open_text, reading
from tradesim.trade_data.flows import TradeFlows
from tradesim.trade_data.input_output import Axes, Block, Given, Label, Told, added_up, flows_of, in_capitals
from tradesim.trade_data.left_out import LeftOut
from tradesim.trade_data.regions import Given as GivenRegions
from tradesim.trade_data.regions import Regions
from tradesim.trade_data.scanning import check_lengths, encoding_of
from tradesim.trade_data.tables import Table, first_row, lines_of, of_year
from tradesim.trade_data.units import dollars_in, unit_problems

Floats = NDArray[np.float64]
MILLION = 1e6
YEAR = r"(?<!\d)((?:19|20)\d\d)(?!\d)"
ROWS = 200
"""Rows read at a time: each has thousands of cells."""
FINAL = frozenset(
    {"HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR", "P33", "DIRP", "CONS_ABR", "NONRES", "FD"}
)
INVENTORIES = "INVNT"
DISCREPANCY = "DISC"
TOTALS = frozenset({"OUT", "TOTAL", "OUTPUT"})
ADDED = re.compile(r"TLS|VA|VALU|OUT|OUTPUT|TOTAL|TAXSUB|[A-Z]{3}_TAXSUB|TXS_.*|TTL_.*")
"""Rows below the industries."""
PARTS = {"CN": "CHN", "MX": "MEX"}
CLOSE = 1e-6
"""A share of output within which sales add up to it; the tables are rounded."""


def read_icio(
    path: str | Path,
    regions: GivenRegions = None,
    *,
    products: Given = None,
    year: int | None = None,
    inventories: bool = True,
) -> TradeFlows:
    """Read one year of the OECD's Inter-Country Input–Output tables.

    Parameters
    ----------
    path : the CSV file, also gzipped; or a zip archive, of several years too.
    regions : what to add up: region → the table's codes, ``"*"`` for everything else; or a list of codes and
        groups (``"EU27"``, ``"ASEAN"``, ``"ROW"``; the table's own rest of the world is ``ROW`` too).
    products : ``None`` for all goods and services together, ``"each"`` industry, or group → industries.
    year : the year, where the file's name does not say it.
    inventories : whether changes in inventories count as sales; they can be negative.

    Returns
    -------
    The flows, US dollars at basic prices, with all sales at home on the diagonal.

    Raises
    ------
    InputError
        With every problem placed: another layout, cells that are no numbers, sums below 0.
    """
    file = of_year(Path(path), rf".*{YEAR}", year)
    found = _year_of(file) if year is None else year
    areas = Regions.of(regions)
    with reading(file):
        header, encoding = _header(file)
        columns = [_label(name) for name in header[1:]]
        fail_if(_header_problems(file, header))
        sellers = [label for label in columns if label and label[1] not in FINAL]
        sellers_set = set(sellers)
        axes = Axes.of(areas, products, sellers, str(file))
        stay = FINAL if inventories else FINAL - {INVENTORIES}
        used = np.array(
            [label is not None and (label in sellers_set or label[1] in stay) for label in columns]
        )
        table = _Table(file, encoding, header, used)
        buyers = [label[0] for label, use in zip(columns, used, strict=True) if use and label]
        sales = added_up(axes, buyers, table.blocks())
    left = () if inventories else (LeftOut("changes in inventories", INVENTORIES, 0, table.aside),)
    told = Told(found, "OECD ICIO", table.notes(), left)
    return flows_of(axes, sales, told, split=products is not None)


def from_pymrio(
    system: Any,
    regions: GivenRegions = None,
    *,
    products: Given = None,
    year: int | None = None,
    unit: float | None = None,
) -> TradeFlows:
    """Return the flows of an input–output system that pymrio has read (ICIO, WIOD, EXIOBASE, …).

    Parameters
    ----------
    system : a `pymrio.IOSystem` with ``Z`` and ``Y``, as `pymrio.parse_oecd` and its sisters return it.
    regions, products : as in `read_icio`.
    year : the year, where the system's description does not say it.
    unit : US dollars in one unit of the system, where that is not millions of US dollars: euros need a rate.

    Raises
    ------
    InputError
        If ``Z`` or ``Y`` is missing, the unit is not in US dollars and not given, or there is no year.
    """
    fail_if(_system_problems(system))
    final = [str(column[0] if isinstance(column, tuple) else column) for column in system.Y.columns]
    spelt, notes = in_capitals(dict.fromkeys(str(country) for country, _ in system.Z.index), "Z")
    sellers: list[Label] = [(spelt[str(country)], str(industry)) for country, industry in system.Z.index]
    axes = Axes.of(Regions.of(regions), products, sellers, "Z")
    fail_if(
        Problem("final demand of an unknown country", "Y", repr(country), "the countries of Z")
        for country in dict.fromkeys(final)
        if country not in spelt
    )
    scale = _unit_of(system) if unit is None else unit
    table = np.concatenate([system.Z.to_numpy(np.float64), system.Y.to_numpy(np.float64)], axis=1) * scale
    may_fall = np.arange(table.shape[1]) >= system.Z.shape[1]
    columns = [*system.Z.columns, *system.Y.columns]
    fail_if(
        sales_problems(table, may_fall, lambda k, c: f"{_named(system.Z.index[k])} to {_named(columns[c])}")
    )
    buyers = [spelt[str(country)] for country in (*(country for country, _ in system.Z.columns), *final)]
    sales = added_up(axes, buyers, [(sellers, table)])
    source = str(getattr(getattr(system, "meta", None), "name", "") or "pymrio")
    told = Told(_system_year(system) if year is None else year, source, notes)
    return flows_of(axes, sales, told, split=products is not None)


class _Table:
    """A table as published, read some rows at a time, its totals held against what is read."""

    def __init__(self, file: Source, encoding: str, header: Sequence[str], used: NDArray[np.bool_]) -> None:
        self.file, self.encoding, self.header, self.used = file, encoding, header, used
        names = [label[1] if (label := _label(name)) else "" for name in header[1:]]
        self.stocks = np.array([name == INVENTORIES for name in names], dtype=bool)
        self.outputs = [k for k, name in enumerate(header[1:]) if name in TOTALS]
        self.other = ~used & ~self.stocks
        self.other[self.outputs] = False
        self.may_fall = np.array([not _is_industry(name) for name in header[1:]], dtype=bool)
        self.read = 0
        self.aside, self.off, self.output = 0.0, 0.0, 0.0

    def blocks(self) -> Iterator[Block]:
        """Yield the industries and their sales, US dollars; each industry must come once."""
        left = {name for name in self.header[1:] if _is_industry(name)}
        for frame in self._pieces():
            names = [str(name).strip() for name in frame.index]
            industries = [name for name in names if not ADDED.fullmatch(name)]
            kept = np.array([not ADDED.fullmatch(name) for name in names], dtype=bool)
            rows, block = np.flatnonzero(kept) + self.read, frame.to_numpy()[kept] * MILLION
            self.read += len(names)
            fail_if(_row_problems(self.file, industries, left))
            fail_if(self._sales_problems(rows, industries, block))
            left -= set(industries)
            self._hold_against_totals(block)
            yield [label for name in industries if (label := _label(name))], block[:, self.used]
        if left:
            got = f"no row {min(left)}" + (f" and {len(left) - 1} more" if len(left) > 1 else "")
            fail_if(
                [Problem("rows are missing", str(self.file), got, "a row for every column of an industry")]
            )

    def notes(self) -> tuple[str, ...]:
        """Return what should be said of how sales and output fit."""
        if self.outputs and self.off > CLOSE * max(self.output, 1.0):
            return (f"sales differ from output by {self.off / self.output:.2e} of it",)
        return ()

    def _pieces(self) -> Iterator[pd.DataFrame]:
        numbers = dict.fromkeys(range(1, len(self.header)), "float64")
        with open_binary(self.file) as raw:
            try:
                with pd.read_csv(
                    raw,
                    header=None,
                    skiprows=1,
                    index_col=0,
                    dtype={0: "str"} | numbers,
                    encoding=self.encoding,
                    keep_default_na=False,
                    na_values={k: [""] for k in numbers},  # type: ignore[misc]
                    chunksize=ROWS,
                ) as frames:
                    yield from frames
            except (ValueError, OverflowError) as error:
                raise InputError(_cell_problems(self.file, self.encoding, self.header, str(error))) from None

    def _sales_problems(
        self, rows: NDArray[np.intp], names: Sequence[str], block: Floats
    ) -> Iterator[Problem]:
        """Yield the cells that are no sales, each ``file:line: row, column``."""

        def at(row: int, column: int) -> str:
            (line,) = lines_of(Table(self.file, self.encoding, tuple(self.header), 1), [int(rows[row])])
            return f"{self.file}:{line}: {names[row]}, {self.header[column + 1]}"

        columns = self.used | self.stocks
        cells = np.where(columns, block, 0.0)
        return sales_problems(cells, self.may_fall, at)

    def _hold_against_totals(self, block: Floats) -> None:
        self.aside += float(block[:, self.stocks].sum())
        if self.outputs:
            output = block[:, self.outputs[0]]
            parts = block[:, self.used | self.stocks | self.other].sum(axis=1)
            self.off += float(np.abs(output - parts).sum())
            self.output += float(np.abs(output).sum())


def _row_problems(file: Source, names: Sequence[str], left: set[str]) -> Iterator[Problem]:
    """Yield rows that are no industry of the table, or come twice."""
    for k, name in enumerate(names):
        if name not in left or name in names[:k]:
            allowed = "the industries of the columns, each once; below them TLS, VA, OUT"
            yield Problem("unknown row, or a second time", str(file), repr(name), allowed)


def _header(file: Source) -> tuple[list[str], str]:
    """Return the names of the columns, the first for the rows' own, and the encoding."""
    encoding = encoding_of(file)
    line, header = first_row(file, encoding)
    if len(header) < 3 or line > 1:
        fail_if(
            [Problem("not an ICIO table", f"{file}:1", ", ".join(header)[:80], "COUNTRY_INDUSTRY columns")]
        )
    check_lengths(file, encoding, len(header), 1)
    return header, encoding


def _label(name: str) -> Label | None:
    """Return the country and industry, or final demand, of a name; ``None`` where it is neither.

    Examples
    --------
    >>> _label("AUS_01T02"), _label("CN1_C10T12"), _label("OUT")
    (('AUS', '01T02'), ('CHN', 'C10T12'), None)
    """
    match = re.fullmatch(r"([A-Z]{3}|CN\d|MX\d)_([0-9A-Z]\w*)", name)
    return (PARTS.get(match[1][:2], "") if match[1][2].isdigit() else match[1], match[2]) if match else None


def _is_industry(name: str) -> bool:
    label = _label(name)
    return label is not None and label[1] not in FINAL


def _header_problems(file: Source, header: Sequence[str]) -> Iterator[Problem]:
    """Yield columns that are no country's, or come twice; and a table without industries or final demand."""
    seen: set[str] = set()
    for name in header[1:]:
        if _label(name) is None and name not in TOTALS and name != DISCREPANCY:
            allowed = "COUNTRY_INDUSTRY, COUNTRY_HFCE and other final demand, OUT"
            yield Problem("unknown column", f"{file}:1", repr(name), allowed)
            return
        if name in seen:
            yield Problem("column twice", f"{file}:1", repr(name), "each column once")
        seen.add(name)
    finals = [name for name in seen if _label(name) and not _is_industry(name)]
    if not finals or not any(map(_is_industry, seen)):
        got = ", ".join(header[1:6])
        yield Problem("not an ICIO table", f"{file}:1", got, "industries and final demand, such as AUS_HFCE")


def _year_of(file: Source) -> int:
    """Return the year in a file's name: the last of ``ICIO2021_2018.csv`` or ``2020_SML.csv``."""
    years = re.findall(YEAR, file.name)
    if not years:
        fix = "give year="
        raise InputError(
            [Problem("no year in the file's name", str(file), file.name, "ICIO2021_2018.csv", fix)]
        )
    return int(years[-1])


def _cell_problems(file: Source, encoding: str, header: Sequence[str], said: str) -> Iterator[Problem]:
    """Yield the first cells that are no numbers, each ``file:line``."""
    found = 0
    with open_text(file, encoding) as text:
        lines = csv.reader(text)
        for cells in lines:
            for name, cell in zip(header[1:], cells[1:], strict=False):
                if lines.line_num > 1 and cell and number(cell) is None:
                    found += 1
                    where = f"{file}:{lines.line_num}: {name}"
                    yield Problem("not a number", where, repr(cell[:40]), "millions of US dollars")
                if found >= 20:
                    return
    if not found:
        yield Problem("not CSV", str(file), " ".join(said.split())[:200], "rows of the header's columns")


def _system_problems(system: Any) -> Iterator[Problem]:
    for name in ("Z", "Y"):
        table = getattr(system, name, None)
        if not isinstance(table, pd.DataFrame) or table.empty:
            fix = "use pymrio's parse functions, and calc_all() where coefficients are given"
            yield Problem(f"no {name}", "system", repr(type(system).__name__), "a pymrio.IOSystem", fix)
        elif name == "Z" and (table.index.nlevels != 2 or table.columns.nlevels != 2):
            yield Problem("not country and industry", name, f"{table.index.nlevels} levels", "two levels")


def _unit_of(system: Any) -> float:
    """Return US dollars in one unit of a system."""
    unit = getattr(system, "unit", None)
    units = sorted({str(each) for each in unit.iloc[:, 0]}) if isinstance(unit, pd.DataFrame) else []
    fail_if(unit_problems(units, "system.unit"))
    return float(dollars_in(units[0]))


def _named(label: Any) -> str:
    return ", ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def _system_year(system: Any) -> int:
    said = str(getattr(getattr(system, "meta", None), "description", ""))
    years = re.findall(r"(?:19|20)\d\d", said)
    if not years:
        raise InputError(
            [Problem("no year", "system.meta.description", repr(said[:60]), "a year", "give year=")]
        )
    return int(years[-1])
