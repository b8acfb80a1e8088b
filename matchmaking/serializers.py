"""Matches as JSON: both sides through `Shown`, the evidence as far as both may be seen; and decisions on them."""

from typing import Any

from rest_framework import serializers

from catalog.serializers import ShownNeedSerializer, ShownOfferSerializer

from .codes import Answer, MatchState, Reason, Side, Topic, Verdict
from .models.question import LONGEST
from .viewer import Seen

OF_A_PAIR = ("number", "need", "offer", "concept")


class ReasonSerializer(serializers.Serializer):
    """One reason in words; `share` is its weight beside the strongest one, 0 to 1."""

    code = serializers.CharField()
    words = serializers.CharField()
    share = serializers.FloatField()


class PairSerializer(serializers.Serializer):
    """Two sentences that answer each other, and the concept between them where there is one."""

    number = serializers.IntegerField()
    need = serializers.CharField()
    offer = serializers.CharField()
    concept = serializers.CharField()


class SeenSerializer(serializers.Serializer):
    """Reads one `Seen`: a match as one person sees it."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=MatchState.choices)
    need = ShownNeedSerializer()
    offer = ShownOfferSerializer()
    score = serializers.FloatField()
    probability = serializers.FloatField(allow_null=True)
    components = serializers.DictField(
        child=serializers.FloatField(allow_null=True), help_text="Parts of the score; empty unless you decide."
    )
    reasons = ReasonSerializer(many=True)
    bridge = PairSerializer(many=True)
    similar = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    parked_until = serializers.DateField(allow_null=True)
    may_review = serializers.BooleanField()
    may_answer = serializers.BooleanField()
    may_dismiss = serializers.BooleanField(
        help_text="Whether you may turn it down, or say that it interests you, before a broker decides."
    )
    is_wanted = serializers.BooleanField(
        help_text="The side of the need said before a broker decided that it is interested; false for the other side."
    )

    def to_representation(self, seen: Seen) -> dict[str, Any]:
        match = seen.match
        return {
            "id": seen.pk,
            "state": match.state,
            "need": ShownNeedSerializer(context={"editable": {}}).to_representation(seen.need),
            "offer": ShownOfferSerializer(context={"editable": {}}).to_representation(seen.offer),
            "score": match.score,
            "probability": match.probability,
            "components": seen.components,
            "reasons": seen.reasons,
            "bridge": [{name: getattr(pair, name) for name in OF_A_PAIR} for pair in seen.bridge],
            "similar": [offer.reference for offer in seen.similar],
            "created_at": match.created_at,
            "decided_at": match.decided_at,
            "parked_until": match.parked_until,
            "may_review": seen.may_review,
            "may_answer": seen.ask is not None,
            "may_dismiss": seen.may_dismiss,
            "is_wanted": seen.is_wanted,
        }


class AgreementSerializer(serializers.Serializer):
    """Who of the other cluster accepted it before; `by` is empty where that person has left."""

    by = serializers.CharField()
    cluster = serializers.CharField()
    at = serializers.DateTimeField()


class StandingSerializer(SeenSerializer):
    """A match with where it stands, in the words of the pages."""

    status = serializers.CharField(help_text="What it waits for, in words.")
    next = serializers.CharField(help_text="What comes then, in words; may be empty.")
    likelihood = serializers.CharField(help_text="How probable it is in words; empty where that is not known.")
    cluster = serializers.IntegerField(allow_null=True)
    is_suggested = serializers.BooleanField(help_text="By a broker, not only found by the engine.")

    def to_representation(self, seen: Seen) -> dict[str, Any]:
        return super().to_representation(seen) | {
            "status": str(seen.status.words),
            "next": str(seen.status.next),
            "likelihood": seen.likelihood.words if seen.likelihood else "",
            "cluster": seen.match.cluster_id,
            "is_suggested": seen.match.suggested_at is not None,
        }


def agreement_told(seen: Seen) -> dict[str, Any] | None:
    """For those of the second cluster whose turn it is."""
    agreement = seen.agreement if seen.may_review else None
    if agreement is None:
        return None
    return {"by": str(agreement.broker or ""), "cluster": str(seen.match.cluster), "at": agreement.created_at}


class AskingSerializer(serializers.Serializer):
    """A question to the other side: one of the topics, and words where the topic is "other"."""

    match = serializers.IntegerField()
    topic = serializers.ChoiceField(choices=Topic.choices)
    text = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")


class ReplySerializer(serializers.Serializer):
    text = serializers.CharField(max_length=LONGEST)


class SaidSerializer(serializers.Serializer):
    """Reads one `Said`: a question and its answer as far as the person may read them."""

    id = serializers.IntegerField(source="question.pk")
    match = serializers.IntegerField(source="question.match_id")
    side = serializers.ChoiceField(choices=Side.choices, source="question.side")
    topic = serializers.ChoiceField(choices=Topic.choices, source="question.topic")
    text = serializers.CharField()
    asked_at = serializers.DateTimeField(source="question.asked_at")
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(source="question.answered_at", allow_null=True)
    may_answer = serializers.BooleanField()


class ReviewSerializer(serializers.Serializer):
    """Accept; reject for a reason; park until a day."""

    verdict = serializers.ChoiceField(choices=Verdict.choices)
    reason = serializers.ChoiceField(choices=Reason.choices, required=False)
    until = serializers.DateField(required=False)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)

    NEEDED = {Verdict.ACCEPT: set(), Verdict.REJECT: {"reason"}, Verdict.PARK: {"until"}}
    ALLOWED = {Verdict.ACCEPT: set(), Verdict.REJECT: {"reason", "note"}, Verdict.PARK: {"until", "note"}}

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """The arguments that belong to the verdict, all of them and no other."""
        verdict = data["verdict"]
        given = data.keys() - {"verdict"}
        missing = {name: ["This verdict needs it."] for name in self.NEEDED[verdict] - given}
        foreign = {name: ["It does not belong to this verdict."] for name in given - self.ALLOWED[verdict]}
        if missing or foreign:
            raise serializers.ValidationError(missing | foreign)
        return data


class SeveralSerializer(ReviewSerializer):
    """One verdict on several matches."""

    matches = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=100
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        matches = data.pop("matches")
        return super().validate(data) | {"matches": set(matches)}


class OutcomeSerializer(serializers.Serializer):
    """What became of them: decided now; decided by somebody else before; refused, each with a reason in words."""

    decided = serializers.ListField(child=serializers.IntegerField())
    faster = serializers.ListField(child=serializers.IntegerField())
    refused = serializers.ListField(child=serializers.CharField())


class DismissalSerializer(serializers.Serializer):
    """Why a suggestion is not for the side of the need, and a word to the broker."""

    reason = serializers.ChoiceField(choices=Reason.choices)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class AnswerSerializer(serializers.Serializer):
    """Yes, later, or no for a reason; `side` only for somebody who acts for both."""

    answer = serializers.ChoiceField(choices=Answer.choices)
    reason = serializers.ChoiceField(choices=Reason.choices, required=False)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    side = serializers.ChoiceField(choices=Side.choices, required=False)
