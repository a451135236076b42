"""Maintain the staff list; decide who owns what an account makes, and who may void it."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from ccu import access, installation
from ccu.errors import InvalidInput, NotAllowed
from ccu.output.text import counted
from ccu.records import audit, settings, staff, table, writes

FIELDS = ("name", "role", "agency", "phone", "supervisor_id")


def rows(connection: sqlite3.Connection, *, retired: bool = False) -> list[sqlite3.Row]:
    """Return login, name, role, agency, phone, supervisor, active; with `retired`, those too."""
    return connection.execute(
        "SELECT staff.login, staff.name, staff.role, staff.agency, staff.phone,"
        " boss.login AS supervisor, staff.active"
        " FROM staff LEFT JOIN staff AS boss ON boss.id = staff.supervisor_id"
        " WHERE staff.active = 1 OR :retired ORDER BY staff.active DESC, staff.id",
        {"retired": retired},
    ).fetchall()


def add(
    connection: sqlite3.Connection,
    login: str,
    role: str,
    fields: Mapping[str, Any] | None = None,
    by: int | None = None,
) -> int:
    """Add an account inside the caller's transaction, or restore a retired one; return its id.

    `fields` are those of FIELDS besides the role. Raises InvalidInput when it is already active.
    """
    _check_supervisor(connection, None, (fields or {}).get("supervisor_id"))
    known = connection.execute("SELECT 1 FROM staff WHERE login = :login", {"login": login})
    returned = known.fetchone() is not None
    values: dict[str, Any] = {"login": login, **dict.fromkeys(FIELDS, ""), "agency": "police"}
    values |= {"supervisor_id": None, **(fields or {}), "role": role}
    cursor = connection.execute(
        "INSERT INTO staff (login, name, role, agency, phone, supervisor_id)"
        " VALUES (:login, :name, :role, :agency, :phone, :supervisor_id)"
        " ON CONFLICT (login) DO UPDATE SET active = 1, name = excluded.name, role = excluded.role,"
        " agency = excluded.agency, phone = excluded.phone, supervisor_id = excluded.supervisor_id"
        " WHERE active = 0 RETURNING id",
        values,
    ).fetchone()
    if cursor is None:
        raise InvalidInput("that account is already on the staff list; ccu staff edit edits it")
    staff_id = int(cursor["id"])
    audit.record(
        connection, by or staff_id, "staff-add", "staff", staff_id, role=role, returned=returned
    )
    return staff_id


def change(
    connection: sqlite3.Connection, by: int, staff_id: int, fields: Mapping[str, Any]
) -> None:
    """Change some of FIELDS inside the caller's transaction. Raises InvalidInput."""
    _check_supervisor(connection, staff_id, fields.get("supervisor_id"))
    was = staff.role_of(connection, staff_id)
    if "role" in fields and fields["role"] != "admin":
        _require_another_admin(connection, staff_id)
    writes.update(connection, "staff", staff_id, fields)
    names, role = sorted(fields), fields.get("role", was)
    audit.record(
        connection, by, "staff-change", "staff", staff_id, fields=names, role=role, was=was
    )


def retire(connection: sqlite3.Connection, by: int, staff_id: int, successor_id: int | None) -> int:
    """Retire an account inside the caller's transaction; return the items handed over.

    The command hands over their clients in the same transaction (people/worker_store.py).
    Open work goes to `successor_id`. Raises InvalidInput when there is open work and no successor,
    or when it is the last admin.
    """
    _require_another_admin(connection, staff_id)
    if successor_id == staff_id:
        raise InvalidInput("--to: choose a different account")
    held = _open_items(connection, staff_id)
    if held and successor_id is None:
        items = counted(held, "open item")
        raise InvalidInput(f"this account owns {items}; --to names the account that takes over")
    writes.update(connection, "staff", staff_id, {"active": 0})
    audit.record(
        connection, by, "staff-retire", "staff", staff_id, successor=successor_id, items=held
    )
    adopt(connection, by)
    values = {"old": staff_id, "new": successor_id, "may": json.dumps([*access.SUPERVISE])}
    connection.execute(_HAND_OVER, values)
    return held


