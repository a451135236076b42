"""The staging file: all rows are read into it before any is merged, so that no user waits.

It is a private database beside the main one, attached to the session's connection. It needs no
journal and no sync, because it is useless after a crash. If the system allows, it is unlinked as
soon as it is open, so that not even kill -9 leaves it behind; elsewhere the next import removes it.
"""

import contextlib
import json
import os
import re
import secrets
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from hashlib import blake2b
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from ccu import address, database
from ccu.database import opening
from ccu.files import private
from ccu.imports.dispatch.layout import Layout
from ccu.places import filing_store

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
KEPT = 20_000  # addresses, and as many words, that are looked up without asking the staging file
NUMBERS_KEPT = 150_000  # addresses known to be staged, by their number alone: 10 MB
UNMAPPED_KEPT = 10_000  # different natures counted that the layout does not know

SCHEMA = """
CREATE TABLE staging.entry (
  line INTEGER PRIMARY KEY, incident TEXT NOT NULL, digest BLOB NOT NULL,
  occurred_at TEXT NOT NULL, dispatched_at TEXT, arrived_at TEXT, cleared_at TEXT,
  address INTEGER, nature INTEGER NOT NULL, nature_cleared INTEGER, disposition INTEGER,
  agency TEXT, priority TEXT, beat TEXT, clock_known INTEGER NOT NULL,
  updated TEXT, dispositions TEXT, hazards TEXT, responders TEXT,
  minutes INTEGER, backup_asked INTEGER, backup_arrived INTEGER, cells_digest INTEGER NOT NULL);
-- Not made at the end: it would be sorted in memory, all of it.
CREATE INDEX staging.entry_incident ON entry (incident);
CREATE TABLE staging.word (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL, code TEXT, care INTEGER,
  UNIQUE (kind, text));
-- An address and the place it was read as (no unit_key: none). number is 8 bytes of a digest of the
-- address; no index and no key, so that staging one is an append: the merge settles what is double.
CREATE TABLE staging.address (
  number INTEGER NOT NULL,
  raw TEXT NOT NULL, raw_unit TEXT NOT NULL, raw_city TEXT NOT NULL, raw_state TEXT NOT NULL,
  raw_zip TEXT NOT NULL,
  kind TEXT, house TEXT, street TEXT, unit TEXT, cross_street TEXT, name TEXT, city TEXT,
  city_assumed INTEGER, state TEXT, zip TEXT, building_key TEXT, unit_key TEXT, loose_key TEXT);
CREATE TABLE staging.reject (line INTEGER PRIMARY KEY, reason TEXT NOT NULL, cells TEXT NOT NULL);

-- rejected when the rows were joined
CREATE TABLE staging.aside (line INTEGER PRIMARY KEY, reason TEXT NOT NULL);

-- filled when the rows are compared with the main file
CREATE TABLE staging.known (line INTEGER PRIMARY KEY, call_id INTEGER, same INTEGER);
CREATE TABLE staging.fresh (n INTEGER PRIMARY KEY, line INTEGER NOT NULL);
CREATE TABLE staging.here (n INTEGER PRIMARY KEY);
CREATE TABLE staging.address_map (number INTEGER PRIMARY KEY, address_id INTEGER, place_id INTEGER);
CREATE TABLE staging.word_map (word INTEGER PRIMARY KEY, cad_text_id INTEGER);
"""


