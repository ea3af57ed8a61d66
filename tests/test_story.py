"""Stories: one draw as a table of who did what, when, from what to what, and why."""

import numpy as np
import pandas as pd
import pytest

from tradesim import rules
from tradesim.economies import Economies
from tradesim.events import Effect, Event, Outcome
from tradesim.measures import Measure
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.shocks import Shock, Size
from tradesim.truces import Truce

COLUMNS = [
    *("date", "kind", "importer", "exporter", "from", "to"),
    *("charged", "duty before", "duty after", "why"),
]


def measure(**changes):
    plain = {"name": "opening", "importer": "USA", "exporter": "CHN", "authority": "IEEPA", "rate": 0.34}
    return Measure(**(plain | {"effective": "2025-04-02"} | changes))


def scenario(*measures, codes=("USA", "CHN"), **changes):
    plain = {"name": "told", "start": "2025-04-02", "end": "2025-04-12"}
    return Scenario(**(plain | {"schedule": Schedule(measures, Economies(codes))} | changes))


def told(*measures, draw=0, draws=1, **changes):
    """The story as (day, kind, who on whom, from, to, charged, why)."""
    table = scenario(*measures, **changes).run(draws, seed=3).events(draw)
    assert list(table.columns) == COLUMNS
    rows = []
    for row in table.to_dict("records"):
        who = f"{row['importer']} on {row['exporter']}" if isinstance(row["importer"], str) else ""
        level = None if np.isnan(row["from"]) else (round(row["from"], 12), round(row["to"], 12))
        charged = None if pd.isna(row["charged"]) else row["charged"].day
        rows.append((row["date"].day, row["kind"], who, level, charged, row["why"]))
    return rows


def sure(*effects, date="2025-04-05", note=""):
    outcome = Outcome(name="deal", probability=1.0, effects=effects, note=note)
    return Event(name="summit", date=date, outcomes=[outcome])


def test_a_quiet_draw_has_an_empty_story_with_its_columns():
    table = scenario().run().events()
    assert table.empty
    assert list(table.columns) == COLUMNS
    assert table["date"].dtype.kind == table["charged"].dtype.kind == "M"
    assert table["from"].dtype == table["to"].dtype == np.float64


def test_a_spiral_is_told_move_by_move():
    both = {
        "USA": rules.Counter(step=0.5, reaction=2, implementation=0, cap=0.75),
        "CHN": rules.Match(ratio=0.5, reaction=1, implementation=2),
    }
    assert told(measure(), rules=both) == [
        (2, "announces", "USA on CHN", (0.0, 0.34), 2, "by law: opening"),
        (
            3,
            "announces",
            "CHN on USA",
            (0.0, 0.17),
            5,
            "answers USA's 34 points of 2025-04-02: matches × 0.5",
        ),
        (
            5,
            "announces",
            "USA on CHN",
            (0.34, 0.67),
            5,
            "answers CHN's 17 points of 2025-04-03: goes 50 points above",
        ),
        (
            6,
            "announces",
            "CHN on USA",
            (0.17, 0.335),
            8,
            "answers USA's 67 points of 2025-04-05: matches × 0.5",
        ),
        (
            8,
            "announces",
            "USA on CHN",
            (0.67, 0.75),
            8,
            "answers CHN's 33.5 points of 2025-04-06: goes 50 points above, capped at 75 %",
        ),
        (
            9,
            "announces",
            "CHN on USA",
            (0.335, 0.375),
            11,
            "answers USA's 75 points of 2025-04-08: matches × 0.5",
        ),
    ]


def test_an_answer_that_comes_down_says_so():
    found = told(measure(expires="2025-04-05"), rules={"CHN": rules.Match()})
    assert found[-2:] == [
        (5, "announces", "USA on CHN", (0.34, 0.0), 5, "by law: opening ends"),
        (
            6,
            "announces",
            "CHN on USA",
            (0.34, 0.0),
            7,
            "answers the end of USA's 34 points on 2025-04-05: matches × 1",
        ),
    ]


