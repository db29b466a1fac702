"""The variational bound of a denoiser of images, in bits per dimension.

Of a chain of finitely many steps, as DDPM has it (`chain`), and in continuous time, for dequantised
images (`continuous`).
"""

from .chain import WIDTHS, chain_times, decoder, prior, step_cost, variational_bound
from .continuous import dequantised, dequantised_bound, even_log_snr

__all__ = [
    "WIDTHS",
    "chain_times",
    "decoder",
    "dequantised",
    "dequantised_bound",
    "even_log_snr",
    "prior",
    "step_cost",
    "variational_bound",
]
