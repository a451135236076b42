"""The page of `ccu report --format html`, read as text; test_report_browser.py looks at it."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccu.output.text import one_line
from ccu.report import files
from ccu.report.build import Report, ReportSection
from ccu.report.period import Period, Records

from ..conftest import Ccu
from .reporting import Hand, report

MONTH = ("--month", "2026-01")
HOSTILE = "<script>alert(1)</script>"
VOID = {"meta", "br", "link", "img", "path", "rect", "circle"}


class Page(HTMLParser):
    """What a test asks of a page: its elements in order, and what is written in them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inside: dict[int, str] = {}  # place of the element -> its text, of all inside it too
        self.children: dict[int, list[str]] = {}
        self._open: list[int] = []
        self.feed(source)
        self.close()
        assert self._open == [], "an element is left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for place in self._open:
            self.children[place].append(tag)
        place = len(self.elements)
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.inside[place], self.children[place] = "", []
        if tag not in VOID:
            self._open.append(place)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.elements[self._open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        for place in self._open:
            self.inside[place] += data

    def all(self, *tags: str) -> list[int]:
        return [place for place, (tag, _) in enumerate(self.elements) if tag in tags]

    def texts(self, *tags: str) -> list[str]:
        return [" ".join(self.inside[place].split()) for place in self.all(*tags)]

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]


def html_of(ccu: Ccu, *args: str) -> str:
    done = ccu("report", *args, "--format", "html")
    assert (done.code, done.err) == (0, ""), done.err
    return done.out


@pytest.fixture
def town(ccu: Ccu, db_path: Path) -> Hand:
    """A small town where something of everything happened in January."""
    hand = Hand(db_path)
    hand.provider()
    home = hand.place("12", "3")
    ann = hand.person("Ann")
    for day in range(1, 13):
        call = hand.call(f"2026-01-{day:02}T10:30:00", ann, place=home)
        hand.follow_up(f"2026-01-{day + 1:02}T10:30:00", call_id=call)
    hand.calls([f"2026-01-{day:02}T22:00:00" for day in range(1, 30)], care=0)
    hand.calls(["2025-06-03T08:00:00"] * 4)
    tried = hand.follow_up("2026-01-13T12:00:00", call_id=call)
    hand.attempt(tried, "2026-01-12T20:00:00")
    taken = ("accepted", "2026-01-04T10:00:00"), ("in_progress", "2026-01-05T10:00:00")
    for _ in range(3):
        hand.referral(
            "2026-01-03T10:00:00", *taken, person=ann, call=call, handoff="warm_in_person"
        )
    return hand


def test_the_page_has_every_section_with_every_row(ccu: Ccu, town: Hand) -> None:
    every = report(ccu, *MONTH)
    read = Page(html_of(ccu, *MONTH))
    assert read.texts("h1") == ["Figures of Westport, January 2026"]
    heads = [re.split(r"[:(]| on Jan", text)[0].strip() for text in read.texts("h2")]
    assert heads == [
        *("Repeat addresses", "Repeat people", "Overdue follow-ups", "Referrals", "Undecided"),
        *("Data quality", "All figures", "How this was made"),
    ]
    titles = [each["title"] for each in every["sections"]]
    assert [text for text in read.texts("summary") if text != "What each figure is"] == titles
    rows = {each["name"]: each["rows"] for each in every["sections"]}
    rows["completeness"] = [row for row in rows["completeness"] if row["officer"] == "all"]
    months = sum("_by_month" in row["figure"] for row in rows["summary"])
    assert (months, len(rows["hours"])) == (72, 168)
    folded = sum(map(len, rows.values())) - months + 12 - 168 + 7
    late = sum(row["what"] == "follow-up overdue" for row in rows["overdue"])
    first = [len(rows["repeat-addresses"]), len(rows["repeat-people"]), min(late, 10)]
    shown = sum(read.children[place].count("tr") for place in read.all("tbody"))
    assert shown == folded + sum(first)


def test_a_figure_has_all_its_parts(ccu: Ccu, town: Hand) -> None:
    read = spaced(html_of(ccu, *MONTH, "--section", "summary", "--compare", "previous"))
    assert "Share of care natures 29.3% 12 of 41 -" in read
    assert "Figure Value Of Missing, not yet Dec 2025 0% to 100% Calls" in read


def spaced(source: str) -> str:
    """The text of a page with a space where an element begins or ends."""
    return " ".join(re.sub(r"<[^>]+>", " ", source).split())


def test_the_headline_is_on_top_with_its_earlier_values(ccu: Ccu, town: Hand) -> None:
    source = html_of(ccu, *MONTH)
    cards = spaced(source[source.index('class="cards"') :].split("</ul>")[0])
    assert "Calls 41 Dec 2025 0 Jan 2025" in cards
    names = ("Calls 41", "Care calls 12", "People served 1", "Connections 3", "Follow-up within 24")
    assert [name for name in names if name not in cards] == []
    assert source.index('class="cards"') < source.index("<h2>")


