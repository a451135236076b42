"""What the cards of places and people have in common, as data and as a page.

The page is complete in every format but one: a terminal gets one screen (card/screen.py), unless
--all is given. The notice required with 42 CFR Part 2 information is a line at the top, the key
`notice` in JSON, and a column in CSV (output/formats.py takes it from the data).
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.output import Document, Format, Section, Table, emit_document, meant
from ccu.output.text import counted
from ccu.people import open_work_store as open_work
from ccu.people.open_work_store import AsOf
from ccu.places.store import ANOTHER_TOWN
from ccu.records.visibility import View
from ccu.session import Session

CALL_COLUMNS = ("id", "occurred", "care", "nature", "outcome", "answer")
COUNT_COLUMNS = ("calls", "30 days", "90 days", "365 days", "ever")
NEAR_COLUMNS = ("address", "calls", "why", "warnings")


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
    spans = [str(days) for days in open_work.WINDOWS] + ["ever"]
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
    """Return the visible plans as card/plans.py does; it is imported only if there are any."""
    hidden = view.plans(row["id"] for row in found) if found else {}
    found = [row for row in found if row["id"] not in hidden]
    if not found:
        return []
    from ccu.card.plans import shown

    return shown(found, today)


def with_concerns(
    warnings: list[dict[str, Any]], plans: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the warnings with the safety concerns of visible plans, the newest first."""
    if not plans:
        return warnings
    from ccu.card.plans import concerns

    return sorted([*warnings, *concerns(plans)], key=warned_on, reverse=True)


def warned_on(item: Mapping[str, Any]) -> str:
    """Return the day of a warning: when it happened, or when a flag was written or verified."""
    return str(item.get("day") or item["written"])


def calls_data(
    connection: sqlite3.Connection,
    found: Sequence[sqlite3.Row],
    as_of: AsOf,
    narratives: bool,
    view: View,
    people: list[int] | None = None,
) -> list[dict[str, Any]]:
    """Return id, occurred, care, nature, outcome, hazards_recorded, answer, perhaps narrative.

    answer is the result of the call's referrals and follow-ups, empty if it has none; on the card
    of a person, only theirs. Other columns of the rows are kept.
    """
    from ccu.calls import answer_store  # here: a place that is not on file has no calls

    answers = answer_store.of_calls(connection, [row["id"] for row in found], as_of, view, people)
    return [
        {
            **{key: row[key] for key in row.keys() if key != "narrative"},  # noqa: SIM118
            "care": bool(row["care"]),
            "hazards_recorded": bool(row["hazards_recorded"]),
            "answer": answers.get(row["id"], ""),
            **({"narrative": row["narrative"]} if narratives else {}),
        }
        for row in found
    ]


# ---------------------------------------------------------------- as a page


def document(card: dict[str, Any]) -> Document:
    """Return the card of a place, in the order of need at the door."""
    place = card["place"] is not None
    sections = [
        Section(pairs=[("matched", card["match"]["certainty"])]),
        Section(lines=[NO_RECORD] if no_record(card) else []),
        warning_section(card),
        Section(pairs=people_and_work(card) if place or card["workers"] or card["open"] else []),
        *plan_sections(card["plans"]),
    ]
    if place:
        sections += [
            count_section(card["counts"], "address"),
            calls_section(card["calls"]),
            *narratives(card["calls"]),
        ]
    elif not (card["warnings"] or card["building"]["units"] or card["near"]):
        certainty = card["match"]["certainty"]
        said = [] if certainty == "none" else [f"{certainty[:1].upper()}{certainty[1:]}"]
        sections = [Section(lines=[*said, NO_RECORD], main=True)]
    sections.append(Section("Same building", lines=unit_lines(card["building"])))
    if card["near"]:
        rows = [{**each, "warnings": in_short(each["warnings"])} for each in card["near"]]
        near = Table(NEAR_COLUMNS, rows)
        sections.append(Section("Similar addresses on file", table=near, main=not place))
    return Document(title(card), sections, card)


PAPER_ROWS = 12  # of each table of a card on paper


def on_paper(document: Document, session: Session, every: bool) -> Document:
    """Return the card for paper: when it was made, and without `every` the first rows of tables."""
    made = f"As of {dates.say_moment(session.now, session.now)}; ccu has what is newer."
    sections = []
    for section in document.sections:
        rows = list(section.table.rows) if section.table else []
        if section.table and len(rows) > PAPER_ROWS and not every:
            more = f"{len(rows) - PAPER_ROWS} more; --all prints every one"
            short = replace(section.table, rows=rows[:PAPER_ROWS])
            section = replace(section, table=short, lines=[*section.lines, more])
        sections.append(section)
    return replace(document, sections=sections, foot=made)


