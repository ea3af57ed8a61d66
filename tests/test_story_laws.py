"""What every story obeys, on scenarios by number: each duty that moves is told, with its true cause."""

import re
from types import SimpleNamespace

import engine_oracle
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_scenarios import random_scenario

from tradesim.engine.run import once
from tradesim.story import Draw

CLOSE = 1e-12
DRAW = 1
numbers = st.integers(0, 100_000)
MOVED = re.compile(
    r"(\w+)'s (?:cut to |cut of |rise of )?[\d.e+-]+ points(?: on average)?"
    r"(?: on ([A-Z]\w*)(?:, its ally,)?)? (?:of|on) (\d{4}-\d\d-\d\d)"
)
"""Whose act on whom of which day; on the rule's own economy, if nobody is named."""


def told(number):
    """A run of a scenario, the story of a draw, and its rows by what is charged when."""
    scenario = random_scenario(number)
    paths = scenario.run(DRAW + 1, seed=number)
    story = paths.events(DRAW)
    rows = {}
    for row in story[story["charged"].notna()].to_dict("records"):
        rows.setdefault((row["charged"], row["importer"], row["exporter"]), []).append(row)
    return scenario, paths, story, rows


def moves(paths):
    """Every day on which a duty moves: (importer, exporter, day, before, after)."""
    for i, importer in enumerate(paths.economies):
        for j, exporter in enumerate(paths.economies):
            duty = paths.duty[DRAW, :, i, j]
            for t in np.flatnonzero(np.abs(np.diff(duty)) > CLOSE) + 1:
                yield importer, exporter, pd.Timestamp(paths.dates[t]), duty[t - 1], duty[t]


@given(numbers)
def test_every_duty_that_moves_is_told_from_what_to_what(number):
    _, paths, _, rows = told(number)
    for importer, exporter, day, before, after in moves(paths):
        found = [r for r in rows.get((day, importer, exporter), []) if not np.isnan(r["duty after"])]
        assert found, (importer, exporter, day)
        for row in found:
            assert abs(row["duty before"] - before) < CLOSE
            assert abs(row["duty after"] - after) < CLOSE


@given(numbers)
def test_every_row_has_a_reason_and_those_that_charge_move_a_duty(number):
    scenario, paths, story, _ = told(number)
    assert story["why"].str.match(r"[^\s;].*[^\s;]$").all()
    assert set(story["kind"]) <= {"announces", "charges", "forgives", "infeasible", "event", "truce"}
    charges = story[story["kind"] == "charges"]
    assert (charges["date"] == charges["charged"]).all()
    assert ((charges["duty after"] - charges["duty before"]).abs() > CLOSE).all()
    names = {m.name for m in scenario.schedule.measures} | {truce.name for truce in scenario.truces}
    assert all(any(name in why for name in names) for why in charges["why"])
    assert story["date"].between(str(paths.dates[0]), str(paths.dates[-1])).all()


@given(numbers)
def test_an_act_that_begins_or_ends_where_nothing_switches_is_named_on_the_day_that_the_duty_moves(number):
    scenario, paths, _, rows = told(number)
    live = {m.act for m in Draw(scenario, None, None).live}
    moved = {(i, j, day) for i, j, day, _, _ in moves(paths)}
    for m in scenario.schedule.measures:
        plain = m.instrument == "tariff" and m.charged and m.stacking == "add" and m.basis == "ad_valorem"
        if plain and m.act not in live and m.rate * m.coverage > 0:
            for day in (m.effective, m.expires):
                key = (*m.pair, pd.Timestamp(day)) if day else None
                if key in moved:
                    whys = [row["why"] for row in rows[key[2], key[0], key[1]]]
                    assert any(m.name in why for why in whys), (m.name, day)


@given(numbers)
def test_a_truce_is_named_only_on_days_on_which_it_begins_or_is_over(number):
    _, paths, story, _ = told(number)
    turned = set()
    for k, name in enumerate(paths.truces):
        held = paths.truce[DRAW, :, k].astype(int)
        turned |= {(name, pd.Timestamp(paths.dates[t])) for t in np.flatnonzero(np.diff(held)) + 1}
        turned |= {(name, pd.Timestamp(paths.dates[0]))}
    for row in story[story["kind"] == "charges"].to_dict("records"):
        for name in re.findall(r"truce (truce \d)", row["why"]):
            assert (name, row["date"]) in turned


