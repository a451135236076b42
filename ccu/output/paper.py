"""A page for paper: HTML with a style for print, and PDF, in black and white.

What must not be overlooked has a frame and bold type, never a color. A PDF is set smaller until it
fits one page, but not below 9 points; then it continues on further pages with title and page
number. For letters that PDF's own fonts lack, as in a name from Poland or Vietnam, a font of the
system is embedded; if none has them, the page is refused.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu.errors import InvalidInput
from ccu.output import Document, Format, Section, Sink, Table
from ccu.output.formats import numeric_columns, with_content
from ccu.output.text import cell, for_person, heading, lines, one_line

if TYPE_CHECKING:
    from fpdf import FPDF
    from jinja2 import Environment

SIZES = (12, 11, 10.5, 10, 9.5, 9)  # points; the first that fits one page, else the last on several
SMALLEST = 9  # points, of a table
SHORT = 22  # characters: a column of cells that are no longer is not wrapped
MARGIN = 12  # millimeters
WIDEST = 70  # millimeters; a column this wide is not narrowed before others
# Characters that PDF's standard fonts lack -> a plain form.
_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...",
                        "•": "-"})  # fmt: skip
# Fonts of a system that have more letters, as text and bold, and where systems keep fonts.
FONTS = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
    ("arial.ttf", "arialbd.ttf"),
)
FOLDERS = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts"),
    *("/System/Library/Fonts/Supplemental", "C:/Windows/Fonts"),
)


class _NoLetter(Exception):
    """A font lacks a letter of the page."""


def write(what: Table | Document, format: Format, sink: Sink) -> None:
    """Write a page or a list as HTML or PDF. Raises InvalidInput at a terminal, and as `pdf`."""
    if sink.terminal:
        raise InvalidInput(f"a page is for paper: name a file, as --output page.{format}")
    if isinstance(what, Table):
        what = Document(what.title or "List", [Section(table=what, empty="None.")])
    if format is Format.html:
        sink.write(html(what))
    else:
        sink.write_binary(pdf(what))


# ---------------------------------------------------------------- HTML


def environment(folder: Path, finalize: Callable[[Any], Any] | None = None) -> "Environment":
    """Return the environment for the templates of a folder, which escapes every value."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )


def html(document: Document) -> Iterator[str]:
    """Yield the page as HTML that needs nothing else."""
    here = Path(__file__)
    made = environment(here.parent)
    made.filters |= {
        "line": one_line,
        "heading": heading,
        "cell": cell,
        "lines": lambda text: "\n".join(lines(text)),
        "pair": lambda value: "\n".join(lines(for_person(value))),
    }
    parts = [(section, table and (table.headings, *_marked(table)), texts)
             for section, table, texts in with_content(document)]  # fmt: skip
    css = here.with_name("paper.css").read_text(encoding="utf-8")
    template = made.get_template("paper.html.jinja")
    yield from template.generate(document=document, parts=parts, css=css)
    yield "\n"


def _marked(table: Table) -> tuple[list[str], list[list[Any]]]:
    """Return the class of each column, and the rows."""
    rows = list(table.shown())
    right = numeric_columns(rows, len(table.columns))
    short = [max(map(len, column)) <= SHORT for column in zip(*_texts(rows), strict=True)]
    short = short or [False] * len(right)
    marks = ["number" if each else "short" * low for each, low in zip(right, short, strict=True)]
    return marks, rows


# ---------------------------------------------------------------- PDF


def pdf(document: Document) -> bytes:
    """Return the page as PDF. Raises InvalidInput without fpdf2, or for unknown letters."""
    try:
        import fpdf  # noqa: F401
    except ImportError:
        raise InvalidInput(
            "PDF needs the package fpdf2, which is not installed: end --output in .html and print"
            " that, or install ccu with [pdf]"
        ) from None
    parts = [(section, _rows(table) if table else None, texts)
             for section, table, texts in with_content(document)]  # fmt: skip
    for font in fonts():
        for size in SIZES:
            with _page(document, font) as made:
                try:
                    _fill(made, document, parts, size)
                    if made.page_no() == 1 or size == SIZES[-1]:
                        return bytes(made.output())
                except _NoLetter:
                    break
    raise InvalidInput(
        "the page has letters that the PDF cannot print; end --output in .html and print that"
    )


Font = tuple[Path, Path] | None  # the files of its text and bold; None: PDF's own


def fonts() -> Iterator[Font]:
    """Yield PDF's own font, then those of the system, each sought only when it is asked for."""
    yield None
    for names in FONTS:
        for folder in FOLDERS:
            text, bold = (next(Path(folder).rglob(name), None) for name in names)
            if text and bold:
                yield text, bold
                break


Rows = tuple[list[str], list[list[str]], list[bool]]
Parts = Sequence[tuple[Section, Rows | None, Sequence[str]]]


def _rows(table: Table) -> Rows:
    rows = list(table.shown())
    right = numeric_columns(rows, len(table.columns))
    return table.headings, _texts(rows), right


def _texts(rows: Sequence[Sequence[Any]]) -> list[list[str]]:
    return [[cell(value) for value in row] for row in rows]


