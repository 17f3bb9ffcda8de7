"""The plant's event kernel against SimPy on the same model: thirty machines, each with an endless queue of parts that wander."""

import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import simpy

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
from plait.plant.kernel import Kernel

MACHINES, PARTS, END = 30, 90, 60_000


def ours() -> int:
    """Run the model on our kernel; return the number of parts finished."""
    kernel, dice = Kernel(1), random.Random(1).random
    queues: list[list[int]] = [[] for _ in range(MACHINES)]
    busy = [False] * MACHINES
    finished = 0

    def arrive(argument: tuple[int, int]) -> None:
        machine, part = argument
        if busy[machine]:
            queues[machine].append(part)
        else:
            busy[machine] = True
            kernel.at(kernel.now + 5 + int(46 * dice()), leave, argument)

    def leave(argument: tuple[int, int]) -> None:
        nonlocal finished
        machine, part = argument
        finished += 1
        if queues[machine]:
            kernel.at(kernel.now + 5 + int(46 * dice()), leave, (machine, queues[machine].pop(0)))
        else:
            busy[machine] = False
        kernel.at(kernel.now, arrive, (int(MACHINES * dice()), part))

    for part in range(PARTS):
        kernel.at(0, arrive, (part % MACHINES, part))
    kernel.run_until(END)
    return finished


def theirs() -> int:
    """Run the same model as SimPy processes; return the number of parts finished."""
    env, dice = simpy.Environment(), random.Random(1).random
    machines = [simpy.Resource(env) for _ in range(MACHINES)]
    finished = 0

    def part(machine: int) -> Iterator[simpy.Event]:
        nonlocal finished
        while True:
            with machines[machine].request() as place:
                yield place
                yield env.timeout(5 + int(46 * dice()))
            finished += 1
            machine = int(MACHINES * dice())

    for number in range(PARTS):
        env.process(part(number % MACHINES))
    env.run(END)
    return finished


def measure(run: Callable[[], int]) -> tuple[float, float]:
    """Return parts finished in a CPU second, and the CPU seconds of that run."""
    began = time.process_time()
    finished = run()
    spent = time.process_time() - began
    return finished / spent, spent


def main() -> None:
    pairs = [(measure(ours), measure(theirs)) for _ in range(7)]
    (mine, spent), (floor, _) = max(pair[0] for pair in pairs), max(pair[1] for pair in pairs)
    figure = {
        "name": "plant.kernel",
        "value": round(mine),
        "unit": "part visits per CPU second",
        "floor": round(floor),
        "floor_name": f"simpy {simpy.__version__}",
        "cpu_s": round(spent, 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(json.dumps(figure))


if __name__ == "__main__":
    main()
