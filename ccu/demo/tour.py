"""The tour: the main screens of the demo town, each a command line and what it prints."""

import shlex
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ccu.demo import build, story, town
from ccu.output import emit_line

WIDTH = 78  # of sentences and command lines
Run = Callable[[Sequence[str]], None]  # runs one command line over the demo file, as typed


@dataclass(frozen=True)
class Stop:
    """One screen: a sentence before it, and the command line that shows it."""

    words: str
    line: tuple[str, ...]


def show(made: build.Town, run: Run) -> None:
    """Print the complete tour. `run` gets the words after `ccu`."""
    session = made.session
    _say(
        f"{town.TOWN}, {town.STATE}, is an invented town; nobody in it is real."
        " Three years of its dispatch records were imported; for the last year its Community Care"
        " Unit has logged its own calls, referred people and followed up."
        f" Today is {session.today:%A, %Y-%m-%d}."
    )
    with tempfile.TemporaryDirectory(prefix="ccu-demo-") as folder:
        export = build.write_export(session, made.calls, made.seed, Path(folder))
        for stop in _stops(made):
            _say(stop.words)
            for line in _typed(("ccu", *stop.line)):
                emit_line(line)
            emit_line("")
            # The file is elsewhere: what is printed is what a reader would type.
            run([str(export) if word == export.name else word for word in stop.line])
    _say("That was the tour. The file is kept; look around in it:")
    for line in _typed(("ccu", "--db", str(session.path), "history", "--address", story.COUPLE)):
        emit_line(line)


def _stops(made: build.Town) -> Iterator[Stop]:
    """Yield the screens in their order: as they are used in a day."""
    yield Stop(
        "An officer is on the way to Main Street. One command shows what happened at that"
        " apartment, who is working with people there and how to reach them, and the outcome of"
        " each call.",
        ("history", "--address", story.UNIT),
    )
    yield Stop(
        "The card shows the first lines of the plan. This is all of it.",
        ("plan", "show", "1"),
    )
    yield Stop(
        "A misspelled street is still found.",
        ("history", "--address", "2 Railrod Plaza"),
    )
    yield Stop(
        "After a call, one command logs it, or a few questions at a terminal. Names are optional.",
        ("log-call", "--when", "1 hour ago", "--address", story.STATION, "--nature", "unsheltered",
         "--person", str(made.numbers["person.coat"]), "--danger", "none",
         "--disposition", "referred", "--minutes", "25", "--no-input"),
    )  # fmt: skip
    yield Stop(
        "He asked about benefits. He is referred, and the follow-up is scheduled at once.",
        ("refer", str(made.numbers["call.twice"] + 1), "--to", "human services",
         "--need", "benefits", "--handoff", "direct_notice", "--owner", story.CLINICIAN,
         "--no-input"),
    )  # fmt: skip
    yield Stop(
        "The clinician looks at the referrals awaiting acceptance.",
        ("referral", "list", "--inbox"),
    )
    yield Stop(
        "A nightly job lists what is overdue. When nothing is, it prints nothing.",
        ("follow-up", "overdue"),
    )
    yield Stop(
        "At shift change, one page shows what is new, late, due and waiting.",
        ("brief",),
    )
    yield Stop(
        "Whoever logged a call can see its outcome. Nothing is overwritten: this one was"
        " corrected, and shows it.",
        ("call", "show", str(made.numbers["call.33"])),
    )
    yield Stop(
        "A person may have been recorded twice. Nothing is merged automatically: likely pairs are"
        " listed with the evidence, and a person decides.",
        ("person", "duplicates", "--names"),
    )
    yield Stop(
        "Human Services sees the family behind a call.",
        ("household", "show", "--person", str(made.numbers["person.walter"])),
    )
    yield Stop(
        "The board asks for results. Every figure shows its parts.",
        (
            "report",
            "--month",
            f"{made.session.today:%Y-%m}",
            "--section",
            "summary",
            "--section",
            "hand-offs",
        ),
    )
    yield Stop(
        "Dispatch sends its export again every night. Imported calls are not counted twice.",
        ("import", "marshport-cad.csv", "--layout", build.LAYOUT),
    )
    yield Stop(
        "And every night the file is checked: damage, dangling records, permissions.",
        ("check",),
    )


def _typed(words: Sequence[str]) -> list[str]:
    """Return a command line as it would be typed, a long one over several lines."""
    lines = ["$"]
    for word in words:
        if len(lines[-1]) + len(word) > WIDTH - 20 and word.startswith("--"):
            lines[-1] += " \\"
            lines.append("   ")
        lines[-1] += f" {shlex.quote(word)}"
    return lines


def _say(words: str) -> None:
    emit_line("")
    for line in textwrap.wrap(words, WIDTH):
        emit_line(line)
    emit_line("")
