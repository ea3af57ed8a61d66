"""Costs: the section on what duties cost whom, by a model of the trade of 2023."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

from tradesim import trade_data
from tradesim.economics import SingleSector
from tradesim.errors import InputError
from tradesim.impacts import Impact, impact
from tradesim.impacts.result import ASSUMED
from tradesim.paths import Paths
from tradesim.reports import takeaways
from tradesim.reports.drawings import HEIGHT, WIDTH, on_axes
from tradesim.reports.values import (
    Block,
    Bullets,
    Figure,
    Number,
    Part,
    Section,
    Sentence,
    Table,
    Takeaway,
    Text,
    billions,
    given,
    percent,
    rows_of,
    say,
    whole,
)
from tradesim.trade_data.baseline import Baseline

ELASTICITY = 4.0
"""Simonovska and Waugh (2014)."""
FAR = 10
"""Years from that of the trade data beyond which they say nothing."""
MOST_DRAWS = 1000
MOST_PARTIES = 3
REST = "ROW"
TITLE = "What it costs"


def costed(paths: Paths, origin: str) -> tuple[Section, list[Takeaway]]:
    """Return what the duties of paths cost whom, and the takeaways; or why that is not told.

    Parameters
    ----------
    paths : a run. origin : where the duties come from, for the caption.
    """
    world = _world()
    missing = "; ".join(_reasons(paths, world))
    if missing:
        return _untold(missing), []
    few = _first(paths, MOST_DRAWS)
    model = SingleSector(world.flows, world.tariffs, elasticity=ELASTICITY, codes=world.codes)
    try:
        every = impact(few, model, against="start")
        found = every.converged_only() if every.unsolved else every
    except InputError as error:
        return _untold(str(error)), []
    parties = [code for code in paths.economies if code in _charging(paths)]
    averaged = _averaged(paths, world)
    told = takeaways.of_impact(found, parties[:MOST_PARTIES], world.year, averaged)
    return _section(found, every.unsolved, world, origin, averaged), [told]


def _untold(why: str) -> Section:
    return Section("costs", TITLE, (Text(f"Not told here: {why}."),))


@cache
def _world() -> Baseline:
    return trade_data.world_2023()


def _reasons(paths: Paths, world: Baseline) -> Iterator[str]:
    """Yield why a world does not fit a run."""
    if not paths.pairs:
        yield "no duty is recorded"
    unknown = sorted(_charging(paths) - {*world.codes})
    if unknown:
        yield f"{', '.join(unknown)} are not among the economies of the trade data"
    years = [int(str(paths.dates[place])[:4]) for place in (0, -1)]
    if any(abs(year - world.year) > FAR for year in years):
        yield f"the trade data are of {world.year}, more than {FAR} years from these days"


def _charging(paths: Paths) -> set[str]:
    return {code for pair in paths.pairs for code in pair} - {REST}


def _averaged(paths: Paths, world: Baseline) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who charges the rest of the world in a run, and whose duties are that average in the model."""
    if REST not in paths.economies:
        return (), ()
    paid = paths.duty[..., paths.economies.index(REST)].max(axis=(0, 1)).tolist()
    charging = tuple(code for code, duty in zip(paths.economies, paid, strict=True) if duty > 0)
    return charging, tuple(c for c in world.codes if c not in paths.economies) if charging else ()


def _first(paths: Paths, draws: int) -> Paths:
    """Return the first draws of a run."""
    if paths.draws <= draws:
        return paths
    return replace(paths, duty=paths.duty[:draws], truce=paths.truce[:draws], cost=None)


def _section(
    found: Impact,
    unsolved: int,
    world: Baseline,
    origin: str,
    averaged: tuple[tuple[str, ...], tuple[str, ...]],
) -> Section:
    year = Number(float(world.year), str(world.year))
    blocks: list[Block] = [
        say(
            "A model of one sector in {n} economies (trade elasticity {elasticity}) is solved for the duties "
            "of every month, along {draws} {paths}, and compared with the duties of the first day, had they "
            "stayed. It says what a year of trade of {year} would come to if the duties of that month "
            "stayed; nothing is carried over from month to month. Duties are statutory; customs collects "
            "less than the model does.",
            n=whole(len(found.economies)), elasticity=given(ELASTICITY), draws=whole(found.draws), year=year,
            paths="path" if found.draws == 1 else "draws",
        ),
        *_left_out(*averaged),
        *_limits(found, unsolved),
        _figure(found, world, origin),
        *_assumed_away(found),
        _table(found),
        Bullets((*world.assumptions, *world.notes)),
    ]  # fmt: skip
    return Section("costs", TITLE, tuple(blocks))


