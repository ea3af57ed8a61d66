"""Page: the replications as a page of documentation, the published numbers beside ours."""

from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from benchmarks.replications.figures import targets

HEAD = """# Published counterfactuals, recomputed

Made by `python -m benchmarks.replications --page docs/replications.md`; the inputs are the authors' and not
part of the project. Numbers are percent unless they are named otherwise; seconds are of solving, and differ
from machine to machine. A published number is met when ours rounds to it.
"""


def page(found: Mapping[str, Any], replications: Sequence[ModuleType]) -> str:
    """Return the page for what was found, by dotted key.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> toy = SimpleNamespace(NAME="toy", SOURCE="nobody", PUBLISHED={"a.x": "1.2"}, __doc__="Toy: one.")
    >>> lines = page({"toy.a.x": 1.23, "toy.a.y": 2.0, "toy.a.seconds": 0.5}, [toy]).splitlines()
    >>> print(*lines[-9:], sep=chr(10))
    | | published | ours | |
    | --- | --- | --- | --- |
    | a x | 1.2 | 1.2 | met |
    <BLANKLINE>
    All that was computed:
    <BLANKLINE>
    | | x | y | seconds |
    | --- | --- | --- | --- |
    | a | 1.23 | 2 | 0.5 |
    """
    sections = ("\n".join(_section(found, one)) for one in replications)
    return "\n".join([HEAD, *filter(None, sections)]).rstrip() + "\n"


def _section(found: Mapping[str, Any], replication: ModuleType) -> Iterator[str]:
    ours = {key.partition(".")[2]: v for key, v in found.items() if key.startswith(f"{replication.NAME}.")}
    if not ours:
        return
    yield f"## {(replication.__doc__ or replication.NAME).splitlines()[0].rstrip('.')}\n"
    yield f"{replication.SOURCE}.\n"
    reached = {key: target for key, target in targets(replication).items() if key in ours}
    if reached:
        yield from ("| | published | ours | |", "| --- | --- | --- | --- |")
    for key, target in reached.items():
        goal = "met" if target.within is None else f"within {target.within:g}"
        verdict = goal if target.met(ours[key]) else f"not {goal}"
        name = key.replace(".", " ").replace("_", " ")
        yield f"| {name} | {target.printed} | {target.rounded(ours[key])} | {verdict} |"
    yield "\nAll that was computed:\n"
    yield from _whole({key: value for key, value in ours.items() if not isinstance(value, dict)})


def _whole(numbers: Mapping[str, float]) -> Iterator[str]:
    """Yield a table, a row a case; cases with other columns start a new table."""
    cases: dict[str, dict[str, float]] = {}
    for key, value in numbers.items():
        case, _, label = key.rpartition(".")
        cases.setdefault(case, {})[label] = value
    before: list[str] = []
    for case, values in cases.items():
        if list(values) != before:
            if before:
                yield ""
            before = list(values)
            yield f"| | {' | '.join(label.replace('_', ' ') for label in before)} |"
            yield "| --- |" + " --- |" * len(before)
        yield f"| {case.replace('_', ' ')} | {' | '.join(f'{v:.4g}' for v in values.values())} |"
    yield ""
