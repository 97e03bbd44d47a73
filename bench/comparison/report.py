"""The table and the picture of a comparison."""
import statistics

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

MEASURES = {"wall": ("Wall s", 1), "cpu": ("CPU s", 1), "memory": ("Peak memory GB", 1e9)}


def table(runs: list[dict], against: str) -> str:
    """Medians, in brackets the least and the most, and the medians' ratio to the peer's named."""
    lines = []
    for workload in _distinct(runs, "workload"):
        mine = [run for run in runs if run["workload"] == workload]
        base = [run for run in mine if run["peer"] == against]
        heads = [head for head, _ in MEASURES.values()]
        heads += [f"{head.rsplit(' ', 1)[0]} to {against}'s" for head in heads] if base else []
        heads += ["PostgreSQL's CPU s", "Used by others, at most"]
        lines += [f"### {workload}, {len(mine) // len(_distinct(mine, 'peer'))} runs of each", ""]
        lines += ["| | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads)]
        for peer in _distinct(mine, "peer"):
            its = [run for run in mine if run["peer"] == peer]
            cells = [_spread(its, measure) for measure in MEASURES]
            cells += [f"{_median(its, measure) / _median(base, measure):.2f}" for measure in MEASURES] if base else []
            cells += [f"{_median(its, 'postgres_cpu'):.1f}", f"{max(run['others'] for run in its):.0%}"]
            lines.append(f"| {peer} | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def comparison_of_workloads(runs: list[dict], likenesses: list[tuple[str, str]]) -> str:
    """The ratio of medians of each pair's first workload to its second, for all that ran both."""
    lines = []
    for workload, like in likenesses:
        lines += [f"### {workload} to {like}", "", "| | Wall | CPU | Peak memory |", "|---|---|---|---|"]
        for peer in _distinct(runs, "peer"):
            its = [run for run in runs if run["peer"] == peer]
            ours, theirs = ([run for run in its if run["workload"] == name] for name in (workload, like))
            cells = [f"{_median(ours, measure) / _median(theirs, measure):.2f}" for measure in MEASURES]
            lines.append(f"| {peer} | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def picture(runs: list[dict], title: str, path) -> None:
    workloads = _distinct(runs, "workload")
    peers = _distinct(runs, "peer")
    figure, rows = plt.subplots(
        len(workloads), len(MEASURES), squeeze=False, figsize=(11, 1.2 + len(workloads) * (0.8 + 0.35 * len(peers)))
    )
    for workload, axes in zip(workloads, rows):
        for (measure, (head, unit)), axis in zip(MEASURES.items(), axes):
            for place, peer in enumerate(peers):
                values = [run[measure] / unit for run in runs if (run["workload"], run["peer"]) == (workload, peer)]
                if not values:
                    continue
                middle = statistics.median(values)
                spread = [[middle - min(values)], [max(values) - middle]]
                colour = "#c44e52" if peer == "errata" else "#8c8c8c"
                axis.barh(place, middle, xerr=spread, color=colour, capsize=3)
            axis.set_yticks(range(len(peers)), peers if axis is axes[0] else [""] * len(peers))
            axis.invert_yaxis()
            axis.set_title(f"{workload}: {head}", fontsize=10)
    figure.suptitle(title, fontsize=9)
    figure.tight_layout()
    figure.savefig(path)


def _distinct(runs: list[dict], name: str) -> list[str]:
    return list(dict.fromkeys(run[name] for run in runs))


def _median(runs: list[dict], measure: str) -> float:
    return statistics.median(run[measure] for run in runs)


def _spread(runs: list[dict], measure: str) -> str:
    unit = MEASURES[measure][1]
    values = [run[measure] / unit for run in runs]
    middle = f"{statistics.median(values):.2f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.2f} to {max(values):.2f})"
