"""The Django database backend of the embedded PostgreSQL: ENGINE = "matchmaking.embedded.postgres".

Django looks for the module `base`; `cluster` knows how a database cluster is made and started.
"""
