"""A second reading of the rules, to hold the code against: dictionaries, dates and one loop over days.

Written from the truth table in the docstring of ``tradesim.stacking`` and from the half-open windows of
``shared/DESIGN.md``, not from the code: no arrays, no intervals, nothing of tradesim is called.

An *act* is a dictionary with the fields of a measure. What the text leaves open is settled here as follows.

- "The earlier act" is the one with the earlier ``effective``; on the same day, the first by authority, name.
- A replacement never ends itself, but ends the other measures of its own authority if it names it.
- Of two limits of one level, the earlier act comes first.
- "No more than there is": a cap takes off at most what all measures of the pair contribute so far.
"""

import datetime as dt

WHO = ["name", "importer", "exporter", "authority"]
WHEN = ["effective", "expires", "announced", "expiry_announced", "status"]
WHAT = ["rate", "coverage", "stacking", "group", "against", "instrument", "basis", "unit", "unit_value"]
FIELDS = [*WHO, *WHEN, *WHAT, "coverage_from", "confidence", "source", "note"]
TARIFFS = {"tariff"}
EVERYTHING = {"tariff", "fee", "export_control"}


def act_of(measure):
    """Read a measure's fields, and nothing that it computes."""
    return {field: getattr(measure, field) for field in FIELDS}


def days_between(first, last):
    """Every day from first to last, both included."""
    return [first + dt.timedelta(days=k) for k in range((last - first).days + 1)]


# One pair on one day ---------------------------------------------------------------------------------


def is_charged(act, day):
    """Enacted, started, and not yet at the first day no longer charged."""
    started = act["effective"] <= day
    ended = act["expires"] is not None and act["expires"] <= day
    return act["status"] == "enacted" and started and not ended


def ad_valorem(act, equivalents):
    """Rate, or dollars per unit over dollars' worth of a unit, or the equivalent that was stated."""
    if act["rate"] is None or (act["basis"] == "specific" and act["unit_value"] is None):
        return equivalents[act["name"]]
    return act["rate"] / act["unit_value"] if act["basis"] == "specific" else act["rate"]


def contributions(acts, day, equivalents=None):
    """What each act of one pair adds to its duty on a day: a list beside ``acts``."""
    return stacked(acts, [k for k, act in enumerate(acts) if is_charged(act, day)], equivalents)


def stacked(acts, live, equivalents=None):
    """What each act of one pair adds while those at the positions ``live`` are in force."""
    level = {k: ad_valorem(acts[k], equivalents or {}) for k in live}
    live = sorted(live, key=lambda k: (acts[k]["effective"], acts[k]["authority"], acts[k]["name"]))
    left = _after_replacement(acts, live)
    _lay_side_by_side(acts, live, level, left)
    part = [0.0] * len(acts)
    for k in live:
        if acts[k]["basis"] not in {"floor", "cap"}:
            part[k] = level[k] * left[k]
    _apply_limits(acts, live, level, left, part)
    return part


def _after_replacement(acts, live):
    left = {}
    for k in live:
        taken = 0.0
        for other in live:
            names_it = acts[k]["authority"] in acts[other]["against"]
            if other != k and acts[other]["stacking"] == "replace" and names_it:
                taken += acts[other]["coverage"]
        left[k] = max(0.0, acts[k]["coverage"] - taken)
    return left


def _lay_side_by_side(acts, live, level, left):
    groups = {acts[k]["group"] for k in live if acts[k]["stacking"] == "exclusive"}
    for group in groups:
        room = 1.0
        members = [k for k in live if acts[k]["stacking"] == "exclusive" and acts[k]["group"] == group]
        while members:
            highest = max(level[k] for k in members)
            chosen = next(k for k in members if level[k] == highest)
            members.remove(chosen)
            left[chosen] = min(left[chosen], room)
            room -= left[chosen]


