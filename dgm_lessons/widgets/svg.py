"""The strokes of SVG that the widgets' static pictures are made of, and axes around them."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

BLUE, SKY, VERMILLION, GREY = "#0072b2", "#56b4e9", "#d55e00", "#7d8794"

Point = tuple[float, float]


def picture(width: float, height: float, label: str, parts: Iterable[str]) -> str:
    """An image with its text alternative; readable on light and on dark pages."""
    text = html.escape(label)
    return (
        f'<svg class="dgm-picture" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{text}" viewBox="0 0 {width:g} {height:g}"><title>{text}</title>'
        f"{''.join(parts)}</svg>"
    )


def strokes(path: str, colour: str, width: float, opacity: float = 1.0, dash: str = "") -> str:
    """Lines along an SVG path."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
        f'stroke-opacity="{opacity:g}" stroke-linecap="round" stroke-linejoin="round"{dashes}/>'
    )


def area(points: Iterable[Point], colour: str, opacity: float) -> str:
    """A filled polygon."""
    return f'<path d="{line(points)}Z" fill="{colour}" fill-opacity="{opacity:g}"/>'


def ellipse(centre: Point, radii: Point, angle: float, colour: str, opacity: float) -> str:
    """A filled ellipse, its first axis turned by `angle` degrees."""
    (x, y), (rx, ry) = centre, radii
    return (
        f'<ellipse rx="{rx:.1f}" ry="{ry:.1f}" fill="{colour}" fill-opacity="{opacity:g}" '
        f'transform="translate({x:.1f} {y:.1f}) rotate({angle:.1f})"/>'
    )


def line(points: Iterable[Point]) -> str:
    """The path through these points."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def dots(points: Iterable[Point]) -> str:
    """The path that, stroked with a round cap, is a dot at each of these points."""
    return "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points)


def arrow(x: float, y: float, dx: float, dy: float) -> str:
    """The path of an arrow from (x, y) along (dx, dy)."""
    sides = ((-0.34 * dx + s * dy, -0.34 * dy - s * dx) for s in (-0.2, 0.2))
    heads = (f"M{x + dx:.1f} {y + dy:.1f}l{a:.1f} {b:.1f}" for a, b in sides)
    return f"M{x:.1f} {y:.1f}l{dx:.1f} {dy:.1f}" + "".join(heads)


def text(
    words: str, x: float, y: float, anchor: str = "middle", size: float = 12, colour: str = ""
) -> str:
    """Words with their baseline at (x, y), in the colour of the text around the picture."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size:g}" '
        f'font-family="sans-serif" fill="{colour or "currentColor"}">{html.escape(words)}</text>'
    )


def greys(rows: Sequence[Sequence[int]], left: float, cell: float) -> str:
    """A small square image with a frame, from its shades 0 to 3; each is one path of runs."""
    runs, side = {1: "", 2: "", 3: ""}, len(rows)
    for row, shades in enumerate(rows):
        column = 0
        for shade, pixels in groupby(shades):
            length = len(list(pixels))
            if shade:
                runs[shade] += f"M{column} {row}h{length}v1h-{length}z"
            column += length
    paths = (
        f'<path d="{path}" fill="currentColor" fill-opacity="{shade / 3:.2f}"/>'
        for shade, path in runs.items()
    )
    edge = f'<path d="M0 0h{side}v{side}h-{side}z" fill="none" stroke="{GREY}"'
    place = f'transform="translate({left:g} 0) scale({cell:.4f})"'
    return f'<g {place}>{edge} stroke-width="0.2"/>{"".join(paths)}</g>'


def ticks(low: float, high: float, count: int = 6) -> list[float]:
    """About `count` round numbers from low to high: the same as `ticks` in kit/plot.js."""
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    pitch = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * (1 - 1e-9))
    first, last = math.ceil(low / pitch - 1e-9), math.floor(high / pitch + 1e-9)
    return [float(f"{k * pitch:.6g}") for k in range(first, last + 1)]


