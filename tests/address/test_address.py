"""The address reader: what people write, what it becomes, and what never changes a key.

All addresses are invented. The keys below are stored in towns' files for ever: a change
here changes what `ccu history` finds.
"""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccu.address import KINDS, Address, Names, normal, read
from ccu.address.match import compare, edit_distance, loose_key
from ccu.address.match import nearness as nearness_of_match
from ccu.address.reader import _plain_address, _read_long, read_plain

# ---- readings ----

KNOWN = Names(
    "Westport",
    {"MKE": "Milwaukee", "WA": "West Allis", "WPT": "Westport", "Norwalk": "Norwalk",
     "New Canaan": "New Canaan", "West Nyack": "West Nyack"},
)  # fmt: skip

READINGS = [
    # text, type, number, street, unit, cross, place
    ("12 Compo Rd S", "address", "12", "COMPO RD S", "", "", ""),
    ("12 Main St (in rear)", "address", "12", "MAIN ST", "REAR", "", ""),
    ("12 Main St left unit", "address", "12", "MAIN ST", "LEFT", "", ""),
    ("12 MAIN ST APT UPPER", "address", "12", "MAIN ST", "UPPR", "", ""),
    ("12 MAIN ST APT 2ND FLOOR REAR", "address", "12", "MAIN ST", "FL 2 REAR", "", ""),
    ("12 N ELM LN FL 2", "address", "12", "N ELM LN", "FL 2", "", ""),
    ("12 COMPO ROAD SOUTH", "address", "12", "COMPO RD S", "", "", ""),
    ("3107-B N 28TH ST", "address", "3107B", "N 28TH ST", "", "", ""),
    ("37 B Myrtle Ave", "address", "37B", "MYRTLE AVE", "", "", ""),
    ("27 B ST", "address", "27", "B ST", "", "", ""),
    ("27 E Main St", "address", "27", "E MAIN ST", "", "", ""),
    ("55-1/2 Spring Street", "address", "55 1/2", "SPRING ST", "", "", ""),
    ("55 1 / 2 Spring St", "address", "55 1/2", "SPRING ST", "", "", ""),
    ("301 - 399 COMPO", "address", "301-399", "COMPO", "", "", ""),
    ("W123 S4567 CASCADE DR", "address", "W123S4567", "CASCADE DR", "", "", ""),
    ("ONE ELM ST", "address", "1", "ELM ST", "", "", ""),
    ("ONE HUNDRED TWELVE ELM ST", "address", "112", "ELM ST", "", "", ""),
    ("ONE HUNDRED TWELFTH ST", "street", "", "112TH ST", "", "", ""),
    ("3 RD AVE", "street", "", "3RD AVE", "", "", ""),
    ("5 THREE MILE RD", "address", "5", "THREE MILE RD", "", "", ""),
    ("3902 N 60", "address", "3902", "N 60TH", "", "", ""),
    ("100 S ST. MARY'S ST.", "address", "100", "S ST MARYS ST", "", "", ""),
    ("211 Mount Vernon Road", "address", "211", "MT VERNON RD", "", "", ""),
    ("88 Martin L King, Jr. Drive", "address", "88", "MARTIN LUTHER KING JR DR", "", "", ""),
    ("1200 E NORTH AVE", "address", "1200", "E NORTH AVE", "", "", ""),
    ("8 West Elm Drive", "address", "8", "W ELM DR", "", "", ""),
    ("8 NORTHWEST HWY", "address", "8", "NORTHWEST HWY", "", "", ""),
    ("900 W CENTER", "address", "900", "W CENTER", "", "", ""),
    ("17 Baker-Miller Rd", "address", "17", "BAKER MILLER RD", "", "", ""),
    ("720 W GLEN AVENUE PK", "address", "720", "W GLEN AVENUE PKWY", "", "", ""),
    ("900 IH 35 N", "address", "900", "INTERSTATE 35 N", "", "", ""),
    ("360 US-1", "address", "360", "US HIGHWAY 1", "", "", ""),
    ("360 Rte 7", "address", "360", "ROUTE 7", "", "", ""),
    ("12 Kings Hwy N", "address", "12", "KINGS HWY N", "", "", ""),
    ("1142 WALNUT; POLICE STATION;", "address", "1142", "WALNUT", "", "", "POLICE STATION"),
    ("WALMART, 100 N MAIN ST", "address", "100", "N MAIN ST", "", "", "WALMART"),
    ("100 N MAIN ST - WALMART", "address", "100", "N MAIN ST", "", "", "WALMART"),
    ("100 MAIN ST STOP & SHOP", "address", "100", "MAIN ST", "", "", "STOP & SHOP"),
    ("X FROM 12 MAIN ST", "address", "12", "MAIN ST", "", "", ""),
    ("12 MAIN ST / ELM ST", "address", "12", "MAIN ST", "", "ELM ST", ""),
    ("3500-BLK W PROSPECT AV", "block", "3500", "W PROSPECT AVE", "", "", ""),
    ("1XX BLOCK OF MAIN ST", "block", "100", "MAIN ST", "", "", ""),
    ("19XX GLENVIEW LN", "block", "1900", "GLENVIEW LN", "", "", ""),
    ("900 - 999 BLOCK OF ELM ST", "block", "900", "ELM ST", "", "", ""),
    ("MAIN ST 400 BLK", "block", "400", "MAIN ST", "", "", ""),
    ("**Z9AB**800 BLK N JESUP", "block", "800", "N JESUP", "", "", ""),
    ("YMCA, ELM ST N", "street", "", "ELM ST N", "", "", "YMCA"),
    ("HARBOR RAMP DR", "highway", "", "HARBOR DR RAMP", "", "", ""),
    ("I 95 BETWEEN EXITS 7 AND 8", "highway", "", "INTERSTATE 95 EXIT 7-8", "", "", ""),
    # numbers
    ("2300 S.2ND", "address", "2300", "S 2ND", "", "", ""),
    ("2300 SW2ND AVE", "address", "2300", "SW 2ND AVE", "", "", ""),
    ("12 N.MAIN ST", "address", "12", "N MAIN ST", "", "", ""),
    ("12 ST.JOHNS PL", "address", "12", "ST JOHNS PL", "", "", ""),
    ("12.5 MAIN ST", "address", "12 1/2", "MAIN ST", "", "", ""),
    ("12 MAIN ST APT 1.2", "address", "12", "MAIN ST", "# 1-2", "", ""),
    ("00165 MAIN ST", "address", "165", "MAIN ST", "", "", ""),
    ("00165-00199 MAIN ST", "address", "165-199", "MAIN ST", "", "", ""),
    ("12 & 14 MAIN ST", "address", "12-14", "MAIN ST", "", "", ""),
    ("12, 14 MAIN ST", "address", "12-14", "MAIN ST", "", "", ""),
    ("10 20 MAIN ST", "address", "10-20", "MAIN ST", "", "", ""),
    ("12N345 ELM ST", "address", "12N345", "ELM ST", "", "", ""),
    ("12 U S 1", "address", "12", "US HIGHWAY 1", "", "", ""),
    ("12 ST RD 7", "address", "12", "STATE ROAD 7", "", "", ""),
    ("12 WIND AND FIRE DR", "address", "12", "WIND AND FIRE DR", "", "", ""),
    ("12 C AND N MILL RD", "address", "12", "C AND N MILL RD", "", "", ""),
    ("HIGHWAY AV & MAIN ST", "intersection", "", "HIGHWAY AVE", "", "MAIN ST", ""),
    ("SEVEN CORNERS PL", "street", "", "SEVEN CORNERS PL", "", "", ""),
    ("THREE CHIMNEY RD / FOREST AVE", "intersection", "", "FOREST AVE", "", "THREE CHIMNEY RD", ""),
    ("108 AVE NE / NE 8 ST", "intersection", "", "108TH AVE NE", "", "NE 8TH ST", ""),
    # blocks
    ("XX BLOCK OF MAIN ST", "block", "0", "MAIN ST", "", "", ""),
    ("X W ELM ST", "block", "0", "W ELM ST", "", "", ""),
    ("0 BLOCK MAIN ST", "block", "0", "MAIN ST", "", "", ""),
    ("UNIT BLOCK N MAIN ST", "block", "0", "N MAIN ST", "", "", ""),
    ("1XXX MAIN ST", "block", "1000", "MAIN ST", "", "", ""),
    ("2## MAIN ST", "block", "200", "MAIN ST", "", "", ""),
    ("13XX TO 14XX BLOCK MAIN ST", "block", "1300", "MAIN ST", "", "", ""),
    ("1300 B/O MAIN ST", "block", "1300", "MAIN ST", "", "", ""),
    ("1300TH BLOCK OF MAIN ST", "block", "1300", "MAIN ST", "", "", ""),
    ("1300 MAIN ST BLOCK", "block", "1300", "MAIN ST", "", "", ""),
    ("2600-NLK N 1ST ST", "block", "2600", "N 1ST ST", "", "", ""),
    # places and units where a second street could be
    ("12 MAIN ST / HENNY PENNY", "address", "12", "MAIN ST", "", "", "HENNY PENNY"),
    ("12 MAIN ST / UNIT A", "address", "12", "MAIN ST", "# A", "", ""),
    ("12 MAIN ST/3B", "address", "12", "MAIN ST", "# 3B", "", ""),
    ("12 MAIN ST / FRONT", "address", "12", "MAIN ST", "", "FRONT", ""),
    ("MAIN ST // CISCO GAS STATION", "street", "", "MAIN ST", "", "", "CISCO GAS STATION"),
    ("COVE FIREHOUSE @ 75 HWY 16", "address", "75", "HIGHWAY 16", "", "", "COVE FIREHOUSE"),
    ("GOODWILL 75 MAIN ST APT 3", "address", "75", "MAIN ST", "# 3", "", "GOODWILL"),
    ("PARKING LOT 12 MAIN ST", "address", "12", "MAIN ST", "", "", "PARKING LOT"),
    ("100 MAIN ST / 200 ELM ST", "address", "100", "MAIN ST", "", "ELM ST", ""),
    ("ELM VLG & DEAD END", "street", "", "ELM VLG", "", "", "DEAD END"),
    ("I/F/O 12 MAIN ST", "address", "12", "MAIN ST", "", "", ""),
    ("A/F 12 MAIN ST", "address", "12", "MAIN ST", "", "", ""),
    ("EAST SIDE OF MAIN ST", "street", "", "MAIN ST", "", "", ""),
    ("NE CORNER MAIN ST & ELM ST", "intersection", "", "ELM ST", "", "MAIN ST", ""),
    ("JCT OF RT 7 AND RT 33", "intersection", "", "ROUTE 33", "", "ROUTE 7", ""),
    ("RTS 1 & 9", "intersection", "", "ROUTE 1", "", "ROUTE 9", ""),
    ("MAIN ST 500 FT N OF ELM ST", "street", "", "MAIN ST", "", "", ""),
    # routes
    ("12 NC 150 W", "address", "12", "NC HIGHWAY 150 W", "", "", ""),
    ("12 US 70 HWY", "address", "12", "US HIGHWAY 70", "", "", ""),
    ("12 US 70 BUS", "address", "12", "US HIGHWAY 70 BUS", "", "", ""),
    ("12 W BUSINESS 83", "address", "12", "W BUS 83", "", "", ""),
    ("12 FARM TO MARKET RD 1488", "address", "12", "FM 1488", "", "", ""),
    ("12 RANCH RD 620 S", "address", "12", "RANCH ROAD 620 S", "", "", ""),
    ("12 CTY HWY A", "address", "12", "COUNTY HIGHWAY A", "", "", ""),
    ("12 INDIANA HIGHWAY 212", "address", "12", "INDIANA HIGHWAY 212", "", "", ""),
    ("12 STATE HWY NO 33", "address", "12", "STATE HIGHWAY 33", "", "", ""),
    ("CR 7 & CR C", "intersection", "", "COUNTY ROAD 7", "", "COUNTY ROAD C", ""),
    ("12 S I-35 FRONTAGE RD", "address", "12", "S INTERSTATE 35 FRONTAGE RD", "", "", ""),
    ("12 LINDA VISTA FRONTAGE RD", "address", "12", "LINDA VISTA FRONTAGE RD", "", "", ""),
    ("ELM ISLAND CONNECTOR", "street", "", "ELM ISLAND CONNECTOR", "", "", ""),
    ("12 AVENUE ST ALBERT", "address", "12", "AVENUE ST ALBERT", "", "", ""),
    ("900 14TH (SB) ST", "address", "900", "14TH ST SB", "", "", ""),
    ("POST RD E / MAIN ST", "intersection", "", "MAIN ST", "", "POST RD E", ""),
    ("46TH AND COMPO", "intersection", "", "46TH", "", "COMPO", ""),
    ("HWY 71 X 5TH", "intersection", "", "5TH", "", "HIGHWAY 71", ""),
    ("RT59 12TH", "intersection", "", "12TH", "", "ROUTE 59", ""),
    ("I-41 SOUTHBOUND AT HOPE RD", "intersection", "", "HOPE RD", "", "INTERSTATE 41 SB", ""),
    ("MAIN & ELM STS", "intersection", "", "ELM ST", "", "MAIN ST", ""),
    ("RT33 & TURNPIKE OVERPASS", "intersection", "", "ROUTE 33", "", "TURNPIKE OVERPASS", ""),
    ("At And T Center Pkwy", "street", "", "AT AND T CENTER PKWY", "", "", ""),
    ("MALCOLM X BLVD", "street", "", "MALCOLM X BLVD", "", "", ""),
    ("JESUP CT & DEAD END", "street", "", "JESUP CT", "", "", "DEAD END"),
    ("0 MAIN ST", "street", "", "MAIN ST", "", "", ""),
    ("3 AV W", "street", "", "3RD AVE W", "", "", ""),
    ("AVENUE E", "street", "", "AVENUE E", "", "", ""),
    ("RT33", "street", "", "ROUTE 33", "", "", ""),
    ("COUNTY RD 12", "street", "", "COUNTY ROAD 12", "", "", ""),
    ("MAIN ST BETWEEN ELM ST AND OAK ST", "street", "", "MAIN ST", "", "", ""),
    ("COMPO RD/ELM ST-9TH ST", "street", "", "COMPO RD", "", "", ""),
    ("MERRITT PKWY NB", "highway", "", "MERRITT PKWY NB", "", "", ""),
    ("I95 NORTHBOUND EXIT 17", "highway", "", "INTERSTATE 95 NB EXIT 17", "", "", ""),
    ("I-95 S/B AT MM21", "highway", "", "INTERSTATE 95 SB MM 21", "", "", ""),
    ("MILE MARKER 21 I-95", "highway", "", "INTERSTATE 95 MM 21", "", "", ""),
    ("RTE 15 N / EXIT 41", "highway", "", "ROUTE 15 N EXIT 41", "", "", ""),
    ("NB 85", "highway", "", "85 NB", "", "", ""),
    ("EB US HWY 90 OFRP ELM", "highway", "", "US HIGHWAY 90 EB OFF RAMP ELM", "", "", ""),
    ("395S SB OFF RP/ELM BL", "highway", "", "395S SB OFF RAMP", "", "ELM BLVD", ""),
    ("95 N EXIT 17", "highway", "", "95 N EXIT 17", "", "", ""),
    ("35 N / ELM LN", "intersection", "", "35 N", "", "ELM LN", ""),
    ("I95 S/B X15", "highway", "", "INTERSTATE 95 SB EXIT 15", "", "", ""),
    ("I95 SB X 15", "highway", "", "INTERSTATE 95 SB EXIT 15", "", "", ""),
    ("I-95 (NB) EXIT 4", "highway", "", "INTERSTATE 95 NB EXIT 4", "", "", ""),
    ("I-95 NB MM 45.2", "highway", "", "INTERSTATE 95 NB MM 45.2", "", "", ""),
    ("I-94, 59mm, Westbound", "highway", "", "INTERSTATE 94 MM 59 WB", "", "", ""),
    ("MM 68 - SR 1", "highway", "", "STATE ROAD 1 MM 68", "", "", ""),
    ("I 95 @ SR 14 (ON RAMP)", "highway", "", "INTERSTATE 95", "", "STATE ROAD 14 ON RAMP", ""),
    ("ELM - OFF RAMP DR / MAIN", "highway", "", "ELM DR OFF RAMP", "", "MAIN", ""),
    ("I5 N / MAIN ST OFR", "highway", "", "INTERSTATE 5 N", "", "MAIN ST OFF RAMP", ""),
    ("RT 15 SB PRIOR TO EXIT 42", "highway", "", "ROUTE 15 SB EXIT 42", "", "", ""),
    ("SB 805 JNO 54", "highway", "", "805 SB", "", "", ""),
    ("LONG LOTS SCHOOL", "place", "", "", "", "", "LONG LOTS SCHOOL"),
    ("@CVS PHARMACY", "place", "", "", "", "", "CVS PHARMACY"),
    ("STOP & SHOP", "place", "", "", "", "", "STOP & SHOP"),
    ("D5", "place", "", "", "", "", "D5"),
    ("", "none", "", "", "", "", ""),
    ("UNKNOWN", "none", "", "", "", "", ""),
    ("ADDRESS WITHHELD", "none", "", "", "", "", ""),
    ("600", "none", "", "", "", "", ""),
    ("100-BLK", "none", "", "", "", "", ""),
    ("NO LOCATION GIVEN", "none", "", "", "", "", ""),
    ("UNK ADDR", "none", "", "", "", "", ""),
    ("NO LOCATION - NEIGHBORING COUNTY", "none", "", "", "", "", ""),
    ("OUT OF TOWN", "none", "", "", "", "", ""),
    ("OLD CTR", "none", "", "", "", "", ""),
    ("41.1415,-73.3579", "none", "", "", "", "", ""),
    ("41°08'11.50\"N / 073°21'30.25\"W", "none", "", "", "", "", ""),
]


