"""Results: the flows that a gathering makes, and all that must be said about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tradesim.errors import Problem, fail_if, unknown_name
from tradesim.trade_data.checks import sum_problems
from tradesim.trade_data.flows import TradeFlows
from tradesim.trade_data.gather import AREA_BITS, KIND_BITS, Gather
from tradesim.trade_data.left_out import LeftOut
from tradesim.trade_data.products import TOTAL
from tradesim.trade_data.regions import ALIASES, GROUPS, ODDITIES, REST, UNIONS, Regions
from tradesim.trade_data.sums import Floats, Ids

Side = Literal["importer", "exporter", ""]
Silent = list[int] | tuple[slice, list[int]]
ANY_LEVEL = frozenset({"all products together", "another year", "services"})
"""Reasons that hold whatever the level of product codes that is used."""


@dataclass(frozen=True, slots=True)
class About:
    """What a result says of itself.

    Parameters
    ----------
    source, year, valuation : as in `TradeFlows`.
    reporters : the side that reports: flows of others are not known, rather than 0. ``""`` where the file
        has everyone.
    notes : what should be known.
    level : the digits of product codes to use, where a file has several.
    every_code : the codes that a file can have, where it says so.
    """

    source: str
    year: int
    valuation: str
    reporters: Side = ""
    notes: tuple[str, ...] = ()
    level: int | None = None
    every_code: tuple[str, ...] = ()


def result_of(gather: Gather, about: About) -> TradeFlows:
    """Return the flows that were gathered.

    Raises
    ------
    InputError
        If nothing was, a region has no economy in the file, a customs union reports beside its members, or
        products come at several levels of detail and ``level`` names none.
    """
    keys, amounts = gather.sums.result()
    fail_if(_gathered_problems(gather, len(keys), about))
    kinds = [_kind(name) for name in gather.kinds.names]
    digits = np.array([level for level, _ in kinds])[keys & ((1 << KIND_BITS) - 1)]
    used = _level(gather, sorted({int(each) for each in digits}), about)
    chosen = digits == used
    codes = gather.regions.codes or tuple(sorted(gather.areas.names))
    products = _product_axis(gather, [group for level, group in kinds if level == used])
    cells = _cells(gather, keys[chosen], codes, products, kinds)
    silent = _silent(gather, codes, used, about)
    shape = (len(codes), len(codes), len(products))
    imports = _filled(cells, amounts[chosen, 0], shape, silent)
    duties = _filled(cells, amounts[chosen, 1], shape, silent) if gather.has_duty else None
    where = str(gather.table.path)
    fail_if(sum_problems(imports, where, domestic=False))
    return TradeFlows(
        codes=codes,
        imports=imports,
        year=about.year,
        source=about.source,
        products=products,
        duties=duties,
        valuation=about.valuation,
        members=_members(gather, codes, used),
        left_out=(*_left_out(gather, used), *_other_levels(digits, amounts[:, 0], used)),
        notes=(*about.notes, *gather.notes, *_notes(gather, about, used)),
    )


def _kind(name: str) -> tuple[int, str]:
    """Return the level and the group of products that a name of kinds stands for."""
    level, _, group = name.partition(":")
    return int(level), group


def _other_levels(digits: Ids, values: Floats, used: int) -> Iterator[LeftOut]:
    """Yield what the file has at levels that are not used: the same trade, in more or less detail."""
    for level in np.unique(digits[digits != used]):
        value = float(values[digits == level].sum())
        yield LeftOut("another level of detail", _level_name(int(level)), 0, value, missing=False)


def unknown_codes(regions: Regions, known: Sequence[str]) -> Iterator[Problem]:
    """Yield the economies that regions name and a file cannot have, with the nearest that it can."""
    fine = {
        *known,
        *(ALIASES.get(code, code) for code in known),
        *(c for group in GROUPS.values() for c in group),
    }
    for code, region in regions.region_of.items():
        if code not in fine:
            yield unknown_name("economy", code, known, f"regions: {region}")


def _gathered_problems(gather: Gather, cells: int, about: About) -> Iterator[Problem]:
    where = str(gather.table.path)
    empty = list(_empty_region_problems(gather, where)) if gather.parties.names else []
    yield from empty
    if not cells and not empty:
        largest = sorted(gather.aside.items(), key=lambda item: -item[1][1])[:3]
        got = "; ".join(f"{why}: {what}" for (why, what, *_), _ in largest) or "no rows"
        yield Problem("no trade between the economies asked for", where, got, "rows that are counted")
    for role in ("importer", "exporter"):
        reported = gather.met(role=role)
        for union in sorted(reported & set(UNIONS)):
            both = sorted(reported & set(UNIONS[union]))
            if both and about.reporters in {role, ""}:
                got = f"{union} and {', '.join(both[:5])} as {role}"
                fix = "take out the rows of one or the other"
                yield Problem("a customs union beside its members", where, got, "one of the two", fix)


def _empty_region_problems(gather: Gather, where: str) -> Iterator[Problem]:
    """Yield the regions of which the file has no economy."""
    met = set(gather.parties.names)
    for region in gather.regions.codes:
        if not any(gather.regions.region(code) == region for code in met):
            named = [code for code, own in gather.regions.region_of.items() if own == region] or [REST]
            yield unknown_name("economy", named[0], met, f"{where}: regions: {region}")


def _level(gather: Gather, levels: Sequence[int], about: About) -> int:
    """Return which level of product codes to use: all goods together where that will do."""
    if about.level is not None and about.level in levels:
        return about.level
    if about.level is None and levels[0] == TOTAL:
        return TOTAL
    if about.level is None and len(levels) == 1:
        return levels[0]
    named = ", ".join(_level_name(each) for each in levels)
    fix = f"give level=, one of {', '.join(map(str, levels))}"
    problem = Problem("several levels of product codes", str(gather.table.path), named, "one level", fix)
    if about.level is not None:
        got = f"{_level_name(about.level)}; the file has {named}"
        problem = Problem("no product codes of that level", str(gather.table.path), got, "", fix)
    fail_if([problem])
    raise AssertionError


def _level_name(level: int) -> str:
    return f"codes of {level} digits" if level else "total of all goods"


def _product_axis(gather: Gather, groups: Sequence[str]) -> tuple[str, ...]:
    if gather.products.groups:
        return tuple(gather.products.groups)
    return tuple(sorted(set(groups))) if gather.products.split else ()


def _cells(
    gather: Gather,
    keys: Ids,
    codes: Sequence[str],
    products: Sequence[str],
    kinds: Sequence[tuple[int, str]],
) -> tuple[Ids, Ids, Ids]:
    """Return the position of every sum on the axes of importers, exporters and products."""
    area = np.array([codes.index(name) for name in gather.areas.names], dtype=np.int64)
    at = {name: k for k, name in enumerate(products)}
    good = np.array([at.get(group, 0) for _, group in kinds], dtype=np.int64)
    mask = (1 << AREA_BITS) - 1
    pair = keys >> KIND_BITS
    return area[pair >> AREA_BITS], area[pair & mask], good[keys & ((1 << KIND_BITS) - 1)]


def _silent(gather: Gather, codes: Sequence[str], used: int, about: About) -> Silent:
    """Return which rows or columns of the flows no one reports."""
    if not about.reporters:
        return []
    reporting = {gather.regions.region(code) for code in gather.met(used, about.reporters)}
    silent = [k for k, code in enumerate(codes) if code not in reporting]
    return silent if about.reporters == "importer" else (slice(None), silent)


def _filled(
    cells: tuple[Ids, Ids, Ids], amounts: Floats, shape: tuple[int, int, int], silent: Silent
) -> Floats:
    """Return sums as an array, importer × exporter (× product); NaN for those who do not report."""
    array = np.zeros((*shape[:2], shape[2] or 1))
    np.add.at(array, cells, amounts)
    array[silent] = np.nan
    return array if shape[2] else array[:, :, 0]


def _members(gather: Gather, codes: Sequence[str], used: int) -> dict[str, tuple[str, ...]]:
    met = sorted(gather.met(used))
    return {region: tuple(code for code in met if gather.regions.region(code) == region) for region in codes}


def _left_out(gather: Gather, used: int) -> list[LeftOut]:
    """Return what was set aside at the level that is used; products in no group of any level among it."""
    return [
        LeftOut(why, what, rows, value, missing)
        for (why, what, digits, missing), (rows, value) in sorted(gather.aside.items())
        if digits == used or why in ANY_LEVEL
    ]


def _notes(gather: Gather, about: About, used: int) -> Iterator[str]:
    met = gather.met(used)
    for code in sorted(met & set(ODDITIES)):
        region = gather.regions.region(code)
        yield f"{code} is {ODDITIES[code]}; it is counted as {region}"
    named = gather.regions.region_of
    known = met | {ALIASES.get(code, code) for code in met}
    known |= {member for code in met & set(UNIONS) for member in UNIONS[code]}
    absent = [code for code in named if code not in known]
    if absent:
        yield f"no trade of {', '.join(absent)} in the file"
    if about.reporters:
        reported = gather.met(used, about.reporters)
        others = sorted(gather.met(None, about.reporters) - reported)
        if others:
            lacking = ", ".join(others)
            yield f"{lacking} as {about.reporters} have no {_level_name(used)}: they count as not reporting"
        yield from _silent_notes(gather, reported, about.reporters)


def _silent_notes(gather: Gather, reported: set[str], role: str) -> Iterator[str]:
    """Yield the regions of which some members report and others do not."""
    for region in gather.regions.codes:
        named = [code for code, own in gather.regions.region_of.items() if own == region]
        unions = [code for code in reported if code in UNIONS and set(UNIONS[code]) <= set(named)]
        silent = [code for code in named if code not in reported and not unions]
        if len(named) > 1 and silent and len(silent) < len(named):
            yield f"{region} as {role} lacks {', '.join(silent)}: they do not report in the file"
    if gather.regions.rest and gather.regions.rest in {gather.regions.region(code) for code in reported}:
        yield f"{gather.regions.rest} as {role} is only those who report in the file"
