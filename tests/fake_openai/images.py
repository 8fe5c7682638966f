"""The checks of an image request, and the request that has passed them."""

import io
import re
from dataclasses import dataclass

from PIL import Image

from tests.fake_openai import errors
from tests.fake_openai.forms import Form, Upload

MEGABYTE = 1024 * 1024
MAX_IMAGES = 16
MAX_IMAGE_BYTES = 50 * MEGABYTE
MAX_MASK_BYTES = 4 * MEGABYTE
MAX_PROMPT = 32_000
MAX_N = 10
MIN_PIXELS, MAX_PIXELS = 655_360, 8_294_400
MAX_SIDE = 3840
MOST_PREVIEWS = 3
MAX_RATIO = 3

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
STANDARD_SIZES = ("1024x1024", "1536x1024", "1024x1536")
QUALITIES = ("low", "medium", "high", "auto")

# Tokens of a 1024 square, by quality: what the published prices come to at $30 a million.
FINE = {"low": 200, "medium": 433, "high": 1767, "xhigh": 3133, "max": 7033}
COARSE = {"low": 200, "medium": 1767, "high": 7033}
IMAGE_TOKENS = 1250


@dataclass(frozen=True)
class Model:
    """What one model can do."""

    free_size: bool = False
    finest: bool = False
    fidelity: bool = False

    @property
    def qualities(self) -> tuple[str, ...]:
        """The qualities it takes."""
        return (*QUALITIES, "xhigh", "max") if self.finest else QUALITIES


SECOND = Model(free_size=True)
SECOND_AND_HALF = Model(free_size=True, finest=True)
MODELS = {
    "gpt-image-1-mini": Model(fidelity=True),
    "gpt-image-1.5": Model(fidelity=True),
    "chatgpt-image-latest": Model(),
    "gpt-image-2": SECOND,
    "gpt-image-2-2026-04-21": SECOND,
    "gpt-image-2.5-flare": SECOND_AND_HALF,
    "gpt-image-2.5-flare-2026-09-08": SECOND_AND_HALF,
    "gpt-image-2.5-sunburst": SECOND_AND_HALF,
    "gpt-image-2.5-sunburst-2026-09-08": SECOND_AND_HALF,
    "gpt-image-2.6-flare": Model(),
    "gpt-image-2.6-sunburst": Model(),
}


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMON_FIELDS = _names(
    "prompt model n size quality background output_format output_compression partial_images "
    "stream user safety_identifier complexity frame_count frame_duration_ms svg"
)
FIELDS = {
    "edits": COMMON_FIELDS | {"image", "image[]", "mask", "markup", "input_fidelity"},
    "generations": COMMON_FIELDS | {"moderation"},
}
# The SDK still sends these, and the models that took them are gone.
RETIRED_FIELDS = frozenset({"response_format", "style"})
# Known to the API, but for previews this server does not have.
PREVIEW_FIELDS = ("markup", "frame_count", "frame_duration_ms", "svg")


@dataclass(frozen=True)
class ImageRequest:
    """A request that may be painted; `image`, `references` behind it, and `mask` are decoded."""

    model: str
    prompt: str
    n: int
    size: tuple[int, int]
    quality: str
    background: str
    output_format: str
    compression: int
    image: Image.Image | None = None
    mask: Image.Image | None = None
    references: tuple[Image.Image, ...] = ()
    images: int = 0
    partial_images: int | None = None
    """None where the answer does not come as a stream."""

    def usage(self, made: int) -> dict[str, object]:
        """The tokens that so many pictures cost, in proportion to the published prices."""
        text = len(self.prompt) // 4 + 1
        seen = IMAGE_TOKENS * self.images
        table = COARSE if MODELS[self.model] is SECOND else FINE
        painted = round(table[self.quality] * self.size[0] * self.size[1] / MEGABYTE) * made
        return {
            "input_tokens": text + seen,
            "input_tokens_details": {"text_tokens": text, "image_tokens": seen},
            "output_tokens": painted,
            "output_tokens_details": {"text_tokens": 0, "image_tokens": painted},
            "total_tokens": text + seen + painted,
        }


