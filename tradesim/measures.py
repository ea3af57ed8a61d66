"""Measures: single legal acts that set a duty, and the checks that each must pass.

A measure charges ``rate`` on a share ``coverage`` of what its importer buys from its exporter, from
``effective`` up to but not including ``expires``. Beside what the law says it carries when the world
learned of it, which is what makes a view "as of" a past day possible.
"""

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from tradesim import percent
from tradesim.conversion import is_number, real, shown
from tradesim.economies import code_problems
from tradesim.errors import InputError, Problem, fail_if
from tradesim.keywords import by_name
from tradesim.parsing import meant
from tradesim.timegrid import DateLike, as_date

Status = Literal["enacted", "suspended", "threatened", "revoked"]
"""enacted: charged in its window. suspended: on the books, not charged in its window. threatened:
announced, never enacted. revoked: enacted for a future day and withdrawn before it came."""
Stacking = Literal["add", "exclusive", "replace"]
Instrument = Literal["tariff", "fee", "export_control"]
Basis = Literal["ad_valorem", "floor", "cap", "specific"]
Confidence = Literal["", "high", "medium", "low"]
CoverageFrom = Literal["", "stated", "derived", "identified", "fitted", "assumed"]
"""stated: a source gives the share. derived: computed from published trade values. identified:
inferred from the first step of its layer in a published average. fitted: set to meet a later step of the
same layer. assumed: no source."""

LIMITS: tuple[Basis, ...] = ("floor", "cap")
"""Bases whose rate is a level that other duties are topped up or held down to."""

HIGHEST_RATE = 10.0
"""1000 %: an ad-valorem rate above it is taken for a percentage typed as a fraction."""

CHOICES: dict[str, tuple[str, ...]] = {
    "status": get_args(Status),
    "stacking": get_args(Stacking),
    "instrument": get_args(Instrument),
    "basis": get_args(Basis),
    "confidence": get_args(Confidence),
    "coverage_from": get_args(CoverageFrom),
}
NUMBER_FIELDS = ("rate", "coverage", "unit_value")
DATE_FIELDS = ("effective", "expires", "announced", "expiry_announced")


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One legal act that sets a duty, a fee or a control.

    Parameters
    ----------
    name : the act. Levels of one act over time are successive measures of the same name and authority.
    importer, exporter : who charges, and on whose goods.
    authority : the legal layer: ``MFN``, ``Section 301``, ``retaliation``, …
    rate : fraction of import value; for ``basis="specific"`` US dollars per ``unit``; for ``floor`` and
        ``cap`` the level. ``None`` only for a fee or an export control to which no source gives a rate.
    coverage : share (0–1) of the pair's base-year import value that the act hits.
    effective, expires : first day charged, and first day no longer charged (``None``: open).
    announced : day the act was published (default: ``effective``).
    expiry_announced : day its end became known (default: known from the announcement on).
    status : ``enacted``, ``suspended``, ``threatened`` or ``revoked``; only enacted acts are charged.
    stacking : ``add``, ``exclusive`` or ``replace``: the truth table is in `tradesim.stacking`.
    group : which exclusive measures exclude each other.
    against : authorities that a replacement ends, or that a floor or cap counts (empty: every other).
    goods : a name for the goods that it hits, where it matters which: measures of a pair with the same name
        hit the same goods (the smaller coverage within the larger), with different names different goods.
    instrument : ``tariff``, ``fee`` or ``export_control``; only tariffs are duties.
    basis : ``ad_valorem``, ``floor``, ``cap`` or ``specific``.
    unit, unit_value : of a specific duty: the unit, and US dollars of imports per unit, the stated
        conversion to an ad-valorem equivalent ``rate / unit_value``.
    coverage_from, confidence, source, note : how far to trust it, and why.

    Raises
    ------
    InputError
        With every problem found, each naming the field.

    Examples
    --------
    >>> list_1 = Measure(name="Section 301 List 1", importer="USA", exporter="CHN",
    ...                  authority="Section 301", rate=0.25, coverage=0.118, effective="2018-07-06")
    >>> list_1
    Section 301 List 1: USA on CHN, 25 % on 11.8 % of trade from 2018-07-06 (enacted)
    """

    name: str
    importer: str
    exporter: str
    authority: str
    rate: float | None
    effective: DateLike
    expires: DateLike | None = None
    coverage: float = 1.0
    announced: DateLike | None = None
    expiry_announced: DateLike | None = None
    status: Status = "enacted"
    stacking: Stacking = "add"
    group: str = ""
    against: tuple[str, ...] = ()
    instrument: Instrument = "tariff"
    basis: Basis = "ad_valorem"
    unit: str = ""
    unit_value: float | None = None
    goods: str = ""
    coverage_from: CoverageFrom = ""
    confidence: Confidence = ""
    source: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        where = f"measure {self.name!r}"
        problems = [*_text_problems(self), *_choice_problems(self)]
        problems += _normalise_dates(self)
        problems += _normalise_numbers(self)
        if not problems:
            problems = [*_window_problems(self), *_rate_problems(self), *_stacking_problems(self)]
        fail_if(problem.at(where) for problem in problems)
        if self.basis != "specific":
            percent.warn(f"{where}: rate", self.rate)

    @property
    def pair(self) -> tuple[str, str]:
        """(importer, exporter)."""
        return self.importer, self.exporter

    @property
    def act(self) -> tuple[str, str, str, str]:
        """What levels over time share: (name, importer, exporter, authority)."""
        return self.name, self.importer, self.exporter, self.authority

    @property
    def level(self) -> float:
        """The ad-valorem rate, floor or cap, a fraction; NaN where no source gives one."""
        if self.rate is None or (self.basis == "specific" and self.unit_value is None):
            return math.nan
        return self.rate / self.unit_value if self.unit_value is not None else self.rate

    @property
    def charged(self) -> bool:
        """Whether the act is charged within its window."""
        return self.status == "enacted"

    def known_on(self, day: dt.date) -> "Measure | None":
        """Return the act as it was known on a day: ``None`` before it was announced.

        An end that was announced later is unknown, so the window is open; an act that was revoked later
        still stands.
        """
        dates: Any = self
        if dates.announced > day:
            return None
        if dates.expiry_announced is None or dates.expiry_announced <= day:
            return self
        status: Status = "enacted" if self.status == "revoked" else self.status
        return replace(self, expires=None, expiry_announced=None, status=status)

    def sort_key(self) -> tuple[str, ...]:
        """Order measures by date, then by everything else: a schedule is the same in any order."""
        return (str(self.effective), *(str(getattr(self, name)) for name in _SORT_FIELDS))

    def __repr__(self) -> str:
        until = f" to {self.expires}" if self.expires is not None else ""
        return (
            f"{self.name}: {self.importer} on {self.exporter}, {rate_text(self)} on "
            f"{self.coverage * 100:g} % of trade from {self.effective}{until} ({self.status})"
        )


_SORT_FIELDS = ("importer", "exporter", "authority", "name", *(f.name for f in fields(Measure)))


def rate_text(measure: Measure) -> str:
    """Write a measure's rate as a person would: ``25 %``, ``a floor of 15 %``, ``50 USD per net ton``."""
    if measure.rate is None:
        return "no rate stated"
    if measure.basis == "specific":
        return f"{measure.rate:g} USD per {measure.unit or 'unit'}"
    percent = f"{measure.rate * 100:g} %"
    return f"a {measure.basis} of {percent}" if measure.basis in LIMITS else percent


