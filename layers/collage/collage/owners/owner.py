"""Owner: whose a collage is."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from collage.frozen import Frozen


class Owner(Frozen):
    """Whose a collage is, and the group that may look at it. It never changes."""

    who: str = Field(
        min_length=1,
        max_length=600,
        description="`user/NAME` and `assumed-role/ROLE/SESSION` as IAM has them, `subject/SUB` of "
        "a token, `account/ID` of what came without a caller's name",
    )
    called: str = Field(default="", description="what people call them")
    group: str | None = Field(default=None, exclude_if=lambda group: group is None)

    @property
    def identity(self) -> dict[str, str | None]:
        """What tells it from all others, for a collage's id."""
        return {"who": self.who, "group": self.group}


def of_account(account: str) -> Owner:
    """The owner of what is put into a bucket, or asked of a function without saying by whom.

    AWS tells of neither more than the account.
    """
    return Owner(who=f"account/{account}", called=f"account {account}")


def claimed(said: Any, account: str) -> Owner:
    """The owner that whoever invokes a function says, at their word; the account where none does.

    Raises:
        pydantic.ValidationError: when what they say is no owner.
    """
    return Owner.model_validate(said) if said else of_account(account)


def group_name(group: str) -> str:
    """A group as a name among those of owners; no owner's begins so."""
    return f"group/{group}"
