"""The accounts' limits, shared by all runs: paces of pictures, and dollars a day.

Both live in one small DynamoDB table, because they belong to the account and not to a run::

    pace#{quota}         next    when the next picture's turn comes, in milliseconds since 1970
    spent#2026-11-21     micros  micro-dollars reserved and spent on that day (UTC)
    spent#2026-11-21#{owner}     the same of one owner's collages
    paid#{collage}       micros  the same of one collage that has a limit of its own, in all runs
    asked#{tile key}     times   requests for a tile whose end is not known
    single#{server}#{model}      makes one picture a call, whatever it is asked for
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import sleep, time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from collage.engines.provider import Quota
from collage.errors import BudgetExhausted, LimitsUnavailable, MaxUsdReached, NoSlotYet

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MICROS = 1_000_000
"""Micro-dollars in a dollar."""

KEEP_DAYS = 40
"""After which DynamoDB's time-to-live removes what was spent on a day, and who was asked."""

NEAR_SECONDS = 5.0
"""A turn that comes sooner is waited for inside the function; a later one is given back."""

LONGEST_HOLD = 3600.0
"""Seconds for which a provider's word keeps all runs waiting."""


@dataclass(frozen=True)
class Limits:
    """The shared table; ``daily_usd`` bounds what all runs spend on a day (UTC).

    ``person_daily_usd`` bounds what those of one owner do, unless it is None.
    """

    dynamodb: DynamoDBClient
    table: str
    daily_usd: float
    person_daily_usd: float | None = None

    def wait_for_turn(self, quotas: Sequence[Quota], pictures: int) -> Quota:
        """Take the next turn for a call of so many pictures, and sleep until it comes.

        It is the earliest that any of ``quotas`` gives; the one that gave it is returned.

        The generic cell rate algorithm (ITU-T I.371): the table holds the time by which all
        turns given out so far will have passed at the pace; a turn is that time less what is
        left of the burst. A call of more pictures than the burst waits for a whole burst.

        Raises:
            NoSlotYet: when every turn is far off; none was taken.
        """
        now = _milliseconds()
        quota, turn = self._take_earliest(quotas, now, pictures)
        sleep(max(0, turn - now) / 1000)
        return quota

    def hold(self, quota: Quota, seconds: float) -> None:
        """Give out no turn of a quota for so long: the provider's own word, heeded by all runs.

        At most LONGEST_HOLD: after that it is asked again, whatever it said.
        """
        resume = _milliseconds() + round(min(seconds, LONGEST_HOLD) * 1000) + _slack(quota, 1)
        self._update(
            _line(quota),
            "SET #next = :resume, expires = :expires",
            "attribute_not_exists(#next) OR #next < :resume",
            {":resume": resume},
        )

    def reserve(self, usd: float) -> str:
        """Count the price of a call as spent today, before it is made; the day, for `correct`.

        Raises:
            BudgetExhausted: when that would pass the daily limit; nothing was counted.
        """
        day = _today()
        counted, _ = self._count(f"spent#{day}", usd, self.daily_usd)
        if not counted:
            raise self._day_is_spent()
        return day

    def confirm(self, day: str) -> None:
        """Look once more, right before a call is made that was reserved for on ``day``.

        Raises:
            BudgetExhausted: when other calls have cost more than was reserved for them.
        """
        if not self._count(f"spent#{day}", 0, self.daily_usd)[0]:
            raise self._day_is_spent()

    def _day_is_spent(self) -> BudgetExhausted:
        return BudgetExhausted(
            f"The stack's daily limit of ${self.daily_usd:,.2f} is reached; "
            "it starts anew at midnight UTC."
        )

    def correct(self, day: str, reserved_usd: float, actual_usd: float) -> None:
        """Replace a price reserved on ``day`` by what the call did cost."""
        self._correct(f"spent#{day}", reserved_usd, actual_usd)

    def reserve_for_person(self, day: str, person: str, usd: float) -> None:
        """Count the price of a call as spent by an owner on ``day``, before it is made.

        Raises:
            BudgetExhausted: when that would pass a person's share; nothing was counted.
        """
        if self.person_daily_usd is not None:
            counted, _ = self._count(f"spent#{day}#{person}", usd, self.person_daily_usd)
            if not counted:
                raise BudgetExhausted(
                    f"The owner's share of the stack's daily limit, ${self.person_daily_usd:,.2f}, "
                    "is reached; it starts anew at midnight UTC."
                )

    def confirm_person(self, day: str, person: str) -> None:
        """Look once more, right before a call is made that was reserved for on ``day``.

        Raises:
            BudgetExhausted: when other calls have cost more than was reserved for them.
        """
        self.reserve_for_person(day, person, 0)

    def correct_person(self, day: str, person: str, reserved_usd: float, actual_usd: float) -> None:
        """Replace a price reserved for an owner on ``day`` by what the call did cost."""
        if self.person_daily_usd is not None:
            self._correct(f"spent#{day}#{person}", reserved_usd, actual_usd)

    def reserve_for_collage(self, collage: str, usd: float, max_usd: float) -> None:
        """Count the price of a call as paid for a collage, before it is made.

        What was counted for it is remembered for KEEP_DAYS after its last call.

        Raises:
            MaxUsdReached: when that would pass ``max_usd``; nothing was counted.
        """
        counted, before = self._count(f"paid#{collage}", usd, max_usd)
        if not counted:
            raise _max_usd_reached(max_usd, before)

    def confirm_collage(self, collage: str, max_usd: float) -> None:
        """Look once more, right before a call is made that was reserved for.

        Raises:
            MaxUsdReached: when other calls have cost more than was reserved for them.
        """
        counted, before = self._count(f"paid#{collage}", 0, max_usd)
        if not counted:
            raise _max_usd_reached(max_usd, before)

    def correct_collage(self, collage: str, reserved_usd: float, actual_usd: float) -> None:
        """Replace a price reserved for a collage by what the call did cost."""
        self._correct(f"paid#{collage}", reserved_usd, actual_usd)

    def _count(self, name: str, usd: float, limit_usd: float) -> tuple[bool, int]:
        """Add a price unless that passes a limit; whether it was, and what was counted before."""
        price = _micros(usd)
        room = _micros(limit_usd) - price
        if room < 0:
            return False, 0
        return self._update(
            name,
            "ADD micros :price SET expires = :expires",
            "attribute_not_exists(micros) OR micros <= :room",
            {":price": price, ":room": room},
        )

    def _correct(self, name: str, reserved_usd: float, actual_usd: float) -> None:
        difference = _micros(actual_usd) - _micros(reserved_usd)
        if difference:
            self._update(
                name,
                "ADD micros :difference SET expires = :expires",
                "attribute_exists(micros)",
                {":difference": difference},
            )

    def spent(self) -> float:
        """Dollars counted as spent today, by all runs."""
        item = self.dynamodb.get_item(
            TableName=self.table, Key={"name": {"S": f"spent#{_today()}"}}, ConsistentRead=True
        ).get("Item", {})
        return int(item.get("micros", {"N": "0"})["N"]) / MICROS

    def asked(self, tile: str) -> int:
        """Note that a tile is about to be asked for; how often that was done to no known end."""
        add = "ADD times :one SET expires = :expires"
        return self._update(f"asked#{tile}", add, None, {":one": 1})[1]

    def not_billed(self, tile: str) -> None:
        """Take back the note of `asked`: the request ended in a way that costs nothing."""
        self._update(
            f"asked#{tile}",
            "ADD times :less SET expires = :expires",
            "attribute_exists(times)",
            {":less": -1},
        )

    def note(self, name: str) -> None:
        """Remember a fact by its name, for KEEP_DAYS."""
        self._update(name, "SET expires = :expires", None, {})

    def is_noted(self, name: str) -> bool:
        """Whether a fact was noted and is remembered still."""
        try:
            item = self.dynamodb.get_item(TableName=self.table, Key={"name": {"S": name}})
        except (ClientError, BotoCoreError) as error:
            raise LimitsUnavailable("The table of the shared limits did not answer.") from error
        return int(item.get("Item", {}).get("expires", {"N": "0"})["N"]) > time()

    def _take_earliest(self, quotas: Sequence[Quota], now: int, pictures: int) -> tuple[Quota, int]:
        """Take the earliest turn that is near: whose it is, and when."""
        near = round(NEAR_SECONDS * 1000)
        turns = dict.fromkeys(quotas, now)
        if len(quotas) > 1:
            for quota in quotas:
                # A line without a free turn says when the next one will be.
                taken, turns[quota] = self._take_turn(quota, now, pictures, within=0)
                if taken:
                    return quota, turns[quota]
        for quota in sorted(quotas, key=lambda quota: turns[quota]):
            if turns[quota] <= now + near:
                taken, turns[quota] = self._take_turn(quota, now, pictures, within=near)
                if taken:
                    return quota, turns[quota]
        wait = min(turns.values()) - now
        raise NoSlotYet(f"The next turn comes in {wait / 1000:.0f} s.")

    def _take_turn(self, quota: Quota, now: int, pictures: int, within: int) -> tuple[bool, int]:
        """Whether a turn that comes ``within`` so many milliseconds was taken, and when it is."""
        cost, slack = round(quota.interval * pictures * 1000), _slack(quota, pictures)
        latest = now + within + slack
        while True:
            # One update either way: the line is busy, or it is idle. Which it is can change
            # between the two, so a lost race tries again.
            busy, found = self._update(
                _line(quota),
                "SET #next = #next + :cost, expires = :expires",
                "#next BETWEEN :now AND :latest",
                {":cost": cost, ":now": now, ":latest": latest},
            )
            if busy:
                return True, max(now, found - slack)
            if found > latest:
                return False, found - slack
            idle, _ = self._update(
                _line(quota),
                "SET #next = :cost, expires = :expires",
                "attribute_not_exists(#next) OR #next < :now",
                {":cost": now + cost, ":now": now},
            )
            if idle:
                return True, now

    def _update(
        self, name: str, expression: str, condition: str | None, values: dict[str, int]
    ) -> tuple[bool, int]:
        """One atomic update: whether the condition held, and the item's number before it."""
        given: dict[str, Any] = {
            "TableName": self.table,
            "Key": {"name": {"S": name}},
            "UpdateExpression": expression,
            "ExpressionAttributeValues": _numbers(values),
            "ReturnValues": "ALL_OLD",
        }
        if condition is not None:
            given["ConditionExpression"] = condition
            given["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if "#next" in expression:
            given["ExpressionAttributeNames"] = {"#next": "next"}
        try:
            answer = self.dynamodb.update_item(**given)
        except self.dynamodb.exceptions.ConditionalCheckFailedException as error:
            return False, _number(error.response.get("Item", {}))
        except (ClientError, BotoCoreError) as error:
            raise LimitsUnavailable("The table of the shared limits did not answer.") from error
        return True, _number(answer.get("Attributes", {}))


def _line(quota: Quota) -> str:
    return f"pace#{quota.name}"


def _slack(quota: Quota, pictures: int) -> int:
    """How long before a line's end a call may go: the burst that is not its own."""
    left = quota.burst - min(pictures, quota.burst)
    return round(quota.interval * left * 1000)


def _max_usd_reached(max_usd: float, before: int) -> MaxUsdReached:
    return MaxUsdReached(
        f"The collage's max_usd of ${max_usd:,.2f} is reached: ${before / MICROS:,.2f} are paid or "
        "under way, and the next call may pass it. What is made is kept; with a higher max_usd the "
        "rest is made."
    )


def _numbers(values: dict[str, int]) -> dict[str, Any]:
    numbers: dict[str, Any] = {name: {"N": str(value)} for name, value in values.items()}
    return numbers | {":expires": _expiry()}


def _number(item: Any) -> int:
    """The one number that an item of the table is about; 0 where there is none yet."""
    return next((int(item[key]["N"]) for key in ("next", "micros", "times") if key in item), 0)


def _milliseconds() -> int:
    return round(time() * 1000)


def _micros(usd: float) -> int:
    return round(usd * MICROS)


def _today() -> str:
    return datetime.fromtimestamp(time(), UTC).date().isoformat()


def _expiry() -> dict[str, str]:
    return {"N": str(round(time()) + KEEP_DAYS * 86400)}
