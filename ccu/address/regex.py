"""Regular expressions compiled when first used: importing the reader must cost next to nothing."""

import re
from collections.abc import Callable


class Lazy:
    """Stands for a compiled pattern; compiles itself at the first call."""

    __slots__ = ("_compiled", "_flags", "_pattern")

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._pattern = pattern
        self._flags = flags
        self._compiled: re.Pattern[str] | None = None

    def _get(self) -> re.Pattern[str]:
        if self._compiled is None:
            self._compiled = re.compile(self._pattern, self._flags)
        return self._compiled

    def match(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.match`."""
        return (self._compiled or self._get()).match(text)

    def search(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.search`."""
        return (self._compiled or self._get()).search(text)

    def sub(self, by: str | Callable[[re.Match[str]], str], text: str) -> str:
        """As `re.Pattern.sub`."""
        return (self._compiled or self._get()).sub(by, text)

    def split(self, text: str) -> list[str]:
        """As `re.Pattern.split`."""
        return (self._compiled or self._get()).split(text)
