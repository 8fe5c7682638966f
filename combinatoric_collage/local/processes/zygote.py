"""A process that has imported what functions begin with, and of which their processes are forked.

``zygote.py BOOTSTRAP MODULE...`` is run by path with the environment and the module path that all
of those functions have in common, and imports nothing of this package. ``MODULE:FUNCTION`` is
called as well, with no argument, and of ``boto3/SERVICE`` it is read what that service of AWS's is
like. A seqpacket socket is its standard input. It says there once what
its imports have looked at; each packet that it then gets is a process to be forked, as JSON, with
its standard input, its output, and a pipe in which the process writes its id and this one how it
ended. A process that is given modules goes on like this one, with what some of the functions have
in common beside that; its standard input is such a socket too.
"""

import ctypes
import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

LARGEST_PACKET = 2**20
# What the runtime client brings, but for its library, which takes its address as it is loaded.
RUNTIME = ("awslambdaric.lambda_runtime_hooks_runner", "awslambdaric.lambda_runtime_marshaller")
# Variables that set up glibc's allocator, and the parameters by which that can still be done.
# mallopt(3), and glibc's malloc.h.
ALLOCATOR = {
    "MALLOC_ARENA_MAX": -8,
    "MALLOC_MMAP_MAX_": -4,
    "MALLOC_MMAP_THRESHOLD_": -3,
    "MALLOC_TOP_PAD_": -2,
    "MALLOC_TRIM_THRESHOLD_": -1,
}

_read: set[str] = set()


class _Noting(os._Environ[str]):
    """The environment, with note taken of what is looked at."""

    def __getitem__(self, name: str) -> str:
        _read.add(name)
        return super().__getitem__(name)

    def __iter__(self) -> Iterator[str]:
        _read.add("*")
        return super().__iter__()


def main() -> None:
    """Imports, and forks until the host is gone."""
    bootstrap, *modules = sys.argv[1:]
    become = runpy.run_path(bootstrap)["main"]
    job: dict[str, Any] | None = {"modules": [*RUNTIME, *modules]}
    while job is not None and "modules" in job:
        host = socket.socket(fileno=os.dup(0))
        _bring(job["modules"])
        names = {name.partition(".")[0] for name in sys.modules}
        host.send(json.dumps({"read": sorted(_read), "names": sorted(names)}).encode())
        shared = len(os.environ["PYTHONPATH"].split(os.pathsep))
        job = _serve(host)
        if job is not None:
            _settle(job, bootstrap, shared)
    if job is None:
        # Python would take all modules apart first, which nobody has a use for.
        sys.stdout.flush()
        os._exit(0)
    become()


def _bring(modules: list[str]) -> None:
    """Has all modules that can be had; what cannot be imported a function will say itself."""
    os.environ.__class__ = _Noting
    gc.disable()
    services = list[str]()
    for module in modules:
        package, _, service = module.partition("/")
        name, _, called = package.partition(":")
        with suppress(ImportError):
            found = import_module(name)
            if called:
                getattr(found, called)()
            if service:
                services.append(service)
    os.environ.__class__ = os._Environ
    if services:
        _describe(services)
    # What is there now is nobody's to collect, and pages stay shared that are not written to.
    gc.freeze()
    gc.enable()


def _describe(services: list[str]) -> None:
    """Has what AWS's services are like read once for all processes; nothing else is kept of it."""
    import botocore.session

    if not hasattr(botocore.session.create_loader, "cache_info"):
        # Also where a session has a folder of its own for more of it: it is part of what is asked.
        botocore.session.create_loader = cache(botocore.session.create_loader)
    session = botocore.session.Session()
    session.set_credentials("nobody", "nothing")
    for service in services:
        session.create_client(service, "us-east-1")


def _serve(host: socket.socket) -> dict[str, Any] | None:
    """Forks for whoever asks; in the fork its job, and None when the host is gone."""
    ended, wake = os.pipe()
    for end in (ended, wake):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(wake)
    children: dict[int, int] = {}
    with selectors.DefaultSelector() as events:
        events.register(ended, selectors.EVENT_READ)
        events.register(host, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in events.select()}
            if ended in ready:
                os.read(ended, 4096)
                _tell(children)
            if host.fileno() not in ready:
                continue
            packet, pipes, _, _ = socket.recv_fds(host, LARGEST_PACKET, 3)
            if not packet:
                return None
            child = os.fork()
            if not child:
                break
            for end in pipes[:2]:
                os.close(end)
            children[child] = pipes[2]
    # What is the zygote's, and its other children's.
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    host.close()
    for end in (ended, wake, *children.values()):
        os.close(end)
    _take(pipes)
    return dict(json.loads(packet))


def _tell(children: dict[int, int]) -> None:
    """Says of each child that has ended how it did, as subprocess has it."""
    with suppress(ChildProcessError):
        while True:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                return
            told = children.pop(child)
            with suppress(BrokenPipeError):
                os.write(told, b"%d\n" % os.waitstatus_to_exitcode(status))
            os.close(told)


def _take(pipes: list[int]) -> None:
    """Is a process of its own, with the pipes that it was given."""
    entrance, out, told = pipes
    os.setsid()
    os.dup2(entrance, 0)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.write(told, b"%d\n" % os.getpid())
    for end in pipes:
        os.close(end)


def _settle(job: dict[str, Any], bootstrap: str, shared: int) -> None:
    """Has the folder, the environment and the modules of the function."""
    os.chdir(job["cwd"])
    os.environ.clear()
    os.environ.update(job["environment"])
    sys.path[:shared] = job["environment"]["PYTHONPATH"].split(os.pathsep)
    sys.argv[:] = [bootstrap, *job["arguments"]]
    tempfile.tempdir = None
    given = {name: job["environment"][name] for name in ALLOCATOR if name in job["environment"]}
    if given:
        # It looks at them when a process starts; on another C library they mean nothing.
        with suppress(AttributeError, ValueError):
            allow = ctypes.CDLL(None).mallopt
            for name, value in given.items():
                allow(ALLOCATOR[name], int(value))


if __name__ == "__main__":
    main()
