"""How often others opened an offer: a number for each month. Nobody's name, address or visit is kept."""

from datetime import date

from django.db import connection, models
from django.db.models import OuterRef, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Offer

ADD = """
    INSERT INTO {table} AS opening (offer_id, month, number) VALUES (%s, %s, 1)
    ON CONFLICT (offer_id, month) DO UPDATE SET number = opening.number + 1
"""


class OpeningQuerySet(models.QuerySet):
    def add(self, offer: int) -> None:
        """One more, in this month; in one statement, so that two at a time both count."""
        with connection.cursor() as cursor:
            cursor.execute(ADD.format(table=self.model._meta.db_table), [offer, _this_month()])

    def of_outer(self) -> Subquery:
        """For a query over offers: how often each was opened in all."""
        rows = self.filter(offer=OuterRef("pk")).order_by().values("offer")
        return Subquery(rows.annotate(all=Sum("number")).values("all"), output_field=models.IntegerField())


class Opening(models.Model):
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="openings")
    month = models.DateField(_("month"))  # its first day
    number = models.PositiveIntegerField(_("number"), default=0)

    objects = OpeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("openings of an offer in a month")
        verbose_name_plural = _("openings of offers by month")
        constraints = [models.UniqueConstraint(fields=["offer", "month"], name="opening_once_a_month")]

    def __str__(self) -> str:
        return f"{self.offer_id}, {self.month:%Y-%m}: {self.number}"


def _this_month() -> date:
    return timezone.localdate().replace(day=1)
