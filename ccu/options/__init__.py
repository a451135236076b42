"""Command-line options, declared once by type: how each is read, asked for and completed.

Declare a parameter by what the command receives, and give it the type that reads the text:

    @app.command()
    def add(
        ctx: Context,
        call: Annotated[int | None, opt("--call", CALL, "The call it is about.")] = None,
        clinician: Annotated[int, opt("--clinician", LOGIN, "Who was asked.")] = REQUIRED,
        when: Annotated[datetime | None, opt("--when", MOMENT, "When; default now.")] = None,
        note: Annotated[str | None, opt("--note-file", NOTE, "A note; - is stdin.")] = None,
        asking: AskingOption = False,
    ) -> None:

- `arg("REFERRAL", REFERRAL, "Its number.")` declares a positional argument, `flag("--all", "All.")`
  an option without a value.
- A parameter without `| None` is required: when it is missing, it is asked for at a terminal, and
  elsewhere the command fails with "--clinician is missing". Give it the default `REQUIRED`, so that
  the gate refuses first.
- The gate calls `convert` once the account has passed it and before the command runs. A refused
account therefore learns nothing about records or logins.
- A `list[...]` parameter is read item by item; a type with `commas=True` also splits each item.
- `asking` is True when the command may ask for what is missing: `RESULT.ask(session, "Result",
  "--result")` shows the choices and repeats the question until the answer is valid.
- A feature adds a type of its own as `OptionType(read=..., metavar="WHEN")`.
- Commands that share options put them in a dataclass and take it with `@with_options(Form)`.

    types       the types, and what each reads; opt, arg, value and convert are here
    shared      with_options
    lookups     types that are looked up: accounts, providers, codes, lines of a list, times
    completion  what the shell offers
    terminal    questions at the keyboard
    keyboard    the lines read from it
    typed_text  checks of lines, notes, numbers and files
"""

import inspect
from dataclasses import replace
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar, get_args

import typer
from typer.core import TyperGroup

from ccu.errors import InvalidInput
from ccu.options.types import ADDRESS as ADDRESS
from ccu.options.types import CALL as CALL
from ccu.options.types import FILE as FILE
from ccu.options.types import NOTE as NOTE
from ccu.options.types import NOTE_LATER as NOTE_LATER
from ccu.options.types import PERSON as PERSON
from ccu.options.types import REASON
from ccu.options.types import REFERRAL as REFERRAL
from ccu.options.types import LaterNote as LaterNote
from ccu.options.types import OptionType as OptionType
from ccu.options.types import line as line
from ccu.options.types import number_of as number_of

if TYPE_CHECKING:
    from ccu.session import Session

Value = TypeVar("Value")

# The default of a required option. Without one Typer would refuse a missing option before the gate
# refuses the account.
REQUIRED: Any = None


class Context(typer.Context):
    """The first parameter of every command; its `obj` is the session."""

    obj: "Session"


class _Parser:
    """The parser that Typer calls on each word: it keeps the text and the type to read it with."""

    def __init__(self, type: OptionType[Any], example: str = "") -> None:
        self.type = type
        self.example = example
        self.__name__ = "path" if type.is_file else type.metavar

    def __call__(self, text: str) -> Any:
        return Path(text) if self.type.is_file else text


def opt(flag: str, type: OptionType[Any], help: str, *, short: str = "", example: str = "") -> Any:
    """Declare an option: `Annotated[int | None, opt("--call", CALL, "The call's number.")]`.

    `example` is offered where a required option is missing.
    """
    return typer.Option(
        *([flag, short] if short else [flag]),
        help=help,
        parser=_Parser(type, example),
        metavar=type.metavar,
        autocompletion=type.complete,
    )


def flag(names: str, help: str) -> Any:
    """Declare an option without a value, `--all`, or one of two, `--on/--off`."""
    return typer.Option(names, help=help)


def value(names: str, metavar: str, help: str) -> Any:
    """Declare an option whose text the command itself reads: `--since SPAN`."""
    return typer.Option(names, metavar=metavar, help=help)


def arg(name: str, type: OptionType[Any], help: str) -> Any:
    """Declare a positional argument; `name` is what --help and messages call it."""
    return typer.Argument(
        metavar=name, help=help, parser=_Parser(type), autocompletion=type.complete
    )


def _may_ask(session: "Session", no_input: Any, option: str) -> bool:
    return session.interactive and not no_input


# True if the command may ask for what is missing, which takes somebody at a terminal.
AskingOption = Annotated[
    bool,
    typer.Option(
        "--no-input",
        help="Never ask; what is missing is an error.",
        parser=_Parser(OptionType(read=_may_ask)),
    ),
]


