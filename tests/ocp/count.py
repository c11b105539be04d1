"""Counts tasks, subtasks, states and edges of recorded answers.

Written apart from the parser and in another style: it walks the raw JSON,
knows nothing of the model, and prints one line for each fact, sorted:

    FILE  task ID  SUBTASKS
    FILE  state ID SUBTASK WORD
    FILE  edge  ID FROM TO
"""
import json
import pathlib
import sys

WORDS = {
    "PENDING": "pending", "READY": "ready", "RUNNING": "running", "CANCELING": "cancelling",
    "FAILED": "failed", "SUCCESSFUL": "succeeded",
}
SPECIAL = {
    ("PENDING", "ROLLBACK"): "rolled_back", ("PENDING", "ROLLBACK_SKIP"): "skipped",
    ("SUCCESSFUL", "SKIP"): "skipped", ("FAILED", "CANCEL"): "cancelled",
    ("RUNNING", "ROLLBACK"): "rolling_back", ("RUNNING", "CANCEL"): "cancelling",
}


def objects(value):
    """Every object of the document, the outermost first."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from objects(item)


def facts(path):
    for thing in objects(json.loads(path.read_text())):
        steps = [
            step
            for key in ("tasks", "subtasks")
            for step in thing.get(key, ())
            if isinstance(step, dict)
        ]
        if not steps or "status" not in thing:
            continue
        yield f"task {thing['id']} {len(steps)}"
        for step in steps:
            pair = (step["status"], step.get("operation"))
            yield f"state {thing['id']} {step['id']} {SPECIAL.get(pair, WORDS.get(pair[0], 'unknown'))}"
            here = step["id"]
            for other in step.get("upstreams", ()):
                yield f"edge {thing['id']} {other} {here}"
            for other in step.get("downstreams", ()):
                yield f"edge {thing['id']} {here} {other}"


for folder in sys.argv[1:]:
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        for fact in sorted(set(facts(path))):
            print(path.name, fact)
