"""``python -m benchmarks [NAME] [--json] [--busy N]``: one benchmark, or all as a table."""

import argparse
import json
from importlib import import_module

from benchmarks.busy import busy
from benchmarks.result import Result

NAMES = (
    "masks",
    "imports",
    "plan",
    "painter",
    "stylizer",
    "notebook",
    "first_tile",
    "workflow",
    "fanout",
    "faults",
    "throttling",
    "scale",
    "assembly",
    "growth",
)
APART = ("diffusion", "load", "bands", "one_function", "large_page")
"""What is not run with the others: the first needs .venv-diffusion, the last Chromium, and those
between take many minutes."""


def measure(name: str) -> Result:
    """Run the benchmark ``name``."""
    result: Result = import_module(f"benchmarks.{name}").measure()
    return result


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "name",
        nargs="?",
        choices=(*NAMES, *APART),
        help="one benchmark; default: all but " + ", ".join(APART),
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a benchmark")
    parser.add_argument(
        "--busy",
        type=int,
        default=0,
        metavar="N",
        help="keep N processors busy with something else meanwhile",
    )
    asked = parser.parse_args()
    with busy(asked.busy):
        _run(asked)


def _run(asked: argparse.Namespace) -> None:
    if not asked.json:
        print(f"{'benchmark':<12}{'value':>8}  {'unit':<44}{'aim':<16}holds")
    for name in [asked.name] if asked.name else NAMES:
        result = measure(name)
        if asked.json:
            print(json.dumps(result.as_json()), flush=True)
        else:
            print(
                f"{result.name:<12}{result.value:>8.2f}  {result.unit:<44}{result.aim:<16}"
                f"{'yes' if result.holds else 'NO'}",
                flush=True,
            )
            if asked.name and result.table:
                print(f"\n{result.table}")


if __name__ == "__main__":
    main()
