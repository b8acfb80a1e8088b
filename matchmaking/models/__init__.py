"""The tables of `matchmaking`, one module a subject."""

from .ask import Ask
from .introduction import Introduction
from .mail import Mail
from .match import Match, Run
from .review import Review

__all__ = ["Ask", "Introduction", "Mail", "Match", "Review", "Run"]
