"""Triton by nvidia-pytriton, which has its server and its Python backend, but no ONNX backend."""

import os

import numpy as np
from predictor import Predictor
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig


def instance():
    """One instance of the model."""
    predictor = Predictor()

    @batch
    def infer(features):
        return [predictor.shares(features)]

    return infer


if __name__ == "__main__":
    port = int(os.environ["BENCH_PORT"])
    config = TritonConfig(
        http_address="127.0.0.1",
        http_port=port,
        allow_grpc=False,
        allow_metrics=False,
        log_verbose=0,
    )
    with Triton(config=config) as triton:
        triton.bind(
            model_name="diagnosis",
            infer_func=[instance() for _ in range(int(os.environ["BENCH_WORKERS"]))],
            inputs=[Tensor(name="features", dtype=np.float32, shape=(-1,))],
            outputs=[Tensor(name="shares", dtype=np.float32, shape=(-1,))],
            config=ModelConfig(
                max_batch_size=8192, batcher=DynamicBatcher(max_queue_delay_microseconds=0)
            ),
        )
        triton.serve()
