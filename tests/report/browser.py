"""A browser without a window, spoken to through a pipe: only the standard library is needed."""

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROGRAM = next((found for name in NAMES if (found := shutil.which(name))), None)
PATIENCE = 60  # seconds
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--no-first-run", "--no-default-browser-check", "--disable-extensions", "--mute-audio"),
    "--remote-debugging-pipe",
)


class Browser:
    """One open page. Every event of the browser is kept in `events`, as (method, params)."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._buffer = b""
        self._last = 0
        self._session = ""
        self.events: list[tuple[str, dict[str, Any]]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log", "Security"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the DevTools protocol and its answer."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                found: dict[str, Any] = answer["result"]
                return found

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            if not select.select([self._back], [], [], PATIENCE)[0]:
                raise TimeoutError("the browser does not answer")
            piece = os.read(self._back, 1 << 20)
            if not piece:
                raise RuntimeError("the browser ended")
            self._buffer += piece
        line, self._buffer = self._buffer.split(b"\0", 1)
        message: dict[str, Any] = json.loads(line)
        if "method" in message:
            self.events.append((message["method"], message["params"]))
        return message

    def open(self, path: Path, width: int, height: int = 900) -> None:
        """Load a file in a window of that many pixels, until it is complete."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            **{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        self.events.clear()
        self.ask("Page.navigate", url=path.as_uri())
        while not any(name == "Page.loadEventFired" for name, _ in self.events):
            self._next()

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        found = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"]))
        return found["result"].get("value")


@contextlib.contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser with a new profile in `folder`, ended with everything that it started."""
    assert PROGRAM is not None
    theirs, to = os.pipe()
    back, answers = os.pipe()
    # out of the way of 3 and 4, where a browser listens and answers
    ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (theirs, answers)]
    nowhere = os.devnull
    running = os.posix_spawn(
        PROGRAM,
        (PROGRAM, *FLAGS, f"--user-data-dir={folder}", "about:blank"),
        os.environ,
        setpgroup=0,
        file_actions=(
            *((os.POSIX_SPAWN_OPEN, number, nowhere, os.O_RDWR, 0) for number in (0, 1, 2)),
            *((os.POSIX_SPAWN_DUP2, end, place) for place, end in enumerate(ends, 3)),
        ),
    )
    for end in (theirs, answers, *ends):
        os.close(end)
    try:
        yield Browser(to, back)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running, signal.SIGKILL)
        os.waitpid(running, 0)
        os.close(to)
        os.close(back)
