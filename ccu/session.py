"""One run of ccu: the file, the clock and the person at the keyboard.

A command gets it as `ctx.obj`. Nothing is opened until a command asks for `session.db`, so `--help`
and wrong usage never touch the file. Nothing else reads the clock or the environment.
"""

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ccu import access, installation
from ccu.errors import DatabaseMissing, DatabaseUnusable, InvalidInput, NotAllowed, SavedAndStopped

if TYPE_CHECKING:
    import sqlite3

    from ccu.records.settings import Settings
    from ccu.records.visibility import View
    from ccu.work import Work


class Session:
    """The file, clock and account of one run; `path` and `today` are --db and --today, or None."""

    def __init__(self, path: Path | None = None, today: str | None = None) -> None:
        self._path = path
        self._today = today
        self._db: sqlite3.Connection | None = None
        self._denied = False
        self.interactive = sys.stdin is not None and sys.stdin.isatty()
        # Whether an option may ask which of several records was meant; options.convert sets it.
        self.may_choose = False
        self.printed: set[str] = set()  # sentences that a command prints once
        # Answers of forms (questions.remember): the number of earlier writes, what gives them back
        self.typed: list[tuple[int, Callable[[], None]]] = []
        # For each committed write: the last audit event before it, and its own last one.
        self.written: list[tuple[int, int]] = []

    # ------------------------------------------------------------ the file

    @cached_property
    def path(self) -> Path:
        """Return the database file: --db, else CCU_DB, else ccu.db in the user's data folder.

        By sudo it is the installation's. Raises NotAllowed for a caller who names another.
        """
        if "\0" in str(self._path or ""):
            raise InvalidInput("the name of the database has a NUL character in it")
        return installation.database(self._path) or self._default_path()

    @property
    def names_a_file(self) -> bool:
        """Return whether --db or CCU_DB names the file: `demo` never uses the user's own."""
        return installation.database(self._path) is not None

    @property
    def is_usual(self) -> bool:
        """Return whether this is the default file of this installation: --db names no other."""
        return self._path is None or self._path == installation.database(None)

    @staticmethod
    def _default_path() -> Path:
        import platformdirs

        try:
            return platformdirs.user_data_path("ccu", appauthor=False) / "ccu.db"
        except (RuntimeError, KeyError):
            raise DatabaseUnusable(
                "no home folder to look in; name the file by --db or CCU_DB"
            ) from None

    @property
    def db(self) -> "sqlite3.Connection":
        """The open database. Raises DatabaseUnusable."""
        if self._db is None:
            from ccu.database import opening as db

            try:
                self._db = db.open_database(self.path)
            except DatabaseMissing as error:
                from ccu.database import restoring

                raise restoring.missing(self.path, self.is_usual, error) from None
        return self._db

    def close(self) -> None:
        """Close the file; safe to call twice."""
        if self._db is not None:
            self._db.close()
            self._db = None

    @contextlib.contextmanager
    def writing(self) -> "Iterator[sqlite3.Connection]":
        """Begin a write: all of the block is saved or none of it. Report success only after it.

        The audit events of the write are remembered for `undo.entry.saved`.
        """
        from ccu.database import opening as db
        from ccu.records import audit

        nested = self.db.in_transaction
        try:
            with db.write(self.db) as connection:
                before, _ = audit.CHAIN.last(connection)
                if not nested:
                    audit.forget_unbound(connection, before)
                yield connection
                last, _ = audit.CHAIN.last(connection)
                if not nested and audit.is_unbound(connection, last):
                    last = audit.record(connection, self.known_id, "write")
        except SavedAndStopped:
            self.written.append((before, last))
            raise KeyboardInterrupt from None
        if not nested:
            self.written.append((before, last))

    @contextlib.contextmanager
    def work(self) -> "Iterator[Work]":
        """Begin a write by this account, as `writing`. Raises as `staff_id`."""
        _ = self.staff_id  # before the write, so that a denial is recorded even if nothing else is
        with self.writing() as connection:
            yield self._work(connection)

    @property
    def reading(self) -> "Work":
        """Return a Work that only reads. Raises as `staff_id` does."""
        return self._work(self.db)

    def _work(self, connection: "sqlite3.Connection") -> "Work":
        from ccu.work import Work

        return Work(connection, self.staff_id, self.now, self.settings, lambda: self.view)

    @cached_property
    def settings(self) -> "Settings":
        """The town's settings."""
        from ccu.records import settings

        return settings.load(self.db)

    # ------------------------------------------------------------ the clock

    @cached_property
    def now(self) -> datetime:
        """Return the moment of this run in the town's time zone, to the second.

        --today or CCU_TODAY overrides it: `2026-01-18` means the end of that day,
        `2026-01-18T14:00` that minute. The audit always uses the machine's own time.
        """
        zone = self.settings.zone
        text = self.day_said
        if not text:
            return self.machine_now
        if us := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII):
            text = f"{us[3]}-{us[1]:0>2}-{us[2]:0>2}"
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            name = "CCU_TODAY" if self._today is None else "--today"
            raise InvalidInput(
                f"{name} must be a day such as 1/18/2026, or 2026-01-18T14:00"
            ) from None
        if len(text) <= 10:
            moment = datetime.combine(moment.date(), time(23, 59, 59))
        if not 1900 <= moment.year <= 2200:
            raise InvalidInput("--today must lie between 1900 and 2200")
        return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)

    @cached_property
    def machine_now(self) -> datetime:
        """Return the machine's own time in the town's time zone, which dates evidence."""
        from ccu.records import audit

        return audit.clock().astimezone(self.settings.zone).replace(microsecond=0)

    def go_by_the_clock(self, command: str) -> None:
        """Use the machine's time as now. Raises InvalidInput if --today is another day."""
        if self.today != self.machine_now.date():
            raise InvalidInput(
                f"ccu {command} uses the machine's clock: leave out --today, and unset CCU_TODAY"
            )
        self.now = self.machine_now

    @property
    def day_said(self) -> str:
        """Return the value of --today or CCU_TODAY, empty when neither is given."""
        return self._today if self._today is not None else os.environ.get("CCU_TODAY", "")

    @property
    def today(self) -> date:
        """The town's calendar day."""
        return self.now.date()

    def days_ago(self, days: int) -> str:
        """Return the first ISO day of a window of `days` days that ends today."""
        from ccu.dates.instants import first_of_last

        return first_of_last(days, self.today).isoformat()

    # ------------------------------------------------------------ the person

    @property
    def service_account(self) -> str:
        """Return the account that others run ccu as by sudo; empty if there is none, or no file."""
        said = installation.account()
        return said or (self.settings["service_account"] if os.path.lexists(self.path) else "")

    @cached_property
    def staff_id(self) -> int:
        """The staff record of the account at the keyboard.

        Raises NotAllowed, and records the denial, for an account that is not on the staff list.
        """
        from ccu.records import audit, staff

        if self.known_id is not None:
            return self.known_id
        self._denied = True
        uid = access.caller() or access.uid(self.service_account)
        with self.writing():
            audit.record(self.db, None, "denied", uid=uid)
        self.require_sudo_set_up()
        raise staff.unknown(self.db)

    @cached_property
    def known_id(self) -> int | None:
        """Return the id of the account's staff record; None if it may not use this file."""
        from ccu.records import staff

        if not self._sudo_is_set_up:
            return None
        return staff.id_of(self.db, access.login(self.service_account))

    @property
    def _sudo_is_set_up(self) -> bool:
        return access.caller() is None or access.account() == self.service_account

    def require_sudo_set_up(self) -> None:
        """Raise NotAllowed if ccu runs by sudo as an account that is not set as service account.

        Otherwise every caller would count as that account, which is an admin.
        """
        if not self._sudo_is_set_up:
            account = access.account() or "this account"
            raise NotAllowed(
                f"ccu was run by sudo as {account}, which is not the service account of this file;"
                f" as root, run: sudo -u {account} ccu settings service_account {account}"
            )

    def record_denial(self, what: str, record: str = "", record_id: int | None = None) -> None:
        """Record a denial, once per run, outside the write that it ended."""
        if not self._denied:
            self._denied = True
            self.record("denied", what, record, record_id)

    @cached_property
    def role(self) -> str:
        """The role of the account at the keyboard. Raises NotAllowed as `staff_id` does."""
        from ccu.records import staff

        return staff.role_of(self.db, self.staff_id)

    @cached_property
    def view(self) -> "View":
        """Return what this account is shown of Human Services' work. Raises as `staff_id` does."""
        from ccu.records import visibility

        return visibility.View(
            self.db, self.staff_id, self.machine_now, self.settings["police_sees"]
        )

    @property
    def reads_part2(self) -> bool:
        """Return whether 42 CFR Part 2 referrals may be printed; not by cron, which mails them."""
        return not self.unattended and self.view.reads_part2

    def withhold_part2(self) -> None:
        """Hide from every read of this run what this account may not see.

        That is Part 2 referrals and, for police roles, the text of records that the view hides.
        """
        if self.reads_part2:
            return
        from ccu.records import consents, withheld

        viewer = None if self.unattended else self.staff_id
        view = self.view if viewer and self.view.police else None
        to = consents.POLICE if view else None
        withheld.from_lists(self.db, viewer, to, self.machine_now.date(), view)

    def keep_shown(self) -> None:
        """Record what the view showed by consent or policy, if a command writes nothing else."""
        if "view" in vars(self) and self.view.to_keep:
            with self.writing():
                self.view.keep()

    def may(self, what: str) -> bool:
        """Return whether the account's role has a right of the table (ccu/access.py)."""
        return access.may(self.role, what)

    def require_may(self, what: str, record: str = "", record_id: int | None = None) -> int:
        """Return the staff id if the role has a right (ccu/access.py); else record a denial."""
        if not self.may(what):
            self.record_denial(what, record, record_id)
            raise NotAllowed(access.refusal(self.role, what))
        return self.staff_id

    def record(
        self, action: str, what: str, record: str = "", record_id: int | None = None
    ) -> None:
        """Record a list, export or denial of the command `what` in the audit, about a record."""
        from ccu.records import audit

        with self.writing():
            audit.record(self.db, self.staff_id, action, record, record_id, what=what)

    @cached_property
    def unattended(self) -> bool:
        """Return whether the service account itself runs ccu, as in cron: with nobody present."""
        account = self.service_account
        return bool(account) and access.login(account) == account
