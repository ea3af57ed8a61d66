"""Counted: names of authorities that nothing bears are refused or warned about, never passed over."""

import pytest

import tradesim as ts
from tradesim.errors import InputError, ModelWarning

pytestmark = pytest.mark.filterwarnings("error::tradesim.errors.ModelWarning")

PAIR = ts.Economies(["USA", "CHN"], [[0, 4e11], [1e11, 0]])


def measure(name, rate, **about):
    given = {"importer": "USA", "exporter": "CHN", "authority": name, "effective": "2025-01-01"}
    return ts.Measure(name=name, rate=rate, **given | about)


MFN = measure("MFN", 0.025)
FENTANYL = measure("IEEPA fentanyl", 0.2)


def floor(*against):
    return measure("deal", 0.15, basis="floor", against=against)


def exemption(*against):
    return measure("exempt", 0.0, coverage=0.3, stacking="replace", against=against)


def duty(*measures):
    return ts.Schedule(measures, PAIR).duty_on("2025-02-01").loc["USA", "CHN"]


def test_what_is_named_is_counted():
    assert duty(MFN, floor("MFN")) == pytest.approx(0.15)
    assert duty(FENTANYL, exemption("IEEPA fentanyl")) == pytest.approx(0.7 * 0.2)


@pytest.mark.parametrize("name", ["mfn", "Mfn", "M.F.N.", " MFN"])
def test_an_authority_written_in_another_way_is_refused(name):
    with pytest.raises(
        InputError, match=r"measure 'deal': against: an authority written in another way.*'MFN'"
    ):
        duty(MFN, floor(name))


@pytest.mark.parametrize("name", ["ieepa fentanyl", "IEEPA-fentanyl", "IEEPA  Fentanyl"])
def test_a_replacement_of_an_authority_written_in_another_way_is_refused(name):
    with pytest.raises(InputError, match="allowed: 'IEEPA fentanyl'"):
        duty(FENTANYL, exemption(name))


def test_an_unknown_authority_is_warned_about_with_what_it_does():
    with pytest.warns(
        ModelWarning, match=r"'deal': against: no measure is of the authority 'base'.*floor does not"
    ):
        assert duty(MFN, floor("base")) == pytest.approx(0.025 + 0.15)
    with pytest.warns(
        ModelWarning, match=r"the replacement ends nothing of it; did you mean 'IEEPA fentanyl'\?"
    ):
        assert duty(FENTANYL, exemption("IEEPA fentanil")) == pytest.approx(0.2)


def test_acts_that_are_added_are_asked_and_those_before_them_are_not():
    schedule = ts.Schedule([MFN, floor("MFN")], PAIR)
    left = schedule.without("MFN")  # a counterfactual: the floor is then all there is
    assert left.duty_on("2025-02-01").loc["USA", "CHN"] == pytest.approx(0.15)
    left.adding(FENTANYL)
    left.as_of("2025-06-01").past_vintage().select(["USA", "CHN"])
    with pytest.raises(InputError, match="another way"):
        schedule.adding(exemption("mfn"))


def test_a_file_is_told_which_line_is_meant(tmp_path):
    ts.Schedule([MFN, floor("MFN")], PAIR).to_csv(tmp_path / "acts.csv")
    text = (tmp_path / "acts.csv").read_text(encoding="utf-8")
    assert text.count("MFN") == 3
    head, mfn, last = text.rstrip("\n").split("\n")
    wrong = "\n".join(
        [head, *(line.replace("MFN", "mfn") if "floor" in line else line for line in (mfn, last))]
    )
    (tmp_path / "acts.csv").write_text(wrong + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="'mfn'"):
        ts.Schedule.from_csv(tmp_path / "acts.csv", PAIR)


@pytest.mark.parametrize("name", ts.datasets.names())
def test_packaged_records_name_authorities_that_they_have(name):
    ts.datasets.load.__wrapped__(name) if hasattr(ts.datasets.load, "__wrapped__") else ts.datasets.load(name)
