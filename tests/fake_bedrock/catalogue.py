"""How an id in a path becomes a model, or the refusal that AWS has for it."""

import re

from tests.fake_bedrock import errors
from tests.fake_bedrock.models import MODELS, RETIRED, Asked, Model

BY_ID = {model.id: model for model in MODELS}
PREFIXES = ("us.", "global.", "eu.", "apac.", "")
PROFILE_ARN = re.compile(r"arn:aws:bedrock:([a-z0-9-]+):(\d{12}):inference-profile/(.+)")
MODEL_ARN = re.compile(r"arn:aws:bedrock:([a-z0-9-]+)::foundation-model/(.+)")


def asked(identifier: str, account: str, region: str) -> Asked:
    """The model that is called by this id or ARN in this Region."""
    if arn := PROFILE_ARN.fullmatch(identifier):
        if arn[1] != region or arn[2] != account:
            raise errors.no_such_model()
        identifier = arn[3]
    elif arn := MODEL_ARN.fullmatch(identifier):
        if arn[1] != region:
            raise errors.no_such_model()
        identifier = arn[2]
    prefix = next(prefix for prefix in PREFIXES if identifier.startswith(prefix))
    bare = identifier.removeprefix(prefix)
    if bare in RETIRED:
        raise errors.end_of_life()
    model = BY_ID.get(bare)
    if model is None or region not in model.regions:
        raise errors.no_such_model()
    if prefix not in (model.profiles or ("",)):
        raise errors.no_such_model() if prefix else errors.needs_profile(identifier)
    return Asked(model, prefix)


def known(identifier: str) -> Model:
    """The model of this bare id, for the calls that ask about models."""
    if identifier in RETIRED:
        raise errors.end_of_life()
    if identifier not in BY_ID:
        raise errors.no_such_model()
    return BY_ID[identifier]