INSERT_ADDRESS = (
    "INSERT INTO staging.address VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
PLACE = (  # the columns of a place, in the order of staging.address
    *("kind", "number", "street", "unit", "cross_street", "name", "city", "city_assumed"),
    *("state", "zip", "building_key", "unit_key", "loose_key"),
)
NO_PLACE = (None,) * len(PLACE)
_in_order = itemgetter(*PLACE)

BY_NUMBER = "CREATE INDEX staging.address_number ON address (number)"
END = 1 << 62  # beyond the last line of a file

# The columns of staging.entry that every row has, and those of layouts with one of these fields.
ALWAYS = (
    *("line", "incident", "digest", "cells_digest", "occurred_at", "clock_known"),
    *("address", "nature"),
)
SOME = {
    "dispatched_at": ("dispatched",), "arrived_at": ("arrived",), "cleared_at": ("cleared",),
    "nature_cleared": ("nature_cleared",), "disposition": ("disposition",),
    "dispositions": ("disposition",), "priority": ("priority",), "beat": ("beat",),
    "updated": ("updated",), "hazards": ("hazards",), "responders": ("responder",),
    "minutes": ("minutes", "cleared"), "backup_asked": ("backup_asked",),
    "backup_arrived": ("backup_arrived",), "agency": ("agency", "lead_agency"),
}  # fmt: skip
# Of these an empty text means NULL.
TEXTS = {"dispatched_at", "arrived_at", "cleared_at", "agency", "priority", "beat", "updated"}
Staged = tuple[object, ...]  # in the order of Stage.columns
Seen = tuple[str, int, int | None]  # incident, line, digest of the cells

APART = "; "  # between dispositions of several columns or rows
MADE = "~"  # begins an identity that ccu made for a row without an incident number
BY_CALL = "~~"  # of these, one made from the moment and the address alone


class Word(NamedTuple):
    """A nature or disposition seen before: its number in staging, and the text for its digest."""

    id: int | None
    means: str
    codes: str | None = None  # of a disposition, as JSON
    unknown: tuple[str, ...] = ()  # of its texts, those without a code


NOTHING = Word(None, "")
_WORDS = re.compile(r"\w+")

Parts = tuple[str, str, str, str, str]  # text, unit, city, state, zip as in the file


@contextlib.contextmanager
def attached(connection: sqlite3.Connection, beside: Path) -> Iterator[None]:
    """Attach an empty staging file as schema `staging`; it is gone at the end of the block."""
    beside = beside.absolute()
    _sweep(beside)
    path = beside.with_name(f"{_prefix(beside)}{os.getpid()}-{secrets.token_hex(4)}")
    private.make_private(path)
    try:
        connection.execute("ATTACH DATABASE ? AS staging", (opening.uri(path),))
        try:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE",
                           "secure_delete=OFF", "cache_size=-8000"):  # fmt: skip
                connection.execute(f"PRAGMA staging.{pragma}")
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement)
            if os.name == "posix":
                path.unlink()
            yield
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            with contextlib.suppress(*database.errors()):  # else it goes with the connection
                connection.execute("DETACH DATABASE staging")  # which fails while a read is open
    finally:
        path.unlink(missing_ok=True)


def _prefix(beside: Path) -> str:
    return f".{beside.name}.import-"


def _sweep(beside: Path) -> None:
    """Remove files left by a crash. A file in use is at most a minute old, or cannot be removed."""
    try:
        paths = list(beside.parent.iterdir())
    except OSError:
        return  # a folder that can be entered and not listed
    for path in paths:
        if path.name.startswith(_prefix(beside)):
            with contextlib.suppress(OSError):
                if os.name != "posix" or time.time() - path.stat().st_mtime > 60:
                    path.unlink()


