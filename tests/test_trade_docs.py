"""The page on trade files runs as written."""

import doctest
import re
from pathlib import Path

import pytest
from test_trade_dataweb import WIDE
from test_trade_icio import table
from trade_files import baci_folder, plus, plus_file

PAGE = Path(__file__).parents[1] / "docs" / "trade_data.md"
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@pytest.fixture
def folder(tmp_path, monkeypatch):
    baci_folder(tmp_path)
    lines = [plus("USA", "W00", 3.1e12), plus("USA", "CHN", 448e9), plus("USA", "CHN", 147e9, flow="X")]
    (tmp_path / "TradeData.csv").write_text(plus_file(*lines))
    (tmp_path / "DataWeb-Query-Export.csv").write_text(WIDE)
    table().to_csv(tmp_path / "ICIO2023_2019.csv")
    monkeypatch.chdir(tmp_path)


def test_the_page_runs(folder):
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 9
    names = {}
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    for block in blocks:
        test = doctest.DocTestParser().get_doctest(block, names, "trade_data.md", str(PAGE), 0)
        said = []
        runner.run(test, out=said.append, clear_globs=False)
        names = test.globs
        assert not said, "".join(said)
