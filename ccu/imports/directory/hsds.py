"""The tables of Open Referral HSDS, 3 or 1.x, as one record for each service.

Because versions differ, data of a service may be attached to its organization, a location or the
service at a location. A broken link is reported, and the rest is taken.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ccu.imports.directory import tables
from ccu.imports.directory.tables import HSDS, Directory, Row
from ccu.providers import hours

MOST_LISTED = 4  # telephone numbers or sites of one service
CLOSED, _FAX, _TEXTS = HSDS["closed"], HSDS["fax"], HSDS["texts"]


@dataclass
class Service:
    """A service of a directory: its id there, its fields by column of `provider`, its terms."""

    source_id: str
    line: int
    fields: dict[str, str | int | bool | None]
    terms: list[str] = field(default_factory=list)  # of the directory's own taxonomy
    city: str = ""
    needs: list[str] = field(default_factory=list)  # from a layout; else derived from its words


class Reader:
    """Reads the services of one directory and collects problems."""

    def __init__(self, directory: Directory, today: str) -> None:
        self._directory, self._today = directory, today
        self._known = {
            "organization_id": self._by_id("organizations"),
            "location_id": self._by_id("locations"),
            "service_id": self._by_id("services"),
            "service_at_location_id": self._by_id("service_at_locations"),
            "taxonomy_term_id": self._by_id("taxonomy_terms"),
        }
        self._sites: dict[str, list[str]] = defaultdict(list)  # service -> its locations
        self._at: dict[str, list[str]] = defaultdict(list)  # service -> where it is at locations
        for key, row in self._known["service_at_location_id"].items():
            service = self._link("service_at_locations", row, "service_id")
            location = self._link("service_at_locations", row, "location_id")
            if service and location:
                self._sites[service].append(location)
                self._at[service].append(key)
        self._addresses = self._grouped("addresses", "location_id")
        links = ("service_at_location_id", "service_id", "location_id", "organization_id")
        self._phones = self._grouped("phones", *links)
        self._schedules = self._grouped("schedules", *links[:3])
        self._languages = self._grouped("languages", "service_id", "location_id")
        self._own = {table: self._grouped(table, "service_id") for table in _TEXTS}
        self._terms = self._read_terms()

    def services(self) -> Iterator[Service]:
        """Yield every service that has an id and a name."""
        for key, row in self._known["service_id"].items():
            if name := tables.clean(row.cells.get("name", ""), 150):
                yield self._service(key, row, name)
            else:
                self._directory.problem("services", row, "no name")

    def _by_id(self, table: str) -> dict[str, Row]:
        """Return id -> row; of the rows with one id the first."""
        found: dict[str, Row] = {}
        for row in self._directory.rows(table):
            key = tables.clean(row.cells.get("id", ""), 200)
            if not key and table == "service_at_locations":
                key = f"{row.cells.get('service_id')} at {row.cells.get('location_id')}"
            if not key:
                self._directory.problem(table, row, "no id")
            elif found.setdefault(key, row).cells.get("name") != row.cells.get("name"):
                self._directory.problem(table, row, "the id of an earlier row")
        return found

    def _link(self, table: str, row: Row, *columns: str) -> str:
        """Return the id in the first column that leads to a row; else report it and return ''."""
        keys = {column: tables.clean(row.cells.get(column, ""), 200) for column in columns}
        for column, key in keys.items():
            if key in self._known[column]:
                return key if len(columns) == 1 else f"{column} {key}"
        wanted = next((column for column, key in keys.items() if key), columns[0])
        name = wanted.removesuffix("_id").replace("_", " ")
        why = f"its {name} is not in the directory" if keys[wanted] else f"no {name}"
        if keys[wanted] or not tables.clean(row.cells.get("contact_id", "")):
            self._directory.problem(table, row, why)
        return ""

    def _grouped(self, table: str, *columns: str) -> dict[str, list[Row]]:
        """Return `column id` -> the rows that belong there, each once."""
        found: dict[str, list[Row]] = defaultdict(list)
        seen = set()
        for row in self._directory.rows(table):
            content = tuple(value for key, value in row.cells.items() if key != "id")
            if content not in seen and (link := self._link(table, row, *columns)):
                found[link if len(columns) > 1 else f"{columns[0]} {link}"].append(row)
            seen.add(content)
        return found

    def _of(self, rows: dict[str, list[Row]], key: str, organization: str = "") -> list[Row]:
        """Return the rows of a service; without any those of its sites, or its organization."""
        own = [*rows.get(f"service_id {key}", ())]
        own += [
            each for at in self._at[key] for each in rows.get(f"service_at_location_id {at}", ())
        ]
        sites = [each for at in self._sites[key] for each in rows.get(f"location_id {at}", ())]
        return own or sites or rows.get(f"organization_id {organization}", [])

    def _read_terms(self) -> dict[str, list[str]]:
        """Return service -> the terms of the directory's taxonomy, each with those above it."""
        found: dict[str, list[str]] = defaultdict(list)
        known = self._known["taxonomy_term_id"]
        for table in ("attributes", "service_taxonomies"):
            for row in self._directory.rows(table):
                cells = row.cells
                service = cells.get("service_id") or cells.get("link_id") or ""
                term = cells.get("taxonomy_term_id") or cells.get("taxonomy_id") or ""
                if service not in self._known["service_id"]:
                    continue  # of an organization or a location
                if term not in known and (name := tables.clean(cells.get("taxonomy_term", ""))):
                    found[service].append(name)
                elif term not in known:
                    why = (
                        "its taxonomy term is not in the directory" if term else "no taxonomy term"
                    )
                    self._directory.problem(table, row, why)
                for _level in range(6):
                    if term not in known:
                        break
                    found[service].append(tables.clean(known[term].cells.get("name", ""), 100))
                    term = known[term].cells.get("parent_id", "")
        return found

    def _service(self, key: str, row: Row, name: str) -> Service:
        cells = {column: tables.clean(value) for column, value in row.cells.items()}
        organization, key_of = "", cells.get("organization_id", "")
        if self._link("services", row, "organization_id"):
            owner = self._known["organization_id"][key_of].cells
            organization = tables.clean(owner.get("name", ""), 150)
        least, most = self._ages(key, row)
        address, city = self._address(key)
        own = {table: self._texts(table, key) for table in _TEXTS}
        fees = (cells.get("fees_description", ""), cells.get("fees", ""))
        status = cells.get("status", "").casefold()
        closed = "temporarily closed" if "temporar" in status else ""
        fields: dict[str, str | int | bool | None] = {
            "name": name,
            "organization": organization,
            "description": cells.get("description") or cells.get("short_description", ""),
            "phone": self._phone(key, key_of),
            "hours": self._hours(key),
            "eligibility": _joined([cells.get("eligibility_description", ""), *own["eligibility"]]),
            "address": address,
            "areas": _joined([cells.get("service_area", ""), *own["service_areas"]]),
            "languages": self._language(key, cells),
            "min_age": least,
            "max_age": most,
            "accepts": _joined([*fees, *own["cost_options"], *own["payments"]]),
            "alert": _joined([cells.get("alert", ""), closed, *own["service_alerts"]]),
            "active": status not in CLOSED,
            "verified_on": self._verified(cells),
        }
        terms = [*self._terms.get(key, ()), cells.get("taxonomy", ""), cells.get("category", "")]
        return Service(key, row.line, fields, [*filter(None, dict.fromkeys(terms))], city)

    def _verified(self, cells: dict[str, str]) -> str | None:
        found = tables.day(cells.get("assured_date", ""))
        return found if found and found <= self._today else None

    def _texts(self, table: str, key: str) -> list[str]:
        columns = _TEXTS[table]
        cells = [each.cells for each in self._own[table].get(f"service_id {key}", ())]
        return [
            next(filter(None, (tables.clean(each.get(column, ""), 300) for column in columns)), "")
            for each in cells
        ]

    def _ages(self, key: str, row: Row) -> tuple[int | None, int | None]:
        others = [each.cells for each in self._own["eligibility"].get(f"service_id {key}", ())]
        found = []
        for column in ("minimum_age", "maximum_age"):
            written = [each.get(column, "") for each in (row.cells, *others)]
            cell = next(filter(None, map(tables.clean, written)), "")
            found.append(tables.age(cell))
            if cell and found[-1] is None:
                self._directory.problem("services", row, f"{column.replace('_', ' ')} is no age")
        least, most = found
        if least is not None and most is not None and least > most:
            if most:
                self._directory.problem("services", row, "the ages contradict each other")
            return (least, None) if not most else (None, None)
        return least or None, most

    def _address(self, key: str) -> tuple[str, str]:
        """Return the sites of a service in a line, and the city of the first."""
        found: dict[str, str] = {}
        for site in self._sites[key]:
            for row in self._addresses.get(f"location_id {site}", ()):
                if row.cells.get("address_type", "").casefold() == "postal" and found:
                    continue
                parts = [tables.clean(row.cells.get(column, ""), 150) for column in _LINES]
                city, state, code = (tables.clean(row.cells.get(c, ""), 60) for c in _CITY)
                place = " ".join(
                    filter(
                        None,
                        (f"{city}," if state else city, state, tables.zip_code(_ZIP.sub("", code))),
                    )
                )
                found[", ".join(filter(None, (*parts, place)))] = city
        sites = [*filter(None, found)]
        more = f"; {len(sites) - MOST_LISTED} more sites" if len(sites) > MOST_LISTED else ""
        return "; ".join(sites[:MOST_LISTED]) + more, next(iter(found.values()), "")

    def _phone(self, key: str, organization: str) -> str:
        found: dict[str, str] = {}
        for row in self._of(self._phones, key, organization):
            written = tables.clean(row.cells.get("number", ""), 120)
            if row.cells.get("type", "").casefold() in _FAX or not written:
                continue
            extension = tables.clean(row.cells.get("extension", ""), 20)
            number = tables.phone(f"{written} ext. {extension}" if extension else written)
            if not number:
                self._directory.problem("phones", row, "no telephone number")
                continue
            about = tables.clean(row.cells.get("description", ""), 40)
            found.setdefault(number, f"{number} ({about})" if about and len(found) else number)
        return "; ".join([*found.values()][:MOST_LISTED])

    def _hours(self, key: str) -> str:
        """Return the hours in words: as weekly times if every schedule has them.

        Other schedules, such as every second week, become words that `hours.read` does not read,
        which means unknown, never open.
        """
        spells: list[hours.Spell] = []
        told: list[str] = []
        later: list[str] = []
        for row in self._of(self._schedules, key):
            cells = {name: tables.clean(value, 300) for name, value in row.cells.items()}
            until = tables.day(cells.get("valid_to", "")) or tables.day(cells.get("until", ""))
            since = tables.day(cells.get("valid_from", ""))
            if until and until < self._today:
                self._directory.problem("schedules", row, "hours that have expired")
                continue
            mine, doubt = self._times(row, cells)
            if since and since > self._today:
                later += [f"from {since}: {text}" for text in (hours.write(mine), *doubt) if text]
                self._directory.problem("schedules", row, "hours of a later day")
                continue
            spells += mine
            told += doubt
        known = [hours.write(spells), *dict.fromkeys(told)]
        return "; ".join(filter(None, known if any(known) else later))[:500]

    def _times(self, row: Row, cells: dict[str, str]) -> tuple[list[hours.Spell], list[str]]:
        """Return the times of one schedule in a week, and what else it tells of them."""
        days = hours.weekdays(cells.get("byday") or cells.get("weekday", ""))
        if not days and cells.get("freq", "").upper() == "DAILY":
            days = [*range(7)]
        written = [cells.get("opens_at", ""), cells.get("closes_at", "")]
        opens, closes = map(hours.clock, written)
        words = cells.get("description") or cells.get("notes", "")
        every = cells.get("interval", "")
        odd = cells.get("freq", "").upper() in ("MONTHLY", "YEARLY") or cells.get("bymonthday")
        if days and not odd and not any(written) and words.casefold().strip(".") == "closed":
            return [], [f"closed {','.join(hours.DAYS[day] for day in days).title()}"]
        if opens is None or closes is None or not days or odd:
            if not words and any(written):
                self._directory.problem("schedules", row, "hours that cannot be read")
                monthly = cells.get("bymonthday", "")
                days_told = _NTH.sub(_of_month, cells.get("byday", "")) or (
                    f"day {monthly} of the month" if monthly else "day not known"
                )
                words = f"{days_told}: {' to '.join(filter(None, written))}"
            return [], [words]
        times = [(day, opens, closes if closes > opens else closes + hours.DAY) for day in days]
        if every not in ("", "0", "1"):
            return [], [f"every {every} weeks: {hours.write(times)}", words]
        if any(map(_UTC.search, (*written, cells.get("timezone", "")))):
            self._directory.problem("schedules", row, "hours in UTC, not of the town's clock")
            return [], [f"{hours.write(times)} UTC", words]
        same = hours.read(words)
        return times, [] if same is not None and {*same} == {*times} else [words]

    def _language(self, key: str, cells: dict[str, str]) -> str:
        rows = self._of(self._languages, key)
        names = [
            tables.clean(row.cells.get("name", "") or row.cells.get("language", ""), 60)
            or HSDS["languages"].get(row.cells.get("code", "").casefold()[:2], "")
            for row in rows
        ]
        told = cells.get("interpretation_services", "")
        return _joined([*names, told], ", ")


_LINES = ("address_1", "address_2")
_ZIP = re.compile(r"(?<=^\d{5})-?\d{4}$")  # the last four digits of a ZIP
_UTC = re.compile(r"(?i)(?:\dz|[+-]00:?00)$|^(?:utc|gmt|z)$")
_NTH = re.compile(r"(?i)\+?(-1|[1-5])(MO|TU|WE|TH|FR|SA|SU)\b")
_WEEK = {"-1": "last", "1": "1st", "2": "2nd", "3": "3rd", "4": "4th", "5": "5th"}
_CITY = ("city", "state_province", "postal_code")


def _of_month(byday: re.Match[str]) -> str:
    (day,) = hours.weekdays(byday[2])
    return f"{_WEEK[byday[1]]} {hours.DAYS[day].title()}"


def _joined(texts: Iterable[str], between: str = "; ") -> str:
    """Return the texts that are not empty, each once."""
    return tables.clean(between.join(dict.fromkeys(filter(None, texts))), 1_000)
