"""Subjects: what a report is about, found by its name, its path or as it is, and how to find it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradesim import datasets, io, scenarios
from tradesim.errors import InputError, Problem, unknown_name
from tradesim.reports.grounds import Origin
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.sweeps import Sweep, resume
from tradesim.sweeps.files import status_of
from tradesim.sweeps.store import kept, manifest_of

ALLOWED = "a name, a path, or a Scenario, a Schedule or a Sweep"


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What a report is about.

    Parameters
    ----------
    of : the scenario, the record or the sweep.
    name, title : what it is called.
    origin : where it came from.
    record : name or folder of the record, where it is one.
    """

    of: Scenario | Schedule | Sweep
    name: str
    title: str
    origin: Origin
    record: str = ""

    @property
    def about(self) -> Mapping[str, Any]:
        """What a record says of itself; nothing of others."""
        return datasets.describe(self.record) if self.record else {}


def found(subject: Any) -> Subject:
    """Return what a report is about.

    Raises
    ------
    InputError
        If it is nothing that there is, with the nearest names.
    """
    if isinstance(subject, Scenario):
        return _scenario(subject)
    if isinstance(subject, Schedule):
        return _schedule(subject)
    if isinstance(subject, Sweep):
        return _sweep(subject)
    if not isinstance(subject, str | Path):
        fix = "of paths: give the scenario, with their draws and seed" if hasattr(subject, "duty") else ""
        raise InputError([Problem("nothing to report on", "subject", type(subject).__name__, ALLOWED, fix)])
    return _named(str(subject)) or _filed(Path(subject))


def _named(name: str) -> Subject | None:
    """Return the packaged scenario or record of a name."""
    if name in scenarios.names():
        scenario = scenarios.load(name)
        return Subject(scenario, name, scenario.title, Origin(name))
    if name in datasets.names():
        schedule = datasets.load(name)
        if not schedule.pairs:
            known = [other for other in datasets.names() if datasets.load(other).pairs]
            raise InputError([Problem("a record without measures", "subject", repr(name), ", ".join(known))])
        return Subject(schedule, name, schedule.title, Origin(name), name)
    return None


def _filed(path: Path) -> Subject:
    """Return the scenario, the measures or the sweep at a path."""
    ending = path.suffix.lower()
    if datasets.is_folder(path):
        return _recorded(path)
    if status_of(path) is not None and path.is_dir():
        return _stored(path)
    if ending == ".csv":
        schedule = io.check_measures(path, ())
        return Subject(schedule, path.stem, schedule.title or path.stem, Origin(str(path)))
    if ending == ".toml" or path.exists():
        scenario = Scenario.from_toml(path)
        origin = Origin(str(path), file=path.read_text(encoding="utf-8"))
        return Subject(scenario, scenario.name, scenario.title, origin)
    known = [*scenarios.names(), *(name for name in datasets.names() if datasets.load(name).pairs)]
    raise InputError([unknown_name("record, scenario, file or store", str(path), known, "subject")])


def _recorded(folder: Path) -> Subject:
    """Return the record of a folder."""
    schedule = datasets.load(folder)
    if not schedule.pairs:
        raise InputError([Problem("a record without measures", str(folder), allowed="a measures.csv in it")])
    return Subject(schedule, folder.name, schedule.title, Origin(str(folder)), str(folder))


def _stored(path: Path) -> Subject:
    """Return the sweep of a folder, once all of it is done.

    Raises
    ------
    InputError
        If there is none, or some of it is missing.
    """
    if manifest_of(path) is None:
        raise InputError(
            [
                Problem(
                    "no sweep and no record in it",
                    str(path),
                    allowed="a folder that a sweep wrote, or a record with meta.toml",
                )
            ]
        )
    store = kept(path)
    done, every = store.done(), len(store.blocks())
    if done < every:
        fix = f"finish it: tradesim sweep NAME|FILE --store {path} --resume"
        raise InputError(
            [Problem("a sweep that is not done", str(path), f"{done} of {every} blocks", fix=fix)]
        )
    return _sweep(resume(path, progress=False), str(path))


def _scenario(scenario: Scenario) -> Subject:
    """Return a scenario of Python: a packaged one by its name, any other with its text."""
    if scenario.name in scenarios.names() and scenarios.load(scenario.name) == scenario:
        return _named(scenario.name)  # type: ignore[return-value]
    try:
        text = io.scenario_text(scenario)
        python = 'subject = ts.Scenario.from_toml("scenario.toml")  # the file below, saved under this name'
    except InputError as error:
        why = " ".join(str(error).split())
        text, python = None, f"# subject: your scenario, which no file can hold ({why})"
    return Subject(scenario, scenario.name, scenario.title, Origin("", python, text))


def _schedule(schedule: Schedule) -> Subject:
    """Return a schedule of Python: a packaged one by its name."""
    name = next((each for each in datasets.names() if datasets.load(each) is schedule), None)
    if name is not None:
        return _named(name)  # type: ignore[return-value]
    if not schedule.pairs:
        raise InputError([Problem("no duty in it", "subject", repr(schedule), "a schedule with measures")])
    name = schedule.title or "schedule"
    return Subject(schedule, name, name, Origin("", "# subject: your schedule"))


def _sweep(sweep: Sweep, path: str = "") -> Subject:
    """Return a sweep, by its store where it has one."""
    place = path or (str(sweep.store.folder) if sweep.store is not None else "")
    python = "" if place else "# subject: your sweep; it has no store"
    one = next(iter(sweep.setup.scenarios.values()))
    return Subject(sweep, sweep.labels.name, one.title, Origin(place, python))
