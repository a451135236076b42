"""`ccu backup`, `ccu restore`: make a consistent copy of the file, and put a copy in its place."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ccu.database import opening as db
from ccu.options import Context, flag
from ccu.output import emit_line, say


def backup(
    ctx: Context,
    file: Annotated[Path, typer.Argument(help="The new file; it must not exist.")],
    encrypt: Annotated[
        bool, flag("--encrypt", "Encrypt the copy of a file that is not encrypted.")
    ] = False,
) -> None:
    """Write a consistent copy of the file, checked, while others work.

    Right while others write, where copying the file with cp is not. You alone can read
    the copy. The copy of an encrypted file is encrypted, with the same key. FILE.anchor has
    the last row of the audit; the key of the audit is not copied: keep a copy of it elsewhere.

    A damaged copy is not kept, and neither is one whose audit does not fit every anchor in the
    folder of FILE: exit code 6, earlier backups stay as they are.

    Examples:

      ccu backup /srv/backup/ccu-2026-01-31.db

      ccu backup --encrypt ccu-encrypted.db
    """
    from ccu import dates, installation
    from ccu.audit import anchors, verify_store
    from ccu.check import privacy, store
    from ccu.database import copies, encryption
    from ccu.files import named
    from ccu.records import audit

    session = ctx.obj
    staff_id = None if session.unattended else session.staff_id
    config = installation.applied()  # a caller by sudo may use its backup folder and no other
    trusted = config.backups if config else None
    named.must_be_trusted(file, trusted)
    known = [*anchors.beside(session.path), *anchors.in_folder(file.absolute().parent)]
    with db.reading(session.db):  # before the event, which would make an older file look newer
        wrong = verify_store.ended(session.db, known)
        store.refuse([(verify_store.CHECK, "bad", text) for text in wrong])
    with session.writing() as connection:  # record first, so that the copy has the event too
        audit.record(connection, staff_id, "backup")
    anchor = verify_store.newest(session.db)
    audit_key = audit.stored_key(session.db)
    encrypted = encryption.uses_library(session.db)
    encrypt = encrypt and not encrypted
    key_is_new = encrypt and not encryption.has_key()
    key = encryption.key() if encrypted else encryption.key_or_new() if encrypt else None
    if encrypt:
        session.close()  # a file must be open in one SQLite library at a time

    def fill(part: Path) -> None:
        if encrypt and key:
            copies.encrypt_into(session.path, part, key)
        else:
            copies.vacuum_into(session.db, part)
        with copies.verifying(part, key) as (copied, broken), db.reading(copied):
            store.refuse(store.checked(copied, known, audit_key, broken))

    def ready() -> None:  # before the copy is renamed, so that no backup is without its anchor
        if anchor is not None:
            line = f"{anchors.line(anchor)} {dates.to_iso(session.machine_now)}"
            anchors.append(file.with_name(file.name + ".anchor"), line, trusted)

    with copies.making(file, fill, ready):
        if encrypt:
            for sentence in privacy.about_key(file, key_is_new):
                say(sentence)
        emit_line(f"Copied to {file} ({privacy.size(file) / 1e6:.1f} MB), checked.")


def restore(
    ctx: Context,
    backup: Annotated[Path, typer.Argument(help="The backup to restore.")],
    force: Annotated[
        bool, flag("--force", "Replace a database that is there; it is kept.")
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
    from ccu.check import store
    from ccu.database import encryption, restoring
    from ccu.errors import NotAllowed, VerificationFailed
    from ccu.records import audit, settings, staff
    from ccu.report.period import moment_words

    if access.caller() is not None:
        raise NotAllowed(
            "ccu restore is for the account that owns the file; as root: sudo -u"
            f" {access.account()} {installation.place().parent}/bin/ccu restore BACKUP"
        )
    session = ctx.obj
    if error := restoring.elsewhere(session.path, session.is_usual):
        raise error
    path = Path(os.path.realpath(session.path))  # SQLite has its files beside the database
    restoring.must_be_restorable(backup, path, force)
    with restoring.copied(backup, path) as part:
        connection = db.open_database(part)
        try:
            with db.reading(connection):
                rows = store.checked(connection, anchors.beside(backup))
            if found := store.bad(rows):
                raise VerificationFailed(
                    f"{backup} cannot be restored ({found[0][2]}), and nothing was changed; choose"
                    " an earlier backup"
                )
            last = datetime.fromisoformat(restoring.last_event(connection))
            until = moment_words(last.astimezone(settings.load(connection).zone))
            staff_id = staff.id_of(connection, access.login(installation.account()))
            with db.write(connection):
                audit.forget_unbound(connection, audit.CHAIN.last(connection)[0])
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
