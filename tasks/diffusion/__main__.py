"""``python -m tasks.diffusion``: the task's entry. It ends with one of the codes of `ends`."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from threading import Event
from types import FrameType

# Before the libraries look: weights come from the stack's own bucket, and from nowhere else.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

from collage.errors import CollageError
from collage.settings import Settings
from collage.store.store import connect
from tasks.diffusion import deadline
from tasks.diffusion.ends import End, end_of
from tasks.diffusion.heartbeat import log
from tasks.diffusion.shard import from_environment


def main() -> End:
    """Run the shard that the environment names."""
    interrupted = Event()

    def interrupt(signum: int, frame: FrameType | None) -> None:
        interrupted.set()

    signal.signal(signal.SIGTERM, interrupt)
    try:
        shard = from_environment()
        deadline.keep(shard, interrupted)
        settings = Settings(uploads_bucket="", collages_bucket=shard.collages_bucket)
        # The libraries of the models take seconds to import: what is wrong is said before.
        from tasks.diffusion.worker import Worker

        worker = Worker(shard, connect(settings), interrupted)
        try:
            end = worker.run()
        except CollageError as error:
            state = "interrupted" if interrupted.is_set() else "failed"
            worker.heartbeat.at(state=state, message=str(error))
            raise
    except CollageError as error:
        log("ended", "WARNING", error=error.name, reason=str(error))
        end = end_of(error)
    except Exception:
        log("ended", "ERROR", error="Unknown", reason=traceback.format_exc())
        end = End.UNKNOWN
    log("exit", code=int(end), name=end.name)
    return end


if __name__ == "__main__":
    sys.exit(int(main()))
