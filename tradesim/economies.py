"""Economies: the customs territories of a model and the base-year trade that weighs their duties."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.alignment import aligned, aligned_vector, labelled, ordered
from tradesim.errors import InputError, Problem, Together, fail_if, unknown_name
from tradesim.iso_codes import ALPHA_3
from tradesim.keywords import by_name

CODE = re.compile(r"[A-Z][A-Z0-9_]{1,15}")
CODE_ALLOWED = "an ISO 3166 alpha-3 code or a group in capitals, such as USA, CHN, EU27, ROW"


@by_name
@dataclass(frozen=True, eq=False)
class Economies:
    """Named economies and what each imports from each.

    Parameters
    ----------
    codes : the economies, in the order of every array axis; ISO alpha-3 or group codes.
    imports : (N, N) float64, US dollars a year, importer × exporter; the diagonal is trade inside a
        group. A frame is put into the order of the codes. ``None`` where no trade weights are known:
        whatever needs them then refuses.
    gdp : (N,) float64, US dollars a year; or a Series or mapping by economy; or ``None``.
    vintage : the year of the imports.
    source : where the imports come from.

    Raises
    ------
    InputError
        With every problem: bad or repeated codes, wrong shape, negative or non-finite imports.

    Examples
    --------
    >>> world = Economies(["USA", "CHN"], [[0, 440e9], [145e9, 0]], vintage="2023")
    >>> world.index("CHN")
    1
    """

    codes: tuple[str, ...]
    imports: NDArray[np.float64] | None = field(default=None, repr=False)
    gdp: NDArray[np.float64] | None = field(default=None, repr=False)
    vintage: str = ""
    source: str = field(default="", repr=False)

    def __init__(
        self,
        codes: Sequence[str],
        imports: Any = None,
        gdp: Any = None,
        vintage: str = "",
        source: str = "",
    ) -> None:
        named = (codes,) if isinstance(codes, str) else ordered("codes", codes)
        trade = output = None
        every = Together(_code_problems(named))
        with every:
            trade = None if imports is None else aligned("imports", imports, named)
            every.add(_value_problems(named, "imports", trade, (len(named), len(named))))
        with every:
            output = None if gdp is None else aligned_vector("gdp", gdp, named)
            every.add(_value_problems(named, "gdp", output, (len(named),)))
        every.refuse()
        values = {"imports": trade, "gdp": output, "vintage": vintage, "source": source}
        for name, value in ({"codes": named} | values).items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_frame(cls, imports: pd.DataFrame, vintage: str = "", source: str = "") -> "Economies":
        """Build from a square frame of imports, rows importers, columns exporters, in US dollars."""
        trade, codes = labelled("imports", imports)
        return cls(codes, trade, vintage=vintage, source=source)

    def __len__(self) -> int:
        return len(self.codes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Economies):
            return NotImplemented
        return (
            self.codes == other.codes
            and self.vintage == other.vintage
            and self.source == other.source
            and _same(self.imports, other.imports)
            and _same(self.gdp, other.gdp)
        )

    def __hash__(self) -> int:
        return hash((self.codes, self.vintage))

    def index(self, code: str) -> int:
        """Return the position of an economy on every importer and exporter axis."""
        if code not in self.codes:
            raise InputError([unknown_name("economy", code, self.codes)])
        return self.codes.index(code)

    @property
    def weights(self) -> NDArray[np.float64]:
        """Share of each partner in an importer's trade with others, ``(N, N)``; rows sum to 1 (or are 0)."""
        foreign = self._known_imports().copy()
        np.fill_diagonal(foreign, 0.0)
        total = foreign.sum(axis=1, keepdims=True)
        return foreign / np.where(total > 0, total, 1.0)

    def select(self, codes: Iterable[str]) -> "Economies":
        """Return only the named economies, in the order given."""
        chosen = list(codes)
        at = [self.index(code) for code in chosen]
        trade = None if self.imports is None else self.imports[np.ix_(at, at)]
        output = None if self.gdp is None else self.gdp[at]
        return Economies(chosen, trade, output, self.vintage, self.source)

    def group(self, groups: Mapping[str, Sequence[str]]) -> "Economies":
        """Merge economies into groups; those not named stay as they are.

        Raises
        ------
        InputError
            For unknown economies, one in two groups, and a group named like an economy outside it.

        Examples
        --------
        >>> three = Economies(["USA", "CHN", "JPN"], [[0, 4, 2], [1, 0, 3], [1, 2, 0]])
        >>> three.group({"ASIA": ["CHN", "JPN"]}).imports
        array([[0., 6.],
               [2., 5.]])
        """
        fail_if(_group_problems(self.codes, groups))
        group_of = {code: name for name, members in groups.items() for code in members}
        labels = [group_of.get(code, code) for code in self.codes]
        merged = list(dict.fromkeys(labels))
        member = np.array([[label == code for code in labels] for label in merged], dtype=np.float64)
        trade = member @ self._known_imports() @ member.T
        output = None if self.gdp is None else member @ self.gdp
        return Economies(merged, trade, output, self.vintage, self.source)

    def to_frame(self) -> pd.DataFrame:
        """Return the imports as a frame, importer × exporter, US dollars a year."""
        index, columns = pd.Index(self.codes, name="importer"), pd.Index(self.codes, name="exporter")
        return pd.DataFrame(self._known_imports(), index=index, columns=columns)

    def _known_imports(self) -> NDArray[np.float64]:
        if self.imports is None:
            problem = Problem("trade weights are needed", "Economies", "imports=None", "an (N, N) array")
            raise InputError([problem])
        return self.imports


