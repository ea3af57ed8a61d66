"""Scenario files: what is written reads back equal, and what is wrong is named with its file and line."""

import datetime as dt
import tomllib
from dataclasses import dataclass, replace

import malformed
import numpy as np
import pytest
import strategies as draw
from hypothesis import given
from hypothesis import strategies as st

from tradesim import io, rules, scenarios
from tradesim.economies import Economies
from tradesim.errors import InputError
from tradesim.events import Effect, Event, Outcome
from tradesim.measures import Measure
from tradesim.record import Record
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.shocks import Shock, Size
from tradesim.truces import Truce


def kept(scenario, folder):
    """The scenario after it has been written and read."""
    return Scenario.from_toml(scenario.to_toml(folder / "scenario.toml"))


def refusal(text, folder):
    path = folder / "war.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Scenario.from_toml(path)
    return str(caught.value).replace(str(path), "war.toml")


def more(**changes):
    plain = {"name": "more", "importer": "USA", "exporter": "CHN", "authority": "x", "rate": 0.1}
    return Measure(**(plain | {"effective": "2025-12-01"} | changes))


# Packaged --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", scenarios.names())
def test_packaged_scenarios_survive_a_file(name, tmp_path):
    assert kept(scenarios.load(name), tmp_path) == scenarios.load(name)


@pytest.mark.parametrize("name", scenarios.names())
def test_packaged_scenarios_describe_themselves(name):
    said, scenario = scenarios.describe(name), scenarios.load(name)
    assert said["name"] == name == scenario.name
    assert {key: getattr(scenario, key) for key in said} == said


def test_loading_twice_gives_the_same_scenario():
    assert scenarios.load("april-2025-spiral") is scenarios.load("april-2025-spiral")


@pytest.mark.parametrize("call", [scenarios.load, scenarios.describe])
def test_an_unknown_scenario_gets_a_did_you_mean(call):
    with pytest.raises(
        InputError, match=r"unknown scenario; got 'april-2025'.*did you mean 'april-2025-spiral'"
    ):
        call("april-2025")


def test_a_class_of_ones_own_is_read_as_such():
    class Mine(Scenario):
        pass

    assert type(Mine.from_toml(scenarios.FOLDER / "april-2025-spiral.toml")) is Mine


def test_a_file_says_the_same_as_python():
    by_hand = Scenario(
        name="april-2025-spiral",
        start="2025-04-02",
        end="2025-05-03",
        record=Record(name="us-china", as_of="2025-04-02"),
        rules={
            "CHN": rules.Match(reaction=2, cap=1.25),
            "USA": rules.Counter(step=0.5, reaction=2, cap=1.25, coverage=0.74108),
        },
    )
    loaded = scenarios.load("april-2025-spiral")
    assert replace(loaded, title="", description="", source="") == by_hand


# There and back --------------------------------------------------------------------------------------


def test_a_record_with_further_measures_survives_a_file(tmp_path):
    record = Record(name="us-china", as_of="2025-10-23", without=("IEEPA fent*",), economies=("USA", "CHN"))
    further = [more(), more(name="other", rate=0.2, expires="2026-01-01", note='a "note"\nof two lines')]
    scenario = Scenario(
        name="x",
        start="2025-11-01",
        end="2026-01-01",
        record=record,
        schedule=record.schedule().adding(*further),
    )
    back = kept(scenario, tmp_path)
    assert back == scenario
    assert back.record == record
    written = tomllib.loads((tmp_path / "scenario.toml").read_text())
    assert [measure["name"] for measure in written["measures"]] == ["more", "other"]


def test_a_branch_survives_a_file(tmp_path):
    branch = scenarios.load("us-china-2025-10").branch("lapse")
    assert kept(branch, tmp_path) == branch


def test_a_changed_scenario_survives_a_file(tmp_path):
    changes = {"rules.CHN.ratio": 0.8, "events.summit.deal": 0.3, "truces.geneva.surcharges": 0.1}
    changed = scenarios.load("us-china-2025-10").with_(changes)
    assert kept(changed, tmp_path) == changed


def own(**changes):
    plain = {"name": "own", "start": "2018-12-10", "end": "2019-01-10"}
    return Scenario(**(plain | {"schedule": Schedule([draw.measure()], draw.two_economies())} | changes))


def test_numpy_values_are_written_as_numbers(tmp_path):
    rule = rules.Match(ratio=np.float64(0.1) + np.float64(0.2), cap=np.float64(1), reaction=2)
    truce = Truce(
        name="t", parties=("USA", "CHN"), start="2018-12-11", end="2018-12-12", surcharges=np.float64(0.3)
    )
    scenario = own(rules={"CHN": rule}, truces=(truce,))
    assert kept(scenario, tmp_path) == scenario
    assert "ratio = 0.30000000000000004\n" in (tmp_path / "scenario.toml").read_text()


def test_trade_is_written_one_importer_a_line(tmp_path):
    scenario = own(
        schedule=Schedule([], Economies(["USA", "CHN"], [[0, 4e11], [1e11, 0]], [2e13, 1e13], "2017", "x"))
    )
    assert kept(scenario, tmp_path) == scenario
    text = (tmp_path / "scenario.toml").read_text()
    assert text.endswith(
        "imports = [\n    [0.0, 400000000000.0],\n    [100000000000.0, 0.0],\n]\n"
        "gdp = [20000000000000.0, 10000000000000.0]\n"
    )


