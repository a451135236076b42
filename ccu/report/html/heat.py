"""A week by the hour: squares that are darker where there were more, each with its number."""

from collections.abc import Mapping

from ccu.report.html import svg
from ccu.report.html.shapes import Drawing

SHADES = 5  # besides none; page.css has their colours
_LEFT, _HEAD = 46.0, 22.0

Counts = Mapping[tuple[str, str], float]  # (day, hour) -> how many


def drawings(counts: Counts, name: str, title: str, says: str) -> tuple[Drawing, ...]:
    """Hours across for wide windows, hours down for narrow ones."""
    return (
        _drawn(counts, True, f"{name}-wide", title, says),
        _drawn(counts, False, f"{name}-narrow", title, says),
    )


def _drawn(counts: Counts, wide: bool, name: str, title: str, says: str) -> Drawing:
    days, hours = (list(dict.fromkeys(key[at] for key in counts)) for at in (0, 1))
    across, down = (hours, days) if wide else (days, hours)
    width, height = ((800 if wide else 350) - _LEFT) / len(across), 30.0 if wide else 21.0
    root = svg.canvas(800 if wide else 350, _HEAD + height * len(down) + 2)
    for place, label in enumerate(across):
        at, text = _LEFT + width * (place + 0.5), label if wide else label[:3]
        svg.node(root, "text", text, x=at, y=_HEAD - 7, text_anchor="middle", class_="tick")
    for place, label in enumerate(down):
        base = _HEAD + height * (place + 0.5) + 4.5
        text = label[:3] if wide else label
        svg.node(root, "text", text, x=_LEFT - 7, y=base, text_anchor="end", class_="tick")
    most = max(counts.values(), default=0) or 1
    for (day, hour), count in counts.items():
        column, row = across.index(hour if wide else day), down.index(day if wide else hour)
        x, y = _LEFT + width * column, _HEAD + height * row
        shade = -int(-SHADES * count // most)  # rounded up: one call is never white
        cell = svg.node(root, "g", class_=f"heat heat-{shade}")
        svg.node(cell, "rect", x=x + 1, y=y + 1, width=width - 2, height=height - 2)
        middle = {"x": x + width / 2, "y": y + height / 2 + 4.5, "text_anchor": "middle"}
        svg.node(cell, "text", _short(count), **middle)
    size = "wide" if wide else "narrow"
    return Drawing(size, svg.finished(root, name, title, says, 13.0 if wide else 12.0))


def _short(count: float) -> str:
    """What fits a square; the table has the whole number."""
    if count < 1_000:
        return f"{count:g}"
    return f"{count / 1_000:.1f}k" if count < 9_950 else f"{count / 1_000:.0f}k"
