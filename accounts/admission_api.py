"""Asking to be let in, and deciding on who asks, over HTTP as JSON: people into organisations, organisations and
brokers into clusters."""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from .codes import Country
from .forms import JOINABLE_KINDS
from .joining import ask_cluster, ask_to_broker, join_organisation
from .models import Brokership, Cluster, ClusterMembership, Membership, Organisation, Scope, User
from .models.admission import Admission
from .rest.problems import Conflict
from .rest.repeating import once
from .rest.resources import Listed, Resource, Retrieved

STANDING = ("state", "requested_at", "decided_at")
BAKERY = OpenApiExample(
    "An organisation", {"organisation": "Padaria Sol", "country": "PT", "kind": "sme"}, request_only=True
)
OWNER = OpenApiExample("Make somebody owner", {"role": "owner"}, request_only=True)


def described(model: type, names: list[str]) -> type:
    """The Meta of a serializer in which everything is only read."""
    fields = ["id", *names, *STANDING]
    return type("Meta", (), {"model": model, "fields": fields, "read_only_fields": fields})


class PersonSerializer(serializers.Serializer):
    """Who it is about."""

    name = serializers.CharField()
    email = serializers.EmailField()


class MembershipSerializer(serializers.ModelSerializer):
    """A person in an organisation, or waiting to be let in."""

    person = PersonSerializer(source="user")
    Meta = described(Membership, ["person", "organisation", "role"])


class ClusterMembershipSerializer(serializers.ModelSerializer):
    """An organisation in a cluster, or waiting to be let in."""

    Meta = described(ClusterMembership, ["organisation", "cluster"])


class BrokershipSerializer(serializers.ModelSerializer):
    """A broker of a cluster, or somebody waiting to become one."""

    person = PersonSerializer(source="user")
    Meta = described(Brokership, ["person", "cluster"])


class JoiningSerializer(serializers.Serializer):
    """Which organisation: one that is here is asked, a new one is founded and owned by whoever asks."""

    organisation = serializers.CharField(max_length=200)
    country = serializers.ChoiceField(choices=Country.choices)
    kind = serializers.ChoiceField(choices=JOINABLE_KINDS, default="sme")


class RoleSerializer(serializers.Serializer):
    role = serializers.ChoiceField(choices=Membership.Role.choices)


class ToClusterSerializer(serializers.Serializer):
    """Which cluster is asked."""

    cluster = serializers.PrimaryKeyRelatedField(queryset=Cluster.objects.local())


