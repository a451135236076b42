"""Folding what people typed, so that case, accents and punctuation make no difference."""

import re
import unicodedata
from functools import lru_cache

# Letters that Unicode does not take apart into a plain letter and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_APOSTROPHES = re.compile(r"['’‘`´ʻʼ]")
_GAPS = re.compile(r"[\W_]+")


@lru_cache(maxsize=1 << 15)
def words(text: str) -> tuple[str, ...]:
    """The folded words of a text: letters and digits only, apostrophes closed up."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(c for c in text if not unicodedata.combining(c)).translate(_LETTERS)
    text = _APOSTROPHES.sub("", text.casefold())
    return tuple(_GAPS.sub(" ", text).split())


def plain(text: str) -> str:
    """The folded form of a name: `O'Brien`, `O Brien` and `OBRIEN` are all `obrien`."""
    return "".join(words(text))


@lru_cache(maxsize=1 << 15)
def sound(word: str) -> str:
    """How a folded word sounds, roughly (Metaphone); the word itself where that is empty."""
    from jellyfish import metaphone

    return metaphone(word) if word.isascii() and not word.isdigit() and metaphone(word) else word


# Spellings that Metaphone hears apart and people do not: Schmidt and Shmit, Kristina and Christina.
_HEARD = (("sch", "sh"), ("chr", "kr"), ("dt", "t"))
_VOWEL_FIRST = str.maketrans("AEIOU", "AAAAA")
_REPEATED = re.compile(r"(.)\1+")


@lru_cache(maxsize=1 << 15)
def roughly(word: str) -> str:
    """How a folded word sounds to a person who only heard it: for lookup, not for scoring."""
    for spelt, heard in _HEARD:
        word = word.replace(spelt, heard)
    code = sound(word)
    if code == word:
        return code
    code = code[0].translate(_VOWEL_FIRST) + code[1:]
    code = code.replace("0", "T").replace("Y", "").replace("H", "")
    return _REPEATED.sub(r"\1", code) or word
