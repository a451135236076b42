"""The texts of a system and the codes they mean, for a first layout."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from ccu.imports.layout import divided

ASKED = 8  # texts of a table
Decide = Callable[[str, int], str | None]

_PARTLY = "  # a part of it counts as {}, until all of it has a code"
UNTOLD = "#   "  # begins the line of a text that has no code yet


def words(
    table: str,
    cells: Iterable[str],
    keywords: Mapping[str, str],  # code -> pattern, as `found` has them
    *,
    most: int,
    longest: int,
    too_many: str,
    unknown: str,
    several: bool = False,
    decide: Decide | None = None,
) -> Iterator[str]:
    """Lines that map a column's texts to the codes of `keywords`; the others as comments.

    A column of more than `most` different texts, or of one longer than `longest` characters, holds
    more than codes: it gets the comment `too_many` instead. Where a cell may hold `several` texts,
    each is listed alone, under all its codes. `decide` gives the code of a text that has none, by
    the text and its count; it is asked for the ASKED most frequent ones.
    """
    yield ""
    yield f"[{table}]"
    parts = chain.from_iterable(_apart(cell, keywords) if several else [cell] for cell in cells)
    texts = Counter(filter(None, parts))
    if len(texts) > most or max(map(len, texts), default=0) > longest:
        yield f"# The column holds more than codes; {too_many}"
        return
    by_code: dict[str, list[str]] = {}
    for text, _count in texts.most_common():
        for each in (_every if several else _first)(text, keywords) or [""]:
            by_code.setdefault(each, []).append(text)
    others = by_code.pop("", [])
    for text in others[:ASKED] if decide else []:
        if decide and (made := decide(text, texts[text])):
            by_code.setdefault(made, []).append(text)
            others = [each for each in others if each != text]
    for each, known in by_code.items():
        yield f"{each} = {json.dumps(known, ensure_ascii=False)}"
    if others:
        yield f"# could not tell; {unknown}:"
        for text in others:
            alone = {part.casefold() for part in divided(text) if several}
            told = [code for code, known in by_code.items() if alone & {*map(str.casefold, known)}]
            yield f"{UNTOLD}{quoted(text)},{_PARTLY.format(', '.join(told)) if told else ''}"


def found(text: str, keywords: Mapping[str, str]) -> list[str]:
    """Return the codes whose patterns are in the words of a text, in lower case, in their order.

    The pattern of the code "" is of words that leave a text without one.
    """
    plain = " ".join(re.sub("[^a-z0-9']+", " ", text.lower()).split())
    fits = [each for each, pattern in keywords.items() if re.search(pattern, plain)]
    return [] if "" in fits else fits


def quoted(text: str) -> str:
    """Return a text as TOML."""
    return json.dumps(text, ensure_ascii=False)


def _first(text: str, keywords: Mapping[str, str]) -> list[str]:
    return found(text, keywords)[:1]


def _every(text: str, keywords: Mapping[str, str]) -> list[str]:
    """Return the codes of a text; none where a part that an import does not divide has none."""
    parts = [part for part in re.split(r"[/&+]|\band\b", text, flags=re.I) if part.strip()]
    each = [found(part, keywords) for part in parts]
    return list(dict.fromkeys(chain.from_iterable(each))) if all(each) else []


def _apart(cell: str, keywords: Mapping[str, str]) -> list[str]:
    """Return the texts of a cell as an import divides them; complete where a word denies one."""
    return [cell] if found(cell, {"denied": keywords[""]}) else divided(cell)