def test_writing_twice_gives_the_same_bytes(tmp_path):
    first = scenarios.load("us-china-2025-10").to_toml(tmp_path / "a.toml")
    second = Scenario.from_toml(first).to_toml(tmp_path / "b.toml")
    assert first.read_bytes() == second.read_bytes()


def test_a_file_is_read_as_windows_writes_it(tmp_path):
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + malformed.GOOD_SCENARIO.replace("\n", "\r\n").encode())
    assert Scenario.from_toml(path) == scenarios.load("us-china-2025-10")


def test_the_samples_that_malformed_files_are_made_from_are_good(tmp_path):
    for ending, text in ((".toml", malformed.GOOD_SCENARIO), ("-own.toml", malformed.OWN_SCENARIO)):
        (tmp_path / f"good{ending}").write_text(text, encoding="utf-8")
        Scenario.from_toml(tmp_path / f"good{ending}")
    (tmp_path / "good.csv").write_text(malformed.GOOD_CSV, encoding="utf-8")
    assert len(io.check_measures(tmp_path / "good.csv")) == 4


EVERYTHING = """\
name = "everything"
start = 2027-01-01
end = 2027-12-31

[economies]
codes = ["AAA", "BBB", "CCC"]
imports = [[0, 3e11, 1e11], [2e11, 0, 1e11], [1e11, 1e11, 0]]

[[measures]]
name = "opening"
importer = "AAA"
exporter = "BBB"
authority = "surcharge"
rate = 0.1
effective = 2027-01-15

[rules.BBB]
kind = "match"
ratio = 0.8
allies = ["CCC"]
diversion = 0.25
forgiveness = 0.1
view = "trade-weighted"

[rules.BBB-AAA]
kind = "targeted"
rate = 0.25
instrument = "export_control"
equivalent = 0.5

[rules.CCC]
kind = "rebalance"
by = "trade"
elasticity = 4.0

[[truces]]
name = "pause"
parties = ["AAA", "BBB"]
start = 2027-04-01
days = 60
renewal = 0.5
renewal_days = 30
renewals = 2
breach = 0.75
tolerance = 0.05
start_spread = 3
length_spread = 4

[[events]]
name = "vote"
date = 2027-03-01

[[events.outcomes]]
name = "yes"
probability = 0.25
slopes = { "duty.AAA-BBB" = -2.0, "days.pause" = 0.01, "renewals.pause" = -0.5 }

[[events.outcomes.effects]]
action = "suspend"
target = "opening"
until = 2027-05-01

[[events.outcomes]]
name = "no"
probability = 0.75

[[shocks]]
importer = "AAA"
exporter = "BBB"
rate = 2.0
size = { distribution = "lognorm", s = 0.5, scale = 0.1 }

[[shocks]]
name = "small ones"
importer = "CCC"
exporter = "AAA"
rate = 12
size = { distribution = "fixed", value = 0.02 }
coverage = 0.5
implementation = 3
days = 90
most = 0.5
"""


def test_a_file_may_say_everything(tmp_path):
    (tmp_path / "war.toml").write_text(EVERYTHING, encoding="utf-8")
    scenario = Scenario.from_toml(tmp_path / "war.toml")
    weighted = {"allies": ("CCC",), "diversion": 0.25, "forgiveness": 0.1, "view": "trade-weighted"}
    assert scenario.rules == {
        "BBB": rules.Match(ratio=0.8, **weighted),
        "BBB-AAA": rules.Targeted(rate=0.25, instrument="export_control", equivalent=0.5),
        "CCC": rules.Rebalance(by="trade", elasticity=4.0),
    }
    assert scenario.truces == (
        Truce(
            name="pause", parties=("AAA", "BBB"), start="2027-04-01", end="2027-05-31", renewal=0.5,
            renewal_days=30, renewals=2, breach=0.75, tolerance=0.05, start_spread=3, length_spread=4,
        ),
    )  # fmt: skip
    yes, no = scenario.events[0].outcomes
    assert yes.slopes == {"duty.AAA-BBB": -2.0, "days.pause": 0.01, "renewals.pause": -0.5}
    assert yes.effects == (Effect(action="suspend", target="opening", until="2027-05-01"),)
    assert no.slopes == {}
    assert scenario.shocks == (
        Shock(importer="AAA", exporter="BBB", rate=2.0, size=Size("lognorm", s=0.5, scale=0.1)),
        Shock(
            name="small ones", importer="CCC", exporter="AAA", rate=12, size=Size("fixed", value=0.02),
            coverage=0.5, implementation=3, days=90, most=0.5,
        ),
    )  # fmt: skip
    assert kept(scenario, tmp_path) == scenario


@pytest.mark.parametrize("kind", rules.KINDS)
def test_a_rule_of_every_kind_survives_a_file(tmp_path, kind):
    others = dict.fromkeys(OF_KIND.get(kind, {}), 0.375)
    others |= dict.fromkeys(others.keys() & {"patience", "period"}, 17)
    changed = rules.rule_of(kind)(
        reaction=3, implementation=2, cap=0.75, coverage=0.5, tolerance=0.0625, ratchet=True, forgiveness=0.25,  # noqa: E501
        view="trade-weighted", allies=("USA",), diversion=0.125, **others,
    )  # fmt: skip
    trade = Schedule([], Economies(["USA", "CHN"], [[0, 4e11], [1e11, 0]]))
    scenario = own(schedule=trade, rules={"CHN-USA": changed, "USA": rules.rule_of(kind)()})
    assert kept(scenario, tmp_path).rules == scenario.rules


