"""A PostgreSQL of the comparison's own, on a random port of the loopback interface; it is gone at the end."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
import zipfile

import psycopg

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "autovacuum": "off",
}


class Database:
    def __init__(self, root: pathlib.Path, jars: pathlib.Path):
        self._programs = _programs(root, jars)
        # PostgreSQL refuses to be root.
        self._user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="postgres-", dir=root))
        self._server = None

    def __enter__(self):
        if self._user:
            shutil.chown(self._folder, "nobody", "nogroup")
        data = self._folder / "data"
        try:
            subprocess.run(
                [self._programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"],
                check=True,
                stdout=subprocess.DEVNULL,
                cwd=self._folder,
                **self._user,
            )
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
            settings = SETTINGS | {"port": self.port, "unix_socket_directories": self._folder}
            options = [f"--{name}={value}" for name, value in settings.items()]
            with open(self._folder / "log", "wb") as log:
                self._server = subprocess.Popen(
                    [self._programs / "postgres", "-D", data, *options],
                    stdout=log,
                    stderr=log,
                    cwd=self._folder,
                    start_new_session=True,
                    **self._user,
                )
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._server:
            # A fast shutdown, which throws its clients out.
            self._server.send_signal(signal.SIGINT)
            self._server.wait()
        shutil.rmtree(self._folder)

    @property
    def version(self) -> str:
        return self._ask("postgres", "SHOW server_version")

    def conninfo(self, name: str = "balances") -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={name}"

    def load(self, live: pathlib.Path) -> None:
        """Makes the database that each run gets a copy of."""
        self._tell("postgres", "DROP DATABASE IF EXISTS original", "CREATE DATABASE original")
        self._tell(
            "original",
            "CREATE TABLE balances (user_id text PRIMARY KEY, total bigint, events bigint, checksum text)",
        )
        with psycopg.connect(self.conninfo("original")) as connection, connection.cursor() as cursor:
            with cursor.copy("COPY balances FROM STDIN (FORMAT csv)") as copy, open(live, "rb") as file:
                while data := file.read(1 << 20):
                    copy.write(data)
        self._tell("original", "VACUUM ANALYZE balances")

    def put_back(self) -> None:
        """A fresh copy of the whole database, so that no ledger of an earlier run is left in it either."""
        self._tell(
            "postgres",
            "DROP DATABASE IF EXISTS balances WITH (FORCE)",
            "CREATE DATABASE balances TEMPLATE original",
            "CHECKPOINT",
        )

    def rows_unlike(self, truth: pathlib.Path) -> int:
        """How many rows of the live table are wrong, missing or too many."""
        with psycopg.connect(self.conninfo()) as connection, connection.cursor() as cursor:
            with cursor.copy("COPY (SELECT * FROM balances ORDER BY user_id) TO STDOUT (FORMAT csv)") as copy:
                live = b"".join(bytes(data) for data in copy)
        right = truth.read_bytes()
        if live == right:
            return 0
        return max(1, len({line.split(b",")[0] for line in set(live.splitlines()) ^ set(right.splitlines())}))

    def cpu_seconds(self) -> float:
        """User and system time of the server and of all its processes, those that have ended included."""
        ticks = 0
        server = self._server.pid
        for pid, fields in ((server, (11, 12, 13, 14)), *((child, (11, 12)) for child in children(server))):
            try:
                # Behind the name, which may have spaces.
                stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            ticks += sum(int(stat[field]) for field in fields)
        return ticks / os.sysconf("SC_CLK_TCK")

    def _wait(self) -> None:
        while self._server.poll() is None:
            try:
                psycopg.connect(self.conninfo("postgres")).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise SystemExit("Cannot start PostgreSQL:\n" + (self._folder / "log").read_text())

    def _tell(self, name: str, *statements: str) -> None:
        with psycopg.connect(self.conninfo(name), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def _ask(self, name: str, query: str) -> str:
        with psycopg.connect(self.conninfo(name)) as connection:
            return connection.execute(query).fetchone()[0]


def children(pid: int) -> list[int]:
    found = []
    for tasks in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in tasks.read_text().split()]
        except OSError:
            pass
    return found


def _programs(root: pathlib.Path, jars: pathlib.Path) -> pathlib.Path:
    """Debian's newest PostgreSQL, else the one that Errata's demo brings along."""
    programs = pathlib.Path("/usr/lib/postgresql").glob("[0-9]*/bin/initdb")
    installed = {int(path.parts[-3]): path.parent for path in programs}
    if installed:
        return installed[max(installed)]
    machine = {"x86_64": "amd64", "aarch64": "arm64v8"}[os.uname().machine]
    (jar,) = jars.glob(f"demo/embedded-postgres-binaries-linux-{machine}-[0-9]*.jar")
    folder = root / jar.stem
    if not folder.exists():
        unfinished = root / f"{jar.stem}.part"
        shutil.rmtree(unfinished, ignore_errors=True)
        with zipfile.ZipFile(jar) as zipped:
            (packed,) = (name for name in zipped.namelist() if re.fullmatch(r"postgres-.*\.txz", name))
            with zipped.open(packed) as file, tarfile.open(fileobj=file, mode="r:xz") as files:
                files.extractall(unfinished)
        unfinished.rename(folder)
    return folder / "bin"
