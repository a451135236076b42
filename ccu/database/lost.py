"""A database that is missing: whether one was here, and what to do then.

A missing file must never look like a file that was not made yet. Whoever made a new one in its
place would have an empty town, in which every address is clean.
"""

import os
import re
from pathlib import Path

from ccu import access, files, installation
from ccu.database import key_chain, opening
from ccu.errors import DatabaseMissing, DatabaseUnusable, NotAllowed

_OURS = re.compile(r".*\.(anchor|audit-key(\..+)?|parcel-key|bak)", re.DOTALL)


def traces(path: Path, usual: bool = False) -> list[Path]:
    """Return the files that are left of a database at `path`: keys, backups, the care file.

    `usual`: nobody named another file for this run, so the installation's files belong to it.
    """
    key = installation.named(key_chain.VARIABLE)
    found = [Path(key)] if key and usual else []
    found += [path.with_name(f"{path.name}{suffix}") for suffix in ("-wal", "-journal")]
    found = [each for each in found if os.path.lexists(each)]
    of_this = re.compile(rf"{re.escape(path.stem)}[^A-Za-z0-9].*", re.DOTALL)
    found += [each for each in _left_in(path.absolute().parent) if of_this.fullmatch(each.name)]
    config = installation.applied()
    if config and config.database == path and config.backups != path.parent:
        found += _left_in(config.backups)
    care = installation.named("CCU_CARE_DB")
    if usual and care and os.path.lexists(care):
        found.append(Path(care))
    return [each for each in dict.fromkeys(found) if each != path]


def _left_in(folder: Path) -> list[Path]:
    """Return the keys, anchors and databases in a folder; none where it cannot be listed."""
    try:
        names = sorted(folder.iterdir())
    except OSError:
        return []
    return [each for each in names if _OURS.fullmatch(each.name) or _is_database(each)]


def _is_database(path: Path) -> bool:
    try:
        if not path.is_file() or path.name.endswith(files.BESIDE[1:]):
            return False
        with path.open("rb") as file:
            head = file.read(100)
    except OSError:
        return False
    return opening.is_ours(head) or (path.suffix == ".db" and opening.may_be_encrypted(head))


def missing(path: Path, usual: bool, error: DatabaseMissing) -> DatabaseUnusable:
    """Return the error for a file that is missing or empty: an alarm where one was here."""
    found = traces(path, usual)
    if found:
        return DatabaseUnusable(
            f"a database was here: {path} is missing or empty, but {found[0]} is left. Restore a"
            " backup: ccu restore BACKUP"
        )
    return elsewhere(path, usual) or error


def refuse_new(path: Path, usual: bool) -> None:
    """Refuse to make a new file where one was, or beside the one that people here share.

    What `ccu init` makes beside a file that it has begun is no trace; the audit key comes after the
    header, so that an empty file with a key was emptied. Raises NotAllowed.
    """
    found = traces(path, usual)
    if os.path.lexists(path) and path.is_file():  # is_file alone raises in a closed folder
        begun = ("-wal", "-journal", ".audit-key" if path.stat().st_size else "-wal")
        found = [each for each in found if each.name not in {path.name + end for end in begun}]
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise NotAllowed(
            f"a database was here: {found[0]}{more} belongs to it, and a new file would have none"
            " of its warnings; restore a backup by ccu restore BACKUP, or move"
            f" {', '.join(str(each) for each in found[:5])} away to begin again"
        )
    shared = elsewhere(path, usual)
    if shared:
        raise NotAllowed(str(shared))


def elsewhere(path: Path, usual: bool) -> DatabaseUnusable | None:
    """Return the error for an account that did not run ccu by sudo where people share a file.

    None where the account's own file is meant.
    """
    config = installation.found() if usual and not installation.named("CCU_DB") else None
    if config is None or installation.applied() is not None or access.caller() is not None:
        return None
    return DatabaseUnusable(
        f"this computer's database is {config.database}: run ccu as the account {config.account},"
        f" by sudo -u {config.account} {installation.place().parent}/bin/ccu, or name your own file"
        " by --db or CCU_DB"
    )
