"""WHO: people, organisations, clusters, roles and consent. Imports nothing of ours."""
