"""Flows: who buys how much from whom in a year, and what a file held beside that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tradesim.alignment import aligned, ordered
from tradesim.economies import Economies
from tradesim.errors import Problem, fail_if
from tradesim.trade_data.baseline import Baseline, baseline_of
from tradesim.trade_data.left_out import LeftOut, dollars

Floats = NDArray[np.float64]
MOST_LINES = 12
"""Kinds of left-out rows that a report names; it says how many more there are."""


@dataclass(frozen=True, eq=False, slots=True)
class TradeFlows:
    """Trade in one year, importer × exporter, as a public file has it.

    Parameters
    ----------
    codes : the N economies or regions, in the order of both axes.
    imports : (N, N) or (N, N, K) float64, US dollars a year, importer × exporter (× product), net of duty;
        NaN where no one in the file reports it, 0 where the file knows of no trade.
    year : the year of the trade.
    source : where the file comes from.
    products : the K products, empty where all goods are added up.
    duties : the same shape, US dollars a year of duty; NaN where unknown. ``None`` where the file has none.
    valuation : at what prices: ``FOB``, ``CIF``, ``customs value``, ``basic prices``.
    domestic : whether the diagonal is all sales at home, as in an input–output table; otherwise it is the
        trade between the members of a region.
    members : the codes of the file that each region holds.
    left_out : what the file holds that is not counted here.
    notes : what else a reader of these numbers should know.
    """

    codes: tuple[str, ...]
    imports: Floats = field(repr=False)
    year: int
    source: str
    products: tuple[str, ...] = field(default=(), repr=False)
    duties: Floats | None = field(default=None, repr=False)
    valuation: str = ""
    domestic: bool = False
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    left_out: tuple[LeftOut, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", ordered("codes", self.codes))
        for name in ("imports", "duties"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, aligned(name, getattr(self, name), self.codes))
        fail_if(_shape_problems(self))

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        regions: Mapping[str, str | Sequence[str]] | Sequence[str] | None = None,
        *,
        unit: float | str | None = None,
        exporter: str | None = None,
        importer: str | None = None,
        value: str | None = None,
        product: str | None = None,
        year: str | int | None = None,
        products: int | str | Mapping[str, str | Sequence[str]] | None = None,
        level: int | None = None,
        domestic: bool | None = None,
        valuation: str = "",
        source: str = "a DataFrame",
    ) -> "TradeFlows":
        """Return the flows of a frame with a row per exporter, importer, year and perhaps product.

        Parameters
        ----------
        frame : the rows; columns ``exporter``, ``importer``, ``year``, ``value`` and perhaps ``product``, or
            common names for them (``origin``, ``iso_o``, ``trade_value``, ``hs6``, ``sector``). Economies by
            ISO code or number; totals never count, nor do codes that no table has unless a region names them.
        regions : what to add up: region → ISO alpha-3 codes, ``"*"`` for everything else; or a list of codes
            and groups. By default every economy by itself.
        unit : US dollars in one unit of the values: 1, 1000, 1e6, or words, ``"million USD"``. Needed.
        exporter, importer, value, product : the names of the columns, where they are called otherwise.
        year : the year to take, where there are several or no column says it; or the name of the column.
        products : ``None`` for all goods together, ``"each"``, digits of codes, or group → beginnings of
            codes, or names of industries where products go by names.
        level : the digits of the product codes to use, where there are several levels.
        domestic : whether rows of an economy with itself are all its sales at home (``True``) or left out
            (``False``). Needed where there are such rows.
        valuation : at what prices: ``FOB``, ``CIF``.
        source : where the frame comes from.

        Returns
        -------
        The flows. An economy that is no row's importer is not known; other flows without a row are 0, which
        the notes say. Months and quarters of a year are added up where none is missing.

        Raises
        ------
        InputError
            For columns that are missing or could be two, cells that are no code, values that are no numbers,
            missing or negative, flows given twice, several years, no unit.

        Examples
        --------
        >>> rows = [("CHN", "USA", 2023, 440.0), ("USA", "CHN", 2023, 145.0)]
        >>> frame = pd.DataFrame(rows, columns=["exporter", "importer", "year", "value"])
        >>> flows = TradeFlows.from_frame(frame, ["USA", "CHN"], unit="billion USD")
        >>> flows.imports / 1e9
        array([[  0., 440.],
               [145.,   0.]])
        """
        from tradesim.trade_data import frames  # noqa: PLC0415 it makes flows of what it reads

        columns = frames.Columns(exporter, importer, value, product, year)
        return frames.flows_of_frame(
            frame,
            regions,
            columns,
            unit=unit,
            products=products,
            level=level,
            domestic=domestic,
            valuation=valuation,
            source=source,
        )

    @property
    def tariffs(self) -> Floats:
        """Duty over the value of imports, same shape, fraction; NaN where unknown or without imports."""
        if self.duties is None:
            return np.full(self.imports.shape, np.nan)
        bought = self.imports > 0
        return np.where(bought, self.duties / np.where(bought, self.imports, 1.0), np.nan)

    @property
    def total(self) -> float:
        """All imports counted, US dollars a year, those within regions and at home among them."""
        return float(np.nansum(self.imports))

    def added_up(self) -> "TradeFlows":
        """Return the same flows over all products together; unknown where one product is unknown."""
        if not self.products:
            return self
        duties = None if self.duties is None else self.duties.sum(axis=2)
        return replace(self, imports=self.imports.sum(axis=2), duties=duties, products=())

    def filled_by(self, mirror: "TradeFlows") -> "TradeFlows":
        """Return the same flows with those that no one reports taken from another file of the same shape.

        Use it with what the other side reports (``flow="exports"``): mirror trade, at FOB where imports are
        CIF. Duties of what is filled in are unknown.
        """
        here, there = (self.codes, self.products, self.year), (mirror.codes, mirror.products, mirror.year)
        if here != there:
            got = f"{', '.join(mirror.codes)}; {len(mirror.products)} products; {mirror.year}"
            allowed = "the same economies, products and year"
            fail_if([Problem("other economies, products or year", "mirror", got, allowed)])
        gap = np.isnan(self.imports)
        filled = np.where(gap, mirror.imports, self.imports)
        taken = gap & ~np.isnan(mirror.imports)
        note = (
            f"{taken.sum()} flows that no one reports, {dollars(float(filled[taken].sum()))}, are taken from "
            f"{mirror.source} ({mirror.valuation})"
        )
        duties = None if self.duties is None else np.where(taken, np.nan, self.duties)
        return replace(self, imports=filled, duties=duties, notes=(*self.notes, note))

    def economies(self, gdp: ArrayLike | None = None) -> Economies:
        """Return the economies with their imports over all products, as schedules and scenarios take them.

        Parameters
        ----------
        gdp : (N,) US dollars a year, in the order of ``codes``; or a Series or mapping by economy; or
            ``None``.

        Raises
        ------
        InputError
            If some flows are reported by no one, with their importers.
        """
        flows = self.added_up()
        fail_if(_unreported_problems(flows))
        imports = flows.imports.copy()
        if self.domestic:
            np.fill_diagonal(imports, 0.0)
        return Economies(self.codes, imports, gdp, vintage=str(self.year), source=self.source)

    def baseline(
        self,
        output: Mapping[str, float] | ArrayLike | None = None,
        tariffs: pd.DataFrame | ArrayLike | None = None,
    ) -> Baseline:
        """Return the duty-paid flows and tariffs that the models of `tradesim.economics` start from.

        Parameters
        ----------
        output : gross output of each economy, US dollars a year: a mapping or Series by code, a frame with
            a row for each economy (and a column for each product), (N,) or (N, K). Sales at
            home are what is left of it after exports. Not needed where the diagonal is all sales at home.
        tariffs : the tariffs charged in the year: one rate for all, (N, N) or (N, N, K), or a frame importer
            × exporter; fractions. By default those of the file; where it has none, this is needed: 0.0 leaves
            tariffs in force out of account and says so.

        Raises
        ------
        InputError
            If flows, output or tariffs are missing somewhere, or exports exceed output.

        Examples
        --------
        >>> flows = TradeFlows(("USA", "CHN"), np.array([[0, 440e9], [145e9, 0]]), 2023, "an example")
        >>> start = flows.baseline({"USA": 27e12, "CHN": 18e12}, tariffs=0.1)
        >>> start.flows / 1e9
        array([[26855. ,   484. ],
               [  159.5, 17560. ]])
        """
        fail_if(_unreported_problems(self))
        return baseline_of(self, output, tariffs)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per flow that is reported: importer, exporter, product, imports, duties, tariff."""
        axes = [self.codes, self.codes, *([self.products] if self.products else [])]
        names = ["importer", "exporter", *(["product"] if self.products else [])]
        frame = pd.MultiIndex.from_product(axes, names=names).to_frame(index=False)
        frame["imports"] = self.imports.ravel()
        if self.duties is not None:
            frame["duties"], frame["tariff"] = self.duties.ravel(), self.tariffs.ravel()
        return frame[frame["imports"].notna()].reset_index(drop=True)

    def left_out_frame(self) -> pd.DataFrame:
        """Return what is left out, the largest first: why, what, rows, value, missing."""
        columns = ["why", "what", "rows", "value", "missing"]
        rows = [[getattr(each, name) for name in columns] for each in self.left_out]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.sort_values("value", ascending=False, kind="stable", ignore_index=True)

    @property
    def missing(self) -> float:
        """The value of trade asked for that is counted nowhere, US dollars a year."""
        return sum(each.value for each in self.left_out if each.missing)

    def report(self) -> str:
        """Return in words what is here, what is left out, and what should be known."""
        goods = f" × {len(self.products)} products" if self.products else ""
        lines = [
            f"{self.source}: {self.year}, {len(self.codes)} economies{goods}, {dollars(self.total)}"
            + (f" ({self.valuation})" if self.valuation else "")
        ]
        unreported = int(np.isnan(self.imports).sum())
        if unreported:
            lines.append(f"no one reports {unreported:,} of {self.imports.size:,} flows")
        lines.append(f"left out and counted nowhere: {dollars(self.missing)}")
        largest = sorted(self.left_out, key=lambda each: -each.value)
        lines += [f"- {each}{'' if each.missing else ' (not missing)'}" for each in largest[:MOST_LINES]]
        if len(largest) > MOST_LINES:
            lines.append(f"- … and {len(largest) - MOST_LINES} more, see left_out_frame()")
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def _shape_problems(flows: TradeFlows) -> Iterator[Problem]:
    n = len(flows.codes)
    shape = (n, n, len(flows.products)) if flows.products else (n, n)
    for name in ("imports", "duties"):
        array = getattr(flows, name)
        if array is None:
            continue
        if array.shape != shape:
            yield Problem("wrong shape", name, str(array.shape), f"{shape}, importer × exporter (× product)")
        elif np.isinf(array).any() or (array < 0).any():
            got = str(array[np.isinf(array) | (array < 0)][0])
            yield Problem("not a value", name, got, "finite US dollars, 0 or more, NaN where not reported")


def _unreported_problems(flows: TradeFlows) -> Iterator[Problem]:
    n = len(flows.codes)
    gaps: NDArray[np.bool_] = np.asarray(np.isnan(flows.imports).reshape(n, n, -1).any(axis=2))
    if not gaps.any():
        return
    rows = [code for code, missing in zip(flows.codes, gaps, strict=True) if missing.all()]
    some = [f"{flows.codes[i]} from {flows.codes[j]}" for i, j in np.argwhere(gaps)]
    got = f"no reports of {', '.join(rows)}" if rows else f"no reports of {', '.join(some[:5])}"
    fix = "add their files, take what their partners report with filled_by(), or choose other regions"
    yield Problem("flows that no one reports", flows.source, got, "every importer × exporter", fix)
