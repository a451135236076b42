"""Files are opened by few modules: a new command cannot forget the checks of ccu/files/named.py."""

import ast
from collections.abc import Iterator
from pathlib import Path

import ccu

SOURCE = Path(ccu.__file__).parent
DOORS = {"files/named.py", "files/folders.py", "files/private.py", "files/__init__.py"}
# What opens, makes, replaces, removes or looks at a file by its path.
METHODS = {
    "open", "read_text", "read_bytes", "write_text", "write_bytes", "touch", "mkdir", "rmdir",
    "unlink", "rename", "replace", "symlink_to", "hardlink_to", "chmod", "lchmod", "stat", "lstat",
    "exists", "is_file", "is_dir", "is_symlink", "is_fifo", "samefile", "iterdir", "glob", "rglob",
    "walk", "owner", "group",
}  # fmt: skip
IN_OS = METHODS | {
    "remove", "makedirs", "removedirs", "chown", "lchown", "link", "symlink", "listdir", "scandir",
    "access", "truncate", "utime", "mkfifo", "mknod", "readlink", "fdopen", "renames",
    "removexattr", "setxattr", "getxattr", "listxattr", "statvfs", "pathconf", "chflags",
}  # fmt: skip
MODULES = {"shutil", "tempfile", "fileinput", "linecache", "mmap", "zipfile", "tarfile", "dbm"}
# Module -> what it does with files by their paths, and why it may.
ALLOWED = {
    # the database, the files beside it, and the keys: the installation names them
    "database/opening.py": {
        *("os.open", "sqlite3.connect", "encryption.connect", "os.access", ".chmod", ".lstat"),
        ".stat",
    },
    "database/schema.py": {
        *("opening.connect", "sqlite3.connect", ".chmod", ".stat", ".read_bytes"),
        *(".is_file", ".read_text", ".unlink"),
    },
    "database/copies.py": {"os.open", ".lstat", ".iterdir", ".samefile", ".unlink"},
    "database/restoring.py": {
        *("shutil", "opening.connect", ".open", ".stat", ".is_file", ".samefile", ".glob"),
        *(".iterdir", ".unlink", ".read_bytes", ".chmod", ".replace", "os.chown", "os.link"),
    },
    "audit/review.py": {".read_text"},
    "audit/anchors.py": {".is_file", ".is_symlink", ".iterdir", ".read_bytes"},
    "installation.py": {"os.open", ".stat"},  # root's own
    "database/encryption.py": {"module.connect", "os.open", ".mkdir"},
    "database/key_chain.py": {".open"},
    "referrals/letter.py": {".read_text"},
    "referrals/parcel.py": {".read_text"},  # the key of parcels, beside the database
    "check/privacy.py": {".open", ".stat", ".lstat", ".iterdir"},
    "database/side_file.py": {
        *("db.connect", "os.open", ".stat", ".lstat", ".read_bytes", ".read_text"),
    },
    "records/audit.py": {".rename"},
    "audit/store.py": {".unlink"},
    "export/folder.py": {".stat", ".open"},  # in an open folder
    "records/stigmatizing_terms.py": {".read_text"},
    "records/__init__.py": {".read_text"},  # files of the package
    "imports/dispatch/staging_store.py": {".iterdir", ".stat", ".unlink"},
    "retention/actions.py": {".iterdir"},
    # the user's data folder
    "first_file.py": {".mkdir"},
    # files of the package
    "access.py": {".read_text"},
    "address/words.py": {".read_text"},
    "dates/spoken.py": {".read_text"},
    "identity/names.py": {".read_text"},
    "imports/layout.py": {".read_text"},
    "imports/directory/tables.py": {"tempfile", "zipfile"},  # a zip, unpacked and removed again
    "providers/need_words.py": {".read_text"},
    "database/migrations/__init__.py": {".read_text", "opening.connect"},
    "report/definitions.py": {".read_text", ".rglob"},
    "report/files.py": {".read_text"},
    "output/paper.py": {".read_text", ".rglob"},  # fonts of the system
    "providers/store.py": {"sqlite3.connect"},  # in memory
    "retention/kept_store.py": {".read_text"},
    "undo/steps.py": {".read_text"},
    "export/cells.py": {".read_text"},
    # temporary files of ccu's own, in folders of its own
    "failures.py": {"tempfile"},
    "imports/source.py": {"tempfile", "zipfile"},
    "options/drafts.py": {
        *("tempfile", "shutil", ".touch", ".write_text"),  # the editor, refused by sudo
        *(".mkdir", ".unlink", ".is_file", ".walk"),
    },
    "demo/build.py": {"tempfile", ".unlink"},
    "demo/town.py": {".open", ".read_text"},
    # open descriptors, not paths
    "output/__init__.py": {"os.open"},  # the null device
    "output/to_file.py": {"os.fdopen"},
}


def opens(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from {each.name for each in node.names} & MODULES
        elif isinstance(node, ast.ImportFrom):
            assert node.module not in ("os", "io", "pathlib") or not (
                {each.name for each in node.names} & IN_OS
            ), "call it by its module, so that it is seen here"
            yield from {node.module or ""} & MODULES
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in ("open", "FileIO"):
                yield called.id
            elif isinstance(called, ast.Attribute):
                yield from of_attribute(called, node)


def of_attribute(called: ast.Attribute, call: ast.Call) -> Iterator[str]:
    owner = called.value.id if isinstance(called.value, ast.Name) else ""
    if owner == "os" and called.attr in IN_OS:
        yield f"os.{called.attr}"
    elif owner in ("io", "codecs", "gzip", "bz2", "lzma") and called.attr == "open":
        yield f"{owner}.open"
    elif called.attr == "connect":
        yield f"{owner}.connect"
    elif called.attr in METHODS and owner != "os" and not is_another(called, call):
        yield f".{called.attr}"


def is_another(called: ast.Attribute, call: ast.Call) -> bool:
    """Whether it is a method of something else by the same name: text.replace(a, b), say."""
    if called.attr == "replace":
        return len(call.args) != 1 or bool(call.keywords)
    if isinstance(called.value, ast.Attribute):
        return called.value.attr == "folder"  # a Folder, by its descriptor
    owner = called.value.id if isinstance(called.value, ast.Name) else ""
    return owner in {
        "ast",
        "re",
        "match",
        "relations",
        "referral_undo",
        "households",
        "household_entry",
        "named",
        "naming",
    }


def test_no_other_module_opens_a_file_by_its_path() -> None:
    found = {}
    for path in SOURCE.rglob("*.py"):
        name = path.relative_to(SOURCE).as_posix()
        what = set(opens(ast.parse(path.read_text(encoding="utf-8"))))
        if name not in DOORS and what:
            found[name] = what
    assert found == ALLOWED
