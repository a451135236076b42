"""`ccu help`: find a command by a word; suggest commands for one that does not exist."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from ccu.errors import CcuError
from ccu.options import Context, arg, line
from ccu.output import FormatOption, Table, emit, say

COLUMNS = ("command", "help")
MOST = 3  # suggestions
SCREEN = 9  # commands found, each at most two lines, so that they fit 24 lines
# Words that do not tell what somebody wants to do.
_STOP_WORDS = frozenset(
    "a an and are as at be by can ccu do does for from get how i in is it its me my of on or our"
    " so that the their there this to want we what when where which who with you your".split()
)


def command(
    ctx: Context,
    words: Annotated[list[str] | None, arg("[WORD]...", line(60), "What you want to do.")] = None,
    format: FormatOption = None,
) -> None:
    """Find a command, or the list of codes to look in, by a name or an everyday word.

    Examples:

      ccu help undo

      ccu help narcan
    """
    root = ctx.find_root()
    if not words:
        typer.echo(root.get_help())
        return
    text = " ".join(words)
    meant, found = _matches(list(_commands(root, root.command, "")), text)
    whole = _lists(ctx, [text])
    found = [*meant, *whole, *found, *(_lists(ctx, words) if len(words) > 1 and not whole else [])]
    if not found:
        say("No command found for that. Try one word, or see ccu --help.")
    if len(found) > SCREEN:
        say(f"The first {SCREEN} of {len(found)}; add a word to narrow the list.")
    emit(Table(COLUMNS, found[:SCREEN], title="Commands"), format)


def _commands(ctx: Any, group: Any, before: str) -> Iterator[tuple[str, str]]:
    """Return every command, such as `person find`, with the first line of its help."""
    for name in group.list_commands(ctx):
        each = group.get_command(ctx, name)
        if hasattr(each, "list_commands"):
            yield from _commands(ctx, each, f"{before}{name} ")
        else:
            yield f"{before}{name}", str(each.help).split("\n\n")[0].replace("\n", " ")


def _lists(ctx: Context, words: Sequence[str]) -> list[tuple[str, str]]:
    """The lists with a code that one of the texts may mean: of the town, else of a new file."""
    from ccu.database import schema
    from ccu.records import codes

    try:
        lists = ctx.obj.db
    except CcuError:
        lists = schema.in_memory()
    found = [each for word in words for each in codes.called(lists, word)]
    return [(f"ccu codes {name}", f"Has the choice {labels}") for name, labels in found]


def _matches(
    commands: Sequence[tuple[str, str]], text: str
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The commands that an everyday word means; those with a word, the one with most first."""
    from ccu.records import codes

    typed = codes.plain(text).split("_")
    words = [word for word in typed if word not in _STOP_WORDS] or typed
    known = codes.synonyms("command")
    meant = [each for word in (codes.plain(text), *words) for each in known.get(word, ())]
    by_word: list[Any] = []
    by_help: list[Any] = []
    for path, help in commands:
        name, wording = codes.plain(path).split("_"), codes.plain(help).split("_")
        in_name = sum(any(part.startswith(word) for part in name) for word in words)
        in_help = sum(any(part.startswith(word) for part in wording) for word in words)
        if path in meant or in_name or in_help:
            order = (-max(in_name, in_help), -in_name)
            (by_word if path in meant else by_help).append((order, (f"ccu {path}", help)))
    by_word.sort(key=lambda each: each[0])
    by_help.sort(key=lambda each: each[0])
    return [row for _order, row in by_word], [row for _order, row in by_help]


def did_you_mean(group: str, word: str, names: Sequence[str]) -> str:
    """Return the end of the message for a command that does not exist.

    `group` is the path of the group that was asked for it, empty for ccu itself; `names` are its
    commands. The word is not repeated: it may be somebody's name.
    """
    from difflib import get_close_matches

    from ccu.records import codes

    word = word[:60].lower()
    before = f"{group} " if group else ""
    meant = codes.synonyms("command").get(codes.plain(word), [])
    own = [each for each in meant if each.startswith(before)]
    begins = [f"{before}{name}" for name in names if len(word) > 1 and name.startswith(word)]
    near = [f"{before}{name}" for name in get_close_matches(word, names, n=MOST)]
    if not (own or begins or near or meant):  # such as serch for search, which means person find
        known = codes.synonyms("command")
        meant = [each for like in get_close_matches(word, known, 1, 0.8) for each in known[like]]
    found = list(dict.fromkeys([*own, *begins] or near or meant))[:MOST]
    if found:
        listed = " or ".join(f"ccu {each}" for each in found)
        return f"did you mean {listed}? To find a command: ccu help WORD"
    if group:
        return f"choose from {', '.join(names)}; see ccu {group} --help"
    return "see ccu --help, or find a command: ccu help WORD"
