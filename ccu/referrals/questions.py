"""The questions of the referral commands at a terminal; what is refused is asked again."""

import sqlite3
import textwrap

from ccu.ask import ask_until_valid
from ccu.errors import InvalidInput, NotFound
from ccu.output import say
from ccu.providers import store as providers
from ccu.records import codes

WIDTH = 78


def code(
    connection: sqlite3.Connection, table: str, question: str, option: str, default: str = ""
) -> str:
    """A code of a list: by its number, the code, or how it begins; Enter is the default."""
    labels = codes.choices(connection, table)
    words = "   ".join(
        f"{number}\xa0{label}".replace(" ", "\xa0")
        for number, label in enumerate(labels.values(), 1)
    )
    for line in textwrap.wrap(words, WIDTH, break_long_words=False, break_on_hyphens=False):
        say("  " + line.replace("\xa0", " "))
    shown = f"{question} (number, code, or how it begins)" + (f" [{default}]" if default else "")
    chosen = ask_until_valid(
        shown, lambda answer: codes.chosen(connection, table, answer or default, option)
    )
    say(f"  {labels[chosen]}")
    return chosen


def provider(connection: sqlite3.Connection, need: str, option: str) -> str:
    """A provider's number, chosen among those listed for a need; any other may be named too."""
    listed = providers.rows(connection, need=need)
    capacities = codes.labels(connection, "capacity")
    for each in listed:
        facts = (each["phone"], each["hours"], each["eligibility"])
        known = "; ".join([capacities[each["capacity"]], *(fact for fact in facts if fact)])
        say(f"  {each['id']} {each['name']} ({known})")
    if not listed:
        say("  No provider is listed for that; ccu provider list shows all.")

    def read(answer: str) -> str:
        try:
            found = providers.find(connection, answer, option)
        except NotFound as error:
            raise InvalidInput(str(error)) from None
        say(f"  {found['name']}")
        return str(found["id"])

    return ask_until_valid("Provider (number, or how its name begins)", read)


def text(question: str) -> str | None:
    """A line, or None for Enter."""
    return ask_until_valid(f"{question} (Enter to skip)", lambda answer: answer or None)
