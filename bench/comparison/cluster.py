"""A session cluster of Flink as processes of this machine: a job manager, and task managers of one slot each."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import processes

# What docs/cluster.md gives them.
SETTINGS = """\
jobmanager:
  rpc: {{ address: 127.0.0.1, port: {rpc} }}
  bind-host: 127.0.0.1
  memory:
    heap.size: 512m
    off-heap.size: 128m
    jvm-metaspace.size: 256m
    jvm-overhead.min: 128m
    jvm-overhead.max: 128m
rest: {{ address: 127.0.0.1, bind-address: 127.0.0.1, port: {rest} }}
io.tmp.dirs: {folder}/tmp
taskmanager:
  host: 127.0.0.1
  bind-host: 127.0.0.1
  numberOfTaskSlots: 1
  cpu.cores: 1
  memory:
    task.heap.size: 768m
    task.off-heap.size: 0m
    framework.heap.size: 128m
    framework.off-heap.size: 128m
    managed.size: 384m
    network.min: 128m
    network.max: 128m
    jvm-metaspace.size: 256m
    jvm-overhead.min: 192m
    jvm-overhead.max: 192m
"""
LOGGING = """\
rootLogger.level = INFO
rootLogger.appenderRef.console.ref = console
appender.console.name = console
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %-5p %-40c{1} %m%n
"""
# A distribution of Flink has them in its folder of libraries; Errata has them in its jar.
LIBRARIES = ("commons-compress", "commons-io", "commons-lang3", "lz4-java", "snappy-java", "flink-metrics-prometheus")
REPORTER = """\
metrics.reporters: prometheus
metrics.reporter.prometheus.factory.class: org.apache.flink.metrics.prometheus.PrometheusReporterFactory
"""
START_SECONDS = 120


def build_class_path(repository: pathlib.Path) -> None:
    """Where Errata has a library of Flink in its jar, the cluster's processes take it from the benchmarks' folder."""
    options = ["-B", "-q", "-ntp", "-DskipTests", "-Dspotless.check.skip"]
    subprocess.run(["mvn", *options, "-pl", "bench", "-am", "package"], check=True, cwd=repository, stdout=sys.stderr)


class Cluster:
    def __init__(self, root: pathlib.Path, repository: pathlib.Path, task_managers: int):
        more = [next((repository / "bench/target/lib").glob(f"{name}-[0-9]*.jar")) for name in LIBRARIES]
        self._class_path = os.pathsep.join([f"{repository}/jobs/target/lib/flink/*", *map(str, more)])
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="flink-", dir=root))
        self._task_managers = task_managers
        self._processes = []

    def __enter__(self):
        try:
            rpc, rest, *self.metrics_ports = processes.free_ports(3 + self._task_managers)
            self.address = f"http://127.0.0.1:{rest}"
            settings = SETTINGS.format(rpc=rpc, rest=rest, folder=self._folder)
            (self._folder / "config.yaml").write_text(settings + REPORTER)
            (self._folder / "log4j.properties").write_text(LOGGING)
            self._launch(
                "jobmanager", "-Xmx512m", "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
            )
            for number in range(self._task_managers):
                name = f"taskmanager-{number}"
                self._launch(
                    name,
                    "-Xmx896m",
                    "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                    "-D",
                    f"taskmanager.resource-id={name}",
                )
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()
        shutil.rmtree(self._folder)

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def end_of_logs(self) -> str:
        logs = sorted(self._folder.glob("*.log"))
        return "\n".join(f"{log.name}:\n{log.read_text(errors='replace')[-2000:]}" for log in logs)

    def _launch(self, name: str, heap: str, main: str, *options: str) -> None:
        home = os.environ.get("JAVA_HOME")
        command = [
            f"{home}/bin/java" if home else "java",
            heap,
            "-XX:MaxDirectMemorySize=512m",
            # As the launcher gives it to Errata in one process.
            "-XX:+UseParallelGC",
            # As a distribution's settings have it.
            "--add-opens=java.base/java.util=ALL-UNNAMED",
            f"-Dlog4j.configurationFile={self._folder}/log4j.properties",
            "-cp",
            self._class_path,
            main,
            "--configDir",
            str(self._folder),
            "-D",
            f"metrics.reporter.prometheus.port={self.metrics_ports[len(self._processes)]}",
            *options,
        ]
        with open(self._folder / f"{name}.log", "wb") as log:
            # In a session of its own, so that Ctrl-C reaches the comparison alone, which then ends it.
            self._processes.append(
                subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder, start_new_session=True)
            )

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while not self._is_whole():
            if any(process.poll() is not None for process in self._processes):
                raise SystemExit(f"Cannot start Flink's cluster: one of its processes has ended\n{self.end_of_logs()}")
            if time.monotonic() > end:
                raise SystemExit(f"Cannot start Flink's cluster within {START_SECONDS} s\n{self.end_of_logs()}")
            time.sleep(0.1)

    def _is_whole(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/taskmanagers", timeout=5) as answer:
                return len(json.load(answer)["taskmanagers"]) == self._task_managers
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            # The job manager doesn't listen yet.
            return False
