"""World 2023: the packaged trade of 13 economies, with sales at home and tariffs on record."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tradesim import datasets
from tradesim.conversion import real, shown
from tradesim.errors import Problem, fail_if, unknown_name
from tradesim.trade_data.baseline import Baseline
from tradesim.trade_data.flows import TradeFlows

RECORD = "us-china"
SINCE, UNTIL = "2023-01-01", "2024-01-01"
REST = "ROW"
Floats = NDArray[np.float64]


def world_2023(
    output_to_gdp: float | Mapping[str, float] = 1.0,
    tariffs: pd.DataFrame | ArrayLike | None = None,
    *,
    elsewhere: float = 0.0,
) -> Baseline:
    """Return the world of 2023 in 13 economies, as the models of `tradesim.economics` take it.

    Goods imports are those of the packaged dataset ``world-2023`` (CEPII BACI), GDP is the World Bank's.
    Sales at home are not in them: they are ``output_to_gdp`` × GDP less exports. Internal trade of EU27,
    ASEAN and ROW is part of their sales at home.

    Parameters
    ----------
    output_to_gdp : output of what is traded over GDP, one number or one per economy. 1: all of GDP is one
        tradable good, so that spending is GDP plus the trade deficit, as in the baseline of Ignatenko,
        Lashkaripour, Macedoni and Simonovska (2025). In the world of Caliendo and Parro (2015), gross
        output of goods over all value added is 0.69, and of everything 1.93. The smaller it is, the more
        open economies are.
    tariffs : (N, N) or a frame importer × exporter, fractions, in place of those on record.
    elsewhere : the tariff of pairs without a record. At 0 what a model is asked for comes on top of what
        these pairs charge.

    Returns
    -------
    Duty-paid flows and tariffs, US dollars a year. By default the tariffs of the United States and China
    are the statutory effective duties of the packaged record ``us-china``, averaged over the days of 2023;
    what was assumed is in ``assumptions``, the hole in the data in ``notes``.

    Raises
    ------
    InputError
        If output does not cover exports, or a tariff is no fraction.

    Examples
    --------
    >>> world = world_2023()
    >>> world.codes[:4], world.flows.shape
    (('USA', 'CHN', 'EU27', 'JPN'), (13, 13))
    >>> world.tariffs[0, 1].round(3), world.tariffs[1, 0].round(3)
    (np.float64(0.193), np.float64(0.211))
    """
    economies = datasets.load("world-2023").economies
    gdp = dict(zip(economies.codes, np.asarray(economies.gdp), strict=True))
    ratio = _per_economy("output_to_gdp", output_to_gdp, economies.codes)
    fail_if(_elsewhere_problems(elsewhere))
    rates, said = (_on_record(economies.codes, elsewhere), "") if tariffs is None else (tariffs, "as given")
    base = _flows().baseline({code: ratio[code] * gdp[code] for code in economies.codes}, rates)
    how = f"output of what is traded is {_shown(ratio)} × GDP; sales at home are what exports leave of it"
    on_record = (
        f"tariffs of USA and CHN are their mean statutory effective duties of 2023 (record {RECORD}: on each "
        f"other, and on the rest of the world for others); all other pairs charge {elsewhere:.3g}, assumed"
    )
    return Baseline(
        base.codes,
        base.flows,
        base.tariffs,
        base.year,
        base.source,
        assumptions=(how, f"tariffs {said}" if said else on_record),
        notes=base.notes,
    )


def _flows() -> TradeFlows:
    """Return the packaged imports as flows; the dataset's own words say what is missing in them."""
    about = datasets.describe("world-2023")
    economies = datasets.load("world-2023").economies
    return TradeFlows(
        economies.codes,
        np.array(economies.imports),
        int(about["trade_year"]),
        about["sources"][0],
        valuation="FOB",
        notes=(about["weights"].partition("). ")[2],),
    )


def _on_record(codes: Sequence[str], elsewhere: float) -> Floats:
    """Return the mean duties of 2023 of the two sides on record, and ``elsewhere`` for every other pair."""
    duty = datasets.load(RECORD).effective_duty(SINCE, UNTIL, freq="D").iloc[:-1].mean()
    rates = np.full((len(codes), len(codes)), elsewhere)
    for i, importer in enumerate(codes):
        for j, exporter in enumerate(codes):
            partner = exporter if exporter in {"USA", "CHN"} else REST
            if (importer, partner) in duty.index and importer != exporter:
                rates[i, j] = duty[importer, partner]
    np.fill_diagonal(rates, 0.0)
    return rates


def _per_economy(name: str, given: float | Mapping[str, float], codes: Sequence[str]) -> dict[str, float]:
    """Return one positive number per economy."""
    values = dict(given) if isinstance(given, Mapping) else dict.fromkeys(codes, given)
    fail_if(unknown_name("economy", code, codes, name) for code in values if code not in codes)
    fail_if(
        Problem("not a ratio", f"{name}[{code}]", shown(values.get(code)), "a number above 0")
        for code in codes
        if not _is_positive(values.get(code))
    )
    return {code: float(values[code]) for code in codes}


def _is_positive(value: object) -> bool:
    number = real(value)
    return number is not None and number > 0


def _elsewhere_problems(elsewhere: float) -> Iterator[Problem]:
    if elsewhere != 0 and not _is_positive(elsewhere):
        yield Problem("not a rate", "elsewhere", shown(elsewhere), "a fraction of 0 or more: 0.25 is 25 %")


def _shown(ratio: Mapping[str, float]) -> str:
    low, high = min(ratio.values()), max(ratio.values())
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
