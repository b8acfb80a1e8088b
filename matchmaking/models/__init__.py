"""The tables of `matchmaking`, one module a subject."""

from .ask import Ask
from .digest import DigestItem, DigestRound, Section
from .introduction import Introduction
from .mail import Mail, MailKind, MailState
from .match import Match, Run
from .review import Review
from .scouting import Scouting, ScoutingState

__all__ = [
    "Ask",
    "DigestItem",
    "DigestRound",
    "Introduction",
    "Mail",
    "MailKind",
    "MailState",
    "Match",
    "Review",
    "Run",
    "Scouting",
    "ScoutingState",
    "Section",
]
