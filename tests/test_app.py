"""The explorer without a browser: what can be moved, what follows, and what is handed out."""

import io
import itertools
import re
import tomllib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hostile import BAD, hostile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import tradesim as ts
from tradesim import rules, scenarios
from tradesim.app import Settings, changed, exports, groups_of, look, markup, takeaways, views, words
from tradesim.app.changes import of_kind, scaled, shared_odds, with_kinds
from tradesim.app.controls import controls_of, rules_of
from tradesim.changes import parameters
from tradesim.errors import InputError
from tradesim.shocks import Size

TWO_YEARS, OCTOBER, SPIRAL, BLOCS = (
    scenarios.load(name)
    for name in ("us-china-two-years", "us-china-2025-10", "april-2025-spiral", "three-bloc-war")
)
every = pytest.mark.parametrize("name", scenarios.names())


def controls(scenario):
    return controls_of(groups_of(scenario))


def moved(scenario, **shown):
    return changed(scenario, Settings(shown={path.replace("__", "."): v for path, v in shown.items()}))


def refusal(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


# Controls --------------------------------------------------------------------------------------------


@every
def test_every_control_changes_a_parameter_that_a_scenario_has(name):
    scenario = scenarios.load(name)
    ruled = replace(scenario, rules=rules_of(scenario))
    for group in groups_of(scenario):
        for control in group.controls:
            assert control.path in parameters(ruled)
            assert control.path.startswith(f"{group.key}.")
            assert control.label
            assert control.meaning.endswith(".")
            assert "{" not in control.label + control.meaning


@every
def test_every_control_begins_where_the_scenario_is(name):
    """Read back by hand: the number of the scenario times what it is shown in."""
    scenario = scenarios.load(name)
    found = controls(scenario)
    for event in scenario.events:
        for outcome in event.outcomes[: None if len(event.outcomes) > 2 else 1]:
            shown = found[f"events.{event.name}.{outcome.name}"]
            assert shown.value == pytest.approx(100 * outcome.probability, abs=1e-9)
    for truce in scenario.truces:
        assert found[f"truces.{truce.name}.breach"].value == pytest.approx(100 * truce.breach, abs=1e-9)
        assert found[f"truces.{truce.name}.renewal_days"].value == truce.renewal_days
    for code, rule in scenario.rules.items():
        assert found[f"rules.{code}.cap"].value == pytest.approx(100 * rule.cap, abs=1e-9)
        assert found[f"rules.{code}.reaction"].value == rule.reaction
    for shock in scenario.shocks:
        assert found[f"shocks.{shock.name}.rate"].value == shock.rate
        assert found[f"shocks.{shock.name}.size"].value == 1.0


@every
def test_a_slider_reaches_what_it_shows_and_its_ends_are_scenarios_or_refused(name):
    scenario = scenarios.load(name)
    for turn, (path, control) in enumerate(controls(scenario).items()):
        ends = [*control.options] or (
            [True, False] if isinstance(control.value, bool) else [control.low, control.high]
        )
        if not control.options and not isinstance(control.value, bool):
            assert control.low <= control.value <= control.high
        try:
            assert moved(scenario, **{path: ends[turn % 2]}).name == scenario.name
        except InputError as error:
            assert error.problems  # noqa: PT017 either is fine, anything else is not
    assert changed(scenario, Settings(shown={p: c.value for p, c in controls(scenario).items()})) is scenario


def test_labels_are_said_in_words():
    labels = {path: control.label for path, control in controls(TWO_YEARS).items()}
    assert labels["rules.CHN.ratio"] == "How much of a US increase China answers (ratio)"
    assert labels["rules.USA.step"] == "How far the US goes above a Chinese increase"
    assert labels["rules.USA.ratchet"] == "The US never lowers its answer by itself"
    titles = [group.title for group in groups_of(BLOCS)]
    assert titles[0] == "The US towards China"
    assert "Truce “freeze” between the US, China and the EU" in titles


def test_every_kind_of_rule_and_each_of_its_numbers_has_words():
    assert set(words.KINDS) == set(rules.KINDS)
    for kind in rules.KINDS:
        scenario = with_kinds(OCTOBER, {"CHN": kind})
        (group,) = (group for group in groups_of(scenario) if group.key == "rules.CHN")
        assert group.kind == kind
        own = {p.rpartition(".")[2] for p in parameters(scenario) if p.startswith("rules.CHN.")}
        aside = {
            "allies",
            "instrument",
            "beside",
            "equivalent",
            "diversion",
            *({"view"} if rules.KINDS[kind].averages else ()),
            *(
                {"deficits", "top", "accuracy", "model", "unprovoked"}
                if issubclass(rules.KINDS[kind], rules.Economic)
                else ()
            ),
        }
        shown = {control.path.rpartition(".")[2] for control in group.controls}
        assert shown == (set() if kind == "passive" else own - aside)


def test_an_economy_without_a_rule_can_be_given_one():
    assert rules_of(scenarios.load("section-122-clock"))["USA"].kind == "passive"
    assert "ROW" not in rules_of(OCTOBER)
    given_one = with_kinds(scenarios.load("section-122-clock"), {"USA": "match"})
    assert given_one.rules["USA"] == rules.Match()
    assert with_kinds(OCTOBER, {"CHN": "match"}) is OCTOBER


def test_a_truce_that_only_an_event_begins_has_no_end_to_move():
    assert "truces.geneva.end" in controls(TWO_YEARS)
    assert "truces.accord.end" not in controls(TWO_YEARS)


def test_odds_say_whether_the_state_of_the_day_moves_them():
    found = controls(TWO_YEARS)
    assert "then moves these odds" in found["events.visit.accord"].meaning
    assert "then moves these odds" not in found["events.summit.deal"].meaning
    assert found["events.summit.deal"].meaning.startswith("Truce to 10 November 2026")
    assert "events.visit.no accord" not in found


# Changes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "shown", "meant"),
    [
        ("rules.CHN.ratio", 0.8, 0.8),
        ("rules.CHN.cap", 57.0, 0.57),
        ("rules.CHN.tolerance", 2.5, 0.025),
        ("rules.USA.reaction", 7, 7),
        ("rules.USA.ratchet", False, False),
        ("rules.CHN.view", "nominal", "nominal"),
        ("truces.geneva.renewal", 35.0, 0.35),
        ("truces.geneva.renewals", 1, 1),
        ("truces.geneva.at_end", "lapse", "lapse"),
        ("shocks.general duty.rate", 2.5, 2.5),
        ("shocks.general duty.coverage", 30.0, 0.3),
    ],
)
def test_a_move_is_what_with_would_change(path, shown, meant):
    assert moved(TWO_YEARS, **{path: shown}) == TWO_YEARS.with_({path: meant})


