"""Finding one person among 50,000, and going through all of them for likely pairs.

Invented people with names as skewed as in an American town: many a Smith, and names that few have.
A few are recorded twice, with a typo.
"""

import hashlib
import math
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median

from ccu import identity
from ccu.database import opening as db
from ccu.people import store as people
from ccu.people.store import Said
from ccu.records import settings
from ccu.records.visibility import View
from ccu.work import Work
from tests.benchmarks.common import CACHE, CCU, ROOT, SEED, SQLITE_UTILS, TODAY, Bench, Line, run

PEOPLE = 50_000
SIZES = (5_000, 10_000, 20_000, 50_000)
GIVEN = """
james mary john patricia robert jennifer michael linda david elizabeth william barbara richard
susan joseph jessica thomas karen carlos sarah daniel lisa anthony nancy mark sandra jose
ashley steven emily paul donna luis michelle andrew carol kevin amanda maria brian deborah
george stephanie edward rebecca ronald laura timothy helen jason sharon jeffrey cynthia ryan
kathleen jacob amy juan angela gary anna nicholas ruth eric brenda jonathan pamela larry nicole
scott samantha ana frank katherine benjamin christine gregory rosa samuel catherine raymond
virginia patrick debra
""".split()
FAMILY = """
smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez
gonzalez wilson anderson thomas taylor moore jackson martin lee perez thompson white harris
sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen hill
flores green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips
evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers
gutierrez ortiz
""".split()
FIRST = """
ab al bar bel bor car cor dal del der el fal far gar gol har hol jan kal kel kor lan
""".split()
SECOND = "a e i o u an en in on ar er or al el ol am em om as es is os at et it ot".split()
LAST = """
berg by dale den ek field ford ham hart ini ito ley man mark mer more nik old quist ski son
""".split()
STREETS = "Main Elm Oak Maple Church River Hill Park School Mill Cedar Spring Union Grove".split()
GIVEN_ENDS = "a ia in ise on ora us yn ette ico".split()
COMMON, RARE = "john smith", "quintilla barquist"


def measure(bench: Bench) -> Iterator[Line]:
    """A common name, a rare one, and the growth of `person duplicates`."""
    town = made(bench, PEOPLE)
    for heard, kind in ((COMMON, "common"), (RARE, "rare")):
        find = [CCU, "--db", town, "--today", TODAY, "person", "find", "-"]
        select = [SQLITE_UTILS, "query", town, _select(heard)]
        if heard.split()[1] not in run(find, heard).lower():
            raise RuntimeError(f"person find does not find the {kind} name")
        yield bench.line(
            f"person find, a {kind} name of {PEOPLE:,}, piped", "sqlite-utils query",
            lambda find=find, heard=heard: run(find, heard),  # type: ignore[misc]
            lambda select=select: run(select), 1.0, 0.7,  # type: ignore[misc]
            "Looking up a name heard over the radio or misspelled.",
        )  # fmt: skip
    yield _growth(bench)


def _select(heard: str) -> str:
    """The nearest that SQL alone can do: one indexed key and its people."""
    given, family = heard.split()
    known = identity.Known(names=(identity.Name(given, family),))
    key = min(key for key in identity.keys(known) if key.startswith("n:"))
    return (
        "SELECT person.id, given_name, family_name, birth_date, phone FROM person_key"
        f" JOIN person ON person.id = person_id WHERE key = '{key}' ORDER BY person.id LIMIT 10"
    )


def _growth(bench: Bench) -> Line:
    """The exponent x of n^x that fits best to the times of `person duplicates`."""
    times = []
    for size in SIZES:
        town = made(bench, size)
        duplicates = [CCU, "--db", town, "--today", TODAY]
        duplicates += ["person", "duplicates", "--limit", "20"]
        taken = []
        for _ in range(3):
            begin = bench.clock()
            run(duplicates)
            taken.append(bench.clock() - begin)
        times.append(median(taken))
        bench.told(f"  {size:,} people: {times[-1]:.2f} s")
    xs, ys = [math.log(size) for size in SIZES], [math.log(each) for each in times]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    over = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    exponent = over / sum((x - mean_x) ** 2 for x in xs)
    detail = ", ".join(f"{each:.1f}" for each in times) + " s"
    return Line(
        "person duplicates, n^x from 5,000 to 50,000", "itself", exponent, 1.3, 1.1, detail=detail,
        means="The custodian's monthly search for people on file twice.",
    )  # fmt: skip


