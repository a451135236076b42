"""The file: what is refused untouched, what migrates, what survives."""

import contextlib
import hashlib
import json
import os
import pwd
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ccu.database import digests, migrations, schema, written
from ccu.database import key_chain as chain
from ccu.database import opening as db
from ccu.database.opening import register
from ccu.errors import DatabaseUnusable, ExitCode
from ccu.records import audit

from ..conftest import Ccu, run_ccu
from ..retention import retention_steps

posix = pytest.mark.skipif(os.name != "posix", reason="file modes")
INIT = ("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.is_file()
    }


def make_missing(path: Path) -> None:
    pass


def make_folder(path: Path) -> None:
    path.mkdir()


def make_empty(path: Path) -> None:
    path.touch()


def make_csv(path: Path) -> None:
    path.write_text("id,time\n1,2026-01-01\n" * 20)


def make_foreign(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE recipe (name TEXT)")
    other.execute("PRAGMA application_id=77")
    other.commit()
    other.close()


def make_foreign_wal(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("CREATE TABLE recipe (name TEXT)")
    other.commit()
    other.close()


def make_newer(path: Path) -> None:
    assert run_ccu("--db", str(path), *INIT).code == 0
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version=99")
    other.commit()
    other.close()


def make_cut(path: Path) -> None:
    assert run_ccu("--db", str(path), *INIT).code == 0
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def make_stub(path: Path) -> None:
    assert run_ccu("--db", str(path), *INIT).code == 0
    path.write_bytes(path.read_bytes()[:100])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            make_missing,
            "so nothing was looked up: check --db or CCU_DB; for a new town, an"
            " administrator runs ccu init",
        ),
        (make_folder, "is not a file; give the path of a ccu database"),
        (make_empty, "is empty; an administrator sets it up with ccu init"),
        (make_csv, "is not a ccu database; give the path of a ccu database"),
        (make_foreign, "is another program's database; give the path of a ccu database"),
        (make_foreign_wal, "is another program's database; give the path of a ccu database"),
        (
            make_newer,
            f"was made by a newer ccu (schema 99, this one supports {db.SCHEMA_VERSION});"
            " it was not changed; use that ccu",
        ),
        (make_cut, "is cut short; keep it and restore a backup: ccu restore --force BACKUP"),
        (make_stub, "is cut short; keep it and restore a backup: ccu restore --force BACKUP"),
    ],
)
def test_a_file_that_is_not_ours_to_use_is_refused_untouched(
    make: object, says: str, empty: Ccu, db_path: Path
) -> None:
    assert callable(make)
    make(db_path)
    before = fingerprint(db_path.parent)
    result = empty("settings")
    assert (result.code, result.out) == (ExitCode.DATABASE, "")
    where = f"there is no database {db_path}," if make is make_missing else db_path
    assert result.err == f"ccu: error: {where} {says}\n"
    assert fingerprint(db_path.parent) == before


@pytest.mark.parametrize("make", [make_csv, make_foreign, make_newer])
def test_init_leaves_an_existing_file_unchanged(make: object, empty: Ccu, db_path: Path) -> None:
    assert callable(make)
    make(db_path)
    before = fingerprint(db_path.parent)
    result = empty(*INIT)
    assert result == (
        2,
        "",
        f"ccu: error: {db_path} already exists and was not changed; for a new file: --db FILE\n",
    )
    assert fingerprint(db_path.parent) == before


@pytest.mark.parametrize(
    "name", ["a b.db", "o'brien.db", "what?.db", "a#b.db", "100%.db", "né\nw.db", '"q".db']
)
def test_a_path_of_any_characters_is_that_file(name: str, empty: Ccu, tmp_path: Path) -> None:
    path = tmp_path / name
    assert empty("--db", str(path), *INIT).code == 0
    assert empty("--db", str(path), "settings", "town", "--format", "csv").code == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == [name, f"{name}.audit-key"]


