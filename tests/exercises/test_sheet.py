"""What a page marks by itself: the sheets, and the scripts that read them, beside `check`."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from in_page import in_page

from dgm_lessons.exercises import sheet as sheets
from dgm_lessons.exercises.catalogue import exercises, pages
from dgm_lessons.exercises.evaluation import results
from dgm_lessons.exercises.exercise import Exercise
from dgm_lessons.exercises.marking import diagnose
from dgm_lessons.exercises.sheet import in_one_dimension, sheet

from .test_wrong_answers import WRONG

STATIC = Path(__file__).parents[2] / "book" / "_static"
FOUND = {name: found for name, one in exercises().items() if (found := sheet(one))}
LARGEST = 60_000  # bytes of all sheets of a page


@pytest.mark.parametrize("page", pages())
def test_a_page_marks_two_of_its_exercises_or_more(page):
    own = [FOUND[name] for name in pages()[page] if name in FOUND]
    assert len(own) >= 2
    assert sum(len(json.dumps(found, separators=(",", ":"))) for found in own) < LARGEST


@pytest.mark.parametrize("name", FOUND)
def test_a_sheet_is_made_of_plain_numbers(name):
    found = FOUND[name]
    parts, points = len(found["right"]), len(found.get("points", [()]))
    for table in (found["right"], found["within"], *(values for _, values in found["slips"])):
        assert [len(row) for row in table] == [points] * parts
        assert torch.tensor(table, dtype=torch.float64).isfinite().all()
    assert all(len(point) == len(found["names"]) for point in found.get("points", ()))
    assert all(values != found["right"] for _, values in found["slips"])
    assert len(found["parts"]) in (0, parts)


def test_what_is_no_formula_entry_by_entry_has_no_sheet():
    x, y = torch.tensor([1.0, 2.0, 4.0]), torch.tensor([[1.0, 2.0], [4.0, 3.0]])
    assert sheet(Exercise("a sum", lambda x: x.sum(), trials=((x,), (2 * x,)))) is None
    assert sheet(Exercise("in order", lambda x: x.cumsum(0), trials=((x,), (3 * x,)))) is None
    assert sheet(Exercise("a word", "yes")) is None
    norm = Exercise("a square", lambda y: y.square().sum(1), trials=((y,), (y + 1,)))
    assert sheet(norm)["D"] == 1 and in_one_dimension(norm).trials[0][0].shape == (2, 1)
    both = sheet(Exercise("two", lambda x: [x, x**2], trials=((x,), (3 * x,))))
    assert both["right"] == [[1, 2, 4, 3, 6, 12], [1, 4, 16, 9, 36, 144]]
    assert sheet(Exercise("three", [1.0, 2.0, 3.0]))["right"] == [[1], [2], [3]]


# -- in the browser -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(chromium):
    """A page with both scripts and nothing else."""
    page = chromium.new_page()
    for file in ("formula.js", "answers.js"):
        page.add_script_tag(path=STATIC / file)
    yield page
    page.close()


def marked(page, name, *texts):
    return in_page(page, "([sheet, texts]) => answers.mark(sheet, texts)", [FOUND[name], texts])


def values_of(exercise, own, answer):
    """What an answer gives at the points of the exercise's sheet; None if it is no such formula."""
    one = replace(exercise, solution=answer)
    try:
        found = sheets.tried(one)
    except sheets.ERRORS:
        return None
    if not found or found[1:] != own[1:]:
        return None
    return sheets.read(results(answer, found[0].trials), *found[1:])


@pytest.mark.browser
@pytest.mark.parametrize("name", FOUND)
def test_the_page_says_what_the_notebook_says(page, name):
    """Of the right answer, of all named mistakes, and of what readers typed and was wrong."""
    exercise, found = exercises()[name], FOUND[name]
    own = sheets.tried(exercise)
    answers = [exercise.solution, *exercise.mistakes.values(), *WRONG[name]]
    for answer in answers:
        values = values_of(exercise, own, answer)
        if values is None:
            continue
        said = in_page(page, "([s, v]) => answers.verdict(s, v)", [found, values])
        right, words = diagnose(name, answer)
        if said["right"] and "D" in found:
            continue  # wrong in more dimensions only
        assert said["right"] == right, (words, said)
        if words.startswith("Not yet: ") and "D" not in found:
            finite = {slip for slip, _ in found["slips"]}
            assert said["said"] == words or not any(slip in words for slip in finite)


