"""`ccu audit review`, `verify`, `anchor`, `rekey`: who read and wrote what, and the proof of it."""

from pathlib import Path
from typing import Annotated

import typer

from ccu.errors import VerificationFailed
from ccu.group import group
from ccu.output import FormatOption, OutputOption, emit_document, emit_line, say
from ccu.session import Session

app = group("Who read and wrote what: review, verify, anchor, rekey.")


@app.command()
def review(
    ctx: typer.Context,
    since: Annotated[
        str,
        typer.Option("--since", metavar="SPAN", help="How far back: 7d, 24h, 2w, or a day."),
    ] = "7d",
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """A supervisor's page: who looked at what unusually often, at whom without a call, at night.

    First new admins, changed roles and other changes to the staff list; last denials, exports,
    overrides and the reasons given for opening narratives. Logins and numbers, nobody's name.
    Your own reads are in it too, and that you read it is recorded.

    JSON: since, until, rules, and the lists staff_changes, accounts, unusual, untied, night,
    denials, exports, overrides, each whole.

    Examples:

      ccu audit review

      ccu audit review --since 2w --format markdown --output review.md
    """
    from ccu.audit import page

    session: Session = ctx.obj
    emit_document(page.read(session, since), format, output)


@app.command()
def verify(
    ctx: typer.Context,
    anchor: Annotated[
        list[str] | None,
        typer.Option("--anchor", metavar="'N HASH'", help="An anchor kept elsewhere, as printed."),
    ] = None,
    anchor_file: Annotated[
        list[Path] | None,
        typer.Option("--anchor-file", metavar="FILE", help="A file of anchors; all are checked."),
    ] = None,
    key: Annotated[
        list[Path] | None,
        typer.Option("--key", metavar="FILE", help="An earlier key, after a rekey."),
    ] = None,
) -> None:
    """Verify the audit's chain: the first bad row, what is wrong with it; exit code 6.

    Finds rows changed, missing, out of order or put in, a tail cut off, triggers dropped. What
    somebody who has the key made anew is found against an anchor alone: keep some elsewhere.
    Those in DATABASE.anchor, beside the file, are always compared.

    Examples:

      ccu audit verify

      ccu audit verify --anchor-file /srv/backup/ccu-2026-01-31.db.anchor
    """
    from ccu.audit import anchors
    from ccu.audit import known_keys as audit_keys

    session: Session = ctx.obj
    known = anchors.given(anchor or [], anchor_file or []) + anchors.beside(session.path)
    with audit_keys.one_moment(session.db):
        verdict = audit_keys.verified(session.db, key or [], known)
    wrong = verdict.wrong + verdict.unverified
    if wrong:
        raise VerificationFailed("; ".join(wrong))
    told = [f"{_counted(verdict.rows, 'row')} verified"]
    if known:
        told.append(_counted(len(known), "anchor"))
    if verdict.purged:
        told.append(f"{_counted(verdict.purged, 'reason')} purged")
    emit_line(f"{', '.join(told)}; the last is {anchors.line(verdict.last)}")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


@app.command()
def anchor(
    ctx: typer.Context,
    append: Annotated[
        Path | None,
        typer.Option("--append", metavar="FILE", help="Add the line to this file instead."),
    ] = None,
) -> None:
    """Print the audit's last number and hash, to be kept where this machine can not reach.

    Mail it, print it, write it down: `ccu audit verify` then finds it when rows were cut from
    the end, or all were made anew. It gives nothing away.

    Examples:

      ccu audit anchor

      ccu audit anchor --append /mnt/other-machine/ccu.anchors
    """
    from ccu import dates
    from ccu.audit import anchors

    session: Session = ctx.obj
    newest = anchors.newest(session.db)
    if newest is None:
        raise VerificationFailed("the last row of the audit has no hash; see ccu audit verify")
    line = f"{anchors.line(newest)} {dates.to_iso(session.machine_now)}"
    if append is None:
        emit_line(line)
    else:
        anchors.append(append, line)
        emit_line(f"Added to {append}: {line}")


@app.command()
def rekey(ctx: typer.Context) -> None:
    """Begin a new part of the chain with a new key: the old one is lost, or known to others.

    The key before stays beside the new one under another name; without it the rows until now
    can not be verified. Nothing mends what was changed before.

    Example:

      ccu audit rekey
    """
    from ccu.database import key_chain as chain
    from ccu.records import audit

    session: Session = ctx.obj
    staff_id = session.staff_id
    with session.writing() as connection:
        name = audit.rekey(connection, staff_id)
        path = chain.key_path(connection)
        aside = chain.aside(path)
    with session.writing() as connection:
        audit.key_of(connection)  # puts the new key in its place
    emit_line(f"The audit goes on with a new key, {name}, in {path}.")
    if aside is None:
        say("There was no key before: the rows until now can not be verified unless it is found.")
    else:
        say(f"The key before is kept in {aside}: ccu audit verify needs it for the rows until now.")
