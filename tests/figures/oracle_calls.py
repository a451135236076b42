"""Calls, months, repeats, concentration, areas, hours: what is counted from calls alone."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from math import ceil
from statistics import median

from .parts import Asked, Figures, Part, count, share
from .rows import File, Row, add_days, group, instant

WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def in_period(file: File, asked: Asked, *, care: bool = False) -> list[Row]:
    """The period's calls that are not void."""
    calls = file.between(asked.start, add_days(asked.end, -1))
    return [call for call in calls if asked.holds(call) and (call["care"] or not care)]


def calls(file: File, asked: Asked) -> Figures:
    every, care = in_period(file, asked), len(in_period(file, asked, care=True))
    told = [call for call in every if has_nature(call)]
    lacking = len(every) - len(told)
    none = bool(every) and not told
    return {
        ("calls", ""): count(len(every)),
        ("care_calls", ""): Part("count", missing=lacking)
        if none
        else count(care, missing=lacking),
        ("share_of_all_calls", ""): share(
            sum(call["care"] for call in told), len(told), missing=lacking
        )
        if lacking <= len(told)
        else Part("share", None, len(told), missing=lacking),
    }


def has_nature(call: Row) -> bool:
    """An imported call may have no nature, ours or the dispatch system's; it is then `other`."""
    words = call["cad_nature_id"] or call["cad_cleared_id"] or call["nature_cleared"]
    return bool(words) or call["nature"] != "other" or call["source_system_id"] == 1


def months(asked: Asked) -> list[tuple[str, str, str]]:
    """Twelve months to that of the period's last day: name, first day, the day after its last."""
    last = date.fromisoformat(add_days(asked.end, -1))
    found = []
    for back in reversed(range(12)):
        year, month = divmod(last.year * 12 + last.month - 1 - back, 12)
        after = divmod(year * 12 + month + 1, 12)
        found.append(
            (
                f"{year}-{month + 1:02}",
                f"{year}-{month + 1:02}-01",
                f"{after[0]}-{after[1] + 1:02}-01",
            )
        )
    return found


# ---------------------------------------------------------------- repeats


def _window(file: File, asked: Asked) -> list[Row]:
    first = add_days(asked.last, 1 - asked.window)
    return [call for call in file.between(first, asked.last) if call["at"] <= asked.as_of]


def exempt(file: File) -> set[int]:
    """Places left out of repeat counts: themselves, or all of the building they are in."""
    buildings = {
        (row["building_key"], row["city"])
        for row in file.tables["place"]
        if row["exempt_reason"] is not None and not row["unit"]
    }
    return {
        row["id"]
        for row in file.tables["place"]
        if row["exempt_reason"] is not None or (row["building_key"], row["city"]) in buildings
    }


def repeats(file: File, asked: Asked) -> Figures:
    counted = [call for call in _window(file, asked) if asked.counts(call)]
    nowhere = sum(call["place_id"] in file.nothing_read for call in counted)
    nobody = sum(not file.known_about(call) for call in counted)
    tally = Counter(who for call in counted for who in file.about(call) - file.known)
    unknown = sum(number >= asked.k for number in tally.values())
    every = _window(file, asked)
    untold = bool(every) and not asked.all_calls and not any(map(has_nature, every)) and not counted

    def known(number: int, missing: int) -> Part:
        none = untold or (bool(counted) and missing == len(counted))
        return Part("count", missing=missing) if none else count(number, missing=missing)

    return {
        ("repeat_addresses", ""): known(len(repeat_addresses(file, asked)), nowhere),
        ("repeat_people", ""): known(len(repeat_people(file, asked)), nobody),
        ("unknown_repeat_people", ""): count(unknown),
    }


def repeat_addresses(file: File, asked: Asked) -> list[Row]:
    left_out = file.nothing_read | exempt(file)
    here = group(
        (call for call in _window(file, asked) if call["place_id"] not in left_out),
        lambda call: int(call["place_id"]),
    )
    categories = file.labels("place_category")
    found = []
    for number, rows in here.items():
        counted = [call for call in rows if asked.counts(call)]
        if len(counted) < asked.k:
            continue
        each = [file.known_about(call) for call in counted]
        people = set().union(*each)
        same = "different" if len(people) > 1 else "same" if people and all(each) else "not known"
        found.append(
            {
                "place": number,
                "address": line(file, file.place[number]),
                "category": categories.get(file.place[number]["category"] or "", ""),
                "care_calls": sum(call["care"] for call in rows),
                "all_calls": len(rows),
                "people": len(people) or None,
                "unknown": sum(not known for known in each),
                "same_person": same,
                "last": max(call["day"] for call in counted),
            }
        )
    return found