@pytest.mark.parametrize(("text", "kind", "number", "street", "unit", "cross", "place"), READINGS)
def test_reading(
    text: str, kind: str, number: str, street: str, unit: str, cross: str, place: str
) -> None:
    got = read(text)
    assert (got.kind, got.number, got.street, got.unit, got.cross, got.place) == (
        kind, number, street, unit, cross, place,
    )  # fmt: skip
    assert got.raw == text


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("12 MAIN ST APT 3", "# 3"),
        ("12 main st #3", "# 3"),
        ("12 MAIN ST,3", "# 3"),
        ("12 MAIN ST UNIT 3-B", "# 3B"),
        ("12 MAIN ST APT # 3 B", "# 3B"),
        ("12 MAIN ST 3B", "# 3B"),
        ("APT 3, 12 MAIN ST", "# 3"),
        ("12 MAIN ST STE 11-204", "# 11-204"),
        ("12 MAIN ST 2ND FLOOR", "FL 2"),
        ("12 MAIN ST FL 2 APT B", "FL 2 # B"),
        ("12 MAIN ST SECOND FLOOR REAR", "FL 2 REAR"),
        ("12 MAIN ST BSMT", "BSMT"),
        ("12 MAIN ST BLDG 3 APT 12", "BLDG 3 # 12"),
        ("12 MAIN ST LOT 4", "LOT 4"),
        ("12 MAIN ST PH", "PH"),
        ("12 MAIN ST 2FL", "FL 2"),
        ("12 MAIN ST 2 FL", "FL 2"),
        ("12 MAIN ST GROUND FLOOR", "FL GROUND"),
        ("12 MAIN ST LOWER LEVEL", "LOWR"),
        ("12 MAIN ST UPSTAIRS", "UPPR"),
        ("12 MAIN ST APT 3B-2", "# 3B-2"),
        ("12 MAIN ST-3B", "# 3B"),
        ("12 MAIN ST #BLDG 3", "BLDG 3"),
        ("12 MAIN ST, APT FL 2", "FL 2"),
        ("12 MAIN ST CONDO 4", "# 4"),
        ("12 REAR MAIN ST", "REAR"),
        ("12 APT 3 MAIN ST", "# 3"),
        ("12#3 MAIN ST", "# 3"),
        ("REAR 12 MAIN ST", "REAR"),
        ("2ND FLOOR 12 MAIN ST", "FL 2"),
        ("12 MAIN ST 8 SMALLVILLE", "# 8"),
        ("12 MAIN ST W", ""),
        ("12 MAIN ST APT", ""),
        ("12 FRONT ST", ""),
        ("12 LOWER ELM ST", ""),
    ],
)
def test_unit(text: str, unit: str) -> None:
    assert read(text).unit == unit


