"""A person in one line, as people write it: `Jane Doe, born 5/6/1971`; `John Roe, 81`.

Digits are never part of a name. Errors name the option and never repeat the text.
"""

import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ccu.errors import InvalidInput
from ccu.options import terminal
from ccu.options.types import PERSON
from ccu.output import say
from ccu.people import options as person_options
from ccu.people.options import is_suffix
from ccu.records import person_ids, text_table

if TYPE_CHECKING:
    from ccu.session import Session

# Word for a relation or a role in a call -> the code of call_role that it means, if any.
RELATIONS = {
    word: role
    for role, words in text_table(Path(__file__).with_name("words.txt"))["relations"]
    for word in words.split()
}
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?"
_DATE = (
    r"(?:0\d|1[0-2])[0-3]\d(?:19|20)\d\d|\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? ?{_MONTH},? \d{{4}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
)
_BORN = (
    r"born(?: on| in)?|nacid[oa](?: el| en)?|date of birth|birth ?date|d\.?o\.?b\.?|b\.?(?=:? ?\d)"
)
# Texts, not compiled patterns: `re` compiles and keeps each one when it is first needed.
BIRTH = (
    rf"(?i)(?<![^\s,;(])(?:(?:{_BORN}):? ?(?P<said>{_DATE}|[^\s,;()]+)|(?P<date>{_DATE}))"
    r"(?![^\s,;)])"
)
YEAR = r"(?<![^\s,;(])(?P<said>(?:19|20)\d\d)(?![^\s,;)])"
_AGE = (
    r"(?i)(?<![^\s,;(])(?:(?:aged?|about|abt|approx(?:imately)?|around|in (?:his|her|their)"
    r"|early|mid|late|~)[ .:-]*)*(?P<said>\d{1,3})[ -]?(?:y[./]?o\.?|(?P<tens>s)|ish"
    r"|(?:years?|yrs?|(?P<young>months?|mos?|weeks?|wks?|days?))(?:[ -]old)?)?(?![^\s,;)])"
)
_PHONE = (
    r"(?i)(?<![^\s,;(])(?:(?:tel|ph(?:one)?|cell)[ .:]*)?"
    r"(?P<said>(?:\+?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}|\d{10})(?![^\s,;)])"
)
# F or W/F; if a birth date or an age is given, it may follow the name without a comma.
_SEX = (
    r"(?i)(?<![^\s,;(])[a-z]/(?P<said>[mf])(?![^\s,;)])"
    r"|(?<=[,;(])\s*(?P<part>m|f|male|female)\s*(?=[,;)]|$)"
)
_LAST_SEX = r"(?i)\s(?P<said>m|f|male|female)\s*(?=[,;]|$)"


class Who(NamedTuple):
    """A name and what was written with it: fields of a person and a word of RELATIONS."""

    given: str
    family: str
    fields: dict[str, Any]
    relation: str


def holds_more(text: str) -> bool:
    """Return whether a text has more than a name: a number, a birth date or a comma."""
    return bool(re.search(rf"[\d,;]|\b(?:{_BORN})\b", text, re.IGNORECASE))


def ends_before_birth(text: str) -> bool:
    """Return whether a text ends with `DOB` or similar, so that a colon after it ends no role."""
    return bool(re.search(rf"(?<![^\s,;(])(?:{_BORN})\s*$", text, re.IGNORECASE))


def take_birth(
    session: "Session", line: str, option: str, written: str = BIRTH
) -> tuple[dict[str, Any], str]:
    """Return the fields of a birth date in a line, and the line without it; raises InvalidInput.

    With YEAR also a year alone, which could be part of a phone number.
    """
    found = re.search(written, line)
    if found is None:
        return {}, line
    said = found["said"] or found["date"]
    rest = f"{line[: found.start()]} , {line[found.end() :]}"
    if said.lower() in person_options.UNKNOWN:
        return {}, rest
    return person_options.birth_fields(person_options.birth_date(session, said, option)), rest


