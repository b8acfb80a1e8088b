"""All suites, in the order in which they run: importing this module registers them."""

from . import matching

__all__ = ["matching"]
