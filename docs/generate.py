"""Write the pages of the packaged scenarios from the scenarios themselves.

``python docs/generate.py`` writes all of them, with names after it those.

One page and one picture per scenario, and an index. The text is the same whenever the scenarios are, so
that a test can tell whether the pages are current; pictures depend on fonts and are not compared.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd

from tradesim import scenarios
from tradesim.events import Effect, Outcome
from tradesim.measures import Measure
from tradesim.paths import Paths
from tradesim.rules import Rule
from tradesim.scenario import Scenario
from tradesim.shocks import Shock
from tradesim.truces import Truce

DOCS = Path(__file__).parent
PAGES, PICTURES = DOCS / "scenarios", DOCS / "images" / "scenarios"
DRAWS, SEED, TOLD = 400, 1, 0
"""Draws of the tables and the picture, their seed, and the draw that is told as a story."""
QUANTILES = (0.05, 0.5, 0.95)
MOST_PAIRS, MOST_ROWS = 3, 30
STORY = ("row", "date", "what", "pair", "points", "charged", "duty, %", "why")
TOLD_IN = (
    "Points announced above what stood on the eve of the first day; the first day that the duty follows, and "
    "the duty before and on that day; and why."
)
"""Columns of the story, and what they are."""
DRAWN = {"three-bloc-war": [("USA", "CHN"), ("EU27", "CHN"), ("EU27", "USA")]}
"""Pairs of a picture where they are not those that move most."""
DPI = 70
ACTIONS = {
    "enact": "{target} becomes law",
    "revoke": "{target} is withdrawn",
    "suspend": "{target} is suspended",
    "set_rate": "{target} is set to {rate}",
    "start_truce": "truce {target} begins",
    "extend_truce": "truce {target} is prolonged",
    "end_truce": "truce {target} ends",
}
STATES = {
    "duty": "the duty of {name}",
    "days": "the days of truce {name}",
    "renewals": "the renewals of truce {name}",
}


# Words ----------------------------------------------------------------------------------------------------


def percent(share: float) -> str:
    """Return a fraction in percent, as short as it is exact to four digits.

    Examples
    --------
    >>> percent(0.65626), percent(1.25), percent(0.0)
    ('65.63 %', '125 %', '0 %')
    """
    return f"{share * 100:.4g} %"


def points(share: float) -> str:
    """Return a fraction in percentage points."""
    return f"{share * 100:.4g} points"


def days(number: int) -> str:
    """Return a number of days in words.

    Examples
    --------
    >>> days(0), days(1), days(21)
    ('at once', 'after 1 day', 'after 21 days')
    """
    return "at once" if number == 0 else f"after {number} day{'s' if number != 1 else ''}"


def times(number: int) -> str:
    """Return how often in words."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return a Markdown table, or nothing where there are no rows."""
    lines = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    if not lines:
        return []
    return [f"| {' | '.join(row)} |" for row in ([*header], ["---"] * len(header), *lines)] + [""]


# Assumptions ----------------------------------------------------------------------------------------------


def rule_rows(scenario: Scenario) -> Iterator[tuple[str, str, str, str]]:
    """Yield whose rule it is, towards whom, what it does, and with what reservations."""
    for key, rule in scenario.rules.items():
        who, _, partner = key.partition("-")
        yield who, partner or "every partner", rule.why(), "; ".join(reservations(rule))


def reservations(rule: Rule) -> Iterator[str]:
    """Yield what bounds a rule: what it looks at, when it answers, on what, how far."""
    weighs = rule.view == "trade-weighted" or rule.averages
    yield "weighs announcements by trade" if weighs else "looks at nominal announcements"
    yield f"announces {days(rule.reaction)}, charges {days(rule.implementation)}"
    for name, word in (
        ("coverage", "on {} of trade"),
        ("cap", "at most {}"),
        ("tolerance", "lets {} or less pass"),
        ("forgiveness", "lets a rise pass in {} of cases"),
        ("diversion", "counts {} of what others charge the partner"),
    ):
        value = getattr(rule, name)
        if value != next(f.default for f in fields(Rule) if f.name == name):
            yield word.format(percent(value))
    if rule.ratchet:
        yield "never comes down by itself"
    if rule.allies:
        yield f"answers for {', '.join(rule.allies)} too"
    if rule.charged_beside is not None:
        equivalent, beside = rule.equivalent or 0.0, rule.charged_beside.replace("_", " ")
        how = "and by" if rule.instrument == "tariff" else "by"
        yield f"{how} {beside}, a point of which costs trade {equivalent:g} points"


