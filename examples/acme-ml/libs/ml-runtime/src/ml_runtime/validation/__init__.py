"""Compares new training data with the last that was trusted, and keeps poisoned data out."""

from .checks import Finding, compare
from .profile import Profile, make_profile, measures, read_profile
from .validate import validate

__all__ = ["Finding", "Profile", "compare", "make_profile", "measures", "read_profile", "validate"]
