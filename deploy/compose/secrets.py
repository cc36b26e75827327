"""The passwords of the broker's and the database's administrators: random, made once, kept in volumes.

servers/amqp_admin_url  servers/amqp_uri  servers/database_url   for the jobs alone
rabbitmq/10-administrator.conf                                   for the broker: its conf.d
postgres/password                                                for the database: POSTGRES_PASSWORD_FILE
"""

from __future__ import annotations

from deploy.provision.secrets import Secrets
from deploy.provision.servers import NAMES, Servers

ADMIN = "wangge"
GROUP_READS = 0o640  # the servers run as their images' users, and in the group that these files belong to


def make(secrets: Secrets) -> None:
    """Write what is missing; what is there already stays."""
    database, broker = secrets.password("servers", "database_url"), secrets.password("servers", "amqp_uri")
    secrets.write(f"postgresql://{ADMIN}:{database}@postgres:5432/{ADMIN}", "servers", "database_url")
    secrets.write(f"amqp://{ADMIN}:{broker}@rabbitmq:5672/%2F", "servers", "amqp_uri")
    secrets.write(f"http://{ADMIN}:{broker}@rabbitmq:15672", "servers", "amqp_admin_url")
    _for_server(secrets, database, "postgres", "password")
    _for_server(secrets, f"default_user = {ADMIN}\ndefault_pass = {broker}\n", "rabbitmq", "10-administrator.conf")


def servers(secrets: Secrets) -> Servers:
    """Where broker and database are, with the administrator's login. Raises ProvisionError."""
    return Servers(*(secrets.read("servers", name.lower()) for name in NAMES))


def _for_server(secrets: Secrets, value: str, *place: str) -> None:
    secrets.write(value, *place)
    secrets.path(*place).chmod(GROUP_READS)
