"""Every text that a person reads is plain American English: it has no word of BANNED.

Read are the strings and comments of programs, the names of tests, the pages of docs/ and the
examples. Files that still have a banned word are in NOT_YET_CLEAN, which only shrinks: a listed
file that is clean, moved or deleted fails the test until its line is removed.

`python -m tests.test_words` prints what is wrong in every file, or in the files named after it;
with `--list` the lines of NOT_YET_CLEAN as they should be.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]

# What to look for, a regular expression between word boundaries, and what to write instead. A
# pattern in lower case finds any case but capitals alone, which are data (the unit type SLIP).
BANNED = {
    "human beings?": "person",
    "letting go|let go of": "sealing, retention, purge",
    "the memory of": "case tracking for, record of",
    "(?:what|that|nothing|something) came of": "outcome, result",
    "whoms?": "who",
    "so that nobody": "so that no account, to prevent",
    "mend(?:s|ed|ing)?": "fix, correct",
    "slips?": "mistake, correction",
    "put right": "corrected",
    "anew": "again",
    "honest(?:y|ly)?": "accurate, plain",
    "kinds?": "type",
    "stands?": "is, appears, means",
    "says": "states, shows, prints",
    "say (?:that|who|what|how|which|when|where|whether|why)": "a verb: log, assign, name",
    "can not": "cannot",
    "full stop": "period",
    "whole(?! numbers?| hours?)": "complete, entire, all",
    "passed over": "handed off, ignored",
    "hand-offs?": "handoff",
    "how it reached us": "reported by",
    "half-done": "partly saved",
    "in hand": "being handled",
    "nobody (?:is )?recorded": "none assigned",
    "in force": "active",
    "set off by": "trigger",
    "(?:as )?last heard": "last report",
    "referrals waiting": "awaiting acceptance",
    "another due": "reschedule",
    "however alike": "different people",
    "recorded already": "on file",
    "lacks it": "need unmet",
    "mental-health factor": "behavioral health factor",
    "Direct notice": "Direct notification",
    "Wrong contact": "Wrong number",
    "No response, closed": "Closed: no response",
    "not a code": "not a valid choice",
    "unexpected extra word": "unexpected argument",
    "two readings": "ambiguous",
    "never was": "does not exist",
    "consults? themselves": "choose a different person",
    "may well be": "may be",
    "by lot": "at random",
    "nothing about anybody": "not fault",
    "is for the role": "you need the role",
    "erasure orders?": "seal, records disposition",
    "dangers?": "hazard",
    "postcodes?": "ZIP",
    "flats?": "apartment",
    "programmes?": "program",
    "(?:colou|behaviou|neighbou|honou|favou|labou|harbou|rumou)r(?:s|ed|ing|al|ite|hood)?": "-or",
    "(?:centre|metre|theatre|litre)s?": "-er",
    "(?:licence|defence|offence)s?": "-se",
    "grey": "gray",
    "(?:ana|para|cata)lys(?:e|ed|ing)": "-yze",
    "catalogues?": "catalog",
    "judgement|acknowledgement|ageing|artefacts?|cheques?|fulfil": "the American spelling",
    "enquir(?:y|ies|e|es|ed)|whilst|amongst": "inquiry, while, among",
    "(?:label|model|travel|signal|level|channel)led": "-led with one l",
    "(?:recogn|organ|normal|summar|anonym|pseudonym|minim|maxim|capital|serial|initial|author|priorit"
    "|standard|optim|categor|real|util|random|synchron|emphas|general|special|apolog|critic|final"
    "|stigmat|local|item|character|harmon|memor|penal|quant|symbol)is"
    "(?:e|es|ed|ing|ation|ations|er|ers)": "-ize",
}
PATTERNS = {
    re.compile(
        r"(?<![\w-])(?:" + pattern.replace(" ", r"\s+") + r")(?![\w-])",
        re.IGNORECASE if pattern.islower() else re.NOFLAG,
    ): instead
    for pattern, instead in BANNED.items()
}

# Whether a text in small letters has any of them: one look at most texts, which have none.
ANY = re.compile(r"(?<![\w-])(?:" + "|".join(BANNED).lower().replace(" ", r"\s+") + r")(?![\w-])")

# A string is SQL when it starts with one of these, or has two of them.
SQL = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|FROM|WHERE|JOIN|VALUES|EXISTS)\b")
# Not words: `code` in backticks, options, keys before a = sign, names of sections and columns,
# placeholders, links, paths.
CODE = re.compile(
    r"`[^`\n]+`|--section [\w-]+|section: [\w-]+|(?<![\w-])--?[a-z][\w-]*(?:=\S+)?"
    r"|^(?:name|page|columns) = .*$|^[^\w\n]*\w+ = |\{[^{}\n]*\}|\]\([^)\n]*\)|\S*/\S*",
    re.MULTILINE,
)
NOT_YET_CLEAN: frozenset[str] = frozenset(
    """
