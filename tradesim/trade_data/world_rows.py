"""World rows: whether the partners of a file add up to the total over partners that it gives itself.

A download that was cut, or that has only some partners, still looks whole; its own World row tells.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tradesim.errors import warn_user
from tradesim.trade_data.gather import Gather
from tradesim.trade_data.identities import WORLD, kind_of, shown
from tradesim.trade_data.left_out import TradeDataWarning, dollars
from tradesim.trade_data.products import level
from tradesim.trade_data.sums import Book, Sums

ENOUGH = 0.9
"""The share of the World row below which partners are far less than it; secrecy takes a few percent."""
GOODS_BITS = 32


@dataclass(slots=True)
class WorldRows:
    """World rows and the partners beside them, by reporter and product."""

    reporters: Book = field(default_factory=Book)
    goods: Book = field(default_factory=Book)
    sums: Sums = field(default_factory=Sums)

    def take(self, piece: pd.DataFrame, reporter: str, partner: str, part: str = "") -> None:
        """Add rows of ``product``, ``value`` and the columns of the two labels, that are no parts of others.

        ``part`` is the column of the part of a year that a row is, where there is one.
        """
        kinds = (
            piece[partner].map({label: kind_of(label) for label in piece[partner].unique()}).astype(object)
        )
        world, group = (kinds == "world").to_numpy(), (kinds == "group").to_numpy()
        value = np.nan_to_num(piece["value"].to_numpy(dtype=np.float64), nan=0.0, posinf=0.0)
        goods = piece["product"]
        if part in piece and piece[part].ne("").any():
            goods = (goods.astype(str) + " " + piece[part]).str.strip()
        key = self.reporters.numbers(piece[reporter]) << GOODS_BITS | self.goods.numbers(goods)
        self.sums.add(key, np.stack([value * world, value * ~(world | group)], axis=1))

    def lacking(self) -> list[tuple[str, float, float]]:
        """Return reporters whose partners are far less than their World rows: partners and World, US dollars.

        Products count that have both; a reporter has an entry for the level of products that lacks the most.
        """
        keys, amounts = self.sums.result()
        both = (amounts > 0).all(axis=1)
        frame = pd.DataFrame({"world": amounts[both, 0], "partners": amounts[both, 1]})
        frame["reporter"] = keys[both] >> GOODS_BITS
        digits = np.array([level(name.partition(" ")[0]) for name in self.goods.names] or [0])
        frame["level"] = digits[keys[both] & ((1 << GOODS_BITS) - 1)]
        totals = frame.groupby(["reporter", "level"], sort=True).sum()
        worst: dict[str, tuple[float, float]] = {}
        for (reporter, _), world, partners in totals.itertuples(name=None):
            name = shown(self.reporters.names[reporter])
            before = worst.get(name, (ENOUGH, 1.0))
            if kind_of(name) != "world" and partners / world < before[0] / before[1]:
                worst[name] = partners, world
        return [(name, *found) for name, found in worst.items()]


def say_lacking(rows: WorldRows, gather: Gather) -> None:
    """Note where partners are far less than World; warn where all others count, together or by themselves."""
    lacking = rows.lacking()
    if not lacking:
        return
    named = "; ".join(
        f"{name}: {partners / world:.0%} ({dollars(partners)} of {dollars(world)})"
        for name, partners, world in lacking[:6]
    )
    more = f" and {len(lacking) - 6} more" if len(lacking) > 6 else ""
    said = f"the partners in the file add up to far less than its own {WORLD} rows: {named}{more}"
    gather.notes.append(said)
    if gather.regions.rest or not gather.regions.codes:
        fix = "is the download cut, or of some partners only? Then name those, without ROW"
        warn_user(f"{gather.table.path}: {said}; {fix}", TradeDataWarning)
