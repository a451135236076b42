"""Shares with their 95% intervals: a dot on a line, which black ink shows as well as colour."""

from collections.abc import Sequence
from dataclasses import dataclass

from ccu.report.html import svg
from ccu.report.html.shapes import Drawing

FONT = {"wide": 14.0, "narrow": 12.0}
# left edge of the axis, its length, where the value is written; then the height of a row
_WIDE = (190.0, 370.0, 580.0, 34.0)
_NARROW = (14.0, 318.0, 14.0, 54.0)
_SIZES = {"wide": (800.0, _WIDE), "narrow": (350.0, _NARROW)}
_AXIS = 28.0


@dataclass(frozen=True)
class Mark:
    """One line: where the dot is and how far the interval reaches, from 0 to 1."""

    label: str
    text: str
    value: float | None
    low: float | None
    high: float | None


def drawings(marks: Sequence[Mark], name: str, title: str, says: str) -> tuple[Drawing, ...]:
    """The lines for wide and for narrow windows; in the narrow one the words stand above."""
    made = []
    for size, (width, (left, length, text_at, row)) in _SIZES.items():
        height = row * len(marks) + _AXIS
        root = svg.canvas(width, height)
        _axis(root, left, length, row * len(marks))
        for place, mark in enumerate(marks):
            middle = row * place + (row / 2 if size == "wide" else 36)
            _line(root, mark, left, length, middle)
            base = middle + 5 if size == "wide" else row * place + 18
            label = mark.label if size == "wide" else f"{mark.label}: {mark.text}"
            svg.node(root, "text", label, x=0 if size == "wide" else text_at, y=base)
            if size == "wide":
                svg.node(root, "text", mark.text, x=text_at, y=base)
        made.append(Drawing(size, svg.finished(root, f"{name}-{size}", title, says, FONT[size])))
    return tuple(made)


def _axis(root: svg.Node, left: float, length: float, bottom: float) -> None:
    for part in (0, 25, 50, 75, 100):
        at = left + length * part / 100
        kind = "axis" if part == 0 else "guide"
        svg.node(root, "path", d=f"M{at:.1f} 4V{bottom:.1f}", class_=kind)
        svg.node(root, "text", f"{part}%", x=at, y=bottom + 18, text_anchor="middle", class_="tick")


def _line(root: svg.Node, mark: Mark, left: float, length: float, middle: float) -> None:
    if mark.low is not None and mark.high is not None:
        start, end = left + length * mark.low, left + length * mark.high
        ends = "".join(f"M{at:.1f} {middle - 6:.1f}v12" for at in (start, end))
        svg.node(root, "path", d=f"M{start:.1f} {middle:.1f}H{end:.1f}{ends}", class_="interval")
    if mark.value is not None:
        svg.node(root, "circle", cx=left + length * mark.value, cy=middle, r=5, class_="dot")
