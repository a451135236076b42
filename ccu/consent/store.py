"""Consents: what may be disclosed about a person, to which agency or provider, until when.
Disclosures: what was disclosed and why, with the accounting of six years. `records/consents.py`
reads which consents are active.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.dates.days import shift
from ccu.errors import InvalidInput
from ccu.options import OptionType, opt
from ccu.options.lookups import code
from ccu.options.types import offered
from ccu.records import codes, consents, person_ids, table, writes
from ccu.records.consents import POLICY, Recipient, covers, in_force, state
from ccu.records.visibility import PART2

if TYPE_CHECKING:
    from ccu.session import Session
    from ccu.work import Work

SIGNERS = ("person", "parent", "guardian", "other")
_AS_STORED = (
    *("id", "person", "record", "purpose", "signed_on", "signed_by", "expires_on"),
    *("recorded_by", "revoked_by"),
)


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A new consent by its columns: codes already checked, days as ISO text."""

    person_id: int
    recipient: str
    provider_id: int | None
    scope: str  # codes with commas between
    purpose: str
    purpose_words: str | None
    signed_on: str
    signed_by: str
    expires_on: str | None


def in_order(connection: sqlite3.Connection, scopes: Sequence[str]) -> list[str]:
    """Return codes of scopes in the order of their list, each once."""
    return [code for code in codes.labels(connection, "consent_scope") if code in scopes]


def scopes_in_words(connection: sqlite3.Connection, scopes: Iterable[str]) -> str:
    """Return the labels of scopes, with semicolons: some have a comma."""
    labels = codes.labels(connection, "consent_scope")
    return "; ".join(labels[scope] for scope in scopes)


def recipient_in_words(connection: sqlite3.Connection, to: Recipient) -> str:
    """Return the label of an agency, or `provider 3`."""
    return codes.labels(connection, "agency").get(str(to), str(to))


def read(connection: sqlite3.Connection, consent_id: int) -> sqlite3.Row:
    """Return one consent. Raises NotFound."""
    return table.require(connection, "consent", consent_id, consents.ROWS)


def rows(
    connection: sqlite3.Connection,
    person_id: int | None,
    *,
    today: str,
    every: bool,
    only_to: str | None = None,
) -> list[dict[str, Any]]:
    """Return consents, oldest first; without `every` the active ones; `only_to`: to that agency.

    id, person (canonical), record (the consent's own), to, scope (a list), purpose, words,
    signed_on, signed_by, expires_on, revoked_on, state, recorded_by, revoked_by.
    """
    same = None if person_id is None else person_ids.same(connection, [person_id])
    found = table.select(connection, consents.ROWS, {"consent.person_id IN ?": same})
    return [
        {
            **{name: row[name] for name in _AS_STORED},
            "to": said_to(row["recipient"], row["provider"], row["provider_name"]),
            "scope": row["scope"].split(","),
            "words": row["purpose_words"],
            "revoked_on": row["revoked_at"] and row["revoked_at"][:10],
            "state": state(row, today),
        }
        for row in found
        if (every or state(row, today) == "active")
        and (only_to is None or (row["recipient"], row["provider"]) == (only_to, None))
    ]


def said_to(agency: str, provider_id: int | None, name: str | None) -> str:
    """Return `police`, or `provider 3 (Homes with Hope)`."""
    return agency if provider_id is None else f"provider {provider_id} ({name})"


# ---------------------------------------------------------------- writing


def grant(work: "Work", new: Paper) -> int:
    """Record a signed consent; return its number.

    Raises NotFound, and InvalidInput for a person merged into another record, for an expiry that is
    not after the signature, and for a consent on Part 2 without an expiry (42 CFR 2.31).
    """
    from ccu.people import store as people

    people.must_exist(work.connection, new.person_id)
    if new.expires_on is not None and new.expires_on <= new.signed_on:
        raise InvalidInput("--expires must be after --signed")
    scopes = new.scope.split(",")
    if PART2 in scopes and new.expires_on is None:
        raise InvalidInput("--expires is missing: a part2 consent needs an expiration date")
    consent_id = writes.insert(work, "consent", new)
    to = str(Recipient(agency=new.recipient, provider_id=new.provider_id))
    work.audit("consent-grant", "person", new.person_id, consent=consent_id, to=to, scope=scopes)
    return consent_id


