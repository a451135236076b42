"""Disclosures about a person: when, to which recipient, what, why. The accounting of six years.

What a screen shows to police of Human Services' work is recorded once for each person, account,
scope, consent and day; what was disclosed by phone or in writing is recorded each time. That work
is being handled is not a disclosure: the audit has it, as it has every read.
"""

import json
import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import Any

from ccu import dates
from ccu.consent import store as consent_store
from ccu.errors import InvalidInput
from ccu.people import store as people
from ccu.records import codes, consents, person_ids, table
from ccu.records.consents import POLICY, Recipient
from ccu.records.visibility import PART2
from ccu.work import Work

YEARS = 6

_ROWS = """
SELECT disclosure.id, disclosure.disclosed_at, disclosure.person_id AS record,
       disclosure.recipient, disclosure.provider_id, provider.name AS provider_name,
       viewer.login AS viewer, disclosure.what, disclosure.purpose,
       disclosure.consent_id AS consent, disclosure.ground, teller.login AS by
FROM disclosure JOIN staff AS teller ON teller.id = disclosure.disclosed_by
LEFT JOIN staff AS viewer ON viewer.id = disclosure.shown_to
LEFT JOIN provider ON provider.id = disclosure.provider_id
WHERE disclosure.person_id IN (SELECT value FROM json_each(:people))
  AND (:since IS NULL OR substr(disclosure.disclosed_at, 1, 10) >= :since)
ORDER BY unixepoch(disclosure.disclosed_at), disclosure.id
"""


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """A disclosure by phone, by letter or in a meeting, with its recipient; codes checked.

    `ground` is why it was made without a consent.
    """

    person_id: int
    to: Recipient
    scope: str
    purpose: str | None
    ground: str | None


def record(work: Work, new: ByHand) -> tuple[int, int | None]:
    """Record a disclosure; return its number and that of the consent that covers it.

    Raises NotFound; InvalidInput when no active consent covers it and no ground was given.
    """
    people.must_exist(work.connection, new.person_id)
    consent = None
    if new.ground is None:
        consent = covering(work, new.person_id, new.to, new.scope)
        if consent is None:
            to = new.to.provider_id or new.to.agency
            raise InvalidInput(
                f"person {new.person_id} has no active consent that covers it; record a signed one:"
                f" ccu consent grant {new.person_id} --to {to} --scope {new.scope}; or"
                " --without-consent REASON states why the law allows it"
            )
    elif new.scope == PART2 and not _of_part2(work.connection, new.ground):
        raise InvalidInput("--without-consent: 42 CFR Part 2 does not allow that reason")
    consent_id = consent["id"] if consent else None
    columns = {
        "person_id": new.person_id,
        "recipient": new.to.agency,
        "provider_id": new.to.provider_id,
        "what": new.scope,
        "purpose": new.purpose or (consent["purpose"] if consent else new.ground),
        "consent_id": consent_id,
        "ground": new.ground,
        "disclosed_at": work.at,
        "disclosed_by": work.staff_id,
    }
    number = table.insert_row(work.connection, "disclosure", columns)
    work.audit(
        "consent-disclose", "person", new.person_id,
        disclosure=number, to=str(new.to), what=new.scope, consent=consent_id, ground=new.ground,
    )  # fmt: skip
    return number, consent_id


def covering(work: Work, person_id: int, to: Recipient, scope: str) -> sqlite3.Row | None:
    """Return the person's active consent to a recipient that covers one scope, None without it."""
    same = person_ids.same(work.connection, [person_id])
    for consent in consents.in_force(work.connection, same, to, work.today.isoformat()):
        if consents.covers(consent["scope"], scope):
            return consent
    return None


def _of_part2(connection: sqlite3.Connection, ground: str) -> bool:
    row = connection.execute(
        "SELECT part2 FROM disclosure_ground WHERE code = :code", {"code": ground}
    ).fetchone()
    return bool(row["part2"])


# ---------------------------------------------------------------- the accounting


def since(today: date, years: int) -> str:
    """Return the ISO day that many years ago; for Feb 29 the 28th, which leaves nothing out."""
    from dateutil.relativedelta import relativedelta

    return (today - relativedelta(years=years)).isoformat()


def rows(
    connection: sqlite3.Connection, person_id: int, start: str | None, only_to: str | None
) -> list[dict[str, Any]]:
    """Return what was disclosed about a person since a day, under any record, oldest first.

    id, when, record, to, account, what, purpose, basis, consent, by. `only_to`: to that agency
    alone.
    """
    same = json.dumps(person_ids.same(connection, [person_id]))
    found = connection.execute(_ROWS, {"people": same, "since": start})
    return [
        {
            "id": row["id"],
            "when": dates.minute(row["disclosed_at"]),
            "record": row["record"],
            "to": consent_store.said_to(row["recipient"], row["provider_id"], row["provider_name"]),
            "account": row["viewer"],
            "what": row["what"],
            "purpose": row["purpose"],
            "basis": _basis(row),
            "consent": row["consent"],
            "by": row["by"],
        }
        for row in found
        if only_to is None or (row["recipient"], row["provider_id"]) == (only_to, None)
    ]


def labels(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Return column -> code -> label of the columns of `rows`, for a person."""
    grounds = codes.labels(connection, "disclosure_ground")
    found = codes.of_columns(
        connection, to="agency", what="consent_scope", purpose="consent_purpose"
    )
    found["purpose"] |= grounds  # of a disclosure without a consent or a purpose of its own
    return found | {"basis": {_without(code): _without(each) for code, each in grounds.items()}}


def _without(ground: str) -> str:
    return f"without consent: {ground}"


def _basis(row: sqlite3.Row) -> str:
    if row["ground"] is not None:
        return _without(row["ground"])
    return POLICY if row["consent"] is None else f"consent {row['consent']}"
