"""What `ccu call amend` makes of a call: fields said anew, lists added to, fields cleared."""

from collections.abc import Mapping
from typing import Any

from ccu.calls.form import FILES, MANY, REQUIRED, CallForm, distinct, field_of
from ccu.calls.options import AmendOptions
from ccu.calls.store import OWN_SYSTEM, Responder
from ccu.errors import InvalidInput
from ccu.people.store import Met

# What --clear can name: every option of the record that may be empty.
_MANY_VALUED = (*MANY, "responder", "person")
_ONE_VALUED = (
    *(
        "nature_cleared",
        "source",
        "dispatched",
        "arrived",
        "cleared",
        "incident",
        "priority",
        "beat",
    ),
    *(
        "lead",
        "backup_asked",
        "backup_arrived",
        "force_used",
        "injury",
        "crisis_kind",
        "minutes",
        "note",
    ),
)
CLEARABLE = (*_ONE_VALUED, *_MANY_VALUED)


class Amendment:
    """Read once from the options, then laid over the record as it is inside the write."""

    def __init__(self, given: AmendOptions, form: CallForm) -> None:
        form.read_all(given)
        self._cleared = [_clearable(text) for text in given.clear or ()]
        self._added: dict[str, list[Any]] = {}
        for option in MANY:
            if codes := getattr(given, f"add_{option}"):
                self._added[field_of(option)] = distinct(option, codes)
        if given.add_responder:
            self._added["responders"] = [
                form.responder(text, "--add-responder") for text in given.add_responder
            ]
        form.read_files(given)
        # People are only ever added: who was met is too easily lost by naming one more.
        self._added["people"] = form.values.pop("people", [])
        self._new = form.values
        for option in self._cleared:
            if field_of(option) in self._new:
                raise InvalidInput(f"--clear {option.replace('_', '-')} and a new value contradict")
        if not (self._new or self._cleared or any(self._added.values())):
            raise InvalidInput("nothing to amend; ccu call amend --help lists what can be")

    def over(self, old: Mapping[str, Any]) -> dict[str, Any]:
        """The whole new value of every field that was said, given the record as it is."""
        new = dict(self._new)
        for option in self._cleared:
            new[field_of(option)] = [] if option in _MANY_VALUED else None
            if option == "incident":
                new["source_system"] = OWN_SYSTEM
        for field, added in self._added.items():
            if added:
                before = new[field] if field in new else _as_values(field, old[field])
                new[field] = [*before, *(each for each in added if each not in before)]
        dangers = new.get("dangers", [])
        if "none" in dangers and len(dangers) > 1:
            if "none" in self._added.get("dangers", []):
                raise InvalidInput(
                    "--add-danger none: the call has dangers; --danger none replaces them"
                )
            new["dangers"] = [danger for danger in dangers if danger != "none"]
        return new


def _as_values(field: str, recorded: list[Any]) -> list[Any]:
    if field == "responders":
        return [Responder(**each) for each in recorded]
    if field == "people":
        return [Met(each["role"], each["id"]) for each in recorded]
    return recorded


def _clearable(text: str) -> str:
    option = text.strip().lower().removeprefix("--").replace("-", "_")
    if option in REQUIRED:
        raise InvalidInput(f"--clear: a call always has its {option}; give it anew")
    if option == FILES[1]:
        option = "note"
    if option not in CLEARABLE:
        names = ", ".join(each.replace("_", "-") for each in CLEARABLE)
        raise InvalidInput(f"--clear: no field of that name; there are {names}")
    return option
