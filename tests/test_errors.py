"""Problems and refusals: what, where, what was given, what is allowed, what to do."""

import pickle

import pytest

from tradesim.errors import InputError, Problem, Together, TradesimError, fail_if, unknown_name


def test_a_problem_says_where_what_got_allowed_and_what_to_do():
    problem = Problem("negative rate", "rate", "-1", "0 or more", "drop the sign")
    assert str(problem) == "rate: negative rate; got -1; allowed: 0 or more; drop the sign"


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("what"), "what"),
        (Problem("what", "where"), "where: what"),
        (Problem("what", got="got it"), "what; got got it"),
        (Problem("what", allowed="this"), "what; allowed: this"),
        (Problem("what", fix="mend it"), "what; mend it"),
    ],
)
def test_a_problem_leaves_out_what_it_does_not_know(problem, text):
    assert str(problem) == text


def test_an_error_travels_to_another_process():
    error = InputError([Problem("what", "where", "got"), Problem("else")])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 what was just written
    assert again.problems == error.problems
    assert str(again) == str(error) == "where: what; got got\nelse"


def test_problems_of_several_checks_are_told_together_each_once():
    every = Together([Problem("one")])
    with every:
        fail_if([Problem("two"), Problem("one")])
    every.add([Problem("three")])
    with pytest.raises(InputError) as error:
        every.refuse()
    assert [problem.what for problem in error.value.problems] == ["one", "two", "three"]
    Together().refuse()
    with pytest.raises(ZeroDivisionError), Together():
        raise ZeroDivisionError


def test_an_outer_place_goes_in_front_and_keeps_the_rest():
    problem = Problem("what", "rate", "got", "allowed", "fix")
    assert problem.at("row 3") == Problem("what", "row 3: rate", "got", "allowed", "fix")
    assert Problem("what").at("row 3").where == "row 3"


def test_fail_if_reports_every_problem_on_its_own_line():
    with pytest.raises(InputError) as caught:
        fail_if(Problem(what) for what in ("first", "second"))
    assert str(caught.value) == "first\nsecond"
    assert [problem.what for problem in caught.value.problems] == ["first", "second"]


def test_fail_if_lets_good_input_pass():
    assert fail_if([]) is None


def test_an_error_can_be_placed():
    placed = InputError([Problem("one", "rate"), Problem("two")]).at("file:7")
    assert str(placed) == "file:7: rate: one\nfile:7: two"


def test_an_input_error_is_a_value_error_and_a_tradesim_error():
    assert issubclass(InputError, ValueError)
    assert issubclass(InputError, TradesimError)


def test_an_unknown_name_lists_the_known_and_the_nearest():
    problem = unknown_name("economy", "CHM", ["USA", "CHN", "CHE"], "importer")
    assert str(problem) == (
        "importer: unknown economy; got 'CHM'; allowed: CHE, CHN, USA; did you mean 'CHN' or 'CHE'?"
    )


def test_a_name_like_no_other_gets_no_suggestion():
    assert unknown_name("economy", "QQQ", ["USA"]).fix == ""


def test_an_unknown_name_where_none_are_known_says_so():
    assert unknown_name("economy", "USA", []).allowed == "none are defined"


def test_a_name_that_is_no_text_is_unknown_too():
    assert str(unknown_name("economy", 7, ["USA"])) == "unknown economy; got 7; allowed: USA"


def test_a_long_list_of_known_names_is_cut_after_twenty():
    names = [f"A{k:02}" for k in range(30)]
    assert unknown_name("economy", "USA", names[:20]).allowed == ", ".join(names[:20])
    assert unknown_name("economy", "USA", names).allowed == ", ".join(names[:20]) + ", … (30 in all)"
