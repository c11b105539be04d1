"""Grows, stops, starts and shrinks the cluster that setup.py has made, and
operates on its tasks, with the package `obshell` as it came from the registry.

usage: work.py HOST:PORT HOST:PORT HOST:PORT HOST:PORT
"""

import sys
import time

from obshell import ClientSet
from obshell.auth import PasswordAuth
from obshell.service import client_v1
from obshell.service.client_v1 import OBShellHandleError, TaskExecuteFailedError

ROOT_PASSWORD = "aA1!bB2@sdk"
AGENT_PASSWORD = "agent-Pw1"


class Hurried:
    """The package waits three seconds between polls; simulated tasks are faster."""

    @staticmethod
    def sleep(seconds):
        time.sleep(seconds / 15)

    def __getattr__(self, name):
        return getattr(time, name)


client_v1.time = Hurried()


def check(holds, what):
    if not holds:
        raise SystemExit("not so: " + what)
    print("ok:", what, flush=True)


def refused(call, code, what):
    try:
        call()
    except OBShellHandleError as error:
        check(error.err_code == code, f"{what} is refused: {error.err_code}")
    else:
        raise SystemExit(f"not so: {what} is refused")


def done(dag, name, nodes):
    check(dag.name == name and dag.is_succeed(), f"`{name}` succeeded")
    check(dag.max_stage == len(dag.nodes) == nodes, f"it has {nodes} nodes")


def until(client, dag, holds, what):
    for _ in range(600):
        seen = client.get_dag(dag.generic_id)
        if holds(seen):
            print("ok:", what, flush=True)
            return seen
        time.sleep(0.05)
    raise SystemExit("not so: " + what)


def power(client, at):
    server = ["{}:{}".format(*at)]
    done(client.stop_sync("SERVER", server), "Stop OB", 6)
    done(client.start_sync("SERVER", server), "Start OB", 5)
    done(client.stop_sync("ZONE", ["zone2"], terminate=True), "Stop OB", 6)
    done(client.start_sync("ZONE", ["zone2"]), "Start OB", 6)
    done(client.stop_sync("SERVER", server, force=True), "Stop OB", 5)
    done(client.start_sync("SERVER", server), "Start OB", 5)
    refused(lambda: client.stop("GLOBAL", []), "OB.Cluster.ForceStopOrTerminateRequired", "stopping everything softly")
    done(client.stop_sync("GLOBAL", [], force=True), "Stop OB", 5)
    done(client.start_sync("GLOBAL", []), "Start OB", 6)

    dag = client.stop("SERVER", server, terminate=True)
    until(client, dag, lambda seen: seen.stage == 3 and seen.is_running(), "a stop freezes")
    check(client.operate_dag_sync(dag.generic_id, "CANCEL"), "it is cancelled")
    try:
        client.start_sync("SERVER", server)
    except TaskExecuteFailedError as error:
        check(error.dag.stage == 2, "what a cancelled stop leaves blocks the next start")
    else:
        raise SystemExit("not so: what a cancelled stop leaves blocks the next start")
    done(client.start_sync("SERVER", server, force_pass_dag=[dag.generic_id]), "Start OB", 5)


def grow(client, new):
    host, port = new
    dag = client.scale_out(host, port, "zone4", {"rpc_port": "1024"})
    until(client, dag, lambda seen: seen.is_failed(), "a scale-out onto port 1024 fails")
    try:
        client.operate_dag_sync(dag.generic_id, "RETRY")
    except TaskExecuteFailedError as error:
        check(error.dag.nodes[0].sub_tasks[0].execute_times > 1, "so does its retry")
    else:
        raise SystemExit("not so: so does its retry")
    check(client.operate_dag_sync(dag.generic_id, "ROLLBACK"), "it is rolled back")
    done(client.scale_out_sync(host, port, "zone4", {"mysql_port": "15881", "rpc_port": "15882"}), "Cluster scale out", 11)
    check(len(client.get_ob_info().agents) == 4, "there are four agents")
    refused(lambda: client.scale_out(host, port, "zone4", {}), "Agent.Identify.NotSupportOperation", "scaling out twice")


def shrink(client, agents):
    host, port = agents[3]
    done(client.scale_in_sync(host, port), "Cluster scale in", 5)
    check(ClientSet(host, port, PasswordAuth(ROOT_PASSWORD)).v1.get_info().identity == "SCALING IN", "the agent stays SCALING IN")
    check(client.scale_in(host, port) is None, "scaling in again is nothing")

    host, port = agents[2]
    for operator, ends in (("ROLLBACK", "it is rolled back"), ("PASS", "it is passed")):
        dag = client.scale_in(host, port)
        until(client, dag, lambda seen: seen.stage == 3 and seen.is_running(), "the last server of a zone waits for a place for its data")
        check(client.operate_dag_sync(dag.generic_id, "CANCEL"), "that scale-in is cancelled")
        client.operate_dag(dag.generic_id, operator)
        seen = until(client, dag, lambda seen: seen.is_succeed(), ends)
        check(seen.operator == operator, f"its operator says {operator}")


def proxy(at):
    host, port = at
    ClientSet(host, port, PasswordAuth(ROOT_PASSWORD)).v1.set_agent_password(AGENT_PASSWORD)
    client = ClientSet(host, port, PasswordAuth(ROOT_PASSWORD, AGENT_PASSWORD)).v1
    done(client.add_obproxy_sync("/data/p2", "px", 22883, 22884, 22885), "Add obproxy", 4)
    refused(lambda: client.add_obproxy("/data/p2"), "OBProxy.AlreadyManaged", "a second OBProxy")
    done(client.stop_obproxy_sync(), "Stop obproxy", 2)
    done(client.start_obproxy_sync(), "Start obproxy", 2)
    refused(lambda: client.upgrade_obproxy("9.0.0.0", "1.el7"), "OBProxy.Package.NotFound", "an upgrade without a package")
    done(client.delete_obproxy_sync(), "Delete obproxy", 4)
    check(client.delete_obproxy() is None, "deleting it again is nothing")


def main():
    agents = [(host, int(port)) for host, port in (arg.rsplit(":", 1) for arg in sys.argv[1:])]
    check(len(agents) == 4, "four agents were given")
    client = ClientSet(*agents[0], PasswordAuth(ROOT_PASSWORD)).v1
    power(client, agents[1])
    grow(client, agents[3])
    proxy(agents[1])
    shrink(client, agents)
    check(not client.get_unfinished_dags(), "nothing is left unfinished")


main()
