"""The store: whatever happens to a sweep or its files, going on with it gives the same result."""

import datetime as dt
import errno
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import tradesim as ts
from tradesim import rules, scenarios
from tradesim.errors import InputError
from tradesim.sweeps import StoreError, files, resume
from tradesim.sweeps import store as room
from tradesim.sweeps.sweep import sweep

OCTOBER = scenarios.load("us-china-2025-10").with_({"end": "2025-11-20"})
OVER = {"rules.CHN.ratio": ts.uniform(0.5, 1.2), "events.summit.deal": ts.beta(2, 3, high=0.75)}
DRAWS = 512 * 7 + 100
KILLS = int(os.environ.get("TRADESIM_KILLS", "50"))
"""How often a sweep is killed; `make kills` has it 200."""


def run(folder=None, **options):
    given = {"draws": DRAWS, "seed": 3, "bins": 64, "block": 512, "progress": False, "threads": 2}
    return sweep(OCTOBER, OVER, store=folder, **(given | options))


@pytest.fixture(scope="module")
def digest():
    return run().digest


def blocks_in(folder):
    return sorted((folder / "blocks").glob("*.block"))


# Killed ----------------------------------------------------------------------------------------------


def slow_run(folder):
    """Run, with pauses between all steps of writing, so that a kill hits any of them."""
    for name in ("fsync", "replace", "open"):
        step = getattr(os, name)
        setattr(files.os, name, lambda *args, step=step, **kw: (time.sleep(0.004), step(*args, **kw))[1])
    run(folder)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_killed_at_random_moments_it_goes_on_to_the_same_result(digest, tmp_path):
    chance = random.Random(5)  # noqa: S311 a test, not a secret
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)

    def child_on(folder):
        child = context.Process(target=slow_run, args=(folder,))
        child.start()
        return child

    began = time.perf_counter()
    child_on(tmp_path / "whole").join()
    longest = time.perf_counter() - began
    halfway = 0
    for number in range(KILLS):
        folder = tmp_path / str(number)
        for _ in range(chance.randint(1, 2)):
            child = child_on(folder)
            time.sleep(chance.uniform(0.0, longest))
            child.kill()
            child.join()
        halfway += folder.exists() and 0 < len(blocks_in(folder)) < 8
        assert run(folder).digest == digest
        assert not list(folder.rglob("*.tmp"))
    assert halfway >= KILLS // 6


# Faults between the steps of writing -----------------------------------------------------------------

STEPS = ("open", "fsync", "replace", "close", "unlink")


def breaking(monkeypatch, step, turn, error):
    """Have a step of writing fail at its n-th turn, before or after it does its work."""
    work = getattr(os, step)
    seen = [0]

    def broken(*args, **kwargs):
        seen[0] += 1
        if seen[0] == turn:
            raise error
        return work(*args, **kwargs)

    monkeypatch.setattr(files.os, step, broken)


@pytest.mark.parametrize("turn", [1, 2, 3, 6])
@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_fault_between_any_two_steps_leaves_a_folder_to_go_on_with(
    digest, tmp_path, monkeypatch, step, turn, number
):
    with monkeypatch.context() as patched:
        breaking(patched, step, turn, OSError(number, os.strerror(number)))
        with pytest.raises(StoreError) as error:
            run(tmp_path)
    assert not list(tmp_path.rglob("*.tmp"))
    if number == errno.ENOSPC and blocks_in(tmp_path):
        assert "the disk is full" in str(error.value)
        assert "of 8 blocks are safe" in str(error.value)
    assert run(tmp_path).digest == digest


@pytest.mark.parametrize("turn", [1, 2, 5])
@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
def test_stopped_by_hand_between_any_two_steps_too(digest, tmp_path, monkeypatch, step, turn):
    with monkeypatch.context() as patched:
        breaking(patched, step, turn, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path)
    assert run(tmp_path).digest == digest


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_said_in_words(monkeypatch, tmp_path, digest):
    with monkeypatch.context() as patched:
        real = files.os.fsync
        patched.setattr(
            files.os,
            "fsync",
            lambda handle: Path("/dev/full").write_text("x") if blocks_in(tmp_path) else real(handle),
        )
        with pytest.raises(StoreError, match=r"the disk is full; .* make room and run the same sweep again"):
            run(tmp_path)
    assert run(tmp_path).digest == digest


