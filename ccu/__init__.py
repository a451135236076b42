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

# By default Python collects garbage after every 700 new objects: fifty times while a short command
# starts, for almost nothing. At this threshold a long run, such as an import, still stays small.
gc.set_threshold(50_000)


def open(path: str | os.PathLike[str] | None = None) -> "Town":
    """Return a town's file, to call `.history(address)`, `.report(month)` or `.overdue()` on.

    Without a path, open the file that `ccu` would use: CCU_DB, else the user's data folder.
    """
    town: Town = import_module("ccu.door").Town(path)  # by name: `import ccu` loads nothing else
    return town
