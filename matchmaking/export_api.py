"""Tables to take away, for the pages and for tokens alike: one address a kind and file format."""

from typing import Any

from django.http import Http404, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from catalog.exporting import download
from catalog.table_writing import WRITERS

from .exports import TABLES


class ExportView(APIView):
    """GET: everything of this kind that one may see, streamed; `?mine=true`: what one may change, or is one's own."""

    permission_classes = [IsAuthenticated]

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, kind: str, form: str) -> StreamingHttpResponse:
        if kind not in TABLES or form not in WRITERS:
            raise Http404
        table = TABLES[kind](request.user, request.query_params.get("mine") == "true")
        return download(table, kind, form)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """The ending names the format; whatever else a client would accept, errors are JSON."""
        return super().perform_content_negotiation(request, force=True)
