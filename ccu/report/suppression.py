"""Which numbers of a publication must be withheld so that no small number can be worked out.

Pure: numbers and sums in, names out. A *cell* is a number by name. A cell of 1 to 10 is small. A
*sum* says that one cell is others together: `calls = care + other`. Cells that are not printed,
such as `other`, are worked out here and protected like the rest: whoever subtracts has them.

Promise: let somebody know every sum, every cell that is printed, that no cell is negative, that 0
is always printed, and which printed cells are withheld. Then for each withheld cell, and for each
small one, printed or not, at least WIDE values are still possible.

How: small cells are withheld first. Then, for one cell after the other, a *proof* is looked for:
the cell is moved down by one, and by one more, and so up, and each time other withheld cells are
moved until every sum holds again. Each step is another world that agrees with all that is printed,
so a proof can not be wrong; where too few steps are found, one more cell is withheld. A proof stays
true when more is withheld: what could move still can.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

LEAST = 11  # the smallest number, apart from 0, that is printed
WIDE = 10  # so many values of a withheld cell stay possible
DEAR = 8  # a cost: of cells that are printed alike in several publications
TRIES = 60  # of ways to make up for one step, before it is given up

Sum = tuple[str, tuple[str, ...]]  # the whole, its parts
Equation = list[tuple[str, int]]  # cells and signs; together they are 0


def small(value: int) -> bool:
    """Whether a number is too small to be published. 0 is about nobody."""
    return 0 < value < LEAST


@dataclass
class Cells:
    """Every cell with its true value, and every sum. `printed`: those that a reader would see."""

    values: Mapping[str, int]
    printed: Collection[str]
    sums: Iterable[Sum]
    withheld: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._of: dict[str, list[Equation]] = {}
        equations = [[(whole, 1), *((part, -1) for part in parts)] for whole, parts in self.sums]
        for equation in equations:
            for cell, _ in equation:
                self._of.setdefault(cell, []).append(equation)
        for equation in equations:  # what is in few sums is made up for most easily
            equation.sort(key=lambda each: (len(self._of[each[0]]), each[0]))

    def suppress(self, cost: Callable[[str], int], first: Collection[str] = ()) -> set[str]:
        """The printed cells to withhold; of several that would do, the cheapest goes first.

        What costs DEAR or more is taken only when nothing else is left. `first` are withheld
        whatever the others are.
        """
        self.withheld = {cell for cell in self.printed if small(self.values[cell])} | set(first)
        waiting = sorted({cell for cell, value in self.values.items() if small(value)}.union(first))
        while waiting:
            target = waiting.pop(0)
            while not self._proven(target):
                more = self._one_more(target, cost)
                if more is None:  # all that bears on it is withheld already
                    break
                self.withheld.add(more)
                waiting.append(more)
        return self.withheld

    def _one_more(self, target: str, cost: Callable[[str], int]) -> str | None:
        """The cheapest cell whose withholding gives the proof; else the cheapest that may help."""
        near = sorted(self._near(target), key=lambda cell: (cost(cell), self.values[cell], cell))
        for cell in [each for each in near if cost(each) < DEAR] or near:
            self.withheld.add(cell)
            found = self._proven(target)
            self.withheld.discard(cell)
            if found:
                return cell
        return near[0] if near else None

    def _near(self, target: str) -> set[str]:
        """The printed numbers in the sums that hold the target and what moves with it."""
        seen, ahead, found = {target}, [target], set()
        while ahead:
            for equation in self._of.get(ahead.pop(), ()):
                for cell, _ in equation:
                    if self._known(cell):
                        if self.values[cell]:
                            found.add(cell)
                    elif cell not in seen:
                        seen.add(cell)
                        ahead.append(cell)
        return found - {target}

    def _proven(self, target: str) -> bool:
        """Whether at least WIDE values of the cell agree with all that is printed."""
        found = 1  # the true one
        for step in (-1, 1):
            world = dict(self.values)
            while found < WIDE and self._move(world, target, step):
                found += 1
        return found >= WIDE

    def _move(self, world: dict[str, int], target: str, step: int) -> bool:
        """Move the cell by one, and others by as much until all sums hold; False when none can."""
        left = TRIES

        def balanced(moved: dict[str, int]) -> bool:
            nonlocal left
            left -= 1
            off, equation = self._unbalanced(moved)
            if off and left > 0:
                for cell, sign in equation:
                    move = -sign * off
                    free = cell not in moved and self._bears(world, cell, move)
                    if free and balanced(moved | {cell: move}):
                        return True
            elif not off:
                world.update({cell: world[cell] + move for cell, move in moved.items()})
            return not off

        return self._bears(world, target, step) and balanced({target: step})

    def _unbalanced(self, moved: Mapping[str, int]) -> tuple[int, Equation]:
        """A sum that does not hold after these moves, and by how much; 0 when all hold."""
        for cell in moved:
            for equation in self._of.get(cell, ()):
                off = sum(sign * moved[each] for each, sign in equation if each in moved)
                if off:
                    return off, equation
        return 0, []

    def _bears(self, world: Mapping[str, int], cell: str, move: int) -> bool:
        """Whether the cell may have moved: withheld, or not printed, and not fallen too low."""
        least = 1 if cell in self.withheld else 0
        return not self._known(cell) and world[cell] + move >= least

    def _known(self, cell: str) -> bool:
        return cell in self.printed and cell not in self.withheld


def read(lines: str, values: dict[str, int]) -> tuple[list[Sum], set[str]]:
    """The sums of a table in words, and the cells of sums that do not hold.

    `a = b + c` is a sum; a name without a value is worked out from the others and put into
    `values`. `kind:*` stands for every cell of that kind; a cell of a kind that has no value is 0.
    `a > b > c`: each is part of those before it, and what is left of it is a cell of its own.
    """
    sums: list[Sum] = []
    broken: set[str] = set()
    for line in filter(None, (each.strip() for each in lines.splitlines())):
        for whole, parts in _sums(line, values):
            lacking = [name for name in (whole, *parts) if name not in values]
            if len(lacking) > 1:  # nothing is known of them, and so nothing of what is with them
                continue
            known = sum(values[part] for part in parts if part in values)
            for name in lacking:
                values[name] = known if name == whole else values[whole] - known
            if values[whole] == sum(values[part] for part in parts) and all(
                values[name] >= 0 for name in (whole, *parts)
            ):
                sums.append((whole, parts))
            else:
                broken.update((whole, *parts))
    return sums, broken


def _sums(line: str, values: Mapping[str, int]) -> Iterator[Sum]:
    """The sums that one line of the table stands for."""
    if "=" in line:
        whole, _, right = line.partition(" = ")
        parts = [name for word in right.split(" + ") for name in _every(word, values)]
        yield whole, tuple(name for name in parts if name in values or ":" not in name)
        return
    names = line.split(" > ")
    for place, outer in enumerate(names):
        for inner in names[place + 1 :]:
            for part in _every(inner, values):
                whole = outer.replace("*", part.partition(":")[2])
                if part in values and whole in values:
                    yield whole, (part, f"{whole} without {part}")


def _every(name: str, values: Mapping[str, int]) -> list[str]:
    if not name.endswith(":*"):
        return [name]
    return [each for each in values if each.startswith(name[:-1])]
