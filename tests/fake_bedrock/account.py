"""The account that is asked: who may call, what they may do, what is subscribed to and how fast."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.fake_bedrock import errors
from tests.fake_bedrock.models import MODELS, Asked

PRODUCTS = frozenset(model.product for model in MODELS if model.product)
WINDOW_SECONDS = 60.0


@dataclass
class Account:
    """One account; whatever is set here may be changed while the server runs.

    - `access_key`, `secret_key`, `session_token`: the credentials let in, and no others.
    - `deny`: patterns of ARNs on which nobody here has `bedrock:InvokeModel`.
    - `forbid`: Regions that the organisation closes, by a service control policy.
    - `subscribed`: the products of AWS Marketplace that somebody has agreed to. The first call of
      another one passes, and those after it do not.
    - `may_subscribe`: whether the caller has `aws-marketplace:Subscribe`.
    - `payment`: whether there is something to pay with.
    - `pending_seconds`: how long a subscription takes from the agreement on.
    - `logging`: the configuration of model invocation logging by Region; none by default.
    """

    access_key: str = "AKIAIOSFODNN7EXAMPLE"
    secret_key: str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    session_token: str | None = None
    number: str = "123456789012"
    deny: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    subscribed: set[str] = field(default_factory=lambda: set(PRODUCTS))
    may_subscribe: bool = True
    payment: bool = True
    pending_seconds: float = 0.0
    logging: dict[str, dict[str, Any]] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)
    until: dict[str, float] = field(default_factory=dict)

    @property
    def caller(self) -> str:
        """Who the credentials belong to, as AWS's messages name them."""
        return f"arn:aws:iam::{self.number}:user/collage"

    def authorise(self, asked: Asked, region: str, destination: str) -> None:
        """Refuse what the caller's policy, or the organisation's, does not allow."""
        arns = (asked.profile_arn(self.number, region), asked.model_arn(destination))
        for arn in filter(None, arns):
            if arn.split(":")[3] in self.forbid:
                raise errors.forbidden_region(self.caller, "bedrock:InvokeModel", arn)
            if any(fnmatchcase(arn, pattern) for pattern in self.deny):
                raise errors.not_allowed(self.caller, "bedrock:InvokeModel", arn)

    def admit(self, product: str | None, now: float) -> None:
        """Refuse a model that is not subscribed to, but for its first call."""
        if product is None:
            return
        if product in self.subscribed:
            if now < self.until.get(product, 0.0):
                raise errors.pending()
            return
        if product in self.tried:
            raise errors.marketplace() if self.payment else errors.no_payment()
        self.tried.add(product)

    def agree(self, product: str, now: float) -> None:
        """Subscribe to a product, by which all its models may be called."""
        if not self.may_subscribe:
            raise errors.not_allowed(self.caller, "aws-marketplace:Subscribe", "*")
        if not self.payment:
            raise errors.no_payment()
        self.subscribed.add(product)
        self.until[product] = now + self.pending_seconds


def denying(regions: Iterable[str]) -> tuple[str, ...]:
    """The patterns of a policy that lacks the models in these Regions."""
    return tuple(f"arn:aws:bedrock:{region}::foundation-model/*" for region in regions)


class Quotas:
    """Calls a minute of each model from each source Region, counted over the last sixty seconds.

    Nothing in AWS's pages says how the minute is counted; this is the strictest reading.
    """

    def __init__(self, share: float | None, clock: Callable[[], float]) -> None:
        self.share = share
        self.clock = clock
        self.calls: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self.lock = threading.Lock()

    def take(self, asked: Asked, region: str) -> None:
        """Count a call, or refuse it."""
        if self.share is None:
            return
        most = max(1, int(asked.model.per_minute * self.share))
        with self.lock:
            now = self.clock()
            calls = self.calls[asked.model.name, region]
            while calls and calls[0] <= now - WINDOW_SECONDS:
                calls.popleft()
            if len(calls) >= most:
                raise errors.throttled()
            calls.append(now)
