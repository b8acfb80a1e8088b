"""The tables of `accounts`, one module a subject."""

from .admission import Admission
from .cluster import Brokership, Cluster, ClusterMembership
from .consent import Act, Consent, Door, Subject
from .organisation import Membership, Organisation
from .user import User

__all__ = [
    "Act",
    "Admission",
    "Brokership",
    "Cluster",
    "ClusterMembership",
    "Consent",
    "Door",
    "Membership",
    "Organisation",
    "Subject",
    "User",
]
