"""Bars and columns: axes from zero, each bar with its value beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ccu.output.text import one_line
from ccu.report.html import svg
from ccu.report.html.shapes import Drawing

WIDTHS = {"wide": 800, "narrow": 350}
FONT = {"wide": 14, "narrow": 12}
LABEL = {"wide": 40, "narrow": 17}  # characters of a label beside a bar
SHARES = (0, 0.25, 0.5, 0.75, 1)  # where an axis of shares is marked
ROW, AXIS = 30, 32  # pixels for a bar lying down and for the axis under them
WIDE, RISE = 0.65, 0.36  # of the font: a character's width, and from its middle to its base
FILLED = 0.84  # of the room for a label: its bars


@dataclass(frozen=True)
class Bar:
    """How long a bar is, and what is written at its end. None: there is no figure, so no bar."""

    value: float | None
    text: str = ""


@dataclass(frozen=True)
class Bars:
    """Labels along the axis, and for each series a bar for each label."""

    labels: Sequence[str]
    series: Sequence[Sequence[Bar]]
    top: float  # the axis ends here, or a little further
    share: bool = False
    lying: bool = False
    stacked: bool = False
    after: int = 70  # pixels for what is written after the longest bar of those lying down


def drawings(wide: Bars, narrow: Bars, name: str, title: str, says: str) -> tuple[Drawing, ...]:
    """The bars for wide and for narrow windows."""
    made = []
    for size, bars in (("wide", wide), ("narrow", narrow)):
        root = (_lying if bars.lying else _standing)(bars, size)
        drawn = svg.finished(root, f"{name}-{size}", title, says, float(FONT[size]))
        made.append(Drawing(size, drawn))
    return tuple(made)


def _lying(bars: Bars, size: str) -> svg.Node:
    """Bars from left to right, the labels before them."""
    font, top, step = FONT[size], 8.0, float(ROW)
    labels = [_fitting(label, size) for label in bars.labels]
    left = font * WIDE * max(map(len, labels)) + 16
    bottom = top + step * len(labels)
    root = svg.canvas(WIDTHS[size], bottom + AXIS)
    ticks = _axis(bars, size)
    scale = (WIDTHS[size] - left - bars.after) / ticks[-1]
    for tick in ticks:
        at = left + scale * tick
        _line(root, f"M{at:.1f} {top:.1f}V{bottom:.1f}", tick)
        _text(root, _tick(tick, bars.share), at, bottom + font + 6, "middle", class_="tick")
    for place, label in enumerate(labels):
        _text(root, label, left - 10, top + step * (place + 0.5) + font * RISE, "end")
    words = svg.node(None, "g")
    for color, place, bar, before, across, thick in _placed(bars, step):
        start, end = left + scale * before, left + scale * (before + (bar.value or 0))
        if bar.value:
            _rect(root, color, x=start, y=top + across, width=end - start, height=thick)
        _text(words, bar.text, end + 7, top + step * (place + 0.5) + font * RISE, "start")
    root.append(words)  # last: over the bars
    return root


def _standing(bars: Bars, size: str) -> svg.Node:
    """Columns, the labels under them."""
    font, height = FONT[size], 300.0 if size == "wide" else 260.0
    ticks = _axis(bars, size)
    names = [_tick(tick, bars.share) for tick in ticks]
    left = font * WIDE * max(map(len, names)) + 15
    top, bottom, right = font + 16.0, height - AXIS, WIDTHS[size] - 6.0
    root = svg.canvas(WIDTHS[size], height)
    scale, step = (bottom - top) / ticks[-1], (right - left) / len(bars.labels)
    for tick, name in zip(ticks, names, strict=True):
        at = bottom - scale * tick
        _line(root, f"M{left:.1f} {at:.1f}H{right:.1f}", tick)
        _text(root, name, left - 6, at + font * RISE, "end", class_="tick")
    for place, label in enumerate(bars.labels):
        at = left + step * (place + 0.5)
        _text(root, _fitting(label, size), at, bottom + font + 6, "middle", class_="tick")
    words = svg.node(None, "g")
    for color, _, bar, before, across, thick in _placed(bars, step):
        end = bottom - scale * (before + (bar.value or 0))
        if bar.value:
            long = bottom - scale * before - end
            _rect(root, color, x=left + across, y=end, width=thick, height=long)
        _text(words, bar.text, left + across + thick / 2, end - 5, "middle")
    root.append(words)  # last: over the bars
    return root


def _placed(bars: Bars, step: float) -> Iterator[tuple[int, int, Bar, float, float, float]]:
    """Each bar: its series, its label's place, it, the value it starts at, its place across, and
    how thick it is.
    """
    each = 1 if bars.stacked else len(bars.series)
    room = step * FILLED / each
    for place in range(len(bars.labels)):
        before = 0.0
        for color, series in enumerate(bars.series):
            across = step * (place + (1 - FILLED) / 2) + (0 if bars.stacked else room * color)
            gap = room * 0.06 if each > 1 else 0
            yield color, place, series[place], before, across + gap, room - 2 * gap
            before += (series[place].value or 0) if bars.stacked else 0


def _axis(bars: Bars, size: str) -> tuple[float, ...]:
    return SHARES if bars.share else _ticks(bars.top, 3 if size == "narrow" else 5)


def _line(root: svg.Node, path: str, tick: float) -> None:
    svg.node(root, "path", d=path, class_="guide" if tick else "axis")


def _rect(root: svg.Node, color: int, **where: float) -> None:
    svg.node(root, "rect", None, class_=f"bar bar-{color}", **where)


def _text(root: svg.Node, text: str, x: float, y: float, anchor: str, **more: str) -> None:
    if text:
        svg.node(root, "text", text, x=x, y=y, text_anchor=anchor, **more)


def _fitting(label: str, size: str) -> str:
    text, most = one_line(label), LABEL[size]
    return text if len(text) <= most else text[: most - 1] + "…"


def _ticks(top: float, most: int) -> tuple[float, ...]:
    """From zero in round whole steps, no more than `most`, to `top` or just above."""
    steps = (step * 10**power for power in range(12) for step in (1, 2, 5))
    step = next(each for each in steps if each * most >= top)
    return tuple(step * place for place in range(max(1, -int(-top // step)) + 1))


def _tick(tick: float, share: bool) -> str:
    return f"{tick * 100:.0f}%" if share else f"{tick:,}"
