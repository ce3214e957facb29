"""The results as Markdown."""

from statistics import median

from .timing import RUNTIMES, Samples, is_ours

Row = tuple[str, dict[str, float]]
REALSR_ROWS = {"whole": "whole restoration", "encoder": "encoder", "unet": "one UNet step", "decoder": "decoder"}
TITLES = {
    "realsr": "architecture of realsr-x4, 64x64 to 256x256, four steps",
    "compact": "built-in model, 512x512 to 2048x2048, file to file",
}


def thread_words(threads: int) -> str:
    """"1 thread", "2 threads"."""
    return f"{threads} thread{'s' * (threads != 1)}"


def medians(samples: Samples, part: str, threads: int, quantity: str) -> dict[str, float]:
    """The median of each runtime."""
    return {
        name: median(values[quantity]) for name, values in samples[part][threads].items() if quantity in values
    }


def time_rows(samples: Samples) -> list[Row]:
    """One row for each thing that was timed, milliseconds."""
    rows = [
        (f"realsr, {label}, {thread_words(threads)}", medians(samples, "realsr", threads, quantity))
        for threads in sorted(samples.get("realsr", {})) for quantity, label in REALSR_ROWS.items()
    ]
    return rows + [
        (f"compact, file to file, {thread_words(threads)}", medians(samples, "compact", threads, "whole"))
        for threads in sorted(samples.get("compact", {}))
    ]


def ratio_rows(rows: list[Row]) -> list[Row]:
    """resshift's time divided by each runtime's of the same precision."""

    def ours(row: dict[str, float], name: str) -> float | None:
        return row.get("resshift-bf16" if name.endswith("-bf16") else "resshift")

    return [(label, {name: own / value for name, value in row.items() if (own := ours(row, name))}) for label, row in rows]


def memory_rows(samples: Samples) -> list[Row]:
    """Peak memory of the processes, 10^6 bytes, loading included."""
    return [
        (f"{part}, {thread_words(threads)}", medians(samples, part, threads, "peak_mb"))
        for part in samples for threads in sorted(samples[part])
    ]


def speedup_rows(samples: Samples) -> list[Row]:
    """Time with the fewest threads divided by that with each other number of threads."""
    rows = []
    for part, by_threads in samples.items():
        fewest, *others = sorted(by_threads)
        base = medians(samples, part, fewest, "whole")
        for threads in others:
            more = medians(samples, part, threads, "whole")
            rows.append((f"{part}, {thread_words(fewest)} / {thread_words(threads)}",
                         {name: base[name] / more[name] for name in more}))
    return rows


def table(title: str, rows: list[Row], digits: int) -> str:
    """Columns are the runtimes that are in any row."""
    names = [name for name in RUNTIMES if any(name in row for _, row in rows)]
    lines = [[title, *(RUNTIMES[name][0] for name in names)], ["---", *(["---:"] * len(names))]]
    for label, row in rows:
        lines.append([label, *(f"{row[name]:.{digits}f}" if name in row else "-" for name in names)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def largest_spread(samples: Samples) -> float:
    """The largest distance of two measurements of one thing, whole restorations only, as a part of their median."""
    runs = [values["whole"] for part in samples.values() for names in part.values() for values in names.values()]
    return max((max(run) - min(run)) / median(run) for run in runs)


def markdown(results: dict) -> str:
    """All tables; `results` is what --json writes."""
    samples, machine = results["samples"], results["machine"]
    rows = time_rows(samples)
    versions = {"resshift": machine["resshift"]} | machine["packages"]
    bf16 = ", ".join(machine["bf16"]) or "no instructions for bf16"
    parts = [
        f"{machine['processor']}, {machine['cores']} cores ({bf16}), pinned to {results['cores']};"
        f" {', '.join(f'{name} {version}' for name, version in versions.items())}.",
        f"`{results['command']}`",
        table("milliseconds", rows, 0),
        table("time of resshift / time of the other in the same precision", ratio_rows(rows), 2),
        table("peak memory of the process, MB", memory_rows(samples), 0),
    ]
    if speedups := speedup_rows(samples):
        parts.append(table("speed-up by threads, whole", speedups, 2))
    notes = [f"{part}: {TITLES[part]}." for part in samples]
    notes.append(
        f"Medians of {results['rounds']}; measurements of one thing lie within {largest_spread(samples):.0%}."
        if results["rounds"] > 1 else "One measurement of each: not to be relied on.")
    if "compact" in samples:
        left_out = [
            f"{RUNTIMES[name][0]} {median(values['process']) / 1e3 - median(values['whole']) / 1e3:.1f} s"
            for name, values in samples["compact"][min(samples["compact"])].items() if not is_ours(name)
        ]
        notes.append(f"Tiles of the built-in model: {results['plan']}.")
        if left_out:
            notes.append(
                "resshift's file to file is the whole process. Left out for the others is the start of the interpreter"
                f" with its imports: {', '.join(left_out)}.")
    return "\n\n".join(parts) + "\n\n" + "\n".join(f"* {note}" for note in notes) + "\n"