def check(
    route: str,
    form: Form,
    *,
    headers_only: bool = False,
    any_model: bool = False,
    streams: bool = False,
) -> ImageRequest:
    """The request in a form, or the refusal the API has for it.

    With `headers_only` pictures are not decoded, only opened: for load tests.
    """
    _check_names(route, form)
    name = _model(form, any_model)
    model = MODELS[name]
    prompt = _prompt(form)
    n = _integer(form, "n", 1, 1, MAX_N)
    output_format, compression = _output(form)
    quality = form.values.get("quality", "auto")
    errors.one_of("quality", quality, model.qualities)
    errors.one_of("moderation", form.values.get("moderation", "auto"), ("auto", "low"))
    errors.one_of("complexity", form.values.get("complexity", "low"), ("low", "medium", "high"))
    _check_previews(form, model)
    partial_images = _partial_images(form, streams)
    image, mask, images = None, None, 0
    references: tuple[Image.Image, ...] = ()
    if route == "edits":
        uploads = _uploads(form)
        images = len(uploads)
        image, *others = (_open(upload, param, headers_only) for param, upload in uploads)
        references = tuple(others)
        mask = _mask(form, image, headers_only)
    return ImageRequest(
        model=name,
        prompt=prompt,
        n=n,
        size=_size(form, model, image),
        quality="medium" if quality == "auto" else quality,
        background=_background(form, output_format),
        output_format=output_format,
        compression=compression,
        image=image,
        mask=mask,
        references=references,
        images=images,
        partial_images=partial_images,
    )


def _check_names(route: str, form: Form) -> None:
    for name in form.names:
        # Nested values come as svg[model].
        stem = name if name.endswith("[]") else name.partition("[")[0]
        if stem in RETIRED_FIELDS or stem not in FIELDS[route]:
            raise errors.unknown(name)
    for name in form.repeated:
        message = f"Duplicate parameter: '{name}'. Send a list as '{name}[]'."
        raise errors.invalid(message, name, "duplicate_parameter")


def _model(form: Form, any_model: bool) -> str:
    name = form.values.get("model")
    if name is None or name == "":
        raise errors.missing("model")
    if not isinstance(name, str):
        raise errors.wrong_type("model", "a string", name)
    if any_model:
        # Behind a gateway's prefix may be a model that is known; a deployment is any.
        known = name.rpartition("/")[2]
        return known if known in MODELS else "gpt-image-2.5-flare"
    if name not in MODELS:
        raise errors.no_such_model(name)
    return name


def _prompt(form: Form) -> str:
    prompt = form.values.get("prompt")
    if prompt is None:
        raise errors.missing("prompt")
    if not isinstance(prompt, str):
        raise errors.wrong_type("prompt", "a string", prompt)
    if not prompt:
        raise errors.invalid("Invalid 'prompt': it is empty.", "prompt", "empty_string")
    if len(prompt) > MAX_PROMPT:
        message = f"Invalid 'prompt': at most {MAX_PROMPT} characters, not {len(prompt)}."
        raise errors.invalid(message, "prompt", "string_above_max_length")
    return prompt


def _integer(form: Form, name: str, default: int, low: int, high: int) -> int:
    value = form.values.get(name, default)
    if form.all_text and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise errors.wrong_type(name, "an integer", value)
    if value < low:
        message = f"Invalid '{name}': at least {low}, not {value}."
        raise errors.invalid(message, name, "integer_below_min_value")
    if value > high:
        message = f"Invalid '{name}': at most {high}, not {value}."
        raise errors.invalid(message, name, "integer_above_max_value")
    return value


def _output(form: Form) -> tuple[str, int]:
    output_format = form.values.get("output_format", "png")
    errors.one_of("output_format", output_format, ("png", "webp", "jpeg"))
    compression = _integer(form, "output_compression", 100, 0, 100)
    if output_format == "png" and compression < 100:
        raise errors.user_error(
            "PNG is not lossy: send output_compression with webp or jpeg only.",
            "output_compression",
            "invalid_png_output_compression",
        )
    return output_format, compression


def _background(form: Form, output_format: str) -> str:
    background = form.values.get("background", "auto")
    errors.one_of("background", background, ("transparent", "opaque", "auto"))
    if background == "transparent" and output_format == "jpeg":
        raise errors.invalid("A transparent background needs png or webp.", "background")
    return "opaque" if background == "auto" else background


def _partial_images(form: Form, streams: bool) -> int | None:
    if form.values.get("stream") in {None, False, "false"}:
        if "partial_images" in form.names:
            message = "'partial_images' needs a stream."
            raise errors.invalid(message, "partial_images", "unsupported_parameter")
        return None
    if not streams:
        raise errors.invalid("This server does not stream.", "stream", "unsupported_value")
    return _integer(form, "partial_images", 0, 0, MOST_PREVIEWS)


def _check_previews(form: Form, model: Model) -> None:
    for name in form.names:
        if name.partition("[")[0] in PREVIEW_FIELDS:
            message = f"'{name}' needs access to a preview, or a stream."
            raise errors.invalid(message, name, "unsupported_parameter")
    fidelity = form.values.get("input_fidelity")
    if fidelity is not None:
        if not model.fidelity:
            message = "This model always looks closely: leave 'input_fidelity' out."
            raise errors.invalid(message, "input_fidelity", "unsupported_parameter")
        errors.one_of("input_fidelity", fidelity, ("low", "high"))


