"""Providers: their needs, whether they take new clients, and when that was verified.

A provider is never deleted: it is retired, and restored if its name is added again. Earlier values
of a changed field are kept. The words of a search are compared by SQLite's full-text index with
Porter stemming, made in memory from the candidates alone: there is nothing to keep up to date, and
no second copy of the list on the disk.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from datetime import date
from typing import Any

from ccu.errors import InvalidInput, NotFound
from ccu.records import codes, table, writes
from ccu.work import Work

# In the order of their JSON; `needs` is a list of codes and a table of its own.
COLUMNS = (
    *("name", "agency", "phone", "hours", "eligibility", "capacity", "verified_on", "active"),
    *("part2", "organization", "description", "address", "areas", "languages", "min_age"),
    *("max_age", "accepts", "alert", "note"),
)
FIELDS = ("needs", *COLUMNS)
SHORTEST_BEGINNING = 3  # letters of a name
MOST_OFFERED = 5

ALL = f"""
SELECT id, {", ".join(COLUMNS)},
       (SELECT group_concat(need) FROM
          (SELECT provider_need.need FROM provider_need JOIN need ON need.code = provider_need.need
           WHERE provider_id = provider.id ORDER BY need.sort)) AS needs
FROM provider
"""  # noqa: S608 - names of our own
_NAMES = """
SELECT id, name, organization, active FROM provider
ORDER BY active DESC, name COLLATE NOCASE, id
"""
# Providers with openings come first.
_LIST = f"""{ALL}
WHERE (active = 1 OR :retired)
  AND (:need IS NULL OR id IN (SELECT provider_id FROM provider_need WHERE need = :need))
ORDER BY active DESC,
  CASE WHEN :need IS NULL THEN 0
       ELSE (SELECT iif(code = 'ask_first', 1.5, sort) FROM capacity WHERE code = capacity) END,
  name COLLATE NOCASE, id
"""  # noqa: S608 - no user's text in it
_AGES = "SELECT min_age, max_age FROM provider WHERE id = :id"
_OPEN_REFERRALS = """
SELECT id FROM open_referral WHERE provider_id = :id ORDER BY id
"""


def read(connection: sqlite3.Connection, provider_id: int) -> dict[str, Any]:
    """Return id and FIELDS of one provider. Raises NotFound."""
    return record(table.require(connection, "provider", provider_id, f"{ALL} WHERE {{where}}"))


def rows(
    connection: sqlite3.Connection,
    *,
    need: str | None = None,
    words: str = "",
    retired: bool = False,
) -> list[dict[str, Any]]:
    """Return providers that serve a need and have every word in one of their fields."""
    found = connection.execute(_LIST, {"need": need, "retired": retired})
    wanted = words.casefold().split()
    labels = codes.labels(connection, "need") if wanted else {}
    listed = (record(row) for row in found)
    return [each for each in listed if all(word in _text(each, labels) for word in wanted)]


def find(connection: sqlite3.Connection, typed: str, option: str) -> dict[str, Any]:
    """Return the one provider meant. Raises NotFound; InvalidInput with the candidates.

    `matching` tells which are meant.
    """
    meant = matching(connection, typed)
    if not meant:
        raise NotFound(f"{option}: no such provider; list them: ccu provider list")
    if len(meant) > 1:
        offered = " or ".join(f"{each['id']} ({each['name']})" for each in meant[:MOST_OFFERED])
        raise InvalidInput(f"{option}: ambiguous: {offered}; type more of the name, or the number")
    return meant[0]


def matching(connection: sqlite3.Connection, typed: str) -> list[dict[str, Any]]:
    """Return the providers with this number or name, else name beginning, else word beginnings.

    The organization's name counts as more words of the name. Those that are not retired come
    first. Upper and lower case are the same. One or two letters are an entire word, as VA.
    """
    text = plain(typed)
    if not text:
        return []
    if text.isascii() and text.isdigit() and int(text[:18]) and len(text) < 19:
        row = connection.execute(f"{ALL} WHERE id = :id", {"id": int(text)}).fetchone()
        if row is not None:
            return [record(row)]
    ranks: dict[int, int] = {}
    end = " " * (len(text) < SHORTEST_BEGINNING)
    for each in connection.execute(_NAMES):
        name, more = plain(each["name"]), plain(f"{each['name']} {each['organization']}")
        if name == text:
            ranks[each["id"]] = 0
        elif f"{name} ".startswith(f"{text}{end}"):
            ranks[each["id"]] = 1 if each["active"] else 3
        elif all(f" {word}{end}" in f" {more} " for word in text.split()):
            ranks[each["id"]] = 2 if each["active"] else 4
    best = min(ranks.values(), default=0)
    return [read(connection, number) for number, rank in ranks.items() if rank == best]


def offered(provider: Mapping[str, Any]) -> str:
    """Return a provider as one line: its name, alert and phone."""
    alert = f"ALERT: {provider['alert']}" if provider["alert"] else ""
    facts = "; ".join(filter(None, (alert, provider["phone"])))
    return f"{provider['name']} - {facts}" if facts else str(provider["name"])


def is_old(provider: Mapping[str, Any], today: date, days: int) -> bool:
    """Return whether a provider's details were verified too long ago, or never."""
    verified = provider["verified_on"]
    return verified is None or (today - date.fromisoformat(verified)).days > days