""".split()
)


class Text(NamedTuple):
    """A text of a file and the line it starts on."""

    line: int
    text: str


class Finding(NamedTuple):
    """A banned word, its line and what to write instead."""

    line: int
    word: str
    instead: str


def files() -> list[Path]:
    """Return the files to check; steps of migrations and earlier schemas stay as they were."""
    found = {ROOT / name for name in ("README.md", "CHANGELOG.md", "Makefile", "pyproject.toml")}
    found.update({ROOT / "schema.sql", ROOT / ".pre-commit-config.yaml"})
    for folder, pattern in (
        ("ccu", "**/*.py"), ("ccu", "**/*.sql"), ("ccu", "**/*.toml"), ("ccu", "**/*.css"),
        ("ccu", "**/*.jinja"), ("tests", "**/*.py"), ("docs", "*.md"), ("examples", "*"),
    ):  # fmt: skip
        found.update((ROOT / folder).glob(pattern))
    found.add(ROOT / "ccu" / "records" / "settings.txt")
    skipped = {Path(__file__).resolve(), *(ROOT / "ccu").glob("**/migrations/to_*.sql")}
    return sorted(
        path
        for path in found - skipped
        if path.is_file() and (path.suffix not in {".txt", ".csv"} or path.stem == "settings")
    )


def python_texts(source: str) -> Iterator[Text]:
    """Yield the comments, the strings and the names of test functions of a Python file."""
    yield from python_comments(source)
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    skipped = {
        id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values
    }
    # A text that is split at once is a table of names or codes.
    skipped |= {
        id(node.value) for node in nodes if isinstance(node, ast.Attribute) and node.attr == "split"
    }
    for node in nodes:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield Text(node.lineno, node.name.replace("_", " "))
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield from string_text(node.lineno, "".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and id(node) not in skipped:
            yield from string_text(node.lineno, node.value if isinstance(node.value, str) else "")


def string_text(line: int, value: str) -> Iterator[Text]:
    """Yield what a person reads of a string: not a name such as "kind"; of SQL the comments."""
    if SQL.match(value.lstrip()) or len(SQL.findall(value)) > 1:
        yield from marked_comments(value, "--", line)
    elif re.search(r"\s", value.strip()) or value[:1].isupper():
        yield Text(line, value)


def python_comments(source: str) -> Iterator[Text]:
    """Yield each comment; comments on consecutive lines are one text."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [
        (each.start[0], each.string.lstrip("#!"))
        for each in tokens
        if each.type == tokenize.COMMENT
    ]
    yield from joined(comments)


def marked_comments(source: str, mark: str, first: int = 1) -> Iterator[Text]:
    """Yield the comments of a file in which `mark` starts one; consecutive lines are one text."""
    lines = enumerate(source.splitlines(), first)
    yield from joined([(line, text.partition(mark)[2]) for line, text in lines if mark in text])


def joined(lines: list[tuple[int, str]]) -> Iterator[Text]:
    """Yield the texts of (line, text); those of consecutive lines as one."""
    start, last, block = 0, -1, list[str]()
    for line, text in lines:
        if line != last + 1 and block:
            yield Text(start, "\n".join(block))
            block = []
        start = start if block else line
        block.append(text)
        last = line
    if block:
        yield Text(start, "\n".join(block))


def sql_texts(source: str) -> Iterator[Text]:
    """Yield the comments of an SQL file, and its string literals of more than one word."""
    yield from marked_comments(source, "--")
    for number, line in enumerate(source.splitlines(), 1):
        for literal in re.findall(r"'((?:[^']|'')*)'", line.partition("--")[0]):
            if " " in literal or literal[:1].isupper():
                yield Text(number, literal)


