"""Reading: what was typed for an option as the whole number or the word that it must be."""

from collections.abc import Sequence

from tradesim.errors import InputError, Problem, unknown_name


def whole(text: str, option: str, allowed: str = "a whole number: 1000") -> int:
    """Return the whole number that was typed for an option.

    Raises
    ------
    InputError
        If it is none.

    Examples
    --------
    >>> whole("10000", "--draws")
    10000
    """
    from tradesim import parsing  # noqa: PLC0415 it loads numpy, and help comes at once
    from tradesim.conversion import shown  # noqa: PLC0415

    read = parsing.whole(text)
    if read is None:
        meant = parsing.number(text)
        is_whole = meant is not None and meant.is_integer() and abs(meant) < 1e15
        fix = f"write {meant:.0f}" if is_whole else parsing.meant(text)
        raise InputError([Problem("not a whole number", option, shown(text), allowed, fix)])
    return read


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


def several_of(text: str, option: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return the words that were typed for an option, separated by commas, each once.

    Raises
    ------
    InputError
        If one is none of those that there are, with the nearest; if there is none.

    Examples
    --------
    >>> several_of("svg, png,svg", "--formats", ["png", "svg", "csv"])
    ('svg', 'png')
    """
    typed = [word.strip().lower() for word in text.split(",") if word.strip()]
    if not typed:
        raise InputError([Problem("names nothing", option, repr(text), ", ".join(words))])
    return tuple(dict.fromkeys(one_of(word, option, words) for word in typed))