def test_a_rule_of_python_is_not_written(tmp_path):
    def half(seen, own, first, day, memory, values):
        return 0.5 * seen, memory

    with pytest.raises(InputError) as caught:
        own(rules={"CHN": rules.Custom(function=half)}).to_toml(tmp_path / "x.toml")
    assert str(caught.value).startswith("rules.CHN: a rule that files do not know; got Custom; allowed: ")


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
wordy = st.one_of(
    words, st.sampled_from(["", "a\nb", "\r\n", '"""', "'''\\", " \n ", "[x]\nk = 1", "a\r\nb\n"])
)
names = st.one_of(st.sampled_from(["deal", "a b", "a.b", "é", '"', "a: b"]), words.filter(str.strip))
fractions = st.one_of(st.sampled_from([0, 1, 0.1, 0.25, 1 / 3]), st.floats(0, 1))


OF_KIND = {
    "match": {"ratio": fractions},
    "rebalance": {"elasticity": fractions},
    "counter": {"step": fractions},
    "targeted": {"rate": fractions},
    "deferred": {"ratio": fractions, "patience": st.integers(0, 90)},
    "self-stop": {"ratio": fractions, "stop": fractions},
    "grim": {"rate": fractions},
    "generous": {"ratio": fractions},
    "contrite": {"ratio": fractions},
    "gradual": {"rate": fractions, "period": st.integers(1, 90)},
    "deescalate": {"ratio": fractions},
}
"""What each kind of rule has of its own."""


@st.composite
def some_rules(each, codes, kinds):
    chosen = {}
    for key in [*codes, *(f"{i}-{j}" for i in codes for j in codes if i != j)]:
        kind = each(st.sampled_from([None, *kinds]))
        if kind is not None:
            given_keys = {
                "reaction": st.integers(1, 30), "implementation": st.integers(0, 9), "cap": fractions,
                "coverage": st.floats(0.01, 1), "tolerance": fractions, "ratchet": st.booleans(),
                "forgiveness": fractions, "view": st.sampled_from(["nominal", "trade-weighted"]),
                "allies": st.lists(st.sampled_from(codes), max_size=2), "diversion": fractions,
                **OF_KIND.get(kind, {}),
            }  # fmt: skip
            keys = each(st.fixed_dictionaries({}, optional=given_keys))
            if kind != "deescalate" and each(st.booleans()):
                how = each(st.sampled_from(["instrument", "beside"]))
                keys |= {how: each(st.sampled_from(["fee", "export_control"])), "equivalent": 0.3}
            chosen[key] = rules.rule_of(kind)(**keys)
    return chosen


@st.composite
def some_truces(each, codes):
    made = []
    for name in each(st.lists(names, max_size=2, unique=True)) if len(codes) > 1 else ():
        start = each(st.dates(dt.date(2018, 12, 1), dt.date(2019, 1, 5)))
        further = {
            "renewal": fractions, "renewal_days": st.integers(1, 90), "renewals": st.integers(0, 9),
            "breach": fractions, "tolerance": fractions,
            "start_spread": st.integers(0, 9), "length_spread": st.integers(0, 9),
        }  # fmt: skip
        made.append(
            Truce(
                name=name,
                parties=each(st.permutations(codes))[: each(st.integers(2, len(codes)))],
                start=start, surcharges=each(fractions),
                end=start + dt.timedelta(days=each(st.integers(0, 20))),
                at_end=each(st.sampled_from(["snapback", "lapse"])),
                **each(st.fixed_dictionaries({}, optional=further)),
            )
        )  # fmt: skip
    return tuple(made)


@st.composite
def some_events(each, codes, truces):
    made = []
    states = [f"duty.{i}-{j}" for i in codes for j in codes if i != j]
    states += [f"{kind}.{truce.name}" for kind in ("days", "renewals") for truce in truces]
    slopes = st.dictionaries(st.sampled_from(states), st.floats(-9, 9), max_size=2) if states else st.just({})
    for name in each(st.lists(names, max_size=2, unique=True)):
        day = each(st.dates(dt.date(2018, 12, 10), dt.date(2019, 1, 9)))
        outcomes = each(st.lists(names, min_size=1, max_size=3, unique=True))
        share = each(st.lists(st.integers(1, 9), min_size=len(outcomes), max_size=len(outcomes)))
        made.append(
            Event(
                name=name, date=day, note=each(wordy),
                outcomes=tuple(
                    Outcome(
                        name=outcome, probability=part / sum(share), note=each(wordy),
                        effects=each(effects(truces, day)), slopes=each(slopes),
                    )
                    for outcome, part in zip(outcomes, share, strict=True)
                ),
            )
        )  # fmt: skip
    return tuple(made)


def effects(truces, day):
    if not truces:
        return st.just(())
    target = st.sampled_from([truce.name for truce in truces])
    on = st.one_of(st.none(), st.dates(day, dt.date(2019, 1, 9)))
    until = st.dates(day, dt.date(2399, 12, 31))
    extend = st.builds(Effect, action=st.just("extend_truce"), target=target, until=until, on=on)
    start = st.builds(
        Effect, action=st.just("start_truce"), target=target, until=st.one_of(st.none(), until), on=on
    )
    end = st.builds(Effect, action=st.just("end_truce"), target=target, on=on)
    return st.lists(st.one_of(end, start, extend), max_size=3).map(tuple)


SIZES = (
    Size("fixed", value=0.1),
    Size("expon", scale=0.1),
    Size("lognorm", s=0.5, scale=0.1),
    Size("beta", a=0.7, b=2.5, loc=0.01, scale=0.25),
)