def revoke(work: "Work", consent_id: int, on: date) -> list[int]:
    """Revoke a consent, today or as of the start of an earlier day.

    Return other consents to the same recipient with overlapping scopes, which revoking this one
    does not revoke. Raises NotFound, InvalidInput.
    """
    row = read(work.connection, consent_id)
    if row["revoked_at"] is not None:
        raise InvalidInput(
            f"consent {consent_id} was revoked on {dates.said(row['revoked_at'][:10])}"
        )
    if on.isoformat() < row["signed_on"]:
        signed = dates.said(row["signed_on"])
        raise InvalidInput(f"--on is before consent {consent_id} was signed, {signed}")
    at = work.at
    if on != work.today:
        at = dates.to_iso(dates.day_start(on, work.settings.zone))
    revoked = {"revoked_at": at, "revoked_by": work.staff_id}
    writes.update(work.connection, "consent", consent_id, revoked)
    work.audit("consent-revoke", "person", row["record"], consent=consent_id)
    to = Recipient(agency=row["recipient"], provider_id=row["provider"])
    same = person_ids.same(work.connection, [row["record"]])
    left = in_force(work.connection, same, to, work.today.isoformat())
    return [each["id"] for each in left if _overlap(each["scope"], row["scope"])]


def _overlap(one: str, other: str) -> bool:
    """Return whether two scopes have something in common."""
    return any(covers(other, what) for what in one.split(",")) or any(
        covers(one, what) for what in other.split(",")
    )


# ---------------------------------------------------------------- notes on 42 CFR Part 2 referrals

# The file must not have notes about referrals to a Part 2 program.
_NOTES = """
SELECT (SELECT count(*) FROM referral
        JOIN referral_event AS event ON event.referral_id = referral.id
        WHERE referral.provider_id = :id AND coalesce(event.note, '') <> '')
     + (SELECT count(*) FROM referral JOIN follow_up ON follow_up.referral_id = referral.id
        WHERE referral.provider_id = :id AND follow_up.note <> '')
     + (SELECT count(*) FROM referral JOIN follow_up ON follow_up.referral_id = referral.id
        JOIN attempt ON attempt.follow_up_id = follow_up.id
        WHERE referral.provider_id = :id AND coalesce(attempt.note, '') <> '')
     + (SELECT count(*) FROM referral JOIN follow_up ON follow_up.referral_id = referral.id
        JOIN change ON record = 'follow_up' AND record_id = follow_up.id AND field = 'attempt'
        WHERE referral.provider_id = :id AND old_value ->> 'note' <> '')
"""


def refuse_part2_note(
    connection: sqlite3.Connection, note: str | None, provider_id: int | None
) -> None:
    """Refuse a note about a referral to a Part 2 program. Raises InvalidInput."""
    if note and provider_id in part2_providers(connection):
        raise InvalidInput(
            "a note about a referral to a 42 CFR Part 2 program cannot be stored in this file;"
            " add it by ccu care note add --part2"
        )


def part2_providers(connection: sqlite3.Connection) -> set[int]:
    """Return the numbers of the providers that are Part 2 programs."""
    return {row["id"] for row in connection.execute("SELECT id FROM provider WHERE part2")}


def provider_of_referral(connection: sqlite3.Connection, referral_id: int | None) -> int | None:
    """Return the provider of a referral; None when there is no such referral."""
    sql = "SELECT provider_id FROM referral WHERE id = :id"
    found: int | None = table.value(connection, sql, id=referral_id)
    return found


def part2_notes(connection: sqlite3.Connection, provider_id: int) -> int:
    """Count the notes in this file about referrals to a provider."""
    return int(table.value(connection, _NOTES, id=provider_id))


# ---------------------------------------------------------------- disclosures

# What screens show to police of Human Services' work is recorded once per person, account, scope,
# consent and day; a disclosure by phone or in writing is recorded each time. Showing only that work
# is being handled is not a disclosure; the audit records it as a read.
_DISCLOSED = """
SELECT disclosure.id, disclosure.disclosed_at, disclosure.person_id AS record,
       disclosure.recipient, disclosure.provider_id, provider.name AS provider_name,
       viewer.login AS viewer, disclosure.what, disclosure.purpose,
       disclosure.consent_id AS consent, disclosure.ground, teller.login AS by
FROM disclosure JOIN staff AS teller ON teller.id = disclosure.disclosed_by
LEFT JOIN staff AS viewer ON viewer.id = disclosure.shown_to
LEFT JOIN provider ON provider.id = disclosure.provider_id
WHERE disclosure.person_id IN (SELECT value FROM json_each(:people))
  AND (:since IS NULL OR substr(disclosure.disclosed_at, 1, 10) >= :since)
ORDER BY unixepoch(disclosure.disclosed_at), disclosure.id
"""


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """A disclosure by phone, by letter or in a meeting, with its recipient; codes checked.

    `ground` is the reason for disclosing without a consent.
    """

    person_id: int
    to: Recipient
    scope: str
    purpose: str | None
    ground: str | None


