"""The sentences of a section: what it tells in words, and what its figures can not show.

`EXPLAINS` holds fixed sentences without a number of the town. A function of `SAYS` makes sentences
from a section's figures, rows and facts.
"""

from collections.abc import Mapping

from ccu.report import says_care, says_work
from ccu.report.words import Says

EXPLAINS: Mapping[str, tuple[str, ...]] = {**says_care.EXPLAINS, **says_work.EXPLAINS}
SAYS: Mapping[str, Says] = {**says_care.SAYS, **says_work.SAYS}
