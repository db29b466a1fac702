"""Figures: functions that take tensors and an `ax`, draw one thing, and return the `ax`."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from importlib.resources import files

import matplotlib.pyplot as plt
import torch
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

BLUE, ORANGE, GREEN, PINK, YELLOW, SKY = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
)


def set_style() -> None:
    """Use the book's style (`book.mplstyle`) for all figures from here on."""
    plt.style.use(str(files("dgm_lessons") / "book.mplstyle"))


def show(fig: Figure, alt: str, caption: str = "", name: str = "") -> None:
    """Put a figure on the page with a description for those who cannot see it, and close it.

    Args:
        alt: what the figure shows and what it tells, in a sentence or two.
        caption: the finding, printed below the figure with its number (see `caption`).
        name: what the text may call the figure by, such as "fig-gap".
    """
    if len(alt.split()) < 5:
        raise ValueError(f"alt text should describe the figure in a sentence, not {alt!r}")
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=160, pil_kwargs={"compress_level": 0})
    plt.close(fig)
    width = round(fig.get_size_inches()[0] * 100)
    png = base64.b64encode(_smaller(buffer)).decode()
    display(
        {"image/png": png, "text/plain": f"Figure: {alt}"},
        metadata={"image/png": {"alt": alt, "width": width}},
        raw=True,
    )
    if caption:
        _caption(caption, name)


def caption(text: str, name: str = "") -> None:
    """Print the caption of the picture or widget that the same cell has just displayed.

    Args:
        text: the one finding, in Markdown, with mathematics between dollars. The book numbers it.
        name: the text refers to the figure by this name: {ref}`fig-gap` becomes "Figure 3".
    """
    _caption(text, name)


def _caption(text: str, name: str) -> None:
    if len(text.split()) < 5:
        raise ValueError(f"a caption states the finding in a sentence, not {text!r}")
    if "\n\n" in text:
        raise ValueError("a caption is one paragraph: take out the empty line")
    if name and not re.fullmatch(r"fig-[a-z0-9-]+", name):
        raise ValueError(f"a figure's name is like 'fig-gap', not {name!r}")
    markdown = f"**Figure.** {text}"
    metadata = {"text/markdown": {"name": name}} if name else {}
    display({"text/markdown": markdown, "text/plain": markdown}, metadata=metadata, raw=True)


def _smaller(png: io.BytesIO) -> bytes:
    """The same picture in at most 256 colours: a third of the size."""
    out = io.BytesIO()
    picture = Image.open(png).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(out, format="png", optimize=True)
    return out.getvalue()


def mesh(extent: float, n: int = 80) -> tuple[Tensor, Tensor]:
    """Points (n*n, 2) of a square grid over [-extent, extent]^2, float64, and its axis (n,)."""
    axis = torch.linspace(-extent, extent, n, dtype=torch.float64)
    return torch.cartesian_prod(axis, axis).reshape(n, n, 2).transpose(0, 1).reshape(-1, 2), axis


def heat(values: Callable[[Tensor], Tensor], ax: Axes, extent: float = 3.0, n: int = 120) -> Axes:
    """A function of points (B, 2) -> (B,) as colour over a square."""
    grid, _ = mesh(extent, n)
    picture = values(grid).reshape(n, n).detach().cpu().numpy()
    ax.imshow(picture, extent=(-extent, extent, -extent, extent), origin="lower", cmap="Blues")
    ax.grid(False)
    return ax


def arrows(
    field: Callable[[Tensor], Tensor],
    ax: Axes,
    extent: float = 3.0,
    n: int = 17,
    color: str = "#444444",
    scale: float | None = None,
) -> Axes:
    """A vector field (B, 2) -> (B, 2) as arrows on a grid; `scale` as in matplotlib's quiver."""
    grid, _ = mesh(extent, n)
    value = field(grid).detach().cpu()
    ax.quiver(*grid.T, *value.T, color=color, scale=scale, width=0.004)
    ax.set_aspect("equal")
    return ax


def points(
    x: Tensor, ax: Axes, color: str = ORANGE, size: float = 4.0, marker: str = "o", label: str = ""
) -> Axes:
    """A cloud of points (B, 2)."""
    x = x.detach().cpu()
    ax.scatter(
        x[:, 0], x[:, 1], s=size, c=color, marker=marker, linewidths=0, alpha=0.6, label=label
    )
    ax.set_aspect("equal")
    return ax


def density_over_time(
    log_density: Callable[[Tensor, float], Tensor],
    times: Tensor,
    ax: Axes,
    extent: float = 3.5,
    n: int = 200,
) -> Axes:
    """p_t(x) on the line as a heat map, time to the right, each column scaled to its peak.

    Args:
        log_density: (points (n, 1), t) -> (n,).
        times: increasing, (m,).
    """
    x = torch.linspace(-extent, extent, n, dtype=torch.float64)[:, None]
    columns = torch.stack([log_density(x, float(t)).exp() for t in times], 1)
    columns = columns / columns.amax(0)
    places = torch.as_tensor(times).cpu().numpy(), x[:, 0].numpy()
    shades = columns.detach().cpu().numpy()
    ax.pcolormesh(*places, shades, cmap="Blues", shading="gouraud", rasterized=True)
    ax.grid(False)
    ax.set_xlabel("time $t$: data to noise")
    ax.set_ylabel("$x$")
    return ax


def images(x: Tensor, ax: Axes, columns: int = 10, cmap: str = "gray_r") -> Axes:
    """A batch of one-channel images (B, H, W) or (B, 1, H, W) as one sheet, all on one scale."""
    x = x.detach().cpu().reshape(len(x), *x.shape[-2:])
    height, width = (side + max(1, side // 8) for side in x.shape[1:])  # a gap between images
    rows = -(-len(x) // columns)
    sheet = torch.full((rows * height, columns * width), torch.nan)
    for i, image in enumerate(x):
        top, left = (i // columns) * height, (i % columns) * width
        sheet[top : top + image.shape[0], left : left + image.shape[1]] = image
    ax.imshow(sheet.numpy(), cmap=cmap, origin="upper", interpolation="nearest")
    ax.set_axis_off()
    return ax
