"""The connections of a server, so that those which nobody uses keep it from nothing."""

import logging
import socket
from threading import Lock

logger = logging.getLogger("local.server")


class Connections:
    """Open connections; those that come after `hang_up` are ended as they begin."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._over = False

    @property
    def are_there(self) -> bool:
        """Whether any is open."""
        return bool(self._open)

    def add(self, connection: socket.socket) -> None:
        """A connection has begun."""
        with self._lock:
            self._open.add(connection)
            over = self._over
        if over:
            _end(connection)

    def discard(self, connection: socket.socket) -> None:
        """A connection has ended."""
        with self._lock:
            self._open.discard(connection)

    def hang_up(self) -> None:
        """Ends all of them, now and from now on."""
        with self._lock:
            self._over = True
            left = list(self._open)
        for connection in left:
            _end(connection)


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        logger.debug("a connection was closed already")