def test_a_link_leads_to_its_file(empty: Ccu, tmp_path: Path) -> None:
    assert empty("--db", str(tmp_path / "real.db"), *INIT).code == 0
    (tmp_path / "link.db").symlink_to(tmp_path / "real.db")
    assert empty("--db", str(tmp_path / "link.db"), "settings").code == 0


def made_by_schema(version: int, path: Path) -> None:
    """A file as a release made it, with two people, an alias, a flag and an audit in it."""
    made = Path(__file__).parents[1] / "schemas" / f"{version}.sql"
    with sqlite3.connect(path) as connection:
        connection.executescript(made.read_text("utf-8"))
        connection.executescript("""
            PRAGMA journal_mode=WAL;
            UPDATE setting SET value = 'Marshport' WHERE name = 'town';
            UPDATE setting SET value = 'CT' WHERE name = 'state';
            UPDATE setting SET value = 'America/New_York' WHERE name = 'timezone';
            INSERT INTO person (id, given_name, family_name, birth_date, recorded_at, recorded_by)
            VALUES (1, 'Nils', 'Brandvold', '1980-01-31', '2026-01-02T10:00:00-05:00', 1),
                   (2, 'Nils', '', NULL, '2026-01-02T10:00:00-05:00', 1);
            UPDATE person SET merged_into = 1 WHERE id = 2;
            INSERT INTO person_alias (person_id, family_name) VALUES (1, 'Brandt');
            INSERT INTO place (id, kind, building_key, unit_key) VALUES (1, 'address', 'b', 'u');
            INSERT INTO place_flag (place_id, note, source, recorded_at, recorded_by, expires_on)
            VALUES (1, 'Dog', 'call', '2026-01-02T10:00:00-05:00', 1, '2028-01-02');
        """)
        if version > 1:
            connection.execute(
                "INSERT INTO person_merge (merged_id, taken, merged_at, merged_by)"
                " VALUES (2, '[]', '2026-01-02T10:00:00-05:00', 1)"
            )
            migrations._make_keys(connection)
        connection.execute(
            "INSERT INTO staff (id, login, role) VALUES (1, :login, 'admin')",
            {"login": pwd.getpwuid(os.getuid()).pw_name},
        )
        if version < 3:
            connection.execute(
                "INSERT INTO audit (at, action) VALUES ('2026-01-02T15:00:00+00:00', 'brief'),"
                " ('2026-01-02T15:00:01+00:00', 'denied')"
            )
        else:  # from schema 3 on each row continues a chain
            key = chain.make(chain.key_path(connection))
            begun = (1, "2026-01-02T15:00:00+00:00", 1, "brief", "", None, "{}")
            first = audit.CHAIN.add(connection, key, None, begun)
            denied = (2, "2026-01-02T15:00:01+00:00", None, "denied", "", None, "{}")
            audit.CHAIN.add(connection, key, first, denied)
            connection.execute(
                "UPDATE setting SET value = 'leave_out' WHERE name = 'sealed_totals'"
            )
            connection.execute("UPDATE setting SET value = 'yes' WHERE name LIKE 'recognise%'")
            connection.execute(
                "INSERT INTO deidentified (person_id, at, by, digest)"
                " VALUES (1, '2026-01-02T10:00:00-05:00', 1, 'd1'),"
                " (2, '2026-01-02T10:00:00-05:00', 1, NULL)"
            )
        if version > 3:  # and every row is summed up
            register(connection)
            sum_up(connection)
            digests.seal(connection, schema.names(connection))
    connection.close()
    path.chmod(0o600)


