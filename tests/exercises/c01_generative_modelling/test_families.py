"""Exercises of `families`: answers against numbers known otherwise."""

import torch

from dgm_lessons.exercises import diagnose
from dgm_lessons.exercises.c01_generative_modelling.families import EXERCISES


def test_the_flow_against_torch_and_the_discriminator_against_bayes():
    def flow(x, b, s):
        return torch.distributions.Normal(b, s.exp()).log_prob(x).sum(1)

    def bayes(p, q, r):
        return torch.sigmoid(torch.log(p / q) + torch.logit(torch.tensor(r, dtype=p.dtype)))

    assert diagnose("c-1-20", flow)[0]
    assert diagnose("c-1-21", bayes)[0]


def test_two_wrong_entries_of_the_column_are_not_right():
    assert diagnose("c-1-22", lambda families: (2, 3, 1, 3, 0, 1))[0]
    right, message = diagnose("c-1-22", lambda families: [0, 3, 1, 3, 0, 3])
    assert not right and "energy: not 0" in message and "diffusion: not 3" in message
    assert "GAN" in diagnose("c-1-22", lambda families: [2, 3, 1, 3, 1, 1])[1]
    assert "shape" in diagnose("c-1-22", lambda families: [2, 3, 1])[1]


def test_the_loss_of_a_discriminator_is_what_training_it_would_win():
    """Its gap is what gradient ascent on the game still gains."""
    exercise = EXERCISES["families-gap"]
    for p, q, d in exercise.trials:
        logits = torch.logit(d).requires_grad_()

        def game(logits, p=p, q=q):
            log_d, log_not = (torch.nn.functional.logsigmoid(s * logits) for s in (1, -1))
            return (p * log_d + q * log_not).sum()

        start = game(logits).item()
        ascent = torch.optim.LBFGS([logits], max_iter=200, tolerance_grad=1e-10)

        def closure(game=game, logits=logits, ascent=ascent):
            ascent.zero_grad()
            loss = -game(logits)
            loss.backward()
            return loss

        ascent.step(closure)
        found = exercise.solution(p, q, d)
        assert torch.isclose(found, (game(logits) - start).detach(), atol=1e-6)


def test_the_step_of_the_fourth_dialect_is_the_mean_of_a_gaussian_walk():
    """For data from N(0, 1) the law of x_t given x_s is known by the rule for two Gaussians."""
    x = torch.linspace(-3, 3, 7, dtype=torch.float64)
    for s, t in ((1.6, 0.9), (0.7, 0.25)):
        noise = s * x / (1 + s**2)  # its mean, given x_s
        found = EXERCISES["c-1-24"].solution(x, noise, s, t)
        assert torch.allclose(found, (1 + t**2) / (1 + s**2) * x, atol=1e-14)
