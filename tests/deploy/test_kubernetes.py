"""deploy/kubernetes: valid objects, and the names, ports, settings and limits of the project.

The JSON Schemas in tests/data are strict, so an unknown field is an error.  `kustomize` itself does not run here
(tests/deploy/kustomize.py assembles the objects).
"""

from __future__ import annotations

import copy
import gzip
import ipaddress
import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from tests import pages
from tests.deploy.kustomize import Object, assemble, containers
from worker import cli
from worker.errors import UsageError
from worker.fetch.addresses import is_public
from worker.monitor import fleet_collector
from worker.queue import GROUP, QueueKeys
from worker.settings import Settings
from worker.telemetry import metrics

assert fleet_collector.FLEET_COLLECTOR  # its import registers the gauges of the fleet
ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
KUSTOMIZATIONS = sorted(path.parent.name for path in FOLDER.glob("*/kustomization.yaml"))
OVERLAYS = ("example", "example-scaled")
OBJECTS = assemble(FOLDER / "example")
ROLES = ("worker", "discover", "gateway")
COMMANDS = {"worker": "consume", "discover": "discover", "gateway": "gateway"}


def schema(name: str) -> Any:
    return json.loads(gzip.decompress((ROOT / "tests" / "data" / name).read_bytes()))


KUBERNETES = schema("kubernetes-1.30.json.gz")
SCALED_OBJECT = Draft7Validator(schema("keda-2.16.json.gz"))


def errors(item: Object) -> list[str]:
    """Return the errors of an object by the schema of its kind; KeyError for a kind without one."""
    if item["kind"] == "ScaledObject":
        validator = SCALED_OBJECT
    else:
        validator = Draft7Validator({**KUBERNETES, **KUBERNETES["kinds"][f"{item['apiVersion']} {item['kind']}"]})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(item)]


def named(kind: str, name: str) -> Object:
    (found,) = [item for item in OBJECTS if (item["kind"], item["metadata"]["name"]) == (kind, name)]
    return found


def of_kind(kind: str) -> list[Object]:
    return [item for item in OBJECTS if item["kind"] == kind]


def pod(role: str) -> Object:
    """Return the pod template of a service, or of Redis."""
    template: Object = named("StatefulSet" if role == "redis" else "Deployment", f"communique-{role}")["spec"][
        "template"
    ]
    return template


def container(role: str) -> Object:
    (only,) = pod(role)["spec"]["containers"]
    found: Object = only
    return found


def environment(role: str) -> dict[str, str]:
    """Return the variables of a container, with those of the ConfigMap and with an address of a contact page."""
    given = dict(named("ConfigMap", "communique-settings")["data"])
    for variable in container(role)["env"]:
        given[variable["name"]] = variable.get("value", "https://www.example.org/our-bot")
    return given


def ports(role: str) -> dict[str, int]:
    return {port["name"]: port["containerPort"] for port in container(role)["ports"]}


def selects(selector: Object, labels: dict[str, str]) -> bool:
    """Return whether a label selector matches, with equality and `In` only."""
    assert set(selector) <= {"matchLabels", "matchExpressions"}
    pairs = [(key, [value]) for key, value in selector.get("matchLabels", {}).items()]
    pairs += [
        (rule["key"], rule["values"]) for rule in selector.get("matchExpressions", []) if rule["operator"] == "In"
    ]
    return all(labels.get(key) in values for key, values in pairs)


# ---------------------------------------------------------------- schemas
@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_every_object_is_valid(name: str) -> None:
    objects = assemble(FOLDER / name)
    assert objects
    assert [error for item in objects for error in errors(item)] == []


@pytest.mark.parametrize("name", ["terminationGracePeriodSeconds", "securityContext", "enableServiceLinks"])
def test_a_misspelt_field_would_be_found(name: str) -> None:
    broken = copy.deepcopy(named("Deployment", "communique-worker"))
    spec = broken["spec"]["template"]["spec"]
    spec[name[:-1]] = spec.pop(name)
    assert len(errors(broken)) == 1


def test_a_misspelt_field_of_the_scaler_would_be_found() -> None:
    (scaler,) = assemble(FOLDER / "keda")
    scaler["spec"]["minReplicas"] = scaler["spec"].pop("minReplicaCount")
    assert len(errors(scaler)) == 1