@given(numbers)
def test_the_parts_of_the_story_are_those_of_the_run(number):
    """What is replayed for it: law, what truces suspend, rules, arrivals; announcements by channel."""
    scenario = random_scenario(number)
    draw = drawn(scenario, number)
    duty = scenario.program.base + draw.added[1:] * draw.share[1:]
    for (i, j), carried in zip(scenario.program.live_pair, draw.carried[1:].T, strict=True):
        duty[:, i, j] += carried
    for (i, j), rule in draw.rules:
        if rule.kind == "deescalate":  # what it gives back stops at the duty of authority MFN
            duty[:, i, j] = draw.duty[1:, i, j]
    np.testing.assert_allclose(duty, draw.duty[1:], rtol=0, atol=CLOSE)
    expected = engine_oracle.play(scenario, number, DRAW)
    for t, today in enumerate(expected.days):
        for (i, j), weighted in today["weighted"].items():
            found = draw.announced[t + 1, 1, draw.codes.index(i), draw.codes.index(j)]
            assert abs(found - weighted) < CLOSE
            eve = draw.duty[0, draw.codes.index(i), draw.codes.index(j)]
            assert t or eve >= 0.0
    held = [{name for name, on in today["truces"].items() if on} for today in expected.days]
    for k, truce in enumerate(scenario.truces):
        assert [truce.name in names for names in held] == draw.held[1:, k].tolist()
        assert draw.laws.breached[:, k].any() == (truce.name in expected.breached)


def drawn(scenario, seed):
    """The draw that a story is told from."""
    draws = np.array([DRAW])
    trace = scenario._trace(draws, seed, "random", traced=True)
    return Draw(scenario, trace, once(scenario.program, draws, seed, "random"))


# Whose act is answered -------------------------------------------------------------------------------


@given(numbers)
def test_an_answer_names_the_acts_that_it_answers(number):
    """By the oracle's record: what the rule saw last changed on that day, and so did these acts."""
    wrong = [found for found in answers(number) if found.problem]
    assert not wrong


def test_answers_for_allies_and_to_what_is_turned_away_are_among_them():
    found = [each for number in range(60) for each in answers(number)]
    assert sum(each.ally for each in found) > 12
    assert sum(each.third for each in found) > 40
    assert len(found) > 500


def answers(number):
    """Every answer of a story, held against the oracle's record of the same draw."""
    scenario, paths, story, _ = told(number)
    past = engine_oracle.play(scenario, number, DRAW).days
    world = SimpleNamespace(codes=paths.economies)
    start = pd.Timestamp(scenario.start)
    for row in story[story["why"].str.startswith("answers ")].to_dict("records"):
        pair, t = (row["importer"], row["exporter"]), (row["date"] - start).days
        rule = scenario.rules.get("-".join(pair), scenario.rules.get(pair[0]))
        cause = last_change(world, rule, past, pair, t)
        named = [
            (by, on or pair[0], (pd.Timestamp(date) - start).days)
            for by, on, date in MOVED.findall(row["why"].split(": ")[0])
        ]
        yield SimpleNamespace(
            problem=problem(rule, past, pair, cause, named) and (number, row["why"], cause, named),
            ally=any(on in rule.allies and on not in pair for _, on, _ in named),
            third=any(on == pair[1] for _, on, _ in named),
        )


def last_change(world, rule, past, pair, t):
    """Return the last day on which what a rule sees on day t changed."""
    seen = [sight(world, rule, past[:k], pair) for k in range(t + 1)]
    changed = [k for k in range(1, t + 1) if abs(seen[k] - seen[k - 1]) > CLOSE]
    return (changed[-1] if changed else 0) - rule.reaction


def sight(world, rule, past, pair):
    if rule.kind == "deescalate":
        then = engine_oracle._as_seen(rule, past)
        return 0.0 if then is None else then[pair[::-1]]
    return engine_oracle._seen(world, rule, past, pair)


def problem(rule, past, pair, cause, named):
    """Say what is wrong with the acts that are named as the cause."""
    if not named:
        return "nobody is named"
    channel = "announced" if engine_oracle._channel(rule) == "nominal" else "weighted"
    for by, on, day in named:
        before = past[day - 1][channel][by, on] if day else 0.0
        if day != cause or abs(past[day][channel][by, on] - before) <= CLOSE:
            return "not that day"
        allied = by == pair[1] and on in {pair[0], *rule.allies}
        turned_away = on == pair[1] and by not in pair and rule.diversion > 0
        if not (allied or turned_away):
            return "not the rule's concern"
    return None


@pytest.mark.parametrize("sampling", ["antithetic", "sobol"])
def test_the_story_of_a_draw_made_otherwise_is_of_that_draw(sampling):
    for number in range(12):
        scenario = random_scenario(number)
        paths = scenario.run(2, seed=number, sampling=sampling)
        story = paths.events(DRAW)
        for importer, exporter, day, before, after in moves(paths):
            found = story[(story["charged"] == day) & (story["importer"] == importer)]
            found = found[(found["exporter"] == exporter) & found["duty after"].notna()]
            assert len(found)
            assert np.allclose(found[["duty before", "duty after"]], [before, after], rtol=0, atol=CLOSE)
