"""The command line of reports: what it says and writes, how it refuses, and that it can be made again."""

import json
import shlex

import pytest
from report_page import Page
from test_cli import call, refused, said  # noqa: F401 call is a fixture

import tradesim as ts
from tradesim import scenarios
from tradesim.reports import page


@pytest.fixture
def bare(monkeypatch):
    """Figures take seconds and are looked at elsewhere."""
    monkeypatch.setattr(page, "svg_of", lambda figure: f"<svg><title>{figure.key}</title></svg>")


@pytest.fixture
def short(tmp_path):
    return scenarios.load("us-china-2025-10").with_({"end": "2025-12-01"}).to_toml(tmp_path / "short.toml")


def test_it_says_the_takeaways_and_writes_one_file(call, bare, tmp_path):  # noqa: F811
    text = said(call("report", "us-china-2025-10", "--draws", 50, "--seed", 3, "-o", "r.html"))
    found = ts.report("us-china-2025-10", draws=50, seed=3)
    assert text == f"{found.title}\n\n{found.summary_text()}\n\nreport: r.html\n"
    assert [file.name for file in tmp_path.iterdir()] == ["r.html"]
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == found.html()


def test_json_is_what_python_says(call, bare, short):  # noqa: F811
    told = json.loads(said(call("report", short, "--draws", 20, "--json")))
    assert told.pop("file") == "out/us-china-2025-10-report.html"
    assert told == json.loads(json.dumps(ts.report(short, draws=20).to_dict()))


def test_measures_in_a_file_are_a_record(call, bare, tmp_path):  # noqa: F811
    file = ts.datasets.load("canada").to_csv(tmp_path / "acts.csv")
    said(call("report", file, "-o", "r.html"))
    shown = Page((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert "tradesim report on a record: acts" in shown.words
    duty = ts.datasets.load("canada").duty_on("2026-01-01")
    assert ts.report(file).tables["duty"].rows[-1][1].value >= 0
    rows = {str(row[0].iso): row for row in ts.report(file).tables["duty"].rows}
    columns = ts.report(file).tables["duty"].columns[1:]
    values = [cell.value for cell in rows["2026-01-01"][1:]]
    assert values == [duty.loc[*column.split(" on ")] for column in columns]


def test_a_store_is_told_once_it_is_done(call, bare, short, tmp_path):  # noqa: F811
    store = tmp_path / "store"
    over = {"rules.CHN.ratio": ts.uniform(0.5, 1.2)}
    swept = ts.sweep(ts.Scenario.from_toml(short), over, draws=1024, seed=3, store=store, progress=False)
    text = said(call("report", store, "-o", "r.html"))
    assert "in the median of 1,024 draws" in text
    words = Page((tmp_path / "r.html").read_text(encoding="utf-8")).words
    assert swept.digest in words
    assert f"tradesim report {store} -o report.html" in words
    next((store / "blocks").iterdir()).unlink()
    (line,) = refused(call("report", store))
    assert "not done; got 1 of 2 blocks; finish it: tradesim sweep NAME|FILE --store" in line
    assert refused(call("report", store, "--draws", 5))


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["us-chin"], "unknown record, scenario, file or store; got 'us-chin'"),
        (["us-chin"], "did you mean 'us-china'"),
        (["nowhere.toml"], "nowhere.toml"),
        (["nowhere.csv"], "nowhere.csv"),
        (["."], "no sweep and no record in it"),
        (["us-china", "--draws", "5"], "draws: a record leaves nothing to chance; got 5; leave it out"),
        (["us-china-2025-10", "--draws", "0"], "draws: not a number of draws"),
        (["april-2025-spiral", "-o", "."], "--out: a folder"),
        (["april-2025-spiral", "-o", "acts/x/r.html"], "acts/x: cannot be written"),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_is_written(call, tmp_path, args, words):  # noqa: F811
    (tmp_path / "acts").write_text("a file")
    lines = refused(call("report", *args))
    assert words in "\n".join(lines)
    assert [file.name for file in tmp_path.iterdir()] == ["acts"]


def test_a_place_that_cannot_be_written_is_said_before_anything_runs(call, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(ts.Scenario, "run", lambda *_, **__: 1 / 0)
    assert refused(call("report", "april-2025-spiral", "-o", tmp_path))


def test_a_file_that_is_there_is_replaced_whole_or_not_at_all(call, bare, tmp_path, monkeypatch):  # noqa: F811
    file = tmp_path / "r.html"
    file.write_text("before")
    with monkeypatch.context() as broken:
        broken.setattr(page, "svg_of", lambda _: (_ for _ in ()).throw(MemoryError))
        assert call("report", "april-2025-spiral", "-o", file).exit_code == 1
    assert file.read_text() == "before"
    said(call("report", "april-2025-spiral", "-o", file))
    assert file.read_text().startswith("<!doctype html>")
    assert [each.name for each in tmp_path.iterdir()] == ["r.html"]


def test_the_command_and_the_lines_in_a_report_make_it_again(call, bare, short, tmp_path):  # noqa: F811
    said(call("report", "short.toml", "--draws", 20, "--seed", 4, "-o", "first.html"))
    html = (tmp_path / "first.html").read_bytes()
    command, lines, file = [code.text for code in Page(html.decode()).all("code")]
    name, *args = shlex.split(command)
    assert name == "tradesim"
    said(call(*args))
    assert (tmp_path / "report.html").read_bytes() == html
    (tmp_path / "report.html").unlink()
    exec(lines, {})  # noqa: S102 what a person would type
    assert (tmp_path / "report.html").read_bytes() == html
    assert file == short.read_text(encoding="utf-8")


def test_the_same_report_is_the_same_bytes_with_its_figures():
    assert ts.report("eu-steel").html() == ts.report("eu-steel").html()


def test_a_scenario_of_python_is_told_with_its_file(bare):
    scenario = scenarios.load("us-china-2025-10").with_({"end": "2025-12-01", "rules.CHN.ratio": 0.5})
    texts = [code.text for code in Page(ts.report(scenario, draws=20).html()).all("code")]
    assert texts[0].splitlines()[2].startswith('subject = ts.Scenario.from_toml("scenario.toml")')
    assert "ratio = 0.5" in texts[1]


def test_a_packaged_scenario_or_record_is_told_by_its_name(bare):
    for thing, name in (
        (scenarios.load("april-2025-spiral"), "april-2025-spiral"),
        (ts.datasets.load("canada"), "canada"),
    ):
        assert ts.report(thing).html() == ts.report(name).html()


def test_a_rule_of_your_own_is_told_without_a_file(bare):
    def half(seen, own, first, day, memory, values):
        return 0.5 * seen, memory

    spiral = scenarios.load("april-2025-spiral")
    scenario = ts.Scenario(
        name="half", start=spiral.start, end="2025-04-20", record=spiral.record,
        rules={"CHN": ts.rules.Custom(function=half, reaction=2)},
    )  # fmt: skip
    texts = [code.text for code in Page(ts.report(scenario, draws=5).html()).all("code")]
    assert len(texts) == 1
    assert "which no file can hold" in texts[0]
