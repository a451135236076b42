"""`ccu.report.suppression`: an attacker of another make tries to work out what is withheld."""

from collections.abc import Iterator, Mapping
from itertools import count

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from ccu.report.suppression import LEAST, WIDE, Cells, Sum, read, small

Values = dict[str, int]


def cheap(cell: str) -> int:
    return len(cell)


def solved(lines: str, values: Values) -> tuple[set[str], list[Sum], Values]:
    """What is withheld of these printed numbers; the sums; all values, also of what is left."""
    every = dict(values)
    sums, broken = read(lines, every)
    assert not broken
    return Cells(every, set(values), sums).suppress(cheap), sums, every


# --- the attacker: knows the sums and what is printed, and tries whole numbers one by one ---------


class Attacker:
    """Searches for worlds that agree with a publication: exact, by trying, not by trees."""

    def __init__(self, sums: list[Sum], known: Mapping[str, int], least: Mapping[str, int]) -> None:
        self.sums, self.known, self.least = sums, known, least
        self.unknown = sorted(
            {name for whole, parts in sums for name in (whole, *parts)} - set(known)
        )
        self.most = 2000 + 2 * sum(known.values())  # as good as no bound

    def possible(self, cell: str, value: int) -> bool:
        """Whether any world has this value."""
        if cell not in self.unknown:  # in no sum: nothing is known but that it is withheld
            return value >= self.least.get(cell, 0)
        lows = {name: self.least.get(name, 0) for name in self.unknown}
        highs = dict.fromkeys(self.unknown, self.most)
        lows[cell] = highs[cell] = value
        return value >= self.least.get(cell, 0) and self._search(lows, highs)

    def _search(self, lows: Values, highs: Values) -> bool:
        if not self._narrow(lows, highs):
            return False
        open_ = [name for name in self.unknown if lows[name] < highs[name]]
        if not open_:
            return True
        name = min(open_, key=lambda each: highs[each] - lows[each])
        middle = (lows[name] + highs[name]) // 2
        return self._search(dict(lows), highs | {name: middle}) or self._search(
            lows | {name: middle + 1}, dict(highs)
        )

    def _narrow(self, lows: Values, highs: Values) -> bool:
        """Bounds from every sum, over and over; False when some cell has no value left."""
        for name, value in self.known.items():
            lows[name] = highs[name] = value
        changed = True
        while changed:
            changed = False
            for whole, parts in self.sums:
                for name in (whole, *parts):
                    rest = [part for part in parts if part != name]
                    if name == whole:
                        low, high = sum(lows[p] for p in rest), sum(highs[p] for p in rest)
                    else:
                        low = lows[whole] - sum(highs[p] for p in rest)
                        high = highs[whole] - sum(lows[p] for p in rest)
                    if low > lows[name]:
                        lows[name], changed = low, True
                    if high < highs[name]:
                        highs[name], changed = high, True
                    if lows[name] > highs[name]:
                        return False
        return True

    def values(self, cell: str, true: int) -> int:
        """How many values are possible, up to WIDE; the true one and its neighbours come first."""
        found = 0
        for value in nearest(true):
            found += self.possible(cell, value)
            # Far enough for a sum of sums, which may have every sixteenth value alone.
            if found >= WIDE or abs(value - true) > 20 * WIDE:
                return found
        return found


def nearest(true: int) -> Iterator[int]:
    """true, true + 1, true - 1, true + 2 ..., none below 0."""
    yield true
    for step in count(1):
        yield true + step
        if step <= true:
            yield true - step


def attack(withheld: set[str], sums: list[Sum], every: Values, printed: Mapping[str, int]) -> None:
    """Each withheld and each small number, printed or not, keeps WIDE values."""
    known = {name: value for name, value in printed.items() if name not in withheld}
    assert not any(small(value) for value in known.values())
    attacker = Attacker(sums, known, dict.fromkeys(withheld, 1))
    for cell in withheld | {name for name, value in every.items() if small(value)}:
        assert attacker.values(cell, every[cell]) >= WIDE, cell


# --- tables drawn at random -----------------------------------------------------------------------

EASY = settings(deadline=None, max_examples=40, phases=(Phase.explicit, Phase.generate))
NUMBER = st.one_of(st.just(0), st.integers(1, 14), st.integers(8, 40))


@EASY
@given(st.lists(NUMBER, min_size=1, max_size=6))
@example([10, 10])
@example([3, 0, 50])
@example([1, 1, 9])
def test_the_parts_of_a_total(parts: list[int]) -> None:
    values = {f"part:{number}": part for number, part in enumerate(parts)}
    values["total"] = sum(parts)
    withheld, sums, every = solved("total = part:*\ntotal > part:*", values)
    attack(withheld, sums, every, values)


