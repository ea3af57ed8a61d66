"""The day loop: agreement with a plain reading of the day, and the laws that every run obeys."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import engine_oracle
import numpy as np
import pytest
import strategies as common
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tradesim import rules
from tradesim.economies import Economies
from tradesim.engine import kernel
from tradesim.errors import InputError
from tradesim.events import Effect, Event, Outcome
from tradesim.measures import Measure
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.truces import Truce

FIRST = dt.date(2019, 1, 1)
"""First day of every scenario drawn here."""
REFUSED = "depend on each other"

loose = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
search = settings(loose, max_examples=max(300, settings().max_examples))
find_once = settings(loose, max_examples=300, phases=[Phase.generate])


def day(number):
    """The day so many days after the first."""
    return FIRST + dt.timedelta(days=number)


# Scenarios to draw -----------------------------------------------------------------------------------
#
# ``careful`` scenarios keep clear of what is known to be wrong: see the tests marked BUG at the end.

shares = st.sampled_from([0.0, 0.25, 0.5, 1.0])
levels = st.integers(0, 150).map(lambda points: points / 100)


@st.composite
def some_rules(draw, codes, kinds=("passive", "match", "match", "counter")):
    """Rules for some of the economies."""
    chosen = {}
    for code in codes:
        kind = draw(st.sampled_from(("none", *kinds)))
        if kind != "none":
            chosen[code] = draw(rules_of(kind))
    return chosen


@st.composite
def rules_of(draw, kind):
    given_ = {
        "reaction": draw(st.sampled_from([1, 1, 2, 3, 40])),
        "implementation": draw(st.sampled_from([0, 1, 3])),
        "cap": draw(st.sampled_from([10.0, 10.0, 1.25, 0.4, 0.0])),
        "coverage": draw(st.sampled_from([1.0, 0.6])),
        "tolerance": draw(st.sampled_from([0.0, 0.0, 0.15])),
        "ratchet": draw(st.booleans()),
    }
    if kind == "match":
        given_["ratio"] = draw(st.sampled_from([1.0, 0.5, 1.2, 0.0]))
    if kind == "counter":
        given_["step"] = draw(st.sampled_from([0.5, 0.05]))
    return rules.rule_of(kind)(**given_)


@st.composite
def fixed_measures(draw, pairs, name, limits):
    """Levels of an act that nothing switches: any stacking, any status, announced on any day."""
    made = draw(common.acts(pairs, name, common.ANY_STATUS, limits=limits))
    shift = FIRST - common.FIRST + dt.timedelta(days=draw(st.integers(-12, 3)))
    return [_moved(m, shift) for m in made]


def _moved(measure, shift):
    names = [n for n in ("effective", "expires", "announced", "expiry_announced") if getattr(measure, n)]
    return replace(measure, **{n: getattr(measure, n) + shift for n in names})


@st.composite
def live_measures(draw, pairs, name, careful):
    """An act that truces or outcomes may switch: it adds, as one level (if careful) or as up to three."""
    importer, exporter = draw(st.sampled_from(pairs))
    starts = sorted(draw(st.sets(st.integers(-8, 20), min_size=1, max_size=1 if careful else 3)))
    made = []
    for start, following in pairwise([*starts, None]):
        ends = [None] if careful else [None, following, following, start + 4, start]
        end = draw(st.sampled_from(ends)) if following is None else following
        told = start - draw(st.integers(0, 6))
        effective, announced = day(start), day(min(told, -1) if careful else told)
        status = draw(st.sampled_from(["enacted", "enacted", "suspended", "threatened", "revoked"]))
        specific = draw(st.sampled_from([{}, {}, {"basis": "specific", "unit_value": 40.0}]))
        made.append(
            Measure(
                name=name,
                importer=importer,
                exporter=exporter,
                authority=draw(st.sampled_from(["IEEPA", "Section 301"])),
                rate=draw(levels.filter(bool)) * (40 if specific else 1),
                coverage=draw(st.sampled_from([1.0, 0.7])),
                effective=effective,
                expires=None if end is None else day(end),
                announced=announced,
                status=status,
                **specific,
            )
        )
    return made


@st.composite
def some_truces(draw, codes, targets, careful):
    made = []
    for k in range(draw(st.integers(0, 2)) if len(codes) > 1 else 0):
        start = draw(st.integers(-5, 15))
        length = draw(st.sampled_from([3, 8, 40, 1, 0]))
        at_end = draw(st.sampled_from(["snapback", "lapse"])) if length or not careful else "snapback"
        made.append(
            Truce(
                name=f"truce {k}",
                parties=tuple(draw(st.permutations(codes)))[: draw(st.sampled_from([2, 2, 3]))],
                start=day(start),
                end=day(start + length),
                suspend=tuple(draw(st.lists(st.sampled_from(targets), max_size=2))) if targets else (),
                surcharges=draw(shares) if at_end == "snapback" else 0.0,
                at_end=at_end,
            )
        )
    return made


@st.composite
def some_events(draw, names, truces, horizon, careful, most=2):
    """Events with one to three outcomes of up to three effects each."""
    made = []
    windows = [t.name for t in truces if not careful or t.at_end == "snapback"]
    nothing = st.just(())
    for k in range(draw(st.integers(0, most))):
        date = draw(st.integers(0, horizon - 1))
        count = draw(st.integers(1, 3))
        weight = [draw(st.integers(0, 3)) for _ in range(count - 1)] + [1]
        outcomes = [
            Outcome(
                name=f"way {n}",
                probability=w / sum(weight),
                effects=draw(
                    st.lists(effects(names, windows, date), max_size=3) if names or windows else nothing
                ),
            )
            for n, w in enumerate(weight)
        ]
        made.append(Event(name=f"event {k}", date=day(date), outcomes=tuple(outcomes)))
    return made


@st.composite
def effects(draw, names, windows, date):
    on_measures = ["enact", "enact", "revoke", "set_rate"] * bool(names)
    action = draw(st.sampled_from(on_measures + ["start_truce", "extend_truce", "end_truce"] * bool(windows)))
    given_ = {"on": draw(st.sampled_from([None, day(date), day(date + 2), day(date + 6)]))}
    if action in {"enact", "revoke", "set_rate"}:
        given_["target"] = draw(st.sampled_from(names))
        given_["rate"] = draw(levels) if action == "set_rate" else None
    else:
        given_["target"] = draw(st.sampled_from(windows))
        until = st.integers(date, date + 15).map(day)
        given_["until"] = None
        if action == "extend_truce" or (action == "start_truce" and draw(st.booleans())):
            given_["until"] = draw(until)
    return Effect(action=action, **given_)


@st.composite
def scenarios(
    draw, *, careful=True, reactive=True, kinds=("passive", "match", "match", "counter"), switches=True
):
    """A scenario of one to five economies, most acts between the same two of them, over up to 24 days."""
    codes = draw(st.permutations(common.CODES))[: draw(st.sampled_from([2, 2, 3, 3, 4, 5, 1]))]
    every = [(i, j) for i in codes for j in codes if i != j]
    pairs = [*every, *(2 * [(codes[0], codes[1]), (codes[1], codes[0])] if every else [])]
    limits = draw(st.sampled_from(["none", "none", "any"]))
    count = draw(st.integers(1, 3)) if pairs else 0
    measures = [m for k in range(count) for m in draw(fixed_measures(pairs, f"act {k}", limits))]
    live = []
    if switches and pairs:
        single = careful and reactive
        names = [f"switch {k}" for k in range(draw(st.integers(0, 3)))]
        live = [m for name in names for m in draw(live_measures(pairs, name, single))]
    horizon = draw(st.sampled_from([24, 15, 30, 5, 1]))
    targets = sorted(
        {name for m in live if m.status != "revoked" for name in (m.name, "switch*", m.authority)}
    )
    truces = draw(some_truces(codes, targets, careful)) if switches else []
    targets = [t for t in targets if not careful or _is_safe(t, live, truces, limits)]
    events = draw(some_events(targets, truces, horizon, careful)) if targets or truces else []
    try:
        return Scenario(
            name="drawn",
            start=FIRST,
            end=day(horizon),
            schedule=Schedule([*measures, *live], Economies(codes)),
            rules=draw(some_rules(codes, kinds)) if reactive else {},
            truces=truces,
            events=events,
        )
    except InputError as error:
        assume(REFUSED not in str(error))
        raise


def _is_safe(target, live, truces, limits):
    """Whether an effect on the target is clear of BUGS 1 and 4: suspended but held by no truce; floors."""
    touched = [m for m in live if target in {m.name, m.authority, "switch*"}]
    suspended = [m for m in touched if m.status == "suspended"]
    return limits == "none" and all(any(_holds(t, m) for t in truces) for m in suspended)


def _holds(truce, measure):
    named = {measure.name, measure.authority, "switch*"} & set(truce.suspend)
    return bool(named) and set(measure.pair) <= set(truce.parties)


# Agreement with the oracle ---------------------------------------------------------------------------


def check_agreement(scenario, draws=3, seed=5):
    """Hold every draw of a run, and the trace behind it, against the oracle."""
    codes = scenario.schedule.economies.codes
    paths = scenario.run(draws=draws, seed=seed)
    trace = kernel.run(scenario.program, np.arange(draws), seed)
    for k in range(draws):
        past = engine_oracle.play(scenario, paths.outcomes.loc[k].to_dict())
        assert [today["day"] for today in past] == list(paths.dates.astype(object))
        for found, name in (
            (paths.duty, "duty"),
            (trace.announced, "announced"),
            (trace.answered, "answered"),
        ):
            expected = np.zeros((len(past), len(codes), len(codes)))
            for t, today in enumerate(past):
                for (i, j), value in today[name].items():
                    expected[t, codes.index(i), codes.index(j)] = value
            np.testing.assert_allclose(found[k], expected, rtol=1e-12, atol=1e-12, err_msg=name)
        held = [[today["truces"][name] for name in paths.truces] for today in past]
        assert paths.truce[k].tolist() == held


@search
@given(scenarios())
def test_a_run_agrees_with_the_oracle(scenario):
    check_agreement(scenario)