@st.composite
def some_shocks(each, codes):
    pairs = [(i, j) for i in codes for j in codes if i != j]
    made = []
    for name in each(st.lists(names, max_size=2, unique=True)) if pairs else ():
        importer, exporter = each(st.sampled_from(pairs))
        further = {
            "coverage": fractions, "implementation": st.integers(0, 9), "days": st.integers(1, 90),
            "most": fractions,
        }  # fmt: skip
        made.append(
            Shock(
                name=name, importer=importer, exporter=exporter, rate=each(st.sampled_from([0, 0.5, 12, 100 / 3])),  # noqa: E501
                size=each(st.sampled_from(SIZES)), **each(st.fixed_dictionaries({}, optional=further)),
            )
        )  # fmt: skip
    return tuple(made)


@st.composite
def some_scenarios(each):
    schedule = each(draw.schedules(instruments=("tariff", "fee"), limits="none"))
    among = schedule.economies
    if each(st.booleans()):
        among = Economies(among.codes, among.imports, [1.5e12] * len(among), each(wordy), each(wordy))
    about = {
        "title": each(wordy),
        "vintage": each(wordy),
        "source": each(wordy),
        "complete": each(st.booleans()),
    }
    noted = [replace(measure, note=each(wordy), source=each(wordy)) for measure in schedule.measures]
    begins = each(st.sampled_from([None, dt.date(2018, 1, 1)]))
    truces = each(some_truces(among.codes))
    events = each(some_events(among.codes, truces))
    plain = [kind for kind, rule in rules.KINDS.items() if not issubclass(rule, rules.Economic)]
    kinds = [kind for kind in plain if kind != "rebalance" or among.imports is not None]
    branches = {
        name: {event.name: each(st.sampled_from([o.name for o in event.outcomes])) for event in events}
        for name in each(st.lists(names, max_size=2, unique=True))
    }
    return Scenario(
        name=each(names), title=each(wordy), description=each(wordy), source=each(wordy),
        start="2018-12-10", end="2019-01-10", rules=each(some_rules(among.codes, kinds)),
        schedule=Schedule(noted, among, **about, begins=begins),
        truces=truces, events=events, branches=branches, shocks=each(some_shocks(among.codes)),
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore::tradesim.errors.ModelWarning")  # narrow measures in the nominal view
@given(some_scenarios())
def test_any_scenario_survives_a_file(tmp_path_factory, scenario):
    back = kept(scenario, tmp_path_factory.mktemp("toml"))
    assert back == scenario
    assert np.array_equal(back.run().duty, scenario.run().duty)


# Refused on writing ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class MyRule(rules.Match):
    """A rule of one's own, which inherits the kind of another."""


def test_a_rule_of_ones_own_is_not_written(tmp_path):
    with pytest.raises(InputError) as caught:
        own(rules={"CHN": MyRule()}).to_toml(tmp_path / "x.toml")
    assert str(caught.value).startswith(
        "rules.CHN: a rule that files do not know; got MyRule; allowed: passive | "
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda schedule: schedule.without("IEEPA fentanyl"),
        lambda schedule: replace(schedule, title="mine"),
        lambda schedule: schedule.select(["USA", "CHN"]),
    ],
)
def test_a_schedule_that_is_not_its_record_is_not_written(tmp_path, change):
    record = Record(name="us-china")
    scenario = Scenario(
        name="x", start="2025-11-01", end="2026-01-01", record=record, schedule=change(record.schedule())
    )
    with pytest.raises(InputError) as caught:
        scenario.to_toml(tmp_path / "x.toml")
    assert str(caught.value).startswith(
        "scenario 'x': a schedule that is not its record plus measures; allowed: "
    )
    in_full = replace(scenario, record=None)
    assert kept(in_full, tmp_path) == in_full


