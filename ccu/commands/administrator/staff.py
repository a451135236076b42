"""`ccu staff add`, `list`, `edit`, `retire`: the staff list and its accounts."""

from dataclasses import dataclass
from typing import Annotated, Any

from ccu.errors import InvalidInput
from ccu.options import (
    AskingOption,
    Context,
    OptionType,
    arg,
    asked,
    flag,
    group,
    line,
    opt,
    typed_text,
)
from ccu.options.lookups import LOGIN, code
from ccu.options.shared import with_options
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line
from ccu.session import Session

app = group("Staff: who works here, and what each may do.")


def _new_login(session: Session, text: str, option: str) -> str:
    login = typed_text.line(text, option, 64)
    if login is None or " " in login:
        raise InvalidInput(f"{option} must be one word, the account's name on this machine")
    return login


def _supervisor(session: Session, text: str, option: str) -> int:
    """Read a login; 0 for an empty text, which removes the supervisor."""
    return LOGIN.read(session, text, option) or 0 if text.strip() else 0


NEW_LOGIN = OptionType(read=_new_login)
ROLE = code("staff_role")
SUPERVISOR = OptionType(read=_supervisor, metavar="LOGIN", complete=LOGIN.complete)
LoginArgument = Annotated[int, arg("LOGIN", LOGIN, "The account's login name.")]
COLUMNS = ("login", "name", "role", "agency", "phone", "supervisor", "active")


@dataclass(eq=False, repr=False)
class Account:
    """What `staff add` and `staff edit` are told of an account; None where it was not given."""

    role: Annotated[str | None, opt("--role", ROLE, "What they do.")] = None
    name: Annotated[str | None, opt("--name", line(clears=True), "Name as others see it.")] = None
    agency: Annotated[str | None, opt("--agency", code("agency"), "Their agency.")] = None
    phone: Annotated[str | None, opt("--phone", line(40, clears=True), "How to reach them.")] = None
    supervisor: Annotated[
        int | None,
        opt("--supervisor", SUPERVISOR, "Their supervisor's login; an empty one removes it."),
    ] = None

    @property
    def fields(self) -> dict[str, Any]:
        """Return what was given, by its name in the record."""
        given = {name: value for name, value in vars(self).items() if value is not None}
        if "supervisor" in given:
            given["supervisor_id"] = given.pop("supervisor") or None
        return given


@app.command()
@with_options(Account)
def add(
    ctx: Context,
    given: Account,
    login: Annotated[
        str | None, arg("LOGIN", NEW_LOGIN, "The account's login name on this machine.")
    ] = None,
    asking: AskingOption = False,
) -> None:
    """Add an account; one that was retired comes back. Asks for what is missing.

    Example:

      ccu staff add dlee --role clinician --agency human_services --phone 203-555-0142
    """
    from ccu.records import codes, staff_list

    session = ctx.obj
    question = "Login, the account's name on this machine"
    login = asked(session, login, NEW_LOGIN, question, "LOGIN")
    role = asked(session, given.role, ROLE, "Role", "--role")
    with session.writing() as connection:
        staff_list.add(connection, login, role, given.fields, session.staff_id)
    emit_line(f"Added {login} ({codes.labels(session.db, 'staff_role')[role]}).")


@app.command()
@with_options(Account)
def edit(ctx: Context, login: LoginArgument, given: Account) -> None:
    """Change what is known of an account.

    Example:

      ccu staff edit dlee --phone 203-555-0188 --supervisor mrossi
    """
    from ccu.records import field_words, staff, staff_list

    session = ctx.obj
    fields = given.fields
    if not fields:
        raise InvalidInput("nothing to change was given")
    with session.writing() as connection:
        staff_list.change(connection, session.staff_id, login, fields)
        account = staff.login_of(connection, login)
    emit_line(f"Edited {account}: {field_words.names(sorted(fields))}.")


@app.command("list")
def list_(
    ctx: Context,
    every: Annotated[bool, flag("--all", "The retired ones too.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the accounts.

    Example:

      ccu staff list
    """
    from ccu.records import codes, staff_list

    session = ctx.obj
    found = staff_list.rows(session.db, retired=every)
    rows = [{**dict(row), "active": bool(row["active"])} for row in found]
    labels = codes.of_columns(session.db, role="staff_role", agency="agency")
    emit(Table(COLUMNS, rows, title="Staff", labels=labels), format, output)


@app.command()
def retire(
    ctx: Context,
    login: LoginArgument,
    to: Annotated[int | None, opt("--to", LOGIN, "Who takes over their open work.")] = None,
) -> None:
    """Take an account off the list; its open work goes to somebody else.

    Example:

      ccu staff retire dlee --to mrossi
    """
    from ccu.people import worker_store as workers
    from ccu.records import staff, staff_list

    session = ctx.obj
    with session.writing() as connection:
        held = staff_list.retire(connection, session.staff_id, login, to)
        workers.hand_over(connection, login, to, session.today.isoformat())
        gone = staff.login_of(connection, login)
        handed = f"; {held} open to {staff.login_of(connection, to)}" if held and to else ""
    emit_line(f"Retired {gone}{handed}.")
