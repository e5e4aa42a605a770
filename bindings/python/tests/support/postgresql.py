"""A real PostgreSQL, reached by a socket in its folder alone."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import OperationalError

from . import wait_until
from .programs import REPOSITORY, Program

_UNPACKED = REPOSITORY / "target" / "debian"
_PROGRAMS = "usr/lib/postgresql/*/bin"
_USER = "argus"

# It does not run as root; then it runs as this user.
_ORDINARY = "nobody"


class PostgreSQL:
    """A server that runs until it is stopped, whose databases are gone then."""

    def __init__(self) -> None:
        """Make a folder for it and start it there; not below the tests' own folder, which is closed to others."""
        self._folder = Path(tempfile.mkdtemp(prefix="argus-mqtt-postgresql-"))
        self._program: Program | None = None
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        self._root, self._programs = self._found()
        self._data = self._folder / "data"
        self._data.mkdir()
        if os.getuid() == 0:
            ordinary = pwd.getpwnam(_ORDINARY)
            for directory in (self._folder, self._data):
                os.chown(directory, ordinary.pw_uid, ordinary.pw_gid)
        options = ("--username", _USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        self._run("initdb", "--pgdata", self._data, *options)
        quick = ("-c", "fsync=off", "-c", "listen_addresses=", "-c", f"unix_socket_directories={self._folder}")
        command = self._command("postgres", "-D", self._data, *quick, deadly=True)
        program = self._program = Program(command, self._environment(), directory=self._folder)
        wait_until(lambda: self._answers() or not program.running, "PostgreSQL starts")
        if not program.running:
            program.ended()
            raise AssertionError(f"PostgreSQL does not start:\n{program.output}")

    def stop(self) -> None:
        """Stop it and remove its folder."""
        try:
            if self._program is not None:
                with self._program:
                    # Nothing of it is kept, so it need not write anything down.
                    self._program.send(signal.SIGQUIT)
                    self._program.ended()
        finally:
            shutil.rmtree(self._folder)

    def database(self) -> URL:
        """Empty the database, which takes less time than to make another, and give its address."""
        address = self._url("postgres")
        engine = create_engine(address)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
        return address

    def pause(self) -> None:
        """Let it answer nobody, as behind a network that is cut, until `resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let it answer nobody until the end of the block."""
        self.pause()
        try:
            yield
        finally:
            self.resume()

    def _signal(self, number: signal.Signals) -> None:
        assert self._program is not None
        main = self._program.process_id
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for process in (main, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)

    def _url(self, database: str) -> URL:
        return URL.create("postgresql+psycopg", _USER, database=database, query={"host": str(self._folder)})

    def _answers(self) -> bool:
        engine = create_engine(self._url("postgres"))
        try:
            engine.connect().close()
        except OperationalError:
            return False
        finally:
            engine.dispose()
        return True

    def _found(self) -> tuple[Path, Path]:
        """Give the root of the tree with the programs and the folder of them, which the ordinary user can enter."""
        for root in (_UNPACKED, Path("/")):
            found = sorted(root.glob(_PROGRAMS))
            if not found:
                continue
            closed = os.getuid() == 0 and not _can_enter(found[-1])
            usable = self._copied(root) if closed else root
            return usable, max(usable.glob(_PROGRAMS))
        raise AssertionError("PostgreSQL is missing: run tools/debian postgresql, or install it")

    def _copied(self, root: Path) -> Path:
        copy = self._folder / "programs"
        for part in ("usr/lib", "usr/share/postgresql"):
            shutil.copytree(root / part, copy / part, symlinks=True)
        return copy

    def _environment(self) -> dict[str, str]:
        if self._root == Path("/"):
            return {}
        return {"LD_LIBRARY_PATH": ":".join(map(str, self._root.glob("usr/lib/*-linux-*")))}

    def _command(self, program: str, *arguments: str | Path, deadly: bool = False) -> Sequence[str | Path]:
        command: list[str | Path] = [self._programs / program, *arguments]
        if os.getuid() != 0:
            return command
        # Another user's process forgets that it is to end with this one.
        tie = ["--pdeathsig", "KILL"] if deadly else []
        group = str(pwd.getpwnam(_ORDINARY).pw_gid)
        return ["setpriv", f"--reuid={_ORDINARY}", f"--regid={group}", "--clear-groups", *tie, *command]

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            self._command(program, *arguments),
            cwd=self._folder,
            env={**os.environ, **self._environment()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def _can_enter(folder: Path) -> bool:
    return all(one.stat().st_mode & 0o001 for one in (folder, *folder.parents))
