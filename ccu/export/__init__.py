"""`ccu export`: de-identified rows for analysts, in a folder that records who made it and why.

  cells   the tables, each column with its meaning; whatever singles a few people out is removed
  store   the rows, with pseudonyms, age bands, and only common beats and buildings
  folder  the files and about.json, all written or none
  region  the export by which a county adds up its towns

De-identified is not anonymous: a person who knows of an incident may still find its row. So the
files are private, and about.json states what they may be used for.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu import __version__, access, dates
from ccu.database import opening as db
from ccu.export import cells, folder, region, store
from ccu.export.cells import COMMON, Rows
from ccu.records import audit
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.output import Format

PURPOSES = ("monthly report", "research", "grant", "council", "audit", "region", "other")
NOTE = (
    "De-identified, not anonymous. A person who knows of an incident may recognize its row by the"
    " day, nature and outcome, and the rows of one pseudonym together reveal more than each alone."
    " Do not publish rows, do not match them with other files, do not try to identify anyone;"
    " destroy the folder when the purpose is served. Tables for the public: ccu report --public."
)


@dataclass(frozen=True)
class Wanted:
    """What was asked for; both days are counted. `purpose` is one of PURPOSES.

    `region`: the export by which towns are added up; it is refused where a group stays small.
    """

    what: tuple[str, ...]
    first: date
    last: date
    purpose: str
    words: str
    k: int
    hours: bool
    format: "Format"
    region: bool = False


@contextlib.contextmanager
def written(session: Session, wanted: Wanted, target: Path) -> Iterator[list[tuple[str, int]]]:
    """Write the folder and audit it; yield (file, rows) to report. Raises InvalidInput."""
    by = session.staff_id
    option = "--deidentified" if wanted.region else "--output"
    folder.check(target, option)
    tables = store.read(session.db, wanted.what, wanted.first, wanted.last)
    if wanted.region:
        tables = region.by_month(tables, session.settings.town)
        region.protect(tables, wanted.k)
    else:
        cells.protect(tables, wanted.k)
    store.disguise(tables)
    with folder.unfinished(target, option) as part:
        if wanted.region:
            files = region.add(part, tables, session.settings.town)
        else:
            files = [
                folder.add(
                    *(part, table.name, cells.of_table(table.name, hours=wanted.hours)),
                    *(table.rows, wanted.format),
                )
                for table in tables
            ]
        folder.add_about(part, about(session, wanted, tables, files))
        with session.writing() as connection:  # first the record, then the files
            audit.record(
                connection, by, "export", what=list(wanted.what), purpose=wanted.purpose,
                k=wanted.k, since=str(wanted.first), to=str(wanted.last), hours=wanted.hours,
                rows={each.name: len(each.rows) for each in tables},
            )  # fmt: skip
        folder.finish(part)
        yield [(each.name, each.rows) for each in files]


def about(
    session: Session, wanted: Wanted, tables: list[Rows], files: list[folder.File]
) -> dict[str, Any]:
    """Return the contents of about.json."""
    return {
        "made_by": access.login(session.service_account),
        "made_at": dates.to_iso(session.machine_now),
        "purpose": wanted.purpose,
        "purpose_in_words": wanted.words,
        "town": session.settings.town,
        "period": {"from": str(wanted.first), "to": str(wanted.last)},
        "ccu": __version__,
        "schema": db.SCHEMA_VERSION,
        "files": [
            {"name": file.name, "rows": file.rows, "sha256": file.sha256, "columns": file.columns}
            for file in files
        ],
        "removed": cells.REMOVED,
        "small_cells": {
            "k": wanted.k,
            "rule": f"no combination of the columns of a cell represents fewer than {wanted.k}"
            f" people, or without any person fewer than {wanted.k} rows; rows with none of those"
            " that can be blanked are one cell"
            if wanted.k > 1
            else "nothing was removed (--k 1)",
            "tables": {table.name: _small(table, wanted) for table in tables},
        },
        "rare": f"beats and buildings with fewer than {COMMON} calls in this export are blank",
        "note": NOTE,
    }


def _small(table: Rows, wanted: Wanted) -> dict[str, Any]:
    """Return how many people the cells of a table hold, and what was blanked."""
    sizes = [people or rows for people, rows in table.sizes().values()]
    return {
        "cell": ["month" if name == "day" else name for name in (*table.within, *table.order)],
        "smallest": min(sizes, default=None),
        "below_11": sum(size < COMMON for size in sizes),
        "cells": len(sizes),
        "rows_blanked": {
            name: rows for name, rows in table.taken.items() if name != "hour" or wanted.hours
        },
        "rows_withheld": "some" if table.withheld else "none",  # how many would be a small cell
    }
