"""Saved searches as Atom feeds, and the widget that shows open needs or offers on a cluster's own site."""

from csp.decorators import csp_replace
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_POST, require_safe

from ..feeds import atom, close_feed, open_feed
from ..forms import WidgetForm
from ..links import absolute
from ..models import SavedSearch
from ..site import sees_queue
from ..widget import contents_of, snippet_of


@never_cache
@require_safe
def feed(request: HttpRequest, key: str) -> HttpResponse:
    saved = get_object_or_404(SavedSearch.objects.with_feed().select_related("owner"), feed_key=key)
    body = atom(saved, absolute(request.path))
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8", headers={"X-Robots-Tag": "noindex"})


@login_required
@require_POST
def saved_search_feed(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the search an address of its own, or take it away."""
    saved = get_object_or_404(SavedSearch.objects.of(request.user).filter(client_email=""), pk=pk)
    change = close_feed if request.POST.get("end") else open_feed
    change(saved)
    return redirect("saved-search-list")


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@cache_control(public=True, max_age=300)
@require_safe
def widget(request: HttpRequest) -> HttpResponse:
    """What everybody may see, whoever looks: it is the same for all, and sets no cookie."""
    form = WidgetForm(request.GET)
    if not form.is_valid():
        raise Http404
    with translation.override(form.cleaned_data["language"] or translation.get_language()):
        return render(None, "matchmaking/widget.html", contents_of(form.cleaned_data))


@cache_control(public=True, max_age=86400)
@require_safe
def widget_accent(request: HttpRequest, accent: str) -> HttpResponse:
    css = f":root{{--accent:light-dark(#{accent},color-mix(in oklch,#{accent} 45%,white))}}"
    return HttpResponse(css, content_type="text/css")


@login_required
@require_safe
def widget_code(request: HttpRequest) -> HttpResponse:
    """What a cluster copies into its own site."""
    if not sees_queue(request):
        raise Http404
    form = WidgetForm(request.GET or None, initial={"kind": "need"})
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {"kind": "need"}
    context = {"form": form, "snippet": snippet_of(wanted)}
    return render(request, "matchmaking/widget_code.html", context, status=422 if form.errors else 200)
