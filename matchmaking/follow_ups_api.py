"""How it went, over HTTP as JSON: the questions to one's own side with their answers, and for brokers both sides'."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Door
from accounts.rest import problems
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved

from .codes import Progress, Reason
from .follow_ups import Told, tell
from .models import Achievement, FollowUp

FIGURES = ["kind", "jobs", "savings", "green_effect", "quote"]
MOST = 2_000_000_000  # what the columns hold


class AchievementSerializer(serializers.ModelSerializer):
    """What came of it, as one side said."""

    class Meta:
        model = Achievement
        fields = ["side", *FIGURES, "may_publish", "told_at"]
        extra_kwargs = {name: {"required": True} for name in fields} | {
            name: {"max_value": MOST, "min_value": 0, "required": True} for name in ("jobs", "savings")
        }


class AchievedSerializer(AchievementSerializer):
    """What a side achieved; only what is sent is written. `may_publish`: with the organisation's name."""

    class Meta(AchievementSerializer.Meta):
        fields = [*FIGURES, "may_publish"]
        extra_kwargs = {name: {"required": False} for name in fields} | {
            name: {"max_value": MOST, "min_value": 0, "required": False} for name in ("jobs", "savings")
        }


class FollowUpSerializer(serializers.ModelSerializer):
    match = serializers.IntegerField(source="case.match_id")
    achievement = serializers.SerializerMethodField()

    class Meta:
        model = FollowUp
        fields = ["id", "match", "side", "months", "asked_at", "progress", "reason", "note", "answered_at"]
        fields += ["achievement"]
        extra_kwargs = {name: {"required": True} for name in fields if name not in ("match", "achievement")}

    def get_achievement(self, one: FollowUp) -> AchievementSerializer(allow_null=True):
        own = next((told for told in one.case.achievements.all() if told.side == one.side), None)
        return AchievementSerializer(own).data if own else None


class TellSerializer(serializers.Serializer):
    """How it went; nothing needs a reason."""

    progress = serializers.ChoiceField(choices=Progress.choices)
    reason = serializers.ChoiceField(choices=Reason.choices, required=False)
    note = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    achieved = AchievedSerializer(required=False)


class FollowUpViewSet(Listed, Retrieved, Resource):
    """Questions six and twelve months after an introduction; `answer` can be sent again when something changed."""

    queryset = FollowUp.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = FollowUpSerializer
    orderings = ("id", "asked_at")

    def get_queryset(self) -> QuerySet:
        return FollowUp.objects.visible_to(self.request.user).with_documents().prefetch_related("case__achievements")

    @extend_schema(request=TellSerializer, responses=FollowUpSerializer)
    @action(detail=True, methods=["post"])
    @once
    def answer(self, request: Request, pk: int) -> Response:
        """Say how it went, and what was achieved."""
        follow_up, said = self._question(pk), TellSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        told = Told(**said.validated_data)
        if not tell(follow_up, told, by=request.user, seen=follow_up.answered_at, door=Door.API):
            raise problems.Conflict
        return self.row(pk)

    def _question(self, pk: int) -> FollowUp:
        """In the version the caller has read, if it says which; 404 for what one may not see."""
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise exceptions.NotFound
        self.check_version(pk)
        return found
