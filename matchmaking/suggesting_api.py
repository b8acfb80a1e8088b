"""Other offers for the need of a match over HTTP as JSON: searched and suggested by its broker."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.problems import Unavailable
from accounts.rest.repeating import once
from catalog.encoder.failures import EncoderError
from catalog.models import Offer
from catalog.presenting import Shown
from catalog.serializers import ShownOfferSerializer

from .disclosure import offers_visible_to
from .models import Match
from .particulars_api import MatchSerializer
from .progress import match_status
from .search_api import SearchedSerializer
from .suggesting import suggest, suggestible
from .viewer import Seen

FOUND_BY_HAND = OpenApiExample("One that was found", {"offer": 12}, request_only=True)


class WantedOfferSerializer(SearchedSerializer):
    """What is searched among the offers that may be proposed for the need; without words the newest."""

    kind = None  # offers only


class SuggestibleSerializer(serializers.Serializer):
    """An offer, and its match with this need where there is one already."""

    offer = ShownOfferSerializer()
    match = serializers.IntegerField(allow_null=True)
    status = serializers.CharField(help_text="Where that match stands, in words; empty without one.")


class SuggestiblesSerializer(serializers.Serializer):
    """The hits, best first, at most 50; `is_partial` where only words could be compared."""

    results = SuggestibleSerializer(many=True)
    is_partial = serializers.BooleanField()


class SuggestedSerializer(serializers.Serializer):
    """The offer that is suggested."""

    offer = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class SuggestsOthers:
    """Adds `{id}/others/` and `{id}/suggest/` to the resource of matches."""

    @extend_schema(parameters=[WantedOfferSerializer], responses=SuggestiblesSerializer)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def others(self, request: Request, pk: int) -> Response:
        """Other offers for the need of this match, by meaning and by words, for a broker of its cluster."""
        need, wanted = self._led(pk).match.need, WantedOfferSerializer(data=request.query_params).search()
        found, known = suggestible(need, wanted, by=request.user)
        results = [told(offer, known.get(offer.pk)) for offer in found.documents]
        return Response({"results": results, "is_partial": found.is_partial})

    @extend_schema(
        request=SuggestedSerializer, responses={200: MatchSerializer, 201: MatchSerializer}, examples=[FOUND_BY_HAND]
    )
    @action(detail=True, methods=["post"], problems=("unavailable",))
    @once
    def suggest(self, request: Request, pk: int) -> Response:
        """Propose another offer for the need of this match. It becomes a match like any other, and nobody is asked
        before it is accepted; 200 with the match where the two are one already."""
        match, chosen = self._led(pk).match, SuggestedSerializer(data=request.data)
        chosen.is_valid(raise_exception=True)
        offer = self._offer(**chosen.validated_data)
        try:
            made = suggest(match, offer, by=request.user)
        except EncoderError as error:
            raise Unavailable from error
        answer = self.row(made.match.pk)
        if made.is_new:
            answer.status_code = status.HTTP_201_CREATED
            answer["Location"] = reverse("api-match-detail", args=[made.match.pk])
        return answer

    def _led(self, pk: int) -> Seen:
        """404 for what one may not see, 403 for what others suggest for."""
        seen = self._seen(pk)
        if not seen.leads:
            raise exceptions.PermissionDenied(_("Only a broker of the cluster of this need suggests offers for it."))
        return seen

    def _offer(self, offer: int) -> Offer:
        found = offers_visible_to(self.request.user).select_related("organisation").filter(pk=offer).first()
        if found is None:
            raise exceptions.ValidationError({"offer": [_("There is no such offer.")]})
        return found


def told(offer: Offer, match: Match | None) -> dict[str, Any]:
    shown = ShownOfferSerializer(context={"editable": {}}).to_representation(Shown(offer))
    known = {"match": None, "status": ""}
    if match:
        known = {"match": match.pk, "status": match_status(match, decides=True).words}
    return {"offer": shown} | known
