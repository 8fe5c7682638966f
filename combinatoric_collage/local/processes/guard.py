"""What runs a task's process: it ends it with the host, however that went.

It is run by path, and imports nothing of this package.
"""

import os
import signal
import subprocess
import sys
import threading

# What a shell, and so a container, calls a command that is not there.
NOT_FOUND = 127


def watch(pipe: int) -> None:
    """The host holds the other end of the pipe and never writes."""
    os.read(pipe, 1)
    os.killpg(0, signal.SIGKILL)


def main() -> int:
    """Runs the command of the arguments; its exit code, as a container has it."""
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stopped.append(number))
    pipe = os.dup(0)
    threading.Thread(target=watch, args=(pipe,), daemon=True).start()
    try:
        child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603
    except OSError as error:
        sys.stderr.write(f"{sys.argv[1]} cannot be run: {error.strerror}\n")
        return NOT_FOUND

    def forward(number: int, _frame: object) -> None:
        child.send_signal(number)

    # To the first process alone, as a container's.
    signal.signal(signal.SIGTERM, forward)
    for number in stopped:
        child.send_signal(number)
    code = child.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
