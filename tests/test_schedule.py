"""Schedules: agreement with a day-by-day loop, the laws that duties obey, and every refusal."""

import datetime as dt
from dataclasses import replace

import numpy as np
import oracle
import pandas as pd
import pytest
import strategies as draw
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import FIRST, LAST, measure, two_economies

from tradesim.economies import Economies
from tradesim.errors import InputError
from tradesim.measures import Measure
from tradesim.schedule import Schedule
from tradesim.timegrid import TimeGrid

PERIOD = FIRST - dt.timedelta(days=7), LAST + dt.timedelta(days=7)
GRID = TimeGrid.through(*PERIOD)
FREQUENCIES = st.sampled_from(["D", "W", "M", "Q", "Y"])


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def acts_of(schedule):
    return [oracle.act_of(m) for m in schedule.measures]


def pairs_among(codes):
    return [(i, j) for i in codes for j in codes if i != j]


def array_of(schedule, values, days):
    """Put (pair, day) values where the duty array has them."""
    codes = schedule.economies.codes
    expected = np.zeros((len(days), len(codes), len(codes)))
    for t, day in enumerate(days):
        for i, j in pairs_among(codes):
            expected[t, codes.index(i), codes.index(j)] = values((i, j), day)
    return expected


def rebuilt(schedule, measures):
    return replace(schedule, measures=tuple(measures))


def refusal(call):
    """The message of the refusal that a call ends in."""
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


# Agreement with the oracle ---------------------------------------------------------------------------


@draw.thorough
@given(draw.schedules(), st.lists(draw.days, min_size=1, max_size=8))
@draw.where_goods_are_known
def test_duty_agrees_with_the_oracle_on_unsorted_and_repeated_days(schedule, days):
    days = [*days, days[0]]
    acts = acts_of(schedule)
    close(schedule.duty(days), array_of(schedule, lambda p, d: oracle.duty(acts, p, d), days))


@given(draw.schedules(), st.lists(draw.days, min_size=1, max_size=8))
@draw.where_goods_are_known
def test_duty_by_authority_agrees_with_the_oracle(schedule, days):
    acts = acts_of(schedule)
    split = schedule.duty_by_authority(days)
    assert split.shape[-1] == len(schedule.authorities)
    for a, authority in enumerate(schedule.authorities):
        expected = array_of(
            schedule, lambda p, d, a=authority: oracle.by_authority(acts, p, d).get(a, 0.0), days
        )
        close(split[..., a], expected)


@given(draw.schedules(), FREQUENCIES)
@draw.where_goods_are_known
def test_effective_duty_by_pair_agrees_with_the_oracle(schedule, freq):
    acts = acts_of(schedule)
    frame = schedule.effective_duty(*PERIOD, freq=freq)
    pairs = pairs_among(schedule.economies.codes)
    assert list(frame.columns) == pairs
    for pair in pairs:
        expected = oracle.averages(lambda day, p=pair: oracle.duty(acts, p, day), *PERIOD, freq)
        assert [stamp.date() for stamp in frame.index] == list(expected)
        close(frame[pair], list(expected.values()))


@given(draw.schedules(instruments=("tariff", "tariff", "fee")), FREQUENCIES)
@draw.where_goods_are_known
def test_effective_duty_by_authority_agrees_with_the_oracle(schedule, freq):
    acts = acts_of(schedule)
    frame = schedule.effective_duty(*PERIOD, by="authority", freq=freq)
    charged = [m for m in schedule.measures if m.instrument == "tariff" and m.status == "enacted"]
    tariffs = {(*m.pair, m.authority) for m in charged}
    assert set(frame.columns) == tariffs
    assert len(frame.columns) == len(tariffs)
    for i, j, authority in frame.columns:
        expected = oracle.averages(
            lambda day, p=(i, j), a=authority: oracle.by_authority(acts, p, day)[a], *PERIOD, freq
        )
        close(frame[i, j, authority], list(expected.values()))


@given(draw.schedules(), FREQUENCIES)
@draw.where_goods_are_known
def test_effective_duty_by_importer_agrees_with_the_oracle(schedule, freq):
    acts, codes = acts_of(schedule), schedule.economies.codes
    frame = schedule.effective_duty(*PERIOD, by="importer", freq=freq)
    assert list(frame.columns) == list(codes)
    imports = schedule.economies.imports.tolist()
    for code in codes:
        expected = oracle.averages(
            lambda day, c=code: oracle.importer_average(acts, codes, imports, c, day), *PERIOD, freq
        )
        close(frame[code], list(expected.values()))


def news_days(schedule):
    """Every day on which something became known, and the day before."""
    told = {day for m in schedule.measures for day in (m.announced, m.expiry_announced) if day}
    return sorted(told | {day - dt.timedelta(days=1) for day in told})


