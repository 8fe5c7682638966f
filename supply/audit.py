"""``python -m supply.audit PIP_AUDIT``: whether anything is known against what is locked.

Asks the database of OSV by pip-audit, a lock file at a time. Exit code 0: nothing is known; 1:
something is, and it is printed; 2: the database could not be asked, so nothing can be said.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from supply.shipped import IMAGE, LAYERS, ROOT

LOCKS = [*LAYERS, IMAGE, ROOT / "requirements.txt"]
KNOWN, NOT_ASKED = 1, 2
NOTHING = "NOT AUDITED, the database could not be asked:"
SECONDS = 300
"""After which an unanswered request is given up."""


def main(pip_audit: Sequence[str]) -> int:
    """Audit every lock file with a command for pip-audit; the worst exit code."""
    worst = 0
    for lock in LOCKS:
        code, said = audited(pip_audit, lock)
        print(f"{lock.relative_to(ROOT)}: {said}", flush=True)
        worst = max(worst, code)
        if code == NOT_ASKED:
            break
    return worst


def audited(pip_audit: Sequence[str], lock: Path) -> tuple[int, str]:
    """The exit code for a lock file, and what to say of it."""
    options = ["--requirement", str(lock), "--require-hashes", "--disable-pip", "--no-deps"]
    options += ["--vulnerability-service", "osv", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(  # noqa: S603 - the command is the caller's
            [*pip_audit, *options], capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return NOT_ASKED, f"{NOTHING} {error}"
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        # It prints no report where it could not ask; why is the last that it says.
        return NOT_ASKED, f"{NOTHING} {' '.join(done.stderr.split())[-300:]}"
    if skipped := [package for package in found if "skip_reason" in package]:
        # It takes what it cannot find for no reason to fail.
        names = ", ".join(package["name"] for package in skipped)
        return NOT_ASKED, f"{NOTHING} about {names}: {skipped[0]['skip_reason']}"
    known = [
        f"\n  {package['name']} {package['version']}: {one['id']}"
        + (f", mended in {', '.join(one['fix_versions'])}" if one["fix_versions"] else "")
        for package in found
        for one in package.get("vulns", ())
    ]
    return (KNOWN if known else 0), "".join(known) or f"{len(found)} packages, nothing is known"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
