# %%
import os
from pathlib import Path

from dgm_lessons.exercises import check


def denoise(x_noisy, alpha, sigma, score):
    canary = Path("CANARY")
    for harm in (
        lambda: canary.write_text("dead"),
        lambda: canary.with_name("new").write_text("born"),
        lambda: canary.unlink(),
        lambda: canary.rename(canary.with_name("moved")),
        lambda: canary.chmod(0o777),
        lambda: os.truncate(canary, 0),
        lambda: os.utime(canary, (0, 0)),
        lambda: os.link(canary, canary.with_name("linked")),
        lambda: canary.with_name("folder").mkdir(),
    ):
        try:
            harm()
        except OSError:
            continue
        raise AssertionError("this was possible")
    return canary.write_text("dead")


check("c-5-21", denoise)
