"""Asking over HTTP: the search, saved searches, and what would fit a text that nobody stores."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.codes import Country, Frequency, Language
from accounts.models import Door, Scope
from accounts.rest.problems import Unavailable
from accounts.rest.repeating import answered, once
from accounts.rest.resources import Listed, Resource, Retrieved
from accounts.rest.tokens import check_token
from catalog.codes import Ecosystem
from catalog.encoder.failures import EncoderError
from catalog.models import Need, Offer
from catalog.presenting import Shown
from catalog.serializers import NeedSerializer, ShownOfferSerializer, ShownSerializer

from .disclosure import offers_visible_to
from .explaining import Proposal
from .feeds import close_feed, open_feed
from .forms import TRIAL_LENGTH
from .links import absolute
from .models import Kind, SavedSearch
from .pipeline import propose
from .reasons import disclosed
from .saved_searches import save, set_frequency
from .searching import Search, find
from .serializers import PairSerializer
from .site import sees_queue
from .views.searching import may_ask

NARROWING = ("ecosystem", "country")


class SearchedSerializer(serializers.Serializer):
    """What is searched."""

    kind = serializers.ChoiceField(choices=Kind.choices, default=Kind.OFFER)
    text = serializers.CharField(max_length=400, required=False, default="", allow_blank=True)
    ecosystem = serializers.ChoiceField(choices=Ecosystem.choices, required=False)
    country = serializers.ChoiceField(choices=Country.choices, required=False)

    def search(self) -> Search:
        self.is_valid(raise_exception=True)
        data = self.validated_data
        narrowing = {name: data[name] for name in NARROWING if name in data}
        return Search(data.get("kind", Kind.OFFER), data["text"].strip(), "", narrowing)


class HitSerializer(ShownSerializer):
    """An offer or a need, as far as one may see it."""

    class Meta(ShownSerializer.Meta):
        model = Offer


class FoundSerializer(serializers.Serializer):
    """The hits, best first, at most 50; `is_partial` where only words could be compared."""

    results = HitSerializer(many=True)
    is_partial = serializers.BooleanField()


class SearchView(APIView):
    """Open offers or needs that one may see, by meaning and by words, in any language."""

    permission_classes = []

    @extend_schema(parameters=[SearchedSerializer], responses=FoundSerializer)
    def get(self, request: Request) -> Response:
        search = SearchedSerializer(data=request.query_params).search()
        if search.text and not may_ask(request):
            raise exceptions.Throttled(3600)
        found = find(request.user, search)
        shown = HitSerializer(context={"editable": {}})
        results = [shown.to_representation(Shown(document)) for document in found.documents]
        return Response({"results": results, "is_partial": found.is_partial})


class SavedSearchSerializer(SearchedSerializer):
    """A search that mails what is new; `client_email` is for brokers only."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=80)
    frequency = serializers.ChoiceField(choices=Frequency.choices, default=Frequency.WEEKLY)
    client_email = serializers.EmailField(required=False, allow_blank=True)
    client_language = serializers.ChoiceField(choices=Language.choices, required=False, allow_blank=True)
    created_at = serializers.DateTimeField(read_only=True)
    feed_url = serializers.CharField(
        read_only=True, help_text="Its Atom feed, for whoever knows this address; empty without one."
    )

    def to_representation(self, saved: SavedSearch) -> dict[str, Any]:
        names = ("id", "name", "kind", "text", "frequency", "client_email", "client_language", "created_at")
        feed_url = absolute(reverse("feed", args=[saved.feed_key])) if saved.feed_key else ""
        return {name: getattr(saved, name) for name in names} | {"feed_url": feed_url} | saved.filters


class RhythmSerializer(serializers.Serializer):
    frequency = serializers.ChoiceField(choices=Frequency.choices)


