"""What was shown, line by line, and what was not."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rehearsal.subject import NotAsExpected, Subject


@dataclass(frozen=True)
class Line:
    """One thing that was looked at."""

    name: str
    fault: str | None
    seen: str
    seconds: float

    def __str__(self) -> str:
        state = "ok    " if self.fault is None else "FAILED"
        return f"{state} {self.seconds:6.1f} s  {self.name}: {self.fault or self.seen}"


@dataclass
class Report:
    """A page that grows as things are looked at, and is printed as it grows."""

    title: str
    lines: list[str] = field(default_factory=list)
    faults: int = 0

    def __post_init__(self) -> None:
        self.say(self.title)

    def say(self, *lines: str) -> None:
        """Add lines."""
        for line in lines:
            print(line, flush=True)
        self.lines.extend(lines)

    def section(self, title: str, lines: Sequence[object]) -> None:
        """Add a heading and lines below it."""
        self.say("", title, *(f"  {line}" for line in lines))

    def look(self, name: str, at: Callable[[], str]) -> None:
        """Add how something went; what is not as expected is counted and ends nothing."""
        began, fault, seen = time.monotonic(), None, ""
        try:
            seen = at()
        except NotAsExpected as error:
            fault = str(error)
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
        self.faults += fault is not None
        self.say(f"  {Line(name, fault, seen, time.monotonic() - began)}")

    def each(self, checks: Sequence[Callable[[Subject], str]], subject: Subject) -> None:
        """Look at each in turn; its name is what its docstring says."""
        for check in checks:
            name = (check.__doc__ or check.__name__).partition("\n")[0].rstrip(".")
            self.look(name, lambda check=check: check(subject))  # type: ignore[misc]

    def write(self, path: Path) -> None:
        """Keep the page."""
        path.write_text("\n".join(self.lines) + "\n", encoding="utf-8")
