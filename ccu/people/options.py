"""What is typed of a person on the command line, and how a name is split."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from typer import Option

from ccu.errors import InvalidInput
from ccu.options import FILE, number_of, opt
from ccu.options.completion import codes


@dataclass(eq=False, repr=False)
class PersonOptions:
    """What is given; None or an empty list: not given."""

    file: Annotated[
        Path | None,
        opt(
            "--file",
            FILE,
            "What is known, as lines FIELD: VALUE (given, family, alias, born, age, sex,"
            " phone, email, home, postcode, language, housing, veteran, minor, description). - is"
            " standard input.",
        ),
    ] = None
    age: Annotated[
        str | None,
        Option("--age", metavar="N", help="About how old, where no birth date is known."),
    ] = None
    sex: Annotated[str | None, Option("--sex", help="male, female or other.")] = None
    language: Annotated[str | None, Option("--language", help="The language they speak best.")] = (
        None
    )
    housing: Annotated[
        str | None,
        Option("--housing", help="Where they live, a code.", autocompletion=codes("housing")),
    ] = None
    veteran: Annotated[bool | None, Option("--veteran/--no-veteran", help="Served.")] = None
    minor: Annotated[
        bool | None,
        Option("--minor/--no-minor", help="Under 18, where no birth date is known."),
    ] = None
    missing: Annotated[
        list[str] | None,
        Option(
            "--missing",
            metavar="FIELD=WHY",
            help="Why a field is empty: does_not_know, prefers_not, not_collected. Repeatable.",
        ),
    ] = None


@dataclass(eq=False, repr=False)
class ChangeOptions(PersonOptions):
    """The same, and what only a change can say."""

    clear: Annotated[
        list[str] | None,
        Option("--clear", metavar="FIELD", help="Empty a field; alias: all of them. Repeatable."),
    ] = None
    drop_alias: Annotated[
        list[int] | None,
        opt("--drop-alias", number_of("alias", "N"), "Remove an alias, as show numbers them."),
    ] = None


# ---------------------------------------------------------------- a name


def split_name(line: str, option: str) -> tuple[str, str]:
    """Split a checked line into given and family name; one word is a given name.

    Written GIVEN FAMILY or FAMILY, GIVEN. Small words belong to the family name after them: Maria
    de la Cruz. Raises InvalidInput for a name without a letter.
    """
    family, comma, given = (part.strip() for part in line.partition(","))
    if not comma:
        given, family = _cut(line.split(" "))
    if not has_letter(given + family):
        raise InvalidInput(f"{option}: a name needs a letter")
    return given, family


def has_letter(text: str) -> bool:
    """Whether it has a letter of any script; a name without one is a mistake."""
    return any(letter.isalpha() for letter in text)


def _cut(words: list[str]) -> tuple[str, str]:
    from ccu.identity.names import PARTICLES

    if len(words) == 1:
        return words[0], ""
    cut = len(words) - 1
    while cut > 1 and words[cut - 1].lower() in PARTICLES:
        cut -= 1
    return " ".join(words[:cut]).strip(), " ".join(words[cut:])
