"""ccu run as an account without rights: root forks, gives up its rights, and runs an action."""

import importlib
import os
import pickle
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path
from pwd import getpwnam
from typing import Any

import pytest

import ccu
from ccu.files import folders

ENCODINGS = ("ascii", "utf_8_sig", "utf_16", "cp1252")
NOBODY = getpwnam("nobody")
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as two accounts")


def as_nobody(folder: Path, action: Callable[[], Any]) -> Any:
    """Return what an action returns that is run in a folder by the account nobody."""
    # Nobody may be unable to read where Python is, so what is loaded late is loaded now.
    late = [each.name for each in pkgutil.walk_packages(ccu.__path__, "ccu.")]
    for name in (*late, "_strptime", *(f"encodings.{each}" for each in ENCODINGS)):
        importlib.import_module(name)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY.pw_gid)
            os.setuid(NOBODY.pw_uid)
            os.chdir(folder)
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(pickle.dumps(action()))
        except BaseException as error:
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    return pickle.loads(content)


def give(path: Path) -> Path:
    """Give a file or a folder to the account nobody."""
    os.chown(path, NOBODY.pw_uid, NOBODY.pw_gid)
    return path


def kept_by_root() -> Path | None:
    """Return a folder that only root can change, or one where no one can change another's names.

    None: this machine has none; /tmp itself may be open to everyone without the sticky bit.
    """
    for path in map(Path, ("/tmp", "/var/tmp", "/srv", "/opt", "/root")):
        if path.is_dir() and folders.is_kept(path):
            return path
    return None
