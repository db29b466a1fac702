"""The samples in the place of the bank."""

import pytest

from dgm_lessons.questions import catalogue
from teaching.bank import entries as bank

from .samples import SAMPLES


@pytest.fixture
def samples(monkeypatch):
    """The questions of the samples are all that there are."""
    for module in (catalogue, bank):
        monkeypatch.setattr(module, "chapters", lambda: {3: SAMPLES})
    return SAMPLES