def test_an_old_act_that_ends_is_no_news_and_acts_of_a_day_are_told_together():
    old = measure(name="old", effective="2025-01-01", expires="2025-04-05")
    new = [
        measure(name=name, rate=0.1, effective="2025-04-08", announced="2025-04-05") for name in ("b", "a")
    ]
    assert told(old, *new) == [
        (5, "charges", "USA on CHN", None, 5, "by law: old ends"),
        (5, "announces", "USA on CHN", (0.0, 0.2), 8, "by law: a and b"),
    ]


def test_events_are_told_with_their_notes_and_what_they_do_on_the_day_it_is_done():
    threat = measure(status="threatened", announced="2025-03-01", rate=1.0)
    event = sure(Effect(action="enact", target="opening", on="2025-04-07"), note="as feared")
    assert told(threat, events=[event]) == [
        (5, "event", "", None, None, "summit: deal (as feared)"),
        (7, "announces", "USA on CHN", (0.0, 1.0), 7, "summit: deal enacts opening"),
    ]


@pytest.mark.parametrize(
    ("suspend", "ending"),
    [
        ((), "what it suspended returns"),
        (("opening",), "what it named is gone, what else it suspended returns"),
    ],
)
def test_of_a_truce_that_lapses_only_what_it_named_is_gone(suspend, ending):
    window = {"parties": ("USA", "CHN"), "start": "2025-04-04", "end": "2025-04-06", "at_end": "lapse"}
    story = told(measure(), truces=[Truce(name="geneva", surcharges=1.0, suspend=suspend, **window)])
    assert f"geneva ends: {ending} (USA and CHN)" in [row[-1] for row in story]


@pytest.mark.parametrize(
    ("at_end", "ending"), [("snapback", "what it suspended returns"), ("lapse", "what it suspended is gone")]
)
def test_truces_are_told_from_their_first_day_to_the_day_they_are_over(at_end, ending):
    window = {"parties": ("USA", "CHN"), "start": "2025-04-04", "end": "2025-04-06", "at_end": at_end}
    assert told(truces=[Truce(name="geneva", **window)]) == [
        (4, "truce", "", None, None, "geneva begins (USA and CHN)"),
        (6, "truce", "", None, None, f"geneva ends: {ending} (USA and CHN)"),
    ]
    before = Truce(name="geneva", **(window | {"start": "2025-01-01"}))
    assert told(truces=[before])[0] == (2, "truce", "", None, None, "geneva holds between USA and CHN")


def test_a_truce_that_an_event_ends_is_told_so():
    truce = Truce(name="geneva", parties=("CHN", "USA"), start="2025-04-02", end="2026-01-01")
    assert told(truces=[truce], events=[sure(Effect(action="end_truce", target="geneva"))]) == [
        (2, "truce", "", None, None, "geneva holds between CHN and USA"),
        (5, "event", "", None, None, "summit: deal"),
        (5, "truce", "", None, None, "geneva ends: what it suspended returns (CHN and USA)"),
    ]


def test_of_one_day_events_come_first_then_truces_then_announcements():
    late = measure(effective="2025-04-05")
    truce = Truce(name="geneva", parties=("USA", "CHN"), start="2025-04-05", end="2026-01-01")
    found = told(late, truces=[truce], events=[sure()])
    assert [kind for _, kind, *_ in found] == ["event", "truce", "announces"]


def test_the_story_of_a_draw_is_of_that_draw():
    threat = measure(status="threatened", announced="2025-03-01")
    enact = Outcome(name="yes", probability=0.5, effects=[Effect(action="enact", target="opening")])
    event = Event(name="summit", date="2025-04-05", outcomes=[enact, Outcome(name="no", probability=0.5)])
    whole = scenario(threat, events=[event], rules={"CHN": rules.Match()})
    paths = whole.run(20, seed=3)
    for k in range(20):
        happened = paths.outcomes.loc[k, "summit"]
        story = paths.events(k)
        assert story["why"].iloc[0] == f"summit: {happened}"
        assert len(story) == (3 if happened == "yes" else 1)
    assert len(set(paths.outcomes["summit"])) == 2


