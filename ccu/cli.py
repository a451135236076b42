"""The command line: the table of commands, the global options, and the handling of errors.

A command's module is imported only when that command runs, is completed or prints its help: an
officer at a door waits for every start.
"""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ccu import __version__, start
from ccu.errors import AskAgain, ExitCode, InvalidInput
from ccu.session import Session

# Name -> module in ccu.commands, in a folder per type of user. A module holds `command`, a plain
# function (another name follows a colon), or `app`, a Typer app of subcommands. If a command has
# several modules, the first one names the group and each adds its subcommands.
COMMANDS = {
    "log-call": "everyday.log_call",
    "call": "care_team.call care_team.call_list",
    "history": "everyday.history",
    "report": "analyst.report",
    "refer": "everyday.refer",
    "referral": "everyday.referral everyday.referral_update",
    "follow-up": "everyday.follow_up everyday.follow_up_list",
    "worker": "care_team.worker",
    "undo": "everyday.undo",
    "brief": "everyday.brief",
    "consult": "care_team.consult care_team.consult_edit",
    "needs": "everyday.needs everyday.needs_edit",
    "person": "everyday.person everyday.person_same everyday.person_link everyday.person_roster",
    "household": "care_team.household",
    "plan": "care_team.plan care_team.plan_decide",
    "place": "care_team.place care_team.place_merge",
    "frequent": "care_team.frequent",
    "provider": "care_team.provider care_team.provider_list everyday.provider_find"
    " analyst.provider_import",
    "address": "analyst.address",
    "import": "analyst.import_",
    "consent": "care_team.consent care_team.consent_list",
    "disclosures": "care_team.consent_list:disclosures",
    "parcel": "custodian.parcel",
    "care": "care_team.care care_team.care_note",
    "wellness": "care_team.wellness",
    "export": "analyst.export",
    "audit": "custodian.audit",
    "seal": "custodian.seal",
    "retention": "custodian.retention",
    "purge": "custodian.purge:purge",
    "deidentify": "custodian.purge:deidentify",
    "init": "administrator.init",
    "demo": "administrator.demo",
    "staff": "administrator.staff",
    "settings": "administrator.settings",
    "codes": "administrator.codes",
    "backup": "administrator.backup:backup",
    "restore": "administrator.backup:restore",
    "check": "administrator.check",
    "help": "everyday.help",
}

# The first help, on one screen: what an officer types every day, then the rest by who uses it.
EVERYDAY = {
    "history": "Show what is on file for an address, before you knock.",
    "log-call": "Log a call; asks for what is missing.",
    "refer": "Refer the person of a call to a provider and schedule follow-ups.",
    "referral": "List, show and edit referrals.",
    "follow-up": "List what is due; log an attempt and its result.",
    "undo": "Take back your last change; it is shown first.",
    "brief": "Print the shift handover: new, due today, overdue, waiting.",
    "person": "Find, show and edit people.",
}
OTHERS = {
    "Care team": "call worker consult needs plan household place frequent provider"
    " consent parcel care wellness",
    "Analyst": "report export import address",
    "Records custodian": "audit disclosures seal retention purge deidentify",
    "Administrator": "init staff settings codes backup restore check demo help",
}


# Unlisted aliases of options, without the hyphens -> the current name.
_OPTIONS = {
    **dict.fromkeys(("danger", "dangers", "hazards"), "hazard"),
    **dict.fromkeys(("add-danger", "add-hazards"), "add-hazard"),
}


class LazyGroup(TyperGroup):
    """A group whose commands are looked up in COMMANDS and imported when they are used."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import and return a command; None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in self.commands:
            self.commands[cmd_name] = _load(cmd_name)
        return self.commands[cmd_name]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands and the options for --help, without importing anything."""
        with formatter.section("Everyday commands"):
            formatter.write_dl(list(EVERYDAY.items()))
        with formatter.section("Other commands (ccu COMMAND --help explains, ccu help WORD finds)"):
            formatter.write_dl(list(OTHERS.items()))
        explained, named = [], []
        for each in self.get_params(ctx):
            if each.name == "db":
                explained.append(each.get_help_record(ctx))
            else:
                named += [name for name in each.opts if name.startswith("--")]
        formatter.write(f"\nOptions: {', '.join(named)}\n")
        formatter.indent()
        formatter.write_dl(explained)
        formatter.dedent()


