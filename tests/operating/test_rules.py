"""The rules, the dashboard and the page about them name what exists, and each alert says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.operating.promtool import DEPLOY, RULES, needs, promtool
from worker.telemetry import metrics

ROOT = DEPLOY.parent
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
ALERTS: list[dict[str, Any]] = [rule for g in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in g["rules"]]
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "communique.json").read_text("utf-8"))
OTHERS = {"up", "ALERTS"}
"""What Prometheus itself brings."""
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def queries() -> Iterator[str]:
    """Every expression of the dashboard, its variables filled in as Grafana does."""
    for panel in PANELS:
        for target in panel["targets"]:
            yield target["expr"].replace("$__rate_interval", "1m")


def named(expression: str) -> set[str]:
    """The metrics that an expression asks for; a histogram by its family's name."""
    bare = re.sub(r'"[^"]*"', "", expression)
    words = set(re.findall(r"(?<![\w{,.])(?:communique|process)_\w+|\bup\b|\bALERTS\b", bare))
    return {re.sub(r"(_seconds)_(?:bucket|count|sum)$", r"\1", word) for word in words}


def exist() -> set[str]:
    return set(metrics.help_texts()) | OTHERS


# ---------------------------------------------------------------- names
@pytest.mark.parametrize("alert", ALERTS, ids=lambda a: a["alert"])
def test_an_alert_asks_for_metrics_that_exist(alert: dict[str, Any]) -> None:
    assert named(alert["expr"])
    assert named(alert["expr"]) <= exist()


@pytest.mark.parametrize("query", sorted(set(queries())))
def test_the_dashboard_asks_for_metrics_that_exist(query: str) -> None:
    assert named(query)
    assert named(query) <= exist()


def test_a_metric_that_does_not_exist_would_be_noticed() -> None:
    assert named("sum(rate(communique_articels_total[5m])) / communique_redis_up") - exist() == {
        "communique_articels_total"
    }


def test_the_page_names_every_metric_and_what_it_means() -> None:
    table = re.findall(r"(?m)^\| `(communique_\w+)` \| [^|]*\| (.+) \|$", PAGE)
    assert dict(table) == {
        name: about for name, about in metrics.help_texts().items() if name.startswith("communique_")
    }
    assert len(table) == len(dict(table))


def test_the_page_names_no_metric_that_does_not_exist() -> None:
    process = r"process_\w+_(?:seconds|bytes|fds)(?:_total)?"
    assert set(re.findall(rf"`(communique_[a-z_]+|{process})`", PAGE)) <= exist()


def test_every_metric_keeps_to_the_conventions() -> None:
    for name in metrics.help_texts():
        assert re.fullmatch(r"(communique|process)(_[a-z]+)+", name), name
        assert not re.search(r"_(ms|milliseconds|minutes|kb|count)$", name), name


# ---------------------------------------------------------------- alerts
@pytest.mark.parametrize("alert", ALERTS, ids=lambda a: a["alert"])
def test_an_alert_says_what_is_wrong_and_what_to_do(alert: dict[str, Any]) -> None:
    assert set(alert["annotations"]) == {"summary", "description", "action", "runbook_url"}
    assert all(text.strip() for text in alert["annotations"].values())
    assert alert["labels"]["severity"] in {"critical", "warning"}


def test_the_runbook_has_an_entry_for_each_alert_under_the_link_that_it_gives() -> None:
    runbook = PAGE.partition("\n## Runbook\n")[2].partition("\n## ")[0]
    headings = re.findall(r"(?m)^### (\w+)$", runbook)
    assert headings == [alert["alert"] for alert in ALERTS]
    for alert in ALERTS:
        assert alert["annotations"]["runbook_url"] == f"docs/operating.md#{alert['alert'].lower()}"


def test_every_entry_says_where_to_look_and_what_to_do() -> None:
    for entry in re.split(r"(?m)^### ", PAGE.partition("\n## Runbook\n")[2].partition("\n## ")[0])[1:]:
        assert "**Look**" in entry, entry.splitlines()[0]
        assert "**Do**" in entry, entry.splitlines()[0]


# ---------------------------------------------------------------- dashboard
def test_the_dashboard_s_panels_have_titles_of_their_own_and_do_not_overlap() -> None:
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


def test_the_dashboard_takes_the_source_that_is_provisioned() -> None:
    (source,) = yaml.safe_load((DEPLOY / "grafana" / "datasource.yml").read_text("utf-8"))["datasources"]
    assert {panel["datasource"]["uid"] for panel in PANELS} == {source["uid"]}


def test_the_dashboard_shows_every_metric_of_ours_somewhere() -> None:
    shown = set().union(*map(named, queries()))
    unseen = {name for name in metrics.help_texts() if name.startswith("communique_")} - shown
    assert unseen == {"communique_queue_limit_tasks", "communique_heartbeat_limit_seconds"}  # limits, for alerts


# ---------------------------------------------------------------- Prometheus itself
@needs("promtool")
def test_prometheus_takes_the_rules_and_the_configuration() -> None:
    said = promtool("check", "rules", str(RULES))
    assert f"SUCCESS: {len(ALERTS)} rules found" in said
    assert "SUCCESS" in promtool("check", "config", str(DEPLOY / "prometheus.yml"))


@needs("promtool")
def test_the_words_of_an_alert_are_filled_in(tmp_path: Path) -> None:
    alert = next(a for a in ALERTS if a["alert"] == "CommuniqueServiceDown")
    labels = {"instance": "worker:9464", "job": "communique", "severity": "critical"}
    filled = {
        name: re.sub(r"{{ \$labels\.instance }}", "worker:9464", text) for name, text in alert["annotations"].items()
    }
    test = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "15s",
        "tests": [
            {
                "interval": "15s",
                "input_series": [{"series": 'up{job="communique",instance="worker:9464"}', "values": "0x20"}],
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