def truce_rows(scenario: Scenario) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Yield name, parties, window, what is suspended, renewal and breach of every truce."""
    for truce in scenario.truces:
        yield (
            truce.name,
            " and ".join(truce.parties),
            f"{truce.start} to {truce.end}" if truce.end > truce.start else "begun by an event",  # type: ignore[operator]
            "; ".join(suspended(truce)) or "nothing: rules hold still",
            f"{percent(truce.renewal)}, {truce.renewal_days} days, at most {times(truce.renewals)}"
            if truce.renewals
            else "none",
            f"{percent(truce.breach)}, above {points(truce.tolerance)}" if truce.breach else "none",
        )


def suspended(truce: Truce) -> Iterator[str]:
    """Yield what a truce suspends, and what becomes of it."""
    yield from truce.suspend
    if truce.surcharges:
        yield f"{percent(truce.surcharges)} of what rules and new acts added"
    if truce.at_end == "lapse":
        yield "gone at its end"


def event_rows(scenario: Scenario) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield date, outcome, probability, effects and note of every outcome; the event's note comes first."""
    for event in scenario.events:
        yield str(event.date), f"**{event.name}**", "", "", event.note
        for outcome in event.outcomes:
            yield "", outcome.name, odds(outcome), "; ".join(map(effect_text, outcome.effects)), outcome.note


def odds(outcome: Outcome) -> str:
    """Return the probability of an outcome, and what moves it.

    Examples
    --------
    >>> odds(Outcome(name="accord", probability=0.3, slopes={"duty.USA-CHN": 1.8}))
    '30 % × exp(1.8 × the duty of USA-CHN)'
    """
    moved = []
    for state, slope in outcome.slopes.items():
        kind, _, name = state.partition(".")
        moved.append(f"{slope:g} × {STATES[kind].format(name=name)}")
    return percent(outcome.probability) + (f" × exp({' + '.join(moved)})" if moved else "")


def effect_text(effect: Effect) -> str:
    """Return an effect in words.

    Examples
    --------
    >>> effect_text(Effect(action="set_rate", target="IEEPA fentanyl", rate=0.1, on="2025-11-10"))
    'IEEPA fentanyl is set to 10 % on 2025-11-10'
    """
    rate = "" if effect.rate is None else percent(effect.rate)
    text = ACTIONS[effect.action].format(target=effect.target, rate=rate)
    text += f" on {effect.on}" if effect.on else ""
    return text + (f" until {effect.until}" if effect.until else "")


def shock_rows(scenario: Scenario) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield name, pair, arrivals, sizes and what becomes of them, of every stream of new acts."""
    for shock in scenario.shocks:
        yield (
            shock.name,
            f"{shock.importer} on {shock.exporter}",
            f"{shock.rate:g} a year",
            ", ".join(percent(float(size)) for size in shock.size.quantiles(list(QUANTILES))),
            "; ".join(fate(shock)),
        )


def fate(shock: Shock) -> Iterator[str]:
    """Yield what a new act hits, from when, for how long, and how far acts add up."""
    yield f"on {percent(shock.coverage)} of trade"
    yield f"charged {days(shock.implementation)}"
    yield "for good" if shock.days is None else f"for {shock.days} days"
    yield f"together {percent(shock.most)} at most"


def measure_rows(scenario: Scenario) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Yield the acts that the scenario adds to its record, or has without one."""
    recorded: set[Measure] = set(scenario.record.schedule().measures) if scenario.record else set()
    for measure in scenario.schedule.measures:
        if measure not in recorded:
            yield (
                measure.name,
                f"{measure.importer} on {measure.exporter}",
                f"{percent(measure.rate or 0.0)} on {percent(measure.coverage)} of trade",
                f"{measure.effective}" + (f" until {measure.expires}" if measure.expires else ""),
                measure.status,
                measure.source,
            )


# What comes out -------------------------------------------------------------------------------------------


