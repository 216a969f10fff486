"""Answers that are the same for every model, and headers that go with all of them."""

from __future__ import annotations

from typing import Any

import orjson

from .media_types import JSON
from .refusals import RequestRefused
from .rsgi import HeaderList, Scope

# Headers of InvokeEndpoint, as SageMaker hands them on to a container.
CUSTOM_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"
REQUEST_ID = "x-amzn-requestid"
# Passed on as they came. SageMaker allows 1024 characters of custom attributes.
ECHOED = (CUSTOM_ATTRIBUTES, REQUEST_ID)
MOST_ECHOED = 1024

# What data capture calls an identifier, to the header that it comes in.
IDENTIFIERS = {"requestId": REQUEST_ID, "inferenceId": "x-amzn-sagemaker-inference-id"}


def header(scope: Scope, name: str) -> str:
    """Return a header of the request; empty where it is absent, "?" for bytes that are no text."""
    try:
        return scope.headers.get(name) or ""
    except Exception:
        return "?"


def echoed(scope: Scope) -> HeaderList:
    """Return the request's headers that the answer carries as well.

    Raises:
        RequestRefused: 400 where one is too long or not printable ASCII.
    """
    found: HeaderList = []
    for name in ECHOED:
        value = header(scope, name)
        if value:
            if len(value) > MOST_ECHOED or not (value.isascii() and value.isprintable()):
                reason = f"The header {name} is not {MOST_ECHOED} characters of printable ASCII."
                raise RequestRefused(400, "header_refused", reason)
            found.append((name, value))
    return found


def identifiers(scope: Scope) -> dict[str, Any]:
    """Return what a request is known by, in the words of SageMaker's data capture."""
    known: dict[str, Any] = {
        key: value
        for key, name in IDENTIFIERS.items()
        if (value := header(scope, name)[:MOST_ECHOED])
    }
    if attributes := header(scope, CUSTOM_ATTRIBUTES)[:MOST_ECHOED]:
        known["customAttributes"] = [attributes]
    return known


def json_reply(content: Any) -> tuple[HeaderList, bytes]:
    """Return headers and body of a JSON answer."""
    return [("content-type", JSON)], orjson.dumps(content)


def failure(code: str, reason: str) -> bytes:
    """Return the body of an answer that is our fault.

    Args:
        code: Stable identifier, in lower case with underscores.
        reason: One sentence for people.
    """
    return orjson.dumps({"error": {"code": code, "reason": reason}})
