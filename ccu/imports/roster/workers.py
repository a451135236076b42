"""Who of the staff is meant by what an office writes as its worker."""

from collections.abc import Mapping, Sequence
from typing import Any

from ccu.imports.dispatch.codes import Words


class Staff:
    """The staff list, looked up by login, by name, or by the layout's own map."""

    def __init__(self, accounts: Sequence[Mapping[str, Any]], words: Words) -> None:
        self._words = words
        self._said: dict[str, list[Mapping[str, Any]]] = {}
        for each in accounts:
            for text in {_plain(each["login"] or ""), *_names(each["name"])} - {""}:
                self._said.setdefault(text, []).append(each)

    def find(self, text: str) -> tuple[int | None, str, str]:
        """(id, login, "") of an active account, or (None, "", why not)."""
        found = self._said.get(_plain(self._words.code(text) or text), [])
        active = [each for each in found if each["active"]]
        if len(active) == 1:
            return int(active[0]["id"]), str(active[0]["login"]), ""
        if active:
            return None, "", "several of that name on the staff list"
        return None, "", "retired" if found else "not on the staff list"


def _plain(text: str) -> str:
    return " ".join(text.replace(",", " , ").split()).casefold()


def _names(name: str) -> set[str]:
    """A name as the staff list has it, and with the family name first."""
    given, _, family = name.strip().rpartition(" ")
    return {_plain(name), _plain(f"{family}, {given}")} if given else {_plain(name)}
