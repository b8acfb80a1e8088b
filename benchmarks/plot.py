"""The cost curve as an SVG, drawn by hand: milliseconds against offers, both axes logarithmic. A pure module."""

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10

from .registry import Figure

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 420, 70, 20, 330, 50
COLOURS = ("#0f766e", "#b45309", "#4338ca", "#be123c", "#4d7c0f", "#0369a1", "#6b7280", "#7c3aed")
Line = Sequence[tuple[int, float]]  # (offers, milliseconds)


def lines(results: Mapping[str, Mapping[int, Sequence[Figure]]]) -> dict[str, Line]:
    """Of every figure in milliseconds that is no part of another one, by its name, where there are several sizes."""
    found: dict[str, list[tuple[int, float]]] = {}
    for sizes in results.values():
        for size, figures in sizes.items():
            for figure in figures:
                if size and figure.unit == "ms" and not figure.name.startswith(" "):
                    found.setdefault(figure.name, []).append((size, figure.value))
    return {name: sorted(points) for name, points in found.items() if len(points) > 1}


def svg(curves: Mapping[str, Line]) -> str:
    """Needs one curve at least."""
    points = [point for line in curves.values() for point in line]
    across, up = _scale([x for x, _y in points]), _scale([y for _x, y in points])
    parts = [_grid(across, up)]
    for number, (name, line) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = [(_x(x, across), _y(y, up)) for x, y in line]
        parts.append(_curve(places, colour))
        parts.append(_text(WIDTH - RIGHT + 26, TOP + 12 + 22 * number, name, anchor="start", colour=colour))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif">'
    )
    title = "<title>Milliseconds by number of offers</title>"
    return "\n".join([head, title, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>', *parts, "</svg>\n"])


def _scale(values: Sequence[float]) -> tuple[int, int]:
    """Powers of ten that hold all of them, two at least."""
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + 1)


def _x(value: float, scale: tuple[int, int]) -> float:
    return LEFT + (log10(value) - scale[0]) / (scale[1] - scale[0]) * (WIDTH - LEFT - RIGHT)


def _y(value: float, scale: tuple[int, int]) -> float:
    return HEIGHT - BOTTOM - (log10(value) - scale[0]) / (scale[1] - scale[0]) * (HEIGHT - TOP - BOTTOM)


def _grid(across: tuple[int, int], up: tuple[int, int]) -> str:
    parts = []
    for power in range(across[0], across[1] + 1):
        x = _x(10.0**power, across)
        parts += [_line(x, TOP, x, HEIGHT - BOTTOM), _text(x, HEIGHT - BOTTOM + 20, f"{10.0**power:,.0f} offers")]
    for power in range(up[0], up[1] + 1):
        y = _y(10.0**power, up)
        parts += [_line(LEFT, y, WIDTH - RIGHT, y), _text(LEFT - 8, y + 4, f"{10.0**power:g} ms", anchor="end")]
    return "\n".join(parts)


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#d1d5db"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "middle", colour: str = "#374151") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="11" fill="{colour}">{escape(text)}</text>'


def _curve(places: Sequence[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'
