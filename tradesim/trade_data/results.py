"""Results: the flows that a gathering makes, and all that must be said about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tradesim.errors import Problem, fail_if, unknown_name, warn_user
from tradesim.trade_data.checks import sum_problems
from tradesim.trade_data.flows import TradeFlows
from tradesim.trade_data.gather import AREA_BITS, KIND_BITS, REASONS, UNION, Gather
from tradesim.trade_data.identities import (
    code_of,
    entry_of_code,
    entry_of_number,
    kind_of,
    members_of,
    parts_of,
    tables,
)
from tradesim.trade_data.left_out import LeftOut, TradeDataWarning, dollars
from tradesim.trade_data.products import TOTAL
from tradesim.trade_data.regions import GROUPS, Regions
from tradesim.trade_data.sums import Floats, Ids
from tradesim.trade_data.unions import Place, settled, union_notes, unions_in

Side = Literal["importer", "exporter", ""]
Silent = list[int] | tuple[slice, list[int]]
UNKNOWN, GROUPED = REASONS["unknown"][0], REASONS["group"][0]
ANY_LEVEL = frozenset({"all products together", "another year", "services"})
Places = dict[tuple[str, str], Place]
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
    places, problems = settled(gather, about.year, about.reporters)
    fail_if([*problems, *_gathered_problems(gather, len(keys), places)])
    kinds = [_kind(name) for name in gather.kinds.names]
    digits = np.array([level for level, _ in kinds])[keys & ((1 << KIND_BITS) - 1)]
    used = _level(gather, sorted({int(each) for each in digits}), about)
    codes = gather.regions.codes or _every_code(gather, places)
    products = _product_axis(gather, [group for level, group in kinds if level == used])
    importer, exporter, product = _cells(gather, keys, codes, products, kinds, places)
    placed = (importer >= 0) & (exporter >= 0)
    chosen = (digits == used) & placed
    cells = importer[chosen], exporter[chosen], product[chosen]
    silent = _silent(gather, codes, used, about, places)
    shape = (len(codes), len(codes), len(products))
    imports = _filled(cells, amounts[chosen, 0], shape, silent)
    duties = _filled(cells, amounts[chosen, 1], shape, silent) if gather.has_duty else None
    where = str(gather.table.path)
    fail_if(sum_problems(imports, where, domestic=False))
    apart = (digits == used) & ~placed
    left_out = (
        *_left_out(gather, used),
        *_other_levels(digits[placed], amounts[placed, 0], used),
        *_unions_left_out(gather, keys[apart], amounts[apart, 0], places),
    )
    _warn_of_unknown(left_out, where)
    return TradeFlows(
        codes=codes,
        imports=imports,
        year=about.year,
        source=about.source,
        products=products,
        duties=duties,
        valuation=about.valuation,
        members=_members(gather, codes, used, places),
        left_out=left_out,
        notes=(*about.notes, *_notes(gather, about, used, places)),
    )


def _every_code(gather: Gather, places: Places) -> tuple[str, ...]:
    """Return every economy by itself, and every union that counts."""
    unions = {place.region for place in places.values()} - {""}
    return tuple(sorted({name for name in gather.areas.names if not name.startswith(UNION)} | unions))


def _warn_of_unknown(left_out: Sequence[LeftOut], where: str) -> None:
    """Warn of codes that no table has: their trade is counted nowhere."""
    unknown = [each for each in left_out if each.why == UNKNOWN]
    if unknown:
        named = "; ".join(f"{each.what}, {dollars(each.value)}" for each in unknown[:6])
        more = f" and {len(unknown) - 6} more" if len(unknown) > 6 else ""
        said = f"{where}: codes that no table of economies has are counted nowhere: {named}{more}"
        warn_user(f"{said}; name them in regions= to count them", TradeDataWarning)


def _unions_left_out(gather: Gather, keys: Ids, values: Floats, places: Places) -> Iterator[LeftOut]:
    """Yield the trade of unions that are not counted, each sum once: by its importer, else its exporter."""
    names, pair = gather.areas.names, keys >> KIND_BITS
    importer, exporter = pair >> AREA_BITS, pair & ((1 << AREA_BITS) - 1)
    taken = np.zeros(len(keys), dtype=bool)
    for (union, role), place in places.items():
        if not place.region:
            own = (importer if role == "importer" else exporter) == names.index(f"{UNION}{union}")
            value = float(values[own & ~taken].sum())
            taken |= own
            yield LeftOut(place.why or "in no region", f"{role} {union}", 0, value, place.missing)


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
        *(c for group in GROUPS.values() for c in group),
        *(c for code in known for c in parts_of(code)),
    }
    for code, region in regions.region_of.items():
        if code not in fine:
            yield unknown_name("economy", code, known, f"regions: {region}")


def _gathered_problems(gather: Gather, cells: int, places: Places) -> Iterator[Problem]:
    where = str(gather.table.path)
    empty = list(_empty_region_problems(gather, where, places)) if gather.parties.names else []
    yield from empty
    if not cells and not empty:
        largest = sorted(gather.aside.items(), key=lambda item: -item[1][1])[:3]
        got = "; ".join(f"{why}: {what}" for (why, what, *_), _ in largest) or "no rows"
        yield Problem("no trade between the economies asked for", where, got, "rows that are counted")


def _empty_region_problems(gather: Gather, where: str, places: Places) -> Iterator[Problem]:
    """Yield the regions of which the file has no economy."""
    met = {code_of(label) for label in gather.parties.names}
    single = {code for code in met if code in gather.own or kind_of(code) not in {"union", *REASONS}}
    held = {gather.regions.region(code) for code in single}
    held |= {gather.regions.named(code) for code in met} | {place.region for place in places.values()}
    for region in gather.regions.codes:
        if region not in held:
            named = [code for code, own in gather.regions.region_of.items() if own == region]
            yield (
                _no_rest(gather, where, met)
                if region == gather.regions.rest
                else unknown_name("economy", named[0], met, f"{where}: regions: {region}")
            )


def _no_rest(gather: Gather, where: str, met: set[str]) -> Problem:
    """Return the problem of a region of all others that nothing is left for."""
    apart = ", ".join(sorted(code for code in met if kind_of(code) in REASONS)[:6])
    got = "no economy that no other region names" + (f"; {apart} are totals or unknown" if apart else "")
    fix = f"leave {gather.regions.rest} out, or take a file with all partners"
    return Problem(
        "nothing in the region of all others", f"{where}: regions: {gather.regions.rest}", got, "", fix
    )


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
    places: Places,
) -> tuple[Ids, Ids, Ids]:
    """Return the position of every sum on the axes of importers, exporters and products; -1 is nowhere."""
    at = {name: k for k, name in enumerate(products)}
    good = np.array([at.get(group, 0) for _, group in kinds], dtype=np.int64)
    mask = (1 << AREA_BITS) - 1
    pair = keys >> KIND_BITS
    importer, exporter = (_positions(gather, codes, places, role) for role in ("importer", "exporter"))
    return importer[pair >> AREA_BITS], exporter[pair & mask], good[keys & ((1 << KIND_BITS) - 1)]


def _positions(gather: Gather, codes: Sequence[str], places: Places, role: str) -> Ids:
    """Return the position of every area on the axis of a role, unions where they are counted."""
    at = {code: k for k, code in enumerate(codes)}
    regions = [
        places.get((name.removeprefix(UNION), role), Place("")).region if name.startswith(UNION) else name
        for name in gather.areas.names
    ]
    return np.array([at.get(region, -1) for region in regions], dtype=np.int64)


def _region(gather: Gather, label: str, role: str, places: Places) -> str:
    """Return the region in which a label's trade is counted."""
    union = kind_of(label) == "union"
    place = places.get((code_of(label), role), Place(""))
    return place.region if union else gather.regions.region(label)


