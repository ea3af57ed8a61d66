"""Measures: every field's checks, how acts read, and which levels overlap."""

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
import strategies as draw
from hypothesis import given
from strategies import measure

from tradesim.errors import InputError
from tradesim.measures import Measure, overlaps, rate_text


def refusal(**changes):
    with pytest.raises(InputError) as caught:
        measure(**changes)
    return str(caught.value)


WHERE = "measure 'List 1': "
CODES = "an ISO 3166 alpha-3 code or a group in capitals, such as USA, CHN, EU27, ROW"
USA = f"importer: not an economy code; got {{!r}}; allowed: {CODES}; did you mean 'USA'?"
SPECIFIC = {"basis": "specific", "unit": "net ton", "rate": 50}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"authority": " "}, "authority: authority is missing; got ' '; allowed: a text that is not empty"),
        ({"authority": 301}, "authority: authority is missing; got 301; allowed: a text that is not empty"),
        (
            {"importer": "usa"},
            f"importer: not an economy code; got 'usa'; allowed: {CODES}; did you mean 'USA'?",
        ),
        (
            {"importer": "US"},
            f"importer: not an economy code; got 'US'; allowed: {CODES}; did you mean 'USA'?",
        ),
        ({"exporter": "China"}, f"exporter: not an economy code; got 'China'; allowed: {CODES}"),
        ({"exporter": "USA"}, "exporter: an economy charges itself; got 'USA'; allowed: another economy"),
        (
            {"status": "on"},
            "status: unknown status; got 'on'; allowed: enacted | suspended | threatened | revoked",
        ),
        ({"stacking": "sum"}, "stacking: unknown stacking; got 'sum'; allowed: add | exclusive | replace"),
        (
            {"instrument": "quota"},
            "instrument: unknown instrument; got 'quota'; allowed: tariff | fee | export_control",
        ),
        (
            {"basis": "per unit"},
            "basis: unknown basis; got 'per unit'; allowed: ad_valorem | floor | cap | specific",
        ),
        (
            {"confidence": "none"},
            "confidence: unknown confidence; got 'none'; allowed: high | medium | low",
        ),
        (
            {"coverage_from": "guess"},
            (
                "coverage_from: unknown coverage_from; got 'guess'; "
                "allowed: stated | derived | identified | fitted | assumed"
            ),
        ),
        (
            {"effective": "2018-13-01"},
            "effective: not a calendar day; got '2018-13-01'; allowed: YYYY-MM-DD between 1600 and 2400",
        ),
        (
            {"effective": None},
            "effective: not a calendar day; got None; allowed: YYYY-MM-DD between 1600 and 2400",
        ),
        (
            {"expires": "soon"},
            "expires: not a calendar day; got 'soon'; allowed: YYYY-MM-DD between 1600 and 2400",
        ),
        (
            {"announced": 2018},
            "announced: not a calendar day; got 2018; allowed: YYYY-MM-DD between 1600 and 2400",
        ),
        (
            {"expiry_announced": ""},
            "expiry_announced: not a calendar day; got ''; allowed: YYYY-MM-DD between 1600 and 2400",
        ),
        ({"rate": -0.1}, "rate: rate is not a finite number of 0 or more; got -0.1"),
        ({"rate": math.nan}, "rate: rate is not a finite number of 0 or more; got nan"),
        ({"rate": math.inf}, "rate: rate is not a finite number of 0 or more; got inf"),
        ({"coverage": -1}, "coverage: coverage is not a finite number of 0 or more; got -1.0"),
        (
            SPECIFIC | {"unit_value": -1},
            "unit_value: unit_value is not a finite number of 0 or more; got -1.0",
        ),
        (
            {"rate": "25 %"},
            (
                "rate: not a number; got '25 %'; allowed: a number; rates and shares are fractions: "
                "0.25 is 25 %; write 0.25"
            ),
        ),
        (
            {"coverage": None},
            (
                "coverage: not a number; got None; allowed: a number; "
                "rates and shares are fractions: 0.25 is 25 %"
            ),
        ),
        (
            {"rate": True},
            "rate: not a number; got True; allowed: a number; rates and shares are fractions: 0.25 is 25 %",
        ),
        (
            {"expires": "2018-11-30"},
            "expires: expires before it is effective; got 2018-11-30; allowed: 2018-12-01 or later",
        ),
        (
            {"announced": "2018-12-02"},
            "announced: announced after it is effective; got 2018-12-02; allowed: 2018-12-01 or earlier",
        ),
        (
            {"expiry_announced": "2018-12-02"},
            (
                "expiry_announced: an end is announced but there is none; got 2018-12-02; "
                "allowed: an `expires` day"
            ),
        ),
        (
            {"expires": "2019-12-02", "expiry_announced": "2018-11-30"},
            "expiry_announced: end announced before the act; got 2018-11-30; allowed: 2018-12-01 or later",
        ),
        (
            {"coverage": 40},
            "coverage: coverage above 1; got 40; allowed: a share between 0 and 1; did you mean 0.4?",
        ),
        ({"coverage": 400}, "coverage: coverage above 1; got 400; allowed: a share between 0 and 1"),
        (
            {"rate": None},
            "rate: a tariff without a rate; got None; allowed: a fraction of import value, such as 0.25",
        ),
        (
            {"rate": 25},
            (
                "rate: rate above 1000 %; got 25; allowed: a fraction between 0 and 10; "
                "rates are fractions: did you mean 0.25?"
            ),
        ),
        (
            {"unit_value": 100},
            "unit_value: a unit value without a specific duty; got 100; allowed: basis='specific'",
        ),
        (
            SPECIFIC,
            (
                "unit_value: a specific duty with no conversion; got None; "
                "allowed: US dollars of imports per unit; "
                "state what a unit is worth: the ad-valorem equivalent is rate / unit_value"
            ),
        ),
        (
            SPECIFIC | {"unit_value": 0},
            "unit_value: a unit value of 0; got 0; allowed: more than 0 US dollars per unit",
        ),
        (
            {"stacking": "replace"},
            "against: a replacement that ends nothing; got (); allowed: the authorities that it ends",
        ),
        (
            {"stacking": "exclusive", "basis": "cap"},
            "stacking: an exclusive cap; got 'exclusive'; allowed: 'add' or 'replace'",
        ),
        (
            {"group": "steel"},
            "group: a group without exclusion; got 'steel'; allowed: stacking='exclusive'",
        ),
        (
            {"against": ("MFN",)},
            (
                "against: `against` without effect; got ('MFN',); "
                "allowed: stacking='replace', or basis 'floor' or 'cap'"
            ),
        ),
    ],
)
def test_a_bad_field_is_refused_with_what_where_got_and_allowed(changes, message):
    assert refusal(**changes) == WHERE + message


