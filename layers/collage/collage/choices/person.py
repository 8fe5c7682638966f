"""What a person is called in a file of choices."""

import unicodedata

from collage.text import line

LONGEST = 64


def spelled(name: str) -> str:
    """The one spelling of a name, cut where it is too long; empty where nothing of it is left."""
    return unicodedata.normalize("NFC", line(name))[:LONGEST].strip()


def of_arn(arn: str) -> str:
    """The name in an ARN of AWS's: of a user, or of who assumed a role, by its session's name."""
    return spelled(arn.rpartition(":")[2].rpartition("/")[2])
