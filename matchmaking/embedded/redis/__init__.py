"""The embedded Redis: Celery's broker and Django's cache, over a private socket, gone with its last user.

It keeps nothing: what is pending is found again by asking the database. `program` knows how it is started,
`connections` is what Celery and Django's cache connect with.
"""
