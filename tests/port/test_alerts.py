"""Alerts watch metrics that exist, name pages that exist, and ring when they should."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
RULES = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]


def test_every_metric_is_made_by_some_service() -> None:
    code = "".join(path.read_text(encoding="utf-8") for top in ("shared", "services") for path in _python(top))
    for rule in RULES:
        for series in re.findall(r"wangge_\w+", rule["expr"]):
            name = series.removesuffix("_bucket")  # of a histogram
            assert f'"{name}"' in code, f"{rule['alert']}: {name}"


def test_every_alert_leads_to_a_page() -> None:
    for rule in RULES:
        assert (ROOT / rule["annotations"]["runbook"]).is_file(), rule["alert"]


def test_every_alert_has_a_test() -> None:
    tests = yaml.safe_load((FOLDER / "alerts_test.yml").read_text(encoding="utf-8"))["tests"]
    rings = {case["alertname"] for test in tests for case in test["alert_rule_test"] if case["exp_alerts"]}
    assert rings == {rule["alert"] for rule in RULES}


@pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool: apt install prometheus")
@pytest.mark.parametrize("arguments", [("check", "config", "prometheus.yml"), ("test", "rules", "alerts_test.yml")])
def test_promtool_agrees(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *arguments], cwd=FOLDER, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def _python(top: str) -> list[Path]:
    return sorted((ROOT / top).rglob("*.py"))