def test_a_day_and_odds_are_moved_like_numbers():
    day = pd.Timestamp("2025-12-24").date()
    assert moved(TWO_YEARS, **{"truces.geneva.end": day}) == TWO_YEARS.with_({"truces.geneva.end": day})
    two = moved(TWO_YEARS, **{"events.visit.accord": 90.0})
    assert [o.probability for o in two.events[3].outcomes] == pytest.approx([0.9, 0.1])
    four = moved(TWO_YEARS, **{"events.summit.deal": 0.0})
    expected = TWO_YEARS.with_({"events.summit.deal": 0.0})
    for one, other in zip(four.events[1].outcomes, expected.events[1].outcomes, strict=True):
        assert one.probability == pytest.approx(other.probability)
        assert one.effects == other.effects


def test_several_moves_together_are_all_there():
    both = changed(
        TWO_YEARS, Settings({"USA": "match"}, {"rules.CHN.cap": 50.0, "truces.accord.breach": 10.0})
    )
    assert (both.rules["USA"].kind, both.rules["CHN"].cap, both.truces[1].breach) == ("match", 0.5, 0.1)
    assert both.rules["USA"].coverage == TWO_YEARS.rules["USA"].coverage


def test_what_no_control_would_give_is_refused():
    for path, value, words_ in [
        ("rules.CHN.frob", 1.0, "unknown control"),
        ("rules.CHN.cap", 1e9, "beyond the slider"),
        ("rules.CHN.cap", "__import__('os')", "beyond the slider"),
        ("rules.CHN.cap", None, "beyond the slider"),
        ("rules.CHN.cap", float("nan"), "beyond the slider"),
        ("rules.USA.ratchet", "yes", "not a yes or no"),
        ("rules.CHN.view", "frob", "unknown choice"),
    ]:
        assert words_ in refusal(lambda path=path, value=value: moved(TWO_YEARS, **{path: value}))
    assert "unknown rule" in refusal(lambda: with_kinds(OCTOBER, {"CHN": "frob"}))
    assert "unknown economy" in refusal(lambda: with_kinds(OCTOBER, {"XXX": "match"}))
    odds = {"events.summit.deal": 80.0, "events.summit.extension": 80.0}
    assert "do not add up" in refusal(lambda: moved(TWO_YEARS, **odds))


def test_another_rule_keeps_the_numbers_that_both_have():
    before = rules.Match(ratio=0.8, cap=1.25, reaction=3, forgiveness=0.2)
    assert of_kind(before, "generous") == rules.Generous(ratio=0.8, cap=1.25, reaction=3, forgiveness=0.2)
    assert of_kind(rules.Match(), "generous").forgiveness == pytest.approx(1 / 3)
    assert of_kind(before, "grim") == rules.Grim(cap=1.25, reaction=3, forgiveness=0.2)


