"""What can happen while a file is watched: it is saved, a key is pressed, the input ends.

Threads notice it; whoever watches waits for it in one place.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto
from pathlib import Path
from types import FrameType

_LOOK = 0.5  # seconds between looks at a file, where nobody tells of changes
_SURE = 1000  # milliseconds: a look all the same, since some network folders tell of nothing
_STEP = 50  # milliseconds
_SLICE = 0.5  # seconds; on Windows Ctrl-C does not break a wait
_ESCAPE = b"\x1b"  # how the bytes of an arrow or a function key begin


class Event(Enum):
    """What happened."""

    SAVED = auto()  # a file that is watched is another one than before, or gone
    HINT = auto()
    AGAIN = auto()
    NEXT = auto()
    QUIT = auto()


KEYS = {
    "h": Event.HINT,
    "r": Event.AGAIN,
    "n": Event.NEXT,
    "q": Event.QUIT,
    "\x04": Event.QUIT,  # Ctrl-D
}

Tell = Callable[[Event], None]


class Events:
    """Events in the order in which they happened."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._saves: Saves | None = None
        self.tell: Tell = self._queue.put

    def wait(self, seconds: float | None = None) -> Event | None:
        """The next event; None when there was none for so long."""
        while True:
            with contextlib.suppress(queue.Empty):
                return self._queue.get(timeout=_SLICE if seconds is None else seconds)
            if seconds is not None:
                return None

    def follow(self, files: Sequence[Path]) -> None:
        """From now on tell of changes of these files, which lie in one folder, and no others."""
        self.close()
        self._saves = Saves(files, self.tell)

    def close(self) -> None:
        if self._saves is not None:
            self._saves.close()
            self._saves = None


# --- files ------------------------------------------------------------------------------------


class Saves:
    """Tells of changes of some files in one folder, from a thread of its own.

    Editors replace files, so the folder is watched and the names are looked at. What counts is
    what is found, not what the system said of it.
    """

    def __init__(self, files: Sequence[Path], tell: Tell) -> None:
        self._files = tuple(files)
        self._tell = tell
        self._stop = threading.Event()
        self._known = self._state()  # before anybody reads them
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        for _ in self._moments():
            state = self._state()
            if state != self._known:
                self._known = state
                self._tell(Event.SAVED)

    def _moments(self) -> Iterator[None]:
        """When to look."""
        with contextlib.suppress(ImportError, OSError, RuntimeError):  # else see for ourselves
            yield from _told(self._files[0].parent, self._stop)
        while not self._stop.wait(_LOOK):
            yield

    def _state(self) -> tuple[tuple[int, ...], ...]:
        return tuple(map(_look, self._files))


def _look(file: Path) -> tuple[int, ...]:
    """What differs when another file bears the name, or the same was written to."""
    try:
        found = file.lstat()
    except OSError:
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _told(folder: Path, stop: threading.Event) -> Iterator[None]:
    """When the system says that something happened in `folder`, and every second.

    Raises ImportError without the extra `watch`, and OSError or RuntimeError where the folder
    cannot be watched.
    """
    from watchfiles import watch

    for _ in watch(
        folder,
        watch_filter=None,
        debounce=4 * _STEP,
        step=_STEP,
        stop_event=stop,
        rust_timeout=_SURE,
        yield_on_timeout=True,
        recursive=False,
    ):
        yield


# --- keys -------------------------------------------------------------------------------------


def interrupt() -> None:
    """What Ctrl-C does: a check that is running ends as well."""
    main = threading.main_thread().ident
    if main is not None:
        signal.pthread_kill(main, signal.SIGINT)


@contextlib.contextmanager
def keyboard(tell: Tell, stream: int = 0, quit: Callable[[], None] = interrupt) -> Iterator[bool]:
    """Tell of keys as they are pressed, and of the end of the input; yields whether there are keys.

    A terminal gives no keys to a command in the background: it is left alone then. What is typed
    after the block is left to whoever reads next.
    """
    terminal = os.isatty(stream)
    if terminal and not _is_ours(stream):
        yield False
        return
    with contextlib.ExitStack() as stack:
        if terminal:
            stack.enter_context(_key_by_key(stream))
        stack.enter_context(_reader(stream, tell, quit, terminal))
        yield terminal


@contextlib.contextmanager
def _reader(stream: int, tell: Tell, quit: Callable[[], None], terminal: bool) -> Iterator[None]:
    """A thread that reads until the block ends."""
    left, leave = os.pipe()
    reader = threading.Thread(target=_read, args=(stream, left, tell, quit, terminal), daemon=True)
    reader.start()
    try:
        yield
    finally:
        os.close(leave)
        reader.join(_SLICE)  # no longer: on Windows it may sit in a read
        os.close(left)


def _read(stream: int, left: int, tell: Tell, quit: Callable[[], None], terminal: bool) -> None:
    while not _is_left(stream, left):
        data = _some(stream)
        if not data:
            tell(Event.QUIT)
            return
        letters = data.decode("ascii", "ignore").lower() if terminal else ""
        for event in [KEYS[letter] for letter in letters if letter in KEYS]:
            if data.startswith(_ESCAPE):
                break
            if event is Event.QUIT:
                quit()
            tell(event)


def _is_left(stream: int, left: int) -> bool:
    """Wait for something to read; whether nobody wants to know any more."""
    try:
        ready, _, _ = select.select([stream, left], [], [])
    except OSError:  # Windows waits for sockets alone; or the stream is closed, which a read tells
        return False
    return left in ready


def _some(stream: int) -> bytes:
    """What was typed; nothing when the input has ended."""
    try:
        return os.read(stream, 1024)
    except OSError:  # a terminal that was closed
        return b""


def _is_ours(terminal: int) -> bool:
    """Whether keys that are pressed in `terminal` are meant for this process."""
    try:
        import termios  # noqa: F401  not on Windows
    except ImportError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:  # not the terminal that this process belongs to: it is not kept from it
        return True


@contextlib.contextmanager
def _key_by_key(terminal: int) -> Iterator[None]:
    """Keys come at once and are not shown. Ctrl-C stays what it is."""
    import termios
    import tty

    before = termios.tcgetattr(terminal)

    def begin(number: int = 0, frame: FrameType | None = None) -> None:
        if _is_ours(terminal):
            tty.setcbreak(terminal, termios.TCSANOW)

    begin()
    continued = signal.signal(signal.SIGCONT, begin)  # a shell sets it back after Ctrl-Z
    try:
        yield
    finally:
        signal.signal(signal.SIGCONT, continued)
        if _is_ours(terminal):
            with contextlib.suppress(termios.error):  # it was closed
                termios.tcsetattr(terminal, termios.TCSADRAIN, before)
