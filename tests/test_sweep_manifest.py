"""The manifest of a store: whatever somebody made of it is refused in words, and what was edited is named."""

import copy
import errno
import json
import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tradesim as ts
from tradesim import scenarios
from tradesim.errors import InputError
from tradesim.shocks import Size
from tradesim.sweeps import StoreError, files, manifest, resume
from tradesim.sweeps.store import kept
from tradesim.sweeps.sweep import sweep

OCTOBER = scenarios.load("us-china-2025-10").with_({"end": "2025-11-20"})
OVER = {
    "rules.CHN.ratio": ts.uniform(0.5, 1.2),
    "events.summit.deal": ts.beta(2, 3, high=0.75),
    "rules.CHN.view": ts.choice(["nominal", "trade-weighted"], odds=[3, 1]),
    "truces.geneva.renewal": [0.2, 0.7],
}
OPTIONS = {"draws": 1024, "seed": 3, "bins": 64, "block": 512, "progress": False}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "store"
    found = sweep(OCTOBER, OVER, store=folder, **OPTIONS)
    return folder, found.digest


@pytest.fixture
def store(made, tmp_path):
    shutil.copytree(made[0], tmp_path / "store")
    return tmp_path / "store"


def told(folder):
    return json.loads((folder / "manifest.json").read_bytes())


def put(folder, content):
    (folder / "manifest.json").write_bytes(content if isinstance(content, bytes) else content.encode())


def forged(found):
    """Return a manifest whose hashes are made anew, as somebody might who knows how."""
    kept_apart = {key: value for key, value in found.items() if key not in {"identity", "checks"}}
    return json.dumps(manifest.marked(kept_apart))


def changed(found, path, value):
    made = copy.deepcopy(found)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    if value is GONE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return made


GONE = object()
RATIO = ("design", "over", "rules.CHN.ratio")


def test_what_was_written_reads_back_to_the_same_result(made, store):
    assert kept(store).manifest == told(store)
    assert resume(store, progress=False).digest == made[1]
    put(store, forged(told(store)))
    assert resume(store, progress=False).digest == made[1]


# JSON that is no manifest ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "cannot be read: Expecting value"),
        (b"{", "cannot be read"),
        (b"[]", "valid dictionary|not the manifest"),
        (b"null", "not the manifest"),
        (b"3", "not the manifest"),
        (b'"text"', "not the manifest"),
        (b"{}", "format: field required; identity: field required"),
        (b'{"format": 3}', "identity: field required"),
        (b'{"format": 99}', "not of format 3 but 99; another version"),
        (b'{"format": [3]}', "not of format 3 but"),
        (b'{"format": NaN}', "NaN is not a number"),
        (b"\xff\xfe{}", "cannot be read: 'utf-8' codec"),
        (b"\xef\xbb\xbf{}", "cannot be read"),
        (b'{"format": 3, "format": 3}', "the key format is given twice"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b'{"seed": ' + b"9" * 5000 + b"}", "cannot be read: Exceeds the limit"),
        (b'{"a": ' * 5000 + b"1" + b"}" * 5000, "nested too deeply"),
        (b"\x00" * 1000, "cannot be read"),
    ],
)
def test_json_that_is_no_manifest_is_an_error_in_words(store, content, match):
    put(store, content)
    for reader in (kept, lambda folder: resume(folder, progress=False), again):
        with pytest.raises(StoreError, match=match) as error:
            reader(store)
        assert str(error.value).startswith(f"{store / 'manifest.json'}: ")
        assert len(str(error.value)) < 1000


def again(folder):
    return sweep(OCTOBER, OVER, store=folder, **OPTIONS)


