"""Open needs or offers on a cluster's own site: which rows, and the lines of HTML that bring them there."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts.models import Cluster
from catalog.presenting import Shown

from .events import excerpt
from .links import absolute
from .models import Kind
from .saved_searches import page_url
from .searching import Search, find

ROWS = 10
EXCERPT = 160


class Snippet(NamedTuple):
    preview: str  # on this site
    frame: str
    script: str


def contents_of(wanted: dict[str, Any]) -> dict[str, Any]:
    """For the template: the newest that everybody may see, without more of them than that."""
    search = Search(wanted["kind"], filters={name: wanted[name] for name in ("ecosystem", "country")})
    fields = {"wanted": wanted, "heading": heading_of(wanted), "site_name": settings.SITE_NAME}
    return fields | {"rows": _rows(search, wanted["cluster"]), "all_url": page_url(search)}


def _rows(search: Search, cluster: Cluster | None) -> list[dict[str, Any]]:
    hits = find(AnonymousUser(), search, among=_of_cluster(cluster)).documents[:ROWS]
    return [_row(Shown(document), absolute(document.get_absolute_url())) for document in hits]


def _row(shown: Shown, url: str) -> dict[str, Any]:
    return {"shown": shown, "excerpt": excerpt(shown, EXCERPT), "url": url}


def _of_cluster(cluster: Cluster | None) -> Q:
    """Those of the cluster's members; without one those of this installation."""
    if cluster is None:
        return Q(organisation__origin="")
    return Q(organisation__in=cluster.memberships.approved().values("organisation"))


def heading_of(wanted: dict[str, Any]) -> str:
    return _("Open needs") if wanted["kind"] == Kind.NEED else _("Open offers")


def snippet_of(wanted: dict[str, Any]) -> Snippet:
    """As a frame, and as a script that makes the frame where it stands."""
    choices = {name: getattr(value, "slug", value) for name, value in wanted.items() if value}
    path = f"{reverse('widget')}?{urlencode(choices)}"
    title = heading_of(wanted)
    src = f'src="{escape(absolute(path))}"'
    frame = f'<iframe {src} title="{escape(title)}" width="100%" height="480" loading="lazy"></iframe>'
    data = " ".join(f'data-{name}="{escape(value)}"' for name, value in {**choices, "title": title}.items())
    script = f'<script src="{escape(absolute(f"{settings.STATIC_URL}matchmaking/widget.js"))}" {data} async></script>'
    return Snippet(path, frame, script)
