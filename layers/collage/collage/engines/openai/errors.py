"""What a server says when it makes no picture, by the pack's names, in whatever shape it says it.

OpenAI, Azure, LiteLLM and the servers that imitate them spell the same refusal in different ways:
in a code, a type, an inner error, in words only, or with status 200. What one tile's prompt or
picture brought about is that tile's matter. Only an error that names what all tiles share, the key,
the organisation, the quota, the model, a parameter or the address, ends the run.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from json import JSONDecodeError
from time import perf_counter
from typing import TYPE_CHECKING, Any

from collage.engines import call_ends
from collage.errors import (
    BadKey,
    BadRequest,
    BrokenAnswer,
    CollageError,
    ConnectionLost,
    FailedMidway,
    ProviderUnreachable,
    QuotaExhausted,
    RateLimited,
    Refused,
    Rejected,
    TimedOut,
    TransientError,
)

if TYPE_CHECKING:
    import openai

MOST_WORDS = 300
"""Characters of a server's own words that go into a message."""

DEPTH = 6
"""How deep in a body words and codes are looked for."""

WORDS = ("message", "msg", "detail", "error", "error_message", "description", "title", "reason")
CODES = ("code", "type", "status", "reason")
INNER = ("inner_error", "innererror", "error", "detail", "details", "metadata", "errors")

REFUSALS = re.compile(
    r"moderation_blocked|content_policy_violation|content_?filter|content_moderation"
    r"|responsibleaipolicyviolation|safety_violation|prompt_blocked|content_blocked",
    re.IGNORECASE,
)
"""Codes by which servers refuse a prompt or a picture; gateways put them into their words."""

REFUSED = re.compile(
    r"safety system|safety filter|safety polic|content (management |usage )?polic|usage polic"
    r"|content filter|content moderation|moderation|input was flagged|flagged as|flagged by"
    r"|responsible ai|inappropriate|not safe for work|\bnsfw\b",
    re.IGNORECASE,
)
QUOTA = re.compile(
    r"insufficient_quota|billing_hard_limit|billing hard limit|billing limit|insufficient (credit"
    r"|balance|funds)|exceeded your current quota|out of credits?|budget has been exceeded",
    re.IGNORECASE,
)
KEY = re.compile(
    r"api[ _-]?key|invalid_api_key|authenticat|unauthori[sz]ed|missing scopes?|permission"
    r"|\borgani[sz]ation\b|must be verified|subscription key",
    re.IGNORECASE,
)
SHARED = re.compile(
    r"unknown_parameter|unsupported_(parameter|value)|invalid_(type|value)|missing_required"
    r"|model_not_found|deployment ?not ?found|\bparameters?\b|\bargument|extra inputs?"
    r"|['\"]param['\"]: ['\"](?!none|null)\w"
    r"|field required|unrecogni[sz]ed|unsupported|not support|not permitted|api[ _-]version"
    r"|(unknown|invalid|no such|unsupported) (model|size|quality|mask|value)"
    r"|\b(model|deployment)\b.{0,80}(not found|not exist|no access|unknown|invalid|not available"
    r"|retired|deprecated)|there is no model|\b(size|quality|mask|n)\b.{0,40}(must|should|invalid)",
    re.IGNORECASE,
)
"""Words that name what every request of the run has in common."""

PARAMETER_CODES = re.compile(
    r"^(unknown_parameter|unsupported_parameter|unsupported_value|invalid_type|invalid_value"
    r"|missing_required_parameter|model_not_found)$"
)


@dataclass(frozen=True)
class Said:
    """What an error's body says: its words, its codes, and the parameter that it names."""

    words: str
    codes: tuple[str, ...] = ()
    param: str | None = None

    def any(self, pattern: re.Pattern[str]) -> bool:
        """Whether a code or the words are of a kind."""
        return any(pattern.search(text) for text in (*self.codes, self.words))

    def sentence(self, secret: str = "") -> str:
        """The words for a message: short, without the key, and without a full stop."""
        text = " ".join(self.words.split())
        if secret:
            text = text.replace(secret, "***")
        # Servers repeat a wrong key in part.
        text = re.sub(r"\b(sk|pk)-[\w*-]+", "***", text)
        return text[:MOST_WORDS].rstrip(". ")