def _load(name: str) -> Any:
    from ccu.gate import guarded

    modules, _, function = COMMANDS[name].partition(":")
    module, *more = (import_module(f"ccu.commands.{each}") for each in modules.split())
    app = None if function else getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(name)(getattr(module, function or "command"))
    for other in more:
        for kept in ("registered_commands", "registered_groups"):
            known = getattr(app, kept)  # loaded before, in a test: joined once is enough
            known += [each for each in getattr(other.app, kept) if each not in known]
    return guarded(app, name)


app = typer.Typer(
    cls=LazyGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # a pretty traceback prints local variables: people's words
    no_args_is_help=True,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "token_normalize_func": lambda name: _OPTIONS.get(name, name),
    },
)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"ccu {__version__}\n")
        raise typer.Exit()


@app.callback()
def root(
    ctx: typer.Context,
    db: Annotated[
        list[Path] | None,
        typer.Option(
            "--db",
            readable=False,  # Typer does not check it: opening.py reports what is wrong with a file
            help="The database file (default: CCU_DB, then your data folder).",
        ),
    ] = None,
    today: Annotated[
        str | None,
        typer.Option(
            "--today", metavar="DAY", help="The day to use as today (default: CCU_TODAY, then now)."
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Track the calls, referrals and follow-ups of a police Community Care Unit."""
    if db and len(db) > 1:  # a sudoers rule that names the file must not allow more arguments
        raise InvalidInput("--db is given more than once; give it once")
    ctx.obj = Session(db[0] if db else None, today)
    ctx.call_on_close(ctx.obj.close)
    # before that: what the command did is done and printed
    ctx.call_on_close(lambda: start.answer_stops(ignore=True))


def main(argv: list[str] | None = None) -> int:
    """Run one command line and return its exit code; every error is reported here."""
    os.umask(0o077)  # only the owner may read what ccu writes, backups and exports included
    while True:
        try:
            code = run_line(sys.argv[1:] if argv is None else argv)
            _flush()
            return code
        except SystemExit:
            raise
        except AskAgain:
            start.answer_stops()
        except BaseException as error:  # a library in another language may raise no Exception
            from ccu import failures

            AskAgain.given.clear()  # which would hide it
            return failures.reported(failures.as_stopped(error) if start.came else error)


def _flush() -> None:
    """Flush standard output while a failure can still be reported; imports nothing if it works."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        from ccu import output

        output.flush_stdout()


def run_line(argv: list[str]) -> int:
    """Run one command line and return its exit code. Raises what ends it."""
    AskAgain.lines.clear()
    try:
        asked = {"--install-completion", "--show-completion"} & {*argv}
        if asked and not {"-h", "--help"} & {*argv}:
            from ccu.options import completion_store

            return completion_store.for_shell(argv)
        result = app(argv, prog_name="ccu", standalone_mode=False)
        if result == ExitCode.INTERRUPTED:  # how Typer reports Ctrl-C
            raise KeyboardInterrupt
        return result if isinstance(result, int) else ExitCode.OK
    except _USAGE_ERROR as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.stdout.write(f"{error}\n")
            raise InvalidInput("choose one of the commands listed above") from None
        from ccu import failures

        raise failures.usage(error) from None
    except typer.Abort:
        raise KeyboardInterrupt from None
    except SystemExit as stop:  # shell completion ends this way, and Typer on a broken pipe
        if isinstance(stop.__context__, BrokenPipeError):
            raise stop.__context__ from None
        return ExitCode.INVALID if stop.code else ExitCode.OK


# Typer has no public name for the class of its usage errors; BadParameter is one of them.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
