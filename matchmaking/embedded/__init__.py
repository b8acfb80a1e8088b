"""The PostgreSQL and the Redis a checkout brings along, for whoever has not set DATABASE_URL or REDIS_URL.

A server is started by the first process that needs it, shared by every process of the checkout, private to
the operating-system user (and root), and gone a few seconds after its last user, however that user ended.

    places    where files and sockets lie              server    joining, starting, leaving
    account   which system account runs a server       keeper    the small process that owns a server
    postgres  the Django database backend              redis     what Celery and Django's cache connect with

Nothing of the product imports this package; settings name it, and the run command and the tests use it.
"""

from matchmaking.embedded.places import redis_cache_url, redis_url

__all__ = ["redis_cache_url", "redis_url"]
