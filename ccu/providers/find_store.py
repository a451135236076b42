"""What a search reads: the candidates of the list, how well their words fit, how referrals ended.

The words are compared by SQLite's full-text index with Porter stemming, made in memory from the
candidates alone: there is nothing to keep up to date, and no second copy of the list on the disk.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

from ccu.providers import store as providers

# Text of a provider by field, and how much a word in it counts.
WEIGHTS = {
    **{"name": 8.0, "organization": 3.0, "description": 3.0, "eligibility": 2.0, "accepts": 1.0},
    **{"address": 1.0, "areas": 1.0, "languages": 1.0, "note": 1.0},
}
FEWEST = 5  # ended referrals below which a share means nothing

_TEXT = " || ' ' || ".join(WEIGHTS)
_OF_NEED = """provider.id IN (
  SELECT provider_id FROM provider_need WHERE need IN (SELECT value FROM json_each(:needs)))"""
_INDEX = f"CREATE VIRTUAL TABLE words USING fts5({', '.join(WEIGHTS)}, tokenize = 'porter')"
_RANK = f"""
SELECT rowid, -bm25(words, {", ".join(map(str, WEIGHTS.values()))}) AS fit
FROM words WHERE words MATCH :match
"""  # noqa: S608
_FOLLOWED = """
SELECT provider_id, count(*) AS ended, sum(status = 'service_received') AS received
FROM referral JOIN referral_status ON code = status AND NOT open
WHERE provider_id IN (SELECT value FROM json_each(:ids))
  AND status NOT IN ('entered_in_error', 'cancelled')
GROUP BY provider_id HAVING ended >= :fewest
"""
_ADDRESSES = "SELECT address FROM provider WHERE address LIKE '%' || :zip || '%' LIMIT 50"
_STALE = f"""{providers.ALL}
LEFT JOIN (
  SELECT provider_id, count(*) AS referrals FROM referral
  WHERE made_at >= :since AND status <> 'entered_in_error' GROUP BY provider_id
) AS made ON made.provider_id = provider.id
WHERE active = 1 AND coalesce(verified_on, '') < :before
ORDER BY coalesce(made.referrals, 0) > 0 DESC, coalesce(verified_on, ''),
  coalesce(made.referrals, 0) DESC, name COLLATE NOCASE, id
""".replace(" AS needs", " AS needs, coalesce(made.referrals, 0) AS referrals")  # noqa: S608


def candidates(
    connection: sqlite3.Connection, needs: Collection[str], begins: Collection[str]
) -> list[dict[str, Any]]:
    """Return active providers for any of the needs, or with a word that begins so; else all.

    Those whose names have such a word come first, then those for the needs.
    """
    asked = {"needs": json.dumps([*needs])}
    asked |= {f"word_{number}": f"%{word}%" for number, word in enumerate(begins)}
    marks = [f":{name}" for name in asked if name.startswith("word_")]
    in_text, in_name = (
        [f"{text} LIKE {mark}" for mark in marks] for text in (f"({_TEXT})", "name")
    )
    fits = " OR ".join([*([_OF_NEED] if needs else []), *in_text]) or "1"
    first = " OR ".join(in_name) or "name IS NULL"
    rows = connection.execute(
        f"{providers.ALL} WHERE active = 1 AND ({fits})"
        f" ORDER BY ({first}) DESC, ({_OF_NEED}) DESC, id",
        asked,
    )
    return [providers.record(row) for row in rows]


def fits(found: Sequence[Mapping[str, Any]], words: Iterable[str]) -> dict[int, float]:
    """Return provider -> how well its text fits the words, 1 for the best; only those with one."""
    match = " OR ".join(f'"{word}"' for word in words)
    if not match or not found:
        return {}
    marks = ", ".join("?" * (len(WEIGHTS) + 1))
    with closing(sqlite3.connect(":memory:")) as index:
        index.execute(_INDEX)
        index.executemany(
            f"INSERT INTO words (rowid, {', '.join(WEIGHTS)}) VALUES ({marks})",  # noqa: S608
            ([each["id"], *(each[field] for field in WEIGHTS)] for each in found),
        )
        ranked = dict(index.execute(_RANK, {"match": match}).fetchall())
    best = max(ranked.values(), default=1)
    return {number: fit / best for number, fit in ranked.items()} if best > 0 else {}


def followed(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return provider -> how many ended referrals received the service, and of how many."""
    asked = {"ids": json.dumps([*ids]), "fewest": FEWEST}
    rows = connection.execute(_FOLLOWED, asked)
    return {row["provider_id"]: (row["received"], row["ended"]) for row in rows}


def addresses(connection: sqlite3.Connection, zip_code: str) -> list[str]:
    """Return addresses of providers with a ZIP."""
    return [row["address"] for row in connection.execute(_ADDRESSES, {"zip": zip_code})]


def stale(connection: sqlite3.Connection, *, before: str, since: str) -> list[dict[str, Any]]:
    """Return active providers last verified before a day, each with its referrals since another.

    Those with referrals come first, then the oldest, then the most referred.
    """
    rows = connection.execute(_STALE, {"before": before, "since": since})
    return [{**providers.record(row), "referrals": row["referrals"]} for row in rows]
