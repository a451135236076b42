"""`ccu seal`: what is sealed is in no output of any command as any other role."""

import csv
import io
import json
import shlex
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from ccu import cli
from ccu.demo import town as demo_town
from ccu.options import completion_store as completion

from .. import told_town as town
from ..conftest import Result, examples

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ORDER = ("--authority", "court", "--ordered", "2026-01-15", "--yes")
# Words of person 1 alone, and of the calls on which they were met.
SEALED = (town.GIVEN, town.BORN, town.PHONE, town.NARRATIVE, town.NOTE, town.SUGGESTED)
LATER = "2026-02-20T10:00"
# Asked again of a sealed person or call, beside the town's own lines.
MORE = (
    f"history --address '{town.PLACE}' --full --reason handover",
    "history --person 1", "history --call 1", "history --person 1 --full --reason handover",
    f"person find {town.GIVEN} {town.FAMILY}", f"person find {town.PHONE}",
    f"person find {town.BORN}", "person duplicates", "person show 2 --changes",
    "history --call 1 --full --reason handover", "call show 2", "household show 1",
    "household list --all", "referral list --all --names", "follow-up list --all",
    "worker list --all", "consult list", "plan list", "frequent people --k 1 --names",
    "frequent places --k 1", "frequent review --all", "brief", "disclosures --person 1",
    "consent list --person 1", "audit review --since 365d", "place show --place 1 --all",
    "report --month 2026-01 --k 1", "report --month 2026-01 --public",
    "report --month 2026-01 --format html", "retention list", "purge --dry-run",
    "export --what calls --from 2026-01-01 --to 2026-01-31 --purpose grant --output calls",
    "export --what referrals --from 2026-01-01 --to 2026-01-31 --purpose grant --output referrals",
    "export --what people --from 2026-01-01 --to 2026-01-31 --purpose grant --output people",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town's file, made once; tests work on copies."""
    return town.make(tmp_path_factory.mktemp("town"))


@pytest.fixture
def db(made: Path, tmp_path: Path) -> Path:
    """A copy of the town."""
    return copied(made, tmp_path)


@pytest.fixture(scope="module")
def erased(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town in which call 1 and then person 1 were sealed, made once too."""
    db = copied(made, tmp_path_factory.mktemp("erased"))
    seal(db, "call", 1)
    seal(db, "person", 1, at="2026-02-15T10:00")
    return db


def copied(made: Path, folder: Path) -> Path:
    """The folder with a copy of the town's file in it."""
    for each in made.parent.iterdir():
        if each.is_file():
            shutil.copy(each, folder / each.name)
    return folder / made.name


def seal(db: Path, record: str, number: int, at: str = town.AT) -> Result:
    """Seal as the records custodian; it must work."""
    done = town.run(db, "records", "seal", record, str(number), *ORDER, at=at)
    assert done.code == 0, done.err
    return done


def dump(db: Path) -> list[str]:
    """All of the file but the audit, the seals with their sums, and the numbers last given out."""
    seals = ("sealed", "sealed_number")
    aside = (
        *(f'INSERT INTO "{each}' for each in ("audit", *seals, "sqlite_sequence")),
        *(f"INSERT INTO \"table_digest\" VALUES('{each}'" for each in seals),
    )
    with closing(sqlite3.connect(db)) as hand:
        return [line for line in hand.iterdump() if not line.startswith(aside)]


def report(db: Path, *more: str) -> dict[str, Any]:
    """Section -> rows of January, looked at in February."""
    asked = ("report", "--month", "2026-01", "--k", "1", "-f", "json", *more)
    done = town.run(db, "analyst", *asked, at=LATER)
    assert done.code == 0, done.err
    return {each["name"]: each["rows"] for each in json.loads(done.out)["sections"]}


# ---------------------------------------------------------------- nobody else sees it


def lines() -> list[str]:
    """Every command there is a line for, and more."""
    told = [f"{name.split(' --')[0]} {words}" for name, (words, _) in town.LINES.items()]
    return [*told, *MORE]


def test_every_command_has_a_line() -> None:
    """A new command must be asked, too."""
    asked = {line.split()[0] for line in lines()}
    own = {"seal", "deidentify", "care", "wellness", "audit", "retention", "purge", "parcel"}
    assert cli.COMMANDS.keys() - asked <= own


OTHERS = (*town.ROLES[:-1], "admin")
FORMATS = ((), ("--format", "json"), ("--format", "csv"))


@pytest.mark.parametrize("login", OTHERS)
def test_words_are_in_no_output_of_any_command(
    made: Path, login: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a person and their calls are sealed, no command prints a word of theirs.

    An admin asks every line; each line is asked by one of the others or two, too.
    """
    place = OTHERS.index(login)
    asked = lines() if login == "admin" else lines()[place % 5 :: 5]
    no_word_in(copied(made, tmp_path), login, asked, FORMATS[:1], monkeypatch)


def test_words_are_in_no_other_format(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = copied(made, tmp_path)
    no_word_in(db, "admin", lines()[0::2], FORMATS[1:2], monkeypatch)
    no_word_in(db, "admin", lines()[1::2], FORMATS[2:], monkeypatch, sealed=True)


@pytest.mark.slow
@pytest.mark.parametrize("login", OTHERS)
def test_words_are_in_no_output_of_any_command_in_any_format(
    made: Path, login: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_word_in(copied(made, tmp_path), login, lines(), FORMATS, monkeypatch)


def no_word_in(
    db: Path,
    login: str,
    lines: Sequence[str],
    formats: Sequence[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    sealed: bool = False,
) -> None:
    """Seal person 1 and calls 1 and 2; ask each line, of the town as it was then."""
    if not sealed:
        for number in (1, 2):
            seal(db, "call", number)
        seal(db, "person", 1)
    monkeypatch.chdir(db.parent)
    fresh = db.read_bytes()
    stdin = {name.split(" --")[0] + " " + words: said for name, (words, said) in town.LINES.items()}
    asked = 0
    for line in lines:
        if line.split()[0] in ("init", "demo"):
            continue
        for format in formats[:1] if "--format" in line else formats:
            said = "" if town.NOTE in stdin.get(line, "") else stdin.get(line, "")
            done = town.run(db, login, *shlex.split(line), *format, stdin=said, at=LATER)
            printed = done.out + done.err
            typed = line + said
            leaked = [word for word in SEALED if word in printed and word not in typed]
            assert not leaked, (login, line, format, leaked)
            asked += done.code == 0
            for extra in db.parent.glob("copy.db*"):
                extra.unlink()  # a backup is the file itself: the records custodian's affair
            db.write_bytes(fresh)
    assert asked > len(lines) // 6, "too little of it could be asked at all"


DUE = "--kind call --due '2026-02-23 10:00'"


@pytest.mark.parametrize("line", [
    "person show {n}", "person edit {n} --housing shelter", "history --person {n}",
    "needs show {n}", "needs refer {n} food --to 1", "person compare {n} 2",
    "person merge 2 {n} --prefer kept", "person merge {n} 2 --prefer kept",
    "person link 2 {n} --relation parent", "household add 1 {n}", "household leave 1 {n}",
    "worker assign --person {n} --staff ccu", "worker end --person {n}",
    "log-call --address '9 Elm St' --nature crisis --when 09:00 --person {n} --no-input",
    "call show {n}", "call show {n} --full --reason handover", "history --call {n}",
    "call edit {n} --priority 2", "call edit 3 --person {n}", "call void {n} --reason made",
    "refer {n} --to 1 --need housing", f"follow-up add --person {{n}} {DUE}",
    f"follow-up add --call {{n}} {DUE}", f"follow-up add --referral {{n}} {DUE}",
    "consult add --call {n} --clinician clinician --minutes 5", "consult show {n}",
    "referral show {n}", "referral edit {n} --status accepted", "follow-up show {n}",
    "follow-up done {n} --result reached", "follow-up edit {n} --due '2026-02-23 10:00'",
    "plan show {n}", "plan suggest {n} --file -", "plan answer {n} --accept --file -",
    "plan write --person {n} --file -", "frequent override --person {n} --on --file -",
    "worker list --person {n}", "person unlink 2 {n}", "person distinct {n} 2 --reason two",
])  # fmt: skip
def test_a_sealed_number_is_a_number_never_given(erased: Path, tmp_path: Path, line: str) -> None:
    """The same sentence and exit code as for a number that nobody has."""
    db = copied(erased, tmp_path)
    sealed, never = (
        town.run(db, "admin", *shlex.split(line.format(n=n)), stdin=town.PLAN, at=LATER)
        for n in (1, 9901)
    )
    assert sealed.code == never.code == 3, (sealed, never)
    assert sealed.err == never.err.replace("9901", "1")


@pytest.mark.parametrize("line", [
    "person find --file -", "frequent people --k 1", "follow-up list --all", "referral list --all",
    "worker list --all", "plan list", "brief", "person duplicates", "frequent review --all",
    "report --month 2026-01 --section repeat-people --k 1",
    "report --month 2026-01 --section overdue",
])  # fmt: skip
def test_sealed_numbers_are_not_listed(made: Path, erased: Path, tmp_path: Path, line: str) -> None:
    """No list, no search and no section of a report has the sealed person's number."""
    asked = (*shlex.split(line), "-f", "json")
    before, after = (
        town.run(copied(file, tmp_path), "supervisor", *asked, stdin=f"family: {town.FAMILY}",
                 at=LATER)
        for file in (made, erased)
    )  # fmt: skip
    assert before.code == after.code == 0, after.err
    assert 1 not in people_in(json.loads(after.out)), after.out


def people_in(found: Any) -> set[int]:
    """Whatever is under `person` or `people` in a JSON answer."""
    if isinstance(found, list):
        return set().union(*map(people_in, found)) if found else set()
    if not isinstance(found, dict):
        return set()
    own = {found[key] for key in ("person", "person_id") if isinstance(found.get(key), int)}
    return own.union(*map(people_in, found.values()))


def test_completion_offers_no_sealed_number(
    erased: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Completion reads the same tables: nothing is there to offer."""
    monkeypatch.setenv("CCU_DB", str(copied(erased, tmp_path)))
    context = typer.Context(typer.main.get_command(cli.app))
    numbers = {number for number, _ in completion.of_table(context, "person", "")}
    assert "1" not in numbers and "2" in numbers
    assert "1" not in {number for number, _ in completion.of_table(context, "call", "")}


# ---------------------------------------------------------------- the order


def test_seal_tells_what_it_ended_and_what_stays(db: Path) -> None:
    """The custodian hears whose work ended, and which calls the order may mean besides."""
    done = seal(db, "person", 1)
    assert done.out == "Person 1 is sealed, as seal 1.\n"
    assert "Ended 5 open: referral 1 (clinician); follow-up 1 (clinician)" in done.err
    assert "Text removed from calls 1, 2. If the order" in done.err
    late = town.run(db, "supervisor", "follow-up", "overdue", "-f", "json", at="2026-04-01T10:00")
    assert 1 not in people_in(json.loads(late.out))


def test_it_asks_and_wants_the_number(db: Path) -> None:
    """In a pipe only with --yes; an order that nobody gave is no order."""
    bare = town.run(db, "records", "seal", "person", "1", "--authority", "court")
    assert (bare.code, bare.err) == (2, "ccu: error: --ordered is missing\n")
    order = ("--authority", "court", "--ordered", "2026-01-15")
    done = town.run(db, "records", "seal", "person", "1", *order)
    assert done.code == 2 and "--yes is missing" in done.err
    future = ("--authority", "court", "--ordered", "2027-01-15", "--yes")
    assert town.run(db, "records", "seal", "person", "1", *future).code == 2
    hunch = ("--authority", "hunch", "--ordered", "2026-01-15", "--yes")
    assert town.run(db, "records", "seal", "person", "1", *hunch).code == 2
    assert town.run(db, "records", "seal", "person", "99", *ORDER).code == 3
    assert town.run(db, "records", "person", "show", "1").code == 0


@pytest.mark.parametrize(("answer", "code"), [("1", 0), ("2", 2), ("yes", 2)])
def test_at_a_terminal_the_number_is_typed(db: Path, answer: str, code: int) -> None:
    """A typo seals nobody."""
    typed = f"court\n2026-01-15\n{answer}\n"
    done = town.run(db, "records", "seal", "person", "1", stdin=typed, tty=True)
    assert done.code == code, done.err
    assert (town.run(db, "records", "person", "show", "1").code == 3) == (code == 0)


def test_only_the_records_custodian(db: Path) -> None:
    """Seals are one role's; a denial shows nothing and is audited."""
    seal(db, "person", 1)
    for login in (*town.ROLES[:-1], "admin"):
        for words in (("list",), ("show", "1"), ("lift", "1", "--reason-code", "set_aside")):
            assert town.run(db, login, "seal", *words).code == 7
    with closing(sqlite3.connect(db)) as hand:
        denied = hand.execute("SELECT count(*) FROM audit WHERE action = 'denied'").fetchone()
    assert denied == (21,)


def test_the_custodian_sees_and_it_is_audited(db: Path) -> None:
    """list, show and lift, in every format; ids only in the audit."""
    seal(db, "person", 1)
    listed = town.run(db, "records", "seal", "list", "-f", "json")
    (row,) = json.loads(listed.out)
    assert (row["record"], row["number"], row["authority"]) == ("person", 1, "court")
    shown = town.run(db, "records", "seal", "show", "1", "-f", "csv")
    values = {each["value"] for each in csv.DictReader(io.StringIO(shown.out))}
    assert {town.GIVEN, town.BORN, town.PHONE} <= values
    assert any(town.NARRATIVE in each for each in values)
    assert town.run(db, "records", "seal", "show", "2").code == 3
    with closing(sqlite3.connect(db)) as hand:
        events = hand.execute("SELECT action, detail FROM audit WHERE action GLOB 'seal*'")
        told = {action: detail for action, detail in events}
    assert told.keys() == {"seal", "seal-list", "seal-show"}
    assert not any(word in detail for detail in told.values() for word in town.IDENTITY)


def test_merged_records_are_sealed_as_one(db: Path) -> None:
    """Every record of the person goes, and a merged number leads nowhere."""
    merged = town.run(db, "records", "seal", "person", "4", *ORDER)
    assert merged.code == 2 and "merged into person 3" in merged.err
    before = dump(db)
    seal(db, "person", 3)
    for number in ("3", "4"):
        shown = town.run(db, "supervisor", "person", "show", number)
        assert (shown.code, shown.err) == (3, f"ccu: error: no person {number}\n")
    assert town.run(db, "records", "seal", "lift", "1", "--reason-code", "in_error").code == 0
    assert dump(db) == before


def test_a_sealed_file_passes_its_check(db: Path) -> None:
    """No dangling rows: integrity, foreign keys, rules; the audit is intact, reasons too."""
    for call in ("1", "2"):
        words = ("call", "show", call, "--full", "--reason", "for the hand-over")
        assert town.run(db, "supervisor", *words).code == 0
    for record, number in (("person", 1), ("call", 1), ("person", 3), ("call", 4)):
        seal(db, record, number)
        checked = town.run(db, "admin", "check", "-f", "json")
        assert checked.code == 0, checked.out
        assert town.run(db, "admin", "audit", "verify").code == 0
    for each in "4321":
        assert town.run(db, "records", "seal", "lift", each, "--reason-code", "in_error").code == 0
        assert town.run(db, "admin", "audit", "verify").code == 0


# ---------------------------------------------------------------- lifting


def test_a_call_that_belongs_with_it_is_lifted_first(db: Path) -> None:
    """What was sealed apart comes back in an order that fits, and complete."""
    before = dump(db)
    seal(db, "person", 1)
    seal(db, "call", 1)
    first = town.run(db, "records", "seal", "lift", "1", "--reason-code", "in_error")
    assert first.code == 2 and "seal 2 holds what belongs with it" in first.err
    for number in ("2", "1"):
        done = town.run(db, "records", "seal", "lift", number, "--reason-code", "in_error")
        assert done.code == 0, done.err
    assert dump(db) == before
    again = town.run(db, "records", "seal", "lift", "1", "--reason-code", "in_error")
    assert again.code == 2 and "was already lifted" in again.err


def test_words_written_later_are_left(db: Path) -> None:
    """Lifting overwrites nobody's later words, and reports it."""
    seal(db, "person", 1)
    named = town.run(db, "clinician", "household", "name", "1", "--file", "-", stdin="Stairs")
    assert named.code == 0, named.err
    amended = town.run(db, "ccu", "call", "edit", "1", "--note-file", "-", stdin="seen again")
    assert amended.code == 0, amended.err
    done = town.run(db, "records", "seal", "lift", "1", "--reason-code", "set_aside")
    assert done.code == 0 and "1 texts were rewritten" in done.err
    shown = town.run(db, "ccu", "call", "show", "1", "--full", "--reason", "handover")
    assert "seen again" in shown.out and town.NARRATIVE not in shown.out


def test_a_lift_works_if_related_records_were_destroyed(db: Path, tmp_path: Path) -> None:
    """An import's own row may be gone when the call it brought comes back."""
    file = tmp_path / "export.csv"
    demo_town.write_export(file, demo_town.export_rows(5, datetime(2026, 1, 31), seed=1))
    assert town.run(db, "records", "import", str(file), "--layout", "demo").code == 0
    seal(db, "call", 6)
    with closing(sqlite3.connect(db)) as hand:
        hand.execute("UPDATE call SET import_batch_id = NULL")
        hand.execute("DELETE FROM import_batch")
        hand.commit()
    done = town.run(db, "records", "seal", "lift", "1", "--reason-code", "in_error")
    assert done.code == 0, done.err
    assert town.run(db, "records", "call", "show", "6").code == 0
    assert town.run(db, "records", "check").code == 0


def test_a_lift_leaves_out_links_to_a_person_who_was_removed(db: Path) -> None:
    """Nobody sees what a seal holds, so the other person of a link can be removed meanwhile."""
    for line in ("person add --file -", "person add --file -",
                 "person link 5 6 --relation sibling --household none"):  # fmt: skip
        assert town.run(db, "admin", *line.split(), stdin="description: gray coat").code == 0
    seal(db, "person", 5)
    assert town.run(db, "admin", "person", "void", "6", "--yes").code == 0
    done = town.run(db, "records", "seal", "lift", "1", "--reason-code", "in_error")
    assert (done.code, "removed: 1 link" in done.err) == (0, True), done.err
    assert town.run(db, "officer", "person", "show", "5").code == 0
    assert town.run(db, "admin", "check").code == 0


STEP = st.sampled_from([
    ("refer", "1", "--to", "1", "--need", "food"), ("refer", "3", "--to", "1", "--need", "legal"),
    ("person", "merge", "1", "2", "--prefer", "kept"), ("person", "unmerge", "4"),
    ("person", "merge", "3", "1", "--prefer", "merged"), ("call", "edit", "1", "--priority", "2"),
    ("call", "edit", "2", "--person", "3"), ("call", "void", "3", "--reason", "made twice"),
    ("household", "add", "1", "3"), ("household", "leave", "1", "2"),
    ("worker", "assign", "--household", "1", "--staff", "ccu"), ("worker", "end", "--person", "1"),
    ("referral", "update", "1", "--status", "accepted"),
    ("follow-up", "done", "5", "--result", "reached"),
    ("follow-up", "add", "--call", "2", "--kind", "call", "--due", "2026-02-03 10:00"),
    ("needs", "refer", "1", "food", "--to", "1"), ("person", "distinct", "1", "2"),
    ("frequent", "override", "--person", "1", "--on", "--file", "-"),
    ("plan", "suggest", "1", "--file", "-"),
])  # fmt: skip


STEPS = st.lists(STEP, max_size=5)
ORDERS = st.lists(
    st.tuples(st.sampled_from(["person", "call"]), st.integers(1, 4)), min_size=1, max_size=3
)


def sealed_and_lifted(
    db: Path, steps: list[tuple[str, ...]], orders: list[tuple[str, int]]
) -> None:
    for step in steps:
        town.run(db, "admin", *step, stdin="words of somebody")
    before = dump(db)
    sealed = [
        town.run(db, "records", "seal", record, str(number), *ORDER).code == 0
        for record, number in orders
    ]
    assert town.run(db, "admin", "check").code == 0
    for number in range(sum(sealed), 0, -1):
        done = town.run(db, "records", "seal", "lift", str(number), "--reason-code", "in_error")
        assert done.code == 0, done.err
    assert dump(db) == before


@settings(max_examples=examples(5, 8), deadline=None)
@given(steps=STEPS, orders=ORDERS)
def test_seal_and_lift_leave_the_file_as_it_was(
    made: Path,
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, ...]],
    orders: list[tuple[str, int]],
) -> None:
    """Whatever happened in the town before: sealed and lifted in turn, the file is the same."""
    sealed_and_lifted(copied(made, tmp_path_factory.mktemp("copy")), steps, orders)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(steps=STEPS, orders=ORDERS)
def test_seal_and_lift_leave_the_file_as_it_was_for_long(
    made: Path,
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, ...]],
    orders: list[tuple[str, int]],
) -> None:
    sealed_and_lifted(copied(made, tmp_path_factory.mktemp("copy")), steps, orders)


