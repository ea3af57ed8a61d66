"""Reading: what was typed for an option as the whole number or the word that it must be."""

from collections.abc import Sequence

from tradesim.conversion import shown
from tradesim.errors import InputError, Problem, unknown_name


def whole(text: str, option: str, allowed: str = "a whole number: 1000") -> int:
    """Return the whole number that was typed for an option.

    Raises
    ------
    InputError
        If it is none.

    Examples
    --------
    >>> whole("10_000", "--draws")
    10000
    """
    try:
        return int(text)
    except ValueError:
        raise InputError([Problem("not a whole number", option, shown(text), allowed)]) from None


def one_of(text: str, option: str, words: Sequence[str]) -> str:
    """Return the word that was typed for an option.

    Raises
    ------
    InputError
        If it is none of those that there are, with the nearest.

    Examples
    --------
    >>> one_of("fan", "--kind", ["duty", "fan"])
    'fan'
    """
    if text not in words:
        raise InputError([unknown_name(option.lstrip("-"), text, words, option)])
    return text
