//! What comes back: the envelope, pages, refusals in two languages.

use std::fmt::{Display, Write as _};

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde_json::{Map, Value, json};

use super::text::Text;

/// A good answer before its envelope.
#[derive(Debug)]
pub(super) enum Answer {
    /// `data` is this.
    Data(Value),
    /// `data` is this, written already: a task may have ten thousand subtasks.
    Written(Text),
    /// `data.contents` is this.
    List(Vec<Value>),
    /// One page of a list.
    Page(Vec<Value>, Paging, usize),
    /// One page of tasks, each written already.
    WrittenPage(Vec<Text>, Paging, usize),
    /// No `data`.
    Nothing,
    /// A bare object, without envelope.
    Bare(Value),
    /// Plain text.
    Text(String),
}

/// Which page was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paging {
    pub number: usize,
    pub size: usize,
}

/// A refusal: status, code, and what stands in its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub status: u16,
    pub code: &'static str,
    with: Vec<String>,
}

impl Refusal {
    pub fn new(status: u16, code: &'static str) -> Self {
        Self {
            status,
            code,
            with: Vec::new(),
        }
    }

    pub fn with<T: Display>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.with
            .extend(values.into_iter().map(|value| value.to_string()));
        self
    }

    fn message(&self, chinese: bool) -> String {
        let found = MESSAGES.iter().find(|(code, ..)| *code == self.code);
        let mut text = match found {
            Some((_, _, zh)) if chinese => (*zh).to_owned(),
            Some((_, en, _)) => (*en).to_owned(),
            None => self.code.to_owned(),
        };
        for (index, value) in self.with.iter().enumerate() {
            text = text.replace(&format!("{{{index}}}"), value);
        }
        text
    }
}

/// Who and when, for the envelope.
pub(super) struct Frame {
    pub now: Timestamp,
    pub trace: String,
    pub chinese: bool,
    pub duration: u64,
}

/// The name by which the server calls itself.
const SERVER: &str = "a83ad33525";

impl Frame {
    /// Status, content type and body of an outcome.
    pub fn wrap(&self, outcome: Result<Answer, Refusal>) -> (u16, &'static str, Text) {
        const JSON: &str = "application/json";
        let mut envelope = Map::new();
        let answer = match outcome {
            Ok(answer) => answer,
            Err(refusal) => {
                let text = self.refuse(&refusal).to_string();
                return (refusal.status, JSON, text.into());
            }
        };
        let data = match answer {
            Answer::Bare(value) => return (200, JSON, value.to_string().into()),
            Answer::Text(text) => return (200, "text/plain;charset=UTF-8", text.into()),
            Answer::Nothing => None,
            Answer::Data(data) => Some(data.to_string().into()),
            Answer::Written(data) => Some(data),
            Answer::List(contents) => Some(json!({"contents": contents}).to_string().into()),
            Answer::Page(contents, paging, total) => {
                let page = json!({"contents": contents, "page": place(paging, total)});
                Some(page.to_string().into())
            }
            Answer::WrittenPage(contents, paging, total) => Some(page(contents, paging, total)),
        };
        envelope.insert("duration".into(), self.duration.into());
        self.close(&mut envelope, 200);
        let rest = Value::Object(envelope).to_string();
        let text = match data {
            None => rest.into(),
            Some(data) => {
                let mut text = Text::from("{\"data\":");
                text.append(data);
                let _ = write!(text, ",{}", rest.get(1..).unwrap_or_default());
                text
            }
        };
        (200, JSON, text)
    }

    fn refuse(&self, refusal: &Refusal) -> Value {
        let mut envelope = Map::new();
        envelope.insert("duration".into(), self.duration.into());
        let code: Value = if refusal.status == 429 {
            0.into()
        } else {
            refusal.code.into()
        };
        envelope.insert(
            "error".into(),
            json!({"code": code, "message": refusal.message(self.chinese)}),
        );
        self.close(&mut envelope, refusal.status);
        Value::Object(envelope)
    }

    fn close(&self, envelope: &mut Map<String, Value>, status: u16) {
        envelope.insert("server".into(), SERVER.into());
        envelope.insert("status".into(), status.into());
        envelope.insert("successful".into(), (status < 400).into());
        envelope.insert("timestamp".into(), stamp(self.now).into());
        // The one recorded 429 has an empty trace id.
        let trace = if status == 429 { "" } else { &self.trace };
        envelope.insert("traceId".into(), trace.into());
    }
}

/// A page of what is written already.
fn page(contents: Vec<Text>, paging: Paging, total: usize) -> Text {
    let mut text = Text::from("{\"contents\":[");
    for (number, one) in contents.into_iter().enumerate() {
        if number > 0 {
            let _ = text.write_str(",");
        }
        text.append(one);
    }
    let _ = write!(text, "],\"page\":{}}}", place(paging, total));
    text
}

/// Where a page stands in the whole.
fn place(paging: Paging, total: usize) -> Value {
    json!({"number": paging.number, "size": paging.size,
        "totalElements": total, "totalPages": total.div_ceil(paging.size)})
}

/// `2021-03-02T11:06:34.345+08:00`; trailing zeros of the fraction are not written.
pub(super) fn stamp(at: Timestamp) -> String {
    let millis = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
    zoned(millis, "%Y-%m-%dT%H:%M:%S%.f%:z")
}

/// The same in whole seconds, as creation times are written.
pub(super) fn second(at: Timestamp) -> String {
    zoned(at, "%Y-%m-%dT%H:%M:%S%:z")
}

