"""The card on one screen, never taller than the terminal: what matters at a door.

If there is no room, old calls are left out first, then what is less urgent, and warnings never.
They are shortened and, if that is not enough, the oldest are only counted. The last line names what
was left out; --all shows it. Bold never carries meaning of its own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ccu import dates
from ccu.card import page
from ccu.dates import near_day
from ccu.output.text import counted, one_line, shortened, width
from ccu.people.open_work_store import agency, listed_items
from ccu.places.store import OTHER_UNIT
from ccu.records import person_ids

LABEL = 8  # columns
WIDE = 100  # columns; a wider screen shows a call's place and disposition
LEAST_CELL = 8  # columns that a call's nature and answer keep before its place is cut
SPARE = 5  # rows of the terminal left free for the prompt and a little space above the card
LEAST_ROOM = 10  # lines of the card on a low terminal, where only the prompt's row stays free
LEAST_WARNING = 30  # columns; a warning is not shortened to fewer, which would leave too few words
GAP = "    "


@dataclass(eq=False, repr=False)
class Part:
    """A labeled part of the screen, folded into lines; the first `least` are always shown.

    The part with the highest `rank` loses lines first, from the bottom.
    """

    label: str
    lines: list[str]
    rank: int
    least: int = 1
    short: list[str] | None = None  # a line each, where there is no room for all of its lines

    def __post_init__(self) -> None:
        self.least = min(self.least, len(self.lines))
        self.all, self.is_cut = len(self.lines), False

    def shorten(self) -> None:
        """Show a line each, if that takes fewer lines."""
        if self.short and len(self.short) < len(self.lines):
            self.lines, self.all, self.is_cut = self.short, len(self.short), True


def lines(
    today: date, first: str, data: Mapping[str, Any], columns: int, rows: int
) -> Iterator[tuple[str, bool]]:
    """Yield the lines of the screen, each with whether it is bold; `first` is above the card."""
    card = data.get("card", data)
    room = max(rows - SPARE, min(rows - 1, LEAST_ROOM))
    head = [line for text in (first, data.get("notice")) if text for line in _folded(text, columns)]
    head += _head(card, today, columns)
    parts = [part for part in _parts(card, data, today, columns) if part.lines]
    needed = len(head) + sum(part.least for part in parts)
    warned, is_cut = _warnings(card, today, columns, max(room - needed - 1, 1))
    left = room - len(head) - len(warned)
    if sum(len(part.lines) for part in parts) + is_cut > left:
        for part in parts:
            part.shorten()
        _give_up(parts, left - 1)
    yield from ((line, True) for line in head)
    yield from ((line, True) for line in warned)
    for part in parts:
        for number, line in enumerate(part.lines):
            yield f"{'' if number else part.label:{LABEL}}{line}", False
    if more := _left_out(parts, card, is_cut):
        text = f"{'MORE':{LABEL}}{more}"
        yield text if len(text) <= columns else "MORE: --all", False


def _give_up(parts: Sequence[Part], room: int) -> None:
    """Remove lines from the parts until they fit, by rank: calls first."""
    by_rank = sorted(parts, key=lambda each: -each.rank)
    for part, least in [(each, each.least) for each in by_rank] + [(each, 0) for each in by_rank]:
        over = sum(len(each.lines) for each in parts) - room
        if over <= 0:
            return
        del part.lines[max(least, len(part.lines) - over) :]


def _left_out(parts: Sequence[Part], card: Mapping[str, Any], is_cut: bool) -> str:
    """Return `5 calls; rest of OPEN: --all`, or nothing if everything is shown.

    `is_cut`: warnings are shown, and not in full.
    """
    shown = sum(len(part.lines) for part in parts if part.label == "CALLS")
    older = len(card["calls"]) - shown
    said = ["rest of warnings"] if is_cut else []
    said += [counted(older, "call")] if older else []
    cut = [
        part.label
        for part in parts
        if (len(part.lines) < part.all or part.is_cut) and part.label != "CALLS"
    ]
    said += [f"rest of {', '.join(cut)}"] if cut else []
    return f"{'; '.join(said)}: --all" if said else ""


# ---------------------------------------------------------------- head and warnings


def _head(card: Mapping[str, Any], today: date, columns: int) -> list[str]:
    """Return the address or person with the number of calls and the day of the last one."""
    title = page.title(card) if "match" in card else f"PERSON {card['person']['id']}"
    head = [one_line(title)]
    if card["calls"]:
        beside = f"{_often(card['counts'])}, last {_when(card['calls'][0]['occurred'], today)}"
        free = columns - width(head[0]) - len(beside)
        head = [head[0] + " " * free + beside] if free > 1 else [head[0], beside]
    certainty = card.get("match", {}).get("certainty", "exact")
    if certainty != "none" and not certainty.startswith(("exact", "the place")):
        head.append(one_line(certainty[:1].upper() + certainty[1:]))
    if page.no_record(card):
        head.append(page.NO_RECORD)
    return [line for text in head for line in _folded(text, columns)]


def _often(counts: Mapping[str, Any]) -> str:
    spans = [(span, f"in {span} days") for span in ("30", "90", "365")] + [("ever", "ever")]
    count, span = next((counts["all"][key], text) for key, text in spans if counts["all"][key])
    return f"{counted(count, 'call')} {span}"


def _when(occurred: str, today: date) -> str:
    on, time = occurred.split(" ")
    near = {today.isoformat(): "TODAY", (today - timedelta(days=1)).isoformat(): "YESTERDAY"}
    return f"{near.get(on) or near_day(on, today)} {time}"


def _warnings(
    card: Mapping[str, Any], today: date, columns: int, room: int
) -> tuple[list[str], bool]:
    """Return the warnings in at most `room` lines: in full, else shortened, else counted.

    Also return whether any of those shown is shortened.
    """
    if not card["warnings"]:
        text = page.no_warnings(card, "see ALSO")
        return _folded(text, columns) if text else [], False
    texts = [_warning(item, today) for item in _together(card["warnings"])]
    half = (columns - len(GAP)) // 2
    for most in (max(map(width, texts)), columns, half if half >= LEAST_WARNING else columns):
        short = [shortened(text, most) for text in texts]
        packed = _packed(short, columns)
        if len(packed) <= room:
            return packed, short != texts
    kept = 0
    while len(_packed(short[: kept + 1], columns)) < room:
        kept += 1
    more = f"! {len(texts) - kept} MORE"
    whole = f"{more} {'WARNING' if len(texts) - kept == 1 else 'WARNINGS'}: --all"
    shown = [*_packed(short[:kept], columns), whole if len(whole) <= columns else more]
    return shown, short[:kept] != texts[:kept]


def _together(found: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the warnings, those of one call joined: VIOLENCE, INJURY."""
    of_call: dict[tuple[object, ...], dict[str, Any]] = {}
    for item in found:
        key: tuple[object, ...] = (item["source"], item.get("day"), item.get("at"))
        if item["type"] in ("flag", "safety_concern"):
            key = (*key, item["text"])
        if key in of_call:
            of_call[key]["text"] += f", {page.short_text(item)}"
        else:
            of_call[key] = {**item, "text": page.short_text(item)}
    yield from of_call.values()


