"""Clusters: associations of organisations, run by brokers, linked with one another."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from ..compiled import keys_for
from .admission import Admission, AdmissionQuerySet
from .organisation import Organisation
from .user import User


class ClusterQuerySet(models.QuerySet):
    def local(self) -> Self:
        """Without those that stand for other installations: nobody joins them or hands anything over to them."""
        return self.filter(organisation__origin="")

    def brokered_by(self, user: User) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self.filter(pk__in=brokered_clusters(user))

    def run_by(self, user: User) -> Self:
        """Those in which the person lets others in: its brokers, and staff."""
        return self.all() if user.is_authenticated and user.is_staff else self.brokered_by(user)

    def of_organisation(self, organisation: Organisation) -> Self:
        approved = ClusterMembership.objects.approved().filter(cluster=OuterRef("pk"), organisation=organisation)
        return self.filter(Exists(approved))

    def taking_care_of(self, organisation: Organisation) -> "Cluster | None":
        """The organisation's cluster, the first if there are several; the installation's default if none."""
        own = self.of_organisation(organisation).order_by("pk").first()
        return own or self.filter(is_default=True).first()


class Cluster(models.Model):
    """What an organisation of kind cluster does here: name, country and address are the organisation's."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="cluster")
    slug = models.SlugField(unique=True)
    is_default = models.BooleanField(_("takes the matches of organisations without a cluster"), default=False)
    linked = models.ManyToManyField("self", verbose_name=_("linked clusters"), blank=True)
    members = models.ManyToManyField(Organisation, through="ClusterMembership", related_name="clusters")
    brokers = models.ManyToManyField("accounts.User", through="Brokership", through_fields=("cluster", "user"))

    objects = ClusterQuerySet.as_manager()

    class Meta:
        verbose_name = _("cluster")
        constraints = [
            models.UniqueConstraint("is_default", condition=models.Q(is_default=True), name="one_default_cluster")
        ]

    def __str__(self) -> str:
        """One that stands for another installation bears the name of that one."""
        return self.organisation.origin or str(self.organisation)


class ClusterAdmissionQuerySet(AdmissionQuerySet):
    def decidable_by(self, user: User) -> Self:
        """Requests that wait for a broker of the cluster, who the person is."""
        return self.requested().filter(cluster__in=Cluster.objects.run_by(user).values("pk"))


class ClusterMembership(Admission):
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="cluster_memberships")
    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="memberships")

    objects = ClusterAdmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership in a cluster")
        constraints = [models.UniqueConstraint(fields=["organisation", "cluster"], name="cluster_membership_once")]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.cluster}"


class Brokership(Admission):
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="brokerships")
    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="brokerships")

    objects = ClusterAdmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("broker of a cluster")
        constraints = [models.UniqueConstraint(fields=["user", "cluster"], name="brokership_once")]

    def __str__(self) -> str:
        return f"{self.user} – {self.cluster}"


@keys_for
def brokered_clusters(user: User) -> models.QuerySet:
    return Brokership.objects.approved().filter(user=user).values("cluster")
