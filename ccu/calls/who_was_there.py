"""Who was there, in one line of text each: a responder, or a person met."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from ccu.calls.store import Responder
from ccu.errors import InvalidInput
from ccu.options import typed_text
from ccu.people import options as person_options
from ccu.people.store import Met

LONGEST_TEXT = 1_000  # of a description or a reason
OLDEST = 130  # years

_BORN = "born +([0-9]{4}-[0-9]{2}-[0-9]{2})"

# (code list, text, name of the option) -> the code, or InvalidInput
FindCode = Callable[[str, str, str], str]


def responder(text: str, name: str, code: FindCode) -> Responder:
    """AGENCY[+clinician][:STATE][:unit=TEXT][:minutes=N][:REASON]; a reason may hold colons."""
    who, *rest = text.split(":")
    agency, plus, clinician = who.partition("+")
    if plus and clinician.strip().lower() != "clinician":
        raise InvalidInput(f"{name}: only +clinician can follow the agency")
    found: dict[str, Any] = {
        "agency": code("agency", agency, name),
        "clinician": bool(plus),
        "state": "arrived",
    }
    if rest:
        found["state"] = code("responder_state", rest.pop(0), name)
    while rest and (detail := re.match(r"\s*(unit|minutes)=", rest[0])):
        value = rest.pop(0)[detail.end() :]
        if detail[1] == "minutes":
            found["minutes"] = typed_text.whole_number(value, f"minutes= of {name}", 100_000)
        else:
            found["unit"] = typed_text.line(value, f"unit= of {name}", 60) or ""
    reason = typed_text.line(":".join(rest), f"the reason of {name}", LONGEST_TEXT)
    if reason and found["state"] not in ("cancelled", "unavailable"):
        raise InvalidInput(f"{name}: only one who was cancelled or unavailable has a reason")
    return Responder(**found, reason=reason)


def person(text: str, name: str, code: FindCode, began: date, names: bool) -> Met:
    """[ROLE:]WHO: unknown, described: TEXT, a person's number or, if `names`, a name.

    `began` is the day of the call: nobody on it was born later.
    """
    said = typed_text.line(text, name, LONGEST_TEXT) or ""
    role, colon, rest = said.partition(":")
    if colon and role.strip().lower() != "described":
        role = code("call_role", role, f"the role in {name}")
    else:
        role, rest = "subject", said
    rest = rest.strip()
    if rest.lower() == "unknown":
        return Met(role)
    kind, colon, description = (part.strip() for part in rest.partition(":"))
    if colon and kind.lower() == "described":
        if not description:
            raise InvalidInput(f"{name}: nothing stands behind described:")
        return Met(role, description=description)
    if rest.isdigit():
        return Met(role, person_id=typed_text.record_id(rest, "person"))
    if not names:
        raise InvalidInput(
            f"{name} is unknown, described: TEXT or a person's number; a name would be seen by"
            " others on this machine, so it goes through --person-file"
        )
    return _named(role, rest, name, began)


def _named(role: str, said: str, name: str, began: date) -> Met:
    """GIVEN FAMILY or FAMILY, GIVEN, then perhaps `; born 1980-01-31`."""
    words, semicolon, detail = said.partition(";")
    given, family = person_options.split_name(typed_text.line(words, name) or "", name)
    birth_date = _birth_date(detail.strip(), name, began) if semicolon else None
    return Met(role, given_name=given, family_name=family, birth_date=birth_date)


def _birth_date(text: str, name: str, began: date) -> str:
    match = re.fullmatch(_BORN, text)
    if not match:
        raise InvalidInput(f"{name}: behind the ; stands born and a date, as born 1980-01-31")
    try:
        born = date.fromisoformat(match[1])
    except ValueError:
        raise InvalidInput(f"{name}: the birth date is not a day of the calendar") from None
    if born > began:
        raise InvalidInput(f"{name}: the birth date is after the call")
    if began.year - born.year > OLDEST:
        raise InvalidInput(f"{name}: the birth date is more than {OLDEST} years before the call")
    return born.isoformat()
