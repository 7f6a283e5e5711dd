"""docker-compose.yml against the Compose Specification and the promises of the docs; the Dockerfile."""

from __future__ import annotations

import asyncio
import copy
import json
import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from redis.asyncio import Redis

from tools import settings_file
from worker import cli
from worker.monitor.health_server import health_server
from worker.settings import PREFIX, Settings, variables
from worker.streams.embedded_server import find_server
from worker.telemetry.liveness import LivenessMonitor, LoopSpec

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
COMMUNIQUE_SERVICES = ("discover", "worker", "gateway", "webhook", "sink", "archive")
SCALED = ("discover", "worker", "webhook")
PROFILES = {
    "webhook": {"webhook"},
    "sink": {"files"},
    "archive": {"archive"},
    "prometheus": {"observe", "alerts"},
    "grafana": {"observe"},
    "alertmanager": {"alerts"},
    "caddy": {"tls"},
}
OBSERVERS = ("alertmanager", "grafana", "prometheus")
SPECIFICATION = Draft7Validator(json.loads((ROOT / "tests" / "data" / "compose-spec.json").read_text(encoding="utf-8")))


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile as pairs of instruction and argument, without comments and continuation lines."""
    text = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"(?m)^\s*#.*\n", "", text).replace("\\\n", " ").splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def seconds(duration: str) -> float:
    """Return a compose duration of one unit, "60s" or "5m", in seconds."""
    units = {"s": 1.0, "m": 60.0}
    return float(duration[:-1]) * units[duration[-1]]


def environment(service: str) -> dict[str, str]:
    """Return the variables that the compose file sets for a service, with the defaults of its own variables."""
    given = SERVICES[service]["environment"]
    return {name: default(value) for name, value in given.items() if value is not None}


VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+):-(?P<default>[^}]*)\}")


def default(text: str) -> str:
    """Replace each `${NAME:-default}` by its default, as compose does with unset variables."""
    return VARIABLE.sub(lambda match: match["default"], text)


def command(service: str) -> list[str]:
    """Return a service's command with the defaults of its variables."""
    return [default(word) for word in SERVICES[service]["command"]]


def without_comments(path: str) -> str:
    return re.sub(r"(?m)^\s*#.*$", "", (ROOT / path).read_text(encoding="utf-8"))


# ---------------------------------------------------------------- the compose file
def test_the_compose_file_is_valid() -> None:
    assert not [f"{error.json_path}: {error.message}" for error in SPECIFICATION.iter_errors(COMPOSE)]


def test_a_misspelt_key_would_be_detected() -> None:
    broken = copy.deepcopy(COMPOSE)
    broken["services"]["worker"]["stop_grace_peroid"] = broken["services"]["worker"].pop("stop_grace_period")
    assert [error.json_path for error in SPECIFICATION.iter_errors(broken)] == ["$.services.worker"]


def test_the_services_are_those_of_the_readme() -> None:
    assert set(SERVICES) == {"redis", "caddy", *COMMUNIQUE_SERVICES, *OBSERVERS}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_optional_services_need_a_profile(service: str) -> None:
    assert set(SERVICES[service].get("profiles", ())) == PROFILES.get(service, set())


def test_the_head_comment_lists_every_profile_and_variable() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    head, _, rest = text.partition("\nname: ")
    assert {f"--profile {profile}" for profiles in PROFILES.values() for profile in profiles} <= set(
        re.findall(r"--profile \w+", head)
    )
    asked = set(re.findall(r"\$\{([A-Z_]+)", re.sub(r"(?m)^\s*#.*$", "", rest)))
    asked |= {
        name
        for service, definition in SERVICES.items()
        if service != "redis"  # it has a list, of one variable
        for name, value in definition.get("environment", {}).items()
        if value is None
    }
    assert {name for name in asked if name not in head} <= {variable.name for variable in variables(Settings)}


