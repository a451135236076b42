"""A referral on paper: the person's copy in plain language, and the provider's copy.

The provider's copy is a disclosure: it is recorded under a consent, or under a reason for which the
law requires no consent, and refused without either. It has what a provider needs to reach the
person, and neither the call, the address nor a note. The person's copy goes to the person alone.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.consent import store as consents
from ccu.errors import InvalidInput, NotAllowed
from ccu.output import Document, Section, say
from ccu.people import store as people
from ccu.providers import store as providers
from ccu.records import codes, visibility
from ccu.records.consents import Recipient
from ccu.referrals import page, rules
from ccu.session import Session
from ccu.work import Work

# The person's copy, in plain words.
_WORDS = tomllib.loads(Path(__file__).with_name("letter.toml").read_text(encoding="utf-8"))
TEXTS: dict[str, str] = _WORDS["texts"]
NEEDS: dict[str, str] = _WORDS["needs"]
REACHED = ("phone", "address", "hours")  # of a provider


def person_copy(session: Session, work: Work, referral_id: int) -> Document:
    """Return the person's copy; record the read. Raises NotFound, NotAllowed, InvalidInput."""
    data, provider = _open(session, work, referral_id)
    _note_phone(data["owner"])
    work.audit("referral-letter", "referral", referral_id, copy="person")
    work.audit("referral-letter", "person", data["person"], referral=referral_id)
    to = Recipient(agency=provider["agency"], provider_id=provider["id"])
    paper = consents.covering(work, data["person"], to, _scope(provider))
    record = people.read(work.connection, data["person"])
    known = f"{record['given_name']} {record['family_name']}".strip()
    name, owner = provider["name"], data["owner"]
    due = next((each["due_at"] for each in data["follow_ups"] if not each["closed_at"]), None)
    late = due is not None and due[:10] < session.today.isoformat()  # the letter then names no day
    facts = {
        "provider": name,
        "phone": f" at {provider['phone']}" if provider["phone"] else "",
        "owner": owner["name"] or "We",
        "when": "" if not due else " soon" if late else f" by {_day(due)}",
    }
    label = codes.labels(work.connection, "need")[data["need"]]
    asked, reach = ("draft", "reach_draft") if data["status"] == "draft" else ("asked", "reach")
    facts["need"] = NEEDS.get(data["need"], label.lower())
    texts = {name: text.format(**facts) for name, text in TEXTS.items()}
    privacy = texts["signed" if paper else "not_signed"]
    there = [(field, provider[field]) for field in REACHED if provider[field]]
    first = [f"Dear {known}," if known else "Hello,", "", texts[asked]]
    sections = [
        Section(lines=first, main=True),
        *([Section(name, pairs=there)] if there else []),
        *(
            [Section("Please note", lines=[provider["alert"]], alert=True)]
            * bool(provider["alert"])
        ),
        Section("What happens next", lines=[texts[reach], texts["check"]]),
        Section("Your choice", lines=[texts["choice"]]),
        Section("Your privacy", lines=[privacy, texts["safe"]]),
        Section("Questions", lines=[_questions(owner)]),
        Section(lines=[texts["help_now"]], alert=True),
    ]
    shown = {"referral": referral_id, "copy": "person", "disclosure": None}
    return _page(session, f"Your referral to {name}", sections, shown)