def test_levels_and_charges_of_the_story_are_those_of_the_path():
    both = {"USA": rules.Counter(step=0.1, implementation=2), "CHN": rules.Match(implementation=0)}
    whole = scenario(measure(), rules=both)
    frame, story = whole.run().to_frame(), whole.run().events()
    for pair in frame.columns:
        mine = story[(story["importer"] == pair[0]) & (story["exporter"] == pair[1])]
        changes = frame[pair].diff().fillna(frame[pair].iloc[0])
        charged = mine["charged"].fillna(pd.Timestamp("2025-04-02"))
        told_ = (mine["to"] - mine["from"]).groupby(charged).sum()
        within = told_[told_.index <= frame.index[-1]]
        np.testing.assert_allclose(changes[within.index], within, atol=1e-12)
        assert changes.drop(index=within.index).abs().max() < 1e-12


def test_an_event_s_outcome_is_told_only_of_the_pairs_it_moves():
    """A truce or a duty elsewhere is not why another pair's act was announced on the same day."""
    elsewhere = measure(name="elsewhere", exporter="ROW", effective="2025-04-05")
    threat = measure(status="threatened", announced="2025-03-01")
    enact = sure(Effect(action="enact", target="opening"))
    found = told(elsewhere, threat, codes=("USA", "CHN", "ROW"), events=[enact])
    assert (5, "announces", "USA on ROW", (0.0, 0.34), 5, "by law: elsewhere") in found


def test_every_announcement_has_a_reason():
    """Also where a truce holds an act that is announced while suspended."""
    held = measure(status="suspended", announced="2025-04-04", effective="2025-04-06")
    window = {"parties": ("USA", "CHN"), "start": "2025-04-08", "end": "2026-01-01"}
    found = told(held, truces=[Truce(name="geneva", suspend="opening", **window)])
    assert found[0] == (4, "announces", "USA on CHN", (0.0, 0.34), 6, "by law: opening")


def test_what_is_no_tariff_is_no_reason():
    fee = measure(name="port fee", instrument="fee")
    control = measure(name="licences", instrument="export_control", rate=None)
    assert told(measure(), fee, control)[0][-1] == "by law: opening"


# Truces, shocks and rules of other kinds --------------------------------------------------------------


def sure_truce(**changes):
    window = {"parties": ("USA", "CHN"), "start": "2025-04-04", "end": "2025-04-06"}
    return Truce(name="geneva", **(window | changes))


def whys(*measures, **changes):
    return [(day, kind, why) for day, kind, _, _, _, why in told(*measures, **changes)]


def test_a_renewal_is_told_with_its_new_end():
    found = told(truces=[sure_truce(renewal=1.0, renewals=2, renewal_days=3)])
    assert [(day, why) for day, *_, why in found] == [
        (4, "geneva begins (USA and CHN)"),
        (6, "geneva is renewed until 2025-04-09 (USA and CHN)"),
        (9, "geneva is renewed until 2025-04-12 (USA and CHN)"),
    ]


@pytest.mark.parametrize("at_end", ["snapback", "lapse"])
def test_a_breach_is_told_with_who_provoked_whom(at_end):
    truce = sure_truce(end="2025-05-01", breach=1.0, tolerance=0.1, at_end=at_end)
    assert whys(measure(effective="2025-04-07"), truces=[truce]) == [
        (4, "truce", "geneva begins (USA and CHN)"),
        (7, "announces", "by law: opening"),
        (
            8,
            "truce",
            (
                "geneva is breached, USA having announced 34 points more on CHN: what it suspended returns "
                "(USA and CHN)"
            ),
        ),
    ]
    assert len(whys(measure(effective="2025-04-07", rate=0.1), truces=[truce])) == 2