def overlaps(measures: Iterable[Measure]) -> Iterator[Problem]:
    """Yield a problem for every two levels of one act whose windows overlap while both are in force."""
    latest: dict[tuple[str, ...], Any] = {}
    in_force = (m for m in measures if m.status in {"enacted", "suspended"} and m.expires != m.effective)
    for measure in sorted(in_force, key=Measure.sort_key):
        key = (*measure.act, measure.status)
        before = latest.get(key)
        if before is None or (before.expires is not None and before.expires <= measure.effective):
            latest[key] = measure
            continue
        yield Problem(
            "levels of one act overlap",
            f"measure {measure.name!r} ({measure.importer} on {measure.exporter}, {measure.authority})",
            f"one {before.effective} to {before.expires or 'open'}, another from {measure.effective}",
            "windows that do not overlap",
            "end the earlier level on the day the later one starts, or name the acts apart",
        )
        latest[key] = max((before, measure), key=lambda m: (m.expires is None, m.expires or m.effective))


def _text_problems(measure: Measure) -> Iterator[Problem]:
    for name in ("name", "authority"):
        value = getattr(measure, name)
        if not isinstance(value, str) or not value.strip():
            yield Problem(f"{name} is missing", name, repr(value), "a text that is not empty")
    for name in ("importer", "exporter"):
        yield from code_problems(name, getattr(measure, name))
    goods: Any = measure.goods
    if not isinstance(goods, str):
        yield Problem("not a name of goods", "goods", repr(goods), "a text")
    if measure.importer == measure.exporter:
        yield Problem("an economy charges itself", "exporter", repr(measure.exporter), "another economy")


def _choice_problems(measure: Measure) -> Iterator[Problem]:
    for name, allowed in CHOICES.items():
        value = getattr(measure, name)
        if value not in allowed:
            yield Problem(f"unknown {name}", name, repr(value), " | ".join(filter(None, allowed)))


