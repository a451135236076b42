"""Migrate a file of an older ccu to the current schema, one step per version.

A step runs in the transaction of `migrate`, after the file was copied. Never change a released
step: it records how the schema changed then. It calls nothing that may change later, except to
rebuild derived data (person_key). Do not use transform() of sqlite-utils on a table with triggers,
because it drops them.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from ccu.database import opening
from ccu.errors import DatabaseUnusable

PATIENCE = 600  # seconds to wait for another process that copies and migrates a large file


def migrate(connection: sqlite3.Connection, path: Path, key: str | None) -> None:
    """Copy the file, then take every step, in one transaction; a second process waits for it.

    Raises DatabaseUnusable if references are missing afterwards; the file is then unchanged.
    """
    from ccu.database import digests, schema

    with opening.write(connection, PATIENCE):
        version = opening.version_of(connection)  # again, now that no other process can change it
        if version == opening.SCHEMA_VERSION:
            return
        _copy_before(path, key, version)
        altered = digests.remove(connection)
        while version < opening.SCHEMA_VERSION:
            STEPS[version](connection)
            version += 1
        with contextlib.closing(schema.in_memory()) as new:
            schema.make_views(connection, new)
            digests.install(connection, altered)
            digests.seal(connection, schema.names(new))
        if connection.execute("PRAGMA foreign_key_check").fetchall():
            raise DatabaseUnusable(f"{path} cannot be upgraded; it was not changed")
        connection.execute(f"PRAGMA user_version={version}")


def _copy_before(path: Path, key: str | None, version: int) -> None:
    """Copy the file as it was, by a connection of its own: a copy cannot be made within a write."""
    from ccu.database import copies

    moment = time.strftime("%Y%m%d-%H%M%S")
    target = path.with_name(f"{path.name}.schema-{version}-{moment}.bak")
    with contextlib.closing(opening.connect(path, key)) as reader:
        if not os.path.lexists(target):  # otherwise a failed migration made it within this second
            with copies.copied(reader, target):
                pass


def _to_2(connection: sqlite3.Connection) -> None:
    run(connection, _script("to_2.sql"))
    _make_keys(connection)


def _to_3(connection: sqlite3.Connection) -> None:
    run(connection, _script("to_3.sql"))
    _chain_audit(connection)


def _to_4(connection: sqlite3.Connection) -> None:
    """Make the table of the sums of each table's rows, which digests.py fills."""
    connection.execute(
        "CREATE TABLE table_digest (name TEXT PRIMARY KEY, row_count INTEGER NOT NULL,"
        " total INTEGER NOT NULL) STRICT, WITHOUT ROWID"
    )


def _to_5(connection: sqlite3.Connection) -> None:
    run(connection, _script("to_5.sql"))
    _unseal_digests(connection)
    _read_addresses_again(connection)
    _add_keys_of_does(connection)


def _add_keys_of_does(connection: sqlite3.Connection) -> None:
    """Add keys of the names John and Jane Doe, where a birth date or an age makes them a name."""
    from ccu import identity

    for person_id, given, family in connection.execute(
        "SELECT id, given_name, family_name FROM person WHERE trim(family_name) LIKE 'doe'"
        " AND coalesce(birth_date, age_estimate) IS NOT NULL"
    ).fetchall():
        known = identity.Known(names=(identity.Name(given, family),), birth_years=(0, 0))
        connection.executemany(
            "INSERT OR IGNORE INTO person_key (key, person_id) VALUES (:key, :person_id)",
            [{"key": key, "person_id": person_id} for key in sorted(identity.keys(known))],
        )


def _read_addresses_again(connection: sqlite3.Connection) -> None:
    """Give each place the keys that the reader now computes from its texts, if they all agree.

    A place stays as it is if its texts are now two places, or if another place has the keys: its
    address is then offered as near, and a person may merge both.
    """
    from itertools import groupby

    from ccu.address import Names, match, read

    towns = connection.execute("SELECT code, label FROM town").fetchall()
    own = connection.execute("SELECT value FROM setting WHERE name = 'town'").fetchone()
    names = Names(own[0] if own else "", {code.replace("_", " "): label for code, label in towns})
    texts = connection.execute(
        "SELECT place_id, raw, raw_unit, raw_city, raw_state, raw_zip FROM address"
        " WHERE place_id IS NOT NULL ORDER BY place_id"
    )
    for place_id, rows in groupby(texts, lambda row: row[0]):
        found = {
            each.unit_key: each
            for _id, raw, unit, city, state, zip_code in rows
            for each in [read(raw, town=names, unit=unit, city=city, state=state, zip=zip_code)]
        }
        key, reading = found.popitem()
        if found or not key:
            continue
        connection.execute(
            "UPDATE OR IGNORE place SET kind = :kind, number = :number, street = :street,"
            " unit = :unit, cross_street = :cross, name = :place, building_key = :building_key,"
            " unit_key = :unit_key, loose_key = :loose WHERE id = :id AND unit_key <> :unit_key",
            {**reading._asdict(), "loose": match.loose_key(reading), "id": place_id},
        )


