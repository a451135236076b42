"""What can be said of a person on the command line: nothing that says who it is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from typer import Option

from ccu.options import FILE, number_of, opt
from ccu.options.completion import codes


@dataclass(eq=False, repr=False)
class PersonOptions:
    """What was said; None or an empty list: not said."""

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
