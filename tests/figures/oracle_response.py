"""Who responded, how calls ended and what was done, hours and their cost."""

from collections.abc import Callable, Iterable

from .oracle_calls import in_period
from .oracle_care import offered
from .parts import Asked, Figures, Part, count, share
from .rows import CIVILIAN, FACE_TO_FACE, File, Row, is_civilian

SENT = {"dispatched", "arrived", "cancelled"}


def _naming(file: File, asked: Asked) -> set[int]:
    """Sources that have named a civilian responder in the year to the period's end."""
    return file.sources(
        asked.begun,
        asked.end,
        lambda call: any(map(is_civilian, file.responders.get(call, []))),
    )


def _who_came_known(file: File, call: Row, naming: set[int]) -> bool:
    """Responders are recorded, by a source that names a team where one came."""
    return bool(file.responders.get(call["id"])) and call["source_system_id"] in naming


def _civilian_states(file: File, call: Row) -> set[str]:
    return {row["state"] for row in file.responders.get(call["id"], []) if is_civilian(row)}


def _there(file: File, call: Row) -> set[str]:
    """Agencies whose responders arrived, clinicians left out."""
    rows = file.responders.get(call["id"], [])
    return {row["agency"] for row in rows if row["state"] == "arrived" and not row["clinician"]}


def _without_police(file: File, call: Row) -> bool:
    """A civilian arrived and no officer known as one did."""
    return "arrived" in _civilian_states(file, call) and "police" not in _there(file, call)


def _police_open(file: File, call: Row) -> bool:
    """One of them is a unit of an import whose agency is not known: it may be police."""
    imported = call["import_batch_id"] is not None and "other" in _there(file, call)
    return _without_police(file, call) and imported


def _alone(file: File, call: Row) -> bool:
    """A civilian arrived and no police officer did."""
    return _without_police(file, call) and not _police_open(file, call)


def _who_arrived_open(file: File, call: Row, timed: set[int]) -> bool:
    """A civilian was sent, no responder is recorded as there, and one came or nothing tells."""
    states = {row["state"] for row in file.responders.get(call["id"], [])}
    sent = _civilian_states(file, call) & {"associated", "dispatched"}
    told = call["arrived_at"] is None and call["source_system_id"] in timed
    return not told and bool(sent) and "arrived" not in states


def _timing(file: File, asked: Asked) -> set[int]:
    """Sources that have recorded an arrival in the year to the period's end."""
    came = {call["id"] for call in file.every_call if call["arrived_at"] is not None}
    return file.sources(
        asked.begun,
        asked.end,
        lambda call: (
            call in came or any(row["state"] == "arrived" for row in file.responders.get(call, []))
        ),
    )


def _doubted(file: File, call: Row, timed: set[int], alone: bool) -> bool:
    return _who_arrived_open(file, call, timed) or (alone and _police_open(file, call))


def somebody_arrived(file: File, call: Row) -> bool:
    states = {row["state"] for row in file.responders.get(call["id"], [])}
    return call["arrived_at"] is not None or "arrived" in states


def team_came(file: File, call: Row) -> bool:
    """A civilian agency led the call, or a civilian arrived."""
    return call["lead_agency"] in CIVILIAN or "arrived" in _civilian_states(file, call)


def arrival_known(file: File, call: Row) -> bool:
    return call["arrived_at"] is not None or bool(file.responders.get(call["id"]))


def responders(file: File, asked: Asked) -> Figures:
    found: Figures = {}
    naming, timed = _naming(file, asked), _timing(file, asked)
    for name, rows in (
        ("calls", in_period(file, asked)),
        ("care_calls", in_period(file, asked, care=True)),
    ):
        none = sum(not _who_came_known(file, call, naming) for call in rows)
        states = [_civilian_states(file, call) for call in rows]
        for reading, number in (
            ("associated", sum(bool(each & {*SENT, "associated"}) for each in states)),
            ("dispatched", sum(bool(each & SENT) for each in states)),
            ("arrived", sum("arrived" in each for each in states)),
            ("arrived_alone", sum(_alone(file, call) for call in rows)),
        ):
            # no record does not mean that nobody was sent
            doubts = 0
            if "arrived" in reading:
                alone = reading == "arrived_alone"
                doubts = sum(
                    _who_came_known(file, call, naming) and _doubted(file, call, timed, alone)
                    for call in rows
                )
            left = none + doubts
            part = _share_of_most(number, len(rows) - left, left)
            civilians = sum(bool(each & {*SENT, "associated"}) for each in states)
            if number == 0 and doubts > civilians - doubts:  # no zero of what is not known
                part = Part("share", None, len(rows) - left, left)
            part.numerator = part.numerator if none < len(rows) else None
            found[f"{reading}_of_{name}", ""] = part
    return found | _backup(file, asked) | _eligible(file, asked) | _lead(file, asked)


