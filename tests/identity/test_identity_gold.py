"""Same person or not, against the sets beside the checkout; skipped when absent.

`python tests/identity/test_identity_gold.py` prints the figures, the misses, and how time grows.
"""

import csv
import sys
import time
from collections import defaultdict
from math import log
from pathlib import Path
from typing import NamedTuple

import pytest

from ccu.identity import LIKELY, Known, Name, candidates, compare, pairs
from ccu.identity.score import prepare

NAMES = Path(__file__).resolve().parents[3] / "shared" / "data" / "names"
FEBRL, SPLINK = NAMES / "febrl_dataset1.csv", NAMES / "splink_fake_1000.csv"
needs_sets = pytest.mark.skipif(not FEBRL.exists(), reason="no sets here")

Labelled = tuple[list[Known], list[str]]


class Figures(NamedTuple):
    precision: float
    recall: float
    f1: float
    closed: float  # F1 when pairs of one connected component count as found too
    blocked: float  # share of the true pairs that are compared at all
    people: int  # connected components of the accepted pairs
    truly: int
    false: list[tuple[int, int]]
    missed: list[tuple[int, int]]

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.4f}, recall {self.recall:.4f}, F1 {self.f1:.4f}, "
            f"with what follows from it {self.closed:.4f}; "
            f"compared {self.blocked:.4f} of true pairs; "
            f"{self.people} people for {self.truly} ({self.people / self.truly - 1:+.1%})"
        )


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{k.strip(): v.strip() for k, v in row.items()} for row in csv.DictReader(file)]


def iso(text: str) -> str | None:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 else text or None


def febrl(path: Path) -> Labelled:
    """Names, birth date, address; the identity number is left out."""
    people, truth = [], []
    for row in read(path):
        parts = ("street_number", "address_1", "address_2", "suburb", "state")
        home = ", ".join(row[part] for part in parts if row[part])
        people.append(
            Known(
                (Name(row["given_name"], row["surname"]),),
                birth_date=iso(row["date_of_birth"]),
                home=home or None,
                postcode=row["postcode"] or None,
            )
        )
        truth.append(row["rec_id"].split("-")[1])
    return people, truth


def splink(path: Path) -> Labelled:
    people, truth = [], []
    for row in read(path):
        people.append(
            Known(
                (Name(row["first_name"], row["surname"]),),
                birth_date=row["dob"] or None,
                home=row["city"] or None,
                email=row["email"] or None,
            )
        )
        truth.append(row["cluster"])
    return people, truth


def figures(labelled: Labelled, least: int = LIKELY) -> Figures:
    people, truth = labelled
    found = {(a, b) for a, b, _ in pairs(enumerate(people), least)}
    members = defaultdict(list)
    for index, who in enumerate(truth):
        members[who].append(index)
    true = {(a, b) for group in members.values() for a in group for b in group if a < b}
    met = {(min(pair), max(pair)) for pair in candidates([prepare(known) for known in people])}
    right = len(found & true)
    precision, recall = right / max(1, len(found)), right / max(1, len(true))
    return Figures(
        precision,
        recall,
        f1(found, true),
        f1(closure(len(people), found), true),
        len(met & true) / max(1, len(true)),
        len(set(components(len(people), found))),
        len(members),
        sorted(found - true),
        sorted(true - found),
    )


def f1(found: set[tuple[int, int]], true: set[tuple[int, int]]) -> float:
    return 2 * len(found & true) / max(1, len(found) + len(true))


def closure(count: int, links: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Every pair within one component of the accepted pairs."""
    together = defaultdict(list)
    for index, head in enumerate(components(count, links)):
        together[head].append(index)
    return {(a, b) for group in together.values() for a in group for b in group if a < b}


def components(count: int, links: set[tuple[int, int]]) -> list[int]:
    """For each record one record of its component, the same for all of them."""
    head = list(range(count))

    def root(index: int) -> int:
        while head[index] != index:
            head[index] = head[head[index]]
            index = head[index]
        return index

    for a, b in links:
        head[root(a)] = root(b)
    return [root(index) for index in range(count)]


@needs_sets
def test_febrl_is_level_with_the_peer() -> None:
    got = figures(febrl(FEBRL))
    assert got.precision >= 0.99, got
    assert got.f1 >= 0.992, got
    assert abs(got.people / got.truly - 1) <= 0.03, got


@needs_sets
def test_splink_fake_people_are_better_than_the_peer() -> None:
    got = figures(splink(SPLINK))
    assert got.f1 >= 0.844, got
    assert got.precision >= 0.98, got


def show(name: str, labelled: Labelled, misses: int = 0) -> None:
    got = figures(labelled)
    sys.stdout.write(f"{name}: {got}\n")
    people = labelled[0]
    for kind, wrong in (("false", got.false), ("missed", got.missed)):
        for a, b in wrong[:misses]:
            like = compare(people[a], people[b])
            why = ", ".join(f"{f.name} {f.agreement} {f.weight:+}" for f in like.fields if f.weight)
            sys.stdout.write(f"  {kind} {a} {b}: {like.score} ({why})\n")


def show_invented() -> None:
    from tests.identity import identity_people as invented

    for name in ("DESK", "NO_HOMES", "FEW_BIRTHS", "BARE", "HARD"):
        mess = getattr(invented, name)
        show(f"invented town, {name.replace('_', ' ').lower()}", invented.town(6000, mess))
    show("invented strangers, wild copies", invented.wild(3000))


def show_growth(sizes: tuple[int, ...] = (5_000, 10_000, 20_000, 50_000)) -> None:
    """How time grows with people of an invented American town: x in n^x, from step to step."""
    from tests.identity.identity_people import town

    before: tuple[int, float] | None = None
    for size in sizes:
        people, _ = town(size)
        start = time.process_time()
        found = pairs(enumerate(people))
        spent = time.process_time() - start
        grown = f", n^{log(spent / before[1]) / log(size / before[0]):.2f}" if before else ""
        sys.stdout.write(f"{size} records: {spent:.1f} s of one core, {len(found)} pairs{grown}\n")
        before = size, spent


def main() -> None:
    misses = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    if FEBRL.exists():
        show("febrl 1", febrl(FEBRL), misses)
        show("splink fake 1000", splink(SPLINK), misses)
    show_invented()
    show_growth()


if __name__ == "__main__":
    sys.path.insert(
        0, str(Path(__file__).resolve().parents[2])
    )  # for `tests.identity.identity_people`
    main()