TYPED = {
    "(x_noisy + sigma^2*score)/alpha": "Right.",
    "(x_noisy + sigma**2 * score) / alpha": "Right.",
    "(x + σ² score)/α": "Right.",
    r"\frac{x_{noisy}+\sigma^2 score}{\alpha}": "Right.",
    r"\left(\tilde x+\sigma^{2}\,score\right)/\alpha": "Right.",
    r"\dfrac{1}{\alpha}\left(\tilde{x} + \sigma^2 \cdot score\right)": "Right.",
    "x/alpha + sigma^2/alpha score": "Right.",
    "1/alpha (x + sigma sigma score)": "Right.",
    "alpha^-1 (x + sigma^2 score)": "Right.",
    "(x + sigma.square() * score) / alpha": "Right.",
    "(x_noisy + torch.square(sigma) * score) / alpha": "Right.",
    "[x + sigma^2 × score] ÷ alpha": "Right.",
    "-(-x − sigma²·score)/alpha": "Right.",
    "x/alpha + sqrt(sigma^4) score/alpha": "Right.",
    "exp(log(sigma^2)) score/alpha + x/alpha": "Right.",
    "(x + sigma score)/alpha": "Not yet: it looks like sigma where sigma squared belongs",
    "(x - sigma^2 score)/alpha": "Not yet: the sign: the score points uphill",
    "x + sigma^2 score": "Not yet: alpha is missing",
    "x/alpha + sigma^2 score": "Not yet: only the observation is divided by alpha",
    "x + sigma^2 score/alpha": "Not yet: only the step is divided by alpha",
    "(x + sigma^2 score) alpha": "Not yet: multiplied by alpha where the formula divides",
    "alpha (x + σ² score)": "Not yet: multiplied by alpha where the formula divides",
    "(x + (1 - alpha^2) score)/alpha": "Not yet: sigma^2 need not be 1 - alpha^2",
    "(x + (1-alpha) score)/sqrt alpha^2": "Not yet. At x_noisy = ",
    "sigma^2 score/alpha": "Not yet: this is the step alone",
    "(x + sigma^2/2 score)/alpha": "Not yet",
    "x": "Not yet. At x_noisy = ",
    "0": "Not yet",
    "1/0": "Not yet. At x_noisy = ",
    "log(-sigma)": "Not yet. At x_noisy = ",
    "": "Not answered yet. Wanted: the posterior mean",
    "   ": "Not answered yet. Wanted: the posterior mean",
    "(x + ": "The formula is not finished.",
    "(x + sigma^2 score/alpha": "Here “)” was expected, but the formula ends.",
    "x + y": "“y” is not among the inputs: x_noisy, alpha, sigma, score.",
    "x)": "“)” cannot stand here.",
    "x * / 2": "“/” cannot stand here.",
    "(x, alpha)": "A list of numbers is not a formula",
    "pow(x)": "pow was given 1 things.",
    "x = sigma": "“=” cannot stand here.",
    "return (x + sigma^2 score)/alpha": "“return” is not among the inputs",
    "alert(1)": "“alert” is not among the inputs",
    "constructor": "“constructor” is not among the inputs",
    "x.__proto__": "“__proto__” is not among the inputs",
}


@pytest.mark.browser
@pytest.mark.parametrize("text", TYPED)
def test_formulas_as_people_type_them(page, text):
    assert marked(page, "c-5-21", text)["said"].startswith(TYPED[text])


@pytest.mark.browser
def test_numbers_as_people_type_them(page):
    assert marked(page, "tweedie-bends", "-1", "1", "−1", "-1") == {"right": True, "said": "Right."}
    assert marked(page, "tweedie-bends", "-1", "2/2", "1 - 2", "cos pi")["right"]
    said = marked(page, "tweedie-bends", "-1", "1", "1", "-1")["said"]
    assert said.startswith("Not yet: far outside of all data: ")
    assert marked(page, "tweedie-bends", "-1", "1", "many", "-1") == {
        "open": True,
        "said": "“many” is not a number.",
    }
    assert marked(page, "tweedie-bends", "-1", "1", "", "-1")["open"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("text", "value"),
    {
        "2 + 3 * 4": 14,
        "2^3^2": 512,
        "-2^2": -4,
        "2^-1": 0.5,
        "6/2/3": 1,
        "1/2 4": 2,
        "2 pi": 6.283185307179586,
        "3(4)(5)": 60,
        "sqrt 16": 4,
        "sqrt(16)/2": 2,
        "log e": 1,
        "ln 2 + exp 0": 1.6931471805599454,
        "max(1, 2) min(3, 4)": 6,
        "2e3": 2000,
        ".5": 0.5,
        "½": 0.5,
        "3²": 9,
        "1e-2": 0.01,
        "√9": 3,
        "(9).sqrt()": 3,
        "abs(-3)": 3,
    }.items(),
)
def test_values(page, text, value):
    assert page.evaluate("(t) => formula.value(formula.read(t))", text) == pytest.approx(value)


@pytest.mark.browser
def test_a_formula_is_shown_as_it_was_read(page):
    shown = "([text, names]) => formula.mathml(formula.read(text, names))"
    show = lambda text: page.evaluate(shown, [text, ["x_noisy", "alpha_bar", "sigma"]])  # noqa: E731
    assert show("x/2").count("<mfrac>") == 1
    assert "<msub><mi>x</mi><mtext>noisy</mtext></msub>" in show("x")
    assert '<mover accent="true"><mi>α</mi><mo>¯</mo></mover>' in show(r"\bar\alpha")
    assert "<mi>σ</mi>" in show("σ") and "<msqrt>" in show("√(σ)")
    assert show("(x + 1) 2").count("<mo>(</mo>") == 1 and "<mo>(</mo>" not in show("x + (1 * 2)")


@pytest.mark.browser
def test_an_answer_takes_less_than_50_ms(page):
    longest = max(FOUND, key=lambda name: len(json.dumps(FOUND[name])))
    texts = ["+".join(FOUND[longest].get("names", ["1"]) * 20)] * len(FOUND[longest]["right"])
    code = """([sheet, texts]) => { const start = performance.now();
      for (let k = 0; k < 20; k++) answers.mark(sheet, texts);
      return (performance.now() - start) / 20; }"""
    assert page.evaluate(code, [FOUND[longest], texts]) < 50


def test_the_number_of_points_is_small():
    assert max(len(found.get("points", ())) for found in FOUND.values()) <= 4 * sheets.POINTS + 4
