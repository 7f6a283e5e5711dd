"""What is deployed: docker-compose.yml against the Compose Specification and our own promises, and the Dockerfile."""

from __future__ import annotations

import asyncio
import copy
import json
import os
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from redis.asyncio import Redis

from worker import cli
from worker.settings import PREFIX, Settings
from worker.streams.embedded_server import find_server

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("discover", "worker", "gateway", "webhook", "sink")
SCALED = ("discover", "worker", "webhook")
WATCHED = ("discover", "worker", "webhook", "sink")
ON_REQUEST = {"webhook": "webhook", "sink": "files", "prometheus": "observe", "grafana": "observe"}
OBSERVERS = ("grafana", "prometheus")
SPECIFICATION = Draft7Validator(json.loads((ROOT / "tests" / "data" / "compose-spec.json").read_text(encoding="utf-8")))


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, argument), continuation lines joined, comments gone."""
    text = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"(?m)^\s*#.*\n", "", text).replace("\\\n", " ").splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def seconds(duration: str) -> float:
    """A compose duration of one unit, "60s" or "5m"."""
    units = {"s": 1.0, "m": 60.0}
    return float(duration[:-1]) * units[duration[-1]]


def environment(service: str) -> dict[str, str]:
    """A service's variables with `${NAME:-default}` and `${NAME:?message}` filled in as compose does."""

    def filled(match: re.Match[str]) -> str:
        return match["default"] if match["operator"] == ":-" else "https://example.org/bot"

    given = SERVICES[service]["environment"]
    return {name: VARIABLE.sub(filled, value) for name, value in given.items() if value is not None}


VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?P<operator>:[-?])(?P<default>[^}]*)\}")


def command(service: str) -> list[str]:
    """A service's words, with the defaults of its variables."""
    return [VARIABLE.sub(lambda match: match["default"], word) for word in SERVICES[service]["command"]]


# ---------------------------------------------------------------- the compose file
def test_compose_file_keeps_to_the_compose_specification() -> None:
    assert not [f"{error.json_path}: {error.message}" for error in SPECIFICATION.iter_errors(COMPOSE)]


def test_a_misspelt_key_would_be_noticed() -> None:
    broken = copy.deepcopy(COMPOSE)
    broken["services"]["worker"]["stop_grace_peroid"] = broken["services"]["worker"].pop("stop_grace_period")
    assert [error.json_path for error in SPECIFICATION.iter_errors(broken)] == ["$.services.worker"]


def test_it_has_the_services_that_the_readme_names() -> None:
    assert set(SERVICES) == {"redis", *OURS, *OBSERVERS}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_what_not_everybody_needs_runs_only_where_it_is_asked_for(service: str) -> None:
    wanted = ON_REQUEST.get(service)
    assert SERVICES[service].get("profiles") == ([wanted] if wanted else None)


def test_the_head_of_the_file_names_every_profile_and_every_variable() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    head, _, rest = text.partition("\nname: ")
    assert {f"--profile {profile}" for profile in ON_REQUEST.values()} <= set(re.findall(r"--profile \w+", head))
    without_comments = re.sub(r"(?m)^\s*#.*$", "", rest)
    asked = set(re.findall(r"\$\{([A-Z_]+)", without_comments))
    asked |= {
        name for held in SERVICES.values() for name, value in held.get("environment", {}).items() if value is None
    }
    assert {name for name in asked if name not in head} == {"COMMUNIQUE_LOG_LEVEL"}  # a setting like any other


@pytest.mark.parametrize("service", SCALED)
def test_a_service_can_be_scaled(service: str) -> None:
    assert not {"container_name", "ports", "hostname"} & set(SERVICES[service])


def test_one_service_builds_the_image_that_both_use() -> None:
    assert {SERVICES[service]["image"] for service in OURS} == {"communique"}
    assert [service for service in SERVICES if "build" in SERVICES[service]] == ["worker"]
    build = SERVICES["worker"]["build"]
    assert (ROOT / build["context"] / build["dockerfile"]).is_file()


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_service_can_do_more_than_it_must(service: str) -> None:
    held = SERVICES[service]
    assert held["read_only"] is True
    assert held["cap_drop"] == ["ALL"]
    assert held["security_opt"] == ["no-new-privileges:true"]
    assert [mount.partition(":")[0] for mount in held["tmpfs"]] == ["/tmp"]
    assert "mem_limit" in held


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_service_is_watched_restarted_and_keeps_a_bounded_log(service: str) -> None:
    held = SERVICES[service]
    assert held["restart"] == "unless-stopped"
    assert set(held["healthcheck"]) >= {"test", "interval", "timeout", "retries", "start_period"}
    assert set(held["logging"]["options"]) == {"max-size", "max-file"}


