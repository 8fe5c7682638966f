"""YAML with CloudFormation's short tags."""

from typing import Any

import yaml
from yaml import YAMLError

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # where libyaml is not, the same in Python, ten times as slow
    from yaml import SafeLoader  # type: ignore[assignment]

__all__ = ["YAMLError", "load"]


class Loader(SafeLoader):
    """YAML with CloudFormation's short tags, where a date stays the text it was written as."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the base class keeps it on the class as well
        first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in SafeLoader.yaml_implicit_resolvers.items()
    }


def _intrinsic(loader: Any, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if name == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


Loader.add_multi_constructor("!", _intrinsic)


def load(text: str) -> Any:
    """The document of a text. Raises YAMLError."""
    return yaml.load(text, Loader=Loader)  # noqa: S506 - a SafeLoader
