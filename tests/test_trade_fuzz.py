"""Whatever a file holds, a reader says what is wrong with it, or reads it: it never falls over."""

import csv
import io
import warnings
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_trade_dataweb import LONG, WIDE
from test_trade_icio import table
from trade_files import (
    BACI,
    COUNTRY_CODES,
    LEGACY_HEADER,
    TARIFF_HEADER,
    WITS_HEADER,
    legacy,
    plus,
    plus_file,
    tariff,
    wits,
)

from tradesim import trade_data
from tradesim.errors import InputError
from tradesim.trade_data import scanning

SEEDS = {
    "baci": BACI,
    "comtrade": plus_file(
        plus("USA", "CHN", 5e9), plus("USA", "W00", 9e9), plus("CHN", "USA", 1e9, product="85")
    ),
    "legacy": "\n".join([LEGACY_HEADER, legacy("USA", "CHN", 5e9), legacy("USA", "W00", 9e9)]),
    "wits": "\n".join([WITS_HEADER, wits("USA", "CHN", 5), wits("CHN", "USA", 5)]),
    "tariffs": "\n".join([TARIFF_HEADER, tariff("840", "156", 5, 2.0), tariff("156", "840", 5, "")]),
    "dataweb": WIDE,
    "dataweb long": LONG,
    "icio": table().to_csv(),
}
READ = {
    "baci": trade_data.read_baci,
    "comtrade": trade_data.read_comtrade,
    "legacy": trade_data.read_comtrade,
    "wits": trade_data.read_wits,
    "tariffs": trade_data.read_wits_tariffs,
    "dataweb": trade_data.read_dataweb,
    "dataweb long": trade_data.read_dataweb,
    "icio": trade_data.read_icio,
}
SCRAPS = st.sampled_from(
    [
        *("", ",", '"', "\n", "\r\n", "\r", ";", " ", "\t", "#", "'", "\\", "é", "\ufeff"),
        *("-1", "1e400", "nan", "inf", "1_000", "0x1f", "999999999999", "2022", "NA", "USA", "None", "TOTAL"),
    ]
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("fuzz")
    (place / "country_codes_V202501.csv").write_text(COUNTRY_CODES)
    return place


def survives(kind, folder, content):
    file = folder / "BACI_HS22_Y2023_V202501.csv"
    file.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", trade_data.TradeDataWarning)
        with suppress(InputError):
            flows = READ[kind](file)
            assert flows.imports.shape[0] == len(flows.codes)


@pytest.mark.parametrize("kind", SEEDS)
@given(data=st.data())
def test_spoilt_files(kind, folder, data):
    text = SEEDS[kind]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 12))
        text = text[:at] + data.draw(SCRAPS) + text[at + cut :]
    survives(kind, folder, text.encode(data.draw(st.sampled_from(["utf-8", "utf-16", "latin-1"])), "replace"))


@pytest.mark.parametrize("kind", SEEDS)
@given(data=st.data())
def test_spoilt_cells(kind, folder, data):
    rows = list(csv.reader(io.StringIO(SEEDS[kind])))
    row = data.draw(st.integers(0, len(rows) - 1))
    if rows[row]:
        rows[row][data.draw(st.integers(0, len(rows[row]) - 1))] = data.draw(
            st.one_of(SCRAPS, st.text(max_size=5))
        )
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    survives(kind, folder, out.getvalue().encode("utf-8", "replace"))


@pytest.mark.parametrize("kind", ["baci", "comtrade", "dataweb", "icio"])
@given(content=st.binary(max_size=80))
def test_any_bytes(kind, folder, content):
    survives(kind, folder, content)


cells = st.sampled_from(["", "1", "a b", '"x,y"', '"l\nm"', '"q""r"'])


@given(
    columns=st.integers(1, 4),
    rows=st.lists(st.lists(cells, max_size=6), max_size=6),
    ends=st.sampled_from(["\n", "\r\n"]),
    block=st.sampled_from([1, 2, 3, 5, 100]),
    last=st.booleans(),
)
def test_no_row_of_a_wrong_length_slips_by(tmp_path_factory, columns, rows, ends, block, last):
    file = tmp_path_factory.getbasetemp() / "lengths.csv"
    lines = [",".join(row) for row in rows]
    file.write_bytes(("h\n" + ends.join(lines) + (ends if last else "")).encode())
    wrong = list(scanning._length_problems(file, "utf-8-sig", columns, 1, set()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanning, "BLOCK", block)
        count = scanning._counted(file, columns, 1)
    assert count.odd or count.quoted or not wrong
