"""The files of a directory as tables of rows: HSDS 3 and 1.x as CSV, a datapackage, or JSON.

Names differ between versions and programs; each table has one name here (hsds.toml). Cells are as
directories write them: HTML, NULL, telephone numbers, ages, dates.
"""

import hashlib
import html
import io
import json
import re
import tempfile
import tomllib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ccu.errors import InvalidInput
from ccu.files import named
from ccu.imports import source
from ccu.imports.layout import packaged
from ccu.imports.rows import Table

LARGEST = 500_000_000  # bytes of a JSON file
HSDS: dict[str, Any] = tomllib.loads(packaged(Path(__file__).with_name("hsds.toml")))
_NAMES: dict[str, str] = {
    other: name for name, others in HSDS["tables"].items() for other in (name, *others)
}
LONGEST = 4_000  # characters of a description
_NOTHING = frozenset("null none n/a na nil nan undefined - -- \\n tbd".split()) | {""}
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^<>]{0,2000}>", re.IGNORECASE | re.DOTALL)
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u2028-\u202e\ufeff]")
_NUMBER = re.compile(r"\d+(\.0*)?")


@dataclass(frozen=True)
class Row:
    """A row: the number of its line, or of its record in JSON, and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """Data that was not taken: where, and why. `record` is an id of the directory."""

    file: str
    line: int
    record: str
    reason: str


@dataclass
class Directory:
    """The tables of a directory, and the rows that could not be read."""

    name: str
    sha256: str
    tables: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)  # table -> the file it came from
    columns: dict[str, set[str]] = field(default_factory=dict)  # table -> those it has

    def rows(self, table: str) -> list[Row]:
        """Return the rows of a table; none if the directory does not have it."""
        return self.tables.get(table, [])

    def untold(self) -> set[str]:
        """Return the fields of a provider for which an HSDS directory has no column."""
        has = {f"{table}.{name}" for table, names in self.columns.items() for name in names}
        return {name for name, told in HSDS["told_by"].items() if not has & {*told}}

    def problem(self, table: str, row: Row, reason: str) -> None:
        """Report a row that was not taken, or was changed."""
        record = row.cells.get("id", "")[:60]
        self.problems.append(Problem(self.files.get(table, table), row.line, record, reason))


def read(path: Path) -> Directory:
    """Read a directory. Raises InvalidInput for a path that is none."""
    if named.is_folder(path):
        found = _folder(path, _listed(path))
    elif path.name.lower() == "datapackage.json":
        found = _folder(path.parent, _listed(path.parent))
    elif _table_of(path.name) and path.suffix.lower() == ".csv":
        found = _folder(path.parent, {_table_of(path.name): path})
    else:
        found = _json(path)  # or a zip
    if not any(row.cells.get("id") for row in found.rows("services")):
        raise InvalidInput(
            "PATH has no services with an id: give the folder with services.csv,"
            " datapackage.json or the JSON file of an Open Referral (HSDS) directory, or a plain"
            " CSV with --layout"
        )
    return found


def _table_of(name: str) -> str:
    return _NAMES.get(name.lower().removesuffix(".csv").replace("-", "_").replace(" ", "_"), "")


def _listed(folder: Path) -> dict[str, Path]:
    """Return table -> file: those that a datapackage names, else by the names of the files."""
    package = folder / "datapackage.json"
    if named.is_file(package):
        try:
            content = named.content(package, "datapackage.json", LARGEST, pipe=False)
            resources = json.loads(content.decode("utf-8-sig")).get("resources", [])
            paths = {_table_of(str(each["name"])): str(each["path"]) for each in resources}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise InvalidInput("datapackage.json does not list its resources") from None
        if any(Path(each).is_absolute() or ".." in Path(each).parts for each in paths.values()):
            raise InvalidInput("datapackage.json names a file outside its folder")
        return {table: folder / each for table, each in paths.items() if table}
    forms = (str.lower, str.title, str.upper)
    found = {}
    for table, others in HSDS["tables"].items():
        tries = (folder / f"{form(name)}.csv" for name in (table, *others) for form in forms)
        if path := next(filter(named.is_file, tries), None):
            found[table] = path
    return found


def _folder(folder: Path, files: Mapping[str, Path]) -> Directory:
    digest = hashlib.sha256()
    found = Directory(folder.resolve().name, "")
    for table, path in files.items():
        found.files[table] = path.name
        if not named.is_file(path):
            found.problem(table, Row(0, {}), "the file is not in the folder")
            continue
        try:
            with source.opened(path, "auto", None) as export:
                digest.update(export.sha256.encode())
                found.tables[table] = list(_rows(found, table, Table(export, ",", wanted=["id"])))
        except InvalidInput as error:
            if table in ("services", "organizations") or str(error) != "the file is empty":
                raise InvalidInput(f"{path.name}: {error}") from None
    found.sha256 = digest.hexdigest()
    return found


def _rows(found: Directory, table: str, file: Table) -> Iterator[Row]:
    names = [name.lower().replace(" ", "_") for name in file.names]
    found.columns[table] = {*names}
    for chunk in file.chunks():
        for number, cells in zip(chunk.numbers, chunk.rows, strict=True):
            yield Row(number, dict(zip(names, cells, strict=True)))
        for broken in chunk.broken:
            found.problem(table, Row(broken.line, {}), broken.reason)


def _json(path: Path) -> Directory:
    content = named.content(path, "PATH", LARGEST + 1, pipe=False)
    if content.startswith(source.ZIP):
        return _zipped(path, content)
    data = _loaded(content)
    found = Directory(path.name, hashlib.sha256(content).hexdigest())
    if isinstance(data, dict):
        inner = next((data[key] for key in ("services", "contents", "data") if key in data), None)
        others = {_table_of(key): value for key, value in data.items() if _table_of(key)}
        for table, rows in others.items():
            _flatten(found, table, rows, {})
        data = inner if "services" not in others else []
    rows = data if isinstance(data, list) else [data]
    owners = any(isinstance(each, dict) and "services" in each for each in rows)
    _flatten(found, "organizations" if owners else "services", rows, {})
    return found


def _loaded(content: bytes) -> Any:
    """Return JSON, of one value or of one a line, in UTF-8 or Windows-1252. Raises InvalidInput."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    try:
        try:
            return json.loads(text)
        except ValueError:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise InvalidInput(
            "PATH is not JSON, nor a folder or zip of CSV files; for a plain CSV write a layout"
            " first, by --suggest"
        ) from None


