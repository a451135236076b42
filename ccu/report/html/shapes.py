"""What the template is given. Text stays text here: escaping is the template's and the SVG's."""

from dataclasses import dataclass

BELOW = "The table below has every number."  # the end of every drawing's description


@dataclass(frozen=True)
class Cell:
    """One cell. `note` is a second, smaller line; `link` is the id of a definition."""

    text: str
    number: bool = False
    head: bool = False
    note: str = ""
    link: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: its caption, its heads, its rows. `id` names it on the page."""

    id: str
    caption: str
    heads: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    lines: tuple[str, ...] = ()

    @property
    def wide(self) -> bool:
        """Whether it may not fit a phone, and so scrolls in a box of its own."""
        return len(self.heads) > 3


@dataclass(frozen=True)
class Drawing:
    """One SVG of a chart as markup; `size` is wide or narrow: the page shows the one that fits."""

    size: str
    svg: str


@dataclass(frozen=True)
class Chart:
    """A drawing and what must stand with it.

    `legend`: (class of the swatch, what it means). `empty` is said when there is nothing to draw.
    `grids`: its own tables; without one, the section's table stands behind it.
    """

    title: str
    drawings: tuple[Drawing, ...]
    empty: str
    legend: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()


@dataclass(frozen=True)
class Card:
    """One key figure at the top of the page, and what it was before."""

    title: str
    value: str
    then: tuple[tuple[str, str], ...]
    note: str = ""
