"""Columns that an import refuses: criminal-history identifiers and social security numbers.

FBI and state identification numbers are the keys of criminal histories, which have rules of their
own; none is needed to identify a call or a client. All columns of the file are checked, not only
those that a layout reads: a rejects file would carry the others along. A column is recognized by
its name or, for a pattern that hardly anything else has, by its cells. No cell is ever printed.
"""

import re
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from ccu.errors import InvalidInput
from ccu.output import say

if TYPE_CHECKING:
    from ccu.imports.rows import Table

SAMPLE = 200  # cells of a column that are checked, without the empty ones
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
    "a driver's license number": rf"\b(oln|dln?|ol {NUMBER}|dl{NUMBER})\b"
    r"|\b(driver s|drivers|driver|operator s|operators|operator) ?lic",
    "an arrest or booking number": rf"\b(arrest|booking|inmate|offender|docket) ?{NUMBER}\b",
}
# what it is -> what its cells are like: of an FBI number only the form that nothing else has
CELLS = {
    "a social security number": r"\d{3}-\d{2}-\d{4}",
    "an FBI number": r"(FBI[ #:-]*)?\d{6}[A-HJ-NP-W]{1,2}\d{1,2}",
}


# National and insurance numbers, which no layout about people may name: what such a column is
# called, in words and with all but letters left out.
_NUMBER_WORDS = re.compile(
    r"\b(ssn|soc|sin|nino|ni|nhs|itin|tin|insur|ins|mbi|hicn?|cpf|curp|dni|aadhaar|nric|ppsn?)"
    r"( ?(id|no|num|number|nbr))?\b"
)
_NUMBER_LETTERS = re.compile(
    "socsec|socialsec|socialins|medicaid|medicare|insurance|insured|passport|nationalid"
    "|nationalnum|nationalins|nhsn|licen[cs]e(?!d)|healthcard|healthnumber|taxid|taxpayer|greencard"
    "|aliennum|policyn|subscriberid|stateid|pensionn"
)


def check(table: "Table", allow: Sequence[str]) -> list[str]:
    """Look at the columns; `allow` are those that may pass, by name or by place.

    Returns what was let pass, by its type: the names in a file are not for the audit.
    Raises InvalidInput.
    """
    rows = table.sample()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(table.names)
    passed = _places(table.names, allow)
    allowed: list[str] = []
    refused: list[tuple[str, str]] = []
    for place, (name, cells) in enumerate(zip(table.names, columns, strict=True)):
        filled = list(islice(filter(None, map(str.strip, cells)), SAMPLE))
        what = _by_name(REFUSED, name, filled) or _by_cells(filled)
        if what and place in passed:
            allowed.append(what.removeprefix("an ").removeprefix("a "))
        elif what:
            refused.append((_label(place, name), what))
        elif (what := _by_name(TOLD, name, filled)) and place not in passed:
            say(f"{_label(place, name)} looks like {what}; leave it out of the export if you can")
    if refused:
        raise InvalidInput(_sentence(refused))
    return allowed


def is_identity_number(column: str) -> bool:
    """Whether a column's name looks like that of a national or an insurance number."""
    words = _words(column)
    letters = words.replace(" ", "")
    return bool(_NUMBER_WORDS.search(words) or _NUMBER_LETTERS.search(letters))


def _words(column: str) -> str:
    """Return the words of a column's name in lower case, those of CamelCase apart."""
    apart = re.sub("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", column)
    return " ".join(re.findall("[a-z]+", apart.lower()))


def _places(names: Sequence[str], allow: Sequence[str]) -> set[int]:
    """Return the places of the columns that may pass, given by name or by place."""
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
    """Return what the column is by its name; empty when its cells show that it holds no number."""
    words = re.sub(r"\b([a-z]) (?=[a-z]\b)", r"\1", _words(name.replace("#", " no ")))  # S.S.N.
    if cells and not any(len(cell) > 3 and re.search(r"\d", cell) for cell in cells):
        return ""  # `state_id` with CT in it, `FBI` with yes and no
    return next((what for what, pattern in kinds.items() if re.search(pattern, words)), "")


def _by_cells(cells: Sequence[str]) -> str:
    for what, pattern in CELLS.items():
        if 2 * sum(bool(re.fullmatch(pattern, cell)) for cell in cells) > len(cells):
            return what
    return ""


def _label(place: int, name: str) -> str:
    """Return the column's name, or its place where the name may be a cell: no header."""
    plain = name.isprintable() and 0 < len(name) <= LONGEST_NAME
    if not plain or re.search(r"\d\D*\d\D*\d", name):
        return f"column {place + 1}"
    return f"column {name!a}"


def _sentence(refused: Sequence[tuple[str, str]]) -> str:
    told = " and ".join(f"{label} looks like {what}" for label, what in refused)
    it = "it" if len(refused) == 1 else "them"
    return (
        f"{told}; leave {it} out of the export, or allow {it} with --allow-column and the"
        " column's name or its position"
    )
