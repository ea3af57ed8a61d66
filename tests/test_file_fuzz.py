"""Whatever a scenario or a file of measures holds, it is read, or refused with file and line, and soon.

A few hundred files in CI; ``make fuzz`` tries 5,000 of each kind, and not the same twice.
"""

import os
import re
import time
import warnings

import malformed
import mutations
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradesim import datasets, io, scenarios
from tradesim.errors import InputError, TradesimWarning
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule

FILES = int(os.environ.get("TRADESIM_FUZZ", "150"))
SECONDS = 5.0
often = settings(
    max_examples=FILES,
    deadline=None,
    derandomize=FILES < 1000,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PACKAGED = [(scenarios.FOLDER / f"{name}.toml").read_text(encoding="utf-8") for name in scenarios.names()]
TOML = [malformed.OWN_SCENARIO, malformed.GOOD_SCENARIO, *PACKAGED]
RECORD = (datasets.FOLDER / "us-china" / "measures.csv").read_text(encoding="utf-8")
CSV = [malformed.GOOD_CSV, "\n".join(RECORD.split("\n")[:12]), RECORD]
WHOLE = {"file too large", "cannot be read"}
"""What is wrong with a file as a whole, on no line."""


def refusal(read, file):
    """The problems for which a file is refused, in time; none if it is read."""
    began = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", TradesimWarning)  # what is odd and yet allowed
            read(file)
        problems = ()
    except InputError as error:
        problems = error.problems
        assert problems
    assert time.process_time() - began < SECONDS
    return problems


def placed(problems, file):
    """Whether every problem names the file, and a line that it has."""
    lines = file.read_bytes().count(b"\n") + file.read_bytes().count(b"\r") + 1
    found = [re.match(re.escape(str(file)) + r":(\d+)\b", problem.where) for problem in problems]
    return all(
        (at and 1 <= int(at[1]) <= lines) or problem.what in WHOLE
        for at, problem in zip(found, problems, strict=True)
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder; what is loaded once is loaded."""
    place = tmp_path_factory.mktemp("fuzz")
    for k, text in enumerate(TOML):
        (place / f"{k}.toml").write_text(text, encoding="utf-8")
        Scenario.from_toml(place / f"{k}.toml")
    return place


@given(data=st.data())
@often
def test_spoilt_scenario_files(folder, data):
    file = folder / "spoilt.toml"
    file.write_bytes(data.draw(mutations.spoilt(TOML)))
    assert placed(refusal(Scenario.from_toml, file), file)


@given(data=st.data())
@often
def test_spoilt_files_of_measures(folder, data):
    file = folder / "spoilt.csv"
    file.write_bytes(data.draw(mutations.spoilt(CSV)))
    assert placed(refusal(io.check_measures, file), file)
    economies = datasets.load("us-china").economies
    refusal(lambda path: Schedule.from_csv(path, economies), file)


@given(raw=st.binary(max_size=200), ending=st.sampled_from([".toml", ".csv"]))
@often
def test_any_bytes(folder, raw, ending):
    file = folder / f"any{ending}"
    file.write_bytes(raw)
    assert placed(refusal(Scenario.from_toml if ending == ".toml" else io.check_measures, file), file)


def test_spoilt_files_are_refused_as_a_rule(folder):
    """The mutations do spoil: were every file read, the tests above would say nothing."""
    refused = []

    @given(raw=mutations.spoilt(TOML))
    @settings(often, max_examples=100)
    def count(raw):
        (folder / "counted.toml").write_bytes(raw)
        refused.append(bool(refusal(Scenario.from_toml, folder / "counted.toml")))

    count()
    assert 0.5 < sum(refused) / len(refused) < 1
