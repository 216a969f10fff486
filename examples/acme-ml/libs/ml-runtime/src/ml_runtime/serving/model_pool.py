"""Models that share one container: bounded in memory, the least recently used one goes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from pathlib import Path

from ..errors import MlRuntimeError
from .metrics import Metrics
from .refusals import RequestRefused
from .served_model import ServedModel, load_served_model
from .settings import ServingSettings

# ONNX Runtime holds the file's content and its own copy of the weights.
MEMORY_PER_FILE_BYTE = 2


class ModelPool:
    """Models by name.

    A model that had to go to make room for another stays known, and is loaded again by the next
    request for it: SageMaker keeps its files until it asks to unload it.

    Args:
        size: Most bytes of memory that models take.
        settings: How to serve them.
        metrics: Where they are counted.
    """

    def __init__(self, size: int, settings: ServingSettings, metrics: Metrics) -> None:
        self.size, self.settings, self.metrics = size, settings, metrics
        self.folders: dict[str, Path] = {}
        self._loaded: OrderedDict[str, tuple[int, ServedModel]] = OrderedDict()
        # One load at a time: two at once could both fit alone and not together.
        self._loading = asyncio.Lock()

    async def load(self, name: str, folder: Path) -> None:
        """Load a model under a name.

        Raises:
            RequestRefused: 409 where the name is loaded, 400 where there is no model in the folder,
                507 where there is no memory for it.
        """
        if name in self.folders:
            raise RequestRefused(409, "model_loaded", f'The model "{name[:100]}" is loaded.')
        async with self._loading:
            if name not in self.folders:
                await self._load(name, folder)
                self.folders[name] = folder

    async def get(self, name: str) -> ServedModel:
        """Return a model, loading it again where it had to go.

        Raises:
            RequestRefused: 404 for a name that was never loaded, 507 where there is no memory.
        """
        entry = self._loaded.get(name)
        if entry is None:
            folder = self.folder(name)
            async with self._loading:
                if name not in self._loaded:
                    await self._load(name, folder)
            entry = self._loaded[name]
        self._loaded.move_to_end(name)
        return entry[1]

    def folder(self, name: str) -> Path:
        """Return a model's folder.

        Raises:
            RequestRefused: 404 where the name is unknown.
        """
        if name not in self.folders:
            raise RequestRefused(404, "model_unknown", f'There is no model "{name[:100]}".')
        return self.folders[name]

    def unload(self, name: str) -> None:
        """Forget a model; requests that use it are answered.

        Raises:
            RequestRefused: 404 where the name is unknown.
        """
        self.folder(name)
        del self.folders[name]
        self._loaded.pop(name, None)

    async def _load(self, name: str, folder: Path) -> None:
        file = folder / "model.onnx"
        if not file.is_file():
            reason = f"There is no model.onnx in {str(folder)[:200]}."
            raise RequestRefused(400, "model_absent", reason)
        needed = MEMORY_PER_FILE_BYTE * file.stat().st_size
        if needed > self.size:
            raise no_memory(f"It takes {needed} bytes, and models may take {self.size} together.")
        while sum(cost for cost, _ in self._loaded.values()) + needed > self.size:
            self._loaded.popitem(last=False)
        loop = asyncio.get_running_loop()
        try:
            served = await loop.run_in_executor(
                None, load_served_model, folder, self.settings, self.metrics
            )
            await loop.run_in_executor(None, served.warm_up)
        except MemoryError:
            raise no_memory("There was not enough memory to load it.") from None
        except MlRuntimeError as error:
            raise RequestRefused(400, "model_unloadable", str(error)[:1000]) from None
        self._loaded[name] = (needed, served)


def no_memory(reason: str) -> RequestRefused:
    """Return the refusal that makes SageMaker unload models that are not in use."""
    return RequestRefused(507, "no_memory", f"There is no room for the model. {reason}")
