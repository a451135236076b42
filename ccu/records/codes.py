"""The code lists: which codes there are, and which of them a text names."""

import sqlite3

from ccu.errors import InvalidInput

# The lists a person may choose from: names from our own source, never from a user.
LISTS = (
    *("nature", "crisis_kind", "disposition", "intervention", "danger"),
    *("call_source", "agency", "responder_state", "call_role", "staff_role"),
    *("need", "referral_status", "reason", "no_action_reason", "handoff", "capacity", "need_state"),
    *("follow_up_kind", "follow_up_result", "housing", "missing_value", "place_category"),
    *("plan_status", "relation", "seal_authority", "lift_reason"),
    *("consent_scope", "consent_purpose", "disclosure_ground"),
)


def choices(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """code -> label of the codes in use, in the list's order."""
    return {code: label for code, label, retired in _all(connection, table) if not retired}


def labels(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """code -> label, the retired ones too: old records use them."""
    return {code: label for code, label, _retired in _all(connection, table)}


def code(connection: sqlite3.Connection, table: str, text: str, option: str) -> str:
    """Return the code that a text names: the code itself, or its label, in any case.

    Raises InvalidInput, naming codes that are near, or all of them when none is.
    """
    wanted = _plain(text)
    in_use = []
    for known, label, retired in _all(connection, table):
        if wanted in (known, _plain(label)):
            if retired:
                raise InvalidInput(f"{option}: that choice is retired; choose another")
            return known
        if not retired:
            in_use.append(known)
    from difflib import get_close_matches

    near = get_close_matches(wanted[:60], in_use, n=3)
    if near:
        raise InvalidInput(f"{option}: not a valid choice; did you mean {' or '.join(near)}?")
    raise InvalidInput(f"{option}: not a valid choice; choose from {', '.join(in_use)}")


def chosen(connection: sqlite3.Connection, table: str, text: str, option: str) -> str:
    """As `code`; also the number in the list, or the only code or label that begins so."""
    wanted, known = _plain(text), choices(connection, table)
    if wanted.isascii() and wanted.isdigit() and wanted not in known:
        place = int(wanted[:9])
        if 1 <= place <= len(known):
            return list(known)[place - 1]
    if wanted and wanted not in known:
        begins = [
            code
            for code, label in known.items()
            if code.startswith(wanted) or _plain(label).startswith(wanted)
        ]
        if len(begins) == 1:
            return begins[0]
        if begins:
            raise InvalidInput(f"{option}: could be {' or '.join(begins)}; type more of it")
    return code(connection, table, text, option)


def _all(connection: sqlite3.Connection, table: str) -> list[tuple[str, str, int]]:
    if table not in LISTS:
        raise ValueError("no such code list")
    found = connection.execute(f"SELECT code, label, retired FROM {table} ORDER BY sort")  # noqa: S608
    return [tuple(row) for row in found]


def _plain(text: str) -> str:
    """Write a text as a code is written: `Welfare check` as welfare_check, `walk-in` as walk_in."""
    return "_".join(text.lower().replace("-", " ").replace("_", " ").split())
