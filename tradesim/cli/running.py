"""Running: a scenario run over its branches or over draws, in words, tables and pictures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tradesim import plots
from tradesim.cli import drawing, finding, scenario_pictures
from tradesim.cli.output import made_folder, percent, say, say_json, say_table, working
from tradesim.errors import InputError, Problem
from tradesim.file_names import file_name, file_names
from tradesim.paths import Paths
from tradesim.scenario import Scenario
from tradesim.spreadsheets import write_csv
from tradesim.wording import count

QUANTILES = (0.05, 0.5, 0.95)
Runs = Mapping[str, Paths]
"""Paths by the name of their branch; one without a name where there are no branches."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for: folder, number of draws, seed, branch, sampling, formats of figures."""

    out: Path | None = None
    draws: int | None = None
    seed: int = 0
    branch: str | None = None
    sampling: str = "random"
    formats: tuple[str, ...] = plots.USUAL_FORMATS


def run(subject: str, wanted: Wanted, *, as_json: bool) -> None:
    """Run a scenario, write its tables and pictures, and say what came out."""
    drawing.without_screen()
    scenario = finding.scenario(subject)
    runs = runs_of(scenario, wanted)
    folder = made_folder(wanted.out or Path("out") / file_name(scenario.name))
    files = [*_tables(runs, folder), *scenario_pictures.save_all(scenario, runs, folder, wanted.formats)]
    if as_json:
        say_json(_facts(scenario, runs, files))
        return
    say(f"{scenario.name}: {scenario.title}" if scenario.title else scenario.name)
    for note in dict.fromkeys(paths.note for paths in runs.values() if paths.note):
        say(f"note: {note}")
    for name, paths in runs.items():
        _say_run(name, paths)
    say("", "files:", *(f"  {file}" for file in files))


def runs_of(scenario: Scenario, wanted: Wanted) -> dict[str, Paths]:
    """Return the paths that are asked for: a branch, draws, or all branches; else one path.

    Raises
    ------
    InputError
        For an unknown branch, and for draws of a branch, in which nothing is left to chance.
    """
    if wanted.branch is not None:
        decided = scenario.branch(wanted.branch)
        if wanted.draws not in {None, 1}:
            fix = "leave out --draws, or --branch"
            got = f"{wanted.draws} of branch {wanted.branch!r}"
            raise InputError([Problem("draws of a branch are all the same", "--draws", got, "1", fix)])
        return {wanted.branch: decided.run(seed=wanted.seed)}
    if wanted.draws is None and scenario.branches:
        return scenario.run_branches()
    draws = 1 if wanted.draws is None else wanted.draws
    with working(f"running {count(draws, 'draw')}; the first large run on a machine compiles for a minute"):
        return {"": scenario.run(draws=draws, seed=wanted.seed, sampling=wanted.sampling)}


# Words -----------------------------------------------------------------------------------------------


def _say_run(name: str, paths: Paths) -> None:
    title = f"branch {name}" if name else count(paths.draws, "draw")
    say("", f"{title}, {paths.dates[0]} to {paths.dates[-1]}: statutory effective duty, % of import value")
    _say_duties(paths)
    if paths.cost is not None:
        _say_costs(paths)
    if paths.draws > 1:
        _say_outcomes(paths)
    say("", "the story of draw 0:" if paths.draws > 1 else "the story:")
    story = paths.events()
    if story.empty:
        say("nothing is announced and nothing happens")
        return
    columns = ["row", "date", "what", "pair", "surcharge, points", "charged from", "duty, %", "why"]
    rows = ([str(number), *_story_row(row)] for number, row in story.to_dict("index").items())
    say_table(columns, rows, right=["row", "surcharge, points", "duty, %"])


def _say_duties(paths: Paths) -> None:
    many = paths.draws > 1
    of = "median, " if many else ""
    columns = ["pair", f"{of}first day", f"{of}highest", "on", f"{of}last day"]
    rows = [
        [
            f"{i} on {j}",
            percent(row["first"]),
            percent(row["peak"]),
            str(row["highest on"])[:10],
            percent(row["last"]),
        ]
        for (i, j), row in zip(paths.pairs, paths.summary().to_dict("records"), strict=True)
    ]
    if many:
        columns.append("last day, 5 % to 95 % of draws")
        last = paths.quantiles(QUANTILES).iloc[-1]
        for cells, (i, j) in zip(rows, paths.pairs, strict=True):
            cells.append(f"{percent(last[i, j, 0.05])} to {percent(last[i, j, 0.95])}")
    say_table(columns, rows, right=[column for column in columns if column not in {"pair", "on"}])