@EASY
@given(st.lists(NUMBER, min_size=2, max_size=5))
def test_a_chain_of_parts_of_parts(steps: list[int]) -> None:
    values = {f"step {place}": sum(steps[place:]) for place in range(len(steps))}
    withheld, sums, every = solved(" > ".join(values), values)
    attack(withheld, sums, every, values)


@EASY
@given(st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=5))
def test_a_table_of_two_columns_with_all_its_totals(rows: list[tuple[int, int]]) -> None:
    values = {f"all:{number}": sum(row) for number, row in enumerate(rows)}
    values |= {f"care:{number}": row[0] for number, row in enumerate(rows)}
    values |= {"all": sum(sum(row) for row in rows), "care": sum(row[0] for row in rows)}
    lines = "all = care + other\nall = all:*\ncare = care:*\nall:* > care:*\ncare > care:*"
    withheld, sums, every = solved(lines, values)
    attack(withheld, sums, every, values)


@EASY
@given(st.lists(st.tuples(NUMBER, NUMBER), min_size=2, max_size=4))
def test_two_chains_one_within_the_other(steps: list[tuple[int, int]]) -> None:
    values, lines = {}, []
    for place in range(len(steps)):
        values[f"all {place}"] = sum(sum(step) for step in steps[place:])
        values[f"care {place}"] = sum(step[0] for step in steps[place:])
        lines.append(f"all {place} = care {place} + other {place}")
    for kind in ("all", "care", "other"):
        lines.append(" > ".join(f"{kind} {place}" for place in range(len(steps))))
    withheld, sums, every = solved("\n".join(lines), values)
    attack(withheld, sums, every, values)


@EASY
@given(st.data())
def test_any_sums_at_all(data: st.DataObject) -> None:
    """Cells that are sums of others, which are sums of others, some of them printed."""
    leaves = data.draw(st.lists(NUMBER, min_size=2, max_size=6))
    every = {f"leaf {number}": value for number, value in enumerate(leaves)}
    lines = []
    for number in range(data.draw(st.integers(1, 4))):
        some = st.lists(st.sampled_from(sorted(every)), min_size=2, max_size=4, unique=True)
        parts = data.draw(some)
        every[f"sum {number}"] = sum(every[part] for part in parts)
        lines.append(f"sum {number} = {' + '.join(parts)}")
    shown = data.draw(st.sets(st.sampled_from(sorted(every)), min_size=1))
    printed = {name: every[name] for name in shown}
    sums = [_sum(line) for line in lines]
    withheld = Cells(every, shown, sums).suppress(cheap)
    attack(withheld, sums, every, printed)


def _sum(line: str) -> Sum:
    whole, _, parts = line.partition(" = ")
    return whole, tuple(parts.split(" + "))


# --- what it does, one by one ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "withheld"),
    [
        ({"a": 50, "b": 20, "c": 30}, set()),
        ({"a": 30, "b": 0, "c": 30}, set()),  # nought is about nobody
        ({"a": 50, "b": 4, "c": 46}, {"b", "c"}),  # or one less the other
        ({"a": 11, "b": 5, "c": 6}, {"b", "c"}),
        ({"a": 10, "b": 5, "c": 5}, {"a", "b", "c"}),
    ],
)
def test_what_is_withheld(values: Values, withheld: set[str]) -> None:
    found, _, _ = solved("a = b + c", values)
    assert found == withheld


def test_what_is_left_of_a_number_is_protected_like_it() -> None:
    assert solved("asked > said yes", {"asked": 100, "said yes": 95})[0] == {"asked"}
    assert solved("asked > said yes", {"asked": 100, "said yes": 80})[0] == set()


def test_withheld_numbers_that_are_few_together_take_another_with_them() -> None:
    values = {"all": 105, "part:a": 100, "part:b": 2, "part:c": 3}
    withheld, _, _ = solved("all = part:*", values)
    assert withheld >= {"part:b", "part:c"} and len(withheld) == 3


def test_the_same_numbers_are_always_withheld_alike() -> None:
    values = {"all": 60, "part:a": 20, "part:b": 20, "part:c": 20 - 4, "part:d": 4}
    turned = dict(reversed(values.items()))
    assert solved("all = part:*", values)[0] == solved("all = part:*", turned)[0]


def test_a_sum_that_does_not_hold_is_told() -> None:
    _, broken = read("a = b + c", {"a": 5, "b": 3, "c": 3})
    assert broken == {"a", "b", "c"}
    _, broken = read("a > b", {"a": 5, "b": 6})
    assert {"a", "b"} <= broken


def test_the_attacker_finds_what_is_not_protected() -> None:
    """So that the tests above can fail: withholding the small number alone is not enough."""
    values = {"a": 50, "b": 4, "c": 46}
    attacker = Attacker([("a", ("b", "c"))], {"a": 50, "c": 46}, {"b": 1})
    assert attacker.values("b", values["b"]) == 1
    assert LEAST == WIDE + 1
