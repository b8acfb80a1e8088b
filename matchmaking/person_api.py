"""The signed-in person over HTTP as JSON: who that is, which mails come, how often and when, and the way out."""

from typing import Any

from django.contrib.auth import logout
from django.db import transaction
from django.forms.models import model_to_dict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.forms import ProfileForm
from accounts.leaving import departure_of
from accounts.models import Cluster, Door, Organisation, User
from accounts.rest.versions import check_version, is_known, tag_of

from .consent import choose, is_silenced, left_groups, speak_again
from .erasure import erase
from .forms import EraseForm
from .models import MailGroup
from .personal_data import data_of

QUIETER = OpenApiExample("A digest once a month", {"digest_frequency": "monthly"}, request_only=True)
OWN_PASSWORD = OpenApiExample("With one's own password", {"password": "correct horse"}, request_only=True)
GOING = OpenApiExample(
    "Alone in one organisation, owner of another",
    {
        "going": [{"id": 3, "name": "Padaria Sol"}],
        "staying": [{"id": 7, "name": "Ovens Ltd"}],
        "heirs": [{"organisation": 7, "person": "Ann Dupont"}],
        "orphaned": [],
    },
    response_only=True,
)
OTHER_MAIL = [choice for choice in MailGroup.choices if choice[0] != MailGroup.DIGEST]


class ChangeSerializer(serializers.ModelSerializer):
    """What the person says of themselves, with the rules of the form of their profile."""

    groups = serializers.MultipleChoiceField(
        choices=OTHER_MAIL, help_text="What else may reach you by mail; what is left out still stands on the pages."
    )

    class Meta:
        model = User
        fields = [*ProfileForm.Meta.fields, "groups"]

    def save(self) -> None:
        """Call it in a transaction: all of it or nothing. Raises ValidationError by field."""
        known = model_to_dict(self.instance, ProfileForm.Meta.fields)
        form = ProfileForm(known | self.validated_data, instance=self.instance)
        form.door = Door.API
        if not form.is_valid():
            raise serializers.ValidationError(form.errors)
        form.save()
        if "groups" in self.validated_data:
            groups, frequency = sorted(self.validated_data["groups"]), form.cleaned_data["digest_frequency"]
            choose(self.instance, groups, frequency, door=Door.API)


class OneselfSerializer(serializers.ModelSerializer):
    """The person, the organisations they act for, and the clusters they are a broker of."""

    groups = serializers.ListField(child=serializers.ChoiceField(choices=OTHER_MAIL))
    organisations = serializers.ListField(child=serializers.IntegerField())
    clusters = serializers.ListField(child=serializers.IntegerField())
    is_silenced = serializers.BooleanField(help_text="Mail to the address came back, so that none is sent any more.")

    class Meta:
        model = User
        fields = ["id", "email", *ChangeSerializer.Meta.fields, "organisations", "clusters", "is_silenced"]
        extra_kwargs = {name: {"required": True} for name in ProfileForm.Meta.fields}

    def to_representation(self, person: User) -> dict[str, Any]:
        left = left_groups(person)
        told = {name: getattr(person, name) for name in ("id", "email", *ProfileForm.Meta.fields)}
        return told | {
            "groups": [group for group, _words in OTHER_MAIL if group not in left],
            "organisations": list(Organisation.objects.of(person).order_by("pk").values_list("pk", flat=True)),
            "clusters": list(Cluster.objects.brokered_by(person).order_by("pk").values_list("pk", flat=True)),
            "is_silenced": is_silenced(person.email),
        }


class PersonView(APIView):
    """Whoever asks."""

    versioned_methods = ("PATCH",)

    @extend_schema(responses=OneselfSerializer)
    def get(self, request: Request) -> Response:
        told = OneselfSerializer(request.user).data
        headers = {"ETag": tag_of(told)}
        if is_known(request, headers["ETag"]):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response(told, headers=headers)

    @extend_schema(request=ChangeSerializer(partial=True), responses=OneselfSerializer, examples=[QUIETER])
    @transaction.atomic
    def patch(self, request: Request) -> Response:
        """Change name, language, time zone, or which mails come and when."""
        person = User.objects.select_for_update().get(pk=request.user.pk)
        check_version(request, tag_of(OneselfSerializer(person).data), is_required=True)
        change = ChangeSerializer(person, data=request.data, partial=True)
        change.is_valid(raise_exception=True)
        change.save()
        told = OneselfSerializer(person).data
        return Response(told, headers={"ETag": tag_of(told)})


class PersonDataView(APIView):
    """Everything that is kept about whoever asks, without what would open the account to somebody else."""

    @extend_schema(operation_id="me_data", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """By table and column, complete: as it is downloaded on the page “Your data”."""
        return Response(data_of(request.user), headers={"Cache-Control": "private, no-store"})


class MailAgainView(APIView):
    """The address of whoever asks."""

    @extend_schema(operation_id="me_mail_again", request=None, responses=OneselfSerializer)
    def post(self, request: Request) -> Response:
        """Have mail sent again to an address from which some came back."""
        speak_again(request.user.email)
        return Response(OneselfSerializer(request.user).data)


class NamedSerializer(serializers.Serializer):
    """By its number and name."""

    id = serializers.IntegerField()
    name = serializers.CharField(source="__str__")


class HeirSerializer(serializers.Serializer):
    """Who becomes owner of an organisation that loses its only one."""

    organisation = serializers.IntegerField(source="organisation_id")
    person = serializers.CharField(source="user.__str__")


class DepartureSerializer(serializers.Serializer):
    """What becomes of organisations and clusters when the person goes. Of those that `go` nothing stays but country,
    kind and size; `orphaned` clusters have no other broker."""

    going = NamedSerializer(many=True)
    staying = NamedSerializer(many=True)
    heirs = HeirSerializer(many=True)
    orphaned = NamedSerializer(many=True)


class ErasingSerializer(serializers.Serializer):
    """The person's own password, so that nobody who merely holds a token does it in their place."""

    password = serializers.CharField(trim_whitespace=False, max_length=4096)


class ErasureView(APIView):
    """The account of whoever asks, and what goes with it."""

    @extend_schema(operation_id="me_departure", responses=DepartureSerializer, examples=[GOING])
    def get(self, request: Request) -> Response:
        """What would go and what would stay; nothing happens."""
        return Response(DepartureSerializer(departure_of(request.user)).data)

    @extend_schema(operation_id="me_erase", request=ErasingSerializer, responses={204: None}, examples=[OWN_PASSWORD])
    def post(self, request: Request) -> Response:
        """Erase it at once and for good, with all tokens. Wrong passwords count like failed attempts to sign in."""
        sent = ErasingSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        form = EraseForm(sent.validated_data, request=request._request)
        if not form.is_valid():
            raise serializers.ValidationError(form.errors)
        erase(request.user)
        if request.auth is None:
            logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)