def test_a_section_alone_has_no_headline_and_is_open(ccu: Ccu, town: Hand) -> None:
    read = Page(html_of(ccu, *MONTH, "--section", "areas"))
    assert "cards" not in read.values("class")
    assert read.texts("h2") == ["How this was made"]
    assert read.texts("summary")[0] == "Areas"
    assert "open" in read.elements[read.all("details")[0]][1]
    folded = Page(html_of(ccu, *MONTH))
    assert not any("open" in folded.elements[place][1] for place in folded.all("details"))


def test_every_headline_figure_has_its_twelve_months(ccu: Ccu, town: Hand) -> None:
    """Four calls in June 2025, the first month of the file, and 41 in January: bars from zero."""
    read = Page(html_of(ccu, *MONTH))
    drawn = [place for place in read.all("svg") if read.elements[place][1]["class"] == "months"]
    assert len(drawn) == 6
    for place in drawn:
        given = read.elements[place][1]
        assert given["role"] == "img" and "Jan 2026" in given["aria-label"]
    calls = [given for tag, given in read.elements[drawn[0] : drawn[1]] if tag == "rect"]
    assert [float(bar["height"]) for bar in calls] == [3.7, *[1.0] * 6, 38.0]
    assert {float(bar["height"]) + float(bar["y"]) for bar in calls} == {39.0}
    assert [bar["class"] for bar in calls if "class" in bar] == ["last"]


def test_bars_are_as_long_as_their_shares(ccu: Ccu, town: Hand) -> None:
    """Three referrals, all accepted, none with the service received."""
    read = Page(html_of(ccu, *MONTH, "--section", "referrals"))
    bars = [given for tag, given in read.elements if tag == "rect" and "class" not in given]
    assert [float(bar["width"]) for bar in bars][:2] == [100.0, 0.0]
    shares = report(ccu, *MONTH, "--section", "referrals")["sections"][0]["rows"]
    assert len(bars) == sum(row["unit"] == "share" for row in shares)


def test_what_a_screen_reader_needs(ccu: Ccu, town: Hand) -> None:
    read = Page(html_of(ccu, *MONTH))
    tags = [tag for tag, _ in read.elements]
    assert read.elements[tags.index("html")][1]["lang"] == "en"
    landmarks = ["header", "main", "footer"]
    assert [tag for tag in tags if tag in landmarks] == landmarks
    assert tags.count("h1") == 1
    for place in read.all("table"):
        assert read.children[place][0] == "caption"
    for place in read.all("th"):
        assert read.elements[place][1]["scope"] in ("col", "row")
    ids = read.values("id")
    assert len(ids) == len(set(ids))
    assert {name for text in read.values("aria-labelledby") for name in text.split()} <= set(ids)
    assert {link.removeprefix("#") for link in read.values("href")} <= set(ids)


def test_no_script_and_no_request(ccu: Ccu, town: Hand) -> None:
    source = html_of(ccu, *MONTH)
    read = Page(source)
    assert not {"script", "link", "img", "iframe", "object", "foreignObject"} & {
        tag for tag, _ in read.elements
    }
    assert all(link.startswith("#") for link in read.values("href"))
    assert not read.values("src")
    assert not [name for _, given in read.elements for name in given if name.startswith("on")]
    assert "://" not in source
    assert not re.search(r"@import|url\(", source)
    assert "default-src 'none'; style-src 'unsafe-inline'" in read.values("content")


def test_the_same_file_gives_the_same_bytes(ccu: Ccu, town: Hand, tmp_path: Path) -> None:
    first = html_of(ccu, *MONTH)
    assert ccu("report", *MONTH, "--output", str(tmp_path / "r.html")).code == 0
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == first
    assert str(date.today()) not in first  # nothing shows when it was drawn


def test_every_figure_shown_is_defined_in_its_section(ccu: Ccu, town: Hand) -> None:
    source = html_of(ccu, *MONTH)
    parts = re.split(r'<details id="', source)[1:]
    assert len(parts) == len(report(ccu, *MONTH)["sections"])
    for part, section in zip(parts, report(ccu, *MONTH)["sections"], strict=True):
        names = {row["figure"] for row in section["rows"] if "figure" in row} or {section["name"]}
        assert [name for name in names if f"<code>{name}</code></dt>" not in part] == []
    assert "Formula: care calls in the period ÷ calls in the period with a nature" in spaced(source)


def test_a_month_without_calls_states_it_and_draws_nothing(ccu: Ccu) -> None:
    source = html_of(ccu, *MONTH)
    read = Page(source)
    assert "rect" not in {tag for tag, _ in read.elements}
    assert "None." in read.texts("p")
    assert "Not known: no referrals are recorded by the end of this period." in read.texts("p")
    assert "No calls are recorded in this file." in read.texts("p")
    assert "Follow-up within 24 hours n/a" in spaced(source)


def test_one_call_is_a_page(ccu: Ccu, db_path: Path) -> None:
    Hand(db_path).call("2026-01-05T10:00:00")
    read = Page(html_of(ccu, *MONTH))
    assert "Figures of Westport, January 2026" in read.texts("h1")
    assert any("Jan 2026 1" in label for label in read.values("aria-label"))
    week = [given["class"] for tag, given in read.elements if "heat-" in given.get("class", "")]
    assert (week.count("heat-5"), week.count("heat-0")) == (1, 167)


