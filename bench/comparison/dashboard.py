"""A picture of the dashboard for Grafana, with what a real Prometheus has seen of real runs. bench/dashboard starts it."""
import argparse
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt

import cluster
import launcher
import processes
import workload
from database import Database

HERE = pathlib.Path(__file__).parent
REPOSITORY = HERE.parent.parent
DASHBOARD = REPOSITORY / "deploy/observability/dashboard.json"
JARS = REPOSITORY / "jobs/target/lib"
WORKLOAD = "S"
# Of events: the first run ends soon, the second one is looked at when it is well under way.
RATES = {"balances-nightly": "200000/s", "balances-incident": "15000/s"}
SECONDS_OF_SECOND = 55
SCRAPE_SECONDS = 1
# Counts come every ten seconds.
RATE_INTERVAL = "25s"
COLUMNS = 24
MOST_BARS = 10
WIDTH_INCHES = 17
ROW_INCHES = 0.38
GAP = 0.006
GROUND, PANEL, TEXT, FAINT = "#111217", "#181b1f", "#ccccdc", "#7b7c85"
COLOURS = ["#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#96d98d"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/dashboard", description="Makes a picture of the dashboard.")
    parser.add_argument("picture", nargs="?", type=pathlib.Path, default=REPOSITORY / "docs/images/dashboard.png")
    picture = parser.parse_args().picture
    if not shutil.which("prometheus"):
        raise SystemExit("Cannot find Prometheus: no program of that name is in the PATH. Debian has it as prometheus.")
    root = pathlib.Path(os.environ["ERRATA_BENCH"]).absolute()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    cluster.build_class_path(REPOSITORY)
    launcher.warm_up(REPOSITORY)
    folder = workload.folder_of(WORKLOAD, root)
    facts = workload.prepare(WORKLOAD, folder)
    with tempfile.TemporaryDirectory(prefix="dashboard-", dir=root) as scratch, Database(root, JARS) as database:
        database.keep(folder / "live.csv")
        database.put_back()
        left = pathlib.Path(scratch) / "metrics"
        left.mkdir()
        own, = processes.free_ports(1)
        with cluster.Cluster(root, REPOSITORY, 2) as flink, _Left(left) as files, _Prometheus(
            pathlib.Path(scratch), [own, files, *flink.metrics_ports]
        ) as prometheus:
            start = time.time()
            first, second = RATES
            _errata(first, facts, folder, database, flink, own, left, scratch).wait()
            run = _errata(second, facts, folder, database, flink, own, left, scratch)
            time.sleep(SECONDS_OF_SECOND)
            if run.poll() is not None:
                raise SystemExit(f"Cannot look at run {second}: it has ended with {run.returncode}")
            _draw(json.loads(DASHBOARD.read_text()), prometheus, start, time.time(), picture)
            run.terminate()
            run.wait()
    print(f"kept in {picture}", file=sys.stderr)


def _errata(name, facts, folder, database, flink, port, left, scratch) -> subprocess.Popen:
    settings = {
        "name": name,
        "window.from": facts["start"],
        "window.to": facts["end"],
        "events.archive.path": folder / "events",
        "table.jdbc.url": f"jdbc:postgresql://127.0.0.1:{database.port}/balances",
        "limits.rate": RATES[name],
        "plans": f"{scratch}/plans",
    }
    overrides = [each for path, value in settings.items() for each in ("--set", f"{path}={value}")]
    place = ["--parallelism", "2", "--on", "session", "--cluster", flink.address]
    return subprocess.Popen(
        [REPOSITORY / "errata", "run", HERE / "errata.yaml", *overrides, *place, "--quiet"],
        env=os.environ | {"TZ": "UTC", "ERRATA_METRICS": str(port), "ERRATA_METRICS_DIR": str(left)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


class _Left:
    """A server of the files that runs have left, as a node exporter is; its port."""

    def __init__(self, folder: pathlib.Path):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                lines = [line for file in sorted(folder.glob("*.prom")) for line in file.read_text().splitlines()]
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                # What is said of a metric may be said once only.
                self.wfile.write("".join(f"{line}\n" for line in lines if not line.startswith("#")).encode())

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> int:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self._server.server_port

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class _Prometheus:
    def __init__(self, folder: pathlib.Path, ports: list[int]):
        self._folder = folder
        self._ports = ports

    def __enter__(self):
        port, = processes.free_ports(1)
        targets = ", ".join(f"'127.0.0.1:{each}'" for each in self._ports)
        (self._folder / "prometheus.yaml").write_text(
            f"global: {{ scrape_interval: {SCRAPE_SECONDS}s }}\n"
            f"scrape_configs: [{{ job_name: errata, static_configs: [{{ targets: [{targets}] }}] }}]\n"
        )
        self._address = f"http://127.0.0.1:{port}"
        with open(self._folder / "prometheus.log", "wb") as log:
            self._server = subprocess.Popen(
                [
                    "prometheus",
                    f"--config.file={self._folder}/prometheus.yaml",
                    f"--storage.tsdb.path={self._folder}/tsdb",
                    f"--web.listen-address=127.0.0.1:{port}",
                ],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_):
        self._server.kill()
        self._server.wait()

    def series(self, query: str, start: float, end: float) -> list[tuple[dict, list[float], list[float]]]:
        """Labels, seconds from the start, and values of each."""
        query = query.replace("$spec", ".*").replace("$__rate_interval", RATE_INTERVAL)
        given = urllib.parse.urlencode({"query": query, "start": start, "end": end, "step": SCRAPE_SECONDS})
        with urllib.request.urlopen(f"{self._address}/api/v1/query_range?{given}", timeout=30) as answer:
            found = json.load(answer)["data"]["result"]
        return [
            (each["metric"], [at - start for at, _ in each["values"]], [float(value) for _, value in each["values"]])
            for each in found
        ]


def _draw(dashboard: dict, prometheus: _Prometheus, start: float, end: float, picture: pathlib.Path) -> None:
    rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard["panels"])
    plt.rcParams.update({"text.color": TEXT, "axes.labelcolor": TEXT, "xtick.color": FAINT, "ytick.color": FAINT})
    plt.rcParams.update({"font.size": 8, "axes.edgecolor": FAINT, "axes.facecolor": PANEL})
    figure = plt.figure(figsize=(WIDTH_INCHES, rows * ROW_INCHES), facecolor=GROUND)
    for panel in dashboard["panels"]:
        grid = panel["gridPos"]
        left, width = grid["x"] / COLUMNS, grid["w"] / COLUMNS
        bottom, height = 1 - (grid["y"] + grid["h"]) / rows, grid["h"] / rows
        box = (left + GAP / 2, bottom + GAP / 2, width - GAP, height - GAP)
        ground = plt.Rectangle(box[:2], *box[2:], transform=figure.transFigure, facecolor=PANEL, zorder=-1)
        figure.add_artist(ground)
        figure.text(box[0] + 0.006, box[1] + box[3] - 0.35 / rows, panel["title"], va="top", fontsize=9, weight="bold")
        series = [
            (_legend(target["legendFormat"], labels), seconds, values)
            for target in panel["targets"]
            for labels, seconds, values in prometheus.series(target["expr"], start, end)
        ]
        # Others than those over time show what is now.
        now = [each for each in series if end - start - each[1][-1] < 2 * SCRAPE_SECONDS]
        legend_rows = (len({name for name, _, _ in series}) + 1) // 2 if panel["type"] == "timeseries" else 1
        foot = (0.8 + 0.4 * legend_rows) / rows
        axes = figure.add_axes((box[0] + 0.04, box[1] + foot, box[2] - 0.05, box[3] - foot - 1.4 / rows))
        if panel["type"] == "timeseries":
            _over_time(axes, series, panel, end - start)
        else:
            _bars(axes, now, panel) if "gauge" in panel["type"] else _numbers(axes, now, panel)
        if not (series if panel["type"] == "timeseries" else now):
            axes.clear()
            axes.axis("off")
            axes.text(0.5, 0.5, "No data", ha="center", color=FAINT, transform=axes.transAxes)
    figure.savefig(picture, facecolor=GROUND, dpi=80)


def _over_time(axes, series, panel: dict, most: float) -> None:
    # A run that has ended is told by its file as well: the same line goes on.
    names = list(dict.fromkeys(name for name, _, _ in series))
    for name, seconds, values in series:
        axes.plot(seconds, values, color=COLOURS[names.index(name) % len(COLOURS)], linewidth=1.2, label=name)
    axes.set_xlim(0, most)
    highest = max((value for _, _, values in series for value in values), default=0)
    axes.set_ylim(panel["fieldConfig"]["defaults"].get("min"), 1.1 * highest if highest > 0 else 1)
    axes.xaxis.set_major_formatter(lambda second, _: f"{int(second) // 60}:{int(second) % 60:02d}")
    axes.yaxis.set_major_formatter(lambda value, _: _text(value, panel))
    axes.grid(color="#2c2f36", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    lines = dict(zip(*reversed(axes.get_legend_handles_labels())))
    axes.legend(
        lines.values(), lines, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, frameon=False, fontsize=6.5
    )


def _numbers(axes, series, panel: dict) -> None:
    axes.axis("off")
    is_name = panel["options"].get("textMode") == "name"
    for place, (name, _, values) in enumerate(series):
        x = (place + 0.5) / len(series)
        if is_name:
            y = 1 - (place + 0.5) / len(series)
            axes.text(0.5, y, name, ha="center", va="center", fontsize=9, color=COLOURS[0])
            continue
        axes.text(x, 0.55, _text(values[-1], panel), ha="center", va="center", fontsize=20, color=COLOURS[0])
        axes.text(x, 0.05, name, ha="center", va="center", fontsize=7)


def _bars(axes, series, panel: dict) -> None:
    greatest = sorted(series, key=lambda each: -each[2][-1])[:MOST_BARS]
    is_percent = panel["fieldConfig"]["defaults"]["unit"] == "percent"
    most = 100 if is_percent else max((each[2][-1] for each in series), default=1) or 1
    axes.axis("off")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    for place, (name, _, values) in enumerate(greatest):
        y = 1 - (place + 0.5) / len(greatest)
        height = min(0.2, 0.6 / len(greatest))
        axes.barh(y, 0.42, height, left=0.45, color="#22252b")
        axes.barh(y, 0.42 * values[-1] / most, height, left=0.45, color=COLOURS[0])
        axes.text(0.43, y, name, ha="right", va="center", fontsize=6.5)
        axes.text(0.89, y, _text(values[-1], panel), va="center", fontsize=7)


def _legend(form: str, labels: dict) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), form)


def _text(value: float, panel: dict) -> str:
    unit = panel["fieldConfig"]["defaults"]["unit"]
    if unit in ("percent", "percentunit"):
        return f"{value * (100 if unit == 'percentunit' else 1):.3g} %"
    if unit == "s":
        return f"{value:.3g} s" if value < 120 else f"{value / 60:.3g} min" if value < 7200 else f"{value / 3600:.3g} h"
    base = 1024 if unit == "bytes" else 1000
    for sign in ("", "k", "M", "G"):
        if abs(value) < base or sign == "G":
            break
        value /= base
    suffix = {"bytes": "iB" if sign else "B", "Bps": "B/s", "eps": " evt/s", "ops": " ops/s"}.get(unit, "")
    return f"{value:.3g} {sign}{suffix}".strip() if unit in ("bytes", "Bps") else f"{value:.3g}{sign}{suffix}"


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