def _warning(item: Mapping[str, Any], today: date) -> str:
    """Return `! VIOLENCE, INJURY Tue Nov 24`, `! Loose step (officer, not verified)`."""
    where = f"{item['at']}: " if "at" in item else ""
    if item["type"] == "flag":
        checked = "" if item["verified"] else ", not verified"
        return f"! {where}{one_line(item['text'])} ({one_line(item['source'])}{checked})"
    source = f" ({one_line(item['source'])})" if item["type"] == "safety_concern" else ""
    return f"! {where}{one_line(item['text'])} {near_day(item['day'], today)}{source}"


# ---------------------------------------------------------------- the parts below


def _parts(
    card: Mapping[str, Any], data: Mapping[str, Any], today: date, columns: int
) -> Iterator[Part]:
    room = columns - LABEL

    def part(label: str, items: Iterable[str], rank: int, least: int = 1) -> Part:
        texts = [one_line(item) for item in items]
        return Part(label, _packed(texts, room), rank, least)

    plans = card["plans"]
    working = [text for each in card["workers"] for text in _worker(each, today)]
    yield part("WHO", _who(card), rank=3)
    if card["place"] if "match" in card else True:
        working = working or ["No worker assigned"]
    named = [each for each in _of_plans(plans, "contacts") if not _is_among(each, working)]
    yield part("CALL", [*working, *named], rank=0)
    yield part("DO", [*_of_plans(plans, "steps"), *_of_plans(plans, "helps")], rank=1)
    yield part("AVOID", _of_plans(plans, "avoid"), rank=2)
    yield part("TRIGGER", _of_plans(plans, "triggers"), rank=4, least=0)
    yield part("SIGNS", _of_plans(plans, "early_signs"), rank=7, least=0)
    yield part("OPEN", [_open(each, today) for each in listed_items(card["open"])], 5, least=0)
    if card["counts"]:
        what = "address" if "match" in card else "person"
        yield part("COUNT", page.repeat_lines(card["counts"], what), rank=8, least=0)
    yield Part("CALLS", list(_calls(card["calls"], today, room)), rank=9, least=0)
    near = page.warned_near(card)
    also = [one_line(text) for text in _also(card)]
    short = _packed([shortened(text, room) for text in also], room)
    yield Part("ALSO", _packed(also, room), 6 if near else 10, int(near), short)
    if notes := data.get("care_notes"):
        said = counted(len(notes), "care note")
        yield part("NOTES", [f"{said}, the last of {near_day(notes[0]['day'], today)}: --all"], 6)


