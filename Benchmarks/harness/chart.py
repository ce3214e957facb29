"""The results as a picture."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.transforms import offset_copy

from .report import TITLES, medians, thread_words
from .timing import RUNTIMES, Samples, is_ours

# Encoder, UNet steps, decoder: ours and the others'.
OURS, OTHERS = ("#f3b37b", "#e8833a", "#b85410"), ("#cfd6dd", "#a3afbb", "#73818f")
STEPS = 4
# Points from the top of a panel to the line with its headline.
HEADLINE = 25


def segments(samples: Samples, part: str, threads: int) -> dict[str, list[float]]:
    """Seconds of each runtime: encoder, steps, decoder with the rest; or one number."""
    whole = medians(samples, part, threads, "whole")
    if part == "compact":
        return {name: [0, ms / 1e3, 0] for name, ms in whole.items()}
    encoder, step = (medians(samples, part, threads, quantity) for quantity in ("encoder", "unet"))
    return {
        name: [encoder[name] / 1e3, STEPS * step[name] / 1e3, (ms - encoder[name] - STEPS * step[name]) / 1e3]
        for name, ms in whole.items()
    }


def draw_panel(axes: Axes, bars: dict[str, list[float]], longest: float) -> None:
    """One bar for each runtime, resshift's on top."""
    names = [name for name in RUNTIMES if name in bars]
    def ours(name: str) -> float:
        return sum(bars["resshift-bf16" if name.endswith("-bf16") and "resshift-bf16" in bars else "resshift"])

    for row, name in enumerate(names):
        left = 0.0
        for seconds, colour in zip(bars[name], OURS if is_ours(name) else OTHERS):
            axes.barh(row, seconds, left=left, color=colour, height=0.72)
            left += seconds
        label = f"{left:.1f} s" + ("" if is_ours(name) else f"  ({left / ours(name):.1f}x)")
        weight = "bold" if is_ours(name) else "normal"
        axes.text(left + 0.015 * longest, row, label, va="center", fontweight=weight)
    axes.set_yticks(range(len(names)), [RUNTIMES[name][0] for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, 1.4 * longest)
    axes.set_xticks([])
    axes.tick_params(left=False)
    axes.spines[["top", "right", "bottom"]].set_visible(False)


def draw(samples: Samples, processor: str, file: Path) -> None:
    """A row of panels for each model, a column for each number of threads."""
    plt.rcParams.update({"font.size": 10, "font.family": "DejaVu Sans"})
    columns = max(len(by_threads) for by_threads in samples.values())
    heights = [max(len(names) for names in by_threads.values()) for by_threads in samples.values()]
    figure, grid = plt.subplots(
        len(samples), columns, figsize=(9.6, 0.33 * sum(heights) + 0.75 * len(heights) + 0.3), sharey="row",
        squeeze=False, height_ratios=heights, layout="constrained")
    for row, (part, by_threads) in zip(grid, samples.items()):
        bars = {threads: segments(samples, part, threads) for threads in sorted(by_threads)}
        longest = max(sum(bar) for panel in bars.values() for bar in panel.values())
        for column, (threads, panel) in enumerate(bars.items()):
            draw_panel(row[column], panel, longest)
            # The empty line makes room for the headline.
            row[column].set_title("\n" + thread_words(threads), loc="left", fontsize=10, linespacing=1.8)
        row[0].get_yticklabels()[0].set_fontweight("bold")
        headline = row[0].annotate(
            TITLES[part][0].upper() + TITLES[part][1:], (0, 1), xytext=(0, HEADLINE), xycoords="axes fraction",
            textcoords="offset points", fontweight="bold", fontsize=11)
        headline.set_in_layout(False)
        if part == "realsr":
            handles = [
                Patch(color=colour, label=label)
                for colour, label in zip(OTHERS, ("encoder", "four UNet steps", "decoder"))
            ]
            legend = row[-1].legend(
                handles=handles, loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False, borderpad=0,
                bbox_transform=offset_copy(row[-1].transAxes, figure, y=HEADLINE - 5, units="points"),
                handlelength=1, columnspacing=1, fontsize=9)
            legend.set_in_layout(False)
    figure.supxlabel(
        f"Less is better; in brackets how many times as long as resshift in the same precision. {processor}.",
        fontsize=9, x=0.01, ha="left", color="#555555")
    figure.savefig(file, dpi=180)
