"""What duties depend on, against functions whose indices are known in closed form."""

import numpy as np
import pandas as pd
import pytest

import tradesim as ts
from tradesim import rules, scenarios
from tradesim.errors import InputError
from tradesim.sweeps.deciding import decides_of, explained_share, groups_of
from tradesim.sweeps.sweep import sweep

OCTOBER = scenarios.load("us-china-2025-10").with_({"end": "2025-12-20"})
PI = float(np.pi)


def war(rule, **more):
    """Two economies: AAA opens with 30 % on half of its imports, BBB answers on the fifth day."""
    economies = ts.Economies(["AAA", "BBB"], [[0, 300e9], [200e9, 0]])
    opening = ts.Measure(
        name="opening", importer="AAA", exporter="BBB", authority="surcharge", rate=0.30, coverage=0.5,
        effective="2027-01-05", announced="2027-01-03",
    )  # fmt: skip
    return ts.Scenario(
        name="analytic", start="2027-01-01", end="2027-01-11", schedule=ts.Schedule([opening], economies),
        rules={"BBB": rule}, **more,
    )  # fmt: skip


def ishigami(seen, own, first, day, memory, values):
    """Ishigami and Homma (1990), moved and scaled into duties."""
    x1, x2, x3 = values[0], values[1], values[2]
    y = np.sin(x1) + 7.0 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)
    return (seen > 0.0) * (y + 12.0) / 30.0, memory


@pytest.fixture(scope="module")
def of_ishigami():
    scenario = war(rules.Custom(function=ishigami, parameters=(0.0, 0.0, 0.0)))
    over = {f"rules.BBB.parameters.{k}": ts.uniform(-PI, PI) for k in range(3)}
    return sweep(scenario, over, draws=512, seed=3, progress=False).sensitivity(2048, pairs=["BBB-AAA"])


A, B = 7.0, 0.1
VARIANCE = A**2 / 8 + B * PI**4 / 5 + B**2 * PI**8 / 18 + 0.5
FIRST = [0.5 * (1 + B * PI**4 / 5) ** 2 / VARIANCE, A**2 / 8 / VARIANCE, 0.0, 0.0]
TOTAL = [FIRST[0] + 8 * B**2 * PI**8 / 225 / VARIANCE, FIRST[1], 8 * B**2 * PI**8 / 225 / VARIANCE, 0.0]


def test_indices_of_the_ishigami_function_are_the_known_ones(of_ishigami):
    assert of_ishigami.first.columns.names == ["importer", "exporter", "parameter"]
    assert of_ishigami.first.iloc[-1].tolist() == pytest.approx(FIRST, abs=0.03)
    assert of_ishigami.total.iloc[-1].tolist() == pytest.approx(TOTAL, abs=0.03)
    assert of_ishigami.first.columns[-1] == ("BBB", "AAA", "chance")


def test_there_is_nothing_to_explain_before_the_answer(of_ishigami):
    assert of_ishigami.first.loc[:"2027-01-04"].isna().all().all()
    assert of_ishigami.first.loc["2027-01-06":].notna().all().all()


def test_indices_of_last_day_peak_and_mean_have_intervals_around_the_known_ones(of_ishigami):
    rows = of_ishigami.overall.loc[("BBB", "AAA", "last")]
    for (_, row), first, total in zip(rows.iterrows(), FIRST, TOTAL, strict=True):
        assert row["first low"] - 0.03 <= first <= row["first high"] + 0.03
        assert row["total low"] - 0.03 <= total <= row["total high"] + 0.03
        assert row["first low"] <= row["first"] <= row["first high"]
    assert of_ishigami.overall.loc[("BBB", "AAA", "peak"), "first"].tolist() == pytest.approx(FIRST, abs=0.03)


def test_indices_of_a_product_are_the_known_ones():
    """duty = ratio × 0.3 × coverage, means m, variances v: S1 = v1 m2² / ((v1 + m1²)(v2 + m2²) − m1² m2²)."""
    over = {"rules.BBB.ratio": ts.uniform(0.5, 1.5), "rules.BBB.coverage": ts.uniform(0.2, 1.0)}
    found = sweep(war(rules.Match()), over, draws=512, seed=3, progress=False).sensitivity(
        2048, pairs=["BBB-AAA"]
    )
    m1, m2, v1, v2 = 1.0, 0.6, 1 / 12, 0.64 / 12
    whole = (v1 + m1**2) * (v2 + m2**2) - m1**2 * m2**2
    first = [v1 * m2**2 / whole, v2 * m1**2 / whole, 0.0]
    total = [first[0] + v1 * v2 / whole, first[1] + v1 * v2 / whole, 0.0]
    assert found.first.iloc[-1].tolist() == pytest.approx(first, abs=0.02)
    assert found.total.iloc[-1].tolist() == pytest.approx(total, abs=0.02)


