"""Valid economies, measures and schedules to draw from, small enough to be checked day by day."""

import datetime as dt
import functools
import random

from hypothesis import reject, settings
from hypothesis import strategies as st

from tradesim.economies import Economies
from tradesim.errors import InputError
from tradesim.measures import Measure
from tradesim.schedule import Schedule

CODES = ("USA", "CHN", "EU27", "JPN", "ROW")
AUTHORITIES = ("MFN", "Section 232", "retaliation")
FIRST, LAST = dt.date(2018, 12, 17), dt.date(2019, 1, 13)
"""Four weeks that hold the end of a month, a quarter and a year; measures start in the first two."""

thorough = settings(max_examples=max(250, settings().max_examples))
"""For the few tests that hold the whole arithmetic against the oracle."""


def where_goods_are_known(test):
    """Draw anew where a limit or a replacement is refused because it is not said which goods it hits."""

    @functools.wraps(test)
    def known(*args, **kwargs):
        try:
            return test(*args, **kwargs)
        except InputError as error:
            if not all(problem.what.endswith("goods that are not identified") for problem in error.problems):
                raise
            return reject()

    return known


def measure(**changes):
    """A plain valid measure, changed."""
    plain = {
        "name": "List 1",
        "importer": "USA",
        "exporter": "CHN",
        "authority": "Section 301",
        "rate": 0.25,
        "effective": "2018-12-01",
    }
    return Measure(**(plain | changes))


def two_economies():
    """USA and CHN with imports."""
    return Economies(["USA", "CHN"], [[0, 400e9], [100e9, 0]], vintage="2017")


days = st.dates(FIRST - dt.timedelta(days=3), LAST + dt.timedelta(days=3))
first_days = st.dates(FIRST, FIRST + dt.timedelta(days=14))


rates = st.one_of(st.sampled_from([0.0, 0.1, 0.15, 0.25, 1.0, 10.0]), st.floats(0, 1))
authorities = st.sampled_from(AUTHORITIES)
coverages = st.one_of(st.sampled_from([0.0, 0.3, 0.5, 1.0]), st.floats(0, 1))


