"""The export by which a county or a state adds its towns up: rows by month, in CSV and Parquet.

Totals must be exact, so no row is left out: every value of a row is shared by k people or blank, at
last the month, and where a group still has fewer than k people the export is refused. A pseudonym
is on one row only, so that nothing joins a person's rows. Parquet files are in folders by town and
month; the columns are in the files too, so that a reader needs no folder names.
"""

import io
from collections import defaultdict
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote

from ccu.errors import InvalidInput
from ccu.export import cells, folder
from ccu.export.cells import Row, Rows
from ccu.output import Format, say

OTHER = "other"  # the month of rows whose month had too few people


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


def protect(tables: Sequence[Rows], k: int) -> None:
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
                row["person"] = None  # it has what is never removed, which fewer may share
            elif row["person"] is not None:
                one = table.name, table.cell(row), row["person"]
                row["person"] = None if one in told else one
                told.add(one)
    for row in (row for table in tables for row in table.rows):
        row["month"] = row["month"] or OTHER


def add(part: folder.Unfinished, tables: Sequence[Rows], town: str) -> list[folder.File]:
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
    """Return the rows as a Parquet file; what is blank is null."""
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
