"""A birth date, a year of birth, an age and a minor: what fits together, and what replaces what."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ccu.errors import InvalidInput
from ccu.people.options import NAMES, birth_year, years
from ccu.people.store import EMPTY, Said

FULL_AGE = 18


def minor_on(birth_date: str | None, stated: bool | None, today: date) -> bool | None:
    """Whether somebody is a minor: by the birth date where it is known, else as stated."""
    return stated if birth_date is None else years(birth_date, today) < FULL_AGE


def settle(said: Said, today: date, old: Mapping[str, Any] = EMPTY) -> None:
    """Check that age, birth date and minor fit together; the birth date decides.

    `old` is the record that is changed. Raises InvalidInput.
    """
    new = said.fields
    for field in said.missing:
        if new.get(field, EMPTY[field]) != EMPTY[field]:
            raise InvalidInput(f"{NAMES[field]}: a value and a reason for none contradict")
    if new.get("birth_date") and new.get("age_estimate") is not None:
        raise InvalidInput("age: a birth date is given too; leave the age out")
    born = new.get("birth_date", old["birth_date"])
    if born is None:
        return
    minor = years(born, today) < FULL_AGE
    if new.get("minor") not in (None, minor):
        raise InvalidInput(f"minor: by the birth date it is {'yes' if minor else 'no'}")
    new["minor"] = None  # it follows from the birth date from now on


def replace_year(said: Said, old: Mapping[str, Any]) -> None:
    """Drop the year of birth on file, which is kept as an age, where `born` is answered again.

    Raises InvalidInput for a reason why there is none, as for a date on file.
    """
    if birth_year(old["age_estimate"], old["age_estimated_on"]) is None:
        return
    if "birth_date" in said.fields:
        said.fields = {"age_estimate": None, "age_estimated_on": None} | said.fields
    elif "birth_date" in said.missing:
        raise InvalidInput("birth date is known; clear it to give a reason for none")
