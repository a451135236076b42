"""The likely pairs of a whole file, by number; nothing is merged by machine."""

from typing import Any

from ccu.output import say
from ccu.output.screen import progress
from ccu.people import match_scores
from ccu.people.comparing import agreeing
from ccu.records import audit, person_ids
from ccu.session import Session

COLUMNS = ("a", "b", "score", "why", "a_source", "b_source")
NAMES = ("a_name", "b_name")


def read(
    session: Session, least: int, limit: int | None, names: bool
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The rows and their columns, recorded as a read; with `names`, of everybody named, too."""
    staff_id, connection = session.staff_id, session.db
    with progress("Comparing records") as advance:
        found, compared, left_out = match_scores.likely(connection, least, advance)
    source = match_scores.sources(connection)
    rows = [
        {
            "a": pair.a,
            "b": pair.b,
            "score": pair.likeness.score,
            "why": ", ".join(agreeing(pair)),
            "a_source": source.get(pair.a, ""),
            "b_source": source.get(pair.b, ""),
        }
        for pair in found[:limit]
    ]
    with session.writing():
        audit.record(connection, staff_id, "person-duplicates", records=compared, pairs=len(rows))
        if names:
            _name(session, rows)
    if session.interactive:
        _tell(compared, len(found), left_out, len(rows))
    return rows, (*COLUMNS, *NAMES) if names else COLUMNS


def _name(session: Session, rows: list[dict[str, Any]]) -> None:
    shown = sorted({row[end] for row in rows for end in ("a", "b")})
    called = person_ids.names(session.db, shown)
    person_ids.shown(session.db, session.staff_id, "person-duplicates", shown)
    for row in rows:
        row |= {"a_name": called[row["a"]], "b_name": called[row["b"]]}


def _tell(compared: int, pairs: int, left_out: int, shown: int) -> None:
    text = f"{compared} records compared; {pairs} likely {'pair' if pairs == 1 else 'pairs'}"
    if shown < pairs:
        text += f", the best {shown} of them shown"
    if left_out:
        text += f"; {left_out} left out that somebody found to be two people"
    say(f"{text}.")