def _size(form: Form, model: Model, image: Image.Image | None) -> tuple[int, int]:
    size = form.values.get("size", "auto")
    if not isinstance(size, str):
        raise errors.wrong_type("size", "a string", size)
    if size == "auto":
        return _nearest(image)
    match = re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", size)
    if not match or (size not in STANDARD_SIZES and not model.free_size):
        names = ", ".join(f"'{name}'" for name in (*STANDARD_SIZES, "auto"))
        raise errors.invalid(f"Invalid value: '{size}'. Allowed here: {names}.", "size")
    width, height = int(match[1]), int(match[2])
    why = None
    if width % 16 or height % 16:
        why = "both sides must be divisible by 16"
    elif max(width, height) > MAX_SIDE:
        why = f"no side may be longer than {MAX_SIDE}"
    elif max(width, height) > MAX_RATIO * min(width, height):
        why = f"the ratio must be between 1:{MAX_RATIO} and {MAX_RATIO}:1"
    elif not MIN_PIXELS <= width * height <= MAX_PIXELS:
        why = f"there must be {MIN_PIXELS} to {MAX_PIXELS} pixels"
    if why:
        raise errors.invalid(f"Invalid size '{size}': {why}.", "size")
    return width, height


def _nearest(image: Image.Image | None) -> tuple[int, int]:
    """The standard size closest in shape."""
    if image is None:
        return 1024, 1024
    ratio = image.width / image.height
    if ratio > 1.22:
        return 1536, 1024
    return (1024, 1536) if ratio < 0.82 else (1024, 1024)


def _uploads(form: Form) -> list[tuple[str, Upload]]:
    """The pictures of an edit, each with the name errors call it by."""
    for name in ("image", "image[]"):
        if name in form.values:
            raise errors.wrong_type("image", "a file or an array of files", form.values[name])
    uploads = form.files("image")
    if not uploads:
        raise errors.missing("image")
    if len(uploads) > MAX_IMAGES:
        message = f"Invalid 'image': at most {MAX_IMAGES} pictures, not {len(uploads)}."
        raise errors.invalid(message, "image", "array_above_max_length")
    if "image[]" not in form.uploads:
        return [("image", uploads[0])]
    return [(f"image[{index}]", upload) for index, upload in enumerate(uploads)]


def _open(upload: Upload, param: str, headers_only: bool) -> Image.Image:
    if not upload.mimetype:
        message = f"Invalid file '{param}': it has no Content-Type."
        raise errors.invalid(message, param, "missing_file_mimetype")
    if upload.mimetype not in FORMATS:
        message = f"Invalid file '{param}': unsupported mimetype ('{upload.mimetype}')."
        raise errors.invalid(message, param, "unsupported_file_mimetype")
    if len(upload.content) >= MAX_IMAGE_BYTES:
        message = f"Invalid file '{param}': it must be smaller than 50 MB."
        raise errors.invalid(message, param, "file_too_large")
    try:
        return _decode(upload.content, tuple(FORMATS.values()), headers_only)
    except ValueError:
        message = f"Invalid image file or mode for '{param}'."
        raise errors.user_error(message, param, "invalid_image_file") from None


def _mask(form: Form, image: Image.Image, headers_only: bool) -> Image.Image | None:
    if "mask" in form.values:
        raise errors.wrong_type("mask", "a file", form.values["mask"])
    uploads = form.files("mask")
    if not uploads:
        return None
    # Unlike that of a picture, the declared type of a mask is not looked at.
    content = uploads[0].content
    if len(content) >= MAX_MASK_BYTES:
        message = "Invalid file 'mask': it must be smaller than 4 MB."
        raise errors.invalid(message, "mask", "file_too_large")
    try:
        mask = _decode(content, ("PNG",), headers_only)
    except ValueError:
        raise _bad_mask("it is not a valid PNG") from None
    # A transparent colour of a palette is no alpha channel.
    if "A" not in mask.getbands():
        raise _bad_mask("mask image missing alpha channel")
    if mask.size != image.size:
        raise _bad_mask("mask size does not match image size")
    return mask


def _bad_mask(why: str) -> errors.ApiError:
    return errors.user_error(
        f"Invalid mask image format - {why}", "mask", "invalid_mask_image_format"
    )


def _decode(content: bytes, formats: tuple[str, ...], headers_only: bool) -> Image.Image:
    """The picture in these bytes; ValueError when they hold none that can be read."""
    try:
        picture = Image.open(io.BytesIO(content), formats=formats)
        if not headers_only:
            picture.load()
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from error
    return picture
