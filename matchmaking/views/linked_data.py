"""Open data for other programs: one offer or need as JSON-LD, the vocabulary as Turtle. Nobody has to sign in."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import etag, require_safe

from catalog.linked_data import revision, schema_org, turtle, written
from catalog.models import Document, Need, Offer
from catalog.presenting import Shown

from ..links import absolute

MODELS = {"needs": Need, "offers": Offer}


def data_of(document: Document) -> str:
    """What everybody may know of it, whoever asks; empty where that is nothing, or another installation's."""
    public = (
        type(document).objects.local().visible_to(AnonymousUser()).without_vectors().select_related("organisation")
    )
    found = public.filter(pk=document.pk).first()
    return written(schema_org(Shown(found), absolute(found.get_absolute_url()))) if found else ""


@require_safe
def document_data(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    if kind not in MODELS:
        raise Http404
    data = data_of(get_object_or_404(MODELS[kind].objects.local().visible_to(AnonymousUser()).only("pk"), pk=pk))
    response = HttpResponse(data, content_type="application/ld+json")
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
@etag(lambda request: revision())
def vocabulary(request: HttpRequest) -> StreamingHttpResponse:
    response = StreamingHttpResponse(turtle(settings.SITE_URL), content_type="text/turtle; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    return response