@draw.thorough
@given(st.one_of(draw.histories(), draw.schedules(size=3)))
@draw.where_goods_are_known
def test_as_of_agrees_with_the_oracle(schedule):
    def in_order(acts):
        return sorted(acts, key=lambda act: [str(value) for value in act.values()])

    for day in news_days(schedule):
        known = schedule.as_of(day)
        assert in_order(acts_of(known)) == in_order(oracle.as_of(acts_of(schedule), day))
        assert known.economies == schedule.economies
        assert str(day) in known.vintage


@given(draw.schedules(instruments=("tariff", "fee", "export_control"), limits="unnamed"), st.data())
@draw.where_goods_are_known
def test_trade_cost_agrees_with_the_oracle(schedule, data):
    unpriced = st.sampled_from([{"rate": None}, {"basis": "specific", "unit_value": None}, {}, {}])
    measures = [
        replace(m, **data.draw(unpriced)) if m.instrument != "tariff" and m.basis == "ad_valorem" else m
        for m in schedule.measures
    ]
    equivalents = {m.name: 0.05 + 0.01 * int(m.name[-1]) for m in measures if m.instrument != "tariff"}
    schedule = rebuilt(schedule, measures)
    acts = acts_of(schedule)
    frame = schedule.trade_cost(*PERIOD, equivalents)
    for pair in pairs_among(schedule.economies.codes):
        expected = [
            oracle.duty(acts, pair, day, oracle.EVERYTHING, equivalents)
            for day in oracle.days_between(*PERIOD)
        ]
        close(frame[pair], expected)


# Laws ------------------------------------------------------------------------------------------------


@given(draw.schedules(), st.randoms(use_true_random=False))
@draw.where_goods_are_known
def test_the_order_of_the_measures_does_not_matter(schedule, random):
    shuffled = random.sample(schedule.measures, len(schedule))
    again = rebuilt(schedule, shuffled)
    assert again == schedule
    assert hash(again) == hash(schedule)
    assert np.array_equal(again.duty(GRID), schedule.duty(GRID))


def distinct_rates(schedule):
    """No two measures tie, so that no rule needs to ask which act is the earlier."""
    return len({m.level for m in schedule.measures}) == len(schedule)


@given(draw.schedules(), st.data())
@draw.where_goods_are_known
def test_splitting_a_window_changes_nothing(schedule, data):
    # Of equal rates the earlier act comes first, and the second half of a split act is a later one: where
    # rates tie, a split may move a duty from one authority to another.
    assume(len(schedule) and distinct_rates(schedule))
    whole = data.draw(st.sampled_from(schedule.measures))
    end = whole.expires or LAST + dt.timedelta(days=3)
    assume(whole.effective < end)
    cut = data.draw(st.dates(whole.effective + dt.timedelta(days=1), end))
    parts = [replace(whole, expires=cut, expiry_announced=None), replace(whole, effective=cut)]
    split = rebuilt(schedule, [m for m in schedule.measures if m is not whole] + parts)
    close(split.duty_by_authority(GRID), schedule.duty_by_authority(GRID))


@given(draw.schedules(), draw.days, draw.terms(), draw.authorities)
@draw.where_goods_are_known
def test_an_empty_window_adds_nothing(schedule, day, terms, authority):
    codes = schedule.economies.codes
    assume(len(codes) > 1)
    empty = measure(
        name="empty", importer=codes[0], exporter=codes[1], effective=day, expires=day, authority=authority
    )
    more = schedule.adding(replace(empty, **terms))
    assert np.array_equal(more.duty(GRID), schedule.duty(GRID))


def shifted(one, by):
    dates = ("effective", "expires", "announced", "expiry_announced")
    return replace(one, **{d: getattr(one, d) + by for d in dates if getattr(one, d) is not None})


@given(draw.schedules(), st.integers(-400, 400), draw.days)
@draw.where_goods_are_known
def test_shifting_all_dates_shifts_the_duty(schedule, count, day):
    by = dt.timedelta(days=count)
    later = rebuilt(schedule, [shifted(m, by) for m in schedule.measures])
    moved = TimeGrid.through(*(date + by for date in PERIOD))
    assert np.array_equal(later.duty(moved), schedule.duty(GRID))
    assert np.array_equal(later.as_of(day + by).duty(moved), schedule.as_of(day).duty(GRID))


@given(draw.schedules(), st.permutations(draw.CODES))
@draw.where_goods_are_known
def test_relabelling_the_economies_relabels_the_duties(schedule, names):
    new = dict(zip(draw.CODES, names, strict=True))
    among = schedule.economies
    relabelled = Schedule(
        [replace(m, importer=new[m.importer], exporter=new[m.exporter]) for m in schedule.measures],
        Economies([new[code] for code in among.codes], among.imports),
    )
    assert np.array_equal(relabelled.duty(GRID), schedule.duty(GRID))
    average = schedule.effective_duty(*PERIOD, by="importer")
    pd.testing.assert_frame_equal(
        relabelled.effective_duty(*PERIOD, by="importer"), average.rename(columns=new)
    )


