"""What a cloud has left in its state directory, read without a cloud.

A command that only looks at what is there need not start one. The directory may be in use
meanwhile: a record is there as a whole or not at all.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from combinatoric_collage.local import aws, parameters, template
from combinatoric_collage.local.state import Saved, record_of, records_in
from combinatoric_collage.local.translations import translations


class KeptObjects:
    """The reading part of an S3 client, for buckets by the logical ids that they have."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._listed: dict[str, list[str]] = {}

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - of boto3
        """What is known of an object; raises ClientError where there is none."""
        found = self._found(Bucket, Key)
        return {"Metadata": found.data.get("metadata", {})}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        """An object with its ``Body``.

        Raises:
            ClientError: where there is none.
            StateError: when it cannot be read.
        """
        data = self._found(Bucket, Key).content()
        if data is None:
            # Half of an object is none, as to the next cloud.
            raise _no_such_key()
        return {"Body": io.BytesIO(data), "ContentLength": len(data)}

    def list_objects_v2(
        self,
        *,
        Bucket: str,  # noqa: N803
        Prefix: str = "",  # noqa: N803
        Delimiter: str = "",  # noqa: N803
        StartAfter: str = "",  # noqa: N803
    ) -> dict[str, Any]:
        """All keys of a prefix after another, on one page; what a delimiter ends as one name."""
        names = dict.fromkeys(
            _until(key, Prefix, Delimiter)
            for key in self._keys(Bucket)
            if key.startswith(Prefix) and key > StartAfter
        )
        ended = {name for name in names if Delimiter and name.endswith(Delimiter)}
        return {
            "Contents": [{"Key": name} for name in names if name not in ended],
            "CommonPrefixes": [{"Prefix": name} for name in names if name in ended],
            "IsTruncated": False,
        }

    def _keys(self, bucket: str) -> list[str]:
        if bucket not in self._listed:
            self._listed[bucket] = sorted(saved.key for saved in records_in(self._state / bucket))
        return self._listed[bucket]

    def _found(self, bucket: str, key: str) -> Saved:
        found = record_of(self._state / bucket, key)
        if found is None:
            raise _no_such_key()
        return found


def _no_such_key() -> ClientError:
    answer: Any = {
        "Error": {"Code": "NoSuchKey", "Message": "There is no such object."},
        "ResponseMetadata": {"HTTPStatusCode": 404},
    }
    return ClientError(answer, "GetObject")


class KeptStack:
    """The reading part of a CloudFormation client, for a stack that is not there now.

    Its outputs are the logical ids of what they name.
    """

    def __init__(
        self, path: Path, name: str, given: Mapping[str, str], outputs: Sequence[str]
    ) -> None:
        """A template's stack with the parameters that were given, and defaults for the rest.

        Raises:
            ParameterError: when one is unknown, or not as the template wants it.
            TemplateError: when the template cannot be read.
        """
        plan = template.kept(path, given, aws.REGION, name, translations())
        if plan is None:
            declared = template.read(path).get("Parameters") or {}
            parameters.check(declared, given)
        else:
            # They were checked when it was translated.
            declared = plan.template.get("Parameters") or {}
        known = {name: rule["Default"] for name, rule in declared.items() if "Default" in rule}
        self._parameters, self._outputs = {**known, **given}, outputs

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - of boto3
        """The stack with its parameters and outputs."""
        described = {
            "StackName": StackName,
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": str(value)}
                for name, value in self._parameters.items()
            ],
            "Outputs": [{"OutputKey": name, "OutputValue": name} for name in self._outputs],
        }
        return {"Stacks": [described]}


def _until(key: str, prefix: str, delimiter: str) -> str:
    """A key, up to the first delimiter after the prefix if there is one."""
    if delimiter and (end := key.find(delimiter, len(prefix))) >= 0:
        return key[: end + len(delimiter)]
    return key
