"""What a report says where records of its days were let go."""

import sqlite3
from typing import TYPE_CHECKING

from ccu.retention import destruction

if TYPE_CHECKING:
    from ccu.report.whole import Report


def notes(connection: sqlite3.Connection, report: "Report") -> list[str]:
    """The periods whose figures are smaller than they were, because records were let go."""
    periods = [report.period]
    if report.compare in ("both", "previous"):
        periods.append(report.period.previous())
    if report.compare in ("both", "year"):
        periods.append(report.period.year_before())
    labels = [
        each.label
        for each in periods
        if destruction.of_days(connection, str(each.start), str(each.end))
    ]
    return [
        f"Records of {label} were destroyed by the retention table: its figures are not what they"
        " were."
        for label in dict.fromkeys(labels)
    ]
