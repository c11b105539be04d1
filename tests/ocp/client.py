"""Asks a simulated OCP with nothing but Python's own library.

    client.py ADDRESS ACCESS_KEY SECRET_KEY

The signature is computed from the words of the documentation, apart from the
program's two implementations. Prints `ok` or says what went wrong.
"""
import base64
import email.utils
import hashlib
import hmac
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

address, access, secret = sys.argv[1:]


def ask(method, path, query=(), body=None, key=secret, name=access, ago=0):
    payload = json.dumps(body).encode() if body is not None else b""
    pairs = sorted(query)
    text = "&".join(f"{k}={urllib.parse.quote(v, safe='-._~')}" for k, v in pairs)
    target = f"{path}?{text}" if text else path
    date = email.utils.formatdate(time.time() - ago, usegmt=True)
    digest = hashlib.md5(payload).hexdigest().upper() if payload else ""
    message = "\n".join(
        [method, digest, "application/json", date, address, "x-ocp-origin:test", target]
    )
    made = hmac.new(key.encode(), message.encode(), hashlib.sha1).digest()
    request = urllib.request.Request(
        f"http://{address}{target}",
        data=payload or None,
        method=method,
        headers={
            "Authorization": f"OCP-ACCESS-KEY-HMACSHA1 {name}:{base64.b64encode(made).decode()}",
            "Content-Type": "application/json",
            "Date": date,
            "x-ocp-origin": "test",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def expect(condition, what):
    if not condition:
        sys.exit(f"expected: {what}")


status, answer = ask("GET", "/api/v2/tasks/instances",
                     [("status", "RUNNING,FAILED"), ("size", "5"), ("page", "1")])
expect(status == 200 and answer["successful"], f"a page of tasks, got {status} {answer}")
expect({row["status"] for row in answer["data"]["contents"]} <= {"RUNNING", "FAILED"}, "the filter")

status, answer = ask("GET", "/api/v2/compute/hosts", [("status", "AVAILABLE")])
host = answer["data"]["contents"][0]["id"]
status, answer = ask("GET", "/api/v2/ob/clusters", [("name", "pay")])
cluster = answer["data"]["contents"][0]["id"]
status, answer = ask("POST", f"/api/v2/ob/clusters/{cluster}/servers",
                     body={"zoneName": "zone2", "servers": [host]})
expect(status == 200 and len(answer["data"]["tasks"]) == 21, f"a task of 21, got {status} {answer}")

for what, refused in {
    "a wrong secret": ask("GET", "/api/v2/ob/clusters", key="0" * 32),
    "an unknown key": ask("GET", "/api/v2/ob/clusters", name="nobody"),
    "a clock 16 minutes behind": ask("GET", "/api/v2/ob/clusters", ago=16 * 60),
    "a clock 16 minutes ahead": ask("GET", "/api/v2/ob/clusters", ago=-16 * 60),
}.items():
    status, answer = refused
    expect(status == 401 and answer["status"] == 401 and answer["successful"] is False
           and answer["error"]["message"], f"401 for {what}, got {status} {answer}")

status, _ = ask("GET", "/api/v2/ob/clusters", ago=14 * 60)
expect(status == 200, "14 minutes to be allowed")
print("ok")
