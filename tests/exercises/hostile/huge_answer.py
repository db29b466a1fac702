# %%
import torch

from dgm_lessons.exercises import check


# %%
def denoise(x_noisy, alpha, sigma, score):
    return torch.zeros(5_000_000)


check("c-5-21", denoise)
