"""How many mails the server as a whole hands over in a minute: one row that all workers take from.

A leaky bucket: each mail fills it by one, it leaks steadily, and what would overflow has to wait. Bucket and leak
together never let more than MAILS_A_MINUTE pass in any sixty seconds. It lies in the database and not in Redis,
so that it holds across workers and machines also while Redis is down.
"""

from django.conf import settings
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

TAKE = """
    INSERT INTO {table} AS pace (id, level, at) VALUES (1, 1, clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET level = {left} + 1, at = clock_timestamp()
    WHERE {left} + 1 <= %(bucket)s
"""
LEFT = "greatest(0, pace.level - %(leak)s * extract(epoch FROM clock_timestamp() - pace.at)::float8)"


class Pace(models.Model):
    level = models.FloatField(default=0.0)  # mails in the bucket
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("pace of sending")

    def __str__(self) -> str:
        return f"{self.level:.1f} at {self.at:%H:%M:%S}"

    @classmethod
    def take(cls) -> bool:
        """Whether a mail may be handed over now; counts it if so. Always true with MAILS_A_MINUTE at 0."""
        limit = settings.MAILS_A_MINUTE
        if not limit:
            return True
        bucket = max(1, limit // 10)
        leak = max(limit - bucket, 1) / 60
        with connection.cursor() as cursor:
            statement = TAKE.format(table=cls._meta.db_table, left=LEFT)
            cursor.execute(statement, {"bucket": bucket, "leak": leak})
            return cursor.rowcount == 1
