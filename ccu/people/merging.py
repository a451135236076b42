"""Merging two people: what each field will be, asked where both have a value, shown, then done."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.identity import LIKELY
from ccu.options import terminal
from ccu.output import Document, Format, Section, Table, emit_document, emit_line, say
from ccu.output.text import safe
from ccu.people import (
    comparing,
    match_scores,
    merge_since,
    merge_warnings,
)
from ccu.people import (
    merge_assignments as merge_turns,
)
from ccu.people import (
    merge_store as merges,
)
from ccu.people.merge_store import WORKER, Choice
from ccu.people.values import FIELDS
from ccu.records import audit
from ccu.session import Session

COLUMNS = ("field", "kept", "merged", "survives")
PREFER = ("kept", "merged", "newest")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What was said on the command line: which record stays, and whose values."""

    kept: int
    merged: int
    prefer: str | None = None
    take: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.prefer not in (None, *PREFER):
            raise InvalidInput(f"--prefer is one of {', '.join(PREFER)}")
        if any(name not in (*FIELDS, WORKER) for name in self.take):
            raise InvalidInput(f"--take is one of {', '.join((*FIELDS, WORKER))}")


def run(
    session: Session,
    wish: Wish,
    *,
    dry_run: bool,
    asking: bool,
    format: Format | None,
    output: Path | None,
) -> None:
    """Merge, or show what a merge would be. Raises NotFound, InvalidInput."""
    staff_id = session.staff_id
    shows = asking or dry_run or format is not None or output is not None
    choices, data = _look(session, wish, shows)
    if not asking:  # what is refused is refused in one line, without the warnings
        taken = _taken(wish, choices, asking)
    for each in (*data["against"], *data["warnings"]):
        say(f"Warning: {each}.")
    if asking:
        say(f"Person {wish.kept} and person {wish.merged}: {comparing.verdict(data)}.")
        taken = _taken(wish, choices, asking)
    data["fields"] = [_field(each, taken) for each in choices if any((*each.kept, *each.merged))]
    page = _document(data)
    if dry_run:
        emit_document(page, format, output)
        return
    if asking:
        emit_document(page, format, output)
        if not _confirmed(f"Merge person {wish.merged} into person {wish.kept}? [y/N]: "):
            say("Nothing was merged.")
            return
    with session.writing() as connection:
        merges.check(connection, wish.kept, wish.merged)
        if merges.choices(connection, wish.kept, wish.merged) != choices:
            raise InvalidInput("one of them was changed meanwhile; nothing was merged, look again")
        at = dates.to_iso(session.now)
        merges.merge(connection, staff_id, wish.kept, wish.merged, taken, at=at)
    done = f"Merged person {wish.merged} into person {wish.kept}."
    if format is None and output is None:
        emit_line(f"{done} ccu person unmerge {wish.merged} undoes it.")
    elif asking:
        say(done)
    else:
        data["done"] = True
        emit_document(page, format, output)


def _look(session: Session, wish: Wish, shows: bool) -> tuple[list[Choice], dict[str, Any]]:
    """What there is to choose, and how alike they are; recorded as a read where it is shown."""
    with session.writing() as connection:
        merges.check(connection, wish.kept, wish.merged)
        choices = merges.choices(connection, wish.kept, wish.merged)
        found = match_scores.of_two(connection, wish.kept, wish.merged)
        data = {
            "kept": wish.kept,
            "merged": wish.merged,
            "done": False,
            "score": found.likeness.score,
            "likely_from": LIKELY,
            "likely": found.likeness.score >= LIKELY,
            "against": comparing.against(connection, found),
            "warnings": merge_warnings.of(connection, wish.kept, wish.merged),
        }
        if shows:
            for number in (wish.kept, wish.merged):
                audit.record(connection, session.staff_id, "person-merge-look", "person", number)
    return choices, data


