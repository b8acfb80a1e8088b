"""Offers and needs as JSON: read through `Shown`, so that disclosure holds; written with the rules of the forms."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.codes import Country, Language, OrganisationKind, SizeBand
from accounts.models import Organisation

from .codes import ENDS, Disclosure
from .forms import organisations_of, proposed_title
from .language import detect
from .models import Document, Need, Offer
from .presenting import Shown

TEXTS = ("title", "summary", "description", "advantages", "expertise_sought", "partner_role")
WORDS = ("technology_keywords", "market_keywords")
CODES = (
    "state", "stage", "ipr_status", "partnership_types", "partner_kinds", "sdgs", "ecosystems", "countries",
    "valid_until", "published_at",
)  # fmt: skip
OF_OFFERS = ("cost_band", "payback", "evidence", "reversibility")
MONEY = (*OF_OFFERS, "budget_band", "deadline")
EDITORS_ONLY = ("visibility", "external_id", "language_is_detected")


class OwnerSerializer(serializers.Serializer):
    """Whose it is: the name only where it may be known; country, kind and size with the teaser."""

    name = serializers.CharField(allow_null=True)
    origin = serializers.CharField(help_text="The installation it was pulled from; empty for this one.")
    website = serializers.CharField()
    country = serializers.ChoiceField(choices=Country.choices, required=False)
    kind = serializers.ChoiceField(choices=OrganisationKind.choices, required=False)
    size = serializers.ChoiceField(choices=SizeBand.choices, required=False, allow_blank=True)

    def to_representation(self, shown: Shown) -> dict[str, Any]:
        who = {"name": shown.organisation_name or None, "origin": shown.origin, "website": shown.website}
        return who | shown.whereabouts


class ShownSerializer(serializers.ModelSerializer):
    """Reads one `Shown`. The context has under `editable` the documents, by pk, that the reader may change.

    `fields` describe what may be there; a reader who may not see something is not told that it exists.
    """

    kind = serializers.CharField()
    disclosure = serializers.ChoiceField(choices=[level.name.lower() for level in Disclosure])
    language = serializers.CharField()
    organisation = OwnerSerializer()
    editable = serializers.BooleanField()

    class Meta:
        fields = [
            "id", "kind", "reference", "disclosure", "language", *TEXTS, *WORDS, *CODES,
            "organisation", "editable", *EDITORS_ONLY,
        ]  # fmt: skip
        extra_kwargs = {name: {"required": True} for name in ("reference", *TEXTS, *WORDS)} | {
            name: {"required": False, "read_only": False} for name in (*CODES, *MONEY, *EDITORS_ONLY)
        }
        validators = []

    def to_representation(self, shown: Shown) -> dict[str, Any]:
        return (
            {"id": shown.pk, "kind": shown.kind, "reference": shown.reference}
            | {"disclosure": shown.disclosure.name.lower(), "language": shown.language}
            | {name: shown.text(name) for name in TEXTS}
            | {name: shown.words(name) for name in WORDS}
            | shown.codes
            | {"organisation": OwnerSerializer().to_representation(shown)}
            | self._for_editors(shown)
        )

    def _for_editors(self, shown: Shown) -> dict[str, Any]:
        document = self.context["editable"].get(shown.pk)
        if document is None:
            return {"editable": False}
        return {"editable": True} | {name: getattr(document, name) for name in EDITORS_ONLY}


class ShownOfferSerializer(ShownSerializer):
    class Meta(ShownSerializer.Meta):
        model = Offer
        fields = [*ShownSerializer.Meta.fields, *OF_OFFERS]


class ShownNeedSerializer(ShownSerializer):
    class Meta(ShownSerializer.Meta):
        model = Need
        fields = [*ShownSerializer.Meta.fields, "budget_band", "deadline"]


class DocumentSerializer(serializers.ModelSerializer):
    """Checks what somebody writes. A title is proposed and a language detected where none is given."""

    organisation = serializers.PrimaryKeyRelatedField(queryset=Organisation.objects.none(), required=False)

    class Meta:
        fields = [
            "organisation", "external_id", "language", *TEXTS, "stage", "ipr_status", "partnership_types",
            "partner_kinds", *WORDS, "sdgs", "ecosystems", "countries", "visibility", "valid_until",
        ]  # fmt: skip
        extra_kwargs = {"title": {"required": False}, "language": {"required": False}}
        validators = []  # the one constraint has words of its own, below

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "request" in self.context:  # without one it only describes itself
            document = self.instance or self.Meta.model()
            self.fields["organisation"].queryset = organisations_of(self.context["request"].user, document)

    def validate_valid_until(self, day: Any) -> Any:
        if day and day < timezone.localdate():
            raise serializers.ValidationError(_("This day is in the past. Choose a later one or leave it empty."))
        return day

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if self.instance is None and "organisation" not in data:
            data["organisation"] = self._only_organisation()
        if not data.get("title", "kept" if self.instance else ""):
            data["title"] = proposed_title(self._present(data, "description"))
        if "language" in data:
            data["language_is_detected"] = False
        elif "description" in data and (self.instance is None or self.instance.language_is_detected):
            data["language"] = detect(data["description"], self._present(data, "language") or Language.EN)
        return data

    def _present(self, data: dict[str, Any], name: str) -> Any:
        """The value after saving."""
        return data.get(name) or getattr(self.instance, name, "")

    def _only_organisation(self) -> Organisation:
        mine = list(self.fields["organisation"].get_queryset()[:2])
        if len(mine) == 1:
            return mine[0]
        problem = _("Say for which organisation: you write for several.") if mine else _("You write for none yet.")
        raise serializers.ValidationError({"organisation": [problem]})

    def save(self, **kwargs: Any) -> Document:
        try:
            with transaction.atomic():
                return super().save(**kwargs)
        except IntegrityError as error:  # the only constraint that valid data can break
            problem = _("Another document of this organisation has this external id.")
            raise serializers.ValidationError({"external_id": [problem]}) from error


class OfferSerializer(DocumentSerializer):
    class Meta(DocumentSerializer.Meta):
        model = Offer
        fields = [*DocumentSerializer.Meta.fields, *OF_OFFERS]


class NeedSerializer(DocumentSerializer):
    class Meta(DocumentSerializer.Meta):
        model = Need
        fields = [*DocumentSerializer.Meta.fields, "budget_band", "deadline"]


class CloseSerializer(serializers.Serializer):
    """How it ended: one of the four ends, which are never merged."""

    end = serializers.ChoiceField(choices=[(end.value, end.label) for end in ENDS])
