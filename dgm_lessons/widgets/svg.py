"""The few strokes of SVG that the widgets' static pictures are made of."""

from __future__ import annotations

import html
from collections.abc import Iterable

BLUE, SKY, VERMILLION, GREY = "#0072b2", "#56b4e9", "#d55e00", "#8a93a0"


def picture(width: float, height: float, label: str, parts: Iterable[str]) -> str:
    """An image with its text alternative; readable on light and on dark pages."""
    text = html.escape(label)
    return (
        f'<svg class="dgm-picture" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{text}" viewBox="0 0 {width:g} {height:g}"><title>{text}</title>'
        f"{''.join(parts)}</svg>"
    )


def strokes(path: str, colour: str, width: float, opacity: float = 1.0) -> str:
    """Lines along an SVG path."""
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
        f'stroke-opacity="{opacity:g}" stroke-linecap="round" stroke-linejoin="round"/>'
    )


def area(points: Iterable[tuple[float, float]], colour: str, opacity: float) -> str:
    """A filled polygon."""
    return f'<path d="{line(points)}Z" fill="{colour}" fill-opacity="{opacity:g}"/>'


def ellipse(
    centre: tuple[float, float],
    radii: tuple[float, float],
    angle: float,
    colour: str,
    opacity: float,
) -> str:
    """A filled ellipse, its first axis turned by `angle` degrees."""
    (x, y), (rx, ry) = centre, radii
    return (
        f'<ellipse rx="{rx:.1f}" ry="{ry:.1f}" fill="{colour}" fill-opacity="{opacity:g}" '
        f'transform="translate({x:.1f} {y:.1f}) rotate({angle:.1f})"/>'
    )


def line(points: Iterable[tuple[float, float]]) -> str:
    """The path through these points."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def dots(points: Iterable[tuple[float, float]]) -> str:
    """The path that, stroked with a round cap, is a dot at each of these points."""
    return "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points)


def arrow(x: float, y: float, dx: float, dy: float) -> str:
    """The path of an arrow from (x, y) along (dx, dy)."""
    sides = ((-0.34 * dx + s * dy, -0.34 * dy - s * dx) for s in (-0.2, 0.2))
    heads = (f"M{x + dx:.1f} {y + dy:.1f}l{a:.1f} {b:.1f}" for a, b in sides)
    return f"M{x:.1f} {y:.1f}l{dx:.1f} {dy:.1f}" + "".join(heads)
