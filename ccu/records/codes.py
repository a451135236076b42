"""The code lists: reading them, and finding the code that a text names."""

import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import NamedTuple

from ccu.errors import InvalidInput
from ccu.records import text_table

_TEXTS = text_table("code_lists.txt")
# The lists: the table, from our own source and never from a user, and its name in `ccu codes` and
# messages.
LISTS = {table: name or table for table, name in _TEXTS["lists"]}
_IN_FULL = dict(_TEXTS["in full"])
_FINAL = dict(_TEXTS["final"])
_NO_RESULTS = ("nature", "need", "follow_up_kind")  # lists with the results of calls and follow-ups
_SHORTEST = 3  # the fewest letters that name a code on a command line
_SHORTEST_ANSWER = 2  # the same for an answer, where one letter may be a typo
_MOST_LISTED = 10  # codes in an error; a longer list is printed by ccu codes
_MOST_LABELS = 6  # the same of labels, after a question that has listed them


class Code(NamedTuple):
    """One row of a list; `final` marks a code that must not be suggested or guessed."""

    code: str
    label: str
    retired: bool
    final: bool


def choices(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """Return code -> label of the codes in use, in the list's order."""
    return {each.code: each.label for each in every(connection, table) if not each.retired}


def labels(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """Return code -> label, with retired codes, which old records use."""
    return {each.code: each.label for each in every(connection, table)}


def of_columns(connection: sqlite3.Connection, **lists: str) -> dict[str, dict[str, str]]:
    """Return column -> code -> label, for an `output.Table`; `lists` is the list of each column."""
    return {column: labels(connection, table) for column, table in lists.items()}


def code(connection: sqlite3.Connection, table: str, text: str, option: str) -> str:
    """Return the code that a text on a command line names.

    It may be the code, its label in any case, or a unique beginning of either or of a word in them.
    Raises InvalidInput with suggestions.
    """
    shortest = 0 if table in _IN_FULL else _SHORTEST
    return _named(every(connection, table), table, text, option, shortest)


def code_in_full(connection: sqlite3.Connection, table: str, text: str, option: str) -> str:
    """Read a code as `code` does, but only in full, as for the recipient of a disclosure."""
    return _named(every(connection, table), table, text, option, 0)


def is_in_full(connection: sqlite3.Connection, table: str, text: str) -> bool:
    """Return whether a text is a complete code or label, not just the beginning of one."""
    rows = every(connection, table)
    return any(plain(text) in (each.code, plain(each.label)) for each in rows)


def chosen(
    connection: sqlite3.Connection, table: str, text: str, option: str, among: Sequence[str] = ()
) -> str:
    """Read an answer at the terminal as `code` does; it may also be the list number or two letters.

    A message has labels, and not the name of an option. `among`: the codes listed, if not all.
    """
    rows = every(connection, table)
    if among:
        rows = sorted(
            (row for row in rows if row.code in among), key=lambda row: among.index(row.code)
        )
    wanted, known = plain(text), [each.code for each in rows if not each.retired]
    if wanted.isascii() and wanted.isdigit() and wanted not in known:
        place = int(wanted[:9])
        if 1 <= place <= len(known):
            return known[place - 1]
    try:
        return _named(rows, table, text, "", _SHORTEST_ANSWER)
    except InvalidInput as error:
        sentence = str(error).removeprefix(": ")
        raise error.reworded(sentence[:1].upper() + sentence[1:]) from None


def _named(rows: list[Code], table: str, text: str, option: str, shortest: int) -> str:
    """Read a code as `code` does; `shortest` letters are enough for a beginning, 0 for none.

    Without an option it is an answer, and messages have labels in place of codes.
    """
    wanted = plain(text)
    labels = {each.code: _both(each) if option else each.label for each in rows}

    def either(found: Iterable[str]) -> str:
        return (" or " if option else ", ").join(labels[code] for code in found)

    for each in rows:
        if wanted in (each.code, plain(each.label)):
            if each.retired:
                raise InvalidInput(f"{option}: that choice is retired; choose another")
            return each.code
    if table == "danger" and wanted and "none".startswith(wanted):
        raise InvalidInput(f"{option}: type none in full to record that no hazard was found")
    if table == "danger" and ":" in text and plain(text.partition(":")[0]) == "other":
        raise InvalidInput(
            f"{option}: type other alone; its words go on the place: ccu place flag",
            "other",
            part=text.strip(),
        )
    in_use = [each for each in rows if not each.retired]
    begins = beginning(in_use, wanted)
    if shortest and len(wanted) >= shortest:
        if len(begins) == 1:
            return begins[0]
        if begins:
            several = f"{either(begins)}; type more of it" if option else numbered(in_use, begins)
            either_of = map(partial(_to_type, labels), begins)
            raise InvalidInput(f"{option}: could be {several}", *either_of, part=text.strip())
    elif begins and not option:
        raise InvalidInput(f"{option}: type two letters or more of {either(begins)}")
    name = LISTS[table]
    problem = f"{option}: not a valid {name_of(table)}"
    see = f"List them: ccu codes {name}" if option else "Type ? to list them"
    if not wanted and not option:
        raise InvalidInput(f"Choose one. {see}")
    open_codes = [each.code for each in in_use if not each.final]
    meant = [each for each in synonyms(name).get(wanted, ()) if each in open_codes]
    if meant:  # a word of our own table, the only words of a user that a message repeats
        problem += f': "{wanted.replace("_", " ")}"'
    else:
        from difflib import get_close_matches

        meant = get_close_matches(wanted[:60], open_codes, n=3)
    if meant:
        sentence = f"{problem}. Did you mean {either(meant)}? {see}"
        raise InvalidInput(sentence, *map(partial(_to_type, labels), meant), part=text.strip())
    if table in _NO_RESULTS and _is_result(wanted):
        raise InvalidInput(
            f'{problem}: "{wanted.replace("_", " ")}" is a result; it goes into the disposition of'
            " a call, or with ccu follow-up done into a follow-up"
        )
    if len(in_use) > (_MOST_LISTED if option else _MOST_LABELS):
        raise InvalidInput(f"{problem}. {see}")
    listed = ", ".join(each.code if option else each.label for each in in_use)
    raise InvalidInput(f"{problem}. Choose from {listed}. {see}")


def _is_result(wanted: str) -> bool:
    """Return whether a text is a word of our own table for the result of a call or an attempt."""
    words = {**synonyms("disposition"), **synonyms("follow_up_result")}
    return any(wanted in (word, *meanings) for word, meanings in words.items())


def _to_type(labels: Mapping[str, str], code: str) -> str:
    """Return the label of a code; the code itself, if the label cannot be part of an answer."""
    return code if any(mark in labels[code] for mark in ":+,") else labels[code]


def _both(row: Code) -> str:
    """Return a code to type and, where they differ, its label."""
    return row.code if plain(row.label) == row.code else f"{row.code} ({row.label})"


def numbered(in_use: Sequence[Code], found: Container[str]) -> str:
    """Return codes with their numbers in the list that a question shows, to choose one from."""
    listed = (f"{at} {row.label}" for at, row in enumerate(in_use, 1) if row.code in found)
    return f"{', '.join(listed)}; type its number"


def beginning(rows: Sequence[Code], wanted: str) -> list[str]:
    """Return the codes that a beginning may name: of code or label, then of a word in either.

    `none` for hazards must be typed in full, and a code that ends a case is not found by a word
    within it.
    """
    begins = f"_{wanted}"
    texts = {
        each: (f"_{each.code}", f"_{plain(each.label)}")
        for each in rows
        if not (each.final and each.code == "none")
    }
    whole = [row for row in texts if any(text.startswith(begins) for text in texts[row])]
    within = [row for row in texts if any(begins in text for text in texts[row])]
    if not wanted or not (whole or any(not each.final for each in within)):
        return []
    return [each.code for each in dict.fromkeys([*whole, *within])]


def every(connection: sqlite3.Connection, table: str) -> list[Code]:
    """Return every code of a list, retired ones too, in the list's order."""
    if table not in LISTS:
        raise ValueError("no such code list")
    final = _FINAL.get(table, "0")
    found = connection.execute(
        f"SELECT code, label, retired, {final} FROM {table} ORDER BY sort, code"  # noqa: S608
    )
    return [Code(row[0], row[1], bool(row[2]), bool(row[3])) for row in found]


def rows(connection: sqlite3.Connection, table: str | None) -> list[tuple[object, ...]]:
    """Return list, code, label, care (of natures, else None) and retired, of one list or all."""
    found: list[tuple[object, ...]] = []
    for each in [table] if table else LISTS:
        care = "care" if each == "nature" else "NULL"
        for code, label, is_care, retired in connection.execute(
            f"SELECT code, label, {care}, retired FROM {each} ORDER BY sort, code"  # noqa: S608
        ):
            is_care = None if is_care is None else bool(is_care)
            found.append((LISTS[each], code, label, is_care, bool(retired)))
    return found


def table_of(text: str) -> str:
    """Return the table of the list that a text names. Raises InvalidInput, naming the lists."""
    wanted = plain(text)
    singular = wanted.removesuffix("s").replace("agencie", "agency")
    singular = singular.replace("capacitie", "capacity").replace("authoritie", "authority")
    for table, name in LISTS.items():
        if {wanted, singular} & {table, name}:
            return table
    begins = [table for table, name in LISTS.items() if wanted and name.startswith(wanted)]
    if len(begins) == 1:
        return begins[0]
    raise InvalidInput(f"LIST: no such list; choose from {', '.join(LISTS.values())}")


def name_of(table: str) -> str:
    """Return what messages call a code of a list."""
    name = LISTS[table].replace("_", " ").replace("follow up", "follow-up")
    return name.replace("race ethnicity", "race or ethnicity")


def plain(text: str) -> str:
    """Return a text written like a code: `Welfare check` as welfare_check, `walk-in` as walk_in."""
    for mark in "-_/:;,.()":
        text = text.replace(mark, " ")
    return "_".join(text.lower().split())


@cache
def synonyms(name: str) -> dict[str, list[str]]:
    """Return {word that people use, written as a code: the codes or commands it may mean}."""
    found: dict[str, list[str]] = {}
    for meaning, words in text_table("synonyms.txt").get(name, ()):
        for word in words.split(", "):
            found.setdefault(plain(word), []).append(meaning)
    return found


def called(connection: sqlite3.Connection, text: str) -> Iterator[tuple[str, str]]:
    """Yield the lists with a code that a text may mean, and the labels there."""
    for table, name in LISTS.items():
        meant = synonyms(name).get(plain(text), ())
        rows = [each for each in every(connection, table) if not each.retired]
        begin = beginning(rows, plain(text)) if len(text) >= _SHORTEST else ()
        if labels := [each.label for each in rows if each.code in (*meant, *begin)]:
            yield name, ", ".join(labels)


def set_state_labels(connection: sqlite3.Connection, state: str) -> None:
    """Give codes of a new file the labels used in a state, such as its statutes."""
    for key, label in text_table("state_labels.txt").get(state, ()):
        table, code = key.split()
        connection.execute(
            f"UPDATE {table} SET label = :label WHERE code = :code",  # noqa: S608
            {"label": label, "code": code},
        )


def zones_of(state: str) -> list[str]:
    """Return the time zones of a state, the most common one first."""
    usual = dict(text_table("state_zones.txt")["zones"])
    return usual.get(state, "America/New_York").split()
