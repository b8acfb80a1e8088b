"""Cases for the brokers who take care of them: the board, and the changes made on the page of a match."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from .. import cases, handover
from ..board import HEADINGS, BoardFilter, cards_of, columns_of
from ..case_forms import HandoverForm, MoveForm, NoteForm, PlanForm, SeenForm
from ..models import Case
from ..models.case import IDLE_AFTER
from ..site import sees_queue
from .matches import seen_or_404, shown
from .paging import page_of

DOCUMENTS = ("match__need__organisation", "match__offer__organisation", "match__cluster__organisation")


@login_required
@require_safe
def case_board(request: HttpRequest) -> HttpResponse:
    """All columns, each with its first cases; or one of them, page by page."""
    if not sees_queue(request):
        raise PermissionDenied
    wishes = BoardFilter(request.GET, user=request.user)
    found = wishes.apply(Case.objects.visible_to(request.user))
    state = request.GET.get("state")
    context = one_column(request, found, state) if state in HEADINGS else all_columns(request, found)
    context |= {
        "filter": wishes,
        "is_broker": True,
        "several_clusters": "cluster" in wishes.fields,
        "section": "cases",
    }
    return render(request, "matchmaking/case_board.html", context)


def all_columns(request: HttpRequest, found: object) -> dict[str, object]:
    columns = columns_of(request.user, found)
    return {"columns": columns, "count": sum(column.count for column in columns), "state": ""}


def one_column(request: HttpRequest, found: object, state: str) -> dict[str, object]:
    page = page_of(request, found.filter(match__state=state).most_urgent_first(), wide=True)
    cards = cards_of(request.user, page.object_list)
    return {"page": page, "cards": cards, "count": page.paginator.count, "state": state, "heading": HEADINGS[state]}


@login_required
@require_POST
def case_move(request: HttpRequest, pk: int) -> HttpResponse:
    case = case_or_404(request, pk)
    form = MoveForm(request.POST, case=case)
    said = _("Saved. Both sides and your colleagues see where it stands.")
    return changed(request, case, form, said, lambda data: cases.move(case, by=request.user, **data))


@login_required
@require_POST
def case_plan(request: HttpRequest, pk: int) -> HttpResponse:
    case = case_or_404(request, pk)
    form = PlanForm(request.POST, case=case)
    said = _("Saved. The board sorts the case by that day, and your digest reminds you when it has passed.")
    if not form["on"].data:
        said = _("Saved. Your digest reminds you when nothing is heard of the case for %(n)d days.")
        said %= {"n": IDLE_AFTER.days}
    return changed(request, case, form, said, lambda data: cases.plan(case, by=request.user, **data))


@login_required
@require_POST
def case_take(request: HttpRequest, pk: int) -> HttpResponse:
    case, form = case_or_404(request, pk), SeenForm(request.POST)
    said = _("You take care of this case from now on.")
    return changed(request, case, form, said, lambda data: cases.take(case, by=request.user, **data))


@login_required
@require_POST
def case_note(request: HttpRequest, pk: int) -> HttpResponse:
    case, form = case_or_404(request, pk), NoteForm(request.POST)
    said = _("Noted. Only brokers read it.")
    return changed(request, case, form, said, lambda data: bool(cases.note(case, by=request.user, **data)))


@login_required
@require_POST
def case_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    case = case_or_404(request, pk)
    form = HandoverForm(request.POST, case=case, by=request.user)
    said = _("Handed over. Who takes care of it now and both sides are told by mail.")
    return changed(request, case, form, said, lambda data: handover.hand_over(case, by=request.user, **data))


def case_or_404(request: HttpRequest, pk: int) -> Case:
    visible = Case.objects.visible_to(request.user).select_related("owner", *DOCUMENTS)
    return get_object_or_404(visible, pk=pk)


def changed(
    request: HttpRequest, case: Case, form: SeenForm | NoteForm, said: str, change: Callable[[dict], bool]
) -> HttpResponse:
    """Change the case and say what happens next; or show what is wrong, or that somebody was faster."""
    if not form.is_valid() and not is_outdated(form, case):
        return shown(request, seen_or_404(request, case.match_id), **{f"{form.prefix or 'take'}_form": form})
    try:
        was_first = form.is_valid() and change(form.cleaned_data)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("match-detail", case.match_id)
    if was_first:
        messages.success(request, f"{case.match}: {said}", f"{form.prefix}-{case.pk}")
        return redirect_to(case, request)
    outdated = _("Somebody changed this case while you looked at it. Nothing was changed; look again.")
    messages.warning(request, outdated)
    return redirect("match-detail", case.match_id)


def redirect_to(case: Case, request: HttpRequest) -> HttpResponse:
    """The page of its match, or the board when it is in other hands now."""
    is_ours = Case.objects.visible_to(request.user).filter(pk=case.pk).exists()
    return redirect("match-detail", case.match_id) if is_ours else redirect("case-board")


def is_outdated(form: SeenForm | NoteForm, case: Case) -> bool:
    """Whether the form was filled in before somebody else changed the case: then its choices may be gone."""
    return form.cleaned_data.get("seen", case.version) != case.version