@given(draw.schedules(), st.randoms(use_true_random=False))
@draw.where_goods_are_known
def test_the_order_of_the_economies_permutes_the_duties(schedule, random):
    order = random.sample(range(len(schedule.economies)), len(schedule.economies))
    codes = [schedule.economies.codes[k] for k in order]
    permuted = schedule.select(codes)
    assert permuted.economies.codes == tuple(codes)
    assert np.array_equal(permuted.duty(GRID), schedule.duty(GRID)[:, order][:, :, order])


@given(draw.schedules())
@draw.where_goods_are_known
def test_the_authorities_sum_to_the_duty(schedule):
    split, duty = schedule.duty_by_authority(GRID), schedule.duty(GRID)
    close(split.sum(axis=-1), duty)
    by_authority = schedule.effective_duty(*PERIOD, by="authority")
    by_pair = schedule.effective_duty(*PERIOD)
    for pair in {m.pair for m in schedule.measures if m.charged}:
        close(by_authority[pair].sum(axis=1), by_pair[pair])


@given(draw.schedules(statuses=("enacted",), limits="unnamed"), st.data())
@draw.where_goods_are_known
def test_the_duty_does_not_fall_when_a_rate_rises(schedule, data):
    # What the truth table promises: with adding, exclusive and replacing measures and with limits on the
    # whole duty. A floor against named authorities need not be monotone: an exclusive measure whose rate
    # rises can push another authority's out, while the floor that watches the other fills the gap.
    assume(len(schedule))
    low = data.draw(st.sampled_from(schedule.measures))
    high = replace(low, rate=min(low.rate + data.draw(st.floats(0.01, 1)), 2000 if low.unit_value else 10))
    raised = rebuilt(schedule, [high if m is low else m for m in schedule.measures])
    assert (raised.duty(GRID) - schedule.duty(GRID)).min() >= -1e-12


@given(draw.schedules(), st.lists(st.floats(1e-3, 1e3), min_size=5, max_size=5))
@draw.where_goods_are_known
def test_scaling_what_an_importer_buys_changes_no_average(schedule, scales):
    among = schedule.economies
    imports = among.imports * np.array(scales)[: len(among), None]
    scaled = replace(schedule, economies=Economies(among.codes, imports))
    close(
        scaled.effective_duty(*PERIOD, by="importer"),
        schedule.effective_duty(*PERIOD, by="importer"),
    )


@given(draw.schedules(), draw.days)
@draw.where_goods_are_known
def test_the_duty_is_exactly_0_where_no_window_is(schedule, day):
    charged = {m.pair for m in schedule.measures if oracle.is_charged(oracle.act_of(m), day)}
    table = schedule.duty_on(day)
    free = [pair for pair in pairs_among(schedule.economies.codes) if pair not in charged]
    assert all(table.loc[pair] == 0.0 for pair in free)
    assert (np.diag(table) == 0.0).all()


@given(draw.schedules(), draw.days)
@draw.where_goods_are_known
def test_the_duty_on_a_day_is_the_row_of_the_effective_duty(schedule, day):
    row = schedule.effective_duty(*PERIOD).loc[str(day)]
    table = schedule.duty_on(day)
    assert list(table.index) == list(table.columns) == list(schedule.economies.codes)
    assert (table.index.name, table.columns.name) == ("importer", "exporter")
    assert all(table.loc[i, j] == row[i, j] for i, j in pairs_among(schedule.economies.codes))


@given(draw.schedules(instruments=("tariff", "fee", "export_control")))
@draw.where_goods_are_known
def test_a_schedule_survives_the_frame(schedule):
    about = {"title": schedule.title, "complete": schedule.complete}
    assert Schedule.from_frame(schedule.to_frame(), schedule.economies, **about) == schedule


@given(draw.schedules(), draw.authorities)
@draw.where_goods_are_known
def test_without_an_authority_the_others_stay(schedule, authority):
    assume(authority in schedule.authorities)
    less = schedule.without(authority)
    assert less.measures == tuple(m for m in schedule.measures if m.authority != authority)
    assert less.adding(*schedule.matching(authority)) == schedule


@given(draw.schedules(), draw.days, draw.days)
@draw.where_goods_are_known
def test_what_was_known_once_is_not_less_later(schedule, one, other):
    first, second = sorted([one, other])
    names = {m.act for m in schedule.as_of(first).measures}
    assert names <= {m.act for m in schedule.as_of(second).measures}


@given(draw.schedules(), draw.days)
@draw.where_goods_are_known
def test_knowing_twice_is_knowing_once(schedule, day):
    known = schedule.as_of(day)
    assert known.as_of(day).measures == known.measures