class SavedSearchViewSet(Listed, Retrieved, Resource):
    """One's own saved searches."""

    queryset = SavedSearch.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = SavedSearchSerializer
    orderings = ("id", "created_at")
    versioned_methods = ("PATCH",)

    def get_queryset(self) -> QuerySet:
        return SavedSearch.objects.of(self.request.user)

    @once
    def create(self, request: Request) -> Response:
        """Keep a search; a client of a broker is asked once by mail whether it is wanted."""
        checked = SavedSearchSerializer(data=request.data)
        search, data = checked.search(), checked.validated_data
        client = {name: data.get(name, "") for name in ("client_email", "client_language")}
        saved = save(request.user, search, data["name"], data["frequency"], client)
        return self.row(saved.pk, status.HTTP_201_CREATED)

    @extend_schema(request=RhythmSerializer, responses=SavedSearchSerializer)
    @transaction.atomic
    def partial_update(self, request: Request, pk: int) -> Response:
        """{"frequency": "daily"}: how often it mails what is new."""
        saved = get_object_or_404(self.get_queryset().select_for_update(of=("self",)), pk=pk)
        self.check_version(pk, is_required=True)
        rhythm = RhythmSerializer(data=request.data)
        rhythm.is_valid(raise_exception=True)
        set_frequency(saved, rhythm.validated_data["frequency"], Door.API)
        return self.row(pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """No more mail of this search."""
        self.check_version(self.get_object().pk)
        SavedSearch.objects.filter(pk=pk).end()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=SavedSearchSerializer)
    @action(detail=True, methods=["post"])
    @once
    def feed(self, request: Request, pk: int) -> Response:
        """Give it a feed at a secret address; a new one takes the place of the old."""
        open_feed(self._own(pk))
        return self.row(pk)

    @extend_schema(request=None, responses={204: None})
    @feed.mapping.delete
    def end_feed(self, request: Request, pk: int) -> Response:
        """The address shows nothing any more."""
        close_feed(self._own(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _own(self, pk: int) -> SavedSearch:
        """One whose hits go to oneself: a client's has no feed."""
        saved = get_object_or_404(self.get_queryset().filter(client_email=""), pk=pk)
        self.check_version(pk)
        return saved


# What would fit


class ActsForSomebody(BasePermission):
    """Brokers, and people of an organisation that has an offer here."""

    message = "This is for brokers, and for people of an organisation that has offers here."

    def has_permission(self, request: Request, view: Any) -> bool:
        return sees_queue(request) or Offer.objects.written_for(request.user).exists()


class AskedSerializer(serializers.Serializer):
    """What is needed, in any language."""

    text = serializers.CharField(min_length=12, max_length=TRIAL_LENGTH)
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    top = serializers.IntegerField(min_value=1, max_value=20, default=5)
    keep = serializers.BooleanField(default=False, help_text="Keep the text as a draft of a need; else it is gone.")
    organisation = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="Whose draft: needed where you write for several."
    )


class ProposedSerializer(serializers.Serializer):
    """One offer that fits, with what speaks for it."""

    rank = serializers.IntegerField()
    offer = ShownOfferSerializer()
    score = serializers.FloatField()
    probability = serializers.FloatField(allow_null=True)
    components = serializers.DictField(
        child=serializers.FloatField(allow_null=True), help_text="Parts of the score; empty unless you are a broker."
    )
    reasons = serializers.ListField(child=serializers.CharField())
    bridge = PairSerializer(many=True)


class ProposalsSerializer(serializers.Serializer):
    """Best first; an empty list says that nothing fits yet."""

    results = ProposedSerializer(many=True)
    kept = serializers.IntegerField(allow_null=True, help_text="The draft that was kept, read under `needs/`.")


DOUGH = "We throw away a third of the dough every evening."
ASKED = OpenApiExample("A need in own words", {"text": DOUGH, "top": 3}, request_only=True)
KEPT = OpenApiExample("Kept as a draft", {"text": DOUGH, "keep": True}, request_only=True)


class ProposeView(APIView):
    """Offers that would fit a text, with reasons and the sentences that answer each other. Nothing of it is kept but
    where `keep` asks for a draft, for which a token needs the scope `write`."""

    permission_classes = [IsAuthenticated, ActsForSomebody]
    problems = ("unavailable",)
    scopes = {"post": Scope.READ}  # it changes nothing, as a rule

    @extend_schema(request=AskedSerializer, responses=ProposalsSerializer, examples=[ASKED, KEPT])
    def post(self, request: Request) -> Response:
        asked = AskedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = dict(asked.validated_data)
        if not wanted.pop("keep"):
            return self._proposed(wanted)
        check_token(request, Scope.WRITE)
        with transaction.atomic():
            return answered(request, lambda: self._proposed(wanted, self._kept(wanted).pk))

    post.takes_a_key = True  # of a draft that is kept; else nothing is

    def _kept(self, wanted: dict[str, Any]) -> Need:
        draft = {name: wanted[name] for name in ("language", "organisation") if name in wanted}
        written = NeedSerializer(data=draft | {"description": wanted["text"]}, context={"request": self.request})
        written.is_valid(raise_exception=True)
        return written.save(author=self.request.user)

    def _proposed(self, wanted: dict[str, Any], kept: int | None = None) -> Response:
        try:
            proposals = propose(text=wanted["text"], top=wanted["top"], language=wanted.get("language"))
        except EncoderError as error:
            raise Unavailable from error
        pks = [proposal.offer.pk for proposal in proposals]
        seen = offers_visible_to(self.request.user).filter(pk__in=pks).without_vectors()
        offers = {offer.pk: Shown(offer) for offer in seen.select_related("organisation")}
        open_to = [(proposal, offers[proposal.offer.pk]) for proposal in proposals if proposal.offer.pk in offers]
        is_broker = sees_queue(self.request)
        results = [told(rank, *one, is_broker) for rank, one in enumerate(open_to, start=1)]
        return Response({"results": results, "kept": kept})


def told(rank: int, proposal: Proposal, offer: Shown, is_broker: bool) -> dict[str, Any]:
    """The offer's words only as far as this person may see them; those of the text are the asker's own. The parts of
    the score for brokers only, as with a match: they tell what providers wish and what brokers have taught."""
    words = [disclosed(reason, offer) for reason in proposal.reasons]
    return {
        "rank": rank,
        "offer": ShownOfferSerializer(context={"editable": {}}).to_representation(offer),
        "score": proposal.score,
        "probability": proposal.probability,
        "components": proposal.components if is_broker else {},
        "reasons": [one for one in words if one],
        "bridge": [
            {"number": number, "need": pair["need"], "offer": offer.strip(pair["offer"]), "concept": ""}
            for number, pair in enumerate(proposal.bridge, start=1)
        ],
    }
