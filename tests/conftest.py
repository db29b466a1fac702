"""Shared by all tests: one thread, reproducible hypothesis, the processes, a generator."""

import pytest
import torch
from hypothesis import settings

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
