"""The database file: opened, created, migrated, copied, checked and encrypted."""

import sqlite3
import sys


def errors() -> tuple[type[Exception], ...]:
    """Return what SQLite raises, for `except`: SQLCipher's errors are not sqlite3's."""
    loaded = sys.modules.get("sqlcipher3.dbapi2")
    return (sqlite3.Error, loaded.Error) if loaded else (sqlite3.Error,)


READ_ONLY = "cannot be written: the file or its folder is read-only (chmod u+w)"
KEEP = "keep it and restore a backup: ccu restore --force BACKUP"
DAMAGED = f"is damaged; {KEEP}, then ccu check"