def line(file: File, place: Row) -> str:
    """A place as lists name it, its city only when it is not the town's own."""
    words = [place["number"], "BLOCK" if place["kind"] == "block" else "", place["street"]]
    words += ["&" if place["cross_street"] else "", place["cross_street"], place["unit"]]
    text = " ".join(word for word in words if word)
    text = "; ".join(part for part in (text, place["name"]) if part)
    town = file.settings["town"].upper()
    return ", ".join(part for part in (text, place["city"]) if part and part != town)


def repeat_people(file: File, asked: Asked) -> list[Row]:
    theirs: dict[int, list[Row]] = defaultdict(list)
    for call in _window(file, asked):
        for who in file.known_about(call):
            theirs[who].append(call)
    found = []
    for who, rows in theirs.items():
        counted = [call for call in rows if asked.counts(call)]
        if len(counted) >= asked.k:
            days = sorted(call["day"] for call in counted)
            places = {call["place_id"] for call in counted} - file.nothing_read
            found.append(
                {
                    "person": who,
                    "care_calls": sum(call["care"] for call in rows),
                    "all_calls": len(rows),
                    "places": len(places),
                    "first": days[0],
                    "last": days[-1],
                }
            )
    return found


# ---------------------------------------------------------------- concentration


def concentration(file: File, asked: Asked) -> Figures:
    care = in_period(file, asked, care=True)
    people = [(call, file.known_about(call)) for call in care]
    places = [(call, {call["place_id"]} - file.nothing_read) for call in care]
    return {
        ("top5_people_share", ""): _top(people),
        ("top5_address_share", ""): _top(places),
    }


def _top(met: list[tuple[Row, set[int]]]) -> Part:
    """Calls that have one of the busiest 5% (rounded up; of equals the lower number)."""
    having = [who for _, who in met if who]
    tally = Counter(number for who in having for number in who)
    most = sorted(tally, key=lambda number: (-tally[number], number))
    top = set(most[: ceil(len(most) * 5 / 100)])
    return share(
        sum(bool(who & top) for who in having), len(having), missing=len(met) - len(having)
    )


# ---------------------------------------------------------------- areas, hours


class Endings:
    """How many calls of a row ended so in a period; None where most calls' source never tells."""

    def __init__(self, file: File, asked: Asked) -> None:
        self.endings = file.codes["disposition"]
        self.telling: dict[str, set[int]] = {}
        for code in ("arrest", "citation"):
            ended = {call for call, codes in self.endings.items() if code in codes}
            self.telling[code] = file.sources(asked.begun, asked.end, ended.__contains__)

    def count(self, calls: list[Row], code: str) -> int | None:
        """Count the calls that ended so."""
        silent = [call for call in calls if call["source_system_id"] not in self.telling[code]]
        if 2 * len(silent) > len(calls):
            return None
        return sum(code in self.endings.get(call["id"], ()) for call in calls)


def areas(file: File, periods: list[Asked]) -> list[Row]:
    """By beat, for the period, the one before and the year before, in this order."""
    return [
        {"beat": key[0], **{name: row[name] for name in row if not name.startswith("calls")}}
        for key, row in _by_area(file, periods, lambda call: (call["beat"] or "not recorded",))
    ]


def beats(file: File, periods: list[Asked]) -> list[Row]:
    """By beat and nature, for the period, the one before and the year before, in this order."""
    labels = file.labels("nature")
    found = _by_area(
        file,
        periods,
        lambda call: (
            call["beat"] or "not recorded",
            labels[call["nature_cleared"] or call["nature"]],
        ),
    )
    return [
        {"beat": beat, "nature": nature}
        | {name: row[name] for name in row if name not in ("care_previous", "care_year_before")}
        for (beat, nature), row in found
    ]


