"""The benchmark of sweeps compares the same thing, tells how it grows, and flags what became slower."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import sweep
from benchmarks.sweep import Case, Row


def rows():
    cases = [replace(case, draws=case.draws // 1000) for case in sweep.plan(quick=True)]
    return [Row(case, case.draws * case.days * case.economies**2 / 1e6, 1.0, 1.0, 1e8) for case in cases]


def test_both_ways_play_the_same_war():
    """The same law, not the same numbers: medians of the last day are near each other."""
    case = Case("", 4000, days=40)
    ours, theirs = sweep.reference(case, 4000), sweep.naive(case, 4000)
    assert ours.shape == (40, 2 * len(sweep.QUANTILES))
    medians = ours.xs(0.5, axis=1, level="quantile").iloc[-1].to_numpy()
    np.testing.assert_allclose(medians, theirs[2, -1], atol=0.03)


def test_october_has_quantiles_for_every_day_and_pair():
    assert sweep.october(Case("", 64), 64).shape == (383, 4 * len(sweep.QUANTILES))


def test_growth_is_the_slope_of_logarithms():
    found = sweep.slopes(rows())
    assert found == pytest.approx({"draws": 1.0, "days": 1.0, "economies": 2.0})


@pytest.mark.parametrize("quick", [True, False])
def test_the_reference_is_run_whole(quick):
    assert Case("tradesim sweep", 1_000_000) in sweep.plan(quick)


def test_what_became_slower_than_noise_is_named():
    before = rows()
    after = [
        replace(row, seconds=row.seconds * 1.5, slowest=row.seconds * 1.5, fastest=row.seconds * 1.5)
        for row in before
    ]
    quiet = [replace(row, slowest=row.seconds, fastest=row.seconds) for row in before]
    assert len(sweep.slower(after, quiet)) == len(before)
    assert sweep.slower(quiet, after) == []
    assert sweep.slower(quiet, quiet) == []
    noisy = [replace(row, slowest=row.seconds * 2, fastest=row.seconds) for row in before]
    assert sweep.slower(after, noisy) == []
    assert sweep.slower([replace(after[0], case=Case("new", 1))], quiet) == []


def test_a_case_is_timed_alone():
    row = sweep.alone(Case("tradesim sweep", 64, 20), rounds=2)
    assert 0 < row.fastest <= row.seconds <= row.slowest
    assert row.peak > 1e7
    assert row.rate == 64 * 20 / row.seconds


def test_it_prints_writes_and_compares(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sweep, "apart", lambda case, _: next(row for row in ALL if row.case == case))
    target = tmp_path / "sweep.json"
    monkeypatch.setattr(sys, "argv", ["sweep", "--quick", "--json", str(target)])
    assert sweep.main() == 0
    said = capsys.readouterr().out
    assert "seconds grow like draws^1.00, days^1.00, economies^2.00" in said
    assert "quantiles: 384.00 s (goal 1.5 s), NumPy 384.0 s, scaled up from 20,000 draws" in said
    told = json.loads(target.read_text(encoding="utf-8"))
    assert {"date", "load", "machine", "rows", "slopes", "goals"} == set(told)
    for row in told["rows"]:
        row["seconds"] /= 3
        row["slowest"] = row["fastest"] = row["seconds"]
    target.write_text(json.dumps(told), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["sweep", "--quick", "--compare", str(target)])
    assert sweep.main() == 1
    assert "slower than before:" in capsys.readouterr().out


def test_a_process_of_its_own_gives_the_same_case():
    case = Case("tradesim sweep", 32, 10)
    assert sweep.apart(case, 1).case == case


ALL = [
    Row(case, s := case.draws * case.days * case.economies**2 / 1e6, s, s, 1e8)
    for case in sweep.plan(quick=True)
]