def disclose(work: "Work", new: ByHand) -> tuple[int, int | None]:
    """Record a disclosure; return its number and that of the consent that covers it.

    Raises NotFound; InvalidInput when no active consent covers it and no ground was given.
    """
    from ccu.people import store as people

    people.must_exist(work.connection, new.person_id)
    consent = None
    if new.ground is None:
        consent = covering(work, new.person_id, new.to, new.scope)
        if consent is None:
            to = new.to.provider_id or new.to.agency
            raise InvalidInput(
                f"person {new.person_id} has no active consent for it; record a signed one:"
                f" ccu consent grant {new.person_id} --to {to} --scope {new.scope}; or"
                " --without-consent REASON states why the law allows it"
            )
    elif new.scope == PART2 and not _of_part2(work.connection, new.ground):
        raise InvalidInput("--without-consent: 42 CFR Part 2 does not allow that reason")
    consent_id = consent["id"] if consent else None
    columns = {
        "person_id": new.person_id,
        "recipient": new.to.agency,
        "provider_id": new.to.provider_id,
        "what": new.scope,
        "purpose": new.purpose or (consent["purpose"] if consent else new.ground),
        "consent_id": consent_id,
        "ground": new.ground,
        "disclosed_at": work.at,
        "disclosed_by": work.staff_id,
    }
    number = writes.insert_row(work.connection, "disclosure", columns)
    work.audit(
        "consent-disclose", "person", new.person_id,
        disclosure=number, to=str(new.to), what=new.scope, consent=consent_id, ground=new.ground,
    )  # fmt: skip
    return number, consent_id


def covering(work: "Work", person_id: int, to: Recipient, scope: str) -> sqlite3.Row | None:
    """Return the person's active consent to a recipient that covers one scope, None without it."""
    same = person_ids.same(work.connection, [person_id])
    for consent in in_force(work.connection, same, to, work.today.isoformat()):
        if covers(consent["scope"], scope):
            return consent
    return None


def _of_part2(connection: sqlite3.Connection, ground: str) -> bool:
    sql = "SELECT part2 FROM disclosure_ground WHERE code = :code"
    return bool(table.value(connection, sql, code=ground))


# ---------------------------------------------------------------- the accounting of disclosures


def since(today: date, years: int) -> str:
    """Return the ISO day that many years ago; for Feb 29 the 28th, which leaves nothing out."""
    return shift(today, months=-12 * years).isoformat()


def accounting(
    connection: sqlite3.Connection, person_id: int, start: str | None, only_to: str | None
) -> list[dict[str, Any]]:
    """Return the disclosures about a person since a day, under any record, oldest first.

    id, when, record, to, account, what, purpose, basis, consent, by. `only_to`: to that agency
    alone.
    """
    same = person_ids.same(connection, [person_id])
    found = table.select(connection, _DISCLOSED, {}, people=same, since=start)
    return [
        {
            "id": row["id"],
            "when": dates.minute(row["disclosed_at"]),
            "record": row["record"],
            "to": said_to(row["recipient"], row["provider_id"], row["provider_name"]),
            "account": row["viewer"],
            "what": row["what"],
            "purpose": row["purpose"],
            "basis": _basis(row),
            "consent": row["consent"],
            "by": row["by"],
        }
        for row in found
        if only_to is None or (row["recipient"], row["provider_id"]) == (only_to, None)
    ]


def accounting_labels(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Return column -> code -> label of the columns of `accounting`, for a person."""
    grounds = codes.labels(connection, "disclosure_ground")
    found = codes.of_columns(
        connection, to="agency", what="consent_scope", purpose="consent_purpose"
    )
    found["purpose"] |= grounds  # for a disclosure without a consent or a purpose
    return found | {"basis": {_without(code): _without(each) for code, each in grounds.items()}}


def _without(ground: str) -> str:
    return f"without consent: {ground}"


def _basis(row: sqlite3.Row) -> str:
    if row["ground"] is not None:
        return _without(row["ground"])
    return POLICY if row["consent"] is None else f"consent {row['consent']}"


# ---------------------------------------------------------------- what is typed


def _recipient(session: "Session", text: str, option: str) -> Recipient:
    """Return a provider given by number, else an agency. Raises InvalidInput, NotFound."""
    from ccu.providers import store as providers

    if text.strip()[:1].isdigit():
        found = providers.find(session.db, text, option)
        return Recipient(agency=found["agency"], provider_id=found["id"])
    try:
        return Recipient(agency=codes.code_in_full(session.db, "agency", text, option))
    except InvalidInput as error:
        named = providers.matching(session.db, text) if len(text.strip()) > 2 else []
        numbers = ", ".join(f"{each['id']} {each['name']}" for each in named[:3])
        hint = f"; for one provider, give its number: {numbers}" if named else ""
        raise InvalidInput(f"{error}{hint}") from None


def _scope(session: "Session", text: str, option: str) -> str:
    return codes.code(session.db, "consent_scope", text.strip().replace("-", "_"), option)


SCOPES = OptionType(read=_scope, metavar="CODE", complete=offered("consent_scope"), commas=True)

TO_OPTION = opt(
    "--to",
    OptionType(read=_recipient, metavar="RECIPIENT", complete=offered("agency")),
    "An agency, such as police; or one provider, by number.",
)
PURPOSE_OPTION = opt("--purpose", code("consent_purpose"), "What for.")