def test_the_example_settings_list_every_profile() -> None:
    text = (ROOT / "deploy" / "example.env").read_text(encoding="utf-8")
    listed = re.search(r"(?m)^# Profiles .*: (.*)\.$", text)
    assert listed
    assert set(listed[1].split(", ")) == set().union(*PROFILES.values())


# ---------------------------------------------------------------- settings
FIXED = {
    "REDIS_URL": "redis://:${REDIS_PASSWORD:-}@redis:6379/0",
    "SOURCES": "/etc/communique/sources.toml",
    "METRICS_HOST": "0.0.0.0",
    "METRICS_PORT": "9464",
    "GATEWAY_HOST": "0.0.0.0",
    "GATEWAY_PORT": "8080",
}
"""Settings that the containers determine, which the head of the compose file says."""


def test_the_list_of_settings_is_the_one_that_make_reference_writes() -> None:
    kept = (ROOT / "deploy" / "settings.env").read_text(encoding="utf-8")
    assert kept == settings_file.page(), "Run `make reference`."


@pytest.mark.parametrize("service", COMMUNIQUE_SERVICES)
def test_every_setting_of_the_shell_and_of_the_file_env_reaches_a_service(service: str) -> None:
    assert SERVICES[service]["env_file"] == [{"path": ".env", "required": False}, "deploy/settings.env"]
    assert without_comments("deploy/settings.env").split() == [variable.name for variable in variables(Settings)]
    for name, value in SERVICES[service]["environment"].items():
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in FIXED:
            assert value.startswith(f"${{{name}:-"), f"{name} of .env is ignored"


@pytest.mark.parametrize("service", COMMUNIQUE_SERVICES)
def test_settings_that_the_containers_determine_are_in_the_head_comment(service: str) -> None:
    given = {name.removeprefix(PREFIX): value for name, value in SERVICES[service]["environment"].items()}
    assert {name: value for name, value in FIXED.items() if name in given}.items() <= given.items()
    head, _, _ = (ROOT / "docker-compose.yml").read_text(encoding="utf-8").partition("\nname: ")
    (fixed,) = re.findall(r"fixed values of (.*?):", " ".join(head.replace("\n#", "\n").split()))
    assert all(name.rpartition("_")[2] in fixed for name in FIXED)


def test_no_variable_is_required_to_read_the_compose_file() -> None:
    assert not re.findall(r"\$\{[A-Z_]+:?\?", without_comments("docker-compose.yml"))


def test_the_example_settings_are_valid() -> None:
    text = (ROOT / "deploy" / "example.env").read_text(encoding="utf-8")
    lines = dict(re.findall(r"(?m)^#?([A-Z_]+)=(.*)$", text))
    assert Settings.from_env(lines).fetch.contact_url == lines["COMMUNIQUE_CONTACT_URL"]
    head, _, _ = (ROOT / "docker-compose.yml").read_text(encoding="utf-8").partition("\nname: ")
    for name in lines:
        assert name.startswith((PREFIX, "COMPOSE_")) or f" {name} " in head


def test_the_number_of_workers_is_a_variable() -> None:
    assert SERVICES["worker"]["deploy"] == {"replicas": "${WORKERS:-1}"}


@pytest.mark.parametrize("service", SCALED)
def test_a_service_can_be_scaled(service: str) -> None:
    assert not {"container_name", "ports", "hostname"} & set(SERVICES[service])


