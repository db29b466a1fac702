"""The checks of what callers hand in, and the broadcasting of coefficients."""

import math

import pytest
import torch

from dgm_lessons._inputs import (
    all_finite,
    as_time,
    check_batch,
    check_finite,
    check_points,
    check_positive,
    check_same_shape,
    check_time,
    expand,
)

X = torch.ones(3, 2)


def test_as_time_takes_numbers_and_tensors():
    assert as_time(0.25) == 0.25 and as_time(0.25).dtype == torch.float64
    assert as_time(3).shape == () and as_time(3).dtype == torch.float64
    assert as_time(torch.tensor([1, 2])).dtype == torch.float64
    assert as_time(torch.tensor([0.5])).dtype == torch.float32
    assert as_time(torch.empty(0), 0.0, 1.0).shape == (0,)
    assert as_time(math.inf, -math.inf) == math.inf


def test_check_time_leaves_numbers_numbers():
    assert type(check_time(1, 0.0, 1.0)) is float
    assert check_time(1.0000001, 0.0, 1.0) == 1.0 and check_time(-1e-8, 0.0, 1.0) == 0.0
    assert torch.equal(check_time(torch.tensor([0.5])), torch.tensor([0.5]))


def test_all_finite_sees_what_a_sum_would_hide():
    big = torch.full((9,), 3e38)
    assert all_finite(big) and all_finite(torch.empty(0)) and all_finite(2.0)
    for bad in (math.nan, math.inf, -math.inf):
        assert not all_finite(bad) and not all_finite(torch.tensor(bad))
        assert not all_finite(torch.cat([big, torch.tensor([bad])]))
    assert not all_finite(torch.tensor([math.inf, 1.0, -math.inf]))


def test_as_time_moves_what_rounding_pushed_out():
    """One step of float32 beyond the end is rounding; a thousandth is a mistake."""
    assert as_time(torch.tensor(1.0000001), 0.0, 1.0) == 1.0
    assert as_time(torch.tensor([-1e-8, 1.0]), 0.0, 1.0)[0] == 0.0
    for t in (1.001, -0.001):
        with pytest.raises(ValueError, match=r"t must lie in \[0, 1\]"):
            as_time(t, 0.0, 1.0)


@pytest.mark.parametrize(
    "t, words",
    [
        (math.nan, "level must lie in .*nan"),
        (2.0, r"level must lie in \[0, 1\], but level = \[2.0\]"),
        (-1, r"level must lie in \[0, 1\].*-1"),
        (math.inf, "level must lie in .*inf"),
        (torch.tensor([0.5, math.nan]), "level must lie in .*nan"),
        (torch.zeros(2, 1), r"level must be a float or a tensor .*not \(2, 1\)"),
    ],
)
def test_as_time_refuses(t, words):
    with pytest.raises(ValueError, match=words):
        as_time(t, 0.0, 1.0, "level")


def test_the_bad_time_is_shown_even_at_the_end_of_a_long_list():
    t = torch.full((100,), 0.5)
    t[70] = 7.0
    with pytest.raises(ValueError, match=r"7\.0"):
        as_time(t, 0.0, 1.0)


@pytest.mark.parametrize("t", ["noon", None, [0.5]])
def test_as_time_names_what_is_not_a_number(t):
    with pytest.raises((TypeError, ValueError), match=r"level must be a float or a tensor.*not"):
        as_time(t, name="level")


def test_expand_gives_each_row_its_own_coefficient():
    c = torch.tensor([1.0, 2.0, 3.0])
    square = torch.ones(3, 3)  # B equal to D: rows, not columns
    assert torch.equal(expand(c, square) * square, torch.tensor([[1.0] * 3, [2.0] * 3, [3.0] * 3]))
    assert (expand(c, torch.ones(3, 1, 4, 4))).shape == (3, 1, 1, 1)
    assert expand(torch.tensor(2.0), X) == 2.0
    assert expand(c.double(), X).dtype == torch.float32


@pytest.mark.parametrize("c", [torch.ones(2), torch.ones(1), torch.empty(0)])
def test_expand_never_broadcasts_by_accident(c):
    with pytest.raises(ValueError, match=rf"one time per row.*\({len(c)},\).*\(3, 2\)"):
        expand(c, X)


def test_good_tensors_pass_unchanged():
    assert check_finite(X) is X and check_batch(X) is X and check_points(X, 2) is X
    none = torch.empty(0, 2)
    assert check_batch(none) is none and check_points(none, 2) is none
    check_same_shape(X, X.clone(), ("a", "b"))


@pytest.mark.parametrize("check", [check_finite, check_batch, lambda x, n: check_points(x, 2, n)])
def test_bad_tensors_are_refused(check):
    for value in (math.nan, math.inf, -math.inf):
        with pytest.raises(ValueError, match=r"image contains NaN or infinity; shape \(3, 2\)"):
            check(X * value, "image")
    for dtype in (torch.int64, torch.uint8, torch.bool):
        with pytest.raises(TypeError, match=r"image must have a floating dtype.*image.float\(\)"):
            check(X.to(dtype), "image")
    for other in (None, 1.0, [[1.0]], X.numpy()):
        with pytest.raises(TypeError, match=r"image must be a torch.Tensor, not"):
            check(other, "image")


def test_wrong_shapes_are_refused():
    for x in (X[0], X[0, 0]):
        with pytest.raises(ValueError, match=r"x must have shape \(B, \*D\).*x\[:, None\]"):
            check_batch(x)
    for x in (X[0], X[:, :1], X[None]):
        with pytest.raises(ValueError, match=r"x must have shape \(B, 2\), not"):
            check_points(x, 2)
    with pytest.raises(ValueError, match=r"a has shape \(3, 2\) but b has \(3, 1\)"):
        check_same_shape(X, X[:, :1], ("a", "b"))


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_check_positive_refuses(value):
    with pytest.raises(ValueError, match=rf"rtol must be a finite number above 0, not {value}"):
        check_positive(value, "rtol")


def test_check_positive_passes():
    assert check_positive(2, "rtol") == 2.0 and isinstance(check_positive(2, "rtol"), float)
