"""What brokers teach about words over HTTP as JSON: which mean the same, and which sentences do not."""

from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from accounts.rest.narrowing import Narrowing
from accounts.rest.problems import Conflict
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved
from catalog.filters import NumberFilter
from catalog.models import Concept

from . import glossary
from .models import GlossaryEntry, GlossaryVerdict, Match
from .models.glossary import LONGEST_WORDS

SAME = OpenApiExample(
    "Two wordings mean the same",
    {"match": 7, "need_words": "the rinse water smells", "offer_words": "anaerobic fouling"},
    request_only=True,
)
LONGEST_SENTENCE = 5000  # characters


class EntrySerializer(serializers.ModelSerializer):
    """Of sentences that do not belong together the words are not kept, so that both are empty."""

    class Meta:
        model = GlossaryEntry
        fields = ["id", "verdict", "need_words", "need_language", "offer_words", "offer_language", "concept"]
        fields += ["cluster", "match", "made_at", "withdrawn_at"]
        extra_kwargs = {name: {"required": True} for name in fields}

    def to_representation(self, entry: GlossaryEntry) -> dict[str, Any]:
        hidden = {"need_words": "", "offer_words": ""} if entry.verdict == GlossaryVerdict.WRONG else {}
        return super().to_representation(entry) | hidden


class TaughtSerializer(serializers.Serializer):
    """For `wrong`, both sentences as the bridge of the match has them."""

    match = serializers.IntegerField(min_value=1)
    verdict = serializers.ChoiceField(choices=GlossaryVerdict.choices, default=GlossaryVerdict.SAME)
    need_words = serializers.CharField(max_length=LONGEST_SENTENCE)
    offer_words = serializers.CharField(max_length=LONGEST_SENTENCE)
    concept = serializers.PrimaryKeyRelatedField(
        queryset=Concept.objects.active().without_vectors(), required=False, allow_null=True, default=None
    )

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if said["verdict"] == GlossaryVerdict.SAME:
            for name in ("need_words", "offer_words"):
                if len(said[name]) > LONGEST_WORDS:
                    problem = serializers.CharField.default_error_messages["max_length"]
                    raise serializers.ValidationError({name: [problem.format(max_length=LONGEST_WORDS)]})
        return said


class GlossaryFilter(filters.FilterSet):
    match = NumberFilter("match")
    verdict = filters.ChoiceFilter(choices=GlossaryVerdict.choices)
    withdrawn = filters.BooleanFilter("withdrawn_at", lookup_expr="isnull", exclude=True)


class GlossaryViewSet(Listed, Retrieved, Resource):
    """The glossary of one's clusters, also what was taken back."""

    queryset = GlossaryEntry.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = EntrySerializer
    filter_backends = [Narrowing]
    filterset_class = GlossaryFilter
    orderings = ("id", "made_at")
    scopes = {"create": Scope.BROKER, "destroy": Scope.BROKER}

    def get_queryset(self) -> QuerySet:
        return GlossaryEntry.objects.visible_to(self.request.user).defer("reading", "lengths")

    @extend_schema(request=TaughtSerializer, responses={201: EntrySerializer}, examples=[SAME])
    @once
    def create(self, request: Request) -> Response:
        """Say on a match of your cluster that two wordings mean the same, or that two sentences do not."""
        taught = TaughtSerializer(data=request.data)
        taught.is_valid(raise_exception=True)
        return self.row(self._teach(**taught.validated_data).pk, status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Take an entry back: the matches it bears on are made anew."""
        entry = self.get_object()
        self.check_version(pk)
        if not glossary.take_back(entry, by=request.user):
            raise Conflict
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _teach(self, match: int, verdict: str, **words: Any) -> GlossaryEntry:
        seen = Match.objects.visible_to(self.request.user).with_documents().filter(pk=match).first()
        if seen is None:
            raise exceptions.ValidationError({"match": [_("There is no such match.")]})
        try:
            if verdict == GlossaryVerdict.SAME:
                return glossary.join(seen, by=self.request.user, **words)
            pair = {"need": words["need_words"], "offer": words["offer_words"]}
            return glossary.part(seen, glossary.key_of(pair), by=self.request.user)
        except ValidationError as error:
            raise exceptions.ValidationError({"need_words": error.messages}) from error
