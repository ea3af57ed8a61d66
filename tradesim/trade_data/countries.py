"""Countries: the numeric codes of trade files as ISO 3166 alpha-3, by what the files bring or by pycountry.

The United Nations number some economies otherwise than ISO 3166 does, because their trade is recorded for
another territory: the United States with Puerto Rico and the Virgin Islands are 842, not 840; France with
Monaco 251, Norway with Svalbard 579, Switzerland with Liechtenstein 757, India 699. Taiwan is not listed;
its trade is in 490, 'Other Asia, not elsewhere specified' (UN Comtrade, list of reporters and partners).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from tradesim.economies import CODE
from tradesim.errors import MissingExtraError, Problem, fail_if
from tradesim.trade_data.containers import Source
from tradesim.trade_data.sums import named
from tradesim.trade_data.tables import Column, Table, find, pieces, placed

LAYOUT = "a file of country codes"
COLUMNS = (
    Column("number", ("country_code", "id", "PartnerCode", "reporterCode"), "whole"),
    Column("name", ("country_name", "country_name_abbreviation", "country_name_abb", "text"), required=False),
    Column("alpha", ("country_iso3", "iso_3digit_alpha", "PartnerCodeIsoAlpha3", "reporterCodeIsoAlpha3")),
)
TERRITORIES: Mapping[int, tuple[str, str]] = {
    842: ("USA", "with Puerto Rico and the US Virgin Islands"),
    251: ("FRA", "with Monaco"),
    579: ("NOR", "with Svalbard and Jan Mayen"),
    757: ("CHE", "with Liechtenstein"),
    699: ("IND", "without Sikkim before 1975"),
    490: ("S19", "Other Asia, nes: in practice Taiwan"),
}
"""Numeric codes of the United Nations that ISO 3166 does not have."""
UNION_NUMBERS: Mapping[int, str] = {97: "EUN", 918: "EUN"}
"""The European Union as one, of UN Comtrade and of WITS."""
CENSUS_NAMES: Mapping[str, str] = {
    "Korea": "KOR",
    "South Korea": "KOR",
    "Burma": "MMR",
    "Burma (Myanmar)": "MMR",
    "Russia": "RUS",
    "Turkey": "TUR",
    "Macau": "MAC",
    "Brunei": "BRN",
    "Kosovo": "XKX",
    "Cote d'Ivoire": "CIV",
    "Cote d`Ivoire": "CIV",
    "European Union": "EUN",
    "Cape Verde": "CPV",
    "Swaziland": "SWZ",
    "Curacao": "CUW",
    "Reunion": "REU",
    "Vatican City": "VAT",
    "Falkland Islands": "FLK",
    "Congo (DROC)": "COD",
    "Congo (ROC)": "COG",
    "Bosnia-Hercegov": "BIH",
    "St Lucia": "LCA",
    "St Kitts and Nevis": "KNA",
    "St Vincent and the Grenadines": "VCT",
    "Micronesia": "FSM",
}
"""Names in US statistics that pycountry does not know."""


@dataclass(frozen=True, slots=True)
class CodeList:
    """A file of country codes.

    Parameters
    ----------
    path : the file.
    alpha_of, name_of : by numeric code; an economy without an ISO code goes by ``N`` and its number.
    """

    path: Source
    alpha_of: Mapping[int, str]
    name_of: Mapping[int, str] = field(default_factory=dict)

    @property
    def alphas(self) -> tuple[str, ...]:
        """Every code that a table can have."""
        return tuple(dict.fromkeys(self.alpha_of.values()))

    def translated(self, table: Table, piece: pd.DataFrame, column: str) -> "pd.Series[Any]":
        """Return a column of numeric codes as alpha-3.

        Raises
        ------
        InputError
            For codes that the list does not have, each ``file:line``.
        """
        ids, unique = pd.factorize(piece[column])
        alphas = np.array([self.alpha_of.get(int(each), "") for each in unique], dtype=object)
        missing = (alphas == "")[ids] if len(alphas) else np.zeros(0, dtype=bool)
        if missing.any():
            rows = piece.index.to_numpy()[missing]
            given = [f"{column} {each}" for each in piece[column].to_numpy()[missing][:20]]
            fail_if(placed(table, rows, "unknown country code", given, f"a code in {self.path.name}"))
        return named(ids, list(alphas), piece.index)

    def notes(self, met: Collection[str]) -> tuple[str, ...]:
        """Return what the codes of a table hold beside what their name says."""
        found = []
        for number, (_, holds) in TERRITORIES.items():
            alpha = self.alpha_of.get(number)
            if alpha in met and number != 490:
                found.append(f"{alpha} is code {number}: {holds}")
        for alpha in self.alphas:
            several = [number for number, own in self.alpha_of.items() if own == alpha]
            if len(several) > 1 and alpha in met:
                named = " and ".join(f"{self.name_of.get(number, '')} ({number})" for number in several)
                found.append(f"{alpha} is {named}")
        return tuple(found)


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
    numbers = [int(number) for number in frame["number"]]
    alphas = [str(alpha).strip() for alpha in frame["alpha"].fillna("")]
    names = frame["name"].fillna("") if "name" in frame else [""] * len(numbers)
    alpha_of = {
        number: alpha if CODE.fullmatch(alpha) else f"N{number}"
        for number, alpha in zip(numbers, alphas, strict=True)
    }
    return CodeList(table.path, alpha_of, dict(zip(numbers, map(str, names), strict=True)))


def alpha_of_number(number: int) -> str:
    """Return the alpha-3 code of a numeric one, or "" where there is none; needs pycountry.

    Examples
    --------
    >>> alpha_of_number(842), alpha_of_number(156)
    ('USA', 'CHN')
    """
    if number in TERRITORIES:
        return TERRITORIES[number][0]
    if number in UNION_NUMBERS:
        return UNION_NUMBERS[number]
    found = _pycountry().get(numeric=f"{number:03d}")
    return str(found.alpha_3) if found else ""


def alpha_of_name(name: str) -> str:
    """Return the alpha-3 code of a country's name, or "" where it is not known; needs pycountry.

    Examples
    --------
    >>> alpha_of_name("Korea"), alpha_of_name("China"), alpha_of_name("Atlantis")
    ('KOR', 'CHN', '')
    """
    if name in CENSUS_NAMES:
        return CENSUS_NAMES[name]
    try:
        return str(_pycountry().lookup(name).alpha_3)
    except LookupError:
        return ""


def _pycountry() -> Any:
    try:
        return import_module("pycountry").countries
    except ImportError:
        said = "codes of countries need pycountry"
        raise MissingExtraError(said, "countries", "name them yourself") from None


def unknown_names(names: Sequence[str], where: str, allowed: str) -> Iterator[Problem]:
    """Yield the countries that no code was found for."""
    for name in names:
        fix = f"give countries={{{name!r}: 'XYZ'}} with its ISO alpha-3 code"
        yield Problem("unknown country", where, repr(name), allowed, fix)
