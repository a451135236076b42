"""Who and where: staff, places, people under one record or several, households, workers."""

from .chance import BEGAN, DAY, ENDED, HOUR, day, stamp
from .town import Row, Town

GIVEN = "Ada Bram Cleo Dorn Edda Finn Gwen Hale Iris Jory Kit Lorn Mina Nye Orla Pim".split()
FAMILY = "Ashby Birch Corwen Dunmore Elwick Farrow Garrick Hobday Inskip Jessop".split()
WORKERS = (4, 5, 6, 7)  # those who own referrals and follow-ups; 7 is an intern
OFFICERS = (2, 3, 4)


def staff(town: Town) -> None:
    """Row 1 is that of `ccu init`. sgone has left, idle has nothing to do."""
    people = (
        ("ofc1", "officer", "police", None),
        ("ofc2", "officer", "police", None),
        ("ccu1", "ccu", "police", 8),
        ("hsd1", "clinician", "human_services", 8),
        ("hsd2", "clinician", "mobile_crisis", None),
        ("intern1", "intern", "human_services", 8),
        ("boss", "supervisor", "human_services", None),
        ("sgone", "officer", "police", None),
        ("idle", "clinician", "hospital", 8),
    )
    for number, (login, role, agency, supervisor) in enumerate(people, 2):
        town.rows["staff"].append(
            dict(id=number, login=login, role=role, agency=agency, supervisor_id=supervisor)
            | {"active": int(login != "sgone")}
        )
    town.rows["source_system"] += [{"id": 2, "name": "cad"}, {"id": 3, "name": "ems"}]
    batch = dict(file_name="a.csv", sha256="0", layout="cad", recorded_at=stamp(BEGAN))
    counts = dict(read_rows=1, new_rows=1, changed_rows=0, same_rows=0, rejected_rows=0)
    town.rows["import_batch"].append({"id": 1, **batch, "recorded_by": 1, **counts})
    for number in range(1, 9):
        town.rows["provider"].append({"id": number, "name": f"Provider {number}"})


