"""The feed of changes over HTTP: `GET /api/v1/changes/?since=cursor`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Organisation
from catalog.presenting import Shown
from catalog.serializers import ShownSerializer

from . import changes
from .models import Change
from .serializers import SeenSerializer

OF_AN_ORGANISATION = ("id", "name", "kind", "country", "region", "size", "languages", "website", "description")


class Ended(exceptions.APIException):
    status_code = status.HTTP_410_GONE
    default_detail = gettext_lazy(
        "This cursor has ended: it is too old, or what you may see has changed. Begin anew without one."
    )
    default_code = "cursor_ended"


class Wanted(serializers.Serializer):
    """What the reader asks for."""

    since = serializers.CharField(required=False, default="", max_length=400, allow_blank=True)
    limit = serializers.IntegerField(required=False, default=200, min_value=1, max_value=1000)
    kind = serializers.MultipleChoiceField(choices=Change.Kind.choices, required=False)


class EntrySerializer(serializers.BaseSerializer):
    """Reads one `Entry`: which record, what happened to it, and the record as the reader may see it."""

    def to_representation(self, entry: changes.Entry) -> dict[str, Any]:
        return {
            "kind": entry.kind,
            "id": entry.pk,
            "change": str(entry.what),
            "at": entry.at,
            "record": _record(entry.record),
        }


def _record(record: Any) -> dict[str, Any] | None:
    if record is None:
        return None
    if isinstance(record, Organisation):
        return {name: getattr(record, name) for name in OF_AN_ORGANISATION}
    if isinstance(record, Shown):
        return ShownSerializer(context={"editable": {}}).to_representation(record)
    return SeenSerializer().to_representation(record)


class DescribedEntry(serializers.Serializer):
    """One record, as it is now and as far as one may see it; null where it is gone."""

    kind = serializers.ChoiceField(choices=Change.Kind.choices)
    id = serializers.IntegerField()
    change = serializers.CharField()
    at = serializers.DateTimeField()
    record = serializers.DictField(allow_null=True)


class FeedSerializer(serializers.Serializer):
    results = DescribedEntry(many=True)
    next = serializers.CharField()
    has_more = serializers.BooleanField()
    keeps_days = serializers.IntegerField()


class ChangesView(APIView):
    """Offers, needs, organisations and matches that changed since a cursor, in order and without gaps.

    Begin without `since` and follow `next` until `has_more` is false; then keep `next` and ask again with it later.
    Each record comes as it is now, so store it whatever `change` says, and forget it at `gone` and `erased`.
    """

    permission_classes = [IsAuthenticatedOrReadOnly]

    problems = ("cursor_ended",)
    kinds: Sequence[str] = Change.Kind.values

    @extend_schema(parameters=[Wanted], responses=FeedSerializer)
    def get(self, request: Request) -> Response:
        page = self._page(request)
        return Response(
            {
                "results": self.told(page.entries),
                "next": str(page.cursor),
                "has_more": page.has_more,
                "keeps_days": settings.CHANGES_DAYS,
            }
        )

    def told(self, entries: Sequence[changes.Entry]) -> list[dict[str, Any]]:
        return EntrySerializer(entries, many=True).data

    def _page(self, request: Request) -> changes.Page:
        wanted = Wanted(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        named = wanted.validated_data.pop("kind") or self.kinds  # none named: all
        kinds = [kind for kind in self.kinds if kind in named]
        try:
            return changes.read(request.user, **wanted.validated_data, kinds=kinds)
        except changes.CursorUnknown as error:
            raise exceptions.ValidationError({"since": [_("This is no cursor of this feed.")]}) from error
        except changes.CursorEnded as error:
            raise Ended from error