def code_problems(where: str, *codes: Any) -> Iterator[Problem]:
    """Yield what cannot be the code of an economy; alpha-2 codes are refused with the alpha-3 code.

    Examples
    --------
    >>> [str(problem) for problem in code_problems("importer", "USA", "US")]
    ["importer: not an economy code; got 'US'; allowed: an ISO 3166 alpha-3 code ...; did you mean 'USA'?"]
    """
    for code in codes:
        if not isinstance(code, str) or not CODE.fullmatch(code) or code in ALPHA_3:
            word = code.strip().upper() if isinstance(code, str) else ""
            guess = ALPHA_3.get(word, word if re.fullmatch("[A-Z]{3}", word) else "")
            fix = f"did you mean {guess!r}?" if guess else ""
            yield Problem("not an economy code", where, repr(code), CODE_ALLOWED, fix)


def _code_problems(codes: tuple[str, ...]) -> Iterable[Problem]:
    if not codes:
        yield Problem("no economies", "codes", "an empty list", CODE_ALLOWED)
    yield from code_problems("codes", *codes)
    for code in sorted({str(code) for code in codes if codes.count(code) > 1}):
        yield Problem("economy named twice", "codes", repr(code), "each code once")


def _value_problems(
    codes: tuple[str, ...], name: str, values: NDArray[np.float64] | None, shape: tuple[int, ...]
) -> Iterable[Problem]:
    if values is None:
        return
    if values.shape != shape:
        yield Problem("wrong shape", name, str(values.shape), f"{shape}, in the order of the codes")
        return
    for position in np.argwhere(~np.isfinite(values) | (values < 0)):
        where = f"{name}[{', '.join(codes[k] for k in position)}]"
        yield Problem("not a value", where, str(values[tuple(position)]), "finite US dollars, 0 or more")


def _group_problems(codes: tuple[str, ...], groups: Mapping[str, Sequence[str]]) -> Iterable[Problem]:
    members = [code for named in groups.values() for code in named]
    for code in sorted(set(members)):
        if code not in codes:
            yield unknown_name("economy", code, codes, "groups")
        elif members.count(code) > 1:
            yield Problem("economy in two groups", "groups", repr(code), "each economy in one group at most")
    for name in sorted(set(groups) & (set(codes) - set(members))):
        yield Problem("group named like an economy outside it", "groups", repr(name), "another name")


def _same(one: NDArray[np.float64] | None, other: NDArray[np.float64] | None) -> bool:
    return one is other or (one is not None and other is not None and np.array_equal(one, other))
