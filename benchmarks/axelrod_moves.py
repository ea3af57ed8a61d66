"""Record the moves of strategies of the axelrod package, which `tests/test_axelrod.py` holds rules against.

axelrod is no dependency of this project. With it installed, this writes `tests/axelrod_moves.json` anew:

    python -m benchmarks.axelrod_moves
"""

import importlib
import itertools
import json
from pathlib import Path
from typing import Any

ROUNDS = 60
STRATEGIES = (
    "Cooperator",
    "Defector",
    "Alternator",
    "TitForTat",
    "SuspiciousTitForTat",
    "Grudger",
    "Gradual",
)
FILE = Path(__file__).parents[1] / "tests" / "axelrod_moves.json"


def games() -> dict[str, list[str]]:
    """Return the moves of both players, ``C`` and ``D`` round by round, of every game of two."""
    package: Any = importlib.import_module("axelrod")
    played = {}
    for one, other in itertools.combinations_with_replacement(STRATEGIES, 2):
        match = package.Match((getattr(package, one)(), getattr(package, other)()), turns=ROUNDS)
        moves = match.play()
        played[f"{one} - {other}"] = ["".join(str(pair[side]) for pair in moves) for side in (0, 1)]
    return played


def version() -> str:
    """Return the version of the installed package."""
    return str(importlib.import_module("axelrod").__version__)


if __name__ == "__main__":
    found = games()
    record = {"axelrod": version(), "rounds": ROUNDS, "games": found}
    FILE.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"{FILE.name}: {len(found)} games of {ROUNDS} rounds, axelrod {version()}")
