"""Takeaways: what matters most, as sentences made of the numbers that the API gives."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tradesim.impacts import Impact
from tradesim.paths import Paths
from tradesim.reports.values import (
    Number,
    Part,
    Sentence,
    Takeaway,
    cell_day,
    day,
    given,
    joined,
    percent,
    plain,
    rows_of,
    say,
    whole,
)
from tradesim.schedule import Schedule
from tradesim.sweeps import Sweep

Pair = tuple[str, str]
RARE = 0.95
"""One draw in twenty lies there or above."""


def of_paths(paths: Paths, pairs: Sequence[Pair]) -> Iterator[Takeaway]:
    """Yield what each pair's duty comes to, in one path or in many draws."""
    table = paths.summary()
    peaks = paths.peak()
    for pair in pairs:
        row = table.loc[pair]
        key = f"duty {pair[0]}-{pair[1]}"
        if paths.draws == 1:
            yield Takeaway(key, _one_path(pair, row, paths))
        else:
            rare = float(peaks[pair].quantile(RARE, interpolation="lower"))
            yield Takeaway(key, _many_draws(pair, row, paths, rare))


def _one_path(pair: Pair, row: Any, paths: Paths) -> Sentence:
    return say(
        "{i} charges {first} on goods from {j} on {start}, {peak} at the highest, from {top} on, and {last} "
        "on {end}.",
        **_who(pair), first=percent(row["first"]), start=day(paths.dates[0]), peak=percent(row["peak"]),
        top=cell_day(row["highest on"]), last=percent(row["last"]), end=day(paths.dates[-1]),
    )  # fmt: skip


def _many_draws(pair: Pair, row: Any, paths: Paths, rare: float) -> Sentence:
    return joined(
        say(
            "{i} charges {first} on goods from {j} on {start}; on {end} it is {last} in the median of "
            "{draws} draws, and in nine draws of ten between {low} and {high}.",
            **_who(pair), first=percent(row["first"]), start=day(paths.dates[0]), end=day(paths.dates[-1]),
            last=percent(row["last"]), draws=whole(paths.draws), low=percent(row["last 5 %"]),
            high=percent(row["last 95 %"]),
        ),
        say(
            "It ends higher than it began in {up} of draws and lower in {down}; one draw in twenty reaches "
            "{rare} or more at some time.",
            up=percent(row["ends higher"]), down=percent(row["ends lower"]), rare=percent(rare),
        ),
    )  # fmt: skip


def of_truces(paths: Paths) -> Iterator[Takeaway]:
    """Yield how long each truce holds, and how it ends where that is left to chance."""
    for name, row in rows_of(paths.truce_summary()):
        words = say(
            "Truce {name}: ever in force in {held} of draws and on the last day in {last}.",
            name=str(name), held=percent(row["held"]), last=percent(row["last day"]),
        )  # fmt: skip
        ends = say(
            "A breach ends it in {breached}, and it is renewed {renewals} times on average.",
            breached=percent(row["breached"]), renewals=plain(row["renewals"], 2),
        )  # fmt: skip
        moves = row["breached"] > 0 or row["renewals"] > 0
        yield Takeaway(f"truce {name}", joined(words, ends) if moves else words)


def of_record(schedule: Schedule, duty: pd.DataFrame, pairs: Sequence[Pair]) -> Iterator[Takeaway]:
    """Yield what each pair's recorded duty was first, at its highest, and last, and what the acts are."""
    for pair in pairs:
        series = duty[pair]
        top = series.idxmax()
        words = say(
            "{i} charges {last} on goods from {j} on {end}; it was {first} on {start} and {peak} at its "
            "highest, on {top}.",
            **_who(pair), last=percent(series.iloc[-1]), end=cell_day(duty.index[-1]),
            first=percent(series.iloc[0]), start=cell_day(duty.index[0]), peak=percent(series.max()),
            top=cell_day(top),
        )  # fmt: skip
        yield Takeaway(f"duty {pair[0]}-{pair[1]}", words)
    status = pd.Series([measure.status for measure in schedule.measures]).value_counts()
    counted = [f"{{n{k}}} {name}" for k, name in enumerate(status.index)]
    numbers: dict[str, Any] = {f"n{k}": whole(n) for k, n in enumerate(status)}
    said = say(f"The record holds {{all}} acts: {', '.join(counted)}.", all=whole(len(schedule)), **numbers)
    yield Takeaway("acts", said)


