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
from itertools import pairwise, product
from math import prod

WHO = ["name", "importer", "exporter", "authority"]
WHEN = ["effective", "expires", "announced", "expiry_announced", "status"]
WHAT = [
    "rate",
    "coverage",
    "stacking",
    "group",
    "against",
    "goods",
    "instrument",
    "basis",
    "unit",
    "unit_value",
]
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
    part = [0.0] * len(acts)
    for share, charge in goods(acts, live, equivalents):
        for k, amount in charge.items():
            part[k] += share * amount
    return part


def goods(acts, live, equivalents=None):
    """Yield (share of trade, {position: what it charges}) of every kind of good, layers being independent."""
    level = {k: ad_valorem(acts[k], equivalents or {}) for k in live}
    live = sorted(live, key=lambda k: (acts[k]["effective"], acts[k]["authority"], acts[k]["name"]))
    left = _after_replacement(acts, live, level)
    _lay_side_by_side(acts, live, level, left)
    front, layers = _laid(acts, live, level, left)
    for z, (width, in_front) in enumerate(front):
        for kinds in product(*(layer if z in is_open else [(1.0, set())] for is_open, layer in layers)):
            hit = in_front.union(*(some for _, some in kinds))
            room = [sum(w for w, _ in layer) if z in is_open else 1.0 for is_open, layer in layers]
            share = prod(w / r for (w, _), r in zip(kinds, room, strict=True))
            yield width * share, _charged(acts, live, level, hit)


def _after_replacement(acts, live, level):
    lost, left = {}, {}
    for k in live:
        taken = {}
        for other in live:
            names_it = acts[k]["authority"] in acts[other]["against"]
            elsewhere = acts[k]["goods"] and acts[other]["goods"] and acts[k]["goods"] != acts[other]["goods"]
            if other != k and acts[other]["stacking"] == "replace" and names_it and not elsewhere:
                which = acts[other]["goods"] or other
                taken[which] = max(taken.get(which, 0.0), acts[other]["coverage"])
        lost[k] = sum(taken.values())
        left[k] = max(0.0, acts[k]["coverage"] - lost[k])
    for authority in {acts[k]["authority"] for k in live}:
        alike = [
            k
            for k in live
            if acts[k]["authority"] == authority and acts[k]["stacking"] != "replace" and not acts[k]["goods"]
        ]
        alike = [k for k in alike if 0 < acts[k]["coverage"] < 1 - DUST and level[k] > 0]
        together, ended = sum(acts[k]["coverage"] for k in alike), max([lost[k] for k in alike], default=0.0)
        if len(alike) > 1 and 0 < ended < together - DUST and together <= 1 + DUST:
            for k in alike:
                left[k] = acts[k]["coverage"] * (1 - ended / together)
    return left


def _lay_side_by_side(acts, live, level, left):
    groups = {acts[k]["group"] for k in live if acts[k]["stacking"] == "exclusive"}
    for group in groups:
        room, named = 1.0, {}
        members = [k for k in live if acts[k]["stacking"] == "exclusive" and acts[k]["group"] == group]
        while members:
            highest = max(level[k] for k in members)
            chosen = next(k for k in members if level[k] == highest)
            members.remove(chosen)
            goods, whole = acts[chosen]["goods"], left[chosen]
            if goods:
                left[chosen] = max(0.0, whole - named.get(goods, 0.0))
                named[goods] = max(named.get(goods, 0.0), whole)
            left[chosen] = min(left[chosen], room)
            room -= left[chosen]


# The goods of one pair: a layer is a list of kinds, (share of trade, acts that hit it) ------------------

DUST = 1e-12
LIMITS = ("floor", "cap")


