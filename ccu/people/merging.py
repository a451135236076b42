"""Merging two people: choose the value of each field, show the result, then write it."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.options import terminal
from ccu.output import Document, Format, Section, Table, emit_document, emit_line, say
from ccu.output.text import safe
from ccu.people import match_store, page
from ccu.people import merge_store as merges
from ccu.people import relations_store as relations
from ccu.people import worker_store as workers
from ccu.people.form import hidden_fields
from ccu.people.merge_store import FIELDS, WORKER, Choice
from ccu.session import Session

COLUMNS = ("field", "kept", "merged", "survives")
PREFER = ("kept", "merged", "newest")
# Functions of other features that return warnings about merging two people, as clauses.
Warnings = Callable[[sqlite3.Connection, int, int], list[str]]


@dataclass(frozen=True, kw_only=True)
class Request:
    """The options of a merge: which record is kept, and whose values."""

    kept: int
    merged: int
    prefer: str | None = None
    take: Sequence[str] = ()
    dry_run: bool = False
    asking: bool = False

    def __post_init__(self) -> None:
        if self.prefer not in (None, *PREFER):
            raise InvalidInput(f"--prefer is one of {', '.join(PREFER)}")
        if any(name not in (*FIELDS, WORKER) for name in self.take):
            raise InvalidInput(f"--take is one of {', '.join((*FIELDS, WORKER))}")


def run(
    session: Session, request: Request, warn: Warnings, format: Format | None, output: Path | None
) -> None:
    """Merge, or show what a merge would do. Raises NotFound, InvalidInput."""
    shows = request.asking or request.dry_run or format is not None or output is not None
    choices, data = _look(session, request, warn, shows)
    if not request.asking:  # refuse before any warning is printed
        taken = _taken(request, choices)
    for each in (*data["against"], *data["warnings"]):
        say(f"Warning: {each}.")
    if request.asking:
        say(f"Person {request.kept} and person {request.merged}: {page.verdict(data)}.")
        taken = _taken(request, choices)
    data["fields"] = [
        _field(each, taken)
        for each in choices
        if any((*each.kept, *each.merged)) and each.name not in hidden_fields(session)
    ]
    shown = _document(data)
    if request.dry_run:
        emit_document(shown, format, output)
        return
    if request.asking:
        emit_document(shown, format, output)
        question = f"Merge person {request.merged} into person {request.kept}? y or n [n]"
        if not terminal.yes_or_no(question, enter=False):
            say("Nothing was merged.")
            return
    with session.work() as work:
        merges.check(work.connection, request.kept, request.merged)
        if merges.choices(work.connection, request.kept, request.merged) != choices:
            raise InvalidInput("one of the records has changed; nothing was merged, try again")
        merges.merge(work, request.kept, request.merged, taken)
    done = f"Merged person {request.merged} into person {request.kept}."
    if format is None and output is None:
        emit_line(f"{done} ccu person unmerge {request.merged} undoes it.")
    elif request.asking:
        say(done)
    else:
        data["done"] = True
        emit_document(shown, format, output)


def _look(
    session: Session, request: Request, warn: Warnings, shows: bool
) -> tuple[list[Choice], dict[str, Any]]:
    """Return the choices and how similar the records are; record a read if they are shown."""
    with session.work() as work:
        connection = work.connection
        merges.check(connection, request.kept, request.merged)
        choices = merges.choices(connection, request.kept, request.merged)
        found = match_store.compare_two(connection, request.kept, request.merged)
        data = {
            "kept": request.kept,
            "merged": request.merged,
            "done": False,
            **page.likeness(connection, found),
            "warnings": [
                *_relations(connection, request.kept, request.merged),
                *warn(connection, request.kept, request.merged),
            ],
        }
        if shows:
            for number in (request.kept, request.merged):
                work.audit("person-merge-look", "person", number)
    return choices, data


def _taken(request: Request, choices: Sequence[Choice]) -> list[str]:
    """Return the fields that take the merged record's value. Raises InvalidInput if undecided."""
    taken, undecided = [], []
    for each in choices:
        if each.name in request.take:
            if not any(part not in (None, "") for part in each.merged):
                raise InvalidInput(f"--take {each.name}: person {request.merged} has none")
            takes: bool | None = each.kept != each.merged
        elif not each.differs:
            takes = each.is_only_merged and each.name != WORKER
        elif each.name == WORKER and (request.prefer or not request.asking):
            takes = False
        else:
            takes = _preferred(request, each)
        if takes is None:
            undecided.append(each.name)
        elif takes:
            taken.append(each.name)
    if undecided:
        raise InvalidInput(
            f"person {request.kept} and person {request.merged} differ in {', '.join(undecided)};"
            " choose with --prefer kept, merged or newest, or with --take FIELD"
        )
    return taken


