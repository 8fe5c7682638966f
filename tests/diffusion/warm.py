"""Tasks in processes of their own that begin at once: forked off one that has imported the models'
libraries, which takes seconds of a processor each time.

``python -m tests.diffusion.warm serve SOCKET MODELS`` is that one. ``python warm.py run SOCKET``
stands in the place of ``python -m tasks.diffusion``: it has the environment, the standard error and
the end of a task that runs in another process, and hands on SIGTERM.
"""

import json
import os
import signal
import socket
import sys

STREAMS = 1, 2
KILLED = 128 + signal.SIGKILL
LARGEST = 1 << 20


def run(path: str) -> int:
    """Have a task run with this process's environment and streams; its exit code."""
    with socket.socket(socket.AF_UNIX) as there:
        there.connect(path)
        socket.send_fds(there, [json.dumps(dict(os.environ)).encode()], STREAMS)
        there.shutdown(socket.SHUT_WR)
        heard = there.makefile()
        task = int(heard.readline())
        signal.signal(signal.SIGTERM, lambda *_: os.kill(task, signal.SIGTERM))
        ended = heard.readline()
    return int(ended) if ended else KILLED


def serve(path: str, models: str) -> None:
    """Fork a task off for everyone who connects to ``path``."""
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
    """Be a task; this does not return."""
    from tasks.diffusion import __main__ as task

    received, streams, _, _ = socket.recv_fds(asked, LARGEST, len(STREAMS))
    while piece := asked.recv(LARGEST):
        received += piece
    for here, there in zip(streams, STREAMS, strict=True):
        os.dup2(here, there)
    os.environ.clear()
    os.environ.update(json.loads(received))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked.sendall(f"{os.getpid()}\n".encode())
    code = int(task.main())
    sys.stderr.flush()
    asked.sendall(f"{code}\n".encode())
    os._exit(code)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(*sys.argv[2:])
    sys.exit(run(sys.argv[2]))
