"""The server as a process: prints its URL and the variables that lead to it, and serves until it
is told to stop.

`GET /fake/report` tells, as JSON, what came in and what would have been billed.
"""

import argparse
import signal
import sys
import threading

from tests.fake_bedrock.account import PRODUCTS, Account, denying
from tests.fake_bedrock.faults import Faults
from tests.fake_bedrock.models import US_REGIONS
from tests.fake_bedrock.server import FakeBedrock


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.fake_bedrock", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for any that is free")
    parser.add_argument("--rpm-share", type=float, default=1.0, help="of AWS's default quotas")
    parser.add_argument("--no-quotas", action="store_true", help="as many calls as come")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds a picture takes")
    parser.add_argument(
        "--schedule",
        type=Faults.parse,
        default=Faults(),
        metavar="SPEC",
        help="such as 3=internal,7=drop,rate=0.1,kinds=throttling,refuse=Baroque,routes=inpaint",
    )
    parser.add_argument(
        "--deny-region",
        action="append",
        default=[],
        choices=US_REGIONS,
        help="the caller has no right to the models of this Region",
    )
    parser.add_argument(
        "--forbid-region",
        action="append",
        default=[],
        choices=US_REGIONS,
        help="a service control policy closes this Region",
    )
    parser.add_argument(
        "--not-subscribed", action="store_true", help="nobody has agreed to the models' terms"
    )
    parser.add_argument("--no-payment", action="store_true", help="nor can anybody pay for them")
    parser.add_argument("--log-to", metavar="BUCKET", help="where the account logs all calls")
    parser.add_argument("--megapixels", type=float, help="of what is inpainted; as sent by default")
    parser.add_argument("--detail", type=int, default=320, help="pixels really painted a side")
    parser.add_argument("--seed", type=int, default=0, help="other pictures, other styles")
    return parser.parse_args()


def main() -> None:
    """Serve what the command line says."""
    given = options()
    logged = {"s3Config": {"bucketName": given.log_to}, "imageDataDeliveryEnabled": True}
    account = Account(
        deny=denying(given.deny_region),
        forbid=tuple(given.forbid_region),
        subscribed=set() if given.not_subscribed else set(PRODUCTS),
        payment=not given.no_payment,
        logging=dict.fromkeys(US_REGIONS, logged) if given.log_to else {},
    )
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with FakeBedrock(
        account=account,
        rpm_share=None if given.no_quotas else given.rpm_share,
        faults=given.schedule,
        latency=given.latency,
        megapixels=given.megapixels,
        detail=given.detail,
        seed=given.seed,
        port=given.port,
    ) as fake:
        lines = [f"export {name}={value}" for name, value in fake.environment.items()]
        sys.stdout.write("\n".join([fake.url, *lines, ""]))
        sys.stdout.flush()
        stop.wait()


if __name__ == "__main__":
    main()