def test_a_breach_by_both_names_both():
    both = [
        measure(effective="2025-04-07"),
        measure(name="answer", importer="CHN", exporter="USA", effective="2025-04-07"),
    ]
    ended = whys(*both, truces=[sure_truce(end="2025-05-01", breach=1.0)])[-1][-1]
    assert (
        "USA having announced 34 points more on CHN and CHN having announced 34 points more on USA" in ended
    )


def test_a_shock_is_told_when_it_arrives_and_when_it_runs_out():
    shock = Shock(importer="USA", exporter="CHN", rate=150, size=Size(value=0.1), days=2, implementation=1)
    found = told(shocks=[shock])
    came, went = ("a new act arrives (shock USA-CHN)", "an act runs out (shock USA-CHN)")
    for day, kind, who, (before, after), charged, why in found:
        assert (kind, who) == ("announces", "USA on CHN")
        assert (why, charged) == ((came, day + 1) if after > before else (went, day))
    assert {why for *_, why in found} == {came, went}


def test_what_is_forgiven_is_told():
    merciful = {"CHN": rules.Match(forgiveness=1.0)}
    assert told(measure(), rules=merciful)[1:] == [
        (3, "forgives", "CHN on USA", None, None, "lets USA's 34 points of 2025-04-02 pass")
    ]


def test_a_cut_that_is_answered_is_told_as_one():
    old = measure(effective="2025-01-01")
    theirs = measure(name="mfn", importer="CHN", exporter="USA", rate=0.5, effective="2025-01-01")
    cut = sure(Effect(action="set_rate", target="opening", rate=0.14))
    assert told(old, theirs, events=[cut], rules={"CHN": rules.Deescalate(ratio=0.5)}) == [
        (5, "event", "", None, None, "summit: deal"),
        (5, "announces", "USA on CHN", (0.0, -0.2), 5, "summit: deal sets opening to 14 %"),
        (
            6,
            "announces",
            "CHN on USA",
            (0.0, -0.1),
            7,
            "answers USA's cut of 20 points of 2025-04-05: answers cuts × 0.5",
        ),
    ]


IMPORTS = [[0, 4e11, 1e11], [1e11, 0, 1e11], [1e11, 1e11, 0]]


POINTS, ON_AVERAGE = (
    "answers USA's 34 points of 2025-04-02",
    "answers USA's 17 points on average of 2025-04-02",
)
TOO_LITTLE = "which USA sells too little for: held at 1000 %"


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (rules.Match(instrument="fee", equivalent=0.3), f"{POINTS}: matches × 1, by fee"),
        (rules.Match(beside="fee", equivalent=0.3), f"{POINTS}: matches × 1, by tariff and fee"),
        (
            rules.Targeted(rate=0.1, instrument="export_control", equivalent=0.3),
            f"{POINTS}: puts 10 % on its list, by export control",
        ),
        (rules.Match(view="trade-weighted", coverage=0.5), f"{ON_AVERAGE}: matches × 1"),
        (
            rules.Rebalance(coverage=0.5, cap=0.5),
            f"{ON_AVERAGE}: collects as much duty, capped at 50 %",
        ),
        (rules.Rebalance(elasticity=4.0), f"{ON_AVERAGE}: collects as much duty, {TOO_LITTLE}"),
        (rules.Match(allies=("ROW",), diversion=0.5), f"{POINTS}: matches × 1"),
    ],
)
def test_an_answer_is_told_in_the_words_of_its_rule(rule, why):
    economies = Economies(["USA", "CHN", "ROW"], IMPORTS)
    war = scenario(schedule=Schedule([measure(coverage=0.5)], economies), rules={"CHN-USA": rule})
    story = war.run().events()
    assert story["why"].tolist() == ["by law: opening", why]


def test_a_rule_towards_one_partner_is_told_of_that_partner():
    both = {"CHN": rules.Match(), "CHN-USA": rules.Match(ratio=0.5)}
    provoked = [measure(), measure(importer="ROW")]
    found = told(*provoked, codes=("USA", "CHN", "ROW"), rules=both)
    assert {(who, why) for _, _, who, _, _, why in found if who.startswith("CHN")} == {
        ("CHN on USA", "answers USA's 34 points of 2025-04-02: matches × 0.5"),
        ("CHN on ROW", "answers ROW's 34 points of 2025-04-02: matches × 1"),
    }