ReasonOption = Annotated[str | None, opt("--reason", REASON, "Why; kept with the record.")]


def group(help: str) -> typer.Typer:
    """Make the Typer app of a command with subcommands; `help` is its line in `ccu --help`."""
    return typer.Typer(
        cls=Group, add_completion=False, rich_markup_mode=None, no_args_is_help=True, help=help
    )


class Group(TyperGroup):
    """A command whose help lists each subcommand with the first line of its help, in full."""

    # Not listed; to go in the next release.
    OLD_NAMES: ClassVar = dict.fromkeys(
        ("amend", "change", "move", "update", "category", "name"), "edit"
    )

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a subcommand by its name or a former name; None if there is none."""
        found = super().get_command(ctx, cmd_name)
        return found or super().get_command(ctx, self.OLD_NAMES.get(cmd_name, ""))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list for --help."""
        rows = []
        for name in self.list_commands(ctx):
            command: Any = self.get_command(ctx, name)
            rows.append((name, str(command.help).split("\n\n")[0].replace("\n", " ")))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


# ---------------------------------------------------------------- conversion


def convert(ctx: Any, session: "Session") -> None:
    """Replace the texts in `ctx.params` by the values the command receives.

    Called by the gate once the account may run the command. Files are read last: one of them may
    be standard input, whose first line can be the answer to another option.
    Raises InvalidInput and NotFound, each naming the option.
    """
    parameters = {each.name: each for each in ctx.command.params}
    session.may_choose = session.interactive and not ctx.params.get("asking")
    typed = [
        (each.name, *declared)
        for each in inspect.signature(ctx.command.callback).parameters.values()
        if each.name in parameters and (declared := _declared(each.annotation))
    ]
    for name, parser, _is_required in sorted(typed, key=lambda each: each[1].type.is_file):
        text, option = ctx.params.get(name), _name(parameters[name])
        if text is not None:
            ctx.params[name] = _read(session, parser.type, text, option)
    for name, parser, is_required in typed:
        if is_required and ctx.params.get(name) in (None, [], ()):
            one = parameters[name]
            if one.param_type_name == "argument" and not session.may_choose:
                from ccu.options import typed_text

                raise InvalidInput(typed_text.missing(ctx, one))
            question = str(one.help).partition(". ")[0].rstrip(".")
            several = getattr(one, "multiple", False) or one.nargs == -1
            type = replace(parser.type, commas=True) if several else parser.type
            found: Any = asked(session, None, type, question, _name(one), parser.example)
            ctx.params[name] = found


def asked_later(command: Any) -> list[Any]:
    """Return the arguments that `convert` asks for, or requires, after the gate."""
    declared = inspect.signature(command.callback).parameters
    return [
        each
        for each in command.params
        if each.param_type_name == "argument" and each.required and each.name in declared
        if _declared(declared[each.name].annotation)
    ]


def _declared(annotation: Any) -> tuple[_Parser, bool] | None:
    """Return the parser of an annotated parameter and whether the parameter is required."""
    for made in getattr(annotation, "__metadata__", ()):
        if isinstance(parser := getattr(made, "parser", None), _Parser):
            return parser, NoneType not in get_args(get_args(annotation)[0])
    return None


def _read(session: "Session", type: OptionType[Any], text: Any, option: str) -> Any:
    if not isinstance(text, list | tuple):
        return type.read(session, str(text) if type.is_file else text, option)
    found = (type.read(session, word, option) for word in type.split(text, option))
    return [each for each in found if each is not None]  # an empty one counts as not given


def _name(parameter: Any) -> str:
    """Return the option as typed, or the name of an argument, for messages."""
    long = [name for name in parameter.opts if name.startswith("--")]
    return long[0] if long else str(parameter.metavar or parameter.name).strip("[].")


def required(value: Value | None, option: str, example: str = "") -> Value:
    """Return the value of a required option. Raises InvalidInput when it is missing."""
    if value is None:
        such_as = f", such as {example}" if example else ""
        raise InvalidInput(f"{option} is missing{such_as}")
    return value


def asked(
    session: "Session",
    value: Value | None,
    type: OptionType[Any],
    question: str,
    option: str,
    example: str = "",
) -> Value:
    """Return the value given, else ask for it. Raises InvalidInput if nobody can be asked."""
    if value is None and session.may_choose:
        found: Value = type.ask(session, question, option)
        return found
    if value is None and not option.startswith("-"):
        from ccu.options import typed_text

        raise InvalidInput(typed_text.missing_answer(question, option))
    return required(value, option, example)
