"""The questions between the two sides of a match: on its page, and what is sent from there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .. import questions
from ..codes import Side
from ..models import Question
from ..question_forms import QuestionForm, ReplyForm
from .matches import seen_or_404, shown


@login_required
@require_POST
def match_ask(request: HttpRequest, pk: int) -> HttpResponse:
    seen = seen_or_404(request, pk)
    if not seen.sides:
        raise PermissionDenied
    side = questions.asking_side(seen)
    form = QuestionForm(request.POST, match=seen.match, side=side, user=request.user)
    if not form.is_valid():
        return shown(request, seen, question_form=form)
    try:
        asked = questions.ask(
            seen.match, side, form.cleaned_data["topic"], form.cleaned_data["text"], by=request.user
        )
    except ValidationError as error:
        form.add_error(None, error)
        return shown(request, seen, question_form=form)
    messages.success(request, said_to(side, asked), f"question-{pk}")
    return back_to(pk)


def said_to(side: str, asked: Question) -> str:
    if side == Side.NEED and not asked.was_passed_on:
        return _("Noted. It goes to the provider when a broker has agreed to this suggestion.")
    return _("Asked, without your name. We write to you when the other side has answered.")


@login_required
@require_POST
def question_answer(request: HttpRequest, pk: int) -> HttpResponse:
    question = get_object_or_404(Question.objects.visible_to(request.user), pk=pk)
    seen = seen_or_404(request, question.match_id)
    question.match = seen.match
    form = ReplyForm(request.POST, question=question, user=request.user)
    if not form.is_valid():
        return shown(request, seen, reply_form=form)
    if questions.answer(question, form.cleaned_data["text"], by=request.user):
        said = _("Sent, without your name. The other side reads it now.")
        messages.success(request, said, f"reply-{pk}")
    else:
        messages.warning(request, _("This was answered before, or the case is closed. Nothing was changed."))
    return back_to(seen.pk)


def back_to(pk: int) -> HttpResponse:
    answer = redirect("match-detail", pk)
    answer["Location"] += "#questions"
    return answer
