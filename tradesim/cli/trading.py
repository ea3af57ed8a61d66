"""Trading: what a file of trade holds, added up to regions, as a table or as CSV."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradesim import trade_data
from tradesim.cli.output import say, say_json, say_paragraph, say_table
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.trade_data import TradeFlows

LAYOUTS: Mapping[str, Callable[..., TradeFlows]] = {
    "baci": trade_data.read_baci,
    "comtrade": trade_data.read_comtrade,
    "wits": trade_data.read_wits,
    "wits-tariffs": trade_data.read_wits_tariffs,
    "dataweb": trade_data.read_dataweb,
    "icio": trade_data.read_icio,
}
BILLION = 1e9
ONE_YEAR = frozenset({"baci"})
"""Layouts whose files hold one year."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Parameters
    ----------
    layout : whose file it is.
    regions : codes and groups, separated by commas.
    year : which year, where a file has several.
    out : a CSV file for the flows.
    """

    layout: str
    regions: str
    year: int | None = None
    out: Path | None = None


def show(file: Path, wanted: Wanted, *, as_json: bool) -> None:
    """Say who buys how much from whom, and what was left out."""
    flows = read(file, wanted)
    if wanted.out is not None:
        _write(flows, wanted.out)
    if as_json:
        say_json(_facts(flows))
        return
    say("imports, billion US dollars a year", "")
    rows = [
        [importer, *("not known" if math.isnan(value) else f"{value / BILLION:,.3f}" for value in row)]
        for importer, row in zip(flows.codes, flows.imports.tolist(), strict=True)
    ]
    say_table(["importer", *flows.codes], rows, right=flows.codes)
    say("")
    for line in flows.report().split("\n"):
        say_paragraph(line)
    if wanted.out is not None:
        say(str(wanted.out))


def read(file: Path, wanted: Wanted) -> TradeFlows:
    """Read a file in the layout that is named.

    Raises
    ------
    InputError
        For an unknown layout, and for everything that is wrong with the file.
    """
    fail_if([] if wanted.layout in LAYOUTS else [unknown_name("layout", wanted.layout, LAYOUTS, "--layout")])
    if not file.is_file():
        raise InputError([Problem("no such file", "FILE", str(file), fix="check the path")])
    codes = [code.strip() for code in wanted.regions.split(",")]
    if wanted.layout in ONE_YEAR:
        flows: TradeFlows = LAYOUTS[wanted.layout](file, codes)
        if wanted.year not in {None, flows.year}:
            raise InputError([Problem("no rows of that year", "--year", str(wanted.year), str(flows.year))])
        return flows
    return LAYOUTS[wanted.layout](file, codes, year=wanted.year)


def _write(flows: TradeFlows, out: Path) -> None:
    try:
        flows.to_frame().to_csv(out, index=False, lineterminator="\n")
    except OSError as error:
        got = error.strerror or str(error)
        raise InputError([Problem("cannot be written", str(out), got, fix="check the folder")]) from None


def _facts(flows: TradeFlows) -> dict[str, Any]:
    return {
        "source": flows.source,
        "year": flows.year,
        "valuation": flows.valuation,
        "unit": "US dollars a year",
        "economies": flows.codes,
        "members": flows.members,
        "imports": flows.imports.tolist(),
        "tariffs": None if flows.duties is None else flows.tariffs.tolist(),
        "left_out": flows.left_out_frame().to_dict("records"),
        "notes": flows.notes,
    }
