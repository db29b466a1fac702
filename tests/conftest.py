"""Shared by all tests: one thread, reproducible hypothesis, processes, a generator, a browser."""

import os
import shutil

import pytest
import torch
from hypothesis import settings

from benchmarks.book import FLAGS
from dgm_lessons.processes import EDM, VE, VP, CosineVP, FlowMatching

torch.set_num_threads(1)
settings.register_profile("reproducible", derandomize=True, deadline=None, max_examples=25)
settings.load_profile("reproducible")

CONTINUOUS = (VP(), CosineVP(), VE(), EDM(), FlowMatching())


@pytest.fixture(params=CONTINUOUS, ids=lambda process: type(process).__name__)
def process(request):
    """Each of the processes in continuous time, with its default parameters."""
    return request.param


@pytest.fixture
def generator():
    """A fresh source of random numbers, seeded."""
    return torch.Generator().manual_seed(0)


@pytest.fixture(scope="session")
def chromium():
    """Headless Chromium. Without one the tests are skipped, but not where CI is set."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "google-chrome", "chromium-browser", "google-chrome-stable")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        reason = f"no browser on the PATH: install one of {', '.join(names)}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
