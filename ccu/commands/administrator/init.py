"""`ccu init`: make the database file of a town."""

from collections.abc import Callable
from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import AskingOption, Context, flag
from ccu.options.terminal import ask_until_valid
from ccu.output import emit_line, say

TownOption = Annotated[str | None, typer.Option("--town", help="Name of the town.")]
StateOption = Annotated[str | None, typer.Option("--state", help="Its state, such as CT.")]
ZoneOption = Annotated[str | None, typer.Option("--timezone", help="Such as America/New_York.")]

_OWNERS = ("ccu", "clinician", "supervisor")  # roles of an account that is added with the file
_WHOSE = "Login that owns patrol officers' referrals (Enter to decide later)"
_ROLE = f"Role of that account: {', '.join(_OWNERS)} [clinician]"
_HOURS = "Office hours, such as mon-fri 08:30-16:30 (Enter for any time)"
_NEXT = """Next:
  1. Add your colleagues, a second admin first:
       ccu staff add LOGIN --role admin
{owner}  2. Add the providers that you refer people to:
       ccu provider add NAME --need housing
  3. Back up every night, as docs/administrator.md describes, and once now:
       ccu backup FILE"""
_OWNER = """     and name who owns patrol officers' referrals:
       ccu settings default_owner LOGIN
"""


def command(
    ctx: Context,
    town: TownOption = None,
    state: StateOption = None,
    timezone: ZoneOption = None,
    encrypt: Annotated[bool, flag("--encrypt", "Encrypt the file (needs sqlcipher3).")] = False,
    asking: AskingOption = False,
) -> None:
    """Make the database file of a town.

    Asks at a terminal for what is not given, all of it before the file is made. The account that
    runs it becomes the file's admin. Where a database was, it refuses: see ccu restore.

    With --encrypt the key is taken from the file that CCU_KEY_FILE names, else from `ccu/key` in
    your configuration folder; it is made when there is none.

    Examples:

      ccu init --town Westport --state CT --timezone America/New_York

      ccu init --encrypt --town Westport --state CT --timezone America/New_York
    """
    from ccu import access, first_file, installation
    from ccu.check import privacy
    from ccu.database import encryption
    from ccu.records import codes, settings, staff_list, town_decisions

    session = ctx.obj
    first_file.require_new(session)
    given = {"town": town, "state": state, "timezone": timezone}
    chosen = {name: _reader(name)(text) for name, text in given.items() if text is not None}
    admin = access.login(installation.account())
    if asking and len(chosen) < len(given):
        _ask(chosen, admin)
    if missing := [name for name in given if name not in chosen]:
        raise InvalidInput(f"--{missing[0]} is missing")
    owner, role = chosen.pop("owner", ""), chosen.pop("role", "")
    if asking and chosen["timezone"] not in (zones := codes.zones_of(chosen["state"])):
        say(f"warning: towns of {chosen['state']} keep {' or '.join(zones)}")
    key_is_new = encrypt and not encryption.has_key()
    with first_file.creating(session, encrypt=encrypt) as connection:
        codes.set_state_labels(connection, chosen["state"])
        staff_id = staff_list.add(connection, admin, "admin")
        if role:
            staff_list.add(connection, owner, role, by=staff_id)
        town_decisions.change_setting(connection, staff_id, "timezone", chosen.pop("timezone"))
        session.settings = settings.load(connection)  # for today; earlier calls need no decision
        town_decisions.begin_decisions(connection, session.today)
        for name, value in (chosen | ({"default_owner": owner} if owner else {})).items():
            town_decisions.change_setting(connection, staff_id, name, value)
    del session.settings
    emit_line(f"Made {session.path} for {session.settings.town}, {chosen['state']}.", only=True)
    for sentence in privacy.about_key(session.path, key_is_new) if encrypt else []:
        say(sentence)
    if role:
        say(f"Added {owner} as {role}. Agency, name and phone: ccu staff edit {owner} --help")
    for line in _NEXT.format(owner="" if owner else _OWNER).splitlines() if asking else []:
        say(line)


def _ask(chosen: dict[str, str], admin: str) -> None:
    """Ask for what is not chosen yet.

    `owner` owns what patrol officers refer; Enter leaves it empty. `role` is that of a new account.
    """
    from ccu.options import typed_text
    from ccu.records import codes

    def login(text: str) -> str:
        if " " in (found := typed_text.line(text, "the login", 64) or ""):
            raise InvalidInput("it must be one word, the account's name on this machine")
        return found

    def role(text: str) -> str:
        if (found := text.lower() or "clinician") not in _OWNERS:
            raise InvalidInput(f"choose from {', '.join(_OWNERS)}")
        return found

    if "town" not in chosen:
        chosen["town"] = _asked("town", "Town")
    if "state" not in chosen:
        chosen["state"] = _asked("state", "State, such as CT or Connecticut")
    if "timezone" not in chosen:
        zones = codes.zones_of(chosen["state"])
        choices = f", {' or '.join(zones)}" if len(zones) > 1 else ""
        chosen["timezone"] = _asked("timezone", f"Time zone{choices} [{zones[0]}]", zones[0])
    chosen["office_hours"] = _asked("office_hours", _HOURS)
    chosen["owner"] = ask_until_valid(_WHOSE, login)
    if chosen["owner"] not in ("", admin):
        chosen["role"] = ask_until_valid(_ROLE, role)


def _asked(name: str, question: str, default: str = "") -> str:
    """Ask until the value of a setting is valid; errors use the words for the setting."""
    from ccu.records import field_words

    checked = _reader(name, default)

    def read(text: str) -> str:
        try:
            return checked(text)
        except InvalidInput as error:
            words = str(error).replace(name, field_words.name(name), 1)
            raise error.reworded(words[:1].upper() + words[1:]) from None

    return ask_until_valid(question, read)


def _reader(name: str, default: str = "") -> Callable[[str], str]:
    """Return a reader of a setting's text; empty text means the default."""
    from ccu.records import town_decisions

    return lambda text: town_decisions.checked_setting(name, text.strip() or default)