@pytest.mark.parametrize("service", OURS)
def test_our_services_wait_for_a_healthy_redis(service: str) -> None:
    assert SERVICES[service]["depends_on"] == {"redis": {"condition": "service_healthy"}}


@pytest.mark.parametrize("service", OURS)
def test_the_program_understands_every_setting_given(service: str) -> None:
    settings = Settings.from_env(environment(service))
    assert settings.redis.url == "redis://redis:6379/0"
    assert settings.fetch.contact_url == "https://example.org/bot"


@pytest.mark.parametrize("service", OURS)
def test_the_program_understands_its_command(service: str) -> None:
    asked = cli.build_parser().parse_args(command(service)).command.__name__.removesuffix("_command")
    assert asked == {"worker": "consume"}.get(service, service)


@pytest.mark.parametrize("service", WATCHED)
def test_the_program_understands_its_health_check(service: str) -> None:
    kind, program, *arguments = SERVICES[service]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "communique")
    assert cli.build_parser().parse_args(arguments).command.__name__ == "health_command"


@pytest.mark.parametrize("service", OURS)
def test_every_service_can_be_asked_how_it_is_from_the_other_containers(service: str) -> None:
    settings = Settings.from_env(environment(service))
    assert settings.metrics.host == "0.0.0.0"
    assert settings.metrics.port


# ---------------------------------------------------------------- the profile observe
@pytest.mark.parametrize("service", OBSERVERS)
def test_observers_are_reached_from_this_machine_only(service: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[service]["ports"])


@pytest.mark.parametrize("service", OBSERVERS)
def test_observers_are_given_files_that_exist_and_cannot_change_them(service: str) -> None:
    mounts = [mount.split(":") for mount in SERVICES[service]["volumes"]]
    files = [mount for mount in mounts if mount[0].startswith("./")]
    assert files
    assert all((ROOT / source).is_file() and mode == "ro" for source, _, mode in files)
    assert {source for source, *_ in mounts if not source.startswith("./")} <= set(COMPOSE["volumes"])


