"""What a first layout goes by: how columns, natures, dispositions and dates tend to be written."""

import re
from collections.abc import Mapping, Sequence
from itertools import product

from ccu import dates
from ccu.errors import InvalidInput

# field -> what its column tends to be called; a column is taken by the first field that wants it.
NAMES = {
    "dispatched": r"dispatch|disp[ _]?(time|date)",
    "arrived": r"arriv|on[ _]?scene",
    "cleared": r"clear|closed?\b|\bend[ _]?(time|date)?$",
    "occurred": r"receiv|creat|occur|report(ed)?[ _]?(date|time)|call[ _]?(date|time)|date[ _]?time"
    r"|time[ _]?stamp|^date$|^time$|start|incident[ _]?(date|time)|opened|date|time",
    "incident": r"(incident|event|call|case|cad|master|report)[ _]?(num|no\b|nbr|id|#)|^id$"
    r"|^incident$",
    "city": r"\bcity|town|twp|municip|communit",
    "state": r"^state$",
    "zip": r"\bzip|postal",
    "unit": r"\bapt|apartment|suite|^unit[ _]?(no|num|#)",
    "cross": r"cross|intersect",
    "address": r"addr|location|street|block",
    "disposition": r"dispo|outcome|result|status",
    "nature_cleared": r"final|(closed|cleared)[ _]?(type|nature)",
    "nature": r"nature|type|problem|title|complaint|descri|offense|^incident$|charge",
    "priority": r"prior",
    "beat": r"beat|district|sector|precinct|zone|area",
}

NATURES = {
    "suicide": r"suicid",
    "overdose": r"overdose|\bod\b",
    "welfare_check": r"welf|wellbeing|well being|wellness",
    "youth_crisis": r"(juv|youth|child).*(crisis|psych)",
    "dementia": r"dementia|alzheim|senile",
    "crisis": r"crisis|mental|psych|emotional|\bedp\b|5150|baker act",
    "missing": r"missing|runaway|elope|lost (child|person)",
    "unsheltered": r"homeless|unsheltered|vagran|encamp",
    "elder_concern": r"elder",
    "substance": r"intox|drunk|narcotic use",
    "domestic": r"domestic|family|\bdv\b",
    "trespass": r"trespass|unwanted|loiter",
    "disturbance": r"disturb|noise|fight|loud|party",
    "medical_assist": r"medical|\bems\b|ambulance|sick|injur|lift assist",
    "transport": r"transport|convey",
}
DISPOSITIONS = {
    "arrest": r"arrest",
    "citation": r"citation|\bcite|summons",
    "unable_to_locate": r"unable to loc|\butl\b|\bgoa\b|gone on",
    "no_action": r"unfound|cancel|no action|false",
    "voluntary_transport": r"voluntar",
    "referred": r"referr",
    "resolved": r"resolv|services rendered|settled",
}

DAYS = ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%Y/%m/%d", "%m-%d-%Y",
        "%d-%m-%Y", "%d.%m.%Y", "%d-%b-%Y", "%d %b %Y", "%b %d %Y", "%Y%m%d")  # fmt: skip
CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S.%f")
CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d)?( ?[AP]M)?", re.IGNORECASE)


def columns_of(names: list[str], cells: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """field -> its columns; a name that stands twice in the header is nobody's."""
    left = [name for name in names if name and names.count(name) == 1]
    chosen: dict[str, list[str]] = {}
    for field, pattern in NAMES.items():
        fits = [name for name in left if _met(pattern, name)]
        if field == "incident":
            fits = [name for name in fits if _tells_apart(cells[name])]
        if not fits:
            continue
        in_parts = field == "cross" or (
            field == "address" and any(_met("num|house", n) for n in fits)
        )
        chosen[field] = fits if in_parts else [_best(fits, pattern)]
        left = [name for name in left if name not in chosen[field]]
    return chosen


def _tells_apart(cells: Sequence[str]) -> bool:
    """Whether nearly every row has another text here."""
    said = [cell for cell in cells if cell]
    return len({*said}) > 0.9 * len(said)


def _met(pattern: str, text: str) -> bool:
    return bool(re.search(pattern, text.replace("-", " "), re.IGNORECASE))


def _best(fits: list[str], pattern: str) -> str:
    """Of several columns the one whose name meets the earliest alternative of the pattern."""
    alternatives = re.split(r"\|(?![^(]*\))", pattern)
    return min(fits, key=lambda name: [_met(each, name) for each in alternatives].index(True))


def join_day_and_clock(chosen: dict[str, list[str]], columns: Mapping[str, Sequence[str]]) -> None:
    """Where the day stands alone, add a column of clock times that nothing else wants."""
    taken = {name for names in chosen.values() for name in names}
    day = chosen["occurred"][0]
    if any(":" in text for text in columns[day]):
        return
    for name, cells in columns.items():
        said = [cell for cell in cells if cell]
        if name not in taken and said and all(map(CLOCK.fullmatch, said)):
            chosen["occurred"] = [day, name]
            return


def formats_of(sample: list[str]) -> list[str]:
    """The formats that read the whole sample, one for each different reading of it."""
    days_with_clock = [f"{day}{space}{clock}" for day, space, clock in product(DAYS, " T", CLOCKS)]
    found: dict[tuple[str, ...], str] = {}
    for form in (*days_with_clock, "iso", *DAYS, "epoch", "epoch-ms"):
        reading = _read_all(form, sample)
        if reading:
            found.setdefault(reading, form)
    return list(found.values())


def _read_all(form: str, sample: list[str]) -> tuple[str, ...]:
    """The sample as read by the format; empty when it does not fit one of them."""
    try:
        return tuple(map(dates.cad_reader([form], dates.zone("UTC")), sample))
    except (ValueError, InvalidInput):
        return ()


def code_of(text: str, keywords: Mapping[str, str]) -> str:
    """The code that a keyword in the text points to, empty when none does."""
    return next((code for code, word in keywords.items() if _met(word, text)), "")
