"""A workbook for a spreadsheet: numbers are numbers, days are days, all other cells are text.

No cell is run as a formula or becomes a link. The same rows give the same bytes.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from ccu.errors import InvalidInput
from ccu.output import Sink, Table
from ccu.output.text import is_number, one_line, plain_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

NAME = 31  # characters of a sheet's name
WIDEST = 60  # of a column
SAMPLE = 200  # rows read to choose the widths
MOST_ROWS = 1_048_575  # below the header
LONGEST = 32_767  # characters of a cell
LARGEST = 10**15  # a larger number would lose its last digits
CUT = " ... (cut; the rest is in CSV and JSON)"
_MOMENT = re.compile(
    r"([12]\d{3}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[+-]\d\d:\d\d)?)?", re.ASCII
)
_FORMATS = {10: "yyyy-mm-dd", 16: "yyyy-mm-dd hh:mm", 19: "yyyy-mm-dd hh:mm:ss"}
_NUMBER = "0.######"  # without separators: most numbers of lists are those of records
_RESERVED = ("", "history")  # Excel keeps the second for itself
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def write(table: Table, sink: Sink) -> None:
    """Write the rows as a workbook. Raises InvalidInput at a terminal."""
    if sink.terminal:
        raise InvalidInput("a workbook is for a spreadsheet: name a file, as --output list.xlsx")
    sink.write_binary(content_of(table))


def content_of(table: Table) -> bytes:
    """Return the rows on one sheet, with what a person reads. Raises InvalidInput for too many."""
    book = Book()
    sheet = book.sheet(table.title or "ccu")
    book.rows(sheet, table.headings, table.shown())
    return book.content()


class Book:
    """A workbook made in memory, with the types of cells that it may have."""

    def __init__(self, title: str = "", created: datetime | None = None) -> None:
        """`created` is in the file's properties, without the time zone."""
        import xlsxwriter

        self._stream = BytesIO()
        plain = {"strings_to_formulas": False, "strings_to_urls": False}
        options = {"in_memory": True, "strings_to_numbers": False, **plain}
        self.book: Workbook = xlsxwriter.Workbook(self._stream, options)
        made = (created or datetime(2000, 1, 1)).replace(tzinfo=None)
        self.book.set_properties({"title": one_line(title), "created": made})
        self._formats: dict[str, Any] = {}
        self.bold = self.book.add_format({"bold": True, "text_wrap": True, "valign": "bottom"})

    def content(self) -> bytes:
        """Return the file."""
        self.book.close()
        return self._stream.getvalue()

    def sheet(self, name: str) -> "Worksheet":
        """Add a sheet, leaving out characters that its name may not have."""
        shown = _FORBIDDEN.sub(" ", one_line(name))[:NAME].strip(" '")
        return self.book.add_worksheet(shown if shown.casefold() not in _RESERVED else "ccu")

    def cell(
        self, sheet: "Worksheet", row: int, column: int, value: Any, pattern: str = _NUMBER
    ) -> None:
        """Write one cell: a number in the pattern, a day or a time as such, others as text.

        A time is that of the town's clocks, as it is stored; a spreadsheet has no offsets.
        """
        if value is None:
            return
        if is_number(value) and abs(value) < LARGEST:
            sheet.write_number(row, column, value, self._format(pattern))
            return
        text = plain_text(value)
        moment = _MOMENT.fullmatch(text)
        if moment is None:
            self.text(sheet, row, column, text)
            return
        written = " ".join(filter(None, moment.groups()))
        try:
            day = datetime.fromisoformat(written) if moment[2] else date.fromisoformat(written)
        except ValueError:
            self.text(sheet, row, column, text)
        else:
            sheet.write_datetime(row, column, day, self._format(_FORMATS[len(written)]))

    @staticmethod
    def text(sheet: "Worksheet", row: int, column: int, text: str) -> None:
        """Write a cell of text, never a formula; text too long for a cell is cut and marked."""
        shown = one_line(text)
        if len(shown) > LONGEST:
            shown = shown[: LONGEST - len(CUT)] + CUT
        sheet.write_string(row, column, shown)

    def rows(
        self,
        sheet: "Worksheet",
        heads: Sequence[str],
        rows: Iterable[Sequence[Any]],
        pattern: Callable[[int, int], str] = lambda row, column: _NUMBER,
    ) -> None:
        """Write rows under their titles, which stay in sight and have a filter.

        `pattern` returns that of the numbers in a cell, by its row and column from 0.
        """
        widths = list(map(len, heads))
        last = 0
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, self.bold)
        for last, row in enumerate(rows, 1):
            if last > MOST_ROWS:
                raise InvalidInput(
                    "there are more rows than a workbook holds; end --output in .csv"
                )
            for column, value in enumerate(row):
                self.cell(sheet, last, column, value, pattern(last - 1, column))
                if last <= SAMPLE:
                    widths[column] = max(widths[column], len(plain_text(value)))
        for column, wide in enumerate(widths):
            sheet.set_column(column, column, min(WIDEST, wide + 2))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(widths) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _format(self, pattern: str) -> Any:
        if pattern not in self._formats:
            self._formats[pattern] = self.book.add_format({"num_format": pattern})
        return self._formats[pattern]
