"""How draws are run: the same bits compiled or not, every day or resting, on any threads, in any blocks."""

from dataclasses import replace

import numpy as np
import pytest
import random_scenarios
from scipy import stats
from scipy.stats import qmc

from tradesim import rules
from tradesim.assembly import functions_of
from tradesim.economies import Economies
from tradesim.engine import kernel, philox, rows
from tradesim.engine import run as room
from tradesim.engine.program import VARYING
from tradesim.engine.run import count, once, run
from tradesim.events import Effect, Event, Outcome
from tradesim.measures import Measure
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.shocks import Shock, Size
from tradesim.truces import Truce

SEED = 5
SOME = [random_scenarios.random_scenario(number) for number in range(40)]


def is_custom(scenario):
    return any(isinstance(rule, rules.Custom) for rule in scenario.rules.values())


COMPILED = [scenario for scenario in SOME if not is_custom(scenario)]
CUSTOM = [scenario for scenario in SOME if is_custom(scenario)]


def played(scenario, draws, program=None, **options):
    functions = functions_of(scenario.rules, scenario.schedule.economies)
    return run(program or scenario.program, np.asarray(draws), SEED, functions=functions, **options)


def bits(trace):
    return [np.asarray(array).tobytes() for array in trace]


# The same bits ---------------------------------------------------------------------------------------


def test_the_scenarios_drawn_have_both():
    assert len(COMPILED) >= 15
    assert len(CUSTOM) >= 8


def test_compiled_and_uncompiled_are_the_same_to_the_last_bit(monkeypatch):
    """The day loop in Python, as it plays small runs before anything is compiled, and compiled."""
    monkeypatch.setattr(room, "SMALL", -1)
    python = getattr(kernel.play, "py_func", kernel.play)
    for scenario in COMPILED:
        fast = played(scenario, range(9), traced=True)
        with monkeypatch.context() as patched:
            patched.setattr(room.kernel, "play", python)
            assert bits(played(scenario, range(9), traced=True)) == bits(fast)


def test_playing_every_day_gives_the_same_bits_as_resting_on_quiet_ones():
    for scenario in COMPILED:
        every = scenario.program._replace(busy=np.ones(len(scenario.grid), dtype=np.bool_))
        plain = played(scenario, range(3), traced=True)
        assert bits(played(scenario, range(3), every, traced=True)) == bits(plain)


def test_a_function_of_python_and_the_compiled_one_it_copies_agree():
    """Side by side, every day, in Python; one after the other, resting, compiled."""
    for scenario in COMPILED:
        copied = {
            key: replace_by_function(rule) if type(rule) is rules.Match else rule
            for key, rule in scenario.rules.items()
        }
        one, other = scenario.run(3, SEED), replace(scenario, rules=copied).run(3, SEED)
        np.testing.assert_allclose(one.duty, other.duty, rtol=1e-12, atol=1e-12)
        assert np.array_equal(one.truce, other.truce)


def replace_by_function(rule):
    def same(seen, own, first, day, memory, values):
        return values[0] * seen, memory

    kept = {name: getattr(rule, name) for name in rules.Passive.__dataclass_fields__ if name in KEPT}
    return rules.Custom(function=same, parameters=(rule.ratio,), **kept)


KEPT = {
    "reaction", "implementation", "cap", "coverage", "tolerance", "ratchet", "forgiveness", "view", "allies",
    "diversion", "instrument", "beside", "equivalent",
}  # fmt: skip


@pytest.mark.parametrize("scenario", [*COMPILED[:8], *CUSTOM[:4]], ids=lambda scenario: scenario.name)
def test_threads_blocks_order_and_tracing_change_no_bit(scenario, monkeypatch):
    one = played(scenario, range(20), threads=1)
    assert bits(played(scenario, range(20), threads=2)) == bits(one)
    assert bits(played(scenario, range(20), threads=3)) == bits(one)
    apart = played(scenario, [13, 2, 7], traced=True)
    for name in ("duty", "cost", "truce", "outcome", "renewals", "breached"):
        here, there = getattr(apart, name), getattr(one, name)
        assert np.array_equal(here, there[[13, 2, 7]] if len(there) else there)
    monkeypatch.setattr(room, "SIDE_BY_SIDE", 1)
    assert bits(played(scenario, range(20))) == bits(one)


def test_another_seed_is_another_future():
    futures = {SOME[4].run(8, seed).duty.tobytes() for seed in (0, 1, 2**32, 2**64 - 1)}
    assert len(futures) == 4


# Parameters that differ between draws ----------------------------------------------------------------

