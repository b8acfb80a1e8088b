"""All suites, in the order in which they run: importing this module registers them."""

from . import doors, encoding, mail, matching, pages, peers, rematching, search

__all__ = ["doors", "encoding", "mail", "matching", "pages", "peers", "rematching", "search"]
