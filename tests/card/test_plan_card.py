"""Plans on a card: all of each, on one screen at a terminal; the written form and its inverse."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccu.card import plans as card
from ccu.card import screen
from ccu.card import store as cards
from ccu.database import opening as db
from ccu.output.text import safe, width
from ccu.plans import form
from ccu.plans.store import FIELDS, ON_CARD
from ccu.records import stigmatizing_terms

from ..conftest import Ccu, examples

TODAY = date(2026, 1, 31)
READER: Any = SimpleNamespace(today=TODAY, settings={"state": "CT"})  # what a form asks a session
QUIET = settings(
    max_examples=examples(10, 120), deadline=None, suppress_health_check=list(HealthCheck)
)
HELPS: dict[str, list[Any]] = {
    "helps": [f"item {n}" for n in range(9)],
    "avoid": ["crowds"],
    "baseline": ["secret"],
}

# Letters, what a line is read by, and what a terminal may not see as it is.
LETTERS = "abZ 09.,:;-*#'[/]\u0301\u202e\u200b\u05d0\u4e2d\U0001f600\t"
words = st.builds(
    lambda text, times: text * times, st.text(LETTERS, max_size=12), st.integers(1, 9)
)
# Nothing but what `form.item` would make of it.
texts = words.map(lambda text: " ".join(text.split())).filter(
    lambda text: bool(text) and not form._ITEM.fullmatch(text)
)
names = texts.map(lambda text: " ".join(re.sub("[:,]", " ", text).split())).filter(bool)
days = st.dates(date(2000, 1, 1), TODAY).map(date.isoformat)
concerns = st.fixed_dictionaries({"on": days, "source": names, "text": texts})
contacts = st.fixed_dictionaries(
    {
        "name": names.map(lambda text: text[:80].strip()),
        "who": names.map(lambda text: text[:80].strip()),
        "phone": st.from_regex("[0-9]{3}-[0-9]{4}", fullmatch=True),
    }
)
kinds: dict[str, st.SearchStrategy[Any]] = {"safety": concerns, "contacts": contacts}
bodies = st.fixed_dictionaries(
    {field: st.lists(kinds.get(field, texts), max_size=2) for field in FIELDS}
)


def row(number: int, body: dict[str, list[Any]], person: int | None = 1) -> Any:
    """As store.cards gives it."""
    review = (TODAY + timedelta(days=9)).isoformat()
    whose = {"id": number, "person_id": person, "of_building": person is None}
    return {**whose, "body": json.dumps(body), "review_on": review}


def on_screen(columns: int, rows: int, *bodies: dict[str, list[Any]]) -> list[str]:
    """The lines that a terminal shows of a card with these plans."""
    plans = card.shown([row(n, body) for n, body in enumerate(bodies, 1)], TODAY)
    data = {
        **dict.fromkeys(("people", "workers", "open", "calls", "near"), ()),
        **{"match": {"text": "9 ELM ST", "certainty": "exact"}, "place": {"id": 1}},
        **{"children": False, "counts": None, "building": {"units": 0, "by_unit": []}},
        **{"plans": plans, "warnings": card.concerns(plans)},
    }
    return [text for text, _bold in screen.lines(TODAY, "", data, columns, rows)]


@QUIET
@given(bodies, bodies, st.integers(0, 3), st.sampled_from(((80, 24), (40, 15), (120, 50))))
def test_plans_never_fill_more_than_the_screen(
    one: dict[str, list[Any]],
    other: dict[str, list[Any]],
    times: int,
    size: tuple[int, int],
) -> None:
    lines = on_screen(*size, *[one, other] * times)
    assert len(lines) <= size[1] - 5
    assert all(width(safe(line)) <= size[0] for line in lines)
    assert all("\n" not in line for line in lines)
    if times and (one["safety"] or other["safety"]):
        assert any(line.startswith("! ") for line in lines)


@QUIET
@given(bodies)
def test_the_data_has_every_field_but_the_baseline(body: dict[str, list[Any]]) -> None:
    (plan,) = card.shown([row(1, body)], TODAY)
    assert plan["body"] == {field: body[field] for field in card.LABELS}
    assert len(plan["lines"]) == sum(bool(body[field]) for field in ON_CARD)
    assert "baseline" not in plan["body"]


def test_what_to_do_and_to_avoid_is_labeled_and_steps_come_first() -> None:
    body: dict[str, list[Any]] = {
        **HELPS,
        "helps": ["tea"],
        "steps": ["knock", "wait"],
        "triggers": ["sirens"],
        "contacts": [{"name": "June", "who": "sister", "phone": "211"}],
    }
    lines = on_screen(80, 24, body)
    assert lines == [
        "9 ELM ST",
        "An address without a record is not a safe address.",
        "CALL    No worker assigned    211, June, sister",
        "DO      1. knock    2. wait    tea",
        "AVOID   crowds",
        "TRIGGER sirens",
    ]
    assert "secret" not in "".join(lines)


def test_the_newest_concern_comes_first_with_its_day() -> None:
    concerns = [
        {"on": "2025-06-30", "source": "officer", "text": "older"},
        {"on": "2026-01-04", "source": "call 1", "text": "newer"},
    ]
    (plan,) = card.shown([row(1, {"safety": concerns})], TODAY)
    assert plan["lines"] == ["safety: Jan 4, 2026, call 1: newer; Jun 30, 2025, officer: older"]
    assert [each["text"] for each in card.concerns([plan])] == ["older", "newer"]


@QUIET
@given(bodies)
def test_the_written_form_is_read_back_exactly(body: dict[str, list[Any]]) -> None:
    assert form.read(form.written(body), "--file", READER) == body
    assert form.read(form.to_edit(body, "person 1"), "--edit", READER) == body


@QUIET
@given(bodies)
def test_looking_for_words_never_fails_and_names_an_item_that_is_there(
    body: dict[str, list[Any]],
) -> None:
    for finding in form.words_found(body, stigmatizing_terms.Names.of([("Rowan", "ab")]), "a name"):
        assert 1 <= finding.number <= len(body[finding.field])


def test_the_card_asks_for_plans_by_index_alone(ccu: Ccu, db_path: Path) -> None:
    connection = db.open_database(db_path)
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    window = {"place_id": 1, "building_id": None, "today": "2026-01-31"}
    assert cards.plans(connection, window, [1, 2]) == []
    connection.set_trace_callback(None)
    (sql,) = asked
    steps = [step[3] for step in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    connection.close()
    assert any("plan_person" in step for step in steps)
    assert any("plan_place" in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN plan")]
