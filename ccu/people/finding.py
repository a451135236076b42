"""Finding somebody by what was heard: a name, a phone, a birth date, in any order, or by fields."""

import re
from datetime import date
from pathlib import Path
from typing import Any

from ccu.errors import InvalidInput
from ccu.identity import Known, Name, rank
from ccu.options import typed_text
from ccu.options.terminal import ask_until_valid
from ccu.people import candidates
from ccu.people import name as person_name
from ccu.people.candidates import Alike
from ccu.people.summary import phone_end, why
from ccu.records import person_ids
from ccu.session import Session

LONGEST_QUESTION = 300

_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = (
    r"(?<!\S)(?:born )?(\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? ?{_MONTH},? \d{{4}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})"
    r"(?!\S)"
)
_PHONE = r"(?<!\S)\+?\(?\d[\d().\- ]*\d(?!\S)"
_PHONE_DIGITS = 7


def asked(session: Session, words: list[str], file: Path | None) -> Known:
    """What is asked: the words, standard input for `-`, the fields of a file, or an answer.

    Raises InvalidInput, and KeyboardInterrupt when the person stops.
    """
    if words and file is not None:
        raise InvalidInput("give either WORDS or --file")
    if file is not None:
        return _of_file(session, file)
    if words == ["-"]:
        lines = [
            each for each in typed_text.file_text(Path("-"), "WORDS").split("\n") if each.strip()
        ]
        if len(lines) > 1:
            raise InvalidInput("WORDS must be one line; --file - takes lines FIELD: VALUE")
        return read("".join(lines), "WORDS", session.today)
    if words:
        return read(" ".join(words), "WORDS", session.today)
    if not session.interactive:
        raise InvalidInput("WORDS are missing; - reads them from standard input")
    return ask_until_valid(
        "Name, phone or birth date, as heard", lambda text: read(text, "that", session.today)
    )


def read(text: str, name: str, today: date) -> Known:
    """A line of words: a date is the birth date, 7 digits or more the phone, the rest a name."""
    line = typed_text.line(text, name, LONGEST_QUESTION) or ""
    born, phone = None, None
    if found := re.search(_DATE, line, re.IGNORECASE):
        born = _birth_date(found[1], today)
        line = line[: found.start()] + " " + line[found.end() :]
    for found in re.finditer(_PHONE, line):
        if sum(each.isdigit() for each in found[0]) >= _PHONE_DIGITS:
            phone = found[0].strip()
            line = line[: found.start()] + " " + line[found.end() :]
            break
    line = " ".join(line.split())
    if any(each.isdigit() for each in line):
        raise InvalidInput(
            f"{name}: a number there is no phone of {_PHONE_DIGITS} digits and no date; write a"
            " date as 31 Jan 1980"
        )
    names: tuple[Name, ...] = ()
    if person_name.has_letter(line):
        family, comma, given = (part.strip() for part in line.partition(","))
        names = (Name(given, family) if comma else Name("", line),)
    return _enough(Known(names=names, birth_date=born, phone=phone))


def _of_file(session: Session, file: Path) -> Known:
    from ccu.people.form import PersonForm  # not needed for words, which are to be quick
    from ccu.people.offer import of_said
    from ccu.people.options import PersonOptions

    form = PersonForm(session.db, session.today)
    form.read_options(PersonOptions(file=file))
    form.settle()
    return _enough(of_said(form.said))


def _birth_date(text: str, today: date) -> str:
    from ccu import dates
    from ccu.people.form import hidden

    with hidden(text):
        return dates.parse_day(text, today, field="the birth date", future=False).isoformat()


def _enough(known: Known) -> Known:
    if not (any(map(any, known.names)) or known.birth_date or known.phone or known.email):
        raise InvalidInput("nothing to look for: a name, a phone, an email or a birth date")
    return known


def rows(session: Session, known: Known, least: int, most: int) -> list[dict[str, Any]]:
    """person, name, born, phone, score, why, best first; that they were shown is audited."""
    staff_id = session.staff_id
    with session.writing() as connection:
        found = candidates.answering(connection, known, least, most)
        ids = [each.person_id for each in found]
        person_ids.shown(connection, staff_id, "person-find", ids)
    return [
        {
            "person": each.person_id,
            "name": f"{each.row['given_name']} {each.row['family_name']}".strip() or None,
            "born": each.row["birth_date"],
            "phone": phone_end(each.row["phone"]) or None,
            "score": each.score,
            "why": _other_name(known, each) + why(each.fields),
        }
        for each in found
    ]


def _other_name(asked: Known, each: Alike) -> str:
    """By which name they were found, where it is not the one that is shown."""
    named = Known(names=asked.names)
    shown = Name(each.row["given_name"], each.row["family_name"])
    score = {name: rank(named, Known(names=(name,))) for name in (shown, *each.known.names)}
    best = max(score, key=lambda name: score[name])
    return f"as {' '.join(filter(None, best))}: " if score[best] > score[shown] else ""
