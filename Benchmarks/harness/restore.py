"""Child process: one runtime restores the small picture. Prints a JSON line.

The argument is a JSON object with `action` (time, check or layouts), `runtime`, `folder`, `threads` and `layouts`.
"""

import json
import sys
from pathlib import Path

import numpy as np

from harness.runtimes import STAGES, Array, PyTorch, Runtime, load, timed
from networks.sampler import Sampler


def warm_up(runtime: Runtime, inputs: dict[str, np.ndarray]) -> None:
    """Each stage once, so that memory is there and whatever is built at the first call has been built."""
    arrays = {name: runtime.array(array) for name, array in inputs.items()}
    runtime.encoder(arrays["y"])
    runtime.unet(arrays["z"], 3, arrays["lq"])
    runtime.decoder(arrays["code"])


def restore(runtime: Runtime, config: dict, lq: Array) -> tuple[Array, dict[str, float]]:
    """One whole restoration: the picture in [-1, 1] and the milliseconds, the UNet's for one step."""
    diffusion = config["diffusion"]
    sampler, scale = Sampler(diffusion), diffusion["scale_factor"]
    times = dict.fromkeys(STAGES, 0.0)

    def stage(name: str, *arguments: Array | int) -> Array:
        result, ms = timed(getattr(runtime, name), *arguments)
        times[name] += ms
        return result

    def whole() -> Array:
        zy = stage("encoder", runtime.enlarge(lq, diffusion["sf"])) * scale
        z = sampler.sample(
            zy, lambda _: runtime.noise(tuple(zy.shape)), lambda z, step: stage("unet", z, step, lq))
        return stage("decoder", z * (1 / scale)).clip(-1, 1)

    picture, total = timed(whole)
    return picture, times | {"unet": times["unet"] / sampler.steps, "whole": total}


def faster_layouts(runtime: PyTorch, inputs: dict[str, np.ndarray]) -> dict[str, str]:
    """The faster order in memory for each stage, each tried after a warm-up."""
    arrays = {name: runtime.array(array) for name, array in inputs.items()}
    arguments = {"encoder": (arrays["y"],), "unet": (arrays["z"], 3, arrays["lq"]), "decoder": (arrays["code"],)}
    times: dict[str, dict[str, float]] = {stage: {} for stage in STAGES}
    for layout in ("contiguous_format", "channels_last"):
        for stage in STAGES:
            runtime.set_layout(stage, layout)
            function = getattr(runtime, stage)
            function(*arguments[stage])
            times[stage][layout] = min(timed(function, *arguments[stage])[1] for _ in range(2))
    return {stage: min(found, key=found.__getitem__) for stage, found in times.items()}


def check(runtime: Runtime, folder: Path, inputs: dict[str, np.ndarray], name: str) -> None:
    """Writes what each stage and a whole restoration without noise give, for `harness.agreement`."""
    arrays = {key: runtime.array(array) for key, array in inputs.items()}
    quiet = json.loads((folder / "realsr-quiet" / "model.json").read_text())
    results = {
        "encoder": runtime.encoder(arrays["y"]),
        "unet": runtime.unet(arrays["z"], 3, arrays["lq"]),
        "decoder": runtime.decoder(arrays["code"]),
        "whole": restore(runtime, quiet, arrays["lq"])[0],
    }
    np.savez(folder / f"outputs-{name}.npz", **{key: runtime.numpy(array) for key, array in results.items()})


def main() -> None:
    """See above."""
    job = json.loads(sys.argv[1])
    folder = Path(job["folder"])
    inputs = dict(np.load(folder / "inputs.npz"))
    runtime = load(job["runtime"], folder, job["threads"], job["layouts"])
    result: dict = {}
    if job["action"] == "layouts":
        result = faster_layouts(runtime, inputs)
    elif job["action"] == "check":
        check(runtime, folder, inputs, job["runtime"])
    else:
        warm_up(runtime, inputs)
        config = json.loads((folder / "realsr" / "model.json").read_text())
        result = restore(runtime, config, runtime.array(inputs["lq"]))[1]
    print(json.dumps(result))


if __name__ == "__main__":
    main()