def test_an_old_file_stays_when_a_scenario_cannot_be_written(tmp_path):
    path = own().to_toml(tmp_path / "x.toml")
    before = path.read_bytes()
    with pytest.raises(InputError):
        own(rules={"CHN": MyRule()}).to_toml(path)
    with pytest.raises(InputError):
        own(title="\udcff").to_toml(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


# Refused on reading ----------------------------------------------------------------------------------

GOOD, OWN = malformed.GOOD_SCENARIO, malformed.OWN_SCENARIO


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def test_the_first_lines_of_the_samples_are_where_the_tests_take_them_to_be():
    assert line_of(GOOD, "[rules.CHN]") == 22
    assert line_of(OWN, "[[measures]]") == 16


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # syntax
        ("[rules.CHN]", "[rules.CHN", "22: not TOML: expected ']' at the end of a table declaration at colu"),
        ("reaction = 2\n", "reaction = 2\nreaction = 3\n", "26: not TOML: a key or table given twice at col"),
        ("[rules.USA]", "[rules.CHN]", "29: not TOML: a key or table given twice at column 11"),
        ('summit = "break"\n', 'summit = "break', "112: not TOML: unterminated string (at end of document)"),
        ("[record]", ".".join("a" * 40) + " = 1\n[record]", "18: key of too many parts; allowed: 32 parts"),
        # shape
        ("reaction = 2", "raction = 2", "25: rules.CHN: unknown key; got 'raction'; allowed: allies, besid"),
        ('title = "', 'titel = "', "2: unknown key; got 'titel'; allowed: branches, description, "),
        ('kind = "match"\n', "", "22: rules.CHN: `kind` is missing; allowed: passive | match | rebalance"),
        ('"match"', '"macth"', "23: rules.CHN: unknown kind of rule; got 'macth'; allowed: best-response, c"),
        ("cap = 1.25", 'cap = "125 %"', "27: rules.CHN.cap: not a number; got '125 %'; allowed: a number; r"),
        ("reaction = 2", "reaction = 2.0", "25: rules.CHN.reaction: not a whole number; got 2.0"),
        ("reaction = 2", "reaction = true", "25: rules.CHN.reaction: not a whole number; got True"),
        ("cap = 1.25", "cap = 1.25\nratchet = 1", "28: rules.CHN.ratchet: not a yes or no; got 1; allowed: "),
        ('name = "talks"', "name = 7", "45: events[0].name: not a text; got 7; allowed: a text in quotes"),
        ('name = "talks"\n', "", "44: events[0]: `name` is missing; allowed: a table with name, date, outco"),
        ('suspend = ["', 'suspend = "x" #', "41: truces[0].suspend: not a list; got 'x'; allowed: a list in"),
        ("[rules.CHN]", "[[rules.CHN]]", "22: rules.CHN: not a table; got [{'kind': "),
        ("[record]", "[record]\nas = 1", "19: record: unknown key; got 'as'; allowed: as_of, economies, nam"),
        ("start = 2025-10-23", 'start = "soon"', "15: start: not a calendar day; got 'soon'; allowed: YYYY-"),
        ("until = 2026-11-10", "until = 2999-01-01", "69: until: not a calendar day; got '2999-01-01'"),
        ('"revoke"', '"cancel"', "71: events[1].outcomes[0].effects[2]: unknown action; got 'cancel'; allow"),
        ('at_end = "snapback"', 'at_end = "snap"', "42: truces[0]: unknown at_end; got 'snap'; allowed: lap"),
        ("[[truces]]", "[[truces]]\nsurcharges = []", "37: truces[0].surcharges: not a number; got []"),
        (GOOD[GOOD.index("[record]") : GOOD.index("[rules.CHN]")], "", "1: no schedule; allowed: [record]"),
        ("[record]", '[schedule]\ntitle = "x"\n[record]', "18: schedule: [schedule] beside [record]; the re"),
        ("[record]", '[economies]\ncodes = ["USA"]\n[record]', "18: economies: [economies] beside [record]"),
        # meaning of one table
        ("probability = 0.7", "probability = 0.6", "49: event 'talks': outcomes: probabilities do not sum t"),
        ("probability = 0.7", "probability = 70", "51: outcome 'framework': not a probability; got 70.0; al"),
        ("probability = 0.7", "probability = nan", "51: outcome 'framework': not a probability; got nan"),
        ("cap = 1.25", "cap = 125", "27: rule Match: cap: out of range; got 125"),
        ("reaction = 2", "reaction = 0", "25: rule Match: reaction: not a number of days; got 0; allowed: a"),
        ("rate = 0.10", "rate = 10.5", "70: effect on 'IEEPA fentanyl': rate: not a rate; got 10.5"),
        (", until = 2026-11-10", "", "69: effect on 'geneva': until: extend_truce without `until`; got None"),
        ("on = 2025-11-01", "on = 2025-10-01", "94: event 'summit': effect on 'Additional 100 % on China': "),
        ('["USA", "CHN"]', '["USA"]', "38: truce 'geneva': parties: too few parties; got ('USA',); allowed:"),
        ('"deadlock"', '"framework"', "50: event 'talks': outcomes: outcome named twice; got 'framework'"),
        # meaning of the whole
        ('name = "us-china"\n', 'name = "us-chna"\n', "19: unknown dataset; got 'us-chna'; allowed: "),
        ("as_of = 2025-10-23", "as_of = 2017-12-31", "20: as_of: before the record begins; got 2017-12-31; "),
        ("Section 301 cranes and chassis", "IEPA", "21: unknown measure or authority; got 'IEPA'; "),
        ("[record]", '[record]\neconomies = ["USA", "JPN"]', "19: unknown economy; got 'JPN'; allowed: CHN,"),
        ("start = 2025-10-23", "start = 2017-01-01", "15: date: before the record begins; got 2017-01-01; a"),
        ("end = 2026-11-10", "end = 2025-10-23", "16: end: time grid holds no day; got 2025-10-23; allowed:"),
        ("[rules.CHN]", "[rules.CHNA]", "22: rules: unknown economy; got 'CHNA'; allowed: CHN, ROW, USA; di"),
        ('["USA", "CHN"]', '["USA", "JPN"]', "38: truce 'geneva': parties: unknown economy; got 'JPN'; allo"),
        ('"IEEPA reciprocal, 24', '"IEPA, 24', "41: truce 'geneva': suspend: unknown measure or authority; "),
        ('"IEEPA fentanyl"', '"fentanyl"', "70: event 'summit': set_rate: unknown measure or authority; got"),
        ('get = "geneva", on', 'get = "gnv", on', "95: event 'summit': end_truce: unknown truce; got 'gnv';"),
        ("date = 2025-10-26", "date = 2025-10-22", "46: scenario 'us-china-2025-10': event 'talks': date: o"),
        ('talks = "deadlock"', 'tlks = "deadlock"', "107: scenario 'us-china-2025-10': branch 'lapse': unkn"),
        ('talks = "deadlock"', 'talks = "end"', "107: scenario 'us-china-2025-10': branch 'lapse': talks: u"),
        ('talks = "deadlock"\n', "", "106: scenario 'us-china-2025-10': branch 'lapse': a branch decides ev"),
        ('name = "talks"', 'name = "summit"', "45: scenario 'us-china-2025-10': events: event named twice; "),
    ],
)  # fmt: skip
def test_a_problem_is_named_with_its_file_and_line(tmp_path, old, new, message):
    assert old in GOOD
    said = refusal(GOOD.replace(old, new, 1), tmp_path).split("\n")
    assert said[0].startswith(f"war.toml:{message}")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[[0, 300e9], [200e9, 0]]", "[[0, 300e9], [200e9]]", "8: imports: wrong shape; got rows of 1 and 2"),
        ("[[0, 300e9], [200e9, 0]]", "[[0, 1]]", "8: imports: wrong shape; got (1, 2); allowed: (2, 2)"),
        ("[[0, 300e9], [200e9, 0]]", "[[0, nan], [1, 0]]", "8: imports[AAA, BBB]: not a value; got nan"),
        ("gdp = [2e12, 1e12]", "gdp = [2e12, -1e12]", "9: gdp[BBB]: not a value; got -1000000000000.0"),
        ('codes = ["AAA", "BBB"]', 'codes = ["AAA", "AAA"]', "7: codes: economy named twice; got 'AAA'"),
        ('codes = ["AAA", "BBB"]', 'codes = ["AAA", "b"]', "7: codes: not an economy code; got 'b'"),
        ("rate = 0.10", "rate = 25", "21: measure 'opening': rate: rate above 1000 %; got 25; allowed: a fr"),
        ("rate = 0.10\n", "", "16: measure 'opening': rate: a tariff without a rate; got None"),
        ("coverage = 0.5", "coverage = 50", "22: measure 'opening': coverage: coverage above 1; got 50; all"),
        ("expires = 2027-11-01", "expires = 2026-11-01", "25: measure 'opening': expires: expires before it"),
        ('importer = "AAA"', 'importer = "AAX"', "18: measure 'opening': importer: unknown economy; got 'AA"),
        ('authority = "surcharge"\n', "", "16: measures[0]: `authority` is missing; allowed: a table with n"),
        ("rate = 0.10", 'rate = 0.1\nstatus = "on"', "22: measures[0]: unknown status; got 'on'; allowed: e"),
        ("[[measures]]", "[measures]", "16: measures: not a list; got {'name': 'opening', "),
        ("complete = true", 'complete = "yes"', "14: schedule.complete: not a yes or no; got 'yes'; allowed"),
        ("[schedule]", "[schedule]\nyear = 1", "13: schedule: unknown key; got 'year'; allowed: begins, com"),
    ],
)  # fmt: skip
def test_a_problem_of_an_own_schedule_is_named_with_its_file_and_line(tmp_path, old, new, message):
    assert old in OWN
    said = refusal(OWN.replace(old, new, 1), tmp_path).split("\n")
    assert said[0].startswith(f"war.toml:{message}")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # rules
        ("[rules.BBB-AAA]", "[rules.BBB-AAX]", "25: rules.BBB-AAX: unknown economy; got 'AAX'; allowed: AAA"),
        ("[rules.BBB-AAA]", "[rules.BBB-AAA-CCC]", "25: rules: a rule of nobody; got 'BBB-AAA-CCC'; allowed"),
        ("[rules.BBB-AAA]", "[rules.BBB-BBB]", "25: rules: a rule of nobody; got 'BBB-BBB'; allowed: an eco"),
        ('["CCC"]\ndiv', '["CCX"]\ndiv', "20: rules.BBB: allies: unknown economy; got 'CCX'; allowed: AAA"),
        ('["CCC"]\ndiv', '"CCC"\ndiv', "20: rules.BBB.allies: not a list; got 'CCC'; allowed: a list in ["),
        ('"trade-weighted"', '"weighted"', "23: rules.BBB: unknown view; got 'weighted'; allowed: nominal, "),
        ("forgiveness = 0.1", "forgiveness = 10", "22: rule Match: forgiveness: out of range; got 10"),
        ('"export_control"', '"quota"', "28: rules.BBB-AAA: unknown instrument; got 'quota'; allowed: expor"),
        ("equivalent = 0.5\n", "", "25: rule Targeted: equivalent: export_control without `equivalent`; got"),
        ('instrument = "export_control"\n', "", "28: rule Targeted: equivalent: `equivalent` without use; g"),
        ("elasticity = 4.0\n", "", "31: rule Rebalance: elasticity: trade that does not respond; got 0.0; al"),  # noqa: E501
        ('by = "trade"', 'by = "value"', "33: rules.CCC: unknown by; got 'value'; allowed: duties, trade"),
        ("imports = [", "# imports = [", "31: rules.CCC: a rule by value without trade; got no imports; give"),  # noqa: E501
        # truces
        ("days = 60", "days = 60\nend = 2027-05-01", "41: truce 'pause': end: when does it end; got both"),
        ("days = 60\n", "", "36: truce 'pause': end: when does it end; got neither; allowed: `end`, the fir"),
        ("days = 60", "days = -1", "40: truce 'pause': days: not a number of days; got -1; allowed: a whole "),  # noqa: E501
        ("renewal = 0.5", "renewal = 1.5", "41: truce 'pause': renewal: not a probability; got 1.5; allowed"),
        ("renewal_days = 30", "renewal_days = 0", "42: truce 'pause': renewal_days: not a whole number; got"),
        ("breach = 0.75", 'breach = "likely"', "44: truces[0].breach: not a number; got 'likely'; allowed: "),
        ("length_spread = 4", "length_spread = 4.5", "47: truces[0].length_spread: not a whole number; got"),
        # events
        ("-2.0,", '"steep",', "56: events[0].outcomes[0].slopes.duty.AAA-BBB: not a number; got 'steep'; all"),  # noqa: E501
        ("-2.0,", "-2000.0,", "56: outcome 'yes': slopes: duty.AAA-BBB: not a slope; got -2000.0; allowed: b"),  # noqa: E501
        ("duty.AAA-BBB", "dty.AAA-BBB", "56: outcome 'yes': slopes: unknown state; got 'dty.AAA-BBB'; allow"),
        ("duty.AAA-BBB", "duty.AAA", "56: event 'vote': outcome 'yes': slopes: not a pair; got 'duty.AAA'; "),
        ("duty.AAA-BBB", "duty.AAA-BXB", "56: event 'vote': outcome 'yes': slopes: unknown economy; got 'BX"),
        ("days.pause", "days.pose", "56: event 'vote': outcome 'yes': slopes: unknown truce; got 'pose'; al"),
        ('target = "opening"', 'target = "openin"', "60: event 'vote': suspend: unknown measure or authority"),  # noqa: E501
        # shocks
        ("rate = 2.0", "rate = 400", "70: shock 'AAA-BBB': rate: out of range; got 400"),
        ("rate = 2.0\n", "", "67: shocks[0]: `rate` is missing; allowed: a table with importer, exporter, r"),
        ('"lognorm"', '"lognormal"', "71: size: unknown distribution; got 'lognormal'; allowed: "),
        (" s = 0.5,", "", "71: size: lognorm: parameters are missing; got s; allowed: s, loc, scale"),
        ("s = 0.5,", "s = 0.5, t = 1,", "71: size: lognorm: unknown parameter; got 't'; allowed: loc, s, sc"),
        ("scale = 0.1", "scale = -0.1", "71: size: lognorm: parameters that the distribution does not allow;"),  # noqa: E501
        ("scale = 0.1", 'scale = "big"', "71: size: scale: not a number; got 'big'; allowed: a finite numbe"),
        ("value = 0.02", "value = 20", "78: size: a fixed size has a value; got value = 20; allowed: value,"),
        ("size = { dist", "size = 0.1 # ", "71: shocks[0].size: not a table; got 0.1; allowed: a table unde"),
        ("days = 90", "days = 0", "81: shock 'small ones': days: not a number of days; got 0; allowed: a wh"),
        ('exporter = "AAA"\nrate = 12', 'exporter = "CCC"\nrate = 12', "76: shock 'small ones': exporter: c"),
        ('exporter = "AAA"\nrate = 12', 'exporter = "AXA"\nrate = 12', "76: shock 'small ones': exporter: u"),
        ('importer = "AAA"\nexporter = "BBB"\nrate = 2', 'importer = "AXA"\nexporter = "BBB"\nrate = 2',
         "68: shock 'AXA-BBB': importer: unknown economy; got 'AXA'; allowed: AAA, BBB, CCC"),
        ('name = "small ones"', 'name = "AAA-BBB"', "74: scenario 'everything': shocks: shock named twice; "),
        ("most = 0.5", "most = 0.5\ncolour = 1", "83: shocks[1]: unknown key; got 'colour'; allowed: cover"),
    ],
)  # fmt: skip
def test_a_problem_of_what_moves_is_named_with_its_file_and_line(tmp_path, old, new, message):
    assert old in EVERYTHING
    said = refusal(EVERYTHING.replace(old, new, 1), tmp_path).split("\n")
    assert said[0].startswith(f"war.toml:{message}")


