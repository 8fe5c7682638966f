"""DynamoDB's expressions are read once, and checked without looking at the same again and again.

moto parses those of a change twice, copies the tree that it made of one with all that Python knows
of copying, and asks of each node ten times over of which of some classes it is.
"""

from collections.abc import Callable
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from combinatoric_collage.local.moto.host import Host, replace

EXPRESSIONS = 256
"""That are kept parsed; a pack's functions have some dozens."""
CONDITIONS = 64
"""That are kept with their values, until the second time that one change has them parsed."""


def patch(_host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    _updates(stack)
    _conditions(stack)
    _copies(stack)
    _ways_through(stack)
    _checks(stack)


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


def _copies(stack: ExitStack) -> None:
    """A tree is copied by its nodes."""
    from moto.dynamodb.parsing import validators
    from moto.dynamodb.parsing.ast_nodes import Node  # type: ignore[attr-defined]

    def copied(found: Any) -> Any:
        if not isinstance(found, Node):
            return deepcopy(found)
        made = object.__new__(type(found))
        vars(made).update(vars(found), parent=None)
        if found.children is not None:
            made.children = [copied(child) for child in found.children]
            for child in made.children:
                if isinstance(child, Node):
                    child.parent = made
        return made

    replace(stack, validators, "deepcopy", copied)


def _ways_through(stack: ExitStack) -> None:
    """Who goes through a tree knows of each class of nodes what is to be done with it."""
    from moto.dynamodb.parsing.ast_nodes import (  # type: ignore[attr-defined]
        DepthFirstTraverser,
        Expression,
        Node,
        UpdateExpressionFunction,
    )

    # Asked of an object, each of these classes would ask its metaclass.
    @lru_cache(None)
    def first(kind: Any, classes: tuple[type, ...]) -> type | None:
        return next((one for one in classes if issubclass(kind, one)), None)

    def of(node: Any, classes: tuple[type, ...]) -> type | None:
        kind: Any = type(node)
        return first(kind, classes)

    nodes, with_clauses = (Node,), (Expression, UpdateExpressionFunction)

    def traverse(self: Any, root: Any) -> Any:
        processors: dict[type, Callable[[Any], Any]] = self._processing_map()
        classes = tuple(processors)

        def through(node: Any, place: int) -> Any:
            parent = node.parent
            for number, child in enumerate(node.children or ()):
                self.pre_processing_of_child(node, number)
                if of(child, nodes):
                    through(child, number)
            if found := of(node, classes):
                node = processors[found](node)
                node.parent = parent
                if parent is not None:
                    parent.children[place] = node
            return node

        return through(root, -1)

    def clauses(self: Any, kinds: list[type]) -> list[Any]:
        found = []
        for child in self.children or ():
            if type(child) in kinds:
                found.append(child)
            elif of(child, with_clauses):
                found += child.find_clauses(kinds)
        return found

    replace(stack, DepthFirstTraverser, "traverse", traverse)
    replace(stack, Node, "find_clauses", clauses)


def _checks(stack: ExitStack) -> None:
    """What is asked of a tree and its names, and of no values, is asked until it has held once."""
    from moto.dynamodb.parsing import validators

    of_the_tree = (
        validators.ActionCountValidator,
        validators.OverlappingPathsValidator,
        validators.UpdateHashRangeKeyValidator,
    )
    begin, validate = validators.Validator.__init__, validators.Validator.validate

    @lru_cache(EXPRESSIONS)
    def held(_tree: Any, _names: str, _keys: tuple[str, ...]) -> set[bool]:
        """True in it, once it has."""
        return set()

    def begun(self: Any, expression: Any, *args: Any, **kwargs: Any) -> None:
        begin(self, expression, *args, **kwargs)
        names = repr(self.expression_attribute_names)
        self.held = held(expression, names, tuple(self.table.table_key_attrs))
        if self.held:
            self.processors = [one for one in self.processors if not isinstance(one, of_the_tree)]

    def validated(self: Any) -> Any:
        found = validate(self)
        self.held.add(True)
        return found

    replace(stack, validators.Validator, "__init__", begun)
    replace(stack, validators.Validator, "validate", validated)