@given(st.floats(0, 100), st.integers(0, 3), st.lists(st.floats(0, 100), min_size=4, max_size=4))
def test_odds_always_add_up_and_the_others_keep_their_proportions(value, which, before):
    summit = OCTOBER.events[1]
    names = [outcome.name for outcome in summit.outcomes]
    shown = dict(zip(names, before, strict=True)) | {names[which]: value}
    fresh = shared_odds(summit, shown, names[which])
    assert sum(fresh.values()) == pytest.approx(100)
    assert min(fresh.values()) >= 0
    assert fresh[names[which]] == value
    others = [name for name in names if name != names[which]]
    for one, other in itertools.pairwise(others):
        assert fresh[one] * shown[other] == pytest.approx(fresh[other] * shown[one], abs=1e-4)


@given(
    st.sampled_from(
        [
            {"distribution": "lognorm", "s": 0.8, "scale": 0.2},
            {"value": 0.2},
            {"distribution": "uniform", "loc": 0.1, "scale": 0.3},
            {"distribution": "expon"},
        ]
    ),
    st.floats(0.01, 3),
)
def test_a_size_scaled_has_quantiles_scaled(size, times):
    levels = [0.1, 0.5, 0.9]
    whole = Size(**size)
    np.testing.assert_allclose(scaled(whole, times).quantiles(levels), times * whole.quantiles(levels))


def test_no_times_a_size_is_none():
    assert scaled(Size(distribution="expon", scale=0.1), 0.0) == Size(value=0.0)
    assert moved(TWO_YEARS, **{"shocks.general duty.size": 2.0}).shocks[0].size.parameters["scale"] == 0.38


# Views -----------------------------------------------------------------------------------------------


def test_a_view_shows_the_numbers_of_the_run():
    view = look(TWO_YEARS, 200, 3)
    paths = TWO_YEARS.run(draws=200, seed=3)
    pd.testing.assert_frame_equal(view.fan, paths.quantiles(views.LEVELS))
    pd.testing.assert_frame_equal(view.summary, paths.summary())
    np.testing.assert_array_equal(view.truce["geneva"], paths.truce[:, :, 0].mean(axis=0))
    np.testing.assert_array_equal(view.truce[views.ANY], paths.truce.any(axis=2).mean(axis=0))
    pd.testing.assert_frame_equal(view.story(5), paths.events(5))


def test_the_pairs_that_move_most_are_shown_in_their_order():
    assert look(OCTOBER, 200).pairs == (("USA", "CHN"), ("CHN", "USA"))
    assert len(look(BLOCS, 200).pairs) == views.MOST_PAIRS
    assert look(TWO_YEARS, 200, pairs=[("CHN", "USA"), ("USA", "XXX")]).pairs == (("CHN", "USA"),)
    still = ts.Scenario(name="still", start="2025-06-01", end="2025-06-03", record=OCTOBER.record)
    assert len(look(still, 200).pairs) == 2


def test_draws_that_the_page_does_not_offer_are_refused():
    assert "not offered" in refusal(lambda: look(TWO_YEARS, 10**9))
    assert "not a seed" in refusal(lambda: look(TWO_YEARS, 200, -1))


@every
def test_the_page_begins_with_draws_that_it_offers(name):
    assert views.first_draws(scenarios.load(name)) in views.DRAWS


def numbers_of(text):
    return [float(number) for number in re.findall(r"(-?\d+\.\d) %", text)]


def test_sentences_carry_the_numbers_of_the_paths():
    view = look(TWO_YEARS, 500, 1)
    said = views.sentences(view)
    paths = TWO_YEARS.run(draws=500, seed=1)
    duty = paths.duty[:, :, 0, 1] if paths.economies[0] == "USA" else paths.duty[:, :, 1, 0]
    last = np.quantile(duty[:, -1], [0.5, 0.05, 0.95])
    assert said[0].startswith("Duty of the US on China: ")
    assert numbers_of(said[0]) == [round(100 * x, 1) for x in (duty[0, 0], *last)]
    level, share = re.search(r"exceeds (\d+) % at some time in (\d+) % of draws", said[0]).groups()
    exceeded = (duty.max(axis=1) > int(level) / 100 + 1e-12).mean()
    assert int(share) == round(100 * exceeded)
    assert exceeded >= 0.05
    deal = (paths.outcomes["summit"] == "deal").mean()
    assert f"Summit: deal {100 * deal:.0f} %" in " ".join(said)
    held = paths.truce[:, :, 1]
    accord = next(sentence for sentence in said if "accord”" in sentence)
    assert f"in force at some time in {100 * held.any(axis=1).mean():.0f} % of draws" in accord
    assert f"on the last day in {100 * held[:, -1].mean():.0f} %" in accord


