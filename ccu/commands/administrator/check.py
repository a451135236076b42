"""`ccu check`: check that the file is sound and private."""

from typing import Annotated

from ccu.errors import VerificationFailed
from ccu.options import Context, flag
from ccu.output import FormatOption, OutputOption, Table, emit
from ccu.session import Session

COLUMNS = ("check", "result", "detail")
LARGE_WAL = 64 * 1024 * 1024
LEFT = "copies that were cut short"
ALIKE = "places that may be one house"
MOST_LISTED = 20
SCRUBBED = "destroyed records erased from the file"


def command(
    ctx: Context,
    format: FormatOption = None,
    output: OutputOption = None,
    quiet: Annotated[bool, flag("--quiet", "Print only what is wrong.")] = False,
) -> None:
    """Check the file: damage, dangling records, rules, permissions.

    Exit code 6 when something is wrong, 4 while the audit key is missing (not of a backup, which
    is kept apart from it); a warning alone is 0. Run it every night: it also tidies the
    write-ahead log.

    Example:

      ccu check --quiet
    """
    from ccu.audit import anchors
    from ccu.check import privacy, store
    from ccu.database import copies, encryption, schema
    from ccu.database import opening as db
    from ccu.records import audit

    session = ctx.obj
    connection = session.db
    anchored = anchors.beside(session.path)
    with db.reading(connection):  # one snapshot of the file, because people go on working
        rows = store.checked(connection, anchored)
        damaged = store.bad(rows)
        if not damaged:  # otherwise a rule may fail because a table is missing
            for rule, broken in store.broken_rules(connection):
                rows.append((rule, "bad" if broken else "ok", ", ".join(broken)))
            if archived := store.archived(connection):
                rows.append(("removed features", "ok", archived))
    if not damaged:
        rows += _scrubbed(session)
        rows.append(_alike(session))
        if stopped := store.unfinished_imports(connection):
            numbers = ", ".join(map(str, stopped))
            text = f"import {numbers} ended early or is running; import its file again, or ccu undo"
            rows.append(("imports", "warning", text))
    rows += [
        (LEFT, "warning", f"{each.name} is left over from one; ccu purge or ccu backup removes it")
        for each in copies.leftovers(session.path.absolute().parent)
    ] or [(LEFT, "ok", "")]
    private = privacy.exposed(session.path, encryption.uses_library(connection))
    rows += [("private", "warning", text) for text in private] or [("private", "ok", "")]
    if schema.on_network_share(session.path):
        rows.append(("network share", "warning", f"{session.path} {schema.ON_SHARE}"))
    wal = session.path.with_name(session.path.name + "-wal")
    size = privacy.size(wal)
    if size > LARGE_WAL:
        rows.append(("write-ahead log", "warning", f"{size // 1_000_000} MB; is it in use?"))
    db.tidy(connection)
    shown = [row for row in rows if row[1] != "ok" or not quiet]
    if shown or not quiet:
        emit(Table(COLUMNS, shown, title=f"Check of {session.path}"), format, output)
    bad = sum(row[1] == "bad" for row in rows)
    if bad:
        raise VerificationFailed(
            f"{bad} of {len(rows)} checks failed; keep the file, restore a backup, and tell"
            " the records custodian"
        )
    if not anchored:  # no backup: every command that records an event would refuse without its key
        audit.stored_key(connection)


def _alike(session: Session) -> tuple[str, str, str]:
    """Return the places that may be one house, by number only: anyone may run the check."""
    from ccu.places import merge_store

    found = merge_store.pairs(session.db)
    if not found:
        return (ALIKE, "ok", "")
    listed = ", ".join(f"{one} and {other}" for one, other in found[:MOST_LISTED])
    more = f" and {len(found) - MOST_LISTED} more pairs" if len(found) > MOST_LISTED else ""
    one, other = found[0]
    advice = f"compare them with ccu place show --place {other}, join them with ccu place merge"
    return (ALIKE, "warning", f"{listed}{more}; {advice} {one} {other}")


def _scrubbed(session: Session) -> list[tuple[str, str, str]]:
    """Finish an interrupted destruction, whose bytes are still in the file; return the result."""
    from ccu.retention import actions

    try:
        late = actions.finish(session)
    except VerificationFailed as error:
        return [(SCRUBBED, "warning", str(error))]  # the file is sound: nothing to restore
    return [(SCRUBBED, "ok", "finished now; it had been interrupted" if late else "")]