def _backup(file: File, asked: Asked) -> Figures:
    led = [
        call
        for call in in_period(file, asked)
        if call["lead_agency"] not in (None, "police") and somebody_arrived(file, call)
    ]
    return {
        ("backup_rate", ""): _flag(led, "backup_asked"),
        ("backup_arrived", ""): _flag(led, "backup_arrived"),
    }


def _flag(rows: list[Row], column: str) -> Part:
    """Yes of those that say; those that do not are missing. Of a minority there is no rate."""
    said = [call[column] for call in rows if call[column] is not None]
    return _share_of_most(sum(said), len(said), len(rows) - len(said))


def _share_of_most(number: int, known: int, missing: int) -> Part:
    """A share, none where more lack the answer than have it."""
    if missing > known:
        return Part("share", None, known, missing)
    return share(number, known, missing=missing)


def _eligible(file: File, asked: Asked) -> Figures:
    natures, naming = file.settings["civilian_natures"].split(","), _naming(file, asked)
    timed = _timing(file, asked)
    care = in_period(file, asked, care=True)
    screened = [call for call in care if file.codes["danger"].get(call["id"])]
    fit = [
        call
        for call in screened
        if file.codes["danger"][call["id"]] == {"none"}
        and (call["nature_cleared"] or call["nature"]) in natures
    ]
    told = [
        call
        for call in fit
        if call["lead_agency"] in CIVILIAN
        or (
            not (_who_came_known(file, call, naming) and _doubted(file, call, timed, True))
            and (call["lead_agency"] or _who_came_known(file, call, naming))
        )
    ]
    covered = [c for c in told if c["lead_agency"] in CIVILIAN or _alone(file, c)]
    missing = len(care) - len(screened)
    return {
        ("civilian_eligible", ""): _share_of_most(len(fit), len(screened), missing),
        ("civilian_covered", ""): _share_of_most(len(covered), len(told), len(fit) - len(told)),
    }


def _lead(file: File, asked: Asked) -> Figures:
    rows = in_period(file, asked)
    led = [call["lead_agency"] for call in rows if call["lead_agency"] is not None]
    return {
        ("lead_agency", label): share(led.count(code), len(led), missing=len(rows) - len(led))
        for code, label in file.labels("agency").items()
    }


# ---------------------------------------------------------------- how calls ended


OUTCOMES = {
    "emergency_examination": {"police_exam", "physician_certificate"},
    "hospital_transport": {"voluntary_transport"},
    **{name: {name} for name in ("arrest", "citation", "arrest_diverted")},
}


def _ended(file: File, call: Row) -> set[str | None]:
    """How it ended, None for words of the dispatch system that are not mapped to a code."""
    mapped = file.codes["disposition"].get(call["id"])
    return {*mapped} if mapped else {None} if call["cad_disposition_id"] else set()


