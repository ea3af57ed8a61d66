"""Finding: what a name or a path on the command line stands for."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tradesim import datasets, io, scenarios
from tradesim.errors import InputError, Problem, unknown_name
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.timegrid import DateLike, as_date


def scenario(subject: str) -> Scenario:
    """Return the packaged scenario of a name, or the one in a file.

    Raises
    ------
    InputError
        If there is neither, with the nearest names, and for what is wrong with the file.
    """
    if subject in scenarios.names():
        return scenarios.load(subject)
    if subject in datasets.names():
        fix = f"it is a record: tradesim duty {subject} --on DATE, or tradesim plot {subject}"
        raise InputError(
            [Problem("not a scenario", "NAME", repr(subject), ", ".join(scenarios.names()), fix)]
        )
    if is_file(subject):
        return Scenario.from_toml(subject)
    raise InputError([unknown_name("scenario or file", subject, scenarios.names(), "NAME")])


def record(name: str) -> str:
    """Return the name of a packaged record.

    Raises
    ------
    InputError
        If there is none, with the nearest names.
    """
    if name in scenarios.names():
        fix = f"it is a scenario: tradesim run {name}"
        raise InputError([Problem("not a record", "NAME", repr(name), ", ".join(datasets.names()), fix)])
    if name not in datasets.names():
        raise InputError([unknown_name("record", name, datasets.names(), "NAME")])
    return name


def record_with_measures(subject: str) -> Schedule:
    """Return the schedule of a packaged record, of a record folder or of a CSV file of measures.

    Raises
    ------
    InputError
        If there is no such record, it holds economies and their trade only, or its files have problems.
    """
    if is_measures(subject):
        return io.check_measures(subject)
    schedule = datasets.load(subject if datasets.is_folder(subject) else record(subject))
    if not schedule.pairs:
        known = [other for other in datasets.names() if datasets.load(other).pairs]
        raise InputError([Problem("a record without measures", "NAME", repr(subject), ", ".join(known))])
    return replace(schedule)  # its own, so that each command says once what lies past the vintage


def about_record(subject: str) -> Mapping[str, Any]:
    """Return what a record says of itself; of a CSV file of measures there is only its name."""
    if not is_measures(subject):
        return datasets.describe(subject)
    weights = "none: a file of measures has no trade"
    return {"title": Path(subject).stem, "vintage": "", "weights": weights, "trade_year": ""}


def is_measures(subject: str) -> bool:
    """Return whether a subject is meant as a CSV file of measures."""
    return subject not in datasets.names() and Path(subject).suffix.lower() == ".csv"


def is_record(subject: str) -> bool:
    """Return whether a subject is a record: by its name, as a folder or as a file of measures.

    Raises
    ------
    InputError
        If it is neither a record nor a scenario nor a file.
    """
    if subject in datasets.names():
        return True
    if subject in scenarios.names():
        return False
    if is_measures(subject) or datasets.is_folder(subject):
        return True
    if is_file(subject):
        return False
    known = [*datasets.names(), *scenarios.names()]
    raise InputError([unknown_name("record, scenario or file", subject, known, "NAME")])


def is_file(subject: str) -> bool:
    """Say whether a subject is meant as a path: it has the ending of one, a folder in it, or is there."""
    path = Path(subject)
    return path.suffix.lower() == ".toml" or len(path.parts) > 1 or path.exists()


def day(text: DateLike | None, option: str) -> str | None:
    """Return a day as given on the command line, in full.

    Raises
    ------
    InputError
        If it is none, naming the option.
    """
    return None if text is None else str(as_date(text, option))
