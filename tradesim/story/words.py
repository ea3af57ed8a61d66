"""Words: numbers, effects and lists as the story says them."""

from collections.abc import Iterable, Sequence

from tradesim.events import Effect, Event, Outcome

VERBS = {"enact": "enacts", "revoke": "revokes", "suspend": "suspends", "set_rate": "sets"}


def points(share: float) -> str:
    """Return a fraction in percentage points.

    Examples
    --------
    >>> points(0.335)
    '33.5 points'
    """
    return f"{share * 100:.4g} points"


def percent(share: float) -> str:
    """Return a fraction in percent."""
    return f"{share * 100:.4g} %"


def listed(words: Iterable[str]) -> str:
    """Return words in their order, joined.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def effect_words(event: Event, outcome: Outcome, effect: Effect, names: Sequence[str]) -> str:
    """Say what an outcome does to acts.

    Examples
    --------
    >>> cut = Effect(action="set_rate", target="IEEPA fentanyl", rate=0.1)
    >>> deal = Outcome(name="deal", probability=1.0, effects=(cut,))
    >>> effect_words(Event(name="summit", date="2025-10-31", outcomes=(deal,)), deal, cut, ["IEEPA fentanyl"])
    'summit: deal sets IEEPA fentanyl to 10 %'
    """
    to = "" if effect.rate is None else f" to {percent(effect.rate)}"
    return f"{event.name}: {outcome.name} {VERBS[effect.action]} {named(names)}{to}"


def named(names: Iterable[str]) -> str:
    """Return names of acts, joined; those that hold a comma in quotes, unless there is but one.

    Examples
    --------
    >>> named(["List 1", "Duty, energy"]), named(["Duty, energy"])
    ("List 1 and 'Duty, energy'", 'Duty, energy')
    """
    several = [*names]
    return several[0] if len(several) == 1 else listed(f"'{n}'" if "," in n else n for n in several)


def verb(names: Sequence[str], does: str) -> str:
    """Return names and what they do.

    Examples
    --------
    >>> verb(["List 1"], "end"), verb(["List 1", "List 2"], "end")
    ('List 1 ends', 'List 1 and List 2 end')
    """
    return f"{named(names)} {does}{'s' if len(names) == 1 else ''}"
