"""CloudFormation: what moto knows, but makes of no template, is made as its API makes it."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from combinatoric_collage.local.moto.host import Host, replace
from combinatoric_collage.local.moto.stand_in import StandIn


def patch(_host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    from moto.cloudformation import parsing

    class Made(StandIn):
        """Others refer to it by its ARN."""

        @classmethod
        def create_from_cloudformation_json(
            cls, name: str, resource: dict[str, Any], /, *place: str, **_context: str
        ) -> "Made":
            kind = resource["Type"]
            arn = KINDS[kind](name, resource.get("Properties", {}), *place)
            return cls(physical_resource_id=arn, type=kind)

        def get_cfn_attribute(self, name: str) -> str:
            return self.physical_resource_id if name == "Id" else super().get_cfn_attribute(name)

    known = parsing.resource_class_from_type
    replace(
        stack,
        parsing,
        "resource_class_from_type",
        lambda kind: Made if kind in KINDS else known(kind),
    )


def _secret(name: str, properties: dict[str, Any], account: str, region: str) -> str:
    """A secret, whose text is given or made up."""
    from moto.secretsmanager.models import secretsmanager_backends

    backend = secretsmanager_backends[account][region]
    text = properties.get("SecretString")
    if text is None:
        text = _made_up(backend, properties.get("GenerateSecretString", {}))
    made = backend.create_managed_secret(
        "cloudformation", properties.get("Name", name), secret_string=text
    )
    return str(made.arn)


def _made_up(backend: Any, how: dict[str, Any]) -> str:
    def is_set(name: str, default: bool = False) -> bool:
        return str(how.get(name, default)).lower() == "true"

    answer = backend.get_random_password(
        password_length=int(how.get("PasswordLength", 32)),
        exclude_characters=how.get("ExcludeCharacters", ""),
        exclude_numbers=is_set("ExcludeNumbers"),
        exclude_punctuation=is_set("ExcludePunctuation"),
        exclude_uppercase=is_set("ExcludeUppercase"),
        exclude_lowercase=is_set("ExcludeLowercase"),
        include_space=is_set("IncludeSpace"),
        require_each_included_type=is_set("RequireEachIncludedType", True),
    )
    password = str(json.loads(answer)["RandomPassword"])
    if "GenerateStringKey" not in how:
        return password
    template = json.loads(how.get("SecretStringTemplate", "{}"))
    return json.dumps({**template, how["GenerateStringKey"]: password})


def _subscription(_name: str, properties: dict[str, Any], account: str, region: str) -> str:
    """A subscription; nobody is sent mail from here."""
    from moto.sns.models import sns_backends

    backend = sns_backends[account][region]
    topic, endpoint = properties["TopicArn"], properties["Endpoint"]
    return str(backend.subscribe(topic, endpoint, properties["Protocol"]).arn)


KINDS: dict[str, Callable[[str, dict[str, Any], str, str], str]] = {
    "AWS::SecretsManager::Secret": _secret,
    "AWS::SNS::Subscription": _subscription,
}
"""How each is made, by its type: of its name and properties, in an account and region."""
