"""The card of a place or a person: what both have in common, as data and as a page.

Every format has the same facts in the same order. The last part is the notice required with
42 CFR Part 2 information: a line at the top, the key `notice` in JSON, and a column in CSV
(output/formats.py takes it from the data). Nothing is added without Part 2 information.
"""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from ccu.calls import call_answer
from ccu.output import Document, Section, Table
from ccu.people import screen_parts
from ccu.people.open_work import AsOf
from ccu.records.visibility import View
from ccu.session import Session

LAST_CALLS = 8  # the card of a usual place then fits a screen of 24 lines
MOST_WORKERS = 2
MOST_PLACES = 3
MOST_OPEN = 3  # lines of open items; all of them are in the JSON and with --all
CALL_COLUMNS = ("id", "occurred", "care", "nature", "outcome", "answer")
COUNT_COLUMNS = ("calls", "30 days", "90 days", "365 days", "ever")


# ---------------------------------------------------------------- as data


def counts_data(
    row: sqlite3.Row,
    session: Session,
    override: dict[str, Any] | None = None,
    exempt: str | None = None,
) -> dict[str, Any]:
    """Return care and all (each by span of days), repeat, first_call.

    repeat: care_calls, threshold, days; exempt: the reason, or None; override of the frequent lists
    (id, listed, since, review_on) or None, which overrules the count; review_due: whether the
    override is due for review.
    """
    keys = ("id", "listed", "since", "review_on")
    spans = [str(days) for days in screen_parts.WINDOWS] + ["ever"]
    return {
        "care": {span: row[f"care_{span}"] for span in spans},
        "all": {span: row[f"all_{span}"] for span in spans},
        "repeat": {
            "care_calls": row["care_repeat"],
            "threshold": session.settings.number("repeat_calls"),
            "days": session.settings.number("repeat_days"),
            "exempt": exempt,
            "override": {key: override[key] for key in keys} if override else None,
            "review_due": override is not None
            and override["review_on"] <= session.today.isoformat(),
        },
        "first_call": row["first_day"],
    }


def plans_data(found: Sequence[sqlite3.Row], today: date, view: View) -> list[dict[str, Any]]:
    """Return the visible plans as card/plans.py has them; it is loaded only if there are any."""
    hidden = view.plans(row["id"] for row in found) if found else {}
    found = [row for row in found if row["id"] not in hidden]
    if not found:
        return []
    from ccu.card.plans import shared

    return shared(found, today)


def calls_data(
    connection: sqlite3.Connection,
    found: Sequence[sqlite3.Row],
    as_of: AsOf,
    narratives: bool,
    view: View,
    people: Sequence[int] | None = None,
) -> list[dict[str, Any]]:
    """Return id, occurred, care, nature, outcome, answer; with `narratives` also narrative.

    answer is the result of the call's referrals and follow-ups, empty if it has none; on the card
    of a person, only theirs. Other columns of the rows are kept.
    """
    answers = call_answer.of_calls(connection, [row["id"] for row in found], as_of, view, people)
    return [
        {
            **{key: row[key] for key in row.keys() if key != "narrative"},  # noqa: SIM118
            "care": bool(row["care"]),
            "answer": answers.get(row["id"], ""),
            **({"narrative": row["narrative"]} if narratives else {}),
        }
        for row in found
    ]


# ---------------------------------------------------------------- as a page


def document(card: dict[str, Any], every: bool = False) -> Document:
    """Return the card, in the order of need at the door; with `every`, all of each list."""
    if card["place"] is None:
        return Document(f"No calls recorded at {card['match']['text']}", _elsewhere(card), card)
    counts = card["counts"]
    total = counts["all"]["ever"]
    standing = workers_and_items(card["workers"], card["open"], every)
    if not card["warnings"]:
        standing.insert(0, ("warnings", "No active warnings"))
    sections = [
        Section(pairs=[("matched", card["match"]["certainty"])]),
        Section("Warnings", lines=[_warning(item) for item in card["warnings"]], alert=True),
        Section(pairs=standing),
        *plan_sections(card["plans"]),
        count_section(counts, "address"),
        calls_section(card["calls"], total),
    ]
    sections += narratives(card["calls"])
    return Document(card["match"]["text"], [*sections, *_elsewhere(card)], card)


def headline(card: dict[str, Any]) -> str:
    """Return the first line after a call is logged: "4th care call here in 90 days."."""
    repeat = card["counts"]["repeat"]
    count, days = repeat["care_calls"], repeat["days"]
    if not count:
        return f"No care call here in {days} days."
    return f"{_ordinal(count)} care call here in {days} days."


def count_section(counts: dict[str, Any], what: str) -> Section:
    """Return the counts by span of days, and a line if it is a repeat address or person."""
    return Section(table=Table(COUNT_COLUMNS, _count_rows(counts)), lines=_repeat(counts, what))