def _silent(gather: Gather, codes: Sequence[str], used: int, about: About, places: Places) -> Silent:
    """Return which rows or columns of the flows no one reports."""
    if not about.reporters:
        return []
    reporting = {
        _region(gather, label, about.reporters, places) for label in gather.met(used, about.reporters)
    }
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


def _members(gather: Gather, codes: Sequence[str], used: int, places: Places) -> dict[str, tuple[str, ...]]:
    """Return the economies with trade that each region holds."""
    found: dict[str, set[str]] = {code: set() for code in codes}
    for role in ("importer", "exporter"):
        for label in gather.met(used, role):
            region = _region(gather, label, role, places)
            if region:
                found[region].add(code_of(label))
    return {region: tuple(sorted(members)) for region, members in found.items()}


def _left_out(gather: Gather, used: int) -> list[LeftOut]:
    """Return what was set aside at the level that is used; products in no group of any level among it."""
    return [
        LeftOut(why, what, rows, value, missing or (why == GROUPED and _alone(gather, what)))
        for (why, what, digits, missing), (rows, value) in sorted(gather.aside.items())
        if digits == used or why in ANY_LEVEL
    ]


def _alone(gather: Gather, what: str) -> bool:
    """Say whether a group has known members and none of them has trade of its own in the same role."""
    role, _, code = what.partition(" ")
    members = {member for member, _, _ in tables().members.get(code, ())}
    return bool(members) and not members & {code_of(label) for label in gather.met(role=role)}


