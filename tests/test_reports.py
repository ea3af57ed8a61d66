"""Reports: what they are made of: sentences, links, drawings, colours; and what they refuse."""

import copy
import math
import pickle
import re
from xml.etree.ElementTree import fromstring as parsed
from xml.etree.ElementTree import tostring

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_page import colours

import tradesim as ts
from tradesim import plots
from tradesim.errors import InputError
from tradesim.plots.colours import contrast
from tradesim.reports import depends, drawings, kinds, page, pictures, values
from tradesim.reports.linking import linked
from tradesim.reports.values import Figure

# Values ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (values.percent(0.4753), "47.5 %"),
        (values.percent(-0.00114, 2, signed=True), "−0.11 %"),
        (values.percent(0.00114, 2, signed=True), "+0.11 %"),
        (values.percent(-0.00001, 2, signed=True), "0.00 %"),
        (values.percent(12.5), "1,250.0 %"),
        (values.percent(math.nan), "not known"),
        (values.points(-0.1), "−10 points"),
        (values.points(0.3405), "34.05 points"),
        (values.points(math.nan), "not known"),
        (values.billions(1.341e11), "134.1 bn"),
        (values.billions(-1.68e10, signed=True), "−16.8 bn"),
        (values.whole(2000), "2,000"),
        (values.plain(0.456, 2), "0.46"),
        (values.given(0.25), "0.25"),
    ],
)
def test_numbers_are_said_with_their_unit(number, text):
    assert str(number) == text


@given(st.floats(-50, 50), st.integers(0, 3), st.booleans())
def test_a_percentage_is_its_fraction_rounded(fraction, decimals, signed):
    said = values.percent(fraction, decimals, signed=signed)
    read = float(said.text.removesuffix(" %").replace("−", "-").replace(",", ""))
    assert said.value == fraction
    assert read == pytest.approx(100 * fraction, abs=0.5 * 10**-decimals + 1e-9)


def test_a_sentence_keeps_its_numbers_and_what_is_in_braces_stays_text():
    told = values.say("{who}: {duty}", who="{duty} {0}", duty=values.percent(0.1))
    assert told.text == "{duty} {0}: 10.0 %"
    assert [number.value for number in told.numbers] == [0.1]


def test_days_are_said_in_words_and_missing_ones_are_not():
    assert str(values.day("2025-04-10")) == "10 April 2025"
    assert values.cell_day(pd.NaT) == values.cell_day(None) == ""
    assert values.cell_day(np.datetime64("2025-04-10")).iso == "2025-04-10"


# Links -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("see https://ustr.gov/a.", ["https://ustr.gov/a"]),
        ("(HTTP://example.org/x_(y))", ["HTTP://example.org/x_(y)"]),
        ("https://a.org, https://b.org; c", ["https://a.org", "https://b.org"]),
        ("javascript:alert(1) data:text/html,x file:///etc/passwd //a.org", []),
        ("https:// http://. https://[", []),
        ('https://a.org/"onmouseover="x', ["https://a.org/"]),
        ("https://a.org/<script>", ["https://a.org/"]),
        ("", []),
    ],
)
def test_only_addresses_of_the_web_become_links(text, addresses):
    parts = list(linked(text))
    assert [address for _, address in parts if address] == addresses
    assert "".join(words for words, _ in parts) == text


@given(st.text("htps:/.()\"'<>a[]% ", max_size=40))
def test_links_lose_no_text_and_lead_to_the_web_only(text):
    parts = list(linked(text))
    assert "".join(words for words, _ in parts) == text
    assert all(re.match(r"https?://", address) for _, address in parts if address)


# Colours ---------------------------------------------------------------------------------------------

TEXTS = [
    ("--ink", "--ground"), ("--ink", "--sheet"), ("--ink", "--tint"), ("--quiet", "--ground"),
    ("--quiet", "--sheet"), ("--quiet", "--tint"), ("--link", "--ground"), ("--link", "--sheet"),
]  # fmt: skip


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXTS)
def test_text_stands_out_from_its_ground_on_light_and_dark_pages(mode, ink, ground):
    known = colours((page.FOLDER / "page.css").read_text())[mode]
    assert contrast(known[ink], known[ground]) >= 4.5


def test_figures_stand_on_the_grounds_that_their_colours_are_made_for():
    light, dark = colours((page.FOLDER / "page.css").read_text())
    assert (light["--sheet"], dark["--sheet"]) == (drawings.LIGHT, drawings.DARK)


@given(st.integers(0, 0xFFFFFF), st.integers(0, 0xFFFFFF))
def test_on_a_dark_page_two_colours_stand_as_far_apart_as_on_a_light_one(one, other):
    first, second = f"#{one:06x}", f"#{other:06x}"
    brightest = contrast("white", drawings.DARK)
    if max(contrast(first, "white"), contrast(second, "white")) < brightest:
        before = contrast(first, second)
        after = contrast(drawings.on_dark(first), drawings.on_dark(second))
        assert after == pytest.approx(before, rel=0.06)


