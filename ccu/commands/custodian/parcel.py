"""`ccu parcel key`, `make`, `open`: send a person's home town what it needs, sealed for it."""

from pathlib import Path
from typing import Annotated

from ccu.options import FILE, NOTE, PERSON, REQUIRED, Context, arg, flag, group, line, opt
from ccu.options.lookups import GROUND, PROVIDER
from ccu.output import FormatOption, OutputOption, emit_document, emit_line, say
from ccu.referrals import parcel

app = group("Parcels to and from the units of other towns.")


@app.command()
def key(ctx: Context) -> None:
    """Print the key with which other towns seal parcels for yours; the first run makes it.

    It is not secret: email it. The secret part is the file DATABASE.parcel-key; keep a copy with
    the copy of the audit key. Backups do not include it, and without it no parcel can be opened.

    Example:

      ccu parcel key
    """
    emit_line(parcel.public_key(ctx.obj))


@app.command()
def make(
    ctx: Context,
    person: Annotated[int, arg("PERSON", PERSON, "The person's number.")],
    to: Annotated[
        int, opt("--to", PROVIDER, "The other town's unit, on file as a provider.")
    ] = REQUIRED,
    key: Annotated[
        str,
        opt("--key", line(needed=True), "Its key, as its own ccu parcel key prints it: age1..."),
    ] = REQUIRED,
    note: Annotated[
        str | None, opt("--note-file", NOTE, "What else they need to know; - is standard input.")
    ] = None,
    without_consent: Annotated[
        str | None,
        opt("--without-consent", GROUND, "Legal ground if there is no consent."),
    ] = None,
) -> None:
    """Print a sealed parcel about a person, as text to email to that person's home town.

    It has name, birth date, phone, email, home address, language, the day of the last call, the
    needs of open referrals and your note. It has nothing from 42 CFR Part 2 programs. It is
    recorded as a disclosure, and needs an active consent to that provider on referrals.

    Examples:

      ccu parcel make 12 --to "norwalk unit" --key age1qx...kz > to-norwalk.age

      ccu parcel make 12 --to 9 --key age1qx...kz --without-consent serious_threat --note-file -
    """
    session = ctx.obj
    with session.work() as work:
        sealed, number = parcel.make(
            session, work, person, to, key, note=note, ground=without_consent
        )
    for each in sealed.splitlines():
        emit_line(each)
    say(f"Recorded as disclosure {number}.")


@app.command("open")
def open_(
    ctx: Context,
    file: Annotated[Path, arg("FILE", FILE, "The parcel; - is standard input.")],
    add: Annotated[
        bool, flag("--add", "Add the person; people who may be the same are listed.")
    ] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show what is in a parcel from another town; recorded in the audit, without a name.

    Example:

      ccu parcel open from-westport.age --add
    """
    emit_document(parcel.opened(ctx.obj, file, add=add), format, output)
