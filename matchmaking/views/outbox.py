"""The development machine's mails at /dev/mail/: listed, and shown as text, as HTML and with their headers.

Only where DEBUG is on. The HTML of a mail is shown in a frame that may run nothing and load nothing; a click on
one of its links opens the page in place of the outbox.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from ..mailbox import Letter, newest, read

FRAMED = (
    "sandbox allow-top-navigation-by-user-activation; "
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
)


def debug_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if not settings.DEBUG:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@debug_only
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    context = {"letters": newest(), "folder": settings.EMAIL_FILE_PATH}
    return render(request, "matchmaking/dev_mail_list.html", context)


@debug_only
@require_safe
def mail_detail(request: HttpRequest, name: str) -> HttpResponse:
    letter = letter_or_404(name)
    return render(request, "matchmaking/dev_mail_detail.html", {"letter": letter, "text": letter.part("plain")})


@debug_only
@require_safe
@xframe_options_sameorigin
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    html = letter_or_404(name).part("html")
    response = HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))
    response["Content-Security-Policy"] = FRAMED
    return response


def letter_or_404(name: str) -> Letter:
    if letter := read(name):
        return letter
    raise Http404
