"""The fields of a person: how each is named, read and asked for, and which are options.

Names, birth dates and descriptions are never options, because other accounts can read command
lines: they are answers, or lines of --file. Every error names the field, and the line of a file,
never the value.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.options import FILE, OptionType, flag, line, number_of, opt, typed_text
from ccu.options.lookups import code, whole_number

if TYPE_CHECKING:
    from ccu.session import Session

OLDEST = 130  # years
OLDEST_GUESS = 120
FULL_AGE = 18
SEXES = ("male", "female", "other")
PHONE_DIGITS = 7
UNKNOWN = ("unknown", "unk", "not known", "don't know", "?")  # answers for what is not known
YES = ("yes", "y", "true", "1")


# ---------------------------------------------------------------- how a field is read


def _line_that(fits: Callable[[str], bool], sentence: str, longest: int = 200) -> OptionType[str]:
    """Make a type for a line that fits; the error is the option's name and the sentence."""

    def read(session: "Session", text: str, option: str) -> str | None:
        found = line(longest).read(session, text, option)
        if found and not fits(found):
            raise InvalidInput(f"{option}{sentence}")
        return found

    return OptionType(read=read)


def _word_of(words: Mapping[str, Any], sentence: str) -> OptionType[Any]:
    """Make a type for one of these words in any case, each of which means a value."""

    def read(session: "Session", text: str, option: str) -> Any:
        word = text.strip().lower()
        if word not in words:
            raise InvalidInput(f"{option} is {sentence}")
        return words[word]

    return OptionType(read=read)


def has_letter(text: str) -> bool:
    """Return whether a text has a letter of any script; a name without one is a mistake."""
    return any(letter.isalpha() for letter in text)


def _one_name(session: "Session", text: str, option: str) -> str | None:
    found = line().read(session, text, option)
    if found:
        _must_be_name(found, option)
    return found


def is_suffix(word: str) -> bool:
    """Return whether a word is Jr., III, 3rd or similar."""
    from ccu.identity.names import SUFFIXES

    return word.lower().removesuffix(".") in SUFFIXES


def _must_be_name(text: str, option: str) -> None:
    """Raise InvalidInput for a name without a letter or with a digit, other than 3rd."""
    if not has_letter(text):
        raise InvalidInput(f"{option}: a name needs a letter")
    if any(
        any(map(str.isdigit, word)) and not is_suffix(word) for word in re.split(r"[\s,.]+", text)
    ):
        raise InvalidInput(
            f"{option}: a name has no digits; write the age or birth date apart: born 5/6/1971"
        )


def _is_email(text: str) -> bool:
    before, at, behind = text.partition("@")
    return bool(before.strip() and at and behind.strip() and " " not in text)


def _is_phone(text: str) -> bool:
    return sum(each.isdigit() and each.isascii() for each in text) >= PHONE_DIGITS


def _full_name(session: "Session", text: str, option: str) -> tuple[str, str]:
    return split_name(line().read(session, text, option) or "", option)


def birth_date(session: "Session", text: str, option: str) -> str:
    """Return a birth date, YYYY-MM-DD, or the year alone. Raises InvalidInput, without the text.

    A two-digit year means the latest such year in the past: 5/6/71 is in 1971.
    """
    said = re.sub(r"^(\d\d)(\d\d)((?:19|20)\d\d)$", r"\1/\2/\3", text.strip())
    if re.fullmatch(r"(?:19|20)\d\d", said):
        if int(said) >= session.today.year:
            raise InvalidInput(f"{option}: of somebody born this year write the date or the age")
        return said
    if short := re.fullmatch(r"(\d{1,2}[-/]\d{1,2}[-/])(\d\d)", said):
        century = session.today.year // 100 - (int(short[2]) > session.today.year % 100)
        said = f"{short[1]}{century}{short[2]}"
    try:
        born = typed_text.day(session, said, option, future=False, tell=False)
    except InvalidInput as error:
        raise error.reworded(str(error).replace(f'"{said}" ', "", 1)) from None
    if session.today.year - born.year > OLDEST:
        raise InvalidInput(f"{option} is more than {OLDEST} years ago")
    if (born.year, born.month, born.day) == (1900, 1, 1):
        raise InvalidInput(
            f"{option}: Jan 1, 1900 often means that it is not known; write unknown, or the date"
        )
    return born.isoformat()


def birth_fields(birth: str) -> dict[str, Any]:
    """Return the fields that store a birth date, or a birth year alone.

    A year is stored as age 0 on its last day, so that an age computed from it is right or a year
    too low, and a minor is never taken for an adult.
    """
    if len(birth) > 4:
        return {"birth_date": birth}
    return {"age_estimate": 0, "age_estimated_on": f"{birth}-12-31"}


def birth_year(age: int | None, on: str | None) -> int | None:
    """Return the year of birth, if only that is known, as `birth_fields` keeps it."""
    return int(on[:4]) if age == 0 and on is not None and on.endswith("-12-31") else None