def counts(most):
    """Zero to ``most``, seldom few: where no measures meet there is nothing to see."""
    return st.sampled_from([*range(most, most // 2, -1)] * 2 + [*range(most + 1)])


@st.composite
def economies(draw):
    """One to five economies in any order, with imports (some of them 0)."""
    codes = draw(st.permutations(CODES))[: draw(st.sampled_from([2, 3, 1, 4, 5]))]
    chance = random.Random(draw(st.integers(0, 1000)))  # noqa: S311 one draw instead of 25
    imports = [[chance.choice([0.0, 1.0, chance.uniform(0, 1e12)]) for _ in codes] for _ in codes]
    return Economies(codes, imports)


AGAINST = [(name,) for name in AUTHORITIES] + [("MFN", "Section 232"), ("Section 232", "MFN")]
STACKINGS = {"ad_valorem": ["add", "exclusive", "exclusive", "replace"], "floor": ["add", "add", "replace"]}
STACKINGS |= {"specific": STACKINGS["ad_valorem"], "cap": STACKINGS["floor"]}
STACKINGS["floor"] = [*STACKINGS["floor"], "exclusive"]


@st.composite
def terms(draw, limits="any", instruments=("tariff",)):
    """What a measure charges and how it stacks, without who and when.

    ``limits``: ``none`` draws no floors and caps, ``unnamed`` only such as count every other measure,
    ``many`` mostly floors and caps.
    """
    copies = {"none": 0, "unnamed": 1, "any": 1, "many": 4}[limits]
    basis = draw(st.sampled_from(["ad_valorem"] * 3 + ["specific"] + ["floor", "cap"] * copies))
    limit = basis in {"floor", "cap"}
    stacking = "add" if limit and limits == "unnamed" else draw(st.sampled_from(STACKINGS[basis]))
    chosen = {"basis": basis, "stacking": stacking, "coverage": draw(coverages), "rate": draw(rates)}
    chosen["instrument"] = draw(st.sampled_from(instruments))
    if basis == "specific":
        chosen |= {"rate": chosen["rate"] * 200, "unit": "net ton", "unit_value": 200.0}
    if stacking == "exclusive":
        chosen["group"] = draw(st.sampled_from(["", "steel"]))
    if stacking == "replace" or (limit and limits != "unnamed" and draw(st.booleans())):
        chosen["against"] = draw(st.sampled_from(AGAINST))
    return chosen


@st.composite
def acts(draw, pairs, name, statuses=("enacted",), levels=(1, 1, 2, 3), **kinds):
    """Levels of one act: windows are empty, touching, with a gap, or open.

    Those of one status do not overlap, none but suspensions start on the day of another, and a threat is
    never empty. News may come in any order.
    """
    importer, exporter = draw(st.sampled_from(pairs))
    who = {"name": name, "importer": importer, "exporter": exporter, "authority": draw(authorities)}
    count = draw(st.sampled_from(levels))
    level = st.tuples(first_days, st.sampled_from(statuses))
    starts = draw(st.lists(level, min_size=count, max_size=count, unique_by=_day_and_pause))
    return [
        Measure(
            **who,
            status=status,
            **draw(windows(start, _later_days(starts, start, status), status != "threatened")),
            **draw(terms(**kinds)),
        )
        for start, status in starts
    ]


def _later_days(starts, start, status):
    return [day for day, other in starts if other == status and day > start]


def _day_and_pause(level):
    start, status = level
    return start, status == "suspended"


@st.composite
def windows(draw, effective, later, may_be_empty):
    """When a level was announced, starts and ends, and when its end became known."""
    announced = effective - dt.timedelta(days=draw(st.integers(0, 15)))
    latest = max(effective, min(later, default=LAST))
    dated = {"effective": effective, "announced": announced}
    kind = draw(st.sampled_from(["latest", "within", "latest", "within", "latest", "empty"]))
    if kind == "latest" and not later:
        return dated
    first = effective if may_be_empty else effective + dt.timedelta(days=1)
    within = st.dates(first, max(first, latest))
    dated["expires"] = draw({"empty": st.just(first), "latest": st.just(latest)}.get(kind, within))
    if draw(st.booleans()):
        dated["expiry_announced"] = draw(st.dates(announced, latest))
    return dated


ANY_STATUS = ("enacted",) * 6 + ("suspended", "threatened", "revoked")


@st.composite
def schedules(draw, statuses=ANY_STATUS, size=5, complete=True, **kinds):
    """A schedule of up to ``size`` acts among one to five economies, most acts on the same few pairs."""
    among = draw(economies())
    every = [(i, j) for i in among.codes for j in among.codes if i != j]
    pairs = draw(st.lists(st.sampled_from(every), min_size=1, max_size=2)) if every else []
    names = [f"act {k}" for k in range(draw(counts(size)) if pairs else 0)]
    levels = [level for name in names for level in draw(acts(pairs, name, statuses, **kinds))]
    return Schedule(levels, among, title="drawn", complete=complete)


@st.composite
def one_pair(draw, size=5, **kinds):
    """Measures of one pair, all enacted, in canonical order."""
    count = draw(counts(size))
    levels = [m for k in range(count) for m in draw(acts([("USA", "CHN")], f"act {k}", **kinds))]
    return sorted(levels, key=Measure.sort_key)


@st.composite
def histories(draw):
    """A schedule of one pair in which levels follow, interrupt and are withdrawn before one another."""
    statuses = ("enacted", "enacted", "revoked", "revoked", "suspended", "threatened")
    some = acts([("USA", "CHN")], "act", statuses, levels=(2, 3, 4), limits="none")
    return Schedule(draw(some), two_economies())
