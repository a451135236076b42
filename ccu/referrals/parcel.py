"""A parcel: what another town's unit needs to know about a person, sealed for that town.

It is text that can be mailed: an age file (age-encryption.org/v1, X25519) for the other town's key,
with JSON in it. Making one is a disclosure, under a consent to that town or a reason for which the
law requires no consent. Records of a 42 CFR Part 2 program are never in it. age does not sign:
anyone with a town's public key can make a parcel for it, so the sender named in it is only a claim.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

from ccu import dates, files
from ccu.consent import store as consents
from ccu.database import key_chain
from ccu.errors import DatabaseUnusable, InvalidInput
from ccu.files import private
from ccu.options import typed_text
from ccu.output import Document, Section, say
from ccu.people import finding
from ccu.people import store as people
from ccu.people.form import PersonForm
from ccu.people.options import NAMES, birth_year
from ccu.providers import store as providers
from ccu.records.consents import Recipient
from ccu.referrals import read_store
from ccu.session import Session
from ccu.work import Work

FORMAT = "ccu parcel 1"
SCOPE = "referrals"  # of the consent that covers it
TOLD = ("given_name", "family_name", "phone", "email", "home", "postcode", "language")
NOT_ONE = "this is not a complete ccu parcel; ask the sender for it again, as a file"
OTHER_KEY = (
    "this parcel is sealed for another key, or is damaged; send the sender the key that"
    " ccu parcel key prints, and ask for it again"
)
BEGIN, END = "-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----"
NOT_KEPT = "This note is shown here only; ccu does not keep it."
CLAIMED = "A parcel is not signed: call the sender at a number that you know before you act on it."


def public_key(session: Session) -> str:
    """Return this town's public key, made now if there is none. Raises DatabaseUnusable."""
    from pyrage import x25519

    path = _key_path(session)
    with session.work() as work:
        work.audit("parcel-key")
    try:
        private.make_key(path, secret=str(x25519.Identity.generate()))
    except (OSError, ValueError) as error:
        raise DatabaseUnusable(
            f"the parcel key {path} cannot be made: {files.reason(error)}"
        ) from None
    return str(_secret(path).to_public())


def make(
    session: Session,
    work: Work,
    person_id: int,
    provider_id: int,
    key: str,
    *,
    note: str | None,
    ground: str | None,
) -> tuple[str, int]:
    """Record a disclosure; return the sealed parcel as text and the disclosure's number.

    Raises NotFound; InvalidInput, also without a consent, as `consent disclose` does.
    """
    import pyrage

    try:
        recipient = pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise InvalidInput(
            "--key is not a parcel key; it begins with age1, as ccu parcel key prints it there"
        ) from None
    provider = providers.read(work.connection, provider_id)
    to = Recipient(agency=provider["agency"], provider_id=provider_id)
    new = consents.ByHand(person_id=person_id, to=to, scope=SCOPE, purpose=None, ground=ground)
    number, _consent = consents.disclose(work, new)
    work.audit("parcel-make", "person", person_id, disclosure=number, provider=provider_id)
    content = _content(session, work, person_id, note)
    sealed = pyrage.encrypt(json.dumps(content).encode(), [recipient], armored=True)
    return sealed.decode("ascii"), number


def _content(session: Session, work: Work, person_id: int, note: str | None) -> dict[str, Any]:
    record = people.merged_record(work.connection, person_id, work.today.isoformat())
    if not (record["given_name"] or record["family_name"]):
        raise InvalidInput(f"person {person_id} has no name on file; a parcel needs one")
    year = birth_year(record["age_estimate"], record["age_estimated_on"])
    values = {NAMES[field]: record[field] for field in TOLD}
    values[NAMES["birth_date"]] = record["birth_date"] or (year and str(year))
    return {
        "format": FORMAT,
        "from": f"{session.settings['town']} Community Care Unit",
        "made": work.today.isoformat(),
        **read_store.for_parcel(work.connection, record["records"], work.staff_id),
        "person": "\n".join(f"{name}: {value}" for name, value in values.items() if value),
        "note": note or "",
    }


