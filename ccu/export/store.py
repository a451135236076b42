"""The rows of an export: ids to pseudonyms, ages to bands, rare beats and buildings left out.

The queries read calls, referrals, follow-ups and people as codes, days and numbers, and no text
about a person: a name, phone, note or narrative cannot be exported because it is never selected.
Words of a dispatch system are exported only if calls at many buildings have them. Referrals to 42
CFR Part 2 programs, and their follow-ups, are left out.
"""

import secrets
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from ccu.export.cells import COMMON, ORDER, PSEUDONYMS, SEXES, TABLES, YES_NO, Row, Rows, age_band

CALLS = """
SELECT told.call, day, iif(hour IS NULL, '', printf('%02d', hour)) AS hour,
       told.nature, told.care, told.source, told.crisis_kind, told.lead_agency, told.beat,
       place.building_key || ' ' || place.city AS place, subjects,
       (SELECT min(person_id) FROM call_person
        WHERE call_id = told.call AND role = 'subject') AS person,
       hazards AS dangers, interventions, dispositions, agencies_arrived AS arrived,
       clinician_arrived AS clinician, backup_requested AS backup_asked,
       told.backup_arrived, told.force_used, told.injury, told.minutes,
       (SELECT text FROM cad_text WHERE id = coalesce(cad_cleared_id, cad_nature_id)) AS cad_nature,
       (SELECT text FROM cad_text WHERE id = cad_disposition_id) AS cad_disposition
FROM v_calls AS told JOIN call ON call.id = told.call LEFT JOIN place ON place.id = told.place
WHERE told.occurred_at >= :start AND told.occurred_at < :end
"""

REFERRALS = """
SELECT told.referral, call_id AS call, person_id AS person, told.day, told.need,
       provider_id AS provider, told.handoff, told.handoff_minutes, told.status,
       referred_again AS again, days_to_accepted
FROM v_referrals AS told JOIN referral ON referral.id = told.referral
WHERE made_at >= :start AND made_at < :end
"""

FOLLOW_UPS = """
SELECT told.follow_up, follow_up.referral_id AS referral,
       coalesce(follow_up.call_id, referral.call_id) AS call,
       coalesce(follow_up.person_id, referral.person_id) AS person,
       told.day, type AS kind, attempts, last_result AS result, reached, closed, days_late
FROM v_follow_ups AS told JOIN follow_up ON follow_up.id = told.follow_up
LEFT JOIN referral ON referral.id = follow_up.referral_id
WHERE told.due_at >= :start AND told.due_at < :end
"""

# The subjects of each call of the period, under every record of theirs.
MET = """
SELECT DISTINCT call.id AS call, call_person.person_id AS person
FROM call JOIN call_person ON call_person.call_id = call.id AND role = 'subject'
WHERE voided_at IS NULL AND occurred_at >= :start AND occurred_at < :end
"""

# Every record of a person, with the canonical record and what is exported of that one.
RECORDS = """
SELECT tree.id, tree.canonical_id, birth_date, age_estimate, age_estimated_on, minor, sex, housing
FROM human AS tree JOIN person ON person.id = tree.canonical_id
"""

QUERIES = {
    "calls": CALLS, "referrals": REFERRALS, "follow_ups": FOLLOW_UPS,
    "met": MET, "records": RECORDS,
}  # fmt: skip


def read(
    connection: sqlite3.Connection, names: Sequence[str], first: date, last: date
) -> list[Rows]:
    """Return the tables asked for, of the days `first` to `last`, with the file's own ids."""
    span = {"start": str(first), "end": str(last + timedelta(days=1))}
    wanted = [name for name in TABLES if name in names or "people" in names]  # people: counts all
    connection.execute("BEGIN")  # all queries see one snapshot; no writer waits
    try:
        found = {name: _rows(connection, name, span) for name in wanted if name in QUERIES}
        met = _rows(connection, "met", span)
        people = {row["id"]: row for row in _rows(connection, "records", span)}
    finally:
        connection.execute("ROLLBACK")
    for rows in (*found.values(), met):
        for row in rows:
            known = people.get(row["person"])
            row["person"] = known["canonical_id"] if known else None
    if "people" in names:
        found["people"] = _people(found, met)
    for rows in found.values():
        for row in rows:
            _describe(row, people.get(row["person"]), last)
    _only_common(found.get("calls", []))
    return [Rows(name, found[name], ORDER[name]) for name in TABLES if name in names]


def _rows(connection: sqlite3.Connection, name: str, span: dict[str, str]) -> list[Row]:
    """Run one of QUERIES for the days from `start` until before `end`."""
    return [dict(row) for row in connection.execute(QUERIES[name], span)]


def _people(found: dict[str, list[Row]], met: list[Row]) -> list[Row]:
    """Return everyone who was a subject, referred or followed up in the period, once each."""
    counts: dict[int, dict[str, int]] = defaultdict(
        lambda: {"calls": 0, "referrals": 0, "follow_ups": 0}
    )
    for _call, person in {(row["call"], row["person"]) for row in met}:
        counts[person]["calls"] += 1
    for name in ("referrals", "follow_ups"):
        for row in found[name]:
            if row["person"] is not None:
                counts[row["person"]][name] += 1
    return [{"person": person, **told} for person, told in counts.items()]


def _describe(row: Row, person: dict[str, Any] | None, last: date) -> None:
    """Add the person's columns, and turn 0 and 1 into no and yes."""
    row["age_band"] = age_band(person, last) if person else ""
    row["sex"] = SEXES.get((person["sex"] or "").lower(), "") if person else ""
    row["housing"] = (person["housing"] or "") if person else ""
    for name in YES_NO & row.keys():
        row[name] = None if row[name] is None else bool(row[name])


def _only_common(calls: list[Row]) -> None:
    """Blank rare words, beats and buildings.

    A beat and a dispatch system's words are typed text, and a building is an address. Words that
    name a person recur at that person's home, so they are counted by building, not by call.
    """
    for name in ("cad_nature", "cad_disposition"):
        buildings: dict[str, set[str]] = defaultdict(set)
        for row in calls:
            if row[name] and row["place"]:
                buildings[row[name]].add(row["place"])
        for row in calls:
            if len(buildings[row[name]]) < COMMON:
                row[name] = ""
    for name in ("beat", "place"):
        counts = Counter(row[name] for row in calls)
        for row in calls:
            if counts[row[name]] < COMMON:
                row[name] = ""


def disguise(tables: Sequence[Rows]) -> None:
    """Replace ids by random pseudonyms, which are kept nowhere, and sort by them."""
    drawn: dict[tuple[str, object], str] = {}
    taken: set[str] = set()
    for table in tables:
        for row in table.rows:
            for name in PSEUDONYMS:
                if row.get(name) in (None, ""):
                    continue
                key = name, row[name]
                while key not in drawn:
                    if (word := name[0].upper() + secrets.token_hex(5)) not in taken:
                        drawn[key] = word
                        taken.add(word)
                row[name] = drawn[key]
        table.rows.sort(key=partial(_place_in_file, next(iter(TABLES[table.name]))))


def _place_in_file(pseudonym: str, row: Row) -> tuple[str, str]:
    """Sort by day, and within a day at random: the order of the ids would reveal the hour."""
    return row.get("day") or row.get("month") or "", row[pseudonym]
