"""What is known of a directory's services, and what an import of it writes."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ccu.imports.store import table
from ccu.providers import store as providers
from ccu.records import table as records

_KNOWN = providers.ALL.replace(" AS needs", " AS needs, source, source_id, imported")


def known(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return every provider as `providers.read` does, with source, source_id and `imported`."""
    return [
        {
            **providers.record(row),
            "source": row["source"],
            "source_id": row["source_id"],
            "imported": json.loads(row["imported"] or "{}"),
        }
        for row in connection.execute(_KNOWN)
    ]


def add(
    connection: sqlite3.Connection, source: str, new: Sequence[tuple[str, Mapping[str, Any]]]
) -> int:
    """Add providers, each the service of that id, inside the caller's transaction.

    Return the number of the first, whose numbers follow one another; 0 for none.
    """
    table(connection, "provider").insert_all(
        {
            **{name: value for name, value in fields.items() if name != "needs"},
            **{"source": source, "source_id": source_id, "imported": json.dumps(fields)},
        }
        for source_id, fields in new
    )
    ids = dict(connection.execute("SELECT source_id, id FROM provider WHERE source = ?", (source,)))
    table(connection, "provider_need").insert_all(
        {"provider_id": ids[source_id], "need": need}
        for source_id, fields in new
        for need in fields["needs"]
    )
    return min((ids[source_id] for source_id, _fields in new), default=0)


def update(
    connection: sqlite3.Connection,
    staff_id: int,
    at: str,
    batch_id: int,
    changes: Iterable[tuple[dict[str, Any], Mapping[str, Any], dict[str, Any]]],
) -> None:
    """Write what changed: of a provider as `known`, its new values, and what the directory has."""
    for old, new, columns in changes:
        values = {name: value for name, value in new.items() if name != "needs"}
        kept = {**columns, "imported": json.dumps(columns["imported"])}
        records.update(connection, "provider", old["id"], {**values, **kept})
        if "needs" in new:
            needs = [{"need": need} for need in new["needs"]]
            records.replace(connection, "provider_need", {"provider_id": old["id"]}, needs)
        records.write_changes(
            connection, staff_id, "provider", old["id"],
            {name: (old[name], value) for name, value in new.items()},
            at=at, import_batch_id=batch_id,
        )  # fmt: skip
