"""All suites, in the order in which they run: importing this module registers them."""

from . import mail, matching, search

__all__ = ["mail", "matching", "search"]
