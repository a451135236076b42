"""Invented towns for trying identity: families, then records of them with mistakes, seeded.

Names follow American frequencies (`ccu.identity.names`) with a long tail of made-up ones.
Two types of mistakes: those of desks and dispatchers, and wild ones in the manner of febrl.
"""

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from ccu.identity import Known, Name
from ccu.identity.names import nicknames, shares

WOMEN = frozenset(
    """mary patricia linda elizabeth barbara maria jennifer susan jessica sarah karen nancy lisa
    betty margaret sandra ashley kimberly emily donna michelle amanda melissa deborah stephanie
    dorothy rebecca sharon laura cynthia amy angela anna emma nicole helen samantha katherine ana
    christine rachel carolyn catherine heather rosa guadalupe carmen olivia julie hannah megan
    martha teresa gloria sara grace judith andrea alice julia marilyn danielle abigail diana
    brittany natalie marie kayla alexis sophia isabella""".split()
)


@dataclass(frozen=True)
class Mess:
    """How often, per field and record, something goes wrong; and what is on file at all."""

    typo: float = 0.06
    nickname: float = 0.08
    swap: float = 0.02
    other_name: float = 0.01  # another given name altogether, or a married family name
    missing: float = 0.06
    date_slip: float = 0.05
    moved: float = 0.15
    new_phone: float = 0.25
    homes: bool = True
    phones: bool = True
    emails: bool = False
    births: float = 0.92
    records: tuple[float, ...] = (0.72, 0.18, 0.06, 0.03, 0.01)  # of 1, 2, 3 ... a person


DESK = Mess()
NO_HOMES = Mess(homes=False)
FEW_BIRTHS = Mess(births=0.6)
BARE = Mess(homes=False, phones=False, births=1.0)
HARD = Mess(0.15, 0.12, 0.06, 0.03, 0.12, 0.12, 0.3, 0.4, records=(0.4, 0.3, 0.15, 0.1, 0.05))


@cache
def _weighted(kind: str) -> tuple[list[str], list[float]]:
    """Names and how often each is met: the common ones, and a tail of made-up ones."""
    table = shares("given" if kind == "given" else "family")
    tail, seed = (1500, 1) if kind == "given" else (15_000, 2)
    names, weights = [], []
    for name, share in table.items():
        names.append(name)
        weights.append(1 / share)
    rest, dice = max(0.25, 1 - sum(weights)), random.Random(seed)
    made = sorted({_made_up(dice) for _ in range(tail)})
    dice.shuffle(made)
    zipf = [1 / (rank + 60) for rank in range(len(made))]
    names += made
    weights += [rest * share / sum(zipf) for share in zipf]
    return names, weights


def _made_up(dice: random.Random) -> str:
    heads = "b c d f g h k l m n p r s t v w z br ch dr gr kr sch st tr sh th fl".split()
    middles = "a e i o u ai ei ou ea ie".split()
    tails = "n r l s ck rt ski ng ld nd son man ez ler ton ley ini ov ak".split()
    parts = [dice.choice(heads) + dice.choice(middles) for _ in range(dice.choice((1, 2, 2, 3)))]
    return "".join(parts) + dice.choice(tails)


@cache
def _nicknames() -> dict[str, list[str]]:
    return {full: others for full, others in nicknames().items() if others}


def a_name(dice: random.Random, kind: str, sex: str = "") -> str:
    names, weights = _weighted(kind)
    while True:
        name = dice.choices(names, weights)[0]
        if not sex or name not in WOMEN or sex == "female":
            return name


def a_day(dice: random.Random, first: int, last: int) -> date:
    start = date(first, 1, 1)
    return start + timedelta(days=dice.randrange((date(last, 12, 31) - start).days))


def a_home(dice: random.Random) -> tuple[str, str]:
    street = a_name(dice, "family").title()
    kind = dice.choice(("Street", "Avenue", "Road", "Lane", "Drive", "Court"))
    unit = f" Apt {dice.randrange(1, 40)}" if dice.random() < 0.3 else ""
    town, code = dice.choice((("Norfield", "06801"), ("Easton", "06802"), ("Millbrook", "06803")))
    return f"{dice.randrange(1, 900)} {street} {kind}{unit}, {town} CT", code


def a_phone(dice: random.Random) -> str:
    return f"{dice.choice((203, 475, 860))}{dice.randrange(200, 999)}{dice.randrange(10_000):04}"


def household(dice: random.Random) -> Iterator[Known]:
    """One household: a person alone, a couple, children; now and then twins or a Junior."""
    family, (home, code), phone = a_name(dice, "family"), a_home(dice), a_phone(dice)
    shape = dice.random()
    born = a_day(dice, 1935, 1998)

    def someone(sex: str, day: date, name: str = "") -> Known:
        given = name or a_name(dice, "given", sex)
        while not name and given in taken:
            given = a_name(dice, "given", sex)
        taken.add(given)
        own = phone if dice.random() < 0.6 else a_phone(dice)
        mail = f"{given}.{family}{dice.randrange(99)}@example.org" if dice.random() < 0.7 else None
        return Known(
            (Name(given, family),), str(day), None, sex, own, mail, home, code
        )  # fmt: skip

    taken: set[str] = set()
    first = someone(dice.choice(("male", "female")), born)
    yield first
    if shape < 0.4:
        return
    yield someone(
        "male" if first.sex == "female" else "female",
        born + timedelta(days=dice.randrange(-2500, 2500)),
    )
    if shape < 0.65:
        return
    child = born + timedelta(days=dice.randrange(20 * 365, 38 * 365))
    for _ in range(dice.choice((1, 1, 2, 2, 3))):
        sex = dice.choice(("male", "female"))
        namesake = dice.random() < (0.05 if sex == "male" else 0.01)
        junior = first.names[0].given if first.sex == sex and namesake else ""
        yield someone(sex, child, junior)
        if dice.random() < 0.03:
            yield someone(dice.choice(("male", "female")), child)
        child += timedelta(days=dice.randrange(330, 1800))


