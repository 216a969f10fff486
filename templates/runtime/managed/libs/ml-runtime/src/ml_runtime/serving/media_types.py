"""Content types of requests and answers, and the choice between them."""

from __future__ import annotations

from functools import lru_cache

from .refusals import RequestRefused

# Of bodies and answers; what each holds is in the README.
JSON = "application/json"
JSON_LINES = "application/jsonlines"
CSV = "text/csv"
NPY = "application/x-npy"

# In order of preference.
OFFERED = (JSON, JSON_LINES, CSV, NPY)

# Other names that libraries and SageMaker's containers send.
ALIASES = {
    "application/jsonl": JSON_LINES,
    "application/x-jsonlines": JSON_LINES,
    "application/x-ndjson": JSON_LINES,
    "application/csv": CSV,
    "application/npy": NPY,
}

# Bodies that can be read piece by piece.
STREAMABLE = frozenset({JSON_LINES, CSV, NPY})

_BINARY = frozenset({NPY})
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii"})


@lru_cache(maxsize=256)
def content_type(header: str) -> str:
    """Return the media type of a body.

    Raises:
        RequestRefused: 415 where the type or its character set cannot be read.
    """
    name, _, parameters = header.partition(";")
    media_type = name.strip().lower()
    media_type = ALIASES.get(media_type, media_type)
    if media_type not in OFFERED:
        shown = name.strip()[:100]
        reason = f'The content type "{shown}" is none of {", ".join(OFFERED)}.'
        raise RequestRefused(415, "content_type_unknown", reason)
    for parameter in parameters.split(";"):
        key, _, value = parameter.strip().lower().partition("=")
        if key == "charset" and media_type not in _BINARY and value.strip('"') not in _UTF8:
            reason = f"The character set {value[:100]} is not UTF-8."
            raise RequestRefused(415, "charset_unknown", reason)
    return media_type


@lru_cache(maxsize=256)
def accepted(header: str, sent: str) -> str:
    """Return the media type to answer with: the one of the highest quality that can be given.

    Among equals the one named first wins; where any will do, JSON lines are answered with JSON
    lines and everything else with JSON.

    Raises:
        RequestRefused: 406 where none of what is accepted can be given.
    """
    usual = JSON_LINES if sent == JSON_LINES else JSON
    if not header.strip():
        return usual
    ranges = [_range(part) for part in header.split(",")]
    best: tuple[float, int, bool] | None = None
    chosen = ""
    for offered in OFFERED:
        # The most specific range that fits decides about its quality (RFC 9110, 12.5.1).
        fits = [(_specificity(name, offered), -place) for place, (name, _) in enumerate(ranges)]
        specificity, place = max(fits)
        quality = ranges[-place][1]
        rank = (quality, place, offered == usual)
        if specificity and quality > 0 and (best is None or rank > best):
            best, chosen = rank, offered
    if best is None:
        reason = f"Only {', '.join(OFFERED)} can be given."
        raise RequestRefused(406, "accept_unknown", reason)
    return chosen


def _range(part: str) -> tuple[str, float]:
    """A media range in lower case and its quality, 0 to 1; an unreadable quality counts as 1."""
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                quality = min(1.0, max(0.0, float(value)))
            except ValueError:
                quality = 1.0
    return ALIASES.get(name, name), quality


def _specificity(name: str, offered: str) -> int:
    """3 for the type itself, 2 for its kind, 1 for anything, 0 where the range does not fit."""
    if name == offered:
        return 3
    if name == offered.partition("/")[0] + "/*":
        return 2
    return 1 if name == "*/*" else 0