def test_chance_is_an_input_like_any_other():
    """duty = ratio × 0.3 with probability 1/2, else 0: Var(E[·|ratio]) = v/4, Var(E[·|chance]) = m²/4."""
    threat = ts.Measure(
        name="threat", importer="AAA", exporter="BBB", authority="threat", rate=1.0, coverage=0.0001,
        effective="2027-01-02", announced="2027-01-02", status="threatened",
    )  # fmt: skip
    event = ts.Event(
        name="coin", date="2027-01-02",
        outcomes=(
            ts.Outcome(name="head", probability=0.5, effects=(ts.Effect(action="enact", target="threat"),)),
            ts.Outcome(name="tail", probability=0.5),
        ),
    )  # fmt: skip
    scenario = ts.Scenario(
        name="coin", start="2027-01-01", end="2027-01-11", events=(event,),
        rules={"BBB": rules.Match(view="nominal")},
        schedule=ts.Schedule([threat], ts.Economies(["AAA", "BBB"], [[0, 300e9], [200e9, 0]])),
    )  # fmt: skip
    found = sweep(scenario, {"rules.BBB.ratio": ts.uniform(0.5, 1.5)}, draws=512, progress=False)
    indices = found.sensitivity(2048, pairs=[("BBB", "AAA")]).first.iloc[-1]
    m, v = 1.0, 1 / 12
    whole = 0.5 * (v + m**2) - 0.25 * m**2
    assert indices.tolist() == pytest.approx([v / 4 / whole, m**2 / 4 / whole], abs=0.03)


def test_lists_and_choices_are_inputs_too():
    over = {"rules.BBB.ratio": [0.5, 1.5], "rules.BBB.reaction": ts.choice([1, 2])}
    found = sweep(war(rules.Match()), over, draws=8, progress=False).sensitivity(256)
    assert found.first["BBB", "AAA", "rules.BBB.ratio"].iloc[-1] == pytest.approx(1.0, abs=0.01)
    assert found.first["BBB", "AAA", "rules.BBB.reaction"].iloc[-1] == pytest.approx(0.0, abs=0.01)
    assert repr(found) == "Sensitivity(256 draws; rules.BBB.ratio, rules.BBB.reaction, chance)"


def test_where_nothing_varies_there_is_nothing_to_explain():
    found = sweep(war(rules.Match()), {"rules.BBB.forgiveness": ts.uniform(0, 0.1)}, draws=8, progress=False)
    quiet = found.sensitivity(8, pairs=["AAA-BBB"])
    assert quiet.first.isna().all().all()
    assert quiet.total.isna().all().all()
    assert quiet.overall.isna().all().all()


def test_without_parameters_everything_is_chance():
    found = sweep(OCTOBER, draws=64, progress=False).sensitivity(256, pairs=["CHN-USA"])
    assert found.first["CHN", "USA", "chance"].iloc[-1] == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize(
    ("over", "options", "draws", "match"),
    [
        ({"rules.CHN.ratio": ts.uniform(0, 1)}, {}, 100, "a power of 2"),
        ({"rules.CHN.ratio": ts.uniform(0, 1)}, {}, 2**20, "too much to hold"),
        (pd.DataFrame({"rules.CHN.ratio": [0.1, 0.2]}), {}, 64, "explicit points"),
        (
            {"rules.CHN.ratio": ts.uniform(0, 1), "rules.USA.ratio": ts.uniform(0, 1)},
            {"correlation": {("rules.CHN.ratio", "rules.USA.ratio"): 0.5}}, 64, "do not add up",
        ),
    ],
)  # fmt: skip
def test_what_has_no_indices_is_refused(over, options, draws, match):
    with pytest.raises(InputError, match=match):
        sweep(OCTOBER, over, draws=512, progress=False, **options).sensitivity(draws)


# Tornado ---------------------------------------------------------------------------------------------


def test_a_tornado_moves_one_assumption_at_a_time():
    over = {
        "rules.BBB.coverage": ts.uniform(0.2, 1.0),
        "rules.BBB.ratio": [0.5, 1.5, 1.0],
        "rules.BBB.view": ["nominal", "trade-weighted"],
        "rules.BBB.reaction": ts.integers(1, 3),
    }
    found = sweep(war(rules.Match()), over, draws=512, progress=False).tornado("BBB-AAA", of="last", draws=10)
    assert found.attrs["middle"] == pytest.approx(1.0 * 0.3 * 0.6)
    assert found.index.tolist() == [f"rules.BBB.{name}" for name in ("coverage", "ratio", "view", "reaction")]
    assert found.loc["rules.BBB.ratio", ["low", "high"]].tolist() == pytest.approx([0.5 * 0.18, 1.5 * 0.18])
    assert found.loc["rules.BBB.coverage", ["low", "high"]].tolist() == pytest.approx(
        [0.3 * 0.24, 0.3 * 0.96]
    )
    weighted = found.loc["rules.BBB.view"]
    assert weighted["low value"] == "trade-weighted"
    assert weighted[["low", "high"]].tolist() == pytest.approx([0.15, 0.18])
    assert found.loc["rules.BBB.reaction", "swing"] == 0.0


