"""Who is at the keyboard, as the operating system says; never $USER and never a flag."""

import os
import sys


def uid(service_account: str = "") -> int | None:
    """The number of the account asking, for one that is not on the staff list; None on Windows."""
    if sys.platform == "win32":
        return None
    import pwd

    try:
        found = pwd.getpwnam(login(service_account)).pw_uid
    except KeyError:
        return os.getuid()
    return found


def login(service_account: str = "") -> str:
    """The login name of the person asking.

    Where ccu runs by sudo as the service account that owns the file, sudo says who asked
    (SUDO_UID); for any other account that variable is anybody's to set, and is ignored.
    """
    if sys.platform == "win32":
        return os.getlogin()
    import pwd

    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
        if service_account and name == service_account:
            asked = os.environ.get("SUDO_UID", "")
            if asked.isascii() and asked.isdigit():
                name = pwd.getpwuid(int(asked)).pw_name
        return name
    except (KeyError, OverflowError):
        return f"uid-{uid}"  # a container without a passwd entry: the number is still who it is


def caller() -> int | None:
    """Return the uid that ran ccu by sudo as another account; None when there is none, or root.

    sudo sets SUDO_UID itself, so it cannot be hidden from ccu. Where somebody sets it by hand it
    can only narrow what they may do: nothing is ever granted because of it alone.
    """
    said = os.environ.get("SUDO_UID", "")
    if sys.platform == "win32" or not (said.isascii() and said.isdigit()):
        return None
    asked = int(said)
    return None if asked in (0, os.getuid()) else asked


def account() -> str:
    """Return the login name of the account that this process runs as; empty when it has none."""
    if sys.platform == "win32":
        return os.getlogin()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return ""