def _laid(acts, live, level, left):
    """Return the front layer and the others, each with the kinds of the front over which it is spread."""
    part = [k for k in live if DUST < left[k] < 1 - DUST]
    limits = [k for k in _limits_in_turn(acts, live, level) if k in part]
    hosts = {k: _hosts(acts, part, level, k) for k in limits if acts[k]["stacking"] == "add"}
    placed = [k for k in limits if hosts.get(k) and not acts[k]["goods"]]
    laid = [
        k
        for k in part
        if k not in placed and (level[k] > 0 or k in limits or acts[k]["stacking"] == "replace")
    ]
    sides = _sides(acts, laid)
    ended = {name for k in laid if acts[k]["stacking"] == "replace" for name in acts[k]["against"]}
    ahead = [side for side in sides if _is_front(acts, laid, side, ended)]
    first = _in_turn(acts, [k for k in laid if any(acts[k]["authority"] in side for side in ahead)], ended)
    front = _runs(*_starts(acts, first, left), 1.0)
    for _, hit in front:
        hit |= {k for k in live if left[k] >= 1 - DUST}
    layers = []
    for side in (side for side in sides if side not in ahead):
        members = _in_turn(acts, [k for k in laid if acts[k]["authority"] in side], ended)
        ending = {
            k
            for k in first
            if acts[k]["stacking"] == "replace" and acts[members[0]]["authority"] in acts[k]["against"]
        }
        is_open = [z for z, (_, hit) in enumerate(front) if not hit & ending]
        room = sum(front[z][0] for z in is_open)
        loose = sum(left[k] for k in members) > room + DUST and any(
            k in limits or _names(acts[limit], acts[k])
            for k in members
            for limit in live
            if acts[limit]["basis"] in LIMITS
        )
        for some in [[k] for k in members] if loose else [members]:
            start = {k: sum(left[before] for before in some[:n]) for n, k in enumerate(some)}
            layers.append((is_open, _runs(start, {k: left[k] for k in some}, room)))
    return _with_limits(acts, front, layers, placed, hosts, left)


def _names(limit, act):
    return not limit["against"] or act["authority"] in limit["against"]


def _limits_in_turn(acts, live, level):
    limits = [k for k in live if acts[k]["basis"] in LIMITS]
    sign = {"floor": 1, "cap": -1}
    return sorted(
        limits,
        key=lambda k: (acts[k]["basis"] == "cap", not acts[k]["against"], sign[acts[k]["basis"]] * level[k]),
    )


def _hosts(acts, part, level, limit):
    """What a limit counts on part of the trade; of other limits only those whose authority it names."""
    me, hosts = acts[limit], []
    for k in part:
        if acts[k]["basis"] in LIMITS:
            if acts[k]["authority"] in me["against"] and acts[k]["authority"] != me["authority"]:
                hosts.append(k)
        elif _names(me, acts[k]) and level[k] > 0:
            hosts.append(k)
    return hosts


def _sides(acts, laid):
    """Sets of authorities that lie side by side: each alone, but for those of one exclusive group."""
    sides = []
    groups = {acts[k]["group"] for k in laid if acts[k]["stacking"] == "exclusive"}
    together = [{acts[k]["authority"]} for k in laid]
    for group in sorted(groups):
        exclusive = [k for k in laid if acts[k]["stacking"] == "exclusive" and acts[k]["group"] == group]
        together += [{acts[k]["authority"] for k in exclusive}]
    for names in together:
        touching = [side for side in sides if side & names]
        sides = [side for side in sides if not side & names] + [names.union(*touching)]
    return sides


def _is_front(acts, laid, side, ended):
    mine = [k for k in laid if acts[k]["authority"] in side]
    return any(acts[k]["stacking"] == "replace" or acts[k]["goods"] for k in mine) or (
        len(side) > 1 and bool(side & ended)
    )


def _in_turn(acts, members, ended):
    def turn(k):
        if acts[k]["stacking"] == "replace":
            return 0
        return 1 if acts[k]["authority"] in ended else 2 if acts[k]["stacking"] == "exclusive" else 3

    return sorted(members, key=turn)


def _starts(acts, members, left):
    """Where each act of the front layer starts: acts that name the same goods on each other."""
    start, at, done = {}, 0.0, set()
    for k in members:
        if k in done:
            continue
        same = [o for o in members if acts[k]["goods"] and acts[o]["goods"] == acts[k]["goods"]] or [k]
        taken = {o: acts[o]["coverage"] - left[o] if len(same) > 1 else 0.0 for o in same}
        for o in same:
            start[o] = at + taken[o] - min(taken.values())
        at += max(taken[o] + left[o] for o in same) - min(taken.values())
        done |= set(same)
    return start, {k: left[k] for k in members}


