"""Rules, dashboard and runbook name existing metrics, and each alert says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.operating.promtool import DEPLOY, RULES, promtool, requires
from worker.telemetry import metrics

ROOT = DEPLOY.parent
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
ALERTS: list[dict[str, Any]] = [rule for g in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in g["rules"]]
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "communique.json").read_text("utf-8"))
PROMETHEUS_SERIES = {"up", "ALERTS"}
"""Series that Prometheus itself adds."""
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def queries() -> Iterator[str]:
    """Yield every expression of the dashboard with its variables replaced, as Grafana does."""
    for panel in PANELS:
        for target in panel["targets"]:
            yield target["expr"].replace("$__rate_interval", "1m")


def metrics_in(expression: str) -> set[str]:
    """Return the metrics in an expression; a histogram by the name of its family."""
    bare = re.sub(r'"[^"]*"', "", expression)
    words = set(re.findall(r"(?<![\w{,.])(?:communique|process)_\w+|\bup\b|\bALERTS\b", bare))
    return {re.sub(r"(_seconds)_(?:bucket|count|sum)$", r"\1", word) for word in words}


def existing_metrics() -> set[str]:
    return set(metrics.help_texts()) | PROMETHEUS_SERIES


# ---------------------------------------------------------------- names
@pytest.mark.parametrize("alert", ALERTS, ids=lambda a: a["alert"])
def test_an_alert_uses_existing_metrics(alert: dict[str, Any]) -> None:
    assert metrics_in(alert["expr"])
    assert metrics_in(alert["expr"]) <= existing_metrics()


@pytest.mark.parametrize("query", sorted(set(queries())))
def test_the_dashboard_uses_existing_metrics(query: str) -> None:
    assert metrics_in(query)
    assert metrics_in(query) <= existing_metrics()


def test_a_misspelt_metric_would_be_detected() -> None:
    assert metrics_in("sum(rate(communique_articels_total[5m])) / communique_redis_up") - existing_metrics() == {
        "communique_articels_total"
    }


def test_the_page_lists_every_metric_with_its_help_text() -> None:
    table = re.findall(r"(?m)^\| `(communique_\w+)` \| [^|]*\| (.+) \|$", PAGE)
    assert dict(table) == {
        name: about for name, about in metrics.help_texts().items() if name.startswith("communique_")
    }
    assert len(table) == len(dict(table))


def test_the_page_names_existing_metrics_only() -> None:
    process = r"process_\w+_(?:seconds|bytes|fds)(?:_total)?"
    assert set(re.findall(rf"`(communique_[a-z_]+|{process})`", PAGE)) <= existing_metrics()


def test_every_metric_follows_the_naming_conventions() -> None:
    for name in metrics.help_texts():
        assert re.fullmatch(r"(communique|process)(_[a-z]+)+", name), name
        assert not re.search(r"_(ms|milliseconds|minutes|kb|count)$", name), name


# ---------------------------------------------------------------- alerts
@pytest.mark.parametrize("alert", ALERTS, ids=lambda a: a["alert"])
def test_an_alert_has_summary_description_action_and_runbook(alert: dict[str, Any]) -> None:
    assert set(alert["annotations"]) == {"summary", "description", "action", "runbook_url"}
    assert all(text.strip() for text in alert["annotations"].values())
    assert alert["labels"]["severity"] in {"critical", "warning"}


def test_the_runbook_has_an_entry_for_each_alert_at_its_url() -> None:
    runbook = PAGE.partition("\n## Runbook\n")[2].partition("\n## ")[0]
    headings = re.findall(r"(?m)^### (\w+)$", runbook)
    assert headings == [alert["alert"] for alert in ALERTS]
    gateway = "{{ with $externalLabels.gateway_url }}{{ . }}{{ else }}http://127.0.0.1:8080{{ end }}"
    for alert in ALERTS:
        assert alert["annotations"]["runbook_url"] == f"{gateway}/runbook#{alert['alert']}"


def test_every_entry_of_the_runbook_says_where_to_look_and_what_to_do() -> None:
    for entry in re.split(r"(?m)^### ", PAGE.partition("\n## Runbook\n")[2].partition("\n## ")[0])[1:]:
        assert "**Look**" in entry, entry.splitlines()[0]
        assert "**Do**" in entry, entry.splitlines()[0]


# ---------------------------------------------------------------- dashboard
def test_panels_have_unique_titles_and_do_not_overlap() -> None:
    titles = [panel["title"] for panel in PANELS]
    assert len(titles) == len(set(titles))
    cells = [
        (x, y)
        for at in (panel["gridPos"] for panel in DASHBOARD["panels"])
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_panels_use_the_provisioned_data_source() -> None:
    (source,) = yaml.safe_load((DEPLOY / "grafana" / "datasource.yml").read_text("utf-8"))["datasources"]
    assert {panel["datasource"]["uid"] for panel in PANELS} == {source["uid"]}


def test_the_dashboard_shows_every_metric() -> None:
    shown = set().union(*map(metrics_in, queries()))
    unseen = {name for name in metrics.help_texts() if name.startswith("communique_")} - shown
    assert unseen == {"communique_queue_limit_tasks", "communique_heartbeat_limit_seconds"}  # limits, for alerts


# ---------------------------------------------------------------- Prometheus itself
@requires("promtool")
def test_promtool_accepts_the_rules_and_the_configuration() -> None:
    output = promtool("check", "rules", str(RULES))
    assert f"SUCCESS: {len(ALERTS)} rules found" in output
    assert "SUCCESS" in promtool("check", "config", str(DEPLOY / "prometheus.yml"))


@requires("promtool")
@pytest.mark.parametrize("gateway", ["https://news.example.org", None])
def test_the_placeholders_of_an_alert_are_replaced(gateway: str | None, tmp_path: Path) -> None:
    alert = next(a for a in ALERTS if a["alert"] == "CommuniqueServiceDown")
    labels = {"instance": "worker:9464", "job": "communique", "severity": "critical"}
    filled = {
        name: re.sub(r"{{ \$labels\.instance }}", "worker:9464", text) for name, text in alert["annotations"].items()
    }
    filled["runbook_url"] = f"{gateway or 'http://127.0.0.1:8080'}/runbook#CommuniqueServiceDown"
    test = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "15s",
        "tests": [
            {
                "interval": "15s",
                "input_series": [{"series": 'up{job="communique",instance="worker:9464"}', "values": "0x20"}],
                "external_labels": {"gateway_url": gateway} if gateway else {},
                "alert_rule_test": [
                    {
                        "eval_time": "2m",
                        "alertname": alert["alert"],
                        "exp_alerts": [{"exp_labels": labels, "exp_annotations": filled}],
                    }
                ],
            }
        ],
    }
    file = tmp_path / "test.yml"
    file.write_text(yaml.safe_dump(test), encoding="utf-8")
    promtool("test", "rules", str(file))
