"""Knowledge: which acts the world knew of on a day, and how it then expected them to end.

No look-ahead: an act announced later does not exist yet, an end announced later is not in sight, and what
was revoked later still stands.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tradesim.measures import Measure

Act = tuple[str, str, str, str]


def known_on(measures: Iterable[Measure], day: dt.date) -> list[Measure]:
    """Return the measures as they were known on a day.

    An end is known from ``expiry_announced`` on, or from the announcement where none is given; but the end
    of a level that only makes room for a later level of the same act is known when that one is announced.
    Each level known then runs to the start of the next one that is known.
    """
    every = list(measures)
    news = _successor_news(every)
    seen = [view for view in (_view(measure, news, day) for measure in every) if view is not None]
    starts: dict[tuple[Act, str], list[Any]] = {}
    for measure in seen:
        starts.setdefault((measure.act, measure.status), []).append(measure.effective)
    return [_closed(measure, starts[measure.act, measure.status]) for measure in seen]


def _view(measure: Measure, news: dict[tuple[Act, Any], Any], day: dt.date) -> Measure | None:
    view = measure.known_on(day)
    if view is None or view.expires is None or view.expiry_announced is not None:
        return view
    announced = news.get((view.act, view.expires))
    return replace(view, expires=None) if announced is not None and announced > day else view


def _successor_news(measures: Iterable[Measure]) -> dict[tuple[Act, Any], Any]:
    """Return, for each act and first day of one of its levels, when that level was first announced."""
    news: dict[tuple[Act, Any], Any] = {}
    for measure in measures:
        if measure.status != "threatened":
            key = measure.act, measure.effective
            announced: Any = measure.announced
            news[key] = min(news.get(key, announced), announced)
    return news


def _closed(measure: Measure, starts: Iterable[Any]) -> Measure:
    """End a level at the latest on the day the next one of its act, known and of the same status, starts."""
    later = [start for start in starts if start > measure.effective]
    ends = min([*later, *([] if measure.expires is None else [measure.expires])], default=None)
    return measure if ends == measure.expires else replace(measure, expires=ends)
