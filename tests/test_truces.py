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
        "renewal": 0.0,
        "renewal_days": 90,
        "renewals": 0,
        "breach": 0.0,
        "tolerance": 0.0,
        "start_spread": 0,
        "length_spread": 0,
        "days": None,
    }


@pytest.mark.parametrize(("days", "end"), [(0, "2025-08-12"), (1, "2025-08-13"), (90, "2025-11-10")])
def test_days_take_the_place_of_an_end(days, end):
    assert truce(end=None, days=days) == truce(end=end)
    assert hash(truce(end=None, days=days)) == hash(truce(end=end))


def test_a_truce_of_so_many_days_can_be_changed():
    """How long it lasts is kept as its end."""
    assert dataclasses.replace(truce(end=None, days=90), surcharges=0.5) == truce(surcharges=0.5)


def test_everything_a_truce_may_have():
    given = {
        "suspend": ("a",), "surcharges": 1, "at_end": "lapse", "renewal": 0.5, "renewal_days": 1,
        "renewals": 3, "breach": 1.0, "tolerance": 10, "start_spread": 100_000, "length_spread": 5,
    }  # fmt: skip
    assert dataclasses.asdict(truce(**given)).items() >= given.items()


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


@pytest.mark.parametrize("name", ["parties", "suspend"])
@pytest.mark.parametrize("value", [(1, 2), ("IEEPA", ""), (None,), 7])
def test_parties_and_what_is_suspended_are_texts(name, value):
    assert refusal(**{name: value}) == (
        f"truce 'geneva': {name}: not texts; got {value!r}; allowed: texts that are not empty"
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
@pytest.mark.parametrize("value", ["12 August", 20250812, "None", "2025-13-01"])
def test_days_are_calendar_days(name, value):
    assert refusal(**{name: value}) == (
        f"truce 'geneva': {name}: not a calendar day; got {value!r}; "
        "allowed: YYYY-MM-DD between 1600 and 2400"
    )


def test_it_ends_in_one_way():
    allowed = "allowed: `end`, the first day it is over, or `days`"
    assert refusal(end=None) == f"truce 'geneva': end: when does it end; got neither; {allowed}"
    assert refusal(days=90) == f"truce 'geneva': end: when does it end; got both; {allowed}"


@pytest.mark.parametrize("days", [-1, 1.5, True, "90", 100_001])
def test_a_length_is_a_number_of_days(days):
    assert refusal(end=None, days=days) == (
        f"truce 'geneva': days: not a number of days; got {days!r}; allowed: a whole number, 0 to 100000"
    )


@pytest.mark.parametrize("name", ["renewal", "breach"])
@pytest.mark.parametrize("value", [-0.1, 1.1, 50, float("nan"), "likely", True, None])
def test_renewal_and_breach_are_probabilities(name, value):
    assert refusal(**{name: value}) == (
        f"truce 'geneva': {name}: not a probability; got {value!r}; allowed: between 0 and 1"
    )


@pytest.mark.parametrize("value", [-0.1, 10.1, float("nan"), "big", False])
def test_a_tolerance_lies_between_0_and_10(value):
    assert refusal(tolerance=value) == (
        f"truce 'geneva': tolerance: out of range; got {value!r}; allowed: a number between 0 and 10"
    )


@pytest.mark.parametrize(
    ("name", "least"), [("renewal_days", 1), ("renewals", 0), ("start_spread", 0), ("length_spread", 0)]
)
@pytest.mark.parametrize("value", [None, -1, 1.0, "3", True, 100_001])
def test_numbers_of_days_and_times_are_whole(name, least, value):
    assert refusal(**{name: value}) == (
        f"truce 'geneva': {name}: not a whole number; got {value!r}; "
        f"allowed: a whole number, {least} to 100000"
    )


def test_a_start_is_needed():
    assert refusal(start=None).startswith("truce 'geneva': start: not a calendar day; got None; allowed: ")
    assert refusal(start=None, end=None, days=9).startswith("truce 'geneva': start: not a calendar day; ")


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
