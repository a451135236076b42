"""The address reader against hand-labelled gold: that beside the checkout, where there is any, and
that of this folder, of invented addresses of many states, written before the rules that read them.

`python tests/address/test_address_gold.py [folder]` prints the figures and every miss.
"""

import csv
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from ccu.address import Address, Names, read
from ccu.address.match import compare
from ccu.address.words import SUFFIXES

GOLD = Path(__file__).resolve().parents[3] / "shared" / "data" / "addresses" / "gold"
HERE = Path(__file__).resolve().parent
# The list that Milwaukee and Westport would keep; city codes mean nothing without one.
TOWNS = Names(
    "Milwaukee",
    {"MKE": "Milwaukee", "WA": "West Allis", "GFD": "Greenfield", "Hales Corners": "Hales Corners",
     "Norwalk": "Norwalk", "Westport": "Westport"},
)  # fmt: skip
CORE = ("number", "street", "unit", "cross")
FIELDS = ("kind", *CORE, "place", "city", "state", "zip")

needs_gold = pytest.mark.skipif(not (GOLD / "cad_dev.tsv").exists(), reason="no gold here")


class Scores(NamedTuple):
    rows: int
    core: int  # number, street, unit and cross all right
    whole: int  # all nine fields right
    fields: dict[str, int]
    misses: list[str]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def suffix_folded(street: str) -> str:
    """VALLEY = VLY at the end of a street, as the gold's README advises."""
    words = street.split()
    if words:
        words[-1] = SUFFIXES.get(words[-1], words[-1])
    return " ".join(words)


def field_is_right(field: str, got: Address, want: dict[str, str]) -> bool:
    ours, right = getattr(got, field), want[field]
    if want["kind"] == "highway" and field in ("street", "cross", "unit"):
        # Highway rows: street, cross and unit are one set of words.
        return {w for f in ("street", "cross", "unit") for w in getattr(got, f).split()} == {
            w for f in ("street", "cross", "unit") for w in want[f].split()
        }
    if field in ("street", "cross"):
        return suffix_folded(ours) == suffix_folded(right)
    if field == "place":
        return bool(ours) == bool(right) and (not ours or ours in right or right in ours)
    return str(ours) == right


def score_readings(path: Path, names: Names) -> Scores:
    gold = rows(path)
    core = whole = 0
    fields = dict.fromkeys(FIELDS, 0)
    misses = []
    for want in gold:
        got = read(want["raw"], town=names)
        right = {field: field_is_right(field, got, want) for field in FIELDS}
        for field in FIELDS:
            fields[field] += right[field]
        core += all(right[field] for field in CORE)
        whole += all(right.values())
        wrong = [f"{f}: {getattr(got, f)!r}, not {want[f]!r}" for f in FIELDS if not right[f]]
        if wrong:
            misses.append(f"{want['raw']!r}  {'; '.join(wrong)}")
    return Scores(len(gold), core, whole, fields, misses)


class Pairs(NamedTuple):
    true: int
    found: int
    false_matches: int
    near: int
    near_found: int
    misses: list[str]


def score_pairs(path: Path, names: Names) -> Pairs:
    true = found = false_matches = near = near_found = 0
    misses = []
    for pair in rows(path):
        match = compare(read(pair["a"], town=names), read(pair["b"], town=names))
        true += pair["same"] == "1"
        near += pair["same"] == "?"
        found += pair["same"] == "1" and match.verdict == "same"
        near_found += pair["same"] == "?" and match.verdict == "near"
        false_matches += pair["same"] == "0" and match.verdict == "same"
        want = {"1": "same", "0": "different", "?": "near"}[pair["same"]]
        if match.verdict != want:
            misses.append(f"{pair['a']!r} | {pair['b']!r}  {match}, not {want}")
    return Pairs(true, found, false_matches, near, near_found, misses)


def report_readings(path: Path, names: Names) -> tuple[Scores, str]:
    scores = score_readings(path, names)
    lines = [
        f"{path.name}: {scores.rows} rows, "
        f"number+street+unit+cross {scores.core / scores.rows:.1%}, "
        f"all fields {scores.whole / scores.rows:.1%}",
        "  " + ", ".join(f"{f} {n / scores.rows:.1%}" for f, n in scores.fields.items()),
        *("  " + miss for miss in scores.misses),
    ]
    return scores, "\n".join(lines)


def report_pairs(path: Path, names: Names) -> tuple[Pairs, str]:
    pairs = score_pairs(path, names)
    lines = [
        f"{path.name}: {pairs.found} of {pairs.true} true matches found, "
        f"{pairs.false_matches} false, {pairs.near_found} of {pairs.near} near",
        *("  " + miss for miss in pairs.misses),
    ]
    return pairs, "\n".join(lines)


@needs_gold
def test_readings_reach_the_target() -> None:
    scores, report = report_readings(GOLD / "cad_dev.tsv", TOWNS)
    sys.stdout.write(report + "\n")
    assert scores.core >= 0.95 * scores.rows, report
    assert scores.whole >= 0.88 * scores.rows, report


@needs_gold
def test_pairs_reach_the_target() -> None:
    pairs, report = report_pairs(GOLD / "variants_dev.tsv", TOWNS)
    sys.stdout.write(report + "\n")
    assert pairs.false_matches == 0, report
    assert pairs.found >= 0.97 * pairs.true, report
    assert pairs.near_found == pairs.near, report


def test_readings_of_other_states() -> None:
    scores, report = report_readings(HERE / "cad_elsewhere.tsv", Names())
    assert scores.whole >= 649, report


def test_pairs_of_other_states() -> None:
    pairs, report = report_pairs(HERE / "variants_elsewhere.tsv", Names())
    assert pairs.false_matches == 0, report
    assert pairs.found + pairs.near_found >= 964, report


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else GOLD
    for path in sorted(folder.glob("cad_*.tsv")):
        sys.stdout.write(report_readings(path, TOWNS)[1] + "\n")
    for path in sorted(folder.glob("variants_*.tsv")):
        sys.stdout.write(report_pairs(path, TOWNS)[1] + "\n")


if __name__ == "__main__":
    main()
