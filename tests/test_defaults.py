"""Numbers that nobody passes: one that changes unawares changes every page's."""

import ast
import importlib
import inspect
import math
import pkgutil
from operator import attrgetter

import numpy as np
import pytest
from mutate import MATHEMATICS

# Processes as published: Ho et al. (2020), Song et al. (2021), Nichol and Dhariwal (2021), Karras
# et al. (2022). Tolerances are relative and absolute alike. Sizes are those of shipped networks.
DEFAULTS = {
    "bounds.chain.variational_bound": {"steps": 1000, "groups": 20},
    "bounds.continuous.dequantised_bound": {"repeats": 4},
    "energy.losses.contrastive_divergence": {"n_steps": 1, "step_size": 0.01},
    "evaluation.autoencoders.evaluate_vae": {"draws": 500},
    "evaluation.digits.evaluate_digits": {"n": 10000, "guidance": 0.7},
    "evaluation.digits.evaluate_bound": {"n": 2000},
    "evaluation.flow_map.evaluate_map": {"n": 10000},
    "evaluation.likelihood.evaluate_likelihood": {
        "n": 10000,
        "ode": 500,
        "tol": 0.0001,
        "probes": 1,
    },
    "evaluation.points.noise_rmse": {"points": 2000},
    "evaluation.sampling.digit_times": {"calls": 18},
    "evaluation.sampling.sample_digits": {"calls": 18},
    "evaluation.sampling.sample_codes": {"calls": 18},
    "flow_maps.exact.SolvedFlowMap": {"rtol": 1e-05, "atol": 1e-05},
    "flow_maps.fitting.fit_flow_map": {"batch_size": 512, "lr": 0.01, "even": 0.5, "prior": 0.0},
    "flow_maps.fitting.two_times": {"even": 0.5, "prior": 0.0},
    "flow_maps.learned.TwoTimeMLP": {"width": 64, "depth": 3},
    "flow_maps.losses.along": {"step": 0.001},
    "fokker_planck.grid.Grid": {"dim": 1},
    "fokker_planck.spectral.evolve_spectral": {"steps": 20},
    "guidance.guided.GuidedDenoiser": {"interval": (0.5, 5.0)},
    "likelihood.bits.bits_per_dim": {"scale": 1 / 256, "log_q": 0.0},
    "likelihood.ode.log_prob": {"rtol": 1e-05, "atol": 1e-05, "n_probes": 1},
    "likelihood.ode.log_prob_parts": {"rtol": 1e-05, "atol": 1e-05, "n_probes": 1},
    "likelihood.ode.encode": {"rtol": 1e-05, "atol": 1e-05},
    "likelihood.ode.decode": {"rtol": 1e-05, "atol": 1e-05},
    "metrics.sliced_wasserstein": {"n_projections": 256},
    "metrics.off_mode_share": {"distance": 4.0},
    "metrics.frechet_interval": {"draws": 40},
    "metrics.precision_recall": {"neighbours": 3},
    "metrics.mnist_features": {"batch_size": 1000},
    "metrics.mnist_labels": {"batch_size": 1000},
    "mixtures.beds.ring": {"n": 8, "radius": 2.0, "std": 0.15},
    "mixtures.beds.grid": {"n": 25, "spacing": 1.0, "std": 0.1},
    "mixtures.beds.two_moons_like": {"n": 12, "std": 0.12},
    "mixtures.gaussian.GaussianMixture.seen": {"alpha": 1.0, "sigma": 0.0},
    "networks.autoencoders.DigitPlane": {"landmarks": 600},
    "networks.code_map.CodeMap.sample": {"calls": 1},
    "networks.ema.EMA": {"fraction": 0.05},
    "networks.latent.DigitCodes": {"code": 48, "widths": (24, 64)},
    "networks.latent.CodeMLP": {"classes": 10, "width": 512, "depth": 3},
    "networks.layers.log_noise_level": {"most": 10.0},
    "networks.mlp.MLP": {"width": 64, "depth": 3},
    "networks.pixel_histograms.PixelHistograms": {"size": 28, "widths": (24, 64)},
    "networks.unet.UNet": {"size": 24, "channels": 1, "classes": 10, "widths": (24, 64)},
    "networks.unet.GlobalView": {"hidden": 256},
    "objectives.score_matching.sliced_score_matching": {"n_probes": 1},
    "processes.continuous.VP": {"beta_min": 0.1, "beta_max": 20.0},
    "processes.continuous.VE": {"sigma_min": 0.01, "sigma_max": 50.0},
    "processes.continuous.EDM": {"T": 80.0, "t_min": 0.002},
    "processes.discrete.DiscreteProcess.linear": {"L": 1000},
    "processes.discrete.DiscreteProcess.cosine": {"L": 1000, "offset": 0.008},
    "processes.grids.karras": {"rho": 7.0},
    "rectification.simulate": {"steps": 32},
    "rectification.fit_pairs": {"batch_size": 256, "lr": 0.02},
    "samplers.adaptive.solve_adaptive": {"rtol": 1e-05, "atol": 1e-05},
    "samplers.corrector.PredictorCorrector": {"corrections": 1, "step_ratio": 0.05},
    "samplers.few_steps.train_few_steps": {"steps": 8, "high": 10.0},
    "samplers.langevin.annealed_langevin": {"steps_per_level": 20, "step_ratio": 0.1},
    "samplers.stochastic.euler_maruyama_moments": {"share": 1.0},
    "samplers.stochastic.euler_maruyama_step": {"share": 1.0},
    "training.fit": {"batch_size": 256, "lr": 0.02},
    "training.noise_times": {"median": 0.25, "spread": 1.2},
    "training.learning_rate": {"warmup": 0.01},
}

