"""Units: how many US dollars one unit of a table is, from the words in which the table says so."""

import re
from collections.abc import Iterator, Sequence

from tradesim.errors import Problem

SIZES = {
    1.0: ("",),
    1e3: ("thousand", "thousands", "thous", "th", "k", "000", "1000", "1,000", "0.001 million"),
    1e6: ("million", "millions", "mill", "mil", "mio", "mln", "mn", "mm", "m", "1000000", "1,000,000"),
    1e9: ("billion", "billions", "bill", "bil", "bio", "bln", "bn", "b"),
}
"""US dollars in one unit, and what tables call it."""
DOLLARS = r"(?:us|u\.s\.|usa)?[ .]*(?:dollars?|dollar|\$)|usd|us\$"
OTHERS = {
    "euros": r"eur|euros?|€",
    "yen": r"jpy|yen|¥",
    "pounds": r"gbp|pounds?( sterling)?|£",
    "yuan": r"cny|rmb|yuan",
    "another country's dollars": r"(?:aud|cad|nzd|hkd|sgd|twd)|(?:a|c|nz|hk|s|nt)\$",
    "Swiss francs": r"chf",
    "rupees": r"inr|rupees?",
    "won": r"krw|won",
}
"""Currencies that need a rate: what they are, and what tables call them."""


def dollars_in(unit: str) -> float | str:
    """Return the US dollars in one unit, or the currency that it is in, "" where neither is known.

    Examples
    --------
    >>> dollars_in("Mill USD"), dollars_in("millions of US$"), dollars_in("000 USD")
    (1000000.0, 1000000.0, 1000.0)
    >>> dollars_in("M.EUR"), dollars_in("Gg"), dollars_in("current US dollars")
    ('euros', '', 1.0)
    """
    said = re.sub(r"[()\[\]'‘’`´\"_]", " ", unit.lower())
    said = " ".join(re.sub(r"\b(of|in|current|nominal|at basic prices|basic prices)\b", " ", said).split())
    for size, names in SIZES.items():
        for name in names:
            if _is(said, name, DOLLARS):
                return size
    for currency, called in OTHERS.items():
        if any(_is(said, name, called) for names in SIZES.values() for name in names):
            return currency
    return ""


def _is(said: str, size: str, currency: str) -> bool:
    """Say whether words are a size and a currency, in either order."""
    own = re.escape(size)
    forms = (rf"{own}[ .,]*(?:{currency})", rf"(?:{currency})[ .,]*{own}")
    return any(re.fullmatch(form, said) for form in forms)


def unit_problems(units: Sequence[str], where: str) -> Iterator[Problem]:
    """Yield why the units of a table make no US dollars: none, several, another currency, no money."""
    found = {unit: dollars_in(unit) for unit in units}
    fix = "give unit=, US dollars in one unit"
    currencies = sorted({each for each in found.values() if isinstance(each, str) and each})
    shown = ", ".join(map(repr, units[:6])) or "no unit"
    if currencies:
        named = f"{shown}: {' and '.join(currencies)}"
        rate = "give unit=, US dollars in one unit: 1.08e6 for millions of euros at 1.08 dollars"
        yield Problem("not in US dollars", where, named, "US dollars", rate)
    elif not found or "" in found.values():
        yield Problem("not a unit of US dollars", where, shown, "such as 'Million USD' or 'Mill USD'", fix)
    elif len(set(found.values())) > 1:
        yield Problem("several units", where, shown, "one for all industries", fix)
