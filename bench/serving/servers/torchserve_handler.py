"""A TorchServe handler around the ONNX session; torch itself only comes along, because ts imports it."""

from predictor import Predictor


class Handler:
    """One list of bodies in, one list of answers out."""

    def initialize(self, context) -> None:
        """Load."""
        self.predictor = Predictor()

    def handle(self, data, context) -> list:
        """Answer each request of a batch."""
        return [self.predictor.answer(entry["body"]["instances"]) for entry in data]
