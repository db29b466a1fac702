"""Labelled equations of the book that need no check, each with the reason.

A reason is a definition ("defines ...") or a step of a derivation whose result is checked
("step of the derivation of eq-x"). Everything else that carries a label is checked by a test.
"""

DEFINITIONS: dict[str, str] = {
    # notation
    "eq-notation-kernel": "defines the noisy variable",
    "eq-notation-log-snr": "defines the log-SNR and its half",
    "eq-notation-sde": "defines the form of the equation; its f and g are tested",
    "eq-notation-fm": "defines the flow-matching process",
    "eq-notation-v": "defines v and the velocity",
    "eq-notation-chain": "defines the discrete chain",
    # Tweedie's formula
    "eq-noisy-marginal": "defines the law of the noisy values",
    "eq-exponential-family": "defines an exponential family",
    "eq-lambda": "defines the log-normaliser of the posterior",
    # the probability flow
    "eq-pf-sde": "defines the form of the forward equation",
    "eq-pf-test-function": "step of the proof of eq-pf-ode, whose marginals are tested",
    # divergences
    "eq-fit-law": "defines the task",
    "eq-forward-kl": "defines the forward KL divergence",
    "eq-reverse-kl": "defines the reverse KL divergence",
    "eq-empirical-loss": "defines the loss on samples",
    "eq-fisher": "defines the Fisher divergence",
    "eq-f-divergence": "defines the family; its members are checked",
    "eq-js": "defines the Jensen-Shannon divergence",
    "eq-w1": "defines the distance; its form on the line is checked against it",
    "eq-energy-density": "defines the energy and the normaliser",
    # the evidence lower bound
    "eq-elbo-latent-model": "defines a latent-variable model",
    "eq-elbo-evidence": "defines the evidence; the linear model's is checked against it",
    "eq-elbo-posterior": "defines the posterior, by Bayes' rule",
    "eq-elbo-beta": "defines the weighted objective",
    "eq-elbo-joints": "defines the two joint laws",
    # the Gaussian VAE
    "eq-gvae-encoder": "defines the Gaussian encoder",
    "eq-gvae-decoder": "defines the Gaussian decoder with fixed noise",
    "eq-gvae-aggregate": "defines the aggregated posterior; the linear encoder's is checked",
    # the model families
    "eq-families-game": "defines the game; its value is checked",
    # hierarchical VAEs
    "eq-hvae-generator": "defines the generator, from the top down",
    "eq-hvae-encoder": "defines the encoder, from the bottom up",
    "eq-hvae-aggregate": "defines the law of all codes",
    "eq-hvae-free-bits": "defines the price with an allowance",
    "eq-hvae-frozen": "defines the frozen encoder",
    "eq-hvae-decoder": "defines the decoder by the encoder turned round",
    # the forward chain
    "eq-fwd-two-chains": "defines the two chains",
    "eq-fwd-step": "defines one step of the chain",
    "eq-fwd-simple-schedule": "defines a schedule; the end of its chain is checked",
    # the reverse step of DDPM
    "eq-rev-ideal": "defines the loss that one would like to lower",
    "eq-rev-conditional": "defines the loss that one can compute",
    "eq-rev-model": "defines the Gaussian reverse model",
    # the benchmarks
    "eq-bench-average": "defines the averaged target; that it is unbiased is checked",
    # noise prediction
    "eq-noise-undo": "defines the task: undo one step",
    "eq-noise-su-mean": "defines the form of Su's network",
    "eq-noise-simple": "defines the simple loss; its optimum and its floor are checked",
    # sampling
    "eq-samp-greedy": "defines the noise-free recursion; where it leads is checked",
    # the variational bound of DDPM
    "eq-vlb-model": "defines the generator and its walk",
}
