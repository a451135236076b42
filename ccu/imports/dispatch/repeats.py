"""The same incident twice in one file: said again, contradicted, or another call alike in all."""

import sqlite3
from collections.abc import Iterator

from ccu.imports.dispatch.reading import MADE

REPEATS = """
CREATE TABLE staging.repeat AS
SELECT line, incident, digest, incident GLOB :made AS made, min(line) OVER same AS first,
  first_value(digest) OVER same AS first_digest, row_number() OVER alike AS n
FROM staging.entry
WHERE incident IN (SELECT incident FROM staging.entry GROUP BY incident HAVING count(*) > 1)
WINDOW same AS (PARTITION BY incident ORDER BY line),
       alike AS (PARTITION BY incident ORDER BY digest, line)
"""
NUMBER_ALIKE = """
UPDATE staging.entry SET incident = entry.incident || '-' || repeat.n
FROM staging.repeat AS repeat WHERE repeat.line = entry.line AND repeat.n > 1 AND repeat.made
"""


def settle_repeats(connection: sqlite3.Connection) -> int:
    """Settle rows of the file that have one identity; returns how many said nothing new.

    A row that repeats an earlier one to the letter is dropped. Another content under the same
    incident number is set aside: nobody can tell which of the two is right. Rows whose identity ccu
    made, because they had no number, are different calls alike in that; they get a number each.
    """
    made = {"made": MADE + "*"}
    connection.execute(REPEATS, made)
    connection.execute(NUMBER_ALIKE)
    gone = connection.execute(
        "DELETE FROM staging.entry WHERE line IN"
        " (SELECT line FROM staging.repeat WHERE line > first AND NOT made)"
    ).rowcount
    different = connection.execute(
        "SELECT count(*) FROM staging.repeat"
        " WHERE line > first AND NOT made AND digest <> first_digest"
    )
    return gone - int(different.fetchone()[0])


def conflicting(connection: sqlite3.Connection) -> Iterator[int]:
    """The lines of rows that gave an incident number again with another content, in order."""
    found = connection.execute(
        "SELECT line FROM staging.repeat"
        " WHERE line > first AND NOT made AND digest <> first_digest ORDER BY line"
    )
    for row in found:
        yield row["line"]
