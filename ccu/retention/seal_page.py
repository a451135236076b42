"""What a seal holds, as a page for the records custodian."""

from typing import TYPE_CHECKING, Any

from ccu.output import Document, Section, Table
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.retention.sealed_content import Content

COLUMNS = ("table", "row", "field", "value")


def document(session: Session, told: dict[str, Any], content: "Content | None") -> Document:
    """The order, then every field of every row that it took, and the words taken from others.

    Without 42 CFR Part 2 referrals for an account that may not read them; lifting restores all.

    JSON: the columns of `seal list`, records, and rows (table, row, field, value).
    """
    from ccu.records import codes

    labels = codes.labels(session.db, "seal_authority")
    found = [] if content is None else rows(_readable(session, content))
    pairs = [
        ("order", f"{labels[told['authority']]}, {told['ordered_on']}"),
        ("sealed", f"{told['sealed_at'][:16].replace('T', ' ')} by {told['sealed_by']}"),
    ]
    if told["lifted_at"]:
        when = told["lifted_at"][:16].replace("T", " ")
        pairs.append(("lifted", f"{when} by {told['lifted_by']} ({told['lift_reason']})"))
    table = Table(COLUMNS, [tuple(each.values()) for each in found])
    sections = [
        Section(pairs=pairs),
        Section("What it holds", table=table, main=True, empty="nothing: the records are back"),
    ]
    data = {**told, "records": content.records if content else [], "rows": found}
    return Document(f"Seal {told['seal']}: {told['record']} {told['number']}", sections, data)


def _readable(session: Session, content: "Content") -> "Content":
    """What a seal holds, without what Part 2 withholds from this account."""
    if session.reads_part2:
        return content
    from dataclasses import replace

    from ccu.consent import part2

    programs = part2.providers(session.db)
    referrals = _numbers(content, "referral", "provider_id", programs)
    tasks = _numbers(content, "follow_up", "referral_id", referrals)
    gone = {*(("referral", each) for each in referrals), *(("follow_up", each) for each in tasks)}
    shown = {
        table: {
            key: {**row, "referral_id": None} if row.get("referral_id") in referrals else row
            for key, row in found.items()
            if (table, key[0]) not in gone
            and (row.get("record"), row.get("record_id")) not in gone
            and row.get("follow_up_id") not in tasks
            and row.get("again_id") not in referrals
            and (table == "need_answer" or row.get("referral_id") not in referrals)
        }
        for table, found in content.rows.items()
    }
    return replace(content, rows=shown)


def _numbers(content: "Content", table: str, field: str, wanted: set[int]) -> set[int]:
    found = content.rows.get(table, {})
    return {row["id"] for row in found.values() if row[field] in wanted}


def rows(content: "Content") -> list[dict[str, Any]]:
    """COLUMNS of every field that held anything, its own rows first."""
    moved = [
        (table, key, row)
        for table, found in content.rows.items()
        if table != "person_key"  # the names again, as they sound
        for key, row in found.items()
    ]
    words = [(table, key, was) for (table, key), was in content.blanked.items()]
    return [
        {
            "table": table,
            "row": "/".join(map(str, key)),
            "field": name,
            "value": value.hex() if isinstance(value, bytes) else str(value),
        }
        for table, key, row in moved + words
        for name, value in row.items()
        if value not in (None, "")
    ]
