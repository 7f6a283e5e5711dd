"""The profiles: those whose images can be had are started, the others are checked by `docker compose config`."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, Final

from tests.compose.fleet import wait_until
from tests.compose.images import provide
from tests.compose.installation import PROFILES
from tests.compose.receivers import ALERTS
from tests.compose.site import RECEIVER

if TYPE_CHECKING:
    from tests.compose.fleet import Fleet
    from tests.compose.receivers import Posts
    from tests.compose.report import Report

TOKEN: Final = "0123456789abcdef0123456789abcdef"
CA: Final = "/data/caddy/pki/authorities/local/root.crt"
SCRAPED: Final = ("worker", "discover", "gateway", "webhook", "sink")
"""Services with metrics; webhook and sink run with their profiles only."""


def provide_images(fleet: Fleet, report: Report, prefix: str) -> set[str]:
    """Pull or make the images of the optional services; return the services for which none can be had."""
    with report.step("images of the profiles") as step:
        variables, missing = provide(fleet.engine, ("prometheus", "alertmanager", "caddy"), prefix)
        fleet.installation.configure(**variables)
        made = ", ".join(sorted(image.rpartition("-")[2] for image in variables.values())) or "none"
        step.note = f"made of Debian's packages: {made}" + (f"; not available: {missing}" if missing else "")
    return missing


def check_configurations(fleet: Fleet, report: Report) -> None:
    """Let Compose check every profile, and an external Redis."""
    with report.step("docker compose config") as step:
        for profile in PROFILES:
            fleet.engine.compose("--profile", profile, "config", "--quiet")
        files = ("--file", "docker-compose.yml", "--file", "deploy/external-redis.yml")
        fleet.engine.compose(*files, "config", "--quiet")
        step.note = f"valid: {', '.join(PROFILES)}, and deploy/external-redis.yml"


def check_tls(fleet: Fleet, report: Report) -> None:
    """Serve the gateway by Caddy with tokens."""
    with report.step("profile tls") as step:
        tokens = fleet.engine.folder / "deploy" / "secrets" / "tokens.toml"
        tokens.write_text(f'[[token]]\nname = "test"\ntoken = "{TOKEN}"\nscopes = ["read"]\n', encoding="utf-8")
        fleet.installation.configure(
            COMMUNIQUE_GATEWAY_TOKENS="/run/communique/tokens.toml", COMMUNIQUE_GATEWAY_PROXIES="1", SITE="localhost"
        )
        fleet.engine.compose("--profile", "tls", "up", "--detach", "--wait")
        url = f"https://localhost:{fleet.installation.ports['https']}/v1/status"
        wait_until(lambda: _status(fleet, url, TOKEN) == 200, lambda: 0, "an answer of Caddy")
        step.check(_status(fleet, url, "x" * 32) == 401, "a wrong token is not rejected")
        step.note = "200 with a token, 401 with another; certificate verified"


def _status(fleet: Fleet, url: str, token: str) -> int:
    """Return the status of a request whose certificate Caddy's own authority must have signed; 0 without response."""
    context = ssl.create_default_context(cadata=fleet.engine.compose("exec", "-T", "caddy", "cat", CA))
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def start_alerts(fleet: Fleet, report: Report) -> None:
    """Start Prometheus and Alertmanager, and wait until all services are scraped."""
    with report.step("profile alerts") as step:
        file = fleet.engine.folder / "deploy" / "secrets" / "alert-webhook-url"
        file.write_text(f"http://{RECEIVER}:{fleet.site_port}{ALERTS}\n", encoding="utf-8")
        fleet.engine.compose("--profile", "alerts", "up", "--detach", "--wait")
        expected = sum(len(fleet.engine.containers(service)) for service in SCRAPED)
        wait_until(lambda: len(scraped(fleet)) == expected, lambda: len(scraped(fleet)), "targets of Prometheus")
        wait_until(lambda: bool(_alertmanagers(fleet)), lambda: 0, "Alertmanager in Prometheus")
        rules = sum(len(group["rules"]) for group in _prometheus(fleet, "rules")["groups"])
        step.note = f"{len(scraped(fleet))} services scraped, {rules} rules, Alertmanager found"


def check_delivery_of_alerts(fleet: Fleet, report: Report, posts: Posts) -> None:
    """Post an alert to Alertmanager, which must post it to the receiver."""
    with report.step("alert delivered") as step:
        alert = {"labels": {"alertname": "CommuniqueTest"}, "annotations": {"summary": "a test"}}
        url = f"http://127.0.0.1:{fleet.installation.ports['alertmanager']}/api/v2/alerts"
        body = json.dumps([alert]).encode()
        urllib.request.urlopen(
            urllib.request.Request(url, body, {"Content-Type": "application/json"}), timeout=30
        ).close()
        wait_until(lambda: ("CommuniqueTest", "firing") in posts.alerts, lambda: len(posts.alerts), "the alert")
        step.note = "posted by Alertmanager to the URL in deploy/secrets/alert-webhook-url"


def scraped(fleet: Fleet) -> list[str]:
    """Return the addresses that Prometheus scrapes without error."""
    return [it["scrapeUrl"] for it in _prometheus(fleet, "targets")["activeTargets"] if it["health"] == "up"]


def _alertmanagers(fleet: Fleet) -> list[Any]:
    found: list[Any] = _prometheus(fleet, "alertmanagers")["activeAlertmanagers"]
    return found


def alert_state(fleet: Fleet, name: str) -> str:
    """Return the state of an alert in Prometheus: "inactive", "pending" or "firing"."""
    groups = _prometheus(fleet, "rules")["groups"]
    return str(next(rule["state"] for group in groups for rule in group["rules"] if rule["name"] == name))


def _prometheus(fleet: Fleet, what: str) -> dict[str, Any]:
    url = f"http://127.0.0.1:{fleet.installation.ports['prometheus']}/api/v1/{what}"
    with urllib.request.urlopen(url, timeout=120) as response:
        data: dict[str, Any] = json.load(response)["data"]
    return data
