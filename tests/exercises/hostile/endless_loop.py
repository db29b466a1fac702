# %%

from dgm_lessons.exercises import check

# %%
while True:
    pass


# %%
def denoise(x_noisy, alpha, sigma, score):
    while True:
        pass


check("c-5-21", denoise)
