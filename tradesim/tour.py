"""Tour: the main job, which draws the packaged record and scenarios and says what they show."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tradesim import datasets, plots, scenarios
from tradesim.marks import large_acts, truces_of
from tradesim.paths import Paths
from tradesim.scenario import Scenario

BOTH_SIDES = [("USA", "CHN"), ("CHN", "USA")]
SOURCE = "tradesim, us-china record: steps after PIIE (C. Bown), November 2025; acts as named in the record"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of the job: its sentences, its table (percent) and the files it wrote."""

    title: str
    sentences: tuple[str, ...]
    table: pd.DataFrame
    files: tuple[Path, ...]


def main_job(out: str | Path, say: Callable[[str], None] = print) -> list[Finding]:
    """Draw the record 2018–2026, the spiral of April 2025 and the branches of October 2025.

    Parameters
    ----------
    out : folder for the pictures (PNG, SVG) and tables (CSV); made if it does not exist.
    say : told what is being done, one line at a time.

    Returns
    -------
    list of Finding
        In the order of the story.
    """
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    jobs = {
        "the effective duty of both sides, 2018–2026": _record,
        "the layers of the duty on China, 2025–2026": _layers,
        "April 2025 from two rules, against what happened": _spiral,
        "October 2025 as known on the 23rd: four futures": _october,
    }
    findings = []
    for number, (what, job) in enumerate(jobs.items(), start=1):
        say(f"[{number}/{len(jobs)}] {what}")
        findings.append(job(folder))
    return findings


def _record(out: Path) -> Finding:
    schedule = datasets.load("us-china")
    duty = schedule.effective_duty("2018-01-01", schedule.vintage)
    chart = plots.step_chart(
        duty,
        truces=truces_of("us-china"),
        acts=[*large_acts(schedule, duty[BOTH_SIDES]), *_peaks(duty)],
        source=SOURCE,
        as_of=schedule.vintage,
        title="What the United States and China charge each other, 2018–2026",
    )
    days = ["2018-01-01", "2020-02-14", "2025-01-20", "2025-04-10", "2025-04-12", "2025-05-14", "2025-11-10"]
    table = (duty.loc[[*days, schedule.vintage]] * 100).round(1)
    peaks = [_peak(duty, pair) for pair in BOTH_SIDES]
    files = _write(out, "us-china-2018-2026", chart, duty)
    return Finding("Statutory effective duty, % of import value", tuple(peaks), table, files)


def _layers(out: Path) -> Finding:
    schedule = datasets.load("us-china")
    duty = schedule.effective_duty("2025-01-01", schedule.vintage, by="authority")
    chart = plots.authority_stack(
        duty,
        ("USA", "CHN"),
        source=SOURCE,
        as_of=schedule.vintage,
        title="The layers of the United States' duty on goods from China",
    )
    own = {name: parts.iloc[-1] for name, parts in duty["USA"]["CHN"].items()}
    last = pd.Series(own, name="fraction").sort_values(ascending=False)
    parts = ", ".join(f"{name} {_percent(value)}" for name, value in own.items() if value > 0.0005)
    table = (last[last > 0] * 100).round(1).rename("% of import value").to_frame()
    files = _write(out, "us-china-layers-2025-2026", chart, duty)
    return Finding(
        f"United States on China by authority, {schedule.vintage}",
        (f"{_percent(last.sum())}: {parts}.",),
        table,
        files,
    )


def _spiral(out: Path) -> Finding:
    scenario = scenarios.load("april-2025-spiral")
    paths = scenario.run()
    simulated = paths.to_frame()[BOTH_SIDES]
    record = datasets.load("us-china").effective_duty(paths.dates[0], paths.dates[-1])[BOTH_SIDES]
    chart = plots.comparison(
        simulated,
        record,
        names=("rules", "record"),
        source=SOURCE,
        as_of=datasets.load("us-china").vintage,
        title="April 2025: two rules, and what happened",
    )
    story = paths.events()
    moves = story[(story["kind"] == "announces") & (story["exporter"] != "ROW")]
    levels = " → ".join(
        f"{who} {to * 100:.0f}" for who, to in zip(moves["importer"], moves["to"], strict=True)
    )
    tops = [
        f"At the top {pair[0]} charges {_percent(simulated[pair].max())} by the rules, "
        f"{_percent(record[pair].max())} by the record."
        for pair in BOTH_SIDES
    ]
    table = moves[["date", "importer", "exporter", "from", "to", "why"]].copy()
    table[["from", "to"]] = (table[["from", "to"]] * 100).round(0)
    files = (
        *_write(out, "april-2025-spiral", chart, simulated),
        _table(out, "april-2025-spiral-story", story),
    )
    sentence = f"Surcharges announced, points: {levels}; then both stop by their own word."
    return Finding(
        "The spiral of April 2025, move by move", (sentence, *tops), table.set_index("date"), files
    )


