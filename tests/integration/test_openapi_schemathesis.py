"""The HTTP contract against running services, by schemathesis: no 5xx, no answer that the document does not promise.

Valid and invalid requests are made from shared/contracts/openapi.yaml, the same in every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.local.checkout import ROOT
from deploy.provision.servers import Servers
from tests.support.town import TemporaryTown

DOCUMENT = yaml.safe_load((ROOT / "shared" / "contracts" / "openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS = {
    f"{found.ok().method.upper()} {found.ok().path}": found.ok()
    for found in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 8  # of each kind and operation
NAMES = {"source": "hotline", "member": "m001"}  # who asks, by role


@pytest.fixture(scope="module")
def town(servers: Servers, small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    with TemporaryTown(servers, small_town, logs=tmp_path_factory.mktemp("logs")) as town:
        town.start()
        yield town
        for process in town.processes:
            assert process.alive
            assert "Traceback" not in process.log.read_text(encoding="utf-8")


# these have no end: test_notify_feed.py listens
STREAMS = {"GET /notify/feed/stream", "GET /notify/notices/stream"}
# its fields are headers: whatever text stands in them, it fits the document
NO_WRONG_REQUEST = {"GET /dispatch/keys", "POST /intake/webhooks/{source}"}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_one_of_the_document(town: TemporaryTown, name: str, mode: GenerationMode) -> None:
    if name in STREAMS or (mode is GenerationMode.NEGATIVE and name in NO_WRONG_REQUEST):
        return
    operation = OPERATIONS[name]
    url = town.url(operation.path.split("/")[1])
    roles = [role for role in operation.definition.raw.get("x-roles", ()) if role != "link"]
    callers = [{"Authorization": f"Bearer {town.token(role, NAMES.get(role, 'desk1'))}"} for role in roles] or [{}]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def hold(case: Any) -> None:
        if case.query:
            case.query.pop("wait", None)  # nobody waits for half a minute here
        for headers in callers:
            case.call_and_validate(base_url=url, headers=headers, checks=CHECKS, timeout=10)

    hold()
