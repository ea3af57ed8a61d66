"""Impacts: zero change, direct solutions, batches, relabelling, comparisons, unsolved draws and refusals."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from path_examples import paths, refusal

import tradesim as ts
from tradesim.economics import Krugman, ServicesModel, SingleSector, Status, elasticity_after
from tradesim.impacts.consequences import Consequences
from tradesim.impacts.matching import match
from tradesim.impacts.solving import distinct

CODES = ("USA", "CHN", "JPN", "MEX")
FLOWS = np.array([[80.0, 9, 4, 7], [5, 90, 6, 1], [3, 8, 60, 1], [9, 2, 1, 20]]) * 1e9
BASE = np.array([[0, 0.1, 0.02, 0], [0.2, 0, 0.05, 0.05], [0, 0.03, 0, 0], [0, 0.02, 0.02, 0]])
MODEL = SingleSector(FLOWS, BASE, codes=CODES)
DAYS = np.arange("2025-10-30", "2025-11-05", dtype="datetime64[D]")
BOTH = np.array([[False, True, False], [True, False, False], [False, False, False]])


def run(us, china, economies=("USA", "CHN", "ROW"), recorded=BOTH):
    """Paths of which only the duties of two sides on each other are known: (S, T) each."""
    us, china = np.atleast_2d(us), np.atleast_2d(china)
    duty = np.zeros((*us.shape, 3, 3))
    duty[:, :, 0, 1], duty[:, :, 1, 0] = us, china
    days = DAYS[: us.shape[1]]
    truce = np.zeros((*us.shape, 0), dtype=bool)
    return paths(duty=duty, dates=days, economies=economies, recorded=recorded, truce=truce, truces=())


def tariffs(us, china):
    found = BASE.copy()
    found[0, 1], found[1, 0] = us, china
    return found


@dataclass(frozen=True)
class Failing:
    """A model that breaks where the first duty is high."""

    inner: SingleSector
    above: float
    codes = CODES
    elasticity = 4.0

    @property
    def flows(self):
        return self.inner.flows

    @property
    def tariffs(self):
        return self.inner.tariffs

    def solve(self, duties):
        found = self.inner.solve(duties)
        bad = np.asarray(duties)[..., 0, 1] > self.above
        names = ("welfare", "price", "revenue", "spending")
        blank = {n: np.where(bad[..., None], np.nan, getattr(found, n)) for n in names}
        flows = np.where(bad[..., None, None], np.nan, found.flows)
        return replace(found, **blank, flows=flows, status=np.where(bad, Status.STALLED, found.status))


# What is computed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("against", ["base", "start"])
def test_no_change_changes_nothing(against):
    same = ts.impact(run([[0.1] * 6] * 3, [[0.2] * 6] * 3), MODEL, against=against)
    assert same.welfare.shape == (3, 2, 4)
    np.testing.assert_allclose(same.welfare, 1, atol=1e-10)
    np.testing.assert_allclose(same.price, 1, atol=1e-10)
    np.testing.assert_allclose(same.values("imports_change"), 0, atol=1e-9)
    np.testing.assert_allclose(same.diversion / 1e9, 0, atol=1e-8)
    np.testing.assert_allclose(same.values("revenue_change") / 1e9, 0, atol=1e-9)
    assert same.status.tolist() == [[Status.CONVERGED] * 2] * 3


def test_each_day_is_the_models_own_answer():
    us, china = [0.1, 0.3, 0.3, 0.9, 0.0, 0.5], [0.2, 0.2, 0.6, 0.0, 0.1, 0.4]
    found = ts.impact(run(us, china), MODEL, at="D")
    for day, sides in enumerate(zip(us, china, strict=True)):
        direct = MODEL.solve(tariffs(*sides))
        np.testing.assert_allclose(found.welfare[0, day], direct.welfare, rtol=1e-9)
        np.testing.assert_allclose(found.price[0, day], direct.price, rtol=1e-9)
        np.testing.assert_allclose(found.revenue[0, day], direct.revenue, rtol=1e-8, atol=1)
        np.testing.assert_allclose(found.imports[0, day], direct.imports, rtol=1e-8)


def test_diversion_by_a_plain_loop():
    found = ts.impact(run([0.1, 0.8], [0.2, 0.5]), MODEL, at="D")
    old, new = FLOWS / (1 + BASE), MODEL.solve(tariffs(0.8, 0.5))
    after = new.flows / (1 + new.tariffs)
    for i in range(4):
        won = 0.0
        for n in range(4):
            if n != i:
                before_all = sum(old[n, k] for k in range(4) if k != n)
                after_all = sum(after[n, k] for k in range(4) if k != n)
                won += after[n, i] - old[n, i] * after_all / before_all
        assert found.diversion[0, 1, i] == pytest.approx(won, rel=1e-7)
    assert found.diversion[0, 1].sum() == pytest.approx(0, abs=1)
    assert found.diversion[0, 1, 0] < 0 < min(found.diversion[0, 1, 2:])


def test_diversion_by_importer_adds_up_to_that_of_the_path():
    found = ts.impact(run([0.1, 0.8], [0.2, 0.5]), MODEL, at="D")
    worlds = [MODEL.solve(tariffs(*sides)) for sides in ((0.1, 0.2), (0.8, 0.5))]
    won = ts.economics.diversion(*(w.flows / (1 + w.tariffs) for w in worlds))
    np.testing.assert_allclose(won.sum(axis=0), found.diversion[0, 1], rtol=1e-6, atol=10)
    np.testing.assert_allclose(won.sum(axis=1), 0, atol=10)
    many = ts.economics.diversion(np.eye(2) + 1, np.ones((3, 2, 2)))
    assert many.shape == (3, 2, 2)
    assert not ts.economics.diversion([[1.0, 0.0], [2.0, 1.0]], [[1.0, 3.0], [2.0, 1.0]]).any()


def test_months_are_averaged_by_day_count_before_the_model_is_asked():
    found = ts.impact(run([0.1, 0.3, 0.5, 0.5, 0.5, 0.9], [0.2] * 6), MODEL)
    assert found.dates.astype(str).tolist() == ["2025-10-30", "2025-11-01"]
    for k, mean in enumerate([0.2, 0.6]):
        np.testing.assert_allclose(found.welfare[0, k], MODEL.solve(tariffs(mean, 0.2)).welfare, rtol=1e-9)


def test_chosen_days_are_the_duties_of_these_days():
    found = ts.impact(run([0.1, 0.3, 0.5, 0.5, 0.5, 0.9], [0.2] * 6), MODEL, at=["2025-11-04", "2025-10-31"])
    assert found.dates.astype(str).tolist() == ["2025-10-31", "2025-11-04"]
    np.testing.assert_allclose(found.welfare[0, 1], MODEL.solve(tariffs(0.9, 0.2)).welfare, rtol=1e-9)


@pytest.mark.parametrize(("at", "days"), [("W", 1), ("Q", 1), ("Y", 1), ("MS", 2), ("D", 6)])
def test_every_kind_of_period(at, days):
    found = ts.impact(run([0.1] * 6, [0.2] * 6), MODEL, at=at)
    assert len(found.dates) == days + (at == "W")
    assert found.dates[0] == DAYS[0]


def test_years_are_counted_to_the_middle_of_a_period_and_never_below_zero():
    days = np.arange("2025-10-01", "2025-12-01", dtype="datetime64[D]")
    asked = []
    fan = replace(run([0.3] * 6, [0.2] * 6), dates=days, duty=np.zeros((1, 61, 3, 3)))
    ts.impact(fan, MODEL, elasticity=lambda years: asked.append(years) or years + 4, since="2025-11-01")
    np.testing.assert_allclose(asked[0], [0, 14.5 / 365.25])


def test_weeks_begin_on_mondays():
    assert str(ts.impact(run([0.1] * 6, [0.2] * 6), MODEL, at="W").dates[1]) == "2025-11-03"


def test_against_the_start_is_the_ratio_of_two_equilibria_of_the_same_elasticity():
    fan = run([[0.4, 0.9], [0.3, 0.0]], [[0.2, 0.5], [0.1, 0.1]])
    found = ts.impact(fan, MODEL, at="D", against="start", elasticity=elasticity_after, since="2023-10-30")
    for draw, (first, last) in enumerate([((0.4, 0.2), (0.9, 0.5)), ((0.3, 0.1), (0.0, 0.1))]):
        years = (DAYS[1] - np.datetime64("2023-10-30")).astype(int) / 365.25
        world = SingleSector(FLOWS, BASE, 8 + (2.5 - 8) * 0.75**years, codes=CODES)
        old, new = world.solve(tariffs(*first)), world.solve(tariffs(*last))
        np.testing.assert_allclose(found.welfare[draw, 0], 1, atol=1e-10)
        np.testing.assert_allclose(found.welfare[draw, 1], new.welfare / old.welfare, rtol=1e-8)
        change = new.imports / old.imports - 1
        np.testing.assert_allclose(found.values("imports_change")[draw, 1], change, atol=1e-8)
        change = new.revenue - old.revenue
        np.testing.assert_allclose(found.values("revenue_change")[draw, 1], change, rtol=1e-6, atol=10)
    assert found.elasticities[1] == pytest.approx(8 + (2.5 - 8) * 0.75**years)


def test_the_rest_of_the_world_is_everybody_who_is_not_named():
    recorded = ~np.eye(3, dtype=bool)
    fan = run([0.3], [0.2], recorded=recorded)
    fan.duty[0, 0, 0, 2], fan.duty[0, 0, 2, 1] = 0.15, 0.07
    expected = np.array([[0, 0.3, 0.15, 0.15], [0.2, 0, 0, 0], [0, 0.07, 0, 0], [0, 0.07, 0.02, 0]])
    found = ts.impact(fan, MODEL, at="D")
    np.testing.assert_allclose(found.welfare[0, 0], MODEL.solve(expected).welfare, rtol=1e-9)
    table = found.starting_tariffs
    assert table.loc[("USA", "MEX")].to_list() == [0.0, 0.15]
    assert ("MEX", "JPN") not in table.index


def test_members_say_who_a_group_is():
    fan = run([0.3], [0.2], economies=("USA", "ASIA", "ROW"))
    found = ts.impact(fan, MODEL, at="D", members={"ASIA": ["CHN", "JPN"]})
    expected = BASE.copy()
    expected[0, [1, 2]], expected[[1, 2], 0] = 0.3, 0.2
    np.testing.assert_allclose(found.welfare[0, 0], MODEL.solve(expected).welfare, rtol=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(4)), st.permutations(range(3)), st.integers(0, 999))
def test_the_order_of_economies_means_nothing(theirs, ours, seed):
    us, china = np.random.default_rng(seed).uniform(0, 1, (2, 2, 3))
    fan = run(us, china)
    plain = ts.impact(fan, MODEL, at="D", against="start")
    names = [CODES[k] for k in theirs]
    model = SingleSector(FLOWS[np.ix_(theirs, theirs)], BASE[np.ix_(theirs, theirs)], codes=names)
    turned = replace(
        fan,
        duty=fan.duty[:, :, ours][:, :, :, ours],
        recorded=fan.recorded[np.ix_(ours, ours)],
        economies=tuple(fan.economies[k] for k in ours),
    )
    other = ts.impact(turned, model, at="D", against="start")
    for of in ("welfare_change", "price_change", "imports_change"):
        np.testing.assert_allclose(other.values(of), plain.values(of)[..., theirs], atol=1e-8)
    np.testing.assert_allclose(other.diversion, plain.diversion[..., theirs], atol=100)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 999))
def test_draws_together_are_draws_alone(seed):
    us, china = np.random.default_rng(seed).choice([0.1, 0.25, 0.7], (2, 5, 3))
    together = ts.impact(run(us, china), MODEL, at="D")
    for draw in range(5):
        alone = ts.impact(run(us[draw], china[draw]), MODEL, at="D")
        np.testing.assert_allclose(alone.welfare[0], together.welfare[draw], atol=1e-12, rtol=0)
        np.testing.assert_allclose(alone.diversion[0], together.diversion[draw], atol=1e-2, rtol=0)


def test_alike_duties_are_solved_once():
    found = ts.impact(run([[0.1, 0.3, 0.3]] * 50, [[0.2, 0.2, 0.1 + 0.1]] * 50), MODEL, at="D")
    assert found.found.solved == 3  # two distinct rows, and the base


def test_distinct_rows_come_back():
    rows = np.random.default_rng(0).integers(0, 3, (200, 4)) / 10 + 1e-13
    different, place = distinct(rows)
    assert len(different) == len(np.unique(rows.round(9), axis=0))
    np.testing.assert_allclose(different[place], rows, atol=1e-12)


def test_services_model_has_no_duties_in_its_base():
    model = ServicesModel(FLOWS, services=0.3, codes=CODES)
    found = ts.impact(run([0.3], [0.2]), model, at="D")
    expected = np.zeros((4, 4))
    expected[0, 1], expected[1, 0] = 0.3, 0.2
    np.testing.assert_allclose(found.welfare[0, 0], model.solve(expected).welfare, rtol=1e-8)
    assert found.starting_tariffs["base"].to_list() == [0, 0]


def test_an_importer_of_nothing_has_no_change_of_imports():
    flows = np.array([[9.0, 1.0, 0.0], [1.0, 9.0, 0.0], [0.0, 0.0, 5.0]])
    model = SingleSector(flows, np.zeros((3, 3)), codes=("USA", "CHN", "PRK"))
    found = ts.impact(run([0.3], [0.2]), model, at="D")
    assert np.isnan(found.values("imports_change")[0, 0, 2])
    assert found.welfare[0, 0, 2] == pytest.approx(1)
    assert found.diversion[0, 0, 2] == 0


# A function for blocks of a sweep ---------------------------------------------------------------------


def test_blocks_of_draws_need_nothing_from_each_other():
    us, china = np.random.default_rng(5).uniform(0, 1, (2, 8, 3))
    duty = run(us, china).duty
    costs = Consequences(MODEL, match(CODES, BASE, ("USA", "CHN", "ROW"), BOTH), "start")
    whole = costs(duty)
    parts = [costs(duty[some]) for some in (slice(0, 3), slice(3, 8))]
    np.testing.assert_allclose(np.concatenate([p.welfare for p in parts]), whole.welfare, atol=1e-12)
    assert whole.imports_before.shape == (8, 3, 4)


@pytest.mark.parametrize(
    ("duty", "start", "elasticities", "words"),
    [
        (np.zeros((2, 2)), None, None, "duty: wrong shape"),
        (np.zeros((0, 1, 3, 3)), None, None, "duty: wrong shape"),
        (np.zeros((2, 1, 3, 3)), np.zeros((1, 3, 3)), None, "start: wrong shape"),
        (np.zeros((2, 1, 3, 3)), None, np.ones(2), "elasticities: wrong shape"),
        (np.full((2, 1, 3, 3), np.nan), None, None, "duty: not a duty; got nan in draw 0"),
        (np.zeros((2, 1, 3, 3)), np.full((2, 3, 3), -1.0), None, "start: not a duty"),
    ],
)
def test_blocks_that_are_none_are_refused(duty, start, elasticities, words):
    pairs = match(CODES, BASE, ("USA", "CHN", "ROW"), BOTH)
    assert words in refusal(lambda: Consequences(MODEL, pairs, "base", elasticities)(duty, start))


# What could not be solved -----------------------------------------------------------------------------


def test_unsolved_draws_are_flagged_and_never_averaged():
    fan = run([[0.1, 0.2], [0.1, 0.9]], [[0.2, 0.2]] * 2)
    found = ts.impact(fan, Failing(MODEL, 0.5), at="D")
    assert found.status.tolist() == [[0, 0], [0, int(Status.STALLED)]]
    assert np.isnan(found.welfare[1, 1]).all()
    assert np.isnan(found.diversion[1, 1]).all()
    assert found.unsolved == 1
    assert "1 draws NOT solved" in repr(found)
    median = found.quantiles([0.5])
    assert np.isfinite(median.iloc[0]).all()
    assert np.isnan(median.iloc[1]).all()
    assert found.summary().drop(columns="tariffs").isna().all(axis=None)
    kept = found.converged_only()
    assert kept.draws == 1
    assert np.isfinite(kept.quantiles([0.5])).all(axis=None)


def test_a_start_that_cannot_be_solved_leaves_no_number():
    found = ts.impact(run([[0.9, 0.1]], [[0.2, 0.2]]), Failing(MODEL, 0.5), at="D", against="start")
    assert (found.status == Status.STALLED).all()
    for of in ("welfare_change", "revenue", "imports", "diversion", "imports_change"):
        assert np.isnan(found.values(of)).all(), of
    assert "no draw that could be solved" in refusal(found.converged_only)


def test_a_model_that_hides_its_failures_is_found_out():
    @dataclass(frozen=True)
    class Hiding(Failing):
        def solve(self, duties):
            found = Failing.solve(self, duties)
            return replace(found, status=np.zeros_like(found.status))

    found = ts.impact(run([[0.1, 0.9]], [[0.2, 0.2]]), Hiding(MODEL, 0.5), at="D")
    assert found.status.tolist() == [[Status.CONVERGED, Status.BROKEN]]


# Refusals ---------------------------------------------------------------------------------------------

ONE = run([0.3] * 6, [0.2] * 6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ts.impact(ONE, MODEL, at=[]), "at: no date; got nothing; allowed: days from 2025-10-30"),
        (lambda: ts.impact(ONE, MODEL, at=["2026-01-01"]), "a day that the paths do not have"),
        (lambda: ts.impact(ONE, MODEL, at="month"), "unknown period"),
        (lambda: ts.impact(ONE, MODEL, at=5), "at: not a choice of dates; got 5; allowed: D, W, M"),
        (lambda: ts.impact(ONE, MODEL, at="2025-11-01"), "one day is a list of one"),
        (lambda: ts.impact(ONE, MODEL, against="yesterday"), "unknown comparison"),
        (lambda: ts.impact(ONE, "model"), "not a model of trade"),
        (lambda: ts.impact(ONE, SingleSector(FLOWS, BASE)), "economies without names"),
        (lambda: ts.impact(ONE, MODEL, members={"EU27": ["JPN"]}), "unknown economy; got 'EU27'"),
        (lambda: ts.impact(ONE, MODEL, members={"CHN": ["CHX"]}), "did you mean 'CHN'"),
        (lambda: ts.impact(ONE, MODEL, members={"CHN": ["USA"]}), "meant twice; got 'USA'"),
        (lambda: ts.impact(ONE, MODEL, members={"CHN": []}), "no economy of the model is left"),
        (lambda: ts.impact(ONE, MODEL, solved_at_most=-1), "not a number of rows"),
        (lambda: ts.impact(ONE, MODEL, tolerance=0), "not a tolerance"),
        (lambda: ts.impact(ONE, MODEL, elasticity=lambda years: years - 1), "not elasticities"),
        (lambda: ts.impact(ONE, MODEL, elasticity=lambda _: 4.0), "not elasticities"),
        (lambda: ts.impact(replace(ONE, recorded=np.eye(3) > 0), MODEL), "no recorded pair"),
        (lambda: ts.impact(replace(ONE, duty=ONE.duty * np.nan), MODEL), "not a duty; got nan"),
    ],
)
def test_refusals_say_what_and_where(call, words):
    assert words in refusal(call)


def test_economies_that_the_model_lacks_are_named():
    fan = run([0.3], [0.2], economies=("USA", "CHL", "ROW"))
    text = refusal(lambda: ts.impact(fan, MODEL))
    assert "unknown economy; got 'CHL'" in text
    assert "did you mean 'CHN'" in text


def test_rest_of_the_world_without_anybody_left():
    two = SingleSector(FLOWS[:2, :2], BASE[:2, :2], codes=CODES[:2])
    known = run([0.3], [0.2], recorded=~np.eye(3, dtype=bool))
    assert "no economy of the model is left; got ROW" in refusal(lambda: ts.impact(known, two))
    assert ts.impact(known.select(["USA-CHN", "CHN-USA"]), two).welfare.shape == (1, 1, 2)


def test_models_by_sectors_are_refused():
    trade = np.full((2, 2, 1), 10.0) + 90 * np.eye(2)[..., None]
    model = Krugman.from_trade(trade, np.zeros((2, 2, 1)), sigma=5.0, codes=["USA", "CHN"])
    assert "a model by sectors" in refusal(lambda: ts.impact(ONE, model))


# Tables and words -------------------------------------------------------------------------------------

FAN = ts.impact(run([[0.1, 0.3], [0.1, 0.5], [0.1, 0.9]], [[0.2, 0.2]] * 3), MODEL, at="D")


def test_tables_are_labelled():
    frame = FAN.to_frame(1, "revenue")
    assert list(frame.columns) == list(CODES)
    assert frame.index.name == "date"
    np.testing.assert_array_equal(frame.to_numpy(), FAN.revenue[1])
    quantiles = FAN.quantiles([0.5, 0.0], "welfare_change")
    assert quantiles.columns.names == ["economy", "quantile"]
    np.testing.assert_allclose(quantiles[("CHN", 0.5)], np.median(FAN.welfare[..., 1] - 1, axis=0))
    np.testing.assert_allclose(quantiles[("CHN", 0.0)], (FAN.welfare[..., 1] - 1).min(axis=0))


def test_results_say_whose_tariffs_nobody_stated():
    base = BASE.copy()
    base[2:] = 0.0  # JPN and MEX charge nothing that anybody stated; USA and CHN are in the paths
    found = ts.impact(run([0.3], [0.2]), SingleSector(FLOWS, base, codes=CODES), at="D")
    assert found.assumed_free == ("JPN", "MEX")
    told = found.summary()
    assert told["tariffs"].to_dict() == dict.fromkeys(["USA", "CHN"], "stated") | dict.fromkeys(
        ["JPN", "MEX"], "assumed 0"
    )
    assert told.loc["JPN", "revenue"] == 0.0
    assert "tariffs of JPN, MEX assumed 0" in repr(found)
    cells = found._repr_html_().split("<th>JPN</th>")[1].split("</tr>")[0]
    assert cells.count("assumed 0") == 2  # duties collected, and their change
    assert "bn" in cells


def test_tariffs_that_the_paths_set_are_stated_though_they_are_0():
    found = ts.impact(run([0.0], [0.0]), SingleSector(FLOWS, 0 * BASE, codes=CODES), at="D")
    assert found.assumed_free == ("JPN", "MEX")
    everyone = ts.impact(run([0.0], [0.0]), MODEL, at="D")
    assert (everyone.assumed_free, "assumed" in repr(everyone)) == ((), False)


def test_summary_is_of_the_last_date_or_of_another():
    summary = FAN.summary()
    assert summary.loc["CHN", "welfare_change"] == pytest.approx(np.median(FAN.welfare[:, 1, 1]) - 1)
    assert summary.loc["MEX", "diversion"] == pytest.approx(np.median(FAN.diversion[:, 1, 3]))
    assert FAN.summary("2025-10-30").loc["CHN", "welfare_change"] == pytest.approx(0, abs=1e-9)
    assert "before the first date" in refusal(lambda: FAN.summary("2025-01-01"))


def test_words():
    assert repr(FAN) == (
        "<Impact: autumn: 3 draws, 2 dates from 2025-10-30 to 2025-10-31, 4 economies; "
        "against the model's base>"
    )
    html = FAN._repr_html_()
    assert "CHN" in html
    assert "bn" in html
    assert "%" in html


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: FAN.to_frame(3), "no such draw; got 3; allowed: 0 to 2"),
        (lambda: FAN.to_frame(0, "welfar"), "did you mean"),
        (lambda: FAN.quantiles([2.0]), "quantile"),
        (lambda: FAN.plot(economies=["XXX"]), "unknown economy"),
    ],
)
def test_tables_refuse(call, words):
    assert words in refusal(call)


def test_the_page_runs(capsys):
    page = (Path(__file__).parents[1] / "docs" / "economics.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page.partition("## Along a path")[2], re.DOTALL)
    assert len(blocks) == 2
    names = {}
    for block in blocks:
        exec(block, names)  # noqa: S102 our own page
    assert names["block"].welfare.shape == (100, 13, 13)
    assert "1,000 draws" in capsys.readouterr().out


def test_scenarios_of_the_package_go_into_the_packaged_world():
    world = ts.trade_data.world_2023()
    model = SingleSector(world.flows, world.tariffs, codes=world.codes)
    fan = ts.scenarios.load("us-china-2025-10").run(draws=20, seed=1)
    found = ts.impact(fan, model, against="start", elasticity=elasticity_after)
    assert found.welfare.shape == (20, 14, 13)
    assert found.unsolved == 0
    assert isinstance(found.starting_tariffs, pd.DataFrame)
    assert found.starting_tariffs.loc[("USA", "CHN"), "first day"] == pytest.approx(fan.duty[0, 0, 0, 1])


def test_what_is_no_paths_is_refused_in_words():
    world = ts.trade_data.world_2023()
    model = SingleSector(world.flows, world.tariffs, codes=world.codes)
    with pytest.raises(ts.InputError, match="paths: not the paths of a run; got list"):
        ts.impact([], model)