# Examples --------------------------------------------------------------------------------------------


def trade_war(**about):
    """Two economies: MFN and two levels of a list one way, retaliation the other way."""
    measures = [
        measure(name="MFN", authority="MFN", rate=0.03, effective="2015-01-01"),
        measure(rate=0.10, effective="2018-09-24", expires="2019-05-10", coverage=0.5),
        measure(rate=0.25, effective="2019-05-10", announced="2019-05-08", coverage=0.5),
        measure(
            name="List A", importer="CHN", exporter="USA", authority="retaliation", effective="2018-09-24"
        ),
    ]
    return Schedule(measures, two_economies(), title="trade war", **about)


def test_a_measure_is_charged_from_its_first_day_to_the_day_before_it_expires():
    war = Schedule([measure(effective="2018-09-24", expires="2018-09-26")], two_economies())
    days = ["2018-09-23", "2018-09-24", "2018-09-25", "2018-09-26"]
    assert war.duty(days)[:, 0, 1].tolist() == [0.0, 0.25, 0.25, 0.0]


@pytest.mark.parametrize("status", ["suspended", "threatened", "revoked"])
def test_only_enacted_acts_are_charged(status):
    assert Schedule([measure(status=status)], two_economies()).duty("2019-01-01").max() == 0.0


@pytest.mark.parametrize("instrument", ["fee", "export_control"])
def test_fees_and_controls_are_trade_costs_and_not_duties(instrument):
    schedule = Schedule([measure(instrument=instrument)], two_economies())
    assert schedule.duty("2019-01-01").max() == 0.0
    assert schedule.trade_cost("2019-01-01", "2019-01-01").loc["2019-01-01", ("USA", "CHN")] == 0.25


def test_the_axes_are_importer_then_exporter():
    duty = trade_war().duty("2018-10-01")
    assert duty.shape == (1, 2, 2)
    assert duty[0].tolist() == pytest.approx(np.array([[0, 0.08], [0.25, 0]]))


def test_days_may_be_a_grid_an_array_a_list_an_index_or_one_day():
    war = trade_war()
    grid = TimeGrid("2018-09-23", "2018-09-26")
    expected = war.duty(grid)
    assert expected.shape == (3, 2, 2)
    for days in (grid.days, list(grid.days), pd.DatetimeIndex(grid.days), [str(day) for day in grid.days]):
        assert np.array_equal(war.duty(days), expected)
    assert np.array_equal(war.duty(dt.date(2018, 9, 24)), expected[[1]])


def test_no_days_give_no_rows():
    assert trade_war().duty([]).shape == (0, 2, 2)
    assert trade_war().duty_by_authority([]).shape == (0, 2, 2, 3)


def test_a_day_that_is_not_one_is_refused():
    assert "not a calendar day; got '2018-09-31'" in refusal(lambda: trade_war().duty("2018-09-31"))


def test_a_month_is_averaged_by_its_days():
    war = Schedule([measure(rate=0.3, effective="2018-09-24")], two_economies())
    monthly = war.effective_duty("2018-09-01", "2018-10-31", freq="M")["USA", "CHN"]
    assert monthly.tolist() == pytest.approx([0.3 * 7 / 30, 0.3])
    assert list(monthly.index.strftime("%Y-%m-%d")) == ["2018-09-01", "2018-10-01"]


def test_a_period_that_starts_within_a_month_is_averaged_over_the_days_it_holds():
    war = Schedule([measure(rate=0.3, effective="2018-09-24")], two_economies())
    monthly = war.effective_duty("2018-09-21", "2018-10-02", freq="M")["USA", "CHN"]
    assert monthly.tolist() == pytest.approx([0.3 * 7 / 10, 0.3])
    assert list(monthly.index.strftime("%Y-%m-%d")) == ["2018-09-21", "2018-10-01"]


def test_frames_name_their_axes():
    war = trade_war()
    period = "2018-09-24", "2018-09-25"
    assert war.effective_duty(*period).columns.names == ["importer", "exporter"]
    assert war.effective_duty(*period, by="authority").columns.names == ["importer", "exporter", "authority"]
    assert war.effective_duty(*period, by="importer").columns.name == "importer"
    assert war.effective_duty(*period, by="importer").index.name == "date"
    assert war.effective_duty(*period, freq="M").index.name == "date"
    assert war.effective_duty(*period).index.name == "date"


def test_an_importer_without_imports_has_no_duty_to_average():
    schedule = Schedule([measure()], Economies(["USA", "CHN"], [[0, 0], [1, 0]]))
    assert schedule.effective_duty("2019-01-01", "2019-01-01", by="importer")["USA"].tolist() == [0.0]


