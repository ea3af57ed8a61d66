"""Record: which packaged record a scenario continues, and how much of it is known."""

from dataclasses import dataclass
from typing import Any

from tradesim import datasets
from tradesim.keywords import by_name
from tradesim.schedule import Schedule
from tradesim.timegrid import DateLike, as_date


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Which packaged record a scenario continues, and how much of it is known.

    Parameters
    ----------
    name : the dataset.
    as_of : the day of knowledge (default: all of it).
    without : measures or authorities left out.
    economies : the economies kept (default: all).
    """

    name: str
    as_of: DateLike | None = None
    without: tuple[str, ...] = ()
    economies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.as_of is not None:
            object.__setattr__(self, "as_of", as_date(self.as_of, "as_of"))
        for name in ("without", "economies"):
            given: Any = getattr(self, name)
            object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))

    def schedule(self) -> Schedule:
        """Return the part of the record that it names."""
        schedule = datasets.load(self.name)
        if self.as_of is not None:
            schedule = schedule.as_of(self.as_of)
        if self.without:
            schedule = schedule.without(*self.without)
        return schedule.select(self.economies) if self.economies else schedule
