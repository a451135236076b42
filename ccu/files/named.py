"""Open the files that a user names, to read or write; the only place that does so.

Every check is made on an open descriptor, never on a path that could lead elsewhere a moment later.
By sudo (access.caller) ccu would open files with rights that the caller lacks. So it reads only
files that the caller owns, writes only into a folder that the caller owns, and follows no link on
the way; standard input and output are always better.
"""

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from io import BufferedReader, FileIO
from pathlib import Path

from ccu import access, files
from ccu.errors import InvalidInput
from ccu.files import Place, folders
from ccu.files.folders import Folder

DATABASES = (".db", ".sqlite", ".sqlite3")
_BELONGS = ("-wal", "-shm", "-journal")
_LINUX = sys.platform == "linux"
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)  # do not block on a pipe without a writer
_READ = os.O_RDONLY | _NONBLOCK | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)


# ---------------------------------------------------------------- reading


def opened(path: Path, what: str, instead: str = "", pipe: bool = True) -> FileIO:
    """Open a file for reading. Raises InvalidInput, naming it by `what`.

    `instead` is what to type by sudo, `pipe` takes a pipe or a device too (never by sudo). A key
    is never read.
    """
    caller = access.caller()
    try:
        descriptor = os.open(path, _READ) if caller is None else _of_caller(path, caller)
    except (OSError, ValueError) as error:
        if caller is not None:
            raise _not_the_callers(what, instead) from None
        why = "no such file" if isinstance(error, FileNotFoundError) else files.reason(error)
        raise InvalidInput(f"cannot read {what}: {why}") from None
    about = os.fstat(descriptor)
    if files.is_in_use(about):  # left open: closing it would drop SQLite's locks
        raise InvalidInput(f"cannot read {what}: it is the database")
    try:
        if caller is not None and not (stat.S_ISREG(about.st_mode) and about.st_uid == caller):
            raise _not_the_callers(what, instead)
        return FileIO(_checked(descriptor, about, path, what, pipe), "rb")
    except OSError as error:
        os.close(descriptor)
        raise InvalidInput(f"cannot read {what}: {files.reason(error)}") from None
    except InvalidInput:
        os.close(descriptor)
        raise


def _of_caller(path: Path, caller: int) -> int:
    """Open the last part of a path without links. Raises OSError."""
    with folders.walk(path.parent) as folder:
        about = folder.stat(path.name)  # before opening it, which may affect a device
        if about is None or not stat.S_ISREG(about.st_mode) or about.st_uid != caller:
            raise PermissionError
        return folder.open(path.name, _READ)


def _not_the_callers(what: str, instead: str) -> InvalidInput:
    """Return the same error for all cases, so that it reveals nothing about a closed folder."""
    then = f"type {instead}" if instead else "copy it to a file of your own"
    return InvalidInput(
        f"cannot read {what}: by sudo ccu reads only an ordinary file that you own, at a path"
        f" without links; {then}"
    )


def _checked(descriptor: int, about: os.stat_result, path: Path, what: str, pipe: bool) -> int:
    """Return the descriptor to read from. Raises InvalidInput, OSError."""
    if stat.S_ISDIR(about.st_mode):
        raise InvalidInput(f"cannot read {what}: it is a folder")
    if stat.S_ISREG(about.st_mode):
        start = os.read(descriptor, 100)
        os.lseek(descriptor, 0, os.SEEK_SET)
        if files.is_key(start):
            raise InvalidInput(f"cannot read {what}: it is a key")
        return descriptor
    if not pipe or _is_endless(descriptor, about):
        raise InvalidInput(f"cannot read {what}: it is not an ordinary file")
    if not stat.S_ISFIFO(about.st_mode) or _LINUX:
        if stat.S_ISFIFO(about.st_mode):
            _wait_for_writer(descriptor)
        os.set_blocking(descriptor, True)
        return descriptor
    again = os.open(path, os.O_RDONLY)  # waits for a writer
    if not os.path.samestat(about, os.fstat(again)):
        os.close(again)
        raise InvalidInput(f"cannot read {what}: it was replaced meanwhile; try again")
    os.close(descriptor)
    return again


def _is_endless(descriptor: int, about: os.stat_result) -> bool:
    """Return whether it is a device other than a terminal or the null device."""
    if stat.S_ISCHR(about.st_mode):
        return not (os.isatty(descriptor) or os.path.samestat(about, Path(os.devnull).stat()))
    return stat.S_ISBLK(about.st_mode)


def _wait_for_writer(descriptor: int) -> None:
    """Wait until there is something in a pipe, or its writer is gone.

    Opening it a second time would wait forever for a writer that came and went in between.
    """
    import select

    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    waiting.poll()


