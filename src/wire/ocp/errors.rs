//! What the platform says when it refuses, and one line of advice.

use rust_i18n::t;

/// A refusal in the platform's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{code} ({status}): {message}")]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// `TSK10007`, or a number; which one a version sends is not established.
    pub code: String,
    /// The platform's sentence in the language that was asked for.
    pub message: String,
    /// Sentences at single fields.
    pub notes: Vec<FieldNote>,
    /// For the platform's own logs.
    pub trace: String,
}

/// A sentence at one field of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldNote {
    /// The server's name of the field.
    pub field: String,
    /// What is wrong.
    pub message: String,
}

impl Refusal {
    /// One line of ours; empty where we know nothing better than the server.
    #[must_use]
    pub fn advice(&self) -> String {
        advice(self.status, &self.code)
    }

    /// Whether the credential was refused: it must not be tried again.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.status == 401
    }
}

/// What to do about a code, and where the code is unknown, about the status.
#[must_use]
pub fn advice(status: u16, code: &str) -> String {
    let by_code = by_code(code);
    if !by_code.is_empty() {
        return by_code;
    }
    match status {
        401 => {
            t!("OCP refused who asks: wrong password or key, or the clocks are 15 minutes apart.")
        }
        403 => t!("The account lacks a role for this. Ask an administrator of OCP for it."),
        404 => t!("OCP does not know it, or this version of OCP has no such function."),
        409 => t!("Somebody else changed it at the same time. Look again before you repeat it."),
        429 => t!("Too many requests in this window. Asking more slowly now."),
        502..=504 => t!("A proxy before OCP answered: OCP itself is down or restarts."),
        _ => "".into(),
    }
    .into_owned()
}

/// States of a cluster in which a task works on it.
const AT_WORK: [&str; 11] = [
    "OPERATING",
    "CREATING",
    "DELETING",
    "STARTING",
    "RESTARTING",
    "STOPPING",
    "TAKINGOVER",
    "MOVINGOUT",
    "SWITCHOVER",
    "FAILOVER",
    "UPGRADING",
];

/// Whether a refusal says that a task works on the cluster: in its code, or by
/// the state that it names.
#[must_use]
pub fn is_busy(code: &str, message: &str) -> bool {
    match code {
        "OBE11020" | "OBE18008" | "OBE19012" => true,
        "OBE11007" | "OBE11008" | "OBE11050" => message
            .split(|c: char| !c.is_ascii_alphabetic())
            .any(|word| AT_WORK.contains(&word)),
        _ => false,
    }
}

/// Whether the task or subtask was in another state by the time the server looked.
#[must_use]
pub fn has_moved_on(code: &str) -> bool {
    matches!(code, "TSK10007" | "TSK10016" | "TSK10017" | "20003")
}

