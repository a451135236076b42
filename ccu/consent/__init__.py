"""Signed consents, what was disclosed under them, and 42 CFR Part 2."""

from dataclasses import dataclass

PART2 = "part2"


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who is told: an agency, or one provider."""

    agency: str
    provider_id: int | None = None

    def __str__(self) -> str:
        return self.agency if self.provider_id is None else f"provider {self.provider_id}"