def test_levels_that_overlap_are_named_at_the_later(tmp_path):
    act = OWN[OWN.index("[[measures]]") : OWN.index("[rules.BBB]")]
    text = OWN.replace(act, act.replace("01-15", "06-15") + act)
    said = refusal(text, tmp_path)
    assert said.startswith(
        "war.toml:16: measure 'opening' (AAA on BBB, surcharge): levels of one act overlap; got one"
    )


def test_the_header_of_a_list_is_told(tmp_path):
    assert refusal(OWN.replace("[[truces]]", "[truces]"), tmp_path).endswith("begin each with [[truces]]")
    assert refusal(GOOD.replace("[rules.CHN]", "[[rules.CHN]]"), tmp_path).endswith(
        "begin it with [rules.CHN], once"
    )


def test_all_problems_of_all_tables_come_together(tmp_path):
    text = GOOD.replace("cap = 1.25", "cap = 125").replace("probability = 0.7", "probability = 0.5")
    text = text.replace('parties = ["USA", "CHN"]', 'parties = ["USA"]').replace("title = ", "titel = ")
    said = refusal(text, tmp_path).split("\n")
    assert [line.split(":")[1] for line in said] == ["27", "34", "38", "49", "2"]


def test_all_problems_of_the_whole_come_together(tmp_path):
    text = GOOD.replace("date = 2025-10-26", "date = 2025-01-01").replace('talks = "deadlock"', 'talks = "x"')
    assert [line.split(":")[1] for line in refusal(text, tmp_path).split("\n")] == ["46", "107", "111"]


