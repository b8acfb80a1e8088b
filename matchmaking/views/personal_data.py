"""Your data: seen and downloaded, the log of what you agreed to, and the way out."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.leaving import departure_of
from accounts.models import Consent

from ..erasure import erase
from ..forms import EraseForm
from ..personal_data import data_of
from .paging import page_of


@login_required
@never_cache
@require_safe
def personal_data(request: HttpRequest) -> HttpResponse:
    page = page_of(request, Consent.objects.of(request.user).newest_first())
    return render(request, "matchmaking/personal_data.html", {"page": page})


@login_required
@never_cache
@require_safe
def personal_data_download(request: HttpRequest) -> HttpResponse:
    response = JsonResponse(data_of(request.user), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="my-data-{timezone.localdate()}.json"'
    return response


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_erase(request: HttpRequest) -> HttpResponse:
    """Says what goes and what stays; the password is asked for, because there is no way back."""
    form = EraseForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid() and erased(request, form):
        return redirect("home")
    context = {"form": form, "departure": departure_of(request.user)}
    return render(request, "matchmaking/account_erase.html", context, status=422 if form.errors else 200)


def erased(request: HttpRequest, form: EraseForm) -> bool:
    try:
        erase(request.user)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    logout(request)
    said = _("Your account and what belonged to it are erased. Nothing more is sent to you.")
    messages.success(request, said, extra_tags="account-erased")  # the browser then forgets its drafts, too
    return True
