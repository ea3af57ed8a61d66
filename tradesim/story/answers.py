"""Answers: what a rule noticed, who had announced it when and against whom, and what it made of it."""

import numpy as np

from tradesim.engine.families import UNLIMITED
from tradesim.rules import Deescalate, Economic, Rebalance, Rule
from tradesim.story.draw import SAME, Draw
from tradesim.story.reach import reach
from tradesim.story.sight import ALLY, PARTNER, THIRD, Act, Sight, is_weighted
from tradesim.story.words import listed, percent, points


def answer(draw: Draw, t: int, place: int, sight: Sight, *, beside: bool) -> str:
    """Say why a rule announces something on day t.

    Parameters
    ----------
    place : of the rule among the answering pairs.
    sight : what it sees.
    beside : whether its economy announces something else on that day.
    """
    rule = draw.rules[place][1]
    cause = sight.last_change(t - rule.reaction)
    said = rule.why() + _bound(draw, t, place) + _by(rule)
    if cause is None:
        return f"by itself: {said}"
    acts = sight.acts_of(cause)
    what = listed(_act_words(draw, rule, act, _noticed(draw, t, place)) for act in acts)
    return f"answers {what}{_sum(draw, t, place, sight, acts)}{_late(draw, t, place, cause, beside)}: {said}"


def mercy(draw: Draw, t: int, place: int, sight: Sight, passed: float) -> str:
    """Say what a rule lets pass on day t."""
    rule = draw.rules[place][1]
    cause = sight.last_change(t - rule.reaction)
    acts = [] if cause is None else sight.acts_of(cause)
    what = listed(_act_words(draw, rule, act, passed) for act in acts) if acts else "what it sees"
    if len(acts) == 1 and abs(acts[0].now - passed) <= SAME:
        return f"lets {what} pass"
    return f"lets {_amount(rule, passed)} more pass: {what}"


def _amount(rule: Rule, share: float) -> str:
    return points(share) + (" on average" if is_weighted(rule) else "")


def _noticed(draw: Draw, t: int, place: int) -> float:
    """Return what a rule noticed on day t, as it is seen: over all trade, if the rule weighs by trade."""
    rule, noticed = draw.rules[place][1], float(draw.trace.noticed[0, t, place])
    return noticed * rule.coverage if is_weighted(rule) and not rule.averages else noticed


def _act_words(draw: Draw, rule: Rule, act: Act, noticed: float) -> str:
    """Say who announced what against whom, and when."""
    by, on, date = draw.codes[act.by], draw.codes[act.on], draw.date(act.day)
    if isinstance(rule, Deescalate):
        return _cut_words(rule, by, act, str(date), noticed)
    where = {PARTNER: "", ALLY: f" on {on}, its ally,", THIRD: f" on {on}"}[act.role]
    turned = f" ({percent(rule.diversion)} of them turned its way)" if act.role == THIRD else ""
    if act.now <= SAME:
        return f"the end of {by}'s {_amount(rule, act.before)}{where} on {date}{turned}"
    cut = "cut to " if act.now < act.before else ""
    return f"{by}'s {cut}{_amount(rule, act.now)}{where} of {date}{turned}"


def _cut_words(rule: Rule, by: str, act: Act, date: str, noticed: float) -> str:
    """Say by how much a partner had come down, in all, when it announced something."""
    if act.now < act.before:
        return f"{by}'s cut of {_amount(rule, noticed)} of {date}"
    left = f", which leaves a cut of {_amount(rule, noticed)}" if noticed > SAME else ""
    return f"{by}'s rise of {_amount(rule, act.now - act.before)} of {date}{left}"


def _sum(draw: Draw, t: int, place: int, sight: Sight, acts: list[Act]) -> str:
    """Say what a rule sees and notices in all, where it is not what the acts come to by themselves."""
    rule, noticed = draw.rules[place][1], _noticed(draw, t, place)
    if isinstance(rule, Deescalate):
        return ""
    seen = float(sight.seen[max(t - rule.reaction, -1) + 1])
    said = ""
    if len(acts) != 1 or abs(acts[0].now - seen) > SAME:
        said = f", {_amount(rule, seen)} in all"
    if noticed < seen - SAME:
        passed = seen if noticed <= SAME else seen - noticed
        said += f", of which it lets {points(passed)} pass"
    return said


def _late(draw: Draw, t: int, place: int, cause: int, beside: bool) -> str:
    """Say why a rule moves today, where what it sees is older news."""
    (i, j), rule = draw.rules[place]
    if cause + rule.reaction == t:
        return ""
    parties = {draw.codes[i], draw.codes[j]}
    still = [
        truce.name
        for k, truce in enumerate(draw.told.truces)
        if parties <= set(truce.parties) and draw.held[t, k] and not draw.held[t + 1, k]
    ]
    over = f", {listed(still)} being over" if still else ""
    return over + (f", beside what else {draw.codes[i]} announces" if beside else "")


def _by(rule: Rule) -> str:
    if rule.charged_beside is None:
        return ""
    beside = rule.charged_beside.replace("_", " ")
    return f", by tariff and {beside}" if rule.instrument == "tariff" else f", by {beside}"


def _bound(draw: Draw, t: int, place: int) -> str:
    """Say where a rule wanted more than it may, or more than can be had."""
    pair, rule = draw.rules[place]
    noticed = float(draw.trace.noticed[0, t, place])
    if isinstance(rule, Economic):
        answered, reached = reach(draw, place, noticed)
        if not reached:
            return f", which is out of reach: {rule.instead(answered)}"
        over = answered / rule.coverage > rule.cap + SAME
        return f", capped at {percent(rule.cap)}" if over else ""
    ratio, imports = 1.0, draw.told.schedule.economies.imports
    if isinstance(rule, Rebalance) and imports is not None:
        sold, bought = float(imports[pair[1], pair[0]]), float(imports[pair])
        ratio = sold / bought if bought else UNLIMITED
    wanted = float(rule.wants(np.array([noticed]), ratio=ratio)[0])
    if isinstance(rule, Rebalance) and wanted >= UNLIMITED:
        return f", which {draw.codes[pair[1]]} sells too little for: held at {percent(rule.cap)}"
    return f", capped at {percent(rule.cap)}" if wanted > rule.cap + SAME else ""