@pytest.mark.parametrize(
    ("path", "value", "match"),
    [
        (("identity",), GONE, "identity: field required"),
        (("design",), GONE, "design: field required"),
        (("texts",), GONE, "texts: field required"),
        (("told",), GONE, "told: field required"),
        (("checks",), GONE, "checks: field required"),
        (("draws",), GONE, "draws: field required"),
        (("draws",), "1024", "draws: input should be a valid integer, got '1024'"),
        (("draws",), None, "draws: input should be a valid integer"),
        (("draws",), -1, "draws: input should be greater than or equal to 1"),
        (("draws",), 0, "draws: input should be greater"),
        (("draws",), True, "draws: input should be a valid integer, got True"),
        (("draws",), 1024.0, "draws: input should be a valid integer"),
        (("draws",), 10**300, "draws: input should be less than .* a whole number of more than 80 digits"),
        (("draws",), 10**10, "more than 1,000,000 blocks"),
        (("draws",), [1024], "draws"),
        (("seed",), -1, "seed"),
        (("seed",), 2**64, "seed"),
        (("seed",), 1.5, "seed"),
        (("block",), 0, "block"),
        (("block",), 513, "block: input should be a multiple of 512"),
        (("block",), "512", "block"),
        (("bins",), 1, "bins"),
        (("top",), -4.0, "top"),
        (("top",), float("inf"), "top"),
        (("levels",), [1.0] * 17, "levels"),
        (("levels",), [-1.0], "levels: 0"),
        (("levels",), ["0.5"], "levels: 0"),
        (("levels",), 0.5, "levels"),
        (("sampling",), "best", "sampling"),
        (("paths",), "../../etc", "paths"),
        (("identity",), "../../etc", "identity"),
        (("identity",), 3, "identity"),
        (("scenarios",), {}, "scenarios"),
        (("scenarios",), {"": "no hash"}, "scenarios"),
        (("scenarios",), ["0" * 64], "scenarios"),
        (("texts",), {}, "texts are not of the scenarios"),
        (("texts",), {"": 3}, "texts"),
        (("texts",), {"": None, "more": None}, "texts are not of the scenarios"),
        (("told",), {"": {"a": 1}}, "told"),
        (("versions",), [], "versions"),
        (("versions",), {"numpy": 2}, "versions: numpy"),
        (("impact",), {}, "impact: model: field required"),
        (("impact",), {"model": 3}, "impact: model"),
        (("further",), 1, "further: extra inputs are not permitted, got 1"),
        (("design",), [], "design"),
        (("design", "over"), GONE, "design: over: field required"),
        (("design", "over"), [], "design: over"),
        (("design", "kind"), "worst", "unknown design"),
        (("design", "kind"), 3, "design: kind"),
        (("design", "correlation"), [["a", "b"]], "design: correlation: 0"),
        (("design", "correlation"), [["a", "b", 0.5]], "unknown parameter by chance"),
        (("design", "correlation"), {}, "design: correlation"),
        ((*RATIO, "distribution"), "os.system", "rules.CHN.ratio: unknown distribution; got 'os.system'"),
        ((*RATIO, "distribution"), "system", "unknown distribution"),
        ((*RATIO, "distribution"), "__class__", "unknown distribution"),
        ((*RATIO, "distribution"), "rv_histogram", "unknown distribution"),
        ((*RATIO, "distribution"), "gaussian_kde", "unknown distribution"),
        ((*RATIO, "distribution"), "multivariate_normal", "unknown distribution"),
        ((*RATIO, "distribution"), ["uniform"], "unknown distribution"),
        ((*RATIO, "distribution"), None, "unknown distribution"),
        ((*RATIO, "args"), ["0.5"], "not a number; got '0.5'"),
        ((*RATIO, "args"), [None], "not a number"),
        ((*RATIO, "args"), [[0.5, 0.6]], "not a number"),
        ((*RATIO, "args"), [1, 2, 3, 4, 5], "not its parameters"),
        ((*RATIO, "args"), {"loc": 1}, "not parameters"),
        ((*RATIO, "args"), GONE, "not a way to vary"),
        ((*RATIO, "kwds"), {"loc": True}, "not a number; got True"),
        ((*RATIO, "kwds"), {"dist": 1}, "unknown parameter; got 'dist'"),
        ((*RATIO, "kwds"), {"self": 1}, "unknown parameter; got 'self'"),
        ((*RATIO, "kwds"), {"moments": 1}, "unknown parameter"),
        ((*RATIO, "kwds"), {"loc": 10**300, "scale": 10**400}, "not a number; got a whole number of 401"),
        ((*RATIO, "kwds"), {"scale": -1.0}, "does not allow"),
        (RATIO, {}, "not a way to vary"),
        (RATIO, {"grid": []}, "no values"),
        (RATIO, {"grid": "ab"}, "not a list"),
        (RATIO, {"grid": [{}]}, "not a value of a parameter"),
        (RATIO, {"grid": [{"date": "yesterday"}]}, "not a calendar day"),
        (RATIO, {"grid": [{"date": ["2025-01-01"]}]}, "not a calendar day"),
        (RATIO, {"grid": [{"size": {"distribution": "os.system"}}]}, "unknown distribution"),
        (RATIO, {"grid": [{"size": {"self": 1}}]}, "not a value"),
        (RATIO, {"grid": [{"size": {"distribution": "fixed", "self": 1}}]}, "a fixed size has a value"),
        (RATIO, {"grid": [{"tuple": 3}]}, "not a value"),
        (RATIO, {"grid": [10**400]}, "a number that is too large|not a value"),
        (RATIO, {"points": []}, "no values"),
        (RATIO, {"choice": [0.5], "odds": [1.0, 1.0]}, "odds that are not one for each value"),
        (RATIO, {"choice": [0.5], "odds": ["1"]}, "not odds"),
        (RATIO, {"choice": [0.5], "odds": [-1]}, "not odds"),
        (RATIO, {"choice": [0.5]}, "not a way to vary"),
    ],
)  # fmt: skip
def test_values_that_no_manifest_has_are_named(store, path, value, match):
    found = changed(told(store), path, value)
    for text in (json.dumps(found), forged(found) if path[0] not in {"identity", "checks"} else None):
        if text is not None:
            put(store, text)
            with pytest.raises(StoreError, match=match):
                kept(store)


