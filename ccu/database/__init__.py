"""The database file: opened, created, migrated, copied, checked and encrypted."""

import sqlite3
import sys


def errors() -> tuple[type[Exception], ...]:
    """Return the error classes for `except`: those of SQLCipher differ from those of sqlite3."""
    loaded = sys.modules.get("sqlcipher3.dbapi2")
    return (sqlite3.Error, loaded.Error) if loaded else (sqlite3.Error,)


READ_ONLY = "cannot be written: the file or its folder is read-only (chmod u+w)"
KEEP = "keep it and restore a backup: ccu restore --force BACKUP"
DAMAGED = f"is damaged; {KEEP}, then ccu check"