/// In UTC, as alarms and the start of servers are written.
pub(super) fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// As log lines are written: `2021-08-25 15:09:32.716`.
pub(super) fn logged(at: Timestamp) -> String {
    zoned(at, "%Y-%m-%d %H:%M:%S.%3f")
}

fn zoned(at: Timestamp, format: &str) -> String {
    let china = TimeZone::fixed(Offset::constant(8));
    at.to_zoned(china).strftime(format).to_string()
}

/// The messages of the documentation's table of errors where it prints them,
/// else words of the same meaning.
const MESSAGES: &[(&str, &str, &str)] = &[
    (
        "0",
        "Excessive number of requests. You have exceeded the request limit for the current throttling window.",
        "请求次数过多，您已超出当前限流窗口的请求上限。",
    ),
    ("IAM10000", "You are not logged on.", "您尚未登录。"),
    (
        "IAM10003",
        "Your account is locked. Try again later.",
        "账号已被锁定，请稍后重试。",
    ),
    (
        "IAM10004",
        "Incorrect username or password. You can try for {0} more times.",
        "用户名或密码错误，您还可以尝试 {0} 次。",
    ),
    (
        "IAM11000",
        "You are not authorized to perform this operation.",
        "您没有执行此操作的权限。",
    ),
    (
        "COM10001",
        "The parameter {0} is empty or invalid.",
        "参数 {0} 为空或无效。",
    ),
    (
        "COM10002",
        "The record does not exist: {0}.",
        "记录不存在：{0}。",
    ),
    (
        "COM10004",
        "No handler found for {0} {1}.",
        "未找到 {0} {1} 的处理程序。",
    ),
    (
        "COM10006",
        "An object named {0} already exists.",
        "名称 {0} 已存在。",
    ),
    (
        "COM10011",
        "You cannot sort by the field {0}.",
        "不支持按字段 {0} 排序。",
    ),
    (
        "TSK10001",
        "The task {0} does not exist.",
        "任务 {0} 不存在。",
    ),
    (
        "TSK10007",
        "This operation is not supported for the {0} task in the {1} state.",
        "处于 {1} 状态的任务 {0} 不支持此操作。",
    ),
    (
        "TSK10009",
        "The task {0} cannot be rolled back.",
        "任务 {0} 不支持回滚。",
    ),
    (
        "OBE11001",
        "The cluster {0} does not exist.",
        "集群 {0} 不存在。",
    ),
    (
        "OBE11007",
        "The cluster {0} is in the {1} state and does not support this operation.",
        "集群 {0} 处于 {1} 状态，不支持此操作。",
    ),
    (
        "OBE18001",
        "The zone name {0} is invalid.",
        "Zone 名称 {0} 不合法。",
    ),
    (
        "OBE18002",
        "The zone {0} does not exist.",
        "Zone {0} 不存在。",
    ),
    (
        "OBE19001",
        "The OBServer {0} does not exist.",
        "OBServer {0} 不存在。",
    ),
    (
        "OBE19002",
        "The OBServer {0} is in the {1} state and does not support this operation.",
        "OBServer {0} 处于 {1} 状态，不支持此操作。",
    ),
    (
        "OBE19008",
        "The port {0} must in (1024, 65535].",
        "端口 {0} 必须在 (1024, 65535] 范围内。",
    ),
    (
        "CMP07001",
        "The host {0} does not exist.",
        "主机 {0} 不存在。",
    ),
    (
        "CMP07004",
        "The host {0} is offline or in use.",
        "主机 {0} 已离线或已被使用。",
    ),
    (
        "CMP07010",
        "You cannot deploy multiple {1} services of the same type on Host {0}.",
        "主机 {0} 上不能部署多个同类型的 {1} 服务。",
    ),
    (
        "ODP21001",
        "The OBProxy cluster {0} does not exist.",
        "OBProxy 集群 {0} 不存在。",
    ),
    (
        "ODP21002",
        "The OBProxy {0} does not exist.",
        "OBProxy {0} 不存在。",
    ),
    (
        "ODP21016",
        "The OBProxy {0} is in the {1} state and does not support this operation.",
        "OBProxy {0} 处于 {1} 状态，不支持此操作。",
    ),
    (
        "ODP21110",
        "ObProxy version {0} does not support OB version {1}.",
        "ObProxy 版本 {0} 不支持 OB 版本 {1}。",
    ),
    (
        "PKG10012",
        "The software package {0} already exists.",
        "软件包 {0} 已存在。",
    ),
    (
        "PKG10014",
        "The software package {0} does not exist.",
        "软件包 {0} 不存在。",
    ),
    (
        "PKG10016",
        "The software package name {0} is invalid.",
        "软件包名称 {0} 不合法。",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_documents_do() {
        let at: Timestamp = "2021-08-25T07:09:31.740Z".parse().unwrap();
        assert_eq!(stamp(at), "2021-08-25T15:09:31.74+08:00");
        assert_eq!(second(at), "2021-08-25T15:09:31+08:00");
        assert_eq!(utc(at), "2021-08-25T07:09:31Z");
        assert_eq!(logged(at), "2021-08-25 15:09:31.740");
        let whole: Timestamp = "2021-08-25T07:09:31Z".parse().unwrap();
        assert_eq!(stamp(whole), "2021-08-25T15:09:31+08:00");
    }

    #[test]
    fn a_refusal_speaks_two_languages() {
        let refusal = Refusal::new(400, "TSK10007").with(["Add OB server", "RUNNING"]);
        assert!(
            refusal
                .message(false)
                .contains("Add OB server task in the RUNNING state")
        );
        assert!(refusal.message(true).contains("RUNNING 状态"));
    }
}
