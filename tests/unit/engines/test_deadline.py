"""A request is bounded as a whole, not from one read to the next."""

import socket
import threading
from collections.abc import Iterator

import httpx2
import pytest
from pytest_socket import enable_socket

from collage.engines.deadline import within
from collage.errors import BrokenAnswer, TimedOut


@pytest.fixture
def trickle() -> Iterator[str]:
    """A server that sends a byte of a long answer whenever its reader is about to give up."""
    enable_socket()
    done = threading.Event()

    def serve(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line:
            line.recv(65_536)
            line.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
            while not done.wait(0.05):
                line.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        done.set()
        thread.join()


def test_an_answer_that_trickles_in_ends_in_time(trickle: str) -> None:
    with pytest.raises(TimedOut, match=r"did not answer within 0\.5 seconds"):
        within(0.5, lambda: httpx2.get(trickle, timeout=600))


def test_what_comes_in_time_is_handed_on() -> None:
    assert within(5, lambda: "picture") == "picture"


@pytest.mark.parametrize("error", [BrokenAnswer("No."), TimeoutError("its own")])
def test_what_is_raised_in_time_is_raised_as_it_is(error: Exception) -> None:
    def ask() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        within(5, ask)

    assert raised.value is error
