"""Demand, as a provider sees it: what the catalogue could serve, what is missing, how its offers fare."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import Organisation, User
from catalog.presenting import Shown

from ..catalogue import Catalogue, declines, fared, gaps, servable
from ..catalogue_charts import concepts_asked_for, course_of_offers, reasons_over_time
from ..charts import filled_first

SHOWN = 10


class CatalogueFilter(forms.Form):
    """Whose catalogue, for people of several organisations and for brokers; nonsense means all."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), required=False, empty_label=_("all")
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["organisation"].queryset = Organisation.objects.writable_by(user).order_by("name")

    def catalogue(self) -> Catalogue:
        chosen = self.cleaned_data["organisation"] if self.is_valid() else None
        every = self.fields["organisation"].queryset
        return Catalogue(self.user, [chosen] if chosen else list(every))


@login_required
@require_safe
def demand(request: HttpRequest) -> HttpResponse:
    form = CatalogueFilter(request.GET, user=request.user)
    catalogue = form.catalogue()
    if not catalogue.organisations:
        return render(request, "catalog/no_organisation.html", {"section": "offers"})
    rows = [(Shown(need), need.offer) for need in servable(catalogue, SHOWN)]
    figures = [
        course_of_offers(fared(catalogue, SHOWN)),
        reasons_over_time(declines(catalogue)),
        concepts_asked_for(gaps(catalogue, SHOWN)),
    ]
    resting = [one for one in catalogue.organisations if one.is_resting]
    context = {"filter": form, "resting": resting, "rows": rows, "charts": filled_first(figures), "section": "offers"}
    return render(request, "matchmaking/demand.html", context)
