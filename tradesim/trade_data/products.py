"""Products: which goods of a trade file are counted together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tradesim.conversion import shown, whole
from tradesim.errors import Problem, fail_if

REST = "*"
TOTAL = 0
"""The level of a code that stands for all goods."""
TOTALS = frozenset({"TOTAL", "AG0", "ALL", "ALL COMMODITIES"})

Given = int | Mapping[str, str | Sequence[str]] | None
"""What a reader takes for ``products``."""


@dataclass(frozen=True, slots=True)
class Products:
    """Which group each product code belongs to.

    Parameters
    ----------
    digits : the first digits of a code that name its group, or 0.
    groups : the beginnings of codes that each group holds, in the order of the product axis.
    """

    digits: int = 0
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Given) -> "Products":
        """Build from a number of digits, or from a mapping; ``None`` adds up all goods.

        Parameters
        ----------
        given : 2 for HS chapters, 4 for headings, 6 for subheadings; or group → beginnings of codes,
            ``"*"`` for all others.

        Examples
        --------
        >>> metals = Products.of({"steel": ["72", "73"], "aluminium": "76", "other": "*"})
        >>> metals.group("730890"), metals.group("010121")
        ('steel', 'other')
        >>> Products.of(2).group("730890")
        '73'
        """
        if given is None:
            return cls()
        if isinstance(given, Mapping):
            groups = {
                str(name): (starts,) if isinstance(starts, str) else tuple(map(str, starts))
                for name, starts in given.items()
            }
            fail_if(_problems(groups))
            return cls(0, groups)
        if whole(given, 1, 10) is None:
            allowed = "a number of digits from 1 to 10, a mapping from names to codes, or None"
            fail_if([Problem("not products", "products", shown(given), allowed)])
        return cls(int(given))

    @property
    def split(self) -> bool:
        """Whether goods are told apart at all."""
        return bool(self.digits or self.groups)

    def group(self, code: str) -> str | None:
        """Return the group of a product code, or ``None`` where it has none; longer beginnings win."""
        if self.digits:
            return code[: self.digits] if len(code) >= self.digits else None
        if not self.groups:
            return ""
        fitting = [
            (len(start), name)
            for name, starts in self.groups.items()
            for start in starts
            if start != REST and code.startswith(start)
        ]
        rest = next((name for name, starts in self.groups.items() if REST in starts), None)
        return max(fitting)[1] if fitting else rest


def level(code: str) -> int:
    """Return the digits of a product code, or 0 for all goods together."""
    return TOTAL if code.upper() in TOTALS else len(code)


def _problems(groups: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    if not groups:
        yield Problem("no products", "products", "nothing", "a mapping such as {'steel': ['72', '73']}")
    seen: dict[str, str] = {}
    for name, starts in groups.items():
        if not starts or not all(starts):
            yield Problem("a group without codes", "products", repr(name), "beginnings of codes, or '*'")
        for start in starts:
            if start in seen:
                both = f"{seen[start]} and {name}"
                yield Problem("code in two groups", "products", f"{start!r} in {both}", "one")
            seen[start] = name
