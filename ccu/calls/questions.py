"""The questions of `ccu log-call` at a terminal, only for what was not given.

Answers are read by the same form as the options, and Enter records nothing, as leaving out the
option does. If the form refuses an answer, its message is shown and the question repeated.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ccu import dates
from ccu.address import Address, normal
from ccu.calls.draft import NOTE_LINES, PEOPLE_DONE, PERSON_ASKED, SETTLED, Draft
from ccu.calls.form import MANY, REQUIRED, CallForm, field_of, flag
from ccu.calls.options import TYPES, CallOptions
from ccu.errors import InvalidInput, NotFound
from ccu.options.questions import Question, fill_in, longer_note, note
from ccu.options.terminal import GoBack, ask_until_valid, going_back, show_choices
from ccu.options.typed_text import line
from ccu.output import say
from ccu.people import store as people
from ccu.people import who
from ccu.people.options import say_birth
from ccu.people.store import Met
from ccu.places import finding
from ccu.records import codes
from ccu.session import Session

# option -> what the review calls it, and the question
QUESTIONS = {
    "when": ("Began", "When did it begin"),
    "address": ("Address", "Address"),
    "nature": ("Nature", "Nature (number, code, or how it begins)"),
    "source": ("Reported by", "Reported by"),
    "danger": ("Hazards", 'Hazards, separated by commas ("none" if you checked)'),
    "responder": ("Responders", "Responders"),
    "intervention": ("Interventions", "Interventions, separated by commas"),
    "disposition": ("Dispositions", "Dispositions, separated by commas"),
    "minutes": ("Minutes on scene", "Minutes on scene, all responders together"),
}
# option -> its code list, whose labels show how an answer was understood
LISTS = {"nature": "nature", "source": "call_source"} | {each: each for each in MANY}
USUAL_AGENCIES = ("ems", "police")  # in the example of an answer
# Enter leaves these unset, because nobody stated them.
SKIPPED = tuple(option for option in QUESTIONS if option not in REQUIRED)
OTHER = "Other hazard: "
NO_ADDRESS = "no address recognized; kept as typed"


class CallQuestions:
    """Ask for what is missing in `given` and put the answers into the form."""

    def __init__(
        self,
        session: Session,
        given: CallOptions,
        form: CallForm,
        draft: Draft,
        edit: bool,
        offer: Callable[[Met], Met],
        place: Callable[[Address], Address],
    ) -> None:
        """`offer` shows possible matches for a named person and returns the one chosen.

        `place` does the same for an address that is not on file.

        `draft` keeps the answers as typed; `edit` opens the user's editor for the note.
        """
        self._session = session
        self._connection = session.db
        self._given = given
        self._form = form
        self._typed = draft.answers
        self._draft = draft
        self._edit = edit
        self._offer = offer
        self._place = place
        self._met: list[Met] = []
        self._lines: list[str] = []  # people as typed, of an interrupted question
        self._names: dict[int, str] = {}  # names of people on file, for the echo and the review

    def ask(self) -> None:
        """Ask all questions, then show the review. Raises KeyboardInterrupt if it is declined."""
        resumed = self._draft.is_resumed(self._session)
        if resumed:
            self._take_draft()
            self._place_again()
        if self._is_known("when"):
            self._read_given()
        self._form.choose = codes.chosen
        met, note = self._is_known("person", "person_file"), self._is_known("note", "note_file")
        asked = [
            *(
                Question(
                    label,
                    partial(self._ask, option),
                    partial(self._words, option),
                    self._is_known(option),
                )
                for option, (label, _question) in QUESTIONS.items()
            ),
            Question("People", self._people, self._people_words, met),
            Question("Note", self._note, self._note_words, note, add=self._note),
        ]
        fill_in(self._session, asked, review=resumed)

    def _is_known(self, *options: str) -> bool:
        return any(
            option in self._typed or getattr(self._given, option, None) not in (None, [])
            for option in options
        )

    def _ask(self, option: str) -> None:
        _label, question = QUESTIONS[option]
        default = "now" if option == "when" else ""
        if option == "responder":
            usual = map(self._agency, USUAL_AGENCIES)
            question += f", such as {', '.join(usual)} + clinician"
        offer, before = self._offered(option), self._typed.get(option, "")
        is_given = option not in self._typed and self._is_known(option)
        if offer and option != "responder":
            offer()
        if before or is_given:
            words = self._words(option)
            question += f" [{before if words.startswith(NO_ADDRESS) else words or before}]"
            question += " (- clears)" if option in SKIPPED else ""
        elif default:
            question += f" [{default}]"
        elif option in SKIPPED:
            question += " (Enter to skip)"

        def read(typed: str) -> None:
            if not typed and is_given:
                return  # in the form that the option has
            if typed == "-" and option in SKIPPED:
                self._form.values.pop(field_of(option), None)
                self._typed[option] = ""
                return
            answer = typed or before or default
            if option == "address" and answer != before:
                self._typed.pop(SETTLED, None)
            if answer or option not in SKIPPED:
                self._read(option, answer)
            self._typed[option] = answer
            self._draft.begun |= bool(typed)

        ask_until_valid(question, read, offer)
        if option == "when":  # the other times are relative to it
            began = dates.from_iso(self._form.values["occurred_at"])
            zone = self._session.now.tzinfo  # in a form that can be read again on another day
            self._typed["when"] = f"{began.astimezone(zone):%Y-%m-%d %H:%M}"
            self._read_given()
        if option == "address":
            try:
                self._settle_address()
            except GoBack:  # go back from the similar places to the address
                return self._ask(option)
            except KeyboardInterrupt:  # an address that was not confirmed is not kept
                if finding.is_unusual(self._session, self._form.values["address"]):
                    del self._typed["address"]
                raise
            except InvalidInput as error:  # it was none
                say(f"  {str(error).capitalize()}")
                del self._typed["address"], self._form.values["address"]
                return self._ask(option)
        if words := self._words(option):
            say(f"  {words}")
        if option == "danger":
            self._other_hazard()

    def _other_hazard(self) -> None:
        """Ask what another hazard is; the answer is the first line of the note."""
        note, lines = self._typed.get("note", ""), self._typed.get(NOTE_LINES, [])
        is_known = OTHER in f"{note[:20]}{lines[:1]}" or self._given.note_file is not None
        if "other" not in self._form.values.get("dangers", []) or is_known:
            return
        question = "Other hazard, in words, for the note (Enter to skip)"
        text = ask_until_valid(question, lambda typed: line(typed, "the hazard"))
        if text and (self._edit or note):  # the note has an answer: it is not asked for
            self._typed["note"] = f"{OTHER}{text}\n{note}".strip()
            self._form.values["narrative"] = self._typed["note"]
        elif text:
            self._typed[NOTE_LINES] = [f"{OTHER}{text}", *lines]

    def _agency(self, code: str) -> str:
        """Return the town's label of an agency, or its code if the label cannot be typed here."""
        label = codes.labels(self._connection, "agency").get(code, code)
        return code if any(mark in label for mark in ":+,") else label

    def _offered(self, option: str) -> Callable[[], object] | None:
        """Return a function that prints a question's choices; for responders only after `?`."""
        if option == "responder":
            return lambda: show_choices(codes.choices(self._connection, "agency").values())
        type = TYPES[option]
        return partial(type.offer, self._session) if type.offer else None

    def _read_given(self) -> None:
        """Read the options without an answer that replaces them. Raises InvalidInput, NotFound."""
        self._form.read_all(self._given_again())
        if self._given.address is not None:
            try:
                self._settle_address()
            except InvalidInput as error:  # it was none: it is asked for, and in no draft
                say(f"  {str(error).capitalize()}")
                self._given.address = None
                while "address" not in self._typed:
                    with contextlib.suppress(GoBack):
                        self._ask("address")
        self._check_people()

    def _settle_address(self) -> None:
        """Offer the places similar to the address, once."""
        if SETTLED not in self._typed:
            self._form.values["address"] = self._place(self._form.values["address"])
            self._typed |= {"address": self._form.values["address"].raw, SETTLED: True}

    def _place_again(self) -> None:
        """Confirm the address of a draft that was interrupted while that was being asked."""
        if "address" in self._typed:
            try:
                with going_back():
                    self._settle_address()
            except (GoBack, InvalidInput):  # it is asked again
                del self._typed["address"], self._form.values["address"]

    def _read(self, option: str, answer: str) -> None:
        """Read an answer into the form. Raises InvalidInput."""
        name = QUESTIONS[option][0] if option in LISTS else flag(option)  # for error messages
        value = TYPES[option].read_answer(self._session, answer, name)
        self._form.read(option, value.split(",") if option == "responder" else value)

    def _given_again(self) -> CallOptions:
        """Read the options without an answer again, now that the time of the call is known."""
        replaced = {option: None for option in self._typed if hasattr(self._given, option)}
        return replace(self._given, **replaced)

    def _check_people(self) -> None:
        """Raise NotFound for an unknown person's number now, not after all the questions."""
        for met in self._form.values.get("people", []):
            if met.person_id is not None:
                people.must_exist(self._connection, met.person_id)

    def _words(self, option: str) -> str:
        """Return an answer or option in the words in which it was understood."""
        value = self._form.values.get(field_of(option))
        if value in (None, "", []):
            return ""
        if option == "when":
            return dates.say_moment(dates.from_iso(str(value)), self._session.now)
        if option == "address":
            parts = (value.number, value.street, value.unit, value.cross, value.place)
            if value.kind == "intersection" and not value.place:
                return normal(value)
            town = value.city != self._session.settings.names.own and value.city
            where = " ".join(filter(None, parts)) or NO_ADDRESS
            return f"{where}, {town}" if town else where
        if option in LISTS:
            labels = codes.labels(self._connection, LISTS[option])
            return ", ".join(labels[code] for code in (value if option in MANY else [value]))
        if option == "responder":
            agencies = codes.labels(self._connection, "agency")
            return ", ".join(
                agencies[each.agency] + (" with clinician" if each.clinician else "")
                for each in value
            )
        return str(value)

    # ------------------------------------------------------------ people

    def _people(self) -> None:
        say('People involved: a name, "unknown", or "described: ...".')
        say('Start with "caller:" or "family:" if not the subject.')
        self._typed.pop(PEOPLE_DONE, None)
        lines: list[str] = self._typed.setdefault("person", self._lines)

        def read(answer: str) -> Met | None:
            if not answer:
                return None
            met = self._person(answer)
            self._echo_person(met)
            who.confirm_name(met.given_name, met.family_name)
            return met

        while True:
            try:
                text = self._typed.pop(PERSON_ASKED, None)
                question = f"Person {len(lines) + 1} (Enter when done)"
                answer = (
                    ask_until_valid(question, lambda typed: (typed, read(typed)))
                    if text is None
                    else (text, read(text))
                )
            except GoBack:
                if not lines:
                    del self._typed["person"]
                    raise
                say(f"  Person {len(lines)} is left out.")
                lines.pop()
                self._met.pop()
                continue
            text, met = answer
            if met is None:
                break
            self._draft.begun = True
            self._typed[PERSON_ASKED] = text
            try:
                chosen = self._offer(met)
            except GoBack:  # go back from the possible matches to the person
                del self._typed[PERSON_ASKED]
                continue
            del self._typed[PERSON_ASKED]
            if chosen.person_id is not None and met.person_id is None:
                self._names[chosen.person_id] = f"{_who(met)}, "
            lines.append(text if chosen is met else f"{chosen.role}: {chosen.person_id}")
            self._met.append(chosen)
        self._form.values["people"] = list(self._met)
        self._typed[PEOPLE_DONE] = "yes"

    def _echo_person(self, met: Met) -> None:
        """Show how a person was understood: who, what is known of them, the relation, the role."""
        role = codes.choices(self._connection, "call_role")[met.role]
        known = self._who(met), say_birth(vars(met), self._session.today), met.sex, met.phone
        relation = met.description if met.given_name or met.family_name else ""
        say(f"  {', '.join(filter(None, (*known, relation, role)))}")

    def _who(self, met: Met) -> str:
        """Return a person in words; for a number with the name, if the account may see it."""
        number = met.person_id
        if number is not None and number not in self._names:
            name = who.named(self._session, number)
            self._names[number] = f"{name}, " if name else ""
        return f"{self._names.get(number or 0, '')}{_who(met)}"

    def _person(self, text: str) -> Met:
        """Return a person as typed, after a check of the number. Raises InvalidInput."""
        met = self._form.person(text, "a person", names=True)
        try:
            if met.person_id is not None:
                people.must_exist(self._connection, met.person_id)
        except NotFound as error:  # as an invalid answer, it is asked again
            raise InvalidInput(str(error)) from None
        return met

    def _people_words(self) -> str:
        if not self._is_known("person", "person_file"):
            return ""
        if self._given.person_file is not None:
            return "from a file"
        roles = codes.labels(self._connection, "call_role")
        return "; ".join(
            f"{self._who(met)} ({roles[met.role].lower()})" for met in self._form.values["people"]
        )

    # ------------------------------------------------------------ the note

    def _note(self, more: str = "") -> None:
        lines: list[str] = self._typed.pop(NOTE_LINES, [])
        text: str | None = self._typed.get("note")
        try:
            text = longer_note(text, more) if more else note(self._session, text, self._edit, lines)
        except KeyboardInterrupt:
            if lines:
                self._typed[NOTE_LINES], self._draft.begun = lines, True
            raise
        self._form.values["narrative"] = text
        self._typed["note"] = text or ""
        self._draft.begun |= bool(text)

    def _note_words(self) -> str:
        return "from a file" if self._given.note_file is not None else self._typed["note"]

    # ------------------------------------------------------------ a call that was not finished

    def _take_draft(self) -> None:
        """Read the kept answers into the form; an answer that is no longer valid is asked again."""
        self._form.choose = codes.chosen
        for option in QUESTIONS:
            if answer := self._typed.get(option):
                try:
                    self._read(option, answer)
                except (InvalidInput, NotFound):
                    del self._typed[option]
        lines = self._typed.pop("person", None)
        if lines is not None:
            with contextlib.suppress(InvalidInput):
                self._met = [self._person(text) for text in lines]
                if PEOPLE_DONE in self._typed:
                    self._form.values["people"] = list(self._met)
                    self._typed["person"] = lines
                else:  # it was interrupted among the people: ask for more
                    self._lines = lines
        if "note" in self._typed:
            self._form.values["narrative"] = self._typed["note"] or None


def _who(met: Met) -> str:
    if met.person_id is not None:
        return f"person {met.person_id}"
    return f"{met.given_name} {met.family_name}".strip() or met.description or "unknown"
