"""Countries: files of country codes, such as BACI has beside its data, and labels of countries by name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradesim.errors import Problem, fail_if
from tradesim.trade_data.containers import Source
from tradesim.trade_data.identities import AREA, GROUP, WORLD, code_of, entry_of_name, label_of
from tradesim.trade_data.sums import named
from tradesim.trade_data.tables import Column, Table, find, pieces, placed

LAYOUT = "a file of country codes"
COLUMNS = (
    Column("number", ("country_code", "id", "PartnerCode", "reporterCode"), "whole"),
    Column("name", ("country_name", "country_name_abbreviation", "country_name_abb", "text"), required=False),
    Column("alpha", ("country_iso3", "iso_3digit_alpha", "PartnerCodeIsoAlpha3", "reporterCodeIsoAlpha3")),
)


@dataclass(frozen=True, slots=True)
class CodeList:
    """A file of country codes.

    Parameters
    ----------
    path : the file.
    labels : by numeric code, as `identities.label_of` makes them; one without an ISO code that no table has
        goes by ``N`` and its number.
    """

    path: Source
    labels: Mapping[int, str]

    @property
    def codes(self) -> tuple[str, ...]:
        """Every economy that a table can have."""
        return tuple(dict.fromkeys(map(code_of, self.labels.values())))

    def label_of(self, cell: str, number: str) -> str | None:
        """Return the label of a number that the file has, for rows that give no code of their own."""
        found = re.fullmatch(r"(\d{1,4})(\.0)?", number or cell)
        return self.labels.get(int(found[1])) if found and (not cell or cell == found[0]) else None

    def translated(self, table: Table, piece: pd.DataFrame, column: str) -> "pd.Series[Any]":
        """Return a column of numeric codes as labels.

        Raises
        ------
        InputError
            For codes that the list does not have, each ``file:line``.
        """
        ids, unique = pd.factorize(piece[column])
        labels = np.array([self.labels.get(int(each), "") for each in unique], dtype=object)
        missing = (labels == "")[ids] if len(labels) else np.zeros(0, dtype=bool)
        if missing.any():
            rows = piece.index.to_numpy()[missing]
            given = [f"{column} {each}" for each in piece[column].to_numpy()[missing][:20]]
            fail_if(placed(table, rows, "unknown country code", given, f"a code in {self.path.name}"))
        return named(ids, list(labels), piece.index)


def read_codes(path: str | Source) -> CodeList:
    """Read a file of country codes: of BACI, or the United Nations' list as CSV.

    Raises
    ------
    InputError
        If it has another layout, or a code twice.
    """
    table = find(path, LAYOUT, COLUMNS)
    frame = pd.concat(list(pieces(table, COLUMNS)))
    again = frame["number"].duplicated().to_numpy()
    if again.any():
        rows, given = frame.index.to_numpy()[again], [str(each) for each in frame["number"][again].head(20)]
        fail_if(placed(table, rows, "country code twice", given, "each once"))
    alphas = [str(alpha).strip() for alpha in frame["alpha"].fillna("")]
    labels: dict[int, str] = {}
    for number, alpha in zip(frame["number"], alphas, strict=True):
        labels[int(number)] = _label(int(number), alpha, labels)
    return CodeList(table.path, labels)


def _label(number: int, alpha: str, before: Mapping[int, str]) -> str:
    """Return the label of a number; where the file numbers otherwise than the United Nations, its code's."""
    try:
        return label_of(alpha, str(number)) or f"N{number}"
    except ValueError:
        label = label_of(alpha) or f"N{number}"
        return f"{code_of(label)} {number}" if label in before.values() else label


def labels_of_names(names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the label of each name of a file, "" where it is not known.

    Parameters
    ----------
    names : each once.
    given : the caller's own codes, by name.

    Two names of one economy have labels of their own, so that they add up; so have all groups and areas.

    Examples
    --------
    >>> labels_of_names(["China", "Burma", "Myanmar", "OECD", "Atlantis"], {})
    {'China': 'CHN', 'Burma': 'MMR', 'Myanmar': 'MMR Myanmar', 'OECD': 'GROUP OECD', 'Atlantis': ''}
    """
    labels: dict[str, str] = {}
    for name in names:
        entry = entry_of_name(name)
        code = given.get(name) or (entry.code if entry else "")
        plain = code == WORLD or (code not in {GROUP, AREA} and code not in labels.values())
        labels[name] = code if plain or not code else f"{code} {name}"
    return labels


def unknown_names(names: Sequence[str], where: str, allowed: str) -> Iterator[Problem]:
    """Yield the countries that no code was found for."""
    for name in names:
        fix = f"give countries={{{name!r}: 'XYZ'}} with its ISO alpha-3 code"
        yield Problem("unknown country", where, repr(name), allowed, fix)
