"""Input–output tables: all sales of every industry, at home and abroad, added up to flows.

A table says what each industry of each country sells to each industry (intermediate use) and to each
category of final demand of every country. Who buys what is the sum over uses; the diagonal is sales at
home.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradesim.economies import CODE, CODE_ALLOWED
from tradesim.errors import Problem, fail_if, unknown_name
from tradesim.trade_data.checks import idle_problems, sum_problems
from tradesim.trade_data.flows import TradeFlows
from tradesim.trade_data.left_out import LeftOut, dollars
from tradesim.trade_data.regions import REST, Regions

Floats = NDArray[np.float64]
Label = tuple[str, str]
"""A country's code, and an industry or a category of final demand."""
Block = tuple[Sequence[Label], Floats]
"""R industries of a table, and their (R, C) sales to each column, US dollars."""
Given = str | Mapping[str, str | Sequence[str]] | None
"""What these readers take for ``products``: ``"each"``, group → industries, or ``None`` for all together."""
EACH = "each"


@dataclass(frozen=True, slots=True)
class Axes:
    """Where the rows and columns of a table go.

    Parameters
    ----------
    codes, groups : the economies and the groups of industries.
    countries : the countries of the table that are in no region.
    place_of : the position of each country: its region's, or one after those.
    group_of : the position of the group of each industry; ``len(groups)`` for those in none.
    members : the countries of each region.
    """

    codes: tuple[str, ...]
    groups: tuple[str, ...]
    countries: tuple[str, ...]
    place_of: Mapping[str, int]
    group_of: Mapping[str, int]
    members: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, regions: Regions, given: Given, sellers: Sequence[Label], where: str) -> "Axes":
        """Return the axes of a table whose rows are known.

        Raises
        ------
        InputError
            For regions without a country in the table, and industries that it does not have.
        """
        countries = tuple(dict.fromkeys(country for country, _ in sellers))
        industries = tuple(dict.fromkeys(industry for _, industry in sellers))
        region_of = {country: regions.region(country) for country in countries}
        fail_if(_region_problems(regions, region_of, where))
        codes = regions.codes or countries
        strays = tuple(country for country in countries if not region_of[country])
        places = {name: k for k, name in enumerate((*codes, *strays))}
        groups = _groups(given, industries, where)
        named = {member: k for k, members in enumerate(groups.values()) for member in members}
        return cls(
            codes,
            tuple(groups),
            strays,
            {country: places[region_of[country] or country] for country in countries},
            {each: named.get(each, named.get(REST, len(groups))) for each in industries},
            {code: tuple(c for c in countries if region_of[c] == code) for code in codes},
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What a result says of itself: as in `TradeFlows`."""

    year: int
    source: str
    notes: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def in_capitals(countries: Iterable[str], where: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the code of every country of a table in capitals, and a note on those that were not.

    Raises
    ------
    InputError
        For names that are no codes in capitals either, and codes that are the same then.

    Examples
    --------
    >>> in_capitals(["USA", "RoW"], "Z")
    ({'USA': 'USA', 'RoW': 'ROW'}, ('codes are written in capitals: RoW',))
    """
    spelt = {country: country.upper() for country in countries}
    fail_if(
        Problem("not an economy code", where, repr(country), CODE_ALLOWED, "rename_regions() gives it one")
        for country, code in spelt.items()
        if not CODE.fullmatch(code)
    )
    fail_if(
        Problem("two economies of one code", where, repr(country), "each code once, in capitals or not")
        for country, code in spelt.items()
        if country != code and code in spelt
    )
    changed = [country for country, code in spelt.items() if country != code]
    return spelt, (f"codes are written in capitals: {', '.join(changed)}",) if changed else ()


def added_up(axes: Axes, buyers: Sequence[str], blocks: Iterable[Block]) -> Floats:
    """Return the sales of a table, importer × exporter × group of industries; those left out come after.

    Parameters
    ----------
    buyers : (C,) the country of every column of the blocks.
    """
    n = len(axes.codes) + len(axes.countries)
    into = np.zeros((len(buyers), n))
    into[np.arange(len(buyers)), [axes.place_of[country] for country in buyers]] = 1.0
    sales = np.zeros((n, len(axes.groups) + 1, n))
    for sellers, block in blocks:
        exporter = [axes.place_of[country] for country, _ in sellers]
        group = [axes.group_of[industry] for _, industry in sellers]
        np.add.at(sales, (exporter, group), block @ into)
    return np.moveaxis(sales, 2, 0)


def flows_of(axes: Axes, sales: Floats, told: Told, *, split: bool) -> TradeFlows:
    """Return the flows of sales that were added up; refuse those below 0.

    Parameters
    ----------
    sales : as `added_up` returns them.
    split : whether industries are told apart.
    """
    n, k = len(axes.codes), len(axes.groups)
    kept = sales[:n, :n, :k]
    fail_if(_negative_problems(axes, kept, told.source))
    fail_if(idle_problems(kept, axes.codes, told.source, axes.place_of))
    fail_if(sum_problems(kept, told.source, domestic=True))
    return TradeFlows(
        codes=axes.codes,
        imports=np.ascontiguousarray(kept if split else kept.sum(axis=2)),
        year=told.year,
        source=told.source,
        products=axes.groups if split else (),
        valuation="basic prices",
        domestic=True,
        members=axes.members,
        left_out=(*_left_out(axes, sales), *told.left_out),
        notes=told.notes,
    )


def _left_out(axes: Axes, sales: Floats) -> Iterator[LeftOut]:
    """Yield what is in no region or group, each sale once: by seller, else buyer, else industry."""
    n, k = len(axes.codes), len(axes.groups)
    for country in axes.countries:
        place = axes.place_of[country]
        yield LeftOut("in no region", f"exporter {country}", 0, float(sales[:, place].sum()))
        yield LeftOut("in no region", f"importer {country}", 0, float(sales[place, :n].sum()))
    others = float(sales[:n, :n, k].sum())
    if others:
        named = ", ".join(industry for industry, group in axes.group_of.items() if group == k)
        yield LeftOut("in no group of industries", named, 0, others)


def _groups(given: Given, industries: Sequence[str], where: str) -> dict[str, list[str]]:
    """Return the industries of every group."""
    if given is None:
        return {"": [REST]}
    if given == EACH:
        return {industry: [industry] for industry in industries}
    if not isinstance(given, Mapping) or not given:
        allowed = "'each', a mapping from names to industries, or None"
        fail_if([Problem("not industries", "products", repr(given), allowed)])
        raise AssertionError
    groups = {
        str(name): [members] if isinstance(members, str) else [str(each) for each in members]
        for name, members in given.items()
    }
    named = [member for members in groups.values() for member in members]
    fail_if(
        unknown_name("industry", member, industries, f"{where}: products")
        for member in named
        if member not in industries and member != REST
    )
    fail_if(
        Problem("industry in two groups", "products", repr(member), "one")
        for member in dict.fromkeys(named)
        if named.count(member) > 1
    )
    return groups


def _region_problems(regions: Regions, region_of: Mapping[str, str], where: str) -> Iterator[Problem]:
    for region in regions.codes:
        if region not in region_of.values():
            named = [code for code, own in regions.region_of.items() if own == region] or [REST]
            yield unknown_name("economy", named[0], region_of, f"{where}: regions: {region}")


def _negative_problems(axes: Axes, sales: Floats, source: str) -> Iterator[Problem]:
    """Yield the flows below 0, as changes in inventories can leave them."""
    for i, j, k in np.argwhere(sales < 0)[:20]:
        name = f"{axes.codes[i]} from {axes.codes[j]}" + (f", {axes.groups[k]}" if axes.groups[k] else "")
        got = f"-{dollars(-float(sales[i, j, k]))}"
        fix = "leave changes in inventories out (inventories=False), or take larger groups"
        yield Problem("sales below 0", f"{source}: {name}", got, "0 or more", fix)
