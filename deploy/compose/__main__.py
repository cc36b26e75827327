"""A job of docker-compose.yml. 容器编排中的一次性任务.

secrets        make the administrators' passwords that are missing
provision      vhost, database, roles, users, migrations, topology; load the town when it is new
first-stretch  let the first cases flow when the town is new, then bring the normal rules into force
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from deploy.compose import secrets, town
from deploy.provision.names import ProvisionError
from deploy.provision.secrets import Secrets
from shared.db.migrate import MigrationError

JOBS = {"secrets": secrets.make, "provision": town.prepare, "first-stretch": town.first_stretch}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.compose", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("job", choices=JOBS)
    parser.add_argument("--secrets", type=Path, default=Path("/secrets"), help="where the volumes are (/secrets)")
    arguments = parser.parse_args()
    try:
        JOBS[arguments.job](Secrets(arguments.secrets))
    except (ProvisionError, MigrationError) as error:
        print(f"error 出错: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
