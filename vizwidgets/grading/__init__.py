"""Instant checks of exercises: points per criterion, reasons in words, and a score that graders can read."""

from .checks import Checks
from .closeness import close
from .evidence import keep_record
from .seeds import fresh_seed

__all__ = ["Checks", "close", "fresh_seed", "keep_record"]
