"""What a seal holds, as a page for the records custodian."""

from typing import TYPE_CHECKING, Any

from ccu.output import Document, Section, Table
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.store.sealed_content import Content

COLUMNS = ("table", "row", "field", "value")


def document(session: Session, told: dict[str, Any], content: "Content | None") -> Document:
    """The order, then every field of every row that it took, and the words taken from others.

    JSON: the columns of `seal list`, records, and rows (table, row, field, value).
    """
    from ccu.store import codes

    labels = codes.labels(session.db, "seal_authority")
    found = [] if content is None else rows(content)
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