def test_the_average_over_partners_leaves_trade_within_a_group_out():
    schedule = Schedule([measure()], Economies(["USA", "CHN", "JPN"], [[90, 3, 1], [0, 0, 0], [0, 0, 0]]))
    average = schedule.effective_duty("2019-01-01", "2019-01-01", by="importer")["USA"]
    assert average.tolist() == pytest.approx([0.25 * 0.75])


def test_an_empty_schedule_has_tables_of_zeros():
    empty = Schedule([], two_economies())
    assert empty.effective_duty("2019-01-01", "2019-01-03").to_numpy().tolist() == [[0.0, 0.0]] * 3
    assert empty.effective_duty("2019-01-01", "2019-03-03", by="authority", freq="M").shape == (3, 0)
    assert empty.authorities == empty.pairs == ()
    assert len(empty) == 0


def test_one_economy_alone_has_no_pairs():
    alone = Schedule([], Economies(["USA"], [[1.0]]))
    assert alone.effective_duty("2019-01-01", "2019-03-03", freq="M").shape == (3, 0)
    assert alone.duty_on("2019-01-01").to_numpy().tolist() == [[0.0]]


def test_pairs_and_authorities_are_listed_in_a_fixed_order():
    war = trade_war()
    assert war.pairs == (("USA", "CHN"), ("CHN", "USA"))
    assert war.authorities == ("MFN", "retaliation", "Section 301")


def test_a_schedule_says_what_it_is():
    assert repr(trade_war()) == ("Schedule(trade war: 4 measures among USA, CHN, 2015-01-01 to 2019-05-10)")
    assert repr(Schedule([], two_economies())) == "Schedule(untitled: 0 measures among USA, CHN)"


def test_schedules_that_differ_in_anything_are_not_equal():
    war = trade_war()
    assert war == trade_war()
    for name, value in {"title": "x", "vintage": "x", "source": "x", "complete": False}.items():
        assert war != replace(war, **{name: value})
    assert war != war.without("MFN")
    assert war != "a schedule"


def test_a_schedule_of_which_nothing_is_said_says_nothing():
    plain = Schedule([measure()], two_economies())
    assert (plain.title, plain.vintage, plain.source, plain.begins) == ("", "", "", None)
    assert plain.complete


def test_schedules_of_other_measures_are_kept_apart():
    assert hash(trade_war()) != hash(trade_war().without("MFN"))


def test_a_schedule_is_frozen():
    with pytest.raises(AttributeError):
        trade_war().title = "another"


# An incomplete record --------------------------------------------------------------------------------


def incomplete():
    among = Economies(["USA", "CHN", "JPN"], [[0, 3, 0], [1, 0, 1], [1, 1, 0]])
    return Schedule([measure(), measure(importer="JPN", rate=0.1)], among, complete=False)


def test_a_pair_that_an_incomplete_record_does_not_hold_is_nan_on_a_day():
    table = incomplete().duty_on("2019-01-01")
    expected = [[0, 0.25, np.nan], [np.nan, 0, np.nan], [np.nan, 0.1, 0]]
    np.testing.assert_array_equal(table, expected)


def test_an_incomplete_record_shows_only_the_pairs_that_it_holds():
    period = "2019-01-01", "2019-01-02"
    assert list(incomplete().effective_duty(*period).columns) == [("USA", "CHN"), ("JPN", "CHN")]
    assert list(incomplete().trade_cost(*period).columns) == [("USA", "CHN"), ("JPN", "CHN")]


def test_an_importer_with_a_partner_of_unknown_duty_has_no_average():
    frame = incomplete().effective_duty("2019-01-01", "2019-01-01", by="importer")
    assert list(frame.columns) == ["USA"]
    assert frame["USA"].tolist() == [0.25]


def test_a_complete_record_hides_nothing():
    assert trade_war().recorded.all()
    whole = replace(incomplete(), complete=True)
    assert not whole.duty_on("2019-01-01").isna().to_numpy().any()


@given(draw.schedules(complete=False), draw.days)
@draw.where_goods_are_known
def test_tables_are_nan_exactly_where_an_incomplete_record_holds_no_tariff(schedule, day):
    table = schedule.duty_on(day)
    known = {m.pair for m in schedule.measures if m.instrument == "tariff"}
    for pair in pairs_among(schedule.economies.codes):
        assert np.isnan(table.loc[pair]) == (pair not in known)


# A record that begins --------------------------------------------------------------------------------


