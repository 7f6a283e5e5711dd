"""Assembles the objects of a kustomization, as far as deploy/kubernetes uses kustomize.

It implements `resources`, `namespace`, `images`, `replicas`, and ConfigMaps from literals, without the hash in their
names.  Any other field is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]
"""A Kubernetes object as decoded YAML."""

FIELDS = {"apiVersion", "kind", "resources", "namespace", "images", "replicas", "configMapGenerator"}
CLUSTER_WIDE = {"Namespace"}


def assemble(folder: Path) -> list[Object]:
    """Return the objects of the kustomization in a folder; raise ValueError for a field that is not known here."""
    file: Object = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    if unknown := set(file) - FIELDS:
        raise ValueError(f"{folder.name}: unknown fields {unknown}")
    objects = [item for name in file["resources"] for item in _resource(folder / name)]
    for generated in file.get("configMapGenerator", []):
        _add_config_map(objects, **generated)
    for item in objects:
        if item["kind"] not in CLUSTER_WIDE and "namespace" in file:
            item["metadata"]["namespace"] = file["namespace"]
    for image in file.get("images", []):
        _set_image(objects, **image)
    for replicas in file.get("replicas", []):
        _named(objects, replicas["name"])["spec"]["replicas"] = replicas["count"]
    return objects


def containers(item: Object) -> list[Object]:
    """Return the containers of an object's pods; none for one without pods."""
    found: list[Object] = item.get("spec", {}).get("template", {}).get("spec", {}).get("containers", [])
    return found


def _resource(path: Path) -> Iterator[Object]:
    if path.is_dir():
        yield from assemble(path)
    else:
        yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def _add_config_map(objects: list[Object], name: str, literals: list[str], behavior: str = "create") -> None:
    """Add a ConfigMap, or add its data to the one that is there (`behavior: merge`)."""
    data = dict(literal.split("=", 1) for literal in literals)
    if behavior == "merge":
        (found,) = [item for item in objects if (item["kind"], item["metadata"]["name"]) == ("ConfigMap", name)]
        found["data"] |= data
    else:
        objects.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})


def _set_image(objects: list[Object], name: str, newName: str = "", newTag: str = "") -> None:  # noqa: N803 - kustomize's
    for container in (container for item in objects for container in containers(item)):
        given, _, tag = container["image"].partition(":")
        if given == name:
            container["image"] = f"{newName or given}:{newTag or tag}"


def _named(objects: list[Object], name: str) -> Object:
    (found,) = [item for item in objects if item["metadata"]["name"] == name and containers(item)]
    return found
