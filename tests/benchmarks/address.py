"""How fast addresses are read, beside `usaddress.tag` on the same strings.

    python tests/benchmarks/address.py

One table: median strings a second of seven rounds, ours and theirs taken in turn. The strings
are the distinct ones of ../shared/data/calls where that is present, else invented ones.
`first` is 3,000 strings from empty memories of streets, `file` all strings from empty memories,
as an import reads them, `again` the same ones once more.
"""

import csv
import gzip
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ccu.address import line, read, reader, way

CALLS = Path(__file__).resolve().parents[3] / "shared" / "data" / "calls"
ROUNDS = 7
STRINGS = 3000


def real_strings() -> list[str]:
    """The distinct addresses of the call files, in one fixed random order."""
    found: set[str] = set()
    sources = {
        "milwaukee_police_calls_2018.csv.gz": ("location",),
        "montco_pa_911_2015-2016.csv.gz": ("addr",),
        "san_diego_police_calls_2023.csv.gz": (
            "address_number_primary", "address_dir_primary", "address_road_primary",
            "address_sfx_primary",
        ),
    }  # fmt: skip
    for name, columns in sources.items():
        with gzip.open(CALLS / name, "rt", encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                found.add(" ".join(row[column] for column in columns if row[column]))
    return sorted(found)


def invented_strings() -> list[str]:
    """Strings of the same sorts with made-up streets and numbers."""
    maker = random.Random(1)
    names = [f"{a}{b}" for a in ("ELM", "OAK", "COMPO", "GLEN") for b in ("", "WOOD", " HILL")]
    suffixes = ["ST", "AV", "RD", "DR", "LN", "BLVD"]
    found: set[str] = set()
    while len(found) < STRINGS * ROUNDS:
        street = f"{maker.choice('NSEW')} {maker.choice(names)} {maker.choice(suffixes)}"
        cross = f"{maker.randint(1, 99)}TH {maker.choice(suffixes)}"
        number = maker.randint(1, 9999)
        found |= {f"{number} {street},MKE", f"{number}00-BLK {street}", f"{street} & {cross}",
                  f"{number} {street} APT {maker.randint(1, 99)}"}  # fmt: skip
    return sorted(found)


def their_reader() -> Callable[[str], object] | None:
    try:
        import usaddress
    except ImportError:
        return None

    def tag(text: str) -> object:
        try:
            return usaddress.tag(text)
        except usaddress.RepeatedLabelError:
            return None

    return tag


def forget() -> None:
    reader._street_if_plain.cache_clear()
    line.read_line.cache_clear()
    way.settled_way.cache_clear()


def rate(reader: Callable[[str], object], strings: list[str]) -> float:
    start = time.process_time()
    for text in strings:
        reader(text)
    return len(strings) / (time.process_time() - start)


def main() -> None:
    strings = real_strings() if CALLS.exists() else invented_strings()
    random.Random(2).shuffle(strings)
    theirs = their_reader()
    rates: dict[str, list[float]] = {"first": [], "file": [], "again": [], "usaddress": []}
    for i in range(ROUNDS):
        sample = strings[i * STRINGS : (i + 1) * STRINGS]
        forget()
        rates["first"].append(rate(read, sample))
        forget()
        rates["file"].append(rate(read, strings))
        rates["again"].append(rate(read, sample))
        if theirs:
            rates["usaddress"].append(rate(theirs, sample))
    base = statistics.median(rates["usaddress"]) if theirs else 0.0
    lines = [f"{'reader':<12}{'strings/s':>12}{'us each':>10}{'ratio':>8}"]
    for name, values in rates.items():
        if values:
            middle = statistics.median(values)
            ratio = f"{middle / base:.1f}" if base else "-"
            lines.append(f"{name:<12}{middle:>12,.0f}{1e6 / middle:>10.1f}{ratio:>8}")
    source = "real" if CALLS.exists() else "invented"
    lines.append(f"{ROUNDS} rounds of {STRINGS} {source} strings")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
