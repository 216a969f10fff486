"""The other limit: ONNX Runtime alone, one thread, no server. Prints rows a second as JSON."""

import json
import time

import numpy as np
from predictor import Predictor

predictor = Predictor()
figures = {}
for rows in (1, 16):
    features = {"features": np.ones((rows, 30), dtype=np.float32)}
    best = 0.0
    for _ in range(3):
        calls, since = 0, time.perf_counter()
        while time.perf_counter() - since < 0.5:
            predictor.session.run(None, features)
            calls += 1
        best = max(best, calls * rows / (time.perf_counter() - since))
    figures[rows] = best
print(json.dumps(figures))
