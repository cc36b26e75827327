"""Provision a town: vhost, database, roles, users, secrets, migrations and topology. 为一个乡镇准备消息与数据库环境.

The servers come from the environment: AMQP_ADMIN_URL (management API), AMQP_URI, DATABASE_URL (a role that may create
roles and databases). Running it again changes nothing that is there already.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from deploy.provision import folder
from deploy.provision.names import ProvisionError
from deploy.provision.secrets import Secrets
from deploy.provision.servers import NAMES, from_environment
from deploy.provision.town import drop_town, provision
from shared.db.migrate import MigrationError


def main() -> int:
    arguments = _parser().parse_args()
    try:
        if arguments.key_ring:
            print(f"{arguments.town}: {Secrets(arguments.secrets).change_ring(arguments.key_ring)}")
            return 0
        servers = from_environment()
        if servers is None:
            raise ProvisionError(f"set {', '.join(NAMES)}")
        if arguments.drop:
            drop_town(servers, arguments.town)
            print(f"dropped {arguments.town}")
            return 0
        secrets = Secrets(arguments.secrets)
        done = provision(servers, arguments.town, secrets, arguments.town_folder)
        print(f"{arguments.town}: {done.queues} queues, {done.users} users, {len(done.migrations)} new migrations")
        if arguments.load:
            folder.load(secrets, arguments.town, arguments.town_folder)
            print(f"{arguments.town}: loaded {arguments.town_folder}")
    except (ProvisionError, MigrationError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.provision", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--town", required=True, help="name of the town, for example qiuchuan")
    parser.add_argument("--secrets", type=Path, required=True, help="folder for the town's secrets")
    parser.add_argument("--town-folder", type=Path, help="its sources and members get queues and users")
    parser.add_argument("--load", action="store_true", help="then load the folder's data into the services' schemas")
    parser.add_argument("--key-ring", choices=["add", "use", "drop"], help="a step of deploy/runbooks/keys.md, alone")
    parser.add_argument("--drop", action="store_true", help="take the town away with all its data")
    return parser


if __name__ == "__main__":
    sys.exit(main())
