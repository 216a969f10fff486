"""The model's own modules: data.py, features.py and model.py, loaded from their folder."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol, cast

from numpy.typing import NDArray

from .data.dataset import Dataset
from .errors import ModelCodeError
from .layout import ContainerLayout
from .schema import Column
from .tables import Columns

if TYPE_CHECKING:
    from torch import nn

    from .hyperparameters import TrainingHyperparameters
    from .training.estimators import Estimator, EstimatorData, EstimatorHyperparameters
    from .training.training_data import TrainingData


@dataclass(frozen=True)
class Feature:
    """One column of the feature matrix.

    Attributes:
        name: For people; unique.
        categories: 0 for a number; else the size of the vocabulary. The matrix then holds the
            index 1..categories, or 0 for missing and unknown.
    """

    name: str
    categories: int = 0


class DataModule(Protocol):
    """What data.py offers."""

    def load(self) -> Dataset:
        """Return all rows."""


class FeaturesModule(Protocol):
    """What features.py offers; training and serving call the same two functions."""

    def describe(self, inputs: Sequence[Column]) -> list[Feature]:
        """Return the columns of the matrix, in order; nothing where the array has no columns."""

    def compute(self, columns: Columns, inputs: Sequence[Column]) -> NDArray[Any]:
        """Return the array that the graph takes, [rows, ...].

        Of a table float32 [rows, features], NaN for missing numbers; of images float32 [rows,
        channels, height, width]; of texts int64 [rows, tokens].
        """


class NetworkModule(Protocol):
    """What model.py of a PyTorch network offers.

    Attributes:
        FLAVOUR: Name of the kind of model, as schema.json records it.
        Hyperparameters: The dataclass that the texts of a job are parsed into.
    """

    FLAVOUR: str
    Hyperparameters: type[TrainingHyperparameters]

    def build_model(self, data: TrainingData, outputs: int, hyperparameters: Any) -> nn.Module:
        """Return the untrained network: what features.py gives to float32 [rows, outputs].

        Args:
            data: The train split; vocabularies, medians and means come from it.
            outputs: Number of classes (raw scores are answered), or 1 for a regression.
            hyperparameters: An instance of `Hyperparameters`.
        """


class EstimatorModule(Protocol):
    """What model.py offers where a library does the training.

    Attributes:
        FLAVOUR: Name of the kind of model, as schema.json records it.
        Hyperparameters: The dataclass that the texts of a job are parsed into.
    """

    FLAVOUR: str
    Hyperparameters: type[EstimatorHyperparameters]

    def fit(self, data: EstimatorData, hyperparameters: Any) -> Estimator:
        """Return the fitted model.

        Args:
            data: The splits train and validation.
            hyperparameters: An instance of `Hyperparameters`.
        """


@dataclass(frozen=True)
class ModelCode:
    """A folder with a model's modules.

    Every method that imports one raises ModelCodeError where it is absent or lacks a name that is
    called, and whatever the module itself raises.

    Attributes:
        folder: Where data.py, features.py and model.py are; it is put on Python's path.
    """

    folder: Path

    def data(self) -> DataModule:
        """Import data.py."""
        return cast(DataModule, self._module("data", ("load",)))

    def features(self) -> FeaturesModule:
        """Import features.py."""
        return cast(FeaturesModule, self._module("features", ("describe", "compute")))

    def model(self) -> NetworkModule:
        """Import model.py (needs the training dependencies)."""
        names = ("FLAVOUR", "Hyperparameters", "build_model")
        return cast(NetworkModule, self._module("model", names))

    def estimator(self) -> EstimatorModule:
        """Import model.py of a model that fits itself; needs its library and no torch."""
        names = ("FLAVOUR", "Hyperparameters", "fit")
        return cast(EstimatorModule, self._module("model", names))

    def fits_itself(self) -> bool:
        """Return whether model.py has `fit`; else it has `build_model`, for the training loop."""
        return hasattr(self._module("model", ("FLAVOUR",)), "fit")

    def files(self) -> list[Path]:
        """Return the Python files of the folder itself, sorted; tests are in folders below."""
        return sorted(self.folder.glob("*.py"))

    def digest(self) -> str:
        """Return the SHA-256 of all files but data.py (whose rows are digested themselves).

        In hexadecimal, 64 digits.
        """
        digest = hashlib.sha256()
        for file in self.files():
            if file.name != "data.py":
                digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
        return digest.hexdigest()

    def _module(self, name: str, needed: Sequence[str]) -> ModuleType:
        file = self.folder / f"{name}.py"
        if not file.is_file():
            raise ModelCodeError(
                "module-absent",
                f"There is no {file}.",
                "A model is a folder with data.py, features.py and model.py.",
                "Run from the model's folder, or name it with --code.",
            )
        # Not under its bare name: two models may be loaded in one process.
        unique = f"ml_runtime_model_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}_{name}"
        if str(self.folder) not in sys.path:
            sys.path.insert(0, str(self.folder))
        spec = importlib.util.spec_from_file_location(unique, file)
        if spec is None or spec.loader is None:
            raise ModelCodeError("module-unloadable", f"{file} cannot be loaded.", "", "")
        module = importlib.util.module_from_spec(spec)
        sys.modules[unique] = module
        spec.loader.exec_module(module)
        if absent := [function for function in needed if not hasattr(module, function)]:
            raise ModelCodeError(
                "module-incomplete",
                f"{file} lacks {', '.join(absent)}.",
                "Training and serving call it by this name.",
                "Add it; the model's README shows its signature.",
            )
        return module


def find_model_code(
    layout: ContainerLayout, environ: Mapping[str, str], named: Path | None = None
) -> ModelCode:
    """Return the code folder: `named`, ML_RUNTIME_CODE, <root>/code or the current folder.

    Args:
        layout: Its root is looked into.
        environ: Environment variables.
        named: The folder that somebody named. Default: none.
    """
    if named is None and "ML_RUNTIME_CODE" in environ:
        named = Path(environ["ML_RUNTIME_CODE"])
    if named is None:
        inside = layout.root / "code"
        named = inside if inside.is_dir() else Path.cwd()
    return ModelCode(named.resolve())
