"""Plans on a card: at most eight lines, none too wide; the written form and its inverse."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccu.card import plans as card
from ccu.card import store as cards
from ccu.database import opening as db
from ccu.output.text import safe, width
from ccu.plans import form
from ccu.plans.store import FIELDS
from ccu.records import stigmatizing_terms

from ..conftest import Ccu

TODAY = date(2026, 1, 31)
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
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


def shown(*bodies: dict[str, list[Any]]) -> list[str]:
    """Every line of the section, its headings too."""
    found = card.shared([row(n, body) for n, body in enumerate(bodies, 1)], TODAY)
    sections = card.sections(found)
    return [
        line
        for each in sections
        for line in ([each.title] if each.title else []) + list(each.lines)
    ]


@QUIET
@given(bodies, bodies, st.integers(0, 3))
def test_never_more_than_eight_lines_and_none_folds(
    one: dict[str, list[Any]], other: dict[str, list[Any]], times: int
) -> None:
    many = [one, other] * times
    lines = shown(*many)
    assert len(lines) <= 8
    assert all(width(safe(line)) <= 78 for line in lines)
    assert all("\n" not in line for line in lines)
    for body in many[:1]:
        said = sum(bool(body[field]) for field in FIELDS[1:])
        own = card.shared([row(1, body)], TODAY)[0]["lines"]
        assert len(own) == said


def test_of_many_plans_each_is_named_and_all_share_the_room() -> None:
    full: dict[str, list[Any]] = {
        **HELPS,
        "safety": [{"on": "2026-01-04", "source": "call 1", "text": "threw a cup"}],
        "contacts": [{"name": "June", "who": "sister", "phone": "211"}],
    }
    two = card.shared([row(1, full), row(2, full)], TODAY)
    assert [len(each["lines"]) for each in two] == [3, 3]
    assert [line.split(":")[0] for line in two[0]["lines"]] == ["helps", "avoid", "safety"]
    little = card.shared([row(1, {"helps": ["tea"]}), row(2, full)], TODAY)
    assert [len(each["lines"]) for each in little] == [1, 4]
    many = shown(*[full] * 6)
    assert many[-1] == "More plans: ccu plan show 4, 5, 6"
    assert len(many) == 8
    assert "secret" not in "".join(many)


def test_items_that_do_not_fit_are_counted_and_cut_at_a_word() -> None:
    long = "please " * 60
    (plan,) = card.shared(
        [row(1, {"helps": HELPS["helps"] * 2, "avoid": [long.strip(), "x"], "steps": ["y" * 300]})],
        TODAY,
    )
    helps, avoid, first = plan["lines"]
    assert helps.startswith("helps: item 0; item 1; ")
    assert helps.endswith(" more)")
    assert avoid.endswith("please ... (1 more)")
    assert first.endswith("yyy ...")


def test_the_newest_concern_is_shown_with_its_day() -> None:
    concerns = [
        {"on": "2025-12-31", "source": "officer", "text": "older"},
        {"on": "2026-01-04", "source": "call 1", "text": "newer"},
    ]
    (plan,) = card.shared([row(1, {"safety": concerns})], TODAY)
    assert plan["lines"] == ["safety: 4 Jan 2026, call 1: newer; 31 Dec 2025, officer: older"]


@QUIET
@given(bodies)
def test_the_written_form_is_read_back_exactly(body: dict[str, list[Any]]) -> None:
    assert form.read(form.written(body), "--file", TODAY) == body
    assert form.read(form.to_edit(body, "person 1"), "--edit", TODAY) == body


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