def read(body: Any) -> Said:
    """What a body says, JSON or text, an object or a list, at whatever depth."""
    if isinstance(body, str):
        # A page says what it is by its text.
        page = re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", body[:20_000], flags=re.S | re.I)
        return Said(html.unescape(page).strip())
    words: list[str] = []
    codes: list[str] = []
    params: list[str] = []
    _gather(body, words, codes, params, DEPTH)
    distinct = list(dict.fromkeys(word.strip() for word in words if word.strip()))
    return Said("; ".join(distinct), tuple(codes), params[0] if params else None)


def _gather(node: Any, words: list[str], codes: list[str], params: list[str], depth: int) -> None:
    if depth == 0:
        return
    if isinstance(node, list):
        for item in node[:5]:
            _gather(item, words, codes, params, depth - 1)
    if not isinstance(node, dict):
        return
    where = node.get("loc")
    if isinstance(where, list) and where:
        # FastAPI tells the place of a fault, such as ["body", "n"].
        params.append(str(where[-1]))
        words.append(f"{where[-1]}: {node.get('msg', '')}")
    else:
        words += [node[name] for name in WORDS if isinstance(node.get(name), str)]
    codes += [str(node[name]) for name in CODES if isinstance(node.get(name), str | int)]
    if isinstance(node.get("param"), str) and node["param"].lower() not in ("", "none", "null"):
        params.append(node["param"])
    for name in INNER:
        _gather(node.get(name), words, codes, params, depth - 1)


@contextmanager
def named(client: openai.OpenAI) -> Iterator[None]:
    """Give the SDK's errors the pack's names, and let the key out in none of their messages."""
    import httpx2
    import openai

    from collage.engines.openai.answer_size import AnswerTooLong

    began = perf_counter()
    try:
        yield
    except AnswerTooLong as error:
        raise BrokenAnswer(f"The provider's answer is of no use. {error}") from None
    except openai.APITimeoutError as error:
        if isinstance(error.__cause__, httpx2.ConnectTimeout):
            raise ProviderUnreachable(f"There is no reaching {client.base_url} in time.") from error
        raise TimedOut("The provider did not answer in time.") from error
    except openai.APIConnectionError as error:
        if isinstance(error.__cause__, AnswerTooLong):
            raise BrokenAnswer(f"The provider's answer is of no use. {error.__cause__}") from None
        unsent = (httpx2.ConnectError, httpx2.UnsupportedProtocol)
        if isinstance(error.__cause__, unsent):
            raise ProviderUnreachable(
                f"There is no reaching {client.base_url}; is the base URL right?"
            ) from error
        raise ConnectionLost("The connection to the provider was lost.") from error
    except openai.APIStatusError as error:
        raise _status(error, client, perf_counter() - began) from None
    except JSONDecodeError as error:
        words = read(error.doc).sentence(client.api_key) or "nothing"
        raise BrokenAnswer(f"The provider's answer is no JSON but: {words}.") from error
    except RecursionError as error:
        raise BrokenAnswer("The provider's answer is nested too deeply.") from error
    except openai.OpenAIError as error:
        raise BrokenAnswer(f"The provider's answer is broken: {type(error).__name__}.") from error


def of_answer(answer: Any, secret: str) -> CollageError | None:
    """The error that a server put into an answer of status 200, if that is what it did.

    One that refuses, or names what all requests share, was not billed; of another that is not
    known.
    """
    if isinstance(answer, str):
        words = read(answer).sentence(secret) or "nothing"
        return BrokenAnswer(f"The provider answered no pictures but: {words}.")
    body = getattr(answer, "model_extra", None) or {}
    if not any(body.get(name) for name in ("error", "detail", "message", "errors")):
        return None
    said = read(body)
    kind = _named_by(said)
    if kind is None:
        words = said.sentence(secret)
        return BrokenAnswer(f"The provider answered an error in place of pictures: {words}.")
    return _saying(kind, said, 200, secret)


