"""Providers as JSON, as a page and as the rows of a list."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ccu.errors import InvalidInput
from ccu.output import Document, Section, Table, say
from ccu.output.text import shortened
from ccu.providers import store as providers
from ccu.records import codes, field_words
from ccu.records.writes import changes_of
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.providers.find import Asked

# The text fields that a page shows if they are not empty.
WORDS = (
    *("organization", "phone", "hours", "eligibility", "address", "areas", "languages"),
    *("accepts", "description", "note"),
)
CHANGE_COLUMNS = ("when", "by", "field", "old", "new")

FOUND = ("id", "name", "phone", "hours", "reason")
URGENT = (
    "Urgent: call 911 if a life may be at risk now; call or text 988 for a suicidal or mental"
    " health crisis"
)
EMERGENCY = {
    "name": "911 or 988",
    "phone": "911 or 988",
    "hours": "24/7",
    "reason": "Urgent: 911 if a life may be at risk now; 988 in a mental health crisis",
}
STALE = ("id", "name", "verified", "left_directory", "referrals", "phone", "hours", "alert")


def tell_of_911(session: Session, text: str = "") -> None:
    """Print 911 and 988, once in a command; with a text, only if it tells of a risk to life."""
    if URGENT in session.printed:
        return
    if text:
        from ccu.providers.need_words import NeedWords

        known = NeedWords(session.db, spoken=True)
        if not known.urgent(known.english(text)):
            return
    session.printed.add(URGENT)
    say(URGENT)


def asks_nothing(asked: "Asked", may_ask: bool) -> bool:
    """Return whether to ask for words. Raises InvalidInput if they are needed and cannot be."""
    if any(vars(asked).values()) or asked.age is not None:
        return False
    if not may_ask:
        raise InvalidInput(
            "nothing to look for; write what is needed, such as: ccu provider find hungry"
        )
    return True


def found_rows(found: Iterable[Mapping[str, Any]], asked: "Asked") -> list[dict[str, Any]]:
    """Return the rows of `provider find`; before those of an urgent need one without a number."""
    from ccu.providers import find

    rows = [{**each, "hours": shortened(each["hours"], find.SHORT)} for each in found]
    reason = "; ".join(filter(None, (EMERGENCY["reason"], unmet(asked))))
    return [{"id": None, **EMERGENCY, "reason": reason}, *rows] if asked.urgent else rows


def unmet(asked: "Asked") -> str:
    """Return the requested needs that no provider found serves; empty for none."""
    return f"no provider found for {', '.join(asked.unmet)}" if asked.unmet else ""


def stale_rows(session: Session) -> list[dict[str, Any]]:
    """Return the rows of `provider stale`: who was verified too long ago, the next one first."""
    before = session.today - timedelta(days=session.settings.number("verified_days"))
    since = session.today - timedelta(days=365)
    found = providers.stale(session.db, before=before.isoformat(), since=since.isoformat())
    return [
        {**each, "verified": each["verified_on"] or "never", "left_directory": each["gone"]}
        for each in found
    ]


def list_rows(
    session: Session, *, need: str | None, words: str, retired: bool
) -> list[dict[str, Any]]:
    """Return the rows of `provider list`, each with whether its details are out of date."""
    days = session.settings.number("verified_days")
    return [
        {
            **each,
            "needs": ", ".join(each["needs"]),
            "verified": each["verified_on"],
            "old": providers.is_old(each, session.today, days),
        }
        for each in providers.rows(session.db, need=need, words=words, retired=retired)
    ]


def ages(data: Mapping[str, Any]) -> str:
    """Return the ages that a provider serves, such as `18 to 64`, `60 and over`; empty for all."""
    least, most = data["min_age"], data["max_age"]
    if least and most is not None:
        return f"{least} to {most}"
    if most is not None:
        return f"up to {most}"
    return f"{least} and over" if least else ""


def read(session: Session, provider_id: int) -> dict[str, Any]:
    """Return a provider in its documented JSON shape."""
    found = providers.read(session.db, provider_id)
    days = session.settings.number("verified_days")
    changed = changes_of(session.db, "provider", found["id"])
    numbers = providers.open_referrals(session.db, found["id"])
    hidden = session.view.referrals(numbers)
    session.keep_shown()
    return {
        **found,
        "old": providers.is_old(found, session.today, days),
        "open_referrals": [each for each in numbers if each not in hidden],
        "changes": [{key: each[key] for key in each if key != "reason"} for each in changed],
    }


def document(session: Session, data: dict[str, Any]) -> Document:
    """Return the provider as a page."""
    needs = codes.labels(session.db, "need")
    days = session.settings.number("verified_days")
    pairs = [
        ("helps with", ", ".join(needs[need] for need in data["needs"])),
        ("agency", codes.labels(session.db, "agency")[data["agency"]]),
        *((field, data[field]) for field in WORDS if data[field]),
        *([("ages", ages(data))] if ages(data) else []),
        ("capacity", codes.labels(session.db, "capacity")[data["capacity"]]),
        *([("42 CFR Part 2", "yes")] if data["part2"] else []),
        ("verified", providers.verified(data, session.today, days)),
        ("open referrals", ", ".join(map(str, data["open_referrals"])) or "none"),
    ]
    sections = [Section(pairs=pairs, main=True)]
    if data["alert"]:
        sections.insert(0, Section("Alert", lines=[data["alert"]], alert=True))
    if data["changes"]:
        changed = [{**each, "reason": None} for each in data["changes"]]
        rows = [row[:-1] for row in field_words.changes(session.db, "provider", changed)]
        sections.append(Section("Changes", table=Table(CHANGE_COLUMNS, rows)))
    retired = "" if data["active"] else ", retired"
    return Document(f"Provider {data['id']}: {data['name']}{retired}", sections, data)