def test_every_file_belongs_to_a_kustomization() -> None:
    listed = {
        folder / resource
        for folder in (FOLDER / name for name in KUSTOMIZATIONS)
        for resource in yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    }
    files = {path for path in FOLDER.rglob("*.yaml") if path.name != "kustomization.yaml"}
    assert files == {path for path in listed if path.is_file()}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_objects_have_unique_names_in_one_namespace(overlay: str) -> None:
    objects = assemble(FOLDER / overlay)
    names = [(item["kind"], item["metadata"]["name"]) for item in objects]
    assert len(names) == len(set(names))
    (namespace,) = [name for kind, name in names if kind == "Namespace"]
    assert {item["metadata"].get("namespace") for item in objects if item["kind"] != "Namespace"} == {namespace}


# ---------------------------------------------------------------- services
def test_the_services_are_those_that_every_fleet_has() -> None:
    assert {item["metadata"]["name"] for item in of_kind("Deployment")} == {f"communique-{role}" for role in ROLES}


@pytest.mark.parametrize("role", ROLES)
def test_the_image_has_the_version_of_the_project(role: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert container(role)["image"] == f"{project['name']}:{project['version']}"


@pytest.mark.parametrize("role", ROLES)
def test_the_command_of_a_service_is_valid(role: str) -> None:
    asked = cli.build_parser().parse_args(container(role)["args"]).command.__name__
    assert asked == f"{COMMANDS[role]}_command"


@pytest.mark.parametrize("role", ROLES)
def test_the_settings_of_a_service_are_valid(role: str) -> None:
    settings = Settings.from_env(environment(role))
    service = named("Service", "communique-redis")
    (port,) = service["spec"]["ports"]
    assert settings.redis.url == f"redis://{service['metadata']['name']}:{port['port']}/0"
    assert settings.fetch.contact_url == "https://www.example.org/our-bot"
    assert (settings.metrics.host, settings.metrics.port) == ("0.0.0.0", ports(role)["metrics"])


@pytest.mark.parametrize("role", ROLES)
def test_a_service_needs_a_contact_url_and_takes_secret_settings(role: str) -> None:
    (contact,) = [variable for variable in container(role)["env"] if variable["name"] == "COMMUNIQUE_CONTACT_URL"]
    assert contact["valueFrom"] == {"configMapKeyRef": {"name": "communique-site", "key": "contact-url"}}
    settings, secrets = container(role)["envFrom"]  # the second one prevails
    assert settings == {"configMapRef": {"name": "communique-settings"}}
    assert secrets == {"secretRef": {"name": "communique-secrets", "optional": True}}


@pytest.mark.parametrize("role", [*ROLES, "redis"])
def test_pods_get_no_variables_of_services(role: str) -> None:
    assert pod(role)["spec"]["enableServiceLinks"] is False


@pytest.mark.parametrize("service", ["communique-gateway", "communique-redis"])
def test_those_variables_would_be_invalid_settings(service: str) -> None:
    name = f"{service.upper().replace('-', '_')}_PORT"
    with pytest.raises(UsageError, match=name):
        Settings.from_env({name: "tcp://10.0.0.1:8080"})


@pytest.mark.parametrize("role", ROLES)
def test_probes_use_the_health_endpoints(role: str) -> None:
    probes = {kind: container(role)[f"{kind}Probe"]["httpGet"] for kind in ("liveness", "readiness", "startup")}
    assert probes == {
        "liveness": {"path": "/healthz", "port": "metrics"},
        "readiness": {"path": "/readyz", "port": "metrics"},
        "startup": {"path": "/healthz", "port": "metrics"},
    }


def test_a_task_fits_into_the_drain_and_the_drain_into_the_grace_period() -> None:
    settings = Settings.from_env(environment("worker"))
    task_s = settings.fetch.total_timeout_s + settings.pool.timeout_s
    assert task_s < settings.worker.drain_s < pod("worker")["spec"]["terminationGracePeriodSeconds"]


def test_the_grace_period_of_the_gateway_is_longer_than_its_hook() -> None:
    hook_s = container("gateway")["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert hook_s + 10 < pod("gateway")["spec"]["terminationGracePeriodSeconds"]


def test_a_worker_requests_a_core_for_each_of_its_processes_and_room_for_the_language_model() -> None:
    processes = Settings.from_env(environment("worker")).pool.processes
    assert processes == int(container("worker")["resources"]["requests"]["cpu"])
    (tmp,) = pod("worker")["spec"]["volumes"]
    assert tmp["emptyDir"]["sizeLimit"] == "256Mi"  # the model takes 68 MB


@pytest.mark.parametrize("role", [*ROLES, "redis"])
def test_pods_have_minimal_privileges(role: str) -> None:
    spec, inside = pod(role)["spec"], container(role)["securityContext"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert (inside["allowPrivilegeEscalation"], inside["readOnlyRootFilesystem"]) == (False, True)
    assert inside["capabilities"] == {"drop": ["ALL"]}
    assert container(role)["resources"]["limits"].keys() == {"memory"}
    assert {mount["mountPath"] for mount in container(role)["volumeMounts"] if not mount.get("readOnly")} <= {
        "/tmp",
        "/data",
    }


@pytest.mark.parametrize("role", ROLES)
def test_services_run_as_the_user_of_the_image(role: str) -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    (user,) = re.findall(r"(?m)^USER (\S+)$", dockerfile)
    context = pod(role)["spec"]["securityContext"]
    assert f"{context['runAsUser']}:{context['runAsGroup']}" == user


def test_discover_reads_the_sources_that_it_mounts() -> None:
    (mount,) = [mount for mount in container("discover")["volumeMounts"] if mount["name"] == "site"]
    (volume,) = [volume for volume in pod("discover")["spec"]["volumes"] if volume["name"] == "site"]
    (item,) = volume["configMap"]["items"]
    assert environment("discover")["COMMUNIQUE_SOURCES"] == f"{mount['mountPath']}/{item['path']}"


def test_the_gateway_requires_the_tokens_that_it_mounts() -> None:
    settings = Settings.from_env(environment("gateway")).gateway
    (mount,) = [mount for mount in container("gateway")["volumeMounts"] if mount["name"] == "tokens"]
    assert str(settings.tokens) == f"{mount['mountPath']}/tokens.toml"
    assert (settings.host, settings.open) == ("0.0.0.0", False)
    assert settings.port == ports("gateway")["http"]
    (volume,) = [volume for volume in pod("gateway")["spec"]["volumes"] if volume["name"] == "tokens"]
    assert "optional" not in volume["secret"]


# ---------------------------------------------------------------- between the objects
@pytest.mark.parametrize("item", of_kind("Service"), ids=lambda item: item["metadata"]["name"])
def test_a_service_leads_to_a_port_of_its_pods(item: Object) -> None:
    role = item["spec"]["selector"]["app.kubernetes.io/component"]
    assert item["metadata"]["name"] == f"communique-{role}"
    assert item["spec"]["selector"] == pod(role)["metadata"]["labels"]
    (port,) = item["spec"]["ports"]
    assert port["port"] == ports(role)[port["targetPort"]]


@pytest.mark.parametrize("item", of_kind("PodDisruptionBudget"), ids=lambda item: item["metadata"]["name"])
def test_a_disruption_budget_selects_one_service_and_never_blocks_a_drain(item: Object) -> None:
    roles = [role for role in (*ROLES, "redis") if selects(item["spec"]["selector"], pod(role)["metadata"]["labels"])]
    assert [f"communique-{role}" for role in roles] == [item["metadata"]["name"]]
    assert item["spec"]["maxUnavailable"] in {1, "25%"}  # percentages are rounded up


def test_roles_that_scale_have_a_disruption_budget() -> None:
    assert {item["metadata"]["name"] for item in of_kind("PodDisruptionBudget")} == {
        "communique-worker",
        "communique-gateway",
    }


# ---------------------------------------------------------------- network policies
def policies(role: str, direction: str) -> list[Object]:
    """Return the rules of a direction ("Ingress", "Egress") that apply to a role."""
    labels = pod(role)["metadata"]["labels"]
    return [
        rule
        for policy in of_kind("NetworkPolicy")
        if selects(policy["spec"]["podSelector"], labels) and direction in policy["spec"]["policyTypes"]
        for rule in policy["spec"].get(direction.lower(), [])
    ]


def blocks(role: str) -> Iterator[Object]:
    """Yield the address blocks that a role may reach."""
    yield from (peer["ipBlock"] for rule in policies(role, "Egress") for peer in rule["to"] if "ipBlock" in peer)


@pytest.mark.parametrize("role", [*ROLES, "redis"])
def test_everything_is_denied_that_no_policy_allows(role: str) -> None:
    (default,) = [
        item
        for item in of_kind("NetworkPolicy")
        if selects(item["spec"]["podSelector"], pod(role)["metadata"]["labels"])
        and item["metadata"]["name"] == "communique-default"
    ]
    assert default["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert all(rule.get("from") or rule.get("to") for way in ("Ingress", "Egress") for rule in policies(role, way))


@pytest.mark.parametrize("role", ROLES)
def test_services_reach_redis_and_redis_accepts_them(role: str) -> None:
    redis, own = pod("redis")["metadata"]["labels"], pod(role)["metadata"]["labels"]
    leaving = [peer for rule in policies(role, "Egress") for peer in rule["to"] if "podSelector" in peer]
    arriving = [peer for rule in policies("redis", "Ingress") for peer in rule["from"] if "podSelector" in peer]
    assert any(selects(peer["podSelector"], redis) for peer in leaving)
    assert any(selects(peer["podSelector"], own) for peer in arriving)


@pytest.mark.parametrize(
    ("role", "wanted"), [("worker", True), ("discover", True), ("gateway", False), ("redis", False)]
)
def test_only_workers_and_discover_reach_the_web(role: str, wanted: bool) -> None:
    assert bool(list(blocks(role))) is wanted


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "127.0.0.1", "169.254.169.254", "172.20.0.1", "192.168.1.1", "100.64.0.1", "fd00::1", "fe80::1"],
)
def test_private_addresses_are_out_of_reach_as_in_the_program(address: str) -> None:
    ip = ipaddress.ip_address(address)
    within = [block for block in blocks("worker") if ip in ipaddress.ip_network(block["cidr"])]
    assert within
    assert not is_public(address)
    assert all(any(ip in ipaddress.ip_network(cidr) for cidr in block["except"]) for block in within)


def test_public_addresses_can_be_reached() -> None:
    (block,) = [block for block in blocks("worker") if ":" not in block["cidr"]]
    ip = ipaddress.ip_address("93.184.215.14")
    assert is_public(str(ip))
    assert not any(ip in ipaddress.ip_network(cidr) for cidr in block["except"])


@pytest.mark.parametrize("role", ROLES)
def test_named_ports_of_policies_are_ports_of_the_pods(role: str) -> None:
    names = {port["port"] for rule in policies(role, "Ingress") for port in rule["ports"]}
    assert names == set(ports(role))


# ---------------------------------------------------------------- redis
def test_redis_keeps_what_it_acknowledged_and_evicts_nothing() -> None:
    words = container("redis")["args"]
    options = dict(zip((word.removeprefix("--") for word in words[::2]), words[1::2], strict=True))
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]["redis"]["command"]
    compose = [re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", word) for word in compose]  # with the defaults of its variables
    there = dict(zip((word.removeprefix("--") for word in compose[::2]), compose[1::2], strict=True))
    assert {name: there[name] for name in options} == options
    assert {"appendonly", "appendfsync", "maxmemory", "maxmemory-policy"} <= set(options)
    assert container("redis")["resources"]["limits"]["memory"] == "2Gi"  # twice maxmemory


# ---------------------------------------------------------------- scaling
def scaler(folder: str) -> Object:
    (found,) = assemble(FOLDER / folder)
    return found


@pytest.mark.parametrize("folder", ["keda", "keda-prometheus"])
def test_the_scaler_has_sane_bounds(folder: str) -> None:
    item = scaler(folder)
    spec = item["spec"]
    down = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
    assert spec["scaleTargetRef"]["name"] == named("Deployment", "communique-worker")["metadata"]["name"]
    assert 1 == spec["minReplicaCount"] < spec["fallback"]["replicas"] < spec["maxReplicaCount"] <= 64
    assert down["stabilizationWindowSeconds"] > Settings.from_env(environment("worker")).worker.drain_s


def test_the_scaler_sums_ready_tasks_and_those_in_progress() -> None:
    item = scaler("keda")
    ready, in_progress = item["spec"]["triggers"]
    service = named("Service", "communique-redis")["metadata"]
    for trigger in (ready, in_progress):
        assert (
            trigger["metadata"]["address"] == f"{service['name']}.{service['namespace']}.svc:{ports('redis')['redis']}"
        )
        assert (trigger["metadata"]["stream"], trigger["metadata"]["consumerGroup"]) == (
            QueueKeys("communique").ready,
            GROUP,
        )
    modifiers = item["spec"]["advanced"]["scalingModifiers"]
    assert modifiers["formula"] == f"{ready['name']} + {in_progress['name']}"
    wanted = Settings.from_env(environment("worker")).worker.concurrency * 3 // 4
    found = modifiers["target"], ready["metadata"]["lagCount"], in_progress["metadata"]["pendingEntriesCount"]
    assert {int(target) for target in found} == {wanted}


def test_the_scaler_from_prometheus_uses_exported_metrics() -> None:
    (trigger,) = scaler("keda-prometheus")["spec"]["triggers"]
    assert set(re.findall(r"communique_\w+", trigger["metadata"]["query"])) <= set(metrics.help_texts())
    assert int(trigger["metadata"]["threshold"]) == Settings().worker.concurrency * 3 // 4


def test_a_scaled_deployment_sets_no_number_of_replicas() -> None:
    (deployment,) = [
        item
        for item in assemble(FOLDER / "example-scaled")
        if item["kind"] == "Deployment" and item["metadata"]["name"] == "communique-worker"
    ]
    assert containers(deployment)
    assert "replicas" not in deployment["spec"]
    assert named("Deployment", "communique-worker")["spec"]["replicas"] == 4


# ---------------------------------------------------------------- the page
PAGE = (ROOT / "docs" / "kubernetes.md").read_text(encoding="utf-8")
KUBECTL = [
    rest
    for block in pages.blocks(re.sub(r"(?m)^   ", "", PAGE))  # steps of a list are indented
    if block.language == "sh"
    for program, *rest in pages.commands(block.text)
    if program == "kubectl"
]


def created(kind: str, name: str) -> list[str]:
    """Return the arguments with which the page creates a ConfigMap or Secret."""
    (words,) = [words for words in KUBECTL if ("create" in words and kind in words and name in words)]
    return words


def test_the_page_lists_the_folders() -> None:
    assert sorted(re.findall(r"(?m)^\| `([\w-]+)` \|", PAGE)) == KUSTOMIZATIONS


def test_the_commands_of_the_page_use_existing_files_and_services() -> None:
    files = [words[i + 1] for words in KUBECTL for i, word in enumerate(words) if word in {"--filename", "--kustomize"}]
    assert files
    assert all((ROOT / file).exists() for file in files)
    inside = [words[words.index("--") + 1 :] for words in KUBECTL if "exec" in words]
    assert inside
    for program, *arguments in inside:
        assert program == "communique"
        cli.build_parser().parse_args(arguments)
    targets = {
        word.removeprefix("deployment/") for words in KUBECTL for word in words if word.startswith("deployment/")
    }
    assert targets <= {item["metadata"]["name"] for item in of_kind("Deployment")}


def test_the_page_creates_what_the_pods_mount() -> None:
    site = created("configmap", "communique-site")
    assert "contact-url=https://www.example.org/our-bot" in site
    (sources,) = [word for word in site if word.endswith("sources.toml")]
    assert (ROOT / sources).is_file()
    (volume,) = [volume for volume in pod("discover")["spec"]["volumes"] if volume["name"] == "site"]
    assert volume["configMap"] == {
        "name": "communique-site",
        "items": [{"key": "sources.toml", "path": "sources.toml"}],
    }
    assert "tokens.toml" in created("secret", "communique-tokens")
    (secret,) = [word for word in created("secret", "communique-secrets") if "=" in word]
    name, _, url = secret.partition("=")
    assert Settings.from_env({name: url}).redis.url == url


def test_the_overlay_of_the_page_can_be_assembled(tmp_path: Path) -> None:
    (shown,) = re.findall(r"(?ms)^   ```yaml\n(.*?)^   ```$", PAGE)
    folder = tmp_path / "kubernetes" / "own"
    shutil.copytree(FOLDER, folder.parent)
    folder.mkdir()
    (folder / "kustomization.yaml").write_text(re.sub(r"(?m)^   ", "", shown), encoding="utf-8")
    objects = assemble(folder)
    assert [error for item in objects for error in errors(item)] == []
    (settings,) = [item for item in objects if item["metadata"]["name"] == "communique-settings"]
    assert Settings.from_env(settings["data"]).politeness.host_delay_s == 2
    images = {inner["image"] for item in objects if item["kind"] == "Deployment" for inner in containers(item)}
    assert images == {f"registry.example.org/{container('worker')['image']}"}


def test_the_scrape_job_of_the_page_finds_the_metrics_ports_under_the_name_of_the_alerts() -> None:
    (shown,) = re.findall(r"(?ms)^```yaml\n(.*?)^```$", PAGE)
    (job,) = yaml.safe_load(shown)
    (deployed,) = yaml.safe_load((ROOT / "deploy" / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    assert job["job_name"] == deployed["job_name"]
    (discovery,), (keep,) = job["kubernetes_sd_configs"], job["relabel_configs"]
    assert discovery["namespaces"]["names"] == [named("Deployment", "communique-worker")["metadata"]["namespace"]]
    assert all(keep["regex"] in ports(role) for role in ROLES)
