"""Search the providers in plain words, and rank them with the reasons.

A search asks for needs, words, a place, a language, an age, hours and ways to pay. Options decide
who is listed; what the words of the search imply only affects the ranking. A score is a sum of the
points below, and each reason that is printed is one of its parts.

`hungry` and `tengo hambre` mean food, `place to sleep` shelter: need_words.py reads them.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ccu.output.text import for_person, shortened
from ccu.providers import hours
from ccu.providers import store as providers
from ccu.providers.need_words import FILLERS, LISTS, NeedWords, stem, words
from ccu.records import codes
from ccu.session import Session

MOST = 2_000  # the most providers to rank, those with matching names first
FIRST = 5  # providers that fit a first screen
SHORT = 80  # characters of an alert or of hours there
NAVIGATION = "care_navigation"
_NEED, _WORDS, _SEX = 44, 34, 14  # a certain need outranks a word
URGENT = ("mh_crisis", "domestic_violence")  # a phone line that is open now comes first
_URGENT, _LEFT = 8, -10
_NEAR = {"here": 12, "serves": 10, "state": 6, "close": 3, "": 0, "far": -10}
_OPEN = {True: 12, False: -14, None: -3}
_CAPACITY = {"open": 5, "ask_first": 0, "waitlist": -4, "full": -15}
_VERIFIED, _LANGUAGE, _AGE, _OWN_TOWN, _FOLLOWED = 4, 14, 20, 5, 10

LANGUAGES, _FEMALE, _MALE = (
    frozenset(LISTS[name].split()) for name in ("languages", "female", "male")
)
_PRONOUNS = frozenset("he him himself his she her herself".split())
_AGES = {each: int(age) for age in LISTS if age.isdigit() for each in LISTS[age].split()}
_NOW = re.compile(r"\b(now|right away|today|tonight|this evening|after hours|weekend|all night)\b")
_TONIGHT = re.compile(r"\b(tonight|this evening|all night)\b")
_OLD = re.compile(r"\bold (man|woman|lady|gentleman|people|person|couple)\b")
_UNDER = re.compile(r"\b(?:under|younger than) (\d{1,3})\b", re.IGNORECASE)
_OVER = re.compile(
    r"\b(\d{1,3})(?:\+| (?:and|or) (?:over|older|up)\b)|\bover (\d{1,3})\b", re.IGNORECASE
)
_SPAN = re.compile(r"\bage[sd]? (\d{1,3}) ?(?:-|to) ?(\d{1,3})\b", re.IGNORECASE)
_NIGHT = (18, 6)  # the hours at which it begins and ends
_YEARS = re.compile(r"\b(\d{1,3})[ -]?(?:years?[ -]old|yo|y/o)\b")
_SITE = re.compile(r"([A-Za-z][A-Za-z .'-]*?),? +(?:[A-Z]{2},? +)?(\d{5})\b")
_STATE = re.compile(r"\b(statewide|state of|nationwide|national|all of)\b", re.IGNORECASE)


@dataclass
class Asked:
    """A search; empty fields do not count."""

    text: str = ""
    needs: Sequence[str] = ()
    near: str = ""
    language: str = ""
    age: int | None = None
    open_now: bool = False
    accepts: str = ""
    hints: set[str] = field(default_factory=set)  # fields implied by the text, which only rank
    urgent: bool = False  # set by the search: a risk to life, a crisis, violence
    unmet: list[str] = field(default_factory=list)  # certain needs that no provider found serves


def search(session: Session, asked: Asked) -> list[dict[str, Any]]:
    """Return the providers that fit, best first: its fields, `service`, `reason`, `score`."""
    known = NeedWords(session.db, spoken=True)
    asked.text = known.english(asked.text, {*LANGUAGES, *_AGES, *_FEMALE, *_MALE})
    _read(asked)
    meant = known.meant(asked.text)
    needs = dict.fromkeys(asked.needs, 1.0) or meant.needs
    sure = [] if asked.needs else [need for need in needs if needs[need] == 1]
    in_crisis = any(needs.get(need, 0) == 1 for need in URGENT)
    asked.urgent = in_crisis or known.urgent(asked.text)
    if not asked.open_now and in_crisis:
        asked.open_now = True
        asked.hints.add("open_now")
    left_out = FILLERS | {*words(asked.language)}  # a language has points of its own
    asked_words = [
        word
        for word in words(asked.text)
        if word not in left_out and len(word) > (4 if word.isdigit() else 1)
    ]
    begins = {stem(word)[: max(4, len(stem(word)) - 2)] for word in asked_words} | {*meant.terms}
    found = providers.candidates(session.db, needs, [] if asked.needs else begins)
    found = [each for each in found if _wanted(asked, each)][:MOST]
    fit = providers.fits(found, asked_words, meant.terms)
    if asked.text and not asked.needs and (asked_words or needs or not asked.hints):
        found = [each for each in found if each["id"] in fit or {*needs} & {*each["needs"]}]
    elif asked.text and not asked.needs:  # a language or an age alone
        found = [
            each
            for each in found
            if _speaks(each, asked.language) and (asked.age is None or _of_age(each, asked.age))
        ]
    if asked.text and not found and needs and not asked.needs:  # then those who can refer to others
        needs = {NAVIGATION: 0.5}
        found = [
            each for each in providers.candidates(session.db, needs, []) if _wanted(asked, each)
        ]
    followed = providers.followed(session.db, [each["id"] for each in found])
    ranking = _Ranking(session, asked, needs, fit, followed)
    ranked = [ranked for each in found if (ranked := ranking.row(each)) is not None]
    ranked.sort(key=lambda each: (-each["score"], each["name"].casefold(), each["id"]))
    labels = codes.labels(session.db, "need")
    served = {need for each in ranked for need in each["needs"]}
    asked.unmet = [labels[need] for need in sure if need not in served]
    return _mixed(ranked, sure)


def _mixed(ranked: list[dict[str, Any]], needs: Sequence[str]) -> list[dict[str, Any]]:
    """Return the best for each of several sure needs first, then the others as they are ranked."""
    best: dict[int, dict[str, Any]] = {}
    for need in needs:
        if not any(need in each["needs"] for each in best.values()):
            first = next((each for each in ranked if need in each["needs"]), None)
            if first is not None:
                best[first["id"]] = first
    first_ids = sorted(best, key=lambda number: -best[number]["score"])
    return [*(best[number] for number in first_ids), *(e for e in ranked if e["id"] not in best)]


def offered(each: Mapping[str, Any]) -> str:
    """Return a provider found as one line, to be chosen: its name, phone, hours and reasons."""
    facts = (each["phone"], shortened(each["hours"], SHORT), each["reason"])
    return f"{each['name']} - {'; '.join(filter(None, facts))}"


def _read(asked: Asked) -> None:
    """Extract language, age, hours and place from the words of a search."""
    text = asked.text.lower()
    there = words(text)
    if not asked.language and (language := next((w for w in there if w in LANGUAGES), "")):
        asked.language = language
        asked.hints.add("language")
    if not asked.open_now and _NOW.search(text):
        asked.open_now = True
        asked.hints.add("open_now")
    if asked.age is None:
        years, old = _YEARS.search(text), _OLD.search(text)
        age = int(years[1]) if years else 72 if old else None
        asked.age = age if age is not None else next((_AGES[w] for w in there if w in _AGES), None)
        if asked.age is not None:
            asked.hints.add("age")
    if not asked.near and (zip_code := re.search(r"\b\d{5}\b", text)):
        asked.near = zip_code[0]


def _wanted(asked: Asked, each: Mapping[str, Any]) -> bool:
    """Return whether a provider meets the options; unknown hours pass, with a reason printed."""
    if asked.needs and not {*asked.needs} & {*each["needs"]}:
        return False
    if asked.language and "language" not in asked.hints and not _speaks(each, asked.language):
        return False
    if asked.age is not None and "age" not in asked.hints and not _of_age(each, asked.age):
        return False
    accepts = asked.accepts.casefold()
    return accepts in f"{each['accepts']} {each['eligibility']} {each['description']}".casefold()


def _speaks(each: Mapping[str, Any], language: str) -> bool:
    return language.casefold() in each["languages"].casefold()


def _of_age(each: Mapping[str, Any], age: int) -> bool:
    least, most = each["min_age"], each["max_age"]
    return (least is None or age >= least) and (most is None or age <= most)


def excludes(each: Mapping[str, Any], age: int) -> bool:
    """Return whether a provider's ages, or those in its eligibility text, exclude this age."""
    told = each["eligibility"]
    under, over, span = (pattern.search(told) for pattern in (_UNDER, _OVER, _SPAN))
    return (
        not _of_age(each, age)
        or bool(under and age >= int(under[1]))
        or bool(over and age < int(over[1] or over[2]))
        or bool(span and not int(span[1]) <= age <= int(span[2]))
    )