def title(card: Mapping[str, Any]) -> str:
    """Return the address; first, whether it is in another town or nothing is on file."""
    elsewhere = card["match"]["certainty"].startswith(ANOTHER_TOWN)
    town = f"{ANOTHER_TOWN.upper()}: " if elsewhere else ""
    none = "" if card["place"] else f"{'no' if town else 'No'} calls recorded at "
    return f"{town}{none}{card['match']['text']}"


def headline(card: dict[str, Any]) -> str:
    """Return the first line after a call is logged: "4th care call here in 90 days."."""
    repeat = card["counts"]["repeat"]
    count, days = repeat["care_calls"], repeat["days"]
    if not count:
        return f"No care call here in {days} days."
    eleventh = count % 100 in (11, 12, 13)
    ending = "th" if eleventh else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending} care call here in {days} days."


def warning_section(card: Mapping[str, Any]) -> Section:
    """Return the warnings, one a line."""
    lines = [warning(item) for item in card["warnings"]]
    empty = no_warnings(card, "see other units and similar addresses below")
    return Section("Warnings", lines=lines, alert=bool(lines), empty=empty)


NO_WARNINGS = "No active warnings"
NO_RECORD = "An address without a record is not a safe address."


def no_warnings(card: Mapping[str, Any], see: str) -> str:
    """Return what an empty list of warnings means; empty where NO_RECORD is shown."""
    if warned_near(card):
        return f"No active warnings at this exact address: {see}"
    return "" if no_record(card) else f"{NO_WARNINGS}{_not_recorded(card['calls'])}"


def _not_recorded(calls: Sequence[Mapping[str, Any]]) -> str:
    """Return a note of how many calls do not record whether there were hazards, or ""."""
    without = sum(not call["hazards_recorded"] for call in calls)
    if not without:
        return ""
    some = f" for {without} of {len(calls)} calls" if without < len(calls) else ""
    return f"; hazards not recorded{some}"


def no_record(card: Mapping[str, Any]) -> bool:
    """Return whether neither a call nor a warning is on file at exactly this address."""
    return "match" in card and not card["calls"] and not (card["place"] and card["warnings"])


def warned_near(card: Mapping[str, Any]) -> bool:
    """Return whether there is a warning for another unit of the building or a similar address."""
    near = [*card.get("near", ()), *card.get("building", {}).get("by_unit", ())]
    return any(each["warnings"] for each in near)


def is_on_street(why: str) -> bool:
    """Return whether a near address is listed only for its street (places/near_store.py)."""
    return why.startswith("on ")


def warning(item: Mapping[str, Any]) -> str:
    """Return `Weapon: Jun 1, 2025, call 3`, or the text of a flag with its source and expiry."""
    where = f"{item['at']}: " if "at" in item else ""
    if "day" in item:
        return f"{where}{item['text']}: {dates.said(item['day'])}, {item['source']}"
    checked, until = "" if item["verified"] else "not verified yet; ", dates.said(item["until"])
    return f"{where}{item['text']} (from {item['source']}; {checked}until {until})"


def in_short(warnings: Sequence[Mapping[str, Any]]) -> str:
    """Return the warnings of another address, each once: `WEAPON, Loose step`.

    Notes come last, because they are cut if the screen has only one line.
    """
    codes_first = sorted(warnings, key=lambda item: item["type"] in ("flag", "safety_concern"))
    return ", ".join(dict.fromkeys(short_text(item) for item in codes_first))


def short_text(item: Mapping[str, Any]) -> str:
    """Return the text of a warning: incidents in capitals, flags and concerns as written."""
    if item["type"] == "emergency_exam":
        return "EMERGENCY EXAM"
    text = str(item["text"])
    return text.upper() if item["type"] in ("suicide", "hazard") else text


def people_and_work(card: Mapping[str, Any], of_person: bool = False) -> list[tuple[str, str]]:
    """Return the lines of who is here, `working here` (for a person `working with`), open items."""
    items = open_work.listed_items(card["open"])
    working = [open_work.worker_line(each) for each in card["workers"]]
    pairs = [
        ("working with" if of_person else "working here", "\n".join(working) or "None assigned"),
        ("open items", "\n".join(map(item_line, items)) or "none"),
    ]
    who = [who_line(each) for each in card.get("people", ())]
    if card.get("children"):
        who.append(CHILD)
    return [("people", "\n".join(who)), *pairs] if who else pairs


CHILD = "child at this address"


def who_line(each: Mapping[str, Any]) -> str:
    """Return `T. Sample, 38 M, subject of 3 calls`, without what is not known."""
    age = "" if each["age"] is None else f"{'about ' if each['age_estimated'] else ''}{each['age']}"
    sex = (each["sex"] or "").upper()[:1]
    name = each["name"] or f"Person {each['person']}"
    return ", ".join(
        filter(None, (name, f"{age} {sex}".strip(), f"subject of {counted(each['calls'], 'call')}"))
    )