# Numbers that stand at the head of a module or a class: all of them. Shipped weights were trained
# with these, and stored results rest on them: a block's size orders the random draws, too.
NODES, WEIGHTS = np.polynomial.legendre.leggauss(4)  # on [-1, 1], of Gauss and Legendre
CONSTANTS = {
    "bounds.chain.GREY_LEVELS": 255,
    "divergences.laws.TOLERANCE": 0.001,
    "evaluation.autoencoders.ACTIVE": 0.01,  # Burda, Grosse and Salakhutdinov (2016)
    "evaluation.flow_map.SEEDS": (7, 8, 9),
    "evaluation.sampling.CALLS": 18,
    "evaluation.sampling.CODE": 48,
    "flow_maps.base.LEVELS": {1: (), 2: (0.5,), 4: (1.2, 0.5, 0.22)},
    "flow_maps.fitting.BLOCK": 16,
    "flow_maps.learned.TwoTimeMLP.scales": (1, 0.3, 0.1),
    "flow_maps.losses.FLAT": 0.05,
    "flow_maps.losses.STEP": 0.001,
    "fokker_planck.grid.LEAK": 1e-6,
    "fokker_planck.grid.NODES": pytest.approx(list(NODES / 2)),
    "fokker_planck.grid.WEIGHTS": pytest.approx(list(WEIGHTS / 2)),
    "fokker_planck.spectral.GROWTH": 2.0,
    "guidance.guided.ALWAYS": (0, math.inf),
    "guidance.guided.INTERVAL": (0.5, 5),
    "networks.autoencoders.SIDE": 28,
    "networks.mlp.MLP.scales": (1, 0.3, 0.1),
    "networks.pixel_histograms.EDGES": (
        *(0, 1, 8, 24, 40, 56, 72, 88, 104, 120, 136, 152, 168, 184, 200, 216, 232),
        *(246, 251, 252, 253, 254, 255, 256),
    ),
    "processes.base.Process.T": 1,
    "processes.base.Process.t_min": 0.001,
    "processes.discrete.DiscreteProcess.t_min": 1,
    "samplers.adaptive.MOST_STEPS": 10_000,
    "samplers.few_steps.FINE": 48,
    "samplers.few_steps.LOWEST": math.log(0.001),
    "training.BLOCK": 8,
    "training.FAR": 3,
    "training.LARGEST": 10,
}


def modules():
    for part in MATHEMATICS:
        if part != "widgets/maths":
            found = importlib.import_module(f"dgm_lessons.{part.removesuffix('.py')}")
            yield found
            for inner in pkgutil.iter_modules(getattr(found, "__path__", [])):
                yield importlib.import_module(f"{found.__name__}.{inner.name}")


def functions(module):
    """Public functions, classes and their methods that a module defines, by name."""
    for name, one in vars(module).items():
        if not name.startswith("_") and getattr(one, "__module__", "") == module.__name__:
            if callable(one):
                yield name, one
            for inner, method in vars(one).items() if isinstance(one, type) else ():
                method = getattr(method, "__func__", method)
                if not inner.startswith("_") and inspect.isfunction(method):
                    yield f"{name}.{inner}", method


def numbers(function):
    """The default numbers of its parameters, in order."""
    given = {name: one.default for name, one in inspect.signature(function).parameters.items()}
    return {name: value for name, value in given.items() if type(value) in (int, float, tuple)}


def test_the_defaults_are_these():
    found = {}
    for module in modules():
        short = module.__name__.removeprefix("dgm_lessons.")
        for name, function in functions(module):
            if values := numbers(function):
                found[f"{short}.{name}"] = values
    assert {name: found.get(name) for name in DEFAULTS} == DEFAULTS


def assigned(module):
    """Names at the head of a module, and in its classes; not the fields of a dataclass."""
    tree = ast.parse(inspect.getsource(module))
    for owner in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
        for node in owner.body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            if owner is tree and isinstance(node, ast.AnnAssign):
                targets = [node.target]
            for target in targets:
                name = ast.unparse(target)
                yield name if owner is tree else f"{owner.name}.{name}"


def numeric(value):
    """A number, or a tuple or a dictionary of them; empty ones are none."""
    if isinstance(value, tuple | dict) and value:
        return all(map(numeric, value))
    return type(value) in (int, float)


def test_the_constants_are_these():
    """All of them: add a new one to the table."""
    found = {}
    for module in modules():
        for name in assigned(module):
            if numeric(value := attrgetter(name)(module)):
                found[f"{module.__name__.removeprefix('dgm_lessons.')}.{name}"] = value
    assert found == CONSTANTS
