"""Columns: a value in a column is the program of the scenario changed by its path, for every path."""

import random
from dataclasses import replace

import numpy as np
import pytest
import random_scenarios

from tradesim import rules, scenarios
from tradesim.changes import changed_fields, parameters
from tradesim.engine.program import VARYING
from tradesim.errors import InputError
from tradesim.events import Event, Outcome
from tradesim.shocks import Shock, Size
from tradesim.sweeps.columns import FUNCTIONS, Cells, column_of, sheet_of
from tradesim.sweeps.plan import sheets_of
from tradesim.sweeps.spreads import listed
from tradesim.sweeps.sweep import sweep

NUMBERS = range(12)
SOME = [random_scenarios.random_scenario(number) for number in NUMBERS]
PACKAGED = [scenarios.load(name) for name in ("us-china-2025-10", "three-bloc-war")]
EVERY_RULE = replace(
    scenarios.load("april-2025-spiral"),
    name="every rule",
    rules={
        "CHN": rules.Rebalance(by="trade", elasticity=2.0, coverage=0.4),
        "USA": rules.Generous(ratio=0.7),
        "CHN-ROW": rules.SelfStop(ratio=0.3, stop=0.9, instrument="fee", equivalent=0.3),
    },
    shocks=(Shock(importer="USA", exporter="CHN", rate=3.0, size=Size(value=0.1), days=30),),
)


def whole_or_not(chance, low, high):
    return chance.choice([chance.randint(low, high), round(chance.uniform(low, high), 3)])


def allowed_value(scenario, path, chance):
    """A value that `with_` allows, found by trying; None where none was found."""
    tries = [chance.random(), chance.randint(1, 40), chance.random() * 3, True, False, chance.randint(0, 3)]
    chance.shuffle(tries)
    for value in tries:
        try:
            changed_fields(scenario, {path: value})
        except (InputError, TypeError, AttributeError, ValueError):
            continue
        return value
    return None


def paths_with_columns(scenario):
    return [path for path in parameters(scenario) if column_of(scenario, path) is not None]


@pytest.mark.parametrize("scenario", [*PACKAGED, *SOME, EVERY_RULE], ids=lambda scenario: scenario.name)
def test_every_column_holds_what_the_changed_scenario_has(scenario):
    chance = random.Random(scenario.name)  # noqa: S311 a test, not a secret
    tried = 0
    paths = paths_with_columns(scenario)
    for path in chance.sample(paths, min(len(paths), 16)):
        value = allowed_value(scenario, path, chance)
        if value is None:
            continue
        tried += 1
        program, functions = sheet_of(scenario, [path]).filled({path: listed([value, value])})
        changed = scenario.with_({path: value})
        for name, array in changed.program._asdict().items():
            mine = getattr(program, name)
            rows = mine if len(mine) == len(array) else mine[1:]
            np.testing.assert_array_equal(
                rows[-1:] if name in VARYING else mine, array, err_msg=f"{path}: {name}"
            )
        wanted = sheet_of(changed, []).functions
        for pair, (_, values) in functions.items():
            row = values[:, 1] if values.ndim > 1 else values
            np.testing.assert_array_equal(row, wanted[pair][1], err_msg=path)
    assert tried >= min(len(paths), 5)


def test_every_number_of_every_rule_has_a_column():
    """No number of a rule is left to run as a group of its own, but those that shape a curve."""
    for kind, rule in rules.KINDS.items():
        scenario = replace(
            PACKAGED[0], rules={"CHN": rule(**({"elasticity": 2.0} if kind == "rebalance" else {}))}
        )
        for path in parameters(scenario):
            value = getattr(scenario.rules["CHN"], path.rpartition(".")[2], "")
            shapes = issubclass(rule, rules.Economic) and path.rpartition(".")[2] in SHAPE
            if path.startswith("rules.") and isinstance(value, int | float) and not shapes:
                assert column_of(scenario, path) is not None or not value, path


SHAPE = {"elasticity", "top", "accuracy", "unprovoked"}


def test_what_has_no_column():
    without = {path for path in parameters(EVERY_RULE) if column_of(EVERY_RULE, path) is None}
    assert {"rules.CHN.by", "rules.CHN.view", "shocks.USA-CHN.size", "start", "end", "name"} <= without
    assert "shocks.USA-CHN.rate" not in without


def test_a_rule_for_a_pair_has_the_column_of_that_pair_only():
    whole = column_of(EVERY_RULE, "rules.CHN.cap")
    one = column_of(EVERY_RULE, "rules.CHN-ROW.cap")
    assert len(whole.places) == 1
    assert len(one.places) == 1
    assert whole.places != one.places


def test_several_odds_of_an_event_leave_the_rest_to_the_others():
    scenario = PACKAGED[0]
    given = {"events.summit.deal": 0.2, "events.summit.break": 0.35}
    program, _ = sheet_of(scenario, given).filled({path: np.array([p, p]) for path, p in given.items()})
    np.testing.assert_array_equal(program.event_odds[1:], scenario.with_(given).program.event_odds)


def test_odds_of_1_leave_nothing_to_the_others():
    program, _ = sheet_of(PACKAGED[0], ["events.summit.deal"]).filled({"events.summit.deal": np.array([1.0])})
    assert program.event_odds[0, 1].tolist() == [1.0, 0.0, 0.0, 0.0]