def sum_up(connection: sqlite3.Connection) -> None:
    """Keep the sums of every table, by the triggers of schema 4."""
    changes = {
        "insert": "row_count = row_count + 1, total = total + {new}",
        "update": "total = total - {old} + {new}",
        "delete": "row_count = row_count - 1, total = total - {old}",
    }
    for table in written.tables(connection):
        digests._keep(connection, table, digests._sum(connection, table))
        columns = written.columns(connection, table)
        old, new = (
            f"row_digest(CAST({written.as_text(columns, each)} AS BLOB))"
            for each in ("old.", "new.")
        )
        for event, change in changes.items() if written.is_written(connection, table) else ():
            connection.execute(
                f"CREATE TRIGGER {table}_digest_{event} AFTER {event} ON {table} BEGIN UPDATE"
                f" table_digest SET {change.format(old=old, new=new)} WHERE name = '{table}'; END"
            )


def test_a_file_of_the_first_release_is_copied_then_migrated(empty: Ccu, db_path: Path) -> None:
    made_by_schema(1, db_path)
    assert '"plan_expiry_months","12"' in empty("settings", "plan_expiry_months", "-f", "csv").out
    (copied,) = db_path.parent.glob("ccu.db.schema-1-*.bak")
    with sqlite3.connect(copied) as old, sqlite3.connect(db_path) as new:
        assert old.execute("PRAGMA user_version").fetchone() == (1,)
        assert new.execute("PRAGMA user_version").fetchone() == (db.SCHEMA_VERSION,)
        assert "home" not in columns_of(old, "person")
        keyed = {row[0] for row in new.execute("SELECT person_id FROM person_key")}
        assert keyed == {1, 2}
        assert new.execute("SELECT merged_id, taken FROM person_merge").fetchall() == [(2, "[]")]
        assert new.execute("SELECT * FROM human").fetchall() == [(1, 1), (2, 1)]
    assert empty("check").code == 0


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_a_migrated_file_has_the_shape_of_a_new_one(
    version: int, empty: Ccu, db_path: Path, tmp_path: Path
) -> None:
    made_by_schema(version, db_path)
    assert empty("settings").code == 0
    assert empty("check").code == 0
    assert empty("--db", str(tmp_path / "new.db"), *INIT).code == 0
    assert triggers_of(db_path) == triggers_of(tmp_path / "new.db")
    assert shape_of(db_path) == shape_of(tmp_path / "new.db")


KEPT = [
    ("recognise_returning", "deidentified", 1, '{"digest":"d1"}'),
    ("recognise_returning", "setting", None, '{"value":"yes"}'),
    ("sealed_totals", "setting", None, '{"value":"leave_out"}'),
]


@pytest.mark.parametrize(("version", "kept"), [(1, []), (2, []), (3, KEPT), (4, KEPT)])
def test_values_of_removed_features_are_archived_and_named(
    version: int, kept: list[tuple[object, ...]], empty: Ccu, db_path: Path
) -> None:
    made_by_schema(version, db_path)
    found = empty("check")
    assert found.code == 0
    (copied,) = db_path.parent.glob(f"ccu.db.schema-{version}-*.bak")
    with sqlite3.connect(copied) as old, sqlite3.connect(db_path) as new:
        assert old.execute("PRAGMA user_version").fetchone() == (version,)
        if kept:
            digests_were = old.execute("SELECT digest FROM deidentified ORDER BY person_id")
            assert digests_were.fetchall() == [("d1",), (None,)]
        archived = "SELECT feature, record, record_id, content FROM archived"
        assert new.execute(f"{archived} ORDER BY feature, record").fetchall() == kept
    named = " ".join(found.out.split())
    sentence = "3 values of removed features are kept in the archived table:"
    assert (sentence in named) == bool(kept)
    assert ("recognise_returning (2), sealed_totals (1)" in named) == bool(kept)
    assert empty("settings", "sealed_totals").code == 3


