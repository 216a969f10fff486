"""Makes the exported model smaller and faster, where that is measured and costs no accuracy."""

from .optimise import optimise
from .settings import OptimiseSettings, read_optimise_settings

__all__ = ["OptimiseSettings", "optimise", "read_optimise_settings"]