def test_prometheus_scrapes_every_service_of_ours_on_the_port_that_it_has() -> None:
    config = yaml.safe_load((ROOT / "deploy" / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = config["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    assert set(OURS) <= set(found["names"])
    assert {Settings.from_env(environment(service)).metrics.port for service in OURS} == {found["port"]}


def test_grafana_finds_prometheus_and_the_dashboard_where_they_are() -> None:
    folder = ROOT / "deploy" / "grafana"
    (source,) = yaml.safe_load((folder / "datasource.yml").read_text(encoding="utf-8"))["datasources"]
    (provider,) = yaml.safe_load((folder / "dashboards.yml").read_text(encoding="utf-8"))["providers"]
    targets = [mount.split(":")[1] for mount in SERVICES["grafana"]["volumes"]]
    assert source["url"] == "http://prometheus:9090"
    assert f"{provider['options']['path']}/communique.json" in targets
    assert source["uid"] == "prometheus"


def test_the_gateway_is_reached_from_this_machine_only_and_asked_whether_it_is_ready() -> None:
    assert SERVICES["gateway"]["ports"] == ["127.0.0.1:${GATEWAY_PORT:-8080}:8080"]
    args = cli.build_parser().parse_args(SERVICES["gateway"]["command"])
    assert (args.host, args.open, args.port) == ("0.0.0.0", True, None)
    assert Settings().gateway.port == 8080
    kind, program, option, code = SERVICES["gateway"]["healthcheck"]["test"]
    assert (kind, program, option) == ("CMD", "python", "-c")
    compile(code, "healthcheck", "exec")
    assert "http://127.0.0.1:8080/readyz" in code


def test_who_runs_it_must_say_who_they_are() -> None:
    variable = SERVICES["worker"]["environment"][f"{PREFIX}CONTACT_URL"]
    assert re.fullmatch(r"\$\{COMMUNIQUE_CONTACT_URL:\?.*User-Agent.*\}", variable)


def test_who_makes_traces_is_told_alike_what_the_host_s_variables_say() -> None:
    told = {name: value for name, value in COMPOSE["x-traces"].items() if name.startswith("OTEL_")}
    assert set(told.values()) == {None}
    for service in OURS:
        traces = service in {"discover", "worker", "gateway"}
        assert (told.items() <= SERVICES[service]["environment"].items()) is traces


@pytest.mark.parametrize("missing", ["COMMUNIQUE_WEBHOOK_URL", "COMMUNIQUE_WEBHOOK_SECRET"])
def test_a_webhook_that_is_not_told_whom_to_send_what_says_so(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    passed_on = {name for name, value in SERVICES["webhook"]["environment"].items() if value is None}
    given = {
        "COMMUNIQUE_WEBHOOK_URL": "https://hooks.example.org/press",
        "COMMUNIQUE_WEBHOOK_SECRET": "whsec_" + "A" * 44,
    }
    assert passed_on == set(given)
    given = environment("webhook") | {name: value for name, value in given.items() if name != missing}
    monkeypatch.setattr(os, "environ", given)
    assert cli.main(command("webhook")) == 2
    assert missing in capsys.readouterr().err


def test_the_override_that_the_page_shows_fits_the_file_that_it_overrides() -> None:
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"(?ms)^```yaml\n(services:\n  webhook:.*?)^```$", page)
    override = yaml.safe_load(shown)
    assert not [error.message for error in SPECIFICATION.iter_errors(override)]
    assert set(override["services"]) <= set(SERVICES)
    assert set(override["services"]["webhook"]["secrets"]) == set(override["secrets"])
    *_, file = override["services"]["webhook"]["command"]
    assert file.removeprefix("/run/secrets/") in override["secrets"]


def test_a_sink_writes_into_its_volume_which_belongs_to_the_user_that_it_runs_as() -> None:
    (mount,) = SERVICES["sink"]["volumes"]
    source, folder = VARIABLE.sub(lambda match: match["default"], mount).split(":")
    assert source in COMPOSE["volumes"]
    assert cli.build_parser().parse_args(command("sink")).folder == folder
    user, group = dict(instructions())["USER"].split(":")
    made = next(argument for word, argument in instructions() if word == "RUN" and "useradd" in argument)
    assert f"install --directory --owner {user} --group {group} {folder}" in " ".join(made.split())


def test_sources_are_mounted_where_discover_looks_and_cannot_be_changed_there() -> None:
    (mount,) = SERVICES["discover"]["volumes"]
    source, target, mode = mount.split(":")
    assert (ROOT / source).is_file()
    assert environment("discover")["COMMUNIQUE_SOURCES"] == target
    assert mode == "ro"


def test_a_task_fits_into_the_drain_and_the_drain_into_the_grace() -> None:
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
    return dict(zip((word.removeprefix("--") for word in words[::2]), words[1::2], strict=True))


def test_redis_keeps_what_it_has_answered() -> None:
    assert options()["appendonly"] == "yes"
    assert options()["appendfsync"] == "always"
    assert options()["maxmemory-policy"] == "noeviction"
    assert SERVICES["redis"]["volumes"] == ["redis-data:/data"]
    assert "redis-data" in COMPOSE["volumes"]


async def test_a_real_server_takes_the_options_that_the_container_is_given(tmp_path: Path) -> None:
    socket = tmp_path / "s"
    here = {"port": "0", "unixsocket": str(socket), "dir": str(tmp_path)}
    words = [*SERVICES["redis"]["command"], *(w for name, value in here.items() for w in (f"--{name}", value))]
    quiet = asyncio.subprocess.DEVNULL
    server = await asyncio.create_subprocess_exec(find_server(), *words, stdout=quiet, cwd=tmp_path)
    try:
        while not socket.exists():
            assert server.returncode is None
            await asyncio.sleep(0.01)
        async with Redis(unix_socket_path=str(socket), protocol=2, decode_responses=True) as redis:
            config = await redis.config_get(*options())
    finally:
        server.terminate()
        await server.wait()
    assert config == {**options(), "maxmemory": str(1 << 30)}


# ---------------------------------------------------------------- the image
def test_the_entry_point_is_a_program_not_a_shell_so_that_sigterm_arrives() -> None:
    assert json.loads(dict(instructions())["ENTRYPOINT"]) == ["communique"]


def test_what_is_shipped_runs_as_a_numbered_user_without_privileges() -> None:
    user = [argument for word, argument in instructions() if word == "USER"][-1]
    assert all(int(number) > 0 for number in user.split(":"))


def test_what_is_shipped_begins_anew_from_the_base_and_takes_only_the_environment() -> None:
    words = instructions()
    last = max(i for i, (word, _) in enumerate(words) if word == "FROM")
    assert words[last] == ("FROM", "${BASE}")
    assert [a for word, a in words[last:] if word == "COPY"] == ["--from=build /opt/communique /opt/communique"]


def test_what_the_image_may_have_besides_is_what_the_project_offers() -> None:
    build = SERVICES["worker"]["build"]
    offered = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert {"parquet", "otel"} <= set(offered)
    assert ("ARG", "EXTRAS=") in instructions()
    assert build["args"] == {"EXTRAS": "${EXTRAS:-}"}


def test_everything_that_the_build_copies_exists_and_reaches_it() -> None:
    let_through = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    copies = [shlex.split(a)[:-1] for word, a in instructions() if word == "COPY" and not a.startswith("--from")]
    for source in (source for sources in copies for source in sources):
        assert (ROOT / source).exists()
        assert f"!{source}" in let_through