def _status(error: openai.APIStatusError, client: openai.OpenAI, seconds: float) -> CollageError:
    status, retry_after = error.status_code, _retry_after(error)
    if 300 <= status < 400:
        there = error.response.headers.get("location", "another address")
        return BadRequest(
            f"The provider does not accept the request: the base URL {client.base_url} leads on to "
            f"{there}; set OpenAiBaseUrl, or on a laptop OPENAI_BASE_URL, to that."
        )
    said = _said(error)
    found = _saying(_kind(said, status, seconds, retry_after), said, status, client.api_key)
    if status == 404 and isinstance(found, BadRequest) and _named_by(said) is None:
        found = BadRequest(f"{str(found)[:-1]}; is the base URL right, {client.base_url}?")
    if isinstance(found, TransientError):
        found.retry_after = retry_after
    return found


def _kind(said: Said, status: int, seconds: float, retry_after: float | None) -> type[CollageError]:
    """What an answer is by its words and codes, then by its status."""
    # What is said of a failure or of a limit may speak of models and organisations too.
    of_request = status < 500 and status not in (408, 409, 429)
    by_words = _named_by(said) if of_request else None
    rules = (
        (status == 402 or said.any(QUOTA), QuotaExhausted),
        (said.any(REFUSALS), Refused),
        (status == 401, BadKey),
        (by_words is not None, by_words),
        (status == 403, BadKey),
        (status == 429, RateLimited),
        (status in ONE_TILES, Rejected),
    )
    found = (kind for holds, kind in rules if holds and kind is not None)
    return next(found, call_ends.of_status(status, seconds, retry_after))


ONE_TILES = (400, 418, 422, 451)
"""Statuses that, with nothing named that all requests share, may be about one prompt only."""


def _named_by(said: Said) -> type[CollageError] | None:
    """What the words and codes of an error name, if anything."""
    of_parameter = any(PARAMETER_CODES.search(code) for code in said.codes)
    refused = said.any(REFUSALS) or (not of_parameter and REFUSED.search(said.words))
    rules = (
        (said.any(QUOTA), QuotaExhausted),
        (refused, Refused),
        (said.any(KEY), BadKey),
        (of_parameter or said.param or said.any(SHARED), BadRequest),
    )
    return next((kind for holds, kind in rules if holds), None)


SENTENCES: dict[type[CollageError], str] = {
    QuotaExhausted: "The provider's account has no more credit: {}.",
    Refused: "The provider's moderation refused it: {}.",
    BadKey: "The provider refused the API key: {}.",
    RateLimited: "The provider's rate limit is reached: {}.",
    Rejected: "The provider did not take the request: {}.",
    BadRequest: "The provider does not accept the request: {}.",
    FailedMidway: "The provider failed over the call: it answered {status}: {}.",
}


def _saying(kind: type[CollageError], said: Said, status: int, secret: str) -> CollageError:
    """The error with the server's own words, save where they only repeat a part of a wrong key."""
    words = said.sentence(secret)
    wrong = re.search(r"(incorrect|invalid|wrong).{0,20}key", said.words, re.IGNORECASE)
    if kind is BadKey and (wrong or not words or "invalid_api_key" in said.codes):
        return BadKey("The provider refused the API key; check the secret or OPENAI_API_KEY.")
    sentence = SENTENCES.get(kind, "The provider answered {status}: {}.")
    return kind(sentence.format(words or f"status {status}, without a word", status=status))


def _said(error: openai.APIStatusError) -> Said:
    """What the body says; the SDK hands on only a part of some."""
    try:
        body: Any = json.loads(error.response.text)
    except (ValueError, RuntimeError):
        # RuntimeError: a body that was not read, or that is nested too deeply.
        body = error.body if error.body is not None else ""
    return read(body)


def _retry_after(error: openai.APIStatusError) -> float | None:
    """Seconds, from either header; a date in it is not worth a parser."""
    headers = error.response.headers
    for name, scale in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers[name]) / scale
        except (KeyError, ValueError):
            continue
        if math.isfinite(seconds) and seconds > 0:
            return seconds
    return None