def dispositions(file: File, asked: Asked) -> Figures:
    found: Figures = {}
    every, care = in_period(file, asked), in_period(file, asked, care=True)
    for name in ("disposition", "intervention"):
        labels: dict[str | None, str] = dict(file.labels(name).items())
        having: list[set[str | None]]
        if name == "disposition":
            labels[None] = "Other dispatch words"
            having = [each for call in every if (each := _ended(file, call))]
        else:
            having = [{*file.codes[name].get(call["id"], set())} for call in every]
            having = [each for each in having if each]
        for code, label in labels.items():
            found[f"{name}_mix", label] = share(
                sum(code in each for each in having), len(having), missing=len(every) - len(having)
            )
    unmapped = sum(_ended(file, call) == {None} for call in every)
    found["unmapped_dispositions", ""] = count(unmapped)
    endings = file.codes["disposition"]
    for figure, any_of in OUTCOMES.items():
        ended_so = {call for call, codes in endings.items() if any_of & codes}
        sources = file.sources(asked.begun, asked.end, ended_so.__contains__)
        telling = [call for call in care if call["source_system_id"] in sources]
        having = [each for call in telling if (each := _ended(file, call))]
        missing = len(care) - len(having)
        number = sum(bool(each & any_of) for each in having)
        found[figure, ""] = _share_of_most(number, len(having), missing)
    found["force", ""] = _flag(care, "force_used")
    found["injury", ""] = _flag(care, "injury")
    return found


# ---------------------------------------------------------------- effort and cost


def effort(file: File, asked: Asked) -> Figures:
    care = in_period(file, asked, care=True)
    tries = [row for row in file.tables["attempt"] if asked.holds(row)]
    scene = _minutes(care, lambda call: _on_scene(file, call))
    follow_up = _minutes(tries, lambda row: row["minutes"])
    consult = _minutes(filter(asked.holds, file.tables["consult"]), lambda row: row["minutes"])
    hand_off = _minutes(offered(file, asked), lambda row: row["handoff_minutes"])
    later = [follow_up, consult, hand_off]
    contacts = sum(
        len(file.people_of(call, FACE_TO_FACE))
        for call in care
        if _on_scene(file, call) is not None
    )
    met = _minutes(care, lambda call: _on_scene(file, call) if _met(file, call) else None)
    contacts += sum(row["result"] in file.reaching for row in tries if row["minutes"] is not None)
    hours = _hours([met, *later])
    found = {
        ("scene_hours", ""): scene,
        ("follow_up_hours", ""): follow_up,
        ("consult_hours", ""): consult,
        ("hand_off_hours", ""): hand_off,
        ("hours_per_contact", ""): Part(
            *("hours", hours, contacts, _missing([met, *later])),
            value=hours / contacts if contacts and hours is not None else None,
        ),
        ("cost_scene", ""): _cost(file, [scene], "rate_scene"),
        ("cost_follow_up", ""): _cost(file, later, "rate_follow_up"),
    }
    rates = [file.settings[name] for name in ("rate_scene", "rate_follow_up")]
    both = None
    if hours is not None and all(rates):
        both = sum(
            (_hours(parts) or 0) * float(rate)
            for parts, rate in zip(([met], later), rates, strict=True)
        )
    found["cost_per_contact", ""] = Part(
        *("dollars", both, contacts, _missing([met, *later])),
        value=both / contacts if both is not None and contacts else None,
    )
    return found


def _met(file: File, call: Row) -> bool:
    return bool(file.people_of(call, FACE_TO_FACE))


def _on_scene(file: File, call: Row) -> int | None:
    """The call's own minutes, else those of its responders together."""
    if call["minutes"] is not None:
        return int(call["minutes"])
    theirs = [row["minutes"] for row in file.responders.get(call["id"], [])]
    said = [minutes for minutes in theirs if minutes is not None]
    return sum(said) if said else None


def _minutes(rows: Iterable[Row], of: Callable[[Row], int | None]) -> Part:
    every = [of(row) for row in rows]
    said = [minutes for minutes in every if minutes is not None]
    if every and not said:
        return Part("hours", missing=len(every))
    return Part("hours", sum(said), missing=len(every) - len(said), value=sum(said) / 60)


def _hours(parts: list[Part]) -> float | None:
    minutes = sum(part.numerator or 0 for part in parts)
    return minutes / 60 if minutes or not _missing(parts) else None


def _missing(parts: list[Part]) -> int:
    return sum(part.missing for part in parts)


def _cost(file: File, parts: list[Part], rate: str) -> Part:
    dollars = file.settings[rate]
    hours = _hours(parts)
    value = hours * float(dollars) if dollars and hours is not None else None
    return Part("dollars", hours, missing=_missing(parts), value=value)


def attempts_made(file: File, asked: Asked) -> Figures:
    return {("attempts_made", ""): count(sum(map(asked.holds, file.tables["attempt"])))}