# ---------------------------------------------------------------- opened


def opened(session: Session, path: Path, *, add: bool) -> Document:
    """Return the contents of a parcel for this town; with `add`, add the person to the file.

    Raises InvalidInput, DatabaseUnusable.
    """
    import pyrage

    text = typed_text.file_text(path, "FILE")
    secret = _secret(_key_path(session))
    sealed = _sealed(text)
    try:
        found = _checked(json.loads(pyrage.decrypt(sealed.encode(), [secret])))
    except pyrage.DecryptError:
        raise InvalidInput(OTHER_KEY) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InvalidInput(NOT_ONE) from None
    form = PersonForm(session)
    form.read_lines(found["person"], "the parcel's")
    form.check_new()
    added, alike, chosen = None, [], None
    asking = add and session.interactive
    if asking:
        for line in found["person"].split("\n"):
            say(line)
        chosen = finding.existing(session, finding.of_said(form.said))
    add = add and chosen is None
    with session.work() as work:
        work.audit("parcel-open", added=add)
        if add:
            added = people.create(work, form.said)
            alike = [] if asking else finding.messages(work.connection, [added])
    if chosen is not None:
        alike = [f"Person {chosen} is on file; no one was added. Next: ccu refer --person {chosen}"]
    return _document(found, added, alike)


def _sealed(text: str) -> str:
    """Return the sealed part of a text; mail may quote it or add text before and after.

    Raises InvalidInput without one, or with one that is cut off.
    """
    lines = [line.strip("> \t\r") for line in text.splitlines()]
    try:
        first = lines.index(BEGIN)
        last = lines.index(END, first)
    except ValueError:
        raise InvalidInput(NOT_ONE) from None
    return "\n".join([*filter(None, lines[first : last + 1]), ""])


def _checked(found: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a parcel, each of the type it must have. Raises ValueError, KeyError."""
    if found["format"] != FORMAT:
        raise ValueError
    texts = {name: typed_text.line(found[name], name) for name in ("from", "by")}
    days = {name: found[name] and date.fromisoformat(found[name]) for name in ("made", "met")}
    return {
        **texts,
        **days,
        "person": typed_text.note(found["person"], "person") or "",
        "needs": [typed_text.line(each, "needs") for each in found["needs"]],
        "note": typed_text.note(found["note"], "note"),
    }


def _document(found: dict[str, Any], added: int | None, alike: list[str]) -> Document:
    pairs = [
        ("From", found["from"]),
        ("Reply to", found["by"]),
        ("Made", found["made"] and dates.say_date(found["made"])),
        ("Last met there", found["met"] and dates.say_date(found["met"])),
        ("Needs", ", ".join(filter(None, found["needs"]))),
    ]
    lines = [*alike, CLAIMED]
    if added is not None:
        lines = [f"Person {added} is added. Next: ccu refer --person {added}", *lines]
    sections = [
        Section(pairs=[pair for pair in pairs if pair[1]], main=True),
        Section("Person", lines=found["person"].split("\n")),
        Section("Note", lines=[*found["note"].split("\n"), NOT_KEPT] if found["note"] else []),
        Section(lines=lines),
    ]
    data = {
        **found,
        **{name: found[name] and found[name].isoformat() for name in ("made", "met")},
        "added": added,
    }
    return Document("A person met in another town", sections, data)


# ---------------------------------------------------------------- the key


def _key_path(session: Session) -> Path:
    return Path(f"{key_chain.database(session.db)}.parcel-key")


def _secret(path: Path) -> Any:
    """Return the secret in the key file. Raises DatabaseUnusable, naming only the file."""
    from pyrage import IdentityError, x25519

    try:
        return x25519.Identity.from_str(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise DatabaseUnusable(
            "this town has no parcel key yet; make one to give to senders: ccu parcel key"
        ) from None
    except (OSError, ValueError, IdentityError):
        raise DatabaseUnusable(f"the parcel key {path} cannot be read, or is damaged") from None
