"""What goes wrong, and when: by the number of a request, by chance or by a word of its prompt."""

import random
import threading
from collections.abc import Collection, Mapping, Sequence
from typing import Self

from tests.fake_openai.errors import ApiError, come_back, slow_down
from tests.fake_openai.spellings import SPELT
from tests.fake_openai.strange import FEWER, STRANGE

ROUTES = ("edits", "generations", "responses", "chat")

# Answered with an error, of any status that is named; "503" says when to come back, "unavailable"
# is a 503 that does not. None of them is billed here.
STATUSES = ("408", "409", "429", "500", "501", "502", "503", "504")
GATEWAYS = ("520", "521", "522", "523", "524", "529")
REFUSED = (*STATUSES, *GATEWAYS, "unavailable", "moderation", "quota", "billing", *SPELT)
# Not answered, or not to the end: "timeout" holds the line, "drop" closes it, "drop_after" does
# the work, bills it and closes it, "truncate" bills it and sends half of the answer.
CUT = ("timeout", "drop", "drop_after", "truncate")
KINDS = (*REFUSED, *CUT, *STRANGE, FEWER)


class Faults:
    """The plan of failures, for one server. Each route counts its own requests, from 1.

    Only requests that are right and within the rate limit are counted, so that a planned fault
    always strikes: a wrong request gets its own refusal first.

        Faults({1: "503", 4: "drop"})                   the first and the fourth request
        Faults(rate=0.1, kinds=("429", "500"), seed=7)  one in ten, the same ones each time
        Faults(refuse=("Baroque",))                     moderation wherever the prompt says so
        Faults(prompts={"Baroque": ("500", "429")})     twice for such a prompt, then no more
    """

    routes_there: tuple[str, ...] = ROUTES
    kinds_there: tuple[str, ...] = KINDS
    usual = "500"
    refusal = "moderation"
    """The kind that words of a prompt are refused by; `usual` is what happens by chance."""

    def __init__(
        self,
        at: Mapping[int, str] | None = None,
        *,
        rate: float = 0.0,
        kinds: Sequence[str] | None = None,
        seed: int = 0,
        refuse: Collection[str] = (),
        prompts: Mapping[str, str | Sequence[str]] | None = None,
        routes: Collection[str] | None = None,
        retry_after: float = 1.0,
    ) -> None:
        self.at = dict(at or {})
        self.rate = rate
        self.kinds = (self.usual,) if kinds is None else tuple(kinds)
        self.seed = seed
        self.routes = frozenset(self.routes_there if routes is None else routes)
        self.retry_after = retry_after
        self.always = dict.fromkeys(refuse, self.refusal)
        self.in_turn: dict[str, list[str]] = {}
        for words, kind in (prompts or {}).items():
            if isinstance(kind, str):
                self.always[words] = kind
            else:
                self.in_turn[words] = list(kind)
        self.counts = dict.fromkeys(self.routes_there, 0)
        self.lock = threading.Lock()
        self._check()

    def _check(self) -> None:
        in_turn = [kind for kinds in self.in_turn.values() for kind in kinds]
        used = {*self.at.values(), *self.kinds, *self.always.values(), *in_turn}
        if strange := used - set(self.kinds_there):
            raise ValueError(f"No such fault: {sorted(strange)}; there are {self.kinds_there}")
        if strange := self.routes - set(self.routes_there):
            raise ValueError(f"No such route: {sorted(strange)}; there are {self.routes_there}")

    @classmethod
    def parse(cls, spec: str) -> Self:
        """The plan from a line such as `3=500,7=drop,rate=0.1,kinds=429+503,refuse=Baroque`."""
        at: dict[int, str] = {}
        options: dict[str, object] = {}
        for part in filter(None, (part.strip() for part in spec.split(","))):
            name, separator, value = part.partition("=")
            if not separator:
                raise ValueError(f"A fault is written NAME=VALUE, not {part!r}")
            if name.isdecimal():
                at[int(name)] = value
            elif name in {"kinds", "routes", "refuse"}:
                options[name] = tuple(value.split("+"))
            elif name in {"rate", "retry_after"}:
                options[name] = float(value)
            elif name == "seed":
                options[name] = int(value)
            else:
                raise ValueError(f"No such setting of faults: {name!r}")
        return cls(at, **options)

    def strike(self, route: str, prompt: str) -> str | None:
        """Count one request and say what happens to it, if anything."""
        with self.lock:
            self.counts[route] += 1
            number = self.counts[route]
            if route not in self.routes:
                return None
            if number in self.at:
                return self.at[number]
            for words, kinds in self.in_turn.items():
                if words in prompt and kinds:
                    return kinds.pop(0)
        for words, kind in self.always.items():
            if words in prompt:
                return kind
        # By number and not in turn: threads may arrive in any order.
        chance = random.Random(f"{self.seed}/{route}/{number}")
        return chance.choice(self.kinds) if chance.random() < self.rate else None

    def error(self, kind: str) -> ApiError:
        """The answer for a fault that is an answer."""
        if kind in SPELT:
            status, body, headers = SPELT[kind]
            return ApiError(status, "", headers=headers, raw=body)
        if kind == "429":
            return slow_down("Rate limit reached, as planned for this test.", self.retry_after)
        if kind == "quota":
            return ApiError(
                429,
                "The quota of this account is used up: see its plan and billing.",
                kind="insufficient_quota",
                code="insufficient_quota",
            )
        if kind == "billing":
            return ApiError(
                400,
                "Billing hard limit has been reached",
                kind="billing_limit_user_error",
                code="billing_hard_limit_reached",
            )
        if kind == "moderation":
            return ApiError(
                400,
                "The safety system has rejected this request. safety_violations=[sexual].",
                kind="image_generation_user_error",
                code="moderation_blocked",
                details={
                    "moderation_details": {"moderation_stage": "input", "categories": ["sexual"]}
                },
            )
        status = 503 if kind == "unavailable" else int(kind)
        headers = come_back(self.retry_after) if kind == "503" else {}
        return ApiError(
            status, "The server failed at this request.", kind="server_error", headers=headers
        )