@pytest.mark.parametrize(
    ("text", "town", "city", "state", "zip_code"),
    [
        ("12 Main Street, Apartment 3, Westport CT 06880", "", "WESTPORT", "CT", "06880"),
        ("12 MAIN ST WESTPORT CT 06880-1234", "", "WESTPORT", "CT", "06880"),
        ("12 Main St, Westport CT 06880 USA", "", "WESTPORT", "CT", "06880"),
        ("12 MAIN ST, NORWALK, CONN", "", "NORWALK", "CT", ""),
        ("12 MAIN ST, NORWALK, CT 6851", "", "NORWALK", "CT", "06851"),
        ("35 Myrtle Ave New Canaan", "", "NEW CANAAN", "", ""),
        ("35 Myrtle Ave Smallville", "Smallville", "SMALLVILLE", "", ""),
        ("35 Myrtle Smallville", "Smallville", "SMALLVILLE", "", ""),
        ("15 WESTPORT CT", "", "", "", ""),
        ("15 ELM ST,MKE", KNOWN, "MILWAUKEE", "", ""),
        ("15 ELM ST,WA", KNOWN, "WEST ALLIS", "", ""),
        ("15 ELM ST, SEATTLE, WA", KNOWN, "SEATTLE", "WA", ""),
        ("15 ELM ST APT 2 BOCA RATON FL 33498", "", "BOCA RATON", "FL", "33498"),
        (" Springfield TX", "", "SPRINGFIELD", "TX", ""),
        ("MAIN ST/ELM ST: WESTPORT", KNOWN, "WESTPORT", "", ""),
        ("15 ELM ST, NE", "", "", "", ""),
        ("15 ELM ST, WA", "", "", "WA", ""),
        ("15 ELM ST,MKE", "", "MKE", "", ""),
        ("15 ELM ST APT 3 CT", "", "", "CT", ""),  # a state and no town, as after a comma
        ("15 ELM ST APT 3, CT", "", "", "CT", ""),
        ("15 ELM DR WEST NYACK", KNOWN, "WEST NYACK", "", ""),
        ("9 Monroe St Norwalk CT", "", "NORWALK", "CT", ""),
        ("15 ELM ST 8 SMALLVILLE", "", "SMALLVILLE", "", ""),
        ("WESTPORT: 12 MAIN ST", KNOWN, "WESTPORT", "", ""),
        ("UNKNOWN LOCATION, WESTPORT", KNOWN, "WESTPORT", "", ""),
        ("NORWALK PD, NORWALK", KNOWN, "NORWALK", "", ""),
        ("PO BOX 12, WESTPORT CT", KNOWN, "WESTPORT", "CT", ""),
        ("SMALLVILLE, NE 68769", "", "SMALLVILLE", "NE", "68769"),
        ("15 ELM DR WEST SMALLVILLE FL 33405", "", "WEST SMALLVILLE", "FL", "33405"),
        ("15 ELM AVE ST SMALLVILLE FL", "", "ST SMALLVILLE", "FL", ""),
    ],
)
def test_town(text: str, town: str | Names, city: str, state: str, zip_code: str) -> None:
    got = read(text, town=town)
    assert (got.city, got.state, got.zip) == (city, state, zip_code)


