"""The main job: what it writes, and that its sentences and tables are the API's numbers."""

import pandas as pd
import pytest

from tradesim import datasets, marks, scenarios, tour


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    lines = []
    done = tour.main_job(tmp_path_factory.mktemp("out"), say=lines.append)
    assert len(lines) == len(done)
    return done


def test_it_writes_pictures_and_tables_for_each_finding(findings):
    for finding in findings:
        endings = [path.suffix for path in finding.files]
        assert endings[:2] == [".png", ".csv"]
        assert all(path.stat().st_size > 500 for path in finding.files)


def test_the_record_csv_holds_the_duties_of_the_schedule(findings):
    path = next(path for path in findings[0].files if path.suffix == ".csv")
    written = pd.read_csv(path, header=[0, 1], index_col=0, parse_dates=True)
    schedule = datasets.load("us-china")
    expected = schedule.effective_duty("2018-01-01", schedule.vintage)
    assert list(written.columns) == list(expected.columns)
    assert (written.index == expected.index).all()
    assert written.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-6)


def test_the_sentences_say_what_the_record_says(findings):
    duty = datasets.load("us-china").effective_duty("2018-01-01", "2026-10-08")
    assert f"{duty['USA']['CHN'].max() * 100:.1f} % on 10 April 2025" in findings[0].sentences[0]
    assert (
        f"{duty['CHN']['USA'].max() * 100:.1f} % on 12 April 2025 to 13 May 2025" in findings[0].sentences[1]
    )


def test_the_spiral_is_told_in_order(findings):
    assert "USA 34 → CHN 34 → USA 84 → CHN 84 → USA 125 → CHN 125" in findings[2].sentences[0]


def test_every_branch_has_a_sentence_with_its_duty(findings):
    for (name, paths), sentence in zip(
        scenarios.load("us-china-2025-10").run_branches().items(), findings[3].sentences, strict=True
    ):
        duty = paths.to_frame().loc["2025-11-10"]
        assert sentence.startswith(f"{name}: ")
        assert f"{duty['USA', 'CHN'] * 100:.1f} % on China" in sentence
        assert f"{duty['CHN', 'USA'] * 100:.1f} % on the United States" in sentence


def test_a_label_names_the_act_that_moves_most_in_the_direction_of_the_step():
    schedule = datasets.load("us-china")
    duty = schedule.effective_duty("2026-01-01", "2026-05-01")[[("USA", "CHN")]]
    labels = {str(day)[:10]: text for day, text, _ in marks.large_acts(schedule, duty)}
    assert labels["2026-02-24"].startswith("IEEPA fentanyl")
    assert labels["2026-04-06"].startswith("Section 232")


def test_truces_are_half_open_windows():
    names = {name: (str(start)[:10], str(end)[:10]) for name, start, end in marks.truces_of("us-china")}
    assert names["Geneva truce"] == ("2025-05-14", "2027-01-10")


def test_the_report_in_words_names_every_file(findings):
    text = "\n".join(tour.sentences_of(findings))
    assert all(str(path) in text for finding in findings for path in finding.files)
