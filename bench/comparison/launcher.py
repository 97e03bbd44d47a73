"""Errata as a user starts it."""
import pathlib
import subprocess
import tempfile


def warm_up(repository: pathlib.Path) -> None:
    """Builds it, and lets it make its archive of classes: neither is part of a start, however cold."""
    with tempfile.TemporaryDirectory() as plans:
        options = ["--quiet", "--set", f"plans={plans}", "--set", "table.csv.corrections="]
        subprocess.run(
            [repository / "errata", "plan", repository / "examples/csv/spec.yaml", *options],
            check=True,
            stdout=subprocess.DEVNULL,
        )
