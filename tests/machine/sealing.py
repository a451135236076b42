"""What a seal takes out of the model, and what lifting it brings back."""

from typing import Any

from .model import Call, Model, Referral, Seal, kept

WORDS = {"person": "people"}  # else the record's word and an s


def seal_person(model: Model, number: int) -> Seal:
    """Take a person out, under every record; the calls stay, without their subject."""
    records = {each for each in model.people if kept(model.people, each) == number}
    seal = Seal("person", number)
    met = {key for key, call in model.calls.items() if call.person in records}
    _take_work(model, seal, records, met)
    for key in met:
        seal.subjects[key] = model.calls[key].person
        model.calls[key].person = None
        seal.refers.add(("call", key))
    for consent in [key for key, person in model.consents.items() if person in records]:
        seal.take("consents", model.consents, consent)
    for worker in model.workers & records:
        seal.workers.add(worker)
    model.workers -= records
    for needs in [key for key, own in model.needs.items() if own.person in records]:
        seal.take("needs", model.needs, needs)
    for plan in [key for key, own in model.plans.items() if _about(own, records)]:
        seal.take("plans", model.plans, plan)
    for each in [key for key, own in model.overrides.items()
                 if own[0] == "person" and own[1] in records]:  # fmt: skip
        seal.take("overrides", model.overrides, each)
    _take_households(model, seal, records)
    for pair in [pair for pair in model.siblings if records & {*pair}]:
        model.siblings.remove(pair)
        seal.siblings.add(pair)
        seal.refers |= {("person", each) for each in pair}
    for each in records:
        seal.take("people", model.people, each)
        seal.holds.add(("person", each))
    seal.refers -= seal.holds
    return seal


def _about(plan: Any, records: set[int]) -> bool:
    return plan.record == "person" and plan.number in records


def _take_households(model: Model, seal: Seal, records: set[int]) -> None:
    """Take their memberships, and each household that nobody else ever was in."""
    for own in {own for own, record in model.members if record in records}:
        if {record for each, record in model.members if each == own} <= records:
            model.households.remove(own)
            seal.households.add(own)
            seal.holds.add(("household", own))
        else:
            seal.refers.add(("household", own))
    for key in [key for key in model.members if key[1] in records]:
        seal.take("members", model.members, key)


def seal_call(model: Model, number: int) -> Seal:
    """Take a call out, with the work that names it and nobody."""
    seal = Seal("call", number)
    _take_work(model, seal, set(), {number})
    call: Call = model.calls[number]
    if call.person is not None:
        seal.refers.add(("person", call.person))
    seal.take("calls", model.calls, number)
    seal.holds.add(("call", number))
    for record, owns in (("referral", model.referrals), ("follow_up", model.follow_ups)):
        for key, own in owns.items():
            if own.call == number:
                own.call = None
                seal.blanked.append((record, key))
    return seal


def _take_work(model: Model, seal: Seal, people: set[int], calls: set[int]) -> None:
    """Take the work of these people, and what is for these calls and names nobody."""
    for key, own in [*model.referrals.items()]:
        if own.person in people or (own.person is None and own.call in calls):
            seal.take("referrals", model.referrals, key)
            seal.holds.add(("referral", key))
            _refer(seal, own)
    gone = seal.gone.get("referrals", {})
    for key, due in [*model.follow_ups.items()]:
        alone = due.person is None and due.referral is None and due.call in calls
        of_gone = due.referral in gone and (seal.record == "person" or due.person is None)
        if due.person in people or of_gone or alone:
            seal.take("follow_ups", model.follow_ups, key)
            _refer(seal, due)
            if due.referral is not None and due.referral not in gone:
                seal.refers.add(("referral", due.referral))
    for key in [key for key, call in model.consult_calls.items() if call in calls]:
        if key in model.consults:
            seal.take("consults", model.consults, key)
            seal.refers.add(("call", model.consult_calls[key]))


def _refer(seal: Seal, own: Referral | Any) -> None:
    for record in ("call", "person"):
        if (number := getattr(own, record)) is not None:
            seal.refers.add((record, number))


def waits(model: Model, seal: Seal) -> bool:
    """Whether another seal holds what this one needs."""
    return any(seal.refers & other.holds for other in model.seals.values() if other is not seal)


def lift(model: Model, seal: Seal) -> None:
    """Bring back what a seal took, but what was removed for good since."""
    for name, found in seal.gone.items():
        getattr(model, name).update(found)
    model.workers |= seal.workers
    model.households |= seal.households
    model.siblings |= {pair for pair in seal.siblings if {*pair} <= {*model.people}}
    for key, person in seal.subjects.items():
        if key in model.calls:
            model.calls[key].person = person
    held = [other.gone for other in model.seals.values()]
    for record, key in seal.blanked:
        name = f"{record}s"
        for records in (getattr(model, name), *(each.get(name, {}) for each in held)):
            if key in records:
                records[key].call = seal.number


def whole(model: Model) -> tuple[list[Call], list[Referral]]:
    """Return the calls and referrals that a report counts: sealed ones too."""
    held = [seal.gone for seal in model.seals.values()]
    calls = [
        *model.calls.values(),
        *(each for one in held for each in one.get("calls", {}).values()),
    ]
    made = [own for one in held for own in one.get("referrals", {}).values()]
    return calls, [*model.referrals.values(), *made]
