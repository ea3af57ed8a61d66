"""`tradesim trade`: what it says of a file, and how it refuses."""

import json

import pandas as pd
import pytest
from test_trade_dataweb import WIDE
from test_trade_icio import table
from trade_files import baci_folder, plus, plus_file
from typer.testing import CliRunner

from tradesim.cli import app


@pytest.fixture
def call(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    baci_folder(tmp_path)
    (tmp_path / "TradeData.csv").write_text(plus_file(plus("USA", "CHN", 448e9), plus("USA", "W00", 3e12)))
    (tmp_path / "DataWeb.csv").write_text(WIDE)
    table().to_csv(tmp_path / "ICIO2023_2019.csv")
    return lambda *arguments: CliRunner().invoke(app, ["trade", *arguments])


BACI = ("BACI_HS22_Y2023_V202501.csv", "--layout", "baci")


def test_a_table_and_a_report(call):
    result = call("TradeData.csv", "--layout", "comtrade", "--regions", "USA, CHN", "--year", "2023")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["importer", "USA", "CHN"] in lines
    assert ["USA", "0.000", "448.000"] in lines
    assert ["CHN", "not", "known", "not", "known"] in lines
    assert "total over partners: exporter W00" in result.stdout


def test_json_and_csv(call, tmp_path):
    result = call(*BACI, "--regions", "USA,CHN,EU27,ROW", "--out", "flows.csv", "--json")
    told = json.loads(result.stdout)
    assert told["economies"] == ["USA", "CHN", "EU27", "ROW"]
    assert told["imports"][0][1] == 40_001_500
    assert told["tariffs"] is None
    frame = pd.read_csv(tmp_path / "flows.csv").set_index(["importer", "exporter"])
    assert frame.loc[("USA", "CHN"), "imports"] == 40_001_500
    assert "flows.csv" in call(*BACI, "--regions", "USA,ROW", "--out", "flows.csv").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("DataWeb.csv", "--layout", "dataweb", "--year", "2023", "--regions", "USA,CHN,KOR,DEU"),
        ("ICIO2023_2019.csv", "--layout", "icio", "--regions", "AUS,CHN,ROW"),
    ],
)
def test_other_layouts(call, arguments):
    result = call(*arguments, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["year"] in {2019, 2023}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("TradeData.csv", "--layout", "comtrad", "--regions", "USA"), "did you mean 'comtrade'"),
        (("TradeData.csv", "--layout", "baci", "--regions", "USA"), "TradeData.csv:1: no column 't'"),
        (("nowhere.csv", "--layout", "comtrade", "--regions", "USA"), "no such file"),
        ((*BACI, "--regions", "USA,XYZ"), "unknown economy; got 'XYZ'"),
        ((*BACI, "--regions", "USA,CHN", "--out", "no/where.csv"), "cannot be written"),
    ],
)
def test_refusals_are_lines_and_exit_code_2(call, arguments, said):
    result = call(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert all(line.startswith("error: ") for line in result.stderr.strip().splitlines())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (*BACI, "--year", "1999"),
            "BACI_HS22_Y2023_V202501.csv: no rows of that year; got 1999; allowed: 2023",
        ),
        (("none.csv", "--layout", "baci"), "FILE: no such file; got none.csv"),
    ],
)
def test_another_year_and_no_file_are_refused(call, arguments, message):
    result = call(*arguments, "--regions", "USA,CHN")
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_the_year_of_the_file_may_be_named(call):
    assert call(*BACI, "--regions", "USA,CHN", "--year", "2023").exit_code == 0
