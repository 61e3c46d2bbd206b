"""One worker process as its parent holds it: started, spoken to, watched, and killed when it costs too much."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Literal, NoReturn, TypeAlias, cast

from assistant.corpus.limits import shown_size
from assistant.corpus.reading import needed_memory
from assistant.corpus.wire import WireError, receive, send, to_wire
from assistant.corpus.worker import READY, Settings
from assistant.errors import ReaderError

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0
READER = "assistant.corpus.worker"
"""The module whose ``main`` reads files."""
Cause: TypeAlias = Literal["time", "memory", "crash", "nonsense"]
_SIGKILL, _SIGALRM = 9, 14
_START_SECONDS = 60.0
"""Time that a worker has to come up."""
_NEAR = 0.75
"""A worker that crashes with so much of its memory in use is taken to have crashed for want of more."""


NONSENSE = "made its reader answer nonsense: open it in its own program and save it again"


class LostError(Exception):
    """The worker is gone, or had to be killed; the message says why the file it read was given up.

    Attributes:
        again: whether it had read other files before, which may be to blame: a fresh worker tells.
        cause: what was too much, for those who say it in words of their own.
    """

    def __init__(self, reason: str, again: bool = False, cause: Cause = "crash") -> None:
        super().__init__(reason)
        self.again = again
        self.cause = cause


class Process:
    """A worker process that is started when it is first needed, and again after it was lost.

    Used by one thread; only :meth:`watch` and :meth:`kill` are for others too.

    Args:
        settings: what reading one document may cost, and what readers are told.
        module: its ``main`` is what the process does.

    Attributes:
        served: files that the process has read to their end.
    """

    def __init__(self, settings: Settings, module: str = READER) -> None:
        self.served = 0
        self._code = f"from {module} import main; main()"
        self._settings = settings
        self._limits = settings.limits
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False
        self._since = 0.0
        self._allowed = settings.limits.seconds
        self._memory = 0
        self._reason = ""
        self._cause: Cause = "crash"
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the process without waiting for it.

        Raises:
            ReaderError: if the system does not let it start.
        """
        if self._process is not None:
            return
        self._ready, self._memory, self._reason, self._cause, self.served = False, 0, "", "crash", 0
        debug = bool(os.environ.get("FOOTNOTE_DEBUG"))
        try:
            self._process = subprocess.Popen(  # noqa: S603  # this very interpreter and a module of ours
                [sys.executable, "-P", "-c", self._code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if debug else subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for the parent alone, and what a reader starts dies with it
            )
        except OSError as error:
            raise ReaderError(
                f"a process that reads files cannot be started ({error.strerror or error}); "
                "close other programs and run again"
            ) from error
        with contextlib.suppress(BrokenPipeError):  # it ended at once, which shows when it is waited for
            self._tell(b"S", self._settings)

    def send(self, request: object) -> None:
        """Give the process something to read; it is started if there is none.

        Raises:
            ReaderError: if it does not come up.
        """
        try:
            if self._ready:
                try:
                    self._tell(b"T", request)
                except OSError:  # it was ended from outside while it had nothing to do
                    self.stop()
                else:
                    return
            self.start()
            self._await_ready()
            self._tell(b"T", request)
        except (OSError, LostError) as error:
            raise ReaderError(
                f"a process that reads files did not come up ({error}); set FOOTNOTE_DEBUG=1 and run again to see why"
            ) from error

    def receive(self) -> tuple[bytes, bytes]:
        """The next message: its kind and its JSON. Only the time in here counts against the limit.

        Raises:
            LostError: if the process crashed or was killed; the next :meth:`send` starts another.
        """
        process = self._process
        if process is None or process.stdout is None:
            raise LostError(self._reason or "was given up")
        self._since = time.monotonic()
        try:
            message = receive(process.stdout)
        except WireError:
            self.give_up(NONSENSE, "nonsense")
        finally:
            self._since = 0.0
        if message is None:
            self.stop()
            raise LostError(self._reason, self.served > 0 and self._cause != "time", self._cause)
        return message

    def give_up(self, reason: str, cause: Cause = "nonsense") -> NoReturn:
        """End the process for what it said.

        Raises:
            LostError: always, with the reason.
        """
        self.kill(reason, cause)
        self.stop()
        raise LostError(reason, cause=cause)

    @property
    def peak(self) -> int:
        """The most memory in bytes that was seen in use since the last document; 0 where it cannot be seen."""
        return self._memory

    def watch(self) -> None:
        """Kill the process if it takes too long or too much memory; to be called every so often."""
        since, process = self._since, self._process
        if not since or process is None:
            return
        if self._ready:  # before it has come up, what is seen may still be this process's own memory
            self._memory = max(self._memory, _resident(process.pid))
        if self._memory > self._limits.memory_bytes:
            self.kill(needed_memory(self._limits), "memory")
        elif time.monotonic() - since > self._allowed:
            self.kill(self._too_long(), "time")

    def kill(self, reason: str, cause: Cause = "crash") -> None:
        """End the process, and whatever it started, at once."""
        with self._lock:
            process = self._process
            if process is not None and process.poll() is None:
                if not self._reason:
                    self._reason, self._cause = reason, cause
                _kill(process)

    def stop(self) -> None:
        """End the process and forget it; :attr:`_reason` says how it ended if it ended by itself."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1 if not self._reason else 0)  # its pipe is closed: it is about to end
        self.kill("was given up")
        code = process.wait()
        if not self._reason:
            self._reason, self._cause = self._how(code)
        with self._lock:
            self._process, self._ready = None, False
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def forget_peak(self) -> None:
        """Measure the memory anew from here on."""
        self._memory = 0

    def _await_ready(self) -> None:
        self._allowed = max(_START_SECONDS, self._limits.seconds)
        kind, _ = self.receive()
        self._allowed = self._limits.seconds
        if kind != READY:
            self.give_up("did not say that it is ready")
        self._ready = True

    def _tell(self, kind: bytes, value: object) -> None:
        process = cast("subprocess.Popen[bytes]", self._process)
        if process.stdin is not None:
            send(process.stdin, kind, to_wire(value))

    def _too_long(self) -> str:
        return f"took longer than {self._limits.seconds:g} s to read: split it, or raise --timeout"

    def _how(self, code: int) -> tuple[str, Cause]:
        if self._memory > _NEAR * self._limits.memory_bytes:
            return needed_memory(self._limits), "memory"
        if code >= 0:
            return f"ended its reader (exit code {code}): open it in its own program and save it again", "crash"
        number = -code
        if number == _SIGALRM:
            return self._too_long(), "time"
        if number == _SIGKILL:
            reason = (
                f"had its reader killed at {shown_size(self._memory)} of memory (by the system, when it runs out): "
                "split it, or close other programs"
            )
            return reason, "memory"
        return f"crashed its reader (signal {number}): open it in its own program and save it again", "crash"


def _environment() -> dict[str, str]:
    """This process's environment, with the places its modules come from, and no idle threads in the worker."""
    places = [str(Path(place).resolve()) for place in sys.path]
    threads = {name: os.environ.get(name, "1") for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    return {**os.environ, **threads, "PYTHONPATH": os.pathsep.join(places)}


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, _SIGKILL)
        else:
            process.kill()


def _resident(pid: int) -> int:
    """Memory that a process has in use, in bytes; 0 where the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * _PAGE_BYTES
    except (OSError, ValueError, IndexError):
        return 0
