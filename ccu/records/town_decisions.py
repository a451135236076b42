"""A town's own decisions: its settings and its own codes.

A code is added, renamed and retired. It never changes and is never removed.
"""

import re
import sqlite3
from datetime import date
from typing import TYPE_CHECKING

from ccu.database.written import TOWN_LISTS
from ccu.errors import InvalidInput, NotFound
from ccu.records import audit, codes, ownership, settings, staff, text_table
from ccu.records.writes import insert_row

if TYPE_CHECKING:
    from ccu.work import Work

_NEEDED = dict(text_table("code_lists.txt")["needed"])
LONGEST_CODE = 40  # characters
NATURES_ONLY = "--care is for a nature only; leave it out"
# Lists for the readers of text: the code is a name or a word, the label the town, street, address
# or needs that it means.
NAMES = {
    "town": 'ccu codes add town BRM "Burlingame"',
    "street_alias": 'ccu codes add street_alias "Post Road" "US 1"',
    "common_place": 'ccu codes add common_place "Compo Beach" "60 Compo Beach Rd"',
    "need_word": 'ccu codes add need_word "hungry" food',
}


def town_list(text: str) -> str:
    """Return the table of a list that a town may change. Raises InvalidInput for any other."""
    table = codes.table_of(text)
    if table not in TOWN_LISTS:
        names = ", ".join(codes.LISTS[each] for each in TOWN_LISTS)
        raise InvalidInput(
            f"the list {codes.name_of(table)} is fixed, because ccu depends on its codes; choose "
            "from"
            f" {names}"
        )
    return table


def add(work: "Work", table: str, label: str, care: bool | None, meaning: str | None) -> str:
    """Add a code made from its label, or restore the retired code with that label; return it.

    `care`, required for a nature, is whether its calls are care calls. For an existing nature it is
    changed, with all its calls and figures (`set_care`). `meaning` is for a name in addresses; a
    town needs none.
    """
    if table in NAMES:
        label, name = _meaning(work, table, meaning or label, bool(meaning)), label
        return _add_name(work, table, name, label)
    if meaning is not None:
        raise InvalidInput(f"only {', '.join(NAMES)} take a MEANING; leave it out")
    code = codes.plain(label)
    if (found := _known(work.connection, table, code)) is not None:
        if care is not None:
            set_care(work, table, found.code, care)
        if not found.retired:
            if care is not None:
                return found.code
            raise InvalidInput(f"{found.code} ({found.label}) is in the list already")
        _set(work, table, found.code, "retired", 0)
        work.audit("code-add", table, code=found.code)
        return found.code
    if not re.fullmatch("[a-z][a-z0-9_]*", code) or len(code) > LONGEST_CODE:
        raise InvalidInput(
            f"LABEL must begin with a letter and have at most {LONGEST_CODE} plain letters and"
            " digits; ccu codes rename gives it any label afterwards"
        )
    (last,) = work.connection.execute(f"SELECT max(sort) FROM {table}").fetchone()  # noqa: S608
    columns = {"code": code, "label": label, "sort": last + 1}
    if table == "nature":
        if care is None:
            raise InvalidInput(
                "--care is missing: give --care if calls of this nature are care calls, which are"
                " counted and followed up, else --no-care"
            )
        columns["care"] = int(care)
    elif care is not None:
        raise InvalidInput(NATURES_ONLY)
    insert_row(work.connection, table, columns)
    work.audit("code-add", table, code=code)
    return code


def _known(connection: sqlite3.Connection, table: str, wanted: str) -> codes.Code | None:
    """Return the code with that code or label, both as `codes.plain` writes them."""
    rows = codes.every(connection, table)
    labels = {codes.plain(each.label): each for each in rows}
    return (labels | {each.code: each for each in rows}).get(wanted)


def needs_care(connection: sqlite3.Connection, table: str, label: str) -> bool:
    """Return whether `add` needs to be told if calls of this new nature are care calls."""
    return table == "nature" and _known(connection, table, codes.plain(label)) is None


