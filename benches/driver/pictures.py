"""Draws the pictures of the report: `python -m driver.pictures RESULTS PICTURES`, in the benchmark's environment."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import EngFormatter, FuncFormatter, NullLocator

from .away_tables import queue_curve
from .markdown import number
from .memory import bytes_beyond_payload, idle_bytes
from .peers import NOTHING, US
from .results import read
from .summary import Figure, Summary, cost_us, rate

OURS = "#2f81f7"
OTHERS = "#8b949e"
INK = "#7d8590"
"""Between black and white, so that it can be read on both."""
_OTHER_LINES = ("#8b949e", "#bc8cff", "#db6d28", "#3fb950")
_OUR_LINES = {US[0]: "-", US[1]: "--", US[2]: ":"}

Values = Mapping[str, Figure | None]
Curve = Mapping[int, Figure | None]


def main() -> None:
    """Draw all."""
    results, directory = Path(sys.argv[1]), Path(sys.argv[2])
    summary = Summary(read(results))
    _style()
    directory.mkdir(parents=True, exist_ok=True)
    pictures: Mapping[str, Callable[[Summary], Drawing]] = {
        "throughput": _throughput,
        "calls": _calls,
        "memory": _memory,
        "growth": _growth,
    }
    for name, draw in pictures.items():
        draw(summary).savefig(directory / f"{name}.svg", metadata={"Date": None})


def _style() -> None:
    mpl.use("svg")
    mpl.rcParams.update(
        {
            "svg.hashsalt": "argus-mqtt",  # Else every picture differs from the one before.
            "svg.fonttype": "none",
            "savefig.transparent": True,
            "font.size": 10,
            "font.family": "sans-serif",
            "text.color": INK,
            "axes.labelcolor": INK,
            "axes.edgecolor": INK,
            "axes.titlecolor": INK,
            "axes.titlesize": 11,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "xtick.color": INK,
            "ytick.color": INK,
            "grid.color": INK,
            "grid.alpha": 0.25,
            "legend.frameon": False,
        }
    )


def _throughput(summary: Summary) -> Drawing:
    def best(peer: str) -> Figure | None:
        found = summary.best(peer)
        return found[1] if found else None

    sink = {peer: best(peer) for peer in summary.peers("throughput", broker="sink")}
    mosquitto = {
        peer: summary.figure(rate, "throughput", peer, broker="mosquitto")
        for peer in summary.peers("throughput", broker="mosquitto")
    }
    drawing, (left, right) = _panels(2, max(len(sink), len(mosquitto)))
    _bars(left, "Sink, each at its best window", "thousand events per second", sink, 1e-3)
    _bars(right, "Mosquitto, window of 20", "thousand events per second", mosquitto, 1e-3)
    return drawing


def _calls(summary: Summary) -> Drawing:
    names = [name for name in summary.peers("calls", threads=1) if name not in NOTHING]
    drawing, axes = _panels(2, len(names))
    for ax, load, title in zip(axes, ("idle", "busy"), ("Idle: a call every millisecond", "Under load"), strict=True):
        fields = ("p50_ns", "p99_ns", "p999_ns")
        values = {
            field: {name: summary.figure(itemgetter(field), "calls", name, load=load, threads=1) for name in names}
            for field in fields
        }
        _dots(ax, f"{title}, one thread", "microseconds", values, 1e-3)
    return drawing


def _memory(summary: Summary) -> Drawing:
    names = [name for name in summary.peers("away") if name not in NOTHING]
    length = max((r["messages"] for r in summary.records("away") if r["peer"] in US and "queued" in r), default=0)
    drawing, (left, right) = _panels(2, len(names))
    idle = {name: idle_bytes(summary, name) for name in names}
    queued = {name: bytes_beyond_payload(summary, name, length) for name in names}
    _bars(left, "Idle", "MB beyond a process without a client", idle, 1e-6, highest_first=False)
    title = f"Of each of {length:,} queued events"
    _bars(right, title, "bytes beyond its payload", queued, 1, highest_first=False)
    return drawing


def _growth(summary: Summary) -> Drawing:
    drawing, (topics, sizes, queue) = _panels(3, 12)
    for ax, measure, field, label in (
        (topics, "topics", "topics", "topics"),
        (sizes, "sizes", "bytes", "bytes of payload"),
    ):
        curves = {
            peer: {
                record[field]: summary.figure(cost_us, measure, peer, **{field: record[field]})
                for record in summary.records(measure, peer=peer)
            }
            for peer in summary.peers(measure)
        }
        _curves(ax, label, "microseconds per event", curves, 1)
    shown = summary.peers("topics") or list(US)
    waiting = {peer: queue_curve(summary, peer) for peer in shown}
    _curves(queue, "events waiting", "microseconds per call", waiting, 1e-3)
    handles, labels = sizes.get_legend_handles_labels()
    drawing.legend(handles, labels, loc="outside lower center", ncols=3)
    return drawing


def _panels(count: int, rows: int) -> tuple[Drawing, Sequence[Axes]]:
    drawing = Drawing(figsize=(10, 0.9 + 0.3 * rows), layout="constrained")
    axes = [drawing.add_subplot(1, count, index + 1) for index in range(count)]
    return drawing, axes


def _bars(ax: Axes, title: str, unit: str, values: Values, scale: float, *, highest_first: bool = True) -> None:
    """One bar for each client, the best on top, its number behind it, and a line from the lowest to the highest."""
    found = [(name, figure) for name, figure in values.items() if figure]
    found.sort(key=lambda pair: pair[1].median, reverse=highest_first)
    names, figures = [name for name, _ in found], [figure for _, figure in found]
    middles = [figure.median * scale for figure in figures]
    spread = [
        [(figure.median - figure.lowest) * scale for figure in figures],
        [(figure.highest - figure.median) * scale for figure in figures],
    ]
    colours = [_colour(name) for name in names]
    whiskers = {"ecolor": INK, "elinewidth": 1.2}
    bars = ax.barh(names, middles, xerr=spread, color=colours, height=0.65, error_kw=whiskers)
    ax.bar_label(bars, [number(middle) for middle in middles], padding=5, color=INK)
    ax.margins(x=0.2)
    _finish(ax, title, unit, names)


def _dots(ax: Axes, title: str, unit: str, values: Mapping[str, Values], scale: float) -> None:
    """For each client a line from the median to the tail."""
    medians, *_ = values.values()
    found = [(name, figure) for name, figure in medians.items() if figure]
    found.sort(key=lambda pair: pair[1].median)
    names = [name for name, _ in found]
    for name in names:
        figures = [column[name] for column in values.values()]
        points = [figure.median * scale for figure in figures if figure]
        ax.plot(points, [name] * len(points), color=_colour(name), linewidth=2, zorder=1)
        for point, marker in zip(points, "o|x", strict=False):
            ax.plot([point], [name], marker=marker, color=_colour(name), markersize=7, markeredgewidth=2, zorder=2)
    ax.set_xscale("log")
    _finish(ax, title, f"{unit}: ● p50, | p99, × p99.9", names)


def _finish(ax: Axes, title: str, label: str, names: Sequence[str]) -> None:
    ax.invert_yaxis()
    ax.set_title(title, loc="left")
    ax.set_xlabel(label)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    for text, name in zip(ax.get_yticklabels(), names, strict=False):
        if name in US:
            text.set_color(OURS)
            text.set_fontweight("bold")


def _curves(ax: Axes, label: str, unit: str, curves: Mapping[str, Curve], scale: float) -> None:
    """The cost of each client over what grows, both on a logarithmic scale."""
    others = [name for name in curves if name not in US]
    for name, curve in curves.items():
        points = sorted((x, figure.median * scale) for x, figure in curve.items() if figure)
        if not points:
            continue
        colour = OURS if name in US else _OTHER_LINES[others.index(name) % len(_OTHER_LINES)]
        style = _OUR_LINES.get(name, "-")
        width = 2.2 if name in US else 1.4
        ax.plot(*zip(*points, strict=True), style, marker=".", color=colour, linewidth=width, label=name)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel(label)
    ax.set_title(unit, loc="left")
    low, high = ax.get_ylim()
    ax.set_ylim(10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high)))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(EngFormatter(sep=""))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    ax.grid()


def _colour(name: str) -> str:
    return OURS if name in US else OTHERS


if __name__ == "__main__":
    main()