def test_columns_of_an_export_win_over_the_text() -> None:
    got = read("12 MAIN ST APT 3, NORWALK", unit="apt 4-b", city="wpt", state="Conn", zip="6880",
               town=KNOWN)  # fmt: skip
    assert (got.unit, got.city, got.state, got.zip) == ("# 4B", "WESTPORT", "CT", "06880")
    assert read("12 MAIN ST", unit="COMPLEX").unit == ""
    assert read("12 MAIN ST", unit="--").unit == ""
    assert read("12 MAIN ST BLDG 3", unit="12").unit == "BLDG 3 # 12"


# ---- keys: golden, never to change ----

KEYS = [
    ("12 Main St", "address 12 MAIN ST"),
    ("12 Main Street, Apartment 3, Westport CT", "address 12 MAIN ST; # 3"),
    ("12 MAIN ST APT 3 BLDG 2", "address 12 MAIN ST; BLDG 2 # 3"),
    ("100-BLK MAIN ST", "block 100 MAIN ST"),
    ("POST RD E / MAIN ST", "intersection MAIN ST & POST RD E"),
    ("MAIN ST", "street MAIN ST"),
    ("I95 NB EXIT 17", "highway INTERSTATE 95 NB EXIT 17"),
    ("STOP & SHOP", "place STOP AND SHOP"),
    ("360 US-1", "address 360 ROUTE 1"),
    ("260 MLK Jr Dr", "address 260 MARTIN LUTHER KING DR"),
    ("5 AVENUE B", "address 5 AVE B"),
    ("5 OLD THIRD ST", "address 5 OLD 3RD ST"),
    ("5 COUNTY RD 12", "address 5 COUNTY ROAD 12"),
    ("MAIN ST & DEAD END", "street MAIN ST @ DEAD END"),
    ("UNIT BLOCK MAIN ST", "block 0 MAIN ST"),
    ("12 US 70 BUS", "address 12 ROUTE 70 BUS"),
    ("12 NC 150 W", "address 12 ROUTE 150 W"),
    ("UNKNOWN", ""),
]


