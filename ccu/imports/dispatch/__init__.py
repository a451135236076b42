"""A dispatch export in: `import_file` is the whole of it.

  layout   the TOML file that says how an export is to be read (words: its maps to ccu's codes)
  source   the file's bytes: whole or not, which encoding, as lines
  rows     lines to rows; a broken row costs only itself
  reading  a row to the values that are kept (times: its times)
  staging  the private file they wait in, so that nobody is locked out while we read
  identifiers  columns that are refused: FBI, state and social security numbers
  repeats  the same incident twice in one file
  rejects  the rows that can not be taken, with the reason, for a person to mend
  suggest  a first layout from a file's header and a sample (guess: what it goes by)

The merge into the calls is `merging.py`: one transaction, so that a file is taken whole or,
whatever happens, not at all.
"""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ccu import dates, output
from ccu.database import encryption
from ccu.database import opening as db
from ccu.errors import InvalidInput
from ccu.imports.dispatch import identifiers
from ccu.imports.dispatch import layout as layouts
from ccu.imports.dispatch import merging as imports
from ccu.imports.dispatch import rejects as rejected
from ccu.imports.dispatch.layout import Layout
from ccu.imports.dispatch.reading import RowReader
from ccu.imports.dispatch.repeats import conflicting, settle_repeats
from ccu.imports.dispatch.rows import Broken, Rows, header
from ccu.imports.dispatch.source import Export, opened
from ccu.imports.dispatch.staging import Stage, attached
from ccu.records.settings import Settings

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

OTHER_CONTENT = "an incident number again, with another content"


class Session(Protocol):
    """What is needed of ccu.session.Session, which lies beside this package and not below it."""

    @property
    def db(self) -> sqlite3.Connection: ...
    @property
    def path(self) -> Path: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def now(self) -> datetime: ...
    @property
    def staff_id(self) -> int: ...
    def writing(self) -> contextlib.AbstractContextManager[sqlite3.Connection]: ...


@dataclass
class Summary:
    """What came of a file. read = new + changed + same + rejected."""

    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0
    left: int = 0  # fields that stayed as a hand made them
    reasons: Counter[str] = field(default_factory=Counter)  # why rows were rejected
    unmapped: Counter[str] = field(default_factory=Counter)  # natures the layout does not know


def import_file(
    session: Session,
    path: Path,
    layout: str | Layout,
    *,
    dry_run: bool = False,
    rejects: Path | None = None,
    allow: Sequence[str] = (),
) -> Summary:
    """Import an export, all of it or nothing; `-` is standard input. A dry run keeps nothing.

    `allow` are the columns that pass whatever they look like.

    Raises InvalidInput for a layout or a file that can not be used, before anything is read.
    """
    if isinstance(layout, str):
        layout = layouts.load(layout)
    connection, summary = session.db, Summary()
    care = _check_codes(connection, layout)
    zone = dates.zone(layout.timezone) if layout.timezone else session.settings.zone
    rejected.check(rejects, path, session.path)
    stage = Stage(connection, layout, session.settings.town, care)
    with opened(path, layout.encoding, session.path.absolute().parent) as export:
        allowed = identifiers.check(export, layout.delimiter, allow)
        with attached(connection, session.path), _interruptible(connection):
            connection.execute("BEGIN")  # on the staging file alone: the main one is not touched
            names = _read(export, layout, zone, stage, summary)
            summary.same = settle_repeats(connection)
            _reject_conflicts(connection, export, layout, stage, summary)
            summary.unmapped = stage.unmapped
            if summary.rejected and rejects is not None:
                rejected.write(rejects, names, stage.rejects())
            if dry_run:
                outcome = imports.preview(connection, layout.source)
            connection.execute("COMMIT")
            if not dry_run:
                outcome = _merge(session, export, layout, summary, allowed)
    summary.new, summary.changed = outcome.new, outcome.changed
    summary.same += outcome.same
    summary.left = outcome.left
    return summary


def _check_codes(connection: sqlite3.Connection, layout: Layout) -> dict[str, int]:
    """nature -> whether it is a care call. Raises InvalidInput for a code that is in no list."""
    lists = imports.codes(connection)
    used = {
        "nature": (*layout.natures.used, *(layout.care or ())),
        "disposition": layout.dispositions.used,
        "agency": (*layout.agencies.used, *filter(None, [layout.lead_agency])),
        "call_source": tuple(filter(None, [layout.call_source])),
    }
    for kind, codes in used.items():
        for code in codes:
            if code not in lists[kind]:
                raise InvalidInput(
                    f"layout {layout.name}: {code!a} is not among the"
                    f" {kind.replace('_', ' ')} codes of this file"
                )
    if layout.care is None:
        return lists["nature"]
    return {code: int(code in layout.care) for code in lists["nature"]}


def _read(
    export: Export, layout: Layout, zone: "ZoneInfo", stage: Stage, summary: Summary
) -> list[str]:
    """Stage every row, put aside what can not be read; returns the column names."""
    when = dates.cad_reader(layout.formats, zone, layout.ambiguous)
    lines = export.lines()
    names, before = header(lines, layout.delimiter)
    later = dates.cad_reader(layout.formats, zone, "later")
    reader = RowReader(layout, names, when, later, stage)
    with output.progress("Reading, kB", export.size // 1000) as advance:
        shown = 0
        for chunk in Rows(lines, layout.delimiter, len(names), before).chunks():
            staged, broken = reader.read(chunk)
            stage.add(staged)
            for each in broken:
                _reject(stage, summary, each)
            summary.read += len(staged) + len(broken)
            done = export.done() // 1000
            advance(done - shown)
            shown = done
    return names


def _reject(stage: Stage, summary: Summary, row: Broken) -> None:
    stage.reject(row.line, row.reason, row.cells)
    summary.rejected += 1
    summary.reasons[row.reason] += 1


def _reject_conflicts(
    connection: sqlite3.Connection, export: Export, layout: Layout, stage: Stage, summary: Summary
) -> None:
    """Reject rows that give an incident number again with another content.

    The file is read once more for them: to keep every row's cells for it would double the work.
    """
    found = conflicting(connection)
    line = next(found, None)
    if line is None:
        return
    lines = export.lines()
    names, before = header(lines, layout.delimiter)
    for chunk in Rows(lines, layout.delimiter, len(names), before).chunks():
        for number, cells in zip(chunk.numbers, chunk.rows, strict=True):
            if number == line:
                _reject(stage, summary, Broken(number, OTHER_CONTENT, cells))
                line = next(found, None)


def _merge(
    session: Session, export: Export, layout: Layout, summary: Summary, allowed: Sequence[str]
) -> imports.Outcome:
    batch = imports.Batch(
        source=layout.source,
        file_name=export.name,
        sha256=export.sha256,
        layout=layout.name,
        at=dates.to_iso(session.now),
        call_source=layout.call_source,
        read=summary.read,
        same=summary.same,
        rejected=summary.rejected,
        allowed=allowed,
    )
    staff_id = session.staff_id  # before the transaction: an account new here is a write of its own
    with db.trusting(session.db), session.writing() as connection:
        return imports.merge(connection, staff_id, batch)


@contextlib.contextmanager
def _interruptible(connection: sqlite3.Connection) -> Iterator[None]:
    """Let Ctrl-C end a statement that takes seconds: SQLite calls back, and Python looks."""
    connection.set_progress_handler(lambda: None, 100_000)
    try:
        yield
    except encryption.errors() as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            raise KeyboardInterrupt from None
        raise
    finally:
        connection.set_progress_handler(None, 0)