# Damage ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "harm",
    [
        lambda content: content[: len(content) // 2],
        lambda _: b"",
        lambda content: content[:5000] + bytes([content[5000] ^ 1]) + content[5001:],
        lambda content: content.replace(b" 512 1024 ", b" 512 1025 "),
        lambda content: content + b"more",
        lambda content: b"PK" + content,
    ],
    ids=["cut", "empty", "one bit", "other draws", "longer", "other"],
)
def test_a_block_that_is_not_what_was_written_is_run_again(digest, tmp_path, harm):
    run(tmp_path)
    file = blocks_in(tmp_path)[1]
    whole = file.read_bytes()
    file.write_bytes(harm(whole))
    said = []
    assert run(tmp_path, progress=said.append).digest == digest
    assert said[-1].rate > 0.0
    assert file.read_bytes() == whole


def test_a_block_of_another_sweep_is_not_taken(digest, tmp_path):
    run(tmp_path / "one")
    run(tmp_path / "other", seed=4)
    blocks_in(tmp_path / "one")[2].write_bytes(blocks_in(tmp_path / "other")[2].read_bytes())
    assert run(tmp_path / "one").digest == digest


def test_files_are_unharmed_or_refused():
    content = files.sealed({"x": room.np.arange(3)}, "1 abc")
    assert files.unsealed(content, "1 abc")["x"].tolist() == [0, 1, 2]
    for wrong in (content[:-1], content[1:], b""):
        with pytest.raises(files.DamagedError):
            files.unsealed(wrong, "1 abc")
    with pytest.raises(files.DamagedError):
        files.unsealed(content, "1 abd")


# Other sweeps and other processes --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "match"),
    [
        ({"seed": 4}, "seed: stored 3, given 4; allowed: the same sweep; .*ts.sweeps.resume"),
        ({"bins": 128}, "bins: stored 64, given 128"),
        ({"levels": [0.3]}, r"levels: stored 0\.5, 1, given 0\.3"),
        ({"sampling": "sobol"}, "sampling: stored random, given sobol"),
        ({"design": "sobol"}, "design: stored random, given sobol"),
        ({"block": 1024}, "block: stored 512, given 1024 .it changes no number: leave it out"),
        ({"draws": 600}, "holds more draws"),
    ],
)
def test_another_sweep_is_refused_with_the_difference(tmp_path, other, match):
    run(tmp_path, draws=1024)
    with pytest.raises(InputError, match=match):
        run(tmp_path, **{"draws": 1024, **other})


def test_another_scenario_is_refused_with_the_difference(tmp_path):
    run(tmp_path, draws=600)
    with pytest.raises(InputError) as error:
        sweep(
            OCTOBER.with_({"rules.USA.cap": 0.9}),
            OVER,
            draws=600,
            seed=3,
            bins=64,
            store=tmp_path,
            progress=False,
        )
    assert "got scenario: rules.USA.cap 1.25 → 0.9; allowed" in str(error.value)


def test_another_range_or_another_version_is_refused(tmp_path, monkeypatch):
    run(tmp_path, draws=600)
    wider = OVER | {"rules.CHN.ratio": ts.uniform(0.5, 1.3)}
    with pytest.raises(InputError, match=r"rules\.CHN\.ratio: stored uniform 0\.5–1\.2, given .* 0\.5–1\.3"):
        sweep(OCTOBER, wider, draws=600, seed=3, bins=64, store=tmp_path, progress=False)
    from tradesim.sweeps import fingerprints

    before = fingerprints.versions()
    monkeypatch.setattr(fingerprints, "versions", lambda: before | {"tradesim": "99.0"})
    with pytest.raises(
        InputError, match=r"other versions; got tradesim: stored with 0\.1\.0, installed 99\.0"
    ):
        run(tmp_path, draws=600)


def test_words_that_change_no_number_may_differ(digest, tmp_path):
    run(tmp_path)
    renamed = replace(OCTOBER, title="Another title", description="Other words")
    options = {"draws": DRAWS, "seed": 3, "bins": 64, "store": tmp_path, "progress": False}
    assert sweep(renamed, OVER, **options).digest == digest


