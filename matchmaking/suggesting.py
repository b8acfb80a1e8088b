"""An offer that a broker has found by hand for a need: proposed like the engine's own, with the same figures and
reasons, and marked. A pair has one match however it was found, and no run of the engine takes this one back.
"""

from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from catalog.encoding import identity
from catalog.models import Need, Offer
from catalog.placing import query_of

from . import scouting
from .codes import MatchState
from .explaining import Proposal, explain
from .glossary import sayings_in
from .models import Match
from .pipeline import cluster_of, filled, look, offers_for, rank
from .searching import Found, Search, find

NOT_READ = gettext_lazy("One of the texts has just changed and is not read yet. Try again in a minute.")


def suggestible(need: Need, wanted: Search, *, by: User) -> tuple[Found, dict[int, Match]]:
    """What the search finds among the offers that may be proposed for the need, and those that are; and the matches
    of the need by offer."""
    known = matches_of(need)
    among = Q(pk__in=offers_for(need).values("pk")) | Q(pk__in=known)
    return find(by, wanted, among=among), known


class Suggestion(NamedTuple):
    match: Match
    is_new: bool  # False where the pair was a match already


def suggest(match: Match, offer: Offer, *, by: User) -> Suggestion:
    """Propose another offer for the need of a match that the person decides on.

    Raises PermissionDenied, ValidationError for an offer that must not be proposed, EncoderError.
    """
    need = match.need
    _check_broker(match, by)
    if known := matches_of(need).get(offer.pk):
        return Suggestion(known, is_new=False)
    proposal = weighed(need, offer)
    with transaction.atomic():
        Need.objects.select_for_update(no_key=True).only("pk").get(pk=need.pk)  # runs take turns
        if known := matches_of(need).get(offer.pk):
            return Suggestion(known, is_new=False)
        made = Match.objects.filter(need=need, offer=offer).first() or Match(need=need, offer=offer)
        filled(made, match.cluster, proposal)
        made.run, made.rank = None, 0
        made.suggested_at, made.suggested_by = timezone.now(), by
        made.save()
        scouting.follow(need, match.cluster)
    return Suggestion(made, is_new=True)


def _check_broker(match: Match, user: User) -> None:
    if not Match.objects.led_by(user).filter(pk=match.pk).exists():
        raise PermissionDenied(_("Only a broker of the cluster of this need suggests offers for it."))


def matches_of(need: Need) -> dict[int, Match]:
    """By offer, those that are proposed or decided on."""
    return {one.offer_id: one for one in Match.objects.filter(need=need).exclude(state=MatchState.WITHDRAWN)}


def weighed(need: Need, offer: Offer) -> Proposal:
    """The offer as the engine sees it among all others for the need, whatever its place. Raises as `suggest`."""
    offers = offers_for(need)
    is_ours = not need.organisation.origin  # another installation matches its own needs
    if not (is_ours and need.is_open and offers.filter(pk=offer.pk).exists()):
        raise ValidationError(_("This offer cannot be suggested: it or the need is not open, or out of reach."))
    if need.embedded_from != f"{identity().fingerprint}:{need.text_hash}":
        raise ValidationError(NOT_READ)
    query = query_of(need)
    sayings = sayings_in(need, query, cluster_of(need))
    ranked = rank(need, look(need, query, offers, sayings, {offer.pk}), {offer.pk})
    found = next((one for one in ranked if one.pk == offer.pk), None)
    if found is None:
        raise ValidationError(NOT_READ)
    (told,) = explain(need, [found], sayings)
    return told
