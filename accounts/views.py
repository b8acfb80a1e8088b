"""The pages of the signed-in person: profile, organisations, and the requests that wait for a decision."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .forms import BrokerForm, ClusterForm, JoinForm, OrganisationForm, ProfileForm
from .models import Brokership, ClusterMembership, Membership, Organisation
from .models.admission import AdmissionQuerySet
from .verification import evidence_of

ADMISSIONS = {
    "memberships": Membership.objects.select_related("user", "organisation"),
    "cluster-memberships": ClusterMembership.objects.select_related("organisation", "cluster__organisation"),
    "brokerships": Brokership.objects.select_related("user", "cluster__organisation"),
}


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method != "POST" or not form.is_valid():
        request.user.refresh_from_db()  # the form has written what was typed into it; the page shows who it is
        return render(request, "accounts/profile.html", {"form": form} | _standing(request))
    form.save()
    messages.success(request, _("Saved."))
    response = redirect("profile")
    response.delete_cookie("django_language")  # from now on the language of the profile counts
    return response


def _standing(request: HttpRequest) -> dict[str, object]:
    """Where the person belongs, and where it may ask."""
    return {
        "memberships": request.user.memberships.select_related("organisation").order_by("organisation__name"),
        "brokerships": request.user.brokerships.select_related("cluster__organisation"),
        "broker_form": BrokerForm(user=request.user),
        "join_form": JoinForm(),
    }


@login_required
@require_POST
def brokership_ask(request: HttpRequest) -> HttpResponse:
    form = BrokerForm(request.POST, user=request.user)
    if not form.is_valid():
        page = {"form": ProfileForm(instance=request.user)} | _standing(request) | {"broker_form": form}
        return render(request, "accounts/profile.html", page)
    form.ask()
    messages.success(request, _("Asked. A broker of the cluster decides; until then nothing changes for you."))
    return redirect("profile")


@login_required
def organisation_join(request: HttpRequest) -> HttpResponse:
    form = JoinForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/organisation_join.html", {"form": form})
    membership = form.join(request.user)
    if membership.state == Membership.State.APPROVED:
        return redirect("organisation", membership.organisation_id)
    messages.success(request, _("Asked. Somebody of the organisation decides; until then nothing changes for you."))
    return redirect("profile")


@login_required
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    known = Organisation.objects.visible_to(request.user).select_related("verified_by")
    shown = get_object_or_404(known, pk=pk)
    return render(request, "accounts/organisation.html", _organisation_page(request, shown))


def _organisation_page(request: HttpRequest, shown: Organisation) -> dict[str, object]:
    manages = Organisation.objects.managed_by(request.user).filter(pk=shown.pk).exists()
    page: dict[str, object] = {"organisation": shown, "manages": manages, "requests": None, "people": None}
    page["verifies"] = Organisation.objects.verifiable_by(request.user).filter(pk=shown.pk).exists()
    if manages or Organisation.objects.of(request.user).filter(pk=shown.pk).exists():
        page["people"] = shown.memberships.approved().select_related("user").order_by("user__name", "pk")
        page["endable"] = set(Membership.objects.endable_by(request.user).values_list("pk", flat=True))
        page["cluster_memberships"] = shown.cluster_memberships.select_related("cluster__organisation")
        page["evidence"] = evidence_of(shown)
        page["owns"] = Organisation.objects.owned_by(request.user).filter(pk=shown.pk).exists()
    if manages:
        page["requests"] = ADMISSIONS["memberships"].decidable_by(request.user).filter(organisation=shown)
        page["cluster_form"] = ClusterForm(organisation=shown)
    return page


@login_required
def organisation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    edited = get_object_or_404(Organisation.objects.managed_by(request.user), pk=pk)
    form = OrganisationForm(request.POST or None, instance=edited)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/organisation_edit.html", {"form": form, "pk": pk})
    form.save()
    messages.success(request, _("Saved."))
    return redirect("organisation", pk)


@login_required
@require_POST
def organisation_verify(request: HttpRequest, pk: int) -> HttpResponse:
    verified = get_object_or_404(Organisation.objects.verifiable_by(request.user), pk=pk)
    if verified.verify(by=request.user):
        messages.success(request, _("Marked as verified. Whoever sees its name sees the mark."))
    else:
        messages.success(request, _("Somebody has marked it as verified before."))
    return redirect("organisation", pk)


@login_required
@require_POST
def organisation_unverify(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Organisation.objects.verifiable_by(request.user), pk=pk).unverify()
    messages.success(request, _("The mark is taken back."))
    return redirect("organisation", pk)


@login_required
@require_POST
def cluster_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the organisation ask a cluster to be let in."""
    asking = get_object_or_404(Organisation.objects.managed_by(request.user), pk=pk)
    form = ClusterForm(request.POST, organisation=asking)
    if not form.is_valid():
        page = _organisation_page(request, asking) | {"cluster_form": form}
        return render(request, "accounts/organisation.html", page)
    form.ask()
    messages.success(request, _("Asked. A broker of the cluster decides."))
    return redirect("organisation", pk)


# Deciding on requests


@login_required
def admission_list(request: HttpRequest) -> HttpResponse:
    page = {
        "people_waiting": _decidable(request, "memberships"),
        "organisations_waiting": _decidable(request, "cluster-memberships"),
        "brokers_waiting": _decidable(request, "brokerships"),
    }
    return render(request, "accounts/admission_list.html", page)


@login_required
@require_POST
def admission_approve(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    decided = get_object_or_404(_decidable(request, kind), pk=pk).approve(by=request.user)
    return _after_decision(request, _("Let in.") if decided else _("Somebody has decided on this before."))


@login_required
@require_POST
def admission_decline(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    decided = get_object_or_404(_decidable(request, kind), pk=pk).decline(by=request.user)
    return _after_decision(request, _("Declined.") if decided else _("Somebody has decided on this before."))


def _decidable(request: HttpRequest, kind: str) -> AdmissionQuerySet:
    return ADMISSIONS[kind].decidable_by(request.user).order_by("requested_at")


def _after_decision(request: HttpRequest, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("admission-list")


# People of an organisation


@login_required
@require_POST
def membership_end(request: HttpRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.endable_by(request.user), pk=pk)
    try:
        membership.end()
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("organisation", membership.organisation_id)
    messages.success(request, _("Removed."))
    stays = Organisation.objects.visible_to(request.user).filter(pk=membership.organisation_id).exists()
    return redirect("organisation", membership.organisation_id) if stays else redirect("profile")


@login_required
@require_POST
def membership_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the role of somebody in an organisation that the person owns."""
    owned = Organisation.objects.owned_by(request.user)
    membership = get_object_or_404(Membership.objects.approved().filter(organisation__in=owned), pk=pk)
    role = request.POST.get("role", "")
    try:
        membership.become(Membership.Role(role))
    except ValueError:
        messages.error(request, _("Choose a role: owner or editor."))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("organisation", membership.organisation_id)
