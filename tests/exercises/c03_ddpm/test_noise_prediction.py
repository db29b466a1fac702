"""Exercises on noise prediction: their inputs are a real chain, and the slips are real slips."""

import torch

from dgm_lessons.denoisers import Denoiser
from dgm_lessons.exercises.c03_ddpm.noise_prediction import EXERCISES
from dgm_lessons.objectives import denoising_loss
from dgm_lessons.processes import DiscreteProcess


def chain_of(alpha_bar):
    ratio = alpha_bar[1:] / alpha_bar[:-1]
    return DiscreteProcess((1 - ratio**2).sqrt())


def test_the_lists_of_the_exercises_belong_to_one_chain():
    _, _, beta, alpha_bar = EXERCISES["c-3-23"].trials[0]
    assert beta[0] == 0 and alpha_bar[0] == 1
    assert torch.allclose(chain_of(alpha_bar).betas, beta[1:])


def test_converted_network_gives_the_same_mean_as_su():
    """(x - beta su) / alpha = (x - beta^2 / sigma_bar eps) / alpha."""
    exercise = EXERCISES["c-3-23"]
    su, i, beta, alpha_bar = exercise.trials[0]
    chain, eps = chain_of(alpha_bar), exercise.solution(*exercise.trials[0])
    x = torch.ones_like(su)
    for row, step in enumerate(i.tolist()):
        x_i, noise = x[row : row + 1], eps[row : row + 1]
        clean = (x_i - chain.sigma(step) * noise) / chain.alpha(step)
        mean, _ = chain.posterior(x_i, clean, step, step - 1)
        undone = (x_i - beta[step] * su[row]) / (1 - beta[step] ** 2).sqrt()
        assert torch.allclose(mean, undone)


def test_the_six_lines_are_the_package_loss():
    exercise = EXERCISES["c-3-30"]
    network, x0, i, eps, alpha_bar = exercise.trials[0]
    chain = chain_of(alpha_bar)
    denoiser = Denoiser(lambda x, log_snr: network(x, i), chain)
    package = denoising_loss(denoiser, x0, i, eps)
    assert torch.isclose(exercise.solution(*exercise.trials[0]), package)


def test_the_slide_is_su_s_mean_with_ddpm_s_noise():
    """sqrt(1 - alpha^2) without the bar is beta, so the fraction is beta: all noise at once."""
    exercise = EXERCISES["c-3-24"]
    x, eps, alpha, _ = exercise.trials[0]
    slide = next(wrong for words, wrong in exercise.mistakes.items() if "slide" in words)
    beta = (1 - alpha**2) ** 0.5
    assert torch.allclose(slide(*exercise.trials[0]), (x - beta * eps) / alpha)