def _taken(wish: Wish, choices: Sequence[Choice], asking: bool) -> list[str]:
    """The fields whose value the merged record gives. Raises InvalidInput for one not decided."""
    taken, undecided = [], []
    for each in choices:
        if each.name in wish.take:
            if not any(part not in (None, "") for part in each.merged):
                raise InvalidInput(f"--take {each.name}: person {wish.merged} has none")
            takes: bool | None = each.kept != each.merged
        elif not each.differs:
            takes = each.is_only_merged and each.name != WORKER
        elif each.name == WORKER and (wish.prefer or not asking):
            takes = False
        else:
            takes = _preferred(wish, each, asking)
        if takes is None:
            undecided.append(each.name)
        elif takes:
            taken.append(each.name)
    if undecided:
        raise InvalidInput(
            f"person {wish.kept} and person {wish.merged} differ in {', '.join(undecided)};"
            " --prefer kept, merged or newest decides, or --take FIELD"
        )
    return taken


def _preferred(wish: Wish, choice: Choice, asking: bool) -> bool | None:
    if wish.prefer:
        return wish.prefer == "merged" or (wish.prefer == "newest" and choice.newer)
    if not asking:
        return None
    kept, merged = (safe(text(choice.name, each)) for each in (choice.kept, choice.merged))
    question = (
        f"{label(choice.name).capitalize()}: {wish.kept} has {kept}; {wish.merged} has {merged}."
        f" Whose [{wish.kept}]"
    )

    def read(answer: str) -> bool:
        if answer not in ("", str(wish.kept), str(wish.merged)):
            raise InvalidInput(f"write {wish.kept} or {wish.merged}")
        return answer == str(wish.merged)

    return terminal.ask_until_valid(question, read)


def _confirmed(question: str) -> bool:
    return terminal.read_line(question).strip().lower() in ("y", "yes")


def label(name: str) -> str:
    """A field's name in words."""
    return name.replace("_", " ")


def text(name: str, value: tuple[Any, ...]) -> str:
    """A field's value in words; empty when nothing is known."""
    if all(part in (None, "") for part in value):
        return ""
    if name == "age":
        return f"about {value[0]} in {str(value[1])[:4]}"
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
        ("score", comparing.verdict(data)),
    ]
    against, warnings = (
        [comparing.sentence(each) for each in data[key]] for key in ("against", "warnings")
    )
    sections = [
        Section(pairs=pairs),
        Section("They may be two", lines=against, alert=True),
        Section("To know before it", lines=warnings, alert=True),
        Section(table=Table(COLUMNS, data["fields"]), main=True),
    ]
    return Document(f"Merge of person {data['merged']} into person {data['kept']}", sections, data)


# ---------------------------------------------------------------- undoing it

SINCE_COLUMNS = ("record", "id", "recorded")


def undo(session: Session, person_id: int, format: Format | None, output: Path | None) -> None:
    """Undo a merge and show what was put to the other since. Raises NotFound, InvalidInput."""
    staff_id = session.staff_id
    with session.writing() as connection:
        undone = merges.unmerge(connection, staff_id, person_id)
        since = merge_since.put_since(connection, undone.was, person_id, undone.merged_at)
        both, day = (undone.was, person_id), undone.merged_at[:10]
        without = merge_turns.none_now(connection, both, day)
    data = {
        "person": person_id,
        "was_part_of": undone.was,
        "merged_at": undone.merged_at,
        "workers_again": undone.workers,
        "without_worker": without,
        "put_since": since,
    }
    emit_document(_undone(data), format, output)


def _undone(data: dict[str, Any]) -> Document:
    person, was, rows = data["person"], data["was_part_of"], data["put_since"]
    pairs = [("merged", data["merged_at"][:16].replace("T", " "))]
    if data["workers_again"]:
        pairs.append(("working again", ", ".join(data["workers_again"])))
    shown = [{**row, "recorded": row["recorded"][:16].replace("T", " ")} for row in rows]
    lines = [f"What is person {person}'s has to be moved: of a call by ccu call amend."]
    without = [
        "Nobody works with person {person} now; {worker} did until {until}:"
        " ccu worker assign --person {person}".format(**each)
        for each in data["without_worker"]
    ]
    sections = [
        Section(pairs=pairs, lines=without),
        Section(
            f"Put to person {was} since",
            table=Table(SINCE_COLUMNS, shown) if rows else None,
            lines=lines if rows else [],
            empty="nothing",
            main=True,
        ),
    ]
    return Document(f"Person {person} is no longer part of person {was}", sections, data)
