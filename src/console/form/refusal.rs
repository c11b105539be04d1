//! What came back from a form that was not done.

use rust_i18n::t;

use crate::console::message::SendId;
use crate::fleet::forms::{self, FieldError, Form, Given};
use crate::link::{Cut, LinkError, SendError};

/// What the server or the connection said of the last try.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The request that came to this.
    pub id: Option<SendId>,
    /// Code, status or what happened to the connection.
    pub title: String,
    /// Its words, each at the field that it names or at none.
    pub lines: Vec<FieldError>,
    /// What we think of it; may be empty.
    pub advice: String,
}

/// What an error says to the fields of a form.
pub(super) fn refusal(form: &'static Form, given: &Given, error: &SendError) -> Refusal {
    match error {
        SendError::HalfDone { done, then } => {
            let mut refusal = refusal(form, given, then);
            refusal.title = t!(
                "%{done} was done; the request after it was not: %{why}",
                done = done,
                why = refusal.title
            )
            .into_owned();
            refusal
        }
        SendError::CutShort { why, sent, of } => Refusal {
            title: why.words(*sent, *of),
            advice: Cut::proof(),
            ..Refusal::default()
        },
        SendError::AnswerLost { reason, found } => Refusal {
            title: t!("The answer was lost: %{reason}", reason = reason).into_owned(),
            advice: found.words(),
            ..Refusal::default()
        },
        SendError::NotDone(error) | SendError::Held { error, .. } => not_done(form, given, error),
    }
}

fn not_done(form: &'static Form, given: &Given, error: &LinkError) -> Refusal {
    match error {
        LinkError::Refused {
            status,
            code,
            message,
            advice,
            ..
        } => Refusal {
            title: format!("{code} ({status})"),
            lines: forms::at_fields(form, given, message),
            advice: forms::cure(message).unwrap_or_else(|| advice.clone()),
            ..Refusal::default()
        },
        LinkError::Unauthorized {
            endpoint,
            code,
            message,
            advice,
        } => Refusal {
            title: format!("{code} (401) {endpoint}"),
            lines: forms::at_fields(form, given, message),
            advice: advice.clone(),
            ..Refusal::default()
        },
        LinkError::Unreachable { .. }
        | LinkError::Garbled { .. }
        | LinkError::Throttled { .. }
        | LinkError::KeyChanged { .. }
        | LinkError::NotAsked(_) => Refusal {
            title: t!("Nothing was sent").into_owned(),
            lines: forms::at_fields(form, given, &error.to_string()),
            ..Refusal::default()
        },
    }
}