def _who(card: Mapping[str, Any]) -> list[str]:
    if "person" in card:
        born = card["person"]["birth_date"]
        return [person_ids.name(card["person"]) + (f", born {dates.said(born)}" if born else "")]
    child = [page.CHILD] if card["children"] else []
    return [page.who_line(each) for each in card["people"]] + child


def _worker(each: Mapping[str, Any], today: date) -> list[str]:
    if each["name"] is None:
        return [f"{each['agency']} is handling this"]
    reach = f"{each['name']}, {agency(each)}  {each['phone'] or 'no phone recorded'}"
    if not each["next_contact"]:
        return [reach]
    was_due = "was due " if each["overdue"] else ""
    return [reach, f"next contact {was_due}{near_day(each['next_contact'], today)}"]


def _is_among(contact: str, working: list[str]) -> bool:
    """Return whether a plan's contact, `phone, name, who`, is a worker by name and phone."""
    phone, name, *_ = contact.split(", ")
    digits = re.sub(r"\D", "", phone)
    return any(one_line(name) in one and digits in re.sub(r"\D", "", one) for one in working)


def _of_plans(plans: Sequence[Mapping[str, Any]], field: str) -> list[str]:
    if not plans:
        return []
    from ccu.card.plans import items

    return [text for plan in plans for text in items(plan["body"], field)]


def _open(each: Mapping[str, Any], today: date) -> str:
    if each["id"] is None:
        return f"{each['owner']} is handling this"
    due = f", due {near_day(each['due'], today)}" if each["due"] else ""
    late = " (overdue)" if each["overdue"] else ""
    return f"{each['record']} {each['id']}, {each['what'].lower()}, {each['owner']}{due}{late}"


def _calls(calls: Sequence[Mapping[str, Any]], today: date, room: int) -> Iterator[str]:
    """Yield a line per call, in columns that share the width; the place is cut last.

    The card of a person has the place, and the disposition only if there is room.
    """
    shown = ["place", "nature", "outcome", "answer"]
    if calls and "place" in calls[0] and room < WIDE:
        shown.remove("outcome")
    rows = [
        [f"{near_day(each['occurred'], today)} {each['occurred'][11:]}"]
        + [one_line(str(each[key])) for key in shown if key in each]
        for each in calls
    ]
    widest = [max(map(width, column), default=0) for column in zip(*rows, strict=True)]
    first = 2 if calls and "place" in calls[0] else 1  # the first column to be cut
    while widest and sum(widest) + 2 * len(widest) - 2 > room:
        rest = range(first, len(widest))
        index = max(rest, key=lambda place: widest[place])
        if first > 1 and widest[index] <= LEAST_CELL:
            index = 1  # the place
        widest[index] -= 1
        if widest[index] < 4:
            break
    for row in rows:
        cells = [shortened(cell, wide) for cell, wide in zip(row, widest, strict=True)]
        padded = [
            cell + " " * (wide - width(cell)) for cell, wide in zip(cells, widest, strict=True)
        ]
        yield "  ".join(padded).rstrip(" ")


def _also(card: Mapping[str, Any]) -> list[str]:
    """Return the warnings of other units and similar addresses, then those without a warning."""
    if "match" not in card:
        return [f"{each['place']} ({each['calls']})" for each in card["places"]]
    near = [each for each in card["near"] if each["why"] not in OTHER_UNIT]  # those are units
    near.sort(key=lambda each: not each["warnings"])
    similar = []
    for each in near:
        where = each["why"] if page.is_on_street(each["why"]) else "similar"
        similar.append(page.with_calls(f"{where}: {each['address']}", each))
    units = page.unit_lines(card["building"])
    return similar + units if any(each["warnings"] for each in near) else units + similar


# ---------------------------------------------------------------- folding


def _packed(texts: Sequence[str], columns: int) -> list[str]:
    """Return the texts in order in as few lines as possible; a longer one is folded."""
    packed: list[str] = []
    for text in texts:
        if packed and width(packed[-1]) + len(GAP) + width(text) <= columns:
            packed[-1] += GAP + text
        else:
            packed += _folded(text, columns)
    return packed


def _folded(text: str, columns: int) -> list[str]:
    """Fold a text between words; a word that is longer than a line is cut into pieces."""
    if width(text) <= columns:
        return [text]
    folded = [""]
    words = text.split(" ")
    if words[0] == "!":  # keeps the mark with the first word of the warning
        words[:2] = [" ".join(words[:2])]
    for word in words:
        rest = word
        while rest:
            gap = " " if folded[-1] else ""
            if width(folded[-1] + gap + rest) <= columns:
                folded[-1] += gap + rest
                rest = ""
            elif folded[-1]:
                folded.append("")
            else:
                count = next(
                    n for n in range(len(rest), 0, -1) if width(rest[:n]) <= columns or n == 1
                )
                folded[-1], rest = rest[:count], rest[count:]
                folded.append("")
    return [line for line in folded if line]
