"""The page of `ccu report --format html` in a real browser: what it asks for, shows and prints.

Skipped where there is no browser.
"""

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccu.records import audit

from ..conftest import machine_clock, run_ccu
from .browser import PROGRAM, Browser, browser
from .reporting import Hand

pytestmark = pytest.mark.skipif(
    PROGRAM is None or os.name != "posix", reason="no chromium on this machine"
)
WIDTHS = (1280, 390)
LETTER = 700  # pixels between the margins of a letter page, as page.css sets them
PAGES = ("month", "year", "hostile", "empty")
LAW = ("--without-consent", "medical_emergency")
HEADLINE = (
    *("Calls", "Care calls", "People served", "Connections"),
    *("Follow-up within 24 hours", "Follow-up within 7 days"),
)
HOSTILE = "<script>alert(1)</script> & the very long name of a street that goes on and on"

# Every element that has text of its own and can be seen, with its colors.
# What lies behind the text of a drawing is the last shape drawn before it at that place.
CONTRAST = """(() => {
  const rgba = text => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const seen = text => { const c = rgba(text); return c.length < 4 || c[3] > 0.5; };
  const light = text => {
    const [r, g, b] = rgba(text).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (seen(color) && color !== 'rgba(0, 0, 0, 0)') return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const drawn = (text, x, y) => {
    let found = behind(text.ownerSVGElement);
    for (const shape of text.ownerSVGElement.querySelectorAll('rect, circle')) {
      if (!(shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
      const box = shape.getBoundingClientRect(), fill = getComputedStyle(shape).fill;
      const holds = box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
      if (holds && fill !== 'none') found = fill;
    }
    return found;
  };
  const poor = [];
  let count = 0;
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !element.checkVisibility() || ['title', 'desc'].includes(element.tagName)) continue;
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    const svg = element.namespaceURI.endsWith('svg'), y = (box.top + box.bottom) / 2;
    const grounds = svg ? [box.left + 1, (box.left + box.right) / 2, box.right - 1]
      .map(x => drawn(element, x, y)) : [behind(element)];
    for (const ground of grounds) {
      count++;
      const pair = [light(svg ? style.fill : style.color), light(ground)].sort((a, b) => b - a);
      const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
      if (ratio < 4.5) poor.push([element.textContent.slice(0, 40), ratio, ground]);
    }
  }
  return {count, poor};
})()"""

MONTHS = """[...document.querySelectorAll('svg.months')].map(svg => ({
  label: svg.getAttribute('aria-label'),
  seen: svg.checkVisibility() && svg.getBoundingClientRect().height > 20,
  bars: svg.querySelectorAll('rect').length,
}))"""
UNFOLD = "document.querySelectorAll('details').forEach(each => { each.open = true; })"

# Tables wider than their place; each must lie in a box that scrolls, is named and can be reached.
CUT = """[...document.querySelectorAll('table')].filter(table => {
  const box = table.closest('.scroll');
  const room = (box || table.parentElement).clientWidth + 1;
  if (table.offsetWidth <= room) return false;
  const hint = box && box.querySelector('.hint');
  return !(box && box.tabIndex === 0 && box.getAttribute('aria-labelledby')
    && hint && hint.checkVisibility() && hint.offsetHeight > 10);
}).map(table => table.caption.innerText)"""