def test_a_latin_hypercube_is_not_extended(tmp_path):
    run(tmp_path, design="latin", draws=600)
    with pytest.raises(InputError, match="every point of a Latin hypercube depends on how many there are"):
        run(tmp_path, design="latin", draws=700)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(InputError, match=r"something else in it; got thesis.docx"):
        run(tmp_path)
    assert (tmp_path / "thesis.docx").read_text() == "years of work"
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.docx"]


def test_two_processes_on_one_store_are_refused(tmp_path):
    holder = "import sys; from pathlib import Path; from tradesim.sweeps.locking import Lock\n"
    holder += "folder = Path(sys.argv[1]); kept = Lock(folder / 'lock', folder)\n"
    holder += "print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match=rf"another process \({other.pid}\) runs this sweep"):
            run(tmp_path, draws=600)
        other.communicate()
    assert run(tmp_path, draws=600).draws == 600


def test_the_same_process_twice_is_refused_too(tmp_path):
    def again(now):
        run(tmp_path)

    with pytest.raises(StoreError, match="runs this sweep"):
        run(tmp_path, progress=again)


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 99}'])
def test_a_manifest_that_cannot_be_read_is_an_error(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(StoreError, match=r"manifest\.json"):
        run(tmp_path)


def test_a_place_that_cannot_be_a_folder_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "store"):
        with pytest.raises(InputError, match="not a folder"):
            run(place)


def test_no_room_on_the_disk_is_said_before_anything_runs(tmp_path, monkeypatch):
    from tradesim.sweeps import estimate

    monkeypatch.setattr(estimate, "room_left", lambda _: 1000)
    with pytest.raises(InputError, match=r"no room for it.*in a store.*1 kB are free"):
        run(tmp_path)
    assert not (tmp_path / "manifest.json").exists()


# From the folder alone -------------------------------------------------------------------------------


def test_a_folder_without_a_sweep_cannot_be_gone_on_with(tmp_path):
    with pytest.raises(InputError, match="no sweep"):
        resume(tmp_path / "nothing")


def test_named_scenarios_points_and_choices_are_in_the_folder(tmp_path):
    named = {name: OCTOBER.branch(name) for name in ("deal", "threat")}
    over = {"rules.CHN.view": ts.choice(["nominal", "trade-weighted"]), "rules.CHN.ratio": [0.5, 1.0]}
    first = sweep(named, over, draws=600, store=tmp_path, bins=64, progress=False)
    assert resume(tmp_path, progress=False).digest == first.digest
    assert set(json.loads((tmp_path / "manifest.json").read_text())["texts"]) == {"deal", "threat"}


def doubled(seen, own, first, day, memory, values):
    return 2.0 * seen, memory


def test_rules_of_your_own_have_to_be_given_again(tmp_path):
    own = replace(OCTOBER, rules={"CHN": rules.Custom(function=doubled)})
    first = sweep(
        own, {"rules.CHN.cap": ts.uniform(0, 1)}, draws=100, store=tmp_path, bins=64, progress=False
    )
    with pytest.raises(InputError, match="give it: resume"):
        resume(tmp_path)
    assert resume(tmp_path, scenario=own, progress=False).digest == first.digest
    with ts.high_rates_meant():  # changes no number
        same = sweep(
            own, {"rules.CHN.cap": ts.uniform(0, 1)}, draws=100, store=tmp_path, bins=64, progress=False
        )
        assert same.digest == first.digest
    other = replace(own, rules={"CHN": rules.Custom(function=lambda *args: (3.0 * args[0], args[4]))})
    with pytest.raises(InputError, match="holds another sweep"):
        resume(tmp_path, scenario=other, progress=False)


@pytest.mark.parametrize(("one", "other"), [(1.0, 2.0), ("a", "b")])
def test_functions_that_hold_other_values_are_other_functions(one, other):
    from tradesim.sweeps.fingerprints import of_function

    def made(held):
        return lambda *rest: (held, rest)

    assert of_function(made(one)) != of_function(made(other))
    assert of_function(made(one)) == of_function(made(one))
    assert of_function(len) == "builtins.len"


