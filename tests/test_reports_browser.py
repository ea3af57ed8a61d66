"""Reports in a real browser: nothing is run that somebody wrote, nothing is fetched, nothing overflows."""

from dataclasses import replace

import pytest
from painted import FAINT
from report_page import Page

import tradesim as ts

WIDTHS = (400, 1400)
NASTY = [
    "<script>window.hit = 1; alert(1)</script>",
    '"onmouseover="window.hit=1" x="',
    "'><img src=x onerror=window.hit=1>",
    "</style><script>window.hit=1</script>",
    "</svg></title></textarea><script>window.hit=1</script>",
    "]]><script>window.hit=1</script><![CDATA[",
    "--><script>window.hit=1</script><!--",
    "{{ 7*7 }}{% raw %}${7*7}$\\frac{$",
    "javascript:window.hit=1",
]


@pytest.fixture(scope="module")
def hostile():
    """A scenario in which every text that a person can choose is hostile."""
    names = [f"{text} {k}" for k, text in enumerate(NASTY)]
    act = ts.Measure(
        name=names[0], importer="USA", exporter="CHN", authority=names[3], rate=0.1, effective="2025-01-01",
        source=f"{NASTY[8]} https://example.org/{NASTY[2]} {NASTY[5]}", note=names[1],
    )  # fmt: skip
    other = replace(act, name=names[4], importer="CHN", exporter="USA", authority=names[6])
    later = replace(act, name=names[5], effective="2026-02-01", announced="2025-01-01", status="threatened")
    truce = ts.Truce(
        name=names[1], parties=("USA", "CHN"), start="2026-01-10", end="2026-02-20", suspend=(names[0],),
        renewal=0.5, renewals=1, breach=0.5,
    )  # fmt: skip
    deal = ts.Outcome(name=names[2], probability=0.6, note=names[6])
    enact = ts.Effect(action="enact", target=names[5])
    clash = ts.Outcome(name=names[7], probability=0.4, note=names[3], effects=(enact,))
    return ts.Scenario(
        name=names[3], title=" ".join(NASTY), description="\n\n".join(NASTY), source=" ; ".join(NASTY),
        start="2026-01-01", end="2026-04-01",
        schedule=ts.Schedule(
            [act, other, later], ts.Economies(["USA", "CHN"], [[0, 440e9], [145e9, 0]]), title=names[4],
            source=names[2], vintage=names[5],
        ),
        rules={"CHN": ts.rules.Match(reaction=2, forgiveness=0.2)},
        truces=[truce],
        events=[ts.Event(name=names[4], date="2026-01-20", outcomes=(deal, clash), note=names[0])],
        shocks=[
            ts.Shock(importer="USA", exporter="CHN", name=names[6], rate=2, size=ts.Size("fixed", value=0.1))
        ],
        branches={names[0]: {names[4]: deal.name}, names[1]: {names[4]: clash.name}},
    )  # fmt: skip


@pytest.fixture(scope="module")
def pages(hostile, tmp_path_factory):
    """Files of reports: of what is hostile, of a scenario, of a record, and of a sweep."""
    folder = tmp_path_factory.mktemp("pages")
    october = ts.scenarios.load("us-china-2025-10").with_({"end": "2025-12-01"})
    swept = ts.sweep(october, {"rules.CHN.ratio": ts.uniform(0.5, 1.2)}, draws=600, progress=False)
    subjects = {
        "hostile": ts.report(hostile, draws=40),
        "scenario": ts.report(october, draws=40),
        "record": ts.report("us-china"),
        "sweep": ts.report(swept),
    }
    return {name: found.to_html(folder / f"{name}.html") for name, found in subjects.items()}


# Read ------------------------------------------------------------------------------------------------

