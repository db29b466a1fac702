"""Where processes begin and end, and the curves they have, if nothing else is said."""

import pytest

from dgm_lessons.denoisers import Denoiser
from dgm_lessons.processes import EDM, VE, VP, CosineVP, FlowMatching


def test_edm_needs_room_between_its_ends():
    for T in (0.002, 0.001):
        with pytest.raises(ValueError, match=r"must exceed t_min = 0.002"):
            EDM(T=T)
    with pytest.raises(ValueError, match=r"T = 3.0 must exceed t_min = 3.0"):
        EDM(T=3.0, t_min=3.0)
    assert EDM(T=3.0, t_min=2.999).T == 3.0


@pytest.mark.parametrize(
    "process, t_min, t_max, T",
    [
        (VP(), 1e-3, 1.0, 1.0),
        (CosineVP(), 1e-3, 0.999, 1.0),
        (VE(), 1e-3, 1.0, 1.0),
        (EDM(), 0.002, 80.0, 80.0),
        (FlowMatching(), 1e-3, 0.999, 1.0),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, float) else "",
)
def test_the_default_times(process, t_min, t_max, T):
    assert (process.t_min, process.t_max, process.T) == pytest.approx((t_min, t_max, T), rel=1e-12)


def test_the_default_curves():
    assert VP() == VP(0.1, 20.0) and VE() == VE(0.01, 50.0) and EDM() == EDM(80.0, 0.002)
    assert Denoiser(lambda x, level: x, VP()).predicts == "eps"
