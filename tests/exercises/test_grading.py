"""Marking a folder: hostile submissions harm neither the run nor anybody's marks."""

import csv
import json
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch

from dgm_lessons.exercises import diagnose, exercises, find, pages
from dgm_lessons.exercises.attempt import Attempt, Odd, reply
from dgm_lessons.exercises.catalogue import homes, is_question
from dgm_lessons.exercises.grading import bench, command, confinement, seccomp, wire
from dgm_lessons.exercises.grading.cells import needed
from dgm_lessons.exercises.grading.marks import Mark, clean, judged, marks, totals, write
from dgm_lessons.exercises.grading.submissions import Submission, assignment, handout, submissions

HOSTILE = sorted((Path(__file__).parent / "hostile").glob("*.py"))
PAGE = "c05_score_matching.tweedie"
START = ["import torch\nfrom dgm_lessons.exercises import check"]
RIGHT = """def denoise(x_noisy, alpha, sigma, score):
    return (x_noisy + sigma**2 * score) / alpha

check("c-5-21", denoise)"""
WRONG = RIGHT.replace("sigma**2", "sigma")
STUB = """def denoise(x_noisy, alpha, sigma, score):
    return ...  # your turn

check("c-5-21", denoise)"""
ASKED = "q_5_18 = 'd'\ncheck('q-5-18', q_5_18)"
NEXT = """def score_of(x_noisy, alpha, sigma, denoised):
    return (alpha * denoised - x_noisy) / sigma**2

check("c-5-22", score_of)"""

SAID = {  # of the attacked exercise; all others of the submission are marked as ever
    "endless_loop": "it ran out of time",
    "infinite_recursion": "RecursionError",
    "memory_hog": "can't allocate memory",
    "os_exit": "exit code 0: it ended its process before it answered",
    "sys_exit": "SystemExit: Right.",
    "fork_bomb": "PermissionError",
    "patched_checker": "Not yet",
    "patched_torch": "",  # whatever it is
    "writes_outside": "PermissionError",
    "network": "PermissionError",
    "print_flood": "Not yet",
    "forged_result": "data that are no answer",
    "kills_its_parent": "PermissionError",
    "raises_a_signal": "signal 40",
    "reads_others": "PermissionError",
    "reads_secrets": "told: None, no",
    "huge_answer": "more than 50000 numbers",
    "pipe_flood": "too large an answer: more than 4 MB",
}


