"""What AWS's services are like is found with fewer looks at the disk, and is what the SDK finds."""

from contextlib import ExitStack

import botocore.session
import pytest
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import Loader
from moto.core import loaders, utils

from combinatoric_collage.local.aws import descriptions
from combinatoric_collage.local.moto import service_descriptions

PARTS = ("aws", "aws-cn", "aws-us-gov", "aws-iso")
SERVICES = (
    *("cloudformation", "cloudwatch", "dynamodb", "ec2", "events", "iam", "kms", "lambda", "logs"),
    *("s3", "sns", "sqs", "stepfunctions", "no-such-service"),
)


def regions() -> dict[tuple[str, str], list[str]]:
    session = botocore.session.Session()
    return {
        (name, part): session.get_available_regions(name, part)
        for name in SERVICES
        for part in PARTS
    }


def test_a_service_is_in_the_regions_that_the_sdk_says() -> None:
    known = regions()
    with ExitStack() as stack:
        service_descriptions.patch(None, stack)
        assert regions() == known


def test_a_description_is_that_of_the_sdk() -> None:
    for kind in ("service-2", "endpoint-rule-set-1", "paginators-1"):
        whole = Loader().load_service_model("sqs", kind)
        assert descriptions().load_service_model("sqs", kind) == whole
    with pytest.raises(UnknownServiceError):
        descriptions().load_service_model("no-such-service", "service-2")
    with pytest.raises(DataNotFoundError):
        descriptions().load_service_model("sqs", "waiters-2")


@pytest.mark.parametrize("service", ["s3", "lambda"])
def test_moto_reads_what_it_adds_to_a_description(service: str) -> None:
    whole = loaders.create_loader().load_service_model(service, "service-2")
    with ExitStack() as stack:
        service_descriptions.patch(None, stack)
        assert vars(utils)["create_loader"]().load_service_model(service, "service-2") == whole
