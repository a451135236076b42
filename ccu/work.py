"""What a store function needs to read and write records: one account's work at one moment.

A command begins it and passes it on; everything in the block is saved or nothing is:

    with session.work() as work:
        consult_id = consults.add_consult(work, new)

A function that only looks something up takes only the connection: `work.connection`.
"""

import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from ccu import dates

if TYPE_CHECKING:
    from ccu.records.settings import Settings
    from ccu.records.visibility import View


class Work(NamedTuple):
    """The open file, the account's staff record, the moment in the town's time zone, the settings.

    `viewer` builds the view, which few functions need.
    """

    connection: sqlite3.Connection
    staff_id: int
    now: datetime
    settings: "Settings"
    viewer: "Callable[[], View]"

    @property
    def at(self) -> str:
        """Return the moment in stored form, to the second."""
        return dates.to_iso(self.now)

    @property
    def today(self) -> date:
        """The town's calendar day."""
        return self.now.date()

    @property
    def view(self) -> "View":
        """What the account is shown of Human Services' work."""
        return self.viewer()

    def audit(
        self,
        action: str,
        record: str = "",
        record_id: int | None = None,
        *,
        reason: str | None = None,
        **detail: object,
    ) -> None:
        """Record an event of this account in the audit, as `records.audit.record` does."""
        from ccu.records import audit

        audit.record(
            self.connection, self.staff_id, action, record, record_id, reason=reason, **detail
        )
