"""Matching: which tariffs of a model the duties of paths set, by the codes of the economies.

A path's economy is the model's economy of the same code. ``ROW`` is by its meaning everybody else: in a path
of ``USA, CHN, ROW`` it stands for every economy of the model but those two, whether or not the model has a
smaller ``ROW`` of its own. Duties that a path does not record, and those among the economies that one code
stands for, stay what they are in the model's base.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradesim.errors import Problem, fail_if, unknown_name

Floats = NDArray[np.float64]
REST = "ROW"


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Where the duties of paths go in a model.

    Parameters
    ----------
    codes : the N economies of the model.
    base : (N, N) float64, fraction, importer × exporter: the tariffs of the model's base.
    importer, exporter : (K,) int64, positions on the paths' axes of the K pairs that set tariffs.
    pair_of : (N, N) int64, which of the K pairs sets a tariff of the model; -1 where none does.
    """

    codes: tuple[str, ...]
    base: Floats
    importer: NDArray[np.int64]
    exporter: NDArray[np.int64]
    pair_of: NDArray[np.int64]

    @property
    def assumed_free(self) -> tuple[str, ...]:
        """Economies of the model whose tariffs neither its base nor the paths state; they are 0."""
        known = (self.pair_of >= 0).any(axis=1) | (self.base != 0).any(axis=1)
        return tuple(code for code, stated in zip(self.codes, known, strict=True) if not stated)

    def rates(self, duty: Floats) -> Floats:
        """Return the duties of the K pairs, (..., K), of the paths' duties, (..., P, P)."""
        return np.asarray(duty[..., self.importer, self.exporter])

    def tariffs(self, rates: Floats) -> Floats:
        """Return the model's tariffs, (..., N, N), where the K pairs charge these rates, (..., K)."""
        spread = np.broadcast_to(self.base, (*rates.shape[:-1], *self.base.shape)).copy()
        known = self.pair_of >= 0
        spread[..., known] = rates[..., self.pair_of[known]]
        return spread


def match(
    codes: Sequence[str],
    base: Floats,
    economies: Sequence[str],
    recorded: NDArray[np.bool_],
    members: Mapping[str, Sequence[str]] | None = None,
) -> Match:
    """Return where the duties of paths go in a model.

    Parameters
    ----------
    codes : the N economies of the model.
    base : (N, N) float64, the tariffs of its base.
    economies : the P economies of the paths.
    recorded : (P, P) bool, the pairs whose duty is known.
    members : the model's economies that an economy of the paths stands for, where codes differ:
        ``{"EU27": ["DEU", "FRA", …]}``.

    Raises
    ------
    InputError
        For a model whose economies have no names, economies of the paths that are not in it, members that
        are unknown or taken twice, and paths without any recorded pair.

    Examples
    --------
    >>> found = match(["USA", "CHN", "JPN"], np.zeros((3, 3)), ["USA", "ROW"], np.ones((2, 2), dtype=bool))
    >>> found.tariffs(np.array([0.3, 0.1]))
    array([[0. , 0.3, 0.3],
           [0.1, 0. , 0. ],
           [0.1, 0. , 0. ]])
    """
    pairs = np.argwhere(recorded & ~np.eye(len(economies), dtype=bool))
    meant = _meant(codes, economies, sorted(set(pairs.ravel().tolist())), members or {})
    fail_if(_problems(codes, meant, members or {}, economies, len(pairs)))
    owner = np.full(len(codes), -1)
    for k, theirs in meant.items():
        owner[[list(codes).index(code) for code in theirs]] = k
    number = np.full((len(economies) + 1, len(economies) + 1), -1)
    number[pairs[:, 0], pairs[:, 1]] = np.arange(len(pairs))
    pair_of = number[owner[:, None], owner[None, :]]
    return Match(tuple(codes), base, pairs[:, 0], pairs[:, 1], pair_of)


def _meant(
    codes: Sequence[str], economies: Sequence[str], used: Sequence[int], members: Mapping[str, Sequence[str]]
) -> dict[int, list[str]]:
    """Return the model's economies that each economy of the paths in a recorded pair stands for."""
    meant = {
        k: list(members.get(economies[k], [economies[k]]))
        for k in used
        if economies[k] != REST or REST in members
    }
    taken = {code for theirs in meant.values() for code in theirs}
    rest = {k: [code for code in codes if code not in taken] for k in used if k not in meant}
    return {**meant, **rest}


def _problems(
    codes: Sequence[str],
    meant: Mapping[int, Sequence[str]],
    members: Mapping[str, Sequence[str]],
    economies: Sequence[str],
    pairs: int,
) -> Iterator[Problem]:
    if not codes:
        fix = "build it with codes=(…), or from a frame"
        yield Problem(
            "economies without names", "model", "no codes", "a model whose economies are named", fix
        )
        return
    if not pairs:
        yield Problem("no duty to follow", "paths", "no recorded pair", "one or more")
    yield from (
        unknown_name("economy", name, economies, "members") for name in members if name not in economies
    )
    found = [code for theirs in meant.values() for code in theirs]
    for code in sorted(set(found)):
        if code not in codes:
            yield unknown_name("economy", code, codes, "paths, looked up in the model")
        elif found.count(code) > 1:
            yield Problem("an economy of the model meant twice", "members", repr(code), "once")
    for k, theirs in meant.items():
        if not theirs:
            fix = "leave its pairs out with paths.select(…)"
            yield Problem("no economy of the model is left", "paths", economies[k], ", ".join(codes), fix)
