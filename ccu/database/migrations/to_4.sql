-- Schema 4: sums of the rows of each table (ccu/database/digests.py fills it).

CREATE TABLE table_digest (
  name      TEXT PRIMARY KEY,
  row_count INTEGER NOT NULL,
  total     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
