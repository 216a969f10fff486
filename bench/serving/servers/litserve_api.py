"""LitServe's four verbs."""

import os

import litserve
from predictor import Predictor


class Api(litserve.LitAPI):
    """Rows in, predictions out."""

    def setup(self, device) -> None:
        self.predictor = Predictor()

    def decode_request(self, request):
        return request["instances"]

    def predict(self, rows):
        return self.predictor.answer(rows)

    def encode_response(self, output):
        return output


if __name__ == "__main__":
    workers = int(os.environ["BENCH_WORKERS"])
    server = litserve.LitServer(
        Api(api_path="/invocations"), accelerator="cpu", workers_per_device=workers
    )
    server.run(
        host="127.0.0.1",
        port=int(os.environ["BENCH_PORT"]),
        num_api_servers=workers,
        log_level="warning",
        access_log=False,
        generate_client_file=False,
    )