def test_a_suspension_by_an_outcome_is_told_when_it_begins_and_ends():
    old = measure(effective="2025-01-01")
    pause = sure(Effect(action="suspend", target="opening", until="2025-04-08"))
    assert told(old, events=[pause])[1:] == [
        (5, "announces", "USA on CHN", (0.0, -0.34), 5, "summit: deal suspends opening"),
        (8, "announces", "USA on CHN", (-0.34, 0.0), 8, "opening returns, no longer suspended"),
    ]


# Whose act is answered ---------------------------------------------------------------------------------

THREE = ("USA", "CHN", "EU27")


def answers(*measures, codes=THREE, imports=None, **changes):
    """The answers of a story: (day, who on whom, why)."""
    economies = Economies(codes, imports)
    whole = scenario(schedule=Schedule(measures, economies), **changes)
    story = whole.run(seed=3).events()
    rows = story[story["why"].str.startswith("answers")]
    return [(f"{i} on {j}", why) for i, j, why in rows[["importer", "exporter", "why"]].to_numpy()]


def test_an_act_that_hits_an_ally_is_named_with_who_announced_it_against_whom_and_when():
    hit = measure(exporter="EU27", announced="2025-04-04", effective="2025-04-06")
    assert answers(hit, rules={"CHN-USA": rules.Match(allies=("EU27",), reaction=3)}) == [
        ("CHN on USA", "answers USA's 34 points on EU27, its ally, of 2025-04-04: matches × 1")
    ]


def test_of_an_act_against_itself_and_one_against_an_ally_the_larger_is_named():
    small = measure(name="small", rate=0.1, effective="2025-04-03")
    hit = measure(exporter="EU27", effective="2025-04-05", expires="2025-04-08")
    assert answers(small, hit, rules={"CHN-USA": rules.Match(allies=("EU27",))}) == [
        ("CHN on USA", "answers USA's 10 points of 2025-04-03: matches × 1"),
        ("CHN on USA", "answers USA's 34 points on EU27, its ally, of 2025-04-05: matches × 1"),
        (
            "CHN on USA",
            (
                "answers the end of USA's 34 points on EU27, its ally, on 2025-04-08, 10 points in all: "
                "matches × 1"
            ),
        ),
    ]


def test_goods_turned_away_elsewhere_are_the_act_of_who_turned_them_away():
    """The EU answers China for what the United States announced, not for what China did later."""
    act = measure(effective="2025-04-03")
    china = measure(name="own", importer="CHN", exporter="EU27", rate=0.02, effective="2025-04-05")
    assert answers(act, china, rules={"EU27-CHN": rules.Match(diversion=0.5, reaction=4)}) == [
        (
            "EU27 on CHN",
            (
                "answers USA's 34 points on CHN of 2025-04-03 (50 % of them turned its way), "
                "17 points in all: matches × 1"
            ),
        ),
        ("EU27 on CHN", "answers CHN's 2 points of 2025-04-05, 19 points in all: matches × 1"),
    ]


def test_two_causes_of_one_day_are_both_named():
    act, china = measure(), measure(name="own", importer="CHN", exporter="EU27", rate=0.02)
    assert answers(act, china, rules={"EU27-CHN": rules.Match(diversion=0.5)}) == [
        (
            "EU27 on CHN",
            (
                "answers CHN's 2 points of 2025-04-02 and USA's 34 points on CHN of 2025-04-02 "
                "(50 % of them turned its way), 19 points in all: matches × 1"
            ),
        )
    ]


def test_a_cut_and_what_is_let_pass_are_told_as_such():
    cut = [measure(expires="2025-04-05"), measure(rate=0.1, effective="2025-04-05", announced="2025-04-05")]
    rule = {"CHN": rules.Match(tolerance=0.12)}
    assert answers(*cut, rules=rule) == [
        ("CHN on USA", "answers USA's 34 points of 2025-04-02: matches × 1"),
        (
            "CHN on USA",
            "answers USA's cut to 10 points of 2025-04-05, of which it lets 10 points pass: matches × 1",
        ),
    ]


