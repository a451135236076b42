"""`ccu import`: import a dispatch export, completely or not at all up to 25,000 rows.

layout         what an export's layout has beside what every layout has
reading        a row to the values that are kept; extras: responders, hazards, minutes
times          the times of a row
on_file_store  rows whose call is on file: as they were, and not read, or changed
staging_store  the private file they wait in, so that no user waits meanwhile
join_store     the rows of one incident to one call
preview_store  what a dry run shows of it
merge_store    into the calls, in short transactions
choice         which column of an export is for which field
suggest        a first layout for an export
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from ccu import database, dates
from ccu.database import digests, reasons
from ccu.errors import CcuError, ExitCode
from ccu.imports import identifiers
from ccu.imports import store as imports
from ccu.imports.dispatch import merge_store as merging
from ccu.imports.dispatch import on_file_store, preview_store
from ccu.imports.dispatch.join_store import aside, join
from ccu.imports.dispatch.layout import Layout
from ccu.imports.dispatch.merge_store import Summary
from ccu.imports.dispatch.on_file_store import Known
from ccu.imports.dispatch.reading import RowReader
from ccu.imports.dispatch.staging_store import Stage, attached, seen_sealed
from ccu.imports.dispatch.times import Times
from ccu.imports.rows import Broken, Chunk, Table
from ccu.imports.source import Export
from ccu.imports.store import Batch
from ccu.output import say
from ccu.output.screen import progress
from ccu.records import codes
from ccu.records import table as records
from ccu.session import Session


def import_file(
    session: Session,
    path: Path,
    layout: Layout,
    *,
    dry_run: bool = False,
    rejects: Path | None = None,
    allow: Sequence[str] = (),
) -> Summary:
    """Import an export by its layout; `-` is standard input. A dry run keeps nothing.

    `allow` are columns to accept whatever they look like.

    Raises InvalidInput for a layout or a file that cannot be used, before anything is read.
    """
    connection, summary = session.db, Summary()
    care = _check_codes(connection, layout)
    times = Times(layout, session.settings.zone, session.now)
    imports.check_rejects(rejects, path, session.path)
    stage = Stage(connection, layout, session.settings.names, care)
    with layout.opened(path, session.path.absolute().parent) as (export, table):
        allowed = identifiers.check(table, allow)
        with attached(connection, session.path), _interruptible(connection):
            connection.execute("BEGIN")  # only on the staging file: the main one is not touched
            key = on_file_store.key(layout, stage.names, care, times.zone, table.is_rejects)
            sealed = seen_sealed(connection, layout)
            reader = RowReader(layout, table, times, stage, key, sealed)
            known = None if dry_run else _find_known(connection, export, table, reader, layout)
            if known is None or known.left:
                _read(export, table, reader, known, stage, summary)
            summary.joined = join(connection, stage, layout, sealed)
            summary.same = summary.joined.rows
            if known is not None:
                known.count(summary)
            _reject_aside(connection, table, stage, summary)
            summary.unmapped, summary.uncleared = stage.unmapped, stage.uncleared
            summary.undisposed, summary.unread = stage.undisposed, stage.unread
            imports.write_rejects(rejects, table.names, stage.rejects())
            before = records.value(connection, on_file_store.READ_BEFORE, sha256=export.sha256)
            summary.before = before
            if dry_run:
                merging.preview(connection, layout, summary)
                summary.shown = preview_store.first_rows(connection)
            summary.doubts = preview_store.doubts(
                connection, layout.columns, stage.names.own, dry_run=dry_run
            )
            connection.execute("COMMIT")
            if not dry_run:
                batch = Batch(None, export.name, export.sha256, layout.name)
                # Before the transaction, because recording a denial is a write of its own.
                by, at = session.staff_id, dates.to_iso(session.now)
                merge = merging.Merge(connection, layout, batch, summary)
                path = session.path
                with (
                    digests.trusting(connection),
                    _completed_later(path, merge, summary),
                    _interruptible(connection),
                ):
                    while merge.left:
                        with session.writing():
                            merge.part(by, at, allowed)
                        merge.keep()
    return summary


@contextlib.contextmanager
def _completed_later(path: Path, merge: merging.Merge, summary: Summary) -> Iterator[None]:
    """Report how many rows are imported if a merge ends after some of its parts."""
    try:
        yield
    except BaseException as error:
        if not merge.kept:
            raise
        rest = f"{merge.kept} of {summary.read} rows are imported;"
        rest += " import the file again for the rest"
        known = error if isinstance(error, CcuError) else reasons.explain(error, path)
        if known is None and not isinstance(error, KeyboardInterrupt):
            say(rest)
            raise
        why = str(known or "cancelled").split("; nothing was written")[0]
        told = CcuError(f"{why}; {rest}")
        told.exit_code = known.exit_code if known else ExitCode.INTERRUPTED
        raise told from None


def _check_codes(connection: sqlite3.Connection, layout: Layout) -> dict[str, int]:
    """Return nature -> whether it is a care call. Raises InvalidInput for an unknown code."""
    used = {
        "nature": (*layout.natures.used, *(layout.care or ())),
        "disposition": layout.dispositions.used,
        "agency": (
            *(*layout.agencies.used, *layout.responders.used),
            *filter(None, [layout.lead_agency]),
        ),
        "responder_state": layout.states.used,
        "danger": layout.hazards.used,
        "call_source": tuple(filter(None, [layout.call_source])),
    }
    for kind, named in used.items():
        known = dict.fromkeys(sorted(codes.labels(connection, kind)))
        layout.refuse_unknown(named, known, kind)
    natures = merging.natures(connection)
    if layout.care is None:
        return natures
    return {code: int(code in layout.care) for code in natures}


def _find_known(
    connection: sqlite3.Connection, export: Export, table: Table, reader: RowReader, layout: Layout
) -> Known | None:
    """Return the rows that are on file as they are; None where no call is of this source."""
    source = merging.system(connection, layout.source)
    if source is None:
        return None
    known = Known(connection, source)
    for chunk in _shown(export, table, "Comparing, kB"):
        known.add(chunk, reader.seen(chunk))
        if not known.worth_it():
            break
    known.settle()
    connection.execute("COMMIT")  # end the read transaction of the main file
    connection.execute("BEGIN")
    return known


def _read(
    export: Export,
    table: Table,
    reader: RowReader,
    known: Known | None,
    stage: Stage,
    summary: Summary,
) -> None:
    """Stage the rows that are not known; put aside what cannot be read."""
    for chunk in _shown(export, table, "Reading, kB"):
        staged, broken = reader.read(known.without(chunk) if known else chunk)
        stage.add(staged)
        for row in broken:
            _reject(stage, summary, row)
        summary.read += len(staged) + len(broken)
        summary.short += chunk.short
    summary.dateless, summary.shortened = reader.dateless, reader.shortened


def _shown(export: Export, table: Table, what: str) -> Iterator[Chunk]:
    """Yield every row, and show the progress at a terminal."""
    with progress(what, export.size // 1000) as advance:
        shown = 0
        for chunk in table.chunks():
            yield chunk
            done = export.done() // 1000
            advance(done - shown)
            shown = done


def _reject(stage: Stage, summary: Summary, row: Broken) -> None:
    stage.reject(row.line, row.reason, row.cells)
    summary.rejected += 1
    summary.reasons[row.reason] += 1


def _reject_aside(
    connection: sqlite3.Connection, table: Table, stage: Stage, summary: Summary
) -> None:
    """Reject rows that have the incident number of a call of another time.

    The file is read once more for them, because storing every row's cells would double the work.
    """
    lines = aside(connection)
    line, reason = next(lines, (None, ""))
    if line is None:
        return
    for chunk in table.chunks():
        for number, cells in zip(chunk.numbers, chunk.rows, strict=True):
            if number == line:
                _reject(stage, summary, Broken(number, reason, cells))
                line, reason = next(lines, (None, ""))


@contextlib.contextmanager
def _interruptible(connection: sqlite3.Connection) -> Iterator[None]:
    """Let Ctrl-C end a long statement: SQLite calls back now and then, and Python can react."""
    connection.set_progress_handler(lambda: None, 100_000)
    try:
        yield
    except database.errors() as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            raise KeyboardInterrupt from None
        raise
    finally:
        connection.set_progress_handler(None, 0)