def notebook(*cells):
    made = [{"cell_type": "code", "source": cell, "outputs": [], "metadata": {}} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def grade(folder, out, *more):
    line = [sys.executable, "-m", "dgm_lessons.exercises", "grade", folder, "--out", out, *more]
    told = {"cwd": folder, "env": {**os.environ, "EXAM_PASSWORD": "secret"}}
    return subprocess.run(list(map(str, line)), capture_output=True, text=True, timeout=300, **told)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder with hostile and other submissions, marked: what was printed, marks, the canary."""
    place = tmp_path_factory.mktemp("course")
    folder, canary = place / "submissions", place / "canary"
    canary.write_text("alive")
    folder.mkdir()
    heard, server = [], socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=listen, args=(server, heard), daemon=True).start()
    for path in HOSTILE:
        source = path.read_text().replace("CANARY", str(canary))
        source = source.replace("PORT", str(server.getsockname()[1]))
        source = source.replace("OTHER", str(folder / "right.ipynb"))
        text = notebook(*START, *source.split("# %%")[1:], NEXT, ASKED)
        (folder / f"{path.stem}.ipynb").write_text(text)
    (folder / "right.ipynb").write_text(notebook(*START, RIGHT, NEXT, ASKED))
    (folder / "wrong").mkdir()
    other = ASKED.replace("'d'", "'a'")
    (folder / "wrong" / "tweedie.ipynb").write_text(notebook(*START, WRONG, NEXT, other))
    (folder / "empty.ipynb").write_text(notebook(*START, STUB))
    (folder / "nothing").mkdir()
    (folder / "broken.ipynb").write_text("[" * 100_000)
    (folder / "typo.ipynb").write_text(notebook(*START, RIGHT.replace("):", ")"), NEXT))
    given = place / "handout.ipynb"
    given.write_text(notebook(*START, STUB, 'check("tweedie-bends", ...)', NEXT, ASKED))
    limits = ("--seconds", "8", "--memory", "1G")
    done = grade(folder, place / "marks.csv", "--handout", given, *limits)
    server.close()
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((place / "marks.csv").open(encoding="utf8")))
    marks = {(row["student"], row["exercise"]): row for row in rows}
    return {"done": done, "marks": marks, "place": place, "heard": heard}


def listen(server, heard):
    while True:
        try:
            heard.append(server.accept())
        except OSError:
            return


slow = pytest.mark.slow


@slow
@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_a_hostile_answer_earns_nothing_and_the_next_is_marked(run, path):
    attacked = run["marks"][path.stem, "c-5-21"]
    assert (attacked["right"], attacked["points"]) == ("False", "0")
    assert SAID[path.stem] in attacked["said"], attacked["said"]
    assert run["marks"][path.stem, "c-5-22"]["said"] == "Right."
    assert run["marks"][path.stem, "q-5-18"]["points"] == "1"


@slow
@pytest.mark.parametrize(
    ("student", "points", "said"),
    [
        ("right", "2", "Right."),
        ("wrong", "1", "Not yet: it looks like sigma where sigma squared belongs."),
        ("empty", "0", "Not answered yet. Wanted: the posterior mean"),
        ("nothing", "0", "no notebook in the folder"),
        ("broken", "0", "broken.ipynb cannot be read: "),
        ("typo", "0", "Your answer stopped with SyntaxError: expected ':', in line 1 of its cell."),
    ],
)
def test_the_others_get_their_marks(run, student, points, said):
    row = run["marks"][student, "c-5-21"]
    assert row["points"] == points and row["said"].startswith(said), row


@slow
@pytest.mark.parametrize(
    ("student", "points", "said"),
    [
        ("right", "1", "Right. With much noise the two clusters look like one"),
        ("wrong", "0", "Not yet. More noise blurs the border"),
        ("empty", "0", 'There is no check("q-5-18", ...) in the notebook.'),
    ],
)
def test_a_question_is_marked_with_its_reason(run, student, points, said):
    row = run["marks"][student, "q-5-18"]
    assert (row["points"], row["of"]) == (points, "1") and row["said"].startswith(said), row


@slow
def test_all_that_was_handed_out_has_a_row_and_sums_stand_beside(run):
    students = {student for student, _ in run["marks"]}
    assert len(students) == len(HOSTILE) + 6
    counted = ("c-5-21", "tweedie-bends", "c-5-22", "q-5-18")
    assert list(dict.fromkeys(name for _, name in run["marks"])) == list(counted)
    assert len(run["marks"]) == 4 * len(students)
    assert f"What counts, 7 points: {', '.join(counted)}" in run["done"].stdout.splitlines()
    assert "broken: 0 of 7 points; broken.ipynb cannot be read: " in run["done"].stdout
    sums = csv.DictReader((run["place"] / "marks-totals.csv").open(encoding="utf8"))
    assert {row["student"]: row["points"] for row in sums}["right"] == "5"


@slow
def test_nothing_was_written_sent_or_left_running(run):
    assert {path.name for path in run["place"].iterdir()} == {
        *("submissions", "canary", "marks.csv", "marks-totals.csv", "handout.ipynb")
    }
    assert (run["place"] / "canary").read_text() == "alive"
    assert (run["place"] / "canary").stat().st_mode & 0o777 != 0o777
    assert (run["place"] / "canary").stat().st_mtime > 1e9
    assert not run["heard"]
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert str(run["place"]) not in left


@slow
def test_the_protections_are_named_first(run):
    first = run["done"].stdout.splitlines()[0]
    assert all(words in first for words in confinement.trials(1)), first


@pytest.mark.timing
def test_two_hundred_submissions_take_two_cores_less_than_ten_minutes(tmp_path):
    """Scaled from ten, which start when PyTorch is loaded."""
    folder, out = tmp_path / "submissions", tmp_path / "marks.csv"
    folder.mkdir()
    for number in range(10):
        (folder / f"{number}.ipynb").write_text(notebook(*START, RIGHT, NEXT))
    assert grade(folder, out, "--jobs", "2").returncode == 0
    rows = list(csv.DictReader(out.open(encoding="utf8")))
    seconds = [float(row["seconds"]) for row in rows if row["right"] == "True"]
    assert len(seconds) == 20
    answers = 200 * len(rows) / 10
    assert answers / 2 * sum(seconds) / len(seconds) < 600


@pytest.mark.parametrize("missing", confinement.trials(1))
def test_a_machine_without_a_protection_is_refused(tmp_path, monkeypatch, missing, capsys):
    """And with --unsafe it is said what is missing."""
    holds = [words for words in confinement.trials(1) if words != missing]
    monkeypatch.setattr(bench.Bench, "protections", lambda self: holds)
    monkeypatch.setattr(command, "marked", lambda *given: [[]])
    monkeypatch.setattr(command, "write", lambda *given: None)
    (tmp_path / "ann.ipynb").write_text(notebook(RIGHT))
    with pytest.raises(SystemExit, match=f"does not give: {missing}"):
        command.main(["grade", str(tmp_path)])
    command.main(["grade", str(tmp_path), "--unsafe"])
    assert f"UNSAFE, without: {missing}" in capsys.readouterr().err


def test_the_trials_see_what_is_possible(tmp_path, monkeypatch):
    """In this process, which nothing confines, not one of them is refused."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert confinement.protections(1 << 20) == []


# Cells


def names(sources, exercise="c-5-21"):
    return sorted({cell for cell, _ in needed(sources, exercise).statements})


def test_only_what_an_answer_uses_runs():
    sources = [
        "%pip install nothing\nimport torch\nimport math",
        "net = train(1000)  # a minute",
        "x_noisy = net(torch.ones(3))",
        "def helper(a):\n    return later(a) + math.pi",
        "losses = [alpha for alpha in net.history]",
        "def later(a):\n    return a",
        "def denoise(x_noisy, alpha, sigma, score):\n    net = alpha\n    return helper(net)\n"
        'check("c-5-21", denoise)\nslow()',
    ]
    assert names(sources) == [0, 3, 5, 6]


def test_the_last_check_counts_with_what_its_cell_does_before():
    sources = ['f = 1\ncheck("c-5-21", f)', 'f = 2\ng = f\ncheck("c-5-22", g)\ncheck("c-5-21", g)']
    found = needed(sources, "c-5-21")
    assert [cell for cell, _ in found.statements] == [1, 1] and found.cell == 1


def test_a_line_for_ipython_is_left_out_and_a_remainder_is_not():
    sources = ["if True:\n    %pip install x\n    f = 1", "f = (7\n% 4)\ncheck('c-5-21', f)"]
    assert names(sources) == [1]
    assert names([sources[0], "!ls\ncheck('c-5-21', f)"]) == [0, 1]


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ('# check("c-5-21", f)', LookupError, "no check"),
        ('def f(:\n  1\ncheck("c-5-21", f)', SyntaxError, "line 1 of its cell"),
    ],
)
def test_no_answer_has_a_reason(source, error, words):
    with pytest.raises(error, match=words):
        needed([source], "c-5-21")


