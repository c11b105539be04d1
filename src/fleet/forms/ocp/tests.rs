use serde_json::{Value, json};

use super::*;
use crate::fleet::forms::{Given, set};

fn find(name: &str) -> &'static Form {
    all().iter().find(|form| form.name == name).unwrap()
}

fn given(form: &Form, sets: &str) -> Given {
    let mut given = Given::new();
    for one in sets.split_whitespace() {
        set(form, &mut given, one).unwrap();
    }
    given
}

fn made(name: &str, sets: &str) -> (String, Value) {
    let form = find(name);
    let given = given(form, sets);
    assert_eq!(form.check(&given), Vec::new(), "{name} {sets}");
    let request = (form.request)(&given).unwrap();
    let body = request.body.map_or(Value::Null, |body| body.revealed());
    (format!("{} {}", request.method.word(), request.path), body)
}

fn mistakes(name: &str, sets: &str) -> Vec<String> {
    let form = find(name);
    let wrong = form.check(&given(form, sets));
    wrong.into_iter().map(|one| one.field).collect()
}

#[test]
fn the_requests_are_those_of_the_documents() {
    assert_eq!(
        made("servers-add", "clusterId=1 zoneName=zone2 servers=1,2"),
        (
            "POST /api/v2/ob/clusters/1/servers".to_owned(),
            json!({"zoneName": "zone2", "servers": [1, 2]})
        )
    );
    assert_eq!(
        made("server-delete", "cluster=1 servers=7").0,
        "POST /api/v2/ob/clusters/1/servers/batchDelete"
    );
    assert_eq!(
        made("zone-restart", "cluster=1 zone=a/b").0,
        "POST /api/v2/ob/clusters/1/zones/a%2Fb/restart"
    );
    assert_eq!(
        made("server-stop", "clusterId=1 serverId=3 force=true"),
        (
            "POST /api/v2/ob/clusters/1/servers/3/stop".to_owned(),
            json!({"force": true})
        )
    );
    assert_eq!(
        made("proxy-cluster-scale", "id=5 obproxyIds=1,2").0,
        "DELETE /api/v2/obproxy/clusters/5/obproxies/1,2"
    );
    let (line, body) = made("host-add", "hosts=10.0.0.1,10.0.0.2 idcId=1 typeId=1");
    assert_eq!(line, "POST /api/v2/compute/hosts/batchCreate");
    assert_eq!(body["hostBasicDataList"][1]["innerIpAddress"], "10.0.0.2");
    assert_eq!(body["sshPort"], 22);
}

#[test]
fn a_proxy_cluster_sends_every_field_and_both_spellings() {
    let (line, body) = made(
        "proxy-cluster-create",
        "name=OBProxy001 address=foo.bar port=2883 workMode=RS_LIST \
         obLinks.0.clusterName=hooray obLinks.0.clusterId=1 obLinks.0.obClusterId=1 \
         obLinks.0.username=proxyro hostIds=1,2 version=obproxy-1.9.1.1-1919579.el7.x86_64.rpm \
         exportPort=2885 startupParameters.a=b parameters.c=d",
    );
    assert_eq!(line, "POST /api/v2/obproxy/clusters");
    assert_eq!(
        body,
        json!({
            "name": "OBProxy001", "address": "foo.bar", "port": 2883, "workMode": "RS_LIST",
            "obproxyInstallParam": {
                "hostIds": [1, 2], "sqlPort": 2883, "exportPort": 2885, "exporterPort": 2885,
                "version": "obproxy-1.9.1.1-1919579.el7.x86_64.rpm"
            },
            "obLinks": [{"clusterName": "hooray", "clusterId": 1, "obClusterId": 1, "username": "proxyro"}],
            "startupParameters": [{"name": "a", "value": "b"}],
            "parameters": [{"name": "c", "value": "d"}],
        })
    );
}

#[test]
fn an_empty_proxy_cluster_has_no_install_block() {
    let (_, body) = made("proxy-cluster-create", "name=p obLinks.prod=1");
    assert_eq!(body.get("obproxyInstallParam"), None);
    assert_eq!(body["workMode"], "CONFIG_URL");
    assert_eq!(
        body["obLinks"],
        json!([{"clusterName": "prod", "obClusterId": 1, "username": "proxyro"}])
    );
}

#[test]
fn what_must_fail_is_said_at_its_field() {
    for (name, sets, field) in [
        (
            "servers-add",
            "clusterId=1 zoneName=z servers=1,1",
            "servers",
        ),
        ("servers-add", "clusterId=1 zoneName=z servers=a", "servers"),
        ("servers-add", "zoneName=z servers=1", "clusterId"),
        ("proxy-cluster-create", "name=1p", "name"),
        ("proxy-cluster-create", "name=p address=http://x", "address"),
        ("proxy-cluster-create", "name=p port=80", "port"),
        ("proxy-cluster-create", "name=p workMode=X", "workMode"),
        ("proxy-cluster-create", "name=p workMode=RS_LIST", "obLinks"),
        (
            "proxy-cluster-create",
            "name=p workMode=RS_LIST obLinks.a=1 obLinks.b=2",
            "obLinks",
        ),
        (
            "proxy-cluster-create",
            "name=p obLinks.0.username=u",
            "obLinks",
        ),
        ("proxy-cluster-create", "name=p hostIds=1", "version"),
        (
            "proxy-cluster-create",
            "name=p hostIds=1 version=obproxy-1.rpm sqlPort=2884",
            "exporterPort",
        ),
        (
            "proxy-cluster-create",
            "name=p hostIds=1 version=x",
            "version",
        ),
        ("proxy-cluster-scale", "id=1", "hostIds"),
        (
            "host-add",
            "hosts=10.0.0.300 idcId=1 typeId=1",
            "hostBasicDataList",
        ),
    ] {
        assert_eq!(mistakes(name, sets), [field], "{name} {sets}");
    }
}