class OrganisationToClusterSerializer(ToClusterSerializer):
    """Which of one's organisations asks which cluster."""

    organisation = serializers.PrimaryKeyRelatedField(queryset=Organisation.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "request" in self.context:  # without one it only describes itself
            managed = Organisation.objects.managed_by(self.context["request"].user)
            self.fields["organisation"].queryset = managed


class AdmissionViewSet(Listed, Retrieved, Resource):
    """Listed, read, approved and declined. A subclass says with `known` which ones one reads without deciding, with
    `in_charge` where one decides at present: who has decided and does so no more, reads them no more."""

    model: type[Admission]
    orderings = ("id", "requested_at")

    @staticmethod
    def in_charge(user: User) -> Q:
        return Q(cluster__in=Cluster.objects.run_by(user).values("pk"))

    def get_queryset(self) -> QuerySet:
        user = self.request.user
        decidable = self.model.objects.decidable_by(user).values("pk")
        decided = Q(decided_by=user) & self.in_charge(user)
        return self.model.objects.filter(self.known(user) | Q(pk__in=decidable) | decided)

    def asked(self, admission: Admission) -> Response:
        """For `create`: the request, or what became of one made before."""
        return self.row(admission.pk, status.HTTP_201_CREATED)

    @action(detail=True, methods=["post"])
    @once
    def approve(self, request: Request, pk: int) -> Response:
        """Let in whoever asks."""
        self._check_undecided(pk)
        return self._answered(pk, self.get_object().approve(by=request.user))

    @action(detail=True, methods=["post"])
    @once
    def decline(self, request: Request, pk: int) -> Response:
        """Turn down whoever asks."""
        self._check_undecided(pk)
        return self._answered(pk, self.get_object().decline(by=request.user))

    def _check_undecided(self, pk: int) -> None:
        """404 for what one may not see, 403 for what others decide on, 409 for what is decided."""
        state = self.get_object().state
        self.check_version(pk)
        if self.model.objects.decidable_by(self.request.user).filter(pk=pk).exists():
            return
        raise exceptions.PermissionDenied if state == Admission.State.REQUESTED else Conflict

    def _answered(self, pk: int, is_decided: bool) -> Response:
        if not is_decided:
            raise Conflict
        return self.row(pk)


def deciding(serializer: type) -> Any:
    """Decorator: what is answered, for the description of the API."""
    answer = extend_schema(request=None, responses=serializer)
    return extend_schema_view(approve=answer, decline=answer)


@deciding(MembershipSerializer)
class MembershipViewSet(AdmissionViewSet):
    """People in one's organisations, and who asks to be let in."""

    model = Membership
    queryset = Membership.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = MembershipSerializer
    versioned_methods = ("PATCH",)

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("user")

    @staticmethod
    def known(user: User) -> Q:
        inside = Organisation.objects.of(user) | Organisation.objects.managed_by(user)
        colleagues = Q(state=Admission.State.APPROVED, organisation__in=inside.values("pk"))
        return Q(user=user) | colleagues

    @staticmethod
    def in_charge(user: User) -> Q:
        return Q(organisation__in=Organisation.objects.managed_by(user).values("pk"))

    @extend_schema(request=JoiningSerializer, responses={201: MembershipSerializer}, examples=[BAKERY])
    @once
    def create(self, request: Request) -> Response:
        """Ask to be let into an organisation, or found one that is not here yet."""
        wanted = JoiningSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        organisation = dict(wanted.validated_data)
        name = organisation.pop("organisation")
        return self.asked(join_organisation(request.user, name=name, **organisation))

    @extend_schema(request=RoleSerializer, responses=MembershipSerializer, examples=[OWNER])
    @transaction.atomic
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change the role of somebody in an organisation that you own."""
        membership, role = self.get_object(), RoleSerializer(data=request.data)
        owned = Organisation.objects.owned_by(request.user).filter(pk=membership.organisation_id)
        if membership.state != Admission.State.APPROVED or not owned.exists():
            raise exceptions.PermissionDenied
        role.is_valid(raise_exception=True)
        self.check_version(pk, is_required=True)
        membership.become(role.validated_data["role"])
        return self.row(pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Leave, take a request back, or take somebody out of an organisation that you own."""
        membership = self.get_object()
        if not Membership.objects.endable_by(request.user).filter(pk=pk).exists():
            raise exceptions.PermissionDenied
        self.check_version(pk)
        membership.end()
        return Response(status=status.HTTP_204_NO_CONTENT)


@deciding(ClusterMembershipSerializer)
class ClusterMembershipViewSet(AdmissionViewSet):
    """Clusters of one's organisations, and who asks to be let into one's clusters."""

    model = ClusterMembership
    queryset = ClusterMembership.objects.none()
    serializer_class = ClusterMembershipSerializer
    scopes = {"approve": Scope.BROKER, "decline": Scope.BROKER}

    @staticmethod
    def known(user: User) -> Q:
        inside = Organisation.objects.of(user) | Organisation.objects.managed_by(user)
        return Q(organisation__in=inside.values("pk"))

    @extend_schema(request=OrganisationToClusterSerializer, responses={201: ClusterMembershipSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Have an organisation that you manage ask a cluster to be let in."""
        wanted = OrganisationToClusterSerializer(data=request.data, context={"request": request})
        wanted.is_valid(raise_exception=True)
        return self.asked(ask_cluster(**wanted.validated_data))


@deciding(BrokershipSerializer)
class BrokershipViewSet(AdmissionViewSet):
    """One's own requests to become a broker, and who asks to become one in one's clusters."""

    model = Brokership
    queryset = Brokership.objects.none()
    serializer_class = BrokershipSerializer
    scopes = {"approve": Scope.BROKER, "decline": Scope.BROKER}

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("user")

    @staticmethod
    def known(user: User) -> Q:
        return Q(user=user)

    @extend_schema(request=ToClusterSerializer, responses={201: BrokershipSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Ask to become a broker of a cluster."""
        wanted = ToClusterSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return self.asked(ask_to_broker(request.user, wanted.validated_data["cluster"]))
