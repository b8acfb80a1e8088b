"""How much of offers and needs a match lets somebody see, beyond what `catalog` shows them anyway.

the asked side of an accepted match, and its broker    at least the teaser
the brokers of a second cluster that has to agree,     at least the teaser
while it is undecided
both sides and the broker after an introduction        everything
the brokers who take care of a need, or look around    everything of the need
for it
"""

from django.db.models import Case, Q, QuerySet, SmallIntegerField, Value, When
from django.db.models.functions import Greatest

from accounts.models import Cluster, User, own_organisations
from catalog.codes import Disclosure, State
from catalog.compiled import disclosed
from catalog.models import Attachment, Need, Offer
from catalog.models.attachment import AttachmentQuerySet
from catalog.models.document import DocumentQuerySet

from .codes import ASKED_STATES, UNDECIDED_STATES
from .models import Match, Scouting

NOTHING, TEASER, FULL = (Value(level.value) for level in Disclosure)


def offers_visible_to(user: User) -> DocumentQuerySet:
    """Offers of which the person may see anything, with `disclosure` saying how much."""
    return offers_disclosed_to(user).filter(disclosure__gt=Disclosure.NONE)


def needs_visible_to(user: User) -> DocumentQuerySet:
    """Needs of which the person may see anything, with `disclosure` saying how much."""
    return needs_disclosed_to(user).filter(disclosure__gt=Disclosure.NONE)


def offers_disclosed_to(user: User) -> DocumentQuerySet:
    """All offers, with `disclosure` saying how much of each the person may see: for some that are known already."""
    return _offers(Offer.objects.all(), user)


def needs_disclosed_to(user: User) -> DocumentQuerySet:
    """All needs, likewise."""
    return _needs(Need.objects.all(), user)


def attachments_visible_to(user: User) -> AttachmentQuerySet:
    """Files of the documents that the person sees in full."""
    return Attachment.objects.of_fully_disclosed(offers_visible_to(user), needs_visible_to(user))


@disclosed
def _offers(offers: DocumentQuerySet, user: User) -> DocumentQuerySet:
    offers = offers.with_disclosure_to(user)
    if not user.is_authenticated:
        return offers
    own = Q(need__organisation__in=own_organisations(user))
    return _widened(offers, _earned("offer", own, user))


@disclosed
def _needs(needs: DocumentQuerySet, user: User) -> DocumentQuerySet:
    needs = needs.with_disclosure_to(user)
    if not user.is_authenticated:
        return needs
    own = Q(offer__organisation__in=own_organisations(user))
    return _widened(needs, [_cared_for(user), *_earned("need", own, user)])


def _clusters_of(user: User) -> QuerySet:
    """Without those that stand for other installations: a match opens nothing to them."""
    return Cluster.objects.local().brokered_by(user).values("pk")


def _brokered(user: User) -> Q:
    return Q(cluster__in=_clusters_of(user))


def _cared_for(user: User) -> When:
    routed_here = Match.objects.filter(_brokered(user)).values("need")
    looked_for = Scouting.objects.live().filter(_brokered(user)).values("need")
    cared_for = _brokered(user) | Q(pk__in=routed_here) | Q(pk__in=looked_for)
    return When(~Q(state=State.DRAFT) & cared_for, then=FULL)


def _earned(name: str, own: Q, user: User) -> list[When]:
    """What the matches of the person open of their documents of this name."""
    second = Q(second_cluster__in=_clusters_of(user))
    concerned = own | _brokered(user) | second
    introduced = Match.objects.introduced().filter(concerned)
    asked = Match.objects.filter(Q(state__in=ASKED_STATES) & concerned | Q(state__in=UNDECIDED_STATES) & second)
    return [
        When(pk__in=introduced.values(name), then=FULL),
        When(pk__in=asked.values(name), then=TEASER),
    ]


def _widened(documents: DocumentQuerySet, earned: list[When]) -> DocumentQuerySet:
    through_matches = Case(*earned, default=NOTHING, output_field=SmallIntegerField())
    widest = Greatest("disclosure", through_matches, output_field=SmallIntegerField())
    return documents.annotate(disclosure=widest)
