# %%
import signal

from dgm_lessons.exercises import check


# %%
def denoise(x_noisy, alpha, sigma, score):
    signal.raise_signal(40)


check("c-5-21", denoise)
