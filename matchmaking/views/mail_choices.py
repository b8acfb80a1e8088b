"""Choosing from a mail, without signing in: which mails come and how often, and what becomes of a text that ends.

As with answers, following a link changes nothing; the page has one button, and that one acts.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature, SignatureExpired
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import Cluster, Door, Organisation, User
from catalog.codes import State
from catalog.models import Document, Need, Offer

from ..consent import choose, is_silenced, leave, left_groups, speak_again
from ..expiry import next_end
from ..forms import EndForm, MailChoiceForm
from ..letters import written_for
from ..links import DocumentLink, is_for, read_document, read_settings, read_unsubscribe
from ..models import MailGroup
from .answering import closed

MODELS = {"need": Need, "offer": Offer}


# Which mails, how often


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mail_settings(request: HttpRequest) -> HttpResponse:
    """For whoever is signed in; here mail to an address that came back can be switched on again, too."""
    person = request.user
    if "again" in request.POST:
        speak_again(person.email)
        messages.success(request, _("We write to you again."))
        return redirect("mail-settings")
    form = choice_form(request, person)
    if request.method == "POST" and form.is_valid():
        choose(person, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("mail-settings")
    return choices_page(request, person, form, is_silenced=is_silenced(person.email))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_settings_link(request: HttpRequest, token: str) -> HttpResponse:
    try:
        person = User.objects.filter(pk=read_settings(token), is_active=True).first()
    except SignatureExpired:
        return closed(request, "expired")
    except BadSignature:
        return closed(request, "broken", status=404)
    if person is None:
        return closed(request, "closed")
    with written_for(person):
        form = choice_form(request, person)
        if is_done := request.method == "POST" and form.is_valid():
            choose(person, **form.cleaned_data, door=Door.MAIL)
        return choices_page(request, person, form, is_done=is_done)


def choice_form(request: HttpRequest, person: User) -> MailChoiceForm:
    wanted = [group for group in MailGroup.values if group not in left_groups(person)]
    initial = {"frequency": person.digest_frequency, "groups": wanted}
    is_broker = person.is_staff or Cluster.objects.brokered_by(person).exists()
    return MailChoiceForm(request.POST if request.method == "POST" else None, initial=initial, is_broker=is_broker)


def choices_page(request: HttpRequest, person: User, form: MailChoiceForm, **more: bool) -> HttpResponse:
    context = {"person": person, "form": form, "is_done": False, "is_silenced": False} | more
    return render(request, "matchmaking/mail_settings.html", context, status=422 if form.errors else 200)


# Leaving


@csrf_exempt  # one-click unsubscribing (RFC 8058) is a POST by the mail program: no cookie, no token but the link's
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    try:
        link = read_unsubscribe(token)
    except BadSignature:
        return closed(request, "broken", status=404)
    person = User.objects.filter(pk=link.user_id).first()
    if person is None:
        return closed(request, "closed")
    if request.method == "POST":
        leave(person, link.groups, Door.MAIL)
    has_left = set(link.groups) <= left_groups(person)
    with written_for(person):
        groups = [MailGroup(group).label for group in link.groups]
        return render(request, "matchmaking/unsubscribe.html", {"person": person, "groups": groups, "left": has_left})


# A text that ends


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def document_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Keep or close a need or an offer, for the person the mail was sent to."""
    try:
        link = read_document(token)
    except SignatureExpired:
        return closed(request, "expired")
    except BadSignature:
        return closed(request, "broken", status=404)
    person = User.objects.filter(pk=link.user_id, is_active=True).first()
    document = person and document_of(link, person)
    if document is None:
        return closed(request, "closed")
    with written_for(person):
        return document_page(request, link, document)


def document_of(link: DocumentLink, person: User) -> Document | None:
    """The document, if it is still the person's, still open or just expired, and still ends on the same day."""
    own = Organisation.objects.of(person)
    documents = MODELS[link.kind].objects.filter(organisation__in=own, state__in=(State.PUBLISHED, State.EXPIRED))
    document = documents.without_vectors().select_related("organisation").filter(pk=link.pk).first()
    return document if document and is_for(link, document) else None


def document_page(request: HttpRequest, link: DocumentLink, document: Document) -> HttpResponse:
    context = {"document": document, "act": link.act, "until": next_end(), "form": None, "is_done": False}
    if link.act == "close":
        context["form"] = EndForm(request.POST if request.method == "POST" else None, document=document)
    is_ready = request.method == "POST" and (link.act == "extend" or context["form"].is_valid())
    if is_ready and link.act == "extend":
        document.publish(until=next_end())
    elif is_ready and not document.close(State(context["form"].cleaned_data["end"])):
        return closed(request, "closed")
    status = 422 if context["form"] and context["form"].errors else 200
    return render(request, "matchmaking/document_answer.html", context | {"is_done": is_ready}, status=status)
