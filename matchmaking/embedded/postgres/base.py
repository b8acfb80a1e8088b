"""Django's PostgreSQL backend, which makes sure before each connection that the embedded server is up.

That covers the test database, dbshell and the connection without a database too. Nothing else differs.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base
from django.db.backends.postgresql.client import DatabaseClient as PostgresClient

from matchmaking.embedded.account import EmbeddedServerError
from matchmaking.embedded.postgres.cluster import ROLE, binaries, blueprint
from matchmaking.embedded.server import join


class DatabaseClient(PostgresClient):
    """`manage.py dbshell` with the psql that came with the server."""

    def runshell(self, parameters: list[str]) -> None:
        """Open the shell; this process keeps the server up meanwhile."""
        join(blueprint(Path(settings.VAR_DIR)))
        self.__class__.executable_name = str(binaries() / "psql")
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the embedded server."""

    client_class = DatabaseClient

    def __init__(self, settings_dict: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        self.server = blueprint(Path(settings.VAR_DIR))
        settings_dict.update(HOST=str(self.server.socket.parent), USER=ROLE)  # this very dict is shared by threads
        super().__init__(settings_dict, *args, **kwargs)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect. Raises OperationalError, as for any server that cannot be reached."""
        try:
            join(self.server)
        except EmbeddedServerError as error:
            raise self.Database.OperationalError(str(error)) from error
        return super().get_new_connection(conn_params)