def result_rows(paths: Paths) -> Iterator[list[str]]:
    """Yield, per pair, the quantiles of its duty on the first, the middle and the last day."""
    quantiles = paths.quantiles(QUANTILES)
    rows = [0, len(quantiles) // 2, len(quantiles) - 1]
    for importer, exporter in paths.pairs:
        found = quantiles[importer, exporter].iloc[rows].to_numpy()
        yield [f"{importer} on {exporter}", *(spread(values) for values in found)]


def spread(values: np.ndarray) -> str:
    """Return three quantiles in percent, or one where they are the same.

    Examples
    --------
    >>> spread(np.array([0.1, 0.1, 0.1])), spread(np.array([0.1, 0.25, 0.4]))
    ('10.0 %', '10.0 · **25.0** · 40.0 %')
    """
    low, middle, high = (f"{value * 100:.1f}" for value in values)
    return f"{middle} %" if low == high else f"{low} · **{middle}** · {high} %"


def branch_rows(scenario: Scenario) -> Iterator[list[str]]:
    """Yield, per branch, what it decides and each pair's duty on the last day."""
    for name, chosen in scenario.branches.items():
        last = scenario.branch(name).run(seed=SEED).to_frame().iloc[-1]
        said = ", ".join(f"{event}: {outcome}" for event, outcome in chosen.items())
        yield [name, said, *(f"{value * 100:.1f} %" for value in last)]


def story_rows(story: pd.DataFrame) -> Iterator[list[str]]:
    """Yield the story of a draw, its first rows if it is long."""
    for number, row in story.head(MOST_ROWS).to_dict("index").items():
        yield [
            str(number),
            f"{row['date']:%Y-%m-%d}",
            row["kind"],
            f"{row['importer']} on {row['exporter']}" if isinstance(row["importer"], str) else "",
            step(row["from"], row["to"], 1),
            "" if pd.isna(row["charged"]) else f"{row['charged']:%Y-%m-%d}",
            step(row["duty before"], row["duty after"], 2),
            row["why"],
        ]


def step(before: float, after: float, digits: int) -> str:
    """Return two fractions in percent, or nothing where they are not known.

    Examples
    --------
    >>> step(0.0, 0.34, 1), step(np.nan, np.nan, 1)
    ('0.0 → 34.0', '')
    """
    return "" if pd.isna(after) else f"{before * 100:.{digits}f} → {after * 100:.{digits}f}"


def moving(paths: Paths) -> list[tuple[str, str]]:
    """Return the pairs to draw: those whose duty moves or spreads most, in the order of the economies."""
    reach = dict.fromkeys(paths.pairs, 0.0)
    for importer, exporter in reach:
        i, j = paths.economies.index(importer), paths.economies.index(exporter)
        reach[importer, exporter] = float(np.ptp(paths.duty[:, :, i, j]))
    most = sorted(reach, key=lambda pair: -reach[pair])[:MOST_PAIRS]
    return [pair for pair in reach if pair in most and reach[pair] > 0] or list(reach)[:1]


# Pages ----------------------------------------------------------------------------------------------------


def run(scenario: Scenario) -> Paths:
    """Return the draws of a page: one, where chance has no part in the scenario."""
    paths = scenario.run(draws=DRAWS, seed=SEED)
    return paths if np.ptp(paths.duty, axis=0).max() > 0 else scenario.run(seed=SEED)


def page(name: str, paths: Paths | None = None) -> str:
    """Return the page of a packaged scenario as Markdown."""
    scenario = scenarios.load(name)
    found = run(scenario) if paths is None else paths
    return "\n".join([*_opening(scenario, found), *_assumptions(scenario), *_results(scenario, found)])


def _opening(scenario: Scenario, paths: Paths) -> list[str]:
    shown = "its one path" if paths.draws == 1 else f"{paths.draws} draws, seed {paths.seed}"
    file = f"[its file](../../tradesim/scenarios/data/{scenario.name}.toml)"
    return [
        f"# {scenario.title}",
        "",
        f"`{scenario.name}`, {scenario.start} to {scenario.end}, {file}; page written by `docs/generate.py`.",
        "",
        scenario.description.strip(),
        "",
        f"![Duties in {shown}](../images/scenarios/{scenario.name}.png)",
        "",
        "```python",
        "import tradesim as ts",
        "",
        f'scenario = ts.scenarios.load("{scenario.name}")',
        f"paths = scenario.run(draws={paths.draws}, seed={paths.seed})",
        "print(paths.summary_text())",
        "paths.plot()",
        "```",
        "",
    ]


def _assumptions(scenario: Scenario) -> list[str]:
    record = scenario.record
    known = f"the `{record.name}` record" if record else "nothing but the acts below"
    known += f" as known on {record.as_of}" if record and record.as_of else ""
    known += f", without {', '.join(record.without)}" if record and record.without else ""
    parts = {
        f"What was known: {known}": [],
        "Acts of its own": table(
            ["act", "pair", "duty", "in force", "status", "source"], measure_rows(scenario)
        ),
        "Rules": table(["who", "towards", "rule", "in detail"], rule_rows(scenario)),
        "Truces": table(
            ["truce", "parties", "window", "suspends", "renewal", "breach"], truce_rows(scenario)
        ),
        "Events": table(["date", "outcome", "probability", "what it does", "note"], event_rows(scenario)),
        "New acts that arrive by chance": table(
            ["stream", "pair", "arrivals", "size: 5th, 50th, 95th percentile", "what becomes of them"],
            shock_rows(scenario),
        ),
    }
    (first, _), *others = parts.items()
    lines = ["## What is assumed", "", f"{first}.", ""]
    for title, rows in others:
        lines += [f"### {title}", "", *rows] if rows else []
    return lines


def _results(scenario: Scenario, paths: Paths) -> list[str]:
    dates = [f"{paths.dates[k]}" for k in (0, len(paths.dates) // 2, len(paths.dates) - 1)]
    story = paths.events(TOLD)
    more = len(story) - MOST_ROWS
    chance = "" if paths.draws == 1 else f" Draw {TOLD} of seed {paths.seed}."
    lines = ["## What comes out", ""]
    if paths.draws > 1:
        lines += [f"Duties, 5th · **50th** · 95th percentile of {paths.draws} draws.", ""]
    lines += table(["pair", *dates], result_rows(paths))
    pairs = [f"{i} on {j}" for i, j in paths.pairs]
    branches = table(["branch", "decides", *pairs], branch_rows(scenario))
    lines += ["### Branches, duty on the last day", "", *branches] if branches else []
    lines += [
        "## One path as a story",
        "",
        f"{TOLD_IN}{chance}",
        "",
    ]
    lines += table(STORY, story_rows(story))
    lines += [f"… and {more} more rows: `paths.events({TOLD})`.", ""] if more > 0 else []
    return [*lines, "## Sources", "", scenario.source.strip(), ""]


def index() -> str:
    """Return the gallery of the scenarios as Markdown: a picture, a title and a line of code each."""
    every = [(name, scenarios.describe(name)) for name in scenarios.names()]
    rows = (
        [f"[{name}](#{name})", said["title"], f"{said['start']} to {said['end']}"] for name, said in every
    )
    lines = [
        "# Scenarios",
        "",
        "Each is a TOML file and a few lines from running; its page says what is assumed, where every number",
        "comes from, and what comes out.",
        "",
        *table(["scenario", "what it is", "days"], rows),
    ]
    for name, said in every:
        lines += [
            f"## {name}",
            "",
            f"[![{said['title']}](../images/scenarios/{name}.png)]({name}.md)",
            "",
            f"{said['title']}. [Assumptions, results and sources]({name}.md).",
            "",
            "```python",
            "import tradesim as ts",
            "",
            f'ts.scenarios.load("{name}").run(draws={DRAWS}, seed={SEED}).plot()',
            "```",
            "",
        ]
    return "\n".join(lines)


def picture(paths: Paths, file: Path) -> Path:
    """Draw a scenario's paths, small."""
    import matplotlib as mpl  # noqa: PLC0415 only when pictures are drawn

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    pairs = DRAWN.get(paths.name, moving(paths))
    shown = replace(paths.select(pairs), source=" ".join(paths.source.split()))
    figure = shown.plot().get_figure(root=True)
    if figure is None:
        raise AssertionError
    figure.savefig(file, dpi=DPI, metadata={"Software": None})
    plt.close(figure)
    return file


def main(chosen: Sequence[str] = ()) -> None:
    """Write the pages of some scenarios or of all, their pictures, and the index."""
    PAGES.mkdir(parents=True, exist_ok=True)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in chosen or scenarios.names():
        paths = run(scenarios.load(name))
        (PAGES / f"{name}.md").write_text(page(name, paths), encoding="utf-8")
        picture(paths, PICTURES / f"{name}.png")
    (PAGES / "index.md").write_text(index(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