def test_a_measure_without_a_name_is_refused():
    assert refusal(name="") == "measure '': name: name is missing; got ''; allowed: a text that is not empty"


@pytest.mark.parametrize("against", [None, 5, (5,), ("",)])
def test_against_holds_texts(against):
    assert refusal(stacking="replace", against=against).startswith(WHERE + "against: ")


def test_bad_values_of_several_fields_are_reported_together():
    message = refusal(importer="usa", status="on", effective="soon", rate=-1, coverage="all").split("\n")
    fields = [line.removeprefix(WHERE).split(":")[0] for line in message]
    assert fields == ["importer", "status", "effective", "rate", "coverage"]


def test_contradictions_between_fields_are_reported_together():
    message = refusal(expires="2018-01-01", rate=25, coverage=40, group="steel").split("\n")
    fields = [line.removeprefix(WHERE).split(":")[0] for line in message]
    assert fields == ["expires", "coverage", "rate", "group"]


@pytest.mark.parametrize(
    "changes",
    [
        {"rate": 0},
        {"rate": 10},
        {"coverage": 0},
        {"coverage": 1},
        {"expires": "2018-12-01"},
        {"announced": "2018-12-01"},
        {"expires": "2019-01-01", "expiry_announced": "2018-12-01"},
        {"status": "threatened", "expiry_announced": "2018-12-05"},
        SPECIFIC | {"unit_value": 0.01},
        SPECIFIC | {"unit_value": None, "instrument": "fee"},
        {"rate": None, "instrument": "fee"},
        {"rate": None, "instrument": "export_control"},
        {"basis": "floor", "against": ("MFN",)},
        {"basis": "cap", "stacking": "replace", "against": ("MFN",)},
        {"stacking": "exclusive", "group": "steel"},
    ],
)
def test_what_lies_on_the_edge_is_allowed(changes):
    kept = measure(**changes)
    assert all(getattr(kept, field) is not None or changes[field] is None for field in changes)