def test_an_answer_that_a_truce_held_up_says_so():
    truce = sure_truce(start="2025-04-02", end="2025-04-08")
    assert answers(measure(effective="2025-04-03"), rules={"CHN": rules.Match()}, truces=[truce]) == [
        ("CHN on USA", "answers USA's 34 points of 2025-04-03, geneva being over: matches × 1")
    ]


def test_an_answer_that_a_truce_held_up_and_the_law_shares_says_both():
    """As the truce ends 10 points become law: of the 34 that China wants its rule announces 24."""
    truce = sure_truce(start="2025-04-02", end="2025-04-08")
    law = measure(name="law", importer="CHN", exporter="USA", rate=0.1, effective="2025-04-08")
    told_of = answers(measure(effective="2025-04-03"), law, rules={"CHN": rules.Match()}, truces=[truce])
    assert told_of[-1] == (
        "CHN on USA",
        (
            "answers USA's 34 points of 2025-04-03, geneva being over, "
            "beside what else CHN announces: matches × 1"
        ),
    )


def test_an_answer_that_the_law_takes_over_says_so():
    """China wants 34 points; 20 of them become law on a day on which nothing new is announced against it."""
    law = measure(name="law", importer="CHN", exporter="USA", rate=0.2, effective="2025-04-07")
    assert answers(measure(), law, rules={"CHN": rules.Match()})[-1] == (
        "CHN on USA",
        "answers USA's 34 points of 2025-04-02, beside what else CHN announces: matches × 1",
    )


def test_a_cut_taken_back_is_told_as_a_rise():
    old = measure(effective="2025-01-01")
    theirs = measure(name="mfn", importer="CHN", exporter="USA", rate=0.5, effective="2025-01-01")
    pause = sure(Effect(action="suspend", target="opening", until="2025-04-08"))
    rule = {"CHN": rules.Deescalate(ratio=0.5)}
    assert [why for _, why in answers(old, theirs, events=[pause], rules=rule)] == [
        "answers USA's cut of 34 points of 2025-04-05: answers cuts × 0.5",
        "answers USA's rise of 34 points of 2025-04-08: answers cuts × 0.5",
    ]


def test_a_rule_that_moves_by_itself_says_so():
    def from_the_third(seen, own, first, day, memory, values):
        return 0.1 * (day >= 2) + 0.0 * seen, memory

    table = scenario(rules={"CHN": rules.Custom(function=from_the_third, says="its plan")}).run().events()
    assert table["why"].tolist() == ["by itself: its plan"]


# What is charged ---------------------------------------------------------------------------------------


def charges(*measures, **changes):
    """The days on which duties move: (day, who on whom, duty before, after, why)."""
    table = scenario(*measures, **changes).run(seed=3).events()
    return [
        (row["charged"].day, f"{row['importer']} on {row['exporter']}", *(
            round(row[name], 12) for name in ("duty before", "duty after")), row["why"])
        for row in table[table["charged"].notna()].to_dict("records")
    ]  # fmt: skip


def test_an_act_announced_before_the_start_is_told_when_it_takes_effect():
    old = measure(announced="2025-03-01", effective="2025-04-05", expires="2025-04-08")
    assert charges(old) == [
        (5, "USA on CHN", 0.0, 0.34, "by law: opening takes effect"),
        (8, "USA on CHN", 0.34, 0.0, "by law: opening ends"),
    ]


def test_an_act_of_the_first_day_is_told_with_the_duty_of_the_eve():
    first = measure(announced="2025-03-01")
    assert charges(measure(name="mfn", rate=0.05, effective="2025-01-01"), first) == [
        (2, "USA on CHN", 0.05, 0.39, "by law: opening takes effect")
    ]


