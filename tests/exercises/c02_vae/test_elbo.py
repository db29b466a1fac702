"""Exercises of `elbo`: their inputs belong to real models."""

from dgm_lessons.exercises.c02_vae.elbo import EXERCISES


def test_joint_exercise_is_the_linear_model_of_the_page():
    """The inputs are those of real models, and the gap grows for some data."""
    model_error, kls = EXERCISES["c-2-09"].inputs
    assert model_error > 0 and (kls > 0).all()
    elbo_rise, evidence_rise = EXERCISES["c-2-10"].inputs
    assert (evidence_rise - elbo_rise).max() > 0
