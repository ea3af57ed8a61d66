"""Truces: what is kept of what is given, and every refusal. What a truce does is in test_kernel."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from tradesim.errors import InputError
from tradesim.truces import Truce


def truce(**changes):
    given = {"name": "geneva", "parties": ("USA", "CHN"), "start": "2025-08-12", "end": "2025-11-10"}
    return Truce(**(given | changes))


def refusal(**changes):
    with pytest.raises(InputError) as caught:
        truce(**changes)
    return str(caught.value)


def test_defaults():
    assert dataclasses.asdict(truce()) == {
        "name": "geneva",
        "parties": ("USA", "CHN"),
        "start": dt.date(2025, 8, 12),
        "end": dt.date(2025, 11, 10),
        "suspend": (),
        "surcharges": 0.0,
        "at_end": "snapback",
    }


@pytest.mark.parametrize("start", ["2025-08-12", dt.date(2025, 8, 12), np.datetime64("2025-08-12")])
def test_dates_are_read_in_every_form(start):
    assert truce(start=start) == truce()


def test_lists_become_tuples_and_one_name_a_tuple_of_one():
    assert truce(parties=["USA", "CHN"], suspend=["a", "b"]).suspend == ("a", "b")
    assert truce(suspend="IEEPA*").suspend == ("IEEPA*",)
    assert hash(truce(suspend=["a"])) == hash(truce(suspend="a"))


def test_a_truce_may_be_empty_until_an_event_starts_it():
    assert truce(end="2025-08-12").end == dt.date(2025, 8, 12)


def test_a_truce_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        truce().end = "2026-11-10"


@pytest.mark.parametrize("name", ["", "  "])
def test_a_name_is_needed(name):
    assert refusal(name=name) == (
        f"truce {name!r}: name: name is missing; got {name!r}; allowed: a text that is not empty"
    )


@pytest.mark.parametrize("parties", [(), ("USA",), "USA", ("USA", "USA")])
def test_it_takes_two(parties):
    shown = ("USA",) if parties == "USA" else parties
    assert refusal(parties=parties) == (
        f"truce 'geneva': parties: too few parties; got {shown!r}; allowed: two economies or more"
    )


def test_parties_are_codes():
    assert refusal(parties=("USA", "china")).startswith(
        "truce 'geneva': parties: not an economy code; got 'china'; allowed: an ISO 3166 alpha-3 code or"
    )


def test_it_cannot_end_before_it_starts():
    assert refusal(end="2025-08-11") == (
        "truce 'geneva': end: ends before it starts; got 2025-08-11; allowed: 2025-08-12 or later"
    )


@pytest.mark.parametrize("name", ["start", "end"])
@pytest.mark.parametrize("value", ["12 August", 20250812, None, "2025-13-01"])
def test_days_are_calendar_days(name, value):
    assert refusal(**{name: value}) == (
        f"truce 'geneva': {name}: not a calendar day; got {value!r}; "
        "allowed: YYYY-MM-DD between 1600 and 2400"
    )


@pytest.mark.parametrize("share", [-0.1, 1.1, 50, float("nan")])
def test_surcharges_are_a_share(share):
    assert refusal(surcharges=share) == (
        f"truce 'geneva': surcharges: not a share; got {share!r}; allowed: between 0 and 1"
    )


def test_the_ends_are_named():
    assert truce(at_end="lapse").at_end == "lapse"
    assert refusal(at_end="renewal") == (
        "truce 'geneva': at_end: unknown end; got 'renewal'; allowed: snapback | lapse"
    )


def test_every_problem_is_reported():
    found = refusal(parties="USA", surcharges=2, at_end="")
    assert len(found.splitlines()) == 3
    assert all(line.startswith("truce 'geneva': ") for line in found.splitlines())


@pytest.mark.parametrize("wrong", [{"surcharges": "half"}, {"name": 3}, {"parties": 3}, {"parties": (1, 2)}])
def test_a_value_of_the_wrong_type_is_refused(wrong):
    assert "truce" in refusal(**wrong)
