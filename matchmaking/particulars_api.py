"""One match by itself as JSON: with what its page says of it beyond the row of a list."""

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from accounts.models import User
from catalog.presenting import Shown

from .codes import Side, Topic
from .course import next_of
from .particulars import Deciding, Particulars, deciding_of, is_untold, particulars_of
from .serializers import AgreementSerializer, StandingSerializer, agreement_told
from .twin import Twin
from .viewer import Seen

CARD = [
    {"topic": "cost", "label": "Cost to start with", "value": "€5,000 to €25,000"},
    {"topic": "payback", "label": "Pays for itself", "value": ""},
]
TWIN = {
    "means": {"concept": "demand forecasting", "sentence": "It forecasts what is sold.", "language": "en"},
    "aim": {"concept": "food waste prevention", "sentence": "We throw dough away.", "language": "en"},
    "area": "waste",
}
ONE_SIDE = OpenApiExample(
    "What the side of the need reads, shortened",
    {
        "id": 7, "status": "With a broker", "next": "A broker decides.", "likelihood": "Likely", "weights": CARD,
        "twins": [TWIN], "acquainted": {"need": [], "offer": []}, "may_ask": True, "identity": None, "deciding": None,
    },
    response_only=True,
)  # fmt: skip
COLLEAGUE = OpenApiExample(
    "What its broker reads, shortened",
    {
        "id": 7, "weights": CARD, "may_ask": False,
        "deciding": {
            "missing_in_need": ["What may it cost?"], "missing_in_offer": ["How mature is it?"],
            "unanswerable": ["offer"], "rewordable": ["need"], "agreement": None, "decides_next": "Bakers of Porto",
            "decides_now": "", "hindrance": "", "desk": None, "resting_until": None, "said_yes": False,
            "may_suggest": True, "parts": [{"words": "Nearness in meaning", "value": 0.61}], "taught_pairs": [2],
            "is_untold": False,
        },
    },
    response_only=True,
)  # fmt: skip


class WeightSerializer(serializers.Serializer):
    """One line of the card of cost, benefit and risk; without a value the offer does not say, and `topic` is what to
    ask."""

    topic = serializers.ChoiceField(choices=Topic.choices)
    label = serializers.CharField()
    value = serializers.CharField(allow_blank=True)


class MentionedSerializer(serializers.Serializer):
    """A concept by name, and the sentence that says it; empty where none does."""

    concept = serializers.CharField()
    sentence = serializers.CharField()
    language = serializers.CharField()


class TwinSerializer(serializers.Serializer):
    """Which digital means serves which green aim, and in which area."""

    means = MentionedSerializer()
    aim = MentionedSerializer()
    area = serializers.CharField()


class ContactSerializer(serializers.Serializer):
    name = serializers.CharField()
    email = serializers.CharField()


class AcquaintedSerializer(serializers.Serializer):
    """Who was introduced for each side; nobody before the introduction."""

    need = ContactSerializer(many=True)
    offer = ContactSerializer(many=True)