/// The codes of the facts (`api/ocp.md §4.2`) and their numbers in the sibling.
fn by_code(code: &str) -> String {
    match code {
        "TSK10001" | "20000" => {
            t!("The task is gone: OCP deletes tasks after 30 days. List the tasks again.")
        }
        code if has_moved_on(code) => {
            t!("The task has moved on meanwhile. Look at its state, then choose again.")
        }
        "TSK10009" | "20004" => {
            t!("This task cannot be rolled back any more. Retry or skip what failed.")
        }
        "TSK10010" => t!("This subtask cannot be skipped. Retry it, or roll the task back."),
        "TSK10011" => {
            t!("OCP was upgraded while the task ran. Roll the task back and start it again.")
        }
        "TSK10012" => t!("The subtask took longer than it may. Read its log, then retry it."),
        "TSK10013" | "TSK10015" => t!("OCP stopped the subtask, not the work. Retry it."),
        "TSK10014" => t!("The subtask was cancelled. Retry it, or roll the task back."),
        "IAM10000" | "30000" => t!("Give a user and password, or an access key."),
        "IAM10003" => t!(
            "The account is locked. Wait for its time to pass or ask an administrator to unlock it."
        ),
        "IAM10004" | "IAM10006" => {
            t!("Wrong user or password. OCP locks an account after some failures: do not guess.")
        }
        "IAM10005" => t!("The password has expired. Change it in OCP's console first."),
        "IAM10007" => t!("The account is disabled for some time. Wait, or ask an administrator."),
        "IAM10014" => {
            t!("OCP accepts this account from other addresses only. Ask an administrator.")
        }
        "IAM11000" | "COM10009" => {
            t!("The account lacks a role for this. Ask an administrator of OCP for it.")
        }
        "COM10001" | "10001" => {
            t!("A value is missing or wrong. Check the fields against the message.")
        }
        "COM10002" | "10002" => t!("OCP does not know it any more. List it again."),
        "COM10005" => {
            t!("Somebody else changed it at the same time. Look again before you repeat it.")
        }
        "COM10006" | "ODP21009" => t!("Check the name: one of that name exists, or none does."),
        "COM10011" => t!("OCP cannot sort by this field. Choose another one."),
        "ODP10001" | "ODP21011" => {
            t!(
                "OCP cannot log in to the OBProxy. Check its password and the start-up parameter skip_proxy_sys_private_check."
            )
        }
        "ODP21001" | "ODP21002" | "ODP21003" | "ODP21015" => {
            t!("OCP does not know this OBProxy or its cluster. List them again.")
        }
        "ODP21006" => {
            t!("The clusters have different passwords of proxyro. Make them equal first.")
        }
        "ODP21010" | "ODP21016" | "ODP21017" => {
            t!("The OBProxy is busy or down. Wait for its task, then try again.")
        }
        "ODP21018" | "ODP21110" | "ODP21113" => {
            t!("The versions do not fit. Choose another OBProxy package.")
        }
        "ODP21105" => t!("This parameter is read-only."),
        "ODP21106" => t!("8 to 32 characters of at least three kinds; special ones are ._+@#$%"),
        "ODP21114" => t!("Empty the installation directory on the host first."),
        "ODP21115" => t!("Add an OBProxy to the cluster first."),
        "ODP21116" | "CMP07010" => t!("The host runs such a service already. Choose another host."),
        "OBE11001" => t!("OCP does not know this cluster. List the clusters again."),
        "OBE11007" | "OBE11008" | "OBE11050" => {
            t!("The cluster is not in a state for this. Wait for its task, then try again.")
        }
        "OBE11020" | "OBE18008" | "OBE19012" => {
            t!("Another task still works on it. Find that task, let it end or roll it back.")
        }
        "OBE12101" => {
            t!("This is the cluster that OCP itself lives in. It cannot be changed here.")
        }
        "OBE18001" => {
            t!("A zone's name starts with a letter; letters, digits and underscores follow.")
        }
        "OBE19008" | "OBE19009" => t!("A port is a number from 1025 to 65535."),
        "OBE19017" => t!("SQL port and RPC port must differ."),
        "CMP07004" | "CMP07006" => {
            t!("The host is offline or in use. Choose a host that is AVAILABLE.")
        }
        "CMP07021" => t!("Set the host's clock first: it differs too much from OCP's."),
        "PKG10012" => t!("The package is there already. Nothing was uploaded."),
        "PKG10014" => t!("Upload the package first, or choose one from the list."),
        "PKG10016" => t!("The file's name is not that of a package. Do not rename packages."),
        _ => "".into(),
    }
    .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_in_which_a_task_works_is_told_from_one_of_rest() {
        assert!(is_busy("OBE11020", ""));
        assert!(is_busy(
            "OBE11007",
            "The cluster prod is in the OPERATING state"
        ));
        assert!(!is_busy(
            "OBE11007",
            "The cluster prod is in the STOPPED state"
        ));
        assert!(!is_busy("OBE18001", "OPERATING"));
    }

    #[test]
    fn the_code_goes_before_the_status() {
        assert!(advice(400, "TSK10009").contains("rolled back"));
        assert!(advice(401, "IAM10004").contains("locks"));
        assert!(advice(401, "X").contains("15 minutes"));
        assert_eq!(advice(400, "X"), "");
    }
}