# Supervision goes only to somebody who may have it; without one any supervisor signs.
_HAND_OVER = """
UPDATE staff SET supervisor_id = (SELECT boss.id FROM staff AS boss WHERE boss.id = :new
  AND boss.id <> staff.id AND boss.role IN (SELECT value FROM json_each(:may)))
WHERE supervisor_id = :old
"""
_LEFT = """
SELECT record, open_work.id, owner_id FROM open_work JOIN staff ON staff.id = owner_id
WHERE NOT active
"""
_SUCCESSOR = """
SELECT iif(active, id, (
  SELECT detail ->> 'successor' FROM main.audit WHERE record = 'staff' AND record_id = staff.id
  AND action = 'staff-retire' ORDER BY id DESC LIMIT 1)) FROM staff WHERE id = :id
"""


def adopt(connection: sqlite3.Connection, staff_id: int) -> None:
    """Give the open work of retired accounts to the account that `heir` returns."""
    for row in connection.execute(_LEFT).fetchall():
        owner = {"owner_id": heir(connection, row["owner_id"], staff_id)}
        writes.update(connection, row["record"].replace("-", "_"), row["id"], owner)


def heir(connection: sqlite3.Connection, owner_id: int, staff_id: int) -> int:
    """Return an owner, or who took over for one that retired; without a successor this account."""
    owner, before = owner_id, 0
    while owner and owner != before:
        before, owner = owner, table.value(connection, _SUCCESSOR, id=owner)
    return owner or staff_id


def _check_supervisor(
    connection: sqlite3.Connection, staff_id: int | None, supervisor_id: int | None
) -> None:
    """Refuse a supervisor who is the account itself, an intern, or supervised by the account."""
    if supervisor_id is None:
        return
    if supervisor_id == staff_id:
        raise InvalidInput("--supervisor: choose a different account")
    above = (
        "WITH RECURSIVE above (id, depth) AS (SELECT :id, 0 UNION"
        " SELECT staff.supervisor_id, depth + 1 FROM above JOIN staff ON staff.id = above.id"
        " WHERE staff.supervisor_id IS NOT NULL AND depth < 100) SELECT id FROM above"
    )
    if staff_id in table.column(connection, above, id=supervisor_id):
        raise InvalidInput("--supervisor: these two would supervise each other")
    role = staff.role_of(connection, supervisor_id)
    if role not in access.SUPERVISE:
        raise InvalidInput(f"--supervisor: an account with the role {role} cannot supervise")


def _open_items(connection: sqlite3.Connection, staff_id: int) -> int:
    sql = (
        "SELECT (SELECT count(*) FROM open_work WHERE owner_id = :id)"
        " + (SELECT count(*) FROM worker WHERE staff_id = :id AND until IS NULL)"
    )
    return int(table.value(connection, sql, id=staff_id))


def _require_another_admin(connection: sqlite3.Connection, staff_id: int) -> None:
    """Refuse to retire the last admin; the service account does not count as one."""
    services = (installation.account(), settings.load(connection)["service_account"])
    left = connection.execute(
        "SELECT count(*) FROM staff WHERE role = 'admin' AND active = 1 AND id <> :id"
        " AND login NOT IN (SELECT value FROM json_each(:services))",
        {"id": staff_id, "services": json.dumps(services)},
    ).fetchone()[0]
    if staff.role_of(connection, staff_id) == "admin" and not left:
        raise InvalidInput(
            "this is the last person with the role admin; give another account that role first:"
            " ccu staff edit LOGIN --role admin"
        )


def usual_owner(connection: sqlite3.Connection, staff_id: int) -> int | None:
    """Return the owner of this account's new work: itself; for patrol officers the default owner.

    None for a patrol officer if no default owner is set.
    """
    if staff.role_of(connection, staff_id) == "officer":
        return staff.default_owner(connection, settings.load(connection))
    return staff_id


def owner_of_new(connection: sqlite3.Connection, staff_id: int, given: int | None) -> int:
    """Return the owner given, else the usual one. Raises InvalidInput if there is none."""
    owner = given or usual_owner(connection, staff_id)
    if owner is None:
        raise InvalidInput(
            "--owner is missing: give the login of who follows up, or ask an admin to set it for"
            " all: ccu settings default_owner LOGIN"
        )
    return owner


def refuse_others(connection: sqlite3.Connection, staff_id: int, recorded_by: int) -> None:
    """Raise NotAllowed for an intern who did not record it: they may void only their own."""
    if recorded_by != staff_id and staff.role_of(connection, staff_id) == "intern":
        raise NotAllowed("an intern can void only what they recorded; ask your supervisor")
