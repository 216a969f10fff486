"""Find the highest rate with p99 under 500 ms and errors under 1 %.

Starts the server on 127.0.0.1 without its cache, sends real rows of the test channel at fixed
moments (open loop: latency counts from the moment a request was meant to be sent), and searches
for the highest rate that holds. Writes loadtest.json and loadtest.svg to output/data.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ..layout import ContainerLayout
from .options import positive

# "P99 latency below 500 ms and error rate below 1 %": the limits of an endpoint's alarms.
LIMIT_MILLISECONDS, ERRORS = 500.0, 0.01


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.add_argument(
        "--url", help="another server's address with its path; default: one is started here"
    )
    parser.add_argument(
        "--header", action="append", default=[], type=_header, metavar="NAME:VALUE",
        help="a header of each request, such as an API's key",
    )  # fmt: skip
    parser.add_argument("--workers", type=positive, default=1, help="processes of the server")
    parser.add_argument("--rows", type=positive, default=1, help="rows of one request")
    parser.add_argument("--bodies", type=Path, help="JSON bodies to send, one a line")
    parser.add_argument(
        "--duration", type=_above_zero, default=10.0, help="seconds for each rate; default: 10"
    )
    parser.add_argument("--limit-ms", type=_above_zero, default=LIMIT_MILLISECONDS)
    parser.add_argument("--errors", type=_above_zero, default=ERRORS, help="share; default: 0.01")
    parser.add_argument("--arrivals", choices=("poisson", "constant"), default="poisson")
    parser.add_argument("--connections", type=positive, default=256, help="at most; default: 256")
    parser.add_argument("--clients", type=positive, help="client processes; default: spare cores")
    parser.add_argument("--promise", type=_above_zero, metavar="RPS", help="fail below this rate")
    parser.add_argument("--json", action="store_true", help="print loadtest.json, not the table")
    instance = os.environ.get("ML_RUNTIME_INSTANCE_TYPE")
    parser.add_argument("--instance-type", default=instance, help="where the server runs")
    image = os.environ.get("ML_RUNTIME_IMAGE_DIGEST")
    parser.add_argument("--image-digest", default=image, help="sha256:... of the server's image")
    parser.add_argument(
        "--record", type=Path, help="list of measurements that the endpoint's scaling reads"
    )


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Measure, write and print."""
    from ..loadtest.bodies import channel_bodies, file_bodies
    from ..loadtest.client import Target
    from ..loadtest.report import Setup
    from ..loadtest.run import digest_of, finish, load_test

    bodies = file_bodies(options.bodies) if options.bodies else channel_bodies(layout, options.rows)
    target = Target(options.url or "/invocations", bodies, tuple(options.header))
    setup = Setup(
        url=target.url,
        rows=options.rows,
        workers=None if options.url else options.workers,
        limit_ms=options.limit_ms,
        errors=options.errors,
        arrivals=options.arrivals,
        seconds=options.duration,
        clients=options.clients or 0,
        connections=options.connections,
        model_digest=None if options.url else digest_of(layout.model),
        instance_type=options.instance_type,
        image_digest=options.image_digest,
    )
    root = None if options.url else layout.root
    report = load_test(setup, target, root, lambda line: print(line, file=sys.stderr, flush=True))
    finish(report, layout.output_data, options.record, options.promise, options.json)


def _header(text: str) -> tuple[str, str]:
    name, found, value = text.partition(":")
    if not found or not name.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError("must be NAME:VALUE")
    return name.strip(), value.strip()


def _above_zero(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be a number above 0")
    return number
