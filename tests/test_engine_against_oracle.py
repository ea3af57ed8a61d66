"""The engine against the oracle, on scenarios by number: every duty, cost, truce and outcome of a draw.

``TRADESIM_ORACLE_SCENARIOS`` says how many scenarios (500).
"""

import os

import engine_oracle
import numpy as np
import pytest
import random_scenarios

from tradesim import rules
from tradesim.events import NEEDS, USES

MANY = int(os.environ.get("TRADESIM_ORACLE_SCENARIOS", "500"))
BLOCK = 20
DRAWS = (0, 2)
CLOSE = 1e-12


@pytest.mark.parametrize("first", range(0, MANY, BLOCK))
def test_the_engine_agrees_with_the_oracle(first):
    for number in range(first, min(first + BLOCK, MANY)):
        assert disagreement(number) is None


@pytest.mark.parametrize("number", [2812, 7265, 7628, 9032])
def test_scenarios_on_which_they_once_parted(number):
    assert disagreement(number) is None


@pytest.mark.parametrize("number", range(0, min(MANY, 40), 4))
def test_antithetic_draws_agree_with_the_oracle(number):
    assert disagreement(number, draws=(0, 1), sampling="antithetic") is None


def disagreement(number, draws=DRAWS, sampling="random"):
    """Say where the engine and the oracle first part on the scenario of a number, or ``None``."""
    scenario = random_scenarios.random_scenario(number)
    paths = scenario.run(draws=3, seed=number, sampling=sampling)
    for draw in draws:
        expected = engine_oracle.play(scenario, number, draw, sampling)
        for found in _differences(paths, draw, expected):
            return f"scenario {number}, draw {draw}: {found}"
    return None


def _differences(paths, draw, expected):
    """Yield where one draw differs, by day, the first day first."""
    none = np.zeros_like(paths.duty)
    for t, today in enumerate(expected.days):
        where = f"day {t} ({today['day']})"
        yield from _different_truces(paths, draw, t, today["truces"], where)
        for name, values in (("duty", paths.duty), ("cost", none if paths.cost is None else paths.cost)):
            yield from _different_pairs(paths.economies, values[draw, t], today[name], f"{where}, {name}")
    for name, found, wanted in _whole_draw(paths, draw, expected):
        if found != wanted:
            yield f"{name} {found}, expected {wanted}"


def _whole_draw(paths, draw, expected):
    """Yield (name, found, expected) of what a draw has once."""
    yield "outcomes", {name: str(way) for name, way in paths.outcomes.loc[draw].items()}, expected.outcomes
    yield "renewals", dict(zip(paths.truces, paths.renewals[draw].tolist(), strict=True)), expected.renewals
    breached = {name for name, is_so in zip(paths.truces, paths.breached[draw], strict=True) if is_so}
    yield "breached", breached, expected.breached


def _different_truces(paths, draw, t, expected, where):
    for name, in_force in expected.items():
        found = bool(paths.truce[draw, t, paths.truces.index(name)])
        if found != in_force:
            yield f"{where}, {name}: {'in force' if found else 'not in force'}, expected the contrary"


def _different_pairs(codes, found, expected, where):
    values = np.zeros((len(codes), len(codes)))
    for (i, j), value in expected.items():
        values[codes.index(i), codes.index(j)] = value
    for i, j in zip(*np.nonzero(~(np.abs(found - values) <= CLOSE)), strict=True):
        yield f"{where} {codes[i]}-{codes[j]}: {float(found[i, j])!r}, expected {float(values[i, j])!r}"


# What is compared ------------------------------------------------------------------------------------


def test_the_scenarios_have_everything_often():
    """A generator that leaves something out proves nothing about it."""
    often = random_scenarios.census(range(150))
    wanted = [f"family {kind}" for kind in (*rules.KINDS, "custom")]
    wanted += [f"modifier {name}" for name in (*random_scenarios.MODIFIERS, "cap", "coverage")]
    wanted += [f"view {view}" for view in ("nominal", "trade-weighted")]
    wanted += [f"instrument {instrument}" for instrument in ("tariff", "fee", "export_control")]
    wanted += ["beside fee", "beside export_control"]
    actions = {"enact", "revoke", "end_truce", *NEEDS, *(user for users in USES.values() for user in users)}
    wanted += [f"effect {action}" for action in actions - {"extend_truce"}] + ["effect extend_truce until"]
    wanted += ["effect later", "towards one partner", "effect suspend until", "effect start_truce until"]
    wanted += [f"slope of {state}" for state in ("duty", "days", "renewals")]
    wanted += [
        f"truce {name}" for name in ("snapback", "lapse", "suspend", "surcharges", "renewals", "breach")
    ]
    wanted += ["truce tolerance", "truce start_spread", "truce length_spread", "truce of many"]
    wanted += ["shock that ends", "shock at most", "shock charged later", "size fixed", "size lognorm"]
    wanted += [f"{n} economies" for n in range(1, 7)]
    seldom = {word: often[word] for word in wanted if often[word] < 8}
    assert not seldom


def test_what_may_happen_happens_often():
    happened = {"renewed": 0, "breached": 0, "relief": 0, "shocks": 0, "fees": 0, "answers": 0}
    for number in range(100):
        found = engine_oracle.play(random_scenarios.random_scenario(number), number)
        happened["renewed"] += any(found.renewals.values())
        happened["breached"] += bool(found.breached)
        happened["relief"] += any(x < 0 for today in found.days for x in today["answered"].values())
        happened["answers"] += any(x > 0 for today in found.days for x in today["answered"].values())
        happened["fees"] += any(x > 0 for today in found.days for x in today["cost"].values())
        happened["shocks"] += any(found.arrivals.values())
    assert all(count >= 5 for count in happened.values()), happened
