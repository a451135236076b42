"""Find people: for a search, as possible matches of a new person, and for messages.

Only records that share a key are read, and for a common name only the nearest, so that the time
does not grow with the file. Everybody shown must be audited.
"""

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.identity import Field, Known, Name, rank
from ccu.options import terminal, typed_text
from ccu.options.terminal import ask_until_valid
from ccu.output import say
from ccu.people import match_store, who
from ccu.people import options as person_options
from ccu.people import store as people
from ccu.people.store import Met, Said
from ccu.records import person_ids
from ccu.session import Session

# ---------------------------------------------------------------- in a few words


def why(fields: Iterable[Field]) -> str:
    """Return in words which fields agree and which do not, without those that one side lacks."""
    return ", ".join(
        f"{field.word} {field.agreement}"
        for field in fields
        if field.agreement != "missing" and field.name != "household"
    )


def phone_end(phone: str | None) -> str:
    """Return the last four digits, which are enough to recognize a phone number."""
    digits = [each for each in phone or "" if each.isdigit()]
    return f"ends {''.join(digits[-4:])}" if digits else ""


# ---------------------------------------------------------------- what is asked


LONGEST_QUESTION = 300
BEGINS = 50  # the score of a name that begins with the words

_PHONE = r"(?<!\S)\+?\(?\d[\d().\- ]*\d(?!\S)"
_PHONE_DIGITS = 7


def read_question(session: Session, words: list[str], file: Path | None) -> Known:
    """Read the search: words, a line of standard input for `-`, a file, or an answer."""
    if words and file is not None:
        raise InvalidInput("give either WORDS or --file")
    if file is not None:
        return _of_file(session, file)
    if words == ["-"] and not session.interactive:
        lines = [
            each for each in typed_text.file_text(Path("-"), "WORDS").split("\n") if each.strip()
        ]
        if len(lines) > 1:
            raise InvalidInput("WORDS must be one line; --file - takes lines FIELD: VALUE")
        return parse_words(session, "".join(lines), "WORDS")
    if words and words != ["-"]:
        return parse_words(session, " ".join(words), "WORDS")
    if not session.interactive:
        raise InvalidInput(
            "the name, phone or birth date is missing; ccu person find - reads a line of input"
        )
    return ask_until_valid(
        "Name, phone or birth date", lambda text: parse_words(session, text, "that")
    )


def parse_words(session: Session, text: str, name: str) -> Known:
    """Read words: a date or year is the birth date, 7 digits or more a phone, the rest a name."""
    line = typed_text.line(text, name, LONGEST_QUESTION) or ""
    birth, line = who.take_birth(session, line, "the birth date")
    phone = None
    for found in re.finditer(_PHONE, line):
        if sum(each.isdigit() for each in found[0]) >= _PHONE_DIGITS:
            phone = found[0].strip()
            line = line[: found.start()] + " " + line[found.end() :]
            break
    if not birth:
        birth, line = who.take_birth(session, line, "the birth date", who.YEAR)
    line = " ".join(line.split()).strip(" ,")
    line = re.sub(r"(?:\s*,)+", ",", line)
    if any(each.isdigit() for each in line):
        raise InvalidInput(
            f"{name}: one number is neither a phone of {_PHONE_DIGITS} digits nor a date; write a"
            " date as Jan 31, 1980"
        )
    names: tuple[Name, ...] = ()
    if person_options.has_letter(line):
        family, comma, given = (part.strip() for part in line.partition(","))
        names = (Name(given, family) if comma else Name("", line),)
    return _enough(replace(match_store.as_known({**birth, "phone": phone}), names=names))


def _of_file(session: Session, file: Path) -> Known:
    from ccu.people.form import PersonForm  # imported here, because a search for words must be fast

    form = PersonForm(session)
    form.read_options(person_options.PersonOptions(file=file))
    people.settle(form.said, session.today)
    return _enough(of_said(form.said))


def _enough(known: Known) -> Known:
    if not (any(map(any, known.names)) or known.birth_date or known.phone or known.email):
        raise InvalidInput("nothing to look for; give a name, a phone, an email or a birth date")
    return known


def matches(session: Session, known: Known, least: int, most: int) -> list[dict[str, Any]]:
    """Return person, name, born, phone, score, why, best first; record a read of each."""
    with session.work() as work:
        found = match_store.best_matches(work.connection, known, least, most)
        if not found and least <= BEGINS and known.names:
            found = _beginning(work.connection, known.names[0])[:most]
        ids = [each.person_id for each in found]
        person_ids.shown(work.connection, work.staff_id, "person-find", ids)
    return [
        {
            "person": each.person_id,
            "name": f"{each.row['given_name']} {each.row['family_name']}".strip() or None,
            "born": each.row["birth_date"] or _birth_year(each.row),
            "phone": phone_end(each.row["phone"]) or None,
            "score": each.score,
            "why": _other_name(known, each) + why(each.fields) if each.fields else "name begins so",
        }
        for each in found
    ]


