"""What brings a file made by an older ccu to the shape of schema.sql, one step a version.

A step runs inside the transaction that opening.py began, after the file was copied. It is never
changed once released, so it says what the schema became then and calls nothing that may mean
something else later, but for what is derived and can be made again (person_key). No sqlite-utils
transform() on a table with triggers: it drops them.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path


def _to_2(connection: sqlite3.Connection) -> None:
    run(connection, _script("to_2.sql"))
    _make_keys(connection)


def _to_3(connection: sqlite3.Connection) -> None:
    run(connection, _script("to_3.sql"))
    _chain_audit(connection)


def _to_4(connection: sqlite3.Connection) -> None:
    run(connection, _script("to_4.sql"))


def _to_5(connection: sqlite3.Connection) -> None:
    run(connection, _script("to_5.sql"))
    _unseal_digests(connection)


def _unseal_digests(connection: sqlite3.Connection) -> None:
    """Archive the digests that to_5.sql removes from `deidentified`, where they are sealed.

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


# version a file has -> the step that brings it one further
STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _to_2, 2: _to_3, 3: _to_4, 4: _to_5}