def read(session: "Session", text: str, option: str) -> Who:
    """Read a name, then personal details, then a relation. Raises InvalidInput.

    Details are a birth date, year or age, the sex and a phone number.
    """
    where = f"{option}: the birth date"
    related = rf"(?:the |his |her |their )?((?:{'|'.join(RELATIONS)})\b[^();,]*)"
    rest = re.sub(rf"(?i)\(\s*{related}\)|(?: -|,)\s*{related}", r", \1\2", text)
    phone, rest = _cut_out(_PHONE, rest)
    fields, rest = take_birth(session, rest, where)
    if not fields:
        fields, rest = take_birth(session, rest, where, YEAR)
    if not fields and (aged := re.search(_AGE, rest)):
        fields, rest = _of_age(session, aged, option), _without(rest, aged)
    sex, rest = _sex(rest, bool(fields))
    fields |= {key: value for key, value in (("sex", sex), ("phone", phone)) if value}
    name, _, behind = rest.partition(";")
    parts, others = _parts(name), _parts(behind)
    if not others and len(parts) > 1 and is_relation(parts[-1]):
        others = [parts.pop()]
    if len(parts) > 1 and is_suffix(parts[-1]):
        parts[-2:] = [" ".join(parts[-2:])]
    if len(parts) > 2 or len(others) > 1 or not all(map(is_relation, others)) or _is_told(parts):
        raise InvalidInput(
            f"{option}: after the name you can write: born 1/31/1980, an age, or a relation such as"
            " daughter"
        )
    if not parts and fields:
        raise InvalidInput(f"{option}: give the name first, such as Jane Doe, born 5/6/1971")
    given, family = person_options.split_name(", ".join(parts), option)
    return Who(given, family, fields, "".join(others))


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} , {text[found.end() :]}"


def _cut_out(pattern: str, text: str) -> tuple[str, str]:
    """Return the match of a pattern, and the text without it."""
    found = re.search(pattern, text)
    return (found["said"], _without(text, found)) if found else ("", text)


def _of_age(session: "Session", aged: re.Match[str], option: str) -> dict[str, Any]:
    """Return the fields of an age: 40s is 45, months are 0. Raises InvalidInput."""
    age = 0 if aged["young"] else int(aged["said"]) + (5 if aged["tens"] else 0)
    if age > person_options.OLDEST_GUESS:
        raise InvalidInput(f"{option}: an age is a number up to {person_options.OLDEST_GUESS}")
    return {"age_estimate": age, "age_estimated_on": session.today.isoformat()}


def _sex(text: str, is_aged: bool) -> tuple[str, str]:
    """Return male, female or "", and the text without it; M alone may be an initial: Roe, M."""
    found = re.search(_SEX, text)
    if found and found["part"] and not (is_aged or " " in text[: found.start()].strip(" ,;(")):
        found = None
    if found is None and is_aged:
        found = re.search(_LAST_SEX, text)
    if found is None:
        return "", text
    said = next(filter(None, found.groups()))
    return ("male" if said[0] in "mM" else "female"), _without(text, found)


def _is_told(parts: list[str]) -> bool:
    """Return whether the second part is a description, such as homeless, and no given name."""
    from ccu.identity.names import PARTICLES

    if len(parts) != 2 or " " not in parts[0] or not parts[1].islower():
        return False
    words = parts[0].split()
    return words[-1][0].isupper() and not any(word.lower() in PARTICLES for word in words)


def _parts(text: str) -> list[str]:
    """Return the parts between commas and semicolons, without brackets and bare punctuation."""
    parts = (" ".join(each.strip(" ()").split()) for each in re.split("[,;]", text))
    return [each for each in parts if any(map(str.isalnum, each))]


def is_relation(text: str) -> bool:
    """Return whether a text begins with a word of RELATIONS."""
    return bool(text.strip()) and text.split()[0].lower() in RELATIONS


def confirm_name(given: str, family: str) -> None:
    """Ask to confirm a name that looks like an answer to another question, such as `y`."""
    name = f"{given} {family}".strip()
    if len(name) != 1 and name.lower() not in ("yes", "no"):
        return
    if not terminal.yes_or_no(f'Is "{name}" the name of a person? y or n'):
        raise InvalidInput("type the name again")


def role_of(relation: str) -> str:
    """Return the code of call_role that a relation means; empty for one that means none."""
    return RELATIONS[relation.split()[0].lower()]


def named(session: "Session", number: int) -> str:
    """Return a person's name and record the read; "" without one, or if the role may not see it."""
    if not session.may("person find"):
        return ""
    with session.work() as work:
        found = person_ids.names(work.connection, [number])
        person_ids.shown(work.connection, work.staff_id, "person-find", [*found])
    return found.get(number, "")


def _read(session: "Session", text: str, option: str, asked: bool = False) -> int | None:
    found = (
        PERSON.read_answer(session, text, option) if asked else PERSON.read(session, text, option)
    )
    if found and session.may_choose and text.strip().isdigit() and (name := named(session, found)):
        say(f"Person {found}: {name}")
    return found


# Before a command saves something, show the name for a number typed at a terminal.
NAMED_PERSON = replace(PERSON, read=_read, answer=partial(_read, asked=True))


def asked(session: "Session", person: int | None, *others: object, instead: str = "") -> int | None:
    """Return the person given; where nothing is given, ask at a terminal who is meant."""
    if session.may_choose and person is None and all(each is None for each in others):
        return NAMED_PERSON.ask(session, f"{instead}The person's number", "--person")
    return person
