"""``python -m bench [NAME]``: run all figures, or the one called NAME; one JSON line each on stdout."""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

FIGURES = {
    "facts.append": "facts_append.py",
    "facts.follow": "facts_append.py",
    "chain.verify": "chain_verify.py",
    "recover.s": "recover.py",
    "http.read": "http.py",
    "http.write": "http.py",
    "plant.kernel": "plant_kernel.py",
    "node.ready_cpu": "node_ready.py",
    "node.idle_rss": "node_ready.py",
    "demo.wall": "demo_wall.py",
    "desk.excel": "desk_excel.py",
    "desk.quote": "desk_quote.py",
    "desk.schedule": "desk_schedule.py",
    "pages.public": "pages_public.py",
    "console.page_ready": "console_page.py",
    "console.session_mb": "console_people.py",
    "console.crowd": "console_people.py",
    "console.ready": "console_people.py",
    "lake.append": "lake_append.py",
    "lake.bytes_per_row": "lake_rest.py",
    "lake.query_1h": "lake_rest.py",
    "lake.picture": "lake_rest.py",
    "mqtt.durable_ack": "mqtt_durable_ack.py",
    "sparkplug.to_lake": "sparkplug_to_lake.py",
    "opcua.changes": "opcua_changes.py",
    "node.signals_20k": "node_signals.py",
}


def run(script: str, wanted: str) -> int:
    """Run one script and pass on its lines (only the wanted figure's, if one is named); return its exit code."""
    print(f"{script} ...", file=sys.stderr)
    done = subprocess.run([sys.executable, "-m", f"bench.{Path(script).stem}"], check=False, cwd=HERE.parent, stdout=subprocess.PIPE, text=True)
    for line in done.stdout.splitlines():
        if not wanted or json.loads(line)["name"] == wanted:
            print(line, flush=True)
    return done.returncode


def main() -> int:
    """Return 0 when every figure was measured, 1 when a script failed, 2 for a name nobody knows."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    if wanted and wanted not in FIGURES:
        print(f"there is no figure {wanted}; there are {', '.join(FIGURES)}", file=sys.stderr)
        return 2
    scripts = [FIGURES[wanted]] if wanted else list(dict.fromkeys(FIGURES.values()))
    return 1 if any([run(script, wanted) for script in scripts]) else 0  # noqa: C419 - every script is to run


if __name__ == "__main__":
    sys.exit(main())