# Tables that are told to be wider than their place, and are not.
WHOLE = """[...document.querySelectorAll('.scroll')].filter(box =>
  box.scrollWidth <= box.clientWidth + 1 && box.querySelector('.hint').offsetHeight > 0
).map(box => box.querySelector('caption').innerText)"""

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A month and a year of the demo town, a month of hostile names, one of nothing."""
    folder = tmp_path_factory.mktemp("pages")
    made = {name: folder / f"{name}.html" for name in PAGES}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CCU_TODAY", "2026-01-31")
        patch.delenv("SUDO_UID", raising=False)
        demo, hostile = str(folder / "demo.db"), str(folder / "hostile.db")
        assert run_ccu("--db", demo, "demo", "--calls", "600").code == 0
        town = ("--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
        assert run_ccu("--db", hostile, "init", *town).code == 0
        hand = Hand(folder / "hostile.db")
        hand.one("UPDATE setting SET value = ? WHERE name = 'town'", HOSTILE)
        place = hand.place("12")
        hand.one("UPDATE place SET street = ? WHERE id = ?", HOSTILE.upper(), place)
        for day in range(1, 5):
            hand.call(f"2026-01-{day:02}T10:30:00", place=place)
        hand.calls([f"2026-01-{day:02}T10:30:00" for day in range(1, 29)] * 400, care=1)
        hand.close()
        for name, db, *period in (
            ("month", demo, "--month", "2026-01"),
            ("year", demo, "--year", "2025"),
            ("hostile", hostile, "--month", "2026-01"),
            ("empty", hostile, "--month", "2019-02"),
        ):
            done = run_ccu("--db", db, "report", *period, "--output", str(made[name]))
            assert done.code == 0, done.err
        listed = run_ccu("--db", demo, "referral", "list", "-f", "json")
        number = str(json.loads(listed.out)[0]["id"])
        for name, *line in (
            ("card", "history", "12 main st apt 3"),
            ("brief", "brief"),
            ("letter", "referral", "letter", number),
            ("plan", "plan", "show", "1"),
            ("copy", "referral", "letter", number, "--provider", *LAW),
        ):
            if name == "copy":  # a disclosure goes by the machine's clock
                patch.delenv("CCU_TODAY")
                patch.setattr(audit, "clock", machine_clock)
            made[name] = folder / f"{name}.html"
            done = run_ccu("--db", demo, *line, "--output", str(made[name]))
            assert done.code == 0, done.err
    return made


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.mark.parametrize("scheme", ("light", "dark"))
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_the_page_in_a_window(
    pages: dict[str, Path], window: Browser, name: str, width: int, scheme: str
) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    window.ask("Emulation.setEmulatedMedia", media="", features=features)
    window.open(pages[name], width)
    asked = [each["request"]["url"] for what, each in window.events if what.endswith("WillBeSent")]
    assert asked == [pages[name].as_uri()]
    assert said(window) == []
    assert window.run("innerWidth") == width
    assert window.run(SIDEWAYS) == 0
    months = window.run(MONTHS)
    assert [each["label"].partition(":")[0] for each in months] == list(HEADLINE)
    assert all(each["seen"] for each in months)
    assert any(each["bars"] for each in months) is (name != "empty")
    window.run(UNFOLD)
    assert window.run(SIDEWAYS) == 0
    assert window.run(CUT) == window.run(WHOLE) == []
    contrast = window.run(CONTRAST)
    assert contrast["poor"] == []
    assert contrast["count"] > 100


def said(window: Browser) -> list[str]:
    """What the browser complained about."""
    found = []
    for what, each in window.events:
        if what == "Runtime.consoleAPICalled" and each["type"] in ("error", "warning"):
            found.append(json.dumps(each["args"]))
        if what == "Log.entryAdded" and each["entry"]["level"] in ("error", "warning"):
            found.append(each["entry"]["text"])
        if what == "Runtime.exceptionThrown":
            found.append(json.dumps(each))
    return found


@pytest.mark.parametrize("name", ("month", "hostile"))
def test_the_page_on_letter_paper(pages: dict[str, Path], window: Browser, name: str) -> None:
    window.ask("Emulation.setEmulatedMedia", media="print")
    try:
        window.open(pages[name], LETTER)
        assert window.run(SIDEWAYS) == 0
        assert window.run(CUT) == window.run(WHOLE) == []
        assert not window.run("document.querySelector('.skip').checkVisibility()")
        assert all(each["seen"] for each in window.run(MONTHS))
        folded = (
            "[...document.querySelectorAll('main > details')].some(each => each.checkVisibility())"
        )
        assert not window.run(folded)
        head = "getComputedStyle(document.querySelector('thead')).display"
        assert window.run(head) == "table-header-group"
    finally:
        window.ask("Emulation.setEmulatedMedia", media="")
    printed = window.ask("Page.printToPDF", preferCSSPageSize=True)
    paper = base64.b64decode(printed["data"])
    assert paper.startswith(b"%PDF")
    assert b"/MediaBox [0 0 612 792]" in paper  # letter


@pytest.mark.parametrize("name", ("card", "brief", "letter", "copy", "plan"))
def test_a_page_for_paper_is_one_page(pages: dict[str, Path], window: Browser, name: str) -> None:
    """With no type below 9 points, nothing beside the page, and nothing loaded."""
    window.ask("Emulation.setEmulatedMedia", media="print")
    try:
        window.open(pages[name], LETTER)
        assert [each for each, _ in window.events if each == "Network.requestWillBeSent"] == [
            "Network.requestWillBeSent"
        ]
        assert window.run("document.documentElement.scrollWidth") <= LETTER
        sizes = (
            "[...document.querySelectorAll('body *')].map(e => parseFloat(getComputedStyle(e)"
            ".fontSize))"
        )
        assert window.run(f"Math.min(...{sizes})") >= 12  # pixels, 9 points
    finally:
        window.ask("Emulation.setEmulatedMedia", media="")
    printed = window.ask("Page.printToPDF", preferCSSPageSize=True)
    assert base64.b64decode(printed["data"]).count(b"/Type /Page\n") == 1


def test_the_page_is_named_to_a_screen_reader(pages: dict[str, Path], window: Browser) -> None:
    window.open(pages["month"], 1280)
    nodes = window.ask("Accessibility.getFullAXTree")["nodes"]
    named: dict[str, list[str]] = {}
    for node in nodes:
        if not node["ignored"]:
            name = node.get("name", {}).get("value", "")
            named.setdefault(node["role"]["value"], []).append(name)
    assert [len(named[role]) for role in ("main", "banner", "contentinfo")] == [1] * 3
    images = named.get("image", []) + named.get("img", []) + named.get("graphics-document", [])
    assert [name.partition(":")[0] for name in images] == list(HEADLINE)
    assert all(named["table"])
    assert all(named["region"])
    levels = window.run("[...document.querySelectorAll('h1, h2, h3')].map(h => +h.tagName[1])")
    assert levels == [1] + [2] * (len(levels) - 1)