def _preferred(request: Request, choice: Choice) -> bool | None:
    if request.prefer:
        return request.prefer == "merged" or (request.prefer == "newest" and choice.newer)
    if not request.asking:
        return None
    kept, merged = (safe(text(choice.name, each)) for each in (choice.kept, choice.merged))
    question = (
        f"{label(choice.name).capitalize()}: {request.kept} has {kept};"
        f" {request.merged} has {merged}. Whose [{request.kept}]"
    )

    def read(answer: str) -> bool:
        if answer not in ("", str(request.kept), str(request.merged)):
            raise InvalidInput(f"write {request.kept} or {request.merged}")
        return answer == str(request.merged)

    return terminal.ask_until_valid(question, read)


def label(name: str) -> str:
    """Return a field's name in words."""
    return name.replace("_", " ")


def text(name: str, value: tuple[Any, ...]) -> str:
    """Return a field's value in words; empty if nothing is known."""
    if all(part in (None, "") for part in value):
        return ""
    if name == "age":
        return f"about {value[0]} in {str(value[1])[:4]}"
    if name == "race_ethnicity":
        return "an answer of its own"  # police accounts may not see which value
    if name in ("veteran", "minor"):
        return "yes" if value[0] else "no"
    return (" " if name == "name" else ", ").join(str(part) for part in value if part)


def _field(choice: Choice, taken: Sequence[str]) -> dict[str, Any]:
    survives = "merged" if choice.name in taken else "kept"
    if choice.name == WORKER and choice.is_only_merged:
        survives = "merged"
    return {
        "field": label(choice.name),
        "kept": text(choice.name, choice.kept) or None,
        "merged": text(choice.name, choice.merged) or None,
        "survives": "same" if choice.kept == choice.merged else survives,
    }


def _document(data: dict[str, Any]) -> Document:
    pairs = [
        ("kept", f"person {data['kept']}"),
        ("merged", f"person {data['merged']}"),
        ("score", page.verdict(data)),
    ]
    against, warnings = (
        [page.sentence(each) for each in data[key]] for key in ("against", "warnings")
    )
    sections = [
        Section(pairs=pairs),
        Section(page.TWO_PEOPLE, lines=against, alert=True),
        Section("Before you merge", lines=warnings, alert=True),
        Section(table=Table(COLUMNS, data["fields"]), main=True),
    ]
    return Document(f"Merge of person {data['merged']} into person {data['kept']}", sections, data)


# ---------------------------------------------------------------- undoing it

SINCE_COLUMNS = ("record", "id", "recorded")


def undo(session: Session, person_id: int, format: Format | None, output: Path | None) -> None:
    """Undo a merge and show what was added to the other since. Raises NotFound, InvalidInput."""
    with session.work() as work:
        data = merges.unmerge(work, person_id)
        was, at = data["was_part_of"], data["merged_at"]
        data["without_worker"] = workers.unassigned_since(
            work.connection, (was, person_id), at[:10]
        )
        data["put_since"] = merges.added_since(work.connection, was, person_id, at)
    emit_document(_undone(data), format, output)


def _undone(data: dict[str, Any]) -> Document:
    person, was, rows = data["person"], data["was_part_of"], data["put_since"]
    pairs = [("merged", dates.minute(data["merged_at"]))]
    if data["workers_again"]:
        pairs.append(("working again", ", ".join(data["workers_again"])))
    shown = [{**row, "recorded": dates.minute(row["recorded"])} for row in rows]
    lines = [f"Move what belongs to person {person}: for a call, use ccu call edit."]
    without = [
        "Person {person} has no worker now; {worker} was until {until}:"
        " ccu worker assign --person {person}".format(
            **{**each, "until": dates.said(each["until"])}
        )
        for each in data["without_worker"]
    ]
    sections = [
        Section(pairs=pairs, lines=without),
        Section(
            f"Added to person {was} since the merge",
            table=Table(SINCE_COLUMNS, shown) if rows else None,
            lines=lines if rows else [],
            empty="nothing",
            main=True,
        ),
    ]
    return Document(f"Person {person} is no longer part of person {was}", sections, data)


# ---------------------------------------------------------------- what to know before it


def _relations(connection: sqlite3.Connection, kept_id: int, merged_id: int) -> list[str]:
    """Return warnings about relations that contradict the merge, with numbers only."""
    one = {kept_id, merged_id}
    said: dict[int, set[str]] = {}
    for each in relations.relations_of(connection, one):
        # A relation between the two would be to oneself, which no screen shows.
        if each.relation in relations.FAMILY and not {each.who, each.of} <= one:
            other, ours, _ = each.seen_by(each.who if each.who in one else each.of)
            said.setdefault(other, set()).add(ours or each.relation)
    words = {
        code: phrase.removesuffix(" of") for code, phrase in relations.phrases(connection).items()
    }
    found = [
        f"once merged, person {kept_id} would be"
        f" {' and '.join(sorted(words[code] for code in codes))} of person {other}"
        for other, codes in sorted(said.items())
        if len(codes - {"other_family"}) > 1  # which parents and cousins are too
    ]
    if not found and relations.ancestors(connection, one, but_among=one) & one:
        found.append(f"once merged, person {kept_id} would be their own ancestor")
    return found
