"""The records after their corrections: dates, status by one rule, levels by hand, citable sources."""

import datetime as dt
import re

import pytest

from tradesim import datasets

NAMES = [name for name in datasets.names() if datasets.load(name).pairs]
WEAK = (
    "bluesignals.xyz", "aokestamping.com", "localnewswave.com", "particle.news", "newsbytesapp.com",
    "moneyflexer.com", "financetom.com", "menafn.com", "lawin.news", "upnewsinfo.com", "dailyevents.news",
    "psabdp.com", "uniteddaily.my", "hensardtimes.ng", "redcensor.com", "newsclickng.com", "peoplesworld.org",
    "rebelnews.com", "tbh.center", "bignewsnetwork.com", "thethinkingconservative.com", "sinobtd.com",
    "lawyerfanzhang.com", "boursel.com", "focus-solutions.net",
)  # fmt: skip
SECONDARY = ("fakti.bg", "theafricascorecard.com", "abcdstable.com", "zhongshenchina.com")
"""Reports for which no official text was found: what rests on them has low confidence."""


def points(record, day, importer, exporter):
    return 100 * datasets.load(record).past_vintage().duty_on(day).loc[importer, exporter]


def step(record, day, importer, exporter):
    before = dt.date.fromisoformat(day) - dt.timedelta(days=1)
    return points(record, day, importer, exporter) - points(record, before, importer, exporter)


STEPS = [  # points, from rates and coverages by hand
    # with the solar safeguard, which ends on the same day
    ("us-china", "2026-02-07", "USA", "ROW", -25 * 0.016092 - 7 * 0.016092 - 14.5 * 0.0006969),
    ("us-china", "2026-07-22", "USA", "ROW", 25 * 0.004237),
    ("us-china", "2026-09-03", "USA", "CHN", 100 * 0.000198),
    ("us-china", "2026-09-03", "USA", "ROW", 82 * 0.00014),
    ("us-china", "2026-11-10", "USA", "CHN", 75 * 0.00157),
    ("us-china", "2027-02-09", "USA", "CHN", 25 * 0.00088),
    # annex I-B loses 0.0087056 of trade, I-C takes 0.0062291, III gains 0.0081757 with a floor of 15 %
    ("us-china", "2026-06-08", "USA", "CHN", 25 * (0.0062291 - 0.0087056) + (15 - 3.0915) * 0.0081757),
    ("us-china", "2028-01-01", "USA", "CHN", (25 - 15 + 3.0915) * 0.0158444),
    ("canada", "2026-06-08", "USA", "CAN", -25 * 0.0075 + 14.9 * (0.003 + 0.0052)),
    ("canada", "2026-07-24", "USA", "CAN", 0.0),
    ("canada", "2026-08-19", "USA", "CAN", 0.0),
    ("canada", "2026-08-22", "USA", "CAN", 50 * 0.0366),
    ("canada", "2026-09-15", "USA", "CAN", 0.0),
    ("canada", "2026-09-08", "CAN", "USA", 25 * (0.0183 + 0.0044) + 24.1 * 0.029),
    ("canada", "2028-01-01", "USA", "CAN", 25 * 0.0208 - 14.9 * 0.0208),
    ("eu-steel", "2026-04-06", "USA", "EU27", 50 * (0.0276 - 0.0357) + 25 * 0.0553 + 13.8 * 0.0215),
    ("eu-steel", "2026-06-08", "USA", "EU27", -25 * 0.0173 + 13.8 * (0.0106 + 0.0069)),
    ("eu-steel", "2026-07-24", "USA", "EU27", -10 * 0.37 + 8.8 * 0.37),
    ("eu-steel", "2026-07-01", "EU27", "USA", -0.7),
]


@pytest.mark.parametrize(("record", "day", "importer", "exporter", "expected"), STEPS)
def test_steps_are_rate_times_coverage(record, day, importer, exporter, expected):
    assert step(record, day, importer, exporter) == pytest.approx(expected, abs=5e-4)


