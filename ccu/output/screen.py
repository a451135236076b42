"""Tables, documents and progress bars at a terminal. Only this module imports Rich.

Every value becomes a `Text` of safe characters; Rich would search a plain string for markup. Styles
are bold, underlined and reversed only: no meaning depends on a color.
"""

import contextlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from ccu.output import Document, Section, Table
from ccu.output.formats import numeric_columns, with_content
from ccu.output.text import cell, for_person, heading, lines, one_line, width

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table as RichTable

    from ccu.output import Sink

PAGE = 500  # rows laid out together; a longer table repeats its header, so that memory is limited
MOST_LINES = 2  # of a row, before spare columns are left out
GAPS = (2, 1)  # between columns; one where two do not fit
LONGEST_WORD = 20  # cells fold between words; a longer word is cut
_MOMENT = re.compile("(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}/[0-9]{2}/[0-9]{4}) [0-9:]{5,8}")


def shown(what: Table | Document, sink: "Sink") -> Iterator[str]:
    """Return a table, a document, or the one screen of a document that has one."""
    if isinstance(what, Table):
        return table(what, sink)
    fits = what.screen is not None and sink.terminal
    return one_screen(what, sink) if fits else document(what, sink)


def table(table: Table, sink: "Sink") -> Iterator[str]:
    """Yield the table within the width of the terminal; as records where that is too narrow."""
    console = _console(sink)
    rows = table.shown()
    page = list(islice(rows, PAGE))
    kept, layout = _fitting(table, page, console.width)
    headings = _only(kept, table.headings)
    if table.title:
        yield _drawn(console, _text([one_line(table.title)], "bold"))
    if not page:
        yield _drawn(console, _text(["None."]))
    first = True
    while page:
        if layout is None:
            yield ("" if first else "\n") + _drawn(console, _records(table.headings, page))
        else:
            shown = [_only(kept, row) for row in page]
            yield _drawn(console, _grid(headings, shown, *layout, framed=True))
        page, first = list(islice(rows, PAGE)), False
    if left_out := _left_out(table, kept):
        yield _drawn(console, _text([left_out]))


def document(document: Document, sink: "Sink") -> Iterator[str]:
    """Yield the title, and each section indented under its heading, folded to the terminal."""
    from rich.padding import Padding

    console = _console(sink)
    yield _drawn(console, _text([one_line(document.title)], "bold"))
    for section, inner, texts in with_content(document):
        if section.title:
            style = "bold reverse" if section.alert else "bold"
            yield _drawn(console, _text([one_line(section.title)], style))
        indent = 2 if section.title else 0
        for part in _parts(section, inner, texts, console.width - indent):
            yield _drawn(console, Padding(part, (0, 0, 0, indent)))


def one_screen(document: Document, sink: "Sink") -> Iterator[str]:
    """Yield the lines that fit the terminal; without Rich, which would take longer to load."""
    if document.screen is None:
        raise ValueError("a document without a screen")
    styled = not os.environ.get("NO_COLOR") and sys.platform != "win32"
    styled = styled and os.environ.get("TERM") != "dumb"
    for text, bold in document.screen(document.data, *_terminal_size(sink)):
        yield f"\x1b[1m{text}\x1b[0m\n" if bold and styled else f"{text}\n"


def _parts(
    section: Section, table: Table | None, texts: Sequence[str], room: int
) -> Iterator["RenderableType"]:
    if section.pairs:
        yield _pairs(
            [(heading(one_line(name)), lines(for_person(value))) for name, value in section.pairs]
        )
    if table:
        rows = list(table.shown())
        kept, layout = _fitting(table, rows, room)
        if layout is None:
            yield _records(table.headings, rows)
        else:
            shown = [_only(kept, row) for row in rows]
            yield _grid(_only(kept, table.headings), shown, *layout, framed=False)
        if left_out := _left_out(table, kept):
            yield _text([left_out])
    if texts:
        yield _text([line for text in texts for line in lines(text)])


def _grid(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    widths: Sequence[int],
    gap: int,
    framed: bool,
) -> "RichTable":
    from rich import box
    from rich.table import Table as RichTable

    grid = RichTable(
        box=box.SIMPLE_HEAD if framed else None,
        padding=(0, gap - 1 if framed else gap, 0, 0),  # the frame's own divider is one more
        show_edge=False,
        pad_edge=False,
        header_style="bold" if framed else "underline",
    )
    right = numeric_columns(rows, len(columns))
    for column, to_right, wide in zip(columns, right, widths, strict=True):
        grid.add_column(
            _text([column]), justify="right" if to_right else "left", overflow="fold", width=wide
        )
    for row in rows:
        grid.add_row(*(_text([cell(value)]) for value in row))
    return grid


