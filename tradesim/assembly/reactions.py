"""Reactions: rules as rows of numbers, one for each pair of economies of which one answers the other."""

from collections.abc import Mapping
from typing import TypedDict

import numpy as np

from tradesim.assembly.curves import Curve, table_of
from tradesim.assembly.tables import numbers, table, whole
from tradesim.economies import Economies
from tradesim.engine.families import CUSTOM, FAMILIES
from tradesim.engine.philox import stream_of
from tradesim.engine.program import NOMINAL, WEIGHTED, Flags, Floats, Functions, Ints, Of
from tradesim.errors import InputError, Problem
from tradesim.rules import Passive, Rebalance, Rule

BESIDE = {None: 0, "fee": 1, "export_control": 2}
UNBOUNDED = 1e12
"""Exports over imports, where there are no imports."""


class RuleArrays(TypedDict):
    """The part of a `Program` about rules."""

    rule_pair: Ints
    rule_of: Ints
    rule_kind: Ints
    rule_view: Ints
    rule_tariff: Flags
    rule_beside: Ints
    rule_allies: Flags
    rule_stream: Ints
    rule_values: Floats
    rule_curve: Floats


def answering(rules: Mapping[str, Rule], codes: tuple[str, ...]) -> list[tuple[str, str, Rule]]:
    """Return (importer, exporter, rule) of every pair whose importer answers its exporter.

    A rule for a pair, ``CHN-USA``, takes the place of the economy's, ``CHN``, towards that partner.
    """
    found = []
    for i in codes:
        for j in codes:
            rule = rules.get(f"{i}-{j}", rules.get(i))
            if i != j and rule is not None and not isinstance(rule, Passive):
                found.append((i, j, rule))
    return found


def rule_arrays(
    rules: Mapping[str, Rule], economies: Economies, curves: Mapping[tuple[str, str], Curve]
) -> RuleArrays:
    """Return the arrays of the answering pairs; ``curves`` are those of rules that ask a model.

    Raises
    ------
    InputError
        For a rule by value among economies without imports.
    """
    codes, pairs = economies.codes, answering(rules, economies.codes)
    places = {(i, j): a for a, (i, j, _) in enumerate(pairs)}
    rows = []
    for i, j, rule in pairs:
        shared = [float(getattr(rule, of.name.lower()) or 0.0) for of in Of if of is not Of.OWN]
        own = rule.values(trade_ratio(economies, i, j, rule))
        rows.append([*shared, *own, *[0.0] * (4 - len(own))])
    return RuleArrays(
        rule_pair=table([(codes.index(i), codes.index(j)) for i, j, _ in pairs], 2),
        rule_of=table([[places.get((i, j), -1) for j in codes] for i in codes], len(codes)),
        rule_kind=whole([code_of(rule) for _, _, rule in pairs]),
        rule_view=whole([_view(rule) for _, _, rule in pairs]),
        rule_tariff=np.array([rule.instrument == "tariff" for _, _, rule in pairs], dtype=np.bool_),
        rule_beside=whole([BESIDE[rule.charged_beside] for _, _, rule in pairs]),
        rule_allies=table([[code in rule.allies for code in codes] for _, _, rule in pairs], len(codes)) > 0,
        rule_stream=whole([stream_of("forgiveness", f"{i}-{j}") for i, j, _ in pairs]),
        rule_values=numbers(rows, len(Of) + 3),
        rule_curve=table_of([curves.get((i, j)) for i, j, _ in pairs]),
    )


def functions_of(rules: Mapping[str, Rule], economies: Economies) -> Functions:
    """Return the functions that the day loop has to ask, by answering pair."""
    found: Functions = {}
    for k, (i, j, rule) in enumerate(answering(rules, economies.codes)):
        if code_of(rule) == CUSTOM:
            values = np.zeros(4)
            own = rule.values(trade_ratio(economies, i, j, rule))
            values[: len(own)] = own
            found[k] = rule.family, values
    return found


def code_of(rule: Rule) -> int:
    """Return the place of a rule's arithmetic among the compiled ones, or ``CUSTOM``."""
    return FAMILIES.index(rule.family) if rule.family in FAMILIES else CUSTOM


def _view(rule: Rule) -> int:
    return WEIGHTED if rule.view == "trade-weighted" or rule.averages else NOMINAL


def trade_ratio(economies: Economies, i: str, j: str, rule: Rule) -> float:
    """Return i's exports to j over its imports from j."""
    if not isinstance(rule, Rebalance):
        return 1.0
    if economies.imports is None:
        where = f"rules.{i}"
        raise InputError([Problem("a rule by value without trade", where, "no imports", fix="give imports")])
    sold = float(economies.imports[economies.index(j), economies.index(i)])
    bought = float(economies.imports[economies.index(i), economies.index(j)])
    if sold == 0.0:
        return 0.0
    return min(sold / bought, UNBOUNDED) if bought > 0.0 else UNBOUNDED