def test_fields_are_normalised():
    plain = measure(rate=np.float32(0.5), coverage=1, effective=np.datetime64("2018-12-01"))
    assert (type(plain.rate), plain.rate) == (float, 0.5)
    assert (type(plain.coverage), plain.coverage) == (float, 1.0)
    assert plain.effective == dt.date(2018, 12, 1)
    assert plain.announced == plain.effective
    assert plain == measure(rate=0.5, effective=dt.date(2018, 12, 1), announced="2018-12-01")
    assert hash(plain) == hash(measure(rate=0.5))


def test_one_authority_may_be_named_as_text():
    assert measure(basis="floor", against="MFN").against == ("MFN",)


def test_the_order_in_which_authorities_are_named_makes_no_difference():
    assert measure(basis="floor", against=("B", "A")) == measure(basis="floor", against=["A", "B", "A"])


def test_a_measure_is_frozen():
    with pytest.raises(AttributeError):
        measure().rate = 0.5


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"rate": 0.25}, 0.25),
        (SPECIFIC | {"unit_value": 1000}, 0.05),
        ({"basis": "floor", "rate": 0.15}, 0.15),
    ],
)
def test_the_level_is_the_rate_as_a_fraction_of_value(changes, level):
    assert measure(**changes).level == level


@pytest.mark.parametrize("changes", [{"rate": None}, SPECIFIC])
def test_the_level_is_nan_where_no_source_gives_one(changes):
    assert math.isnan(measure(instrument="fee", **changes).level)


@pytest.mark.parametrize(
    ("status", "charged"),
    [("enacted", True), ("suspended", False), ("threatened", False), ("revoked", False)],
)
def test_only_enacted_acts_are_charged(status, charged):
    assert measure(status=status).charged is charged


def test_pair_and_act_name_the_importer_first():
    assert measure().pair == ("USA", "CHN")
    assert measure().act == ("List 1", "USA", "CHN", "Section 301")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "List 1: USA on CHN, 25 % on 100 % of trade from 2018-12-01 (enacted)"),
        (
            {"rate": 0.075, "coverage": 0.118, "expires": "2019-01-01", "status": "suspended"},
            "List 1: USA on CHN, 7.5 % on 11.8 % of trade from 2018-12-01 to 2019-01-01 (suspended)",
        ),
    ],
)
def test_a_measure_reads_as_a_sentence(changes, text):
    assert repr(measure(**changes)) == text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"rate": 0.25}, "25 %"),
        ({"rate": 0.15, "basis": "floor"}, "a floor of 15 %"),
        ({"rate": 0.15, "basis": "cap"}, "a cap of 15 %"),
        (SPECIFIC | {"unit_value": 1000}, "50 USD per net ton"),
        (SPECIFIC | {"unit_value": 1000, "unit": ""}, "50 USD per unit"),
        ({"rate": None, "instrument": "fee"}, "no rate stated"),
    ],
)
def test_a_rate_reads_as_a_person_would_write_it(changes, text):
    assert rate_text(measure(**changes)) == text


def test_measures_sort_by_date_first():
    early = measure(name="Z", importer="ZZZ", effective="2018-01-01")
    late = measure(name="A", importer="AAA", effective="2018-01-02")
    assert sorted([late, early], key=Measure.sort_key) == [early, late]


