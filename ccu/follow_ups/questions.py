"""What `ccu follow-up done` asks at a terminal: what came of it, and what is due next."""

import sqlite3
import textwrap
from datetime import datetime

from ccu import dates
from ccu.ask import ask_until_valid
from ccu.follow_ups.due import parse_due
from ccu.output import say
from ccu.records import codes

WIDTH = 78


def ask_code(connection: sqlite3.Connection, table: str, question: str, option: str) -> str:
    """A code of a list, its choices shown, by number, code, or how it begins."""
    labels = codes.choices(connection, table)
    words = "   ".join(
        f"{number}\xa0{label}".replace(" ", "\xa0")
        for number, label in enumerate(labels.values(), 1)
    )
    for line in textwrap.wrap(words, WIDTH, break_long_words=False, break_on_hyphens=False):
        say("  " + line.replace("\xa0", " "))
    found = ask_until_valid(
        f"{question} (number, code, or how it begins)",
        lambda answer: codes.chosen(connection, table, answer, option),
    )
    say(f"  {labels[found]}")
    return found


def ask_due(question: str, now: datetime, option: str, proposal: datetime | None = None) -> str:
    """When something is due, in stored form; Enter takes the proposal."""
    offered = f" [{dates.say_moment(proposal, now)}]" if proposal else ""

    def read(answer: str) -> datetime:
        return proposal if proposal and not answer else parse_due(answer, now, option)

    due = ask_until_valid(question + offered, read)
    say(f"  {dates.say_moment(due, now)}")
    return dates.to_iso(due)
