"""Warnings on the command line: a line each, once, on the standard error stream, whatever the command."""

import pytest
from typer.testing import CliRunner

from tradesim.cli import app

SCENARIO = """
name = "odd"
start = 2027-01-01
end = 2027-03-01
[economies]
codes = ["AAA", "BBB"]
imports = [[0, 3e11], [2e11, 0]]
vintage = "2023"
[schedule]
vintage = "2026"
[[measures]]
name = "deal"
importer = "AAA"
exporter = "BBB"
authority = "deal"
basis = "cap"
rate = 0.15
effective = 2020-01-01
[[measures]]
name = "list"
importer = "BBB"
exporter = "AAA"
authority = "x"
rate = 2.5
coverage = 0.08
announced = 2027-01-10
effective = 2027-02-01
[rules.AAA]
kind = "match"
cap = 7.5
"""
ACTS = """name,importer,exporter,authority,rate,effective,basis,against
a,USA,CHN,MFN,7.5,2025-01-01,,
f,USA,CHN,deal,0.15,2025-08-01,floor,column 1
"""
SAID = {
    "odd.toml": ["rules.AAA: 'list' is 250%", "comes on top of the cap 'deal'",
                 "measures[1].rate: 2.5 is 250%", "rules.AAA.cap: 7.5 is 750%"],
    "acts.csv": ["rate: 7.5 is 750%", "no measure is of the authority 'column 1'"],
}  # fmt: skip
COMMANDS = {
    "check odd.toml": 0,
    "run odd.toml --out out --formats csv": 0,
    "run odd.toml --draws 3 --out out --formats csv --json": 0,
    "plot odd.toml --out a.csv": 0,
    "plot odd.toml --kind fan --draws 3 --out b.csv": 0,
    "show odd.toml": 0,
    "report odd.toml --draws 3 -o r.html": 0,
    "sweep odd.toml --over rules.AAA.ratio=0.1:0.2 --draws 8 --out s --formats csv": 0,
    "check acts.csv": 0,
    "duty acts.csv --on 2025-09-01 --json": 0,
    "plot acts.csv --out c.csv": 0,
    "report acts.csv -o q.html": 0,
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "odd.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "acts.csv").write_text(ACTS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(command, code=0):
    result = CliRunner().invoke(app, command if isinstance(command, list) else command.split())
    assert result.exit_code == code, result.output
    found = [line for line in result.stderr.split("\n") if line]
    assert len(set(found)) == len(found)
    assert not [line for line in found if not line.startswith("warning: ") or ".py" in line]
    return found


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_each_thing_once_and_on_a_line(command):
    told = lines(command, COMMANDS[command])
    expected = SAID[command.split()[1]]
    for said in expected:
        assert sum(said in line for line in told) == 1, said
    assert len(told) == len(expected)


@pytest.mark.usefixtures("folder")
def test_a_level_is_asked_about_once_and_its_sign_says_that_it_is_meant():
    command = ["sweep", "april-2025-spiral", "--draws", "4", "--formats", "csv", "--level"]
    (line,) = lines([*command, "2.5", "--out", "one"])
    assert line.startswith(
        "warning: --level: 2.5 is 250%; 0.025 is 2.5%; if it is meant, write the sign: '250 %'"
    )
    assert lines([*command, "250 %", "--out", "two"]) == []


@pytest.mark.usefixtures("folder")
def test_a_file_that_says_that_it_is_meant_is_not_asked_about_by_a_sweep(folder):
    (folder / "odd.toml").write_text(f"high_rates_meant = true{SCENARIO}", encoding="utf-8")
    told = lines("sweep odd.toml --over rules.AAA.ratio=0.1:0.2 --draws 8 --out s --formats csv")
    assert not [line for line in told if "%;" in line]


def test_trade_files_too(tmp_path):
    head = "typeCode,freqCode,refYear,period,reporterCode,reporterISO,flowCode,partnerCode,partnerISO,cmdCode"
    rows = ["842,USA,M,156,CHN,TOTAL,4e11", "156,CHN,M,842,USA,TOTAL,1e11", "842,USA,M,777,QZZ,TOTAL,4e10",
            "842,USA,M,392,JPN,TOTAL,1e11"]  # fmt: skip
    file = tmp_path / "trade.csv"
    file.write_text(
        "\n".join([f"{head},primaryValue", *(f"C,A,2023,2023,{row}" for row in rows)]) + "\n",
        encoding="utf-8",
    )
    told = lines(["trade", str(file), "--layout", "comtrade", "--regions", "USA,CHN,ROW"])
    assert len(told) == 1
    assert "QZZ" in told[0]