@pytest.mark.parametrize(("text", "key"), KEYS)
def test_golden_key(text: str, key: str) -> None:
    assert read(text).unit_key == key
    assert read(text).building_key == key.split(";")[0]


SAME = [
    ("117 E Nine Mile Rd", "117 E 9 Mile Rd"),
    ("117 Twenty-Three Mile Rd", "117 23 Mile Rd"),
    ("I-95 NB EXIT 17", "I-95 North at Exit 17"),
    ("I-95 NB EXIT 17", "I-95 Exit 17 NB"),
    ("12 Main St Apt 3", "12 MAIN STREET UNIT 3"),
    ("12 Main St Apt 3", "12 main st. #3"),
    ("360 US-1", "360 Route 1"),
    ("360 US HIGHWAY 1", "360 CT ROUTE 1"),
    ("360 STATE ROUTE 1", "360 State Rte 1"),
    ("260 MLK Jr Blvd", "260 Martin Luther King Blvd"),
    ("25 1st St", "25 First St"),
    ("7 SAINT JAMES ST", "7 St. James St"),
    ("7 SPRING VALLEY", "7 SPRING VLY"),
    ("19 ONEILL LN", "19 O'Neill Ln"),
    ("N ELM AV / W HOPE RD,MKE", "West Hope Rd & North Elm Ave, Milwaukee"),
    ("12 Main St", "12 Main St, Westport, CT 06880"),
    ("5 AVENUE B", "5 AVE B"),
    ("0 BLOCK MAIN ST", "UNIT BLOCK OF MAIN ST"),
    ("12 BUSINESS US 70", "12 US 70 BUS"),
    ("ELM ISLAND CONN & MAIN ST", "MAIN ST / ELM ISLAND CONNECTOR"),
    ("I-95 NB X17", "I95 N/B EXIT 17"),
    # roads with a number as long as a ZIP, and their spellings
    ("616 County Road 45300", "616 CR 45300"),
    ("616 County Road 45300", "616 Co Rd 45300"),
    ("616 County Road 45300", "616 Cty Hwy 45300, Paris, TX 75460"),
    ("12 State Highway 12345", "12 SH 12345"),
    ("12 Farm to Market Road 12345", "12 FM 12345"),
    ("108 FM 1960", "108 FM 1960 RD"),
    ("108 FM 1960", "108 FM Rd 1960"),
    ("281 Ranch Road 12", "281 RR 12"),
    ("12 Old County Rd", "12 Old County Rd 06880"),
    ("12 Forest Rd", "12 Forest Rd 06880"),
    # apostrophes and dashes that were not typed; a name before a house number
    ("101 O'Farrell St", "101 O FARRELL ST"),
    ("5 O'Brien Ct", "5 O BRIEN CT"),
    ("5 O'Keefe Ave", "5 o keefe ave"),
    ("5 D'Angelo Dr", "5 D ANGELO DR"),
    ("5 L'Enfant Plaza", "5 L ENFANT PLZ"),
    ("64-05 Yellowstone Blvd", "64 05 Yellowstone Blvd"),
    ("SUNRISE / 500 ELM ST", "500 Elm St"),
    ("CASPAR/504 ELM ST", "504 Elm St"),
    ("286VALE ST", "286 Vale St"),
    ("DU / 526 BEACON ST", "526 Beacon St"),
]


