"""Weights at 8 bits, by hand: the scale of each row, whole numbers, and what comes back."""

import math

import pytest
import torch

from dgm_lessons.quantise import dequantise, quantise

# Rows reach to 127 and to 63.5; halves of a scale are rounded to even.
WEIGHT = torch.tensor([[127.0, -127.0, 2.5, -3.6], [63.5, 0.24, 0.26, -1.0]])
WHOLE = [[127, -127, 2, -4], [127, 0, 1, -2]]


def test_by_hand():
    whole, scales = quantise(WEIGHT)
    assert whole.dtype == torch.int8 and scales.dtype == torch.float32
    assert whole.tolist() == WHOLE and scales.tolist() == [1.0, 0.5]
    back = dequantise(whole, scales)
    assert back.tolist() == [[127.0, -127.0, 2.0, -4.0], [63.5, 0.0, 0.5, -1.0]]


def test_a_convolution_has_one_scale_for_each_output():
    kernels = WEIGHT.reshape(2, 1, 2, 2)
    whole, scales = quantise(kernels)
    assert whole.shape == kernels.shape and scales.shape == (2,)
    assert torch.equal(dequantise(whole, scales).flatten(1), dequantise(*quantise(WEIGHT)))


def test_the_ends_are_whole_numbers_and_a_row_of_zeros_is_kept(generator):
    """At any size the greatest entry of a row is 127 scales."""
    weight = torch.randn(400, 5, generator=generator) * torch.logspace(-34, 30, 400)[:, None]
    whole, scales = quantise(torch.cat([weight, torch.zeros(1, 5)]))
    assert bool((whole[:-1].abs().amax(1) == 127).all())
    assert scales[-1] == 0 and not whole[-1].any()
    off = (dequantise(whole, scales)[:-1] - weight).abs() / scales[:-1, None]
    assert 0.4 < float(off.max()) < 0.5001


def test_what_has_no_rows_or_no_size_is_refused():
    with pytest.raises(ValueError, match=r"weight has shape \(3,\); give \(outputs, inputs"):
        quantise(torch.ones(3))
    with pytest.raises(ValueError, match="weight contains NaN"):
        quantise(WEIGHT * math.nan)
