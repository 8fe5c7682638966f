"""DynamoDB's expressions are read once, and those of plain changes are done as they were read.

moto parses those of a change twice, and goes through the tree of each again and again.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from combinatoric_collage.local.moto import plain_update
from combinatoric_collage.local.moto.host import Host, replace

EXPRESSIONS = 256
"""That are kept parsed; a pack's functions have some dozens."""
CONDITIONS = 64
"""That are kept with their values, until the second time that one change has them parsed."""


def patch(_host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    _updates(stack)
    _conditions(stack)
    _clauses(stack)
    _copies(stack)
    _plain_changes(stack)


def _updates(stack: ExitStack) -> None:
    """What an update says is parsed; whoever fills in values makes a copy."""
    from moto.dynamodb.parsing.expressions import (  # type: ignore[attr-defined]
        UpdateExpressionParser,
    )

    parsed = lru_cache(EXPRESSIONS)(UpdateExpressionParser.make)
    replace(stack, UpdateExpressionParser, "make", staticmethod(parsed))


@dataclass(frozen=True)
class _Condition:
    """One with its names and values, and a parser of it."""

    text: str
    parser: Any = field(compare=False)


def _conditions(stack: ExitStack) -> None:
    """What a condition says is parsed with the values in it."""
    from moto.dynamodb.comparisons import ConditionExpressionParser

    parse = ConditionExpressionParser.parse

    @lru_cache(CONDITIONS)
    def found(condition: _Condition) -> tuple[Any, list[str], list[str]]:
        parser = condition.parser
        made = parse(parser)
        return made, list(parser.expr_attr_names_found), list(parser.expr_attr_values_found)

    def parsed(self: Any) -> Any:
        given = (
            self.condition_expression,
            self.expression_attribute_names,
            self.expression_attribute_values,
        )
        made, self.expr_attr_names_found, self.expr_attr_values_found = found(
            _Condition(repr(given), self)
        )
        return made

    replace(stack, ConditionExpressionParser, "parse", parsed)


def _clauses(stack: ExitStack) -> None:
    """Which names and values stand in what an update says is looked for in all of it."""
    from moto.dynamodb.parsing.ast_nodes import UpdateExpression  # type: ignore[attr-defined]

    find = UpdateExpression.find_clauses

    @lru_cache(EXPRESSIONS)
    def found(tree: Any, kinds: tuple[type, ...]) -> tuple[Any, ...]:
        return tuple(find(tree, list(kinds)))

    def clauses(self: Any, kinds: list[type]) -> list[Any]:
        return list(found(self, tuple(kinds)) if self.parent is None else find(self, kinds))

    replace(stack, UpdateExpression, "find_clauses", clauses)


def _copies(stack: ExitStack) -> None:
    """A value that has no parts is changed by nobody, and needs no copy."""
    from moto.dynamodb.models.dynamo_type import DynamoType

    copy = DynamoType.__deepcopy__

    def copied(self: Any, memo: dict[int, Any]) -> Any:
        return self if isinstance(self.value, str) else copy(self, memo)

    replace(stack, DynamoType, "__deepcopy__", copied)


def _plain_changes(stack: ExitStack) -> None:
    """An update that sets or adds to plain attributes is done without a walk through its tree.

    moto goes through a copy of that ten times over. It still does for any other update, and for
    one that cannot be done: it says why.
    """
    from moto.dynamodb import models

    validator: Any = vars(models)["UpdateExpressionValidator"]
    executor: Any = vars(models)["UpdateExpressionExecutor"]
    plan = lru_cache(EXPRESSIONS)(plain_update.read)

    class Validator:
        def __init__(self, expression: Any, expression_attribute_names: Any, **given: Any) -> None:
            names = dict(expression_attribute_names or {})
            self._given = {
                "expression": expression,
                "expression_attribute_names": expression_attribute_names,
                **given,
            }
            self._plan = plan(expression, tuple(names.items()))

        def validate(self) -> Any:
            table = self._given["table"]
            known = {*table.attribute_keys, *(one["AttributeName"] for one in table.attr)}
            values, attributes = (
                self._given["expression_attribute_values"],
                self._given["item"].attrs,
            )
            if self._plan is not None and not known.intersection(self._plan):
                made = plain_update.changes(self._plan, values, attributes)
                if made is not None:
                    return made
            return validator(**self._given).validate()

    class Executor:
        def __init__(self, validated: Any, item: Any, names: Any) -> None:
            self._given = validated, item, names

        def execute(self) -> None:
            validated, item, _ = self._given
            if isinstance(validated, plain_update.Changes):
                for name, value in validated.items():
                    item.attrs[name] = value
            else:
                executor(*self._given).execute()

    replace(stack, models, "UpdateExpressionValidator", Validator)
    replace(stack, models, "UpdateExpressionExecutor", Executor)