def set_care(work: "Work", table: str, code: str, care: bool) -> None:
    """Make calls of a nature care calls or not, also those on file. Raises InvalidInput."""
    if table != "nature":
        raise InvalidInput(NATURES_ONLY)
    if not care:
        _refuse_urgent(work.connection, code)
    _set(work, table, code, "care", int(care))
    changed = work.connection.execute(
        "UPDATE call SET care = :care"
        " WHERE coalesce(nature_cleared, nature) = :code AND care <> :care",
        {"care": int(care), "code": code},
    )
    work.audit("code-care", table, code=code, care=care, calls=changed.rowcount)


def _add_name(work: "Work", table: str, name: str, label: str) -> str:
    from ccu.address.words import clean

    code = codes.plain(name if table == "need_word" else clean(name).replace("&", " and "))
    if not re.fullmatch("[a-z0-9_]+", code) or len(code) > LONGEST_CODE:
        raise InvalidInput(
            f"LABEL must have at most {LONGEST_CODE} plain letters, digits and spaces"
        )
    known = {each.code: each for each in codes.every(work.connection, table)}
    if code in known and not known[code].retired:
        raise InvalidInput(
            f"{code} ({known[code].label}) is in the list already; to change it:"
            f" ccu codes rename {table} {code} LABEL"
        )
    work.connection.execute(
        f"INSERT INTO {table} (code, label, sort)"  # noqa: S608 - a table of our own
        f" VALUES (:code, :label, (SELECT ifnull(max(sort), 0) + 1 FROM {table}))"
        " ON CONFLICT (code) DO UPDATE SET label = :label, retired = 0",
        {"code": code, "label": label},
    )
    work.audit("code-add", table, code=code)
    return code


def _meaning(work: "Work", table: str, text: str, given: bool) -> str:
    """Return the meaning of a name. Raises InvalidInput if it cannot be read as one."""
    from ccu import address

    if table == "town":
        if not any(letter.isalpha() for letter in text):
            raise InvalidInput(f"a town must be a name, such as {NAMES[table]}")
        return text
    if not given:
        raise InvalidInput(f"the meaning is missing; type it as MEANING, such as {NAMES[table]}")
    if table == "need_word" and text.lower() == "none":
        return "none"
    if table == "need_word":
        needs = (codes.code(work.connection, "need", each, "MEANING") for each in text.split(","))
        return ", ".join(dict.fromkeys(needs))
    if table == "street_alias" and address.read(f"1 {text}").kind != "address":
        raise InvalidInput(f"MEANING must be a street, such as {NAMES[table]}")
    if table == "common_place" and address.read(text).kind in ("place", "none"):
        raise InvalidInput(f"MEANING must be an address, such as {NAMES[table]}")
    return text


def relabel(work: "Work", table: str, text: str, label: str) -> str:
    """Give a code another label; returns the code. Raises NotFound, and InvalidInput if taken."""
    found = _require(work, table, text)
    if table in NAMES:
        label = _meaning(work, table, label, given=True)
    for each in () if table in NAMES else codes.every(work.connection, table):
        if each.code != found.code and codes.plain(label) in (each.code, codes.plain(each.label)):
            raise InvalidInput(f"LABEL is that of {each.code}; choose another")
    _set(work, table, found.code, "label", label)
    work.audit("code-rename", table, code=found.code)
    return found.code


def uses(work: "Work", table: str, text: str) -> int:
    """Return how many times records use a code that may be retired. Raises as `retire`."""
    code = _retirable(work, table, text)
    refers = (each for each in ownership.references(work.connection) if each.parent == table)
    return sum(len(ownership.pointing_to(work.connection, each, [code])) for each in refers)


def retire(work: "Work", table: str, text: str) -> str:
    """Stop offering a code; return it. Raises NotFound, and InvalidInput if ccu needs it."""
    code = _retirable(work, table, text)
    _set(work, table, code, "retired", 1)
    work.audit("code-retire", table, code=code)
    return code


