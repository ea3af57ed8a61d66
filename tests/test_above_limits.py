"""Above limits: a scenario says where surcharges come on top of a floor or cap that counts everything."""

import warnings

import pytest

import tradesim as ts
from tradesim.errors import ModelWarning

PAIR = ts.Economies(["USA", "EU27"], [[0, 5e11], [3e11, 0]])
ABOUT = {"importer": "USA", "exporter": "EU27"}
MFN = ts.Measure(name="MFN", authority="MFN", rate=0.025, effective="2020-01-01", **ABOUT)


def limit(basis="cap", **about):
    given = {"name": "deal", "authority": "deal", "rate": 0.15, "effective": "2025-08-07", "basis": basis}
    return ts.Measure(**ABOUT | given | about)


def scenario(*measures, **changes):
    about = {"name": "s", "start": "2025-09-01", "end": "2025-12-01"}
    return ts.Scenario(**about | {"schedule": ts.Schedule([MFN, *measures], PAIR)} | changes)


SHOCK = ts.Shock(
    importer="USA", exporter="EU27", rate=12, size=ts.Size(value=0.2), name="tweets", implementation=0
)
GRIM = {"USA": ts.rules.Targeted(rate=0.2, coverage=0.5)}


@pytest.mark.parametrize("basis", ["cap", "floor"])
@pytest.mark.parametrize(
    ("place", "changes"),
    [("rules.USA", {"rules": GRIM}), ("rules.USA-EU27", {"rules": {"USA-EU27": GRIM["USA"]}}),
     ("shocks.tweets", {"shocks": [SHOCK]})],
)  # fmt: skip
def test_a_surcharge_on_top_of_a_limit_that_counts_everything_is_said(basis, place, changes):
    said = rf"^{place}: a surcharge of USA on EU27 comes on top of the {basis} 'deal', 15% on 100% of trade"
    with pytest.warns(ModelWarning, match=said):
        scenario(limit(basis), **changes)


def test_the_duty_that_it_warns_of():
    with pytest.warns(ModelWarning, match="may exceed it"):
        made = scenario(limit(), shocks=[SHOCK])
    top = made.run(draws=50, seed=1).peak()["USA", "EU27"].max()
    assert top > 0.15  # 2.5% by law, held down by nothing


@pytest.mark.parametrize(
    ("measure", "changes"),
    [
        (limit(against=("MFN",)), {"rules": GRIM}),  # it says what it counts
        (limit(effective="2025-12-01"), {"rules": GRIM}),  # after the last day
        (limit(expires="2025-09-01"), {"rules": GRIM}),  # before the first
        (limit(status="revoked"), {"rules": GRIM}),
        (limit(coverage=0.0), {"rules": GRIM}),
        (limit(), {"rules": {"EU27": GRIM["USA"]}}),  # the other side's
        (limit(), {"rules": {"USA": ts.rules.Passive()}}),
        (limit(), {"rules": {"USA": ts.rules.Targeted(rate=0.2, instrument="fee", equivalent=1.0)}}),
        (limit(), {}),
    ],
)
def test_nothing_is_said_where_there_is_nothing_to_say(measure, changes):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scenario(measure, **changes)


@pytest.mark.parametrize("basis", ["cap", "floor"])
def test_a_rule_that_does_not_see_a_limit_says_so(basis):
    news = limit(basis, against=("MFN",), coverage=0.5, announced="2025-09-05", effective="2025-09-10")
    said = rf"^rules.EU27: the rule sees rates.*the {basis} 'deal' of USA on EU27, 15% on 50% of trade"
    with pytest.warns(ModelWarning, match=said):
        made = scenario(news, rules={"EU27": ts.rules.Match(view="trade-weighted")})
    paths = made.run()
    if basis == "floor":
        assert paths.on("2025-09-10").loc[0, ("USA", "EU27")] == pytest.approx(0.5 * 0.15 + 0.5 * 0.025)
    assert paths.on("2025-11-30").loc[0, ("EU27", "USA")] == 0.0  # it answers nothing
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scenario(news, rules={"EU27": ts.rules.Passive()})
        scenario(limit(basis, against=("MFN",)), rules={"EU27": ts.rules.Match()})  # announced before
