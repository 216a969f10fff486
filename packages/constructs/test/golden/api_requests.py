"""Checks requests against the APIs' own models, as botocore has them.

Reads a list of {"service", "operation", "request"} from standard input, prints what each API would refuse.
"""

from __future__ import annotations

import json
import sys

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator


def main() -> None:
    problems = []
    for asked in json.load(sys.stdin):
        model = ServiceModel(Loader().load_service_model(asked["service"], "service-2"))
        shape = model.operation_model(asked["operation"]).input_shape
        report = ParamValidator().validate(asked["request"], shape)
        problems.append(report.generate_report())
    json.dump(problems, sys.stdout)


main()
