"""What goes wrong, and when; the schedule is that of the fake of OpenAI, with other kinds."""

from tests.fake_bedrock import errors
from tests.fake_bedrock.errors import ApiError
from tests.fake_bedrock.models import NAMES
from tests.fake_openai import faults

MARKED_LEGACY = (
    "Access denied. This Model is marked by provider as Legacy and you have not been actively "
    "using the model in the last 30 days."
)

# Answered with an error. None of them is billed here.
REFUSED = {
    "throttling": errors.throttled,
    "not_ready": lambda: ApiError(
        429, "ModelNotReadyException", "The model is not ready to serve requests. Try again."
    ),
    "unavailable": lambda: ApiError(
        503, "ServiceUnavailableException", "Bedrock is unable to process your request."
    ),
    "internal": lambda: ApiError(
        500,
        "InternalServerException",
        "The system encountered an unexpected error during processing. Try your request again.",
    ),
    "model_timeout": lambda: ApiError(
        408, "ModelTimeoutException", "Model has timed out in processing the request."
    ),
    "model_error": lambda: ApiError(
        424,
        "ModelErrorException",
        "The system encountered an unexpected error during processing. Try your request again.",
        originalStatusCode=500,
        resourceName="stability",
    ),
    "validation": lambda: errors.malformed("", "this request is wrong, as planned"),
    # What is found in an input this way is no answer of the model's.
    "abuse": lambda: errors.validation(
        "The provided image was blocked by automated abuse detection."
    ),
    "quota": lambda: ApiError(
        400, "ServiceQuotaExceededException", "Your request exceeds the service quota."
    ),
    "too_large": errors.too_large,
    "denied": lambda: errors.not_allowed(
        "arn:aws:iam::123456789012:user/collage", "bedrock:InvokeModel", "as planned"
    ),
    "marketplace": errors.marketplace,
    "payment": errors.no_payment,
    "pending": errors.pending,
    "no_model": errors.no_such_model,
    "legacy": lambda: errors.not_found(MARKED_LEGACY),
    "end_of_life": errors.end_of_life,
}

# Answered with status 200, a reason and no picture.
REASONS = {
    "filter_prompt": "Filter reason: prompt",
    "filter_output": "Filter reason: output image",
    "filter_input": "Filter reason: input image",
    "inference_error": "Inference error",
}

# Answered with a picture that is not what was asked for, or with something else.
STRANGE = (
    "as_jpeg",
    "oblong",
    "half_size",
    "double_size",
    "another_seed",
    "no_images",
    "null_image",
    "broken_base64",
    "no_picture",
    "two_images",
    "bare_list",
)


class Faults(faults.Faults):
    """The plan of failures, for one server. Each model counts its own requests, from 1.

    Faults({1: "throttling", 4: "drop"})            the first and the fourth request
    Faults(refuse=("Baroque",))                     filtered wherever the prompt says so
    Faults(rate=0.1, kinds=("internal",), routes=("inpaint",))
    """

    routes_there = NAMES
    kinds_there = (*REFUSED, *REASONS, *STRANGE, *faults.CUT)
    usual = "internal"
    refusal = "filter_prompt"

    def error(self, kind: str) -> ApiError:
        """The answer for a fault that is an error."""
        return REFUSED[kind]()
