"""The few calls of the control plane: what models are there, and who may use them."""

import json
import re
import urllib.parse
from collections.abc import Callable
from typing import Any

from tests.fake_bedrock import catalogue, errors
from tests.fake_bedrock.account import Account
from tests.fake_bedrock.models import MODELS, RETIRED, US_REGIONS, Model

LAUNCHED = "2025-09-18T00:00:00Z"
EULA = "https://stability.ai/terms-of-use"


class Control:
    """What service `bedrock` says of an account, in one Region after the other."""

    def __init__(self, account: Account, clock: Callable[[], float]) -> None:
        self.account = account
        self.clock = clock

    def answer(self, method: str, path: str, region: str, body: bytes) -> tuple[int, Any]:
        """The status and the body for one call."""
        for (verb, pattern), call in CALLS.items():
            found = re.fullmatch(pattern, path)
            if found and verb == method:
                named = [urllib.parse.unquote(part) for part in found.groups()]
                return call(self, region, body, *named)
        raise errors.ApiError(404, "UnknownOperationException", "")

    def models(self, region: str, _: bytes) -> tuple[int, Any]:
        """All models of the Region."""
        there = [_summary(model, region) for model in MODELS if region in model.regions]
        return 200, {"modelSummaries": there}

    def model(self, region: str, _: bytes, identifier: str) -> tuple[int, Any]:
        """One model, and whether it is still to be offered."""
        identifier = identifier.rpartition("/")[2]
        if identifier in RETIRED:
            raise errors.not_found("The model could not be found.")
        return 200, {"modelDetails": _summary(self._there(region, identifier), region)}

    def availability(self, region: str, _: bytes, identifier: str) -> tuple[int, Any]:
        """Whether a model may be called; what is still pending is said to be so."""
        model = catalogue.known(identifier)
        product, there = model.product, region in model.regions
        agreed = product is None or product in self.account.subscribed
        waits = agreed and self.clock() < self.account.until.get(product or "", 0.0)
        status = "PENDING" if waits else "AVAILABLE" if agreed else "NOT_AVAILABLE"
        return 200, {
            "modelId": model.id,
            "agreementAvailability": {"status": status},
            "authorizationStatus": "AUTHORIZED",
            "entitlementAvailability": "AVAILABLE" if agreed and not waits else "NOT_AVAILABLE",
            "regionAvailability": "AVAILABLE" if there else "NOT_AVAILABLE",
        }

    def offers(self, region: str, _: bytes, identifier: str) -> tuple[int, Any]:
        """What has to be agreed to before a model may be called."""
        model = self._there(region, identifier)
        if model.product is None:
            raise errors.validation(f"{model.id} needs no agreement.")
        card = {
            "dimension": f"{region}-image_count",
            "price": str(model.usd),
            "description": f"Price per image, {model.name}",
            "unit": "image",
        }
        terms = {
            "usageBasedPricingTerm": {"rateCard": [card]},
            "legalTerm": {"url": EULA},
            "supportTerm": {"refundPolicyDescription": "No refunds."},
            "validityTerm": {},
        }
        offer = {"offerId": f"offer-{model.product}", "offerToken": f"token-{model.product}"}
        return 200, {"modelId": model.id, "offers": [offer | {"termDetails": terms}]}

    def agree(self, region: str, body: bytes) -> tuple[int, Any]:
        """Agree to an offer, which subscribes to all models of its product."""
        asked = json.loads(body)
        if set(asked) != {"modelId", "offerToken"}:
            raise errors.malformed("", "required keys are [modelId] and [offerToken]")
        model = self._there(region, asked["modelId"])
        if model.product is None or asked["offerToken"] != f"token-{model.product}":
            raise errors.validation("The offer token is invalid or has expired.")
        if model.product in self.account.subscribed:
            raise errors.ApiError(400, "ConflictException", "Agreement already exists.")
        self.account.agree(model.product, self.clock())
        return 202, {"modelId": model.id}

    def disagree(self, _: str, body: bytes) -> tuple[int, Any]:
        """End a subscription."""
        model = catalogue.known(json.loads(body)["modelId"])
        if model.product is None or model.product not in self.account.subscribed:
            raise errors.not_found("There is no agreement for this model.")
        self.account.subscribed.remove(model.product)
        return 202, {}

    def logging(self, region: str, _: bytes) -> tuple[int, Any]:
        """Where the calls of this Region are logged; nothing when they are not."""
        config = self.account.logging.get(region)
        return 200, {"loggingConfig": config} if config else {}

    def profiles(self, region: str, _: bytes) -> tuple[int, Any]:
        """The inference profiles of the Region."""
        found = [
            self._profile(prefix, model, region)
            for model in MODELS
            for prefix in filter(None, model.profiles)
            if region in model.regions
        ]
        return 200, {"inferenceProfileSummaries": found}

    def profile(self, region: str, _: bytes, identifier: str) -> tuple[int, Any]:
        """One inference profile."""
        asked = catalogue.asked(identifier, self.account.number, region)
        if not asked.prefix:
            raise errors.no_such_model()
        return 200, self._profile(asked.prefix, asked.model, region)

    def _there(self, region: str, identifier: str) -> Model:
        model = catalogue.known(identifier)
        if region not in model.regions:
            raise errors.no_such_model()
        return model

    def _profile(self, prefix: str, model: Model, region: str) -> dict[str, Any]:
        asked = catalogue.Asked(model, prefix)
        return {
            "inferenceProfileName": f"{prefix[:-1].upper()} {model.name}",
            "description": f"Routes requests to {model.name}.",
            "createdAt": LAUNCHED,
            "updatedAt": LAUNCHED,
            "inferenceProfileArn": asked.profile_arn(self.account.number, region),
            "models": [{"modelArn": asked.model_arn(one)} for one in US_REGIONS],
            "inferenceProfileId": prefix + model.id,
            "status": "ACTIVE",
            "type": "SYSTEM_DEFINED",
        }


CALLS: dict[tuple[str, str], Callable[..., tuple[int, Any]]] = {
    ("GET", "/foundation-models"): Control.models,
    ("GET", "/foundation-models/(.+)"): Control.model,
    ("GET", "/foundation-model-availability/(.+)"): Control.availability,
    ("GET", "/list-foundation-model-agreement-offers/(.+)"): Control.offers,
    ("POST", "/create-foundation-model-agreement"): Control.agree,
    ("POST", "/delete-foundation-model-agreement"): Control.disagree,
    ("GET", "/logging/modelinvocations"): Control.logging,
    ("GET", "/inference-profiles"): Control.profiles,
    ("GET", "/inference-profiles/(.+)"): Control.profile,
}


def _summary(model: Model, region: str) -> dict[str, Any]:
    kinds = ["INFERENCE_PROFILE"] if model.profiles and "" not in model.profiles else ["ON_DEMAND"]
    return {
        "modelArn": f"arn:aws:bedrock:{region}::foundation-model/{model.id}",
        "modelId": model.id,
        "modelName": model.name,
        "providerName": model.provider,
        "inputModalities": ["TEXT"] if model.text else ["TEXT", "IMAGE"],
        "outputModalities": ["TEXT"] if model.text else ["IMAGE"],
        "responseStreamingSupported": model.text,
        "customizationsSupported": [],
        "inferenceTypesSupported": kinds,
        "modelLifecycle": {"status": "ACTIVE", "startOfLifeTime": LAUNCHED},
    }
