"""Checks: what every reader holds its values against, in one place.

Values are finite and not negative; none is larger than all that is traded; an economy without any flow is no
result; and a table that ends at a round number of rows was probably cut.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tradesim.errors import Problem, warn_user
from tradesim.trade_data.left_out import TradeDataWarning, dollars

Floats = NDArray[np.float64]
LARGEST = 1e13
"""US dollars a year in one row or between two economies: more than any economy trades with the world."""
LARGEST_SUM = {False: 1e14, True: 1e15}
"""US dollars a year in all: goods trade of the world is some 25 trillion; all its sales, those at home among
them (``True``), some 200 trillion."""
DUST = 1_000.0
"""US dollars below 0 that rounding and balancing leave in a table."""
MOST_SHOWN = 20
SHEETS = frozenset({65_535, 65_536, 1_048_575, 1_048_576})
ROUND = SHEETS | {500, 1_000, 5_000, 10_000} | frozenset(range(25_000, 2_000_001, 25_000))
"""Rows at which sites, their APIs and spreadsheets cut a table."""


def warn_if_round(where: str, rows: int) -> None:
    """Warn of a table whose number of rows is one at which sites cut.

    Examples
    --------
    >>> warn_if_round("a file", 99_999)
    """
    if rows in ROUND:
        said = (
            f"{where}: exactly {rows:,} rows, a number at which sites and spreadsheets cut a table: rows may "
            "be missing; ask for less at a time and read the files together"
        )
        warn_user(said, TradeDataWarning)


def not_values(values: Floats) -> NDArray[np.bool_]:
    """Return which values are missing, infinite or negative.

    Examples
    --------
    >>> not_values(np.array([1.0, np.nan, -1.0, np.inf]))
    array([False,  True,  True,  True])
    """
    wrong: NDArray[np.bool_] = ~(np.isfinite(values) & (values >= 0))
    return wrong


def shown(value: float) -> str:
    """Write a value that was refused."""
    return "nothing" if np.isnan(value) else str(value)


def too_large(amount: float) -> str:
    """Say what is allowed where a value is beyond any trade."""
    return f"{dollars(amount)} a year at most; is the file in the unit of its layout?"


def sales_problems(
    sales: Floats, may_fall: NDArray[np.bool_], at: Callable[[int, int], str]
) -> Iterator[Problem]:
    """Yield the cells of a table of sales that are no numbers, beyond any trade, or negative; 20 of a kind.

    Parameters
    ----------
    sales : (R, C) US dollars a year.
    may_fall : (C,) the columns that can be negative, as changes in inventories can.
    at : the place of a cell by its row and column.
    """
    kinds = (
        ("not a value of sales", ~np.isfinite(sales), "a finite number"),
        ("more than any trade", np.isfinite(sales) & (sales > LARGEST), too_large(LARGEST)),
        ("sales below 0", (sales < -DUST) & ~may_fall, "0 or more, but for final demand"),
    )
    for what, bad, allowed in kinds:
        places = np.argwhere(bad)
        for row, column in places[:MOST_SHOWN]:
            value = float(sales[row, column])
            got = dollars(value) if np.isfinite(value) else shown(value)
            yield Problem(what, at(int(row), int(column)), got, allowed)
        if len(places) > MOST_SHOWN:
            yield Problem(f"{len(places) - MOST_SHOWN:,} more like it: {what}")


def sum_problems(flows: Floats, where: str, *, domestic: bool) -> Iterator[Problem]:
    """Yield the problem of flows, US dollars a year, that are all 0 or more than the trade of the world."""
    total, n = float(np.nansum(flows)), len(flows)
    most = LARGEST_SUM[domestic]
    between = np.where(np.eye(n, dtype=bool), 0.0, np.nan_to_num(flows.reshape(n, n, -1).sum(axis=2)))
    if n and between.max() > LARGEST:
        yield Problem("more than any trade", where, dollars(float(between.max())), too_large(LARGEST))
    elif not total > 0:
        got = f"all {flows.size:,} flows are 0 or not known"
        yield Problem("no trade at all", where, got, "some flow above 0", "are regions and products right?")
    elif total > most:
        yield Problem("more than any trade in all", where, dollars(total), too_large(most))


def idle_problems(flows: Floats, codes: Sequence[str], where: str, known: Iterable[str]) -> Iterator[Problem]:
    """Yield the economies that neither buy nor sell anything, with the codes that the file has.

    Parameters
    ----------
    flows : (N, N) or (N, N, K), importer × exporter; what is not known counts as nothing.
    known : the codes of the file.
    """
    amounts = np.nan_to_num(flows.reshape(len(codes), len(codes), -1).sum(axis=2))
    idle = (amounts.sum(axis=0) == 0) & (amounts.sum(axis=1) == 0)
    if idle.any():
        names = [code for code, none in zip(codes, idle, strict=True) if none]
        got = ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
        each = sorted(known)
        listed = ", ".join(each[:20]) + (f", … ({len(each)} in all)" if len(each) > 20 else "")
        fix = "is it under another code in the file?"
        yield Problem("economies without any flow", where, got, f"codes in the file: {listed}", fix)
