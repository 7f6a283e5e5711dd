"""Every alert that is deployed was fired by its fault: this stands last, behind the tests that do so."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.operating import test_alerts, test_alerts_of_readers
from tests.operating.conftest import fired
from tests.operating.promtool import RULES, needs

pytestmark = needs("promtool")


def test_every_alert_was_fired_by_its_fault(request: pytest.FixtureRequest) -> None:
    asked_for = {item.name.partition("[")[0] for item in request.session.items}
    faults = {
        name for module in (test_alerts, test_alerts_of_readers) for name in vars(module) if name.startswith("test_")
    }
    if not faults <= asked_for:
        pytest.skip("only some of the faults were asked for")
    rules: list[dict[str, Any]] = [rule for g in yaml.safe_load(RULES.read_text())["groups"] for rule in g["rules"]]
    assert fired == {rule["alert"] for rule in rules}
