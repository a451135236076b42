"""What only somebody can decide of a roster, asked at the terminal before anything is written."""

from dataclasses import replace

from ccu.identity import Known
from ccu.imports.roster.effects import Effect
from ccu.imports.roster.matching import Decision, What
from ccu.imports.roster.run import Plan
from ccu.options.terminal import read_line
from ccu.output import say
from ccu.session import Session

WIDTH = 24  # of a value shown


def people(session: Session, plan: Plan) -> None:
    """Ask of each undecided row who it is. Raises KeyboardInterrupt for q."""
    undecided = [each for each in plan.decisions if each.what is What.undecided]
    for place, decision in enumerate(undecided, 1):
        _show(session, decision, f"{place} of {len(undecided)}")
        _ask(decision)


def _show(session: Session, decision: Decision, place: str) -> None:
    """The row beside those it may be; whose record is shown is in the audit before it is."""
    from ccu.people import keys as person_keys
    from ccu.records import person_ids

    ids = [each.person_id for each in decision.candidates]
    by = session.staff_id
    with session.writing() as connection:
        known = person_keys.known(connection, ids)
        person_ids.shown(connection, by, "person-import-show", ids)
    entry = decision.entry
    number = f", number {entry.shown_number}" if entry.shown_number else ""
    say(f"\nTo decide, {place}: line {entry.line}{number} {decision.why}".lstrip("\n"))
    for each in decision.candidates:
        say(f"  {'':12} {'roster':{WIDTH}} {f'person {each.person_id}':{WIDTH}} says")
        told = {field.name: field for field in each.likeness.fields}
        mine, theirs = _fields(entry.known), _fields(known[each.person_id])
        for name in mine:
            if mine[name] or theirs[name]:
                why = told[name].agreement if name in told else ""
                say(f"  {name:12} {_cut(mine[name])} {_cut(theirs[name])} {why}".rstrip())


def _cut(text: str) -> str:
    return f"{text if len(text) <= WIDTH else text[: WIDTH - 1] + '…':{WIDTH}}"


def _fields(known: Known) -> dict[str, str]:
    name = known.names[0] if known.names else ("", "")
    also = "; ".join(" ".join(filter(None, each)) for each in known.names[1:])
    born = known.birth_years
    return {
        "given name": name[0],
        "family name": name[1],
        "also": also,
        "birth date": known.birth_date or (f"{born[0]} to {born[1]}" if born else ""),
        "phone": known.phone or "",
        "email": known.email or "",
        "home": known.home or "",
        "postcode": known.postcode or "",
        "sex": known.sex or "",
        "description": known.description,
    }


def _ask(decision: Decision) -> None:
    ids = [each.person_id for each in decision.candidates]
    same = "y same person" if len(ids) == 1 else "the number of the person it is"
    while True:
        said = read_line(f"{same}, n somebody new, s skip the row, q stop: ").strip().lower()
        if said in ("y", "yes") and len(ids) == 1:
            said = str(ids[0])
        if said in map(str, ids):
            decision.what, decision.person_id = What.matched, int(said)
        elif said in ("n", "new"):
            decision.what = What.new
        elif said in ("q", "quit"):
            raise KeyboardInterrupt
        elif said not in ("s", "skip"):
            say("  one of these, please")
            continue
        else:
            decision.why += "; skipped"
            return
        decision.why = ""
        return


def links(plan: Plan, found: list[Effect]) -> None:
    """Ask of each worker whom a hand has set whether the roster's word counts more."""
    agreed = set()
    for each in found:
        if each.by_hand and each.person_id is not None:
            why = "the case is closed" if each.ended else "the roster names another worker"
            said = read_line(
                f"Person {each.person_id}: {each.worker.removesuffix(' kept')} was set by hand or"
                f" by another office; {why}. Change it? y or n [n]: "
            )
            if said.strip().lower() in ("y", "yes"):
                agreed.add(each.person_id)
    plan.choices = replace(plan.choices, by_hand=frozenset(agreed))


def go_on() -> None:
    """Raises KeyboardInterrupt unless somebody says yes."""
    while True:
        said = read_line("Go on? y or n: ").strip().lower()
        if said in ("y", "yes"):
            return
        if said in ("n", "no", "q"):
            raise KeyboardInterrupt