class Stage:
    """Writes the staging tables; remembers addresses and words for the row reader."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        layout: Layout,
        names: address.Names,
        care: Mapping[str, int],
    ) -> None:
        self._connection = connection
        self._layout = layout
        self.names = names.plus({}, layout.town) if layout.town else names
        self._care = care
        fields = {*layout.columns} | ({"lead_agency"} if layout.lead_agency else set())
        some = [name for name, of in SOME.items() if not fields.isdisjoint(of)]
        self.columns = (*ALWAYS, *some)
        marks = ", ".join("nullif(?, '')" if name in TEXTS else "?" for name in self.columns)
        self._insert = f"INSERT INTO staging.entry ({', '.join(self.columns)}) VALUES ({marks})"  # noqa: S608
        self._met: dict[int, Parts] = {}  # addresses of this chunk that may be new
        self._staged: set[int] = set()  # addresses that are in the staging file already
        self.unmapped: Counter[str] = Counter()
        self.uncleared: Counter[str] = Counter()
        self.undisposed: Counter[str] = Counter()
        self.unread: dict[str, set[str]] = {}  # field -> texts that are not in the layout
        # The caches of the hot path, in C.
        self.address = lru_cache(KEPT)(self._address)
        self._nature_of = lru_cache(KEPT)(partial(self._nature, "nature", "other"))
        self._cleared_of = lru_cache(KEPT)(partial(self._nature, "cleared", None))
        self.disposition = lru_cache(KEPT)(self._disposition)
        self.agency = lru_cache(KEPT)(partial(self._code, "agency"))
        self.hazards = lru_cache(KEPT)(self._hazards)
        self.responder = lru_cache(KEPT)(self._responder)
        self.state = lru_cache(KEPT)(partial(self._code, "responder_state"))

    def nature(self, text: str) -> Word:
        """Return the nature's word; count it if the layout does not know it."""
        return self._counted(self._nature_of(text), text, self.unmapped)

    def cleared(self, text: str) -> Word:
        """Return the word of a nature as cleared, without a code if the layout does not know it."""
        return self._counted(self._cleared_of(text), text, self.uncleared)

    def ended(self, texts: tuple[str, ...]) -> Word:
        """Return the word of a row's dispositions; count those that the layout does not know."""
        found = self.disposition(texts)
        for text in found.unknown:
            if text in self.undisposed or len(self.undisposed) < UNMAPPED_KEPT:
                self.undisposed[text] += 1
        return found

    def _counted(self, found: Word, text: str, unmapped: Counter[str]) -> Word:
        if found.means[0] == "?" and (text in unmapped or len(unmapped) < UNMAPPED_KEPT):
            unmapped[text] += 1
        return found

    def add(self, rows: Iterable[Staged]) -> None:
        """Stage rows, and read the addresses first met with them.

        Values are bound by position, because names take a third longer here.
        """
        self._connection.executemany(self._insert, rows)
        self._read_addresses()

    def reject(self, line: int, reason: str, cells: list[str]) -> None:
        """Store a rejected row with the reason."""
        self._connection.execute(
            "INSERT INTO staging.reject (line, reason, cells) VALUES (:line, :reason, :cells)",
            {"line": line, "reason": reason, "cells": json.dumps(cells)},
        )

    def rejects(self) -> Iterator[tuple[int, str, list[str]]]:
        """Return the rejected rows in the order of the file."""
        for row in self._connection.execute(
            "SELECT line, reason, cells FROM staging.reject ORDER BY line"
        ):
            yield row["line"], row["reason"], json.loads(row["cells"])

    def _nature(self, sort: str, unknown: str | None, text: str) -> Word:
        code = self._layout.natures.code(text)
        return self._word(sort, text, code or unknown, "?" if text and not code else "=")

    def _disposition(self, texts: tuple[str, ...]) -> Word:
        """Return the word of a row's dispositions, one text for each column that has one."""
        words = self._layout.dispositions
        codes = sorted(words.all_codes(texts))
        text = " ".join(texts) if words.has(" ".join(texts)) else APART.join(texts)
        word = self._word("disposition", text, None, " ".join(codes))
        return word._replace(codes=as_json(codes), unknown=words.unknown(texts))

    def _hazards(self, texts: tuple[str, ...]) -> str | None:
        codes = self._layout.hazards.all_codes(texts)
        for text in self._layout.hazards.unknown(texts):
            self.leave_unread("hazards", text)
        return as_json(sorted(codes - {"none"} or codes))

    def _responder(self, unit: str) -> tuple[str, bool]:
        """Return the agency of a call sign, and whether it is a clinician's."""
        agency = self._code("responder", unit) or ""
        return agency, self._layout.clinicians.code(unit) is not None

    def leave_unread(self, field: str, text: str) -> None:
        """Remember a field's text that the layout does not know, for a message."""
        texts = self.unread.setdefault(field, set())
        if len(texts) < UNMAPPED_KEPT:
            texts.add(text)

    def _code(self, field: str, text: str) -> str | None:
        """Return the code of a field's text by the layout; a text without one is told of."""
        code = self._layout.words[field].code(text)
        if text and code is None:
            self.leave_unread(field, text)
        return code

    def _word(self, kind: str, text: str, code: str | None, mark: str) -> Word:
        care = self._care.get(code) if code else None
        row = self._connection.execute(
            "INSERT INTO staging.word (kind, text, code, care) VALUES (:kind, :text, :code, :care)"
            " ON CONFLICT (kind, text) DO UPDATE SET kind = kind RETURNING id",
            {"kind": kind, "text": text, "code": code, "care": care},
        ).fetchone()
        return Word(row["id"], f"{mark} {code} {care} {text}")

    def _address(self, parts: Parts) -> int:
        digest = blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
        number = int.from_bytes(digest, "big", signed=True)
        if number not in self._staged:
            self._met[number] = parts
        return number

    def _read_addresses(self) -> None:
        rows = [(number, *parts, *self._place(parts)) for number, parts in self._met.items()]
        self._connection.executemany(INSERT_ADDRESS, rows)
        if len(self._staged) + len(rows) > NUMBERS_KEPT:
            self._staged.clear()  # addresses seen again later are read again
        self._staged.update(self._met)
        self._met.clear()

    def _place(self, parts: Parts) -> tuple[object, ...]:
        raw, unit, city, state, zip_code = parts
        reading = address.read(
            raw, town=self.names, unit=unit, city=city, state=state, zip=zip_code
        )
        columns = filing_store.columns(reading, self.names.own)
        return NO_PLACE if columns is None else _in_order(columns)


@lru_cache(KEPT)
def alike(address: str | None) -> str:
    """Return the words of an address as text, without case and punctuation."""
    return " ".join(_WORDS.findall((address or "").casefold()))


def as_json(values: Iterable[Any]) -> str | None:
    """Return values as SQLite writes them in JSON; None where there is none."""
    found = [*values]
    return _JSON.encode(found) if found else None


def seen_sealed(connection: sqlite3.Connection, layout: Layout) -> Callable[[str], bool] | None:
    """Return a function that tells whether a number of the source is sealed; None if none is."""
    from ccu.retention import seal_store

    digests_ = seal_store.sealed_numbers(connection)

    def is_sealed(number: str) -> bool:
        numbers = (number, number[5:]) if layout.yearly_numbers else (number,)  # also without year
        return any(seal_store.digest("call", layout.source, each) in digests_ for each in numbers)

    return is_sealed if digests_ else None