def verified(provider: Mapping[str, Any], today: date, days: int) -> str:
    """Return when it was verified, in words: `2025-01-03, old`."""
    if provider["verified_on"] is None:
        return "never, old"
    return str(provider["verified_on"]) + (", old" if is_old(provider, today, days) else "")


def open_referrals(connection: sqlite3.Connection, provider_id: int) -> list[int]:
    """Return the numbers of the open referrals to a provider."""
    return [row["id"] for row in connection.execute(_OPEN_REFERRALS, {"id": provider_id})]


# ---------------------------------------------------------------- what a search reads


# Text of a provider by field, and how much a word in it counts.
WEIGHTS = {
    **{"name": 8.0, "organization": 3.0, "description": 3.0, "eligibility": 2.0, "accepts": 1.0},
    **{"address": 1.0, "areas": 1.0, "languages": 1.0, "note": 1.0},
}
ENOUGH = 0.5  # share of the words asked that a text must exceed
FEWEST = 5  # ended referrals below which a share means nothing

_TEXT = " || ' ' || ".join(WEIGHTS)
_OF_NEED = """provider.id IN (
  SELECT provider_id FROM provider_need WHERE need IN (SELECT value FROM json_each(:needs)))"""
_INDEX = f"CREATE VIRTUAL TABLE words USING fts5({', '.join(WEIGHTS)}, tokenize = 'porter')"
_RANK = f"""
SELECT rowid, -bm25(words, {", ".join(map(str, WEIGHTS.values()))}) AS fit
FROM words WHERE words MATCH :match
"""  # noqa: S608
_HAVING = "SELECT rowid FROM words WHERE words MATCH :match"
_FOLLOWED = """
SELECT provider_id, count(*) AS ended, sum(status = 'service_received') AS received
FROM referral JOIN referral_status ON code = status AND NOT open
WHERE provider_id IN (SELECT value FROM json_each(:ids))
  AND status NOT IN ('entered_in_error', 'cancelled')
GROUP BY provider_id HAVING ended >= :fewest
"""
_ADDRESSES = "SELECT address FROM provider WHERE address LIKE '%' || :zip || '%' LIMIT 50"
_GONE = " AS needs, imported ->> 'gone' AS gone"  # the day that it left its directory
_FOUND = ALL.replace(" AS needs", _GONE)
_OF_DIRECTORY = ALL.replace(" AS needs", " AS needs, source, source_id, imported")
_STALE = f"""{ALL}
LEFT JOIN (
  SELECT provider_id, count(*) AS referrals FROM referral
  WHERE made_at >= :since AND status <> 'entered_in_error' GROUP BY provider_id
) AS made ON made.provider_id = provider.id
WHERE active = 1 AND (coalesce(verified_on, '') < :before OR imported ->> 'gone' IS NOT NULL)
ORDER BY imported ->> 'gone' IS NULL, coalesce(made.referrals, 0) > 0 DESC,
  coalesce(verified_on, ''), coalesce(made.referrals, 0) DESC, name COLLATE NOCASE, id
""".replace(  # noqa: S608
    " AS needs", f"{_GONE}, coalesce(made.referrals, 0) AS referrals"
)