def _unseal_digests(connection: sqlite3.Connection) -> None:
    """Archive the digests that to_5.sql removes from `deidentified`, if they are sealed.

    They stay within the seal, as rows of `archived` that a lift brings back.
    """
    import json

    for seal_id, text, at in connection.execute(
        "SELECT id, content, strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now') FROM sealed"
        " WHERE content LIKE '%\"deidentified\"%' ORDER BY id"
    ).fetchall():
        content = json.loads(text)
        removed = [
            (row["person_id"], row.pop("digest")) for row in content["rows"].get("deidentified", ())
        ]
        archived = [
            {
                "id": number,
                "feature": "recognise_returning",
                "record": "deidentified",
                "record_id": person_id,
                "content": json.dumps({"digest": digest}),
                "archived_at": at,
            }
            for number, (person_id, digest) in enumerate(removed, 1)
            if digest is not None
        ]
        if archived:
            content["rows"]["archived"] = archived
        connection.execute(
            "UPDATE sealed SET content = ? WHERE id = ?",
            (json.dumps(content, ensure_ascii=False), seal_id),
        )


def _script(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _chain_audit(connection: sqlite3.Connection) -> None:
    """Number, link and hash the audit's rows as they are, with the file's new key."""
    import json

    from ccu.database import key_chain as chain

    key, previous = chain.make(chain.key_path(connection)), chain.BEGIN
    (forbids,) = connection.execute(
        "SELECT sql FROM sqlite_master WHERE name = 'audit_is_never_changed'"
    ).fetchone()
    connection.execute("DROP TRIGGER audit_is_never_changed")
    found = connection.execute(
        "SELECT audit.id, at, staff_id, action, record, record_id, detail, reason"
        " FROM audit LEFT JOIN audit_reason ON audit_id = audit.id ORDER BY audit.id"
    ).fetchall()
    for *row, reason in found:
        if reason is not None:
            digest = key.of_reason(row[0], reason)
            row[6] = json.dumps({**json.loads(row[6]), "reason_digest": digest}, sort_keys=True)
        done = key.of_row(previous, row)
        connection.execute(
            "UPDATE audit SET detail = :detail, previous = :previous, hash = :hash WHERE id = :id",
            {"id": row[0], "detail": row[6], "previous": previous, "hash": done},
        )
        previous = done
    connection.execute(forbids)


def _make_keys(connection: sqlite3.Connection) -> None:
    from ccu import identity

    aliases: dict[int, list[identity.Name]] = {}
    for person_id, given, family in connection.execute(
        "SELECT person_id, given_name, family_name FROM person_alias ORDER BY id"
    ):
        aliases.setdefault(person_id, []).append(identity.Name(given, family))
    found = connection.execute(
        "SELECT id, given_name, family_name, birth_date, phone FROM person"
    ).fetchall()
    for person_id, given, family, birth_date, phone in found:
        known = identity.Known(
            names=(identity.Name(given, family), *aliases.get(person_id, ())),
            birth_date=birth_date,
            phone=phone,
        )
        connection.executemany(
            "INSERT INTO person_key (key, person_id) VALUES (:key, :person_id)",
            [{"key": key, "person_id": person_id} for key in sorted(identity.keys(known))],
        )


def run(connection: sqlite3.Connection, script: str) -> None:
    """Run a script inside the caller's transaction, which executescript would commit."""
    statement = ""
    for piece in script.split(";")[:-1]:
        statement += piece + ";"
        if sqlite3.complete_statement(statement):  # not within a string, comment or trigger
            connection.execute(statement)
            statement = ""


# version of a file -> the step to the next version
STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _to_2, 2: _to_3, 3: _to_4, 4: _to_5}
