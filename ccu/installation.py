"""The installation's own file, `ccu.toml`: which account runs ccu by sudo, and what it opens.

It belongs to root and is in the program's folder (/opt/ccu/ccu.toml). Anyone who runs ccu by sudo
as that account can reach only the files named here: options, environment and the database's
settings cannot change that. Root and the account itself, as in cron, may name other files.
"""

import os
import stat
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ccu import access
from ccu.errors import DatabaseUnusable, NotAllowed


class Installation(NamedTuple):
    """The contents of ccu.toml, a field per key; `backups` is a folder for `ccu backup`."""

    account: str
    database: Path
    backups: Path
    care_database: Path | None = None
    care_key: Path | None = None

    def fixes(self, variable: str) -> str:
        """Return the file that overrides an environment variable; empty if none does."""
        return str(
            {
                "CCU_DB": self.database,
                "CCU_CARE_DB": self.care_database,
                "CCU_CARE_KEY_FILE": self.care_key,
            }.get(variable)
            or ""
        )


# A caller may set none of these. Without ccu.toml only the first three are refused: in towns that
# keep care notes by sudo, sudo passes on the names of the care file and its key.
_NEVER = ("CCU_DB", "CCU_AUDIT_KEY", "CCU_KEY_FILE")
_FIXED = (*_NEVER, "CCU_CARE_DB", "CCU_CARE_KEY_FILE", "CCU_WELLNESS_DB", "CCU_TODAY")

_ROOT = 0
_LONGEST = 65536  # bytes of the file


def place() -> Path:
    """Return where the file must be; no variable or option changes that."""
    return Path(sys.prefix) / "ccu.toml"


def found() -> Installation | None:
    """Return the installation's file, or None. Raises DatabaseUnusable if it cannot be used."""
    return _read(place())


def account() -> str:
    """Return the service account that the file names; empty without a file."""
    config = found()
    return config.account if config else ""


def applied() -> Installation | None:
    """Return the installation's file if this process runs as its account, else None."""
    config = found()
    if config is None:
        return None
    import pwd

    try:
        return config if pwd.getpwnam(config.account).pw_uid == os.getuid() else None
    except KeyError:
        raise _bad("account", "there is no such account on this machine") from None


def fixed_for_caller() -> bool:
    """Return whether a caller runs ccu by sudo as the installation's account."""
    return applied() is not None and access.caller() is not None


def named(variable: str) -> str:
    """Return the file that an environment variable names, or the one that ccu.toml has instead.

    Raises NotAllowed for a caller who sets a variable that they may not set.
    """
    said = os.environ.get(variable, "")
    config = applied()
    fixed = config.fixes(variable) if config else ""
    if access.caller() is None:
        return said or fixed
    if said and said != fixed and variable in (_FIXED if config else _NEVER):
        raise NotAllowed(f"{variable} is not for an account that runs ccu by sudo; unset it")
    return fixed or said


def database(option: Path | None) -> Path | None:
    """Return the database file, `option` being the value of --db; None if nothing names one.

    Raises NotAllowed for a caller who names another file than the installation's.
    """
    fixed = {variable: named(variable) for variable in _FIXED}
    config = applied()
    if fixed_for_caller() and config and option not in (None, config.database):
        raise NotAllowed("--db is not for an account that runs ccu by sudo; leave it out")
    return option or (Path(fixed["CCU_DB"]) if fixed["CCU_DB"] else None)


# ---------------------------------------------------------------- reading the file


@cache
def _read(path: Path) -> Installation | None:
    if os.name != "posix":
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DatabaseUnusable(f"cannot read {path}: {str(error.strerror).lower()}") from None
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise DatabaseUnusable(f"{path} is not a file")
        _must_be_roots(path, about)
        _must_be_roots(path.parent, path.parent.stat())
        content = os.read(descriptor, _LONGEST)
    finally:
        os.close(descriptor)
    import tomllib

    try:
        return _checked(tomllib.loads(content.decode("utf-8")))
    except ValueError as error:
        raise DatabaseUnusable(f"cannot read {path} as TOML: {error}") from None


def _must_be_roots(path: Path, about: os.stat_result) -> None:
    if about.st_uid != _ROOT or about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise DatabaseUnusable(
            f"{path} must belong to root, and nobody else may write it;"
            f" as root: chown root {path}; chmod go-w {path}"
        )


def _checked(values: dict[str, Any]) -> Installation:
    """Return the values by field. Raises DatabaseUnusable, naming the file and the key."""
    fields = Installation._fields
    for key in values:
        if key not in fields:
            raise _bad(key, f"there is no such key; the keys are {', '.join(fields)}")
    checked: dict[str, Any] = {}
    for key in fields:
        if key not in values and key not in Installation._field_defaults:
            raise _bad(key, "it is missing")
        value = values.get(key)
        if value is None:
            continue
        if not isinstance(value, str) or not value or "\0" in value:
            raise _bad(key, "it must be text in quotation marks")
        if key == "account":
            checked[key] = value
        elif value.startswith("/"):
            checked[key] = Path(value)
        else:
            raise _bad(key, "it must be a full path that starts with /")
    return Installation(**checked)


def _bad(key: str, what: str) -> DatabaseUnusable:
    return DatabaseUnusable(f"{place()}: {key}: {what}")
