"""The drawings: rows of bars, rows of dots with intervals, and a week by the hour, each as SVG.

A drawing is named and described for a screen reader, and holds nothing but shapes and text. Each is
made twice: for wide windows, with the labels beside the rows, and for narrow ones, above them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from ccu.output.text import one_line
from ccu.report.html.shapes import Drawing

Node = ElementTree.Element
Counts = Mapping[tuple[str, str], float]  # (day, hour) -> how many

SHARES = (0, 0.25, 0.5, 0.75, 1)  # the marks of an axis of shares
SHADES = 5  # of the week besides white; page.css has their colors
BAR, AXIS = 22, 32  # pixels for a bar and for the axis under the rows
CHARACTER, RISE = 0.65, 0.36  # of the font: a character's width, and from its middle to its base
_DAYS, _HEAD = 46.0, 22.0  # pixels left of a week, and above it


@dataclass(frozen=True)
class Size:
    """A window: its name, pixels across, font size, longest label in characters, most ticks."""

    name: str
    width: int
    font: int
    label: int
    ticks: int

    @property
    def narrow(self) -> bool:
        """Whether the labels are above the rows."""
        return self.name == "narrow"


SIZES = (Size("wide", 800, 14, 44, 5), Size("narrow", 350, 12, 40, 3))


@dataclass(frozen=True)
class Mark:
    """A bar with its text at the end, or a dot on its interval. value None: there is no figure."""

    value: float | None
    text: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Rows:
    """Labels, and for each series a mark per label.

    `top` is where the axis ends, or a little further; `after` the pixels for the text after the
    longest bar. Bars of several series are stacked, or under one another.
    """

    labels: Sequence[str]
    series: Sequence[Sequence[Mark]]
    top: float
    share: bool = False
    stacked: bool = False
    dots: bool = False
    after: int = 70


# ---------------------------------------------------------------- SVG


def node(parent: Node | None, tag: str, text: str | None = None, **attributes: Any) -> Node:
    """Make an element; `_` at the end of an attribute's name is dropped, inner ones become `-`."""
    named = {
        key.rstrip("_").replace("_", "-"): _written(value) for key, value in attributes.items()
    }
    made = Node(tag, named) if parent is None else ElementTree.SubElement(parent, tag, named)
    made.text = None if text is None else one_line(text)
    return made


def canvas(width: float, height: float) -> Node:
    """Make an empty drawing of that many pixels."""
    return node(None, "svg", viewBox=f"0 0 {width:g} {height:g}")


def finished(root: Node, name: str, title: str, description: str, size: float) -> str:
    """Return the markup of a drawing, with its title and description."""
    root.attrib |= {
        "id": name,
        "class": "drawing",
        "role": "img",
        "preserveAspectRatio": "xMinYMin",  # to the left, where print makes a tall one lower
        "font-size": _written(size),
        "aria-labelledby": f"{name}-title {name}-description",
    }
    for place, (tag, id_, text) in enumerate(
        (("title", "title", title), ("desc", "description", description))
    ):
        described = Node(tag, {"id": f"{name}-{id_}"})
        described.text = one_line(text)
        root.insert(place, described)
    return ElementTree.tostring(root, encoding="unicode")


def _written(value: Any) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


# ---------------------------------------------------------------- rows


def rows(drawn: Rows, name: str, title: str, description: str) -> tuple[Drawing, ...]:
    """Draw the rows for wide and for narrow windows."""
    return tuple(
        Drawing(
            size.name,
            finished(_rows(drawn, size), f"{name}-{size.name}", title, description, size.font),
        )
        for size in SIZES
    )