def of_sweep(sweep: Sweep, pairs: Sequence[Pair]) -> Iterator[Takeaway]:
    """Yield what each pair's duty comes to over all draws of a sweep."""
    last = sweep.quantiles([0.05, 0.5, 0.95]).iloc[-1]
    moments = sweep.moments()
    for pair in pairs:
        words = say(
            "On {end} {i} charges {middle} on goods from {j} in the median of {draws} draws, and in nine "
            "draws of ten between {low} and {high}. The highest duty of a draw is {peak} on average, and "
            "{most} in the worst.",
            **_who(pair), end=day(sweep.labels.dates[-1]), draws=whole(sweep.draws),
            middle=percent(last[*pair, 0.5]), low=percent(last[*pair, 0.05]), high=percent(last[*pair, 0.95]),
            peak=percent(moments.loc[(*pair, "peak"), "mean"]),
            most=percent(moments.loc[(*pair, "peak"), "most"]),
        )  # fmt: skip
        yield Takeaway(f"duty {pair[0]}-{pair[1]}", words)
    for name, share in sweep.in_truce().iloc[-1].items():
        words = say("Truce {name}: in force on the last day in {last} of draws.", name=str(name),
                    last=percent(share))  # fmt: skip
        yield Takeaway(f"truce {name}", words)


def of_impact(
    impact: Impact,
    parties: Sequence[str],
    year: int,
    averaged: tuple[Sequence[str], Sequence[str]] = ((), ()),
) -> Takeaway:
    """Return what the duties of the last period cost the parties, and whom else they move most.

    Parameters
    ----------
    averaged : who charges an average over the rest of the world, and who pays it in the model.
    """
    table = impact.summary()
    others = table["welfare_change"].drop(list(parties)).abs()
    codes = [*parties, *([] if others.empty else [str(others.idxmax())])]
    lead = say(
        "On the trade of {year}, and against the duties of the first day, had they stayed, the duties "
        f"from {{since}} on move real income{' in the median' if impact.draws > 1 else ''}:",
        year=Number(float(year), str(year)), since=day(impact.dates[-1]),
    )  # fmt: skip
    moves = [
        say(
            f"{{code}} by {{change}}{' (nine draws of ten: {low} to {high})' if impact.draws > 1 else ''}"
            f"{'.' if code == codes[-1] else ','}",
            code=code, change=percent(table.loc[code, "welfare_change"], 2, signed=True),
            low=percent(table.loc[code, "welfare 5 %"], 2, signed=True),
            high=percent(table.loc[code, "welfare 95 %"], 2, signed=True),
        )
        for code in codes
    ]  # fmt: skip
    charging, paying = averaged
    for code in [code for code in codes if code in paying]:
        words = (
            "{code} pays {charging} the average duty on the rest of the world; what it pays more or less is"
            " left out."
        )
        moves.append(say(words, code=code, charging=" and ".join(charging)))
    return Takeaway("welfare", joined(lead, *moves))


def of_swings(swings: pd.DataFrame, pair: Pair) -> Iterator[Takeaway]:
    """Yield which assumption moves the highest duty of a pair most, by itself."""
    if swings.empty or swings["swing"].iloc[0] <= 0:
        return
    row = swings.iloc[0]
    words = say(
        "Of all assumptions moved one at a time, {name} moves the highest duty of {i} on {j} most: {low} on "
        "average at {from_}, {high} at {to}.",
        name=str(swings.index[0]), **_who(pair), low=percent(row["low"]), high=percent(row["high"]),
        from_=value_part(row["low value"]), to=value_part(row["high value"]),
    )  # fmt: skip
    yield Takeaway(f"assumption {pair[0]}-{pair[1]}", words)


def value_part(value: Any) -> Part:
    """Return the value of an assumption as a number, or in words where it is none."""
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_)
    return given(value) if number else str(value)


def _who(pair: Pair) -> dict[str, str]:
    return {"i": pair[0], "j": pair[1]}
