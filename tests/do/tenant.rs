//! The first tenant: made with its unit config, told how to connect to, taken away.

use super::{ROOT, Site};

const BASE: &str = "name=shop zone_list=zone1,zone2,zone3 root_password=Shop#123 whitelist=%";

#[test]
fn a_tenant_is_made_with_its_unit_config_and_deleted() {
    let site = Site::cluster("3", &[]);
    let unit = "unit_config_name=unit_2c2g max_cpu=2 memory_size=2G";

    let dry = site.run(&[
        "do",
        "tenant-create",
        "--dry-run",
        "--set",
        "name=shop",
        "--set",
        "zone_list=zone1",
        "--set",
        "unit_config_name=u",
        "--set",
        "max_cpu=2",
        "--set",
        "memory_size=2G",
        "--set",
        "root_password=Shop#123",
    ]);
    let unit_at = dry.out.find("POST /api/v1/unit/config\n").unwrap();
    let tenant_at = dry.out.find("POST /api/v1/tenant\n").unwrap();
    assert!(unit_at < tenant_at, "{dry:#?}");
    assert!(!dry.out.contains("Shop#123"), "{dry:#?}");

    let said = site
        .form("tenant-create", &format!("{BASE} {unit}"))
        .done("Create tenant shop");
    assert!(said.err.contains("-uroot@shop -p"), "{said:#?}");
    for node in ["Modify tenant whitelist", "Set root password"] {
        assert!(said.out.contains(node), "{node}: {said:#?}");
    }
    assert!(!format!("{said:?}").contains("Shop#123"));
    let tenants = site.list("tenants");
    let shop = tenants.iter().find(|one| one["name"] == "shop").unwrap();
    assert_eq!(shop["unit"], "unit_2c2g");
    assert_eq!(shop["unit_memory_bytes"], 2_u64 << 30);
    assert_eq!(shop["status"], "NORMAL");
    assert!(
        shop["connections"][0]
            .as_str()
            .unwrap()
            .contains("-uroot@shop"),
        "{shop}"
    );

    site.form("tenant-delete", "name=sys need_recycle=false")
        .refused(2, "cannot be deleted");
    site.form("tenant-delete", "name=shop")
        .refused(2, "needs a value");
    site.form("tenant-delete", "name=nobody need_recycle=false")
        .done("nothing to do");
    site.form("tenant-delete", "name=shop need_recycle=false")
        .done("Drop resource pools");
    assert!(site.list("tenants").iter().all(|one| one["name"] != "shop"));
    site.form(
        "tenant-create",
        &format!("{BASE} unit_config_name=unit_2c2g import_script=true variables.time_zone=+08:00"),
    )
    .done("Import script for tenant");
    site.form("tenant-delete", "name=shop need_recycle=true")
        .done("Recycle tenant");
}

#[test]
fn what_the_server_refuses_of_a_tenant_stands_there_with_its_code() {
    let site = Site::cluster("3", &[]);
    let unit = "unit_config_name=unit_1c1g max_cpu=1 memory_size=1G";
    let refused = |sets: &str, code: &str| {
        site.form("tenant-create", sets).refused(4, code);
    };
    refused(
        "name=a zone_list=zone9 unit_config_name=sys_unit_config",
        "OB.Zone.NotExist",
    );
    refused(
        "name=a zone_list=zone1 unit_config_name=nowhere",
        "OB.Resource.UnitConfig.NotExist",
    );
    refused(
        "name=a zone_list=zone1 unit_config_name=sys_unit_config unit_num=2",
        "OB.Tenant.UnitNum.ExceedsLimit",
    );
    refused(
        "name=a zone_list=zone1 unit_config_name=sys_unit_config mode=ORACLE",
        "OB.Tenant.Mode.NotSupported",
    );
    // The unit config is there when the tenant is refused, and the program says so.
    let said = site.form(
        "tenant-create",
        "name=a zone_list=zone1 unit_config_name=huge max_cpu=2 memory_size=900G",
    );
    said.refused(4, "OB.Tenant.ResourceNotEnough");
    assert!(
        said.err.contains("POST /api/v1/unit/config was done"),
        "{said:#?}"
    );
    site.form(
        "tenant-create",
        "name=a zone_list=zone1 unit_config_name=huge max_cpu=2 memory_size=900G",
    )
    .refused(4, "OB.Resource.UnitConfig.Existed");
    site.form("tenant-create", &format!("name=a zone_list=zone1 {unit}"))
        .done("succeeded");
    refused(
        "name=a zone_list=zone1 unit_config_name=unit_1c1g",
        "OB.Tenant.Existed",
    );
    assert_eq!(site.root, ROOT);
}