def test_one_service_builds_the_image_of_all() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    image = f"${{IMAGE:-communique:{version}}}"
    assert {SERVICES[service]["image"] for service in COMMUNIQUE_SERVICES} == {image}
    assert [service for service in SERVICES if "build" in SERVICES[service]] == ["worker"]
    build = SERVICES["worker"]["build"]
    assert (ROOT / build["context"] / build["dockerfile"]).is_file()


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_services_have_minimal_privileges(service: str) -> None:
    definition = SERVICES[service]
    assert definition["read_only"] is True
    assert definition["cap_drop"] == ["ALL"]
    assert definition["security_opt"] == ["no-new-privileges:true"]
    assert [mount.partition(":")[0] for mount in definition["tmpfs"]] == ["/tmp"]
    assert "mem_limit" in definition
    assert {"cpus", "cpu_quota"} & set(definition)


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_service_has_a_health_check_a_restart_policy_and_a_bounded_log(service: str) -> None:
    definition = SERVICES[service]
    assert definition["restart"] == "unless-stopped"
    assert set(definition["healthcheck"]) >= {"test", "interval", "timeout", "retries", "start_period"}
    assert set(definition["logging"]["options"]) == {"max-size", "max-file"}


@pytest.mark.parametrize("service", COMMUNIQUE_SERVICES)
def test_services_wait_for_a_healthy_redis(service: str) -> None:
    assert SERVICES[service]["depends_on"] == {"redis": {"condition": "service_healthy"}}


@pytest.mark.parametrize("service", COMMUNIQUE_SERVICES)
def test_the_settings_of_a_service_are_valid(service: str) -> None:
    settings = Settings.from_env(environment(service))
    assert settings.redis.url == "redis://:@redis:6379/0"  # as without a password


@pytest.mark.parametrize("service", COMMUNIQUE_SERVICES)
def test_the_command_of_a_service_is_valid(service: str) -> None:
    asked = cli.build_parser().parse_args(command(service)).command.__name__.removesuffix("_command")
    assert asked == {"worker": "consume"}.get(service, service)


@pytest.mark.parametrize("service", COMMUNIQUE_SERVICES)
def test_the_health_check_of_a_service_is_a_program_of_the_image(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"] == ["CMD", "ready", *(["8080"] if service == "gateway" else [])]
    assert ("COPY", "--chmod=755 deploy/ready /opt/communique/bin/ready") in instructions()


async def test_the_health_check_follows_the_readiness_of_a_service() -> None:
    liveness = LivenessMonitor({"redis": LoopSpec(max_silence_s=3600)})
    with health_server(Settings.of(metrics_port=0).metrics, liveness) as port:
        assert await ready(port) == 0
        assert await ready("", COMMUNIQUE_METRICS_PORT=str(port)) == 0
        liveness.mark_ended("redis")
        assert await ready(port) == 1
    assert await ready(port) == 1


async def ready(*arguments: object, **environ: str) -> int | None:
    words = (str(argument) for argument in arguments if argument)
    quiet = asyncio.subprocess.DEVNULL
    check = await asyncio.create_subprocess_exec(ROOT / "deploy" / "ready", *words, env=environ, stdout=quiet)
    return await check.wait()


@pytest.mark.parametrize("service", COMMUNIQUE_SERVICES)
def test_metrics_are_reachable_from_other_containers(service: str) -> None:
    settings = Settings.from_env(environment(service))
    assert settings.metrics.host == "0.0.0.0"
    assert settings.metrics.port


# ---------------------------------------------------------------- the profile observe
@pytest.mark.parametrize("service", OBSERVERS)
def test_observers_are_published_on_loopback_only(service: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[service]["ports"])


@pytest.mark.parametrize("service", OBSERVERS)
def test_observers_mount_existing_files_read_only(service: str) -> None:
    mounts = [default(mount).split(":") for mount in SERVICES[service]["volumes"]]
    files = [mount for mount in mounts if mount[0].startswith("./")]
    assert files
    assert all((ROOT / source).exists() and mode == "ro" for source, _, mode in files)
    assert {source for source, *_ in mounts if not source.startswith("./")} <= set(COMPOSE["volumes"])


def test_prometheus_scrapes_every_service_on_its_port() -> None:
    config = yaml.safe_load((ROOT / "deploy" / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = config["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    assert set(COMMUNIQUE_SERVICES) <= set(found["names"])
    assert {Settings.from_env(environment(service)).metrics.port for service in COMMUNIQUE_SERVICES} == {found["port"]}


def test_prometheus_sends_its_alerts_to_alertmanager() -> None:
    config = yaml.safe_load((ROOT / "deploy" / "prometheus.yml").read_text(encoding="utf-8"))
    (target,) = config["alerting"]["alertmanagers"]
    (found,) = target["dns_sd_configs"]
    assert found["names"] == ["alertmanager"]
    (published,) = SERVICES["alertmanager"]["ports"]
    assert default(published).endswith(f":{found['port']}")


def test_alertmanager_posts_to_the_url_in_the_mounted_file() -> None:
    config = yaml.safe_load((ROOT / "deploy" / "alertmanager.yml").read_text(encoding="utf-8"))
    (receiver,) = config["receivers"]
    assert config["route"]["receiver"] == receiver["name"]
    (hook,) = receiver["webhook_configs"]
    assert Path(hook["url_file"]).parent == secrets_of("alertmanager")


def secrets_of(service: str) -> Path:
    """Return where the directory deploy/secrets is mounted in a service."""
    (folder,) = (mount.split(":")[1] for mount in SERVICES[service]["volumes"] if "/secrets:" in mount)
    return Path(folder)


# ---------------------------------------------------------------- access to the gateway, other Redis servers
@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({}, 2),
        ({"COMMUNIQUE_GATEWAY_TOKENS": "/run/communique/tokens.toml"}, 2),
        ({"COMMUNIQUE_GATEWAY_TOKENS": "/run/communique/tokens.toml", "COMMUNIQUE_GATEWAY_PROXIES": "1"}, 0),
    ],
)
async def test_the_proxy_starts_only_before_a_gateway_with_tokens(
    environ: dict[str, str], status: int, tmp_path: Path
) -> None:
    (tmp_path / "caddy").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "caddy").chmod(0o755)
    assert set(environ) <= set(SERVICES["caddy"]["environment"])
    words = *SERVICES["caddy"]["entrypoint"], SERVICES["caddy"]["command"][0].replace("$$", "$")
    search = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*words, env=search | environ, stderr=pipe)
    _, printed = await process.communicate()
    assert process.returncode == status
    assert ("set COMMUNIQUE_GATEWAY_TOKENS=/run/communique/tokens.toml" in printed.decode()) is bool(status)
    assert Path("/run/communique") == secrets_of("gateway")