class Scaled:
    def __init__(self, by):
        self.by = by

    def __call__(self, *_):
        return self.by


def with_keyword(value):
    def function(*_, held=value):
        return held

    return function


def with_global(value):
    space = {"HELD": value}
    exec("def function(*_):\n    return HELD", space)  # noqa: S102 a function of another module
    return space["function"]


@pytest.mark.parametrize(
    "made",
    [
        lambda value: partial(Scaled(0), value),
        Scaled,
        with_keyword,
        with_global,
        lambda value: lambda *_: [value],
        lambda value: lambda *_, held=({"a": [value]},): held,
        lambda value: Scaled(np.full(3, value)).__call__,
    ],
    ids=["partial", "object", "keyword", "global", "closure", "nested", "method"],
)
def test_what_a_function_holds_makes_it_another(made):
    from tradesim.sweeps.fingerprints import of_function

    assert of_function(made(1.0)) == of_function(made(1.0))
    assert of_function(made(1.0)) != of_function(made(2.0))


def added(x):
    return x + 1


def taken(x):
    return x - 1


def added_more(x):
    return x + 2


def sine(x):
    return np.sin(x)


def cosine(x):
    return np.cos(x)


@pytest.mark.parametrize(("one", "other"), [(added, taken), (added, added_more), (sine, cosine)])
def test_what_a_function_does_makes_it_another(one, other, monkeypatch):
    from tradesim.sweeps.fingerprints import of_function

    for function in (one, other):
        monkeypatch.setattr(function, "__qualname__", "same")
    assert of_function(one) != of_function(other)


def class_of(helper, call=None, held=1):
    class Base:
        table = (held,)

        @staticmethod
        def flat(x):
            return x

        @property
        def width(self):
            return held

        def helped(self, x):
            return helper(x)

    class Held(Base):
        __call__ = call or Base.helped

    return Held


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (class_of(added), class_of(taken)),
        (class_of(added, call=sine), class_of(added, call=cosine)),
        (class_of(added, held=1), class_of(added, held=2)),
    ],
    ids=["inherited", "called", "class attribute"],
)
def test_what_the_class_of_a_callable_does_makes_it_another(one, other):
    from tradesim.sweeps.fingerprints import of_function

    assert of_function(one()) == of_function(one())
    assert of_function(one()) != of_function(other())

    def using(kind):
        return lambda x: kind().helped(x)

    assert of_function(using(one)) == of_function(using(one))
    assert of_function(using(one)) != of_function(using(other))


def test_a_module_of_the_users_own_is_told_by_its_file_an_installed_one_by_its_version(tmp_path, monkeypatch):
    from importlib import import_module

    from tradesim.sweeps.fingerprints import of_function

    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "own_answers.py"
    file.write_text("def answer(x):\n    return x\n")
    own, installed = import_module("own_answers"), pytest

    def asking(which):
        return lambda x: [which.answer(x)]

    before = of_function(asking(own)), of_function(asking(installed))
    assert before == (of_function(asking(own)), of_function(asking(installed)))
    file.write_text("def answer(x):\n    return 2.0 * x\n")
    monkeypatch.setattr(installed, "__version__", "0.0")
    assert of_function(asking(own)) != before[0]
    assert of_function(asking(installed)) != before[1]
    assert of_function(asking(pytest.approx)) == of_function(asking(pytest.approx))
    assert of_function(asking(sys)) != of_function(asking(json))


def test_sets_are_told_in_order_and_what_cannot_be_told_is_refused():
    from tradesim.sweeps.fingerprints import _told, of_function

    one, other = {0, 8}, {8, 0}
    assert list(one) != list(other)
    assert _told(one, ()) == _told(other, ())
    held = iter([1])
    with pytest.raises(InputError, match="cannot be told from another of its kind"):
        of_function(lambda *_: held)

    def calls_itself(*_):
        return calls_itself

    assert of_function(calls_itself) == of_function(calls_itself)
    day = dt.date(2025, 4, 2)
    assert of_function(lambda *_: day) == of_function(lambda *_: day)
    assert of_function(lambda *_: np.where) == of_function(lambda *_: np.where)
