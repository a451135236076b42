"""The map from a dispatch system's own words to ccu's codes, with wildcards."""

import re
from collections.abc import Mapping, Sequence


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


class Words:
    """code -> the texts that mean it, compared without regard to case and repeated spaces.

    `*` stands for any characters and `?` for one. A text written out wins over a wildcard; among
    wildcards the one written first wins.
    """

    def __init__(self, patterns: Mapping[str, Sequence[str]]) -> None:
        self.used = tuple(patterns)
        self._exact: dict[str, list[str]] = {}
        self._wild: list[tuple[re.Pattern[str], str]] = []
        for code, texts in patterns.items():
            for text in texts:
                plain = _plain(text)
                if "*" in plain or "?" in plain:
                    self._wild.append((_wildcard(plain), code))
                else:
                    self._exact.setdefault(plain, []).append(code)

    def codes(self, text: str) -> list[str]:
        """Every code that the text means; empty when it is not in the map."""
        plain = _plain(text)
        exact = self._exact.get(plain)
        if exact is not None:
            return exact
        return list(dict.fromkeys(code for fits, code in self._wild if fits.fullmatch(plain)))

    def code(self, text: str) -> str | None:
        """The one code that the text means, None when it is not in the map."""
        return next(iter(self.codes(text)), None)

    def twice(self) -> str:
        """A text written out under two codes, in its plain form; empty when there is none."""
        return next((text for text, codes in self._exact.items() if len(codes) > 1), "")


def _wildcard(plain: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(char, re.escape(char)) for char in plain), re.DOTALL)
