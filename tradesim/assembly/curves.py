"""Curves: what rules that ask a model answer to each duty of a partner, solved at knots before a run.

Knots are put where they are needed: each stretch between two of them is halved, and halved again where
going straight would have missed the answer halfway by more than the rule's ``accuracy`` (times the answer,
where that is above 100 %). What is left is less than that, but where an answer shoots up or jumps as the
aim passes out of reach: there stretches are no longer than 1/16,384 of the range. Curves are kept, so that
a changed copy of a scenario asks its model nothing anew.

The model, unless the rule brings one, is a `tradesim.economics.SingleSector` at the duties of the eve of the
first day: of the scenario's economies, where they have imports and GDP (that trade is taken to have paid
these duties); else of the packaged world of 2023, brought from the duties of 2023 to those of the eve. ROW is
then whoever is not named. Where two trade with nobody else a deficit cannot be paid for once duties are high:
such worlds have no equilibrium there, and take seconds to say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.economics import SingleSector
from tradesim.economics.retaliation import Model
from tradesim.economics.single import Deficits
from tradesim.economics.status import Status
from tradesim.economies import Economies
from tradesim.engine.program import DUST, Floats
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.percent import high_rates_meant
from tradesim.rules import BestResponse, Economic, Rule
from tradesim.schedule import Schedule
from tradesim.timegrid import TimeGrid

STRETCHES = 16
"""Of the first look, even in log 1 + level."""
HALVINGS = 10
REST = "ROW"
WORLD = "world-2023"


@dataclass(frozen=True, eq=False)
class Curve:
    """What one economy answers to each duty of another.

    Parameters
    ----------
    levels : (Q,) float64, fractions rising from 0: the partner's duty above the reference, on average over
        the pair's trade. answers : (Q,) float64, what is put on its goods, on average too.
    reached : (Q,) bool, whether the answer meets the rule's aim.
    missed : the most that going straight still missed where a stretch was halved for the last time, a
        fraction (times the answer, where that is above 1); but for what shoots up or jumps.
    """

    levels: Floats
    answers: Floats
    reached: NDArray[np.bool_]
    missed: float

    def at(self, level: float) -> tuple[float, bool]:
        """Return the answer to a level, on average over all trade, and whether it meets the aim."""
        above = min(int(np.searchsorted(self.levels, level)), len(self.levels) - 1)
        return float(np.interp(level, self.levels, self.answers)), bool(self.reached[above])


def curves_of(rules: Mapping[str, Rule], schedule: Schedule, grid: TimeGrid) -> dict[tuple[str, str], Curve]:
    """Return the curve of every pair whose importer has a rule that asks a model, by (importer, exporter).

    Raises
    ------
    InputError
        Where there is nothing to make a model of, and for a model without the pair's economies or that has
        no answer.

    Examples
    --------
    >>> from tradesim import economics as ec, rules
    >>> twins = Economies(["USA", "CHN"], [[0, 10.0], [10.0, 0]], gdp=[100.0, 100.0])
    >>> grid = TimeGrid("2025-01-01", "2025-02-01")
    >>> curve = curves_of({"CHN": rules.TermsOfTrade()}, Schedule([], twins), grid)["CHN", "USA"]
    >>> answer, reached = curve.at(0.2)
    >>> round(answer, 3), reached
    (0.2, True)
    """
    codes = schedule.economies.codes
    wanted = {
        (i, j): rule
        for i in codes
        for j in codes
        if i != j and isinstance(rule := rules.get(f"{i}-{j}", rules.get(i)), Economic)
    }
    return {pair: _of_pair(rule, schedule, grid, pair) for pair, rule in wanted.items()}


def table_of(curves: list[Curve | None]) -> Floats:
    """Return curves as (A, 2, Q), padded with levels of the same answer."""
    most = max((len(curve.levels) for curve in curves if curve is not None), default=0)
    table = np.zeros((len(curves), 2, most))
    for row, curve in zip(table, curves, strict=True):
        if curve is not None:
            more = most - len(curve.levels)
            row[0] = np.append(curve.levels, curve.levels[-1] + 1.0 + np.arange(more))
            row[1] = np.append(curve.answers, np.full(more, curve.answers[-1]))
    return table


# Solved -------------------------------------------------------------------------------------------------


def _of_pair(rule: Economic, schedule: Schedule, grid: TimeGrid, pair: tuple[str, str]) -> Curve:
    try:
        with high_rates_meant():  # levels up to the rule's own top
            model = _model(rule, schedule, grid) if rule.model is None else rule.model
            return _solved(rule.shape, model, *pair)
    except InputError as error:
        raise error.at(f"rules.{pair[0]}: towards {pair[1]}") from None


@lru_cache(maxsize=1024)
def _solved(rule: Economic, model: Any, victim: str, attacker: str) -> Curve:
    """Return a curve, solved where it is not straight."""
    levels = np.expm1(np.linspace(0.0, np.log1p(rule.top), STRETCHES + 1))
    answers, reached = _answers(rule, model, levels, victim, attacker)
    open_, missed = np.arange(STRETCHES), 0.0
    for _ in range(HALVINGS):
        halfway = 0.5 * (levels[open_] + levels[open_ + 1])
        found, there = _answers(rule, model, halfway, victim, attacker)
        straight = 0.5 * (answers[open_] + answers[open_ + 1])
        off = np.abs(found - straight) / np.maximum(found, 1.0)
        bent = off > rule.accuracy
        missed = max([missed, *off[~bent].tolist()])
        places = open_ + 1
        levels, answers = np.insert(levels, places, halfway), np.insert(answers, places, found)
        reached = np.insert(reached, places, there)
        first = (open_ + np.arange(len(open_)))[bent]
        open_ = np.sort(np.concatenate([first, first + 1]))
        if not len(open_):
            break
    return _started(rule, levels, answers, reached, missed)


def _answers(
    rule: Economic, model: Model, levels: Floats, victim: str, attacker: str
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the answers to an attacker's duties on top of what there is, and whether they meet the aim."""
    for code in (victim, attacker):
        fail_if([] if code in model.codes else [unknown_name("economy", code, model.codes, "model")])
    base = np.asarray(getattr(model, "tariffs", np.zeros(model.flows.shape)))
    attacks = np.repeat(base[None], len(levels), axis=0)
    attacks[:, model.codes.index(attacker), model.codes.index(victim)] += levels
    found = rule.answer(model, attacks, victim, attacker)
    known = (Status.CONVERGED, Status.INFEASIBLE, Status.FLAT)
    unknown = ~np.isin(found.status, known) | ~np.isfinite(found.tariff)
    fail_if(
        Problem("a duty that the model cannot answer", "top", f"{level:.4g}", fix="lower it")
        for level in levels[unknown][:1]
    )
    return found.tariff, found.status != Status.INFEASIBLE


