"""Check before every command that the account's role may run it (`ccu/rights.txt`).

The check is in one place, so that no command can skip it. A refusal is exit code 7 and is recorded;
so is every file that rows are written to. A caller by sudo runs with the rights of the file's
owner, so they must be on the staff list for every command, even those open to anyone.
"""

import os
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from types import MethodType
from typing import Any

import typer

from ccu import access, options
from ccu.errors import AskAgain, InvalidInput, NotAllowed, SavedAndStopped
from ccu.session import Session

# Parameter that holds a record's number -> the record named in the audit of a refusal.
_SAME_NAME = ("person", "call", "plan", "referral", "follow_up", "household", "consult", "consent")
_RECORDS = dict(zip(_SAME_NAME, _SAME_NAME, strict=True)) | {
    "flag": "place_flag",
    "assessment": "need_assessment",
    "a": "person",
    "one": "person",
}


# Commands that record their own output: `export` in detail, care notes in their own file only.
_OWN_EXPORT = ("export", "care note list")


# Lists by number and place: they record no read of a person, so the gate records that they ran.
_LISTS = ("follow-up list", "household list", "plan list", "worker list")


def guarded(app: typer.Typer, path: str) -> Any:
    """Build the command of an app with the gate before it; for a group, before each subcommand.

    A subcommand is built when it is first looked up, because a group has up to fifteen.
    """
    own: Any = app.registered_commands
    groups: Any = app.registered_groups
    if len(own) == 1 and not (groups or app.registered_callback):
        made: Any = _guarded(typer.main.get_command(app), path)
    else:
        app.registered_commands, app.registered_groups = [], []
        made = typer.main.get_group(app)
        app.registered_commands, app.registered_groups = own, groups
        made.commands = _Subcommands()
        for each in own:
            name = each.name or typer.main.get_command_name(each.callback.__name__)
            made.commands[name] = partial(_subcommand, app, each, f"{path} {name}")
        for below in groups:
            name = below.name
            made.commands[name] = partial(guarded, below.typer_instance, f"{path} {name}")
    made.name = path.rpartition(" ")[2]
    return made


def _subcommand(app: typer.Typer, info: Any, path: str) -> Any:
    short, markup = app.pretty_exceptions_short, app.rich_markup_mode
    made = typer.main.get_command_from_info(
        info, pretty_exceptions_short=short, rich_markup_mode=markup
    )
    return _guarded(made, path)


class _Subcommands(dict[str, Any]):
    """Commands by name, each built when it is first looked up."""

    def __getitem__(self, name: str) -> Any:
        found = super().__getitem__(name)
        if isinstance(found, partial):
            found = self[name] = found()
        return found

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default  # noqa: SIM401


def _guarded(command: Any, path: str) -> Any:
    """Put the gate before a command; returns it."""
    for each in command.params:
        if _is_path(each):  # a file named by an unknown account is not opened
            each.type.readable = False
    run, parse = command.invoke, command.parse_args

    def parse_args(self: Any, ctx: Any, args: list[str]) -> Any:
        missing = [] if {"-h", "--help"} & {*args} else options.asked_later(command)
        for each in missing:
            each.required = False  # the help calls it required; it is asked for after the gate
        try:
            return parse(ctx, args)
        except Exception as error:
            if getattr(error, "ctx", ctx) is None:  # an option without its value
                error.ctx = ctx  # type: ignore[attr-defined]
            raise
        finally:
            for each in missing:
                each.required = True

    def invoke(self: Any, ctx: Any) -> Any:
        for each in command.params:
            if not _is_path(each):  # a file may have any name
                _check_text(each, ctx.params.get(each.name))
        _pass(ctx, path)
        about = _about(ctx.params)
        try:
            options.convert(ctx, ctx.obj)
            _check_output(command, ctx, path)
            done = run(ctx)
            if path not in access.ENTIRE:
                ctx.obj.keep_shown()  # unless the command recorded it itself
            return done
        except BaseException as error:
            # a denial by a rule about the record's state
            if isinstance(error, NotAllowed) and path not in access.ANYONE:
                ctx.obj.record_denial(path, *about)
            known = ctx.obj.written or ctx.obj.typed or isinstance(error, SavedAndStopped)
            if known and not isinstance(error, (typer.Exit, AskAgain)):
                from ccu.undo import entry

                entry.tell_unsaved(ctx.obj, error)
            raise

    command.invoke = MethodType(invoke, command)
    command.parse_args = MethodType(parse_args, command)
    return command


