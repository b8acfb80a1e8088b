"""The tables of `accounts`, one module a subject."""

from .admission import Admission
from .cluster import Brokership, Cluster, ClusterMembership, brokered_clusters
from .consent import Act, Consent, Door, Subject
from .kept_answer import KeptAnswer
from .organisation import (
    Membership,
    Organisation,
    brokered_organisations,
    linked_organisations,
    own_organisations,
)
from .personal_token import PersonalToken, Scope
from .user import User

__all__ = [
    "Act",
    "Admission",
    "Brokership",
    "Cluster",
    "ClusterMembership",
    "Consent",
    "Door",
    "KeptAnswer",
    "Membership",
    "Organisation",
    "PersonalToken",
    "Scope",
    "Subject",
    "User",
    "brokered_clusters",
    "brokered_organisations",
    "linked_organisations",
    "own_organisations",
]
