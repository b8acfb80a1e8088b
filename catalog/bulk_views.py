"""Several offers at once: choose them in the list, change them, take it back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from .bulk import UNDO_SECONDS, Action, change, changeable, take_back
from .models import Offer

KEY = "changed_offers"  # of the session


class BulkForm(forms.Form):
    """What to do with the offers that are selected."""

    action = forms.ChoiceField(choices=Action.choices, label=gettext_lazy("With those selected"))


@login_required
@require_POST
def offer_bulk(request: HttpRequest) -> HttpResponse:
    form, chosen = BulkForm(request.POST), [pk for pk in request.POST.getlist("offer") if pk.isdecimal()]
    if not chosen or not form.is_valid():
        messages.error(request, _("Select at least one offer, and what to do with it."))
        return redirect("offer-list")
    action = form.cleaned_data["action"]
    changed = change(changeable(request.user, chosen, action), action)
    request.session[KEY] = {"rows": changed, "at": timezone.now().timestamp()}
    told = ngettext("%(n)d offer changed.", "%(n)d offers changed.", len(changed)) % {"n": len(changed)}
    left = len(chosen) - len(changed)
    if left:
        told += " " + ngettext("%(n)d stays as it is.", "%(n)d stay as they are.", left) % {"n": left}
    messages.success(request, told)
    return redirect("offer-list")


@login_required
@require_POST
def offer_bulk_undo(request: HttpRequest) -> HttpResponse:
    rows = request.session.pop(KEY, {}).get("rows", [])
    count = len(take_back(Offer.objects.editable_by(request.user), rows))
    told = ngettext("%(n)d offer is as it was.", "%(n)d offers are as they were.", count) % {"n": count}
    if count < len(rows):
        told += " " + _("What was changed since stays.")
    messages.success(request, told)
    return redirect("offer-list")


def bulk_context(request: HttpRequest) -> dict[str, Any]:
    """For the page of the list: the form, and how many offers can be taken back."""
    latest = request.session.get(KEY, {"rows": [], "at": 0})
    is_fresh = timezone.now().timestamp() - latest["at"] < UNDO_SECONDS
    return {"bulk": BulkForm(), "undoable": len(latest["rows"]) if is_fresh else 0}