VARIANTS = {
    "rule_values": [{"rules.CHN.ratio": 0.5 + 0.1 * k, "rules.CHN.cap": 1.0 - 0.1 * k} for k in range(6)],
    "rule_values of days": [{"rules.CHN.reaction": 1 + k, "rules.CHN.implementation": k} for k in range(6)],
    "truce_values": [{"truces.pause.renewal": 0.2 * k, "truces.pause.surcharges": 0.1 * k} for k in range(6)],
    "truce_values of days": [{"truces.pause.days": 5 + k, "truces.pause.start_spread": k} for k in range(6)],
    "event_odds": [{"events.summit.deal": 0.2 * k} for k in range(6)],
    "shock_values": [{"shocks.USA-CHN.rate": 4.0 * k, "shocks.USA-CHN.days": 5 + k} for k in range(6)],
    "shock_values of days": [
        {"shocks.USA-CHN.rate": 60.0, "shocks.USA-CHN.implementation": lag, "shocks.USA-CHN.days": days}
        for lag, days in ((0, None), (2, 4), (9, 20), (70, None), (0, 3), (3, 72))
    ],
}
"""What is changed in each of six draws; the first word names the array."""


def war():
    measure = Measure(
        name="opening", importer="USA", exporter="CHN", authority="x", rate=0.2, effective="2025-02-05"
    )
    revoke = Effect(action="revoke", target="opening")
    two = [
        Outcome(name="deal", probability=0.5, effects=[revoke], slopes={"duty.USA-CHN": -1.0}),
        Outcome(name="none", probability=0.5, slopes={"renewals.pause": 0.5}),
    ]
    return Scenario(
        name="war",
        start="2025-02-01",
        end="2025-04-15",
        schedule=Schedule([measure], Economies(["USA", "CHN"])),
        rules={"CHN": rules.Match(forgiveness=0.2), "USA": rules.Counter(step=0.1, cap=0.9, reaction=3)},
        truces=[
            Truce(
                name="pause", parties=("USA", "CHN"), start="2025-02-20", days=10, renewal=0.5, renewals=2,
                renewal_days=9, breach=0.5, surcharges=0.3,
            )
        ],
        events=[Event(name="summit", date="2025-03-10", outcomes=two)],
        shocks=[Shock(importer="USA", exporter="CHN", rate=12.0, size=Size("expon", scale=0.05))],
    )  # fmt: skip


@pytest.mark.parametrize("name", VARYING)
def test_one_row_repeated_is_one_row(name):
    for scenario in [war(), *COMPILED[:12]]:
        array = getattr(scenario.program, name)
        rows = scenario.program._replace(**{name: np.repeat(array, 7, axis=0)})
        assert bits(played(scenario, range(7), rows, traced=True)) == bits(
            played(scenario, range(7), traced=True)
        )


@pytest.mark.parametrize("scenario", CUSTOM[:4], ids=lambda scenario: scenario.name)
def test_one_row_repeated_is_one_row_also_with_a_function_of_python(scenario, monkeypatch):
    rows = {name: np.repeat(getattr(scenario.program, name), 7, axis=0) for name in VARYING}
    monkeypatch.setattr(room, "SIDE_BY_SIDE", 1)
    found = played(scenario, range(7), scenario.program._replace(**rows))
    assert bits(found) == bits(played(scenario, range(7)))


@pytest.mark.parametrize("what", VARIANTS)
@pytest.mark.parametrize(("threads", "side_by_side"), [(1, 6), (1, 2), (1, 1), (2, 3)])
def test_a_row_of_each_draw_is_the_scenarios_run_one_by_one(what, threads, side_by_side, monkeypatch):
    monkeypatch.setattr(room, "lanes", lambda _need, _size: side_by_side)
    name, every = what.split()[0], [war().with_(changes) for changes in VARIANTS[what]]
    rows = np.concatenate([getattr(each.program, name) for each in every])
    together = played(war(), range(6), war().program._replace(**{name: rows}), threads=threads)
    assert len({together.duty[k].tobytes() for k in range(6)}) > 1
    for k, each in enumerate(every):
        alone = played(each, [k])
        for part in ("duty", "truce", "outcome", "renewals", "breached"):
            assert np.array_equal(getattr(together, part)[k], getattr(alone, part)[0])


def test_a_slope_of_each_draw_is_the_scenarios_run_one_by_one():
    plain = war().program
    slopes = np.linspace(-30, 30, 12).reshape(6, 2)
    together = played(war(), range(6), plain._replace(slope=slopes))
    for k in range(6):
        alone = played(war(), [k], plain._replace(slope=slopes[k : k + 1]))
        assert np.array_equal(together.duty[k], alone.duty[0])
    assert len(set(together.outcome[:, 0])) == 2


# Numbers that a draw has once ------------------------------------------------------------------------


def test_a_number_of_a_draw_is_that_of_its_stream():
    program, draws = war().program, np.array([0, 3, 2**40])
    found = once(program, draws, SEED, "random")
    streams = [("event", "summit"), ("start", "pause"), ("length", "pause")]
    for k, stream in enumerate(streams):
        expected = philox.uniform(SEED, draws, 0, philox.stream_of(*stream))
        assert found[:, k].tolist() == expected.tolist()


def test_an_odd_antithetic_draw_mirrors_the_one_before():
    program = war().program
    found = once(program, np.arange(10), SEED, "antithetic")
    plain = once(program, np.arange(10), SEED, "random")
    assert np.array_equal(found[::2], plain[::2])
    assert np.array_equal(found[1::2], 1 - plain[::2])
    assert (found < 1).all()