def places(town: Town) -> None:
    """Single houses, apartments of one building, crossings, blocks, streets; some exempt."""
    chance = town.chance
    categories = "residence shelter hospital school group_home station public other".split()
    for number in range(1, 1401):
        kind = chance.choices(
            ("address", "intersection", "block", "street", "highway", "place"),
            (80, 8, 4, 3, 2, 3),
        )[0]
        house = str(number // 3 if kind == "address" and number < 300 else number)
        unit = f"APT {number % 3 + 1}" if kind == "address" and number < 300 else ""
        street = "" if kind == "place" else chance.choice(("ELM ST", "OAK AVE", "BAY RD"))
        building = f"{house}|ELM ST" if unit else f"{kind}|{number}"
        town.add(
            "place",
            **dict(kind=kind, number=house if kind in ("address", "block") else ""),
            **dict(street="ELM ST" if unit else street, unit=unit),
            **dict(cross_street=f"{number}TH ST" if kind == "intersection" else ""),
            **dict(name=f"PLACE {number}" if kind == "place" else "", building_key=building),
            **dict(
                unit_key=f"{building}|{unit}", category=chance.perhaps(chance.choice(categories))
            ),
            **dict(exempt_reason="hospital" if chance.often(0.01) else None),
            **dict(city=chance.choice(("WESTPORT", "", "NORWALK"))),
        )
    for number in (1401, 1402):  # texts that say nothing of where
        town.add("place", **{**town.rows["place"][-1], "id": number, "kind": "none",
                 "number": "", "street": "", "name": "", "unit": "", "cross_street": "",
                 "unit_key": f"none{number}", "exempt_reason": None})  # fmt: skip


def place_changes(town: Town) -> None:
    """Places that became exempt, or are so no longer."""
    for place in town.rows["place"][:40]:
        at = town.chance.randrange(BEGAN, ENDED - DAY)
        reason = None if place["exempt_reason"] else "shelter"
        town.change("place", place, at, exempt_reason=reason, category="shelter")


def people(town: Town) -> None:
    """Named in full, by half a name, only described, or not at all."""
    chance = town.chance
    for _ in range(2400):
        kind = chance.choices(
            ("both", "given", "family", "described", "nothing"), (62, 8, 5, 15, 10)
        )
        given = chance.choice(GIVEN) if kind[0] in ("both", "given") else ""
        family = chance.choice(FAMILY) if kind[0] in ("both", "family") else ""
        town.add(
            "person",
            **dict(given_name=given, family_name=family, merged_into=None),
            description="tall, green coat" if kind[0] == "described" else "",
            birth_date=chance.perhaps("1980-05-05", 0.5),
            age_estimate=chance.perhaps(40, 0.7),
            phone=chance.perhaps("203-555-0100", 0.5),
            language=chance.choice(("en", "es", None, "")),
            housing=chance.perhaps("housed", 0.6),
            **dict(recorded_at=stamp(ENDED - 5 * HOUR), recorded_by=chance.choice(OFFICERS)),
        )


def person_details(town: Town) -> None:
    """Why fields are empty; names learnt later; keys, without which `ccu check` finds fault."""
    chance = town.chance
    reasons = ("does_not_know", "prefers_not", "not_collected")
    for person in town.rows["person"]:
        for name in ("birth_date", "age_estimate", "phone", "language", "housing"):
            if not person[name] and chance.often(0.4):
                said = {"person_id": person["id"], "field": name, "missing": chance.choice(reasons)}
                town.rows["person_missing"].append(said)
    for person in town.rows["person"]:
        unnamed = not person["given_name"] and not person["family_name"]
        if chance.often(0.15 if unnamed else 0.02):
            at = chance.randrange(BEGAN + 90 * DAY, ENDED - DAY)
            if stamp(at) > person["recorded_at"]:
                new = chance.choice(GIVEN) if unnamed else ""
                town.change("person", person, at, given_name=new)
        town.rows["person_key"].append({"key": "test", "person_id": person["id"]})


def merges(town: Town) -> None:
    """Records of one person, some in chains: the later number into the earlier one."""
    chance = town.chance
    for number, person in enumerate(town.rows["person"]):
        if number > 20 and chance.often(0.07):
            stays = town.rows["person"][chance.randrange(number)]
            later = max(person["recorded_at"], stays["recorded_at"])
            at = stamp(chance.randrange(BEGAN + 200 * DAY, ENDED - DAY))
            if at > later:
                person["merged_into"] = stays["id"]
                town.merges.append(
                    dict(merged_id=person["id"], taken="[]", merged_at=at, merged_by=4)
                )
    town.merges.sort(key=lambda row: str(row["merged_at"]))


def stands_for(town: Town, number: int) -> int:
    """The record at the end of a chain."""
    into = town.rows["person"][number - 1]["merged_into"]
    return number if into is None else stands_for(town, into)


def households(town: Town) -> None:
    """Members come and go; workers have turns with people and with households."""
    chance = town.chance
    for _ in range(80):
        home = town.add("household", recorded_at=stamp(BEGAN), recorded_by=4)
        for person in chance.sample(range(1, 1200), chance.randrange(1, 5)):
            since, until = _turn(town, 0.25)
            town.rows["household_member"].append(
                {"household_id": home["id"], "person_id": person}
                | {"since": chance.perhaps(since), "until": until}
            )
        if chance.often(0.6):
            _worker(town, household_id=home["id"])
    taken: set[int] = set()
    for person in chance.sample(range(1, 1500), 220):
        whose = stands_for(town, person)
        if whose not in taken:
            taken.add(whose)
            _worker(town, person_id=person)


def _worker(town: Town, **whose: int) -> None:
    """An owner's turns one after the other, and now and then somebody who helps."""
    since, until = _turn(town, 0.4)
    about: Row = {"person_id": None, "household_id": None, **whose}
    if until:
        town.add(
            "worker",
            staff_id=town.chance.choice(WORKERS),
            **about,
            owner=1,
            since=until,
            until=None,
        )
    town.add(
        "worker", staff_id=town.chance.choice(WORKERS), **about, owner=1, since=since, until=until
    )
    if town.chance.often(0.2):
        town.add(
            "worker",
            staff_id=town.chance.choice(WORKERS),
            **about,
            owner=0,
            since=since,
            until=until,
        )


def _turn(town: Town, over: float) -> tuple[str, str | None]:
    begun = town.chance.randrange(BEGAN, ENDED - 20 * DAY)
    ended = day(town.chance.randrange(begun + DAY, ENDED - DAY))
    return day(begun), ended if town.chance.often(over) else None
