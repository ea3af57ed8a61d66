"""Regions: which economies of a trade file are counted together, and where everything else goes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tradesim.economies import CODE, CODE_ALLOWED
from tradesim.errors import Problem, fail_if
from tradesim.trade_data.identities import code_of, economy, kind_of, members_of, parts_of

EU27, EU28 = members_of("EUN", 2021), members_of("EUN", 2014)
"""The members of the European Union since February 2020, and from July 2013 to January 2020."""
ASEAN = members_of("ASEAN", 2024)
"""The members of ASEAN until October 2025, when Timor-Leste (TLS) joined."""
REST = "*"
"""Every economy that no other region names."""
GROUPS: Mapping[str, tuple[str, ...]] = {"EU27": EU27, "EU28": EU28, "ASEAN": ASEAN, "ROW": (REST,)}
"""What a list of regions may name beside single economies."""
ALONE = frozenset({"economy", "former", "union", "unknown"})
"""Kinds that stand for themselves where there are no regions."""

Given = Mapping[str, str | Sequence[str]] | Sequence[str] | None
"""What a reader takes for ``regions``."""


@dataclass(frozen=True, slots=True)
class Regions:
    """Which region each economy belongs to.

    Parameters
    ----------
    codes : the regions in the order of every array axis; empty where every economy stands for itself.
    region_of : the region of each economy that is named.
    rest : the region of all others, or "" where they are left out.
    """

    codes: tuple[str, ...] = ()
    region_of: Mapping[str, str] = field(default_factory=dict)
    rest: str = ""

    @classmethod
    def of(cls, given: Given) -> "Regions":
        """Build from a mapping or a list; ``None`` keeps every economy by itself.

        Parameters
        ----------
        given : region → economies by ISO code, ``"*"`` for all others; or a list of single economies and of
            the groups ``"EU27"``, ``"EU28"``, ``"ASEAN"`` and ``"ROW"`` (all others).

        Raises
        ------
        InputError
            For names that are no codes, an economy in two regions, two regions of all others.

        Examples
        --------
        >>> world = Regions.of({"USA": "USA", "EU27": EU27, "ROW": "*"})
        >>> world.region("FRA"), world.region("JPN")
        ('EU27', 'ROW')
        >>> Regions.of(["USA", "EU27", "ROW"]) == world
        True
        """
        if given is None:
            return cls()
        fail_if(_given_problems(given))
        named = _named(given)
        fail_if(_problems(named))
        region_of = {code: name for name, members in named.items() for code in members}
        rest = region_of.pop(REST, "")
        return cls(tuple(named), region_of, rest)

    def named(self, label: str) -> str:
        """Return the region that names an economy, or all that a former one has become; "" if none does."""
        code = economy(label)
        regions = {self.region_of.get(part, "") for part in parts_of(code)}
        return self.region_of.get(code) or (regions.pop() if len(regions) == 1 else "")

    def region(self, label: str) -> str:
        """Return the region of a label or code of a trade file, or "" where it has none.

        A former economy follows the region that has all that it has become. Unions have a region only where
        one names them; otherwise they are settled by year, in `tradesim.trade_data.unions`.
        """
        if not self.codes:
            code = code_of(label)
            return code if CODE.fullmatch(code) and kind_of(code) in ALONE else ""
        return self.named(label) or ("" if kind_of(economy(label)) == "union" else self.rest)


def _named(given: Mapping[str, str | Sequence[str]] | Sequence[str]) -> dict[str, list[str]]:
    """Return the members of every region, groups among them written out."""
    if isinstance(given, str):
        given = [given]
    if isinstance(given, Mapping):
        lists = {
            str(name): [members] if isinstance(members, str) else list(members)
            for name, members in given.items()
        }
    else:
        lists = {str(name): list(GROUPS.get(str(name), (str(name),))) for name in given}
    return {
        name: [each for member in members for each in GROUPS.get(str(member), (economy(str(member)),))]
        for name, members in lists.items()
    }


def _given_problems(given: Any) -> Iterator[Problem]:
    """Yield what makes neither a mapping nor a list of different names."""
    if not isinstance(given, str | Mapping | Sequence):
        yield Problem(
            "not regions", "regions", repr(given), "a list of codes, or a mapping to lists of codes"
        )
    elif not isinstance(given, str | Mapping):
        yield from (Problem("named twice", "regions", repr(x)) for x in {*given} if given.count(x) > 1)


def _problems(named: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    if not named:
        yield Problem("no regions", "regions", "nothing", "a mapping such as {'EU27': EU27, 'ROW': '*'}")
    seen: dict[str, str] = {}
    for name, members in named.items():
        if not CODE.fullmatch(name):
            yield Problem("not an economy code", "regions", repr(name), CODE_ALLOWED)
        if not members:
            yield Problem("a region without economies", "regions", repr(name), "ISO alpha-3 codes, or '*'")
        for member in members:
            if member != REST and not CODE.fullmatch(member):
                yield Problem("not an economy code", f"regions: {name}", repr(member), f"{CODE_ALLOWED}, '*'")
            if kind_of(member) in {"group", "world"}:
                allowed = f"its members, or one of {', '.join(GROUPS)}"
                yield Problem("a total over economies", f"regions: {name}", repr(member), allowed)
            if member in seen:
                both = f"{seen[member]} and {name}"
                fix = "only one region can be everything else" if member == REST else ""
                yield Problem("economy in two regions", "regions", f"{member!r} in {both}", "one", fix)
            seen[member] = name