def test_many_faults_are_told_a_few_at_a_time(store):
    put(store, json.dumps({key: [] for key in told(store)} | {"format": 3}))
    with pytest.raises(StoreError, match=r"identity: .*; and \d+ more; put back a copy of it"):
        kept(store)


# Edited ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("seed",), 4, "seed"),
        (("identity",), "0" * 64, "identity"),
        (("draws",), 2048, "draws"),
        (("bins",), 128, "bins"),
        (("top",), 4, "top"),
        (("levels",), [0.5], "levels"),
        (("versions", "numpy"), "1.0", "versions"),
        (("scenarios", ""), "1" * 64, "scenarios"),
        (("design", "kind"), "sobol", "design"),
        (("texts", ""), "name = 'other'", "texts"),
        (("told", "", "rules.CHN.cap"), "9", "told"),
        (("checks", "seed"), "0" * 16, "seed"),
        (("checks", "seed"), GONE, "seed"),
        (("checks", "more"), "0" * 16, "more"),
    ],
)
def test_what_was_edited_is_named(store, path, value, named):
    put(store, json.dumps(changed(told(store), path, value)))
    for reader in (kept, lambda folder: resume(folder, progress=False), again):
        with pytest.raises(StoreError, match=rf"edited since it was written: {named}; put back"):
            reader(store)


def test_an_identity_that_is_another_sweeps_is_named_though_its_check_fits(store):
    found = told(store)
    found["identity"] = "0" * 64
    found["checks"]["identity"] = manifest._check("0" * 64)
    put(store, json.dumps(found))
    with pytest.raises(StoreError, match="edited since it was written: identity"):
        kept(store)


def test_other_spacing_and_order_within_json_are_no_edit(made, store):
    put(store, json.dumps(told(store), separators=(",", ":")))
    assert resume(store, progress=False).digest == made[1]


