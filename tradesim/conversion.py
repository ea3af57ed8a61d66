"""Conversion: numbers that are given as Python objects, made into floats and whole numbers that can be used.

The one place that decides what is a number: Python's and numpy's integers and floats, `decimal.Decimal` and
`fractions.Fraction`; never a truth value and never a text. Texts in files are read elsewhere.
"""

import math
from collections.abc import Iterable
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

MOST_DIGITS = 30
"""Digits of a whole number that are shown."""
LONGEST = 200
"""Letters of a value that are shown."""


def real(value: Any, *, ends: bool = False) -> float | None:
    """Return a number as a finite float, or None where it is none or lies beyond what a float holds.

    Parameters
    ----------
    ends : whether infinity is one, as the end of a range is.

    Examples
    --------
    >>> import numpy as np
    >>> real(0.25), real(np.float32(0.5)), real(Decimal("0.1")), real(True), real("0.25"), real(10**400)
    (0.25, 0.5, 0.1, None, None, None)
    """
    if not is_number(value):
        return None
    try:
        found = float(value)
    except (OverflowError, ValueError):  # beyond a float; a signalling NaN
        return None
    good = math.isfinite(found) or (ends and not math.isnan(found))
    return found if good else None


def is_number(value: Any) -> bool:
    """Return whether a value is a number at all, finite or not.

    Examples
    --------
    >>> import numpy as np
    >>> is_number(10**400), is_number(np.nan), is_number(np.True_), is_number(1j)
    (True, True, False, False)
    """
    given = _alone(value)
    return isinstance(given, Real | Decimal) and not isinstance(given, bool)


def _alone(value: Any) -> Any:
    """Return the Python object in a scalar of numpy, or in an array without axes; it loads no numpy."""
    return value.item() if getattr(value, "ndim", None) == 0 and hasattr(value, "item") else value


def real_in(value: Any, low: float, high: float) -> float | None:
    """Return a number as a float, or None where it is none or does not lie between two, both included.

    Examples
    --------
    >>> real_in(1, 0, 1), real_in(1.5, 0, 1), real_in(None, 0, 1)
    (1.0, None, None)
    """
    found = real(value)
    return found if found is not None and low <= found <= high else None


def whole(value: Any, least: int | None = None, most: int | None = None) -> int | None:
    """Return a whole number, Python's or numpy's, as an int; None where it is none or outside a range.

    Examples
    --------
    >>> import numpy as np
    >>> whole(np.int64(3)), whole(3.0), whole(True), whole(0, least=1), whole(7, most=5)
    (3, None, None, None, None)
    """
    given = _alone(value)
    if isinstance(given, bool) or not isinstance(given, Integral):
        return None
    found = int(given)
    return found if (least is None or found >= least) and (most is None or found <= most) else None


class Unstated(float):
    """The default of a parameter: equal to the number that a person may state, and yet not stated by anyone.

    Examples
    --------
    >>> Unstated(10.0) == 10.0, isinstance(Unstated(10.0), float), Unstated(10.0)
    (True, True, 10.0)
    """

    __slots__ = ()


def own(value: Any) -> Any:
    """Return a number of numpy, `decimal` or `fractions` as Python's own; anything else as it is.

    Examples
    --------
    >>> import numpy as np
    >>> own(np.int64(3)), own(Decimal("0.25")), own("0.25")
    (3, 0.25, '0.25')
    """
    if type(value) in {int, float, Unstated}:
        return value
    count, number = whole(value), real(value)
    return count if count is not None else value if number is None else number


def own_numbers(described: Any, names: Iterable[str]) -> None:
    """Have fields of a frozen description hold Python's own numbers, where they hold numbers."""
    for name in names:
        value = getattr(described, name)
        object.__setattr__(described, name, own(value))


def shown(value: Any) -> str:
    """Return what was given as text for a message, cut where it is long.

    Examples
    --------
    >>> shown("0.25"), shown(10**400), shown([0] * 1000)[:9]
    ("'0.25'", 'a whole number of 401 digits', '[0, 0, 0,')
    """
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        return f"{'minus ' * (value < 0)}a whole number of {_digits(abs(value)):,} digits"
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # Python writes no whole number of more than 4,300 digits
        return f"a {type(value).__name__} that cannot be shown"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _digits(value: int) -> int:
    """Return how many decimal digits a large whole number has, without writing it."""
    about = int((value.bit_length() - 1) * math.log10(2))
    return about + 1 + int(value >= 10 ** (about + 1))