# What comes back


@pytest.mark.parametrize(
    "tried",
    [
        Attempt((torch.tensor([[1.5, float("nan")]], dtype=torch.float64), Odd.OTHER)),
        Attempt(("sde", "ode"), function=False),
        Attempt((Odd.UNANSWERED,)),
        Attempt(stopped="ValueError: no"),
    ],
)
def test_an_attempt_comes_back_as_it_was(tried):
    back = wire.unpack(wire.pack(tried), 2)
    assert (back.function, back.stopped) == (tried.function, tried.stopped)
    for a, b in zip(back.values, tried.values, strict=True):
        assert torch.equal(a.nan_to_num(), b.nan_to_num()) if torch.is_tensor(a) else a == b


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Right.",
        b"\xff",
        b"null",
        b"[" * 10**6,
        b'[[], true, ""]',
        b'[[[[1], [1.0]]], true, ""]',
        b'[[[[2], [1.0]], [[1], [1.0]]], true, ""]',
        b'[[[[1], ["x"]], [[1], [1.0]]], true, ""]',
        b'[[[[-1], [1.0]], [[1], [1.0]]], true, ""]',
        b'[[[[1e9], [1.0]], [[1], [1.0]]], true, ""]',
        b'[[[[1,1,1,1,1,1,1,1,1,1], [1.0]], [[1], [1.0]]], true, ""]',
        b"[[[[1], [1" + b"0" * 400 + b']], [[1], [1.0]]], true, ""]',
        b"[[[[1], [1" + b"0" * 9000 + b']], [[1], [1.0]]], true, ""]',
        b'[[{"odd": "right"}, [[1], [1.0]]], true, ""]',
        b'[[true, 1], true, ""]',
        b'[["a", "b"], true, "and stopped"]',
    ],
)
def test_forged_data_are_refused(data):
    with pytest.raises(ValueError):
        wire.unpack(data, 2)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        *(("q-5-18", answer) for answer in ("d", "a", " A) ", "e", ["a", "b"], 4, None, ..., "")),
        *(("q-4-01", answer) for answer in (0.9, "0.9", 0.5, float("nan"), "many", torch.zeros(3))),
    ],
)
def test_the_verdict_on_a_question_is_that_of_a_notebook(name, answer):
    """But for how an odd answer is written, which is repeated."""
    sent = wire.unpack(wire.pack(reply(answer)), 1)
    (right, said), (wanted, told) = judged(name, sent), diagnose(name, answer)
    assert right == wanted and said.partition(" You gave")[0] == told.partition(" You gave")[0]


