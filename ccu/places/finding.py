"""Find the place for a command. A safety note on the wrong house is worse than none.

A near address is offered but never taken automatically. A place without a call is added only with
--new, or after a confirmation at a terminal.
"""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import typer

from ccu import dates
from ccu.address import Address, normal
from ccu.address import read as read_address
from ccu.errors import InvalidInput, NotFound
from ccu.options import ADDRESS, flag, opt
from ccu.options.types import PLACE
from ccu.output import say
from ccu.output.text import counted, shortened
from ccu.places import filing_store
from ccu.places import store as places
from ccu.places.store import Match, Near
from ccu.session import Session
from ccu.work import Work

Warned = Mapping[str, str]  # address -> its warnings in short
MOST_IN_ERROR = 3
MOST_OFFERED = 9
MOST_COLUMNS = 230  # of one that is offered, with its warnings: three lines
ASK = "ask"  # Enter answers nothing
LONGEST_NAME = 6  # words in the name of a place
UNREADABLE = "the address cannot be read; write a number and street, such as 12 Main St"
NO_ADDRESS = "no house number or street in this; to look for a person: ccu person find"

_BIRTH = r"(?i)\b(?:born|d\.?o\.?b|years? old|y/o|yo)\b|\b\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b"
# After a street: `APTT 3`, `APTT3`. A number as long as a ZIP is not a unit.
_WORD_AND_ID = r"([A-Z]{3,})(?: |(?=[0-9]))([0-9]{1,4}[A-Z]?|[A-Z][0-9]{0,3})"
_UNIT_SORTS = ("#", "BLDG", "FL", "TRLR")  # with one letter wrong, LOT or KEY may be any word
_SHORT_WORD = 4  # letters; one may differ in a unit word up to this length, two in a longer one
_AN_ANSWER = r"(?i)\s*(?:[a-z]|yes|no)\s*"  # answers to another question
_SENTENCE = frozenset(
    "WHO WHOSE SHE HE HER HIS HIM THEY THEIR WAS IS WERE CALLED CALLS SAYS ABOUT BECAUSE".split()
)

AddressArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ADDRESS]", help="An address as you would say it.", show_default=False),
]
PlaceOption = Annotated[int | None, opt("--place", PLACE, "The place, by number.")]


@dataclass(eq=False, repr=False)
class PlaceOptions:
    """The options of a command that may add a place: an address, or a place's number."""

    address: AddressArgument = None
    place: PlaceOption = None
    new: Annotated[bool, flag("--new", "Add the place if it is not on file.")] = False


def exact(session: Session, address: str, place: int | None) -> int:
    """Return the number of the place. Raises NotFound, naming near ones, and InvalidInput."""
    found, _reading = _look(session, address, place)
    if isinstance(found, int):
        return found
    raise NotFound(_nothing_there(session, found, "name one of them exactly"))


def exact_or_new(session: Session, given: PlaceOptions, asking: bool) -> int | Address:
    """Return the number of the place, or the address to add a place for.

    At a terminal near places are offered and a new one must be confirmed; otherwise --new is
    needed. A building with only units on file needs no confirmation. Raises as `exact`.
    """
    found, reading = _look(session, " ".join(given.address or []), given.place)
    if isinstance(found, int):
        return found
    if given.new or found.certainty.startswith("the building"):
        return reading
    if not asking:
        raise NotFound(_nothing_there(session, found, "name one exactly, or give --new"))
    return _choose(session, found, reading)


def made(work: Work, found: int | Address) -> int:
    """Return the number of a place, adding it if it is new."""
    if isinstance(found, int):
        return found
    _address, place_id = filing_store.remember(work.connection, found, work.settings.town)
    if place_id is None:
        raise InvalidInput(UNREADABLE)
    return place_id


