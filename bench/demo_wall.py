"""``demo.wall``: the whole main job, unpaced, beside the CPU it takes (it cannot be faster than that on two cores)."""

import json
import os
import subprocess
import sys

from plait.kernel.clock import SYSTEM


def main() -> None:
    """Print the figure."""
    began, before = SYSTEM.monotonic(), os.times()
    done = subprocess.run([sys.executable, "-m", "plait", "demo", "--once", "--json"], capture_output=True, text=True, check=False)
    wall, after = SYSTEM.monotonic() - began, os.times()
    if done.returncode:
        sys.exit(done.stderr[-2000:] or "the demo failed")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    peak = max_rss()
    floor = {"floor": round(cpu / 2, 1), "floor_name": "its CPU seconds on two cores"}
    print(json.dumps({"name": "demo.wall", "value": round(wall, 1), "unit": "s", **floor, "cpu_s": round(cpu, 1), "peak_mb": peak}))


def max_rss() -> float:
    """Return the largest resident size of one child process, MB."""
    import resource

    return round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000, 1)


if __name__ == "__main__":
    main()