# Drawings --------------------------------------------------------------------------------------------


def drawn(key="toy", words="plain"):
    def draw():
        ax = drawings.axes(4, 3)
        ax.plot([0, 1], [0, 1], marker="o", color="#0072b2")
        ax.fill_between([0, 1], [0, 1], color="black")
        ax.set_title(words)
        return ax

    return drawings.svg_of(Figure(key, "a caption", "what it shows", draw))


def test_two_drawings_share_no_name_and_refer_to_their_own():
    roots = [parsed(drawn(key)) for key in ("one", "two")]  # noqa: S314
    ids = [{e.get("id") for e in root.iter() if e.get("id")} for root in roots]
    assert ids[0]
    assert not ids[0] & ids[1]
    for root, own in zip(roots, ids, strict=True):
        named = re.findall(r'(?:href="|url\()#([\w-]+)', tostring(root, encoding="unicode"))
        assert set(named) == own


def test_a_drawing_is_said_in_words_and_has_no_style_of_its_own():
    root = parsed(drawn())  # noqa: S314
    assert (root.get("role"), root.get("aria-label")) == ("img", "what it shows")
    assert not [e for e in root.iter() if e.tag in {"style", "metadata", "script"}]
    assert "http" not in drawn()


def test_every_colour_of_a_drawing_is_a_variable_of_the_palette():
    svg = drawn()
    used = set(re.findall(r"var\((--c-[0-9a-f]{6})\)", svg))
    assert set(drawings.palette([svg])) == used
    assert {"--c-000000", "--c-0072b2"} <= used
    assert not re.search(r"#[0-9a-f]{6}", svg)


@pytest.mark.parametrize(
    "words", ["<script>x</script>", "a & b", "]]>", "$\\frac{", "$x$", "bell\x07", "\u4e2d"]
)
def test_what_is_written_in_a_drawing_is_text(words):
    root = parsed(drawn(words=words))  # noqa: S314
    texts = ["".join(e.itertext()) for e in root.iter() if e.tag == "text"]
    assert words.replace("\x07", "\ufffd") in texts


def test_a_drawing_does_not_depend_on_the_style_of_who_makes_it():
    import matplotlib.pyplot as plt

    plain = drawn()
    with plt.style.context("dark_background"):
        assert drawn() == plain
    assert not plt.get_fignums()


def test_rows_on_which_nothing_moves_are_left_out_of_steps():
    scenario = ts.scenarios.load("us-china-2025-10")
    duty = scenario.run_branches()["deal"].to_frame()
    few = pictures.turning(duty)
    assert len(few) < 0.1 * len(duty)
    pd.testing.assert_frame_equal(few.reindex(duty.index).ffill(), duty)
    assert few.index[-1] == duty.index[-1]


def test_a_caption_names_unit_source_and_what_was_known():
    caption = pictures.Credit("a record", "2025-10-23").caption("What", pictures.DUTY)
    assert caption == (
        "What. Statutory effective duty, % of import value. Source: a record, as known on 2025-10-23."
    )


# What is varied --------------------------------------------------------------------------------------


def test_stated_numbers_are_moved_by_a_fifth_and_never_out_of_bounds():
    scenario = ts.scenarios.load("us-china-two-years")
    ranges = depends.varied(scenario)
    low, high = ranges["rules.CHN.ratio"].support()
    assert (low, high) == (pytest.approx(0.8), pytest.approx(1.2))
    assert "events.summit.deal" not in ranges  # the likeliest takes the rest
    others = [ranges[f"events.summit.{name}"].support()[1] for name in ("extension", "nothing", "break")]
    assert sum(others) <= 1
    for path, spread in ranges.items():
        middle = float(spread.median())
        least, most = spread.support()
        assert least >= 0
        if path.startswith(("truces", "events")):
            assert most <= 1
        scenario.with_({path: middle})


def test_of_equally_likely_outcomes_all_but_one_are_moved_and_still_sum_to_one_at_most():
    outcomes = [ts.Outcome(name=str(k), probability=0.1) for k in range(10)]
    spiral = ts.scenarios.load("april-2025-spiral")
    from dataclasses import replace

    scenario = replace(spiral, events=(ts.Event(name="vote", date="2025-04-05", outcomes=tuple(outcomes)),))
    highs = [spread.support()[1] for path, spread in depends.varied(scenario).items() if "vote" in path]
    assert len(highs) == 9
    assert sum(highs) <= 1 + 1e-12


