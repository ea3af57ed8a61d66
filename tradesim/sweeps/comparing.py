"""Comparing: how the sweep that a folder holds differs from the one that is asked for, in words."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tradesim.sweeps.telling import HASH, spread_told, value_told

MISSING = "not there"
MADE_BY = "versions"
SAME_TEXT = "written the same, but its record of duties, or what tradesim makes of it, has changed since"


def differences(before: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """Return how two manifests differ in what numbers depend on, a line each.

    Parameters
    ----------
    before : of the folder. given : of what is asked for.

    Examples
    --------
    >>> differences({"seed": 7, "draws": 10}, {"seed": 8, "draws": 20})
    ['seed: stored 7, given 8']
    """
    return [line for key, told in TELLERS.items() for line in told(key, before, given)] + [
        _line(key, before.get(key), given.get(key))
        for key in dict.fromkeys([*before, *given])
        if key not in {*TELLERS, *SILENT} and before.get(key) != given.get(key)
    ]


def only_versions_differ(before: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Return whether a sweep is the same but for what it is made with."""
    return not differences({**before, MADE_BY: {}}, {**given, MADE_BY: {}})


def _line(name: str, before: Any, given: Any) -> str:
    return f"{name}: stored {_told(before)}, given {_told(given)}"


def _told(value: Any) -> str:
    return MISSING if value is None else value_told(value)


def _scenarios(_: str, before: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """Yield what changed in each scenario, by path."""
    mine, other = before.get("scenarios", {}), given.get("scenarios", {})
    for name in dict.fromkeys([*mine, *other]):
        place = f"scenario {name!r}" if name else "scenario"
        if name not in mine or name not in other:
            yield f"{place}: {'not stored' if name not in mine else 'stored, not given'}"
        elif mine[name] != other[name]:
            one, two = before["told"][name], given["told"][name]
            found = [
                f"{place}: {path} {one.get(path, MISSING)} → {two.get(path, MISSING)}"
                for path in dict.fromkeys([*one, *two])
                if one.get(path) != two.get(path)
            ]
            yield from found or [f"{place}: {SAME_TEXT}"]


def _design(_: str, before: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """Yield which parameters vary otherwise."""
    mine, other = before.get("design", {}), given.get("design", {})
    one, two = mine.get("over", {}), other.get("over", {})
    for path in dict.fromkeys([*one, *two]):
        ways = one.get(path), two.get(path)
        if ways[0] != ways[1]:
            yield _ways(path, *ways)
    if mine.get("kind") != other.get("kind"):
        yield _line("design", mine.get("kind"), other.get("kind"))
    tied = [{f"{a} and {b}": value for a, b, value in each.get("correlation", [])} for each in (mine, other)]
    for pair in dict.fromkeys([*tied[0], *tied[1]]):
        if tied[0].get(pair) != tied[1].get(pair):
            yield _line(f"correlation of {pair}", tied[0].get(pair), tied[1].get(pair))
    if list(one) != list(two) and set(one) == set(two):
        yield f"over: stored in the order {', '.join(one)}, given in the order {', '.join(two)}"


def _ways(path: str, before: Any, given: Any) -> str:
    if before is None or given is None:
        words = ["as the scenario has it" if way is None else spread_told(way) for way in (before, given)]
        return f"{path}: stored {words[0]}, given {words[1]}"
    words = [spread_told(before), spread_told(given)]
    for name in ("points", "grid", "choice"):
        if name in before and name in given and len(before[name]) == len(given[name]):
            apart = [
                k
                for k, pair in enumerate(zip(before[name], given[name], strict=True))
                if len(set(map(repr, pair))) > 1
            ]
            if apart and words[0] == words[1]:
                k = apart[0]
                many = f" ({len(apart):,} of {len(before[name]):,} differ)" if len(apart) > 1 else ""
                return f"{path}: value {k + 1} stored {before[name][k]}, given {given[name][k]}{many}"
    return f"{path}: stored {words[0]}, given {words[1]}"


def _versions(key: str, before: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    mine, other = before.get(key, {}), given.get(key, {})
    for name in dict.fromkeys([*mine, *other]):
        one, two = mine.get(name), other.get(name)
        if one != two and name == "engine":
            yield f"source of tradesim: stored {str(one)[:HASH]}, here {str(two)[:HASH]}"
        elif one != two:
            yield f"{name}: stored with {_told(one)}, installed {_told(two)}"


def _block(key: str, before: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    if before.get(key) != given.get(key):
        yield f"{_line(key, before.get(key), given.get(key))} (it changes no number: leave it out)"


def _impact(key: str, before: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a model of trade was asked otherwise."""
    mine, other = before.get(key), given.get(key)
    if mine is None or other is None:
        if mine is not other:
            yield f"{key}: {'not stored, given' if mine is None else 'stored, not given'}"
        return
    for name in dict.fromkeys([*mine, *other]):
        if mine.get(name) != other.get(name):
            yield _line(f"{key}.{name}", mine.get(name), other.get(name))


TELLERS: Mapping[str, Callable[[str, Mapping[str, Any], Mapping[str, Any]], Iterator[str]]] = {
    "scenarios": _scenarios,
    "design": _design,
    "impact": _impact,
    "versions": _versions,
    "block": _block,
}
SILENT = {"identity", "checks", "draws", "texts", "told", "format"}
"""What does not make it another sweep, or is told beside."""