# ---------------------------------------------------------------- totals


LISTS = ("repeat-addresses", "repeat-people", "overdue")
OPEN_WORK = ("summary", "referrals", "caseload")  # it ended with the seal


def test_published_figures_stay(db: Path) -> None:
    """The figures of January are those published before the seal."""
    published = report(db)
    seal(db, "person", 1, at="2026-02-15T10:00")
    seal(db, "call", 2, at="2026-02-15T10:00")
    now = report(db)
    changed = [name for name in published if published[name] != now[name]]
    assert changed == [name for name in published if name in LISTS or name in OPEN_WORK]
    for name in ("summary", "referrals"):
        before, after = (
            {(row["figure"], row["group"]): row["value"] for row in found[name]}
            for found in (published, now)
        )
        moved = {key[0] for key in before.keys() & after.keys() if before[key] != after[key]}
        assert moved <= {"overdue_now", "stalled_now", "referral_open", "referral_outcome"}, name


# ---------------------------------------------------------------- other systems


def test_an_import_does_not_bring_a_sealed_call_back(db: Path, tmp_path: Path) -> None:
    """Its row counts as one that changes nothing, in a dry run too; after a lift it is known."""
    file = tmp_path / "export.csv"
    demo_town.write_export(file, demo_town.export_rows(20, datetime(2026, 1, 31), seed=1))
    words = ("import", str(file), "--layout", "demo", "-f", "json")
    first = json.loads(town.run(db, "records", *words).out)[0]
    assert first["new"] == 20
    before = dump(db)
    seal(db, "call", 7)
    with closing(sqlite3.connect(db)) as hand:
        count = hand.execute("SELECT count(*) FROM call").fetchone()
    assert json.loads(town.run(db, "records", *words, "--dry-run").out)[0]["new"] == 0
    again = json.loads(town.run(db, "records", *words).out)[0]
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 20)
    with closing(sqlite3.connect(db)) as hand:
        assert hand.execute("SELECT count(*) FROM call").fetchone() == count
        hand.execute("DELETE FROM import_batch WHERE id = 2")
        hand.commit()
    assert town.run(db, "records", "seal", "lift", "1", "--reason-code", "in_error").code == 0
    assert dump(db) == before


