"""From a new system's export to a report, through the front door and without editing by hand."""

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import typed
from tests.conftest import Ccu
from tests.dispatch_rows import Desk

START = datetime(2026, 1, 2, 13, 7)
STREETS = ("QUARRY HILL RD", "ELM ST", "N MAIN ST", "OLD POST RD")
# text of the nature, whether it is a care call
SORTS = (
    ("WELFARE CHECK", True),
    ("TRAFFIC STOP", False),
    ("EDP", True),
    ("NOISE COMPLAINT", False),
)


class Call(NamedTuple):
    """An invented call: minutes from its begin to dispatch, arrival and clearing."""

    number: int
    began: datetime
    address: str
    apartment: str
    nature: str
    care: bool
    after: tuple[int, int, int] = (2, 9, 40)

    def times(self, form: str, shift: timedelta = timedelta()) -> list[str]:
        """When it began, and its three other times, as a system writes them."""
        moments = [self.began + timedelta(minutes=each) + shift for each in (0, *self.after)]
        return [_unpadded(each.strftime(form)) for each in moments]


def _unpadded(text: str) -> str:
    return text.replace("~0", "").replace("~", "")


def calls() -> Iterator[Call]:
    """24 calls in January 2026, at all hours of the day."""
    for n in range(24):
        nature, care = SORTS[n % 4]
        began = START + timedelta(days=n, hours=5 * n, minutes=n)
        if began.month == 1:
            yield Call(
                n, began, f"{11 + n % 6} {STREETS[n % 4]}", "3B" if n % 5 == 0 else "", nature, care
            )


def mark43() -> str:
    """Moments in UTC, a complete address, the apartment in a column of its own."""
    header = (
        "CAD Event Number,Event Type,Event Priority,Event Received Date UTC,"
        "First Unit Dispatch Date UTC,First Unit Arrival Date UTC,Event Closed Date UTC,"
        "Street Address,Apt,City,State,Zip,Beat,Clearing Disposition,Call Source,Primary Unit"
    ).split(",")
    rows = [
        (f"2026-{each.number:07}", each.nature, "P2",
         *each.times("%Y-%m-%dT%H:%M:%SZ", timedelta(hours=5)),
         each.address, each.apartment, "WESTPORT", "CT", "06880", "2", "Report Taken", "E911",
         "2A14")
        for each in calls()
    ]  # fmt: skip
    return written(header, rows)


def centralsquare() -> str:
    """Two lines before the header, the house number and street apart, clocks with AM and PM."""
    header = (
        "inci_id,Date Received,Time Rec,Disp Time,Enrt,Arr,Clr,streetnbr,street,street type,apt,"
        "city,nature,statbeat,closecode,pri,primeunit,geox,geoy,callsource"
    ).split(",")
    rows = []
    for each in calls():
        number, *street, sort = each.address.split()
        clocks = each.times("~%I:%M:%S %p")
        rows.append(
            (f"26-{each.number:05}", _unpadded(each.began.strftime("~%m/~%d/%Y 12:00:00 AM")),
             clocks[0], clocks[1], clocks[1], clocks[2], clocks[3], number, " ".join(street), sort,
             each.apartment, "WESTPORT", each.nature, "B4", "CLR", "3", "4B2", "812345.1",
             "654321.9",
             "PHONE")
        )  # fmt: skip
    return "Westport Police Department\nPrinted 01/31/2026 06:00\n" + written(header, rows, ";")


def hexagon() -> str:
    """Time stamps run together with a zone, parts of the address in five columns."""
    header = (
        "num_1,ag_id,tycod,typ_eng,priority,ad_ts,ds_ts,ar_ts,xdts,estnum,edirpre,efeanme,efeatyp,"
        "edirsuf,eapt,emun,xstreet1,xstreet2,zone,dgroup,dispo,prim_unit"
    ).split(",")
    rows = []
    for each in calls():
        number, *street, sort = each.address.split()
        before = street.pop(0) if street[0] == "N" else ""
        rows.append(
            (f"P26{each.number:06}", "WPD", each.nature[:4], each.nature, "2",
             *each.times("%Y%m%d%H%M%SES"), number, before, " ".join(street), sort, "",
             each.apartment, "WESTPORT", "RIVER ST", "OAK ST", "Z1", "PD", "RPT", "P12")
        )  # fmt: skip
    return written(header, rows)


