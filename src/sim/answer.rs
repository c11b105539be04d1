//! What an agent answers: status, data, error, and the envelope around them.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// An answer before it is put into its envelope.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) data: Option<Value>,
    pub(super) error: Option<Refusal>,
    /// Before the agent's own middleware ran: no trace id, another content type.
    pub(super) early: bool,
    /// The handler fell over: the agent's start is the timestamp.
    pub(super) panic: bool,
    /// `GET status` skips the middleware that makes trace ids.
    pub(super) untraced: bool,
}

/// The `error` object.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: Option<u32>,
    pub(super) name: &'static str,
    pub(super) message: String,
    pub(super) chinese: Option<String>,
}

impl Refusal {
    pub(super) fn new(status: u16, name: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: None,
            name,
            message: message.into(),
            chinese: None,
        }
    }

    /// A refusal of the login: 401 with the legacy code.
    pub(super) fn login(name: &'static str, message: &str) -> Self {
        Self {
            code: Some(10008),
            ..Self::new(401, name, format!("Unauthorized: {message}"))
        }
    }

    pub(super) fn zh(mut self, message: impl Into<String>) -> Self {
        self.chinese = Some(message.into());
        self
    }

    /// Handlers that create a DAG wrap what goes wrong.
    pub(super) fn creating(mut self, task: &str) -> Self {
        self.message = format!("Create task '{task}' failed: {}", self.message);
        self
    }

    pub(super) fn identity(address: &str, is: &str, wanted: &str) -> Self {
        Self::new(
            400,
            "Agent.Identify.NotSupportOperation",
            format!(
                "'{address}' is '{is}', instead of '{wanted}', does not support this operation"
            ),
        )
    }

    pub(super) fn busy(address: &str) -> Self {
        Self::new(
            500,
            "Agent.UnderMaintenance",
            format!("{address} is under maintenance"),
        )
    }

    /// The cluster is busy with a DAG of that name.
    pub(super) fn under(dag: &str) -> Self {
        Self::new(
            500,
            "OB.Cluster.UnderMaintenanceWithDag",
            format!("OceanBase cluster is under maintenance by DAG: {dag}, please try again later"),
        )
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::new(404, "Task.NotFound", format!("Task not found: {what}"))
    }

    pub(super) fn unexpected(what: &str) -> Self {
        Self::new(
            500,
            "Common.Unexpected",
            format!("Unexpected error: {what}"),
        )
    }

    pub(super) fn bind(message: &str) -> Self {
        Self::new(
            400,
            "Common.BindJsonFailed",
            format!("Bind JSON failed: {message}"),
        )
    }

    pub(super) fn illegal(field: &str, why: &str) -> Self {
        Self::new(
            400,
            "Common.IllegalArgument",
            format!("The input parameter '{field}' is illegal: {why}"),
        )
    }
}

impl From<Refusal> for Answer {
    fn from(error: Refusal) -> Self {
        Self {
            status: error.status,
            error: Some(error),
            ..Self::empty()
        }
    }
}

impl Answer {
    /// 200 without `data`.
    pub(super) fn empty() -> Self {
        Self {
            status: 200,
            data: None,
            error: None,
            early: false,
            panic: false,
            untraced: false,
        }
    }

    pub(super) fn data(data: Value) -> Self {
        Self {
            data: Some(data),
            ..Self::empty()
        }
    }

    pub(super) fn contents(items: Vec<Value>) -> Self {
        Self::data(Map::from_iter([("contents".to_owned(), Value::from(items))]).into())
    }

    /// 204: something already gone.
    pub(super) fn gone() -> Self {
        Self {
            status: 204,
            ..Self::empty()
        }
    }

    /// A refusal of a handler that writes `data` even when it is nil.
    pub(super) fn null(error: Refusal) -> Self {
        Self {
            data: Some(Value::Null),
            ..error.into()
        }
    }

    /// The handler fell over.
    pub(super) fn panic() -> Self {
        Self {
            panic: true,
            ..Refusal::unexpected("Internal Server Error").into()
        }
    }

    /// The body, or nothing for a 204.
    pub(super) fn body(self, about: &About) -> Option<Vec<u8>> {
        if self.status == 204 {
            return None;
        }
        let mut map = Map::new();
        let timestamp = if self.panic { about.started } else { about.now };
        let silent = self.panic || self.early || self.untraced;
        map.insert("successful".into(), self.error.is_none().into());
        map.insert("timestamp".into(), timestamp.to_string().into());
        map.insert(
            "duration".into(),
            if self.panic || self.early {
                0
            } else {
                about.millis
            }
            .into(),
        );
        map.insert("status".into(), self.status.into());
        let trace = if silent { "" } else { about.trace.as_str() };
        map.insert("traceId".into(), trace.into());
        if let Some(data) = self.data {
            map.insert("data".into(), data);
        }
        if let Some(error) = self.error {
            let mut object = Map::new();
            if let Some(code) = error.code {
                object.insert("code".into(), code.into());
            }
            // Agents before 4.3.1 name no errors.
            if !error.name.is_empty() {
                object.insert("errCode".into(), error.name.into());
            }
            let message = error
                .chinese
                .filter(|_| about.chinese)
                .unwrap_or(error.message);
            object.insert("message".into(), message.into());
            map.insert("error".into(), object.into());
        }
        serde_json::to_vec(&map).ok()
    }
}

/// What the envelope says beside the answer itself.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub(super) now: Timestamp,
    pub(super) started: Timestamp,
    pub(super) millis: u64,
    pub(super) trace: String,
    pub(super) chinese: bool,
}
