"""How it went, told by one side: from a mail without signing in, or on the page; and what a broker heard.

Following the link of a mail changes nothing: the page has one button, and that one acts.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature, SignatureExpired
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Door, User

from .. import follow_ups
from ..follow_up_forms import HeardForm, TellForm
from ..letters import written_for
from ..links import read_follow_up
from ..models import FollowUp
from ..viewer import seen_by
from .answering import closed
from .cases import case_or_404
from .matches import seen_or_404, shown


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up_answer(request: HttpRequest, token: str) -> HttpResponse:
    """By the link of a mail, for the person it was sent to; it answers once."""
    try:
        link = read_follow_up(token)
    except SignatureExpired:
        return closed(request, "expired")
    except BadSignature:
        return closed(request, "broken", status=404)
    person = User.objects.filter(pk=link.user_id, is_active=True).first()
    if person is None:
        return closed(request, "closed")
    with written_for(person):
        mine = FollowUp.objects.waiting().answerable_by(person).with_documents()
        follow_up = mine.filter(pk=link.follow_up_id).first()
        return told_page(request, follow_up, person, Door.MAIL) if follow_up else closed(request, "closed")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up_page(request: HttpRequest, pk: int) -> HttpResponse:
    """For whoever is signed in; what was told can be changed here."""
    mine = FollowUp.objects.answerable_by(request.user).with_documents()
    return told_page(request, get_object_or_404(mine, pk=pk), request.user, Door.PAGE)


def told_page(request: HttpRequest, follow_up: FollowUp, person: User, door: str) -> HttpResponse:
    seen = next(iter(seen_by(person, [follow_up.match])), None)
    if seen is None:
        return closed(request, "closed")
    form = TellForm(request.POST if request.method == "POST" else None, follow_up=follow_up)
    is_ready = request.method == "POST" and form.is_valid()
    if is_ready and not follow_ups.tell(follow_up, form.told, by=person, seen=form.seen_at, door=door):
        return closed(request, "closed")
    own, other = follow_ups.sides_of(follow_up, seen)
    context = {"follow_up": follow_up, "own": own, "other": other, "ago": follow_ups.ago(follow_up)}
    context |= {"form": form, "is_done": is_ready, "may_sign_in": request.user.is_authenticated}
    return render(request, "matchmaking/follow_up.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def case_record(request: HttpRequest, pk: int) -> HttpResponse:
    """What a broker heard of one side."""
    case, form = case_or_404(request, pk), HeardForm(request.POST)
    if not form.is_valid():
        return shown(request, seen_or_404(request, case.match_id), heard_form=form)
    follow_ups.record(case, form.cleaned_data["side"], form.fields_heard, by=request.user)
    messages.success(request, _("Recorded. Only the side itself can agree that it is published."))
    return redirect("match-detail", case.match_id)