def nearness(a: Address, b: Address) -> int | None:
    return nearness_of_match(compare(a, b), a, b)


@pytest.mark.parametrize(("a", "b"), SAME)
def test_same_place(a: str, b: str) -> None:
    assert compare(read(a, town=KNOWN), read(b, town=KNOWN)) == ("same", "")
    assert nearness(read(a, town=KNOWN), read(b, town=KNOWN)) == 0


NEAR = [
    ("1052 Walnut St", "1052 Walnut", "no suffix given"),
    ("Main & Elm", "Main St & Elm St", "no suffix given"),
    ("68 Main St", "68 N Main St", "no directional given"),
    ("68 Main St N", "68 N Main St", "directional in another place"),
    ("714 Canal St", "714 Canal St Ste 310", "building, no unit given"),
    ("69 Canal St Bldg 4 Apt 12", "69 Canal St Apt 12", "unit given in part"),
    ("12 Riverside Ave", "12 Rivreside Ave", "one letter apart"),
    ("12 Strawberry Hill Ave", "12 Strawbery Hil Ave", "two letters apart"),
    ("12 SILVERSPRING DR", "12 SILVER SPRING DR", "written apart or together"),
    ("WALMART", "12 MAIN ST - WALMART", "same place name, street not given"),
    ("16-18 Main St", "16 Main St", "one house of the range"),
    ("12 West Ave", "12 W Ave", "directional or name"),
    ("MAIN ST & DEAD END", "MAIN ST", "same street, other place on it"),
    ("5 Seven Hills Dr", "5 7 Hills Dr", "number in words"),
    ("0246 SW Oak St", "246 SW Oak St", "house number written otherwise"),
    ("63-08 Elm St", "6308 Elm St", "house number written otherwise"),
    ("22 Elm St # B", "22B Elm St", "house number written otherwise"),
    ("12 Mtn View Dr", "12 Mountain View Dr", "a word of the name abbreviated"),
    ("1234 SW Calle 8", "1234 SW 8th St", "street's type in Spanish"),
    ("150 Calle A, Urb Royal Oak", "150 Calle A", "no urbanization given"),
]


@pytest.mark.parametrize(("a", "b", "reason"), NEAR)
def test_near_place(a: str, b: str, reason: str) -> None:
    assert compare(read(a), read(b)) == ("near", reason)
    assert compare(read(b), read(a)) == ("near", reason)
    assert nearness(read(a), read(b)) in range(1, 6)


