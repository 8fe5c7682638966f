"""A SAM template on disk becomes a CloudFormation template that moto can make."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from combinatoric_collage.local.errors import TemplateError
from combinatoric_collage.local.parameters import check
from combinatoric_collage.local.translations import Translations
from combinatoric_collage.local.translations import key as translation_key

# It counts what it translates, and warns when nobody asks how much that was.
logging.getLogger("samtranslator").addHandler(logging.NullHandler())

# Code and definitions stay on disk. For the translator they lie in a bucket of this name, which
# is how they are found again in its output.
ON_DISK = "on-this-machine"

TRANSLATING = Path(__file__), Path(__file__).with_name("tagged_yaml.py")

# Resource type -> the property that may name a file or folder, before and after translation.
SAM_PATHS = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
}
PATHS = {
    "AWS::Lambda::Function": "Code",
    "AWS::Lambda::LayerVersion": "Content",
    "AWS::StepFunctions::StateMachine": "DefinitionS3Location",
}


@dataclass(frozen=True)
class Plan:
    """A template ready to deploy and what of it stays on this machine."""

    template: dict[str, Any]
    paths: dict[str, Path]
    """Logical id of a function, layer or state machine -> its folder or file."""


def parse(text: str, source: Path | str) -> dict[str, Any]:
    """Reads YAML or JSON; `source` is what an error calls it."""
    # What was translated before is read without it.
    from combinatoric_collage.local import tagged_yaml

    try:
        document = tagged_yaml.load(text)
    except tagged_yaml.YAMLError as error:
        raise TemplateError(f"{source} is not valid YAML: {error}") from error
    if not isinstance(document, dict):
        raise TemplateError(f"{source} is not a mapping.")
    return document


def read(path: Path) -> dict[str, Any]:
    """The template at `path` as it is written."""
    return parse(_text(path), path)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise TemplateError(f"The template {path} cannot be read: {error.strerror}.") from error


def plan(
    path: Path, parameters: Mapping[str, str], region: str, stack: str, translations: Translations
) -> Plan:
    """Translates the SAM template at `path`, or takes what was kept of that."""
    if (there := kept(path, parameters, region, stack, translations)) is not None:
        return there
    text = _text(path)
    sam = parse(text, path)
    check(sam.get("Parameters") or {}, parameters)
    _mark_paths(sam)
    template = _translate(sam, parameters, region, stack, path)
    if "Transform" in sam:
        key = translation_key(text.encode(), parameters, region, stack, TRANSLATING)
        translations.put(key, template)
    return Plan(template, _take_paths(template, path.parent))


def kept(
    path: Path, parameters: Mapping[str, str], region: str, stack: str, translations: Translations
) -> Plan | None:
    """What was kept of an earlier `plan` of these, if it was."""
    key = translation_key(_text(path).encode(), parameters, region, stack, TRANSLATING)
    template = translations.get(key)
    return None if template is None else Plan(template, _take_paths(template, path.parent))


def _mark_paths(sam: dict[str, Any]) -> None:
    """Turns every local path into a place in the bucket ON_DISK, so that it is never uploaded."""
    blocks = [(SAM_PATHS | PATHS, r["Type"], r) for r in (sam.get("Resources") or {}).values()]
    for name, block in (sam.get("Globals") or {}).items():
        blocks.append((SAM_PATHS, f"AWS::Serverless::{name}", {"Properties": block}))
    for paths, kind, block in blocks:
        name = paths.get(kind, "")
        value = (block.get("Properties") or {}).get(name)
        if isinstance(value, str) and "://" not in value:
            prefix = "" if name.endswith("Uri") or kind.startswith("AWS::Step") else "S3"
            block["Properties"][name] = {f"{prefix}Bucket": ON_DISK, f"{prefix}Key": value}


def _translate(
    sam: dict[str, Any], parameters: Mapping[str, str], region: str, stack: str, path: Path
) -> dict[str, Any]:
    import boto3
    from samtranslator.model.exceptions import (  # type: ignore[import-untyped]
        InvalidDocumentException,
    )
    from samtranslator.parser.parser import Parser  # type: ignore[import-untyped]
    from samtranslator.translator.translator import (  # type: ignore[import-untyped]
        Translator,
    )

    if "Transform" not in sam:
        return sam
    values = {"AWS::Region": region, "AWS::Partition": "aws", "AWS::StackName": stack}
    # Given the region, it asks no one.
    session = boto3.Session(region_name=region)
    try:
        translated: dict[str, Any] = Translator({}, Parser(), boto_session=session).translate(
            sam, values | dict(parameters)
        )
    except InvalidDocumentException as error:
        reasons = "; ".join(cause.message for cause in error.causes)
        raise TemplateError(f"{path} is not a valid SAM template: {reasons}") from error
    # Plain data again: the translator leaves objects of its own in places.
    return dict(json.loads(json.dumps(translated, default=str)))


def _take_paths(template: dict[str, Any], root: Path) -> dict[str, Path]:
    """Takes the marked paths out of the template; moto gets code that is never run."""
    paths = {}
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties") or {}
        key = PATHS.get(resource["Type"], "")
        place = properties.get(key)
        if not isinstance(place, dict) or ON_DISK not in place.values():
            continue
        paths[name] = (root / (place.get("S3Key") or place["Key"])).resolve()
        if key == "DefinitionS3Location":
            del properties[key]
        else:
            properties[key] = {"ZipFile": ""}
    return paths