def made(bench: Bench, count: int) -> Path:
    """A file of so many people, made once for a schema and the keys people are found by."""
    shape = hashlib.sha256((ROOT / "schema.sql").read_bytes() + Path(__file__).read_bytes())
    for part in sorted((ROOT / "ccu" / "identity").glob("*.py")):
        shape.update(part.read_bytes())
    path = CACHE / f"people-{count}-{SEED}-{shape.hexdigest()[:8]}.db"
    if not path.exists():
        bench.told(f"making {count:,} people in {path.relative_to(ROOT)} ...")
        CACHE.mkdir(exist_ok=True)
        for old in CACHE.glob(f"people-{count}-{SEED}-*"):
            old.unlink()
        part_path = path.with_suffix(".part")
        run([CCU, "--db", part_path, "init", "--town", "Harbor", "--state", "CT",
             "--timezone", "America/New_York"])  # fmt: skip
        connection = db.open_database(part_path)
        now = datetime.fromisoformat("2026-01-01T12:00:00-05:00")
        view = View(connection, 1, now, "")
        work = Work(connection, 1, now, settings.load(connection), lambda: view)
        with db.write(connection):
            for said in invented(count):
                people.create(work, said)
        connection.close()
        part_path.rename(path)
    return path


def invented(count: int) -> Iterator[Said]:
    """Invented people, the same for a seed; every fiftieth is the one before with a typo."""
    chance = random.Random(SEED)
    fields: dict[str, object] = {}
    for number in range(count):
        if number % 50 == 49:
            yield Said(fields=_slipped(fields, chance))
            continue
        given, family = _names(chance)
        if number == 7:
            given, family = RARE.title().split()
        born = date(1930, 1, 1) + timedelta(days=chance.randrange(85 * 365))
        fields = {
            "given_name": given,
            "family_name": family,
            "birth_date": born.isoformat() if chance.random() < 0.85 else None,
            "sex": chance.choice(("male", "female", None)),
            "phone": f"203-555-{chance.randrange(10_000):04}" if chance.random() < 0.1 else None,
            "home": _home(number // 2),
        }
        if chance.random() < 0.5:  # a number that nobody else has
            fields["phone"] = f"203-{200 + number // 10_000}-{number % 10_000:04}"
        yield Said(fields=fields)


def _names(chance: random.Random) -> tuple[str, str]:
    """Two people share a given name about once in 160, a family name about once in 650.

    In the census of the United States it is about once in 200 and once in 2,000.
    """
    given = chance.choice(FIRST) + chance.choice(GIVEN_ENDS)
    if chance.random() < 0.7:
        given = GIVEN[int(chance.expovariate(1 / 80)) % len(GIVEN)]
    family = chance.choice(FIRST) + chance.choice(SECOND) + chance.choice(LAST)
    if chance.random() < 0.3:
        family = FAMILY[int(chance.expovariate(1 / 30)) % len(FAMILY)]
    return given.title(), family.title()


def _home(house: int) -> str:
    """A larger town has more houses: two people live in each."""
    street, number = divmod(house, 400)
    part, name = divmod(street, len(STREETS))
    return f"{number + 1} {FIRST[part].title()} {STREETS[name]} St"


def _slipped(fields: dict[str, object], chance: random.Random) -> dict[str, object]:
    """The same person, two letters of the family name in each other's place."""
    name = str(fields["family_name"])
    cut = chance.randrange(1, len(name) - 1)
    name = name[:cut] + name[cut + 1] + name[cut] + name[cut + 2 :]
    return {**fields, "family_name": name, "home": None}
