"""``python -m plait.plant --config FILE --port N --name NAME``."""

import argparse
import sys
from pathlib import Path

from plait.kernel.problems import Problem
from plait.plant import main


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="plait plant", description="Run a simulated plant on a loopback port.")
    parser.add_argument("--config", required=True, help="the plant's TOML file")
    parser.add_argument("--port", required=True, type=int, help="where its OPC UA server listens on 127.0.0.1")
    parser.add_argument("--name", default="", help="the plant's name (default: the file's)")
    parser.add_argument("--factor", type=float, default=1.0, help="business seconds that pass in a real second (unless time is conducted)")
    parser.add_argument("--leash", action="store_true", help="end when what started it has gone, which the end of standard input tells")
    parser.add_argument("--sensors", type=Path, help="the account (JSON) by which the sensors speak Sparkplug B to a node; the file may come later")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    try:
        sys.exit(main(given.config, given.port, given.name, factor=given.factor, leash=given.leash, sensors=given.sensors))
    except Problem as problem:
        sys.exit(f"plait plant: {problem.detail}")
