"""JSON that reads well in a diff: one line for every list of plain values, a new line for everything else."""

import json
from pathlib import Path


def write_json(path, value):
    Path(path).write_text(render(value) + "\n", encoding="utf-8")


def render(value, indent=""):
    inner = indent + " "
    if isinstance(value, dict) and any(isinstance(v, (dict, list)) for v in value.values()):
        items = [f"{inner}{json.dumps(k, ensure_ascii=False)}: {render(v, inner)}" for k, v in value.items()]
        return "{\n" + ",\n".join(items) + "\n" + indent + "}"
    if isinstance(value, list) and any(nested(v) for v in value):
        return "[\n" + ",\n".join(inner + render(v, inner) for v in value) + "\n" + indent + "]"
    return json.dumps(value, ensure_ascii=False)


def nested(value):
    return isinstance(value, dict) or isinstance(value, list) and len(value) > 2
