"""Case tracking for a police Community Care Unit: calls, referrals, follow-ups.

In Python, `ccu.open(path)` reads a town's file through the same gate as the commands.
"""

import gc
import os
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccu.door import Town

__version__ = "0.1.0"

# Python looks for garbage after each 700 new objects: fifty times while a short command starts,
# and finds next to nothing. A long one, an import, still looks often enough to stay small.
gc.set_threshold(50_000)


def open(path: str | os.PathLike[str] | None = None) -> "Town":
    """Return a town's file to ask by `.history(address)`, `.report(month)` and `.overdue()`.

    Without a path it is the file that `ccu` uses here: CCU_DB, else the user's data folder.
    """
    town: Town = import_module("ccu.door").Town(path)  # by name: `import ccu` loads nothing else
    return town
