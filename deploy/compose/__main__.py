"""A job of docker-compose.yml. 容器编排中的一次性任务.

secrets        make the administrators' passwords that are missing
provision      vhost, database, roles, users, migrations, topology; load the town when it is new
first-stretch  let the first cases flow when the town is new, then bring the normal rules into force
sources        list, show, add, rotate, disable or enable a source of reports (deploy/runbooks/sources.md)
subscribers    list, add, rotate or end an outside system that hears what happens (deploy/runbooks/subscribers.md)
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from deploy.compose import secrets, town
from deploy.provision import commandline, sources, subscribers
from deploy.provision.names import ProvisionError
from deploy.provision.secrets import Secrets
from shared.db.migrate import MigrationError

COMMANDS = {"sources": sources, "subscribers": subscribers}
JOBS = {"secrets": secrets.make, "provision": town.prepare, "first-stretch": town.first_stretch}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.compose", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    jobs = parser.add_subparsers(dest="job", required=True, metavar="job")
    for job in JOBS:
        jobs.add_parser(job)
    for job, commands in COMMANDS.items():
        commands.add_commands(jobs.add_parser(job))
    parser.add_argument("--secrets", type=Path, default=Path("/secrets"), help="where the volumes are (/secrets)")
    arguments = parser.parse_args()
    try:
        kept = Secrets(arguments.secrets)
        if commands := COMMANDS.get(arguments.job):
            print(commandline.perform(commandline.Town(secrets.servers(kept), town.TOWN, kept), arguments))
        else:
            JOBS[arguments.job](kept)
    except (ProvisionError, MigrationError) as error:
        print(f"error 出错: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