class _Ranking:
    """Points and reasons of each provider for one search."""

    def __init__(
        self,
        session: Session,
        asked: Asked,
        needs: Mapping[str, float],
        fit: Mapping[int, float],
        followed: Mapping[int, tuple[int, int]],
    ) -> None:
        self._asked, self._needs, self._fit, self._followed = asked, needs, fit, followed
        self._labels = codes.labels(session.db, "need")
        self._capacities = codes.labels(session.db, "capacity")
        self._today, self._days = session.today, session.settings.number("verified_days")
        self._start, self._minutes = _when(session.now, asked.text)
        self._home = session.settings["town"].casefold()
        self._places = _places(session, asked.near) if asked.near else []
        self._states = _states(session) if self._places or self._home else []
        there = {*words(asked.text)}
        self._sex = "women" if there & _FEMALE else "men" if there & _MALE else ""
        men, women = there & _MALE, (there & _FEMALE) - _PRONOUNS
        self._woman = self._sex == "women" and not (men - _PRONOUNS if women else men)

    def row(self, each: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the provider with its score and reasons; None if it is closed and must be open."""
        self._points = 0.0
        self._reasons: list[str] = []
        if each["alert"]:
            self._add(0, f"ALERT: {shortened(each['alert'], SHORT)}")
        self._by_need(each)
        self._by_place(each)
        is_open = self._by_hours(each)
        if self._asked.open_now and is_open is False and "open_now" not in self._asked.hints:
            return None
        self._by_person(each)
        self._by_state(each)
        name = each["name"]
        if each["organization"] and each["organization"].casefold() not in name.casefold():
            name = f"{name} ({each['organization']})"
        return {
            **each,
            "name": name,
            "service": each["name"],
            "reason": "; ".join(self._reasons),
            "score": round(self._points, 3),
        }

    def _add(self, points: float, reason: str = "") -> None:
        self._points += points
        if reason:
            self._reasons.append(reason)

    def _by_need(self, each: Mapping[str, Any]) -> None:
        hits = {need: self._needs[need] for need in each["needs"] if need in self._needs}
        if hits:
            labels = ", ".join(self._labels[need] for need in hits)
            self._add(_NEED * max(hits.values()) + len(hits) - len(each["needs"]) / 2, labels)
            self._add(_URGENT if any(hits.get(need, 0) == 1 for need in URGENT) else 0)
        if fit := self._fit.get(each["id"]):
            self._add(_WORDS * fit, "" if hits else "its words")

    def _by_place(self, each: Mapping[str, Any]) -> None:
        places = self._places or ([self._home] if self._home else [])
        if not places:
            return
        how = near(each, places, self._states)
        if not self._asked.near:
            self._add(_OWN_TOWN if how in ("here", "serves", "state") else 0)
            return
        name = self._asked.near
        reasons = {"here": f"in {name}", "serves": f"serves {name}", "state": "serves the state"}
        reasons |= {"close": f"close to {name}", "far": f"not listed for {name}"}
        self._add(_NEAR[how], reasons.get(how, "area not listed"))

    def _by_hours(self, each: Mapping[str, Any]) -> bool | None:
        spells = hours.read(each["hours"])
        is_open = None if spells is None else hours.is_open(spells, self._start, self._minutes)
        when = "tonight" if _TONIGHT.search(self._asked.text.lower()) else "now"
        if self._asked.open_now:
            unknown = "by appointment" if hours.by_appointment(each["hours"]) else "hours not known"
            told = {True: f"open {when}", False: f"closed {when}", None: unknown}
            self._add(_OPEN[is_open], told[is_open])
        elif is_open:
            self._add(1, "open now")
        return is_open

    def _by_person(self, each: Mapping[str, Any]) -> None:
        if self._asked.language:
            speaks = _speaks(each, self._asked.language)
            self._add(_LANGUAGE if speaks else 0, self._asked.language.title() if speaks else "")
        if self._asked.age is not None and not _of_age(each, self._asked.age):
            self._add(-_AGE, "another age group")
        elif self._asked.age is not None:
            own = (each["min_age"] or 0) >= 50 or (each["max_age"] or 200) <= 25
            self._add(*((4, "for that age") if own else (0, "")))
        there = {*words(f"{each['name']} {each['description']}")}
        other = {"women": "men", "men": "women"}.get(self._sex, "")
        if other and other in there and self._sex not in there:
            self._add(-_SEX * (1 + 2 * self._woman), f"for {other}")

    def _by_state(self, each: Mapping[str, Any]) -> None:
        capacity = each["capacity"]
        points = _CAPACITY.get(capacity, 0)
        told = "has room" if capacity == "open" else self._capacities[capacity].lower()
        self._add(points, told if points else "")
        if each["gone"]:
            self._add(_LEFT, f"left its directory {for_person(each['gone'])}")
        if each["verified_on"] is None:
            self._add(0, "never verified")
        else:
            old = providers.is_old(each, self._today, self._days)
            day = for_person(each["verified_on"])
            self._add(0 if old else _VERIFIED, f"verified {day}" + (", old" if old else ""))
        if each["id"] in self._followed:
            received, ended = self._followed[each["id"]]
            share = received / ended
            self._add(
                _FOLLOWED * (share - 0.5), f"{received} of {ended} referrals received service"
            )


def near(each: Mapping[str, Any], places: Sequence[str], states: Sequence[str]) -> str:
    """Return how near a provider is to ZIPs or towns, a key of _NEAR. Names are in lower case."""
    address, areas = each["address"].casefold(), each["areas"].casefold()
    if any(re.search(rf"\b{re.escape(place)}\b", address) for place in places):
        return "here"
    if any(re.search(rf"\b{re.escape(place)}\b", areas) for place in places):
        return "serves"
    if _STATE.search(areas) or any(re.search(rf"\b{state}\b", areas) for state in states):
        return "state"
    zips = [place for place in places if place.isdigit()]
    if any(re.search(rf"\b{place[:3]}\d\d\b", address) for place in zips) and not areas:
        return "close"
    return "far" if areas else ""


def _places(session: Session, text: str) -> list[str]:
    """Return a ZIP with its town by providers' addresses, or a town, in lower case."""
    place = text.strip().casefold()
    if not re.fullmatch(r"\d{5}", place):
        return [place]
    towns = Counter(
        town.strip().casefold().split(", ")[-1]
        for address in providers.addresses(session.db, place)
        for town, zip_code in _SITE.findall(address)
        if zip_code == place
    )
    return [place, *(town for town, _count in towns.most_common(1))]


def _states(session: Session) -> list[str]:
    """Return the names of the town's state, in lower case, without its two letters."""
    from ccu.address.words import STATES

    own = session.settings["state"]
    return [name.lower() for name, code in STATES.items() if code == own and len(name) > 2]


def _when(now: datetime, text: str) -> tuple[datetime, int]:
    """Return the span in minutes in which it must be open: now, or tonight until the morning."""
    if not _TONIGHT.search(text.lower()):
        return now, 1
    evening, morning = (now.replace(hour=hour, minute=0, second=0) for hour in _NIGHT)
    start = now if now < morning else max(now, evening)
    end = morning if now < morning else morning + timedelta(days=1)
    return start, int((end - start).total_seconds()) // 60