#[test]
fn a_lost_answer_to_a_tenant_finds_its_task() {
    let site = Site::cluster("3", &["--fault", "lost-answer@tenant#1"]);
    let said = site.form(
        "tenant-create",
        &format!("{BASE} unit_config_name=sys_unit_config"),
    );
    assert_eq!(said.code, 7, "{said:#?}");
    assert!(said.err.contains("it was made: task "), "{said:#?}");
}

/// A unit config makes no task: whether it is there tells.
#[test]
fn a_lost_answer_to_a_unit_config_finds_it() {
    let site = Site::cluster("3", &["--fault", "lost-answer@unit/config#1"]);
    let unit = "unit_config_name=unit_2c2g max_cpu=2 memory_size=2G";
    let said = site.form("tenant-create", &format!("{BASE} {unit}"));
    for words in [
        "POST /api/v1/tenant was not sent",
        "it was made: unit config unit_2c2g is there now",
    ] {
        said.refused(7, words);
    }
    assert!(site.list("tenants").iter().all(|one| one["name"] != "shop"));
    // What is there already is not made again.
    site.form(
        "tenant-create",
        &format!("{BASE} unit_config_name=unit_2c2g"),
    )
    .done("Create tenant shop");
}

#[test]
fn a_unit_config_that_was_not_made_or_was_there_before_is_not_called_made() {
    let faults = [
        "--fault",
        "reset@unit/config#1",
        "--fault",
        "reset@unit/config#2",
    ];
    let site = Site::cluster("3", &faults);
    let sends = [
        ("unit_2c2g", "the server has no unit config unit_2c2g"),
        (
            "sys_unit_config",
            "unit config sys_unit_config was there before",
        ),
    ];
    for (unit, words) in sends {
        let sets = format!("{BASE} unit_config_name={unit} max_cpu=2 memory_size=2G");
        let said = site.form("tenant-create", &sets);
        said.refused(7, "whether it happened is not known");
        said.refused(7, words);
    }
}

/// A body as the server takes it, with a zone that only reads.
#[test]
fn a_body_of_the_server_makes_a_tenant_with_a_read_only_replica() {
    let site = Site::cluster("3", &[]);
    let file = site.folder.path().join("tenant.json");
    let zone = |name: &str, kind: &str| serde_json::json!({"name": name, "replica_type": kind, "unit_config_name": "sys_unit_config", "unit_num": 1});
    let mut body = serde_json::json!({
        "name": "shop",
        "zone_list": [zone("zone1", "FULL"), zone("zone2", "FULL"), zone("zone3", "READONLY")],
        "whitelist": "%",
    });
    std::fs::write(&file, body.to_string()).unwrap();
    let from = file.to_str().unwrap();
    site.run(&["do", "tenant-create", "--yes", "--from", from])
        .done("succeeded");
    let tenants = site.list("tenants");
    let shop = tenants.iter().find(|one| one["name"] == "shop").unwrap();
    assert_eq!(
        shop["locality"],
        "FULL{1}@zone1, FULL{1}@zone2, READONLY{1}@zone3"
    );
    body["zone_list"][1]["unit_num"] = 2.into();
    std::fs::write(&file, body.to_string()).unwrap();
    site.run(&["do", "tenant-create", "--yes", "--from", from])
        .refused(2, "the zones differ in unit_num");
}
