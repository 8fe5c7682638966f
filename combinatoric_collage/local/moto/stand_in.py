"""What stands in a stack for a resource that moto does not make."""

from types import SimpleNamespace


class StandIn(SimpleNamespace):
    """What CloudFormation wants of a resource: an id, a type, and some value for any attribute."""

    physical_resource_id: str
    type: str

    @staticmethod
    def has_cfn_attr(_name: str) -> bool:
        """Whether others may refer to the attribute."""
        return True

    def get_cfn_attribute(self, name: str) -> str:
        """The attribute's value, as others refer to it."""
        return f"{self.physical_resource_id}.{name}"

    def is_created(self) -> bool:
        """Whether CloudFormation need not wait for it."""
        return True
