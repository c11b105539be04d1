"""Joins, configures and initialises simulated agents with a client that nobody
here wrote: the package `obshell`, as it came from the registry.

usage: setup.py HOST:PORT HOST:PORT HOST:PORT
"""

import sys

from obshell import ClientSet
from obshell.auth import PasswordAuth
from obshell.service.client_v1 import OBShellHandleError

ROOT_PASSWORD = "aA1!bB2@sdk"


def check(holds, what):
    if not holds:
        raise SystemExit("not so: " + what)
    print("ok:", what, flush=True)


def main():
    agents = [(host, int(port)) for host, port in (arg.rsplit(":", 1) for arg in sys.argv[1:])]
    check(len(agents) == 3, "three agents were given")
    master = agents[0]
    client = ClientSet(master[0], master[1], PasswordAuth("")).v1

    check(client.get_info().identity == "SINGLE", "the first agent begins as SINGLE")

    for number, (host, port) in enumerate(agents, 1):
        dag = client.join_sync(host, port, f"zone{number}")
        name = "Join self" if number == 1 else "Join to master"
        check(dag.name == name, f"{host}:{port} ran `{name}`")
        check(dag.is_succeed(), f"`{name}` of {host}:{port} succeeded")

    members = client.get_ob_info().agents
    check(len(members) == 3, "the master knows three agents")
    check({agent.port for agent in members} == {port for _, port in agents}, "they are the ones that joined")

    try:
        client.join(master[0], master[1], "zone1")
    except OBShellHandleError as error:
        check(error.err_code == "Agent.Identify.NotSupportOperation", "joining twice is refused by name")
    else:
        raise SystemExit("not so: joining twice is refused")

    dag = client.config_observer_sync({"memory_limit": "6G", "log_disk_size": "18G"}, "GLOBAL", [])
    check(dag.is_succeed(), f"`{dag.name}` (GLOBAL) succeeded")
    for number, (host, port) in enumerate(agents):
        ports = {"mysql_port": str(12881 + number), "rpc_port": str(12981 + number)}
        dag = client.config_observer_sync(ports, "SERVER", [f"{host}:{port}"])
        check(dag.is_succeed(), f"`{dag.name}` of {host}:{port} succeeded")

    dag = client.config_obcluster_sync("sdk", 7, ROOT_PASSWORD)
    check(dag.is_succeed(), f"`{dag.name}` succeeded, the root password switched under the poller")

    dag = client.init_sync()
    check(dag.name == "Initialize cluster", "init runs `Initialize cluster`")
    check(dag.is_succeed(), "it succeeded")
    check(dag.max_stage == len(dag.nodes) == 11, "it has eleven nodes")
    check(all(task.is_succeed() for node in dag.nodes for task in node.sub_tasks), "so did every sub-task")

    for host, port in agents:
        status = ClientSet(host, port, PasswordAuth(ROOT_PASSWORD)).v1.get_info()
        check(status.identity == "CLUSTER AGENT", f"{host}:{port} is a CLUSTER AGENT")

    seen = client.get_dag(dag.generic_id)
    check(seen.is_succeed() and seen.name == dag.name, "the task can be asked for again")

    try:
        ClientSet(master[0], master[1], PasswordAuth("wrong")).v1.get_dag(dag.generic_id)
    except OBShellHandleError as error:
        check("Password" in error.err_code or "Unauthorized" in error.err_code, f"a wrong password is refused: {error.err_code}")
    else:
        raise SystemExit("not so: a wrong password is refused")


main()
