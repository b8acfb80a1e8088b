"""The tables of `matchmaking`, one module a subject."""

from .accord import Accord, Handing
from .ask import Ask
from .case import Case, CaseEvent
from .change import Change, ChangeLog, Openness
from .consent import MailGroup, OptOut, SilencedAddress
from .digest import DigestItem, DigestRound, Section
from .follow_up import Achievement, FollowUp
from .glossary import GlossaryEntry, GlossaryVerdict
from .introduction import Introduction
from .mail import EVENT_KINDS, Mail, MailKind, MailState
from .match import Match, Run
from .opening import Opening
from .pace import Pace
from .peer import Peer
from .question import Question
from .ranker import RankerVersion
from .review import Review
from .scouting import Scouting, ScoutingState
from .search import Kind, SavedSearch, SearchHit
from .webhook import Delivery, DeliveryState, Webhook, WebhookEvent

__all__ = [
    "EVENT_KINDS",
    "Accord",
    "Achievement",
    "Ask",
    "Case",
    "CaseEvent",
    "Change",
    "ChangeLog",
    "Delivery",
    "DeliveryState",
    "DigestItem",
    "DigestRound",
    "FollowUp",
    "GlossaryEntry",
    "GlossaryVerdict",
    "Handing",
    "Introduction",
    "Kind",
    "Mail",
    "MailGroup",
    "MailKind",
    "MailState",
    "Match",
    "Opening",
    "Openness",
    "OptOut",
    "Pace",
    "Peer",
    "Question",
    "RankerVersion",
    "Review",
    "Run",
    "SavedSearch",
    "Scouting",
    "ScoutingState",
    "SearchHit",
    "Section",
    "SilencedAddress",
    "Webhook",
    "WebhookEvent",
]
