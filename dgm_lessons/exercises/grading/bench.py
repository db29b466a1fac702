"""The bench: a process for each answer, forked from one that has loaded PyTorch, and its end."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver, get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from threading import Lock
from typing import Any

from ..attempt import Attempt
from ..catalogue import find, is_question, pages
from . import student
from .wire import MOST, unpack

KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH", "TMPDIR")
LIBRARIES = ("torch", "numpy", "matplotlib.pyplot", "scipy.integrate", "scipy.optimize", "sympy")
OURS = ("plots", "widgets", "training", "evaluation", "zoo", "exercises.grading.student")
SET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}


@dataclass(frozen=True)
class Ended:
    """How a process ended: what it wrote, its exit code (minus a signal), seconds on the clock."""

    data: bytes
    code: int | None  # None: it had to be ended
    seconds: float

    def problem(self, most: float) -> str:
        """What kept it from answering, after "Your answer stopped with"."""
        if len(self.data) > MOST:
            return f"too large an answer: more than {MOST >> 20} MB."
        if self.code is None:
            return f"TimeOut: it ran out of time, {most:.0f} s."
        if self.code < 0:
            return f"signal {-self.code} ({signal.strsignal(-self.code)}), which ended its process."
        if self.code or not self.data:
            return f"exit code {self.code}: it ended its process before it answered."
        return ""


class Bench:
    """Where answers are tried, each for at most `seconds`, with `memory` bytes for its own."""

    def __init__(self, seconds: int, memory: int, safe: bool = True) -> None:
        self.seconds, self.memory, self.safe = seconds, memory, safe
        self.context = get_context("forkserver")
        ours = (*OURS, *(f"exercises.{page}" for page in pages()))
        loaded = [*LIBRARIES, *(f"dgm_lessons.{name}" for name in ours)]
        self.context.set_forkserver_preload(loaded)  # once, for the processes of all answers
        self.lock = Lock()  # `multiprocessing` looks after all of its processes in each thread
        with environment({name: os.environ[name] for name in KEPT if name in os.environ} | SET):
            forkserver.ensure_running()

    def protections(self) -> list[str]:
        """What a process on this machine finds itself unable to do."""
        ended = self._run(student.probe, 60, self.seconds, self.memory)
        return ended.data.decode().splitlines()

    def attempt(self, sources: Sequence[str], name: str, most: float) -> tuple[Attempt, float]:
        """What a notebook answers to an exercise, in at most so many seconds, and how many."""
        seconds = min(self.seconds, most)
        task = (sources, name, self.seconds, self.memory, self.safe)
        ended = self._run(student.answer, seconds, *task)
        if problem := ended.problem(seconds):
            return Attempt(stopped=problem), ended.seconds
        try:
            values = 1 if is_question(name) else len(find(name).trials)
            return unpack(ended.data, values), ended.seconds
        except ValueError as error:
            return Attempt(stopped=f"data that are no answer: {error}."), ended.seconds

    def _run(self, task: Callable[..., None], seconds: float, *arguments: Any) -> Ended:
        """Run the task in a process, with the pipe that it writes to as its last argument."""
        reader, writer = self.context.Pipe(duplex=False)
        process = self.context.Process(target=task, args=(*arguments, writer), daemon=True)
        with self.lock:
            process.start()  # back when it runs
        writer.close()
        start = time.monotonic()
        data = read(reader.fileno(), start + seconds)
        if len(data) <= MOST:
            wait([process.sentinel], max(0.0, start + seconds - time.monotonic()))
        code = self._code(process)
        if code is None or not self.safe:
            end(process.ident)
            wait([process.sentinel])
            self._code(process)
        reader.close()
        return Ended(data, code, time.monotonic() - start)

    def _code(self, process: BaseProcess) -> int | None:
        """The exit code; None while it runs."""
        with self.lock:
            process.join(0)
            return process.exitcode


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Nothing but these variables, for a while: what else there is, passwords say, is not told."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def read(pipe: int, until: float) -> bytes:
    """What comes through a pipe until its end, the end of the time, or too much."""
    data = bytearray()
    while len(data) <= MOST:
        if not select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
            break
        piece = os.read(pipe, 1 << 16)
        if not piece:
            break
        data += piece
    return bytes(data)


def end(process: int | None) -> None:
    """End a process and all of its session, if they are there still."""
    assert process  # 0 would be our own session
    for kill in (os.killpg, os.kill):
        try:
            kill(process, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
