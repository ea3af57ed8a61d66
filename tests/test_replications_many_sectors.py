"""Caliendo and Parro's NAFTA and Ossa's trade war, where the authors' inputs are at hand."""

import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks import economics_many_sectors
from benchmarks.replications import __main__ as runner
from benchmarks.replications import caliendo_parro, figures, ossa
from tradesim import economics as ec

DATA = Path(os.environ.get("TRADESIM_REFERENCE", Path(__file__).parents[2] / "shared" / "reference"))


def needs(folder):
    if not (DATA / folder).is_dir():
        pytest.skip(f"no reference inputs at {DATA / folder}; set TRADESIM_REFERENCE")


def results(replication):
    needs(replication.FOLDER)
    return {
        f"{case.key}.{name}": value
        for case in replication.replicate(DATA)
        for name, value in case.results.items()
    }


@pytest.mark.parametrize("replication", [caliendo_parro, ossa])
def test_published_numbers_are_met_to_their_printed_digits(replication):
    found, targets = results(replication), figures.targets(replication)
    assert not {key: (found[key], t.printed) for key, t in targets.items() if not t.met(found[key])}
    assert replication in runner.REPLICATIONS


PAPER = {
    "MEX": (1.31, -0.41, 1.72, 1.72, 118.28),
    "CAN": (-0.06, -0.11, 0.04, 0.32, 11.11),
    "USA": (0.08, 0.04, 0.04, 0.11, 40.52),
}
"""Tables 2 and 3: welfare, terms of trade, volume of trade, real wages, imports from the bloc."""


def test_nafta_is_as_in_the_tables():
    found = results(caliendo_parro)
    names = ("welfare_first_order", "terms_of_trade", "volume_of_trade", "real_wage", "bloc_imports")
    for code, printed in PAPER.items():
        for name, value in zip(names, printed, strict=True):
            assert round(found[f"{code}.{name}"], 2) == value
        assert found[f"{code}.residual"] < 1e-9
    assert found["MEX.welfare_exact"] == pytest.approx(0.0073, abs=5e-5)


def test_ossas_base_is_what_purging_his_raw_tables_gives():
    needs(ossa.FOLDER)
    raw, purged = (ossa.read(DATA / ossa.FOLDER, kind) for kind in ("ijs", "purged"))
    np.testing.assert_allclose(raw.flows, purged.flows, rtol=1e-8)
    assert raw.calibration[0].cells == 7
    assert purged.calibration[0].cells == 0


def test_ossas_best_tariffs_are_where_another_start_leads():
    needs(ossa.FOLDER)
    model = ossa.read(DATA / ossa.FOLDER)
    start = np.full(model.flows.shape, 0.4) * (1 - np.eye(7))[..., None]
    other, best = ec.optimal_tariff(model, "EU", start=start), ec.optimal_tariff(model, "EU")
    assert other.welfare[2] == pytest.approx(best.welfare[2], abs=1e-9)
    assert other.medians == pytest.approx(best.medians, abs=1e-3)


def test_a_war_costs_all_and_peace_brings_all_the_same():
    found = results(ossa)
    for region in ossa.REGIONS:
        assert found[f"nash.{region}.welfare"] < 0 < found[f"optimal.{region}.own_welfare"]
        assert 50 < found[f"nash.{region}.median_tariff"] < 65
    assert found["cooperative.base.common_gain"] == pytest.approx(0.5, abs=0.05)
    assert found["cooperative.war.common_gain"] > found["cooperative.base.common_gain"]
    assert all(value == 0 for key, value in found.items() if key.endswith(".status"))


def test_the_benchmark_runs_without_inputs(tmp_path, capsys):
    assert economics_many_sectors.main(["--data", str(tmp_path), "--quick"]) in {0, 1}
    said = capsys.readouterr().out
    assert "many sectors" in said
    assert "optimal tariffs" in said
