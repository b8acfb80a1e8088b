"""One match: seen by its broker and both sides, decided, answered, introduced."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User

from .. import dismissing, introductions, reviewing, wanting
from ..case_forms import HandoverForm, MoveForm, NoteForm, PlanForm
from ..codes import INTRODUCED_STATES, MatchState, Side
from ..course import course_of, next_of
from ..follow_up_forms import HeardForm
from ..forms import AnswerForm, DismissForm, JoinForm, ParkForm, ReasonForm
from ..introduction_forms import IntroductionForm
from ..models import Ask, FollowUp, GlossaryEntry, Introduction, Match
from ..particulars import count_opening, deciding_of, is_untold, particulars_of, seen_alone
from ..precedents import precedents_of
from ..question_forms import QuestionForm, ReplyForm
from ..questions import Said, asking_side, said_in
from ..viewer import Seen


@login_required
@require_safe
def match_detail(request: HttpRequest, pk: int) -> HttpResponse:
    seen = seen_or_404(request, pk)
    if request.method == "GET":
        count_opening(seen)
    return shown(request, seen)


def seen_or_404(request: HttpRequest, pk: int) -> Seen:
    seen = seen_alone(request.user, pk)
    if seen is None:
        raise Http404
    return seen


def shown(request: HttpRequest, seen: Seen, **forms: Form) -> HttpResponse:
    """The page of one match, with `forms` that came back with errors in the place of empty ones."""
    introduction, particulars = introduction_of(seen), particulars_of(seen)
    context = particulars._asdict() | {
        "seen": seen,
        "match": seen.match,
        "course": course_of(seen),
        "coming": next_of(seen),
        "reject_form": ReasonForm(prefix="reject"),
        "park_form": ParkForm.in_a_month(),
        "dismiss_form": DismissForm() if seen.may_dismiss else None,
        "answer_form": AnswerForm(),
        "introduction": introduction,
        "introduction_form": IntroductionForm(draft=introduction) if introduction else None,
        "section": section_of(seen),
        "case": None,
        "is_untold": is_untold(seen, particulars.accord),
        "follow_up": follow_up_of(seen) if seen.sides else None,
        "wrong": next(iter(forms.values()), None),
    }
    context |= asked_in(request, seen, particulars.asks_as, forms.get("reply_form"))
    context |= (to_decide_on(seen, request.user) if seen.decides else {}) | forms
    return render(request, "matchmaking/match_detail.html", context, status=422 if forms else 200)


def asked_in(request: HttpRequest, seen: Seen, side: Side | None, reply_form: Form | None) -> dict[str, object]:
    """What the two sides asked each other; `side` may ask more, and `?topic=` chooses what."""
    about = {"match": seen.match, "side": side, "user": request.user}
    topic = {"topic": request.GET.get("topic", "")}
    said = [(one, _reply_form(one, request.user, reply_form)) for one in said_in(seen)]
    form = QuestionForm(initial=topic, **about) if side else None
    asks_provider = asking_side(seen) == Side.NEED
    return {"said": said, "question_form": form, "asks_provider": asks_provider, "wants_topic": topic["topic"]}


def _reply_form(one: Said, user: User, wrong: Form | None) -> Form | None:
    if not one.may_answer:
        return None
    form = ReplyForm(question=one.question, user=user)
    return wrong if wrong is not None and wrong.prefix == form.prefix else form


def section_of(seen: Seen) -> str:
    """Which part of the site the page belongs to."""
    if not seen.decides:
        return "needs"
    return "cases" if seen.match.state in INTRODUCED_STATES else "queue"


def to_decide_on(seen: Seen, user: User) -> dict[str, object]:
    """What only those see who decide."""
    match = seen.match
    return (
        deciding_of(seen, user)._asdict()
        | {
            "is_broker": True,
            "taught": GlossaryEntry.objects.visible_to(user).standing().filter(match=match).order_by("pk"),
            "join_form": join_form(seen),
            "precedents": precedents_of(match, user),
        }
        | (case_of(seen, user) if match.state in INTRODUCED_STATES else {})
    )


def case_of(seen: Seen, user: User) -> dict[str, object]:
    """The case once both sides were introduced, with the forms that change it."""
    case = getattr(seen.match, "case", None)
    if case is None:
        return {}
    forms = {"move_form": MoveForm(case=case), "plan_form": PlanForm(case=case), "note_form": NoteForm()}
    forms |= {"handover_form": HandoverForm(case=case, by=user), "heard_form": HeardForm()}
    return {"case": case, "achievements": sorted(seen.history.achievements, key=lambda one: one.side)} | forms


def follow_up_of(seen: Seen) -> FollowUp | None:
    """The latest question how it went, to a side that looks at the page."""
    asked = [one for one in seen.history.follow_ups if one.side in seen.sides]
    return max(asked, key=lambda one: one.months, default=None)


def join_form(seen: Seen, data: QueryDict | None = None) -> JoinForm:
    return JoinForm(data, concepts=seen.concepts.of(seen.match), prefix="join")


def introduction_of(seen: Seen) -> Introduction | None:
    """For whoever decides: the draft as long as it may still go out, and what went out."""
    introduction = getattr(seen.match, "introduction", None) if seen.decides else None
    if introduction and (introduction.introduced_at or seen.match.state == MatchState.ACCEPTED):
        return introduction
    return None


@login_required
@require_POST
def match_accept(request: HttpRequest, pk: int) -> HttpResponse:
    seen = seen_or_404(request, pk)
    return decided(request, seen, lambda: reviewing.accept(seen.match, by=request.user), lambda: accepted(seen.match))


def accepted(match: Match) -> str:
    """What happens next."""
    if match.state == MatchState.PROPOSED:
        words = _("Accepted. Now a broker of %(cluster)s decides; both sides are asked after that.")
        if introductions.said_yes_before(match):
            words = _("Accepted. Now a broker of %(cluster)s decides; the provider is asked after that.")
        return words % {"cluster": match.origin or match.second_cluster}
    if match.origin:
        words = _("Accepted. Your side is being asked by mail, the other one by %(origin)s.")
        return words % {"origin": match.origin}
    if match.asks.given_before().exists():
        return _("Accepted. The company said before that it is interested; the provider is being asked by mail.")
    return _("Accepted. Both sides are being asked by mail; you see their answers here.")


@login_required
@require_POST
def match_reject(request: HttpRequest, pk: int) -> HttpResponse:
    seen, form = seen_or_404(request, pk), ReasonForm(request.POST, prefix="reject")
    if not form.is_valid():
        return shown(request, seen, reject_form=form)
    said = _("Rejected. It is not proposed again, and the reason helps to find better ones.")
    return decided(
        request, seen, lambda: reviewing.reject(seen.match, by=request.user, **form.cleaned_data), lambda: said
    )


@login_required
@require_POST
def match_park(request: HttpRequest, pk: int) -> HttpResponse:
    seen, form = seen_or_404(request, pk), ParkForm(request.POST)
    if not form.is_valid():
        return shown(request, seen, park_form=form)
    said = _("Parked. It comes back to the queue on %(day)s.") % {"day": date_format(form.cleaned_data["until"])}
    return decided(
        request, seen, lambda: reviewing.park(seen.match, by=request.user, **form.cleaned_data), lambda: said
    )


def decided(request: HttpRequest, seen: Seen, decide: Callable[[], bool], said: Callable[[], str]) -> HttpResponse:
    """Decide, say what happens next, and go on with the queue; or show who was faster, also with an older page."""
    try:
        was_first = request.POST.get("version", seen.match.stamp) == seen.match.stamp and decide()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("match-detail", seen.pk)
    if was_first:
        messages.success(request, f"{seen.match}: {said()}")
        return redirect("queue")
    latest = seen.match.reviews.order_by("-pk").first()
    if latest and latest.broker_id == request.user.pk:
        messages.info(request, _("You have decided this already. Your decision stands below."))
    else:
        messages.warning(request, _("Somebody else decided this before you. What was decided stands below."))
    return redirect("match-detail", seen.pk)


@login_required
@require_POST
def match_answer(request: HttpRequest, pk: int) -> HttpResponse:
    seen, form = seen_or_404(request, pk), AnswerForm(request.POST)
    named = request.POST.get("ask", "")
    asked = Ask.objects.answerable_by(request.user).filter(match=seen.pk)
    ask = get_object_or_404(asked, pk=int(named) if named.isdecimal() else 0)
    if not form.is_valid():
        return shown(request, seen, answer_form=form)
    if introductions.answer(ask, by=request.user, **form.cleaned_data):
        messages.success(request, _("Thank you. Your answer is with the broker."))
    else:
        messages.warning(request, _("This was answered before, or the case is closed. Nothing was changed."))
    return redirect("match-detail", seen.pk)


@login_required
@require_POST
def match_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    seen, form = seen_or_404(request, pk), DismissForm(request.POST)
    if not form.is_valid():
        return shown(request, seen, dismiss_form=form)
    if dismissing.dismiss(seen.match, by=request.user, **form.cleaned_data):
        said = _("Turned down. It is not suggested again, and your reason helps to find better ones.")
        messages.success(request, said)
        return redirect(seen.match.need)
    messages.warning(request, _("A broker decided this before you. Nothing was changed."))
    return redirect("match-detail", seen.pk)


@login_required
@require_POST
def match_want(request: HttpRequest, pk: int) -> HttpResponse:
    seen = seen_or_404(request, pk)
    is_in_time = wanting.want(seen.match, by=request.user)
    said = _("Your broker sees that you are interested when deciding on this suggestion.")
    return wished(request, seen, is_in_time, said)


@login_required
@require_POST
def match_unwant(request: HttpRequest, pk: int) -> HttpResponse:
    seen = seen_or_404(request, pk)
    is_in_time = wanting.unwant(seen.match, by=request.user)
    return wished(request, seen, is_in_time, _("Taken back. It is among your suggestions as before."))


def wished(request: HttpRequest, seen: Seen, is_in_time: bool, said: str) -> HttpResponse:
    """Back to where the button was, in the list of the need or on the page of the match."""
    if not is_in_time:
        messages.warning(request, _("A broker decided this before you. Nothing was changed."))
        return redirect("match-detail", seen.pk)
    messages.success(request, said)
    if "in_list" in request.POST:
        return redirect(f"{seen.match.need.get_absolute_url()}#match-{seen.pk}")
    return redirect(f"{reverse('match-detail', args=[seen.pk])}#want")


@login_required
@require_POST
def match_bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    seen = seen_or_404(request, pk)
    if dismissing.bring_back(seen.match, by=request.user):
        messages.success(request, _("It is among your suggestions again."))
    else:
        messages.warning(request, _("This cannot be taken back any more. Nothing was changed."))
    return redirect(seen.match.need)


@login_required
@require_POST
def match_introduction(request: HttpRequest, pk: int) -> HttpResponse:
    seen = seen_or_404(request, pk)
    if not seen.decides:
        raise PermissionDenied
    introduction = getattr(seen.match, "introduction", None)
    if introduction is None:
        raise Http404
    form = IntroductionForm(request.POST, draft=introduction)
    if not form.is_valid():
        return shown(request, seen, introduction_form=form)
    if introduction.rewrite(**form.cleaned_data):
        said = _("The introduction is saved. It goes out when both sides have said yes.")
        messages.success(request, said, f"introduction-{seen.pk}")
    else:
        outdated = _("The introduction was sent or changed meanwhile, or the case is closed. Nothing was changed.")
        messages.warning(request, outdated)
    return redirect("match-detail", seen.pk)
