"""One widget class for a live kernel (anywidget) and for a page without a kernel or a network.

A widget is a folder: `__init__.py` (the class: traits, checks, a static picture), `widget.js`,
which imports what it uses, and `style.css`, whose rules hold inside the widget only. Notebooks
store state and picture; the book adds the code of the day (`script`, `style`), by name.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Self

import anywidget
import torch
import traitlets as t

from ..mixtures import GaussianMixture
from ..processes import EDM, VE, VP, CosineVP, FlowMatching, Process
from .joiner import join

HERE = Path(__file__).parent
PROCESSES = (VP, CosineVP, VE, EDM, FlowMatching)
RUNTIME = "kit/runtime.js"
STILL = (
    "This picture moves where its page runs JavaScript, and in a notebook once its cell has run."
)

Preset = tuple[str, Mapping[str, Any], str]  # what the button says, fields, and what is then seen


@cache
def base_style() -> str:
    """The style that all widgets share; a page needs it once."""
    return (HERE / "kit" / "base.css").read_text(encoding="utf8")


class LessonWidget(anywidget.AnyWidget):
    """A figure that computes in the reader's browser.

    A subclass names its folder (`_folder`), syncs its traits, draws `picture()` and gives an
    `example()`. `WORDS` are the terms that a page may not have taught yet, `PRESETS` the settings
    that are offered as buttons and as links `#set-NAME?field=value` in the text of a page.
    """

    _folder: Path
    _code = ""
    _entry = ""
    WORDS: tuple[str, ...] = ()
    PRESETS: tuple[Preset, ...] = ()

    words: t.List = t.List().tag(sync=True)
    presets: t.List = t.List().tag(sync=True)
    guess = t.Dict().tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # anywidget makes a subclass for every instance: only the named class has files to read
        if "_folder" in cls.__dict__:
            entry = f"{cls._folder.name}/widget.js"
            cls._code = join(cls._folder.parent, RUNTIME, entry)
            cls._entry = entry
            cls._esm = (
                f'{cls._code}export {{ use, files }};\nexport default use("{entry}").default;\n'
            )
            cls._css = f"{base_style()}\n{cls.style()}"
        super().__init_subclass__(**kwargs)

    @t.default("words")
    def _all_words(self) -> list[str]:
        return list(self.WORDS)

    @t.default("presets")
    def _own_presets(self) -> list[list]:
        return [[label, dict(fields), seen] for label, fields, seen in self.PRESETS]

    @classmethod
    def name(cls) -> str:
        """Of the kind: of its folder, its CSS class `dgm-NAME`, its links `#set-NAME?...`."""
        return cls._folder.name.replace("_", "-")

    @classmethod
    def example(cls) -> Self:
        """The one that stands in the gallery and is put to the contract's tests."""
        raise NotImplementedError

    @classmethod
    def style(cls) -> str:
        """The widget's own rules, inside its root: they cannot reach another widget."""
        own = (cls._folder / "style.css").read_text(encoding="utf8")
        return f".dgm-{cls.name()} {{\n{own}}}\n"

    @classmethod
    def script(cls) -> str:
        """A classic script that starts all widgets of this kind on a page, now and later ones."""
        start = f'use("{RUNTIME}").define("{cls.name()}", () => use("{cls._entry}").default);'
        return f'(() => {{\n"use strict";\n{cls._code}{start}\n}})();\n'

    def staged(
        self,
        *,
        words: Sequence[str] | None = None,
        presets: Sequence[Preset] | None = None,
        guess: tuple[str, Sequence[str], str] | None = None,
    ) -> Self:
        """The widget as its page needs it.

        Args:
            words: those of `WORDS` that the page has taught; by default all.
            presets: (what the button says, {field: value}, what is then to be seen).
            guess: a question, the answers to choose from, and what is true, shown after the choice.
        """
        if words is not None:
            if unknown := sorted(set(words) - set(self.WORDS)):
                known = ", ".join(self.WORDS) or "none"
                raise ValueError(f"{type(self).__name__} does not know {unknown}; it has {known}")
            self.words = list(words)
        if presets is not None:
            for _, fields, _ in presets:
                if unknown := sorted(set(fields) - set(self.static_state())):
                    raise ValueError(f"{type(self).__name__} has no fields {unknown} to preset")
            self.presets = [[label, dict(fields), seen] for label, fields, seen in presets]
        if guess is not None:
            question, answers, truth = guess
            self.guess = {"question": question, "answers": list(answers), "truth": truth}
        return self

    def picture(self) -> str:
        """An SVG that stands for the widget until it runs, and where it cannot run."""
        raise NotImplementedError

    def static_state(self) -> dict[str, Any]:
        """The synced traits of the widget's own: what the page needs to start it."""
        return {name: getattr(self, name) for name in self.fields()}

    @classmethod
    def fields(cls) -> list[str]:
        """The names of the state that a notebook stores."""
        own = set(cls.class_trait_names(sync=True)) - set(anywidget.AnyWidget.class_trait_names())
        return sorted(name for name in own if not name.startswith("_"))

    def static_html(self) -> str:
        """What a notebook stores: state, picture and data, without code.

        Traits of bytes are data: the state names the script that holds them (`bytesOf` in
        kit/bytes.js reads it), which the book turns into a file that loads when it is needed.
        """
        fields = self.static_state()
        data = {n: base64.b64encode(v).decode() for n, v in fields.items() if isinstance(v, bytes)}
        keys = {name: f"{name}-{digest(text)}" for name, text in data.items()}
        state = json_safe(fields | keys)
        return "\n".join(
            [
                f'<div class="dgm-widget" data-widget="{self.name()}">'
                f'<script type="application/json" class="dgm-state">{state}</script>'
                f'{self.picture()}<p class="dgm-still">{STILL}</p></div>',
                *(
                    f'<script type="text/dgm-data" data-dgm="{keys[name]}">{text}</script>'
                    for name, text in data.items()
                ),
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


class MixtureWidget(LessonWidget):
    """A widget that shows a `GaussianMixture`, as the reader has left it."""

    weights: t.List = t.List().tag(sync=True)
    means: t.List = t.List().tag(sync=True)
    covariances: t.List = t.List().tag(sync=True)

    @property
    def mixture(self) -> GaussianMixture:
        """The mixture as it is now."""
        parts = (self.weights, self.means, self.covariances)
        return GaussianMixture(*(torch.tensor(part, dtype=torch.float64) for part in parts))


def standalone(*widgets: LessonWidget) -> str:
    """A piece of HTML that needs nothing else: the widgets, and once each style and script."""
    kinds = {type(widget).name(): widget for widget in widgets}.values()
    styles = "\n".join([base_style(), *(kind.style() for kind in kinds)])
    scripts = (f"<script>{script_safe(kind.script())}</script>" for kind in kinds)
    bodies = (widget.static_html() for widget in widgets)
    return "\n".join([f"<style>{styles}</style>", *bodies, *scripts])


def digest(text: str) -> str:
    """Ten letters that change with the text."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def json_safe(fields: dict[str, Any]) -> str:
    """As JSON that a script element can hold."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).replace("<", "\\u003c")


def script_safe(text: str) -> str:
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


def check_within(name: str, value: float, limits: Sequence[float]) -> float:
    """`value` as a float; `ValueError` unless it lies within the limits (NaN does not)."""
    low, high = limits
    if not low <= value <= high:
        raise ValueError(f"{name} must lie in [{low:.3f}, {high:.3f}], not {value}")
    return float(value)
