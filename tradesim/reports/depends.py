"""Depends: the section on which assumptions matter: of a sweep, or of the numbers that a scenario states."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any

import pandas as pd

from tradesim import plots
from tradesim.errors import InputError
from tradesim.percent import high_rates_meant
from tradesim.reports import takeaways
from tradesim.reports.drawings import WIDTH, on_axes
from tradesim.reports.pictures import Credit, Pair
from tradesim.reports.takeaways import value_part
from tradesim.reports.values import (
    Block,
    Figure,
    Number,
    Part,
    Section,
    Table,
    Takeaway,
    Text,
    percent,
    points,
    rows_of,
    say,
    whole,
)
from tradesim.rules import Rule
from tradesim.scenario import Scenario
from tradesim.sweeps import Sweep, sweep, uniform

TITLE = "Which assumptions matter"
AWAY = 0.2
"""How far each stated number is moved, as a share of itself."""
DRAWS = 512
BINS = 16
"""Quantiles are not asked for."""
MOST_SHOWN = 12
MOST_PAIRS = 2
SOBOL_DRAWS, MOST_INPUTS = 256, 8
LEVEL = 0.01
"""Share of draws from which on it is asked what decides whether a level is exceeded."""
RULE_NUMBERS = {"cap", "coverage", "tolerance", "forgiveness", "diversion"}
SHARES = {"coverage", "forgiveness", "diversion", "renewal", "breach", "surcharges", "probability"}


def nothing(words: str) -> Section:
    """Return why nothing was varied."""
    return Section("depends", TITLE, (Text(words),))


def varied(scenario: Scenario) -> dict[str, Any]:
    """Return how each number that a scenario states is moved: from a fifth below to a fifth above it.

    Of what cannot exceed 1 the range is narrower, the stated number in its middle; what is 0 or 1, and dates
    and days, stay.
    """
    stated = {**_of_rules(scenario), **_of_truces(scenario), **_of_events(scenario), **_of_shocks(scenario)}
    ranges = {}
    for path, (value, most) in stated.items():
        away = min(AWAY * value, most - value)
        if away > 1e-9:
            ranges[path] = uniform(value - away, value + away)
    return ranges


def _of_rules(scenario: Scenario) -> dict[str, tuple[float, float]]:
    shared = {each.name for each in fields(Rule)}
    found = {}
    for code, rule in scenario.rules.items():
        for each in fields(rule):
            value: Any = getattr(rule, each.name)
            own = each.name not in shared and isinstance(value, float)
            if own or (each.name in RULE_NUMBERS and isinstance(value, float) and value != each.default):
                most = 1.0 if each.name in SHARES else 10.0
                found[f"rules.{code}.{each.name}"] = (value, most)
    return found


def _of_truces(scenario: Scenario) -> dict[str, tuple[float, float]]:
    return {
        f"truces.{truce.name}.{name}": (float(getattr(truce, name)), 1.0)
        for truce in scenario.truces
        for name in ("renewal", "breach", "surcharges")
    }


def _of_events(scenario: Scenario) -> dict[str, tuple[float, float]]:
    """Return the odds of all outcomes but the likeliest, which takes the rest, and the most of each."""
    found = {}
    for event in scenario.events:
        likeliest = max(event.outcomes, key=lambda outcome: outcome.probability)
        others = [outcome for outcome in event.outcomes if outcome is not likeliest]
        room = likeliest.probability / max(sum(outcome.probability for outcome in others), 1e-12)
        for outcome in others:
            most = outcome.probability * (1 + min(room, 1.0))
            found[f"events.{event.name}.{outcome.name}"] = (outcome.probability, min(most, 1.0))
    return found


def _of_shocks(scenario: Scenario) -> dict[str, tuple[float, float]]:
    return {f"shocks.{shock.name}.rate": (float(shock.rate), 1e6) for shock in scenario.shocks}


def of_scenario(
    scenario: Scenario, pairs: Sequence[Pair], seed: int, credit: Credit
) -> tuple[Section, list[Takeaway]]:
    """Return how far each stated number moves the highest duty by itself, and the takeaways; or why not."""
    ranges = varied(scenario)
    if not ranges:
        none = "The scenario states no number that could be moved: nothing was varied."
        return nothing(none), []
    try:
        with high_rates_meant():  # around what the scenario states, of which a person was asked
            found = sweep(scenario, ranges, draws=DRAWS, seed=seed, bins=BINS, progress=False)
        swings = {pair: found.tornado(pair, "peak", DRAWS) for pair in pairs[:MOST_PAIRS]}
    except InputError as error:
        return nothing(f"No sweep could be run: {error}."), []
    words = say(
        "No sweep of your own was given. Instead each of the {n} numbers that the scenario states was moved "
        "by itself, all others as stated, over the same {draws} draws: to the ends of the middle nine tenths "
        "of an even spread from {away} below to {away2} above it (less far for what cannot exceed one). "
        "These ranges are mechanical and no opinion: tradesim sweep takes yours.",
        n=whole(len(ranges)), draws=whole(DRAWS), away=percent(AWAY, 0), away2=percent(AWAY, 0),
    )  # fmt: skip
    return _section([words], swings, credit), list(_told(swings))


def _told(swings: Mapping[Pair, pd.DataFrame]) -> Iterator[Takeaway]:
    for pair, frame in swings.items():
        yield from takeaways.of_swings(frame, pair)


def _section(lead: Sequence[Block], swings: Mapping[Pair, pd.DataFrame], credit: Credit) -> Section:
    blocks = [*lead]
    for number, (pair, frame) in enumerate(swings.items(), start=1):
        moving = frame[frame["swing"] > 0]
        if moving.empty:
            blocks.append(Text(f"Nothing that was varied moves the highest duty of {pair[0]} on {pair[1]}."))
            continue
        middle = frame.attrs["middle"]
        blocks += [
            say("With everything in the middle the highest duty of {i} on {j} is {middle} on average.",
                i=pair[0], j=pair[1], middle=percent(middle, 2)),
            _tornado_figure(moving, middle, pair, number, credit),
            _tornado_table(moving, pair),
        ]  # fmt: skip
    return Section("depends", TITLE, tuple(blocks))


def _tornado_figure(swings: pd.DataFrame, middle: float, pair: Pair, number: int, credit: Credit) -> Figure:
    of = f"Highest duty of {pair[0]} on {pair[1]}, mean over draws, % of import value"
    shown = swings.head(MOST_SHOWN)
    height = 1.6 + 0.42 * len(shown)
    caption = credit.caption("How far each assumption moves the highest duty by itself", of)
    said = "; ".join(
        f"{name} {100 * row['low']:.1f} % to {100 * row['high']:.1f} %" for name, row in rows_of(shown)
    )
    alt = f"Bars, the widest first, around {100 * middle:.1f} %: {said}."
    return Figure(
        f"depends-{number}", caption, alt,
        partial(on_axes, plots.tornado_chart, (WIDTH, height), shown, middle, of=of),
    )  # fmt: skip


def _tornado_table(swings: pd.DataFrame, pair: Pair) -> Table:
    rows = [
        (str(name), value_part(row["low value"]), value_part(row["high value"]), percent(row["low"], 2),
         percent(row["high"], 2), points(row["swing"]))
        for name, row in rows_of(swings)
    ]  # fmt: skip
    caption = (
        f"Mean of the highest duty of {pair[0]} on {pair[1]} with each assumption at its low and its high "
        "end, % of import value"
    )
    columns = ("assumption", "low end", "high end", "duty there, low end", "duty there, high end",
               "swing, percentage points")  # fmt: skip
    return Table(f"depends {pair[0]}-{pair[1]}", caption, columns, tuple(rows))


def of_sweep(found: Sweep, pairs: Sequence[Pair], credit: Credit) -> tuple[Section, list[Takeaway]]:
    """Return what a sweep says of its assumptions: tornado, Sobol indices and what decides."""
    blocks: list[Block] = []
    swings: dict[Pair, pd.DataFrame] = {}
    told: list[Takeaway] = []
    for pair in pairs[:MOST_PAIRS]:
        try:
            if found.setup.plan.design.spreads:
                swings[pair] = found.tornado(pair, "peak", DRAWS)
        except InputError as error:
            blocks.append(Text(f"No tornado of {pair[0]} on {pair[1]}: {error}."))
        told += _deciding(found, pair, blocks)
    blocks += _sobol(found, pairs[:MOST_PAIRS])
    drawn = [*_section([], swings, credit).blocks, *blocks]
    if not drawn:
        return nothing("Nothing but chance was varied, and no level that was kept is in doubt."), []
    return Section("depends", TITLE, tuple(drawn)), [*_told(swings), *told]


def _deciding(found: Sweep, pair: Pair, blocks: list[Block]) -> list[Takeaway]:
    """Add what decides whether a pair exceeds the kept level that is most in doubt; return the takeaway."""
    shares = {level: float(found.passed(level)[pair].iloc[-1]) for level in found.labels.levels}
    level = min(shares, key=lambda each: abs(shares[each] - 0.5), default=0.0)
    if not LEVEL <= shares.get(level, 0.0) <= 1 - LEVEL:
        return []
    answer = found.decides(level, pair)
    if answer.ranking.empty:
        return []
    rows = [
        (str(name), percent(row["explains"]), str(row["unlikeliest"]), percent(row["there least"]),
         str(row["likeliest"]), percent(row["there most"]))
        for name, row in rows_of(answer.ranking)
    ]  # fmt: skip
    caption = (
        f"What decides whether {answer.question}: share of the variance that each explains, and where it is "
        "least and most likely"
    )
    columns = (
        "assumption",
        "explains",
        "least likely with",
        "likely there",
        "most likely with",
        "likely there ",
    )
    blocks.append(Table(f"decides {pair[0]}-{pair[1]}", caption, columns, tuple(rows)))
    first: Any = answer.ranking.iloc[0]
    words = say(
        "{i} on {j} exceeds {level} at some time in {share} of draws; {name} explains most of it, {part}.",
        i=pair[0], j=pair[1], level=percent(level, 0), share=percent(answer.share),
        name=str(answer.ranking.index[0]), part=percent(first["explains"]),
    )  # fmt: skip
    return [Takeaway(f"decides {pair[0]}-{pair[1]}", words)]


def _sobol(found: Sweep, pairs: Sequence[Pair]) -> Iterator[Block]:
    """Yield the Sobol indices of the highest duty, or why there are none."""
    names = [*found.setup.plan.design.spreads]
    if not names or not pairs:
        return
    if len(names) > MOST_INPUTS:
        yield Text(f"Sobol indices of more than {MOST_INPUTS} assumptions are left to Sweep.sensitivity().")
        return
    try:
        overall = found.sensitivity(SOBOL_DRAWS, pairs).overall
    except InputError as error:
        yield Text(f"No Sobol indices: {error}.")
        return
    rows: list[tuple[Part, ...]] = []
    for (i, j, of, name), row in rows_of(overall):
        if of == "peak":
            numbers: list[Number] = [percent(row[column]) for column in overall.columns]
            rows.append((f"{i} on {j}", str(name), *numbers))
    caption = (
        f"Sobol indices of the highest duty ({SOBOL_DRAWS:,} draws for each): share of its variance, %, that "
        "each explains alone (first) and together with others (total), with the ends of 95 % intervals"
    )
    yield Table("sobol", caption, ("pair", "assumption", *map(str, overall.columns)), tuple(rows))