@pytest.mark.parametrize("version", [3, 4])
def test_a_sealed_value_of_a_removed_feature_stays_sealed_until_the_lift(
    version: int, empty: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_by_schema(version, db_path)
    at = "2026-01-02T10:00:00-05:00"
    rows: dict[str, list[dict[str, object]]] = {}
    with sqlite3.connect(db_path) as hand:
        register(hand)
        hand.row_factory = sqlite3.Row
        for number, digest in ((3, "d3"), (4, None)):
            hand.execute(
                "INSERT INTO person (id, recorded_at, recorded_by) VALUES (?, ?, 1)", (number, at)
            )
            hand.execute("INSERT INTO deidentified VALUES (?, ?, 1, ?)", (number, at, digest))
        for table, key in (("deidentified", "person_id"), ("person", "id")):
            found = hand.execute(f"DELETE FROM {table} WHERE {key} > 2 RETURNING *").fetchall()
            rows[table] = [dict(row) for row in found]
        hand.execute(
            "INSERT INTO sealed (record, record_id, authority, ordered_on, sealed_at, sealed_by,"
            " content) VALUES ('person', 3, 'court', '2026-01-02', ?, 1, ?)",
            (at, json.dumps({"records": [3, 4], "rows": rows, "blanked": []})),
        )
    archived = "SELECT record_id, content FROM archived WHERE record = 'deidentified'"
    assert empty("check").code == 0
    with sqlite3.connect(db_path) as connection:
        assert connection.execute(archived).fetchall() == [(1, '{"digest":"d1"}')]
    retention_steps.become_keeper(empty, monkeypatch)
    assert empty("seal", "lift", "1", "--reason-code", "set_aside").code == 0
    with sqlite3.connect(db_path) as connection:
        lifted = connection.execute(f"{archived} ORDER BY record_id").fetchall()
        assert lifted == [(1, '{"digest":"d1"}'), (3, '{"digest": "d3"}')]


def test_a_migrated_file_keeps_the_city_codes_of_cities_it_has(empty: Ccu, db_path: Path) -> None:
    made_by_schema(4, db_path)
    with sqlite3.connect(db_path) as hand:
        hand.execute(
            "INSERT INTO place (kind, street, city, city_assumed, building_key, unit_key)"
            " VALUES ('street', 'ELM ST', 'WEST ALLIS', 0, 'street ELM ST', 'street ELM ST')"
        )
    found = empty("codes", "list", "town", "--format", "json")
    assert [(row["code"], row["label"]) for row in json.loads(found.out)] == [("wa", "West Allis")]


def test_a_migrated_file_finds_places_by_the_keys_of_today(empty: Ccu, db_path: Path) -> None:
    made_by_schema(4, db_path)
    places = [
        (11, "address 64-5 ELM ST", ["64-05 Elm St"]),
        (12, "address 5 NINE MILE RD", ["5 Nine Mile Rd", "5 Nine Mile Road"]),
        (13, "address 616 COUNTY RD", ["616 County Road 45300", "616 County Road 45310"]),
        (14, "address 285 SP 5", ["285 SP 5"]),
        (15, "address 285 SPUR 5", ["285 Spur 5"]),
    ]
    with sqlite3.connect(db_path) as hand:
        for place_id, key, texts in places:
            hand.execute(
                "INSERT INTO place (id, kind, building_key, unit_key) VALUES (?, 'address', ?, ?)",
                (place_id, key, key),
            )
            hand.executemany(
                "INSERT INTO address (raw, place_id) VALUES (?, ?)",
                [(text, place_id) for text in texts],
            )
    assert empty("check").code == 0
    with sqlite3.connect(db_path) as new:
        keys = dict(new.execute("SELECT id, unit_key FROM place WHERE id > 10"))
    assert keys == {
        11: "address 64-05 ELM ST",
        12: "address 5 9 MILE RD",
        13: "address 616 COUNTY RD",  # two houses: neither is guessed
        14: "address 285 SP 5",  # another place has the key
        15: "address 285 SPUR 5",
    }


def test_a_view_of_another_program_does_not_stop_a_migration(empty: Ccu, db_path: Path) -> None:
    made_by_schema(4, db_path)
    with sqlite3.connect(db_path) as hand:
        hand.execute("CREATE VIEW mine AS SELECT canonical_id FROM person_canonical")
    found = empty("check")
    assert found.code == 0 and "the view mine is another program's" in " ".join(found.out.split())
    with sqlite3.connect(db_path) as connection:
        kept = connection.execute("SELECT person_id, by FROM deidentified ORDER BY person_id")
        assert kept.fetchall() == [(1, 1), (2, 1)]


def test_rows_altered_before_a_migration_are_reported_after_it(empty: Ccu, db_path: Path) -> None:
    made_by_schema(4, db_path)
    with sqlite3.connect(db_path) as hand:
        hand.execute("DROP TRIGGER person_digest_update")
        hand.execute("UPDATE person SET given_name = 'Lars' WHERE id = 1")
    for _each in range(2):
        found = empty("check", "--quiet")
        assert found.code == ExitCode.VERIFICATION
        assert "the rows of person are not what ccu wrote" in " ".join(found.out.split())


def shape_of(path: Path) -> dict[str, object]:
    """Columns, keys and indexes of each table, the code lists' rows, and each view's text."""
    with sqlite3.connect(path) as connection:
        found: dict[str, object] = {}
        for name, kind, sql in connection.execute(
            "SELECT name, type, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        ).fetchall():
            rows = [
                connection.execute(f"PRAGMA {about}({name})").fetchall()
                for about in ("table_xinfo", "foreign_key_list", "index_xinfo")
            ]
            listed = connection.execute(f"PRAGMA index_list({name})").fetchall()
            rows.append(sorted(each[1:] for each in listed))  # not the order they were made in
            checks = re.sub(r"[^A-Za-z_]+", " ", sql or "").split().count("CHECK")
            found[name] = (kind, rows, checks, sql if kind in ("view", "trigger") else "")
            if kind == "table" and "label" in columns_of(connection, name):
                found[f"{name} rows"] = connection.execute(f"SELECT * FROM {name}").fetchall()
        found["settings"] = connection.execute("SELECT name, help, sort FROM setting").fetchall()
        return found


def test_a_migration_that_fails_changes_nothing(
    empty: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE provider ADD COLUMN color TEXT")
        connection.execute("INSERT INTO provider (id, name, agency) VALUES (1, 'x', 'police')")
        raise DatabaseUnusable("the step failed")

    made_by_schema(1, db_path)
    monkeypatch.setattr(migrations, "STEPS", {1: fail})
    assert empty("settings") == (4, "", "ccu: error: the step failed\n")
    with sqlite3.connect(db_path) as kept:
        assert "color" not in columns_of(kept, "provider")
        assert kept.execute("PRAGMA user_version").fetchone() == (1,)


def columns_of(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}


def triggers_of(path: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(path) as connection:
        return connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        ).fetchall()


def test_processes_making_one_file_at_once_make_it_once(tmp_path: Path) -> None:
    path = tmp_path / "one.db"
    command = [sys.executable, "-c", "from ccu.start import run; run()", "--db", str(path), *INIT]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    ended = [(process.communicate(), process.returncode) for process in started]
    codes = sorted(code for _said, code in ended)
    assert codes == [0, 2, 2, 2, 2, 2], ended
    assert run_ccu("--db", str(path), "check").code == 0


@pytest.mark.parametrize(  # version 1 takes the steps of the others, too
    "version", [1, *(pytest.param(each, marks=pytest.mark.slow) for each in (2, 3)), 4]
)
def test_processes_migrating_one_file_at_once_all_succeed(
    version: int, empty: Ccu, db_path: Path
) -> None:
    """Each waits for the first, or finds the file migrated; one copy of before is kept."""
    made_by_schema(version, db_path)
    command = [sys.executable, "-c", "from ccu.start import run; run()", "settings", "town"]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(5)
    ]
    ended = [(process.communicate()[1], process.returncode) for process in started]
    assert ended == [("", 0)] * 5
    (copied,) = db_path.parent.glob("ccu.db.schema-*.bak")
    with sqlite3.connect(copied) as old:
        assert old.execute("PRAGMA user_version").fetchone() == (version,)
    assert empty("check", "--quiet") == (0, "", "")


def test_an_interrupted_init_can_be_tried_again(empty: Ccu, db_path: Path) -> None:
    half = sqlite3.connect(db_path)
    half.execute("PRAGMA journal_mode=WAL")  # kill -9 here leaves a header and no table
    half.close()
    assert empty("settings").code == ExitCode.DATABASE
    assert empty(*INIT).code == 0
    assert empty("check").code == 0


def test_the_audit_cannot_be_rewritten(ccu: Ccu, db_path: Path) -> None:
    connection = db.open_database(db_path)
    for statement in (
        "UPDATE audit SET action = 'x'",
        "DELETE FROM audit",
        "REPLACE INTO audit (id, at, action) VALUES (1, '2026-01-01T00:00:00+00:00', 'x')",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    "moment",
    [
        "2026-02-29T00:00:00-05:00",
        "2026-01-18 22:30:00-05:00",
        "2026-01-18T22:30:00",
        "2026-01-18T22:30:00Z",
        "2026-01-18T24:00:00-05:00",
        "",
        "x",
    ],
)
def test_the_file_itself_refuses_an_invalid_time(moment: str, ccu: Ccu, db_path: Path) -> None:
    connection = db.open_database(db_path)
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"), db.write(connection):
        connection.execute("INSERT INTO audit (at, action) VALUES (?, 'x')", (moment,))
    connection.close()


def test_a_write_within_a_write_is_undone_alone(ccu: Ccu, db_path: Path) -> None:
    connection = db.open_database(db_path)
    with db.write(connection):
        connection.execute("INSERT INTO cad_text (text) VALUES ('kept')")
        audit.record(connection, 1, "import")
        with pytest.raises(ZeroDivisionError), db.write(connection):
            connection.execute("INSERT INTO cad_text (text) VALUES ('undone')")
            raise ZeroDivisionError
    assert [row[0] for row in connection.execute("SELECT text FROM cad_text")] == ["kept"]
    connection.close()


def test_a_file_held_by_another_is_waited_for_then_given_up(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccu.database.opening.BUSY_SECONDS", 0.2)
    holder = sqlite3.connect(db_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    result = ccu("settings", "repeat_days", "30")
    holder.execute("ROLLBACK")
    holder.close()
    assert result.code == ExitCode.BUSY
    assert result.err.endswith("is in use by another program; nothing was written, try again\n")
    assert "90" in ccu("settings", "repeat_days").out


@posix
def test_a_read_only_file_is_one_sentence_and_leaves_nothing(ccu: Ccu, db_path: Path) -> None:
    db_path.chmod(0o400)
    before = sorted(each.name for each in db_path.parent.iterdir())
    for line in (("settings", "repeat_days", "30"), ("settings",), ("check",)):
        result = ccu(*line)
        assert (result.code, result.out) == (ExitCode.DATABASE, "")
        assert result.err.endswith("read-only (chmod u+w); nothing was written\n")
        assert sorted(each.name for each in db_path.parent.iterdir()) == before
    db_path.chmod(0o600)
    assert ccu("settings", "repeat_days", "30").code == 0


@posix
def test_what_sqlite_left_read_only_beside_the_file_is_made_writable(
    ccu: Ccu, db_path: Path
) -> None:
    """An older ccu opened the file while it was read-only, and was killed."""
    with contextlib.closing(sqlite3.connect(db_path)) as reader:
        reader.execute("SELECT * FROM setting").fetchall()  # holds the -shm and the -wal there
        beside = [db_path.with_name(f"ccu.db-{each}") for each in ("shm", "wal")]
        for each in beside:
            each.chmod(0o400)
        assert ccu("settings", "repeat_days", "30").code == 0
        assert [each.stat().st_mode & 0o777 for each in beside] == [0o600, 0o600]
