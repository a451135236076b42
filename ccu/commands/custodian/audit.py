"""`ccu audit review`, `verify`, `anchor`, `rekey`: who read and wrote what, with proof."""

from pathlib import Path
from typing import Annotated

from ccu.audit import anchors, verify_store
from ccu.errors import VerificationFailed
from ccu.options import Context, group, value
from ccu.output import FormatOption, OutputOption, emit_document, emit_line, say
from ccu.output.text import counted

NEXT = "keep the file, compare it with the last backup, and tell whoever is in charge of records"

app = group("The audit: who read and wrote what.")


@app.command()
def review(
    ctx: Context,
    since: Annotated[str, value("--since", "SPAN", "How far back: 7d, 24h, 2w, or a day.")] = "7d",
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Review who looked at what: unusually often, without a tie to a call, at night.

    First new admins, changed roles and other changes to the staff list; last denials, exports,
    overrides and the reasons given for opening narratives. Logins and numbers, no names.
    Your own reads are in it too, and that you read it is recorded.

    Examples:

      ccu audit review

      ccu audit review --since 2w --format markdown --output review.md
    """
    from ccu.audit import review

    emit_document(review.read(ctx.obj, since), format, output)


@app.command()
def verify(
    ctx: Context,
    anchor: Annotated[
        list[str] | None, value("--anchor", "'N HASH'", "An anchor kept elsewhere, as printed.")
    ] = None,
    anchor_file: Annotated[
        list[Path] | None, value("--anchor-file", "FILE", "A file of anchors; all are checked.")
    ] = None,
) -> None:
    """Verify the audit's chain: the first bad row, what is wrong with it; exit code 6.

    Finds rows changed, missing, out of order or put in, a tail cut off, triggers dropped, and names
    each record that another program changed, added or deleted. What somebody who has the key forged
    is found only by an anchor: keep some elsewhere. Those in DATABASE.anchor, beside the file, are
    always compared.

    Examples:

      ccu audit verify

      ccu audit verify --anchor-file /srv/backup/ccu-2026-01-31.db.anchor
    """
    from ccu.database import opening as db

    session = ctx.obj
    known = anchors.given(anchor or [], anchor_file or []) + anchors.beside(session.path)
    with db.reading(session.db):
        verdict = verify_store.verified(session.db, known)
    wrong = verdict.wrong + verdict.unverified
    if verdict.wrong:
        wrong.append(NEXT)
    if wrong:
        raise VerificationFailed("; ".join(wrong))
    told = [f"{counted(verdict.rows, 'row')} verified"]
    if known:
        told.append(counted(len(known), "anchor"))
    if verdict.purged:
        told.append(f"{counted(verdict.purged, 'reason')} purged")
    emit_line(f"{', '.join(told)}; the last is {anchors.line(verdict.last)}")
    if not verdict.wrote:
        say("The records were not compared: the audit has them from its next event on.")


@app.command()
def anchor(
    ctx: Context,
    append: Annotated[
        Path | None, value("--append", "FILE", "Add the line to this file instead.")
    ] = None,
) -> None:
    """Print the audit's last number and hash, to be kept where this machine cannot reach.

    Mail it, print it, write it down: `ccu audit verify` then finds it when rows were cut from
    the end, or all were written again. It reveals nothing.

    Examples:

      ccu audit anchor

      ccu audit anchor --append /mnt/other-machine/ccu.anchors
    """
    from ccu import dates

    session = ctx.obj
    newest = verify_store.newest(session.db)
    if newest is None:
        raise VerificationFailed("the last row of the audit has no hash; see ccu audit verify")
    line = f"{anchors.line(newest)} {dates.to_iso(session.machine_now)}"
    if append is None:
        emit_line(line)
    else:
        anchors.append(append, line)
        emit_line(f"Added to {append}: {line}")


@app.command()
def rekey(ctx: Context) -> None:
    """Make a new audit key when the old one is lost for good.

    From then on, only the numbers and links of the rows written until now can be checked: look
    for the old key first. If the key became known to others, move its file away, then run this.

    Example:

      ccu audit rekey
    """
    from ccu.audit import store
    from ccu.records import audit

    session = ctx.obj
    staff_id = session.staff_id
    with session.writing() as connection:
        path, was_there = store.rekey(connection, staff_id)
    audit.stored_key(connection)  # the row is committed: now the key file gets its final name
    if was_there:
        emit_line(f"The new key, {path}, is in place already: nothing changed.")
    else:
        emit_line(f"The audit continues with a new key, {path}. Keep a copy of it elsewhere.")
