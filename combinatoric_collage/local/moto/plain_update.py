"""Updates of DynamoDB that set attributes of an item, or add to them, and go no deeper.

What such an update says is read of moto's tree once. It is done where nothing is wrong with it; of
anything else moto is to find out what that is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VALUE, ABSENT = ":", "0"
"""How names of values begin, and what is added to where an attribute is not there."""


class Changes(dict[str, Any]):
    """The attributes that an update changes, with their new values as moto has them."""

    def normalize(self) -> None:
        """They are in order; a tree of moto's would have to be brought into one."""


@dataclass(frozen=True)
class _Sum:
    """What an attribute becomes: a value, or one and another that is added or taken away."""

    adds: bool
    """Whether an attribute on the left may be missing."""
    left: str
    operator: str = ""
    right: str = ""


Plan = Mapping[str, _Sum]
"""By the name of an attribute; a value in it begins with a colon."""


def read(tree: Any, names: tuple[tuple[str, str], ...]) -> Plan | None:
    """What is to be done by a tree and the names of attributes that are given for it.

    None where that is more than plain, or not right.
    """
    from moto.dynamodb.parsing import ast_nodes
    from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

    nodes: Any = ast_nodes

    found = tree.find_clauses(
        [
            nodes.UpdateExpressionSetAction,
            nodes.UpdateExpressionAddAction,
            nodes.UpdateExpressionRemoveAction,
            nodes.UpdateExpressionDeleteAction,
        ]
    )
    kinds = [nodes.UpdateExpressionSetClause, nodes.UpdateExpressionAddClause]
    once = all(len(tree.find_clauses([kind])) <= 1 for kind in kinds)
    plan: dict[str, _Sum] = {}
    known = dict(names)
    reserved = ReservedKeywords.get_reserved_keywords()

    def named(node: Any) -> str | None:
        """A value by its name, or a plain attribute by that; None for what is neither."""
        if isinstance(node, nodes.ExpressionAttributeValue):
            return str(node.get_value_name())
        if not isinstance(node, nodes.UpdateExpressionPath) or len(node.children) != 1:
            return None
        (child,) = node.children
        if isinstance(child, nodes.ExpressionAttributeName):
            name = known.get(child.get_attribute_name_placeholder(), VALUE)
            # It would be taken for a value.
            return None if name.startswith(VALUE) else name
        name = str(child.children[0])
        return None if name.upper() in reserved else name

    for action in found:
        name, value = named(action.children[0]), action.children[-1]
        adds = type(action) is nodes.UpdateExpressionAddAction
        if adds:
            parts = [name, "+", named(value)]
        elif type(action) is nodes.UpdateExpressionSetAction:
            parts = [
                one.get_operator() if isinstance(one, nodes.ExpressionValueOperator) else named(one)
                for one in value.children
            ]
        else:
            return None
        whole = [part for part in parts if part is not None]
        if name is None or name in plan or len(whole) != len(parts):
            return None
        plan[name] = _Sum(adds, *whole)
    return plan if once and plan else None


def changes(plan: Plan, values: Mapping[str, Any], attributes: Mapping[str, Any]) -> Changes | None:
    """What a plan makes of an item; None where a part of it is missing, or is no number to add."""
    from moto.dynamodb.models.dynamo_type import DDBType, DynamoType

    def value_of(name: str) -> Any:
        if not name.startswith(VALUE):
            return attributes.get(name)
        return DynamoType(values[name]) if name in values else None

    made = Changes()
    for name, what in plan.items():
        left = value_of(what.left)
        if what.adds and left is None:
            left = DynamoType({DDBType.NUMBER: ABSENT})
        if left is None:
            return None
        if not what.operator:
            made[name] = left
            continue
        right = value_of(what.right)
        if right is None or {left.type, right.type} != {DDBType.NUMBER}:
            return None
        made[name] = left + right if what.operator == "+" else left - right
    return made
