"""``python -m rehearsal.laptop FOLDER``: the collages of the doors, made by the laptop cloud.

Writes what its collages bucket holds below FOLDER. In a process of its own: the second cloud's
variables are not for it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from combinatoric_collage.cli.stacks import laptop
from rehearsal.doors import LISTED, SMALL
from rehearsal.subject import Subject, photo


def main(folder: Path) -> None:
    """Make the collages and write them down."""
    with laptop.running({}) as (_, stack):
        for seed, options in enumerate((SMALL, LISTED), start=Subject.seed):
            for _ in stack.follow(stack.start(photo(seed), options)):
                pass
        s3, bucket = stack.client("s3"), stack.outputs["CollagesBucket"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for found in page["Contents"]:
                path = folder / found["Key"]
                path.parent.mkdir(parents=True, exist_ok=True)
                data = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
                path.write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