def _rows(drawn: Rows, size: Size) -> Node:
    labels = [_fitting(label, size.label) for label in drawn.labels]
    bars = 1 if drawn.stacked else len(drawn.series)
    head = size.font + 6.0 if size.narrow else 0.0  # for the label above
    step = head + BAR * bars + 8
    left = 8.0 if size.narrow else size.font * CHARACTER * max(map(len, labels)) + 16
    top, bottom = 8.0, 8.0 + step * len(labels)
    root = canvas(size.width, bottom + AXIS)
    ticks = SHARES if drawn.share else _ticks(drawn.top, size.ticks)
    scale = (size.width - left - drawn.after) / ticks[-1]
    for tick in ticks:
        at, line = left + scale * tick, "guide" if tick else "axis"
        node(root, "path", d=f"M{at:.1f} {top:.1f}V{bottom:.1f}", class_=line)
        word = f"{tick * 100:.0f}%" if drawn.share else f"{tick:,}"
        anchor = "start" if size.narrow and not tick else "middle"
        _text(root, word, at, bottom + size.font + 6, anchor, class_="tick")
    words = node(None, "g")
    for place, label in enumerate(labels):
        y = top + step * place
        if size.narrow:
            _text(words, label, left - 2, y + size.font, "start")
        else:
            _text(words, label, left - 10, y + (step - 8) / 2 + size.font * RISE, "end")
        start = left
        for color, series in enumerate(drawn.series):
            across = y + head + (0 if drawn.stacked else BAR * color)
            middle = across + BAR / 2
            end = start + scale * (series[place].value or 0)
            if drawn.dots:
                _dot(root, series[place], left, scale, middle)
            elif series[place].value:
                node(root, "rect", class_=f"bar bar-{color}", x=start, y=across + 2,
                     width=end - start, height=BAR - 4)  # fmt: skip
            _text(words, series[place].text, end + 7, middle + size.font * RISE, "start")
            start = end if drawn.stacked else start
    root.append(words)  # last: over the bars
    return root


def _dot(root: Node, mark: Mark, left: float, scale: float, middle: float) -> None:
    """A dot on a line as long as its interval: black ink shows it as well as color."""
    if mark.low is not None and mark.high is not None:
        start, end = left + scale * mark.low, left + scale * mark.high
        ends = "".join(f"M{at:.1f} {middle - 6:.1f}v12" for at in (start, end))
        node(root, "path", d=f"M{start:.1f} {middle:.1f}H{end:.1f}{ends}", class_="interval")
    if mark.value is not None:
        node(root, "circle", cx=left + scale * mark.value, cy=middle, r=5, class_="dot")


def _text(root: Node, text: str, x: float, y: float, anchor: str, **more: str) -> None:
    if text:
        node(root, "text", text, x=x, y=y, text_anchor=anchor, **more)


def _fitting(label: str, most: int) -> str:
    text = one_line(label)
    return text if len(text) <= most else text[: most - 1] + "…"


def _ticks(top: float, most: int) -> tuple[float, ...]:
    """Return round whole steps from zero, no more than `most`, to `top` or just above."""
    steps = (step * 10**power for power in range(12) for step in (1, 2, 5))
    step = next(each for each in steps if each * most >= top)
    return tuple(step * place for place in range(max(1, -int(-top // step)) + 1))


# ---------------------------------------------------------------- a week


def week(counts: Counts, name: str, title: str, description: str) -> tuple[Drawing, ...]:
    """Draw squares that are darker where there were more: hours across, or down when narrow."""
    return tuple(
        Drawing(
            size.name,
            finished(_week(counts, size), f"{name}-{size.name}", title, description, 12.0),
        )
        for size in SIZES
    )


def _week(counts: Counts, size: Size) -> Node:
    days, hours = (list(dict.fromkeys(key[at] for key in counts)) for at in (0, 1))
    across, down = (days, hours) if size.narrow else (hours, days)
    width, height = (size.width - _DAYS) / len(across), 21.0 if size.narrow else 30.0
    root = canvas(size.width, _HEAD + height * len(down) + 2)
    for place, label in enumerate(across):
        _text(root, label[:3], _DAYS + width * (place + 0.5), _HEAD - 7, "middle", class_="tick")
    for place, label in enumerate(down):
        base = _HEAD + height * (place + 0.5) + 4.5
        _text(root, label[:3], _DAYS - 7, base, "end", class_="tick")
    most = max(counts.values(), default=0) or 1
    for (day, hour), count in counts.items():
        column, row = (
            across.index(day if size.narrow else hour),
            down.index(hour if size.narrow else day),
        )
        x, y = _DAYS + width * column, _HEAD + height * row
        shade = -int(-SHADES * count // most)  # rounded up: one call is never white
        cell = node(root, "g", class_=f"heat heat-{shade}")
        node(cell, "rect", x=x + 1, y=y + 1, width=width - 2, height=height - 2)
        _text(cell, _short(count), x + width / 2, y + height / 2 + 4.5, "middle")
    return root


def _short(count: float) -> str:
    """Shorten a count to what fits a square; the table has the whole number."""
    if count < 1_000:
        return f"{count:g}"
    return f"{count / 1_000:.1f}k" if count < 9_950 else f"{count / 1_000:.0f}k"
