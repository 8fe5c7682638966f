"""Where a rehearsal has its tools and puts what it makes; all of it in the checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "out" / "rehearsal"
"""What it builds and writes; made anew each time."""
HOME = ROOT / ".rehearsal"
"""Environments of `make rehearse`: of the SAM CLI, of the emulator, and Lambda's runtime."""
SAM = HOME / "sam" / "bin" / "sam"
EMULATOR = HOME / "ministack"
RUNTIME = HOME / "runtime" / "bin" / "python"
