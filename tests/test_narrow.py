"""Narrow measures in the nominal view: who is told, with which numbers, and who is not."""

import warnings

import pytest

import tradesim as ts
from tradesim import rules
from tradesim.errors import ModelWarning
from tradesim.narrow import narrow_sights
from tradesim.shocks import Shock, Size

AMONG = ts.Economies(["USA", "CHN"], [[0, 400e9], [100e9, 0]])


def act(rate=0.25, coverage=0.08, **fields):
    given = {"importer": "USA", "exporter": "CHN", "authority": "Section 232", "effective": "2025-03-01"}
    return ts.Measure(name="steel", rate=rate, coverage=coverage, **(given | fields))


def scenario(*acts, rule=None, **options):
    given = {
        "name": "narrow",
        "start": "2025-02-01",
        "end": "2025-05-01",
        "schedule": ts.Schedule(acts, AMONG),
    }
    return ts.Scenario(**(given | {"rules": {"CHN": rule or rules.Match()}} | options))


def test_the_numbers_and_the_line_to_write_are_said():
    with pytest.warns(ModelWarning) as told:
        scenario(act())
    assert str(told[0].message) == (
        "rules.CHN: 'steel' is 25% on 8% of what CHN sells to USA, 2 percentage points on average, but the"
        ' rule sees 25 points and answers that on 100% of trade. Write view = "trade-weighted" in'
        ' [rules.CHN], or view = "nominal" if that is meant.'
    )
    assert told[0].filename.endswith("test_narrow.py")


QUIET = {
    "the view is stated": (act(), rules.Match(view="trade-weighted")),
    "the nominal view is meant": (act(), rules.Match(view="nominal")),
    "a broad act": (act(coverage=0.6), rules.Match()),
    "an answer as narrow": (act(), rules.Match(coverage=0.08)),
    "a rate of its own": (act(), rules.Targeted(rate=0.1)),
    "by value": (act(), rules.Rebalance()),
    "known before": (act(announced="2025-01-20"), rules.Match()),
    "after the end": (act(announced="2025-06-01", effective="2025-07-01"), rules.Match()),
    "no tariff": (act(instrument="fee"), rules.Match()),
    "its own": (act(importer="CHN", exporter="USA"), rules.Match()),
    "nobody answers": (act(), rules.Passive()),
}


@pytest.mark.parametrize("case", QUIET)
def test_others_are_told_nothing(case):
    measure, rule = QUIET[case]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scenario(measure, rule=rule)


def test_shocks_and_threats_are_seen_too():
    shock = Shock(
        name="surprise", importer="USA", exporter="CHN", rate=2.0, size=Size(value=0.3), coverage=0.1
    )
    with pytest.warns(ModelWarning, match="'surprise' is 30% on 10%"):
        scenario(shocks=(shock,))
    with pytest.warns(ModelWarning, match="'steel' is 25% on 8%"):
        scenario(act(status="threatened"))


def test_of_several_the_one_farthest_off_is_told():
    others = [act(0.5, 0.1), act(0.1, 0.01, authority="Section 201")]
    with pytest.warns(ModelWarning, match="50% on 10%"):
        found = scenario(*others)
    assert list(narrow_sights(found)) == ["CHN"]


def test_the_duty_answered_is_as_said():
    """What the warning says is what a run does: 25 points on all trade, against 2 with averages."""
    meant, weighted = (scenario(act(), rule=rules.Match(view=v)).run() for v in ("nominal", "trade-weighted"))
    last = [paths.to_frame().iloc[-1]["CHN", "USA"] for paths in (meant, weighted)]
    assert last == pytest.approx([0.25, 0.02])


@pytest.mark.parametrize("name", ts.scenarios.names())
def test_packaged_scenarios_state_what_they_mean(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert narrow_sights(ts.scenarios.load(name)) == {}