def item_line(each: Mapping[str, Any]) -> str:
    """Return `referral 3, requested: next Feb 1, 2026 10:00, dlee`, or less if hidden."""
    if each["id"] is None:
        return f"{each['owner']} is handling this"
    due = "nothing due"
    if each["due"]:
        word = "next" if each["record"] == "referral" else "due"
        due = f"{word} {dates.said(each['due'][:10])} {each['due'][11:]}"
    late = " (overdue)" if each["overdue"] else ""
    return f"{each['record']} {each['id']}, {each['what'].lower()}: {due}{late}, {each['owner']}"


def count_section(counts: dict[str, Any], what: str) -> Section:
    """Return the counts by span of days, and a line if it is a repeat address or person."""
    rows = [("care calls", *counts["care"].values()), ("all calls", *counts["all"].values())]
    return Section(table=Table(COUNT_COLUMNS, rows), lines=repeat_lines(counts, what))


def repeat_lines(counts: dict[str, Any], what: str) -> list[str]:
    """Return a line if it is a repeat: by the count, unless it is exempt or overridden."""
    repeat, override = counts["repeat"], counts["repeat"]["override"]
    if repeat["exempt"] is not None:
        return [f"Not counted as a repeat {what}: {repeat['exempt']}."]
    about = " about them" if what == "person" else ""
    count = f"{counted(repeat['care_calls'], 'care call')}{about} in {repeat['days']} days"
    threshold = f"the town's threshold is {repeat['threshold']}"
    threshold += "; the review is due" if repeat["review_due"] else ""
    if override and override["listed"]:
        until = f"until review {dates.said(override['review_on'])}"
        return [f"Marked frequent by override {until} ({count}; {threshold})."]
    if repeat["care_calls"] < repeat["threshold"]:
        return []
    if override:
        see = "Not listed as frequent by override, see ccu frequent review"
        return [f"{see} ({count}; {threshold})."]
    return [f"Repeat {what}: {count} ({threshold})."]


def calls_section(calls: Sequence[dict[str, Any]], *more: str) -> Section:
    """Return the calls, newest first; `more` are columns before the outcome."""
    columns = (*CALL_COLUMNS[:4], *more, *CALL_COLUMNS[4:])
    table = Table(columns, calls, spare=("care", "outcome"))
    return Section("Calls", table=table, empty="no calls recorded", main=True)


def plan_sections(plans: Sequence[dict[str, Any]], of_person: bool = False) -> list[Section]:
    """Return the plans; their module is loaded only if there are any."""
    if not plans:
        return []
    from ccu.card.plans import section

    return [section(plan, of_person) for plan in plans]


def narratives(calls: Sequence[dict[str, Any]]) -> list[Section]:
    """Return the narrative of each call, if --full asked for it."""
    return [
        Section(f"Narrative of call {call['id']}", lines=[call["narrative"]])
        for call in calls
        if call.get("narrative")
    ]


def unit_lines(building: Mapping[str, Any]) -> list[str]:
    """Return `2 other units with 3 calls (1 care)`, then each unit, those with warnings first.

    A single unit is on one line. Calls at the building without a unit count for the building.
    """
    rows = sorted(building["by_unit"], key=lambda row: not row["warnings"])
    units = [row for row in rows if row["unit"]]
    if not rows:
        return []
    count = counted(len(units), "other unit")
    care = f"{building['care']} care"
    if len(rows) <= 1:
        what = f"{count}: " if units else "the building, no unit given"
        return [with_calls(what + row["unit"], row, care) for row in rows]
    also = "" if len(units) == len(rows) else " and the building"
    return [
        f"{count}{also} with {counted(building['calls'], 'call')} ({care})",
        *(with_calls(row["unit"] or "the building", row) for row in rows),
    ]


def with_calls(what: str, row: Mapping[str, Any], care: str = "") -> str:
    """Return `27 IMPERIAL (1 call, WEAPON)` of another address or unit."""
    calls = counted(row["calls"], "call")
    return f"{what} ({', '.join(filter(None, (calls, care, in_short(row['warnings']))))})"


# ---------------------------------------------------------------- printing the card


def emit(
    session: Session,
    card: Document,
    people: Callable[[], list[int]],
    every: bool,
    format: Format | None,
    output: Path | None,
) -> None:
    """Print a card, with a Part 2 notice if it needs one, and these people's care notes below it.

    Roles without the right to care notes, such as officers, do not import the care file's code.
    """
    data = session.view.with_notice(card)
    if meant(format, output) in ("html", "pdf"):
        data = on_paper(data, session, every)
    if session.may("care note list"):
        from ccu import care

        data = care.below(session, data, people, every)
    emit_document(data, format, output)