def _october(out: Path) -> Finding:
    scenario = scenarios.load("us-china-2025-10")
    branches = scenario.run_branches()
    chart = plots.branch_grid(
        _known(scenario, "2025-03-15"),
        {name: _shown(paths) for name, paths in branches.items()},
        truces=[("truce of Geneva, as known that day", "2025-05-14", "2025-11-10")],
        source=SOURCE,
        as_of=scenario.schedule.vintage,
        title="A truce about to run out and a threat of another 100 %: four branches",
    )
    days = pd.to_datetime(["2025-10-31", "2025-11-01", "2025-11-05", "2025-11-10", "2026-02-08"])
    frames = {name: paths.to_frame()[BOTH_SIDES] for name, paths in branches.items()}
    table = (
        pd.concat({name: frame.loc[days] for name, frame in frames.items()}, names=["branch", "date"]) * 100
    )
    day = pd.Timestamp("2025-11-10")
    ends = {name: [_percent(frame[pair].loc[day]) for pair in BOTH_SIDES] for name, frame in frames.items()}
    sentences = [
        f"{name}: on 10 November 2025 the United States charges {us} on China, "
        f"China {china} on the United States."
        for name, (us, china) in ends.items()
    ]
    joined = pd.concat(frames, axis=1, names=["branch"])
    files = _write(out, "october-2025-branches", chart, joined)
    return Finding("Duty by branch, % of import value", tuple(sentences), table.round(1), files)


def _known(scenario: Scenario, start: str) -> pd.DataFrame:
    last = pd.Timestamp(scenario.start) - pd.Timedelta(days=1)
    return scenario.schedule.effective_duty(start, last.date())[BOTH_SIDES]


def _shown(paths: Paths) -> pd.DataFrame:
    return paths.to_frame()[BOTH_SIDES].loc[:"2026-03-31"]


def _peaks(duty: pd.DataFrame) -> list[tuple[np.datetime64, str, str]]:
    """Return (day, words, importer) of the highest duty of each side."""
    days = {pair: duty[pair].idxmax() for pair in BOTH_SIDES}
    return [
        (np.datetime64(str(day), "D"), f"highest: {_percent(duty[pair].max())}", pair[0])
        for pair, day in days.items()
    ]


def _peak(duty: pd.DataFrame, pair: tuple[str, str]) -> str:
    top = duty[pair].max()
    days = duty.index[np.isclose(duty[pair], top, rtol=0, atol=1e-9)]
    until = "" if len(days) == 1 else f" to {_day(days[-1])}"
    return f"{pair[0]} on {pair[1]} peaks at {_percent(top)} on {_day(days[0])}{until}."


def _day(day: pd.Timestamp) -> str:
    return f"{day.day} {day:%B %Y}"


def _percent(fraction: Any) -> str:
    return f"{fraction * 100:.1f} %"


def _write(out: Path, name: str, chart: "plots.Chart", frame: pd.DataFrame) -> tuple[Path, ...]:
    pictures = plots.save(chart, out, name)
    return (*pictures, _table(out, name, frame))


def _table(out: Path, name: str, frame: pd.DataFrame) -> Path:
    path = out / f"{name}.csv"
    frame.to_csv(path, date_format="%Y-%m-%d", float_format="%.6f", lineterminator="\n")
    return path


def sentences_of(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the report as plain lines."""
    for finding in findings:
        yield ""
        yield finding.title
        yield from finding.sentences
        yield finding.table.to_string()
        yield "files: " + ", ".join(str(path) for path in finding.files)
