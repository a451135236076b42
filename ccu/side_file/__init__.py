"""A file beside the main one that is for one account or one group: made, opened, or not there.

The care notes and the wellness log are such files. An account that can not open one is told what
it is told where there is none, by the same system calls: the file is opened once, and that fails.
One that is encrypted is not there for whoever lacks its key, either.
"""

from ccu.side_file.kind import Kind, explained
from ccu.side_file.making import give, make
from ccu.side_file.opening import copy, open_to_others, opened

__all__ = ["Kind", "copy", "explained", "give", "make", "open_to_others", "opened"]
