"""Conditions are read, never run, and say where they cannot be read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradesim.errors import InputError
from tradesim.sweeps.condition import read

TABLE = {
    "events.summit": np.array(["deal", "break", "deal", "nothing"], dtype=object),
    "rules.CHN.ratio": np.array([0.5, 0.9, 1.2, 0.9]),
    "breached.geneva": np.array([True, False, False, True]),
    "held.geneva": np.array([1, 20, 20, 3]),
    "first.USA-CHN.1": np.array(["2025-11-01", "NaT", "2025-12-01", "NaT"], dtype="datetime64[D]"),
    "shocks.USA-CHN.days": np.array([None, 90, 30, None], dtype=object),
    "truces.first talks.breach": np.array([0.1, 0.2, 0.3, 0.4]),
    "rules.CHN.ratchet": np.array([True, False, True, True], dtype=object),
}


def rows(text):
    return np.flatnonzero(read(text, list(TABLE)).holds(TABLE)).tolist()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("events.summit == 'deal'", [0, 2]),
        ('events.summit != "deal"', [1, 3]),
        ("events.summit in ['deal', 'nothing']", [0, 2, 3]),
        ("events.summit not in ['deal']", [1, 3]),
        ("rules.CHN.ratio >= 0.9", [1, 2, 3]),
        ("rules.CHN.ratio<0.9", [0]),
        ("rules.CHN.ratio in [0.5, 1.2e0]", [0, 2]),
        ("breached.geneva", [0, 3]),
        ("not breached.geneva", [1, 2]),
        ("breached.geneva == false", [1, 2]),
        ("breached.geneva == True", [0, 3]),
        ("rules.CHN.ratchet", [0, 2, 3]),
        ("first.USA-CHN.1 < '2025-11-15'", [0]),
        ("first.USA-CHN.1 >= '2025-11-15'", [2]),
        ("shocks.USA-CHN.days > 50", [1]),
        ("`truces.first talks.breach` > 0.25", [2, 3]),
        ("events.summit == 'deal' and rules.CHN.ratio > 0.8", [2]),
        ("events.summit == 'break' or events.summit == 'nothing' and held.geneva > 5", [1]),
        ("(events.summit == 'break' or events.summit == 'nothing') and held.geneva > 5", [1]),
        ("(events.summit == 'break' or breached.geneva) and not held.geneva == 1", [1, 3]),
        ("held.geneva > -1", [0, 1, 2, 3]),
    ],
)
def test_conditions_mean_what_they_say(text, wanted):
    assert rows(text) == wanted


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "a text such as"),
        (None, "a text such as"),
        ("events.sumit == 'deal'", "did you mean 'events.summit'"),
        ("__import__('os')", "unknown name; got '__import__'"),
        ("events.summit = 'deal'", "at character 15: \"= 'deal'\""),
        ("events.summit == ", "allowed: a number, a 'text'"),
        ("events.summit == deal", "allowed: a number, a 'text'"),
        ("events.summit == 'deal' rules.CHN.ratio", "allowed: `and`, `or` or the end"),
        ("(breached.geneva", "allowed: `\\)`"),
        ("events.summit in 'deal'", r"allowed: `\["),
        ("events.summit in ['deal'", "allowed: `,` or `\\]`"),
        ("events.summit not 'deal'", "allowed: `in`"),
        ("and breached.geneva", "the name of a parameter"),
        ("rules.CHN.ratio == 'much'", "cannot be compared.*a number"),
        ("events.summit > 3", "cannot be compared.*a text in quotes"),
        ("first.USA-CHN.1 > 3", "a date in quotes"),
        ("first.USA-CHN.1 > 'soon'", "not a calendar day"),
        ("rules.CHN.ratio", "no yes or no"),
        ("held.geneva; import os", "not a condition"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text, match):
    with pytest.raises(InputError, match=match):
        rows(text)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        found = rows(text)
    except InputError:
        return
    assert isinstance(found, list)


def test_it_tells_which_columns_it_looks_at():
    assert read("breached.geneva or held.geneva > 3", list(TABLE)).names == {"breached.geneva", "held.geneva"}
