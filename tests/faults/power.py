"""What is on the disk when the power fails within a command.

`strace` records what a command writes, syncs, links and removes; `cut` replays the record to a
point. Simulated is a journaling file system: an fsync of anything makes every earlier change of
names durable, and the content of that file. Of what was not synced, content survives in any
selection, a write perhaps in part (in sectors of 512 bytes), and changes of names in their order.
SQLite's -shm, which is memory shared by processes, is gone.
"""

import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

CALLS = ("openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,"
         "unlink,unlinkat,mkdir,mkdirat,rmdir")  # fmt: skip
RUN = "from tests.faults import test_kills; test_kills.be({folder!r}, {row!r})"
REPORT = "report"  # an operation: the command printed something
ROOT = Path(__file__).resolve().parents[2]

Operation = tuple[Any, ...]


def can_record() -> bool:
    """Whether there is a strace here that may trace."""
    found = shutil.which("strace")
    return (
        bool(found)
        and not subprocess.run(
            ["strace", "-qq", "-e", "trace=none", "true"], capture_output=True, check=False
        ).returncode
    )


def record(folder: Path, row: str) -> list[Operation]:
    """Run a line of the told town in a folder; what it did to the files there."""
    log = folder.parent / "strace.log"
    command = ["strace", "-f", "-qq", "-y", "-xx", "-s", "10000000", "-o", str(log),
               "-e", f"trace={CALLS}", sys.executable, "-c",
               RUN.format(folder=str(folder), row=row)]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done
    return [each for each in _read(log, folder) if each]


_LINE = re.compile(r"(\d+) +(\w+)\((.*)\) += (\d+)(<.*>)?$")
_WORD = re.compile(r'(-?\d+|AT_FDCWD)?<((?:\\x[0-9a-f]{2})*)>|"((?:\\x[0-9a-f]{2})*)"')


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _read(log: Path, folder: Path) -> list[Operation]:
    found: list[Operation] = []
    offsets: dict[str, int] = {}  # of a descriptor, where write() goes on
    begun: dict[str, str] = {}  # by thread
    for line in log.read_text().splitlines():
        thread, _, rest = line.partition(" ")
        if line.endswith("<unfinished ...>"):
            begun[thread] = rest.strip().removesuffix("<unfinished ...>").rstrip()
            continue
        if "resumed>" in line:
            line = f"{thread} {begun.pop(thread)}{line.partition('resumed>')[2]}"
        if match := _LINE.match(line):
            found.append(_operation(match[2], match[3], match[4], folder, offsets))
    return found


def _operation(
    call: str, given: str, result: str, folder: Path, offsets: dict[str, int]
) -> Operation:
    """One system call, with paths relative to the folder; empty for one of elsewhere."""
    words = _WORD.findall(given)
    descriptors = [(number, os.fsdecode(_bytes(path))) for number, path, _text in words if number]
    if call in ("write", "pwrite64", "ftruncate", "fsync", "fdatasync"):
        number, path = descriptors[0]
        if path.endswith("/.out") and call == "write":
            return (REPORT,)
        name = _name(path, folder)
        if name is None:
            return ()
        if call in ("fsync", "fdatasync"):
            return ("sync", name)
        if call == "ftruncate":
            return ("cut", name, int(given.rpartition(",")[2]))
        content = _bytes(words[1][2])
        if call == "pwrite64":
            return ("write", name, int(given.rpartition(",")[2]), content)
        at = offsets.get(number, 0)
        offsets[number] = at + len(content)
        return ("write", name, None if at < 0 else at, content)
    if call == "openat":
        offsets[result] = -(10**12) if "O_APPEND" in given else 0
    base = [path for number, path in descriptors]
    texts = [os.fsdecode(_bytes(text)) for number, _path, text in words if not number]
    paths = [os.path.join(base[min(n, len(base) - 1)] if base else "/", text)  # noqa: PTH118
             for n, text in enumerate(texts)]  # fmt: skip
    names = [_name(path, folder) for path in paths]
    if not names or None in names:
        return ()
    if call == "openat":
        return ("make", names[0], "O_TRUNC" in given) if "O_CREAT" in given else ()
    if call.startswith("mkdir"):
        return ()
    return (call.rstrip("at2").removesuffix("a") if call != "linkat" else "link", *names)


def _name(path: str, folder: Path) -> str | None:
    if path == str(folder):
        return ""
    return path[len(str(folder)) + 1 :] if path.startswith(f"{folder}/") else None


class File(NamedTuple):
    """What is on the disk, and what was written since."""

    synced: bytearray
    since: list[Operation]


def cut(before: Path, after: Path, done: list[Operation], chance: random.Random) -> None:
    """Make the folder `after` what is left of the folder `before` when the power fails then."""
    now = {
        str(each.relative_to(before)): File(bytearray(each.read_bytes()), [])
        for each in before.rglob("*") if each.is_file()
    }  # fmt: skip
    durable = dict(now)
    changes: list[tuple[Operation, File | None]] = []
    for each in done:
        if each[0] == "sync":
            if each[1] in now:
                file = now[each[1]]
                for change in file.since:
                    _change(file.synced, change)
                file.since.clear()
            durable, changes = dict(now), []
        elif each[0] in ("write", "cut"):
            if each[1] in now:
                now[each[1]].since.append(each)
        elif each[0] != REPORT:
            _rename(now, each)
            changes.append((each, now.get(each[1])))
    for each, made in changes[: chance.randint(0, len(changes))]:
        _rename(durable, each, made)
    likely = chance.choice((0.0, 0.5, 0.9, 1.0))
    shutil.rmtree(after, ignore_errors=True)
    for name, file in durable.items():
        if name.endswith("-shm"):
            continue
        content = bytearray(file.synced)
        for change in file.since:
            if chance.random() < likely:
                torn = change[0] == "write" and chance.random() < 0.1
                size = chance.randrange(0, len(change[3]) + 1, 512) if torn else None
                _change(content, (*change[:3], change[3][:size]) if torn else change)
        path = after / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)


def _change(content: bytearray, change: Operation) -> None:
    if change[0] == "cut":
        del content[change[2] :]
        content.extend(bytes(change[2] - len(content)))
        return
    at = len(content) if change[2] is None else change[2]
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(change[3])] = change[3]


def _rename(names: dict[str, File], change: Operation, file: File | None = None) -> None:
    kind, name, *rest = change
    if kind == "make":
        if name not in names:
            names[name] = file or File(bytearray(), [])
        elif rest[0]:
            names[name].since.append(("cut", name, 0))
    elif kind == "link":
        if name in names:
            names[rest[0]] = names[name]
    elif kind == "rename":
        for each in [each for each in names if each == name or each.startswith(f"{name}/")]:
            names[rest[0] + each[len(name) :]] = names.pop(each)
    else:  # unlink
        names.pop(name, None)
