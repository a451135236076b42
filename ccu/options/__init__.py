"""Command-line options, declared once by type: how each is read, asked for and completed.

Declare a parameter by what the command receives, and give it the type that reads the text:

    @app.command()
    def add(
        ctx: typer.Context,
        call: Annotated[int | None, opt("--call", CALL, "The call it is about.")] = None,
        clinician: Annotated[int, opt("--clinician", LOGIN, "Who was asked.")] = REQUIRED,
        when: Annotated[datetime | None, opt("--when", MOMENT, "When; default now.")] = None,
        note: Annotated[str | None, opt("--note-file", NOTE, "A note; - is stdin.")] = None,
        asking: AskingOption = False,
    ) -> None:

- `arg("REFERRAL", REFERRAL, "Its number.")` declares a positional argument.
- A parameter without `| None` is required: when it is missing, the command fails with
  "--clinician is missing". Give it the default `REQUIRED`, so that the gate refuses first.
- The gate calls `convert` after it has let the account through and before the command runs. An
  account that is refused therefore learns nothing about records or logins.
- A `list[...]` parameter is read item by item; a type with `commas=True` also splits each item.
- `asking` is True when the command may ask for what is missing: `RESULT.ask(session, "Result",
  "--result")` shows the choices and repeats the question until the answer is valid.
- A feature adds a type of its own as `OptionType(read=..., metavar="WHEN")`.
- Commands that share options put them in a dataclass and take it with `@with_options(Form)`.

    types       the types, and what each reads
    command     opt, arg, group, with_options, convert
    completion  what the shell offers
    terminal    questions at the keyboard
    typed_text  checks of lines, notes, numbers and files
"""

from ccu.options.command import (
    REQUIRED,
    AskingOption,
    arg,
    convert,
    group,
    needs_reason,
    opt,
    required,
    with_options,
)
from ccu.options.types import (
    CALL,
    FILE,
    FOLLOW_UP,
    HOUSEHOLD,
    LOGIN,
    MOMENT,
    NOTE,
    NOTE_LATER,
    PAST_DAY,
    PERSON,
    PLACE,
    PLAN,
    PROVIDER,
    REASON,
    REFERRAL,
    LaterNote,
    OptionType,
    code,
    count,
    line,
    number_of,
    whole_number,
)

__all__ = [
    "CALL",
    "FILE",
    "FOLLOW_UP",
    "HOUSEHOLD",
    "LOGIN",
    "MOMENT",
    "NOTE",
    "NOTE_LATER",
    "PAST_DAY",
    "PERSON",
    "PLACE",
    "PLAN",
    "PROVIDER",
    "REASON",
    "REFERRAL",
    "REQUIRED",
    "AskingOption",
    "LaterNote",
    "OptionType",
    "arg",
    "code",
    "convert",
    "count",
    "group",
    "line",
    "needs_reason",
    "number_of",
    "opt",
    "required",
    "whole_number",
    "with_options",
]
