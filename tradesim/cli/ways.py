"""Ways: how a parameter varies, as it is said on the command line: read, never run."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.parsing import meant, number, whole
from tradesim.path_statistics import level_problems
from tradesim.percent import high_rates_meant
from tradesim.sweeps import distributions

NAMED: dict[str, Callable[..., Any]] = {
    "uniform": distributions.uniform,
    "loguniform": distributions.loguniform,
    "triangular": distributions.triangular,
    "normal": distributions.normal,
    "beta": distributions.beta,
    "integers": distributions.integers,
    "choice": lambda *values: distributions.choice(values),
}
CALL = re.compile(r"(?:ts\.)?([A-Za-z]+) *\((.*)\)")
RANGE = re.compile(r"([^:,()]+):([^:,()]+)")
UNREAD = re.compile(r"[:()]|^[\d.]+ *(-|–|to|\.\.) *[\d.]+$|^[A-Za-z]+( +[\d.]+)+$")
"""What looks like a range or a distribution, and is no value of anything."""
ALLOWED = "PATH=0.5:1.2 (uniform), PATH=0.5,0.8,1 (in turn), PATH=normal(1, 0.2, 0, 2), PATH=choice(a, b)"


def over_of(options: Sequence[str]) -> dict[str, Any]:
    """Return how parameters vary, from options ``PATH=WAY``.

    Raises
    ------
    InputError
        With every option that cannot be read.

    Examples
    --------
    >>> over_of(["rules.CHN.view=nominal,trade-weighted", "rules.CHN.cap=0.5,1"])
    {'rules.CHN.view': ['nominal', 'trade-weighted'], 'rules.CHN.cap': [0.5, 1]}
    """
    found, problems = read(options)
    fail_if(problems)
    return found


def read(options: Sequence[str]) -> tuple[dict[str, Any], list[Problem]]:
    """Return how parameters vary, from the options that can be read, and what is wrong with the others."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for option in options:
        path, sign, text = option.partition("=")
        if not sign or not path.strip() or not text.strip():
            problems.append(Problem("not PATH=WAY", "--over", repr(option), ALLOWED))
        elif path.strip() in found:
            problems.append(Problem("given twice", "--over", repr(path.strip()), "each path once"))
        else:
            try:
                found[path.strip()] = way_of(text.strip())
            except InputError as error:
                problems += error.at(f"--over {path.strip()}").problems
    return found, problems


def way_of(text: str) -> Any:
    """Return one way to vary: a range, a list of values, or one of the named distributions.

    Examples
    --------
    >>> way_of("0.5:1.5").mean(), way_of("true, false"), way_of("integers(1, 3)").support()[0]
    (np.float64(1.0), [True, False], np.int64(1))
    """
    called, ranged = CALL.fullmatch(text), RANGE.fullmatch(text)
    if called is not None:
        return _called(*called.groups())
    if ranged is not None:
        low, high = (value_of(each) for each in ranged.groups())
        return distributions.uniform(low, high)
    values = [value_of(each) for each in text.split(",")]
    unread = [each for each in values if isinstance(each, str) and UNREAD.search(each)]
    if unread:
        raise InputError([Problem("a range or distribution that cannot be read", "", repr(text), ALLOWED)])
    return values


def _called(name: str, inside: str) -> Any:
    """Return a distribution by its name and what stands in its parentheses."""
    if name.lower() not in NAMED:
        raise InputError([unknown_name("way to vary", name, NAMED)])
    values, named = [], {}
    for each in inside.split(","):
        key, sign, value = each.rpartition("=")
        if sign:
            named[key.strip()] = value_of(value)
        else:
            values.append(value_of(each))
    try:
        return NAMED[name.lower()](*values, **named)
    except TypeError:
        raise InputError([Problem("not what it takes", name, f"({inside})", ALLOWED)]) from None


def level_of(text: str) -> float:
    """Return a level of duty: a fraction, or a percentage with its sign.

    Examples
    --------
    >>> level_of("1.25"), level_of("125 %"), level_of("125%")
    (1.25, 1.25, 1.25)
    >>> level_of("125")
    Traceback (most recent call last):
    ...
    tradesim.errors.InputError: --level: a duty above 1000 %; got 125; ... did you mean 1.25?
    """
    word = text.strip()
    read = number(word.removesuffix("%"))
    if read is None:
        allowed = "a fraction such as 1.25, or a percentage: '125 %'"
        raise InputError([Problem("not a duty", "--level", repr(text), allowed, meant(text))])
    if not word.endswith("%"):
        fail_if(level_problems(read, "--level", f"write the sign: '{100 * read:g} %'"))
        return read
    with high_rates_meant():
        fail_if(level_problems(read / 100, "--level"))
    return read / 100


def value_of(text: str) -> Any:
    """Return a number, a percentage as a fraction, yes or no, or the text itself.

    Examples
    --------
    >>> value_of(" 2"), value_of("0.5"), value_of("50 %"), value_of("true"), value_of("2025-11-01")
    (2, 0.5, 0.5, True, '2025-11-01')
    """
    word = text.strip()
    if word.endswith("%"):
        share = number(word.removesuffix("%"))
        return word if share is None else share / 100
    if word.lower() in {"true", "false"}:
        return word.lower() == "true"
    count = whole(word)
    read = number(word) if count is None else count
    if read is None and meant(word):
        raise InputError([Problem("not a number", "", repr(word), "0.5, 2 or 50%", meant(word))])
    return word if read is None else read
