"""Provisioning of a town: its vhost, database, roles, users and secrets, on any broker and database server."""