def _look(session: Session, address: str, place: int | None) -> tuple[int | Match, Address]:
    """Return the exact place's number, or the match instead, and the address as read."""
    if not address.strip() and place is None and session.may_choose:
        address = ADDRESS.ask(session, "Address", "the address")
    if bool(address.strip()) is (place is not None):
        raise InvalidInput("type either an address or --place N")
    if re.fullmatch("[0-9]+", address.strip()):  # an address is never just a number
        place = PLACE.read(session, address, "--place")
    if place is not None:
        places.place_line(session.db, place)
        return places.file_id(session.db, place), read_address("")
    reading = read_address(address.strip(), town=session.settings.names)
    if reading.kind == "none":
        raise InvalidInput(UNREADABLE)
    if unit := unit_meant(session, reading):
        raise InvalidInput(
            f"{behind_street(reading)} cannot be read as a unit; if you mean {unit.unit},"
            f" write the address as {unit.raw}"
        )
    match = places.find(session.db, reading, session.settings.town)
    if match.place is not None and _same_city(session, match, reading):
        return int(match.place["id"]), reading
    return match, reading


def _same_city(session: Session, match: Match, reading: Address) -> bool:
    """Return whether the place is in the city given, or in the town if none was given."""
    return match.city == (reading.city or places.own_city(session.settings.town))


def _near(session: Session, match: Match) -> list[str]:
    """Return the addresses to offer, each in a form that finds it exactly."""
    near = list(match.near[:MOST_OFFERED])
    if match.place is not None:
        near.insert(0, Near(int(match.place["id"]), match.text, 0, "another city"))
    texts = [each.text for each in near]
    if match.certainty.startswith("the building"):
        now = session.now.isoformat()[:19]
        units = places.building_units(session.db, match.building_key, match.city, None, now)
        texts = [places.place_line(session.db, unit["place"]) for unit in units[:MOST_OFFERED]]
    return texts


def _nothing_there(session: Session, match: Match, advice: str) -> str:
    """Return the error for an address that is not on file."""
    near = _near(session, match)
    if not near:
        return f"no place is recorded at that address{'; --new adds it' * ('--new' in advice)}"
    listed = "; ".join(near[:MOST_IN_ERROR]) + ("; ..." if len(near) > MOST_IN_ERROR else "")
    return f"no place is recorded at exactly that address; near: {listed}; {advice}"


def _choose(session: Session, match: Match, reading: Address) -> int | Address:
    from ccu.options import terminal

    near = _near(session, match)
    say(f"Nothing is on file at exactly {normal(reading)}.")
    for number, text in enumerate(near, 1):
        say(f"  {number}  {text}")
    choices = "the number of a listed address, or new to add this one" if near else "new to add it"

    def read(answer: str) -> int | Address:
        if answer.lower() == "new":
            return reading
        if (text := terminal.listed_at(answer, near)) is not None:
            return exact(session, text, None)
        raise InvalidInput(f"type {choices}; Ctrl-C stops")

    return terminal.ask_until_valid(f"Type {choices}", read)


def offered(session: Session, match: Match, warned: Warned) -> Match | None:
    """Offer the near places of an address that is not on file; return None if none is chosen.

    `warned`: in the order to list, each address with its warnings in short. Enter takes a single
    one with the same house number, and none of those on a street asked for without a number.
    """
    from ccu.places.near_store import THIS_STREET

    near = [each for each in match.near if each.same_unit]
    order = {text: number for number, text in enumerate(warned)}
    near.sort(key=lambda each: order[each.text])
    single = len(near) == 1 and match.certainty == "none"
    if match.certainty == "none":
        say(f"Nothing is on file at exactly {match.text}.")
    else:
        say(f"{match.text}: {match.certainty}")
    _list(near[:MOST_OFFERED], warned)
    if len(near) > MOST_OFFERED:
        say(f"  and {len(near) - MOST_OFFERED} more: add the house number")
    question = "Number of the address you mean [Enter for none]"
    if single:
        question = f"Show {near[0].text} instead? [Enter for yes, n for no]"
    chosen = _chosen(question, near, near[0] if single else None)
    if chosen is None:
        return None
    certainty = f"similar to {match.text}, which is not on file"
    if chosen.why == THIS_STREET:
        certainty = f"chosen on {match.text}: no house number was given"
    return places.by_id(session.db, chosen.place, certainty)