def _zipped(path: Path, content: bytes) -> Directory:
    """Read a zip of a folder. Raises InvalidInput."""
    with tempfile.TemporaryDirectory(prefix="ccu-directory-") as folder:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                if sum(each.file_size for each in package.infolist()) > LARGEST:
                    raise InvalidInput("PATH is too large unpacked; unpack it, and give its folder")
                package.extractall(folder)  # which keeps names inside the folder
                names = [Path(folder, each) for each in package.namelist()]
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError):
            raise InvalidInput("PATH is a zip that is damaged or has a password") from None
        first = next((each for each in names if each.name.lower() == "datapackage.json"), None)
        first = first or next((each for each in names if _table_of(each.name) == "services"), None)
        found = _folder(first.parent, _listed(first.parent)) if first else Directory("", "")
    found.name, found.sha256 = path.name, hashlib.sha256(content).hexdigest()
    return found


def _flatten(found: Directory, table: str, rows: Any, owner: Mapping[str, str]) -> None:
    """Add nested objects as rows of their tables, each with the ids of its parents."""
    kept = found.tables.setdefault(table, [])
    found.files.setdefault(table, f"{table} in {found.name}")
    for each in rows if isinstance(rows, list) else [rows]:
        number = len(kept) + 1
        if not isinstance(each, dict):
            if table == "services":
                kept.append(Row(number, {}))  # which is reported as one without an id
            else:
                found.problem(table, Row(number, owner), "not a record with fields")
            continue
        found.columns.setdefault(table, set()).update(each)
        cells = {key: str(value) for key, value in each.items() if _is_cell(value)}
        single = {"addresses": "address"}.get(table, table.removesuffix("s"))
        if table != "services":  # its id identifies it, so it needs no place in the file
            cells.setdefault("id", f"{'-'.join(owner.values())}{table}-{number}")
        cells = {**owner, **cells} if table != "organizations" else cells
        for key, value in each.items():
            inner = _table_of(key)
            if inner and isinstance(value, dict):
                cells[f"{inner.removesuffix('s')}_id"] = str(value.get("id", ""))
        kept.append(Row(number, cells))
        if "id" not in cells:
            continue
        mine = {f"{single}_id": cells["id"]}
        if table == "services":
            mine["link_id"] = cells["id"]
        elif table == "service_at_locations":
            mine |= {key: cells[key] for key in ("service_id", "location_id") if key in cells}
        for key, value in each.items():
            inner = _table_of(key)
            if inner and isinstance(value, dict | list):
                _flatten(found, inner, value, mine)
            elif key in HSDS["tables"] and key not in HSDS["texts"] and _is_cell(value):
                found.problem(table, Row(number, cells), f"{key} is no list")