def test_the_proxy_passes_requests_to_the_gateway() -> None:
    text = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    assert "reverse_proxy gateway:8080" in text
    assert "{$SITE:localhost} {" in text
    assert "SITE" in SERVICES["caddy"]["environment"]


def test_with_an_external_redis_no_service_waits_for_the_container() -> None:
    external = yaml.safe_load((ROOT / "deploy" / "external-redis.yml").read_text(encoding="utf-8"))
    assert not [error.message for error in SPECIFICATION.iter_errors(external)]
    assert set(external["services"]) == {"redis", *COMMUNIQUE_SERVICES}
    assert external["services"]["redis"]["profiles"][0] not in set().union(*PROFILES.values())
    for service in COMMUNIQUE_SERVICES:
        assert external["services"][service]["depends_on"]["redis"]["required"] is False
        assert external["services"][service]["environment"] == {"COMMUNIQUE_REDIS_URL": "${COMMUNIQUE_REDIS_URL:-}"}


def test_grafana_is_provisioned_with_prometheus_and_the_dashboard() -> None:
    folder = ROOT / "deploy" / "grafana"
    (source,) = yaml.safe_load((folder / "datasource.yml").read_text(encoding="utf-8"))["datasources"]
    (provider,) = yaml.safe_load((folder / "dashboards.yml").read_text(encoding="utf-8"))["providers"]
    targets = [mount.split(":")[1] for mount in SERVICES["grafana"]["volumes"]]
    assert source["url"] == "http://prometheus:9090"
    assert f"{provider['options']['path']}/communique.json" in targets
    assert source["uid"] == "prometheus"


