"""What of a roster was left out, told by line and field, never by its value."""

from collections import Counter
from dataclasses import dataclass, field

from ccu.errors import InvalidInput

DATES = ("birth_date", "since", "closed")


@dataclass
class Notes:
    """Values left out: (field, why) -> the lines; and how many of each field were read."""

    lines: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    read: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, why: str, line: int) -> None:
        """Note a value that was left out."""
        self.lines.setdefault((name, why), []).append(line)

    def refuse_if_most(self) -> None:
        """Raises InvalidInput when most dates of a field cannot be read: the layout is wrong."""
        for (name, _why), lines in self.lines.items():
            if name in DATES and len(lines) > self.read[name]:
                raise InvalidInput(
                    f"{name} cannot be read in {len(lines)} rows, the first on line {lines[0]}:"
                    " say under formats in the layout how the dates are written"
                )