def provider_copy(session: Session, work: Work, referral_id: int, ground: str | None) -> Document:
    """Return the provider's copy, and record its disclosure under a consent or `ground`.

    Raises NotFound, NotAllowed; InvalidInput as `consent disclose` does.
    """
    data, provider = _open(session, work, referral_id)
    connection, person = work.connection, data["person"]
    scope = _scope(provider)
    new = consents.ByHand(
        person_id=person,
        to=Recipient(agency=provider["agency"], provider_id=provider["id"]),
        scope=scope,
        purpose=None,
        ground=ground,
    )
    number, consent_id = consents.disclose(work, new)
    _note_phone(data["owner"])
    work.audit("referral-letter", "referral", referral_id, copy="provider", disclosure=number)
    work.audit("referral-letter", "person", person, referral=referral_id, disclosure=number)
    record, owner = people.read(connection, person), data["owner"]
    town = f"{session.settings['town']} Community Care Unit"
    pairs = [
        ("To", provider["name"]),
        ("From", ", ".join(filter(None, (owner["name"] or owner["login"], town)))),
        ("Reply to", owner["phone"]),
        ("Referral", f"{referral_id}, made {_day(data['made_at'])}"),
        ("Name", data["person_name"]),
        ("Born", record["birth_date"] and _day(record["birth_date"])),
        ("Phone", record["phone"]),
        ("Needs help with", codes.labels(connection, "need")[data["need"]]),
    ]
    basis = _basis(work, consent_id, ground)
    sections = [
        Section(pairs=[pair for pair in pairs if pair[1]], main=True),
        Section(
            "Please answer",
            lines=[
                "[  ] Accepted     [  ] Waiting list     [  ] Cannot help, because:",
                "",
                "_" * 60,
            ],
        ),
        Section("Why you may have this", lines=[basis]),
    ]
    shown = {"referral": referral_id, "copy": "provider", "disclosure": number}
    notice = visibility.NOTICE if scope == visibility.PART2 else None
    if notice:
        sections.append(Section("Notice", lines=[notice], alert=True))
        shown["notice"] = notice
    return _page(session, f"Referral to {provider['name']}", sections, shown)


def _page(session: Session, title: str, sections: list[Section], data: dict[str, Any]) -> Document:
    """Return the letter; its JSON has the same text."""
    text = []
    for each in sections:
        text += [each.title] if each.title else []
        text += [f"{name}: {value}" for name, value in each.pairs]
        text += [line for line in each.lines if line]
    foot = f"Referral {data['referral']}, printed {dates.say_date(session.today)}."
    return Document(title, sections, {**data, "text": text}, foot)


def _open(session: Session, work: Work, referral_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an open referral as this account sees it, and its provider."""
    data = page.seen(session, work.connection, referral_id, full=False)
    hidden = session.view.referrals([referral_id]).get(referral_id)
    if hidden is not None:
        raise NotAllowed(f"referral {referral_id} {hidden.sentence}")
    if data["person"] is None:
        raise InvalidInput(f"referral {referral_id} names no person; a letter needs one")
    if data["status"] not in rules.OPEN:
        raise InvalidInput(f"referral {referral_id} is closed; refer again, then print the letter")
    return data, dict(providers.read(work.connection, data["provider"]["id"]))


def _questions(owner: dict[str, Any]) -> str:
    """Return how to reach the owner; without a phone, print that it should be added."""
    if owner["phone"]:
        return f"Call {', '.join(filter(None, (owner['name'], owner['phone'])))}."
    return f"Ask {owner['name'] or 'us'} when we check with you."


def _note_phone(owner: dict[str, Any]) -> None:
    if not owner["phone"]:
        say(
            f"Note: the letter has no phone to call: ccu staff edit {owner['login']} --phone;"
            " then print it again."
        )


def _scope(provider: dict[str, Any]) -> str:
    return visibility.PART2 if provider["part2"] else "referrals"


def _basis(work: Work, consent_id: int | None, ground: str | None) -> str:
    """Return the consent or the reason in one sentence (42 CFR 2.32(b) requires its scope)."""
    if consent_id is None:
        label = codes.labels(work.connection, "disclosure_ground")[ground or ""]
        return f"Shared without a signed consent: {label}."
    paper = consents.read(work.connection, consent_id)
    scopes = consents.scopes_in_words(work.connection, paper["scope"].split(","))
    ends = f", through {_day(paper['expires_on'])}" if paper["expires_on"] else ""
    return (
        f"The person signed a consent on {_day(paper['signed_on'])}{ends}. It covers: {scopes}."
        f" Purpose: {paper['purpose_label']}. The person may revoke it."
    )


def _day(stored: str) -> str:
    return dates.say_date(date.fromisoformat(stored[:10]))
