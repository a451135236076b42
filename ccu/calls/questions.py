"""The questions of `ccu log-call` at a terminal: only what was not given; Enter for the default.

An answer is read by the same form as the options. What it refuses is asked again with its message.
"""

from collections.abc import Callable

from ccu import dates
from ccu.address import Address
from ccu.calls.form import MANY, CallForm, field_of, flag
from ccu.calls.options import TYPES, CallOptions
from ccu.errors import InvalidInput, NotFound
from ccu.options import typed_text
from ccu.options.terminal import ask_lines, ask_until_valid
from ccu.output import say
from ccu.people import store as people
from ccu.people import who
from ccu.people.options import say_birth
from ccu.people.store import Met
from ccu.records import codes
from ccu.session import Session

# option -> the question, and what Enter means: the default shown, or "" for: not recorded
QUESTIONS = {
    "when": ("When did it begin", "now"),
    "address": ("Address", ""),
    "nature": ("Nature (number, code, or how it begins)", ""),
    "source": ("Reported by", "911"),
    "danger": ('Hazards, separated by commas ("none" if you checked)', ""),
    "responder": ("Responders, such as police, ems, human_services+clinician", "police"),
    "intervention": ("Interventions, separated by commas", ""),
    "disposition": ("Dispositions, separated by commas", ""),
    "minutes": ("Minutes on scene, all responders together", ""),
}
# option -> its code list, whose labels show how an answer was understood
LISTS = {"nature": "nature", "source": "call_source"} | {each: each for each in MANY}
REQUIRED_HERE = ("address", "nature")


class CallQuestions:
    """Ask for what is missing in `given` and put the answers into the form."""

    def __init__(
        self,
        session: Session,
        given: CallOptions,
        form: CallForm,
        offer: Callable[[Met], Met] = lambda met: met,
    ) -> None:
        """`offer` shows possible matches of a named person, and returns the one chosen."""
        self._session = session
        self._connection = session.db
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
            if not self._is_known(option):
                self._ask(option)
        if not (self._is_known("person") or self._is_known("person_file")):
            self._people()
        if not self._is_known("note_file"):
            self._form.values["narrative"] = self._note()

    def _is_known(self, option: str) -> bool:
        return field_of(option) in self._form.values or getattr(self._given, option) not in (
            None,
            [],
        )

    def _ask(self, option: str) -> None:
        question, default = QUESTIONS[option]
        type = TYPES[option]
        if type.offer:
            type.offer(self._session)
        if default:
            question += f" [{default}]"
        elif option not in REQUIRED_HERE:
            question += " (Enter to skip)"

        def read(answer: str) -> None:
            answer = answer or default
            if answer or option in REQUIRED_HERE:
                value = type.read_answer(self._session, answer, flag(option))
                self._form.read(option, value.split(",") if option == "responder" else value)

        ask_until_valid(question, read)
        self._echo(option)

    def _echo(self, option: str) -> None:
        """Show how an answer was understood, while the user can still stop."""
        value = self._form.values.get(field_of(option))
        if option == "when":
            say(f"  {dates.say_moment(dates.from_iso(str(value)), self._session.now)}")
        elif option == "address":
            say(f"  {_understood(self._form.values['address'])}")
        elif option in LISTS and value:
            labels = codes.choices(self._connection, LISTS[option])
            chosen = value if option in MANY else [value]
            say(f"  {', '.join(labels[code] for code in chosen)}")

    def _people(self) -> None:
        say(
            'People involved: a name, "unknown", or "described: ...".'
            ' Start with "caller:" or "family:" if not the subject.'
        )
        found: list[Met] = []

        def read(answer: str) -> Met | None:
            if not answer:
                return None
            met = self._recorded(self._form.person(answer, "a person", names=True))
            self._echo_person(answer, met)
            return met

        while met := ask_until_valid(f"Person {len(found) + 1} (Enter when done)", read):
            found.append(self._offer(met))
        self._form.values["people"] = found

    def _echo_person(self, answer: str, met: Met) -> None:
        """Show how a name with something behind it was understood."""
        if (met.given_name or met.family_name) and who.holds_more(answer):
            role = codes.choices(self._connection, "call_role")[met.role]
            name = f"{met.given_name} {met.family_name}".strip()
            born = say_birth(vars(met), self._session.today)
            say(f"  {', '.join(filter(None, (name, born, role)))}")

    def _recorded(self, met: Met) -> Met:
        """Return the same, after a check of the person's number. Raises InvalidInput."""
        try:
            if met.person_id is not None:
                people.must_exist(self._connection, met.person_id)
        except NotFound as error:  # here it is an answer like any other: asked again
            raise InvalidInput(str(error)) from None
        return met

    def _note(self) -> str | None:
        while True:
            text = ask_lines("Note (end with a blank line)")
            try:
                return typed_text.note(text, "the note")
            except InvalidInput as error:
                say(f"  {error}")


def _understood(address: Address) -> str:
    parts = (address.number, address.street, address.unit, address.cross, address.place)
    return " ".join(part for part in parts if part) or "no address recognized; kept as typed"