def table_texts(source: str) -> Iterator[Text]:
    """Yield the comments of a table of text, and its lines of help."""
    yield from marked_comments(source, "#")
    yield from marked_comments(source, "help: ")


def markdown_texts(source: str) -> Iterator[Text]:
    """Yield a page without its code blocks and generated blocks; those are checked where made."""

    def blank(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    source = re.sub(r"<!-- \[\[\[cog.*?\[\[\[end\]\]\] -->", blank, source, flags=re.DOTALL)
    source = re.sub(r"^```.*?^```", blank, source, flags=re.DOTALL | re.MULTILINE)
    source = re.sub(r"^    .*$|<!--.*?-->", blank, source, flags=re.MULTILINE)
    yield Text(1, source)


def texts(path: Path) -> Iterator[Text]:
    """Yield the texts of a file."""
    source = path.read_text(encoding="utf-8")
    readers = {".py": python_texts, ".sql": sql_texts, ".md": markdown_texts, ".txt": table_texts}
    reader = readers.get(path.suffix)
    yield from reader(source) if reader else [Text(1, source)]


def findings(path: Path) -> Iterator[Finding]:
    """Yield the banned words of a file."""
    for start, text in texts(path):
        plain = CODE.sub("#", text)
        if not ANY.search(plain.lower()):
            continue
        for pattern, instead in PATTERNS.items():
            for match in pattern.finditer(plain):
                if not match[0].isupper():
                    line = start + plain.count("\n", 0, match.start())
                    yield Finding(line, " ".join(match[0].split()), instead)


def report(path: Path) -> list[str]:
    """Return a line for each banned word of a file."""
    name = path.relative_to(ROOT).as_posix()
    return [f"{name}:{line}: {word!r}, write: {instead}" for line, word, instead in findings(path)]


@pytest.fixture(scope="module")
def wrong() -> dict[str, list[str]]:
    """The reports of the files that have a banned word, by path."""
    reports = {path.relative_to(ROOT).as_posix(): report(path) for path in files()}
    return {path: lines for path, lines in reports.items() if lines}


def test_no_file_has_a_banned_word(wrong: dict[str, list[str]]) -> None:
    found = [line for path, lines in wrong.items() if path not in NOT_YET_CLEAN for line in lines]
    assert not found, "\n".join(found)


def test_each_file_on_the_list_still_has_a_banned_word(wrong: dict[str, list[str]]) -> None:
    done = sorted(NOT_YET_CLEAN - set(wrong))
    assert not done, f"remove from NOT_YET_CLEAN (clean, moved or deleted): {done}"


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        ("a.py", '"""It says\nso."""\nx = f"can {1} not; can not"\n', ["says", "can not"]),
        ("a.py", "# so that\n# nobody reads it\n", ["so that nobody"]),
        ("a.py", "def test_it_can_not_be_read() -> None: ...\n", ["can not"]),
        ("a.py", 'x = {"kind": "whole", "Postcode": "--kind `kind` a/kind"}\n', ["Postcode"]),
        ("a.py", 'x = "kind whole".split()\ny = "SELECT kind -- mend it"\n', ["mend"]),
        ("a.py", '"""By DELETE, it is made anew."""\n', ["anew"]),
        ("a.py", 'x = "a whole number; the SLIP of a dock"\n', []),
        ("a.sql", "SELECT kind, 'Wrong contact' FROM x; -- anew\n", ["anew", "Wrong contact"]),
        ("a.md", "A kind\n```\nanew\n```\n    slip\n", ["kind"]),
        ("a.md", "Mend\n<!-- [[[cog\n]]] -->\nanew\n<!-- [[[end]]] -->\n", ["Mend"]),
        ("a.toml", 'postcode = "Zip"  # of no kind\n', ["kind"]),
    ],
)
def test_what_is_found(name: str, source: str, words: list[str], tmp_path: Path) -> None:
    (tmp_path / name).write_text(source, encoding="utf-8")
    assert [finding.word for finding in findings(tmp_path / name)] == words


if __name__ == "__main__":
    named = [Path(each).resolve() for each in sys.argv[1:] if each != "--list"] or files()
    for each in named:
        if lines := report(each):
            print(each.relative_to(ROOT).as_posix() if "--list" in sys.argv else "\n".join(lines))
