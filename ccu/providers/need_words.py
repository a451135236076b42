"""From plain words to needs: `hungry` is food, `place to sleep` is shelter.

The words are those of records/synonyms.txt, which messages suggest by, the needs' own labels, and
the town's (`ccu codes add need_word`), which replace the meaning of a word in the file.
"""

import re
import sqlite3
from collections.abc import Iterator

from ccu.records import codes

_WORD = re.compile(r"[a-z0-9']+")
_LONGEST = 6  # words of a phrase
_ENDINGS = (
    ("ies", "y", 5),
    ("ing", "", 6),
    ("ed", "", 5),
    ("es", "", 5),
    ("s", "", 4),
    ("e", "", 6),
)


def words(text: str) -> list[str]:
    """Return the words of a text, in lower case."""
    return [word.removesuffix("'s").replace("'", "") for word in _WORD.findall(text.lower())]


def stem(word: str) -> str:
    """Return a word without a common ending, so that `evicted` and `evicting` are one."""
    for ending, instead, shortest in _ENDINGS:
        if len(word) >= shortest and word.endswith(ending) and not word.endswith("ss"):
            return word[: -len(ending)] + instead
    return word


class NeedWords:
    """The words of one file, looked up by phrases of a text, the longest first."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        known = codes.choices(connection, "need")
        self._meanings: dict[tuple[str, ...], tuple[str, ...]] = {}
        for code, label in known.items():
            self._meanings[_key(code)] = self._meanings[_key(label)] = (code,)
        for word, meanings in codes.synonyms("need").items():
            self._meanings.setdefault(_key(word), tuple(code for code in meanings if code in known))
        for each in codes.every(connection, "need_word"):
            if not each.retired:
                self._meanings[_key(each.code)] = tuple(
                    code for code in each.label.split(", ") if code in known
                )

    def meant(self, text: str) -> dict[str, float]:
        """Return need -> how surely the text means it, 1 for a word with one meaning.

        A word of several needs counts for each in part, and not at all beside a surer one.
        """
        found: dict[str, float] = {}
        for meanings in self._phrases([stem(word) for word in words(text)]):
            for code in meanings:
                found[code] = max(found.get(code, 0), 1 / len(meanings))
        return found

    def _phrases(self, stems: list[str]) -> Iterator[tuple[str, ...]]:
        at = 0
        while at < len(stems):
            for length in range(min(_LONGEST, len(stems) - at), 0, -1):
                if meanings := self._meanings.get(tuple(stems[at : at + length])):
                    yield meanings
                    break
            else:
                length = 1
            at += length


def _key(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in words(text.replace("_", " ")))
