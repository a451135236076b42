"""The changes, writes and report of a directory import.

A field that the town has edited, whose value differs from the directory's last one, stays. The
directory's value is stored too, and the report counts such fields. Only the town sets capacity, 42
CFR Part 2, notes and a verification by hand.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ccu.errors import InvalidInput
from ccu.imports import store as imports
from ccu.imports.directory import hsds, layout, tables
from ccu.imports.directory.hsds import Service
from ccu.imports.directory.layout import Layout
from ccu.imports.directory.tables import Problem
from ccu.imports.store import Batch
from ccu.output import say
from ccu.output.text import counted
from ccu.providers import store as providers
from ccu.providers.need_words import NeedWords
from ccu.providers.store import plain
from ccu.records import codes, writes
from ccu.session import Session
from ccu.work import Work

COUNTS = ("read", "new", "changed", "same", "rejected", "kept_by_hand", "without_need", "gone")
_MOST_NEEDS = 4
_DIFFERENT = 4  # from this share of ids with another name the source is probably wrong
_NOTHING: tuple[object, ...] = ("", None, [])
_MAY_END = ("alert", "verified_on")  # all of these may be gone at once
_TOLD = {  # messages after an import
    "kept": "Kept as on file, because this export lacks them or lost most of them: {}. Check that"
    " the export is complete",
    "emptied": "Values that the directory no longer has, now empty: {}",
    "kept_by_hand": "Fields edited by hand and kept, where the directory differs: {}",
    "without_need": "Services without a need, found by their words alone: {}",
    "gone": "Services no longer in the directory, kept: {}; see ccu provider stale",
    "treatment": "New services that may treat substance use: {}. Mark those that are 42 CFR Part 2"
    " programs: ccu provider edit NUMBER --part2",
}
_TREATMENT = frozenset(("detox", "addiction_outpatient", "addiction_residential"))


@dataclass
class Plan:
    """A directory that was read, and what is to be written of it."""

    batch: Batch
    problems: list[Problem]
    new: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    changed: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = field(
        default_factory=list
    )
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    treatment: int = 0  # new services that treat substance use
    kept: list[str] = field(default_factory=list)  # fields that the directory lacks or has lost
    emptied: Counter[str] = field(default_factory=Counter)  # field -> values that it no longer has


def prepare(session: Session, path: Path, source: str) -> Plan:
    """Read a directory in HSDS and compare it with what is known; nothing is written."""
    directory = tables.read(path)
    services = list(hsds.Reader(directory, session.today.isoformat()).services())
    rows = len(directory.rows("services"))
    batch = Batch(source, directory.name, directory.sha256, "hsds")
    plan = Plan(batch, directory.problems)
    return compared(session, plan, services, rows, directory.untold())


def prepare_list(session: Session, path: Path, by: Layout, source: str | None) -> Plan:
    """Read a plain CSV by its layout and compare it with what is known; nothing is written."""
    by.refuse_unknown(by.needs.used, codes.choices(session.db, "need"), "need")
    listed = layout.read(path, by, session.path.absolute().parent, session.today.isoformat())
    directory = listed.directory
    batch = Batch(source or by.source, directory.name, directory.sha256, by.name)
    plan = Plan(batch, directory.problems)
    return compared(session, plan, listed.services, listed.rows)


def compared(
    session: Session,
    plan: Plan,
    services: Sequence[Service],
    rows: int,
    untold: Collection[str] = (),
) -> Plan:
    """Return the plan with what is new and what changes. Raises InvalidInput for a wrong source.

    `untold` are fields that the directory has no column for.
    """
    known = providers.of_directories(session.db)
    source = str(plan.batch.source)
    by_id = {each["source_id"]: each for each in known if each["source"] == source}
    by_hand = {plain(each["name"]): each for each in known if each["source"] is None}
    own = {each.source_id: old for each in services if (old := _made_by_hand(each, by_hand))}
    taken = {plain(each["name"]) for each in known if each["source"] != source}
    _refuse_other(source, services, by_id)
    _keep(plan, services, by_id, untold)
    _name_apart([each for each in services if each.source_id not in own], taken)
    words, known_needs = NeedWords(session.db), codes.choices(session.db, "need")
    for each in services:
        needs = [code for code in each.needs if code in known_needs] or _needs(words, each)
        old = by_id.get(each.source_id) or own.get(each.source_id)
        last = old["imported"].get("needs", []) if old and "needs" in untold else []
        if {*last} - {*needs}:
            needs = [*dict.fromkeys([*last, *needs])]
            plan.kept += [] if "needs" in plan.kept else ["needs"]
        fields: dict[str, Any] = {**each.fields, "needs": needs}
        plan.counts["without_need"] += not fields["needs"]
        if old is None:
            plan.new.append((each.source_id, fields))
            plan.treatment += bool(_TREATMENT & {*fields["needs"]})
            continue
        _merge(plan, old, fields, {"source": source, "source_id": each.source_id})
    gone = [by_id[each] for each in by_id.keys() - {each.source_id for each in services}]
    plan.changed += [
        (old, {}, {"imported": {**old["imported"], "gone": session.today.isoformat()}})
        for old in gone
        if "gone" not in old["imported"]
    ]
    plan.counts |= {
        "read": rows,
        "new": len(plan.new),
        "changed": sum(bool(new) for _old, new, _columns in plan.changed),
        "rejected": rows - len(services),
        "gone": len(gone),
    }
    counts = plan.counts
    counts["same"] = rows - counts["new"] - counts["changed"] - counts["rejected"]
    return plan


def _merge(
    plan: Plan, old: dict[str, Any], fields: dict[str, Any], columns: dict[str, Any]
) -> None:
    """Take each field of the directory that the town has not edited since."""
    last = old["imported"]
    new = {"active": True} if "undone" in last and not old["active"] else {}
    for name, value in fields.items():
        empty = old["source"] is None and old[name] in ("", None, [])
        if old[name] == value:
            continue
        if empty or (name in last and old[name] == last[name]):
            new[name] = value
        elif last.get(name) != value:
            plan.counts["kept_by_hand"] += 1
    if new or last != fields or old["source"] is None:
        plan.changed.append((old, new, {**columns, "imported": fields}))


def _keep(
    plan: Plan,
    services: Sequence[Service],
    known: dict[str, dict[str, Any]],
    untold: Collection[str],
) -> None:
    """Keep the directory's last values if it now lacks a field or most of its values.

    An export without telephone numbers is incomplete and must not erase them.
    """
    both = [
        (each, known[each.source_id]["imported"]) for each in services if each.source_id in known
    ]
    for name in tables.HSDS["told_by"]:
        had = [(each, last[name]) for each, last in both if last.get(name) not in _NOTHING]
        if name == "needs" or not had or name not in had[0][0].fields:
            continue
        if name in untold:
            lost = [(each, value) for each, value in had if each.fields[name] != value]
        else:
            lost = [(each, value) for each, value in had if each.fields[name] in _NOTHING]
        most = len(lost) >= _DIFFERENT and len(lost) * 2 > len(had) and name not in _MAY_END
        if lost and (most or name in untold):
            plan.kept.append(name)
            for each, value in lost:
                each.fields[name] = value
        elif lost:
            plan.emptied[name] = len(lost)
    for each, last in both:  # a name made unique by something that the directory now lacks
        whole = str(last.get("name", ""))
        if {*plan.kept} & {"organization", "address"} and whole.startswith(
            f"{each.fields['name']}, "
        ):
            each.fields["name"] = whole


def _made_by_hand(service: Service, by_hand: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """Return, once, the provider of this name and telephone number that the town had added."""
    name, phone = plain(str(service.fields["name"])), _digits(str(service.fields["phone"]))
    old = by_hand.get(name)
    if old is None or not phone or _digits(old["phone"]) != phone:
        return None
    return by_hand.pop(name)


def _digits(phone: str) -> str:
    return "".join(letter for letter in phone if letter.isdigit())[:10]


def _refuse_other(
    source: str, services: Sequence[Service], known: dict[str, dict[str, Any]]
) -> None:
    """Raise InvalidInput if most ids belong to different services on file."""
    both = [each for each in services if each.source_id in known]
    strange = len(services) - len(both)
    if strange >= _DIFFERENT and strange > len(both) and len(both) * 2 < len(known):
        raise InvalidInput(
            f"{strange} of {len(services)} services are new and most of {source} are not in it: is"
            " this another directory? Give it a name of its own with --source"
        )
    other = sum(
        str(each.fields["name"]) not in known[each.source_id]["imported"].get("name", "")
        and each.fields["organization"] != known[each.source_id]["imported"].get("organization")
        for each in both
    )
    if other >= _DIFFERENT and other * 2 > len(both):
        raise InvalidInput(
            f"{other} of {len(both)} services have the number of another service of {source}: is"
            " this another directory? Give it a name of its own with --source"
        )


def _name_apart(services: Sequence[Service], taken: set[str]) -> None:
    """Make the names of services unique by adding their organization, city or number."""
    for column in ("organization", "city", "source_id"):
        names = Counter(plain(str(each.fields["name"])) for each in services)
        for each in services:
            name = str(each.fields["name"])
            more = (
                each.fields["organization"] if column == "organization" else getattr(each, column)
            )
            if more and (names[plain(name)] > 1 or plain(name) in taken):
                each.fields["name"] = f"{name}, {more}"[:200]


def _needs(words: NeedWords, service: Service) -> list[str]:
    """Return the needs in its terms and name, or else in its description."""
    fields = service.fields
    for texts in ([*service.terms, str(fields["name"])], [str(fields.get("description", ""))]):
        found: dict[str, float] = {}
        for each in texts:
            for need, sure in words.meant(each).needs.items():
                found[need] = max(found.get(need, 0), sure)
        best = max(found.values(), default=0)
        if best:
            return [need for need, sure in found.items() if sure == best][:_MOST_NEEDS]
    return []


def commit(session: Session, plan: Plan) -> int:
    """Write all of it in one transaction; return the batch's number."""
    with session.work() as work:
        connection = work.connection
        batch_id = imports.add(connection, work.staff_id, plan.batch, work.at)
        imports.finish(connection, batch_id, plan.counts)
        first = _add(connection, str(plan.batch.source), plan.new)
        _update(work, batch_id, plan.changed)
        told: dict[str, Any] = {**plan.counts, "first": first}
        work.audit("provider-import", "import_batch", batch_id, **told)
    return batch_id


