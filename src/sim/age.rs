//! Older agents: smaller keys, fewer routes and keys, errors without names
//! (`api/obshell.md` §0, §16).

use serde_json::Value;

use super::answer::{Answer, Refusal};

/// Which generation of agents is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Age {
    /// v1 headers, plain bodies.
    V422,
    V423,
    V424,
    V425,
    /// Agent passwords and `OBProxy`.
    V426,
    /// Errors have names.
    V431,
    V440,
    V441,
    Now,
}

/// Routes that came after the first agents, by the beginning of their label.
const CAME: [(Age, &str); 18] = [
    (Age::V424, "tenant"),
    (Age::V424, "unit"),
    (Age::V424, "resource-pools"),
    (Age::V424, "obcluster/info"),
    (Age::V424, "obcluster/topology"),
    (Age::V424, "obcluster/statistics"),
    (Age::V424, "obcluster/parameters"),
    (Age::V424, "obcluster/charsets"),
    (Age::V424, "obcluster/unit-config-limit"),
    (Age::V424, "observer/info"),
    (Age::V424, "task/dags/"),
    (Age::V424, "agent/host-info"),
    (Age::V425, "ob/scale_in"),
    (Age::V425, "zone/:name"),
    (Age::V426, "agent/password"),
    (Age::V426, "obproxy"),
    // Logs, and also login and logout.
    (Age::V440, "log"),
    (Age::V441, "ob/zone/"),
];

impl Age {
    /// Of a version as `4.2.6.0-1`; what cannot be read is of today.
    pub(super) fn of(version: &str) -> Self {
        let mut parts = version
            .split(['-', '.'])
            .map(|part| part.parse::<u32>().ok());
        let mut next = || parts.next().flatten();
        let (Some(a), Some(b), Some(c)) = (next(), next(), next()) else {
            return Self::Now;
        };
        let build = next().unwrap_or(0);
        match [a, b, c, build] {
            at if at < [4, 2, 3, 0] => Self::V422,
            at if at < [4, 2, 4, 0] => Self::V423,
            at if at < [4, 2, 5, 0] => Self::V424,
            at if at < [4, 2, 6, 0] => Self::V425,
            at if at < [4, 3, 1, 0] => Self::V426,
            at if at < [4, 4, 0, 0] => Self::V431,
            at if at < [4, 4, 1, 0] => Self::V440,
            at if at < [4, 4, 1, 1] => Self::V441,
            _ => Self::Now,
        }
    }

    /// Bits of a key.
    pub(super) fn bits(self) -> usize {
        if self < Self::Now { 512 } else { 1024 }
    }

    /// Whether these agents have a route.
    pub(super) fn has(self, label: &str) -> bool {
        !CAME
            .iter()
            .any(|(since, begin)| self < *since && label.starts_with(begin))
    }

    /// An answer as these agents would have given it.
    pub(super) fn dress(self, mut answer: Answer, label: &str, address: &str) -> Answer {
        if self == Self::Now {
            return answer;
        }
        if let Some(data) = &mut answer.data {
            self.thin(data, label);
        }
        if let Some(error) = answer.error.take() {
            let error = if self < Self::V431 {
                self.nameless(&error, label, address)
            } else {
                // Only what a client must do about the password has a number.
                let code = error.code.filter(|code| *code != 1);
                Refusal { code, ..error }
            };
            answer.status = error.status;
            answer.error = Some(error);
        }
        answer
    }

    /// Without the keys that came later.
    fn thin(self, data: &mut Value, label: &str) {
        match data {
            Value::Array(items) => items.iter_mut().for_each(|item| self.thin(item, label)),
            Value::Object(map) => {
                if label == "info" && self < Self::V424 {
                    map.shift_remove("supportedAuth");
                }
                if label == "info" && self < Self::V426 {
                    for key in ["obVersion", "architecture", "isObproxyAgent", "security"] {
                        map.shift_remove(key);
                    }
                }
                if map.contains_key("dag_id") && self < Self::V431 {
                    map.shift_remove("maintenance_type");
                    map.shift_remove("maintenance_key");
                }
                map.shift_remove("is_shared_storage");
                map.values_mut().for_each(|value| self.thin(value, label));
            }
            _ => {}
        }
    }

    /// The errors before 4.3.1: a number and a sentence.
    fn nameless(self, error: &Refusal, label: &str, address: &str) -> Refusal {
        let after = |begin: &str| {
            error
                .message
                .strip_prefix(begin)
                .unwrap_or(&error.message)
                .to_owned()
        };
        let word = |begin: &str, end: &str| {
            let (_, rest) = error.message.split_once(begin)?;
            Some(rest.split_once(end)?.0.to_owned())
        };
        let denied = |why: &str| (401, 10008, format!("Verification failed: {why}"));
        let (status, code, message) = match error.name {
            "Common.NotFound" => (400, 1000, "Bad request: 404 not found".to_owned()),
            "Common.BindJsonFailed" => (
                400,
                1001,
                format!("Illegal argument: {}", after("Bind JSON failed: ")),
            ),
            "Task.GenericID.Invalid" => {
                let id = word("Invalid ID: ", ":").unwrap_or_default();
                (400, 1001, format!("Illegal argument: invalid id: {id}"))
            }
            "Task.NotFound" => (404, 2300, error.message.clone()),
            "Agent.Identify.NotSupportOperation" => match label {
                "agent/join" => {
                    let who = word("'", "'").unwrap_or_else(|| address.to_owned());
                    (400, 1000, format!("Bad request: {who} is not single agent"))
                }
                "ob/init" => {
                    let is = word("is '", "'").unwrap_or_default();
                    (400, 1000, format!("Bad request: {is} can not init"))
                }
                _ => (
                    500,
                    1010,
                    format!("Known error: {address} is not cluster agent."),
                ),
            },
            "Agent.UnderMaintenance" => {
                let why = if self < Self::V424 {
                    "agent status is not 1"
                } else {
                    "agent is under maintaince"
                };
                let text = format!("Unexpected error: failed to start maintenance: {why}");
                (500, 1002, text)
            }
            "Task.Dag.Operator.PassNotAllowed" => {
                let node = word("node ", " cannot pass").unwrap_or_default();
                (
                    500,
                    1010,
                    format!("Known error: failed to pass dag: {node} can not pass"),
                )
            }
            "Task.Dag.Operator.RetryNotFailedDag" => {
                let text = "Known error: failed to set dag retry: dag state is not failed";
                (500, 1010, text.to_owned())
            }
            "Request.Header.NotFound" => denied("header not found"),
            "Security.Authentication.Header.DecryptFailed" => denied("header decrypt failed"),
            "Security.Authentication.Header.UriMismatch" => denied("uri mismatch"),
            "Security.Authentication.Expired" => denied("auth expired"),
            "Security.Authentication.IncorrectOceanbasePassword" => {
                denied("access denied: oceanbase password is incorrect")
            }
            // What these agents said otherwise was not recorded: the number tells the kind.
            name if name.starts_with("Security.") => denied(&after("Unauthorized: ")),
            "Common.Unexpected" => (500, 1002, error.message.clone()),
            "Common.IllegalArgument" => (400, 1001, error.message.clone()),
            _ if error.status == 400 => (400, 1000, format!("Bad request: {}", error.message)),
            _ => (
                error.status,
                1010,
                format!("Known error: {}", error.message),
            ),
        };
        Refusal {
            status,
            code: Some(code),
            name: "",
            message,
            chinese: None,
        }
    }
}
