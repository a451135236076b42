"""The sections of a report (figures/sections.toml), and the .sql files that define its figures.

A section of figures runs its files and shows each figure with all its parts. A list has one file,
whose rows are shown under `columns`.

A file is one SELECT with one or more heads. A head is a block of comment lines: the figure's name,
then `key: value` lines, then plain sentences. `--define` prints it; the same file feeds every
format and runs in any SQLite tool, over the views of schema.sql, which the cards read too. A file
with several heads returns a column `figure` that names the one a row is of.
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ccu.errors import NotFound


@dataclass(frozen=True)
class Plan:
    """The contents of a section. `pick`: only these figures of the files, in this order.

    `people_served:` is that figure without its groups. `monthly`: of these, also each month of the
    year that ends with the period. `facts`: files whose figures only its sentences state.
    """

    name: str
    title: str
    kind: str
    files: tuple[str, ...]
    columns: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    pick: tuple[str, ...] = ()
    monthly: tuple[str, ...] = ()
    explains: tuple[str, ...] = ()


FOLDER = Path(__file__).resolve().parent.parent / "figures"
_SECTIONS = tomllib.loads((FOLDER / "sections.toml").read_text(encoding="utf-8"))
# The figures that lead every report, and have a number for each month.
HEADLINE = tuple(_SECTIONS["headline"].split())
BY_MONTH = "_by_month"  # the end of the names of the monthly figures
PAGE = tuple(_SECTIONS["page"].split())  # the sections that the one page is made of
EXPLAINS_GROUPS: list[str] = _SECTIONS["by"]
_TOGETHER = {name: tuple(names.split()) for name, names in _SECTIONS["together"].items()}


def _plan(
    name: str, title: str, explains: Sequence[str] = (), monthly: bool = False, **named: str
) -> Plan:
    """Return a section as sections.toml has it; names have spaces between."""
    listed = {key: tuple(names.split()) for key, names in named.items()}
    files, file = listed.pop("files", ()), listed.pop("file", (name,))
    return Plan(
        name,
        title,
        kind="figures" if files else "list",
        files=files or file,
        monthly=HEADLINE if monthly else (),
        explains=tuple(explains),
        **listed,
    )


PLANS = tuple(_plan(**each) for each in _SECTIONS["section"])


def chosen(names: Sequence[str]) -> list[Plan]:
    """Return the sections named, in the order of the report; all when none is named.

    Raise NotFound for an unknown name, with the nearest one.
    """
    known = {plan.name: plan for plan in PLANS}
    wanted = {each for name in names for each in _expanded(name, known)}
    if not wanted:
        return list(PLANS)
    return [plan for plan in known.values() if plan.name in wanted]


def _expanded(name: str, known: Iterable[str]) -> tuple[str, ...]:
    said = name.strip().lower().replace("_", "-").replace(" ", "-")
    if said in _TOGETHER:
        return _TOGETHER[said]
    if said in known:
        return (said,)
    raise _not_found("section", said, [*known, *_TOGETHER])


def _not_found(what: str, name: str, known: Iterable[str]) -> NotFound:
    """Return the error for a name of no section or figure, with the nearest one."""
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    advice = f"did you mean {close[0]}?" if close else "list them: ccu report --list"
    return NotFound(f"no such {what}; {advice}")


def section_of(figure: str, file: str) -> str:
    """Return the name of the section that a figure is defined under in `--define`.

    That is the section that shows its complete file, else one that picks it, else one that only
    states it in a sentence.
    """
    complete = [plan for plan in PLANS if file in plan.files and not plan.pick]
    picked = [plan for plan in PLANS if figure in {name.rstrip(":") for name in plan.pick}]
    stated = [plan for plan in PLANS if file in plan.facts]
    return (complete + picked + stated)[0].name


# ---------------------------------------------------------------- the .sql files

KEYS = (
    *("title", "section", "unit", "known from", "numerator", "denominator", "of", "interval"),
    "groups",
)


@dataclass(frozen=True)
class Definition:
    """One head. `facts` holds its `key: value` lines, `text` its sentences."""

    name: str
    file: str
    facts: dict[str, str] = field(hash=False)
    text: str

    @property
    def title(self) -> str:
        """Return what people read instead of the name."""
        return self.facts["title"]

    @property
    def unit(self) -> str:
        """Return count, share, number, minutes, hours, days or dollars; empty for a list."""
        return self.facts.get("unit", "")

    @property
    def compared(self) -> bool:
        """Return whether it is compared with other periods, as figures of the period are."""
        return self.facts.get("of", "period") == "period"

    @property
    def only_used(self) -> bool:
        """Return whether to leave out groups that have nothing in any of the periods shown."""
        return self.facts.get("groups", "") == "used"

    @property
    def interval(self) -> str:
        """Return how its 95% interval is computed: wilson, reduction, or empty."""
        return self.facts.get("interval", "")


@dataclass(frozen=True)
class Source:
    """One file: its heads in order, and the SELECT."""

    name: str
    heads: tuple[Definition, ...]
    sql: str


@cache
def files() -> dict[str, Path]:
    """Return name -> file, in the order of the names."""
    found = {path.stem: path for path in FOLDER.rglob("*.sql")}
    return dict(sorted(found.items()))


@cache
def source(name: str) -> Source:
    """Return the file `name`.sql, read once."""
    text = files()[name].read_text(encoding="utf-8")
    heads: list[Definition] = []
    rest = text.lstrip("\n")
    while rest.startswith("--"):
        block, _, rest = rest.partition("\n\n")
        heads.append(_head(name, block))
        rest = rest.lstrip("\n")
    return Source(name, tuple(heads), rest)


def _head(file: str, block: str) -> Definition:
    lines = [line.removeprefix("--").strip() for line in block.splitlines()]
    facts: dict[str, str] = {}
    at = 1
    while at < len(lines):
        key, colon, value = lines[at].partition(":")
        if not colon or key not in KEYS:
            break
        facts[key] = value.strip()
        at += 1
    if "section" not in facts:
        title = facts.pop("title")
        facts = {"title": title, "section": section_of(lines[0], file), **facts}
    return Definition(lines[0], file, facts, _paragraphs(lines[at:]))


def _paragraphs(lines: list[str]) -> str:
    """Return comment lines as text; a bare `--` begins a new paragraph."""
    return "\n".join(
        " ".join(part.split()) for part in "\n".join(lines).split("\n\n") if part.strip()
    )


@cache
def every() -> dict[str, Definition]:
    """Return name -> head, of all files in the order of their names."""
    found = {head.name: head for file in files() for head in source(file).heads}
    monthly = [_by_month(found[name]) for name in HEADLINE]
    return found | {head.name: head for head in monthly}


def _by_month(head: Definition) -> Definition:
    """Return the definition of the same figure for each of twelve months."""
    facts = {**head.facts, "title": f"{head.title} by month", "section": "summary", "of": "months"}
    text = (
        f"As {head.name}, for each of the twelve months that end with the one in which the period"
        " ends. A month before the file's first call has no figure, and one after its last call no"
        " count of calls; one that is not over is counted to the as-of moment and marked."
    )
    return Definition(head.name + BY_MONTH, head.file, facts, text)


def define(name: str) -> Definition:
    """Return the head of one figure or list. Raise NotFound, with the nearest name."""
    wanted = "_".join(name.lower().split())
    known = every()
    for spelling in (wanted, wanted.replace("-", "_"), wanted.replace("_", "-")):
        if spelling in known:
            return known[spelling]
    raise _not_found("figure", wanted, known)