NAMES = ["hostile", "scenario", "record", "sweep"]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_holds_no_script_no_handler_and_no_address_but_of_the_web(pages, name):
    page = Page(pages[name].read_text(encoding="utf-8"))
    assert {each.tag for each in page.elements} <= {
        "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "footer", "h1",
        "h2", "p", "ul", "li", "a", "data", "time", "figure", "figcaption", "div", "table", "caption",
        "thead", "tbody", "tr", "th", "td", "pre", "code", "details", "summary", "svg", "g", "defs", "path",
        "use", "clippath", "rect", "text",
    }  # fmt: skip
    for each in page.elements:
        assert not [name for name in each.attributes if name.startswith("on") or name in {"src", "srcdoc"}]
        link = each.attributes.get("href", "#")
        assert link.startswith(("#", "http://", "https://") if each.tag == "a" else "#")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_in_order(pages, name):
    html = pages[name].read_text(encoding="utf-8")
    page = Page(html)
    assert page.all("html", lang="en")
    ids = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    assert {each.attributes["href"][1:] for each in page.all("a") if each.within[-1] == "nav"} <= set(ids)
    headings = [each for each in page.elements if each.tag in {"h1", "h2", "h3"}]
    assert [each.tag for each in headings] == ["h1", *["h2"] * (len(headings) - 1)]
    drawings = page.all("svg")
    assert drawings
    assert all(
        each.attributes["role"] == "img" and len(each.attributes["aria-label"]) > 20 for each in drawings
    )
    captions = [each.text for each in page.all("figcaption")]
    assert len(captions) == len(drawings)
    assert all("%" in text and "Source: " in text for text in captions)
    assert "statutory effective dut" in page.words.lower()
    assert len(html.encode()) < 3_000_000


def test_what_somebody_wrote_is_text(pages):
    page = Page(pages["hostile"].read_text(encoding="utf-8"))
    assert page.all("title")[0].text == " ".join(NASTY) == page.all("h1")[0].text
    for text in NASTY:
        assert text in page.words
    written = "".join(each.text for each in page.all("text"))
    assert "<script>window.hit" in written  # in the drawings too
    assert "{{ 7*7 }}" in page.words
    assert "49" not in page.all("h1")[0].text


def test_in_a_notebook_it_is_text_too(hostile):
    shown = Page(ts.report(hostile, draws=5)._repr_html_())
    assert {each.tag for each in shown.elements} == {"p", "ul", "li"}
    assert shown.all("p")[0].text == " ".join(NASTY)


# Seen ------------------------------------------------------------------------------------------------


@pytest.fixture
def seen(browser):
    """Open a file at a width; return the page, what went wrong, and what it asked for."""
    contexts = []

    def open_at(file, width=1400, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page, wrong, asked = context.new_page(), [], []
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        return page, wrong, asked

    yield open_at
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_goes_wrong_nothing_is_fetched_and_nothing_overflows(pages, seen, name, width):
    page, wrong, asked = seen(pages[name], width)
    assert wrong == []
    assert asked == [pages[name].as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.hit") is None
    boxes = page.evaluate(
        "[...document.querySelectorAll('.scroll, h1, h2, p, li, pre')].map(e => e.getBoundingClientRect())"
        ".filter(box => box.right > innerWidth + 1 || box.left < -1).length"
    )
    assert boxes == 0


def test_moving_over_everything_runs_nothing(pages, seen):
    page, wrong, _ = seen(pages["hostile"])
    for each in page.query_selector_all("li, td, text, figcaption, h1")[:60]:
        each.dispatch_event("mouseover")
    assert (wrong, page.evaluate("window.hit")) == ([], None)


@pytest.mark.parametrize("width", WIDTHS)
def test_text_in_figures_can_be_read(pages, seen, width):
    page, _, _ = seen(pages["scenario"], width)
    least = page.evaluate(
        "Math.min(...[...document.querySelectorAll('svg text')].map("
        "t => parseFloat(getComputedStyle(t).fontSize) * Math.hypot(t.getScreenCTM().c, t.getScreenCTM().d)))"
    )
    assert least >= 7.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_the_browser(pages, seen, scheme):
    """Contrast of every text of the page with its ground, as the browser paints both."""
    page, _, _ = seen(pages["scenario"], scheme=scheme)
    assert page.evaluate(FAINT) == []
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 18, 21)"
    assert dark == (scheme == "dark")


def test_a_dark_page_is_printed_light_and_whole(pages, seen, tmp_path):
    page, wrong, _ = seen(pages["scenario"], scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert wrong == []
