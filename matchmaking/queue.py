"""What a broker has to decide, and where the decided cases stand: the lists of the queue and their filters."""

from django import forms
from django.db.models import Min, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.codes import Country
from accounts.models import Cluster, User
from catalog.codes import Ecosystem

from .codes import INTRODUCED_STATES, MatchState
from .models import Match

LISTS = {
    "waiting": _("Waiting for you"),
    "asked": _("Being asked"),
    "introduced": _("Introduced"),
    "silent": _("No answer"),
    "parked": _("Parked"),
}
STATES = {
    "asked": (MatchState.ACCEPTED,),
    "introduced": INTRODUCED_STATES,
    "silent": (MatchState.LAPSED,),
    "parked": (MatchState.PARKED,),
}


class QueueFilter(forms.Form):
    """Which part of the queue; everything is optional, and nonsense in the address means no filter."""

    cluster = forms.ModelChoiceField(Cluster.objects.none(), required=False, label=_("Cluster"), empty_label=_("all"))
    sector = forms.ChoiceField(choices=[("", _("all")), *Ecosystem.choices], required=False, label=_("Sector"))
    country = forms.ChoiceField(choices=[("", _("all")), *Country.choices], required=False, label=_("Country"))
    order = forms.ChoiceField(
        choices=[("", _("best first")), ("oldest", _("oldest first"))], required=False, label=_("Order")
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        clusters = clusters_of(user)
        self.fields["cluster"].queryset = clusters
        if len(clusters) < 2:
            del self.fields["cluster"]

    def apply(self, matches: QuerySet[Match]) -> QuerySet[Match]:
        wishes = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        if cluster := wishes.get("cluster"):
            matches = matches.filter(cluster=cluster)
        if sector := wishes.get("sector"):
            matches = matches.filter(need__ecosystems__contains=[sector])
        if country := wishes.get("country"):
            matches = matches.filter(need__organisation__country=country)
        return matches.order_by("created_at", "pk") if wishes.get("order") == "oldest" else matches.best_first()


def clusters_of(user: User) -> QuerySet[Cluster]:
    clusters = Cluster.objects.all() if user.is_staff else Cluster.objects.brokered_by(user)
    return clusters.select_related("organisation").order_by("organisation__name")


def decided_by(user: User) -> QuerySet[Match]:
    """All matches this person decides on."""
    return Match.objects.all() if user.is_staff else Match.objects.brokered_by(user)


def listed(user: User, name: str) -> QuerySet[Match]:
    """The matches of one of `LISTS`."""
    mine = decided_by(user)
    return mine.filter(state__in=STATES[name]) if name in STATES else mine.awaiting_review()


def oldest(matches: QuerySet[Match]) -> object:
    """When the match that waits longest was proposed; None where nothing waits."""
    return matches.order_by().aggregate(oldest=Min("created_at"))["oldest"]
