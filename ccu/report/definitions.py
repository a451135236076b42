"""Read the .sql files of ccu/figures: the one place where a figure is defined.

A file is one SELECT under one or more heads. A head is a block of comment lines: the figure's name,
then `key: value` lines, then plain sentences. `--define` prints it; the same file feeds every
format and runs in any SQLite tool, over the views of schema.sql, which the cards read too. A file
with several heads returns a column `figure` that names the one a row is of.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ccu.errors import NotFound
from ccu.report import sections

FOLDER = Path(__file__).resolve().parent.parent / "figures"
KEYS = (
    "title",
    "section",
    "unit",
    "known from",
    "numerator",
    "denominator",
    "of",
    "interval",
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
        """Return whether it is compared: not what is of the moment or of one month."""
        return self.facts.get("of", "period") == "period"

    @property
    def only_used(self) -> bool:
        """Return whether groups are left out that have nothing in any of the periods shown."""
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
        facts = {"title": title, "section": sections.section_of(lines[0], file), **facts}
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
    monthly = [_by_month(found[name]) for name in sections.HEADLINE]
    return found | {head.name: head for head in monthly}


def _by_month(head: Definition) -> Definition:
    """Return the definition of the same figure for each of twelve months."""
    facts = {**head.facts, "title": f"{head.title} by month", "section": "summary", "of": "months"}
    text = (
        f"As {head.name}, for each of the twelve months that end with the one in which the period"
        " ends. A month before the file's first call has no figure, and one after its last call no"
        " count of calls; one that is not over is counted to the as-of moment and marked."
    )
    return Definition(head.name + sections.BY_MONTH, head.file, facts, text)


def define(name: str) -> Definition:
    """Return the head of one figure or list. Raise NotFound, with the nearest name."""
    wanted = "_".join(name.lower().split())
    known = every()
    for spelling in (wanted, wanted.replace("-", "_"), wanted.replace("_", "-")):
        if spelling in known:
            return known[spelling]
    from difflib import get_close_matches

    close = get_close_matches(wanted, known, n=1)
    advice = f"did you mean {close[0]}?" if close else "list them: ccu report --list"
    raise NotFound(f"no figure of that name; {advice}")
