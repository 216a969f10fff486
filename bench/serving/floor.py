"""The same client and rate against a server that does nothing: no server has less here.

Arguments: requests a second, seconds. Prints {"p50": ms, "p99": ms}.
"""

import json
import os
import sys

from ml_runtime.loadtest.client import Target
from ml_runtime.loadtest.clients import Clients, null_server


def main(rate: float, seconds: float) -> None:
    os.sched_setaffinity(0, {0})
    with null_server() as url:
        # The server keeps the first core, as a served model does; the client gets the last one.
        os.sched_setaffinity(0, {(os.cpu_count() or 1) - 1})
        clients = Clients(processes=1, connections=256, arrivals="poisson", patience=2.0)
        step = clients.send(Target(url, (b"{}",)), rate, seconds)
        clients.close()
    print(json.dumps({"p50": step.p50, "p99": step.p99}))


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]))
