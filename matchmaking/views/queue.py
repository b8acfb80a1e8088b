"""The broker's queue: its lists, several matches decided together, and decisions taken back."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from .. import reviewing
from ..codes import MatchState, Verdict
from ..forms import ParkForm, ReasonForm
from ..models import Ask, Match, Review
from ..models.review import ReviewQuerySet
from ..queue import LISTS, QueueFilter, extent, listed
from ..site import sees_queue
from ..undoing import undo_all, undoable_by
from ..viewer import seen_by
from .paging import page_of

MOST = 100  # matches decided in one go


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    if not sees_queue(request):
        raise PermissionDenied
    return decide_chosen(request) if request.method == "POST" else queue_page(request)


def queue_page(request: HttpRequest, wrong: Form | None = None, **shown: object) -> HttpResponse:
    """The list that the address asks for; `wrong` is a form of `shown` that came back with errors."""
    name = request.GET.get("list")
    name = name if name in LISTS else "waiting"
    mine, wishes = listed(request.user, name), QueueFilter(request.GET, user=request.user)
    found = extent(mine, wishes.conditions())
    page = page_of(request, wishes.apply(mine).with_documents(), count=found["shown"], wide=True)
    context = {
        "page": page,
        "rows": seen_by(request.user, page.object_list),
        "list": name,
        "lists": LISTS,
        "label": LISTS[name],
        "filter": wishes,
        "oldest": found["oldest"],
        "is_broker": True,
        "several_clusters": "cluster" in wishes.fields,
        "section": "queue",
        "reject_form": ReasonForm(prefix="reject"),
        "park_form": ParkForm.in_a_month(),
        "undoable": list(named(undoable_by(request.user))[:MOST]),
        "wrong": wrong,
    }
    return render(request, "matchmaking/queue.html", context | shown, status=422 if wrong else 200)


def named(reviews: ReviewQuerySet) -> ReviewQuerySet:
    """With the references of both sides, without their texts and vectors."""
    sides = [f"match__{side}" for side in ("need", "offer")]
    shown = [f"{side}__reference" for side in sides]
    return reviews.select_related(*sides).only("match", "verdict", "created_at", *shown)


# Several together


def decide_chosen(request: HttpRequest) -> HttpResponse:
    versions, verdict = chosen(request), request.POST.get("verdict")
    if not versions or verdict not in Verdict.values:
        messages.warning(request, _("Choose at least one match, then what becomes of it."))
        return redirect(request.get_full_path())
    form = form_of(request, verdict)
    if form is not None and not form.is_valid():
        shown = {f"{verdict}_form": form, "chosen": list(versions)}
        return queue_page(request, wrong=form, **shown)
    matches = Match.objects.decided_by(request.user).filter(pk__in=versions).with_documents()
    outcome = reviewing.decide_all(matches, versions, deciding(request, verdict, form))
    tell(request, outcome, Verdict(verdict))
    return redirect(request.get_full_path())


def chosen(request: HttpRequest) -> dict[int, str]:
    """{match: the version that was shown} of what was ticked."""
    told = [each.partition(":") for each in request.POST.getlist("match")[:MOST]]
    return {int(pk): version for pk, _colon, version in told if pk.isdecimal() and len(pk) < 19}


def form_of(request: HttpRequest, verdict: str) -> Form | None:
    """What has to be said with it."""
    if verdict == Verdict.REJECT:
        return ReasonForm(request.POST, prefix="reject")
    return ParkForm(request.POST) if verdict == Verdict.PARK else None


def deciding(request: HttpRequest, verdict: str, form: Form | None) -> Callable[[Match], bool]:
    decide = {Verdict.ACCEPT: reviewing.accept, Verdict.REJECT: reviewing.reject, Verdict.PARK: reviewing.park}
    said = form.cleaned_data if form else {}
    return lambda match: decide[Verdict(verdict)](match, by=request.user, **said)


def tell(request: HttpRequest, outcome: reviewing.Outcome, verdict: Verdict) -> None:
    """What was decided, what somebody else had decided before, and what could not be decided."""
    if outcome.decided:
        for words in done_words(verdict, outcome.decided):
            messages.success(request, words)
    for words in [*faster_words(outcome.faster), *outcome.refused]:
        messages.warning(request, words)


def done_words(verdict: Verdict, matches: list[Match]) -> list[str]:
    """Apart from the others of those of which one side was interested before, of which another installation asks one,
    and that went to other brokers."""
    accepted = matches if verdict == Verdict.ACCEPT else []
    gone_on = sum(match.state == MatchState.PROPOSED for match in accepted)
    shared = sum(match.state != MatchState.PROPOSED and bool(match.origin) for match in accepted)
    wanted = Ask.objects.given_before().filter(match__in=accepted).count()
    here = len(matches) - gone_on - shared - wanted
    told = [(here, _done_here(verdict, here)), (wanted, _wanted(wanted))]
    told += [(shared, _shared(shared)), (gone_on, _gone_on(gone_on))]
    return [words for count, words in told if count]


def _gone_on(count: int) -> str:
    words = ngettext(
        "Accepted %(count)d match. Now a broker of the other side decides; whoever has not said yes is asked later.",
        "Accepted %(count)d matches. Now brokers of the other side decide; whoever has not said yes is asked later.",
        count,
    )
    return words % {"count": count}


def _wanted(count: int) -> str:
    words = ngettext(
        "Accepted %(count)d match in which the company is interested. The provider is being asked by mail.",
        "Accepted %(count)d matches in which the companies are interested. The providers are being asked by mail.",
        count,
    )
    return words % {"count": count}


def _shared(count: int) -> str:
    words = ngettext(
        "Accepted %(count)d match. Your side is being asked by mail, the other one by its own platform.",
        "Accepted %(count)d matches. Your side of each is being asked by mail, the other one by its own platform.",
        count,
    )
    return words % {"count": count}


def _done_here(verdict: Verdict, count: int) -> str:
    words = {
        Verdict.ACCEPT: ngettext(
            "Accepted %(count)d match. Both sides are being asked by mail.",
            "Accepted %(count)d matches. Both sides of each are being asked by mail.",
            count,
        ),
        Verdict.REJECT: ngettext("Rejected %(count)d match.", "Rejected %(count)d matches.", count),
        Verdict.PARK: ngettext("Parked %(count)d match.", "Parked %(count)d matches.", count),
    }
    return words[verdict] % {"count": count}


def faster_words(matches: list[Match]) -> list[str]:
    """Who decided what and when; the match is left as it is."""
    reviews = Review.objects.filter(match__in=matches).order_by("pk").select_related("broker")
    latest = {review.match_id: review for review in reviews} if matches else {}
    return [earlier_words(match, latest.get(match.pk)) for match in matches]


def earlier_words(match: Match, review: Review | None) -> str:
    if review is None:
        return _("%(match)s has changed since you saw it. Nothing was done to it.") % {"match": match}
    words = {
        Verdict.ACCEPT: _("%(match)s was accepted by %(who)s on %(when)s. Nothing was done to it."),
        Verdict.REJECT: _("%(match)s was rejected by %(who)s on %(when)s. Nothing was done to it."),
        Verdict.PARK: _("%(match)s was parked by %(who)s on %(when)s. Nothing was done to it."),
    }[Verdict(review.verdict)]
    when = date_format(timezone.localtime(review.created_at), "SHORT_DATETIME_FORMAT")
    return words % {"match": match, "who": review.broker or _("somebody who has left"), "when": when}


# Taking back


@login_required
@require_POST
def queue_undo(request: HttpRequest) -> HttpResponse:
    """Take back the decisions named; each by itself, those that cannot be taken back stay."""
    numbers = [each for each in request.POST.get("reviews", "").split(",") if each.isdecimal() and len(each) < 19]
    reviews = Review.objects.filter(pk__in=numbers[:MOST], broker=request.user)
    outcome = undo_all(named(reviews), by=request.user)
    for review, error in outcome.refused:
        messages.warning(request, f"{review.match}: {error}")
    if count := len(outcome.matches):
        words = ngettext("%(count)d decision is taken back.", "%(count)d decisions are taken back.", count)
        messages.success(request, words % {"count": count})
    return redirect(f"{reverse('queue')}?{request.GET.urlencode()}" if request.GET else "queue")
