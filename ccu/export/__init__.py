"""`ccu export`: de-identified rows for analysts, in a folder that records who made it and why.

  cells   the tables, each column with its meaning; whatever singles a few people out is removed
  store   the rows, with pseudonyms, age bands, and only common beats and buildings
  folder  the files and about.json, all written or none

De-identified is not anonymous: a person who knows of an incident may still find its row. So the
files are private, and about.json states what they may be used for.
"""

import contextlib
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ccu import __version__, access, dates
from ccu.database import opening as db
from ccu.errors import InvalidInput
from ccu.export import cells, folder, store
from ccu.export.cells import COMMON, Row, Rows
from ccu.output import Format, say
from ccu.records import audit
from ccu.session import Session

FEW = 5  # people; an export that distinguishes fewer needs a further permission
PURPOSES = ("monthly report", "research", "grant", "council", "audit", "region", "other")
NOTE = (
    "De-identified, not anonymous. A person who knows of an incident may recognize its row by the"
    " day, nature and outcome, and the rows of one pseudonym together reveal more than each alone."
    " Do not publish rows, do not match them with other files, do not try to identify anyone;"
    " destroy the folder when the purpose is served. Tables for the public: ccu report --public."
)


@dataclass(frozen=True)
class Wanted:
    """The options of an export; both days are included. `purpose` is one of PURPOSES.

    `region`: the export for adding towns up; it is refused if a group stays small.
    """

    what: tuple[str, ...]
    first: date
    last: date
    purpose: str
    words: str
    k: int
    hours: bool
    format: Format
    region: bool = False


@contextlib.contextmanager
def written(session: Session, wanted: Wanted, target: Path) -> Iterator[list[tuple[str, int]]]:
    """Write the folder and audit it; yield (file, rows) to report. Raises InvalidInput."""
    if wanted.k < FEW:
        session.require_may("export --few")
    by = session.staff_id
    option = "--deidentified" if wanted.region else "--output"
    folder.check(target, option)
    tables = store.read(session.db, wanted.what, wanted.first, wanted.last)
    if wanted.region:
        tables = by_month(tables, session.settings.town)
        protect_region(tables, wanted.k)
    else:
        cells.protect(tables, wanted.k)
    store.disguise(tables)
    with folder.unfinished(target, option) as part:
        if wanted.region:
            files = add_region(part, tables, session.settings.town)
        else:
            files = [
                folder.add(
                    *(part, table.name, cells.of_table(table.name, hours=wanted.hours)),
                    *(table.rows, wanted.format),
                )
                for table in tables
            ]
        folder.add_about(part, about(session, wanted, tables, files))
        with session.writing() as connection:  # record first, then name the files
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


# ---------------------------------------------------------------- a region
# The export for a county or a state to add its towns up: rows by month, in CSV and Parquet. Totals
# must be exact, so no row is left out: every value of a row is shared by k people or blank, finally
# even the month, and if a group still has fewer than k people the export is refused. A pseudonym is
# on one row only, so that a person's rows cannot be joined. Parquet files are in folders by town
# and month; the files have these columns too, so that a reader needs no folder names.

OTHER = "other"  # in place of a month with too few people


def by_month(tables: Sequence[Rows], town: str) -> list[Rows]:
    """Return the tables with the town, the month in place of the day, and without drafts."""
    found = []
    for table in tables:
        rows = [row for row in table.rows if row.get("status") != "draft"]
        for row in rows:
            row["town"], row["month"] = town, row.pop("day")[:7]
            row["accepted"] = row.get("days_to_accepted") is not None
            row["received"] = row.get("status") == "service_received"
            row.update({name: "" for name in cells.REGION[table.name] if row[name] is None})
        order, within = cells.REGION[table.name], cells.KEPT[table.name]
        found.append(Rows(table.name, rows, order, within=within))
    return found


def protect_region(tables: Sequence[Rows], k: int) -> None:
    """Blank what fewer than k people share, and unlink rows. Raises InvalidInput if not enough."""
    for name in cells.protect_all(tables, k):
        raise InvalidInput(
            f"refused: {name.replace('_', '-')} have a group of fewer than {k} people even without"
            " age, sex, type and month; choose a longer period"
        )
    told: set[object] = set()
    for table in tables:
        for row in table.rows:
            if table.bare(row):
                row["person"] = None  # columns that are never removed may single it out
            elif row["person"] is not None:
                one = table.name, table.cell(row), row["person"]
                row["person"] = None if one in told else one
                told.add(one)
    for row in (row for table in tables for row in table.rows):
        row["month"] = row["month"] or OTHER


def add_region(part: folder.Unfinished, tables: Sequence[Rows], town: str) -> list[folder.File]:
    """Write each table as CSV and Parquet, and the data dictionary. Raises InvalidInput."""
    files = [
        folder.add(part, table.name, cells.of_region(table.name), table.rows, Format.csv)
        for table in tables
    ]
    listed = [
        (table.name, name, cells.type_of(name), text)
        for table in tables
        for name, text in cells.of_region(table.name).items()
    ]
    heads = {
        "table": "name of the table",
        "column": "name of the column",
        "type": "text, number or yes/no; empty is unknown",
        "meaning": "what the column holds",
    }
    files.append(folder.add(part, "dictionary", heads, listed, Format.csv))
    if find_spec("pyarrow") is None:
        say("Parquet was left out; to have it, install ccu again with its extra parquet")
        return files
    for table in tables:
        months: dict[str, list[Row]] = defaultdict(list)
        for row in table.rows:
            months[row["month"]].append(row)
        for month in sorted(months) or [OTHER]:
            path = (table.name, f"town={quote(town, safe='')}", f"month={month}", "part-0.parquet")
            rows = months[month]
            files.append(folder.add_binary(part, path, len(rows), _parquet(table.name, rows)))
    return files


def _parquet(table: str, rows: Sequence[Row]) -> bytes:
    """Return the rows as a Parquet file; blank cells are null."""
    import pyarrow
    from pyarrow import parquet

    types: dict[str, Any] = {
        "text": pyarrow.string(),
        "number": pyarrow.int64(),
        "yes/no": pyarrow.bool_(),
    }
    names = cells.of_region(table)
    schema = pyarrow.schema([(name, types[cells.type_of(name)]) for name in names])
    made = [{name: None if row[name] == "" else row[name] for name in names} for row in rows]
    out = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(made, schema=schema), out)
    return out.getvalue()
