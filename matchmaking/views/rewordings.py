"""Changing a text with its author's consent: a broker proposes, the author compares both texts and says yes or no."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.signing import BadSignature, SignatureExpired
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Door, User
from catalog.models import Document, Need, Offer, Rewording
from catalog.rewording import changes_in, is_of_others, take_back
from catalog.rewording_forms import RewordingForm
from catalog.views import editable

from .. import rewordings
from ..letters import written_for
from ..links import read_rewording
from .answering import closed

ANSWERS = ("yes", "no")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_reword(request: HttpRequest, pk: int) -> HttpResponse:
    return reword(request, editable(request, Need, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def offer_reword(request: HttpRequest, pk: int) -> HttpResponse:
    return reword(request, editable(request, Offer, pk))


def reword(request: HttpRequest, document: Document) -> HttpResponse:
    kind = document._meta.model_name
    if not is_of_others(document, request.user):
        return redirect(f"{kind}-edit", document.pk)  # one's own text, or one whose author cannot be asked
    form = RewordingForm(request.POST or None, document=document)
    if request.method == "POST" and form.is_valid():
        said = {"note": form.cleaned_data["note"], "seen": form.cleaned_data["seen"]}
        try:
            proposed = rewordings.propose(document, form.texts, by=request.user, **said)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Proposed. The author compares both texts; until a yes nothing changes."))
            return redirect("rewording", proposed.pk)
    context = {"form": form, "document": document, "section": f"{kind}s"}
    return render(request, "matchmaking/rewording_new.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rewording(request: HttpRequest, pk: int) -> HttpResponse:
    """For the author, who answers here, and for brokers, who see where it stands."""
    mine = Rewording.objects.editable_by(request.user).with_documents()
    proposed = get_object_or_404(mine, pk=pk)
    if request.method != "POST":
        return compared(request, proposed, request.user)
    if not rewordings.is_author(proposed, request.user):
        raise PermissionDenied
    if request.POST.get("answer") in ANSWERS and rewordings.answer(proposed, request.POST["answer"], by=request.user):
        messages.success(request, said_to(proposed))
    else:
        messages.warning(request, _("This was settled before, or the text was changed. Nothing was changed now."))
    return redirect(proposed.document)


def said_to(proposed: Rewording) -> str:
    if proposed.is_accepted:
        return _("Thank you. The text reads as proposed now, and we compare it anew.")
    return _("Thank you. Your text stays as it is.")


def compared(request: HttpRequest, proposed: Rewording, person: User, **more: object) -> HttpResponse:
    document = proposed.document
    context = {
        "proposed": proposed,
        "document": document,
        "changes": changes_in(proposed) if proposed.answered_at is None else [],
        "may_answer": rewordings.may_answer(proposed, person),
        "section": f"{document._meta.model_name}s",
    }
    return render(request, "matchmaking/rewording.html", context | more)


@login_required
@require_POST
def rewording_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """By a broker; the author says no instead."""
    proposed = get_object_or_404(Rewording.objects.editable_by(request.user).with_documents(), pk=pk)
    if not is_of_others(proposed.document, request.user):
        raise PermissionDenied
    if take_back(proposed):
        messages.success(request, _("Taken back. The author is not asked any more."))
    return redirect(proposed.document)


# From the mail


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rewording_answer(request: HttpRequest, token: str) -> HttpResponse:
    """By the link of a mail, for the person it was sent to; looking changes nothing."""
    try:
        link = read_rewording(token)
    except SignatureExpired:
        return closed(request, "expired")
    except BadSignature:
        return closed(request, "broken", status=404)
    person = User.objects.filter(pk=link.user_id, is_active=True).first()
    proposed = Rewording.objects.with_documents().filter(pk=link.rewording_id).first()
    if person is None or proposed is None or not rewordings.may_answer(proposed, person):
        return closed(request, "closed")
    with written_for(person):
        return answered(request, proposed, person)


def answered(request: HttpRequest, proposed: Rewording, person: User) -> HttpResponse:
    answer = request.POST.get("answer") if request.method == "POST" else None
    if answer not in ANSWERS:
        return compared(request, proposed, person)
    if not rewordings.answer(proposed, answer, by=person, door=Door.MAIL):
        return closed(request, "closed")
    return compared(request, proposed, person, said=said_to(proposed))