def _retirable(work: "Work", table: str, text: str) -> str:
    found = _require(work, table, text)
    if found.code in _NEEDED.get(table, "").split():
        raise InvalidInput(
            f"{found.code} cannot be retired: warnings, access or figures need it; to change what "
            "is shown:"
            f" ccu codes rename {codes.LISTS[table]} {found.code} LABEL"
        )
    if table == "nature":
        _refuse_urgent(work.connection, found.code)
    if found.retired:
        raise InvalidInput(f"{found.code} is already retired")
    return found.code


def _refuse_urgent(connection: sqlite3.Connection, nature: str) -> None:
    """Raise InvalidInput for a nature whose calls are decided sooner and come first in lists."""
    if nature in settings.load(connection)["urgent_natures"].split(","):
        raise InvalidInput(
            f"{nature} must stay a care nature in the list: the setting urgent_natures has it;"
            " change that first: ccu settings urgent_natures LIST"
        )


def _require(work: "Work", table: str, text: str) -> codes.Code:
    if found := _known(work.connection, table, codes.plain(text)):
        return found
    see = f"; list them: ccu codes {codes.LISTS[table]}"
    if table == "need_word":  # it may be one of ccu's own, which a town overrides with its own word
        see = " of this town; for a word that comes with ccu: ccu codes add need_word WORD none"
    raise NotFound(f"no such {codes.name_of(table)}{see}")


def _set(work: "Work", table: str, code: str, column: str, value: object) -> None:
    work.connection.execute(
        f"UPDATE {table} SET {column} = :value WHERE code = :code",  # noqa: S608 - names of our own
        {"value": value, "code": code},
    )


# ---------------------------------------------------------------- settings


def setting_rows(connection: sqlite3.Connection, name: str | None = None) -> list[dict[str, str]]:
    """Return name, value, help of every setting in order, or of one. Raises NotFound.

    For a stored text that cannot be used, the value used instead is shown too.
    """
    if name is not None and name not in settings.DECLARED:
        raise NotFound("no such setting; to list them: ccu settings")
    stored = settings.stored_texts(connection)
    used = settings.Settings(stored)
    bad = unusable_settings(connection)
    return [
        {
            "name": each,
            "value": f"{stored[each]} (cannot be used; {used[each] or 'empty'} is)"
            if each in bad
            else used[each],
            "help": setting.help,
        }
        for each, setting in settings.DECLARED.items()
        if name in (None, each)
    ]


def unusable_settings(connection: sqlite3.Connection) -> list[str]:
    """Return the names of unusable rows: the text is refused, or the name is unknown."""
    return [
        name
        for name, stored in settings.stored_texts(connection).items()
        if name not in settings.DECLARED or settings.DECLARED[name].read(name, stored) is None
    ]


def checked_setting(name: str, value: str) -> str:
    """Return the value in stored form. Raises InvalidInput for an invalid one."""
    setting = settings.DECLARED[name]
    text = setting.check(name, value.strip())
    return setting.on_change(name, text) if setting.on_change else text


def change_setting(connection: sqlite3.Connection, staff_id: int, name: str, value: str) -> str:
    """Set one setting inside the caller's transaction; return the stored value.

    Raises NotFound for an unknown name and InvalidInput for an invalid value.
    """
    if name not in settings.DECLARED:
        raise NotFound("no such setting; to list them: ccu settings")
    stored = checked_setting(name, value)
    if stored and settings.DECLARED[name].is_login and staff.id_of(connection, stored) is None:
        raise InvalidInput(
            f"{name} must be the login of an active account; ccu staff list shows them"
        )
    sort = list(settings.DECLARED).index(name) + 1
    row = {"name": name, "value": stored, "help": settings.DECLARED[name].help, "sort": sort}
    insert_row(connection, "setting", row, "ON CONFLICT (name) DO UPDATE SET value = :value")
    audit.record(connection, staff_id, "setting", "setting", None, name=name)
    return stored


def begin_decisions(connection: sqlite3.Connection, day: date) -> None:
    """Set the first value of decide_since when a file is made, without an event of its own."""
    connection.execute(
        "UPDATE setting SET value = :day WHERE name = 'decide_since'", {"day": day.isoformat()}
    )
