"""Read the options of households: members, name; link two people by a relation."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.households import store as households
from ccu.options import required, terminal, typed_text
from ccu.options.lookups import code
from ccu.options.terminal import ask_until_valid
from ccu.options.types import HOUSEHOLD, OptionType
from ccu.output import say
from ccu.output.text import listed
from ccu.people import relations_store as relations
from ccu.people.options import YES_NO
from ccu.session import Session
from ccu.work import Work

LONGEST_NAME = 100
# Instead of a household's number: `new` for a new household; `none` to link two people only.
NEW, NONE = "new", "none"


def household_or(*words: str) -> OptionType[int | str]:
    """Make the type of a household's number or one of these words."""

    def read(session: Session, text: str, option: str) -> int | str | None:
        word = text.strip().lower()
        if word in words:
            return word
        if not word.isascii() or not word.isdigit():
            choices = ", ".join(["a household's number", *words[:-1]])
            raise InvalidInput(f"{option} must be {choices} or {words[-1]}")
        return HOUSEHOLD.read(session, word, option)

    return OptionType(read=read, metavar="H")


def add(session: Session, household: int | str, people: Sequence[int], since: str | None) -> str:
    """Put people into a household or a new one; return what was done. Raises as `join`."""
    new = household == NEW
    joining = list(dict.fromkeys(people))
    with session.work() as work:
        number = households.join(work, None if new else int(household), joining, since)["household"]
    who = listed(joining, "person")
    verb = "is" if len(joining) == 1 else "are"
    word = "new household" if new else "household"
    from_then = f" since {dates.said(since)}" if since else ""
    return f"{who[:1].upper()}{who[1:]} {verb} in {word} {number}{from_then}."


def name(session: Session, household_id: int, file: Path | None) -> str:
    """Give a household the name of a file, or as typed; return what was done. Raises NotFound."""
    households.name(session.db, household_id)  # report a wrong number before the question
    if file is not None:
        text = typed_text.file_text(file, "--file")
    elif session.interactive:
        text = terminal.ask_until_valid("Name of the household (Enter for none)", str)
    else:
        raise InvalidInput("--file is missing; - reads the name from standard input")
    said = typed_text.line(text, "the name", LONGEST_NAME) or ""
    with session.work() as work:
        households.rename(work, household_id, said)
    return f"Household {household_id} has {'a' if said else 'no'} name now."


# ---------------------------------------------------------------- two people linked


RELATION = code("relation")


def link(
    session: Session,
    who: int,
    of: int,
    relation: str | None,
    choice: int | str | None,
    *,
    anyway: bool,
    asking: bool,
) -> tuple[str, str]:
    """Link two people; return what was done, and in which household they are, as sentences.

    Raises NotFound, InvalidInput. Without a choice of household, a terminal is asked if more than
    one is possible; otherwise the two stay in their households.
    """
    connection = session.reading.connection
    if asking and relation is None:
        question = f"Person {who} is which of these to person {of}"
        relation = RELATION.ask(session, question, "the relation")
    relation = required(relation, "--relation")
    relations.check_link(connection, who, relation, of)
    if asking and not anyway:
        anyway = _sure_of_births(session, who, relation, of)
    if asking and choice is None:
        choice = _asked(session, who, of)
    with session.work() as work:
        why = ""
        if choice is None:
            choice, why = _usual(connection, who, of)
        where, joined = _put(work, (who, of), choice, why)
        relations.link(work, who, relation, of, anyway, joined)
        said = relations.sentence(connection, who, relation, of)
    return f"{said.capitalize()}.", f"{where[:1].upper()}{where[1:]}."


def unlink(session: Session, who: int, of: int, relation: str | None) -> tuple[str, str]:
    """Remove a link; return what was done, and the household they stay in, as sentences."""
    with session.work() as work:
        connection = work.connection
        gone = relations.unlink(work, who, relation, of)
        said = relations.sentence(connection, gone.who, gone.relation, gone.of)
        if relation is not None:
            said = relations.sentence(connection, who, relation, of)
        both = sorted(
            {*households.current(connection, who)} & {*households.current(connection, of)}
        )
    stay = (
        f"They stay in household {listed(both)}; ccu household leave takes one out." if both else ""
    )
    return f"No longer linked: {said}.", stay


# ---------------------------------------------------------------- what is asked


def _sure_of_births(session: Session, who: int, code: str, of: int) -> bool:
    """Ask to confirm a parent born no earlier than the child; raise InvalidInput if not."""
    new = relations.stored_form(who, code, of)
    if not relations.not_born_before(session.db, new):
        return False
    say(f"Person {new.who} was not born before person {new.of}, by their birth dates.")
    if not YES_NO.ask(session, "Link them anyway, yes or no", "the answer", "no"):
        raise InvalidInput("not linked; ccu person edit corrects a birth date")
    return True


def _asked(session: Session, who: int, of: int) -> int | str | None:
    """Ask for the household if more than one is possible; return None if the usual one is clear."""
    connection = session.db
    choice, why = _usual(connection, who, of)
    if choice != NONE:
        return None
    there = sorted({*households.of_person(connection, who), *households.of_person(connection, of)})
    say(f"{why[:1].upper()}{why[1:]}.")
    numbers = ", ".join(map(str, there))

    def read(text: str) -> int | str | None:
        chosen = household_or(NEW, NONE).read(session, text or NONE, "the answer")
        if chosen not in (NEW, NONE, *there):
            raise InvalidInput(f"enter one of {numbers}, new or none")
        return chosen

    return ask_until_valid(f"Household for both: {numbers}, new, or none (Enter for none)", read)


# ---------------------------------------------------------------- the household


def _usual(connection: sqlite3.Connection, who: int, of: int) -> tuple[int | str, str]:
    """Return the usual household of two linked people: a number, `new`, or `none` and why.

    Nobody is put back into a household that they left, or moved if there is a choice.
    """
    theirs = {each: households.of_person(connection, each) for each in (who, of)}
    now = {each: [h for h, m in theirs[each].items() if not m.until] for each in theirs}
    both = sorted({*now[who]} & {*now[of]})
    if both:
        return both[0], ""
    if not now[who] and not now[of]:
        return NEW, ""
    if now[who] and now[of]:
        return NONE, f"{_in(who, now[who])} and {_in(of, now[of])}"
    joins, stays = (who, of) if now[of] else (of, who)
    if len(now[stays]) > 1:
        return NONE, _in(stays, now[stays])
    (household,) = now[stays]
    if household in theirs[joins]:
        left = dates.said(str(theirs[joins][household].until))
        return NONE, f"person {joins} left household {household}, of person {stays}, on {left}"
    return household, ""


def _in(person: int, numbers: list[int]) -> str:
    word = "household" if len(numbers) == 1 else "households"
    return f"person {person} is in {word} {listed(numbers)}"


def _put(
    work: Work, both: tuple[int, int], choice: int | str, why: str
) -> tuple[str, dict[str, Any]]:
    """Put the two people into the household, unless they are in it.

    Returns the result as a clause, and what `households.join` did.
    """
    if choice == NONE:
        told = f"linked only: {why} (ccu household add changes that)" if why else "linked only"
        return told, {}
    household = None if choice == NEW else int(choice)
    now = {each: households.current(work.connection, each) for each in both}
    joining = [each for each in both if household not in now[each]]
    joined = households.join(work, household, joining, part=True)
    if not joining:
        return f"both are in household {household} already", {}
    verb, new = "is" if len(joining) == 1 else "are", "new " if household is None else ""
    who = listed(joining, "person")
    return f"{who} {verb} in {new}household {joined['household']} now", joined
