"""`ccu init`: make the database file of a town."""

from typing import Annotated

import typer

from ccu.options import AskingOption
from ccu.options.terminal import ask
from ccu.output import emit_line, say
from ccu.session import Session

TownOption = Annotated[str | None, typer.Option("--town", help="Name of the town.")]
StateOption = Annotated[str | None, typer.Option("--state", help="Its state, two letters.")]
ZoneOption = Annotated[
    str | None, typer.Option("--timezone", help="Its time zone, such as America/New_York.")
]


def command(
    ctx: typer.Context,
    town: TownOption = None,
    state: StateOption = None,
    timezone: ZoneOption = None,
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Encrypt the file; needs pip install 'ccu[encrypt]'.")
    ] = False,
    asking: AskingOption = False,
) -> None:
    """Make the database file of a town.

    Asks at a terminal for what is not given. The account that runs it becomes the file's admin.

    With --encrypt the key is taken from the file that CCU_KEY_FILE names, else from `ccu/key` in
    your configuration folder; it is made when there is none.

    Examples:

      ccu init --town Westport --state CT --timezone America/New_York

      ccu init --encrypt --town Westport --state CT --timezone America/New_York
    """
    from ccu import access, installation
    from ccu.check import privacy
    from ccu.database import encryption
    from ccu.records import settings, staff

    session: Session = ctx.obj
    given = {
        "town": ask("Town", town, "--town", asking),
        "state": ask("State (two letters)", state, "--state", asking),
        "timezone": ask("Time zone", timezone, "--timezone", asking, default="America/New_York"),
    }
    for name, value in given.items():
        settings.checked(name, value)  # before a file is made
    key_is_new = encrypt and not encryption.has_key()
    with session.creating(encrypt=encrypt) as connection:
        staff_id = staff.add(connection, access.login(installation.account()), "admin")
        for name, value in given.items():
            settings.change(connection, staff_id, name, value)
    with session.writing() as connection:  # calls of before need no decision: no flood of old ones
        settings.begin_decisions(connection, session.today)
    emit_line(f"Made {session.path} for {session.settings.town}, {session.settings['state']}.")
    for sentence in privacy.about_key(session.path, key_is_new) if encrypt else []:
        say(sentence)
