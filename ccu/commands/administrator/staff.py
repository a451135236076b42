"""`ccu staff add`, `edit`: the accounts of those who work here."""

from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import (
    LOGIN,
    AskingOption,
    OptionType,
    arg,
    asked,
    code,
    group,
    line,
    opt,
    typed_text,
)
from ccu.output import emit_line
from ccu.session import Session

app = group("Who works here: add, list, edit, retire.")


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
ROLE_OPTION = opt("--role", ROLE, "What they do.")
LoginArgument = Annotated[int, arg("LOGIN", LOGIN, "The account's login name.")]
NameOption = Annotated[str | None, opt("--name", line(clears=True), "Name as others see it.")]
AgencyOption = Annotated[str | None, opt("--agency", code("agency"), "Their agency.")]
PhoneOption = Annotated[str | None, opt("--phone", line(40, clears=True), "How to reach them.")]
SupervisorOption = Annotated[
    int | None,
    opt(
        "--supervisor",
        OptionType(read=_supervisor, metavar="LOGIN", complete=LOGIN.complete),
        "Their supervisor's login; an empty one removes it.",
    ),
]


@app.command()
def add(
    ctx: typer.Context,
    login: Annotated[
        str | None, arg("LOGIN", NEW_LOGIN, "The account's login name on this machine.")
    ] = None,
    role: Annotated[str | None, ROLE_OPTION] = None,
    name: NameOption = None,
    agency: AgencyOption = None,
    phone: PhoneOption = None,
    supervisor: SupervisorOption = None,
    asking: AskingOption = False,
) -> None:
    """Add an account; one that was retired comes back. Asks for what is missing.

    Example:

      ccu staff add dlee --role clinician --agency human_services --phone 203-555-0142
    """
    from ccu.records import codes, staff

    session: Session = ctx.obj
    by = session.staff_id
    question = "Login, the account's name on this machine"
    login = asked(session, login, NEW_LOGIN, question, "LOGIN")
    role = asked(session, role, ROLE, "Role", "--role")
    with session.writing() as connection:
        staff.add(connection, login, role, _fields(name, role, agency, phone, supervisor), by)
    emit_line(f"Added {login} ({codes.labels(session.db, 'staff_role')[role]}).")


@app.command()
def edit(
    ctx: typer.Context,
    login: LoginArgument,
    role: Annotated[str | None, ROLE_OPTION] = None,
    name: NameOption = None,
    agency: AgencyOption = None,
    phone: PhoneOption = None,
    supervisor: SupervisorOption = None,
) -> None:
    """Change what is known of an account.

    Example:

      ccu staff edit dlee --phone 203-555-0188 --supervisor mrossi
    """
    from ccu.records import field_words, staff

    session: Session = ctx.obj
    fields = _fields(name, role, agency, phone, supervisor)
    if not fields:
        raise InvalidInput("nothing to change was given")
    with session.writing() as connection:
        staff.change(connection, session.staff_id, login, fields)
        account = staff.login_of(connection, login)
    emit_line(f"Edited {account}: {field_words.names(sorted(fields))}.")


def _fields(
    name: str | None,
    role: str | None,
    agency: str | None,
    phone: str | None,
    supervisor: int | None,
) -> dict[str, str | int | None]:
    """Return the fields that were given, by their names in the record."""
    given = {"name": name, "role": role, "agency": agency, "phone": phone}
    fields: dict[str, str | int | None] = {
        field: value for field, value in given.items() if value is not None
    }
    if supervisor is not None:
        fields["supervisor_id"] = supervisor or None
    return fields