@pytest.mark.parametrize("name", list(exercises()))
def test_the_verdict_through_the_wire_is_that_of_a_notebook(name):
    """For every exercise: its solution is right, its first mistake is named, text is no answer."""
    from dgm_lessons.exercises.attempt import attempt

    exercise = find(name)
    for answer in (exercise.solution, *list(exercise.mistakes.values())[:1], "?", None):
        sent = wire.pack(attempt(answer, exercise.trials))
        assert judged(name, wire.unpack(sent, len(exercise.trials))) == diagnose(name, answer)


# Folders and tables


def test_what_half_of_the_submissions_have_counts():
    """One who checks exercises of all pages gives nobody more to answer."""
    tweedie = Submission("a", (('check("c-5-21", f)', 'check("q-5-18", "a")'),))
    everything = Submission("b", (tuple(f'check("{name}", f)' for name in exercises()),))
    none = Submission("c", (), "c.ipynb cannot be read")
    assert assignment([tweedie, tweedie, everything, none, none]) == ["q-5-18", "c-5-21"]
    for nothing in ([none], [Submission("d", (("1",),))]):
        with pytest.raises(ValueError, match="--handout"):
            assignment(nothing)


def test_what_was_handed_out_counts_in_its_order(tmp_path):
    given = tmp_path / "given.ipynb"
    given.write_text(notebook('check("q-5-18", a)', 'check("c-5-22", f)\ncheck("gone", f)', RIGHT))
    assert handout(given) == ["q-5-18", "c-5-22", "c-5-21"]
    given.write_text(notebook("1"))
    with pytest.raises(ValueError, match="checks no exercise of the book"):
        handout(given)
    with pytest.raises(ValueError, match="it is no file"):
        handout(tmp_path / "gone.ipynb")


def test_every_question_and_exercise_has_a_home():
    assert set(exercises()) == {name for name in homes() if not is_question(name)}
    assert {page for name, page in homes().items() if is_question(name)} <= set(pages())
    assert homes()["q-5-18"] == homes()["c-5-21"] == PAGE


def test_a_renamed_check_is_told():
    one = Submission("a", (('check("c-5-2l", f)', 'check("c-5-22", f)'),))
    (row,) = marks(one, ["c-5-21"], bench=type("Bench", (), {"seconds": 20}))
    assert row.said == (
        'There is no check("c-5-21", ...) in the notebook. There is check("c-5-2l", ...), of no '
        "exercise or question."
    )


def test_files_that_are_no_notebooks_are_said(tmp_path):
    (tmp_path / "list.ipynb").write_text("[]")
    (tmp_path / "deep.ipynb").write_text("[" * 10**5)
    (tmp_path / "image.ipynb").write_bytes(b"\x89PNG")
    (tmp_path / "cell.ipynb").write_text('{"cells": [1]}')
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "device.ipynb").symlink_to("/dev/zero")
    (tmp_path / "large.ipynb").touch()
    os.truncate(tmp_path / "large.ipynb", 17 << 20)
    found = submissions(tmp_path)
    assert len(found) == 7 and all(one.problem and not one.asked() for one in found)
    with pytest.raises(ValueError, match="no notebook"):
        submissions(tmp_path.joinpath("empty").mkdir() or tmp_path / "empty")


def test_a_submission_has_so_much_time_in_all_and_the_rest_is_not_run():
    class Slow:
        seconds = 20

        def attempt(self, sources, name, most):
            return Attempt(stopped="TimeOut: it ran out of time, 20 s."), 50.0

    own = list(pages()[PAGE])
    ann = Submission("ann", (tuple(f'check("{name}", f)' for name in own),))
    said = [row.said for row in marks(ann, own, Slow())]
    assert [words.startswith("Not run:") for words in said] == [False] * 3 + [True] * 2


def test_no_cell_of_a_table_is_a_formula_or_many_lines(tmp_path):
    assert clean("=1+1") == "'=1+1" and clean("a\nb\x1b[2J") == "a b [2J"
    rows = [Mark("=ann", PAGE, "c-5-21", 2, 2, True, "Right.", 0.1)] * 2
    assert totals(rows) == [{"student": "=ann", "points": 4, "of": 4, "right": 2, "exercises": 2}]
    write(rows, tmp_path / "m.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m-totals.csv", "m.csv"]


HEADERS = {
    "x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "aarch64": "/usr/include/asm-generic/unistd.h",
}


@pytest.mark.parametrize("machine", HEADERS)
def test_the_numbers_of_the_calls_are_those_of_the_headers(machine):
    header = Path(HEADERS[machine])
    if not header.exists():
        pytest.skip(f"no {header}")
    known = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text()))
    column = seccomp.MACHINES[machine][0]
    for call, numbers in seccomp.NUMBERS.items():
        if numbers[column] < 450:  # newer than the headers
            assert known.get(call, "0") == str(numbers[column]), call
