"""FastAPI as its documentation has it: pydantic models of both bodies; uvloop and httptools are there."""

import os

import uvicorn
from fastapi import FastAPI
from predictor import Predictor
from pydantic import BaseModel


class Rows(BaseModel):
    """What comes."""

    instances: list[list[float]]


class Prediction(BaseModel):
    """Of one row."""

    label: str
    probabilities: dict[str, float]


class Predictions(BaseModel):
    """What goes."""

    predictions: list[Prediction]


app = FastAPI()
predictor = Predictor()


@app.get("/ping")
async def ping() -> dict:
    """Ready."""
    return {}


# async: a plain function would go through a pool of threads, which is slower for work this short.
@app.post("/invocations")
async def invocations(rows: Rows) -> Predictions:
    """Answers."""
    return predictor.answer(rows.instances)


if __name__ == "__main__":
    uvicorn.run(
        "fastapi_uvicorn:app",
        port=int(os.environ["BENCH_PORT"]),
        workers=int(os.environ["BENCH_WORKERS"]),
        log_level="warning",
        access_log=False,
    )