DIFFERENT = [
    ("12 Main St", "12 Main Ave", "other suffix"),
    ("12 Main St", "12 Elm St", "other street"),
    ("12 Oak St", "12 Elm St", "other street"),
    ("12 N Main St", "12 S Main St", "other directional"),
    ("12 Main St", "100 BLK Main St", "another type of address"),
    ("12 Main St Apt 3", "12 Main St Apt 4", "other unit"),
    ("12 Main St", "21 Main St", "other house number"),
    ("12 Main St, Westport", "12 Main St, Norwalk", "other town"),
    ("12 5th St", "12 6th St", "other street"),
    ("360 ROUTE 7", "360 ROUTE 1", "other street"),
    ("360 I-95", "360 ROUTE 95", "other street"),
    ("24 Mt Pleasant St", "24 Pleasant St", "other street"),
    ("32 Post Rd", "32 Old Post Rd", "other street"),
    ("12 US 70 BUS", "12 US 70", "other street"),
    ("900 14TH (SB) ST", "900 14TH ST", "other street"),
    ("16-18 Main St", "20 Main St", "other house number"),
    ("UNKNOWN", "UNKNOWN", "no address"),
    *(
        (f"616 {road} 45300", f"616 {road} 45310", "other street")
        for road in (
            *("County Road", "Co Rd", "CR", "County Highway", "Forest Road", "State Highway"),
            *("State Road", "Farm to Market", "FM", "Ranch Road", "RM", "Township Road", "Highway"),
            *("Route", "US Highway", "Loop", "N County Road"),
        )
    ),
    ("27 O St", "27 O FARRELL ST", "other street"),
    ("12MILE RD & ELM ST", "MILE RD & ELM ST", "other street"),
    ("12 D MYRTLE ST", "12 MYRTLE ST", "other house number"),
    ("12 Forest Rd 3", "12 Forest Rd 4", "other unit"),
    ("I-95 NB EXIT 17", "I-95 SB EXIT 17", "other directional"),
]


@pytest.mark.parametrize(("a", "b", "reason"), DIFFERENT)
def test_different_place(a: str, b: str, reason: str) -> None:
    assert compare(read(a), read(b)) == ("different", reason)


@pytest.mark.parametrize(
    ("a", "b", "score"),
    [
        ("12 Main St Apt 3", "12 Main St Apt 4", 6),
        ("12 Main St", "21 Main St", 7),
        ("112 Main St", "122 Main St", 7),
        ("112 Main St", "145 Main St", None),
        ("2 Main St", "3 Main St", None),
        ("12 Main St", "12 Elm St", None),
        ("12 Main St, Westport", "12 Main St, Norwalk", None),
    ],
)
def test_nearness_of_what_is_different(a: str, b: str, score: int | None) -> None:
    assert nearness(read(a), read(b)) == score


@pytest.mark.parametrize(
    ("text", "number", "street", "loose"),
    [
        ("1052 N Walnut St Apt 3", "1052", "N WALNUT ST", "WALNUT"),
        ("1052 Walnut", "1052", "WALNUT", "WALNUT"),
        ("12 W SILVER SPRING", "12", "W SILVER SPG", "SILVERSPRING"),
        ("12 SILVER SPRING DR", "12", "SILVER SPRING DR", "SILVERSPRING"),
        ("MAIN ST & ELM ST", "", "ELM ST & MAIN ST", "ELM&MAIN"),
        ("360 US-1 N", "360", "ROUTE 1 N", "ROUTE1"),
        ("STOP & SHOP", "", "", "STOPANDSHOP"),
        ("UNKNOWN", "", "", ""),
    ],
)
def test_near_places_share_an_indexed_key(text: str, number: str, street: str, loose: str) -> None:
    address = read(text)
    assert (address.number, loose_key(address)) == (number, loose)
    assert address.building_key.endswith(street)


@pytest.mark.parametrize(
    ("a", "b", "most", "distance"),
    [("ELM", "ELM", 1, 0), ("RIVER", "RIVRE", 1, 1), ("RIVER", "RIVERS", 1, 1),
     ("RIVER", "LIVER", 1, 1), ("RIVER", "MAPLE", 2, None), ("AB", "ABCDE", 2, None)],
)  # fmt: skip
def test_edit_distance(a: str, b: str, most: int, distance: int | None) -> None:
    assert edit_distance(a, b, most) == distance


# ---- properties ----

ANY_TEXT = st.text(max_size=60)
ODD_TEXT = st.text(alphabet="0123456789ABEHINSTWX /&@,;:.'-#()*½\u0660\ud800\0", max_size=40)
NAMES = ["MAIN", "ELM", "COMPO", "SPRING VALLEY", "ST JAMES", "5TH", "FIFTH", "MARTIN L KING",
         "BAKER-MILLER", "O'NEILL", "NORTH", "US 1", "I-95", "AVENUE B", "BROADWAY"]  # fmt: skip
SUFFIX = ["", "ST", "ST.", "AVENUE", "RD", "BL", "PKWY", "CT"]
DIRECTION = ["", "N", "WEST", "SE", "S."]
streets = st.tuples(
    st.sampled_from(DIRECTION), st.sampled_from(NAMES), st.sampled_from(SUFFIX),
    st.sampled_from(["", "", "E", "SOUTH"]),
).map(lambda parts: " ".join(part for part in parts if part))  # fmt: skip
numbers = st.sampled_from(
    ["12 & 14", "XX BLOCK OF", "12", "3107-B", "27A", "45 1/2", "201-299", "W123S4567", "0", "1042"]
)
units = st.sampled_from(
    ["", "2FL", "/ APT 3B", "APT 3", "#3B", "UNIT 12-C", "FL 2", "2ND FLOOR", "BLDG 3 APT 12"]
)
towns = st.sampled_from(["", ", WESTPORT", " NORWALK", ", WESTPORT CT 06880", ",MKE", "; BIG Y"])
addresses = st.one_of(
    st.tuples(numbers, streets, units, towns).map(lambda p: f"{p[0]} {p[1]} {p[2]}{p[3]}"),
    st.tuples(st.sampled_from(["100-BLK", "1XX BLOCK OF", "900 BLOCK"]), streets, towns).map(
        lambda p: f"{p[0]} {p[1]}{p[2]}"
    ),
    st.tuples(streets, st.sampled_from(["/", " & ", " AT ", " AND ", " @ "]), streets, towns).map(
        "".join
    ),
    st.tuples(streets, towns).map("".join),
)


