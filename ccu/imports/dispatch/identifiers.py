"""Columns that an import refuses: criminal-history identifiers and social security numbers.

FBI and state identification numbers are the keys of criminal histories, which have rules of their
own; none is needed to know a call or a client. All of the file's columns are looked at, not only
those that a layout reads: a rejects file would carry the others along. A column is told by its name
or, of a pattern that hardly anything else has, by its cells. No cell is ever printed.
"""

import re
from collections.abc import Sequence
from itertools import islice

from ccu.errors import InvalidInput
from ccu.imports.dispatch.rows import Rows, header
from ccu.imports.dispatch.source import Export
from ccu.output import say

READ = 2_000  # rows that are looked at
SAMPLE = 200  # cells of a column that are looked at, the empty ones passed over
LONGEST_NAME = 40  # of a column, that is printed
NUMBER = r"(no|nbr|num|number|id)"

# what it is -> how such a column is called, in lower-case words
REFUSED = {
    "an FBI number": rf"\b(fbi|ucn)\b|\b(fbi|ucn){NUMBER}\b",
    "a state identification number": rf"\b(sid|sbi|spbi|nysid|cii)\b|\b(sid|sbi|spbi){NUMBER}\b"
    r"|\bstate ?(id|ident\w*)\b",
    "an NCIC or III number": rf"\b(ncic|iii)\b|\b(ncic|iii){NUMBER}\b|\bnic {NUMBER}\b",
    "a social security number": rf"\bssn\b|\bssn?{NUMBER}\b|\bss {NUMBER}\b|\bsoc\b"
    r"|\bsoc(ial)? ?sec\w*",
}
TOLD = {
    "a driver's licence number": rf"\b(oln|dln?|ol {NUMBER}|dl{NUMBER})\b"
    r"|\b(driver s|drivers|driver|operator s|operators|operator) ?lic",
    "an arrest or booking number": rf"\b(arrest|booking|inmate|offender|docket) ?{NUMBER}\b",
}
# what it is -> what its cells are like: of an FBI number only the form that nothing else has
CELLS = {
    "a social security number": r"\d{3}-\d{2}-\d{4}",
    "an FBI number": r"(FBI[ #:-]*)?\d{6}[A-HJ-NP-W]{1,2}\d{1,2}",
}


def check(export: Export, delimiter: str, allow: Sequence[str]) -> list[str]:
    """Look at the columns; `allow` are those that may pass, by name or by place.

    Returns what was let pass, by its kind: the names in somebody's file are not for the audit.
    Raises InvalidInput.
    """
    names, rows = _sample(export, delimiter)
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    passed = _places(names, allow)
    allowed: list[str] = []
    refused: list[tuple[str, str]] = []
    for place, (name, cells) in enumerate(zip(names, columns, strict=True)):
        said = list(islice(filter(None, map(str.strip, cells)), SAMPLE))
        what = _by_name(REFUSED, name, said) or _by_cells(said)
        if what and place in passed:
            allowed.append(what.removeprefix("an ").removeprefix("a "))
        elif what:
            refused.append((_label(place, name), what))
        elif (what := _by_name(TOLD, name, said)) and place not in passed:
            say(f"{_label(place, name)} looks like {what}; better leave it out of the export")
    if refused:
        raise InvalidInput(_sentence(refused))
    return allowed


def _sample(export: Export, delimiter: str) -> tuple[list[str], list[list[str]]]:
    lines = export.lines()
    names, before = header(lines, delimiter)
    rows: list[list[str]] = []
    for chunk in Rows(lines, delimiter, len(names), before).chunks():
        rows += chunk.rows
        if len(rows) >= READ:
            break
    return names, rows[:READ]


def _places(names: Sequence[str], allow: Sequence[str]) -> set[int]:
    """Where the columns stand that may pass, named by their name or by their place."""
    places: set[int] = set()
    for said in allow:
        wanted = " ".join(said.split()).casefold()
        found = [i for i, name in enumerate(names) if " ".join(name.split()).casefold() == wanted]
        if not found and re.fullmatch("[0-9]{1,4}", wanted) and 1 <= int(wanted) <= len(names):
            found = [int(wanted) - 1]
        if not found:
            raise InvalidInput("--allow-column names a column that the file does not have")
        places.update(found)
    return places


def _by_name(kinds: dict[str, str], name: str, cells: Sequence[str]) -> str:
    """What the column is by its name; nothing when its cells show that it holds no number."""
    apart = re.sub("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = " ".join(re.findall("[a-z]+", apart.lower().replace("#", " no ")))
    words = re.sub(r"\b([a-z]) (?=[a-z]\b)", r"\1", words)  # S.S.N.
    if cells and not any(len(cell) > 3 and re.search(r"\d", cell) for cell in cells):
        return ""  # `state_id` with CT in it, `FBI` with yes and no
    return next((what for what, pattern in kinds.items() if re.search(pattern, words)), "")


def _by_cells(cells: Sequence[str]) -> str:
    for what, pattern in CELLS.items():
        if 2 * sum(bool(re.fullmatch(pattern, cell)) for cell in cells) > len(cells):
            return what
    return ""


def _label(place: int, name: str) -> str:
    """The column's name; its place where the name may be a cell, of a file without a header."""
    plain = name.isprintable() and 0 < len(name) <= LONGEST_NAME
    if not plain or re.search(r"\d\D*\d\D*\d", name):
        return f"column {place + 1}"
    return f"column {name!a}"


def _sentence(refused: Sequence[tuple[str, str]]) -> str:
    told = " and ".join(f"{label} looks like {what}" for label, what in refused)
    it = "it" if len(refused) == 1 else "them"
    return (
        f"{told}; leave {it} out of the export, or let {it} pass by --allow-column with the"
        " column's name or its place"
    )