def _by_area(
    file: File, periods: list[Asked], key: Callable[[Row], tuple[str, ...]]
) -> list[tuple[tuple[str, ...], Row]]:
    """Count calls, care calls and how they ended by a key; a period before the file is None."""
    calls: dict[tuple[str, ...], list[list[Row]]] = defaultdict(lambda: [[], [], []])
    for place, asked in enumerate(periods):
        for call in in_period(file, asked):
            calls[key(call)][place].append(call)
    endings = [Endings(file, asked) for asked in periods]
    found = []
    for each, of_periods in calls.items():
        row: Row = {}
        for place, (ending, here) in enumerate(zip(endings, of_periods, strict=True)):
            when = ("", "_previous", "_year_before")[place]
            row |= {
                ("care_calls", "care_previous", "care_year_before")[place]: sum(
                    call["care"] for call in here
                ),
                f"calls{when}": len(here),
                f"arrests{when}": ending.count(here, "arrest"),
                f"citations{when}": ending.count(here, "citation"),
            }
            if not file.has_calls_around(periods[place].start, periods[place].end):
                row |= dict.fromkeys([*row][-4:])
        suffixes = ("", "_previous", "_year_before")
        for what in ("arrests", "citations"):  # of an area that had no calls in a period
            silent = any(
                row[what + when] is None and of_periods[place]
                for place, when in enumerate(suffixes)
            )
            for place, when in enumerate(suffixes):
                if silent and not of_periods[place]:
                    row[what + when] = None
        found.append((each, row))
    return found


def natures(file: File, asked: Asked) -> Figures:
    """By nature and by the dispatch system's words, care calls and all."""
    every = in_period(file, asked)
    care = [call for call in every if call["care"]]
    told = [call for call in every if has_nature(call)]
    found: Figures = {}
    for code, label in file.labels("nature").items():
        for name, rows, of, missing in (
            ("care_calls_by_nature", care, len(care), 0),
            ("calls_by_nature", told, len(told), len(every) - len(told)),
        ):
            number = sum((call["nature_cleared"] or call["nature"]) == code for call in rows)
            found[name, label] = count(number, of, missing=missing)
    for name, rows in (("care_calls_by_words", care), ("calls_by_words", every)):
        spelled = {
            text["id"]: " ".join(text["text"].lower().split()) for text in file.tables["cad_text"]
        }
        said = Counter(
            spelled.get(call["cad_cleared_id"] or call["cad_nature_id"]) for call in rows
        )
        lacking = said.pop(None, 0)
        first: dict[str, str] = {}
        for text in sorted(file.tables["cad_text"], key=lambda row: row["id"]):
            first.setdefault(spelled[text["id"]], text["text"])
        for folded, spelling in first.items():
            found[name, spelling] = count(said[folded], len(rows) - lacking, missing=lacking)
    return found


def is_self_initiated(call: Row) -> bool:
    """Whether nobody waited: an officer came upon it, or was there when it was dispatched."""
    if not call["arrived_at"]:
        return False
    sent = call["dispatched_at"] or (call["occurred_at"] if call["clock_known"] else None)
    at_once = sent is not None and instant(call["arrived_at"]) == instant(sent)
    return at_once or call["source"] == "officer"


def response(file: File, asked: Asked) -> Figures:
    """Minutes from dispatch to arrival: the median, and the nearest rank of 90%."""
    found: Figures = {}
    for name, care in (("all calls", False), ("care calls", True)):
        calls = in_period(file, asked, care=care)
        waited = [call for call in calls if not is_self_initiated(call)]
        found["self_initiated", name] = count(len(calls) - len(waited))
        waits = sorted(
            instant(call["arrived_at"]) - instant(call["dispatched_at"])
            for call in waited
            if call["arrived_at"] and call["dispatched_at"]
            if instant(call["arrived_at"]) >= instant(call["dispatched_at"])
        )
        for figure in ("median", "p90"):
            value = None
            if waits:
                late = waits[ceil(len(waits) * 9 / 10) - 1]
                value = (median(waits) if figure == "median" else late) / 60
            found[f"{figure}_minutes_to_arrival", name] = Part(
                "minutes", None, len(waits), len(waited) - len(waits), value=value
            )
    return found


def hours(file: File, asked: Asked) -> list[Row]:
    """All 168 hours of the week by the town's clock, Monday first."""
    tally: Counter[tuple[int, int, int]] = Counter()
    for call in in_period(file, asked):
        weekday = date.fromisoformat(call["day"]).weekday()
        tally[weekday, int(call["occurred_at"][11:13]), call["care"]] += 1
    return [
        {"weekday": name, "hour": hour, "care_calls": tally[number, hour, 1]}
        | {"calls": tally[number, hour, 0] + tally[number, hour, 1]}
        for number, name in enumerate(WEEKDAYS)
        for hour in range(24)
    ]
