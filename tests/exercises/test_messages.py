"""What an answer is told that is not simply right or wrong."""

import sys

import pytest
import torch

from dgm_lessons.exercises import Exercise, check, diagnose, marking
from dgm_lessons.exercises.evaluation import numbers
from dgm_lessons.exercises.slips import slips


def told(name, answer):
    right, message = diagnose(name, answer)
    assert not right
    return message


def test_a_crash_names_the_line_and_what_stands_there():
    def answer(x_noisy, alpha, sigma, score):
        step = sigma**2 * score
        return (x_noisy + step).view(1, 1)  # too small

    message = told("c-5-21", answer)
    line = answer.__code__.co_firstlineno + 2
    assert "RuntimeError" in message
    assert f"in line {line}: `return (x_noisy + step).view(1, 1)  # too small`" in message


def test_a_crash_in_a_helper_names_the_line_that_failed():
    def helper(value):
        return value["nothing"]

    message = told("c-5-21", lambda *inputs: helper({}))
    assert "KeyError" in message and f"line {helper.__code__.co_firstlineno + 1}:" in message


def test_a_crash_deep_in_a_library_names_the_readers_line():
    message = told("c-5-21", lambda *inputs: torch.stack([torch.ones(2), torch.ones(3)]))
    assert "`message = told(" in message


def test_the_line_counts_within_the_cell():
    """A cell of a notebook is a file of its own, as IPython tells the traceback module."""
    import linecache

    source = "def answer(*inputs):\n    first = 1\n    return first / 0\n"
    linecache.cache["<cell 7>"] = (len(source), None, source.splitlines(True), "<cell 7>")
    space = {}
    exec(compile(source, "<cell 7>", "exec"), space)
    assert "It was in line 3: `return first / 0`." in told("c-5-21", space["answer"])


def test_a_wrong_number_of_parameters_says_how_it_is_called():
    message = told("c-5-21", lambda x: x)
    assert "TypeError" in message
    assert "It is called with x_noisy, alpha, sigma, score." in message


@pytest.mark.parametrize("stop", [SystemExit, GeneratorExit, RecursionError, MemoryError])
def test_nothing_that_an_answer_raises_ends_the_cell(stop, capsys):
    def answer(*inputs):
        raise stop

    check("c-5-21", answer)
    assert capsys.readouterr().out.startswith(f"✗ Your answer stopped with {stop.__name__}")


def test_exit_does_not_end_the_cell():
    assert "SystemExit" in told("c-5-21", lambda *inputs: sys.exit("done"))


def test_the_readers_own_interrupt_passes():
    def answer(*inputs):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        diagnose("c-5-21", answer)


def test_a_forgotten_return():
    def answer(x_noisy, alpha, sigma, score):
        (x_noisy + sigma**2 * score) / alpha

    assert told("c-5-21", answer) == "Your function returned nothing: did you forget `return`?"


def test_a_value_where_a_function_is_asked_for():
    for value in (0.5, torch.ones(3), [1, 2]):
        assert "Hand over the function itself" in told("c-1-16", value)


def test_mean_and_variance_may_come_as_a_pair():
    """The variance is one number for all, as the formula gives it."""

    def answer(z2, m, s1, c, s2):
        k = c * s1**2 / (c**2 * s1**2 + s2**2)
        return m + k * (z2 - c * m), (1 - k * c) * s1**2

    assert diagnose("c-2-20", answer) == (True, "Right.")


def test_one_number_may_come_in_a_list_or_a_tensor_of_one_entry():
    for wrap in (lambda y: [y], lambda y: y.reshape(1, 1), float):
        assert diagnose("c-2-09", lambda e, kls, wrap=wrap: wrap(e + kls.mean()))[0]


def test_the_sheet_says_which_lines():
    def sheet(mu, sigma, eps, seen, pull, model, inference, log_w, low, high, miss):
        return [
            mu + sigma**2 * eps,
            (mu**2 + sigma**2 - 1) / 2 - torch.tensor(sigma).log(),
            seen - pull,
            model + 3 * inference,
            log_w.mean(),
            (low - high) * miss / 2,
        ]

    message = told("c-2-26", sheet)
    assert "line 1: the noise is scaled by the standard deviation" in message
    assert "line 5: the logs are averaged" in message and "line 4: wrong, too" in message
    assert not any(f"line {k}" in message for k in (2, 3, 6))


def test_parts_without_a_name_are_listed():
    message = told("c-2-26", lambda *given: [77.7] * 6)
    assert "Wrong: line 1, line 2, line 3" in message


def test_roots_of_negative_numbers_are_nan():
    message = told("c-7-21", lambda s, alpha, sigma: (alpha**2 - 9) ** 0.5)
    assert "NaN" in message and "root" in message
    assert numbers(complex(2, 0)) == 2 and numbers(complex(2, 1)).isnan()


def test_choices(monkeypatch):
    question = Exercise("left or right", "left", {"that is the wrong way": "right"})
    monkeypatch.setattr(marking, "find", lambda name: question)
    assert diagnose("any", " Left ") == (True, "Right.")
    assert diagnose("any", "right") == (False, "Not yet: that is the wrong way.")
    assert diagnose("any", "up") == (False, "Choose one of left, right.")


def test_a_number_to_predict(monkeypatch):
    question = Exercise("a number", 0.31, {"that is the square": 0.31**2})
    monkeypatch.setattr(marking, "find", lambda name: question)
    assert diagnose("any", 0.31)[0] and diagnose("any", torch.tensor([0.31]))[0]
    assert diagnose("any", 0.0961) == (False, "Not yet: that is the square.")
    for far in (0.0, 0.62, -0.31, 1e9):
        assert diagnose("any", far) == (False, "Not yet. Wanted: a number.")


def test_the_usual_in_place_habits():
    """Answers of readers who were once marked wrong."""

    def walk(x, guess, betas, eps):
        bars = (1 - betas**2).cumprod(0)
        for i in range(len(betas), 0, -1):
            x -= betas[i - 1] ** 2 / (1 - bars[i - 1]).sqrt() * guess(x, i)
            x /= (1 - betas[i - 1] ** 2).sqrt()
            if i > 1:
                x += betas[i - 1] * eps[i - 1]
        return x

    def denoise(x_noisy, alpha, sigma, score):
        score *= sigma**2
        x_noisy += score
        x_noisy /= alpha
        return x_noisy

    def jump(x0, betas, eps):
        betas **= 2
        bar = (1 - betas).prod().sqrt()
        return bar * x0 + (1 - bar**2).sqrt() * eps

    for name, answer in (("c-3-41", walk), ("c-5-21", denoise), ("c-3-06", jump)):
        assert diagnose(name, answer)[0] and diagnose(name, answer)[0]


def test_a_wrong_answer_in_place_does_not_pass_afterwards():
    def spoil(x_noisy, alpha, sigma, score):
        score.zero_()
        return x_noisy / alpha

    def lazy(x_noisy, alpha, sigma, score):
        return x_noisy / alpha

    assert not diagnose("c-5-21", spoil)[0] and not diagnose("c-5-21", lazy)[0]


def test_small_whole_numbers_are_not_taken_for_a_slip():
    """1 is no more the exponential of 0 than anything else."""
    words = "this is the exponential of what is asked for"
    trials = ((1.3,), (2.1,))
    assert words not in dict(slips(Exercise("an order", lambda x: 0 * x, trials=trials)))
    assert words in dict(slips(Exercise("a number", lambda x: x, trials=trials)))