def test_many_problems_are_cut_short_and_counted(tmp_path):
    said = refusal("".join(f"key_{k} = 1\n" for k in range(1000)) + OWN, tmp_path).split("\n")
    assert len(said) == 201
    assert said[0].startswith("war.toml:1: unknown key; got 'key_0'")
    assert said[-1] == "war.toml:1: 800 more problems; mend the others first"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\xff", "war.toml:1: not UTF-8 text; got byte 0xff at position 0; save it as UTF-8"),
        (b"name = 1\n\0", "war.toml:2: not text: holds a NUL byte"),
        (b"#" * 1_000_001, "war.toml: file too large; got 1,000,001 bytes; allowed: 1,000,000 bytes"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, raw, message):
    path = tmp_path / "war.toml"
    path.write_bytes(raw)
    with pytest.raises(InputError) as caught:
        Scenario.from_toml(path)
    assert str(caught.value).replace(str(path), "war.toml") == message


def test_a_file_that_is_not_there_is_refused(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(InputError) as caught:
            Scenario.from_toml(path)
        assert str(caught.value).startswith(f"{path}: cannot be read; got ")


# All at once -----------------------------------------------------------------------------------------


def changed(text, *changes):
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def lines(said):
    return [line.split(": ", 1)[0].removeprefix("war.toml:") for line in said.split("\n")]


def test_problems_of_shape_of_meaning_and_of_the_whole_come_together(tmp_path):
    text = changed(
        EVERYTHING,
        ("ratio = 0.8", "ratoi = 0.8"),  # an unknown key: the rule is read without it
        ('["CCC"]\ndiv', '["CCX"]\ndiv'),  # and its allies are looked at
        ("breach = 0.75", "breach = 7.5"),  # the truce is left out: nobody is told that it is unknown
        ('target = "opening"', 'target = "openin"'),
        ("duty.AAA-BBB", "duty.AAA-BXB"),
        ('exporter = "AAA"\nrate = 12', 'exporter = "AXA"\nrate = 12'),
        ("rate = 2.0", "rate = 400"),
    )
    said = refusal(text, tmp_path)
    assert [line.split(": ", 1)[1][:44] for line in said.split("\n")] == [
        "rules.BBB: unknown key; got 'ratoi'; allowed",
        "truce 'pause': breach: not a probability; go",
        "shock 'AAA-BBB': rate: out of range; got 400",
        "rules.BBB: allies: unknown economy; got 'CCX",
        "shock 'small ones': exporter: unknown econom",
        "event 'vote': outcome 'yes': slopes: unknown",
        "event 'vote': suspend: unknown measure or au",
    ]
    for line in lines(said):
        assert int(line) > 0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # several of the whole
        ([("[rules.CHN]", "[rules.CHNA]"), ('"IEEPA fentanyl"', '"fentanyl"'), ("date = 2025-10-26",
          "date = 2025-10-22"), ('talks = "deadlock"', 'talks = "end"'), ('= "geneva", on', '= "gnv", on')],
         ["46", "107", "22", "70", "95"]),
        # of a table and of the whole
        ([("cap = 1.25", "cap = 125"), ('"IEEPA reciprocal, 24', '"IEPA, 24')], ["27", "41"]),
        # a truce, measure or event that is left out is known all the same
        ([('at_end = "snapback"', 'at_end = "snap"'), ("[rules.CHN]", "[rules.CHNA]")], ["42", "22"]),
        ([("probability = 0.7", "probability = 0.6"), ("[rules.CHN]", "[rules.CHNA]")], ["49", "22"]),
        # two faults of one table, and a text that is none
        ([('at_end = "snapback"', "at_end = 1\nbreach = []"), ('title = "', "title = 7 # "),
          ("[rules.CHN]", "[rules.CHNA]")], ["2", "42", "43", "22"]),
        # a table that is a list, and the keys of its tables
        ([("[rules.CHN]", "[[rules.CHN]]"), ('"IEEPA fentanyl"', '"fentanyl"')], ["22", "70"]),
        # the days
        ([("start = 2025-10-23", "start = 2017-01-01"), ("[rules.CHN]", "[rules.CHNA]")], ["15", "22"]),
        # nothing can be said of the rest
        ([("start = 2025-10-23", 'start = "soon"'), ("[rules.CHN]", "[rules.CHNA]")], ["15"]),
        ([('name = "us-china"\n', 'name = "us-chna"\n'), ("cap = 1.25", "cap = 125")], ["27", "19"]),
    ],
)  # fmt: skip
def test_what_can_be_known_at_once_is_said_at_once(tmp_path, changes, expected):
    assert lines(refusal(changed(GOOD, *changes), tmp_path)) == expected


