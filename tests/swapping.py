"""An attacker beside ccu: a process that swaps two names without a pause, and files of a caller."""

import contextlib
import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CALLER = pwd.getpwnam("nobody")  # who ran sudo, where a test sets SUDO_UID

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of two accounts")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="swaps by renameat2")

_SWAP = """
import ctypes, os, sys
one, other = map(os.fsencode, sys.argv[1:])
libc = ctypes.CDLL(None, use_errno=True)
if libc.renameat2(-100, one, -100, other, 2):  # RENAME_EXCHANGE
    sys.exit(1)
print("swapping", flush=True)
while os.getppid() != 1:
    for _ in range(1000):
        libc.renameat2(-100, one, -100, other, 2)
"""


@contextlib.contextmanager
def swapped(one: Path, other: Path) -> Iterator[None]:
    """Around what must hold while another process swaps two names, thousands of times a second."""
    swapper = subprocess.Popen(
        [sys.executable, "-c", _SWAP, str(one), str(other)], stdout=subprocess.PIPE
    )
    assert swapper.stdout is not None
    try:
        if swapper.stdout.readline() != b"swapping\n":
            pytest.skip("this file system cannot swap two names")
        yield
    finally:
        swapper.kill()
        swapper.wait()
        swapper.stdout.close()


def the_callers(path: Path) -> Path:
    """Give a file or a folder to the caller."""
    os.chown(path, CALLER.pw_uid, CALLER.pw_gid)
    return path