def _check_output(command: Any, ctx: Any, path: str) -> None:
    """Refuse an unusable --output before the command runs; ask before replacing a file.

    Where nobody can be asked no file is replaced: the shell's > does that.
    """
    said, session = ctx.params.get("output"), ctx.obj
    if said in (None, "-") or "format" not in ctx.params or path == "export":
        return  # export makes a new folder, and checks that itself
    output = Path(said)
    from ccu.output import to_file

    if ctx.params.get("suggest"):  # a layout
        to_file.check_own(output, "--output", ".toml")
    else:
        (formats,) = (each.type.choices for each in command.params if each.name == "format")
        to_file.check_ending(output, ctx.params["format"], formats)
    from ccu.files import named

    if path != "report":  # it also writes a folder of CSV files
        with named.place(output, "--output") as place:
            named.must_be_replaceable(place, "--output")
    is_folder = access.caller() is None and named.is_folder(output)
    if not session.interactive:
        if named.is_file(output) and not ctx.params.get("suggest"):  # which refuses it, too
            format = ctx.params["format"] or to_file.BY_ENDING.get(output.suffix.lower())
            instead = f"--format {format} > FILE to replace it"
            raise InvalidInput(f"--output exists; give a new name, or {instead}")
    elif is_folder or named.is_file(output):
        from ccu.options import terminal

        what = "folder exists. Replace the files in it" if is_folder else "file exists. Replace it"
        if not terminal.yes_or_no(f"That {what}? y or n [n]", enter=False):
            raise InvalidInput("--output was not replaced; give another name")


def _is_path(param: Any) -> bool:
    return hasattr(param.type, "readable")


def _check_text(param: Any, value: Any) -> None:
    """Raise InvalidInput for bytes that are not UTF-8."""
    if isinstance(value, list | tuple):
        for each in value:
            _check_text(param, each)
    elif isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            name = next((name for name in param.opts if name.startswith("--")), "")
            raise InvalidInput(
                f"{name or param.human_readable_name}: has bytes that are not UTF-8;"
                " type it again, or set the terminal to UTF-8"
            ) from None


def rights(path: str, given: Collection[str], by_sudo: bool = False) -> list[str]:
    """Return the rights that a command line needs, all of them; `given` are its options.

    These are the command's own row and the row of each option that has one, so an option can only
    restrict. The exception is an option of access.MODES given only with those allowed beside it.
    """
    if path in access.ANYONE:
        return []
    rows = {f"{path} {option}": option for option in given}
    for row, option in rows.items():
        if row in access.MODES and access.MODES[row].issuperset(set(given) - {option}):
            if row in access.MAY:
                return [row]
            if not by_sudo:
                return []
    return [path, *(row for row in rows if row in access.MAY)]


def _pass(ctx: Any, path: str) -> None:
    session: Session = ctx.obj
    params = ctx.params
    record, number = _about(params)
    by_sudo = access.caller() is not None
    if by_sudo:
        _require_known(session, path)
    needed = rights(path, _given(ctx), by_sudo)
    freely = access.UNATTENDED.issuperset(needed) and (not needed or session.unattended)
    for what in [] if freely else needed:
        session.require_may(what, record, number)
    _check_day(session, needed or [path], by_sudo)
    if needed and path not in access.ENTIRE:
        session.withhold_part2()
    if freely:
        return
    if path in _LISTS:
        session.record("list", path)
    if params.get("output") and path not in _OWN_EXPORT:
        session.record("export", path, record, number)


def _require_known(session: Session, path: str) -> None:
    """Refuse a caller by sudo who is not on the staff list, for every command."""
    if path == "init" and not os.path.lexists(session.path):
        session.require_sudo_set_up()
        return
    if path != "demo" or os.path.lexists(session.path):
        _ = session.staff_id
    if path == "demo":
        if os.path.lexists(session.path):
            session.record_denial(path)
        raise NotAllowed("ccu demo makes a file of your own; run it without sudo")


def _check_day(session: Session, rows: Sequence[str], by_sudo: bool) -> None:
    """Refuse --today and CCU_TODAY for commands that must use the clock (access.EVIDENCE).

    `rows` are those that the command line needs, the command's own first.
    """
    what = rows[0]
    if by_sudo and session.day_said and what not in access.ANY_DAY:
        session.record_denial(what)
        raise NotAllowed(
            f"ccu {what} by sudo goes by the machine's clock: leave out --today; where an earlier"
            f" day may be given, ccu {what} --help names the option"
        )
    for each in access.EVIDENCE.intersection(rows):
        session.go_by_the_clock(each)


def _given(ctx: Any) -> list[str]:
    """Return the options on a command line, by every name they have."""
    return [
        name
        for each in ctx.command.params
        if ctx.get_parameter_source(each.name).name not in ("DEFAULT", "DEFAULT_MAP")
        for name in each.opts
        if name.startswith("--")
    ]


def _about(params: dict[str, Any]) -> tuple[str, int | None]:
    """Return the record that a command is about, if a parameter has its number."""
    for name, record in _RECORDS.items():
        said = str(params.get(name) or "").strip()
        if said.isascii() and said.isdigit() and len(said) < 19:
            return record, int(said)
    return "", None