def _runs(start, width, room):
    """Cut ``room`` where an act starts or ends; what goes beyond its end goes on at its beginning."""
    if not start:
        return [(room, set())]
    cuts = {0.0, room} | {start[k] % room for k in start} | {(start[k] + width[k]) % room for k in start}
    cuts = sorted(cuts)
    runs = []
    for low, high in pairwise(cuts):
        middle = (low + high) / 2
        runs.append((high - low, {k for k in start if (middle - start[k]) % room < width[k]}))
    return [(w, hit) for w, hit in runs if w > DUST]


def _with_limits(acts, front, layers, placed, hosts, left):
    for k in placed:
        spots = [front, *(layer for _, layer in layers)]
        # What hits all of a layer hits what is open in front, whatever else lies in the layer.
        where = set()
        for n, spot in enumerate(spots):
            for host in hosts[k]:
                if any(host in hit for _, hit in spot):
                    where.add(0 if all(host in hit for _, hit in spot) else n)
        mine = acts[k]["authority"] in {acts[h]["authority"] for h in hosts[k]}
        unsaid = mine and acts[k]["basis"] == "floor" and acts[k]["authority"] not in acts[k]["against"]
        if len(where) != 1 or unsaid:
            layers = [*layers, (range(len(front)), [(left[k], {k}), (1 - left[k], set())])]
            continue
        (n,) = where
        in_front = [
            {h for h in hosts[k] if h in hit}
            | {h for h in hosts[k] for o, y in layers if z in o and all(h in x for _, x in y)}
            for z, (_, hit) in enumerate(front)
        ]
        alike = {
            o
            for o in range(len(acts))
            if o != k and acts[o]["authority"] == acts[k]["authority"] and acts[o]["basis"] in LIMITS
        }
        spot = spots[n]
        on = [bool(in_front[z]) if n == 0 else bool(hit & set(hosts[k])) for z, (_, hit) in enumerate(spot)]
        fill = _filled(spot, on, [bool(hit & alike) for _, hit in spot], left[k])
        cut = [
            (z, w * f, hit | {k})
            for z, ((w, hit), f) in enumerate(zip(spot, fill, strict=True))
            if w * f > DUST
        ]
        cut += [
            (z, w * (1 - f), hit)
            for z, ((w, hit), f) in enumerate(zip(spot, fill, strict=True))
            if w * (1 - f) > DUST
        ]
        if n:
            layers[n - 1] = (layers[n - 1][0], [(w, set(hit)) for _, w, hit in cut])
        else:
            front = [(w, set(hit)) for _, w, hit in cut]
            layers = [
                ([y for y, (z, _, _) in enumerate(cut) if z in is_open], layer) for is_open, layer in layers
            ]
    return front, layers


def _filled(spot, on, taken, left):
    """How much of each kind a limit hits: first of what its hosts hit, there first of what is not taken."""
    fill = [0.0] * len(spot)
    for hosted in (True, False):
        for free in (True, False):
            some = [z for z in range(len(spot)) if on[z] == hosted and taken[z] != free]
            room = sum(spot[z][0] for z in some)
            for z in some:
                fill[z] = min(1.0, left / room)
            left = max(0.0, left - room)
    return fill


def _charged(acts, live, level, hit):
    """What each act charges on a good: rates, then floors, then caps."""
    charge, done = {}, []
    for k in live:
        if k in hit and acts[k]["basis"] not in LIMITS:
            charge[k] = level[k]
    for k in _limits_in_turn(acts, live, level):
        if k in hit:
            base = sum(charge.get(o, 0.0) for o in live if o != k and _counts(acts[k], acts[o], o in done))
            if acts[k]["basis"] == "floor":
                charge[k] = max(0.0, level[k] - base)
            else:
                charge[k] = -min(max(0.0, base - level[k]), max(0.0, sum(charge.values())))
        done.append(k)
    return charge


def _counts(limit, other, other_is_done):
    """Whether another measure belongs to the base of a limit."""
    if other["basis"] in LIMITS:
        if not other_is_done:
            return False
        if not other["against"] or set(other["against"]) & set(limit["against"]):
            return True
    return _names(limit, other)


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