def _say_costs(paths: Paths) -> None:
    """Say what trade costs with fees and export controls, of pairs on which rules charge any."""
    high = "highest median" if paths.draws > 1 else "highest"
    quantiles = {
        name: paths.quantiles([0.5], name).droplevel("quantile", axis=1) for name in ("cost", "trade cost")
    }
    costly = [pair for pair in paths.pairs if quantiles["cost"][pair].to_numpy().any()]
    if not costly:
        return
    say("", "trade cost, the duty with fees and export controls at their equivalents, % of import value")
    columns = ["pair", f"{high} of fees and controls", f"{high} trade cost", "trade cost on the last day"]
    rows = [
        [f"{i} on {j}", *(percent(quantiles[name][i, j].max()) for name in ("cost", "trade cost")),
         percent(quantiles["trade cost"][i, j].iloc[-1])]
        for i, j in costly
    ]  # fmt: skip
    say_table(columns, rows, right=columns[1:])


def _say_outcomes(paths: Paths) -> None:
    truces = paths.truce_summary()
    for name, row in truces.to_dict("index").items():
        say("", f"{name}: in force in {percent(row['last day'])} of draws on the last day")
    for event in paths.outcomes:
        shares = paths.outcomes[event].value_counts(normalize=True, sort=False)
        say("", f"{event}: " + ", ".join(f"{name} {percent(share)}" for name, share in shares.items()))


def _points(surcharge: float) -> str:
    return f"{round(surcharge * 100, 2):g}"


def _story_row(row: Mapping[Any, Any]) -> list[str]:
    pair = "" if pd.isna(row["importer"]) else f"{row['importer']} on {row['exporter']}"
    announced, duty = _step(row["from"], row["to"]), _step(row["duty before"], row["duty after"])
    charged = "" if pd.isna(row["charged"]) else f"{row['charged']:%Y-%m-%d}"
    return [f"{row['date']:%Y-%m-%d}", row["kind"], pair, announced, charged, duty, row["why"]]


def _step(before: float, after: float) -> str:
    return "" if pd.isna(after) else f"{_points(before)} → {_points(after)}"


# Tables ----------------------------------------------------------------------------------------------


def _tables(runs: Runs, folder: Path) -> Iterator[Path]:
    """Write the duties, the story and, of draws, quantiles and outcomes; yield the files."""
    safe = file_names(runs)
    for name, paths in runs.items():
        end = f"-{safe[name]}" if name else ""
        yield paths.to_csv(folder / f"duty{end}.csv")
        if paths.cost is not None:
            yield paths.to_csv(folder / f"trade-cost{end}.csv", of="trade cost")
        yield write_csv(paths.events(), folder / f"story{end}.csv")
        if paths.draws > 1:
            yield write_csv(paths.quantiles(QUANTILES), folder / "quantiles.csv")
            yield write_csv(paths.outcomes, folder / "outcomes.csv")


def _facts(scenario: Scenario, runs: Runs, files: list[Path]) -> dict[str, Any]:
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "unit": "fraction of import value",
        "runs": [_run_facts(name, paths) for name, paths in runs.items()],
        "files": [str(file) for file in files],
    }


def _run_facts(name: str, paths: Paths) -> dict[str, Any]:
    duties = [
        {"importer": i, "exporter": j, "first": row["first"], "highest": row["peak"],
         "highest_on": str(row["highest on"])[:10], "last": row["last"]}
        for (i, j), row in zip(paths.pairs, paths.summary().to_dict("records"), strict=True)
    ]  # fmt: skip
    shares = {e: paths.outcomes[e].value_counts(normalize=True, sort=False).to_dict() for e in paths.outcomes}
    story = [{key: _cell(value) for key, value in row.items()} for row in paths.events().to_dict("records")]
    return {
        "branch": name or None,
        "draws": paths.draws,
        "seed": paths.seed,
        "first_day": str(paths.dates[0]),
        "last_day": str(paths.dates[-1]),
        "note": paths.note,
        "duties": duties,
        "outcomes": shares,
        "story_of_draw_0": story,
    }


def _cell(value: Any) -> Any:
    if pd.isna(value):
        return None
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value