def _started(
    rule: Economic, levels: Floats, answers: Floats, reached: NDArray[np.bool_], missed: float
) -> Curve:
    """Return the curve with the answer to nothing: nothing, but for a best response that does not wait."""
    if not isinstance(rule, BestResponse):
        # Exactly: a model would have wages and welfare as they were but for rounding.
        answers[0], reached[0] = 0.0, True
    elif not rule.unprovoked:
        levels = np.insert(levels, 1, DUST)
        answers, reached = np.insert(answers, 0, 0.0), np.insert(reached, 0, True)
    return Curve(levels, answers, reached, missed)


# Of which world -----------------------------------------------------------------------------------------


def _model(rule: Economic, schedule: Schedule, grid: TimeGrid) -> SingleSector:
    day = grid.start - np.timedelta64(1, "D")
    duty = replace(schedule.past_vintage(), begins=None).duty(np.array([day]))[0]
    known = np.where(schedule.recorded, duty, np.nan)
    return _world(schedule.economies, known.tobytes(), float(rule.elasticity), rule.deficits)


@lru_cache(maxsize=64)
def _world(economies: Economies, known: bytes, elasticity: float, deficits: Deficits) -> SingleSector:
    """Return a model at the duties of the eve, NaN where they are not recorded."""
    codes = economies.codes
    duty = np.frombuffer(known).reshape(len(codes), len(codes))
    if economies.imports is not None and economies.gdp is not None:
        charged = np.nan_to_num(duty) * ~np.eye(len(codes), dtype=bool)
        about = {"elasticity": elasticity, "deficits": deficits, "codes": codes}
        return SingleSector.from_trade(economies.imports, economies.gdp, charged, **about)
    flows, tariffs, names = _packaged(codes)
    before = SingleSector(flows, tariffs, elasticity, deficits, names)
    at = [names.index(code) for code in codes]
    now = tariffs.copy()
    now[np.ix_(at, at)] = np.where(np.isnan(duty), now[np.ix_(at, at)], duty)
    np.fill_diagonal(now, 0.0)
    then = before.solve(now)
    fail_if([] if then.converged.all() else [Problem("duties that the world of 2023 cannot bear", "start")])
    return SingleSector(then.flows, now, elasticity, deficits, names)


def _packaged(codes: tuple[str, ...]) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Return duty-paid flows and tariffs of 2023, and whose; ROW is everybody who is not named."""
    from tradesim.trade_data import world_2023  # noqa: PLC0415 read when a rule asks for it

    world = world_2023()
    strangers = [code for code in codes if code not in world.codes]
    fix = "give the economies imports and GDP, or the rule a model"
    fail_if(
        Problem("a rule that asks a model of no world", "economies", code, f"an economy of {WORLD}", fix)
        for code in strangers
    )
    groups = [REST if REST in codes and code not in codes else code for code in world.codes]
    names = tuple(dict.fromkeys(groups))
    member = np.array([[group == name for group in groups] for name in names], dtype=np.float64)
    paid, net = (member @ each @ member.T for each in (world.flows, world.flows / (1.0 + world.tariffs)))
    np.fill_diagonal(paid, np.diag(net))
    return paid, paid / net - 1.0, names
