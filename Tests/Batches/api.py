#!/usr/bin/env python3
"""Checks a manifest on standard input against the types of the Kubernetes API, as its Python client has them (python3-kubernetes).

    api.py           fails for a field that there is not, of another type, or missing though required
    api.py --shell   prints the words of the first container's command, with a zero byte behind each
"""

import json
import re
import sys

import yaml
from kubernetes.client import models
from kubernetes.client.configuration import Configuration

SCALARS = {"str": str, "int": int, "bool": bool, "float": float}


def check(value, kind, place):
    """Raises ValueError unless `value` is of the API's type `kind`."""
    if match := re.fullmatch(r"list\[(.*)\]", kind):
        if not isinstance(value, list):
            raise ValueError(f"{place}: is no list")
        for index, entry in enumerate(value):
            check(entry, match[1], f"{place}[{index}]")
    elif match := re.fullmatch(r"dict\((.*), (.*)\)", kind):
        if not isinstance(value, dict):
            raise ValueError(f"{place}: has no names")
        for key, entry in value.items():
            # Amounts of resources are written as a text or as a number.
            if place.endswith((".requests", ".limits")) and isinstance(entry, (int, float)):
                entry = str(entry)
            check(entry, match[2], f"{place}.{key}")
    elif kind in SCALARS:
        if type(value) is not SCALARS[kind]:
            raise ValueError(f"{place}: is {json.dumps(value)}, but should be of type {kind}")
    elif kind != "object":
        model = getattr(models, kind)
        if not isinstance(value, dict):
            raise ValueError(f"{place}: has no fields")
        fields = {name: attribute for attribute, name in model.attribute_map.items()}
        for name, entry in value.items():
            if name not in fields:
                raise ValueError(f"{place}.{name}: there is no such field in {kind}")
            check(entry, model.openapi_types[fields[name]], f"{place}.{name}")
        # The client's own check that nothing is missing.
        model(local_vars_configuration=Configuration(), **{fields[name]: entry for name, entry in value.items()})


def main():
    manifest = yaml.safe_load(sys.stdin)
    if sys.argv[1:] == ["--shell"]:
        container = manifest["spec"]["template"]["spec"]["containers"][0]
        sys.stdout.write("".join(word + "\0" for word in container["command"] + container["args"]))
        return
    version = "".join(part.capitalize() for part in manifest["apiVersion"].split("/")[-1:])
    try:
        check(manifest, version + manifest["kind"], manifest["kind"])
    except ValueError as error:
        sys.exit(f"api.py: {error}")


main()