def content(path: Path, what: str, most: int, instead: str = "", pipe: bool = True) -> bytes:
    """Return the first `most` bytes of a file. Raises InvalidInput as `opened` does."""
    with BufferedReader(opened(path, what, instead, pipe)) as file:
        try:
            found = file.read(most)
        except OSError as error:
            raise InvalidInput(f"cannot read {what}: {files.reason(error)}") from None
    if files.is_key(found):
        raise InvalidInput(f"cannot read {what}: it is a key")
    return found


def text_lines(path: Path | None, option: str, instead: str = "") -> Iterator[str]:
    """Return the lines of a text file, or of stdin for None, one at a time; bytes that are not
    UTF-8 are taken as Windows-1252. Raises InvalidInput naming the option.
    """
    if path is None:
        yield from (_decoded(line) for line in sys.stdin.buffer)
        return
    with BufferedReader(opened(path, option, instead)) as lines:
        try:
            for line in lines:
                if files.is_key(line):
                    raise InvalidInput(f"cannot read {option}: it is a key")
                yield _decoded(line)
        except OSError as error:
            raise InvalidInput(f"cannot read {option}: {files.reason(error)}") from None


def _decoded(line: bytes) -> str:
    line = line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


# ---------------------------------------------------------------- writing


def check(path: Path, what: str) -> None:
    """Refuse, before any work, a file that cannot or must not be written. Raises InvalidInput."""
    with place(path, what) as at:
        draft = Draft(at, what)
        os.close(draft.descriptor)
        draft.discard()


@contextlib.contextmanager
def place(
    path: Path, what: str, trusted: Path | None = None, follow: bool = True
) -> Iterator[Place]:
    """Open the folder that a file is to be written into. Raises InvalidInput, naming it by `what`.

    A link in the last place leads on (`follow`), except by sudo. `trusted` is a folder of the
    installation that a file may be written into by sudo, too.
    """
    caller = access.caller()
    with contextlib.ExitStack() as stack:
        try:
            # No links from here on: a link found now was put there in between.
            if caller is None:
                path = _real(path) if follow else _real(path.parent) / path.name
            folder = stack.enter_context(folders.walk(path.parent))
            if caller is not None and not _may_write(folder, caller, trusted):
                raise PermissionError
        except (OSError, ValueError) as error:
            if caller is not None:
                raise not_by_sudo(what) from None
            raise InvalidInput(f"cannot write {what}: {_why(error)}") from None
        yield Place(folder, path.name)


@contextlib.contextmanager
def folder(path: Path, what: str, make: bool = False) -> Iterator[Folder | None]:
    """Open a folder to write files into; None if it does not exist.

    With `make` it is then made, private. Raises InvalidInput, naming it by `what`.
    """
    with contextlib.ExitStack() as stack:
        try:
            found: Folder | None = stack.enter_context(_existing(path, what))
        except FileNotFoundError:
            found = None
        if found is None and make:
            at = stack.enter_context(place(path, what))
            try:
                found = stack.enter_context(at.folder.make_folder(at.name))
                if found.names():  # replaced as soon as it was made
                    raise FileExistsError(errno.EEXIST, "File exists")
            except OSError as error:
                raise InvalidInput(f"cannot write {what}: {_why(error)}") from None
        yield found


def _existing(path: Path, what: str) -> Folder:
    """Open a folder that is there. Raises FileNotFoundError, InvalidInput."""
    caller = access.caller()
    try:
        found = folders.walk(path if caller is not None else _real(path))
        if caller is not None and not _may_write(found, caller, None):
            raise not_by_sudo(what)
        return found
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        if caller is not None:
            raise not_by_sudo(what) from None
        why = "it is a file" if isinstance(error, NotADirectoryError) else files.reason(error)
        raise InvalidInput(f"cannot write {what}: {why}") from None


def is_folder(path: Path) -> bool:
    """Return whether a folder exists; never use it for a decision that a link could redirect."""
    return os.path.isdir(path)  # noqa: PTH112 -- Path.is_dir raises for a closed folder


def is_file(path: Path) -> bool:
    """Whether an ordinary file is there; by sudo, in a folder that the caller may write into."""
    if access.caller() is None:
        return os.path.isfile(path)  # noqa: PTH113 -- False in a closed folder, too
    with contextlib.suppress(InvalidInput, OSError), place(path, "") as there:
        about = there.folder.stat(there.name)
        return about is not None and stat.S_ISREG(about.st_mode)
    return False


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _may_write(folder: Folder, caller: int, trusted: Path | None) -> bool:
    if trusted is not None and is_trusted(folder.path, trusted):
        return True
    return folder.about().st_uid == caller and not folders.holds_database(folder)


def is_trusted(folder: Path, trusted: Path | None) -> bool:
    """Return whether this is the installation's folder, which only root and we can change."""
    return trusted is not None and folder == trusted and folders.is_kept(folder)