def _is_cell(value: Any) -> bool:
    return value is not None and not isinstance(value, dict | list)


def clean(text: str, longest: int = LONGEST) -> str:
    """Return a cell as one line of plain text; empty for values that mean nothing."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub(" ", text)
    plain = " ".join(_ODD.sub(" ", text).split())
    if plain.casefold().strip("()[]\"'") in _NOTHING:
        return ""
    if len(plain) > longest:
        plain = plain[: longest - 3].rsplit(" ", 1)[0] + "..."
    return plain


def phone(text: str) -> str:
    """Return the first telephone number of a text as it is read out: 203-555-0110, 988.

    A text with other digits, such as of a number to text, is returned as it is; else it is empty.
    """
    plain = re.sub("[\u2010-\u2015]", "-", clean(text, 140).replace('"', "")).strip("'")
    digits = re.sub(r"\D", "", re.split(r"(?i)\bext|(?<=\d) ?x", plain)[0])
    if match := _TEN.search(plain):
        extension = _EXTENSION.match(plain, match.end())
        return "-".join(match.groups()) + (f" ext. {extension[1]}" if extension else "")
    if re.fullmatch(r"1?[2-9]\d{9}", digits) and not plain.startswith("+"):
        return f"{digits[-10:-7]}-{digits[-7:-4]}-{digits[-4:]}"  # 1-800-273-TALK (8255)
    if (match := _LETTERS.search(plain)) and len(match[2].replace("-", "")) > 6:
        return f"{match[1]}-{match[2]}".upper()
    if match := re.match(r"(?i)(?:dial |call )?([2-9])-?([18])-?([18])\b(?!-?\d)", plain):
        return "".join(match.groups())
    if len(digits) > 15 or re.fullmatch(r"(?i)[\d.]+e\+?\d+", plain):  # a spreadsheet shortened it
        return ""
    return plain if len(digits) >= 5 and len({*digits}) > 1 else ""


_TEN = re.compile(r"(?<![\d+])(?:\+?1[-. ]*)?\(?([2-9]\d\d)\)?[-. /]*(\d{3})[-. ]*(\d{4})(?!\d)")
_LETTERS = re.compile(
    r"(?i)(?<!\d)(?:1[-. ]*)?\(?([2-9]\d\d)\)?[-. ]+(?=[\d-]*[a-z])([a-z\d]+(?:-[a-z\d]+)*)"
)
_EXTENSION = re.compile(r"(?i)[ ,;]*(?:x|ext)\.?\D{0,6}(\d{1,6})")


def zip_code(text: str) -> str:
    """Return a ZIP with the zeros before it that a spreadsheet took: 06880 for 6880."""
    return text.zfill(5) if re.fullmatch(r"\d{3,4}", text) else text


def age(text: str) -> int | None:
    """Return an age in years; None for none, and for what is no age."""
    plain = clean(text, 40).casefold()
    if re.search(r"\bmonths?\b", plain) and (found := _NUMBER.search(plain)):
        return int(float(found[0])) // 12
    found = _NUMBER.search(plain)
    years = int(float(found[0])) if found and not plain.startswith("-") else None
    return years if years is not None and years <= 120 else None


def day(text: str) -> str | None:
    """Return the day of a date or time in ISO form; None for none."""
    try:
        return date.fromisoformat(clean(text, 40)[:10]).isoformat()
    except ValueError:
        return None