class Axes:
    """A frame of `width` x `height` with axes; places are given in the units of the data.

    Args:
        x, y: (low, high, name) of the two axes; an axis without a name has no numbers.
        left, top: where the frame stands in the picture, which adds room for numbers and names.
    """

    def __init__(
        self,
        width: float,
        height: float,
        x: tuple[float, float, str],
        y: tuple[float, float, str],
        left: float = 0.0,
        top: float = 0.0,
    ) -> None:
        self.x, self.y = x, y
        room = 38.0 if y[2] else 8.0
        self.box = (left + room, top + (20.0 if y[2] else 6.0), width, height)
        self.width = room + width + 12  # of all that is drawn
        self.height = self.box[1] - top + height + (36.0 if x[2] else 6.0)

    def place(self, x: float, y: float) -> Point:
        """Where a point of the data stands in the picture."""
        left, top, width, height = self.box
        (x0, x1, _), (y0, y1, _) = self.x, self.y
        return left + (x - x0) / (x1 - x0) * width, top + (y1 - y) / (y1 - y0) * height

    def points(self, xs: Iterable[float], ys: Iterable[float]) -> list[Point]:
        return [self.place(x, y) for x, y in zip(xs, ys, strict=True)]

    def curve(
        self,
        xs: Iterable[float],
        ys: Iterable[float],
        colour: str,
        width: float = 2,
        dash: str = "",
    ) -> str:
        """The line through these points."""
        return strokes(line(self.points(xs, ys)), colour, width, dash=dash)

    def filled(
        self, xs: Sequence[float], ys: Sequence[float], colour: str, opacity: float = 0.4
    ) -> str:
        """The area between a curve and the horizontal axis."""
        base = self.y[0]
        ends = [self.place(xs[-1], base), self.place(xs[0], base)]
        return area([*self.points(xs, ys), *ends], colour, opacity)

    def dots(self, points: Iterable[Point], colour: str, size: float = 3.5) -> str:
        """Those of the points that lie inside the frame."""
        (x0, x1, _), (y0, y1, _) = self.x, self.y
        inside = (self.place(x, y) for x, y in points if x0 <= x <= x1 and y0 <= y <= y1)
        return strokes(dots(inside), colour, size, 0.85)

    def axes(self) -> str:
        """The two axes with their numbers and names, as a group of class dgm-axes."""
        left, top, width, height = self.box
        bottom = top + height
        (x0, x1, x_name), (y0, y1, y_name) = self.x, self.y
        parts = [strokes(f"M{left:.1f} {top:.1f}v{height:.1f}h{width:.1f}", GREY, 1)]
        for value in ticks(x0, x1) if x_name else ():
            at, _ = self.place(value, y0)
            parts.append(strokes(f"M{at:.1f} {bottom:.1f}v4", GREY, 1))
            parts.append(text(_number(value), at, bottom + 16, size=11))
        for value in ticks(y0, y1, 4) if y_name else ():
            _, at = self.place(x0, value)
            parts.append(strokes(f"M{left:.1f} {at:.1f}h-4", GREY, 1))
            parts.append(text(_number(value), left - 7, at + 4, "end", size=11))
        if x_name:
            parts.append(text(x_name, left + width, bottom + 31, "end"))
        if y_name:
            parts.append(text(y_name, left - 30, top - 8, "start"))
        return f'<g class="dgm-axes">{"".join(parts)}</g>'


def legend(entries: Iterable[tuple[str, str, str]], x: float, y: float, pitch: float = 150) -> str:
    """Marks and their meaning in a row: (kind, colour, words), kind line, dash, area or dot."""
    drawn: dict[str, Callable[[float, str], str]] = {
        "line": lambda at, colour: strokes(f"M{at:.1f} {y - 4:.1f}h18", colour, 2.4),
        "dash": lambda at, colour: strokes(f"M{at:.1f} {y - 4:.1f}h18", colour, 2.2, dash="5 4"),
        "area": lambda at, colour: area(
            [(at, y - 9), (at + 18, y - 9), (at + 18, y), (at, y)], colour, 0.45
        ),
        "dot": lambda at, colour: strokes(f"M{at + 9:.1f} {y - 4:.1f}h0", colour, 6),
    }
    parts = [
        drawn[kind](x + i * pitch, colour) + text(words, x + i * pitch + 24, y, "start", 11.5)
        for i, (kind, colour, words) in enumerate(entries)
    ]
    return f'<g class="dgm-key">{"".join(parts)}</g>'


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")