def test_names_cannot_act(ccu: Ccu, db_path: Path) -> None:
    hand = Hand(db_path)
    hand.one("UPDATE setting SET value = ? WHERE name = 'town'", HOSTILE)
    place = hand.place("12")
    hand.one("UPDATE place SET street = ? WHERE id = ?", f'{HOSTILE}" onload="x', place)
    for day in range(1, 5):
        hand.call(f"2026-01-{day:02}T10:30:00", place=place)
    source = html_of(ccu, *MONTH)
    read = Page(source)
    assert read.texts("h1") == [f"Figures of {HOSTILE}, January 2026"]
    assert "script" not in {tag for tag, _ in read.elements}
    assert "onload" not in {name for _, given in read.elements for name in given}
    assert any(f"12 {HOSTILE}" in text for text in read.texts("td", "th"))


def test_a_terminal_is_not_flooded(ccu: Ccu) -> None:
    done = ccu("report", *MONTH, "-f", "html", tty=True)
    assert (done.code, done.out) == (2, "")
    assert done.err == "ccu: error: a page is for a browser: name a file, as --output report.html\n"


def test_other_formats_do_not_load_it(ccu: Ccu) -> None:
    code = (
        "import sys; from ccu import cli;"
        " cli.main(['report', '--month', '2026-01', '--section', 'summary', '-f', 'json']);"
        " print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "ccu.report.build" in loaded
    assert not loaded & {"jinja2", "markupsafe", "ccu.report.files"}


# Any text, with what means something to HTML, to XML or to a template more often than chance.
TEXTS = st.lists(
    st.sampled_from(["<", ">", "&", '"', "'", "{{", "}}", "{%", "</style>", "]]>", "-->", "\x1b"])
    | st.text(max_size=4),
    max_size=8,
).map("".join)


def made_up(town: str, address: str) -> Report:
    """A report with one list, made by no file."""
    period = Period("month", date(2026, 1, 1), date(2026, 2, 1))
    section = ReportSection(
        "repeat-addresses",
        "Repeat addresses",
        "list",
        ("place", "address", "care_calls"),
        items=[{"place": 1, "address": address, "care_calls": 3}],
        says=[address.replace("`", "")],
        explains=[address.replace("`", "")],
    )
    options: dict[str, Any] = {"zone": ZoneInfo("UTC"), "first_day": None}
    options["records"] = Records({}, date(2026, 2, 1))
    options |= {"file": address, "version": "1", "schema": 1, "compare": "both"}
    return Report(
        town=town,
        period=period,
        as_of=datetime(2026, 2, 1, tzinfo=UTC),
        settings={"repeat_days": "90", "all_calls": "no", "civilian_natures": ""},
        sections=[section],
        notes=[address],
        **options,
    )


@cache
def plain() -> list[tuple[str, list[str]]]:
    """The elements of a harmless page."""
    return [(tag, sorted(given)) for tag, given in Page(files.html(made_up("A", "B"))).elements]


@settings(max_examples=40, deadline=None)
@given(TEXTS, TEXTS.map("St ".__add__))
def test_whatever_a_town_and_its_streets_are_called(town: str, address: str) -> None:
    read = Page(files.html(made_up(town, address)))
    assert [(tag, sorted(given)) for tag, given in read.elements] == plain()
    assert read.texts("h1") == [" ".join(f"Figures of {one_line(town)}, January 2026".split())]
    assert " ".join(one_line(address).split()) in [*read.texts("th"), *read.texts("td")]


def test_a_public_page_names_nothing_and_hides_small_numbers(ccu: Ccu, town: Hand) -> None:
    ccu("staff", "add", "o.tester", "--name", "O Tester", "--role", "officer")
    done = ccu("--today", "2026-02-03", "report", *MONTH, "--public", "-f", "html")
    assert done.code == 0, done.err
    read = Page(done.out)
    assert read.texts("h1") == ["For publication: figures of Westport, January 2026"]
    assert {"<10", "not yet"} <= set(read.texts("td"))
    assert "ELM ST" not in done.out
    assert "ccu.db" not in done.out


def test_the_page_has_no_login_and_no_number_but_that_of_late_work(
    ccu: Ccu, town: Hand, db_path: Path
) -> None:
    """A board reads it, the folded sections too."""
    told = html_of(ccu, *MONTH)
    assert "Repeat people" in told and "Overdue follow-ups" in told and "Worker 1" in told
    heads = Page(told).texts("th")
    assert heads[heads.index("Due") - 2 :][:2] == ["Number", "Type"]
    for word in ("By owner", ">Owner<", ">Person<", ">Place<", "ccu call list"):
        assert word not in told
    with closing(sqlite3.connect(db_path)) as file:
        logins = [row[0] for row in file.execute("SELECT login FROM staff")]
    assert logins
    for login in logins:
        assert f">{login}<" not in told