def of_directories(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return every provider as `read` does, with source, source_id, and what was `imported`."""
    return [
        {
            **record(row),
            **{name: row[name] for name in ("source", "source_id")},
            "imported": json.loads(row["imported"] or "{}"),
        }
        for row in connection.execute(_OF_DIRECTORY)
    ]


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
        f"{_FOUND} WHERE active = 1 AND ({fits}) ORDER BY ({first}) DESC, ({_OF_NEED}) DESC, id",
        asked,
    )
    return [{**record(row), "gone": row["gone"]} for row in rows]


def fits(
    found: Sequence[Mapping[str, Any]], words: Collection[str], terms: Collection[str]
) -> dict[int, float]:
    """Return provider -> how well its text fits the words asked, 1 for the best.

    Only those with enough of the words, or with one of the directory's terms for them: one word
    that two texts have in common is no answer.
    """
    asked = dict.fromkeys((*words, *terms))
    match = " OR ".join(f'"{word}"' for word in asked)
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
        shares: dict[int, float] = defaultdict(float)
        for word in asked:
            share = 1.0 if word in terms else 1 / len(words)
            for (number,) in index.execute(_HAVING, {"match": f'"{word}"'}):
                shares[number] += share
        ranked = {number: fit for number, fit in ranked.items() if shares[number] > ENOUGH}
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

    Those that left their directory come first, with the day, then those with referrals, then the
    oldest, then the most referred.
    """
    rows = connection.execute(_STALE, {"before": before, "since": since})
    return [{**record(row), "referrals": row["referrals"], "gone": row["gone"]} for row in rows]


# ---------------------------------------------------------------- writing

_IMPORTED = """
SELECT record_id, field, old_value, new_value FROM change
WHERE record = 'provider' AND import_batch_id = :batch
"""
_HAD = "SELECT imported FROM provider WHERE id = :id"
_NOT_GONE = """
UPDATE provider SET imported = json_remove(imported, '$.gone')
FROM import_batch AS batch
WHERE batch.id = :batch AND provider.source = batch.source
  AND imported ->> 'gone' = substr(batch.recorded_at, 1, 10)
"""
_NEWER = """
SELECT 1 FROM import_batch AS newer JOIN import_batch AS batch USING (source)
WHERE batch.id = :batch AND newer.id > batch.id AND newer.new_rows + newer.changed_rows > 0
"""


def add(work: Work, fields: Mapping[str, Any]) -> tuple[int, bool]:
    """Add a provider; return its id, and whether it was a retired one that is now restored.

    `fields` are some of FIELDS, with name and needs. Raises InvalidInput if an active provider has
    that name.
    """
    same = _of_name(work.connection, fields["name"])
    if same is not None:
        if same["active"]:
            raise InvalidInput(
                f"provider {same['id']} has that name; to edit it: ccu provider edit {same['id']}"
            )
        change(work, same["id"], {**fields, "active": True})
        return same["id"], True
    provider_id = writes.insert_row(work.connection, "provider", {"name": fields["name"]})
    _set_values(work.connection, provider_id, fields)
    work.audit("provider-add", "provider", provider_id, fields=sorted(fields))
    return provider_id, False


def change(
    work: Work, provider_id: int, fields: Mapping[str, Any], reason: str | None = None
) -> list[str]:
    """Give some of FIELDS new values; return those that changed.

    Raises NotFound, and InvalidInput for another provider's name.
    """
    old = read(work.connection, provider_id)
    if "name" in fields:
        same = _of_name(work.connection, fields["name"])
        if same is not None and same["id"] != provider_id:
            raise InvalidInput(f"--name: provider {same['id']} has that name")
    _set_values(work.connection, provider_id, fields)
    now = read(work.connection, provider_id)
    changed = {field: (old[field], now[field]) for field in FIELDS if old[field] != now[field]}
    if changed:
        writes.record_changes(work, "provider", provider_id, changed, reason)
        work.audit("provider-change", "provider", provider_id, fields=sorted(changed))
    return list(changed)


def undo_import(work: Work, batch_id: int, added: range) -> tuple[int, int]:
    """Undo a directory import: restore the providers that it changed, retire those that it added.

    A field that was changed since stays. The next import restores providers retired here. Return
    how many had changed and how many were added. Raises InvalidInput after a newer import.
    """
    connection, asked = work.connection, {"batch": batch_id}
    if connection.execute(_NEWER, asked).fetchone():
        raise InvalidInput("a newer import of that directory came after it")
    fields: dict[int, dict[str, tuple[Any, Any]]] = {
        number: {"active": (False, True)} for number in added
    }
    for row in connection.execute(_IMPORTED, asked).fetchall():
        values = json.loads(row["old_value"]), json.loads(row["new_value"])
        fields.setdefault(row["record_id"], {})[row["field"]] = values
    for number, changed in fields.items():
        now = read(connection, number)
        change(
            work, number, {name: was for name, (was, new) in changed.items() if now[name] == new}
        )
        had = json.loads(connection.execute(_HAD, {"id": number}).fetchone()[0])
        had |= {"undone": True} if number in added else {n: was for n, (was, _) in changed.items()}
        writes.update(connection, "provider", number, {"imported": json.dumps(had)})
    connection.execute(_NOT_GONE, asked)
    return len(fields) - len(added), len(added)


def _set_values(connection: sqlite3.Connection, provider_id: int, new: Mapping[str, Any]) -> None:
    columns = {field: new[field] for field in COLUMNS if field in new}
    writes.update(connection, "provider", provider_id, columns)
    least, most = connection.execute(_AGES, {"id": provider_id}).fetchone()
    if least is not None and most is not None and least > most:
        raise InvalidInput(f"--min-age {least} is more than --max-age {most}")
    if "needs" in new:
        needs = [{"need": need} for need in dict.fromkeys(new["needs"])]
        writes.replace(connection, "provider_need", {"provider_id": provider_id}, needs)


def _of_name(connection: sqlite3.Connection, name: str) -> dict[str, Any] | None:
    wanted = plain(name)
    every = connection.execute(_NAMES)
    return next((dict(each) for each in every if plain(each["name"]) == wanted), None)


def record(row: sqlite3.Row) -> dict[str, Any]:
    """Return a row of ALL as `read` does."""
    found = {"id": row["id"], **{field: row[field] for field in FIELDS}}
    found["needs"] = row["needs"].split(",") if row["needs"] else []
    found["active"], found["part2"] = bool(row["active"]), bool(row["part2"])
    return found


def _text(provider: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Return the text that a search looks through."""
    parts = [provider[field] for field in (*WEIGHTS, "phone", "hours")]
    parts += [labels[need] for need in provider["needs"]]
    return " ".join(parts).casefold()


def plain(name: str) -> str:
    """Return a name as it is compared: case and repeated spaces do not count."""
    return " ".join(name.casefold().split())
