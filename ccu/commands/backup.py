"""`ccu backup`: a consistent copy of the file."""

from pathlib import Path
from typing import Annotated

import typer

from ccu.output import emit_line
from ccu.session import Session


def command(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The new file; it must not exist.")],
) -> None:
    """Write a consistent copy of the file, checked, beside anybody's work.

    Right while others write, where copying the file with cp is not. You alone can read
    the copy.

    Example:

      ccu backup /srv/backup/ccu-2026-01-31.db
    """
    from ccu import db
    from ccu.store import audit

    session: Session = ctx.obj
    staff_id = session.staff_id
    db.copy(session.db, file)
    with session.writing() as connection:
        audit.record(connection, staff_id, "backup")
    emit_line(f"Copied to {file} ({file.stat().st_size / 1e6:.1f} MB), checked.")
