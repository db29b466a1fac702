"""Shared by all tests: one thread, reproducible hypothesis, processes, a generator, a browser.

SEED_SHIFT=1000 moves every seed of a test run, so that nothing rests on one draw.
"""

import os
import shutil

import pytest
import torch
from hypothesis import settings

SHIFT = int(os.environ.get("SEED_SHIFT", "0"))


class ShiftedGenerator(torch.Generator):
    """A generator whose seeds are moved by SEED_SHIFT."""

    def manual_seed(self, seed):
        return super().manual_seed(seed + SHIFT)


if SHIFT:  # before any module takes the names from torch
    manual_seed = torch.manual_seed
    torch.Generator, torch.manual_seed = ShiftedGenerator, lambda seed: manual_seed(seed + SHIFT)

from benchmarks.book import BROWSERS, FLAGS  # noqa: E402
from dgm_lessons.processes import EDM, VE, VP, CosineVP, FlowMatching  # noqa: E402

torch.set_num_threads(1)
settings.register_profile("reproducible", derandomize=True, deadline=None, max_examples=25)
settings.load_profile("reproducible")

# What a browser keeps ready around the page, for each tab anew: twice the work of most tests. Given
# features replace Playwright's own: those that ask the network or change what is seen are kept.
UNUSED = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"]
UNUSED += ["PreloadTopChromeWebUI", "AimEnabled", "LensOverlay", "MediaRouter", "PaintHolding"]
UNUSED += ["HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "OptimizationHints"]
UNUSED += ["NetworkTimeServiceQuerying", "PreconnectToSearch", "DestroyProfileOnBrowserClose"]

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

    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        reason = f"no browser on the PATH: install one of {', '.join(BROWSERS)}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        flags = [*FLAGS, f"--disable-features={','.join(UNUSED)}"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()