def _notes(gather: Gather, about: About, used: int, places: Places) -> Iterator[str]:
    yield from gather.notes
    met = {code_of(label) for label in gather.met(used)}
    yield from _designations(gather, used, about.year)
    yield from union_notes(gather, about.year, places)
    yield from _former_notes(gather, met)
    for (label, digits), value in sorted(gather.apart.items()):
        if digits == used:
            region, named = gather.regions.region(label), _designation(label, about.year)
            yield f"{region} holds {named}, no economy: {dollars(value)}"
    unions = {code for (code, _), place in places.items() if place.region}
    known = met | {member for code in unions for member in members_of(code, about.year)}
    absent = [code for code in gather.regions.region_of if code not in known and code not in _parts(met)]
    if absent:
        yield f"no trade of {', '.join(absent)} in the file"
    if about.reporters:
        reported = gather.met(used, about.reporters)
        others = sorted({code_of(label) for label in gather.met(None, about.reporters) - reported})
        if others:
            lacking = ", ".join(others)
            yield f"{lacking} as {about.reporters} have no {_level_name(used)}: they count as not reporting"
        yield from _silent_notes(gather, reported, about, places)


def _parts(met: set[str]) -> set[str]:
    return {part for code in met for part in parts_of(code)}


def _designations(gather: Gather, used: int, year: int) -> Iterator[str]:
    """Yield the numbers and codes of the file that are not ISO's, and economies that have several."""
    by_code: dict[str, list[str]] = {}
    for label in sorted(gather.met(used)):
        by_code.setdefault(code_of(label), []).append(label)
    for code, labels in by_code.items():
        said = [_designation(label, year) for label in labels]
        if kind_of(code) in {"economy", "former"} and (len(labels) > 1 or " " in labels[0]):
            together = "; they add up" if len(labels) > 1 else ""
            yield f"{code} is {' and '.join(said)} in the file{together}"


def _designation(label: str, year: int) -> str:
    """Return a number or code of the file with what it means, and whether the year is one of its own."""
    code, _, given = label.partition(" ")
    entry = entry_of_number(int(given)) if given.isdigit() else entry_of_code(given or code)
    if entry is None or entry.code != code:
        return given or code
    before = f", used from {entry.first}" if year < entry.first else ""
    after = f", used until {entry.last}" if entry.last and year > entry.last else ""
    return f"{given or code} ({entry.name}{before}{after})"


def _former_notes(gather: Gather, met: set[str]) -> Iterator[str]:
    """Yield where former economies are counted, and those that stand beside what they have become."""
    for code in sorted(met):
        parts = parts_of(code)
        if parts and gather.regions.codes:
            entry, region = entry_of_code(code), gather.regions.region(code)
            name = entry.name if entry else code
            yield f"{code} is {name}, today {', '.join(parts)}; it is counted as {region}"
        both = [part for part in parts if part in met]
        if both:
            yield f"{code} stands beside {', '.join(both)}: some flows may be in both"


def _silent_notes(gather: Gather, reported: set[str], about: About, places: Places) -> Iterator[str]:
    """Yield the regions of which some members report and others do not."""
    role, codes = about.reporters, {code_of(label) for label in reported}
    unions = [code for code in unions_in(gather) if code in codes and places[code, role].region]
    covered = codes | {member for code in unions for member in members_of(code, about.year)} | _parts(codes)
    for region in gather.regions.codes:
        named = [code for code, own in gather.regions.region_of.items() if own == region]
        silent = [code for code in named if code not in covered]
        if len(named) > 1 and silent and len(silent) < len(named):
            yield f"{region} as {role} lacks {', '.join(silent)}: they do not report in the file"
    rest = gather.regions.rest
    if rest and rest in {_region(gather, label, role, places) for label in reported}:
        yield f"{rest} as {role} is only those who report in the file"
