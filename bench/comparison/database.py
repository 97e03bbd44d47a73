"""A PostgreSQL of the comparison's own, on a random port of the loopback interface; it is gone at the end."""
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
import zipfile

import psycopg

import processes

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "autovacuum": "off",
    # A table that is filled in the transaction that makes it isn't written to the log as well.
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "maintenance_work_mem": "256MB",
}
ORIGINAL = "original"


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
            (self.port,) = processes.free_ports(1)
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
        return self._ask("postgres", "SHOW server_version")[0]

    def conninfo(self, name: str = "balances") -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={name}"

    def keep(self, live: pathlib.Path) -> None:
        """Makes the database that each run gets a copy of."""
        self._make(ORIGINAL, live)

    def put_back(self) -> None:
        """A fresh copy of the whole database, so that no ledger of an earlier run is left in it either."""
        self._tell(
            "postgres",
            "DROP DATABASE IF EXISTS balances WITH (FORCE)",
            f"CREATE DATABASE balances TEMPLATE {ORIGINAL}",
            "CHECKPOINT",
        )

    def load(self, live: pathlib.Path) -> None:
        """A fresh database as well, for a table of which the disk has no room for two."""
        self._make("balances", live)
        self._tell("postgres", "CHECKPOINT")

    def digest(self) -> str:
        """Of the live table's rows in the order of their keys, as the workload has it of the right ones."""
        digest = hashlib.sha256()
        with psycopg.connect(self.conninfo()) as connection, connection.cursor() as cursor:
            # The rows lie nearly in the index's order, and a sort of a large table takes its size on disk.
            cursor.execute("SET enable_sort = off")
            with cursor.copy("COPY (SELECT * FROM balances ORDER BY user_id) TO STDOUT (FORMAT csv)") as copy:
                for data in copy:
                    digest.update(data)
        return digest.hexdigest()

    def rows(self) -> int:
        return self._ask("balances", "SELECT count(*) FROM balances")[0]

    def cpu_seconds(self) -> float:
        """User and system time of the server and of all its processes, those that have ended included."""
        server = self._server.pid
        return processes.cpu_seconds(server) + processes.cpu_seconds_of_ended_children(server) + sum(
            processes.cpu_seconds(child) for child in processes.children(server)
        )

    def _make(self, name: str, live: pathlib.Path) -> None:
        self._tell("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
        with psycopg.connect(self.conninfo(name)) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE balances (user_id text, total bigint, events bigint, checksum text)")
            with cursor.copy("COPY balances FROM STDIN (FORMAT csv, FREEZE)") as copy, open(live, "rb") as file:
                while data := file.read(1 << 20):
                    copy.write(data)
            cursor.execute("ALTER TABLE balances ADD PRIMARY KEY (user_id)")
        self._tell(name, "VACUUM ANALYZE balances")

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

    def _ask(self, name: str, query: str) -> tuple:
        with psycopg.connect(self.conninfo(name)) as connection:
            return connection.execute(query).fetchone()


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
