"""Acting from a mail without signing in: answering a question.

Following a link changes nothing (mail scanners follow them all): the page has one button, and that one acts.
"""

from django.core.signing import BadSignature, SignatureExpired
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Door, User

from ..codes import Answer, Side
from ..forms import ReasonForm
from ..introductions import answer
from ..letters import written_for
from ..links import AnswerLink, read_answer
from ..models import Ask
from ..viewer import Seen, seen_by

DOCUMENTS = ("match__need__organisation", "match__offer__organisation")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_answer(request: HttpRequest, token: str) -> HttpResponse:
    """One answer to one question, for the person the mail was sent to."""
    try:
        link = read_answer(token)
    except SignatureExpired:
        return closed(request, "expired")
    except BadSignature:
        return closed(request, "broken", status=404)
    person = User.objects.filter(pk=link.user_id, is_active=True).first()
    if person is None:
        return closed(request, "closed")
    with written_for(person):
        return _page(request, link, person)


def _page(request: HttpRequest, link: AnswerLink, person: User) -> HttpResponse:
    asked = Ask.objects.answerable_by(person).select_related(*DOCUMENTS)
    ask = asked.filter(pk=link.ask_id).first()
    seen = next(iter(seen_by(person, [ask.match])), None) if ask else None
    if seen is None or not ask.is_waiting:
        return closed(request, "closed", ask=ask)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or (link.answer == Answer.NO and not form.is_valid()):
        return _question(request, ask, seen, link.answer, form)
    why = form.cleaned_data if link.answer == Answer.NO else {}
    if not answer(ask, link.answer, by=person, door=Door.MAIL, **why):
        return closed(request, "closed", ask=ask)
    return render(request, "matchmaking/ask_answered.html", {"ask": ask, "answer": link.answer})


def _question(request: HttpRequest, ask: Ask, seen: Seen, wanted: str, form: Form) -> HttpResponse:
    context = {
        "ask": ask,
        "own": getattr(seen, ask.side),
        "other": seen.offer if ask.side == Side.NEED else seen.need,
        "pairs": seen.pairs,
        "origin": seen.origin,
        "answer": wanted,
        "form": form if wanted == Answer.NO else None,
    }
    return render(request, "matchmaking/ask_answer.html", context, status=422 if form.errors else 200)


def closed(request: HttpRequest, why: str, *, status: int = 410, ask: Ask | None = None) -> HttpResponse:
    """A link that does nothing any more says so: `why` is expired, broken or closed."""
    return render(request, "matchmaking/link_closed.html", {"why": why, "ask": ask}, status=status)
