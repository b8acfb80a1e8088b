"""What a broker teaches on the page of a match: that two wordings mean the same, or that two sentences do not."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .. import glossary
from ..models import GlossaryEntry
from .matches import join_form, seen_or_404, shown


@login_required
@require_POST
def match_join(request: HttpRequest, pk: int) -> HttpResponse:
    seen = seen_or_404(request, pk)
    if not seen.decides:
        raise PermissionDenied
    form = join_form(seen, request.POST)
    if not form.is_valid():
        return shown(request, seen, join_form=form)
    try:
        glossary.join(seen.match, by=request.user, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return shown(request, seen, join_form=form)
    messages.success(request, _("Noted. Needs of your cluster that say the one now find offers that say the other."))
    return redirect("match-detail", pk)


@login_required
@require_POST
def match_part(request: HttpRequest, pk: int) -> HttpResponse:
    seen = seen_or_404(request, pk)
    try:
        glossary.part(seen.match, request.POST.get("pair", ""), by=request.user)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, _("The pair is gone, and it is not shown again for these two sentences."))
    return redirect("match-detail", pk)


@login_required
@require_POST
def glossary_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(GlossaryEntry.objects.visible_to(request.user), pk=pk)
    if glossary.take_back(entry, by=request.user):
        messages.success(request, _("Taken back. The matches it bears on are made anew in a moment."))
    else:
        messages.warning(request, _("This was taken back before. Nothing was changed."))
    return redirect("match-detail", entry.match_id) if entry.match_id else redirect("queue")
