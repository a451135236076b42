"""Add towns up: python region.py [--engine duckdb|spark] FOLDER...

Each FOLDER is one town's `ccu export --deidentified`. Checks the hashes in about.json, refuses
groups of fewer than five people, then prints each figure by town and for the region, as CSV. A town
without any row in a figure's table has "no data": the export cannot tell that from 0.

DuckDB: pip install duckdb. Spark: pip install pyspark, and Java 17; SPARK_MASTER names a cluster.
"""

import argparse
import csv
import hashlib
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLES = ("calls", "referrals", "follow_ups")
SEALED = "without sealed records, which a town's own report counts"
PART2 = "without sealed records and 42 CFR Part 2 programs, which a town's own report may count"
NOTES = {  # for the figures that every town has, with or without rows
    "calls": SEALED,
    "care_calls": SEALED,
    "referrals_made": PART2,
    "referral_acceptance": PART2,
    "referral_success": PART2,
}
NO_DATA = "no data"
Row = tuple
Run = Callable[[str], list[Row]]


class Refused(Exception):
    """A town's export that must not be added up; its text is the reason."""


def files_of(folders: Sequence[Path]) -> tuple[dict[str, list[str]], list[str]]:
    """Return the Parquet files of each table, and the towns. Raises Refused if one was changed."""
    found: dict[str, list[str]] = {table: [] for table in TABLES}
    towns, periods = set(), set()
    for folder in folders:
        try:
            about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
            town, period = about["town"], (about["period"]["from"], about["period"]["to"])
            listed = {each["name"]: each["sha256"] for each in about["files"]}
        except (OSError, ValueError, LookupError, TypeError):
            raise Refused(f"{folder}: not a folder of ccu export --deidentified") from None
        if town in towns:
            raise Refused(f"{folder}: this town is given twice")
        towns.add(town)
        periods.add(period)
        on_disk = {str(path.relative_to(folder)) for path in folder.rglob("*.parquet")}
        if not any(name.endswith(".parquet") for name in listed):
            raise Refused(f"{folder}: no Parquet; the town needs ccu with its extra parquet")
        if on_disk != {name for name in listed if name.endswith(".parquet")} or not on_disk:
            raise Refused(f"{folder}: its Parquet files are not the ones listed in about.json")
        for name in sorted(name for name in listed if (folder / name).exists()):
            with (folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != listed[name]:
                    raise Refused(f"{folder}: {name} was changed after the town wrote it")
            if name in on_disk:
                found[name.partition("/")[0]].append(str(folder / name))
    if len(periods) > 1:
        raise Refused("the exports cover different periods")
    return found, sorted(towns)


@contextmanager
def duckdb_engine(files: dict[str, list[str]]):
    """Yield a function that runs a statement on this machine with DuckDB."""
    import duckdb

    with duckdb.connect() as connection:
        for table, paths in files.items():
            read = connection.read_parquet(paths, hive_partitioning=False)
            read.create_view(table)
        yield lambda sql: connection.execute(sql).fetchall()


@contextmanager
def spark_engine(files: dict[str, list[str]]):
    """Yield a function that runs a statement on a Spark cluster or two threads of this machine."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(os.environ.get("SPARK_MASTER", "local[2]"))
    session = (
        builder.appName("region")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .getOrCreate()
    )
    try:
        for table, paths in files.items():
            # recursiveFileLookup: take columns from the files, none from folder names
            read = session.read.option("recursiveFileLookup", "true").parquet(*paths)
            read.createOrReplaceTempView(table)
        yield lambda sql: [tuple(row) for row in session.sql(sql).collect()]
    finally:
        session.stop()


ENGINES = {"duckdb": duckdb_engine, "spark": spark_engine}


def missing(engine: str) -> str:
    """Return what to install for an engine, or an empty text if nothing is missing."""
    package = {"duckdb": "duckdb", "spark": "pyspark"}[engine]
    if importlib.util.find_spec(package) is None:
        return f"--engine {engine} needs the package {package}: pip install {package}"
    if engine == "spark" and not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        return "--engine spark needs Java 17; install it, or use --engine duckdb"
    return ""


def check_groups(run: Run) -> None:
    """Raise Refused for a group of fewer than five people."""
    small = run((HERE / "small_groups.sql").read_text(encoding="utf-8"))
    if small:
        name, town, month, _people = small[0]
        raise Refused(f"{town}: {name} of {month} have a group of fewer than 5 people")


def figures(run: Run, towns: Sequence[str]) -> list[Row]:
    """Return (figure, town, value, notes), each figure's towns followed by their sum."""
    sql = (HERE / "figures.sql").read_text(encoding="utf-8")
    values = {(name, town): int(value) for name, town, value in run(sql)}
    rows: list[Row] = []
    for name in sorted({*NOTES, *(name for name, _town in values)}):
        told = {town: values[name, town] for town in towns if (name, town) in values}
        note = NOTES.get(name, "")
        rows += [(name, town, told.get(town, NO_DATA), note) for town in towns]
        without = [f"{NO_DATA} from {', '.join(sorted({*towns} - {*told}))}"] * (
            len(told) < len(towns)
        )
        total = sum(told.values()) if told else NO_DATA
        rows.append((name, "all towns", total, "; ".join(filter(None, [note, *without]))))
    return rows


def main() -> int:
    """Print the figures. Returns 1 if an export is refused, 2 if the engine is not installed."""
    parser = argparse.ArgumentParser(description="Add towns up.")
    parser.add_argument("--engine", choices=ENGINES, default="duckdb")
    parser.add_argument("folders", nargs="+", type=Path)
    given = parser.parse_args()
    if wanting := missing(given.engine):
        parser.exit(2, f"region.py: {wanting}\n")
    try:
        files, towns = files_of(given.folders)
        with ENGINES[given.engine](files) as run:
            check_groups(run)
            head = ("figure", "town", "value", "notes")
            csv.writer(sys.stdout).writerows([head, *figures(run, towns)])
    except Refused as refused:
        sys.stderr.write(f"refused: {refused}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
