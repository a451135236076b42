"""Bars and columns, by Pygal: no script, axes from zero, each bar with its value beside it."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ccu.output.text import one_line
from ccu.report.html import svg
from ccu.report.html.shapes import Drawing

WIDTHS = {"wide": 800, "narrow": 350}
FONT = {"wide": 14, "narrow": 12}
LABEL = {"wide": 40, "narrow": 17}  # characters of a label beside a bar
SHARES = (0, 0.25, 0.5, 0.75, 1)  # where an axis of shares is marked
ROW, GAP = 28, 50  # pixels of a bar lying down; of the axis under them


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
        root = svg.cleaned(_chart(bars, size).render_tree())
        made.append(
            Drawing(size, svg.finished(root, f"{name}-{size}", title, says, float(FONT[size])))
        )
    return tuple(made)


def _chart(bars: Bars, size: str) -> Any:
    pygal = _pygal()
    kind = ("Horizontal" if bars.lying else "") + ("StackedBar" if bars.stacked else "Bar")
    ticks = SHARES if bars.share else _ticks(bars.top, 3 if size == "narrow" else 5)
    height = GAP + ROW * len(bars.labels) if bars.lying else (300 if size == "wide" else 260)
    chart = getattr(pygal, kind)(
        _config(bars, size), width=WIDTHS[size], height=height, range=(0, ticks[-1])
    )
    order = -1 if bars.lying else 1  # Pygal draws the first one lowest
    chart.x_labels = [_fitting(label, size) for label in bars.labels][::order]
    chart.y_labels = [{"value": tick, "label": _tick(tick, bars.share)} for tick in ticks]
    for place, series in enumerate(bars.series):
        chart.add(str(place), [_told(each) for each in series][::order])
    return chart


@cache
def _pygal() -> Any:
    """The library, without what it does to the program that loads it."""
    import pygal
    from pygal import PluginImportFixer
    from pygal.etree import etree

    etree.to_etree()  # never lxml, where that happens to be installed: the same bytes everywhere
    # its finder of plugins warns at every later import that is not found
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, PluginImportFixer)]
    return pygal


def _config(bars: Bars, size: str) -> Any:
    from pygal import Config
    from pygal.style import Style

    font = FONT[size]
    fonts = {f"{part}_font_size": font for part in ("label", "major_label", "value")}
    return Config(
        js=(),
        css=(),
        style=Style(font_family="sans-serif", **fonts),
        show_legend=False,
        truncate_label=-1,  # `_fitting` does it
        print_values=True,
        print_values_position="top",
        margin=6,
        margin_right=bars.after if bars.lying else 6,
        margin_top=8 if bars.lying else font + 8,
        spacing=8,
    )


def _told(bar: Bar) -> dict[str, Any]:
    """Pygal would write 0 where there is no figure."""
    return {"value": bar.value or 0, "formatter": lambda _: bar.text}


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
