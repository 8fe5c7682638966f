"""choices.json, which several people may write at once: none of them loses what another wrote."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from time import sleep

from botocore.exceptions import ClientError

from collage import records
from collage.choices.choice import Choices, read
from collage.errors import InvalidRequest, NotInStore, StoreUnavailable
from collage.store.bucket import TAKEN, Buckets, named
from collage.store.results import script_safe

MOST_BYTES = 3_000_000
"""Of a file of choices, some 25,000 of them: written as text within JSON it may take twice that,
and a function of Lambda answers at most 6 MB."""

TRIES = 20
LONGEST_WAIT_MS = 500
"""How often a file is written anew when others write it meanwhile, and the longest wait between."""


class ChoiceFiles(Buckets):
    """One file a collage. It is only ever replaced by one that was made from it."""

    def choices(self, collage: str) -> Choices:
        """choices.json, or one without any where there is none.

        Raises:
            UnreadableChoices: when it is damaged, or of another version.
        """
        try:
            data = self._get(self.collages, _key(collage))
        except NotInStore:
            return Choices(id=collage)
        return read(data, "choices.json")

    def change_choices(self, collage: str, change: Callable[[Choices], Choices]) -> Choices:
        """Write what ``change`` makes of choices.json; what is there then.

        Where somebody else writes between, it is changed once more as that has left it.

        Raises:
            UnreadableChoices: when it is damaged, or of another version; it is left as it is.
            InvalidRequest: when it would have more than MOST_BYTES.
            StoreUnavailable: when others were faster at every try.
        """
        for tried in range(TRIES):
            before, unchanged = self._with_condition(collage)
            after = change(before)
            if after == before:
                return before
            data = records.write(after)
            if len(data) > MOST_BYTES:
                raise InvalidRequest(
                    f"tiles: the choices would take {len(data):,} bytes; "
                    f"at most {MOST_BYTES:,} are kept of a collage."
                )
            try:
                self._put(self.collages, _key(collage), data, "application/json", **unchanged)
                return after
            except NotInStore:
                pass  # What was to be replaced has been removed.
            except ClientError as error:
                if error.response["Error"]["Code"] not in TAKEN:
                    raise
            # Apart by chance, so that those who met do not meet again.
            sleep(secrets.randbelow(min(LONGEST_WAIT_MS, 10 * 2**tried)) / 1000)
        raise StoreUnavailable(f"Others write the choices of {collage} all the time; try again.")

    def _with_condition(self, collage: str) -> tuple[Choices, dict[str, str]]:
        """The choices, and the condition under which nobody has written them since."""
        try:
            with named(self.collages, _key(collage)):
                answer = self.s3.get_object(Bucket=self.collages, Key=_key(collage))
                return read(answer["Body"].read(), "choices.json"), {"IfMatch": answer["ETag"]}
        except NotInStore:
            return Choices(id=collage), {"IfNoneMatch": "*"}


def script_of(choices: Choices) -> bytes:
    """choices.js: the choices for a page that is opened from disk and may fetch nothing."""
    return b"window.choices = " + script_safe(records.write(choices)) + b";\n"


def _key(collage: str) -> str:
    return f"collages/{collage}/choices.json"
