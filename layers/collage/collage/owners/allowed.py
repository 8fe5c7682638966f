"""Who may do what: an owner everything, a group what leaves a collage as it is, others nothing."""

from __future__ import annotations

from typing import NamedTuple

from collage.owners.actions import Action
from collage.owners.owner import Owner, group_name
from collage.owners.who import Caller

OF_GROUP: frozenset[Action] = frozenset({"read", "choose", "export"})
"""What the group of a collage may do with it. Each of it has choices of their own."""


class Rules(NamedTuple):
    """The rules of a stack. ``administrators`` are names of callers, or of groups."""

    administrators: frozenset[str] = frozenset()

    def administers(self, caller: Caller) -> bool:
        """Whether a caller may do everything."""
        return bool(self.administrators & caller.names)

    def sees(self, caller: Caller, owner: Owner | None) -> bool:
        """Whether a caller may know that there is a collage of this owner; None: of nobody's."""
        if self.administers(caller):
            return True
        if owner is None:
            return False
        return owner.who == caller.who or owner.group in caller.groups

    def may(self, caller: Caller, action: Action, owner: Owner | None) -> bool:
        """Whether a caller may do something with a collage of this owner."""
        if self.administers(caller):
            return True
        if owner is None:
            return False
        if owner.who == caller.who:
            return True
        return owner.group in caller.groups and action in OF_GROUP


def listed_under(owner: Owner) -> list[str]:
    """The names in whose lists a collage of this owner is."""
    return [owner.who] + ([group_name(owner.group)] if owner.group else [])