def unit_meant(session: Session, reading: Address) -> Address | None:
    """Return the address with the unit of a misspelled unit word (`APTT 3` is # 3), or None."""
    behind = behind_street(reading)
    meant = misspelled_unit(behind, reading.unit) if reading.kind == "address" else None
    if meant is None:
        return None
    names = session.settings.names
    filed = read_address(
        f"{reading.number} {reading.street}",
        town=names,
        unit=f"{meant} {reading.unit}".strip(),
        city="" if reading.city == behind else reading.city,
        state=reading.state,
        zip=reading.zip,
    )
    return read_address(normal(filed), town=names)


def misspelled_unit(behind: str, unit: str) -> str | None:
    """Return the unit meant by the text after a street: `# 3` for `APTT 3`."""
    found = re.fullmatch(_WORD_AND_ID, behind)
    if not found:
        return None
    from ccu.address.match import edit_distance
    from ccu.address.words import SUFFIXES, UNITS

    word, number = found.groups()
    words = [each for each, sort in UNITS.items() if sort in _UNIT_SORTS and each[0] == word[0]]
    far = [
        (distance, UNITS[each])
        for each in words
        if len(each) > 2
        and (distance := edit_distance(word, each, 1 + (len(each) > _SHORT_WORD))) is not None
    ]
    sort = min(far)[1] if far and word not in SUFFIXES else ""
    return f"{sort} {number}" if sort and sort not in unit.split() else None


def behind_street(reading: Address) -> str:
    """Return the text after the street that was not read as a unit."""
    return reading.cross or reading.place or reading.city


def unit_doubt(session: Session, reading: Address, call_id: int) -> list[str]:
    """Return the warning about a call whose unit was not understood, if nobody was asked."""
    if (unit := unit_meant(session, reading)) is None:
        return []
    return [
        f"{behind_street(reading)} was not read as a unit; the call is filed at"
        f" {reading.number} {reading.street}. Did you mean {unit.unit}? If so:"
        f' ccu call edit {call_id} --address "{unit.raw}"'
    ]


def on_file(session: Session, reading: Address) -> int | None:
    """Return the number of the place that is on file at exactly this address, in its city."""
    match = places.find(session.db, reading, session.settings.town)
    if match.place is None or not _same_city(session, match, reading):
        return None
    return int(match.place["id"])


def is_doubtful(session: Session, reading: Address) -> bool:
    """Return whether a text has no house number or street, and looks like a person or a sentence.

    An intersection, a road or a place name needs no number, and a place on file was accepted.
    """
    if re.search(_BIRTH, reading.raw) and not (reading.kind == "address" and reading.number):
        return True
    answer = re.fullmatch(_AN_ANSWER, reading.raw) is not None or _is_time(session, reading.raw)
    if not answer and reading.kind not in ("none", "place"):
        return False
    if on_file(session, reading) is not None:
        return False
    if answer:
        return True
    from ccu.address.words import BUSINESSES, NOWHERE, PLACE_WORDS, SUFFIXES
    from ccu.identity import names

    if reading.kind == "none":
        return reading.raw.strip().upper() not in NOWHERE
    words = re.findall(r"[\w']+", reading.raw.upper())
    if not _SENTENCE.isdisjoint(words) or len(words) > LONGEST_NAME:
        return True
    if reading.place in BUSINESSES or not (PLACE_WORDS | SUFFIXES.keys()).isdisjoint(words):
        return False
    given = names.shares("given").keys() | names.nicknames().keys()
    return words[-1].isdigit() or not given.isdisjoint(word.lower() for word in words)


def _is_time(session: Session, text: str) -> bool:
    """Return whether a text is a day or time: `11/27 2145`, the answer to another question."""
    with contextlib.suppress(InvalidInput):
        return bool(dates.parse_moment(text, session.now, future=True, us_order=True))
    with contextlib.suppress(InvalidInput):
        return bool(dates.parse_day(text, session.today, us_order=True))
    return False


def is_unusual(session: Session, reading: Address) -> bool:
    """Return whether an address must be confirmed: doubtful, or new without a house number.

    It is asked about until it is on file; if nobody can be asked, a warning is printed.
    """
    bare = reading.kind in ("place", "street") and on_file(session, reading) is None
    return bare or is_doubtful(session, reading)


