"""Checking: what is in a file, or every problem that it has."""

from pathlib import Path

from tradesim import io
from tradesim.cli.output import say
from tradesim.errors import InputError, Problem
from tradesim.scenario import Scenario
from tradesim.wording import count


def check(file: Path, economies: str | None) -> None:
    """Read a scenario or a file of measures, and say that it is in order."""
    ending = file.suffix.lower()
    if ending not in {".toml", ".csv"}:
        allowed = "a scenario (.toml) or a file of measures (.csv)"
        raise InputError(
            [Problem("neither a scenario nor measures", str(file), ending or "no ending", allowed)]
        )
    if ending == ".csv":
        say(_measures_in(file, economies))
        return
    if economies is not None:
        raise InputError([Problem("goes with measures only", "--economies", economies, "a .csv file")])
    say(_scenario_in(file))


def _scenario_in(file: Path) -> str:
    scenario = Scenario.from_toml(file)
    parts = [
        count(len(scenario.schedule), "measure"),
        *(
            count(len(named), noun)
            for noun, named in {
                "rule": scenario.rules,
                "truce": scenario.truces,
                "event": scenario.events,
                "branch": scenario.branches,
            }.items()
            if named
        ),
    ]
    return f"ok: {file}: scenario {scenario.name}, {scenario.start} until {scenario.end}: {', '.join(parts)}"


def _measures_in(file: Path, economies: str | None) -> str:
    codes = [code.strip() for code in (economies or "").split(",") if code.strip()]
    schedule = io.check_measures(file, codes)
    return (
        f"ok: {file}: {count(len(schedule), 'measure')} among {', '.join(schedule.economies.codes)}, "
        f"{schedule.measures[0].effective} to {schedule.measures[-1].effective}: "
        f"{', '.join(schedule.authorities)}"
    )
