"""A Python whose modules begin at once: each is run in a process of its own that is forked off one
which has imported the models' libraries; that takes seconds of a processor each time.

``python -m tests.diffusion.warm serve SOCKET MODELS`` is that one. ``python warm.py run SOCKET -m
MODULE ...`` stands in the place of ``python -m MODULE ...``: it has the environment, the output and
the end of a process that runs the module, and hands on SIGTERM.
"""

import json
import os
import runpy
import signal
import socket
import sys
import traceback

STREAMS = 1, 2
KILLED = 128 + signal.SIGKILL
LARGEST = 1 << 20
AT = "SIGNAL_AT"
"""The variable that has a task get a signal: ``NAME:TILES``, see `_signal_at`."""


def run(path: str, arguments: list[str]) -> int:
    """Have a module run with this process's environment and streams; its exit code."""
    flag, *words = arguments
    assert flag == "-m"
    asked = {"environment": dict(os.environ), "words": words, "folder": os.getcwd()}
    with socket.socket(socket.AF_UNIX) as there:
        there.connect(path)
        socket.send_fds(there, [json.dumps(asked).encode()], STREAMS)
        there.shutdown(socket.SHUT_WR)
        heard = there.makefile()
        process = int(heard.readline())
        signal.signal(signal.SIGTERM, lambda *_: os.kill(process, signal.SIGTERM))
        ended = heard.readline()
    return int(ended) if ended else KILLED


def serve(path: str, models: str) -> None:
    """Fork a process off for everyone who connects to ``path``."""
    _prepare(models)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        while True:
            asked, _ = door.accept()
            if not os.fork():
                door.close()
                _become(asked)
            asked.close()


def _prepare(models: str) -> None:
    """Import what the task does, and what its libraries import when a family is loaded."""
    from pathlib import Path

    from tasks.diffusion import manifest, renderers
    from tasks.diffusion.machine import machine
    from tasks.diffusion.worker import Worker

    assert callable(Worker)
    for name, family in manifest.read(Path(models)).items():
        renderers.load(family.kind, Path(models) / name, machine())


def _become(asked: socket.socket) -> None:
    """Be a process that runs a module; this does not return."""
    received, streams, _, _ = socket.recv_fds(asked, LARGEST, len(STREAMS))
    while piece := asked.recv(LARGEST):
        received += piece
    for here, there in zip(streams, STREAMS, strict=True):
        os.dup2(here, there)
    given = json.loads(received)
    os.environ.clear()
    os.environ.update(given["environment"])
    os.chdir(given["folder"])
    module, *sys.argv[1:] = given["words"]
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked.sendall(f"{os.getpid()}\n".encode())
    if AT in os.environ:
        _signal_at(*os.environ[AT].split(":"))
    code = _run(module)
    sys.stdout.flush()
    sys.stderr.flush()
    asked.sendall(f"{code}\n".encode())
    os._exit(code)


def _run(module: str) -> int:
    """Run a module as the main one; the code that its process ends with."""
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
            return 1
        return int(end.code or 0)
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def _signal_at(name: str, tiles: str) -> None:
    """Have this process get a signal in the middle of the batch after so many tiles.

    At one and the same step, however fast it or whoever would send it is.
    """
    from tasks.diffusion.heartbeat import Heartbeat

    step = Heartbeat.step

    def reached(heartbeat: Heartbeat, number: int, steps: int) -> None:
        if heartbeat.progress.done == int(tiles) and number == steps // 2:
            signal.raise_signal(signal.Signals[name])
        step(heartbeat, number, steps)

    Heartbeat.step = reached  # type: ignore[method-assign]


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(*sys.argv[2:])
    sys.exit(run(sys.argv[2], sys.argv[3:]))