def _records(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> "RichTable":
    pairs: list[tuple[str, list[str]]] = []
    for row in rows:
        if pairs:
            pairs.append(("", [""]))
        named = [(column, cell(value)) for column, value in zip(columns, row, strict=True)]
        pairs += [(column, [text]) for column, text in named if text]
    return _pairs(pairs)


def _pairs(pairs: Sequence[tuple[str, Sequence[str]]]) -> "RichTable":
    from rich.table import Table as RichTable

    grid = RichTable.grid(padding=(0, 2, 0, 0))
    grid.add_column(overflow="fold", max_width=24)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(_text([name]), _text(value))
    return grid


def _fitting(
    table: Table, rows: Sequence[Sequence[Any]], room: int
) -> tuple[list[int], tuple[list[int], int] | None]:
    """Return the columns that fit, by index, and their layout; None if the required ones do not.

    These are as many as fit with at most MOST_LINES a row, else those that are not spare.
    """
    kept = list(range(len(table.columns)))
    names = [name for name in table.spare if name in table.columns]
    for name in [*names, ""]:
        shown = [_only(kept, row) for row in rows]
        layout = _layout(_only(kept, table.headings), shown, room)
        if not name or (layout and _most_lines(shown, layout[0]) <= MOST_LINES):
            break
        kept.remove(table.columns.index(name))
    return (kept, layout) if layout else (list(range(len(table.columns))), None)


def _only(kept: Sequence[int], cells: Sequence[Any]) -> list[Any]:
    return [cells[index] for index in kept]


def _most_lines(rows: Sequence[Sequence[Any]], widths: Sequence[int]) -> int:
    """Return about how many lines the highest row takes."""
    return max(
        (
            -(-width(cell(value)) // wide)
            for row in rows
            for value, wide in zip(row, widths, strict=True)
        ),
        default=1,
    )


def _left_out(table: Table, kept: Sequence[int]) -> str:
    """Return what a terminal this narrow does not show, or nothing."""
    names = [name for index, name in enumerate(table.headings) if index not in kept]
    return f"Not shown here: {', '.join(names)} (--format csv has all)" if names else ""


def _layout(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], room: int
) -> tuple[list[int], int] | None:
    """Return the width of each column and the gap between them; None if they do not fit.

    Not chosen by Rich, which shrinks the widest column first and folds in the middle of a word.
    """
    whole = [width(column) for column in columns]
    folded = [max(map(width, column.split()), default=0) for column in columns]
    cells = [[cell(row[index]) for row in rows] for index in range(len(columns))]
    natural = [
        max(least, *map(width, column), 0) for least, column in zip(whole, cells, strict=True)
    ]
    for header in (whole, folded):  # fold the header too, before giving up the columns
        narrowest = [_narrowest(least, column) for least, column in zip(header, cells, strict=True)]
        for gap in GAPS:
            spare = room - gap * (len(columns) - 1) - sum(narrowest)
            if spare >= 0:
                return _widened(narrowest, natural, spare), gap
    return None if rows else (whole, min(GAPS))


def _narrowest(least: int, column: Sequence[str]) -> int:
    """Return the least width of a column: its longest word, and no less than its header."""
    return max(
        least, *(min(LONGEST_WORD, width(word)) for text in column for word in _words(text)), 0
    )


def _words(text: str) -> list[str]:
    """Return the pieces a cell may fold into; a date with its time is one."""
    return [text] if _MOMENT.fullmatch(text) else text.split()


def _widened(narrowest: list[int], natural: list[int], spare: int) -> list[int]:
    """Distribute the spare width, to columns that need least first, so that most do not fold."""
    widths = list(narrowest)
    wanting = sorted(range(len(widths)), key=lambda index: natural[index] - widths[index])
    for place, index in enumerate(wanting):
        share = min(natural[index] - widths[index], spare // (len(wanting) - place))
        widths[index] += share
        spare -= share
    return widths


def _text(texts: Sequence[str], style: str = "") -> Any:
    from rich.text import Text

    return Text("\n".join(texts), style=style, overflow="fold")


def _console(sink: "Sink") -> "Console":
    """Make a console that only lays out: the sink writes what it draws."""
    import io

    from rich.console import Console, detect_legacy_windows

    plain = not sink.terminal or bool(os.environ.get("NO_COLOR")) or detect_legacy_windows()
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8" if sink.unicode else "ascii")
    return Console(
        file=stream,
        width=_terminal_size(sink)[0],
        height=25,  # without it Rich takes a dumb terminal for 80 columns
        force_terminal=sink.terminal,
        color_system=None if plain else "auto",
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )


def _terminal_size(sink: "Sink") -> tuple[int, int]:
    """Return columns and rows, from the variables COLUMNS and LINES or the terminal."""
    columns = rows = 0
    if sink.terminal:
        with contextlib.suppress(OSError, ValueError):
            columns, rows = os.get_terminal_size(sink.stream.fileno())
    asked = [os.environ.get(name, "") for name in ("COLUMNS", "LINES")]
    columns, rows = (
        int(text) if text.isdecimal() and int(text) > 0 else size
        for text, size in zip(asked, (columns, rows), strict=True)
    )
    return min(max(10, columns or 80), 1000), rows or 24  # 0: the terminal does not report it


def _drawn(console: "Console", what: "RenderableType") -> str:
    with console.capture() as capture:
        console.print(what)
    return "\n".join(line.rstrip(" ") for line in capture.get().split("\n"))


@contextlib.contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show a bar on standard error during a long task; nothing if that is not a terminal.

    with progress("Reading", total=None) as advance:
        advance(1)
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True, markup=False, emoji=False, highlight=False)
    # Without this Rich would send standard output to standard error as well.
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task(one_line(what), total=total)
        done, shown = 0, 0.0

        def advance(count: int) -> None:
            nonlocal done, shown
            done += count
            if (now := time.monotonic()) - shown > 0.1:  # Rich takes longer than reading a row
                bar.update(task, completed=done)
                shown = now

        yield advance
        bar.update(task, completed=done)
