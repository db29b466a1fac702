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
}
