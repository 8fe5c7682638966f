"""An HTTP server on loopback, quiet, and gone without a trace when stopped."""

import logging
import socket
from threading import Thread
from typing import Any

from combinatoric_collage.local.aws import LOOPBACK
from combinatoric_collage.local.connections import Connections
from combinatoric_collage.local.errors import PortError

logger = logging.getLogger("local.server")

PULSE_SECONDS = 0.05


def _log(kind: str, message: str, *args: Any) -> None:
    """Requests are no news; an exception inside moto is."""
    logger.log(logging.ERROR if kind == "error" else logging.DEBUG, message, *args)


class Server:
    """The HTTP server; listens from construction, serves from `start` on."""

    def __init__(self, port: int) -> None:
        try:
            self._listener = socket.create_server((LOOPBACK, port))
        except OSError as error:
            raise PortError(
                f"Port {port} on {LOOPBACK} cannot be used: {error.strerror}."
            ) from error
        self.port: int = self._listener.getsockname()[1]
        self.endpoint = f"http://{LOOPBACK}:{self.port}"
        self._connections = Connections()
        self._server: Any = None

    def start(self, application: Any) -> None:
        """Serves a WSGI application in a thread of its own."""
        from werkzeug.serving import make_server

        from combinatoric_collage.local.http import kept_alive

        self._server = make_server(
            LOOPBACK,
            self.port,
            application,
            threaded=True,
            request_handler=kept_alive.handler(self._connections),
            fd=self._listener.fileno(),
        )
        self._server.log = _log
        # Its threads are then joined when it is closed.
        self._server.daemon_threads = False
        serve = {"poll_interval": PULSE_SECONDS}
        self._thread = Thread(target=self._server.serve_forever, kwargs=serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends every connection, also those that clients keep open."""
        self._listener.close()
        if self._server is None:
            return
        self._server.shutdown()
        self._connections.hang_up()
        self._thread.join()
        self._server.server_close()
