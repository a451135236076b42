"""The questions of `ccu log-call` at a terminal: only what was not given, Enter for the usual.

An answer is read by the same form as the options, so what is refused there is refused here, in
the same words, and asked again.
"""

import sqlite3
import textwrap
from collections.abc import Callable
from typing import Any

from ccu import dates, typed
from ccu.address import Address
from ccu.ask import ask_lines, ask_until_valid
from ccu.calls.form import LISTS, MANY, CallForm, field_of
from ccu.calls.options import CallOptions
from ccu.errors import InvalidInput, NotFound
from ccu.output import say
from ccu.people import store as people
from ccu.people.store import Met
from ccu.records import codes

# option -> the question, and what Enter means: a default that is shown, or "" for: not recorded
QUESTIONS = {
    "when": ("When did it begin", "now"),
    "address": ("Address", ""),
    "nature": ("Nature (number, code, or how it begins)", ""),
    "source": ("How it reached us", "911"),
    "danger": ("Dangers, commas between; none if you looked", ""),
    "responder": ("Who came, as police, ems, human_services+clinician", "police"),
    "intervention": ("What was done, commas between", ""),
    "disposition": ("How it ended, commas between", ""),
    "minutes": ("Minutes on scene, all together", ""),
}
REQUIRED_HERE = ("address", "nature")
WIDTH = 78


class CallQuestions:
    """Asks for what `given` lacks and puts the answers into the form."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        given: CallOptions,
        form: CallForm,
        offer: Callable[[Met], Met] = lambda met: met,
    ) -> None:
        """`offer` shows who may be the one that was named, and gives back who it is."""
        self._connection = connection
        self._given = given
        self._form = form
        self._offer = offer

    def ask(self) -> None:
        """All questions, in order. Raises KeyboardInterrupt when the person stops."""
        if self._given.when is None:
            self._ask("when")  # the other times are counted from it
        self._form.read_all(self._given)
        for met in self._form.values.get("people", []):  # now, not after all the questions
            if met.person_id is not None:
                people.must_exist(self._connection, met.person_id)
        self._form.choose = codes.chosen
        for option in QUESTIONS:
            if not self._said(option):
                self._ask(option)
        if not (self._said("person") or self._said("person_file")):
            self._people()
        if not self._said("note_file"):
            self._form.values["narrative"] = self._note()

    def _said(self, option: str) -> bool:
        return field_of(option) in self._form.values or getattr(self._given, option) not in (
            None,
            [],
        )

    def _ask(self, option: str) -> None:
        question, default = QUESTIONS[option]
        if option in LISTS:
            self._show_choices(LISTS[option])
        if default:
            question += f" [{default}]"
        elif option not in REQUIRED_HERE:
            question += " (Enter to skip)"

        def read(answer: str) -> None:
            answer = answer or default
            if answer or option in REQUIRED_HERE:
                self._form.read(option, _as_said(option, answer))

        ask_until_valid(question, read)
        self._echo(option)

    def _show_choices(self, table: str) -> None:
        labels = codes.choices(self._connection, table).values()
        words = "   ".join(
            f"{number}\xa0{label}".replace(" ", "\xa0") for number, label in enumerate(labels, 1)
        )
        for line in textwrap.wrap(words, WIDTH, break_long_words=False, break_on_hyphens=False):
            say("  " + line.replace("\xa0", " "))

    def _echo(self, option: str) -> None:
        """How an answer was understood, while the person can still stop."""
        value = self._form.values.get(field_of(option))
        if option == "when":
            say(f"  {dates.from_iso(str(value)):%A %d %B %Y, %H:%M}")
        elif option == "address":
            say(f"  {_understood(self._form.values['address'])}")
        elif option in LISTS and value:
            labels = codes.choices(self._connection, LISTS[option])
            chosen = value if option in MANY else [value]
            say(f"  {', '.join(labels[code] for code in chosen)}")

    def _people(self) -> None:
        say("People met, one after another: a name, unknown, or described: TEXT; caller: before it")
        found: list[Met] = []

        def read(answer: str) -> Met | None:
            if not answer:
                return None
            return self._recorded(self._form.person(answer, "a person", names=True))

        while met := ask_until_valid(f"Person {len(found) + 1} (Enter for no more)", read):
            found.append(self._offer(met))
        self._form.values["people"] = found

    def _recorded(self, met: Met) -> Met:
        """The same, when their number is one that can be met. Raises InvalidInput."""
        try:
            if met.person_id is not None:
                people.must_exist(self._connection, met.person_id)
        except NotFound as error:  # here it is an answer like any other: asked again
            raise InvalidInput(str(error)) from None
        return met

    def _note(self) -> str | None:
        while True:
            text = ask_lines("Note (Enter for none; a line with only a full stop ends it)")
            try:
                return typed.note(text, "the note")
            except InvalidInput as error:
                say(f"  {error}")


def _understood(address: Address) -> str:
    parts = (address.number, address.street, address.unit, address.cross, address.place)
    return " ".join(part for part in parts if part) or "no place in that; its words are kept"


def _as_said(option: str, answer: str) -> Any:
    """An answer in the shape in which the option comes: repeated ones are lists."""
    if option == "responder":
        return answer.split(",")
    return [answer] if option in MANY else answer
