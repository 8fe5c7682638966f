"""What nobody foresaw: one sentence for the user, and a file with the details for who mends it."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
import traceback
import warnings
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from combinatoric_collage.cli.exit_codes import FAILED, answer, complain
from combinatoric_collage.cli.stacks.ahead import default_state

TRACEBACK = "Traceback (most recent call last)"


class Details:
    """A file of this process for details, made when there are any."""

    def __init__(self) -> None:
        self._file: Path | None = None
        self._lock = threading.Lock()

    def write(self, text: str) -> str:
        """Add to the file; a sentence that says where it is, or nothing where none can be made."""
        with self._lock:
            for folder in (default_state().parent / "errors", Path(tempfile.gettempdir())):
                with suppress(OSError):
                    return f" The details are in {self._add(folder, text)}."
        return ""

    def _add(self, folder: Path, text: str) -> Path:
        if self._file is None:
            folder.mkdir(parents=True, exist_ok=True)
            begun = f"collage-{datetime.now(tz=UTC):%Y%m%dT%H%M%SZ}-"
            # Nobody else's to read: paths and prompts may be in it.
            handle, name = tempfile.mkstemp(prefix=begun, suffix=".txt", dir=folder)
            os.close(handle)
            self._file = Path(name)
        with self._file.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{text.rstrip()}\n\n")
        return self._file


class _Sentences(logging.Handler):
    """Says of a log record what a user can use; the rest goes to the file."""

    def __init__(self, details: Details) -> None:
        super().__init__(logging.WARNING)
        self._details = details

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            text = self.format(record)
            if TRACEBACK not in text:
                complain(text)
                return
            lines = [line for line in text.splitlines() if line.strip()]
            first = "" if TRACEBACK in lines[0] else f"{lines[0].rstrip(':')}: "
            complain(f"{first}{lines[-1]}.{self._details.write(text)}")


def prepare() -> Details:
    """Keep tracebacks and warnings of libraries off the terminal, from now on."""
    details = Details()
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    logger = logging.getLogger("local")
    logger.addHandler(_Sentences(details))
    # What else listens at the root would say it a second time.
    logger.propagate = False

    def thread_failed(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            logger.error("A thread failed", exc_info=args.exc_value)

    threading.excepthook = thread_failed
    return details


def end(error: Exception, details: Details, *, as_json: bool) -> int:
    """Tell of an error that nothing else has caught; the code to exit with."""
    text = "".join(traceback.format_exception(error))
    message = f"{_sentence(error)}{details.write(text)}"
    name = type(error).__name__
    try:
        if as_json:
            answer({"error": name, "message": message})
        else:
            complain(f"{name}: {message}")
        sys.stdout.flush()
    except OSError:
        # Nobody can be told; what is left in the buffer is not tried again at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return FAILED


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'What was to be printed'}: {error.strerror}."
    first = next(iter(str(error).splitlines()), "")
    return f"this was not foreseen: {first or 'no reason was given'}."
