"""The tables of `accounts`, one module a subject."""

from .admission import Admission
from .cluster import Brokership, Cluster, ClusterMembership
from .organisation import Membership, Organisation
from .user import User

__all__ = ["Admission", "Brokership", "Cluster", "ClusterMembership", "Membership", "Organisation", "User"]