# Any JSON at all -------------------------------------------------------------------------------------

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 2**63, 2**64, 10**25, 10**400, -(10**400), 0.0, 1e308, -1e308, 1e-320]),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(
        ["os.system", "uniform", "norm", "grid", "distribution", "size", "date", "\ud800", "../x"]
    ),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def paths_in(value, path=()):
    """Yield the path of everything within JSON."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths_in(inner, (*path, key))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_change_of_a_manifest_is_anything_but_refused(made, tmp_path, data):
    folder = tmp_path / "fuzz"
    folder.mkdir(exist_ok=True)
    found = told(made[0])
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(paths_in(found))))
        value = data.draw(st.one_of(JSON, st.just(GONE)))
        found = changed(found, path, value)
    try:
        text = data.draw(st.sampled_from([json.dumps, forged]))(found)
    except ValueError:  # a whole number that Python does not write
        return
    put(folder, text)
    for reader in (kept, read_whole):
        with suppress(StoreError, InputError):
            reader(folder)


def read_whole(folder):
    """Make of a folder everything that `resume` makes before it runs."""
    from tradesim.sweeps.sweep import setup_from

    setup_from(folder)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_in_its_place_are_anything_but_refused(made, tmp_path, data):
    folder = tmp_path / "bytes"
    folder.mkdir(exist_ok=True)
    content = bytearray((made[0] / "manifest.json").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    put(folder, bytes(content))
    with suppress(StoreError):
        kept(folder)


def test_a_size_takes_no_name_that_its_class_has():
    for name in ("self", "distribution_", "__init__"):
        with pytest.raises(InputError):
            Size("fixed", value=0.1, **{name: 1.0})


# Files that are none ---------------------------------------------------------------------------------


def a_folder(path):
    path.mkdir()


def a_circle(path):
    path.symlink_to(path.name)


def a_pipe(path):
    os.mkfifo(path)


def a_device(path):
    path.symlink_to("/dev/zero")


KINDS = {
    "folder": (a_folder, "a folder where a file of the sweep belongs"),
    "circle": (a_circle, "symbolic links lead round in a circle"),
    "pipe": (a_pipe, "a pipe where a file of the sweep belongs"),
    "device": (a_device, "a device where a file of the sweep belongs"),
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name on this system")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["manifest.json", "blocks/00000001.block", "lock", "blocks"])
def test_what_is_no_file_is_said_and_nothing_hangs(store, name, kind):
    make, words = KINDS[kind]
    place = store / name
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()
    if (kind, name) == ("folder", "blocks"):
        pytest.skip("a folder is what belongs there")
    make(place)
    found = []

    def ask():
        try:
            again(store)
        except Exception as error:  # noqa: BLE001 whatever it is, it is looked at below
            found.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(60)
    assert not asking.is_alive()
    assert isinstance(found[0], StoreError)
    assert name.partition("/")[0] in str(found[0])
    if name != "blocks":
        assert words in str(found[0])


def test_a_link_to_a_file_is_a_file(made, store):
    file = store / "blocks" / "00000001.block"
    file.rename(store.parent / "elsewhere")
    file.symlink_to(store.parent / "elsewhere")
    assert again(store).digest == made[1]


@pytest.mark.parametrize("name", ["x" * 300, "ä" * 200, "a/" + "x" * 300 + "/b", "x" * 5000])
def test_a_name_that_is_too_long_is_said(tmp_path, name):
    for reader in (again, kept, lambda folder: resume(folder, progress=False)):
        with pytest.raises(StoreError, match="the name is too long; most file systems take 255 bytes"):
            reader(tmp_path / name)


def test_a_name_that_no_system_takes_is_said(tmp_path):
    for reader in (again, kept):
        with pytest.raises(StoreError, match="cannot be used: embedded null"):
            reader(tmp_path / "a\0b")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_said(store):
    for name in ("manifest.json", "blocks/00000001.block"):
        (store / name).chmod(0)
        with pytest.raises(StoreError, match="no permission"):
            again(store)
        (store / name).chmod(0o600)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_why_a_file_cannot_be_used_is_in_words(number):
    said = files.reason(OSError(number, os.strerror(number)))
    assert said
    assert "Errno" not in said


# Deleted while it runs -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["blocks", "."])
def test_a_folder_that_is_deleted_meanwhile_is_said(made, tmp_path, name):
    folder = tmp_path / "store"

    def delete(now):
        if now.blocks == 1:
            shutil.rmtree(folder / name)

    with pytest.raises(StoreError, match=r"was deleted while the sweep ran; 0 of 2 blocks are safe") as error:
        sweep(OCTOBER, OVER, store=folder, threads=1, **OPTIONS | {"progress": delete})
    assert "make room" not in str(error.value)
    assert again(folder).digest == made[1]


def test_a_manifest_or_lock_that_is_deleted_meanwhile_costs_nothing(made, tmp_path):
    folder = tmp_path / "store"

    def delete(now):
        for name in ("manifest.json", "lock"):
            (folder / name).unlink(missing_ok=True)

    sweep(OCTOBER, OVER, store=folder, **OPTIONS | {"progress": delete})
    assert again(folder).digest == made[1]


# Windows ---------------------------------------------------------------------------------------------


def test_a_file_that_somebody_reads_is_replaced_a_little_later(monkeypatch, tmp_path):
    work, seen = os.replace, []

    def busy(one, other):
        seen.append(one)
        if len(seen) < 3:
            raise PermissionError(errno.EACCES, "Access is denied")
        work(one, other)

    monkeypatch.setattr(files.os, "replace", busy)
    monkeypatch.setattr(files, "PAUSES", (0.0, 0.0, 0.0))
    files.write_whole(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    monkeypatch.setattr(files.os, "replace", lambda *_: (_ for _ in ()).throw(PermissionError(13, "denied")))
    with pytest.raises(PermissionError):
        files.write_whole(tmp_path / "file", b"newer")
    assert [each.name for each in Path(tmp_path).iterdir()] == ["file"]


def test_where_folders_cannot_be_synced_files_are_written_all_the_same(monkeypatch, tmp_path):
    monkeypatch.delattr(os, "O_DIRECTORY", raising=False)
    files.write_whole(tmp_path / "file", b"content")
    assert (tmp_path / "file").read_bytes() == b"content"