# What is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "options", "words"),
    [
        ("us-chna", {}, "did you mean 'us-china'"),
        ("world-2023", {}, "a record without measures"),
        ("us-china", {"draws": 5}, "draws: a record leaves nothing to chance"),
        ("us-china", {"seed": 1}, "seed: a record leaves nothing to chance"),
        ("us-china-2025-10", {"draws": 0}, "draws: not a number of draws"),
        ("us-china-2025-10", {"seed": -1}, "seed: not a seed"),
        (3, {}, "nothing to report on"),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(subject, options, words):
    with pytest.raises(InputError, match=words):
        ts.report(subject, **options)


def test_paths_are_told_by_their_scenario():
    with pytest.raises(InputError, match="give the scenario, with their draws and seed"):
        ts.report(ts.scenarios.load("april-2025-spiral").run())


def test_a_schedule_without_duties_is_refused():
    with pytest.raises(InputError, match="no duty in it"):
        ts.report(ts.Schedule([], ts.Economies(["USA", "CHN"])))


def own_record(*measures, **about):
    trade = [[0, 400e9, 900e9], [100e9, 0, 800e9], [900e9, 800e9, 0]]
    return ts.Schedule(measures, ts.Economies(["USA", "CHN", "ROW"], trade), **about)


def own_act(name, rate, effective="2025-04-05", exporter="CHN", **fields):
    given = {"importer": "USA", "exporter": exporter, "authority": "IEEPA"}
    return ts.Measure(name=name, rate=rate, effective=effective, **(given | fields))


def told_of(report, key):
    (found,) = (told.sentence for told in report.takeaways if told.key == key)
    return "".join(str(getattr(part, "text", part)) for part in found.parts)


def test_own_measures_are_told_from_the_eve_of_the_first():
    report = ts.report(own_record(own_act("first", 0.1), own_act("second", 0.2, "2025-05-05")))
    assert "30.0 % on goods" in told_of(report, "duty USA-CHN")
    assert "it was 0.0 % on" in told_of(report, "duty USA-CHN")
    assert "USA by +0.00 %" not in told_of(report, "welfare")


def test_mfn_duties_are_no_first_measure():
    mfn = own_act("MFN", 0.03, authority="MFN")
    assert "it was 3.0 % on" in told_of(ts.report(own_record(mfn, own_act("first", 0.1))), "duty USA-CHN")
    before = ts.report(own_record(mfn, own_act("first", 0.1, "2025-06-05")))
    assert "it was 3.0 % on" in told_of(before, "duty USA-CHN")
    begun = ts.report(own_record(own_act("first", 0.1), begins="2025-04-05"))
    assert "it was 10.0 % on" in told_of(begun, "duty USA-CHN")


def test_whose_duties_are_averages_is_said():
    report = ts.report("us-china")
    (section,) = (each for each in report.sections if each.key == "costs")
    text = str(section.blocks)
    assert "is not recorded partner by partner" in text
    assert "CAN, MEX" in text
    assert "MEX pays USA and CHN the average duty on the rest of the world" in told_of(report, "welfare")
    nobody = ts.report(own_record(own_act("first", 0.1)))
    assert "partner by partner" not in str(nobody.sections)


def test_the_pairs_told_of_move_a_point_or_more_and_named_partners_come_first():
    days = pd.date_range("2025-01-01", periods=2)
    pairs = [("USA", "ROW"), ("USA", "CHN"), ("CHN", "USA")]
    columns = pd.MultiIndex.from_tuples(pairs, names=["importer", "exporter"])
    frame = pd.DataFrame([[0.1, 0.1, 0.1], [0.2, 0.4, 0.105]], index=days, columns=columns)
    assert kinds._shown({"": frame}) == [("USA", "CHN"), ("USA", "ROW")]
    assert kinds._shown({"": frame * 0.001}) == [("USA", "CHN"), ("CHN", "USA"), ("USA", "ROW")]


def test_of_many_pairs_those_that_move_most_are_told_of():
    scenario = ts.scenarios.load("three-bloc-war")
    keys = [each.key for each in ts.report(scenario, draws=40).takeaways if each.key.startswith("duty")]
    duty = scenario.run(draws=40)
    spans = {pair: np.ptp(duty.quantiles([0.05, 0.5, 0.95])[pair].to_numpy()) for pair in duty.pairs}
    assert keys == [f"duty {i}-{j}" for i, j in spans if spans[i, j] in sorted(spans.values())[-4:]]


def test_pictures_are_drawn_when_the_page_is_asked_for(monkeypatch):
    monkeypatch.setattr(plots, "event_timeline", lambda *_, **__: 1 / 0)
    found = ts.report("april-2025-spiral")
    with pytest.raises(ZeroDivisionError):
        found.html()


@pytest.mark.parametrize("name", ["us-china", "april-2025-spiral"])
def test_a_report_can_be_pickled_and_copied(name):
    found = ts.report(name)
    page = found.html()
    for other in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found), copy.copy(found)):  # noqa: S301
        assert other.to_dict() == found.to_dict()
        assert other.html() == page


def test_a_report_on_a_sweep_can_be_pickled():
    spiral = ts.scenarios.load("april-2025-spiral")
    over = {"rules.CHN.ratio": ts.uniform(0.5, 1.2)}
    found = ts.report(ts.sweep(spiral, over=over, draws=40, seed=1, progress=False))
    assert pickle.loads(pickle.dumps(found)).html() == found.html()  # noqa: S301
