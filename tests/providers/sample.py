"""The synthetic directory of directory.txt, written as the files of HSDS 3."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from ccu.providers import hours

HERE = Path(__file__).parent
COLUMNS = (
    *("organization", "service", "category", "description", "phone", "hours", "street", "city"),
    *("zip", "languages", "ages", "fees", "areas"),
)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
Rows = list[dict[str, str]]


def lines(name: str) -> list[list[str]]:
    """Return the lines of a text file beside this module, by their cells."""
    text = (HERE / name).read_text(encoding="utf-8")
    return [
        [cell.strip() for cell in line.split("|")]
        for line in text.splitlines()
        if line and not line.startswith("#")
    ]


def services() -> Rows:
    """Return the services of directory.txt."""
    return [dict(zip(COLUMNS, cells, strict=True)) for cells in lines("directory.txt")]


def write_csv(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write a CSV file with every column that a row has."""
    rows = list(rows)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def tables(services: Rows) -> dict[str, Rows]:
    """Return the tables of HSDS 3 with these services."""
    organizations = {row["organization"]: f"o{n}" for n, row in enumerate(services)}
    terms = {row["category"]: f"t{n}" for n, row in enumerate(services)}
    found: dict[str, Rows] = {
        "organizations": [{"id": key, "name": name} for name, key in organizations.items()],
        "taxonomy_terms": [{"id": key, "name": name} for name, key in terms.items()],
    }

    def add(table: str, **row: str) -> None:
        found.setdefault(table, []).append({"id": f"{table}{len(found.get(table, ()))}", **row})

    for number, each in enumerate(services):
        key, place = f"s{number}", f"l{number}"
        least, _, most = each["ages"].partition("-")
        found.setdefault("services", []).append(
            {
                **{"id": key, "organization_id": organizations[each["organization"]]},
                **{"name": each["service"], "description": each["description"]},
                **{"status": "active", "fees_description": each["fees"]},
                **{"minimum_age": least, "maximum_age": most},
            }
        )
        found.setdefault("locations", []).append({"id": place, "name": each["city"]})
        add("service_at_location", service_id=key, location_id=place)
        add(
            "addresses", location_id=place, address_1=each["street"], city=each["city"],
            state_province="CT", postal_code=each["zip"], address_type="physical",
        )  # fmt: skip
        add("phones", service_id=key, number=each["phone"], type="voice")
        add("attributes", link_id=key, taxonomy_term_id=terms[each["category"]])
        for language in each["languages"].split(", "):
            add("languages", service_id=key, name=language)
        for area in each["areas"].split(", "):
            add("service_areas", service_id=key, name=area)
        for day, opens, closes in hours.read(each["hours"]) or ():
            add(
                "schedules", service_id=key, freq="WEEKLY", byday=_DAYS[day],
                opens_at=_clock(opens), closes_at=_clock(closes),
            )  # fmt: skip
    return found


def _clock(minute: int) -> str:
    return f"{minute % 1440 // 60:02}:{minute % 60:02}:00" if minute != 1440 else "24:00:00"


def write_folder(folder: Path, found: Mapping[str, Rows]) -> Path:
    """Write tables as the CSV files of a folder."""
    folder.mkdir(exist_ok=True)
    for table, rows in found.items():
        write_csv(folder / f"{table}.csv", rows)
    return folder