def test_days_before_the_record_begins_are_refused():
    war = trade_war(begins="2018-01-01")
    assert war.begins == dt.date(2018, 1, 1)
    assert war.duty("2018-01-01").max() == 0.03
    expected = "before the record begins; got 2017-12-31; allowed: 2018-01-01 or later"
    assert refusal(lambda: war.as_of("2017-12-31")) == f"as_of: {expected}"
    for call in (
        lambda: war.duty(["2018-06-01", "2017-12-31"]),
        lambda: war.duty_by_authority("2017-12-31"),
        lambda: war.duty_on("2017-12-31"),
        lambda: war.effective_duty("2017-12-31", "2018-01-02"),
        lambda: war.trade_cost("2017-12-31", "2018-01-02"),
    ):
        assert refusal(call) == f"date: {expected}"


def test_a_record_begins_on_a_day():
    message = refusal(lambda: trade_war(begins="soon"))
    assert message.startswith("begins: not a calendar day; got 'soon'")


# With and without ------------------------------------------------------------------------------------


def test_names_authorities_and_wildcards_find_measures():
    war = trade_war()
    assert [m.name for m in war.matching("List A")] == ["List A"]
    assert [m.name for m in war.matching("MFN")] == ["MFN"]
    assert [m.authority for m in war.matching("Section*")] == ["Section 301", "Section 301"]
    assert len(war.matching("List ?")) == 3
    assert war.matching("*") == war.measures


def test_a_name_with_brackets_finds_itself():
    odd = measure(name="List [4A]")
    assert Schedule([odd], two_economies()).matching("List [4A]") == (odd,)


def test_without_takes_several_names_at_once():
    assert [m.name for m in trade_war().without("Section*", "List A").measures] == ["MFN"]


@pytest.mark.parametrize("call", ["matching", "without"])
def test_a_name_that_matches_nothing_gets_a_did_you_mean(call):
    message = refusal(lambda: getattr(trade_war(), call)("Section 310"))
    assert "unknown measure or authority; got 'Section 310'" in message
    assert "did you mean 'Section 301'" in message


def test_wildcards_do_not_ignore_case():
    assert "unknown measure" in refusal(lambda: trade_war().without("section*"))


def test_adding_keeps_everything_else():
    war = trade_war(vintage="2020", source="here", complete=False)
    more = war.adding(measure(name="List 2"))
    assert (more.title, more.vintage, more.source, more.complete) == ("trade war", "2020", "here", False)
    assert len(more) == 5


def test_select_keeps_the_measures_among_the_chosen_in_the_order_given():
    wide = Schedule([measure(), measure(exporter="JPN")], Economies(["USA", "CHN", "JPN"]))
    some = wide.select(["CHN", "USA"])
    assert some.economies.codes == ("CHN", "USA")
    assert some.measures == (measure(),)


def test_select_refuses_an_economy_that_is_not_there():
    message = refusal(lambda: trade_war().select(["USA", "CHM"]))
    assert "unknown economy; got 'CHM'; allowed: CHN, USA; did you mean 'CHN'?" in message


# What was known --------------------------------------------------------------------------------------


def test_a_measure_announced_later_is_not_known():
    late = measure(announced="2018-11-01")
    schedule = Schedule([late], two_economies())
    assert schedule.as_of("2018-10-31").measures == ()
    assert schedule.as_of("2018-11-01").measures == (late,)


def test_an_end_announced_later_is_not_in_sight():
    ended = measure(expires="2019-03-01", expiry_announced="2019-02-01")
    schedule = Schedule([ended], two_economies())
    assert schedule.as_of("2019-01-31").measures[0].expires is None
    assert schedule.as_of("2019-02-01").measures == (ended,)


def test_what_was_revoked_later_still_stands():
    withdrawn = measure(announced="2018-10-01", status="revoked", expiry_announced="2018-11-01")
    schedule = Schedule([withdrawn], two_economies())
    assert schedule.as_of("2018-10-31").duty("2018-12-01").max() == 0.25
    assert schedule.as_of("2018-11-01").duty("2018-12-01").max() == 0.0


def test_a_level_whose_successor_is_not_yet_announced_is_open():
    war = trade_war()
    assert war.as_of("2019-05-07").duty("2019-06-01")[0, 0, 1] == pytest.approx(0.08)
    assert war.as_of("2019-05-08").duty("2019-06-01")[0, 0, 1] == pytest.approx(0.155)


def test_an_end_is_known_with_the_first_of_the_levels_that_follow_it():
    first = measure(expires="2019-01-01")
    paused = measure(effective="2019-01-01", announced="2018-12-10", status="suspended")
    second = measure(effective="2019-01-01", announced="2018-12-20", rate=0.3)
    record = Schedule([first, paused, second], two_economies())
    known = [
        record.as_of(day).duty("2019-01-02")[0, 0, 1] for day in ("2018-12-09", "2018-12-10", "2018-12-20")
    ]
    assert known == [0.25, 0.0, 0.3]


def test_a_threat_to_raise_a_duty_hides_no_end():
    first = measure(expires="2019-01-01")
    threat = measure(effective="2019-01-01", announced="2018-12-20", rate=0.3, status="threatened")
    assert Schedule([first, threat], two_economies()).as_of("2018-12-10").measures == (first,)


