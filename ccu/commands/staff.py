"""`ccu staff add`, `list`, `change`, `retire`: who works here."""

from typing import Annotated

import typer

from ccu import complete, typed
from ccu.errors import InvalidInput
from ccu.group import group
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line
from ccu.session import Session

app = group("Who works here: add, list, change, retire.")

COLUMNS = ("login", "name", "role", "agency", "phone", "supervisor", "active")

LoginArgument = Annotated[
    str, typer.Argument(help="The account's login name.", autocompletion=complete.login)
]
NameOption = Annotated[str | None, typer.Option("--name", help="Name, as others should see it.")]
RoleOption = Annotated[
    str | None,
    typer.Option("--role", help="What they do.", autocompletion=complete.code("staff_role")),
]
AgencyOption = Annotated[
    str | None,
    typer.Option("--agency", help="Whom they work for.", autocompletion=complete.code("agency")),
]
PhoneOption = Annotated[str | None, typer.Option("--phone", help="How to reach them.")]
SupervisorOption = Annotated[
    str | None,
    typer.Option("--supervisor", help="Their supervisor's login.", autocompletion=complete.login),
]


@app.command()
def add(
    ctx: typer.Context,
    login: Annotated[str, typer.Argument(help="The account's login name on this machine.")],
    role: RoleOption = None,
    name: NameOption = None,
    agency: AgencyOption = None,
    phone: PhoneOption = None,
    supervisor: SupervisorOption = None,
) -> None:
    """Add an account; one that was retired comes back.

    Example:

      ccu staff add dlee --role clinician --agency human_services --phone 203-555-0142
    """
    from ccu.records import staff

    session: Session = ctx.obj
    by = session.staff_id
    account = _login(login)
    if role is None:
        raise InvalidInput("--role is missing")
    with session.writing() as connection:
        fields = _fields(session, name, role, agency, phone, supervisor)
        staff.add(connection, account, str(fields["role"]), fields, by)
    emit_line(f"Added {account} as {fields['role']}.")


@app.command("list")
def list_(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="The retired ones too.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the accounts.

    Example:

      ccu staff list
    """
    from ccu.records import staff

    session: Session = ctx.obj
    found = staff.rows(session.db, retired=every)
    rows = [{**dict(row), "active": bool(row["active"])} for row in found]
    emit(Table(COLUMNS, rows, title="Staff"), format, output)


@app.command()
def change(
    ctx: typer.Context,
    login: LoginArgument,
    role: RoleOption = None,
    name: NameOption = None,
    agency: AgencyOption = None,
    phone: PhoneOption = None,
    supervisor: SupervisorOption = None,
) -> None:
    """Change what is known of an account.

    Example:

      ccu staff change dlee --phone 203-555-0188 --supervisor mrossi
    """
    from ccu.records import staff

    session: Session = ctx.obj
    by = session.staff_id
    with session.writing() as connection:
        fields = _fields(session, name, role, agency, phone, supervisor)
        if not fields:
            raise InvalidInput("nothing to change was given")
        staff.change(connection, by, staff.require(connection, login, "LOGIN"), fields)
    emit_line(f"Changed {login.strip()}: {', '.join(sorted(fields)).replace('_id', '')}.")


@app.command()
def retire(
    ctx: typer.Context,
    login: LoginArgument,
    to: Annotated[
        str | None,
        typer.Option("--to", help="Who takes over their open work.", autocompletion=complete.login),
    ] = None,
) -> None:
    """Take an account off the list; its open work goes to somebody else.

    Example:

      ccu staff retire dlee --to mrossi
    """
    from ccu.records import staff

    session: Session = ctx.obj
    by = session.staff_id
    with session.writing() as connection:
        successor = staff.require(connection, to, "--to") if to is not None else None
        gone = staff.require(connection, login, "LOGIN")
        held = staff.retire(connection, by, gone, successor, session.today.isoformat())
    handed = f"; {held} open to {to}" if held else ""
    emit_line(f"Retired {login.strip()}{handed}.")


def _login(text: str) -> str:
    login = typed.line(text, "LOGIN", 64)
    if login is None or " " in login:
        raise InvalidInput("LOGIN must be one word, the account's name on this machine")
    return login


def _fields(
    session: Session,
    name: str | None,
    role: str | None,
    agency: str | None,
    phone: str | None,
    supervisor: str | None,
) -> dict[str, str | int | None]:
    """The fields given, checked; an empty text clears a field that may be empty."""
    from ccu.records import codes, staff

    fields: dict[str, str | int | None] = {}
    if role is not None:
        fields["role"] = codes.code(session.db, "staff_role", role, "--role")
    if agency is not None:
        fields["agency"] = codes.code(session.db, "agency", agency, "--agency")
    if name is not None:
        fields["name"] = typed.line(name, "--name") or ""
    if phone is not None:
        fields["phone"] = typed.line(phone, "--phone", 40) or ""
    if supervisor is not None:
        boss = supervisor.strip()
        fields["supervisor_id"] = staff.require(session.db, boss, "--supervisor") if boss else None
    return fields
