"""The card of a household as a page: who belongs to it, who helps, what is open, what lacks."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from ccu.card import page as card_page
from ccu.households import relations
from ccu.output import Document, Section, Table
from ccu.records import codes

MEMBER_COLUMNS = ("person", "name", "age", "minor", "90 days", "365 days", "relation")
OPEN_COLUMNS = ("item", "for", "what", "due", "owner")
LACK_COLUMNS = ("name", "as of", "lacks")
ELSEWHERE_COLUMNS = ("person", "name", "relation")
LEFT_COLUMNS = ("person", "name", "until", "relation")


def document(connection: sqlite3.Connection, card: dict[str, Any]) -> Document:
    """The card as a page; `card` is its documented JSON shape."""
    everyone = [each for part in ("members", "elsewhere", "left") for each in card[part]]
    names = {each["person"]: each["name"] for each in everyone}
    phrases = relations.phrases(connection)
    members = {each["person"] for each in card["members"]}
    # To members only, on this page: the card of their own household has what else they are.
    related = {
        each["person"]: "; ".join(
            _relation(one, names, phrases) for one in each["relations"] if one["person"] in members
        )
        for each in everyone
    }
    elsewhere = [(*_who(each), related[each["person"]]) for each in card["elsewhere"]]
    left = [(*_who(each), each["until"], related[each["person"]]) for each in card["left"]]
    return Document(
        f"Household {card['household']}" + (f": {card['name']}" if card["name"] else ""),
        [
            Section(pairs=_pairs(card, names)),
            Section(
                "Members, with the care calls of each",
                table=Table(MEMBER_COLUMNS, _members(card, related)),
                empty="nobody belongs to it now",
                main=True,
            ),
            Section("Open items", table=Table(OPEN_COLUMNS, _open(card, names)), empty="none"),
            _lacks(connection, card),
            *_others("Family and others elsewhere", ELSEWHERE_COLUMNS, elsewhere),
            *_others("Left", LEFT_COLUMNS, left),
        ],
        card,
    )


def age(person: Mapping[str, Any]) -> str:
    """`34`, `about 40`, or nothing."""
    if person["age"] is None:
        return ""
    return f"{'about ' if person['age_estimated'] else ''}{person['age']}"


def _who(person: Mapping[str, Any]) -> tuple[int, str]:
    return person["person"], person["name"]


def _relation(one: Mapping[str, Any], names: Mapping[int, str], phrases: Mapping[str, str]) -> str:
    """`parent of Robin Sample`; where there is no word for that side, `has as guardian ...`."""
    other = names[one["person"]]
    if other in ("unknown", "not identified"):
        other = f"person {one['person']}"
    if one["is"]:
        return f"{phrases[one['is']]} {other}"
    return f"has as {phrases[one['has_as']].removesuffix(' of')} {other}"


def _pairs(card: Mapping[str, Any], names: Mapping[int, str]) -> list[tuple[str, str]]:
    calls = card["care_calls"]
    workers = [_worker(each, names) for each in card["workers"]]
    return [
        ("who is helping", "\n".join(workers) or "None assigned"),
        (
            "care calls",
            f"{calls['90']} in 90 days, {calls['365']} in 365 days (a call counts once, however"
            " many of them were there)",
        ),
    ]


def _worker(each: Mapping[str, Any], names: Mapping[int, str]) -> str:
    if each["name"] is None:
        return f"{each['agency']} is handling this"
    return (
        f"{each['agency']}: {each['name']}, {each['phone'] or 'no phone recorded'},"
        f" with {_whom(each, names)} since {each['since']}"
    )


def _whom(item: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """By name, but for what is the household's, or a call's and nobody's in particular."""
    if item["person"] is not None:
        return names.get(item["person"], f"person {item['person']}")
    if item.get("household") is None and item.get("call") is not None:
        return f"call {item['call']}"
    return "the household"


def _members(card: Mapping[str, Any], related: Mapping[int, str]) -> list[tuple[Any, ...]]:
    return [
        (
            *_who(each),
            age(each),
            each["minor"],
            each["care_calls"]["90"],
            each["care_calls"]["365"],
            related[each["person"]],
        )
        for each in card["members"]
    ]


def _due(each: Mapping[str, Any]) -> str:
    return (each["due"] or "nothing due") + (" (overdue)" if each["overdue"] else "")


def _open(card: Mapping[str, Any], names: Mapping[int, str]) -> list[tuple[Any, ...]]:
    return [
        (
            each["record"] if each["id"] is None else f"{each['record']} {each['id']}",
            "" if each["id"] is None else _whom(each, names),
            each["what"] + (f", {each['status']}" if each["status"] != "open" else ""),
            "" if each["id"] is None else _due(each),
            each["owner"],
        )
        for each in card_page.listed_items(card["open"])
    ]


def _lacks(connection: sqlite3.Connection, card: Mapping[str, Any]) -> Section:
    labels = codes.labels(connection, "need")
    rows, without = [], []
    for each in card["members"]:
        found = each["lacks"]
        if found is None:
            without.append(f"{each['name']} (person {each['person']})")
            continue
        said = [_need(one, labels) for one in found["needs"]]
        rows.append((each["name"], found["on"], "; ".join(said) or "nothing that was asked"))
    lines = [f"Not asked yet: {', '.join(without)}."] if without else []
    return Section(
        "What they lack, by the latest assessment of each",
        table=Table(LACK_COLUMNS, rows) if rows else None,
        lines=lines,
    )


def _need(one: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    said = labels[one["need"]]
    if one["referral"] is None:
        return said
    return f"{said} (referral {one['referral']}, {one['referral_status'].replace('_', ' ')})"


def _others(title: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> list[Section]:
    return [Section(title, table=Table(columns, rows))] if rows else []
