"""Unions: where the trade of a customs union that reports, or is reported, as one is counted.

A union counts as the region that has all its members of the year. Beside its members it would count them
twice: where all of them are there it is left out, where some are the file is refused. Where its members are
in several regions, and it alone has their trade, no region can have it, and that is refused too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tradesim.errors import Problem
from tradesim.trade_data.gather import UNION, Gather
from tradesim.trade_data.identities import changes_in, code_of, members_of

BESIDE = "a union beside its members"
SPLIT = "a union whose members are in several regions"
ROLES = ("importer", "exporter")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a union's trade in one role is counted.

    Parameters
    ----------
    region : the region, "" where it is left out.
    why : why it is left out; "" where it is in no region.
    missing : whether trade that was asked for is lost with it.
    """

    region: str
    why: str = ""
    missing: bool = False


def unions_in(gather: Gather) -> list[str]:
    """Return the unions of which trade was gathered."""
    return [name.removeprefix(UNION) for name in gather.areas.names if name.startswith(UNION)]


def settled(gather: Gather, year: int, reporters: str) -> tuple[dict[tuple[str, str], Place], list[Problem]]:
    """Return where each union counts, by code and role, and what cannot be settled.

    Parameters
    ----------
    reporters : the role of those who report. Of their partners, a member stands beside a union only where
        some economy reports trade with both.
    """
    places: dict[tuple[str, str], Place] = {}
    problems: list[Problem] = []
    for role in ROLES if unions_in(gather) else ():
        whom = _by_code(gather.counterparts(role))
        for union in unions_in(gather):
            if union in whom:
                other = bool(reporters) and role != reporters
                apart = {code for code, met in whom.items() if other and not met & whom[union]}
                beside = {code: met for code, met in whom.items() if code not in apart}
                found = _place(gather, union, year, role, beside)
                if isinstance(found, Problem):
                    problems.append(found)
                else:
                    places[union, role] = found
    return places, problems


def _by_code(counterparts: Mapping[str, set[str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for label, others in counterparts.items():
        found.setdefault(code_of(label), set()).update(others)
    return found


def _place(gather: Gather, union: str, year: int, role: str, whom: Mapping[str, set[str]]) -> Place | Problem:
    """Return where a union counts in a role, or why that cannot be said."""
    members = members_of(union, year)
    present = [member for member in members if member in whom]
    own = gather.regions.region_of.get(union)
    regions = {gather.regions.region(member) for member in members} if gather.regions.codes else {union}
    if present and (own or len(regions) == 1) and (own or regions != {""}):
        reached = {other for member in present for other in whom[member]}
        redundant = len(present) == len(members) and whom[union] <= reached
        if redundant and (not own or regions == {own}):
            return Place("", BESIDE)
        return _beside(gather, union, year, role, present)
    if present and regions == {""}:
        return Place("", BESIDE)
    if own or len(regions) == 1:
        return Place(own or regions.pop(), missing=True)
    if present:
        return Place("", SPLIT, missing=len(present) < len(members))
    return _split(gather, union, year, members)


def _beside(gather: Gather, union: str, year: int, role: str, present: list[str]) -> Problem:
    named = f"{', '.join(present[:5])}" + (f" and {len(present) - 5} more" if len(present) > 5 else "")
    got = f"{union} and {named} as {role} in {year}"
    fix = "they would count twice: take out the rows of one or the other"
    return Problem("a customs union beside its members", str(gather.table.path), got, "one of the two", fix)


def _split(gather: Gather, union: str, year: int, members: tuple[str, ...]) -> Problem:
    by_region: dict[str, list[str]] = {}
    for member in members:
        by_region.setdefault(gather.regions.region(member) or "no region", []).append(member)
    fewest = min(by_region, key=lambda region: len(by_region[region]))
    some = ", ".join(by_region[fewest][:5])
    got = f"{union} of {year} has {len(members)} members, of which {some} in {fewest}"
    fix = "put its members of that year into one region (EU28 has GBR), or take files in which they report"
    allowed = f"a region with all members of {year}"
    return Problem("a union in several regions", str(gather.table.path), got, allowed, fix)


def union_notes(gather: Gather, year: int, places: Mapping[tuple[str, str], Place]) -> Iterator[str]:
    """Yield what should be said of the unions that are counted."""
    for union in unions_in(gather):
        regions = {place.region for (code, _), place in places.items() if code == union and place.region}
        for region in sorted(regions):
            size = len(members_of(union, year))
            changed = "; ".join(changes_in(union, year))
            yield (
                f"{union} is the European Union as one, {size} members in {year}; it is counted as {region}"
                + (f". Members of that year's end are meant: {changed}" if changed else "")
            )
