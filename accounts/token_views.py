"""The page where a person gives programs access to the API, and takes it back."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from .models import Brokership, PersonalToken, Scope, User

DAYS = (7, 30, 90, 365)


def lifetimes() -> list[tuple[int, str]]:
    """Asked for with each form: the words are the reader's."""
    return [(days, ngettext("%d day", "%d days", days) % days) for days in DAYS]


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("What is it for?"),
        help_text=gettext_lazy("For example: our CRM. You will know it again by this."),
        max_length=80,
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("What may it do?"), choices=Scope.choices, widget=forms.RadioSelect, initial=Scope.READ
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("For how long?"),
        choices=lifetimes,
        coerce=int,
        initial=30,
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if not (user.is_staff or Brokership.objects.approved().filter(user=user).exists()):
            self.fields["scope"].choices = [choice for choice in Scope.choices if choice[0] != Scope.BROKER]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: HttpRequest) -> HttpResponse:
    """Those there are, and a new one. Its secret is on the page that answers, and nowhere afterwards."""
    form, secret = TokenForm(request.POST or None, user=request.user), ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        lasts = timedelta(days=data["days"])
        _made, secret = PersonalToken.objects.make(
            request.user, name=data["name"], scope=data["scope"], lasts=lasts, most=settings.API_TOKENS
        )
        form = TokenForm(user=request.user)
    context = {"form": form, "secret": secret, "tokens": PersonalToken.objects.of(request.user)}
    return render(request, "accounts/token_list.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def token_end(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(PersonalToken.objects.of(request.user), pk=pk).token.delete()
    messages.success(request, _("Ended. Programs that use it are refused from now on."))
    return redirect("token-list")
