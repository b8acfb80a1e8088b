"""What every resource of the API has in common: errors, bodies, pages, fields, versions, repeated requests."""
