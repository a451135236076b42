"""`ccu care init`, `destroy`, `backup`: the file of care notes."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import PERSON, REQUIRED, Context, OptionType, flag, group, opt, required, value
from ccu.options.lookups import PAST_DAY
from ccu.output import emit_line, say
from ccu.output.text import counted
from ccu.session import Session

app = group("Care notes, in a file of their own.")
COPIES = "Copies made before (ccu care backup) keep what was destroyed: destroy them too."


def _order_number(session: Session, text: str, option: str) -> str:
    """Read the number of a court order; it is kept forever and visible on the command line."""
    code = text.strip()
    if not re.fullmatch(r"(?=.*[0-9])[A-Za-z0-9./_-]{1,60}", code):
        raise InvalidInput(
            f"{option} is the number of an order, a docket or a schedule: one word of letters,"
            " digits and .-/_"
        )
    return code


ORDER = OptionType(read=_order_number, metavar="NUMBER")


@app.command()
def init(
    ctx: Context,
    file: Annotated[Path | None, typer.Argument(help="The new file; else CCU_CARE_DB.")] = None,
    in_group: Annotated[
        str | None, value("--group", "NAME", "For all accounts of this group.")
    ] = None,
    encrypt: Annotated[bool, flag("--encrypt", "Encrypt it (needs sqlcipher3).")] = False,
) -> None:
    """Make the file for care notes, in a folder that only human services can enter.

    For one account: a folder of mode 700. For a group, so that several can write: a folder of that
    group, of mode 2770. Then name the file in CCU_CARE_DB for those accounts.

    With --encrypt the key is taken from the file that CCU_CARE_KEY_FILE names, else from
    `ccu/care-key` in your configuration folder; it is made when there is none. For a group it must
    be in a folder of that group's, another than the care file's.

    Examples:

      mkdir -m 700 ~/care; ccu care init ~/care/care.db

      sudo install -d -m 2770 -g hsd /srv/hsd-care; ccu care init /srv/hsd-care/care.db --group hsd

      ccu care init ~/care/care.db --encrypt
    """
    from ccu.care import actions
    from ccu.care import store as care
    from ccu.check import privacy
    from ccu.database import encryption

    path = file or care.KIND.path()
    if path is None:
        raise InvalidInput("name the file: ccu care init FILE, or set CCU_CARE_DB")
    key_is_new = encrypt and not encryption.has_key(care.KEY)
    actions.make(ctx.obj, path, in_group, encrypt)
    hint = f" Name it in {care.KIND.variable} for the accounts that may open it."
    emit_line(f"Made {path}.{'' if path == care.KIND.path() else hint}", only=True)
    for sentence in privacy.about_key(path, key_is_new, care.KEY) if encrypt else []:
        say(sentence)


@app.command()
def destroy(
    ctx: Context,
    person: Annotated[int, opt("--person", PERSON, "The person's number.")] = REQUIRED,
    authority: Annotated[
        str | None, opt("--authority", ORDER, "The number of the order or the schedule, one word.")
    ] = None,
    before: Annotated[
        date | None, opt("--before", PAST_DAY, "Only what is dated before this day.")
    ] = None,
    yes: Annotated[
        bool, flag("--yes", "Destroy without asking; needed where nobody can answer.")
    ] = False,
) -> None:
    """Destroy the care notes of a person, by an order or a retention schedule.

    Of all records merged into them. Who was sealed or purged may be named too, by each number they
    had. There is no way back, and the text is gone from the file's bytes; that it was done, who
    did it, how many and by what authority stays in the care file's audit.

    Example:

      ccu care destroy --person 12 --authority FBT-CV-26-6012345
    """
    from ccu.care import actions
    from ccu.options import questions

    session = ctx.obj
    if authority is None and session.interactive and not yes:
        authority = ORDER.ask(session, "Number of the order or schedule", "--authority")
    order = required(authority, "--authority")

    def confirm(count: int) -> None:
        if not yes:
            notes, what = counted(count, "care note"), "the number of notes"
            stated = f"{notes} of person {person} to be destroyed, with no way back."
            questions.confirm_by_number(session.interactive, count, stated, "destroy", what)

    count = actions.destroy(session, person, order, before, confirm)
    if actions.is_gone(session, person):
        say(f"Person {person} is not in the main file: only notes of that very number go.")
    if not count:
        emit_line(f"No care notes of person {person} to destroy.")
        return
    notes = counted(count, "care note")
    emit_line(f"Destroyed {notes} of person {person}, gone from the file.", only=True)
    say(COPIES)


@app.command()
def backup(
    ctx: Context, file: Annotated[Path, typer.Argument(help="The new file; it must not exist.")]
) -> None:
    """Write a consistent copy of the care file, checked; ccu backup never takes it along.

    You alone can read the copy: keep it where only human services can enter.

    Example:

      ccu care backup /srv/hsd-care/backup/care-2026-01-31.db
    """
    from ccu.care import actions
    from ccu.check import privacy

    with actions.backup(ctx.obj, file):
        emit_line(f"Copied to {file} ({privacy.size(file) / 1e6:.1f} MB), checked.")