def calls_section(calls: Sequence[dict[str, Any]], total: int, *more: str) -> Section:
    """Return the calls, newest first; `more` are columns before the outcome."""
    older = "all of them"
    if len(calls) < total:
        older = f"the last {len(calls)} of {total}; --all lists every one"
    columns = (*CALL_COLUMNS[:4], *more, *CALL_COLUMNS[4:])
    return Section(
        f"Calls ({older})" if total else "Calls",
        table=Table(columns, calls),
        empty="no calls recorded",
        main=True,
    )


def _count_rows(counts: dict[str, Any]) -> list[tuple[object, ...]]:
    return [
        ("care calls", *counts["care"].values()),
        ("all calls", *counts["all"].values()),
    ]


def _repeat(counts: dict[str, Any], what: str) -> list[str]:
    """Decide by the count, unless the place is exempt or an override exists."""
    repeat, override = counts["repeat"], counts["repeat"]["override"]
    if repeat["exempt"] is not None:
        return [f"Not counted as a repeat {what}: {repeat['exempt']}."]
    calls = "care call" if repeat["care_calls"] == 1 else "care calls"
    about = " about them" if what == "person" else ""
    count = f"{repeat['care_calls']} {calls}{about} in {repeat['days']} days"
    threshold = f"the town's threshold is {repeat['threshold']}"
    threshold += "; the review is due" if repeat["review_due"] else ""
    if override and override["listed"]:
        until = f"until review {override['review_on']}"
        return [f"Marked frequent by override {until} ({count}; {threshold})."]
    if repeat["care_calls"] < repeat["threshold"]:
        return []
    if override:
        see = "Not listed as frequent by override, see ccu frequent review"
        return [f"{see} ({count}; {threshold})."]
    return [f"Repeat {what}: {count} ({threshold})."]


def plan_sections(plans: Sequence[dict[str, Any]], of_person: bool = False) -> list[Section]:
    """Return the plans; their module is loaded only if there are any."""
    if not plans:
        return []
    from ccu.card import plans as lines

    return lines.sections(plans, of_person)


def _warning(item: dict[str, Any]) -> str:
    if "day" in item:
        return f"{item['text']}: {item['day']}, {item['source']}"
    checked = "" if item["verified"] else "not verified yet; "
    return f"{item['text']} (from {item['source']}; {checked}until {item['until']})"


def narratives(calls: Sequence[dict[str, Any]]) -> list[Section]:
    """Return the narrative of each call, if --full asked for it."""
    return [
        Section(f"Narrative of call {call['id']}", lines=[call["narrative"]])
        for call in calls
        if call.get("narrative")
    ]


def _elsewhere(card: dict[str, Any]) -> list[Section]:
    building = card["building"]
    lines = []
    if building["units"]:
        most = ", ".join(
            f"{row['unit'] or 'no unit'}: {row['calls']}" for row in building["by_unit"][:4]
        )
        more = ", ..." if building["units"] > 4 else ""
        units = "other unit" if building["units"] == 1 else "other units"
        calls = "call" if building["calls"] == 1 else "calls"
        lines.append(
            f"{building['units']} {units} with {building['calls']} {calls}"
            f" ({building['care']} care) [{most}{more}]"
        )
    near = Table(("address", "calls", "why"), card["near"])
    return [
        Section("Same building", lines=lines),
        *([Section("Did you mean", table=near)] if card["near"] else []),
    ]


def _ordinal(number: int) -> str:
    ending = (
        "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"


# ---------------------------------------------------------------- workers and open items


def workers_and_items(
    workers: Sequence[dict[str, Any]],
    items: Sequence[dict[str, Any]],
    every: bool = False,
    of_person: bool = False,
) -> list[tuple[str, str]]:
    """Return the lines `working here` (for a person `working with`) and `open items`."""
    who = [screen_parts.worker_line(each) for each in workers] or ["None assigned"]
    what = [_item_line(each) for each in screen_parts.listed_items(items)] or ["none"]
    return [
        (
            "working with" if of_person else "working here",
            "\n".join(_first(who, len(who) if every else MOST_WORKERS)),
        ),
        ("open items", "\n".join(_first(what, len(what) if every else MOST_OPEN))),
    ]


def _item_line(each: dict[str, Any]) -> str:
    """Return `referral 3, requested: next 2026-02-01 10:00, dlee`, or less if hidden."""
    if each["id"] is None:
        return f"{each['owner']} is handling this"
    word = "next" if each["record"] == "referral" else "due"
    due = f"{word} {each['due']}" if each["due"] else "nothing due"
    late = " (overdue)" if each["overdue"] else ""
    return f"{each['record']} {each['id']}, {each['what'].lower()}: {due}{late}, {each['owner']}"


def _first(lines: list[str], most: int) -> list[str]:
    if len(lines) <= most:
        return lines
    return [*lines[:most], f"and {len(lines) - most} more; --all lists every one"]


# ---------------------------------------------------------------- below and above the card


def with_care_notes(
    session: Session, document: Document, people: Callable[[], list[int]], every: bool
) -> Document:
    """Return the document, with the care notes of these people below it if the role may see them.

    For other roles, an officer at the door among them, nothing of the care file is loaded.
    """
    if not session.may("care note list"):
        return document
    from ccu.care import page as care_page

    return care_page.below(session, document, people, every)