def latest_birth(fields: Mapping[str, Any]) -> str | None:
    """Return the birth date, or the last day of the birth year; None if neither is known."""
    year = birth_year(fields["age_estimate"], fields["age_estimated_on"])
    return fields["birth_date"] or (f"{year}-12-31" if year else None)


def say_birth(fields: Mapping[str, Any], today: date) -> str:
    """Return `born May 6, 1971 (age 54)`, `born in 1980`, `about 81`, or "" if none is known."""

    age, on = fields.get("age_estimate"), fields.get("age_estimated_on")
    if born := fields.get("birth_date"):
        return f"born {dates.said(born)} (age {years(born, today)})"
    if year := birth_year(age, on):
        return f"born in {year}"
    return f"about {age}" if age is not None else ""


def years(birth_date: str, today: date) -> int:
    """Return the age on a day, in full years; 0 before the birth."""
    born = date.fromisoformat(birth_date)
    before = (today.month, today.day) < (born.month, born.day)
    return max(0, today.year - born.year - before)


def age_on(fields: Mapping[str, Any], today: date) -> int | None:
    """Return the age on a day by birth date, birth year or estimate; None if not known."""
    if born := latest_birth(fields):
        return years(born, today)
    guess, on = fields["age_estimate"], fields["age_estimated_on"]
    return None if guess is None or on is None else int(guess) + years(on, today)


def minor_on(birth_date: str | None, stated: bool | None, today: date) -> bool | None:
    """Return whether somebody is a minor: by the birth date if known, else as stated."""
    return stated if birth_date is None else years(birth_date, today) < FULL_AGE


NAME = OptionType(read=_one_name)
FULL_NAME = OptionType(read=_full_name)
BIRTH_DATE = OptionType(read=birth_date, words=lambda session, born: dates.said(born))
SEX = _word_of(
    {**{word: word for word in SEXES}, **{word[0]: word for word in SEXES}, "x": "other"},
    "male, female or other",
)
YES_NO = _word_of({word: word in YES for word in (*YES, "no", "n", "false", "0")}, "yes or no")
PHONE = _line_that(_is_phone, f" must have at least {PHONE_DIGITS} digits", 60)
EMAIL = _line_that(_is_email, " must be written as somebody@somewhere")


# ---------------------------------------------------------------- the fields


@dataclass(frozen=True, eq=False, repr=False)
class Field:
    """A field: its name in files and on screens, the question, how its text is read.

    `also` are other names of it in files. `has_reason`: an empty one may have a reason, such as
    prefers_not.
    """

    name: str
    question: str
    type: OptionType[Any]
    also: tuple[str, ...] = ()
    has_reason: bool = True


# By column, in the order of the questions. Descriptions are for people without a known name, and
# many people have no alias: these two may be empty without a reason.
FIELDS = {
    "given_name": Field("given", "Given name", NAME, ("first_name",)),
    "family_name": Field("family", "Family name", NAME, ("last_name", "surname")),
    "description": Field(
        "description", "Description, such as male, 40s, red jacket", line(1_000), has_reason=False
    ),
    "alias": Field("alias", "Another name they go by", FULL_NAME, has_reason=False),
    "birth_date": Field(
        "born",
        "Date of birth, such as 1/31/1980, or the year",
        BIRTH_DATE,
        ("date_of_birth", "dob"),
    ),
    "age_estimate": Field("age", "Estimated age", whole_number(OLDEST_GUESS)),
    "minor": Field("minor", "Under 18, yes or no", YES_NO),
    "sex": Field("sex", "Sex: male, female, other", SEX),
    "phone": Field("phone", "Phone", PHONE),
    "email": Field("email", "Email", EMAIL),
    "home": Field("home", "Home address", line(300), ("address",)),
    "postcode": Field("zip", "ZIP", line(20), ("zip_code",)),
    "language": Field("language", "Language", line(60)),
    "housing": Field("housing", "Housing", code("housing")),
    "veteran": Field("veteran", "Veteran, yes or no", YES_NO),
    "race_ethnicity": Field(
        *("race_ethnicity", "Race or ethnicity, only as they describe it"),
        *(code("race_ethnicity"), ("race", "ethnicity")),
    ),
}
NAMES = {column: field.name for column, field in FIELDS.items()}
_COLUMNS = {
    name: column for column, field in FIELDS.items() for name in (column, field.name, *field.also)
}


class Missing(str):
    """The reason that a field is empty, a code of missing_value; given in place of a value."""


def read_field(
    session: "Session", column: str, text: str, option: str, *, answered: bool = False
) -> Any:
    """Return the value of a field, or Missing if the text is a reason, such as prefers_not.

    `answered`: at the terminal, where shorter forms are accepted. Raises InvalidInput, which calls
    the field `option`.
    """
    field = FIELDS[column]
    if field.has_reason and (why := _reason(session, text)):
        return Missing(why)
    read = field.type.read_answer if answered else field.type.read
    value = read(session, text, option)
    if value is None:
        raise InvalidInput(f"{option} is empty")
    return value