def test_a_sobol_draw_is_a_point_of_the_scrambled_sequence_whichever_are_asked_for():
    program = war().program
    every = once(program, np.arange(64), SEED, "sobol")
    assert np.array_equal(every, qmc.Sobol(3, rng=np.random.default_rng(SEED)).random(64))
    assert np.array_equal(once(program, np.array([40, 3, 17]), SEED, "sobol"), every[[40, 3, 17]])
    assert not np.array_equal(once(program, np.arange(64), SEED + 1, "sobol"), every)


@pytest.mark.parametrize("sampling", ["random", "antithetic", "sobol"])
def test_every_sampling_is_uniform(sampling):
    found = once(war().program, np.arange(4096), SEED, sampling)
    assert found.shape == (4096, 3)
    for column in found.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("sampling", ["random", "antithetic", "sobol"])
def test_nothing_is_drawn_where_there_is_nothing_to_draw(sampling):
    quiet = replace(war(), truces=[], events=[])
    assert once(quiet.program, np.arange(3), SEED, sampling).shape == (3, 0)
    assert np.array_equal(quiet.run(3, SEED, sampling=sampling).duty, quiet.run(3, SEED).duty)


def test_antithetic_and_sobol_draws_err_less():
    """The share of deals, of even odds: the mean of pairs, and of a sequence, is nearer."""
    two = [Outcome(name="deal", probability=0.5), Outcome(name="none", probability=0.5)]
    summit = Event(name="summit", date="2025-03-10", outcomes=two)
    even = replace(war(), rules={}, truces=[], shocks=[], events=[summit])
    for sampling in ("antithetic", "sobol"):
        assert (even.run(64, SEED, sampling=sampling).outcomes["summit"] == "deal").sum() == 32


# Counting --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sampling", ["random", "antithetic"])
def test_counting_is_what_a_histogram_of_the_paths_is(sampling):
    for scenario in [war(), *COMPILED[:3]]:
        paths = played(scenario, range(30), sampling=sampling)
        for threads in (1, 2):
            counts = count(
                scenario.program, np.arange(30), SEED, bins=64, top=0.8, threads=threads, sampling=sampling
            )
            assert counts.width == 0.8 / 64
            assert np.array_equal(counts.duties, histogram(paths.duty, 64, 0.8))
            assert np.array_equal(counts.truces, paths.truce.sum(axis=0))


@pytest.mark.parametrize("side_by_side", [1, 63, 64, 65, 200])
def test_every_draw_that_moves_is_counted_where_it_has_gone(monkeypatch, side_by_side):
    """In blocks of fewer and of more draws than are compared at a time, and of as many."""
    duty = played(war(), range(200)).duty
    moved = (np.diff(duty, axis=1) != 0).reshape(200, -1)
    assert moved.any(axis=1).all()
    assert moved.sum(axis=0).max() == 200
    monkeypatch.setattr(room, "lanes", lambda _need, _size: side_by_side)
    counts = count(war().program, np.arange(200), SEED, bins=64, top=0.8, threads=1)
    assert np.array_equal(counts.duties, histogram(duty, 64, 0.8))


def histogram(duty, bins, top):
    """How many draws charge how much, the diagonal left out."""
    place = np.minimum((duty * (bins / top)).astype(int), bins - 1)
    counts = (place[..., None] == np.arange(bins)).sum(axis=0)
    counts[:, range(duty.shape[2]), range(duty.shape[2])] = 0
    return counts


def test_counting_takes_parameters_of_each_draw():
    variants = [war().with_({"rules.CHN.ratio": 0.5 + 0.1 * k}).program for k in range(6)]
    rows = war().program._replace(rule_values=np.concatenate([each.rule_values for each in variants]))
    paths = played(war(), range(6), rows)
    counts = count(rows, np.arange(6), SEED, bins=32, top=1.0, threads=2)
    assert np.array_equal(counts.duties, histogram(paths.duty, 32, 1.0))


@pytest.mark.parametrize("side_by_side", [1, 3, 8])
def test_draws_are_the_same_to_the_last_bit_whoever_stands_beside_them(monkeypatch, side_by_side):
    whole = [bits(played(scenario, range(9), traced=True, threads=1)) for scenario in COMPILED]
    monkeypatch.setattr(room, "lanes", lambda _need, _size: side_by_side)
    for scenario, expected in zip(COMPILED, whole, strict=True):
        assert bits(played(scenario, range(9), traced=True, threads=1)) == expected


def test_a_kept_level_stays_to_the_last_bit_however_often_a_rule_looks():
    first, before = np.full(1, 0.3), np.full(1, 0.1)
    own, answered = first + before, np.zeros(1)
    assert (own - first)[0] != before[0]
    rows.answer(np.zeros(1), first, np.ones(1), np.full(1, 10.0), np.ones(1), before, answered)
    assert answered[0] == before[0]


def test_counting_does_not_ask_users_functions():
    with pytest.raises(ValueError, match="day by day"):
        count(CUSTOM[0].program, np.arange(3), SEED)