class AlmostSameSerializer(serializers.Serializer):
    """An offer with almost the same text, of which only the best was proposed."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    title = serializers.CharField()
    organisation = serializers.CharField(help_text="Its name; country, kind and size where that may not be known.")


class OtherSideSerializer(serializers.Serializer):
    """Who the side is that another installation introduced."""

    organisation = serializers.CharField()
    website = serializers.CharField()
    people = ContactSerializer(many=True)


class PartSerializer(serializers.Serializer):
    """One of `components` in words."""

    words = serializers.CharField()
    value = serializers.FloatField(allow_null=True)


class DeskSerializer(serializers.Serializer):
    """Whom to write to at the other installation, and the address of the text there."""

    contact = serializers.CharField()
    address = serializers.CharField()


class DecidingSerializer(serializers.Serializer):
    """For whoever decides on the match."""

    missing_in_need = serializers.ListField(
        child=serializers.CharField(), help_text="What neither text says: questions to the side of the need."
    )
    missing_in_offer = serializers.ListField(child=serializers.CharField(), help_text="To the side of the offer.")
    unanswerable = serializers.ListField(
        child=serializers.ChoiceField(choices=Side.choices), help_text="Sides for which nobody could answer here."
    )
    rewordable = serializers.ListField(
        child=serializers.ChoiceField(choices=Side.choices), help_text="Whose text you may propose to change."
    )
    agreement = AgreementSerializer(allow_null=True)
    decides_next = serializers.CharField(
        help_text="The cluster or installation that decides, too, after you accept; empty for none."
    )
    decides_now = serializers.CharField(help_text="The one that decides at present; empty where it is not another's.")
    hindrance = serializers.CharField(help_text="Why it cannot be accepted at present; empty where it can.")
    desk = DeskSerializer(allow_null=True)
    resting_until = serializers.DateField(allow_null=True, help_text="Until when the provider takes none.")
    said_yes = serializers.BooleanField(
        help_text="The side of the need is interested: if you accept, it is not asked again."
    )
    may_suggest = serializers.BooleanField(help_text="Whether you may suggest other offers for this need.")
    parts = PartSerializer(many=True)
    taught_pairs = serializers.ListField(
        child=serializers.IntegerField(), help_text="Numbers of the pairs in `bridge` that a broker has joined."
    )
    is_untold = serializers.BooleanField(help_text="The other installation does not know of the latest step yet.")


class MatchSerializer(StandingSerializer):
    """A match as its page tells it. The context has the `user`. What was asked, what happened, what was decided
    before, the introduction and the case have addresses of their own."""

    weights = WeightSerializer(many=True)
    twins = TwinSerializer(many=True)
    similar_offers = AlmostSameSerializer(many=True)
    acquainted = AcquaintedSerializer()
    may_ask = serializers.BooleanField(help_text="Whether your side may ask the other one something now.")
    identity = OtherSideSerializer(allow_null=True)
    deciding = DecidingSerializer(allow_null=True, help_text="Null for whoever does not decide.")

    def to_representation(self, seen: Seen) -> dict[str, Any]:
        found, decides = particulars_of(seen), deciding_of(seen, self.context["user"])
        return super().to_representation(seen) | {
            "next": str(next_of(seen).words),
            "weights": [] if seen.offer.is_none else [weight._asdict() for weight in seen.weights],
            "twins": [_twin(twin) for twin in found.twins],
            "similar_offers": [_offer(offer) for offer in seen.similar],
            "acquainted": {side: [_contact(one) for one in people] for side, people in found.acquainted.items()},
            "may_ask": found.asks_as is not None,
            "identity": _identity(found),
            "deciding": decides and _deciding(seen, decides) | {"is_untold": is_untold(seen, found.accord)},
        }


def _twin(twin: Twin) -> dict[str, Any]:
    return {"means": twin.means._asdict(), "aim": twin.aim._asdict(), "area": twin.area}


def _offer(offer: Shown) -> dict[str, Any]:
    told = {"id": offer.pk, "reference": offer.reference, "title": offer.title}
    return told | {"organisation": str(offer.organisation)}


def _contact(person: User) -> dict[str, str]:
    return {"name": person.name, "email": person.email}


def _identity(found: Particulars) -> dict[str, Any] | None:
    told = found.accord.identity if found.accord else {}
    if not told:
        return None
    return {name: told.get(name, "") for name in ("organisation", "website")} | {"people": told.get("people", [])}


def _deciding(seen: Seen, decides: Deciding) -> dict[str, Any]:
    match = seen.match
    is_anothers = seen.is_undecided and not seen.may_review
    told = {name: value for name, value in decides._asdict().items() if name != "partner"}
    return told | {
        "agreement": agreement_told(seen),
        "decides_next": str(seen.origin or decides.partner) if decides.partner else "",
        "decides_now": str(seen.origin or match.second_cluster or "") if is_anothers else "",
        "desk": decides.desk and decides.desk._asdict(),
        "may_suggest": seen.leads and not seen.need.is_none,
        "parts": [{"words": part.words, "value": part.value} for part in seen.parts],
        "taught_pairs": [pair.number for pair in seen.bridge if pair.is_taught] if seen.leads else [],
    }
