"""An attacker beside ccu: a process that swaps two names without a pause."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

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
