"""Checks of what a GPU task needs."""

from __future__ import annotations

from botocore.exceptions import ClientError

from combinatoric_collage.cli.checks.finding import NotChecked, Wrong
from combinatoric_collage.cli.checks.subject import Subject

QUOTAS = {
    "true": ("L-3819A6DF", "All G and VT Spot Instance Requests"),
    "false": ("L-DB2E81BA", "Running On-Demand G and VT instances"),
}
"""EC2's quotas of vCPUs, by whether instances are Spot; in a new account they are 0."""


def quota(subject: Subject) -> str:
    """Whether the account may start the instances."""
    if not subject.has_gpu:
        return "not used: EnableGpu is false"
    kind, tasks = subject.parameter("GpuInstanceType"), int(subject.parameter("GpuTasks"))
    try:
        found = subject.client("ec2").describe_instance_types(InstanceTypes=[kind])
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidInstanceType":
            raise
        raise Wrong(
            f"EC2 has no {kind} in {subject.region}: set GpuInstanceType to one that it has"
        ) from error
    needed = tasks * int(found["InstanceTypes"][0]["VCpuInfo"]["DefaultVCpus"])
    if not kind.startswith(("g", "vt")):
        raise NotChecked(f"{kind} is of a family whose quota is not known here")
    code, name = QUOTAS[subject.parameter("GpuSpot")]
    quotas = subject.client("service-quotas")
    allowed = quotas.get_service_quota(ServiceCode="ec2", QuotaCode=code)["Quota"]["Value"]
    if allowed < needed:
        raise Wrong(
            f"{tasks} x {kind} need {needed} vCPUs and the account may have {allowed:.0f}: ask "
            f'Service Quotas for more of "{name}" ({code}) in {subject.region}, or lower GpuTasks'
        )
    return f"{needed} vCPUs of {kind}, {allowed:.0f} allowed"
