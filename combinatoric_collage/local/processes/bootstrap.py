"""What a function process runs: AWS's runtime client, and a watch for the end of the host.

It is run by path, and imports nothing of this package: the function's own modules must be found
under any name.
"""

import os
import signal
import site
import sys
import threading


def watch(pipe: int) -> None:
    """Ends the function and its children when the host is gone, however it went.

    The host holds the other end of the pipe and never writes. Linux could send a signal at the
    death of the parent (PR_SET_PDEATHSIG), but "parent" is there the thread that started the
    process, and that is one that serves a request and ends.
    """
    os.read(pipe, 1)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Takes the watch off standard input and hands over to the runtime client."""
    pipe = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    threading.Thread(target=watch, args=(pipe,), daemon=True).start()

    # The host starts Python without what is installed there, and so without this.
    site.setquit()

    import awslambdaric.__main__ as runtime  # type: ignore[import-untyped]

    class Client(runtime.LambdaRuntimeClient):  # type: ignore[misc]
        """The address holds a path, which http.client, by which it tells of one error, refuses."""

        def __init__(self, address: str, *rest: object) -> None:
            host, _, self._secret = address.partition("/")
            super().__init__(host, *rest)

        def call_rapid(self, method: str, path: str, *rest: object, **more: object) -> None:
            super().call_rapid(method, f"/{self._secret}{path}", *rest, **more)

    runtime.LambdaRuntimeClient = Client
    runtime.main(sys.argv)


if __name__ == "__main__":
    main()