def written(header: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows([header, *rows])
    return out.getvalue()


@pytest.mark.parametrize("made", [mark43, centralsquare, hexagon])
def test_a_new_export_becomes_a_report(ccu: Ccu, tmp_path: Path, made: Any) -> None:
    desk, expected = Desk(ccu, tmp_path), list(calls())
    desk.layout.unlink()
    content = made()
    desk.file.write_text(content, encoding="utf-8", newline="")
    done = ccu("import", str(desk.file), "--suggest", "--output", str(desk.layout))
    assert done.code == 0, done.err
    shown = desk.bring(None, "--dry-run")
    assert (shown.code, shown.err.count("line ")) == (0, 5)
    assert desk.counts(None) == (len(expected), len(expected), 0, 0, 0)
    assert desk.counts(None) == (len(expected), 0, 0, len(expected), 0)

    found = desk.ask(
        "SELECT occurred_at, dispatched_at, arrived_at, cleared_at, number || ' ' || street, unit,"
        " city, care, text FROM call JOIN place ON place.id = place_id"
        " JOIN cad_text ON cad_text.id = cad_nature_id ORDER BY occurred_at"
    )
    told = [
        (*(each.began + timedelta(minutes=after) for after in (0, *each.after)),
         each.address, "# 3B" if each.apartment else "", "WESTPORT", int(each.care), each.nature)
        for each in expected
    ]  # fmt: skip
    assert [
        (*(datetime.fromisoformat(at).replace(tzinfo=None) for at in times), *rest)
        for *times, address, unit, city, care, text in found
        for rest in [(address, unit or "", city, care, text)]
    ] == sorted(told)
    assert {at[19:] for at, *_ in found} == {"-05:00"}

    report = ccu("report", "--month", "2026-01", "--format", "json")
    assert report.code == 0, report.err
    figures = {
        each["figure"]: each["value"]
        for section in json.loads(report.out)["sections"]
        for each in section["rows"]
        if each.get("group") == ""
    }
    care = sum(each.care for each in expected)
    assert (figures["calls"], figures["care_calls"]) == (len(expected), care)


# Header and a row of other systems; `{n}` differs in each row. Then what columns must be chosen.
HEADERS = {
    "queued, with a number that looks like a date": (
        "Event Clearance Description,Call Type,CAD Event Number,CAD Event Original Time Queued,"
        "CAD Event Arrived Time,Dispatch Beat,Initial Call Type,Final Call Type,Dispatch Address",
        "ASSISTANCE,911,20260{n}000012,01/1{n}/2026 10:37:00 PM,01/1{n}/2026 10:47:00 PM,K{n},"
        "SUSPICIOUS PERSON,CRISIS,{n}XX BLOCK OF PINE ST",
        "incident=CAD Event Number|occurred=CAD Event Original Time Queued|nature=Initial Call Type"
        "|nature_cleared=Final Call Type|address=Dispatch Address|beat=Dispatch Beat"
        "|disposition=Event Clearance Description|arrived=CAD Event Arrived Time",
    ),
    "codes beside their texts": (
        "Police_Item,Type,TypeText,Priority,InitialType,InitialTypeText,MapX,MapY,TimeCreate,"
        "TimeDispatch,TimeArrive,TimeClosed,Disposition,DispositionText,Beat,BLOCK_ADDRESS,Zip",
        "A0{n}123426,103M,MENTAL PATIENT,1A,103M,MENTAL PATIENT,3676{n},53{n},"
        "01/1{n}/2026 10:37 PM,01/1{n}/2026 10:38 PM,01/1{n}/2026 10:47 PM,01/1{n}/2026 11:47 PM,"
        "NAT,Action Taken,1A{n},0{n}XX Canal St,70112",
        "incident=Police_Item|occurred=TimeCreate|dispatched=TimeDispatch|arrived=TimeArrive"
        "|cleared=TimeClosed|nature=InitialTypeText"
        "|disposition=DispositionText|address=BLOCK_ADDRESS|zip=Zip|beat=Beat|priority=Priority",
    ),
    "a log of a small town": (
        "Date,Call No,Time,Call Reason,Action,Location,Unit,Disp,Arvd,Clrd",
        "01/1{n}/2026,26-{n}12,2237,WELFARE CHECK,Services Rendered,{n} MAIN ST,K{n},2238,2245,"
        "0005",
        "incident=Call No|occurred=Date+Time|dispatched=Date+Disp|arrived=Date+Arvd"
        "|cleared=Date+Clrd|nature=Call Reason|address=Location|disposition=Action|responder=Unit",
    ),
    "dispatch alone": (
        "Incident_Number,Area_Occ,Rpt_Dist,Dispatch_Date,Dispatch_Time,Call_Type_Code,Call_Type_Text",
        "PD2601000{n},Central,01{n}5,2026-01-1{n}T00:00:00.000,22:37:00,918,MENTAL ILL",
        "incident=Incident_Number|occurred=Dispatch_Date+Dispatch_Time|nature=Call_Type_Text|beat=Rpt_Dist",
    ),
    "a day beside a moment": (
        "OBJECTID,CAD_EVNT_ID,CREATE_DATE,INCIDENT_TIME,BORO_NM,TYP_DESC,ADD_TS,DISP_TS,ARRIVD_TS,"
        "CLOSNG_TS,Latitude",
        "{n},1234567{n},01/1{n}/2026,22:37:00,BROOKLYN,AMBULANCE CASE: EDP/INSIDE,"
        "01/1{n}/2026 10:37:05 PM,01/1{n}/2026 10:38:05 PM,01/1{n}/2026 10:48:05 PM,"
        "01/1{n}/2026 11:48:05 PM,40.6",
        "incident=CAD_EVNT_ID|occurred=ADD_TS|dispatched=DISP_TS|arrived=ARRIVD_TS"
        "|cleared=CLOSNG_TS|nature=TYP_DESC|city=BORO_NM",
    ),
    "short names": (
        "incno,date,recvd,disp,enrt,onscene,clr,block,street name,type,apt,call type,closecode,"
        "pri,unit",
        "26{n}123,1/1{n}/26,2237,2238,2239,2245,2359,{n},ELM,ST,,EDP,7,2,B45{n}",
        "incident=incno|occurred=date+recvd|dispatched=date+disp|arrived=date+onscene"
        "|cleared=date+clr|address=block+street name+type|unit=apt|nature=call type"
        "|disposition=closecode|priority=pri|responder=unit",
    ),
    "clocks alone, on the day of the call": (
        "Call ID,Incident #,Nature,Address,City,Zone,Reported,Disp Time,Enrt,Arr,Cmplt,Disp,"
        "Pri,Unit",
        "26L0{n},26-{n}00,Welfare Check,{n}7 ELM ST,WESTPORT,Z2,01/1{n}/26 22:37:00,22:38,22:39,"
        "22:45,00:10,CLO,3,2A{n}",
        "incident=Incident #|occurred=Reported|dispatched=Disp Time|arrived=Arr|cleared=Cmplt"
        "|address=Address|city=City|nature=Nature|disposition=Disp|priority=Pri|beat=Zone"
        "|responder=Unit",
    ),
    "no header, a day and a clock": (
        "26{n}0123,01/1{n}/2026,22:37:00,WELFARE CHECK,{n} VIRGINIA ST,RNO,A{n}2",
        "26{n}0123,01/1{n}/2026,22:37:00,WELFARE CHECK,{n} VIRGINIA ST,RNO,A{n}2",
        "incident=#1|occurred=#2+#3|nature=#4|address=#5",
    ),
}


CODES_LEFT = re.compile(r"(^|; )under \[\w+\], \d+ texts? needs? a code: ")


@pytest.mark.parametrize("name", HEADERS)
def test_the_columns_of_other_systems(ccu: Ccu, tmp_path: Path, name: str) -> None:
    header, line, expected = HEADERS[name]
    file = tmp_path / "calls.csv"
    lines = [header.replace("{n}", "1"), *(line.replace("{n}", str(n)) for n in range(2, 9))]
    file.write_text("\n".join(lines) + "\n")
    done = ccu("import", str(file), "--suggest")
    assert done.code == 0
    assert all(map(CODES_LEFT.match, done.err.splitlines()))
    chosen = {
        field: [columns] if isinstance(columns, str) else columns
        for field, columns in tomllib.loads(done.out)["columns"].items()
    }
    pairs = (each.split("=") for each in expected.split("|"))
    assert chosen == {field: columns.split("+") for field, columns in pairs}


# ---------------------------------------------------------------- at a terminal


def test_what_is_unsure_is_asked_at_a_terminal(ccu: Ccu, db_path: Path, tmp_path: Path) -> None:
    file, layout = tmp_path / "calls.csv", tmp_path / "ours.toml"
    rows = [(str(n), f"0{n}/02/2025 22:37", f"{n} Elm St", "EDP", "NORM") for n in (1, 3, 4)]
    file.write_text(written(("Incident", "Call Time", "Location", "Type", "Type"), rows))
    line = ("import", str(file), "--suggest", "--output", str(layout))
    terminal = typed.start(db_path, *line)
    terminal.expect_exact("Which column is the nature?")
    terminal.expect_exact("1  #4: EDP, EDP, EDP")
    terminal.expect_exact("2  #5: NORM, NORM, NORM")
    terminal.expect_exact("Number (Enter to leave it open): ")
    terminal.sendline("3")
    terminal.expect_exact("Type a number from 1 to 2, or press Enter")
    terminal.sendline("1")
    terminal.expect_exact("How are the dates to be read?")
    terminal.expect_exact('1  ["%m/%d/%Y %H:%M"]: Thu Jan 2, 2025 22:37')
    terminal.expect_exact('2  ["%d/%m/%Y %H:%M"]: Sat Feb 1, 2025 22:37')
    terminal.expect_exact("Number (Enter to leave it open): ")
    terminal.sendline("2")
    terminal.read()
    terminal.close()
    assert terminal.exitstatus == 0
    text = layout.read_text()
    assert 'formats = ["%d/%m/%Y %H:%M"]' in text
    assert 'nature = "#4"  # "Type"' in text
    done = ccu("import", str(file), "--layout", str(layout), "--format", "json")
    assert json.loads(done.out)[0]["new"] == 3