def test_section_122_hits_what_its_exemption_list_leaves():
    """Union list: 52.1 % of imports from China, 46.3 % once metals are out whole; 37 % of the EU's."""
    china = datasets.load("us-china").effective_duty("2026-02-24", "2026-07-23", by="authority")["USA"]
    for exporter, day, share in (
        ("CHN", "2026-02-24", 0.521), ("CHN", "2026-04-05", 0.521), ("CHN", "2026-04-06", 0.463),
        ("CHN", "2026-07-23", 0.463), ("ROW", "2026-02-24", 0.2916), ("ROW", "2026-07-23", 0.2658),
    ):  # fmt: skip
        assert china[exporter]["Section 122"].loc[day] == pytest.approx(0.1 * share), (exporter, day)
    europe = datasets.load("eu-steel").effective_duty("2026-02-23", "2026-07-24", by="authority")["USA"]
    charged = europe["EU27"]["Section 122"]
    assert (charged > 0).sum() == 150
    assert charged.loc["2026-02-24"] == pytest.approx(0.037)


def test_the_russian_oil_duty_on_india_ends_on_7_february_with_refunds():
    (india,) = datasets.load("us-china").matching("IEEPA Russian oil*")
    assert (str(india.effective), str(india.expires)) == ("2025-08-27", "2026-02-07")
    then = datasets.load("us-china").as_of("2026-02-05").matching("IEEPA Russian oil*")
    assert [m.expires for m in then] == [None]


def test_section_338_was_put_off_by_three_days_and_known_day_by_day():
    canada = datasets.load("canada")
    assert not [m for m in canada.as_of("2026-07-19").measures if m.authority == "Section 338"]
    for known, first in (
        ("2026-07-20", "2026-08-19"),
        ("2026-08-17", "2026-08-19"),
        ("2026-08-18", "2026-08-22"),
    ):
        (law,) = [m for m in canada.as_of(known).matching("Section 338 duty") if m.status == "enacted"]
        assert str(law.effective) == first, known
    assert "Section 338" in canada.effective_duty("2026-10-01", "2026-10-01", by="authority")["USA"]["CAN"]


def test_cranes_and_chassis_were_law_for_november_2025_and_put_off_at_busan():
    rows = datasets.load("us-china").matching("Section 301 cranes and chassis")
    assert [(m.status, str(m.effective)) for m in rows] == [
        ("revoked", "2025-11-09"), ("suspended", "2025-11-10"), ("enacted", "2026-11-10"),
    ]  # fmt: skip
    (then,) = datasets.load("us-china").as_of("2025-10-23").matching("Section 301 cranes and chassis")
    assert (then.status, str(then.effective), then.expires) == ("enacted", "2025-11-09", None)


def test_list_4b_was_law_until_it_was_withdrawn():
    (then,) = datasets.load("us-china").as_of("2019-12-01").matching("Section 301 List 4B")
    assert (then.status, str(then.effective)) == ("enacted", "2019-12-15")
    assert (
        datasets.load("us-china")
        .duty_on("2019-12-15")
        .equals(datasets.load("us-china").without("Section 301 List 4B").duty_on("2019-12-15"))
    )


@pytest.mark.parametrize("name", NAMES)
def test_status_follows_from_one_question_was_it_published_law(name):
    """What says that it was only posted, reported, proposed or a power is a threat; a law is none."""
    unlawful = re.compile(
        r"never (put into|published as) law|by post|a power|no notice found|social media|post of president",
        re.IGNORECASE,
    )
    lawful = re.compile(r"published law|published for", re.IGNORECASE)
    for m in datasets.load(name).measures:
        text = f"{m.source} {m.note}"
        if unlawful.search(m.note):
            assert m.status == "threatened", m.name
        if lawful.search(m.note):
            assert m.status == "revoked", m.name
        if m.status == "revoked":
            assert m.announced is not None, m.name
            assert m.expiry_announced is not None, m.name
            assert m.expiry_announced <= max(m.effective, m.announced), (m.name, text)


@pytest.mark.parametrize("name", datasets.names())
def test_every_layer_says_what_is_held_and_until_when(name):
    layers = datasets.describe(name).get("layers", {})
    assert set(layers) == set(datasets.load(name).authorities)
    assert not datasets.load(name).complete


@pytest.mark.parametrize("name", NAMES)
def test_sources_can_be_cited(name):
    cited = [(m.name, m.source, m.confidence) for m in datasets.load(name).measures]
    events = datasets.events(name)
    cited += list(zip(events["name"], events["source"], events["confidence"], strict=True))
    for what, source, confidence in cited:
        assert not any(domain in source for domain in WEAK), what
        if any(domain in source for domain in SECONDARY):
            assert confidence == "low", what
    about = " ".join(datasets.describe(name)["sources"])
    assert not any(domain in about for domain in WEAK)
