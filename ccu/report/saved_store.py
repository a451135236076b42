"""Issued reports: `--save` keeps one as JSON with its digest, `--diff` compares it with now.

What is kept names nobody: lists with a person, an address, a worker or another record's number are
left out, so that no saved report outlives a seal or a purge. The digest is in the audit too.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from ccu import dates
from ccu.errors import NotFound, VerificationFailed
from ccu.records import audit, writes
from ccu.report import definitions, text
from ccu.report.build import Report, ReportSection
from ccu.session import Session

COLUMNS = ("section", "figure", "group", "part", "unit", "old", "new")
PARTS = ("value", "numerator", "denominator", "missing", "not_yet")
_NAMING = frozenset(("person", "place", "address", "call", "owner", "worker", "officer", "id"))
_KEYS = ("hour",)  # numbers that name a row of a list

_LAST = """
SELECT id, sha256, content, saved_at FROM saved_report
WHERE first_day = :first_day AND last_day = :last_day AND public = :public AND part2 = :part2
ORDER BY id DESC LIMIT 1
"""


def _which(session: Session, report: Report) -> dict[str, Any]:
    """Return the search key of a saved report: its days and its records."""
    days = {"first_day": str(report.period.start), "last_day": str(report.period.last)}
    part2 = int(session.reads_part2 and not report.public)
    return {**days, "public": int(report.public), "part2": part2}


def save(session: Session, report: Report) -> str:
    """Keep the report; return its number and digest in a sentence."""
    data = text.data(report)
    data["sections"] = [each for each in data["sections"] if _NAMING.isdisjoint(each["columns"])]
    del data["file"]
    content = json.dumps(data)
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    values = {**_which(session, report), "sha256": sha256, "content": content}
    values |= {"saved_at": dates.to_iso(session.machine_now), "saved_by": session.staff_id}
    with session.writing() as connection:
        number = writes.insert_row(connection, "saved_report", values)
        audit.record(
            *(connection, session.staff_id, "report-save", "saved_report", number),
            start=values["first_day"],
            end=str(report.period.end),
            sha256=sha256,
        )
    return f"saved as report {number} of {report.period.label}, SHA-256 {sha256}"


def compare(session: Session, report: Report) -> None:
    """Replace the sections of the report by one with the changes since it was last saved.

    Raise NotFound when it was not saved, VerificationFailed when the saved one was changed.
    """
    row = session.db.execute(_LAST, _which(session, report)).fetchone()
    if row is None:
        raise NotFound(f"{report.period.label} was not saved; save it with ccu report --save")
    if hashlib.sha256(row["content"].encode()).hexdigest() != row["sha256"]:
        raise VerificationFailed(
            f"saved report {row['id']} was changed after it was saved; run ccu audit verify"
        )
    old, new = json.loads(row["content"]), text.data(report)
    items = [*_settings(old["settings"], new["settings"]), *_changes(old, new)]
    at = dates.say_moment(dates.from_iso(row["saved_at"]).astimezone(report.zone), report.as_of)
    section = ReportSection("changes", "Changes since it was saved", "list", COLUMNS, items=items)
    section.says = [f"Report {row['id']}, saved {at}, SHA-256 {row['sha256']}."]
    section.explains = ["Lists of people, places and workers, and what is overdue, are left out."]
    report.sections, report.one_page = [section], False


def _settings(old: dict[str, str], new: dict[str, str]) -> Iterator[dict[str, Any]]:
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield _change("settings", name, "", "value", "", old.get(name), new.get(name))


def _changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each part of a figure that differs now, for sections that both have."""
    before = {each["name"]: each for each in old["sections"]}
    for section in new["sections"]:
        if section["name"] not in before or not _NAMING.isdisjoint(section["columns"]):
            continue
        cells = _figures if section["kind"] == "figures" else _list
        was, now = cells(before[section["name"]]), cells(section)
        for key in dict.fromkeys((*now, *was)):
            if was.get(key) != now.get(key):
                yield _change(section["name"], *key, was.get(key), now.get(key))


def _change(*cells: Any) -> dict[str, Any]:
    return dict(zip(COLUMNS, cells, strict=True))


def _figures(section: dict[str, Any]) -> dict[tuple[str, ...], Any]:
    """Return (figure, group, part, unit) -> number; not of figures that are of the moment."""
    found: dict[tuple[str, ...], Any] = {}
    known = definitions.every()
    for row in section["rows"]:
        head = known.get(row["figure"])
        if head is not None and head.facts.get("of") == "moment":
            continue
        for part in PARTS:
            if part == "numerator" and row["unit"] == "count":  # it is the value
                continue
            unit = row["unit"] if part == "value" else "count"
            found[row["figure"], row["group"], part, unit] = row[part]
    return found


def _list(section: dict[str, Any]) -> dict[tuple[str, ...], Any]:
    """Return (section, row, column, unit) -> number."""
    found: dict[tuple[str, ...], Any] = {}
    for row in section["rows"]:
        is_key = {name: isinstance(cell, str) or name in _KEYS for name, cell in row.items()}
        key = ", ".join(str(row[name]) for name in row if is_key[name])
        for name, cell in row.items():
            if not is_key[name]:
                found[section["name"], key, name, "share" if name == "share" else "count"] = cell
    return found
