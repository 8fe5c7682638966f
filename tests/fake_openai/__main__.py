"""The server as a process: prints its base URL and serves until it is told to stop.

`GET /fake/report` beside `/v1` tells, as JSON, what came in and what would have been billed.
"""

import argparse
import signal
import sys
import threading

from tests.fake_openai.faults import Faults
from tests.fake_openai.language import SUPPORTS
from tests.fake_openai.profiles import PROFILES
from tests.fake_openai.server import FakeOpenAI


def main() -> None:
    """Serve what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.fake_openai", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for any that is free")
    parser.add_argument("--limit-per-second", type=float, help="pictures a second for each key")
    parser.add_argument("--burst", type=float, help="pictures at once before the limit bites")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds an answer takes")
    parser.add_argument(
        "--faults",
        type=Faults.parse,
        default=Faults(),
        metavar="SPEC",
        help="such as 3=500,7=drop,rate=0.1,kinds=429+503,seed=7,refuse=Baroque,routes=edits",
    )
    parser.add_argument("--key", default="sk-test", help="the key let in; empty for any")
    parser.add_argument("--seed", type=int, default=0, help="other pictures, other styles")
    parser.add_argument("--answers", choices=("b64_json", "url"), default="b64_json")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="openai")
    parser.add_argument("--most", type=int, default=10, help="pictures a request, whatever n says")
    parser.add_argument("--supports", default=",".join(sorted(SUPPORTS)), help="of the text routes")
    parser.add_argument("--cheap", action="store_true", help="flat pictures, for load tests")
    parser.add_argument("--hang", type=float, default=60.0, help="seconds a timeout lasts at most")
    options = vars(parser.parse_args())
    options["key"] = options["key"] or None
    options["supports"] = [name for name in options["supports"].split(",") if name]
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with FakeOpenAI(**options) as fake:
        sys.stdout.write(f"{fake.base_url}\n")
        sys.stdout.flush()
        stop.wait()


if __name__ == "__main__":
    main()
