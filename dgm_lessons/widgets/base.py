"""One widget class for a live kernel (anywidget) and for a page without a kernel or a network.

The JavaScript is kept in small files. A widget names those it needs, and they are joined, in that
order, into one ES module: modules that come from a blob URL cannot import each other. So a file
uses the names that the files before it export, and imports nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anywidget
import torch

from ..mixtures import GaussianMixture
from ..processes import EDM, VE, VP, CosineVP, FlowMatching, Process

HERE = Path(__file__).parent
PROCESSES = (VP, CosineVP, VE, EDM, FlowMatching)


def read(*names: str) -> str:
    """The text of these files of this folder, joined."""
    return "\n".join((HERE / name).read_text(encoding="utf8") for name in names)


RUNTIME = read("runtime.js")


class LessonWidget(anywidget.AnyWidget):
    """A figure that computes in the reader's browser.

    A subclass names its files (`_modules`, `_styles`), syncs its traits, and draws `picture()`.
    """

    _modules: tuple[str, ...] = ()
    _styles: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # anywidget makes a subclass for every instance: only the named class has files to read
        if "_modules" in cls.__dict__:
            cls._esm = read(*cls._modules)
            cls._css = read("base.css", *cls._styles)
        super().__init_subclass__(**kwargs)

    def picture(self) -> str:
        """An SVG that stands for the widget until it runs, and where it cannot run."""
        raise NotImplementedError

    def static_state(self) -> dict[str, Any]:
        """The synced traits of the widget's own: what the page needs to start it."""
        names = set(self.trait_names(sync=True)) - set(LessonWidget.class_trait_names(sync=True))
        return {name: getattr(self, name) for name in sorted(names) if not name.startswith("_")}

    def static_html(self) -> str:
        """A self-contained piece of HTML: state, picture, data, module, style and runtime.

        The scripts carry their content's hash, so that a page can keep one copy of each. Traits
        of bytes are data: the state names the script (`bytesOf` in bytes.js reads it), which the
        book turns into a file that is loaded when it is needed.
        """
        esm, css = str(self._esm), str(self._css)
        key = f"{type(self).__name__}-{_digest(esm + css)}"
        fields = self.static_state()
        data = {n: base64.b64encode(v).decode() for n, v in fields.items() if isinstance(v, bytes)}
        keys = {name: f"{name}-{_digest(text)}" for name, text in data.items()}
        state = json.dumps(fields | keys, sort_keys=True, separators=(",", ":"))
        safe_state = state.replace("<", "\\u003c")
        return "\n".join(
            [
                f'<div class="dgm-widget" data-esm="{key}">'
                f'<script type="application/json" class="dgm-state">{safe_state}</script>'
                f"{self.picture()}</div>",
                *(
                    f'<script type="text/dgm-data" data-dgm="{keys[name]}">{text}</script>'
                    for name, text in data.items()
                ),
                f'<script type="text/dgm-css" data-dgm="{key}">{_script_safe(css)}</script>',
                f'<script type="text/dgm-esm" data-dgm="{key}">{_script_safe(esm)}</script>',
                f'<script data-dgm="runtime-{_digest(RUNTIME)}">{_script_safe(RUNTIME)}</script>',
            ]
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle  # Colab finds its widget manager in the metadata
        data["text/plain"] = f"<{type(self).__name__}: a figure to touch>"
        data["text/html"] = self.static_html()
        return data, metadata


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _script_safe(text: str) -> str:
    """The same code, without the two sequences that would end a script element early."""
    return re.sub(r"</(script)", r"<\\/\1", text, flags=re.I).replace("<!--", "<\\!--")


def process_state(process: Process) -> dict[str, Any]:
    """What `makeProcess` in the browser needs to build the same process."""
    if not isinstance(process, PROCESSES):
        known = ", ".join(cls.__name__ for cls in PROCESSES)
        raise ValueError(f"the browser knows the processes {known}, not {process!r}")
    return {"kind": type(process).__name__, "T": process.T, **asdict(process)}


def mixture_state(mixture: GaussianMixture, dim: int) -> dict[str, list]:
    """Weights, means and covariances as nested lists, for a mixture in `dim` dimensions."""
    if not isinstance(mixture, GaussianMixture):
        raise TypeError(f"mixture must be a GaussianMixture, not {type(mixture).__name__}")
    if mixture.dim != dim:
        raise ValueError(
            f"this widget shows mixtures in {dim}-D, but the mixture has D = {mixture.dim}"
        )
    return {name: getattr(mixture, name).tolist() for name in ("weights", "means", "covariances")}


NOISIEST = -10.1  # log-SNR: the end of VP; past it p_t no longer changes


def level_range(mixture: GaussianMixture, process: Process) -> tuple[float, float]:
    """The log-SNR from data, where the noise is 1/10 of the narrowest component, to noise."""
    narrowest = math.sqrt(torch.linalg.eigvalsh(mixture.covariances).min().item())
    clean = -2 * math.log(0.1 * narrowest)
    noisy = max(float(process.log_snr(process.t_max)), NOISIEST)
    if not clean > noisy + 1:
        raise ValueError(
            f"the narrowest component has std {narrowest:g}, which {process} does not drown in "
            "noise; scale the mixture to a std of about 1"
        )
    return clean, noisy


def check_count(value: int, low: int, high: int, name: str) -> int:
    """`value` itself; `ValueError` unless a whole number from `low` to `high`."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}, not {value!r}")
    return value