def _normalise_dates(measure: Measure) -> list[Problem]:
    found: list[Problem] = []
    for name in DATE_FIELDS:
        value = getattr(measure, name)
        if value is None and name != "effective":
            continue
        try:
            object.__setattr__(measure, name, as_date(value, name))
        except InputError as error:
            found.extend(error.problems)
    if not found and measure.announced is None:
        object.__setattr__(measure, "announced", measure.effective)
    return found


def _normalise_numbers(measure: Measure) -> list[Problem]:
    found: list[Problem] = []
    for name in NUMBER_FIELDS:
        value = getattr(measure, name)
        if value is None and name != "coverage":
            continue
        number = real(value, ends=True)
        if number is None and not is_number(value):
            allowed = "a number; rates and shares are fractions: 0.25 is 25 %"
            fix = meant(value) if isinstance(value, str) else ""
            found.append(Problem("not a number", name, shown(value), allowed, fix))
        elif number is None or not 0 <= number < math.inf:
            got = shown(value if number is None else number)
            found.append(Problem(f"{name} is not a finite number of 0 or more", name, got))
        else:
            object.__setattr__(measure, name, number)
    return found + _normalise_against(measure)


def _normalise_against(measure: Measure) -> list[Problem]:
    given: Any = measure.against
    named = (given,) if isinstance(given, str) else given
    if not isinstance(named, Iterable) or not all(isinstance(name, str) and name.strip() for name in named):
        return [Problem("not authorities", "against", repr(given), "texts that are not empty")]
    object.__setattr__(measure, "against", tuple(sorted(set(named))))
    return []


def _window_problems(measure: Measure) -> Iterator[Problem]:
    days: Any = measure
    if days.expires is not None and days.expires < days.effective:
        yield Problem(
            "expires before it is effective", "expires", str(days.expires), f"{days.effective} or later"
        )
    if days.announced > days.effective:
        yield Problem(
            "announced after it is effective",
            "announced",
            str(days.announced),
            f"{days.effective} or earlier",
        )
    if days.expiry_announced is None:
        return
    if days.expires is None and days.status == "enacted":
        yield Problem(
            "an end is announced but there is none",
            "expiry_announced",
            str(days.expiry_announced),
            "an `expires` day",
        )
    if days.expiry_announced < days.announced:
        yield Problem(
            "end announced before the act",
            "expiry_announced",
            str(days.expiry_announced),
            f"{days.announced} or later",
        )


def _rate_problems(measure: Measure) -> Iterator[Problem]:
    if measure.coverage > 1:
        fix = f"did you mean {measure.coverage / 100:g}?" if measure.coverage <= 100 else ""
        yield Problem("coverage above 1", "coverage", f"{measure.coverage:g}", "a share between 0 and 1", fix)
    if measure.rate is None:
        if measure.instrument == "tariff":
            yield Problem(
                "a tariff without a rate", "rate", "None", "a fraction of import value, such as 0.25"
            )
    elif measure.basis != "specific" and measure.rate > HIGHEST_RATE:
        yield Problem(
            f"rate above {HIGHEST_RATE * 100:g} %",
            "rate",
            f"{measure.rate:g}",
            f"a fraction between 0 and {HIGHEST_RATE:g}",
            f"rates are fractions: did you mean {measure.rate / 100:g}?",
        )
    if measure.basis == "specific":
        yield from _specific_problems(measure)
    elif measure.unit_value is not None:
        yield Problem(
            "a unit value without a specific duty",
            "unit_value",
            f"{measure.unit_value:g}",
            "basis='specific'",
        )


def _specific_problems(measure: Measure) -> Iterator[Problem]:
    if measure.unit_value is None:
        if measure.instrument == "tariff":
            yield Problem(
                "a specific duty with no conversion",
                "unit_value",
                "None",
                "US dollars of imports per unit",
                "state what a unit is worth: the ad-valorem equivalent is rate / unit_value",
            )
    elif measure.unit_value == 0:
        yield Problem("a unit value of 0", "unit_value", "0", "more than 0 US dollars per unit")


def _stacking_problems(measure: Measure) -> Iterator[Problem]:
    if measure.stacking == "replace" and not measure.against:
        yield Problem("a replacement that ends nothing", "against", "()", "the authorities that it ends")
    if measure.stacking == "exclusive" and measure.basis == "cap":
        yield Problem("an exclusive cap", "stacking", "'exclusive'", "'add' or 'replace'")
    if measure.group and measure.stacking != "exclusive":
        yield Problem("a group without exclusion", "group", repr(measure.group), "stacking='exclusive'")
    if measure.against and measure.stacking != "replace" and measure.basis not in LIMITS:
        yield Problem(
            "`against` without effect",
            "against",
            repr(measure.against),
            "stacking='replace', or basis 'floor' or 'cap'",
        )
