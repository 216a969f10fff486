"""A custom MLServer runtime. It speaks V2: one tensor of rows in, one tensor of probabilities out."""

from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse
from predictor import Predictor


class Diagnosis(MLModel):
    """Rows in, probabilities out."""

    async def load(self) -> bool:
        self.predictor = Predictor()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        rows = NumpyCodec.decode_input(payload.inputs[0])
        output = NumpyCodec.encode_output("shares", self.predictor.shares(rows))
        return InferenceResponse(model_name=self.name, outputs=[output])