def slip(dice: random.Random, text: str) -> str:
    """One typo: a letter lost, doubled, changed, or two swapped."""
    if len(text) < 2:
        return text
    at, letter = dice.randrange(len(text) - 1), dice.choice(string.ascii_lowercase)
    return dice.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + letter + text[at + 1 :],
            text[:at] + letter + text[at:],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        )
    )


def slipped_day(dice: random.Random, text: str) -> str:
    day = date.fromisoformat(text)
    way = dice.randrange(6)
    try:
        if way == 0:
            day = day.replace(month=day.day, day=day.month)
        elif way == 1:
            day = day.replace(year=day.year + dice.choice((-10, -1, 1, 10)))
        elif way == 2:
            day = day.replace(day=dice.randrange(1, 29))
        elif way == 3:
            day = day.replace(month=dice.randrange(1, 13))
        elif way == 4:
            day = day.replace(month=1, day=1)
        else:
            day += timedelta(days=dice.randrange(-400, 400))
    except ValueError:
        return text
    return str(day)


def recorded(dice: random.Random, person: Known, mess: Mess) -> Known:
    """What a desk wrote down about a person on one day."""
    given, family = person.names[0]
    if dice.random() < mess.nickname and given in _nicknames():
        given = dice.choice(_nicknames()[given])
    if dice.random() < mess.other_name:
        given = a_name(dice, "given", person.sex or "")
    if dice.random() < mess.other_name * (3 if person.sex == "female" else 0.2):
        family = a_name(dice, "family")
    if dice.random() < mess.typo:
        given = slip(dice, given)
    if dice.random() < mess.typo:
        family = slip(dice, family)
    if dice.random() < mess.swap:
        given, family = family, given
    given = "" if dice.random() < mess.missing / 2 else given
    family = "" if given and dice.random() < mess.missing / 2 else family
    born = person.birth_date if dice.random() < mess.births else None
    if born and dice.random() < mess.date_slip:
        born = slipped_day(dice, born)
    home, code = person.home or "", person.postcode
    if dice.random() < mess.moved:
        home, code = a_home(dice)
    if dice.random() < mess.typo * 2:
        home = slip(dice, home)
    if dice.random() < 0.2:
        home = home.replace("Street", "St").replace("Avenue", "Ave").split(",")[0]
    phone = a_phone(dice) if dice.random() < mess.new_phone else person.phone
    return replace(
        person,
        names=(Name(given.title(), family.title()),),
        birth_date=born,
        sex=person.sex if dice.random() < 0.8 else None,
        phone=phone if mess.phones and dice.random() < 0.6 else None,
        email=person.email if mess.emails and dice.random() > mess.missing else None,
        home=home if mess.homes and dice.random() > mess.missing * 2 else None,
        postcode=code if mess.homes and dice.random() > mess.missing * 2 else None,
    )


def town(records: int, mess: Mess = DESK, seed: int = 1) -> tuple[list[Known], list[str]]:
    """Records of an invented town and whose each is, in the order a file would have them."""
    dice = random.Random(seed)
    rows: list[tuple[Known, str]] = []
    people = 0
    while len(rows) < records:
        for person in household(dice):
            people += 1
            times = dice.choices(range(1, len(mess.records) + 1), mess.records)[0]
            rows += [(recorded(dice, person, mess), str(people)) for _ in range(times)]
    dice.shuffle(rows)
    rows = rows[:records]
    return [known for known, _ in rows], [who for _, who in rows]


def wild(originals: int, most: int = 5, seed: int = 7) -> tuple[list[Known], list[str]]:
    """Strangers with full addresses, each copied 0 to `most` times with several changes a copy.

    A change is one to three typos in a field, a field lost, names swapped, or a field filled with
    somebody else's value, as in febrl.
    """
    dice = random.Random(seed)
    strangers = [next(household(dice)) for _ in range(originals)]
    rows = [(known, str(i)) for i, known in enumerate(strangers)]
    for index, known in enumerate(strangers):
        for _ in range(dice.choices(range(most + 1), [6, 4, 3, 2, 1, 1][: most + 1])[0]):
            rows.append((_wild_copy(dice, known, strangers), str(index)))
    dice.shuffle(rows)
    rows = [(replace(known, sex=None, phone=None, email=None), who) for known, who in rows]
    return [known for known, _ in rows], [who for _, who in rows]


def _wild_copy(dice: random.Random, known: Known, strangers: list[Known]) -> Known:
    (given, family), values = known.names[0], {}
    values = {
        "given": given,
        "family": family,
        "born": known.birth_date or "",
        "home": known.home or "",
        "code": known.postcode or "",
    }
    for _ in range(dice.randrange(1, 6)):
        field = dice.choice(("given", "family", "born", "home", "home", "code"))
        way = dice.random()
        if way < 0.12:
            values[field] = ""
        elif way < 0.22:
            other = dice.choice(strangers)
            values[field] = {
                "given": other.names[0].given,
                "family": other.names[0].family,
                "born": other.birth_date,
                "home": other.home,
                "code": other.postcode,
            }[field] or ""
        elif way < 0.27:
            values["given"], values["family"] = values["family"], values["given"]
        elif field == "born":
            values["born"] = slipped_day(dice, values["born"]) if values["born"] else ""
        else:
            for _ in range(dice.choice((1, 1, 2))):
                values[field] = slip(dice, values[field])
    return Known(
        (Name(values["given"], values["family"]),),
        birth_date=values["born"] or None,
        home=values["home"] or None,
        postcode=values["code"] or None,
    )