def _apply_limits(acts, live, level, left, part):
    done = []
    for basis in ("floor", "cap"):
        limits = [k for k in live if acts[k]["basis"] == basis]
        limits.sort(key=lambda k: level[k] if basis == "floor" else -level[k])
        naming = [k for k in limits if acts[k]["against"]]
        for k in naming + [k for k in limits if not acts[k]["against"]]:
            seen = [other for other in live if other != k and _counts(acts[k], acts[other], other in done)]
            base = sum(part[other] for other in seen)
            if basis == "floor":
                part[k] = left[k] * max(0.0, level[k] - base)
            else:
                part[k] = -min(left[k] * max(0.0, base - level[k]), max(0.0, sum(part)))
            done.append(k)


def _counts(limit, other, other_is_done):
    """Whether another measure belongs to the base of a limit."""
    if other["basis"] in {"floor", "cap"}:
        if not other_is_done:
            return False
        if not other["against"] or set(other["against"]) & set(limit["against"]):
            return True
    return not limit["against"] or other["authority"] in limit["against"]


# Many pairs, many days -------------------------------------------------------------------------------


def by_authority(acts, pair, day, instruments=TARIFFS, equivalents=None):
    """Duty of a pair on a day by authority, every authority that acts on the pair at any time."""
    mine = [a for a in acts if (a["importer"], a["exporter"]) == pair and a["instrument"] in instruments]
    split = {act["authority"]: 0.0 for act in mine}
    for act, part in zip(mine, contributions(mine, day, equivalents), strict=True):
        split[act["authority"]] += part
    return split


def duty(acts, pair, day, instruments=TARIFFS, equivalents=None):
    """Duty of a pair on a day."""
    return sum(by_authority(acts, pair, day, instruments, equivalents).values())


def importer_average(acts, codes, imports, importer, day):
    """Average over partners at import weights; 0 for an importer that buys nothing abroad."""
    i = codes.index(importer)
    paid = bought = 0.0
    for j, exporter in enumerate(codes):
        if j != i:
            bought += float(imports[i][j])
            paid += float(imports[i][j]) * duty(acts, (importer, exporter), day)
    return paid / bought if bought else 0.0


def period_of(day, freq):
    """Name the day, ISO week, month, quarter or year that a day belongs to."""
    return {
        "D": (day,),
        "W": tuple(day.isocalendar())[:2],
        "M": (day.year, day.month),
        "Q": (day.year, (day.month - 1) // 3),
        "Y": (day.year,),
    }[freq]


def averages(value_on, first, last, freq):
    """Mean over the days of each period that lie between first and last: {first of those days: mean}."""
    periods = {}
    for day in days_between(first, last):
        periods.setdefault(period_of(day, freq), []).append(day)
    return {days[0]: sum(value_on(day) for day in days) / len(days) for days in periods.values()}


# What was known --------------------------------------------------------------------------------------


def as_of(acts, today):
    """Acts as the world knew them on a day, in no particular order."""
    known = [_view(act, acts, today) for act in acts if act["announced"] <= today]
    for act in known:
        next_start = min((b["effective"] for b in known if _is_later_level(b, act)), default=None)
        if next_start and (act["expires"] is None or act["expires"] > next_start):
            act["expires"] = next_start
    return known


def _view(act, acts, today):
    seen = dict(act)
    if act["expiry_announced"] is not None:
        if act["expiry_announced"] > today:
            seen["expires"] = seen["expiry_announced"] = None
            seen["status"] = "enacted" if act["status"] == "revoked" else act["status"]
    elif act["expires"] is not None:
        followers = [b for b in acts if _same_act(b, act) and b["effective"] == act["expires"]]
        later = [b for b in followers if b["effective"] > act["effective"] and b["status"] != "threatened"]
        news = [b["announced"] for b in later]
        if news and min(news) > today:
            seen["expires"] = None
    return seen


def _same_act(one, other):
    return all(one[field] == other[field] for field in WHO)


def _is_later_level(later, act):
    same = _same_act(later, act) and later["status"] == act["status"]
    return same and later["effective"] > act["effective"]
