"""All suites, in the order in which they run: importing this module registers them."""

from . import encoding, mail, matching, peers, rematching, search

__all__ = ["encoding", "mail", "matching", "peers", "rematching", "search"]
