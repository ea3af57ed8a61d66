"""Rules as strategies of the repeated prisoner's dilemma, move for move as the axelrod package plays them.

A day is a round. To cooperate is to have announced nothing, to defect is to have announced ``RATE``. The
moves in ``axelrod_moves.json`` were recorded with axelrod by ``benchmarks/axelrod_moves.py``.
"""

import datetime as dt
import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from tradesim import rules
from tradesim.economies import Economies
from tradesim.measures import Measure
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule

HERE = Path(__file__).parent
RECORD = json.loads((HERE / "axelrod_moves.json").read_text(encoding="utf-8"))
GAMES, ROUNDS = RECORD["games"], RECORD["rounds"]
FIRST = dt.date(2025, 1, 1)
RATE = 0.25
CODES = ("USA", "CHN")
AT_ONCE = {"reaction": 1, "implementation": 0, "cap": RATE}


def by_law(*days):
    """Defections that do not depend on the other: acts in force on these days, as (first, first not)."""
    return None, days


def every_other(seen, own, first, day, memory, values):
    """Defect on every second day, whatever the other does."""
    return values[0] * (day % 2) + 0.0 * seen, memory


PLAYERS = {
    "Cooperator": (rules.Passive(), ()),
    "Defector": by_law((0, ROUNDS)),
    "Alternator": (rules.Custom(function=every_other, parameters=(RATE,), **AT_ONCE), ()),
    "TitForTat": (rules.Match(**AT_ONCE), ()),
    "SuspiciousTitForTat": (rules.Match(**AT_ONCE), [(0, 1)]),
    "Grudger": (rules.Grim(rate=RATE, **AT_ONCE), ()),
    "Gradual": (rules.Gradual(rate=RATE, period=1, **AT_ONCE), ()),
}
"""A rule, and the days on which an economy defects by law."""
OTHERWISE = {
    "Alternator": by_law(*((day, day + 1) for day in range(1, ROUNDS, 2))),
    "TitForTat": (rules.Contrite(**AT_ONCE), ()),
    "Grudger": (rules.Match(ratchet=True, **AT_ONCE), ()),
}
"""Other ways to the same moves: acts by law; contrition without a first strike; matching with a ratchet."""


def moves(one, other, days=ROUNDS):
    """The moves of two players, each a rule and days on which it defects by law, as ``C`` and ``D``."""
    acts = [
        Measure(
            name=f"act of day {first}",
            importer=code,
            exporter=partner,
            authority="law",
            rate=RATE,
            effective=FIRST + dt.timedelta(days=first),
            expires=FIRST + dt.timedelta(days=end),
        )
        for code, partner, (_, by) in zip(CODES, reversed(CODES), (one, other), strict=True)
        for first, end in by
    ]
    answering = {code: rule for code, (rule, _) in zip(CODES, (one, other), strict=True) if rule is not None}
    scenario = Scenario(
        name="game",
        start=FIRST,
        end=FIRST + dt.timedelta(days=days),
        schedule=Schedule(acts, Economies(CODES)),
        rules=answering,
    )
    duty = scenario.run().duty[0]
    assert np.isin(duty, [0.0, RATE]).all()
    return ["".join("CD"[int(x > 0)] for x in duty[:, i, j]) for i, j in ((0, 1), (1, 0))]


@pytest.mark.parametrize("game", GAMES)
def test_rules_move_as_axelrod_s_strategies(game):
    one, other = game.split(" - ")
    assert moves(PLAYERS[one], PLAYERS[other]) == GAMES[game]
    assert moves(PLAYERS[other], PLAYERS[one]) == GAMES[game][::-1]


@pytest.mark.parametrize("game", [game for game in GAMES if OTHERWISE.keys() & set(game.split(" - "))])
def test_other_rules_to_the_same_moves(game):
    one, other = ((PLAYERS | OTHERWISE)[name] for name in game.split(" - "))
    assert moves(one, other) == GAMES[game]


@pytest.mark.parametrize("period", [3, 7])
@pytest.mark.parametrize("other", ["Cooperator", "Defector", "Alternator", "Gradual"])
def test_rounds_of_several_days_are_the_same_game_drawn_out(other, period):
    gradual = rules.Gradual(rate=RATE, period=period, **AT_ONCE)
    opponents = {
        "Cooperator": by_law(),
        "Defector": by_law((0, ROUNDS * period)),
        "Alternator": by_law(*((k * period, (k + 1) * period) for k in range(1, ROUNDS, 2))),
        "Gradual": (gradual, ()),
    }
    drawn_out = ["".join(move * period for move in sequence) for sequence in GAMES[f"{other} - Gradual"]]
    assert moves(opponents[other], (gradual, ()), days=ROUNDS * period) == drawn_out


def test_the_games_are_many_and_not_all_alike():
    assert {frozenset(game.split(" - ")) for game in GAMES} == {
        frozenset((one, other)) for one in PLAYERS for other in PLAYERS
    }
    played = {tuple(pair) for pair in GAMES.values()}
    assert len(played) >= 15
    assert all(len(sequence) == ROUNDS == 60 for pair in played for sequence in pair)


def test_the_recording_is_what_the_installed_package_plays(monkeypatch):
    """Where axelrod is installed; it is no dependency, as it would bring gigabytes along."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("axelrod")
        monkeypatch.syspath_prepend(str(HERE.parent))
        from benchmarks import axelrod_moves

        assert axelrod_moves.games() == GAMES
    assert (axelrod_moves.ROUNDS, len(axelrod_moves.STRATEGIES)) == (ROUNDS, len(PLAYERS))