def similar(session: Session, reading: Address) -> list[Near]:
    """Return the places that an address may mean, if it is not on file itself.

    Neighbors, the building and other units are left out, because the number was typed.
    """
    from ccu.database import opening as db
    from ccu.places.near_store import NUMBER_THERE, near_places, with_street

    with db.reading(session.db):  # else one that a colleague files meanwhile is like itself
        if (at := on_file(session, reading)) and not filing_store.is_empty(session.db, at):
            return []
        found = near_places(session.db, reading, at, neighbors=False)
        if reading.city:  # which may be misspelled, or another than where it was
            found = [*places.in_city_like(session.db, reading, session.settings.names.own), *found]
        if not found:
            street, _certainty = with_street(session.db, reading, [], at)
            found = [each for each in street if each.why == NUMBER_THERE]
    return found[: places.MOST_NEAR]


def meant(session: Session, reading: Address, near: list[Near], warned: Warned) -> Address:
    """Ask which of these places an address means; return the address to file.

    `warned` is as for `offered`. Enter takes a single one that cannot be on another street, n the
    address as it is: a new place. A unit is kept.
    """
    from ccu.places.near_store import NUMBER_THERE, TWO_PLACES

    is_street = reading.kind == "street"
    what = "No house number: {}." if is_street else "{} is not on file."
    say(f"{what.format(normal(reading))} Is it one of these?")
    _list(near, warned)
    unsure = (*TWO_PLACES, places.OTHER_CITY, NUMBER_THERE)
    another = filing_store.has_street(session.db, reading)  # then it is no misspelled one
    single = len(near) == 1 and not (is_street or another or near[0].why in unsure)
    question = f"Number, or n for a new address{' [Enter for 1]' if single else ''}"
    chosen = _chosen(question, near, near[0] if single else ASK)
    if chosen is None:
        return reading
    address = _as_filed(session, chosen, reading.unit)
    say(f"  {address.raw}")
    return address


def _as_filed(session: Session, near: Near, unit: str) -> Address:
    """Return the address of a place on file, with the unit given if the place has none."""
    town = session.settings.names
    text = places.filed_as(session.db, near.place)
    address = read_address(text, town=town)
    if not unit or address.unit:
        return address
    return read_address(normal(read_address(text, town=town, unit=unit)), town=town)


def doubt(call_id: int) -> str:
    """Return the warning about a call whose address is doubtful, if nobody was asked."""
    return f'No house number in this address. If wrong: ccu call edit {call_id} --address "..."'


def not_on_file(session: Session, reading: Address, near: list[Near], call_id: int) -> str:
    """Return the warning about a call that was filed at a new place beside similar ones."""
    listed = "; ".join(_counted(each) for each in near[:MOST_IN_ERROR])
    return (
        f"{normal(reading)} is a new address; similar on file: {listed}. If it is the same one:"
        f' ccu call edit {call_id} --address "{_as_filed(session, near[0], reading.unit).raw}"'
    )


def _counted(near: Near, warned: str = "") -> str:
    return f"{near.text} ({', '.join(filter(None, (counted(near.calls, 'call'), warned)))})"


def _list(near: list[Near], warned: Warned) -> None:
    for number, each in enumerate(near, 1):
        say(shortened(f"  {number}  {_counted(each, warned.get(each.text, ''))}", MOST_COLUMNS))


def _chosen(question: str, near: list[Near], enter: Near | str | None) -> Near | None:
    """Ask for one of the places; return None for n, `enter` for Enter, which asks again if ASK."""
    from ccu.options import terminal

    def read(answer: str) -> Near | None:
        if not answer and not isinstance(enter, str):
            return enter
        if answer.lower() in ("n", "no", "new"):
            return None
        if len(near) == 1 and answer.lower() in ("y", "yes"):
            return near[0]
        if (found := terminal.listed_at(answer, near)) is not None:
            return found
        raise InvalidInput("type a number from the list, or n for none of them")

    return terminal.ask_until_valid(question, read)