def _add(
    connection: sqlite3.Connection, source: str, new: Sequence[tuple[str, Mapping[str, Any]]]
) -> int:
    """Add providers, each the service of that id, inside the caller's transaction.

    Return the number of the first, whose numbers follow one another; 0 for none.
    """
    rows = imports.table(connection, "provider")
    rows.insert_all(
        {
            **{name: value for name, value in fields.items() if name != "needs"},
            **{"source": source, "source_id": source_id, "imported": json.dumps(fields)},
        }
        for source_id, fields in new
    )
    ids = {row["source_id"]: row["id"] for row in rows.rows_where("source = ?", [source])}
    imports.table(connection, "provider_need").insert_all(
        {"provider_id": ids[source_id], "need": need}
        for source_id, fields in new
        for need in fields["needs"]
    )
    return min((ids[source_id] for source_id, _fields in new), default=0)


def _update(
    work: Work,
    batch_id: int,
    changes: Iterable[tuple[dict[str, Any], Mapping[str, Any], dict[str, Any]]],
) -> None:
    """Write changes: (provider on file, its new values, the directory's values)."""
    for old, new, columns in changes:
        values = {name: value for name, value in new.items() if name != "needs"}
        kept = {**columns, "imported": json.dumps(columns["imported"])}
        writes.update(work.connection, "provider", old["id"], {**values, **kept})
        if "needs" in new:
            needs = [{"need": need} for need in new["needs"]]
            writes.replace(work.connection, "provider_need", {"provider_id": old["id"]}, needs)
        writes.write_changes(
            work.connection, work.staff_id, "provider", old["id"],
            {name: (old[name], value) for name, value in new.items()},
            at=work.at, import_batch_id=batch_id,
        )  # fmt: skip


def tell(plan: Plan) -> None:
    """Print on standard error what was not taken, and what to do by hand."""
    reasons = Counter((each.file, each.reason) for each in plan.problems)
    for (file, reason), count in sorted(reasons.items(), key=lambda each: -each[1]):
        first = next(p for p in plan.problems if (p.file, p.reason) == (file, reason))
        rows = counted(count, "row")
        say(
            f"{file}: {rows}: {reason} (first: line {first.line})"
            if first.line
            else f"{file}: {reason}"
        )
    emptied = (f"{name} {count}" for name, count in plan.emptied.items())
    told = {
        "kept": ", ".join(plan.kept),
        "emptied": ", ".join(emptied),
        **{name: plan.counts[name] for name in ("kept_by_hand", "without_need", "gone")},
        "treatment": plan.treatment,
    }
    for name, what in told.items():
        if what:
            say(_TOLD[name].format(str(what).replace("_", " ")))


def write_refused(plan: Plan, target: Path | None) -> None:
    """Write what was not taken, if a file is named: line, reason, file and record."""
    rows = [(each.line, each.reason, [each.file, each.record]) for each in plan.problems]
    imports.write_rejects(target, ["file", "record"], rows)
    imports.tell_rejects(target, len(rows))
