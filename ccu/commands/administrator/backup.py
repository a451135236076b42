"""`ccu backup`: a consistent copy of the file."""

from pathlib import Path
from typing import Annotated

import typer

from ccu.output import emit_line, say
from ccu.session import Session


def command(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The new file; it must not exist.")],
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Encrypt the copy of a file that is not encrypted.")
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
    from ccu.check import damage_store, privacy
    from ccu.database import copies, encryption
    from ccu.database import opening as db
    from ccu.files import named
    from ccu.records import audit

    session: Session = ctx.obj
    staff_id = None if session.unattended else session.staff_id
    config = installation.applied()  # its backup folder is the one folder open to who runs sudo
    trusted = config.backups if config else None
    named.must_be_trusted(file, trusted)
    known = [*anchors.beside(session.path), *anchors.in_folder(file.absolute().parent)]
    with db.reading(session.db):  # before the record, by which an older file would look newer
        damage_store.refuse(verify_store.checked(session.db, known))
    with session.writing() as connection:  # first the record, then the copy, which has it too
        audit.record(connection, staff_id, "backup")
    anchor = verify_store.newest(session.db)
    audit_key = audit.stored_key(session.db)
    encrypted = encryption.uses_library(session.db)
    encrypt = encrypt and not encrypted
    key_is_new = encrypt and not encryption.has_key()
    key = encryption.key() if encrypted else encryption.key_or_new() if encrypt else None
    if encrypt:
        session.close()  # one SQLite library at a time has a file open

    def fill(part: Path) -> None:
        if encrypt and key:
            copies.encrypt_into(session.path, part, key)
        else:
            copies.vacuum_into(session.db, part)
        with copies.verifying(part, key) as (copied, broken), db.reading(copied):
            damage_store.refuse(damage_store.checked(copied, known, audit_key, broken))

    def ready() -> None:  # before the copy has its name: no backup is ever without its anchor
        if anchor is not None:
            line = f"{anchors.line(anchor)} {dates.to_iso(session.machine_now)}"
            anchors.append(file.with_name(file.name + ".anchor"), line, trusted)

    with copies.making(file, fill, ready):
        if encrypt:
            for sentence in privacy.about_key(file, key_is_new):
                say(sentence)
        emit_line(f"Copied to {file} ({privacy.size(file) / 1e6:.1f} MB), checked.")