def test_a_level_runs_to_the_start_of_a_successor_that_was_known_before_its_own_end():
    first = measure(effective="2018-01-01", expires="2019-01-01", expiry_announced="2018-12-01")
    second = measure(rate=0.3, effective="2019-01-01", announced="2018-06-01")
    known = Schedule([first, second], two_economies()).as_of("2018-07-01")
    assert known.duty(["2018-12-31", "2019-01-01"])[:, 0, 1].tolist() == [0.25, 0.3]


@pytest.mark.parametrize("expires", [None, "2019-12-01"])
def test_a_level_runs_to_the_start_of_one_that_was_revoked_later(expires):
    stays = measure(effective="2018-01-01", expires=expires)
    raised = measure(
        rate=0.3,
        effective="2019-01-01",
        announced="2018-06-01",
        status="revoked",
        expiry_announced="2018-12-01",
    )
    known = Schedule([stays, raised], two_economies()).as_of("2018-07-01")
    assert known.duty(["2018-12-31", "2019-01-01"])[:, 0, 1].tolist() == [0.25, 0.3]


# Trade costs -----------------------------------------------------------------------------------------


def port_fee(**changes):
    return measure(name="port fee", authority="USTR", instrument="fee", rate=None, **changes)


def test_a_fee_without_a_rate_needs_a_stated_equivalent():
    schedule = Schedule([port_fee(), measure(name="MFN", authority="MFN", rate=0.03)], two_economies())
    stated = schedule.trade_cost("2018-12-01", "2018-12-01", {"port fee": 0.02})
    assert stated["USA", "CHN"].tolist() == pytest.approx([0.05])
    message = refusal(lambda: schedule.trade_cost("2018-12-01", "2018-12-31"))
    assert "measure 'port fee': no ad-valorem equivalent" in message
    assert "allowed: a rate or a unit value in the record, or a stated equivalent" in message
    assert "equivalents={'port fee': 0.01}" in message


def test_every_fee_without_an_equivalent_is_named():
    control = measure(name="rare earths", authority="MOFCOM", instrument="export_control", rate=None)
    schedule = Schedule([port_fee(), control], two_economies())
    message = refusal(lambda: schedule.trade_cost("2018-12-01", "2018-12-31"))
    assert "'port fee'" in message
    assert "'rare earths'" in message


def test_a_specific_fee_without_a_conversion_needs_a_stated_equivalent():
    per_ton = replace(port_fee(), rate=50.0, basis="specific", unit="net ton")
    schedule = Schedule([per_ton], two_economies())
    assert "'port fee': no ad-valorem" in refusal(lambda: schedule.trade_cost("2018-12-01", "2018-12-31"))
    stated = schedule.trade_cost("2018-12-01", "2018-12-01", {"port fee": 0.02})
    assert stated["USA", "CHN"].tolist() == [0.02]


@pytest.mark.parametrize(
    "window",
    [
        {"effective": "2019-01-01"},
        {"effective": "2019-01-01", "expires": "2019-02-01"},
        {"effective": "2018-01-01", "expires": "2018-12-01"},
        {"effective": "2018-12-10", "expires": "2018-12-10"},
        {"effective": "2018-12-10", "status": "threatened"},
    ],
)
def test_a_fee_that_is_not_charged_in_the_period_needs_no_equivalent(window):
    schedule = Schedule([port_fee(**window)], two_economies())
    assert schedule.trade_cost("2018-12-01", "2018-12-31").max(axis=None) == 0.0


def test_a_fee_that_is_a_floor_can_be_given_an_equivalent():
    floor = port_fee(basis="floor", against=("MFN",))
    cost = Schedule([floor], two_economies()).trade_cost("2018-12-01", "2018-12-01", {"port fee": 0.02})
    assert cost["USA", "CHN"].tolist() == [0.02]


def test_a_stated_equivalent_stacks_as_the_record_says():
    mfn = measure(name="MFN", authority="MFN", rate=0.1)
    fee = port_fee(stacking="replace", against=("MFN",))
    stated = Schedule([mfn, fee], two_economies())
    recorded = Schedule([mfn, replace(fee, rate=0.02)], two_economies())
    day = "2018-12-01", "2018-12-01"
    close(stated.trade_cost(*day, {"port fee": 0.02}), recorded.trade_cost(*day))


def test_an_equivalent_for_an_act_that_is_not_there_gets_a_did_you_mean():
    schedule = Schedule([port_fee()], two_economies())
    stated = {"port fee": 0.02, "port fees": 0.02}
    message = refusal(lambda: schedule.trade_cost("2018-12-01", "2018-12-01", stated))
    assert "'port fees'" in message
    assert "did you mean 'port fee'?" in message


