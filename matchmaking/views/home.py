"""The first page: for a visitor what this is and a try without an account, for others what waits for them."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from catalog.encoder.failures import EncoderError
from catalog.kept_text import keep, kept
from catalog.models import Need, Offer
from catalog.views import looked_up, only_looks, with_words

from ..correcting import CorrectionForm
from ..forms import TrialForm
from ..models import Case
from ..queue import extent, listed
from ..site import sees_queue
from ..standing import need_status, offer_status, with_demand, with_progress
from ..trial import is_still_reading, may_try, tried
from ..viewer import seen_by

SHOWN_HERE = 5  # rows of each list; the whole list is one click away
SHORT = 250  # characters: of shorter texts we find half as much, see README


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return dashboard(request)
    return render(request, "matchmaking/home.html", {"form": TrialForm(), "sayings": []})


def dashboard(request: HttpRequest) -> HttpResponse:
    needs = with_progress(Need.objects.written_for(request.user), request.user)
    offers = with_demand(Offer.objects.written_for(request.user), request.user)
    context = {
        "needs": [(need, need_status(need)) for need in most_wanted(needs)],
        "offers": [(offer, offer_status(offer)) for offer in most_wanted(offers)],
        "kept_text": kept(request),
    }
    if sees_queue(request):
        context |= queue_summary(request)
    return render(request, "matchmaking/dashboard.html", context)


def most_wanted(documents: QuerySet) -> QuerySet:
    readable = documents.without_vectors().select_related("organisation")
    return readable.order_by("-wanted", "-updated_at")[:SHOWN_HERE]


def queue_summary(request: HttpRequest) -> dict:
    waiting = listed(request.user, "waiting")
    best = waiting.with_documents().best_first()[:SHOWN_HERE]
    return {
        "best": seen_by(request.user, best),
        "is_broker": True,
        **extent(waiting),
        "silent": listed(request.user, "silent").count(),
        "stuck": Case.objects.visible_to(request.user).without_next_step().count(),
    }


@require_POST
def try_it(request: HttpRequest) -> HttpResponse:
    """Matching for a visitor: nothing is stored, and only teasers are shown."""
    form = TrialForm(with_words(request.POST))
    if form.is_valid() and not may_try(get_adapter(request).get_client_ip(request)):
        form.add_error(None, _("That was a lot of tries. Come back in an hour, or create an account."))
    if not form.is_valid():
        return render(request, "matchmaking/home.html", {"form": form, "sayings": []}, status=422)
    if only_looks(request.POST):
        return render(request, "matchmaking/home.html", {"form": form, "sayings": looked_up(form.data, "need")})
    if "keep" in request.POST:
        keep(request, form.cleaned_data["text"])
        return redirect("need-new" if request.user.is_authenticated else "account_signup")
    try:
        context = {"form": form, "sayings": []} | suggested(form.cleaned_data["text"], request.POST)
    except EncoderError:
        form.add_error(None, _("The texts cannot be compared at the moment. Try again in a minute."))
        return render(request, "matchmaking/home.html", {"form": form, "sayings": []}, status=422)
    return render(request, "matchmaking/try.html", context)


def suggested(text: str, asked: QueryDict) -> dict:
    """What was understood of the text, as corrected, and the suggestions that follow."""
    corrections = CorrectionForm(asked).corrections()
    reading, suggestions = tried(text, corrections, (get_language() or "en")[:2])
    form = CorrectionForm(initial=corrections._asdict(), found=reading.detected)
    return {
        "reading": reading,
        "correction_form": form,
        "suggestions": suggestions,
        "is_too_early": not suggestions and is_still_reading(),
        "is_short": len(text) < SHORT,
    }


@require_safe
@cache_control(max_age=3600)
def accent(request: HttpRequest) -> HttpResponse:
    """The accent colour of this installation as a style sheet: the security policy forbids inline styles."""
    return render(request, "matchmaking/accent.css", {"accent": settings.SITE_ACCENT}, content_type="text/css")