def test_the_gateway_is_published_on_loopback_only_and_checked_for_readiness() -> None:
    assert SERVICES["gateway"]["ports"] == ["127.0.0.1:${GATEWAY_PORT:-8080}:8080"]
    args = cli.build_parser().parse_args(SERVICES["gateway"]["command"])
    assert (args.host, args.open, args.port) == (None, True, None)
    gateway = Settings.from_env(environment("gateway")).gateway
    assert (gateway.host, gateway.port) == ("0.0.0.0", 8080)


@pytest.mark.parametrize("service", ["worker", "discover"])
def test_services_that_request_sites_exit_without_a_contact_url(
    service: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = str(ROOT / "deploy" / "sources.toml")
    monkeypatch.setattr(os, "environ", environment(service) | {"COMMUNIQUE_SOURCES": sources})
    assert cli.main(command(service)) == 2
    assert "set COMMUNIQUE_CONTACT_URL to a page that says who you are" in capsys.readouterr().err


def test_services_that_export_traces_get_the_same_variables_of_the_host() -> None:
    variables = {name: value for name, value in COMPOSE["x-traces"].items() if name.startswith("OTEL_")}
    assert set(variables.values()) == {None}
    for service in COMMUNIQUE_SERVICES:
        traces = service in {"discover", "worker", "gateway"}
        assert (variables.items() <= SERVICES[service]["environment"].items()) is traces


@pytest.mark.parametrize("missing", ["COMMUNIQUE_WEBHOOK_URL", "COMMUNIQUE_WEBHOOK_SECRET"])
def test_a_webhook_without_url_or_secret_names_the_missing_variable(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {
        "COMMUNIQUE_WEBHOOK_URL": "https://hooks.example.org/press",
        "COMMUNIQUE_WEBHOOK_SECRET": "whsec_" + "A" * 44,
    }
    given = environment("webhook") | {name: value for name, value in given.items() if name != missing}
    monkeypatch.setattr(os, "environ", given)
    assert cli.main(command("webhook")) == 2
    assert missing in capsys.readouterr().err


def test_the_override_on_the_page_fits_the_compose_file() -> None:
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"(?ms)^```yaml\n(services:\n  webhook:.*?)^```$", page)
    override = yaml.safe_load(shown)
    assert not [error.message for error in SPECIFICATION.iter_errors(override)]
    assert set(override["services"]) <= set(SERVICES)
    assert set(override["services"]["webhook"]["secrets"]) == set(override["secrets"])
    *_, file = override["services"]["webhook"]["command"]
    assert file.removeprefix("/run/secrets/") in override["secrets"]


def test_a_sink_writes_to_its_volume_owned_by_its_user() -> None:
    (mount,) = SERVICES["sink"]["volumes"]
    source, folder = default(mount).split(":")
    assert source in COMPOSE["volumes"]
    assert cli.build_parser().parse_args(command("sink")).folder == folder
    user, group = dict(instructions())["USER"].split(":")
    made = next(argument for word, argument in instructions() if word == "RUN" and "useradd" in argument)
    assert f"install --directory --owner {user} --group {group} {folder}" in " ".join(made.split())


def test_sources_are_mounted_read_only_at_their_configured_path() -> None:
    (mount,) = SERVICES["discover"]["volumes"]
    assert (ROOT / default(mount["source"])).is_file()
    assert environment("discover")["COMMUNIQUE_SOURCES"] == mount["target"]
    assert mount["read_only"] is True
    assert mount["bind"]["create_host_path"] is False


def test_a_task_fits_into_the_drain_and_the_drain_into_the_grace_period() -> None:
    settings = Settings.from_env(environment("worker"))
    task_s = settings.fetch.total_timeout_s + settings.pool.timeout_s
    assert task_s < settings.worker.drain_s < seconds(SERVICES["worker"]["stop_grace_period"])


def test_a_worker_has_room_to_unpack_the_language_model() -> None:
    (mount,) = SERVICES["worker"]["tmpfs"]
    megabytes = int(re.fullmatch(r"/tmp:size=(\d+)m,mode=1777", mount)[1])  # type: ignore[index]
    assert megabytes > 2 * 69


# ---------------------------------------------------------------- redis
def options() -> dict[str, str]:
    words = SERVICES["redis"]["command"]
    return dict(zip((word.removeprefix("--") for word in words[::2]), map(default, words[1::2]), strict=True))


def test_redis_persists_acknowledged_writes() -> None:
    assert options()["appendonly"] == "yes"
    assert options()["appendfsync"] == "always"
    assert options()["maxmemory-policy"] == "noeviction"
    assert SERVICES["redis"]["volumes"] == ["redis-data:/data"]
    assert "redis-data" in COMPOSE["volumes"]


@pytest.mark.parametrize(("password", "variable"), [("", "REDIS_WITHOUT_PASSWORD="), ("x1", "REDISCLI_AUTH=x1")])
def test_redis_cli_in_the_container_logs_in_only_with_a_password(password: str, variable: str) -> None:
    (item,) = SERVICES["redis"]["environment"]
    command = ["bash", "-c", f'echo "{item}"']  # Compose and bash have the same syntax here
    ended = subprocess.run(command, env={"REDIS_PASSWORD": password}, capture_output=True, text=True, check=True)
    assert ended.stdout == f"{variable}\n"


@pytest.mark.parametrize("password", ["", "secret"])
async def test_a_real_server_accepts_the_options_of_the_container(password: str, tmp_path: Path) -> None:
    socket = tmp_path / "s"
    here = {"port": "0", "unixsocket": str(socket), "dir": str(tmp_path)}
    given = options() | {"requirepass": password} | here
    words = [word for name, value in given.items() for word in (f"--{name}", value)]
    quiet = asyncio.subprocess.DEVNULL
    server = await asyncio.create_subprocess_exec(find_server(), *words, stdout=quiet, cwd=tmp_path)
    try:
        while not socket.exists():
            assert server.returncode is None
            await asyncio.sleep(0.01)
        async with Redis(
            unix_socket_path=str(socket), protocol=2, decode_responses=True, password=password or None
        ) as redis:
            config = await redis.config_get(*options())
    finally:
        server.terminate()
        await server.wait()
    assert config == {**options(), "maxmemory": str(1 << 30), "requirepass": password}


# ---------------------------------------------------------------- the image
def test_the_entry_point_is_a_program_and_receives_sigterm() -> None:
    assert json.loads(dict(instructions())["ENTRYPOINT"]) == ["communique"]


def test_the_image_runs_as_an_unprivileged_numeric_user() -> None:
    user = [argument for word, argument in instructions() if word == "USER"][-1]
    assert all(int(number) > 0 for number in user.split(":"))


def test_the_image_copies_only_the_environment_onto_the_base() -> None:
    words = instructions()
    last = max(i for i, (word, _) in enumerate(words) if word == "FROM")
    assert words[last] == ("FROM", "${BASE}")
    assert [a for word, a in words[last:] if word == "COPY"] == ["--from=build /opt/communique /opt/communique"]


def test_the_extras_of_the_image_are_those_of_the_project() -> None:
    build = SERVICES["worker"]["build"]
    offered = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert {"parquet", "otel"} <= set(offered)
    assert ("ARG", "EXTRAS=") in instructions()
    assert build["args"] == {"EXTRAS": "${EXTRAS:-}"}


def test_all_copied_files_exist_and_are_in_the_build_context() -> None:
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    copies = [shlex.split(a)[:-1] for word, a in instructions() if word == "COPY" and not a.startswith("--from")]
    for source in (word for words in copies for word in words if not word.startswith("--")):
        assert (ROOT / source).exists()
        assert f"!{source}" in allowed
