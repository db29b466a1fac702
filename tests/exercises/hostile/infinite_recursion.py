# %%

from dgm_lessons.exercises import check


# %%
def denoise(x_noisy, alpha, sigma, score):
    return denoise(x_noisy, alpha, sigma, score)


check("c-5-21", denoise)
