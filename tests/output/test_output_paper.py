"""Pages for paper: HTML escaped and complete, PDF on one page, letters never lost."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccu.errors import InvalidInput
from ccu.output import Document, Section, Table, paper

from ..conftest import Ccu, run_ccu
from .test_output import HOSTILE, card


def pages(content: bytes) -> int:
    assert content.startswith(b"%PDF-")
    return len(re.findall(rb"/Type /Page\b", content))


@pytest.fixture
def town(ccu: Ccu) -> Ccu:
    for day in range(1, 21):
        done = ccu("log-call", "--address", "12 Elm St", "--nature", "crisis", "--when",
                   f"2026-01-{day:02} 14:05", "--note-file", "-", stdin="<b>x</b>")  # fmt: skip
        assert done.code == 0, done.err
    return ccu


def test_a_page_is_written(town: Ccu, tmp_path: Path) -> None:
    for line in ("history 12 elm st", "brief", "call show 1", "call list"):
        for ending in ("html", "htm", "pdf"):
            path = tmp_path / f"{line}.{ending}"
            done = town(*line.split(), "-o", str(path))
            assert (done.code, done.out) == (0, ""), done.err
            content = path.read_bytes()
            if ending == "pdf":
                assert pages(content) == 1
            else:
                assert content.startswith(b"<!DOCTYPE html>") and b"@page" in content
                assert b"<script" not in content and b"<b>" not in content


def test_a_card_has_the_first_calls_and_tells_how_many_more(town: Ccu, tmp_path: Path) -> None:
    path = tmp_path / "card.html"
    assert town("history", "12 elm st", "-o", str(path)).code == 0
    text = path.read_text()
    assert "8 more; --all prints every one" in text and "As of Sat Jan 31, 2026" in text
    path.unlink()
    assert town("history", "12 elm st", "--all", "-o", str(path)).code == 0
    assert path.read_text().count("01/01/2026") == 1 and "more;" not in path.read_text()


def test_a_terminal_gets_no_page(town: Ccu) -> None:
    for format in ("html", "pdf"):
        done = run_ccu("history", "12 elm st", "-f", format, tty=True)
        assert done.code == 2 and f"name a file, as --output page.{format}" in done.err


@given(st.one_of(st.sampled_from(HOSTILE).map(str), st.text()))
def test_every_value_is_escaped(text: str) -> None:
    table = Table(("a",), [(text,)])
    shown = Document(text, [Section(text, [(text, text)], table, [text], alert=True)], foot=text)
    made = "".join(paper.html(shown))
    tags = set(re.findall(r"<(/?[a-zA-Z]+)", made.partition("<body>")[2]))
    known = "h1 h2 h section p dl dt dd table thead tbody tr th td footer body html".split()
    assert tags <= {each for name in known for each in (name, "/" + name)}


def test_letters_that_would_be_lost_are_refused() -> None:
    assert pages(paper.pdf(Document("caf\u00e9 \u2019", []))) == 1
    for text in ("\u65e5\u672c", "\u05d0\u05d1"):
        with pytest.raises(InvalidInput, match=r"end --output in \.html and print that"):
            paper.pdf(Document(text, []))


def test_a_name_is_printed_in_a_font_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Document("\u0141ukasz", [Section(pairs=[("name", "Nguye\u0302\u0303n")])])
    if len([*paper.fonts()]) > 1:
        made = paper.pdf(page)
        assert pages(made) == 1 and b"FontFile2" in made and made == paper.pdf(page)
    monkeypatch.setattr(paper, "FOLDERS", ())
    with pytest.raises(InvalidInput, match=r"end --output in \.html"):
        paper.pdf(page)


def test_a_long_page_goes_on_and_the_same_page_is_the_same_file() -> None:
    long = Document("Long", [Section(lines=["x " * 400] * 40)])
    assert pages(paper.pdf(long)) > 1
    assert paper.pdf(Document("Card", [Section(lines=["x"])])) == paper.pdf(
        Document("Card", [Section(lines=["x"])])
    )
    made = "".join(paper.html(card()))
    assert 'class="alert"' in made and "18 more: --all" in made
