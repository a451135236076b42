"""`ccu provider import`: HSDS as CSV and JSON, imported again, edited by hand, and full of dirt."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccu.imports.directory import hsds
from ccu.imports.directory.tables import Directory, Row, phone

from ..conftest import SHARED, Ccu
from . import sample

EXAMPLE = Path(__file__).parents[2] / "examples" / "directory.json"


def counts(ccu: Ccu, path: Path, *more: str) -> dict[str, int]:
    done = ccu("provider", "import", str(path), *more, "-f", "json")
    assert done.code == 0, done.err
    (row,) = json.loads(done.out)
    return {name: count for name, count in row.items() if count}


def shown(ccu: Ccu, provider: str) -> dict[str, Any]:
    done = ccu("provider", "show", provider, "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def folder(tmp_path: Path, tables: dict[str, sample.Rows]) -> Path:
    return sample.write_folder(tmp_path / "hsds", tables)


@pytest.fixture
def tables() -> dict[str, sample.Rows]:
    return sample.tables(sample.services()[:15])


def test_a_service_becomes_a_provider(
    ccu: Ccu, tmp_path: Path, tables: dict[str, sample.Rows]
) -> None:
    assert counts(ccu, folder(tmp_path, tables)) == {"read": 15, "new": 15}
    found = shown(ccu, "medical detox")
    assert (
        found
        | {
            "name": "Medical Detox",
            "organization": "Tidewater Recovery",
            "needs": ["detox"],
            "phone": "203-555-0120",
            "hours": "24/7",
            "address": "400 Shore Rd, Bridgeport, CT 06605",
            "areas": "Connecticut",
            "languages": "English, Spanish",
            "min_age": 18,
            "max_age": None,
            "accepts": "Medicaid (HUSKY D), private insurance",
            "capacity": "ask_first",
            "verified_on": None,
            "part2": False,
        }
        == found
    )
    assert shown(ccu, "Emergency Shelter")["organization"] == "Homestead Bridge"


def test_importing_again_changes_nothing_and_a_dry_run_keeps_nothing(
    ccu: Ccu, tmp_path: Path, tables: dict[str, sample.Rows]
) -> None:
    path = folder(tmp_path, tables)
    assert counts(ccu, path, "--dry-run") == {"read": 15, "new": 15}
    assert json.loads(ccu("provider", "list", "-f", "json").out) == []
    assert counts(ccu, path) == {"read": 15, "new": 15}
    before = ccu("provider", "list", "--all", "-f", "json").out
    assert counts(ccu, path) == {"read": 15, "same": 15}
    assert ccu("provider", "list", "--all", "-f", "json").out == before


def test_importing_again_updates_and_keeps_what_the_town_wrote(
    ccu: Ccu, tmp_path: Path, tables: dict[str, sample.Rows]
) -> None:
    assert counts(ccu, folder(tmp_path, tables))["new"] == 15
    own = {"--capacity": "full", "--verified": "2026-01-30", "--note": "Ask for the night nurse",
           "--need": "detox,addiction_residential", "--phone": "203-555-0999"}  # fmt: skip
    edit = [part for pair in own.items() for part in pair]
    assert ccu("provider", "edit", "medical detox", *edit, "--part2").code == 0
    detox = next(row for row in tables["services"] if row["name"] == "Medical Detox")
    detox |= {"description": "New words", "assured_date": "2026-01-31"}
    phone = next(row for row in tables["phones"] if row["service_id"] == detox["id"])
    phone["number"] = "203-555-0121"
    assert counts(ccu, folder(tmp_path, tables)) == {
        "read": 15, "changed": 1, "same": 14, "kept_by_hand": 2,
    }  # fmt: skip
    found = shown(ccu, "medical detox")
    assert (
        found
        | {
            "description": "New words",
            "capacity": "full",
            "verified_on": "2026-01-30",
            "note": "Ask for the night nurse",
            "needs": ["detox", "addiction_residential"],
            "phone": "203-555-0999",
            "part2": True,
        }
        == found
    )
    last = found["changes"][-1]
    assert (last["field"], last["new"]) == ("description", "New words")
    assert counts(ccu, folder(tmp_path, tables)) == {"read": 15, "same": 15}


def test_an_import_is_undone_and_imported_again(
    ccu: Ccu, tmp_path: Path, tables: dict[str, sample.Rows]
) -> None:
    def listed(*more: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(ccu("provider", "list", *more, "-f", "json").out)
        return rows

    def left() -> int:
        listed = ccu("provider", "find", "--need", "shelter,food,housing", "--limit", "50")
        return listed.out.count("left its directory 01/31/2026")

    services = tables["services"]
    assert counts(ccu, folder(tmp_path, {**tables, "services": services[:14]}))["new"] == 14
    assert ccu("provider", "edit", "1", "--note", "Side door", "--phone", "203-555-0177").code == 0
    before = listed()
    tables["phones"][1]["number"] = "203-555-0199"
    services[2]["name"] = "Another Name"
    tables["services"] = [*services[:13], services[14]]
    again = {"read": 14, "new": 1, "changed": 2, "same": 11, "gone": 1}
    assert counts(ccu, folder(tmp_path, tables)) == again
    after = listed()
    assert left() == 1
    done = ccu("undo", "--yes")
    assert done.code == 0 and done.err.startswith("Import 2, imported "), done.err
    assert "2 providers as before, 1 that it had added retired" in done.out
    assert listed() == before != after
    assert left() == 0
    assert [row["id"] for row in listed("--all") if not row["active"]] == [15]
    assert counts(ccu, folder(tmp_path, tables)) == {
        "read": 14, "changed": 3, "same": 11, "gone": 1,
    }  # fmt: skip
    assert listed() == after


def test_a_part_of_a_directory_erases_nothing(
    ccu: Ccu, tmp_path: Path, tables: dict[str, sample.Rows]
) -> None:
    tables["services"][3]["status"] = "inactive"
    assert counts(ccu, folder(tmp_path, tables))["new"] == 15
    before = ccu("provider", "list", "--all", "-f", "json").out

    def imported(*kept: str) -> str:
        done = ccu("provider", "import", str(folder(tmp_path, tables)))
        assert done.code == 0, done.err
        told = f"lacks them or lost most of them: {', '.join(kept)}. Check that the export is"
        assert (told in done.err) == bool(kept), done.err
        assert ccu("provider", "list", "--all", "-f", "json").out == before
        return done.err

    for row in tables["phones"]:
        row["phone_number"] = row.pop("number")
    (tmp_path / "hsds" / "schedules.csv").unlink()
    schedules = tables.pop("schedules")
    imported("phone", "hours")
    (tmp_path / "hsds" / "attributes.csv").unlink()
    (tmp_path / "hsds" / "taxonomy_terms.csv").unlink()
    del tables["attributes"], tables["taxonomy_terms"]
    for row in tables["services"]:
        del row["status"]
    imported("phone", "hours", "active", "needs")
    for row in tables["phones"][:9]:
        row["phone_number"] = ""
    for row in tables["phones"]:
        row["number"] = row.pop("phone_number")
    tables["schedules"] = schedules
    imported("phone", "active", "needs")


def test_what_a_directory_no_longer_has_is_told(
    ccu: Ccu, tmp_path: Path, tables: dict[str, sample.Rows]
) -> None:
    assert counts(ccu, folder(tmp_path, tables))["new"] == 15
    tables["phones"][0]["number"] = ""
    del tables["services"][14]
    done = ccu("provider", "import", str(folder(tmp_path, tables)))
    assert "Values that the directory no longer has, now empty: phone 1\n" in done.err
    rows = json.loads(ccu("provider", "stale", "-f", "json").out)
    assert [(row["id"], row["left_directory"]) for row in rows[:2]] == [
        (15, "2026-01-31"), (3, None),
    ]  # fmt: skip
    for number, row in enumerate(tables["services"]):
        row["id"] = f"other{number}"
    refused = ccu("provider", "import", str(folder(tmp_path, tables)))
    assert (refused.code, refused.out) == (2, "")
    assert "Give it a name of its own with --source" in refused.err


def test_a_provider_that_the_town_had_added_is_completed(
    ccu: Ccu, tmp_path: Path, tables: dict[str, sample.Rows]
) -> None:
    own = ("--phone", "(203) 555-0120", "--hours", "call first")
    assert ccu("provider", "add", "Medical Detox", "--need", "detox", *own).code == 0
    assert ccu("provider", "add", "Food Pantry", "--need", "food", "--phone", "555").code == 0
    assert counts(ccu, folder(tmp_path, tables))["new"] == 14
    found = shown(ccu, "1")
    assert (found["hours"], found["languages"]) == ("call first", "English, Spanish")
    assert shown(ccu, "2")["languages"] == ""  # another telephone: another food pantry
    assert shown(ccu, "Food Pantry, Harborside Food Bank")["phone"] == "203-555-0101"


def test_dirt_is_reported_and_the_rest_is_taken(
    ccu: Ccu, tmp_path: Path, tables: dict[str, sample.Rows]
) -> None:
    services = tables["services"]
    services[0] |= {"description": "<p>Free&nbsp;<b>food</b> &amp; more</p>", "minimum_age": "NULL"}
    services[1] |= {"organization_id": "gone", "maximum_age": "ninety"}
    services[2] |= {"minimum_age": "64", "maximum_age": "18"}
    services[3] |= {"name": " "}
    services[4] |= {"id": ""}
    services[5] |= {"status": "defunct"}
    services.append({**services[6], "name": "Twice"})
    tables["phones"][0]["number"] = "call the office"
    tables["phones"].append({"id": "x", "service_id": "nowhere", "number": "203-555-0100"})
    tables["attributes"][7]["taxonomy_term_id"] = "t99"
    tables["schedules"][0] |= {"opens_at": "early", "closes_at": "late"}
    tables["service_at_location"].append({"id": "y", "service_id": "s1", "location_id": "nowhere"})
    path = folder(tmp_path, tables)
    for name in ("services", "phones"):
        text = (path / f"{name}.csv").read_bytes()
        (path / f"{name}.csv").write_bytes(b"\xef\xbb\xbf" + text)
    odd = tmp_path / "odd.csv"
    done = ccu("provider", "import", str(path), "--rejects", str(odd), "-f", "json")
    assert done.code == 0, done.err
    (row,) = json.loads(done.out)
    assert (row["read"], row["new"], row["rejected"]) == (16, 13, 3)
    for reason in (
        "services.csv: 1 row: its organization is not in the directory",
        "services.csv: 1 row: maximum age is no age",
        "services.csv: 1 row: the ages contradict each other",
        "services.csv: 1 row: no name",
        "services.csv: 1 row: no id",
        "services.csv: 1 row: the id of an earlier row",
        "phones.csv: 1 row: no telephone number",
        "phones.csv: 2 rows: its service is not in the directory",
        "schedules.csv: 1 row: hours that cannot be read",
        "attributes.csv: 1 row: its taxonomy term is not in the directory",
        "service_at_location.csv: 1 row: its location is not in the directory",
    ):
        assert reason in done.err
    pantry = shown(ccu, "Food Pantry")
    assert (pantry["description"], pantry["min_age"]) == ("Free food & more", None)
    assert not shown(ccu, str(5))["active"] or not shown(ccu, "4")["active"]
    assert odd.read_text().splitlines()[0] == '"line","reason","file","record"'
    assert len(odd.read_text().splitlines()) > 9


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [
        ({"weekday": "6"}, "Sat 9am-5pm"),
        ({"byday": "SA", "description": "Saturday 9-5"}, "Sat 9am-5pm"),
        ({"byday": "SA", "interval": "2"}, "every 2 weeks: Sat 9am-5pm"),
        ({"byday": "SA", "valid_from": "2027-06-01"}, "from 2027-06-01: Sat 9am-5pm"),
        ({"byday": "SA", "valid_to": "2026-01-30"}, ""),
        ({"byday": "SA", "opens_at": "09:00Z"}, "Sat 9am-5pm UTC"),
        ({"byday": "SA", "opens_at": "09:00-05:00"}, "Sat 9am-5pm"),
        ({"byday": "SA", "description": "Closed until March"}, "Sat 9am-5pm; Closed until March"),
        ({"byday": "2SA", "freq": "MONTHLY"}, "2nd Sat: 09:00 to 17:00"),
        ({"byday": "2MO,-1FR", "freq": "MONTHLY"}, "2nd Mon,last Fri: 09:00 to 17:00"),
        ({"bymonthday": "1,15", "freq": "MONTHLY"}, "day 1,15 of the month: 09:00 to 17:00"),
        ({"byday": "SU", "opens_at": "", "closes_at": "", "description": "Closed"}, "closed Sun"),
    ],
)
def test_hours_that_are_not_each_week_are_unknown(
    ccu: Ccu, tmp_path: Path, schedule: dict[str, str], hours: str
) -> None:
    times = {"opens_at": "09:00", "closes_at": "17:00", **schedule}
    service = {"id": "1", "name": "Night Desk", "schedules": [times]}
    path = tmp_path / "x.json"
    path.write_text(json.dumps([service]))
    done = ccu("provider", "import", str(path))
    assert shown(ccu, "Night Desk")["hours"] == hours
    told = {"valid_from": "hours of a later day", "valid_to": "hours that have expired"}
    assert all(text in done.err for name, text in told.items() if name in schedule)
    (row,) = json.loads(ccu("provider", "find", "night desk", "now", "-f", "json").out)
    each_week = hours == "Sat 9am-5pm"
    assert ("hours not known" in row["reason"]) is not each_week


def test_hsds_as_json_and_as_a_datapackage(
    ccu: Ccu, tmp_path: Path, tables: dict[str, sample.Rows]
) -> None:
    assert counts(ccu, EXAMPLE, "--source", "example") == {"read": 1, "new": 1}
    found = shown(ccu, "Thursday")
    assert (
        found
        | {
            "organization": "Quay Street Neighbors",
            "description": "Groceries for anyone. No papers needed.",
            "phone": "203-555-0147",
            "hours": "Thu 4pm-7pm",
            "address": "9 Quay St, Westport, CT 06880",
            "needs": ["food"],
            "languages": "English, Spanish",
        }
        == found
    )
    path = folder(tmp_path, tables)
    (path / "data").mkdir()
    for file in path.glob("*.csv"):
        file.rename(path / "data" / file.name)
    listed = [{"name": name, "path": f"data/{name}.csv"} for name in tables]
    (path / "datapackage.json").write_text(json.dumps({"resources": listed}))
    assert counts(ccu, path / "datapackage.json") == {"read": 15, "new": 15}
    listed[0]["path"] = "../services.csv"
    (path / "datapackage.json").write_text(json.dumps({"resources": listed}))
    assert "outside its folder" in ccu("provider", "import", str(path)).err


def test_what_is_odd_in_json_is_reported_and_the_rest_is_taken(ccu: Ccu, tmp_path: Path) -> None:
    good = {"id": "1", "name": "Pantry", "phones": [{"number": "203-555-0101"}, "203-555-0102"]}
    odd = {"id": "2", "name": "Desk", "phones": "203-555-0103", "schedules": 7}
    path = tmp_path / "x.json"
    path.write_text(json.dumps([good, odd, "text", {"id": None, "name": "No number"}]))
    done = ccu("provider", "import", str(path))
    for told in (
        *("services in x.json: 2 rows: no id (first: line 3)", "phones is no list"),
        *("schedules is no list", "phones in x.json: 1 row: not a record with fields"),
    ):
        assert told in done.err, done.err
    assert counts(ccu, path) == {"read": 4, "same": 2, "rejected": 2, "without_need": 1}
    assert shown(ccu, "Pantry")["phone"] == "203-555-0101"
    for empty in ([3, None], {"a": 1}, [{"name": "No number"}]):
        path.write_text(json.dumps(empty))
        refused = ccu("provider", "import", str(path))
        assert (refused.code, "PATH has no services with an id" in refused.err) == (2, True)


def test_a_zip_lines_of_json_and_other_letters(
    ccu: Ccu, tmp_path: Path, tables: dict[str, sample.Rows]
) -> None:
    tables["addresses"][0]["postal_code"] = "6880"
    path = folder(tmp_path, tables)
    packed = shutil.make_archive(str(tmp_path / "all"), "zip", tmp_path, "hsds")
    assert counts(ccu, Path(packed)) == {"read": 15, "new": 15}
    assert counts(ccu, path) == {"read": 15, "same": 15}
    assert shown(ccu, "1")["address"].endswith("06880")
    listed = [{"name": name, "path": f"{name}.csv"} for name in tables]
    (path / "datapackage.json").write_text(json.dumps({"resources": listed}))
    (path / "phones.csv").unlink()
    (odd := tmp_path / "odd.csv").write_text('"line","reason"\n"3","earlier"\n')
    done = ccu("provider", "import", str(path), "--rejects", str(odd))
    assert "phones.csv: the file is not in the folder\n" in done.err
    assert "lost most of them: phone." in done.err
    assert "earlier" not in odd.read_text()
    lines = [{"id": "1", "name": "Caf\u00e9"}, {"id": "2", "name": "Desk"}]
    text = "\n".join(json.dumps(each, ensure_ascii=False) for each in lines)
    (tmp_path / "x.json").write_bytes(text.encode("latin-1"))
    assert counts(ccu, tmp_path / "x.json", "--source", "x")["new"] == 2
    assert shown(ccu, "Caf\u00e9")["organization"] == ""
    (tmp_path / "y.zip").write_bytes(b"PK\x03\x04")
    (tmp_path / "z.csv").write_text(LIST)
    for name, why in (("y.zip", "is damaged"), ("z.csv", "by --suggest")):
        refused = ccu("provider", "import", str(tmp_path / name))
        assert (refused.code, refused.out) == (2, "")
        assert why in refused.err


def test_the_older_package(ccu: Ccu, tmp_path: Path) -> None:
    rows: dict[str, sample.Rows] = {
        "organization": [{"id": "1", "name": "Old Mill Aid"}],
        "service": [{"id": "1", "organization_id": "1", "name": "Legal Help", "status": "active"}],
        "location": [{"id": "1", "organization_id": "1", "name": "Mill"}],
        "service_at_location": [{"id": "1", "service_id": "1", "location_id": "1"}],
        "physical_address": [
            {"id": "1", "location_id": "1", "address_1": "2 Mill Rd", "city": "Wilton",
             "state_province": "CT", "postal_code": "06897-1234"}
        ],
        "phone": [{"id": "1", "organization_id": "1", "number": "1 (203) 555-0150 x12"}],
        "regular_schedule": [
            {"id": "1", "service_id": "1", "weekday": "Monday", "opens_at": "9am",
             "closes_at": "5pm"}
        ],
        "language": [{"id": "1", "service_id": "1", "language": "es"}],
        "taxonomy": [{"id": "9", "name": "Legal"}],
        "service_taxonomy": [{"id": "1", "service_id": "1", "taxonomy_id": "9"}],
    }  # fmt: skip
    assert counts(ccu, folder(tmp_path, rows)) == {"read": 1, "new": 1}
    found = shown(ccu, "Legal")
    assert (
        found
        | {
            "organization": "Old Mill Aid",
            "address": "2 Mill Rd, Wilton, CT 06897",
            "phone": "203-555-0150 ext. 12",
            "hours": "Mon 9am-5pm",
            "needs": ["legal"],
        }
        == found
    )


def test_another_directory_under_the_same_name_is_refused(
    ccu: Ccu, tmp_path: Path, tables: dict[str, sample.Rows]
) -> None:
    assert counts(ccu, folder(tmp_path, tables))["new"] == 15
    for number, row in enumerate(tables["services"]):
        row |= {"name": f"Other {number}", "organization_id": "o9"}
    tables["organizations"].append({"id": "o9", "name": "Elsewhere"})
    path = folder(tmp_path, tables)
    refused = ccu("provider", "import", str(path))
    assert refused.code == 2
    assert "Give it a name of its own with --source" in refused.err
    assert counts(ccu, path, "--source", "county")["new"] == 15


def test_a_file_that_is_not_a_directory_is_one_sentence(ccu: Ccu, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[{")
    (tmp_path / "y.json").write_text("{}")
    for name in ("x.json", "y.json", "nowhere", "."):
        refused = ccu("provider", "import", str(tmp_path / name))
        assert refused.code == 2, name
        assert refused.err.count("\n") == 1, refused.err


@pytest.mark.skipif(not SHARED.is_dir(), reason="the reference data is not here")
def test_the_sample_of_the_specification(ccu: Ccu) -> None:
    done = ccu("provider", "import", str(SHARED / "hsds" / "hsds3_spec_csv"), "-f", "json")
    assert done.code == 0, done.err
    found = shown(ccu, "Community Counselling")
    assert found["organization"] == "Example Organization Inc."
    assert found["needs"] == ["mh_outpatient"]
    assert (found["min_age"], found["max_age"]) == (12, 100)


LIST = """Agency Name,Program Name,Category,Phone Number,Hours of Operation,Street Address,Zip Code
Quay Aid,Coat Room,Outerwear,(203) 555-0177,M-F 9-5,1 Quay St,06880
Quay Aid,Night Desk,Warm Beds,ask inside,,1 Quay St,06880
Quay Aid,Coat Room,Outerwear,(203) 555-0177,M-F 9-5,1 Quay St,06880
Quay Aid,,Outerwear,,,,
"""


def test_a_plain_csv_by_a_suggested_layout(ccu: Ccu, tmp_path: Path) -> None:
    path, layout = tmp_path / "list.csv", tmp_path / "list.toml"
    path.write_text(LIST)
    assert ccu("provider", "import", str(path), "--suggest", "--output", str(layout)).code == 0
    text = layout.read_text() + '\n[needs]\nbenefits = ["Outer*"]\n'
    layout.write_text(text.replace("our-list", "quay"))
    done = ccu("provider", "import", str(path), "--layout", str(layout), "-f", "json")
    assert done.code == 0, done.err
    (row,) = json.loads(done.out)
    assert (row["read"], row["new"], row["rejected"]) == (4, 2, 2)
    assert "list.csv: 1 row: no name (first: line 5)" in done.err
    assert "list.csv: 1 row: the same service as an earlier row (first: line 4)" in done.err
    assert "list.csv: 1 row: no telephone number (first: line 3)" in done.err
    found = shown(ccu, "Coat Room")
    assert (
        found
        | {
            "organization": "Quay Aid",
            "needs": ["benefits"],
            "phone": "203-555-0177",
            "address": "1 Quay St 06880",
        }
        == found
    )
    assert shown(ccu, "Night Desk")["needs"] == ["shelter"]
    path.write_text(LIST.replace("0177", "0178"))
    again = ccu("provider", "import", str(path), "--layout", str(layout), "-f", "json")
    assert json.loads(again.out)[0]["changed"] == 1
    assert shown(ccu, "Coat Room")["phone"] == "203-555-0178"


@pytest.mark.parametrize(
    ("layout", "why"),
    [
        ('source = "x"\n[columns]\nphone = "Phone Number"', "does not name the column of the name"),
        ('source = "x"\n[columns]\nname = "Nothing"', "the file has no column 'Nothing'"),
        (
            'source = "x"\n[columns]\nname = "Program Name"\n[needs]\nsocks = "x"',
            "'socks' is not one of the need codes",
        ),
    ],
)
def test_a_wrong_layout_is_one_sentence(ccu: Ccu, tmp_path: Path, layout: str, why: str) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    (tmp_path / "x.toml").write_text(layout)
    line = ("provider", "import", str(tmp_path / "list.csv"), "--layout", str(tmp_path / "x.toml"))
    refused = ccu(*line)
    assert (refused.code, refused.out) == (2, "")
    assert why in refused.err


def test_organizations_with_their_services_as_json(ccu: Ccu, tmp_path: Path) -> None:
    service = {"id": "1", "name": "Night Desk", "phones": [{"number": "988"}], "alert": None}
    path = tmp_path / "x.json"
    path.write_text(json.dumps([{"id": "9", "name": "Quay Aid", "services": [service, "x", 7]}]))
    assert counts(ccu, path) == {"read": 3, "new": 1, "rejected": 2, "without_need": 1}
    found = shown(ccu, "Night Desk")
    assert (found["organization"], found["phone"]) == ("Quay Aid", "988")


JUNK = st.one_of(
    st.sampled_from(
        ["", "NULL", "s1", "o1", "l1", "<b>", "25:99", "9am", "MO,XX", "2005-13-01", "\0"]
    ),
    st.text(max_size=12),
)
COLUMNS = {
    "services": ("id", "name", "organization_id", "minimum_age", "maximum_age", "status"),
    "organizations": ("id", "name"),
    "service_at_locations": ("id", "service_id", "location_id"),
    "locations": ("id",),
    "addresses": ("location_id", "address_1", "city", "postal_code", "address_type"),
    "phones": ("service_id", "organization_id", "number", "extension", "type"),
    "schedules": ("service_id", "byday", "freq", "opens_at", "closes_at", "valid_to"),
    "attributes": ("link_id", "taxonomy_term_id"),
    "taxonomy_terms": ("id", "name", "parent_id"),
}
TABLES = st.fixed_dictionaries({
    table: st.lists(
        st.fixed_dictionaries({}, optional=dict.fromkeys(columns, JUNK)), max_size=3
    )
    for table, columns in COLUMNS.items()
})  # fmt: skip


@given(TABLES)
def test_no_directory_breaks_the_reader(tables: dict[str, list[dict[str, str]]]) -> None:
    rows = {name: [Row(2 + n, cells) for n, cells in enumerate(r)] for name, r in tables.items()}
    directory = Directory("x", "", rows)
    services = list(hsds.Reader(directory, "2026-01-31").services())
    ids = [each.source_id for each in services]
    assert len(ids) == len({*ids})
    for each in services:
        assert each.fields["name"]
        assert not {"<b>", "\0"} & {*map(str, each.fields.values())}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("(203) 555-0110", "203-555-0110"),
        ("+1 203.555.0110 ext 12", "203-555-0110 ext. 12"),
        ('"203-555-0110"', "203-555-0110"),
        ("1-800-GET-HELP", "800-GET-HELP"),
        ("988", "988"),
        ("call the office", ""),
        ("000-000-0000", ""),
        ("555-0110", "555-0110"),
        ("(203) 555-0111 / (203) 555-0112", "203-555-0111"),
        ("203-555-0100, press 2", "203-555-0100"),
        ("203-555-0123 (after hours 203-555-0124)", "203-555-0123"),
        ("203-555-0144x12", "203-555-0144 ext. 12"),
        ("203-555-0146 24/7 hotline", "203-555-0146"),
        ("1-888-KEEP-SAFE", "888-KEEP-SAFE"),
        ("1-800-273-TALK (8255)", "800-273-8255"),
        ("988 (press 1)", "988"),
        ('"+44 1234 234567" ext. 100', "+44 1234 234567 ext. 100"),
        ("Text HOME to 741741", "Text HOME to 741741"),
        ("0203-555-0148", "0203-555-0148"),
        ("NULL", ""),
        ("2.03555E+09", ""),
        ("2035550100.0", "203-555-0100"),
        ("20355501002035550101", ""),
    ],
)
def test_a_telephone_number_is_read_or_left_out(written: str, read: str) -> None:
    assert phone(written) == read


def test_undo_of_an_import_that_changed_nothing_names_the_one_before(
    ccu: Ccu, tmp_path: Path
) -> None:
    path = str(folder(tmp_path, sample.tables(sample.services())))
    for _ in range(2):
        assert ccu("provider", "import", path).code == 0
    asked = ccu("undo")
    assert "Import 2, imported just now by you. It changed nothing." in asked.err
    assert "To take back import 1, before it, run ccu undo again." in asked.err
    assert ccu("undo", "--yes").code == 0
    done = ccu("undo", "--yes")
    assert (done.code, "It changed nothing" in done.err) == (0, False), done.err
    assert "that it had added retired" in done.out
    assert ccu("provider", "list", "-f", "csv").out.count("\n") == 1  # the header