def steep(**slopes):
    summit = PACKAGED[0].events[1]
    given = {"duty.USA-CHN": -1.0, "days.geneva": 0.01, **slopes}
    deal, *others = (replace(o, slopes=given if o.name in {"deal", "break"} else {}) for o in summit.outcomes)
    return replace(PACKAGED[0], events=(PACKAGED[0].events[0], replace(summit, outcomes=(deal, *others))))


def test_slopes_of_odds_have_columns_one_by_one():
    scenario = steep()
    paths = [path for path in parameters(scenario) if ".slopes." in path]
    assert [column_of(scenario, path).places for path in paths] == [((z,),) for z in range(4)]
    assert not [path for path in parameters(PACKAGED[0]) if ".slopes." in path]
    for path in paths:
        changed = scenario.with_({path: 2.5, "events.summit.deal": 0.4})
        given = {path: listed([2.5, 2.5]), "events.summit.deal": listed([0.4, 0.4])}
        program, _ = sheet_of(scenario, given).filled(given)
        assert (changed.program.slope == 2.5).sum() == 1
        for name in ("slope", "event_odds"):
            np.testing.assert_array_equal(getattr(program, name)[-1:], getattr(changed.program, name))
    with pytest.raises(InputError, match=r"slopes: duty\.USA-CHN: not a slope; got 1001"):
        scenario.with_({"events.summit.deal.slopes.duty.USA-CHN": 1001})
    with pytest.raises(InputError, match=r"did you mean 'events\.summit\.deal\.slopes\.duty\.USA-CHN'"):
        scenario.with_({"events.summit.deal.slopes.duty.USA-CHM": 1.0})


def test_a_sweep_over_a_slope_is_the_logistic_function():
    """Two outcomes, one with a slope of the duty: shares are logistic in slope × duty."""
    summit = PACKAGED[0].events[1]
    yes = Outcome(name="yes", probability=0.5, slopes={"duty.USA-CHN": 0.0})
    event = Event(name="summit", date=summit.date, outcomes=(yes, Outcome(name="no", probability=0.5)))
    scenario = replace(PACKAGED[0], events=(event,), branches={}).with_({"end": "2025-11-05"})
    path = "events.summit.yes.slopes.duty.USA-CHN"
    found = sweep(scenario, {path: [-4.0, 0.0, 4.0]}, draws=30_000, seed=2, progress=False).outcomes()
    day = (np.datetime64(event.date) - np.datetime64(scenario.start)).astype(int) - 1
    duty = scenario.run(1).duty[0, day, 0, 1]
    for slope, group in found.groupby(path):
        wanted = 1 / (1 + np.exp(-float(slope) * duty))
        sampling = 4 * np.sqrt(wanted * (1 - wanted) / len(group))
        assert abs((group["events.summit"] == "yes").mean() - wanted) < sampling


def test_values_differ_from_row_to_row():
    given = {"rules.CHN.ratio": np.array([0.1, 0.2, 0.3]), "truces.geneva.days": np.array([1, 2, 3])}
    program, _ = sheet_of(PACKAGED[0], given).filled(given)
    for row, (ratio, days) in enumerate(zip(*given.values(), strict=True)):
        one = PACKAGED[0].with_({"rules.CHN.ratio": float(ratio), "truces.geneva.days": int(days)}).program
        np.testing.assert_array_equal(program.rule_values[row], one.rule_values[0])
        np.testing.assert_array_equal(program.truce_values[row], one.truce_values[0])


def test_shocks_that_last_for_good_or_not():
    values = {"shocks.USA-CHN.days": listed([None, 90])}
    program, _ = sheet_of(EVERY_RULE, values).filled(values)
    for row, days in enumerate([None, 90]):
        wanted = EVERY_RULE.with_({"shocks.USA-CHN.days": days}).program.shock_values[0]
        np.testing.assert_array_equal(program.shock_values[row], wanted)


def tilted(seen, own, first, day, memory, values):
    return values[0] * seen + values[1], memory


def test_the_values_of_a_function_of_your_own_differ_too():
    rule = rules.Custom(function=tilted, parameters=(0.5, 0.0))
    scenario = replace(PACKAGED[0], rules={"CHN": rule})
    assert column_of(scenario, "rules.CHN.parameters.1") == Cells(FUNCTIONS, ((0, 1), (1, 1)))
    values = {"rules.CHN.parameters.1": np.array([0.1, 0.2])}
    _, functions = sheet_of(scenario, values).filled(values)
    for _, own in functions.values():
        np.testing.assert_array_equal(own, [[0.5, 0.5], [0.1, 0.2], [0.0, 0.0], [0.0, 0.0]])
    changed = scenario.with_({"rules.CHN.parameters.0": 0.3, "rules.CHN.parameters.1": 0.4})
    assert changed.rules["CHN"].parameters == (0.3, 0.4)


def test_what_cannot_vary_within_a_run_has_a_program_for_each_value():
    from tradesim.sweeps.design import design_of

    scenario = PACKAGED[0]
    design = design_of({"rules.CHN.view": ["nominal", "trade-weighted"], "rules.CHN.ratio": [0.5, 1.0]})
    sheets, keys, grouped = sheets_of({"": scenario}, design)
    assert grouped == ("rules.CHN.view",)
    assert keys == (("nominal",), ("trade-weighted",))
    views = [scenario.with_({"rules.CHN.view": view}).program.rule_view for (view,) in keys]
    for sheet, view in zip(sheets, views, strict=True):
        np.testing.assert_array_equal(sheet.program.rule_view, view)
