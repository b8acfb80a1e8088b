"""Whether brokers of a second cluster have to agree to a match, and who agreed for the first.

A match belongs to the cluster of its need. Where the offer is of a member of another cluster that has brokers, too,
one of them decides after one of the need's, and nobody of the two sides is asked before. How the match moves is said
in `reviewing`.
"""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects

from accounts.models import Brokership, Cluster, User

from .codes import Verdict
from .models import Match, Review

WITH_BROKERS = Prefetch("reviews", Review.objects.select_related("broker").order_by("created_at", "pk"))


def partner_of(match: Match, user: User) -> Cluster | None:
    """The cluster whose brokers decide after this person has accepted the match; None where nobody has to: there is
    no such cluster, somebody of it has the match already, or the person decides for both. Of an offer from another
    installation it is the cluster that stands for that one."""
    if match.second_cluster_id:
        return None
    if match.offer.organisation.origin:
        return match.peer.cluster if match.peer and not match.peer.ended_at else None
    if user.is_staff:
        return None
    brokers = Brokership.objects.approved().filter(cluster=OuterRef("pk"), user__is_active=True)
    clusters = Cluster.objects.local().of_organisation(match.offer.organisation).order_by("pk")
    clusters = clusters.annotate(has_brokers=Exists(brokers), is_own=Exists(brokers.filter(user=user)))
    found = list(clusters.select_related("organisation"))
    if any(one.is_own or one.pk == match.cluster_id for one in found):
        return None
    return next((one for one in found if one.has_brokers), None)


def home_of(match: Match) -> Cluster | None:
    """The cluster here that takes care of the match: that of the need, or of the offer where the need is from another
    installation."""
    return match.second_cluster if match.need.organisation.origin else match.cluster


def reviews_of(match: Match) -> list[Review]:
    """Oldest first, with who made them; read once for a page."""
    prefetch_related_objects([match], WITH_BROKERS)
    return list(match.reviews.all())


def agreement_of(match: Match) -> Review | None:
    """The decision by which the match came to its second cluster."""
    return next(reversed(agreements_of(match)), None) if match.second_cluster_id else None


def agreements_of(match: Match) -> list[Review]:
    """Every decision by which the match came to a second cluster, also where the first took it back later."""
    return agreements_among(reviews_of(match), match)


def agreements_among(reviews: Iterable[Review], match: Match) -> list[Review]:
    """Of all that were made of the match, the oldest first."""
    found, is_there = [], False
    for review in reviews:
        if review.took_from_id:
            is_there = False
        elif review.verdict == Verdict.ACCEPT and not is_there:
            found.append(review)
            is_there = True
    return found if match.second_cluster_id or not is_there else found[:-1]


def acceptances_of(match: Match) -> list[Review]:
    """What brokers of one or both clusters accepted and nobody took back."""
    accepted = [review for review in reviews_of(match) if review.verdict == Verdict.ACCEPT]
    agreement = agreement_of(match)
    return accepted[accepted.index(agreement) :] if agreement else accepted


def read_agreements(matches: Iterable[Match]) -> None:
    """For many matches at once, so that `agreement_of` asks nothing more."""
    prefetch_related_objects([match for match in matches if match.second_cluster_id], WITH_BROKERS)