def _reason(session: "Session", text: str) -> str | None:
    from ccu.records import codes

    if " ".join(text.lower().split()) in UNKNOWN:
        return "does_not_know"
    said = "_".join(text.lower().replace("_", " ").split())
    for each, label in codes.choices(session.db, "missing_value").items():
        if said in (each, "_".join(label.lower().split())):
            return each
    return None


def field_named(text: str, option: str) -> str:
    """Return the column of a field that a file or an option names. Raises InvalidInput."""
    column = _COLUMNS.get("_".join(text.lower().replace("-", " ").replace("_", " ").split()))
    if column is None:
        raise InvalidInput(f"{option}: no such field; use one of {', '.join(NAMES.values())}")
    return column


# ---------------------------------------------------------------- the options


def _field_option(column: str, flag: str, help: str) -> Any:
    type = FIELDS[column].type

    def read(session: "Session", text: str, option: str) -> Any:
        return read_field(session, column, text, option)

    return opt(flag, OptionType(read=read, metavar=type.metavar, complete=type.complete), help)


def _reason_given(session: "Session", text: str, option: str) -> tuple[str, str]:
    """Read FIELD=WHY."""
    from ccu.records import codes

    word, equals, why = text.partition("=")
    if not equals:
        raise InvalidInput(f"{option} is written FIELD=WHY, such as birth_date=prefers_not")
    column = field_named(word, option)
    if not FIELDS[column].has_reason:
        raise InvalidInput(f"{option}: {NAMES[column]} needs no reason for being empty")
    return column, codes.code(session.db, "missing_value", why, f"{option} {NAMES[column]}")


@dataclass(eq=False, repr=False)
class PersonOptions:
    """The options of a person; None or an empty list if not given."""

    file: Annotated[
        Path | None,
        opt(
            "--file",
            FILE,
            f"Lines FIELD: VALUE. Fields: {', '.join(NAMES.values())}. - is standard input.",
        ),
    ] = None
    age: Annotated[
        object | None,
        _field_option("age_estimate", "--age", "Estimated age, if no birth date is known."),
    ] = None
    sex: Annotated[object | None, _field_option("sex", "--sex", "male, female or other.")] = None
    language: Annotated[
        object | None, _field_option("language", "--language", "The language they speak best.")
    ] = None
    race_ethnicity: Annotated[
        object | None,
        _field_option("race_ethnicity", "--race-ethnicity", "As they describe it, a code."),
    ] = None
    housing: Annotated[
        object | None, _field_option("housing", "--housing", "Where they live, a code.")
    ] = None
    veteran: Annotated[bool | None, flag("--veteran/--no-veteran", "Served.")] = None
    minor: Annotated[
        bool | None, flag("--minor/--no-minor", "Under 18, if no birth date is known.")
    ] = None
    missing: Annotated[
        list[Any] | None,
        opt(
            "--missing",
            OptionType(read=_reason_given, metavar="FIELD=WHY"),
            "Why a field is empty: does_not_know, prefers_not, not_collected. Repeatable.",
        ),
    ] = None


@dataclass(eq=False, repr=False)
class ChangeOptions(PersonOptions):
    """The same, and the options that only a change has."""

    clear: Annotated[
        list[str] | None,
        opt(
            "--clear",
            OptionType(read=lambda _, *words: field_named(*words), metavar="FIELD"),
            "Empty a field; alias: all of them. Repeatable.",
        ),
    ] = None
    drop_alias: Annotated[
        list[int] | None,
        opt("--drop-alias", number_of("alias", "N"), "Remove an alias, as show numbers them."),
    ] = None


# ---------------------------------------------------------------- a name


def split_name(line: str, option: str) -> tuple[str, str]:
    """Split a checked line into given and family name; one word is a given name.

    The order is GIVEN FAMILY or FAMILY, GIVEN. Particles belong to the family name after them:
    Maria de la Cruz y Santos. Raises InvalidInput for a name without a letter.
    """
    family, comma, given = (part.strip() for part in line.partition(","))
    if not comma:
        given, family = _cut(line.split(" "))
    _must_be_name(f"{given} {family}", option)
    return given, family


def _cut(words: list[str]) -> tuple[str, str]:
    from ccu.identity.names import PARTICLES

    if len(words) == 1:
        return words[0], ""
    cut = len(words) - (2 if len(words) > 2 and is_suffix(words[-1]) else 1)
    while cut > 1 and words[cut - 1].lower() in (*PARTICLES, "y"):
        cut -= 2 if words[cut - 1].lower() == "y" and cut > 2 else 1
    return " ".join(words[:cut]).strip(), " ".join(words[cut:])