def fields(address: Address) -> tuple[str, ...]:
    return (
        address.kind, address.number, address.street, address.unit, address.cross, address.place,
        address.city, address.state, address.zip, address.building_key, address.unit_key,
    )  # fmt: skip


def keys(address: Address) -> tuple[str, str]:
    return address.building_key, address.unit_key


@given(st.one_of(ANY_TEXT, ODD_TEXT, addresses))
@example("1@0<0")  # a field of the line by names looked like a note
def test_normal_form_reads_as_itself(text: str) -> None:
    address = read(text)
    again = read(normal(address))
    assert fields(again) == fields(address)
    assert normal(again) == normal(address)


@given(addresses)
def test_case_spaces_and_punctuation_never_change_a_key(text: str) -> None:
    wanted = keys(read(text))
    for other in (
        text.lower(), text.title() if "'" not in text else text.lower(), f"  {text} ",
        text.replace(" ", "   "), text.replace(" ", "\t"), text + ".", text + ";", text + " ,",
        text.replace(",", ",,"), text.replace("T", "T."), text.replace("'", ""),
    ):  # fmt: skip
        assert keys(read(other)) == wanted, other


@given(st.one_of(ANY_TEXT, ODD_TEXT))
def test_any_text_is_read(text: str) -> None:
    address = read(text, town=text, unit=text, city=text, state=text, zip=text)
    assert address.kind in KINDS
    assert (address.kind == "none") == (address.building_key == "")
    assert address.unit_key.startswith(address.building_key)


@pytest.mark.parametrize(
    "text",
    ["\0", "\ud800", "１２ ＭＡＩＮ ＳＴ", "A" * 1_000_000, "1 " * 500_000, "/" * 1_000_000,
     "12 MAIN ST, " * 80_000, "(" * 100_000, "-" * 100_000, "🚑 12 MAIN ST", "*" * 100_000],
)  # fmt: skip
def test_hostile_text_is_read(text: str) -> None:
    assert read(text).kind in KINDS
    assert read(normal(read(text))).unit_key == read(text).unit_key


def test_digits_and_letters_of_other_scripts_are_read_as_plain_ones() -> None:
    assert read("１２ ＭＡＩＮ ＳＴ").unit_key == read("12 MAIN ST").unit_key
    assert read("12½ Main St").number == "12 1/2"
    assert read("12 Peñasquitos Dr").street == "PENASQUITOS DR"


@given(streets, streets, st.sampled_from([" & ", "/", " AT ", " @ "]))
def test_order_of_a_crossing_does_not_matter(a: str, b: str, sign: str) -> None:
    assert keys(read(f"{a}{sign}{b}")) == keys(read(f"{b}{sign}{a}"))


@given(addresses, addresses)
def test_comparing_is_symmetric(a: str, b: str) -> None:
    first, second = read(a), read(b)
    assert compare(first, second) == compare(second, first)
    assert nearness(first, second) == nearness(second, first)
    assert first.kind == "none" or compare(first, first).verdict == "same"


@given(addresses)
def test_near_addresses_with_another_number_share_an_indexed_key(text: str) -> None:
    address = read(text)
    bare = read(f"{address.number} {' '.join(address.street.split())}")
    if compare(address, bare).verdict != "different" and address.kind == bare.kind == "address":
        assert loose_key(address) == loose_key(bare)


@given(addresses)
@example("12 Main St Apt 3, WPT")
@example("12 Main St # 3")
@example("7200 Navajo Rd # 3B")  # a route and its number
@example("0 Main St Unit 4")
def test_plain_and_long_reader_agree(text: str) -> None:
    for names in (Names(), KNOWN):
        plain = read_plain(text.upper(), names)
        if plain is not None:
            assert _plain_address(text, plain) == _read_long(text, names, "", "", "", "")
        for columns_ in (("", "MKE", "Connecticut", "06880-12"), ("APT 4 BLDG 2", "", "", "")):
            cells = dict(zip(("unit", "city", "state", "zip"), columns_, strict=True))
            assert read(text, town=names, **cells) == _read_long(text, names, *columns_)


# ---- numbers in words ----

ONES = "ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN ELEVEN TWELVE THIRTEEN FOURTEEN FIFTEEN \
SIXTEEN SEVENTEEN EIGHTEEN NINETEEN".split()
TENS = "TWENTY THIRTY FORTY FIFTY SIXTY SEVENTY EIGHTY NINETY".split()


@pytest.mark.parametrize("joint", ["", "AND "])
def test_a_number_in_words_is_the_unit_and_the_road_of_its_digits(joint: str) -> None:
    small = {i: word for i, word in enumerate(ONES, 1)} | {
        tens + ones: f"{word} {ONES[ones - 1]}" if ones else word
        for tens, word in zip(range(20, 100, 10), TENS, strict=True)
        for ones in range(10)
    }
    large = {
        hundreds * 100 + rest: f"{ONES[hundreds - 1]} HUNDRED {joint}{words}"
        for hundreds in (1, 3)
        for rest, words in small.items()
    }
    for number, words in (small | large).items():
        assert read(f"12 ELM ST APARTMENT {words}").unit == f"# {number}"
        assert read(f"12 HIGHWAY {words}").building_key == f"address 12 ROUTE {number}"
