"""Two pictures of how far probabilities hold, as SVG: what was said against what was right, and what a cut keeps
against how much of it is right. A pure module: figures as `evaluate --json` prints them in, text out.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

SIDE, MARGIN, LABELS = 320, 48, 150  # of the square, around it, right of it: in the units of the picture
COLOURS = ("#0f6b6b", "#b35900", "#5b4ba8", "#a8324a", "#4a7a1f", "#2f6fb0", "#7a5c2e", "#6b6b6b")

Point = tuple[float, float]


def reliability(sets: Mapping[str, Mapping[str, Any]]) -> str:
    """One line a set through its bins of equal mass; on the diagonal, what is said is right."""
    lines = {name: [(part["said"], part["right"]) for part in found["bins"]] for name, found in sets.items()}
    diagonal = f'<path d="{_path([(0, 0), (1, 1)])}" fill="none" stroke="#9a968c" stroke-dasharray="4 4"/>'
    return _picture("Probability that was said", "Share that was right", lines, diagonal)


def coverage(sets: Mapping[str, Mapping[str, Any]]) -> str:
    """One line a set, from the highest cut (left) to none (right)."""
    lines = {
        name: [(point["coverage"], point["precision"]) for point in found["coverage"]] for name, found in sets.items()
    }
    return _picture("Share of right answers kept", "Share of proposals that are right", lines)


def _picture(across: str, up: str, lines: Mapping[str, Sequence[Point]], behind: str = "") -> str:
    width, height = SIDE + MARGIN + LABELS, SIDE + 2 * MARGIN
    drawn = "".join(_line(number, name, points) for number, (name, points) in enumerate(lines.items()))
    middle = MARGIN + SIDE / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="#1d2733">'
        f"<title>{escape(up)} by {escape(across[0].lower() + across[1:])}</title>"
        f'<rect width="{width}" height="{height}" fill="#fdfcf9"/>{_grid()}{behind}{drawn}'
        f'<text x="{middle}" y="{height - 10}" text-anchor="middle">{escape(across)}</text>'
        f'<text transform="translate(12 {middle}) rotate(-90)" text-anchor="middle">{escape(up)}</text></svg>\n'
    )


def _grid() -> str:
    parts = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x, y = _at((tick, tick))
        parts.append(f'<path d="{_path([(0, tick), (1, tick)])}{_path([(tick, 0), (tick, 1)])}" stroke="#dedad0"/>')
        parts.append(f'<text x="{x}" y="{MARGIN + SIDE + 16}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{MARGIN - 6}" y="{y + 4}" text-anchor="end">{tick:g}</text>')
    return "".join(parts)


def _line(number: int, name: str, points: Sequence[Point]) -> str:
    """With its name beside the square, in its colour: no legend to be looked up."""
    colour = COLOURS[number % len(COLOURS)]
    return (
        f'<path d="{_path(points)}" fill="none" stroke="{colour}" stroke-width="2"/>'
        f'<text x="{MARGIN + SIDE + 8}" y="{MARGIN + 14 + 18 * number}" fill="{colour}">{escape(name)}</text>'
    )


def _path(points: Sequence[Point]) -> str:
    places = (f"{x:.1f} {y:.1f}" for x, y in map(_at, points))
    return "M" + "L".join(places) if points else ""


def _at(point: Point) -> Point:
    return MARGIN + SIDE * point[0], MARGIN + SIDE * (1 - point[1])