def test_an_equivalent_for_a_tariff_is_refused():
    schedule = Schedule([measure(), port_fee()], two_economies())
    stated = {"port fee": 0.02, "List 1": 0.3}
    message = refusal(lambda: schedule.trade_cost("2018-12-01", "2018-12-01", stated))
    assert message == "equivalents: unknown fee or control; got 'List 1'; allowed: port fee"


def test_trade_costs_are_averaged_like_duties():
    cost = Schedule([measure()], two_economies()).trade_cost("2018-11-30", "2018-12-31", freq="M")
    assert cost["USA", "CHN"].tolist() == [0.0, 0.25]


# Refusals --------------------------------------------------------------------------------------------


def test_all_problems_of_a_schedule_are_reported_together():
    stranger = measure(importer="JPN", exporter="KOR")
    level = measure(name="List 2", expires="2019-01-01")
    message = refusal(
        lambda: Schedule(
            [stranger, measure(), measure(), level, replace(level, rate=0.3, effective="2018-12-31")],
            two_economies(),
        )
    )
    assert "measure 'List 1': importer: unknown economy; got 'JPN'; allowed: CHN, USA" in message
    assert "measure 'List 1': exporter: unknown economy; got 'KOR'; allowed: CHN, USA" in message
    assert "measure 'List 1': measure given twice; got List 1: USA on CHN, 25 %" in message
    assert "from 2018-12-01 (enacted); remove one\n" in message
    assert "measure 'List 2' (USA on CHN, Section 301): levels of one act overlap" in message


def test_an_unknown_choice_lists_those_there_are():
    war = trade_war()
    message = refusal(lambda: war.effective_duty("2018-01-01", "2018-01-02", by="partner"))
    assert message == "by: unknown by; got 'partner'; allowed: pair | authority | importer"
    message = refusal(lambda: war.effective_duty("2018-01-01", "2018-01-02", freq="H"))
    assert message == "freq: unknown freq; got 'H'; allowed: D | W | M | Q | Y"
    message = refusal(lambda: war.trade_cost("2018-01-01", "2018-01-02", freq="H"))
    assert message == "freq: unknown freq; got 'H'; allowed: D | W | M | Q | Y"


def test_a_period_that_ends_before_it_starts_is_refused():
    message = refusal(lambda: trade_war().effective_duty("2018-01-02", "2018-01-01"))
    assert message == "last day: before the first day; got 2018-01-01; allowed: 2018-01-02 or later"


def test_an_average_over_partners_needs_trade_weights():
    unweighted = Schedule([measure()], Economies(["USA", "CHN"]))
    assert unweighted.duty_on("2019-01-01").loc["USA", "CHN"] == 0.25
    message = refusal(lambda: unweighted.effective_duty("2019-01-01", "2019-01-01", by="importer"))
    assert "Economies: trade weights are needed; got imports=None; allowed: an (N, N) array" in message


def test_a_frame_with_bad_rows_names_every_row():
    good = trade_war().to_frame()
    bad = good.assign(coverage=[40.0, 0.5, 0.5, 1.0], importer=["USA", "usa", "USA", "CHN"])
    message = refusal(lambda: Schedule.from_frame(bad, two_economies()))
    assert "row 0: measure 'MFN': coverage: coverage above 1; got 40" in message
    assert "row 1: measure 'List A': importer: not an economy code; got 'usa'" in message


def test_measures_keep_their_canonical_order():
    war = trade_war()
    assert list(war.measures) == sorted(war.measures, key=Measure.sort_key)
    assert [str(m.effective) for m in war.measures] == [
        "2015-01-01",
        "2018-09-24",
        "2018-09-24",
        "2019-05-10",
    ]


def test_a_schedule_survives_a_csv_file(tmp_path):
    war = trade_war()
    assert Schedule.from_csv(war.to_csv(tmp_path / "war.csv"), two_economies(), title="trade war") == war


# Wrong types -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: Schedule("x", two_economies()),
            "measures: not a measure; got 'x'; allowed: Measure objects",
        ),
        (lambda: Schedule([1], two_economies()), "measures: not a measure; got 1; allowed: Measure objects"),
        (lambda: Schedule([], "x"), "economies: not economies; got 'x'; allowed: an Economies object"),
        (
            lambda: Schedule.from_frame([1], two_economies()),
            "frame: no measures; got [1]; allowed: a DataFrame with a row per measure",
        ),
        (
            lambda: Schedule.from_frame(pd.DataFrame(), two_economies()),
            "frame: no measures; got no columns; allowed: a DataFrame with a row per measure",
        ),
    ],
)
def test_what_is_no_schedule_is_refused(call, message):
    assert refusal(call) == message


def test_a_file_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be written; got"):
        Schedule([measure()], two_economies()).to_csv(tmp_path / "nowhere" / "acts.csv")