def _type(made: "FPDF", style: str, size: float) -> None:
    """Set the type that follows in the page's font."""
    made.set_font("system" if "system" in made.fonts else "helvetica", style, size)


def _letters(made: "FPDF", text: str) -> str:
    """Return text in the letters of the page's font. Raises _NoLetter for a missing letter.

    Right-to-left letters count as missing, because they would be set in the wrong order.
    """
    text = unicodedata.normalize("NFC", text)
    known = getattr(made.current_font, "cmap", None)
    if known is None:
        text = text.translate(_PLAIN)
    for letter in text:
        has = ord(letter) < 256 if known is None else letter == "\n" or ord(letter) in known
        if not has or unicodedata.bidirectional(letter) in ("R", "AL"):
            raise _NoLetter
    return text


@contextmanager
def _page(document: Document, font: Font) -> Iterator["FPDF"]:
    """Make an empty page, and close the files of its font at the end."""
    from fpdf import FPDF
    from fpdf.fonts import TTFFont

    class Page(FPDF):
        def footer(self) -> None:
            self.set_y(-MARGIN + 3)
            _type(self, "", SMALLEST)
            number = f"Page {self.page_no()} of {{nb}}"
            foot = f"{one_line(document.title)}   {number}   {document.foot}"
            self.cell(0, 4, _letters(self, foot))

    made = Page(format="letter")
    for style, file in zip(("", "B"), font or (), strict=False):
        made.add_font("system", style, file)
    made.set_creation_date(datetime(2000, 1, 1, tzinfo=UTC))  # the same page gives the same file
    made.set_title(one_line(document.title))
    made.set_margins(MARGIN, MARGIN - 3, MARGIN)
    made.set_auto_page_break(True, MARGIN)
    try:
        yield made
    finally:
        for each in made.fonts.values():
            if isinstance(each, TTFFont):
                each.close()


def _fill(made: "FPDF", document: Document, parts: Parts, size: float) -> None:
    """Set the document in one size of type. Raises _NoLetter."""
    made.add_page()
    _type(made, "B", size + 4)
    _text(made, one_line(document.title), (size + 4) * 0.45)
    made.line(MARGIN, made.get_y() + 0.5, made.w - MARGIN, made.get_y() + 0.5)
    made.ln(2)
    for section, table, texts in parts:
        _section(made, section, table, texts, size)


def _section(
    made: "FPDF", section: Section, table: Rows | None, texts: Sequence[str], size: float
) -> None:
    high = size * (0.45 if size > SMALLEST else 0.4)
    top, page = made.get_y(), made.page_no()
    if section.alert:
        made.ln(1.5)
    if section.title:
        _type(made, "B", size + 0.5)
        _text(made, one_line(section.title), high)
    bold = "B" if section.alert else ""
    for name, value in section.pairs:
        _type(made, "B", size)
        made.cell(38, high, _letters(made, heading(one_line(name))))
        _type(made, bold, size)
        made.set_left_margin(MARGIN + 38)
        _text(made, "\n".join(lines(for_person(value))), high)
        made.set_left_margin(MARGIN)
        made.set_x(MARGIN)
    if table:
        _table(made, table, size)
    _type(made, bold, size)
    for text in texts:
        _text(made, "\n".join(lines(text)), high)
    if section.alert and made.page_no() == page:
        made.set_line_width(0.8)
        made.rect(MARGIN - 2, top, made.epw + 4, made.get_y() - top + 1.5)
        made.set_line_width(0.2)
        made.ln(1.5)
    made.ln(high * 0.5)


def _text(made: "FPDF", text: str, high: float) -> None:
    made.multi_cell(0, high, _letters(made, text), new_x="LMARGIN", new_y="NEXT", align="L")


def _table(made: "FPDF", table: Rows, size: float) -> None:
    heads, *rows = [[_letters(made, text) for text in row] for row in (table[0], *table[1])]
    _type(made, "B", max(SMALLEST, size - 1))
    least = [max(map(made.get_string_width, head.split() or [""])) + 3 for head in heads]
    _type(made, "", max(SMALLEST, size - 1))
    columns = [*zip(*rows, strict=True)] or [()] * len(heads)
    full = [max(map(made.get_string_width, each), default=0) + 3 for each in columns]
    short = [max(map(len, each), default=0) <= SHORT for each in columns]
    whole = [
        max(low, each) if few else low for low, each, few in zip(least, full, short, strict=True)
    ]
    least = whole if sum(whole) < made.epw else least
    wanted = [max(0, min(WIDEST, each) - low) for low, each in zip(least, full, strict=True)]
    spare = max(0, made.epw - sum(least)) / (sum(wanted) or 1)
    widths = tuple(low + spare * more for low, more in zip(least, wanted, strict=True))
    aligns = tuple("RIGHT" if each else "LEFT" for each in table[2])
    with made.table(
        col_widths=widths,
        text_align=aligns,
        line_height=size * (0.43 if size > SMALLEST else 0.39),
        borders_layout="HORIZONTAL_LINES",
        padding=(0.3, 1),
    ) as grid:
        for row in [heads, *rows]:
            shown: Any = grid.row()
            for text in row:
                shown.cell(text)
