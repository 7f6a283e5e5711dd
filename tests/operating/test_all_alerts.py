"""Every deployed alert was fired by its fault; collected after the tests that do so."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.operating import test_alerts, test_alerts_of_consumers
from tests.operating.conftest import fired
from tests.operating.promtool import RULES, requires

pytestmark = requires("promtool")


def test_every_alert_was_fired_by_its_fault(request: pytest.FixtureRequest) -> None:
    selected = {item.name.partition("[")[0] for item in request.session.items}
    faults = {
        name for module in (test_alerts, test_alerts_of_consumers) for name in vars(module) if name.startswith("test_")
    }
    if not faults <= selected:
        pytest.skip("only some of the faults were selected")
    rules: list[dict[str, Any]] = [rule for g in yaml.safe_load(RULES.read_text())["groups"] for rule in g["rules"]]
    assert fired == {rule["alert"] for rule in rules}
