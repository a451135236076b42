"""Add towns up: python region.py [--engine duckdb|spark] FOLDER...

Each FOLDER is one town's `ccu export --deidentified`. Checks the hashes of about.json, refuses
groups of fewer than five people, then prints each figure by town and for the region, as CSV.

DuckDB: pip install duckdb. Spark: pip install pyspark, and Java 17; SPARK_MASTER names a cluster.
"""

import argparse
import csv
import hashlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLES = ("calls", "referrals", "follow_ups")
Row = tuple
Run = Callable[[str], list[Row]]


class Refused(Exception):
    """A town's export that must not be added up; its text is the reason."""


def files_of(folders: Sequence[Path]) -> dict[str, list[str]]:
    """Return table -> its Parquet files, every one as its town wrote it. Raises Refused."""
    found: dict[str, list[str]] = {table: [] for table in TABLES}
    towns, periods = set(), set()
    for folder in folders:
        try:
            about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise Refused(f"{folder}: no folder of ccu export --deidentified") from None
        if about["town"] in towns:
            raise Refused(f"{folder}: the town is there twice")
        towns.add(about["town"])
        periods.add((about["period"]["from"], about["period"]["to"]))
        listed = {each["name"]: each["sha256"] for each in about["files"]}
        on_disk = {str(path.relative_to(folder)) for path in folder.rglob("*.parquet")}
        if on_disk != {name for name in listed if name.endswith(".parquet")} or not on_disk:
            raise Refused(f"{folder}: its Parquet files are not those of about.json")
        for name in sorted(on_disk):
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != listed[name]:
                raise Refused(f"{folder}: {name} is not as the town wrote it")
            found[name.partition("/")[0]].append(str(folder / name))
    if len(periods) > 1:
        raise Refused("the exports are not of one period")
    return found


@contextmanager
def duckdb_engine(files: dict[str, list[str]]):
    """Yield what runs a statement on this machine, by DuckDB."""
    import duckdb

    with duckdb.connect() as connection:
        for table, paths in files.items():
            read = connection.read_parquet(paths, hive_partitioning=False)
            read.create_view(table)
        yield lambda sql: connection.execute(sql).fetchall()


@contextmanager
def spark_engine(files: dict[str, list[str]]):
    """Yield what runs a statement on a Spark cluster, or on two threads of this machine."""
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
            # recursiveFileLookup: the columns are in the files, none is taken from folder names
            read = session.read.option("recursiveFileLookup", "true").parquet(*paths)
            read.createOrReplaceTempView(table)
        yield lambda sql: [tuple(row) for row in session.sql(sql).collect()]
    finally:
        session.stop()


ENGINES = {"duckdb": duckdb_engine, "spark": spark_engine}


def check_groups(run: Run) -> None:
    """Raise Refused for a group of fewer than five people."""
    small = run((HERE / "small_groups.sql").read_text(encoding="utf-8"))
    if small:
        name, town, month, _people = small[0]
        raise Refused(f"{town}: {name} of {month} have a group of fewer than 5 people")


def figures(run: Run) -> list[Row]:
    """Return (figure, town, value), each figure's towns followed by their sum."""
    rows = [(a, b, int(c)) for a, b, c in run((HERE / "figures.sql").read_text(encoding="utf-8"))]
    names = sorted({row[0] for row in rows})
    return [
        row
        for name in names
        for row in (
            *(each for each in rows if each[0] == name),
            (name, "all towns", sum(each[2] for each in rows if each[0] == name)),
        )
    ]


def main() -> int:
    """Print the figures; returns 1 when an export was refused."""
    parser = argparse.ArgumentParser(description="Add towns up.")
    parser.add_argument("--engine", choices=ENGINES, default="duckdb")
    parser.add_argument("folders", nargs="+", type=Path)
    given = parser.parse_args()
    try:
        with ENGINES[given.engine](files_of(given.folders)) as run:
            check_groups(run)
            csv.writer(sys.stdout).writerows([("figure", "town", "value"), *figures(run)])
    except Refused as refused:
        sys.stderr.write(f"refused: {refused}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