def test_sentences_compare_with_the_scenario_as_written():
    written = look(TWO_YEARS, 200)
    softer = look(moved(TWO_YEARS, **{"rules.CHN.ratio": 0.0}), 200)
    said = views.sentences(softer, written)
    before = written.summary.loc[("CHN", "USA"), "last"]
    assert f"As written it ends at {100 * before:.1f} % in the median." in said[1]


def test_nothing_left_to_chance_is_said_as_one_number():
    said = views.sentences(look(SPIRAL, 200))
    assert "on 2 May 2025." in said[0]
    assert "nine of ten" not in said[0]


def test_a_level_that_few_draws_exceed_is_the_lowest_that_any_does():
    paths = TWO_YEARS.run(draws=200)
    rare = replace(
        paths, duty=np.where(np.arange(200)[:, None, None, None] == 0, 0.3, 0.2) * np.ones_like(paths.duty)
    )
    assert takeaways.exceeding(rare, ("USA", "CHN")) == ""
    rare.duty[0, 0] = 0.2
    assert takeaways.exceeding(rare, ("USA", "CHN")) == "It exceeds 25 % at some time in <1 % of draws."


# Files -----------------------------------------------------------------------------------------------


def test_the_scenario_file_loads_again_to_the_same_numbers(tmp_path):
    settings = Settings(
        {"USA": "match"}, {"rules.CHN.cap": 57.0, "events.summit.deal": 33.3, "shocks.general duty.size": 1.7}
    )
    view = look(changed(TWO_YEARS, settings), 200, 5)
    file = tmp_path / "again.toml"
    file.write_bytes(exports.scenario_file(view, settings))
    again = ts.Scenario.from_toml(file)
    np.testing.assert_array_equal(again.run(draws=200, seed=5).duty, view.paths.duty)
    assert again.name == "us-china-two-years, changed"
    assert "Changed in tradesim app: rules.USA.kind = match, rules.CHN.cap = 57.0" in again.description


@every
def test_the_file_of_a_scenario_as_written_is_that_scenario(name, tmp_path):
    scenario = scenarios.load(name)
    file = tmp_path / "same.toml"
    file.write_bytes(exports.scenario_file(look(scenario, 200), Settings()))
    assert ts.Scenario.from_toml(file) == scenario


def test_numbers_are_those_of_the_frames():
    view = look(TWO_YEARS, 200, 2)
    table = pd.read_csv(io.BytesIO(exports.numbers(view)), index_col="date", parse_dates=True)
    np.testing.assert_allclose(table["USA on CHN, 0.5"], view.fan["USA", "CHN", 0.5])
    np.testing.assert_allclose(table["in truce accord"], view.truce["accord"])
    assert len(table.columns) == 2 * 5 + 3
    story = pd.read_csv(io.BytesIO(exports.story(view, 4)))
    assert story["why"].tolist() == view.story(4)["why"].tolist()


@pytest.mark.parametrize("title", ["", "costs $5 and $6, $\\frac{$", "<script>alert(1)</script> & “x”"])
def test_pictures_are_pictures_whatever_the_title_says(title):
    view = look(replace(SPIRAL, title=title, name=title or "spiral"), 200)
    png = Image.open(io.BytesIO(exports.picture(view, "png")))
    assert png.size == (1600, 880)
    svg = exports.picture(view, "svg")
    assert b"<svg" in svg
    assert b"<script" not in svg
    assert svg == exports.picture(view, "svg")


# Markup ----------------------------------------------------------------------------------------------


def test_whatever_a_scenario_calls_itself_is_text():
    scenario = hostile()
    view = look(scenario, 200)
    texts = [
        markup.about(scenario),
        markup.said(views.sentences(view), 1),
        markup.fan_key(view, moved=True),
        markup.truce_key(view),
        markup.draw_key(view),
        markup.story(view.story(0)),
        markup.message([BAD]),
        *(markup.heading(group) for group in groups_of(scenario)),
    ]
    told = " ".join(texts)
    assert "<img" not in told
    assert told.count("&lt;img") >= 8
    for control in controls(scenario).values():
        assert not any(mark in markup.plain(control.label + control.meaning) for mark in markup.TEX)


def test_an_empty_message_and_story_say_so():
    assert markup.message([]) == ""
    still = ts.Scenario(name="still", start="2025-06-01", end="2025-06-03", record=OCTOBER.record)
    assert markup.story(still.run().events()) == "<p>Nothing is announced and nothing happens.</p>"
    long = pd.concat([SPIRAL.run().events()] * 60, ignore_index=True)
    assert f"and {len(long) - 200} more: see the file" in markup.story(long)


def test_files_of_the_scenario_hold_hostile_names_as_they_are(tmp_path):
    text = exports.scenario_file(look(hostile(), 200), Settings()).decode()
    assert tomllib.loads(text)["name"] == BAD