def _beginning(connection: sqlite3.Connection, name: Name) -> list[match_store.Alike]:
    """Return those whose names begin with the words: nobody found would be taken for no record."""
    typed = f"{name.given} {name.family}".strip()
    if not terminal.may_be_part(typed):
        return []
    return match_store.alike(connection, person_ids.of_a_name(connection, typed), BEGINS)


def _birth_year(row: sqlite3.Row) -> str | None:
    year = person_options.birth_year(row["age_estimate"], row["age_estimated_on"])
    return str(year) if year else None


def _other_name(asked: Known, each: match_store.Alike) -> str:
    """Return the name by which they were found, if it is not the one shown."""
    named = Known(names=asked.names)
    shown = Name(each.row["given_name"], each.row["family_name"])
    score = {name: rank(named, Known(names=(name,))) for name in (shown, *each.known.names)}
    best = max(score, key=lambda name: score[name])
    return f"as {' '.join(filter(None, best))}: " if score[best] > score[shown] else ""


# ---------------------------------------------------------------- before a new record is made


MOST_SHOWN = 5
WIDTH = 78
MOST_TOLD = 3  # if nobody can be asked


def existing(session: Session, known: Known) -> int | None:
    """Ask whether it is one of the possible matches; return the number, or None for a new person.

    Asks nothing without a possible match. Raises KeyboardInterrupt if the user stops.
    """
    found = match_store.likely_same(session.db, known)[:MOST_SHOWN]
    if not found:
        return None
    numbers = [each.person_id for each in found]
    with session.work() as work:
        person_ids.shown(work.connection, work.staff_id, "person-alike", numbers)
    say("Possible match:")
    for each in found:
        for line in _lines(each):
            say(line)
    which = f"{numbers[0]}" if len(numbers) == 1 else "one of them"
    question = f"Same person as {which}? Enter the number, or n for new"
    return terminal.choose(question, "person", numbers, terminal.NEW, ", or n")


def of_met(session: Session, met: Met) -> Met:
    """Return a person named on a call, as the record on file that was chosen or as given."""
    chosen = existing(session, match_store.as_known(vars(met)))
    if chosen is not None and (met.birth_date or met.sex or met.phone):
        say(f"  Person {chosen} stays as on file; to change that: ccu person edit {chosen}")
    return met if chosen is None else Met(met.role, person_id=chosen)


def of_said(said: Said) -> Known:
    """Return the values given for a person in the form used for comparison."""
    return match_store.as_known(said.fields, (Name(*each) for each in said.aliases))


def messages(
    connection: sqlite3.Connection, ids: Iterable[int], every: bool = False, after: int = 0
) -> list[str]:
    """Return who on file these people may be, by numbers only, a sentence for each.

    For if nobody can be asked, after they were added, inside the same write. `every`: also those
    who were recorded after them; `after`: only numbers above it. Not those who are marked as
    different.
    """
    lines = []
    for person_id, known in match_store.known(connection, ids).items():
        found = match_store.likely_same(connection, known, [person_id])
        others = [
            each
            for each in found
            if (every or each.person_id < person_id)
            and each.person_id > after
            and not match_store.rows_between(
                connection, "person_different", each.person_id, person_id
            )
        ]
        for each in others[:MOST_TOLD]:
            two = "{} {}".format(*sorted((each.person_id, person_id)))
            lines.append(
                f"person {person_id} may be person {each.person_id} (score {each.score}):"
                f" ccu person compare {two}, and if so ccu person merge {two}"
            )
    return lines


def messages_since(session: Session, before: int, asked: bool) -> list[str]:
    """Return the same for everybody added since `before` was the highest number, inside a write.

    Where a person was asked about those on file, only who of the new ones may be the same.
    """
    added = range(before + 1, people.last(session.db) + 1)
    return messages(session.db, added, after=before if asked else 0)


def _lines(each: match_store.Alike) -> list[str]:
    """Return `12  Ana Reyes, born Jan 31, 1980, phone ends 0142`, and below the score and why."""
    import textwrap

    row = each.row
    parts = [person_ids.name(row)]
    if row["birth_date"]:
        parts.append(f"born {dates.said(row['birth_date'])}")
    elif year := _birth_year(row):
        parts.append(f"born {year}")
    if row["phone"]:
        parts.append(f"phone {phone_end(row['phone'])}")
    number = f"  {each.person_id}  "
    score = f"score {each.score}: {why(each.fields)}"
    return [
        number + ", ".join(parts),
        *(" " * len(number) + line for line in textwrap.wrap(score, WIDTH - len(number))),
    ]
