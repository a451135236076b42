"""`cad_reader`: quick, and always what strptime and zoneinfo say."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccu.dates import to_iso, zone
from ccu.dates.cad import cad_reader
from ccu.errors import InvalidInput

TOWN = zone("America/New_York")
QUICK = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M%p",
    "%m/%d/%y %H:%M",
    "%Y%m%d %H:%M",
    "%d-%b-%Y %H:%M:%S",
    "%d%b%YT%H:%M",
]
OTHER = ["%m/%d/%Y", "%d %b %Y %H:%M", "%Y%m%d%H%M%S", "%H:%M %d.%m.%Y", "%Y-%m-%dT%H:%M:%S%z"]
CHANGES = {
    "America/New_York": [datetime(2026, 3, 8, 2), datetime(2026, 11, 1, 1)],
    "America/Chicago": [datetime(2018, 3, 11, 2), datetime(2018, 11, 4, 1)],
    "America/Los_Angeles": [datetime(2023, 3, 12, 2), datetime(2023, 11, 5, 1)],
    "Australia/Lord_Howe": [datetime(2026, 10, 4, 2), datetime(2026, 4, 5, 1, 30)],
    "America/Sao_Paulo": [datetime(2018, 11, 4), datetime(2019, 2, 16, 23)],
    "Pacific/Apia": [datetime(2011, 12, 30), datetime(2012, 4, 1, 3)],
    "Europe/Paris": [datetime(1911, 3, 11), datetime(1940, 6, 14, 23)],
}
RULES = ["earlier", "later", "reject"]

kept_reader = cache(cad_reader)  # one reader for all examples: what it keeps must not mislead it


def by_hand(text: str, formats: tuple[str, ...], town: ZoneInfo, rule: str) -> str:
    """The slow way, with each case of a clock change written out."""
    for form in formats:
        if form == "%Y%m%d%H%M%S" and len(text.strip()) != 14:
            continue  # strptime takes 2026010422370 for 22:37:00
        try:
            parsed = datetime.strptime(text.strip(), form)
        except ValueError:
            continue
        if not 1900 <= parsed.year <= 2200:
            return "year out of range"
        if parsed.tzinfo is not None:
            local = parsed.astimezone(town)
            return to_iso(local) if 1900 <= local.year <= 2200 else "year out of range"
        first, second = (parsed.replace(tzinfo=town, fold=fold) for fold in (0, 1))
        there_and_back = first.astimezone(UTC).astimezone(town)
        if there_and_back.replace(tzinfo=None) != parsed:
            return "no such local time" if rule == "reject" else to_iso(there_and_back)
        if first.utcoffset() == second.utcoffset():
            return to_iso(first)
        if rule == "reject":
            return "ambiguous local time"
        return to_iso(first if rule == "earlier" else second)
    return "no format fits"


def outcome(read: Callable[[str], str], text: str) -> str:
    try:
        return read(text)
    except ValueError as reason:
        return str(reason)


@st.composite
def towns_and_times(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    name = draw(st.sampled_from(sorted(CHANGES)))
    near = st.builds(
        lambda change, seconds: change + timedelta(seconds=seconds),
        st.sampled_from(CHANGES[name]),
        st.integers(-90_000, 90_000),
    )
    far = st.datetimes(datetime(1890, 1, 1), datetime(2210, 1, 1))
    return zone(name), draw(near | near | far)


def blur(text: str, how: str) -> str:
    """The ways in which exports write the same time."""
    match how:
        case "unpadded":
            return text.replace("/0", "/").replace(" 0", " ").removeprefix("0")
        case "padded":
            return text.replace("/0", "/ ").replace(" 0", "  ") + " "
        case "tab":
            return text.replace(" ", "\t")
        case "lower":
            return text.lower()
        case "cut":
            return text[:-1]
        case _:
            return text


blurs = st.sampled_from(["", "", "unpadded", "padded", "tab", "lower", "cut"])


@given(towns_and_times(), st.sampled_from(QUICK + OTHER), st.sampled_from(RULES), blurs)
def test_same_as_strptime_and_zoneinfo(
    where: tuple[ZoneInfo, datetime], form: str, rule: str, how: str
) -> None:
    town, moment = where
    written = moment.replace(tzinfo=UTC) if "%z" in form else moment
    text = blur(written.strftime(form).replace("%Y", "0026"), how)
    read = kept_reader((form,), town, rule)
    assert outcome(read, text) == by_hand(text, (form,), town, rule)
    assert outcome(read, text) == by_hand(text, (form,), town, rule)  # now by what is kept


@given(
    towns_and_times(),
    st.permutations(QUICK + OTHER).map(lambda forms: tuple(forms[:3])),
    st.sampled_from(QUICK + OTHER),
    blurs,
)
def test_formats_are_tried_in_order(
    where: tuple[ZoneInfo, datetime], forms: tuple[str, ...], written: str, how: str
) -> None:
    town, moment = where
    text = blur(moment.strftime(written.replace("%z", "")), how)
    read = kept_reader(("%m/%d/%Y %H:%M", *forms), town, "earlier")
    assert outcome(read, text) == by_hand(text, ("%m/%d/%Y %H:%M", *forms), town, "earlier")


PIECES = (
    "01/18/2026|1/ 8/2026| 1/18/2026|2026-01-18|13/13/2026|22:30|22:30:61|9:5|9:05:00 PM|PM|pm"
    "|24:00|T| |  |\t|:|12:00:00 AM|0:30:00 AM|x"
)
pieces = st.sampled_from(PIECES.split("|"))


@given(
    st.lists(pieces, max_size=5).map("".join) | st.text(st.characters(codec="ascii"), max_size=25),
    st.sampled_from(QUICK),
)
def test_odd_texts_too(text: str, form: str) -> None:
    read = kept_reader((form,), TOWN, "earlier")
    assert outcome(read, text) == by_hand(text, (form,), TOWN, "earlier")


@given(st.text())
def test_any_text_is_read_or_refused_with_one_of_four_reasons(text: str) -> None:
    read = kept_reader((*QUICK, *OTHER, "iso", "epoch", "epoch-ms"), TOWN, "reject")
    try:
        assert read(text)[4] == "-"
    except ValueError as reason:
        assert str(reason) in (
            *("no format fits", "no such local time"),
            *("ambiguous local time", "year out of range"),
        )


@pytest.mark.parametrize(
    ("rule", "skipped", "twice"),
    [
        ("earlier", "2026-03-08T03:30:00-04:00", "2026-11-01T01:30:00-04:00"),
        ("later", "2026-03-08T03:30:00-04:00", "2026-11-01T01:30:00-05:00"),
        ("reject", "no such local time", "ambiguous local time"),
    ],
)
@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M", "iso"])
def test_the_rule_of_the_layout(form: str, rule: str, skipped: str, twice: str) -> None:
    read = cad_reader([form], TOWN, rule)
    assert outcome(read, "2026-03-08 02:30") == skipped
    assert outcome(read, "2026-11-01 01:30") == twice


@pytest.mark.parametrize(
    ("form", "text", "stored"),
    [
        ("iso", "2026-01-18T22:30", "2026-01-18T22:30:00-05:00"),
        ("iso", "2026-07-18 22:30:15.473", "2026-07-18T22:30:15-04:00"),
        ("iso", "2026-01-18T22:30:00Z", "2026-01-18T17:30:00-05:00"),
        ("iso", "2026-01-18 22:30:00+00", "2026-01-18T17:30:00-05:00"),
        ("iso", "2026-01-18", "no format fits"),
        ("iso", "2026-02-29T22:30", "no format fits"),
        ("iso", "0026-01-18T22:30", "year out of range"),
        ("iso", "1900-01-01T00:00Z", "year out of range"),
        ("iso", "2026-W03-7T22:30", "no format fits"),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-01-18T22:30:00-0800", "2026-01-19T01:30:00-05:00"),
        ("epoch", "1768793400", "2026-01-18T22:30:00-05:00"),
        ("epoch", "-86400", "1969-12-30T19:00:00-05:00"),
        ("epoch", "1768793400.5", "2026-01-18T22:30:00-05:00"),
        ("epoch", "1768793400,5", "no format fits"),
        ("epoch", "99999999999999", "year out of range"),
        ("epoch-ms", "1768793400999", "2026-01-18T22:30:00-05:00"),
        ("epoch-ms", "/Date(1768793400000-0500)/", "2026-01-18T22:30:00-05:00"),
        ("epoch-us", "1768793400000000", "2026-01-18T22:30:00-05:00"),
        ("excel", "46040.9375", "2026-01-18T22:30:00-05:00"),
        ("excel", "46040 .9375", "2026-01-18T22:30:00-05:00"),
        ("excel", "01/18/2026", "no format fits"),
        ("%Y%m%d clock", "20260118223000ES", "2026-01-18T22:30:00-05:00"),
        ("%Y%m%d clock", "20260118223000CS", "2026-01-18T23:30:00-05:00"),
        ("%Y%m%d clock", "20260118223000", "no format fits"),
        ("%Y%m%d%H%M", "202601182230", "2026-01-18T22:30:00-05:00"),
        ("%Y%m%d%H%M", "20260118223", "no format fits"),
        ("%m/%d/%Y %H%M", "01/18/2026 937", "2026-01-18T09:37:00-05:00"),
        ("%m/%d/%Y %H%M%S", "01/18/2026 1507", "2026-01-18T00:15:07-05:00"),
        ("%m/%d/%Y %H%M", "01/18/2026 22375", "no format fits"),
        ("%m/%d/%Y", "10/12/2025", "2025-10-12T00:00:00-04:00"),
        ("%m/%d/%Y %H:%M", "01/18/0026 22:30", "year out of range"),
        ("%m/%d/%Y %H:%M", "\uff101/18/2026 22:30", "no format fits"),
        ("%m/%d/%Y %H:%M", "", "no format fits"),
    ],
)
def test_words_and_edges(form: str, text: str, stored: str) -> None:
    assert outcome(cad_reader([form], TOWN), text) == stored


@pytest.mark.parametrize(
    ("clock", "stored"),
    [
        *((each, "18T22:30:00-05") for each in (
            "22:30", "22:30 PM", "22:30 hrs", "2230 hrs", "2230h", "22h30", "22.30", "10:30 PM",
            "10:30 p.m.", "10:30p", "10:30 P", "10.30p", "1030p", "10:30:00:000PM",
            "22:30:00.0000000", "10.30.00.000000 PM", "22:30 EST",
            "10:30 PM ET", "19:30 (PST)", "23:30 EDT",
        )),
        ("03:30Z", "17T22:30:00-05"),
        ("noon", "18T12:00:00-05"),
        ("12:00 noon", "18T12:00:00-05"),
        ("12:05 a.m.", "18T00:05:00-05"),
        ("12:05 PM", "18T12:05:00-05"),
        ("0:05 AM", "18T00:05:00-05"),
        ("4 pm", "18T16:00:00-05"),
        ("24:00", "19T00:00:00-05"),
        *((each, "") for each in (
            "2230", "22", "22:30 AM", "0:30 PM", "24:01", "25:00", "22:60", "22:3", "midnight", "x",
            "22:30 +2:00", "22:30 IST", "10:30 PMs",
        )),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("day", "written"),
    [
        ("%m/%d/%Y", "01/18/2026 {}"),
        ("%Y-%m-%d", "2026-01-18T{}"),
        ("%Y-%m-%d", "2026-01-18-{}"),
        ("%d%b%Y", "18JAN2026:{}"),
        ("%b %d %Y", "Jan 18 2026 at {}"),
        ("%A, %B %d, %Y", "Sunday, January 18, 2026 {}"),
    ],
)
def test_a_clock_time_in_any_form(day: str, written: str, clock: str, stored: str) -> None:
    """A zone behind it moves the day with it; what contradicts itself is refused."""
    expected = f"2026-01-{stored}:00" if stored else "no format fits"
    if clock == "03:30Z":
        expected = "2026-01-17T22:30:00-05:00"
    assert outcome(cad_reader([f"{day} clock"], TOWN), written.format(clock)) == expected


@given(towns_and_times(), st.sampled_from(["%H:%M:%S", "%I:%M:%S %p", "%H.%M.%S.%f", "%I:%M:%Sp"]))
def test_a_clock_is_settled_like_a_format(where: tuple[ZoneInfo, datetime], clock: str) -> None:
    town, moment = where
    written = moment.strftime(f"%Y-%m-%d {clock}")
    if clock.endswith("p"):
        written = moment.strftime("%Y-%m-%d %I:%M:%S") + ("p" if moment.hour >= 12 else "a")
    expected = outcome(cad_reader(["%Y-%m-%d %H:%M:%S"], town), f"{moment:%Y-%m-%d %H:%M:%S}")
    assert outcome(kept_reader(("%Y-%m-%d clock",), town), written) == expected


def test_the_cache_can_be_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccu.dates.cad.KEPT", 3)
    read = cad_reader(["%Y-%m-%d %H:%M"], TOWN)
    start = datetime(2026, 1, 1, 9)
    times = [start + timedelta(hours=37 * step, minutes=step) for step in range(200)]
    texts = [f"{each:%Y-%m-%d %H:%M}" for each in times]
    assert [read(text) for text in texts] == [to_iso(each.replace(tzinfo=TOWN)) for each in times]


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ("%m/%d %H:%M", "needs a year, a month and a day"),
        ("", "needs a year, a month and a day"),
        ("%m/%d/%Y %I:%M", "must have %I and %p together"),
        ("%m/%d/%Y %H:%M %p", "must have %I and %p together"),
        ("%Y-%m-%d %M", "has minutes without an hour"),
        ("%Y-%m-%d %H:%M %Z", "has a part that ccu does not read"),
        ("%x %X", "has a part that ccu does not read"),
        ("%Y-%m-%d %", "has a part that ccu does not read"),
        ("%Y-%m-%d %d", "has a part twice"),
        ("%Y-%m-%d %H clock", "has a part twice"),
    ],
)
def test_a_format_that_would_have_to_guess_is_refused(form: str, wrong: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        cad_reader([form], TOWN)
    assert str(refused.value) == f"date format {form!a} of the layout {wrong}"


def test_a_layout_needs_a_format_and_a_known_rule() -> None:
    with pytest.raises(InvalidInput, match="no date format"):
        cad_reader([], TOWN)
    with pytest.raises(InvalidInput, match="must be earlier, later, reject"):
        cad_reader(["iso"], TOWN, "guess")