def test_a_year_in_the_numbers_does_not_bring_a_sealed_call_back(db: Path, tmp_path: Path) -> None:
    """It was sealed under its number without the year."""
    file, layout = tmp_path / "export.csv", tmp_path / "yearly.toml"
    demo_town.write_export(file, demo_town.export_rows(20, datetime(2026, 1, 31), seed=1))
    assert town.run(db, "records", "import", str(file), "--layout", "demo").code == 0
    seal(db, "call", 7)
    demo = Path(demo_town.__file__).parents[1] / "layouts" / "demo.toml"
    layout.write_text("yearly_numbers = true\n" + demo.read_text(encoding="utf-8"))
    words = ("import", str(file), "--layout", str(layout), "-f", "json")
    again = json.loads(town.run(db, "records", *words).out)[0]
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 20)


def test_a_roster_does_not_bring_a_sealed_client_back(db: Path, tmp_path: Path) -> None:
    """An office's list has them still: the row is left out, and told as no more than a count."""
    file = tmp_path / "roster.csv"
    shutil.copy(EXAMPLES / "roster.csv", file)
    words = ("person", "import", str(file), "--layout", "roster-hsd", "--as-new", "--yes")
    first = json.loads(town.run(db, "clinician", *words, "-f", "json").out)[0]
    assert first["new"] >= 2
    with closing(sqlite3.connect(db)) as hand:
        (number,) = hand.execute("SELECT max(person_id) FROM person_source").fetchone()
        (name,) = hand.execute("SELECT family_name FROM person WHERE id = ?", (number,)).fetchone()
    seal(db, "person", number)
    again = town.run(db, "clinician", *words, "-f", "json")
    assert again.code == 0, again.err
    told = json.loads(again.out)[0]
    assert (told["new"], told["same"]) == (0, first["read"])
    assert name not in again.out + again.err
    found = town.run(db, "clinician", "person", "find", "--file", "-", stdin=f"family: {name}")
    assert name not in found.out


def test_lifting_into_a_number_taken_meanwhile_is_refused(db: Path) -> None:
    """Somebody logged the incident again by hand: nothing is half lifted."""
    incident = ("--incident", "26-000777")
    log = ("log-call", "--address", "9 Elm St", "--nature", "crisis", "--when", "13:00")
    made = town.run(db, "officer", *log, *incident, "--no-input", "-f", "json")
    number = int(json.loads(made.out)["id"])
    seal(db, "call", number)
    assert town.run(db, "officer", *log, *incident, "--no-input").code == 0
    before = dump(db)
    done = town.run(db, "records", "seal", "lift", "1", "--reason-code", "in_error")
    assert done.code == 2 and "now has its incident number" in done.err
    assert dump(db) == before