def test_a_tornado_of_points_takes_their_quantiles():
    points = pd.DataFrame({"rules.BBB.ratio": np.linspace(0.0, 1.0, 21), "rules.BBB.view": ["nominal"] * 21})
    found = sweep(war(rules.Match()), points, draws=21, progress=False).tornado("BBB-AAA")
    assert found.loc["rules.BBB.ratio", ["low value", "high value"]].tolist() == pytest.approx([0.05, 0.95])
    assert "rules.BBB.view" not in found.index  # of one value, which moves nothing


def test_one_value_has_no_tornado():
    for over in (None, {"rules.BBB.ratio": [0.5]}):
        found = sweep(war(rules.Match()), over, draws=5, progress=False)
        assert found.tornado("BBB-AAA").empty
        with pytest.raises(InputError, match="nothing to move"):
            found.plot_tornado("BBB-AAA")


def test_a_tornado_of_odds_that_come_together_is_refused():
    event = OCTOBER.events[0]
    points = pd.DataFrame({f"events.{event.name}.{o.name}": [o.probability] * 2 for o in event.outcomes})
    found = sweep(OCTOBER, points, draws=2, progress=False)
    with pytest.raises(InputError, match="odds that come together cannot be moved one at a time"):
        found.tornado()


def test_a_tornado_of_no_outcome_is_refused():
    with pytest.raises(InputError, match="unknown outcome"):
        sweep(OCTOBER, draws=2, progress=False).tornado(of="first")


# Deciding --------------------------------------------------------------------------------------------


def test_what_is_the_same_in_all_draws_decides_nothing_and_is_left_out():
    yes = np.array([True, True, False, False])
    settled, varied = np.array(["deal"] * 4), np.array([1.0, 1.0, 2.0, 2.0])
    assert decides_of("it", yes, {"settled": settled, "varied": varied}).ranking.index.tolist() == ["varied"]
    assert decides_of("it", yes, {"settled": settled}).ranking.index.tolist() == ["settled"]


def test_what_decides_is_found_and_said():
    over = {"rules.BBB.ratio": ts.uniform(0.0, 4.0), "rules.BBB.reaction": ts.integers(1, 2)}
    found = sweep(war(rules.Match()), over, draws=4000, progress=False).decides(1.0, "BBB-AAA")
    assert found.share == pytest.approx(4 / 24, abs=0.02)  # 0.3 × ratio > 1
    assert found.ranking.index.tolist()[0] == "rules.BBB.ratio"
    assert found.ranking["explains"].iloc[0] > 0.7
    text = str(found)
    assert text.startswith("BBB on AAA exceeds 100 % in ")
    assert "1. rules.BBB.ratio explains" in text
    assert "rules.BBB.reaction" not in text


def test_what_never_happens_is_decided_by_nothing():
    found = sweep(war(rules.Match()), {"rules.BBB.ratio": ts.uniform(0, 1)}, draws=100, progress=False)
    assert (
        found.decides(1.0, "BBB-AAA")
        .text()
        .endswith("in 0.0 % of 100 draws. Nothing that was varied changes that.")
    )


def test_what_nothing_explains_is_left_to_chance():
    random = np.random.default_rng(1)
    found = decides_of(
        "It rains", random.random(5000) < 0.5, {"day": random.random(5000), "none": np.zeros(5000)}
    )
    assert found.text() == f"It rains in {found.share:.1%} of 5,000 draws. ".replace("%", " %") + (
        "None of the assumptions decides it: it is left to chance."
    )


def test_the_share_explained_is_the_correlation_ratio_less_what_chance_makes():
    random = np.random.default_rng(2)
    groups = random.integers(0, 4, 2000)
    yes = (random.random(2000) < np.array([0.1, 0.3, 0.5, 0.9])[groups]).astype(float)
    within = sum(((yes[groups == g] - yes[groups == g].mean()) ** 2).sum() for g in range(4))
    wanted = 1 - (within / 1996) / (yes.var() * 2000 / 1999)
    assert explained_share(yes, groups, 4) == pytest.approx(wanted)
    assert explained_share(np.ones(10), groups[:10], 4) == 0.0
    assert explained_share(yes, np.zeros(2000, dtype=int), 1) == 0.0


def test_numbers_are_put_into_five_groups_of_equal_size():
    groups, names = groups_of(np.linspace(0, 1, 1000))
    assert np.bincount(groups).tolist() == [200] * 5
    assert names[0] == "0 to 0.2"
    assert groups_of(np.array(["b", "a", "b"], dtype=object))[1] == ["a", "b"]
    many_equal, _ = groups_of(np.array([0.0] * 50 + list(range(1, 20))))
    assert len(set(many_equal[:50])) == 1
