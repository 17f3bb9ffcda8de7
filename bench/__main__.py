"""``python -m bench [NAME]``: run all figures, or those whose name begins with NAME; one JSON line each on stdout."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run the scripts one after another; return 1 when one of them failed."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    scripts = [path for path in sorted(HERE.glob("[a-z]*.py")) if path.stem.replace("_", ".").startswith(wanted.partition("_")[0])]
    scripts = [path for path in scripts if not wanted or path.stem.replace("_", ".", 1) == wanted.replace("_", ".", 1)] or ([] if wanted else scripts)
    if not scripts:
        names = ", ".join(path.stem.replace("_", ".", 1) for path in sorted(HERE.glob("[a-z]*.py")))
        print(f"there is no figure {wanted}; there are {names}", file=sys.stderr)
        return 2
    failed = 0
    for path in scripts:
        print(f"{path.stem} ...", file=sys.stderr)
        failed |= subprocess.run([sys.executable, str(path)], check=False, cwd=HERE.parent).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