def test_levels_of_one_act_go_from_one_to_the_next():
    levels = [
        measure(effective="2025-01-01", expires="2025-04-05", rate=0.1),
        measure(announced="2025-03-01", effective="2025-04-05", rate=0.25, coverage=0.5),
    ]
    assert charges(*levels) == [
        (
            5,
            "USA on CHN",
            0.1,
            0.125,
            "by law: opening goes from 10 % on 100 % of trade to 25 % on 50 % of trade",
        )
    ]


def test_acts_announced_together_are_each_told_when_they_are_charged():
    two = [measure(name=name, effective=day, announced="2025-04-03", rate=0.1)
           for name, day in (("a", "2025-04-05"), ("b", "2025-04-08"))]  # fmt: skip
    assert charges(*two) == [
        (5, "USA on CHN", 0.0, 0.1, "by law: a and b"),
        (8, "USA on CHN", 0.1, 0.2, "by law: b takes effect"),
    ]


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_truce_names_what_it_suspends_and_what_returns(share):
    window = {"start": "2025-04-06", "end": "2025-04-09", "suspend": "opening", "surcharges": share}
    found = charges(measure(), rules={"CHN": rules.Match()}, truces=[sure_truce(**window)])
    half = [] if share == 0.0 else [(6, 0.34, 0.17), (9, 0.17, 0.34)]
    added = "50 % of what rules and new acts added"
    expected = [(2, "USA on CHN", 0.0, 0.34, "by law: opening"),
                (4, "CHN on USA", 0.0, 0.34, "answers USA's 34 points of 2025-04-02: matches × 1"),
                (6, "USA on CHN", 0.34, 0.0, "truce geneva suspends opening"),
                (9, "USA on CHN", 0.0, 0.34, "truce geneva being over, opening returns")]  # fmt: skip
    whys = {6: f"truce geneva suspends {added}", 9: f"truce geneva being over, {added} returns"}
    expected += [(day, "CHN on USA", before, after, whys[day]) for day, before, after in half]
    assert sorted(found) == sorted(expected)


def test_an_act_that_a_truce_keeps_from_being_charged_has_no_day_until_the_truce_is_over():
    window = {"start": "2025-04-01", "end": "2025-04-09", "suspend": "opening"}
    table = scenario(measure(effective="2025-04-05"), truces=[sure_truce(**window)]).run().events()
    announced = table[table["kind"] == "announces"]
    assert announced["charged"].isna().all()
    assert table[table["kind"] == "charges"]["why"].tolist() == ["truce geneva being over, opening returns"]


def test_fees_and_controls_are_charged_beside_duties():
    rule = rules.Match(instrument="fee", equivalent=0.3)
    table = scenario(measure(), rules={"CHN": rule}).run().events()
    assert table["charged"].iloc[1] == pd.Timestamp("2025-04-04")
    assert table[["duty before", "duty after"]].iloc[1].isna().all()


def test_arrivals_that_replace_each_other_on_a_day_are_both_told():
    """The sum stands still where one of a size comes as another goes; the duty moves when it is charged."""
    shock = Shock(importer="USA", exporter="CHN", rate=366, size=Size(value=0.1), days=1, implementation=0)
    whole = scenario(shocks=[shock])
    for k in range(20):
        paths = whole.run(k + 1, seed=3)
        table = paths.events(k)
        arrivals = table[table["why"].str.startswith("a new act")]
        assert (arrivals["to"] - arrivals["from"]).round(12).isin([0.1, 0.2, 0.3, 0.4, 0.5]).all()
        ends = table["why"].str.startswith("an act runs out").sum()
        assert ends == (arrivals["date"] < pd.Timestamp("2025-04-11")).sum()


def test_an_act_that_becomes_law_for_a_day_beyond_the_last_says_so():
    threat = measure(status="threatened", announced="2025-03-01", effective="2025-06-01")
    table = scenario(threat, events=[sure(Effect(action="enact", target="opening"))]).run().events()
    assert table["charged"].iloc[-1] == pd.Timestamp("2025-06-01")
    assert table[["duty before", "duty after"]].iloc[-1].isna().all()
