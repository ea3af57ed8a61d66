"""The page on sweeps runs as written, with fewer draws."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

PAGE = Path(__file__).parents[1] / "docs" / "sweeps.md"


def test_the_page_runs(tmp_path, monkeypatch):
    pytest.importorskip("pyarrow", reason="the extra `store` is not installed")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 3
    names = {}
    for block in blocks:
        exec(block.replace("100_000", "2_000"), names)  # noqa: S102 our own page
    assert names["result"].draws == 2_000
    duties = names["duties"]
    assert duties.shape == (383, 100)
    assert duties[7].tolist() == names["whole"].paths([7])["CHN", "USA", 7].tolist()
    assert names["last"].between(0.0, 2.0).all()
    assert len(names["last"]) == 2_000
    plt.close("all")
