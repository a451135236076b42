"""The database file: opened, created, migrated, copied, checked and encrypted."""