@given(draw.schedules())
def test_measures_that_differ_sort_apart(schedule):
    keys = [m.sort_key() for m in schedule.measures]
    assert len(set(keys)) == len(set(schedule.measures))


# What was known --------------------------------------------------------------------------------------


def test_a_measure_is_known_from_its_announcement_on():
    act = measure(announced="2018-11-01")
    assert act.known_on(dt.date(2018, 10, 31)) is None
    assert act.known_on(dt.date(2018, 11, 1)) is act


def test_an_end_is_known_from_its_announcement_on():
    act = measure(expires="2019-06-01", expiry_announced="2019-05-01")
    assert act.known_on(dt.date(2019, 4, 30)) == measure()
    assert act.known_on(dt.date(2019, 5, 1)) is act


@pytest.mark.parametrize(
    ("status", "seen"), [("revoked", "enacted"), ("suspended", "suspended"), ("threatened", "threatened")]
)
def test_only_what_was_revoked_later_counts_as_enacted_before(status, seen):
    act = measure(status=status, announced="2018-10-01", expiry_announced="2018-11-01")
    assert act.known_on(dt.date(2018, 10, 31)).status == seen
    assert act.known_on(dt.date(2018, 11, 1)).status == status


# Overlaps --------------------------------------------------------------------------------------------


def level(start, end=None, **changes):
    return measure(effective=f"2018-12-{start:02}", expires=f"2018-12-{end:02}" if end else None, **changes)


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        (level(1, 10), level(10, 20, rate=0.1), 0),
        (level(1, 10), level(9, 20, rate=0.1), 1),
        (level(1), level(10, rate=0.1), 1),
        (level(1, 10), level(1, 10, rate=0.1), 1),
        (level(1, 10), level(5, 20, name="List 2"), 0),
        (level(1, 10), level(5, 20, authority="IEEPA"), 0),
        (level(1, 10), level(5, 20, exporter="JPN"), 0),
        (level(1, 10), level(5, 20, importer="JPN"), 0),
        (level(1, 10), level(5, 20, status="suspended"), 0),
        (level(1, 10, status="suspended"), level(5, 20, status="suspended"), 1),
        (level(1, 10, status="threatened"), level(5, 20, status="threatened"), 0),
        (level(1, 10, status="revoked"), level(5, 20, status="revoked"), 0),
    ],
)
def test_levels_of_one_act_in_force_at_once_overlap(first, second, count):
    assert len(list(overlaps([first, second]))) == count
    assert len(list(overlaps([second, first]))) == count


@pytest.mark.parametrize("rate", [0.1, 0.4])
@pytest.mark.parametrize("day", [1, 5])
def test_an_empty_window_overlaps_nothing(rate, day):
    assert list(overlaps([level(1, 10), level(day, day, rate=rate)])) == []


def test_an_overlap_says_what_where_and_what_to_do():
    (problem,) = overlaps([level(1, 10), level(9, 20)])
    assert str(problem) == (
        "measure 'List 1' (USA on CHN, Section 301): levels of one act overlap; "
        "got one 2018-12-01 to 2018-12-10, another from 2018-12-09; allowed: windows that do not overlap; "
        "end the earlier level on the day the later one starts, or name the acts apart"
    )
    (problem,) = overlaps([level(1), level(9)])
    assert problem.got == "one 2018-12-01 to open, another from 2018-12-09"


def test_every_level_that_a_long_one_overlaps_is_named():
    problems = list(overlaps([level(1, 20), level(3, 4), level(5, 6)]))
    assert [problem.got[-10:] for problem in problems] == ["2018-12-03", "2018-12-05"]


@given(draw.schedules())
def test_drawn_schedules_hold_no_overlaps_until_a_level_is_doubled(schedule):
    assert list(overlaps(schedule.measures)) == []
    charged = [m for m in schedule.measures if m.charged and m.expires != m.effective]
    doubled = [replace(m, note="again") for m in charged]
    assert len(list(overlaps([*schedule.measures, *doubled]))) >= len(charged)