def test_measures_that_overlap_do_not_hide_what_is_wrong_elsewhere(tmp_path):
    act = OWN[OWN.index("[[measures]]") : OWN.index("[rules.BBB]")]
    text = changed(OWN, (act, act.replace("01-15", "06-15") + act), ("[rules.BBB]", "[rules.BBX]"))
    said = refusal(text, tmp_path).split("\n")
    assert ["overlap" in said[0], "unknown economy; got 'BBX'" in said[1], len(said)] == [True, True, 2]


def test_one_fault_is_one_problem(tmp_path):
    """What is left out for being wrong makes nothing else wrong."""
    for text, cases in ((GOOD, FAULTS[0]), (OWN, FAULTS[1]), (EVERYTHING, FAULTS[2])):
        several = [
            new for old, new, _ in cases if len(lines(refusal(text.replace(old, new, 1), tmp_path))) > 1
        ]
        assert len(several) <= 2, several


def faults_of(test):
    (marked,) = (mark for mark in test.pytestmark if mark.name == "parametrize")
    return marked.args[1]


FAULTS = [
    faults_of(test)
    for test in (
        test_a_problem_is_named_with_its_file_and_line,
        test_a_problem_of_an_own_schedule_is_named_with_its_file_and_line,
        test_a_problem_of_what_moves_is_named_with_its_file_and_line,
    )
]