def _left_out(charging: tuple[str, ...], others: tuple[str, ...]) -> Iterator[Sentence]:
    """Yield whose duties are an average of many partners, and what that leaves out."""
    if others:
        yield say(
            "What {charging} charge on goods from {others} is not recorded partner by partner: each pays "
            "the average over the rest of the world (ROW). That leaves out what single partners pay more or "
            "less, by deals, preferences and exemptions (USMCA, for one), so what is told of any one of them "
            "is not its own case.",
            charging=" and ".join(charging), others=", ".join(others),
        )  # fmt: skip


def _limits(found: Impact, unsolved: int) -> Iterator[Sentence]:
    """Yield what a reader has to know of how the model was solved."""
    if unsolved:
        words = "{n} more draws are left out: the model has no solution for some of their months."
        yield say(words, n=whole(unsolved))
    worst = max(found.accuracy, key=lambda accuracy: accuracy.welfare, default=None)
    if worst is not None:
        yield say("Between solved points it is interpolated: {how}.", how=str(worst))


def _figure(found: Impact, world: Baseline, origin: str) -> Figure:
    last = found.summary()["welfare_change"]
    said = ", ".join(f"{code} {100 * change:+.2f} %" for code, change in last.items())
    caption = (
        "Change in welfare (real income) by month, %, of the economies that it moves most, against the "
        "duties of the first day, had they stayed. Source: one-sector model, elasticity "
        f"{ELASTICITY:g}; {world.source}; {origin}."
    )
    alt = f"Change in welfare by month. In the last month, medians: {said}."

    bare = replace(found, name="", source="", as_of="")
    return Figure("costs", caption, alt, partial(on_axes, bare.plot, (WIDTH, HEIGHT)))


def _assumed_away(found: Impact) -> Iterator[Sentence]:
    """Yield whose tariffs are left out, so that nobody takes them for free of duty."""
    if found.assumed_free:
        yield say(
            "Tariffs of {others} are not in these duties and are assumed to be 0: the model collects none "
            "for them, which says nothing of what they collect.",
            others=", ".join(found.assumed_free),
        )


def _table(found: Impact) -> Table:
    summary = found.summary()
    many = found.draws > 1
    fractions = ["welfare_change", *(["welfare 5 %", "welfare 95 %"] if many else [])]
    fractions += ["price_change", "imports_change"]
    money = ["revenue", "revenue_change", "diversion"]  # all but the first are changes, with a sign
    names = {
        "welfare_change": "welfare",
        "welfare 5 %": "5 % of draws below",
        "welfare 95 %": "95 % of draws below",
        "price_change": "prices",
        "imports_change": "imports",
        "revenue": "duties collected",
        "revenue_change": "change in duties collected",
        "diversion": "exports won from others",
    }
    rows: list[tuple[Part, ...]] = [
        (
            str(code),
            *(percent(row[name], 2, signed=True) for name in fractions),
            *(_collected(row, name, assumed=code in found.assumed_free) for name in money),
        )
        for code, row in rows_of(summary)
    ]
    caption = (
        f"In the period from {found.dates[-1]}{', medians of draws' if many else ''}: changes in %, "
        "duties and exports in US$ bn a year (in the model)"
    )
    columns = tuple(names[name] for name in [*fractions, *money])
    return Table("costs", caption, ("economy", *columns), tuple(rows))


def _collected(row: Any, name: str, *, assumed: bool) -> Part:
    """Return a value of money; of duties where tariffs are assumed to be 0, that they are."""
    if assumed and name.startswith("revenue"):
        return ASSUMED
    return billions(row[name], signed=name != "revenue")
