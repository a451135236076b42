"""`ccu restore`: put a backup in the place of the database."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ccu.output import emit_line, say
from ccu.session import Session


def command(
    ctx: typer.Context,
    backup: Annotated[Path, typer.Argument(help="The backup to restore.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace a database that is there; it is kept.")
    ] = False,
) -> None:
    """Put a backup in the place of the database.

    The backup is checked first, the audit too: a damaged one changes nothing. The database that is
    replaced stays beside the new one, under another name. What was recorded after the backup is
    not in it. Run it while nobody uses ccu, as the account that owns the file.

    Examples:

      ccu restore /srv/backup/ccu/ccu-2026-01-31-033000.db

      ccu restore --force /srv/backup/ccu/ccu-2026-01-31-033000.db
    """
    from datetime import datetime

    from ccu import access, installation
    from ccu.audit import anchors
    from ccu.check import damage_store
    from ccu.database import encryption, lost, restoring
    from ccu.database import opening as db
    from ccu.errors import NotAllowed, VerificationFailed
    from ccu.records import audit, settings, staff
    from ccu.report.period import moment_words

    if access.caller() is not None:
        raise NotAllowed(
            "ccu restore is for the account that owns the file; as root: sudo -u"
            f" {access.account()} {installation.place().parent}/bin/ccu restore BACKUP"
        )
    session: Session = ctx.obj
    if error := lost.elsewhere(session.path, session.is_usual):
        raise error
    path = Path(os.path.realpath(session.path))  # where SQLite keeps the files beside it
    restoring.must_be_restorable(backup, path, force)
    with restoring.copied(backup, path) as part:
        connection = db.open_database(part)
        try:
            with db.reading(connection):
                rows = damage_store.checked(connection, anchors.beside(backup))
            if found := damage_store.bad(rows):
                raise VerificationFailed(
                    f"{backup} cannot be restored ({found[0][2]}), and nothing was changed; choose"
                    " an earlier backup"
                )
            last = datetime.fromisoformat(restoring.last_event(connection))
            until = moment_words(last.astimezone(settings.load(connection).zone))
            staff_id = staff.id_of(connection, access.login(installation.account()))
            with db.write(connection):
                audit.forget_unbound(connection)
                restoring.begin_apart(connection)
                audit.record(connection, staff_id, "restore")
            db.tidy(connection)
            encrypted = encryption.uses_library(connection)
        finally:
            connection.close()
        kept = restoring.take_place(part, path)
    emit_line(f"Restored {path} from {backup}: everything recorded until {until}.", only=True)
    if kept is not None:
        say(f"The database that was there is kept as {kept}.")
    if not encrypted and encryption.key_is_named():
        say("warning: this backup is not encrypted, and there is a key; see ccu backup --encrypt")
    say(
        "Enter what was recorded since again, and repeat seals and purges. Back up to a new folder."
    )
    say(
        "New records skip to numbers of another thousand: a number that was given after the backup,"
        " on paper or in a care note, is never given again."
    )
