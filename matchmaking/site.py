"""What every page and mail knows about this installation, and every page about who looks at it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from rest_framework.permissions import IsAuthenticated

from accounts.models import Brokership, User


def identity(request: HttpRequest) -> dict[str, Any]:
    """Context processor: name, accent colour and imprint of whoever runs the site, whether a broker looks, and of
    brokers whether they have a cluster, for whose clients they may enter texts: an administrator need not."""
    return {
        "site_name": settings.SITE_NAME,
        "site_accent": settings.SITE_ACCENT,
        "site_imprint_url": settings.SITE_IMPRINT_URL,
        "is_broker": SimpleLazyObject(lambda: sees_queue(request)),
        "has_cluster": SimpleLazyObject(lambda: not request.user.is_staff or leads(request.user)),
        "section": "",
        "this_page": this_page(request),
    }


def this_page(request: HttpRequest) -> str:
    """Where the language switch comes back to. An answer to a form may have no page at its own address: there it is
    the page on which the form stood."""
    return request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "/")


def sees_queue(request: HttpRequest) -> bool:
    """Whether the person decides on matches; asked by the navigation of every page."""
    user = request.user
    if not user.is_authenticated:
        return False
    return user.is_staff or leads(user)


def leads(user: User) -> bool:
    """Whether the person is a broker of a cluster."""
    return Brokership.objects.approved().filter(user=user).exists()


class ForBrokers(IsAuthenticated):
    """Of the API: for whoever sees the queue."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return super().has_permission(request, view) and sees_queue(request)