def must_be_trusted(path: Path, trusted: Path | None) -> None:
    """Refuse by sudo a database to be made elsewhere: SQLite writes by paths, which can be swapped.

    `trusted` is the installation's folder for backups; None: there is none. Raises InvalidInput.
    """
    if access.caller() is not None and not is_trusted(path.parent, trusted):
        raise InvalidInput(
            f"by sudo ccu does not make {path}: the nightly job makes backups, and an administrator"
            " can make a database as the account that is to own it"
        )


def not_by_sudo(what: str) -> InvalidInput:
    """Return the error for any folder that is not the caller's, whatever its content."""
    return InvalidInput(
        f"cannot write {what}: by sudo ccu writes only into a folder that you own, at a path"
        " without links; print instead, and redirect: ccu ... > FILE"
    )


def _why(error: Exception) -> str:
    if isinstance(error, PermissionError) and access.caller() is not None:
        return "the account that ccu runs as may not; print instead, and redirect: ccu ... > FILE"
    missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    return "no such folder" if missing else files.reason(error)


def must_be_replaceable(place: Place, what: str) -> None:
    """Refuse what must not be replaced: a folder, a device, a database and its copies, a key.

    Raises InvalidInput.
    """
    if place.name.endswith(_BELONGS):  # content that is not in a database yet
        raise InvalidInput(f"cannot write {what}: it belongs to a database")
    try:
        wrong = _not_to_be_replaced(place)
    except (OSError, ValueError) as error:
        wrong = _why(error)
    if wrong:
        raise InvalidInput(f"cannot write {what}: {wrong}")


def _not_to_be_replaced(place: Place) -> str:
    """Return why, or an empty text. Raises OSError."""
    folder, name = place.folder, place.name
    about = folder.stat(name) if name not in ("", ".", "..") else folder.about()
    if about is None:
        return ""
    if stat.S_ISDIR(about.st_mode):
        return "it is a folder"
    if not stat.S_ISREG(about.st_mode):
        return "it is not an ordinary file"
    # Not opened where it is ours: closing it would drop SQLite's locks.
    in_use = files.is_in_use(about) or any(folder.stat(name + each) for each in _BELONGS)
    if in_use or place.suffix.lower() in DATABASES:
        return "it is a database"
    descriptor = folder.open(name, os.O_RDONLY)
    about = os.fstat(descriptor)
    if files.is_in_use(about):  # replaced since: left open
        return "it is a database"
    try:
        start = os.read(descriptor, 100)
    finally:
        os.close(descriptor)
    if folders.is_database(start, about.st_size):
        return "it is a database"
    return "it is a key or an anchor" if files.is_proof(start) else ""


class Draft:
    """A new private file in a folder, to be given its name when it is complete."""

    def __init__(self, place: Place, what: str) -> None:
        self._place, self._what = place, what
        self._part = f".ccu-{os.urandom(8).hex()}.tmp"
        must_be_replaceable(place, what)
        try:
            self.descriptor = place.folder.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        except (OSError, ValueError) as error:
            raise InvalidInput(f"cannot write {what}: {_why(error)}") from None

    def publish(self) -> None:
        """Give the file, closed and on disk, its name. Raises InvalidInput, OSError."""
        must_be_replaceable(self._place, self._what)  # again, because writing may have taken long
        self._place.folder.rename(self._part, self._place.name)
        with contextlib.suppress(OSError):  # some shares cannot; the file itself is on disk
            self._place.folder.sync()

    def discard(self) -> None:
        """Remove what was not published."""
        with contextlib.suppress(OSError):
            self._place.folder.remove(self._part)


def append(
    path: Path, line: bytes, what: str, fits: Callable[[bytes], bool], trusted: Path | None = None
) -> None:
    """Add a line to a file that holds nothing but such lines (`fits`), or to a new one.

    Raises InvalidInput, naming the file by `what`.
    """
    with place(path, what, trusted) as at:
        try:
            about = at.folder.stat(at.name)
            ordinary = about is None or stat.S_ISREG(about.st_mode)
            ordinary = ordinary and not at.name.endswith(_BELONGS)
            if not ordinary or (about is not None and files.is_in_use(about)):
                raise InvalidInput(f"cannot write {what}: it is not a file of anchors")
            descriptor = at.folder.open(at.name, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        except (OSError, ValueError) as error:
            raise InvalidInput(f"cannot write {what}: {files.reason(error)}") from None
        if files.is_in_use(os.fstat(descriptor)):  # replaced since: left open
            raise InvalidInput(f"cannot write {what}: it is the database")
        try:
            about = os.fstat(descriptor)
            # By sudo, a file with a second name may belong to somebody else.
            own = access.caller() is None or about.st_nlink == 1
            if not (stat.S_ISREG(about.st_mode) and own and fits(os.read(descriptor, 100_000))):
                raise InvalidInput(f"cannot write {what}: it is not a file of anchors")
            os.write(descriptor, line)
            os.fsync(descriptor)
        except OSError as error:
            raise InvalidInput(f"cannot write {what}: {files.reason(error)}") from None
        finally:
            os.close(descriptor)
