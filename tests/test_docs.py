"""The documentation: its code runs, its commands are read, its links lead somewhere, the site is built."""

import doctest
import importlib.util
import inspect
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from malformed import GOOD_CSV
from painted import FAINT
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser
from typer.main import get_command
from typer.testing import CliRunner

import tradesim as ts
from tradesim import scenarios
from tradesim.cli import app

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
RUN_ELSEWHERE = {
    "docs/trade_data.md": "tests/test_trade_docs.py, which makes its files",
    "docs/scenarios/index.md": "tests/test_scenario_library.py",
    **{f"docs/scenarios/{name}.md": "tests/test_scenario_library.py" for name in scenarios.names()},
}
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
FEWER = re.compile(r"(?<=--draws )\d{4,}|(?<=draws=)\d[\d_]{5,}")
"""Numbers of draws, of which a test needs no more than a few."""
COMMAND = re.compile(r"^(?:    |\$ )?(tradesim .*?)(?:\s+#.*)?$", re.MULTILINE)
CHEAP = {"list", "show", "duty", "check", "plot"}
"""Commands that are run; of the others, which have tests of their own, it is seen that they can be read."""


NOT_SHOWN = {"Chart", "Instrument", "View", "Over"}
"""Types that are only names for others."""


def shown(page):
    return str(page.relative_to(ROOT))


def few_draws(text):
    return FEWER.sub("200", text)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to run in, with the files that the pages speak of."""
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg")
    page = (DOCS / "how_to" / "scenario_file.md").read_text(encoding="utf-8")
    own = re.search(r"```toml\n(name = .*?)```", page, re.DOTALL)[1]
    for name in ("own.toml", "my-scenario.toml", "mine.toml"):
        Path(name).write_text(own, encoding="utf-8")
    Path("acts.csv").write_text(GOOD_CSV.replace("USA", "AAA").replace("CHN", "BBB"), encoding="utf-8")
    yield tmp_path
    plt.close("all")


def blocks(page, folder):
    """The Python blocks of a page, to be run in turn in one namespace."""
    copy = folder / f"{page.stem}-as-run.md"
    copy.write_text(few_draws(page.read_text(encoding="utf-8")), encoding="utf-8")
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    sybil = Sybil([PythonCodeBlockParser(doctest_optionflags=options), SkipParser()], path=str(folder))
    return list(sybil.parse(copy).examples())


def commands():
    """Every command of the pages: lines of shell blocks and of indented blocks, each once."""
    found = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks_ = re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL)
        blocks_ += re.findall(r"(?:^    tradesim .*\n)+", text, re.MULTILINE)
        lines = [match[1] for block in blocks_ for match in COMMAND.finditer(block)]
        found |= dict.fromkeys(map(few_draws, lines))
    return list(found)


@pytest.mark.parametrize("page", [page for page in PAGES if shown(page) not in RUN_ELSEWHERE], ids=shown)
def test_the_python_of_a_page_runs(page, folder):
    for example in blocks(page, folder):
        example.evaluate()


@pytest.mark.parametrize("command", commands())
def test_a_command_can_be_read_and_runs(command, folder):
    name, *options = shlex.split(command.partition(" > ")[0])[1:]
    known = get_command(app).commands
    assert name in known, command
    if name in CHEAP:
        done = CliRunner().invoke(app, [name, *options])
        assert done.exit_code == 0, f"{done.output} {done.exception!r}"
    else:
        known[name].make_context(name, options)


def test_there_are_commands_and_they_can_be_wrong():
    assert len(commands()) > 15
    assert CliRunner().invoke(app, ["run", "us-china-2025-10", "--drawz", "5"]).exit_code == 2


# Links and the site ---------------------------------------------------------------------------------------


def links(page):
    """Relative links and pictures of a page, without anchors."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [to for to in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", text) if not to.startswith("http")]


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_links_lead_to_files_of_the_repository(page):
    assert [to for to in links(page) if not (page.parent / to).exists()] == []


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built with warnings as errors."""
    place = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(place)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr
    return place


def test_the_site_is_whole(site):
    pages = {str(page.relative_to(DOCS).with_suffix(".html")) for page in PAGES[1:]}
    assert pages <= {str(page.relative_to(site)) for page in site.rglob("*.html")}
    notebooks = {notebook.stem for notebook in (ROOT / "notebooks").glob("*.ipynb")}
    assert {page.stem for page in (site / "notebooks").glob("*.html")} == notebooks


def test_the_site_fetches_nothing(site):
    """No script, style, font or picture comes from elsewhere; links that a reader follows may lead there."""
    fetched = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=["']?(?:https?:)?//""")
    pages = {page.name: fetched.findall(page.read_text(encoding="utf-8")) for page in site.rglob("*.html")}
    assert {name: found for name, found in pages.items() if found} == {}
    styles = "".join(file.read_text(encoding="utf-8") for file in site.rglob("*.css"))
    assert not re.findall(r"url\(['\"]?https?:|@import", styles)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_text_of_the_site_stands_out(site, browser, width, scheme):
    """On a telephone with its drawer open, and on a screen."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    for name in ("index", "reference/rules", "economics", "measured"):
        page.goto((site / f"{name}.html").as_uri())
        page.evaluate("document.getElementById('__drawer').checked = true")
        page.wait_for_timeout(300)
        assert page.evaluate(FAINT) == [], name
    page.close()


def test_equations_are_drawn_by_the_browser(site):
    page = (site / "equations.html").read_text(encoding="utf-8")
    assert page.count("<math") > 40
    assert "arithmatex" not in page
    assert "<mi>\\" not in page  # a command that was not understood


def test_every_public_name_has_a_place_in_the_reference(site):
    inventory = re.findall(r'id="(tradesim[\w.]*)"', "".join(
        page.read_text(encoding="utf-8") for page in (site / "reference").glob("*.html")
    ))  # fmt: skip
    named = {name.rpartition(".")[2] for name in inventory}
    rooms = [room for name in ts.__all__ if inspect.ismodule(room := getattr(ts, name))]
    public = {name for name in ts.__all__ if not inspect.ismodule(getattr(ts, name))}
    public |= {name for room in rooms for name in getattr(room, "__all__", ()) if not name.isupper()}
    assert public - NOT_SHOWN - named == set(), "missing in docs/reference"


# The hooks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted((DOCS / "hooks").glob("*.py")), ids=lambda path: path.stem)
def test_the_examples_of_a_hook_hold(path):
    spec = importlib.util.spec_from_file_location(f"hook_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0
