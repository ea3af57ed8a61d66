"""Words: what each parameter is called on the page, what it means, and how far its slider reaches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NAMES: Mapping[str, tuple[str, str]] = {
    "USA": ("the US", "a US"),
    "CHN": ("China", "a Chinese"),
    "EU27": ("the EU", "an EU"),
    "CAN": ("Canada", "a Canadian"),
    "MEX": ("Mexico", "a Mexican"),
    "JPN": ("Japan", "a Japanese"),
    "GBR": ("Britain", "a British"),
    "KOR": ("Korea", "a Korean"),
    "IND": ("India", "an Indian"),
    "BRA": ("Brazil", "a Brazilian"),
    "ASEAN": ("ASEAN", "an ASEAN"),
    "AUS": ("Australia", "an Australian"),
    "ROW": ("the rest of the world", "another"),
}
"""What economies are called, and whose an increase is."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of one parameter, and its slider.

    Parameters
    ----------
    label : with ``{who}``, ``{theirs}`` (a US …), ``{name}`` to be filled in.
    meaning : the tooltip.
    high, step : how far the slider reaches and in which steps, as shown.
    factor : shown number over the scenario's: 100 where a fraction is shown in percent.
    unit : written behind the number.
    low : where the slider begins, as shown.
    whole : whether only whole numbers are allowed.
    main : whether it stands among the first.
    """

    label: str
    meaning: str
    high: float
    step: float
    factor: int = 1
    unit: str = ""
    low: float = 0.0
    whole: bool = False
    main: bool = False


def _share(label: str, meaning: str, *, main: bool = False) -> Words:
    return Words(label, meaning, 100, 1, factor=100, unit="%", main=main)


def _days(label: str, meaning: str, high: int, low: int = 0, *, main: bool = False) -> Words:
    return Words(label, meaning, high, 1, unit="days", low=low, whole=True, main=main)


OF_RULES: Mapping[str, Words] = {
    "ratio": Words(
        "How much of {theirs} increase {who} answers (ratio)",
        "1 answers in full, 0.5 with half, 1.2 with a fifth more. A rule that answers cuts gives back so "
        "much of the partner's cut.",
        2, 0.05, main=True,
    ),
    "step": Words(
        "How far {who} goes above {theirs} increase",
        "Counter-escalation: added on top of whatever the partner announces.",
        100, 1, 100, "points", main=True,
    ),
    "rate": Words(
        "What {who} charges once provoked",
        "A fixed rate, on the share of trade that the answer hits.",
        150, 1, 100, "%", main=True,
    ),
    "stop": Words(
        "Where {who} says that it will stop",
        "It matches up to here, and then goes no further until nothing is left against it.",
        200, 1, 100, "%", main=True,
    ),
    "patience": _days(
        "How long {who} waits before it answers",
        "Only what has lasted so long is answered.",
        180, main=True,
    ),
    "period": _days(
        "How long one round of punishment is",
        "The n-th provocation is punished for n rounds, then two are calm.",
        180, 1, main=True,
    ),
    "elasticity": Words(
        "How strongly trade is taken to respond (elasticity)",
        "By how many percent trade falls when its price rises by one.",
        10, 0.1, main=True,
    ),
    "cap": Words(
        "The most that {who} adds",
        "It never announces more than this against one partner, whatever it sees.",
        200, 1, 100, "%", main=True,
    ),
    "tolerance": Words(
        "What {who} lets pass unanswered",
        "An increase of this size or less is not answered.",
        50, 0.5, 100, "points", main=True,
    ),
    "forgiveness": _share(
        "How often {who} lets an increase pass",
        "The probability that it does not answer, drawn each time that more is announced against it.",
        main=True,
    ),
    "coverage": _share(
        "Share of trade that the answer of {who} hits",
        "The surcharge is charged on this share of what it buys from the partner.",
    ),
    "reaction": _days(
        "Days until {who} answers",
        "From the partner's announcement to its own. Nobody answers on the same day.",
        90, 1,
    ),
    "implementation": _days(
        "Days until the answer of {who} is charged",
        "From its announcement to the first day on which importers pay it.",
        120,
    ),
    "diversion": _share(
        "What {who} counts of duties on third countries",
        "Goods turned away there arrive here: this share of what others announce against the partner is seen "
        "as if it were aimed at itself.",
    ),
}  # fmt: skip
"""Numbers of rules, in the order in which they stand."""

RATCHET = (
    "{Who} never lowers its answer by itself",
    "With a ratchet an answer stays when what it answers is gone; only a truce or a deal takes it down.",
)
VIEW = (
    "What {who} looks at",
    "Nominal: the points announced, whatever trade they hit. Trade-weighted: points × share of trade hit.",
)
BY = (
    "What {who} makes equal",
    "Duties: as much is collected as is paid. Trade: as much is suppressed as is lost.",
)
KIND = (
    "What {who} does",
    "The rule by which it answers what is announced against it. Another rule begins with its own numbers.",
)
KINDS: Mapping[str, str] = {
    "passive": "does not answer",
    "match": "matches what is announced against it",
    "rebalance": "takes as much as it loses",
    "counter": "goes a step above any increase",
    "targeted": "puts a fixed rate on a list of goods",
    "deferred": "waits, then matches",
    "self-stop": "matches, up to a stop of its own",
    "grim": "never forgets: a fixed rate for good",
    "generous": "matches, but lets some pass",
    "contrite": "matches, but not answers to its own first strike",
    "gradual": "punishes longer each time, then is calm",
    "deescalate": "answers cuts with cuts",
    "terms-of-trade": "takes back what its terms of trade lost",
    "welfare-restoring": "takes back what its welfare lost",
    "best-response": "charges what is best for itself",
}
"""The rules, in words."""

OF_TRUCES: Mapping[str, Words] = {
    "renewal": _share(
        "Probability that it is renewed",
        "Drawn each time that it runs out, as often as it may be renewed.",
        main=True,
    ),
    "breach": _share(
        "Probability that a provocation ends it",
        "Drawn when a party announces more than the truce bears. Everything suspended then returns.",
        main=True,
    ),
    "tolerance": Words(
        "The new duty that it bears",
        "A party may announce up to this much without provoking a breach.",
        50, 0.5, 100, "points",
    ),
    "surcharges": _share(
        "Share of what was added that it suspends",
        "Of duties that rules and new acts added, not of those in the record.",
    ),
    "renewals": Words(
        "How often it can be renewed", "At most; 0 lets it run out for certain.", 10, 1, unit="times",
        whole=True,
    ),
    "renewal_days": _days("How long a renewal lasts", "Counted from the day on which it ran out.", 730, 1),
}  # fmt: skip
"""Numbers of truces, in the order in which they stand."""
ENDS = ("First day on which it is over", "What it suspends returns on this day, unless it is renewed.")
AT_END = ("What happens at its end", "Snapback: what was suspended returns. Lapse: it is gone for good.")

ODDS = (
    "Probability of “{name}”",
    "The other outcomes share the rest as before.",
    "The duty of the day, or how long a truce has held, then moves these odds.",
)

OF_SHOCKS: Mapping[str, Words] = {
    "rate": Words(
        "How often a new act of {who} comes",
        "On average; they arrive at random (a Poisson process).",
        12, 0.1, unit="a year", main=True,
    ),
    "size": Words(
        "How large a new act is, against the scenario as written",
        "1 leaves sizes as they are written, 2 doubles every one.",
        3, 0.05, unit="times", main=True,
    ),
    "coverage": _share("Share of trade that a new act hits", "Each act is charged on this share of imports."),
    "implementation": _days("Days until a new act is charged", "From its announcement.", 120),
    "most": Words(
        "The most that such acts add together", "What arrives beyond is cut off.", 200, 1, 100, "%"
    ),
}  # fmt: skip
"""Numbers of streams of new acts; ``size`` is a multiple."""


def economy(code: str) -> str:
    """Return what an economy is called; its code where it has no name.

    Examples
    --------
    >>> economy("CHN"), economy("AAA")
    ('China', 'AAA')
    """
    return NAMES.get(code, (code, ""))[0]


def economies(codes: Iterable[str]) -> str:
    """Return several names: ``the US and China``.

    Examples
    --------
    >>> economies(["USA", "CHN", "EU27"])
    'the US, China and the EU'
    """
    *first, last = map(economy, codes)
    return f"{', '.join(first)} and {last}" if first else last


def whose(partner: str | None) -> str:
    """Return whose an increase is: ``a US``; ``a partner's`` where there are several.

    Examples
    --------
    >>> whose("USA"), whose(None), whose("AAA")
    ('a US', "a partner's", "AAA's")
    """
    return "a partner's" if partner is None else NAMES.get(partner, ("", f"{partner}'s"))[1]


def sentence(text: str) -> str:
    """Return a text with a capital at its beginning.

    Examples
    --------
    >>> sentence("the US on China")
    'The US on China'
    """
    return text[:1].upper() + text[1:]


def pair(importer: str, exporter: str) -> str:
    """Return whose duty it is, in a sentence.

    Examples
    --------
    >>> pair("USA", "CHN")
    'duty of the US on China'
    """
    return f"duty of {economy(importer)} on {economy(exporter)}"
