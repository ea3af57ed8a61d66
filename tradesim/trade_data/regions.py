"""Regions: which economies of a trade file are counted together, and where everything else goes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tradesim.economies import CODE, CODE_ALLOWED
from tradesim.errors import Problem, fail_if

EU27 = (
    *("AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN"),
    *("IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE"),
)
"""The members of the European Union since February 2020."""
ASEAN = ("BRN", "IDN", "KHM", "LAO", "MMR", "MYS", "PHL", "SGP", "THA", "VNM")
"""The members of ASEAN until October 2025, when Timor-Leste (TLS) joined."""
REST = "*"
"""Every economy that no other region names."""
GROUPS: Mapping[str, tuple[str, ...]] = {"EU27": EU27, "ASEAN": ASEAN, "ROW": (REST,)}
"""What a list of regions may name beside single economies."""

ALIASES: Mapping[str, str] = {"S19": "TWN", "BLX": "BEL"}
"""Codes of the United Nations' files that stand for an economy which goes by another code elsewhere."""
UNIONS: Mapping[str, tuple[str, ...]] = {"EUN": EU27, "EUR": EU27, "EU27": EU27}
"""Codes of the files under which a customs union reports as one."""
ODDITIES: Mapping[str, str] = {
    "S19": "'Other Asia, nes' of the United Nations: in practice Taiwan",
    "BLX": "Belgium and Luxembourg together, until 1998",
    "ZA1": "the Southern African Customs Union, until 1999",
    "EUN": "the European Union as one",
    "EUR": "the European Union as one",
}

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
        given : region → economies by ISO alpha-3 code, ``"*"`` for all others; or a list of single
            economies and of the groups ``"EU27"``, ``"ASEAN"`` and ``"ROW"`` (all others).

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

    def region(self, code: str) -> str:
        """Return the region of a code of a trade file, or "" where it has none.

        A code that stands for an economy named otherwise follows that one (``S19`` follows ``TWN``); a
        customs union follows the region that has all its members.
        """
        if not self.codes:
            return code if CODE.fullmatch(code) else ""
        own = self.region_of.get(code) or self.region_of.get(ALIASES.get(code, ""))
        if own is None and code in UNIONS:
            regions = {self.region_of.get(member) for member in UNIONS[code]}
            own = regions.pop() if len(regions) == 1 else None
        return own or self.rest


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
        name: [each for member in members for each in (GROUPS.get(str(member), (str(member),)))]
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
            if member in seen:
                both = f"{seen[member]} and {name}"
                fix = "only one region can be everything else" if member == REST else ""
                yield Problem("economy in two regions", "regions", f"{member!r} in {both}", "one", fix)
            seen[member] = name
