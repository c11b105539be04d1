//! A form on the screen: what is typed, what is wrong with it, what came back.
//! Nothing typed is ever lost: a form that is left keeps its draft.

mod choices;
mod findings;
mod refusal;

use std::fmt;

use jiff::Timestamp;

use super::input::Line;
use super::key::{Code, Key};
use super::message::SendId;
use crate::config::Draft;
use crate::fleet::Address;
use crate::fleet::address::AGENT_PORT;
use crate::fleet::cluster::Cluster;
use crate::fleet::forms::{Entry, Field, FieldError, Form, Given, Kind};
use crate::fleet::request::Request;
use crate::fleet::transfer::{Course, Progress};
use crate::link::{Ask, SendError};

pub use choices::{Choice, take_next};
pub use findings::{Finding, findings};
pub use refusal::Refusal;

/// A field that is being typed into asks its agent after this pause.
const PAUSE_MS: i64 = 700;

/// What a key did to a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// It was taken in.
    Taken,
    /// The operator wants it sent.
    Submit,
    /// It is not for the form.
    Nothing,
}

/// The state of one form.
#[derive(Clone)]
pub struct FormScreen {
    form: &'static Form,
    lines: Vec<Line>,
    focus: usize,
    left: Vec<bool>,
    edited_at: Timestamp,
    sent: Option<SendId>,
    /// How far the file is that is sent.
    course: Option<Course>,
    refusal: Option<Refusal>,
}

impl fmt::Debug for FormScreen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormScreen")
            .field("form", &self.form.name)
            .field("lines", &self.lines)
            .field("focus", &self.focus)
            .field("sent", &self.sent)
            .field("refusal", &self.refusal)
            .finish_non_exhaustive()
    }
}

impl FormScreen {
    /// An empty form.
    #[must_use]
    pub fn new(form: &'static Form, now: Timestamp) -> Self {
        let line = |field: &Field| match field.kind {
            Kind::Password => Line::hidden(),
            _ => Line::open(field.default),
        };
        Self {
            form,
            lines: form.fields.iter().map(line).collect(),
            focus: 0,
            left: vec![false; form.fields.len()],
            edited_at: now,
            sent: None,
            course: None,
            refusal: None,
        }
    }

    /// Its row in the table of forms.
    #[must_use]
    pub fn form(&self) -> &'static Form {
        self.form
    }

    /// The field with the cursor; as many as there are fields: the button.
    #[must_use]
    pub fn focus(&self) -> usize {
        self.focus
    }

    /// Whether the button has the cursor.
    #[must_use]
    pub fn on_button(&self) -> bool {
        self.focus >= self.lines.len()
    }

    /// The line of a field.
    #[must_use]
    pub fn line(&self, index: usize) -> Option<&Line> {
        self.lines.get(index)
    }

    /// Writes into a field that nobody has typed into.
    pub fn suggest(&mut self, field: &str, value: &str) {
        let index = self.form.fields.iter().position(|f| f.name == field);
        if let Some(line) = index.and_then(|index| self.lines.get_mut(index))
            && line.is_empty()
        {
            *line = Line::open(value);
        }
    }

    /// Goes to a field.
    pub fn focus_on(&mut self, field: &str) {
        self.focus_field(field);
    }

    /// What stands in the open fields: a secret is no part of a draft.
    #[must_use]
    pub fn draft(&self) -> Draft {
        let fields = self.form.fields.iter().zip(&self.lines);
        fields
            .filter(|(field, line)| {
                let open = matches!(line, Line::Open(_)) && field.kind != Kind::Password;
                open && !line.is_empty()
            })
            .map(|(field, line)| (field.name.to_owned(), line.value().to_owned()))
            .collect()
    }

    /// Writes a draft into the open fields; whether it changed anything.
    pub fn restore(&mut self, draft: &Draft) -> bool {
        let before = self.draft();
        for (field, line) in self.form.fields.iter().zip(&mut self.lines) {
            if let (Line::Open(_), Some(value)) = (&line, draft.get(field.name)) {
                *line = Line::open(value);
            }
        }
        self.draft() != before
    }

    /// Goes to the first field that waits for something, or to the button.
    pub fn begin_at_empty(&mut self) {
        let wrong = self.problems();
        let waits = self
            .form
            .fields
            .iter()
            .position(|field| wrong.iter().any(|error| error.field == field.name));
        self.focus = waits.unwrap_or(self.lines.len());
    }

    /// The words that the focused field chooses from; none where it is typed into.
    #[must_use]
    pub fn words(&self, index: usize) -> &'static [&'static str] {
        match self.form.fields.get(index).map(|field| field.kind) {
            Some(Kind::Bool) => &["true", "false"],
            Some(Kind::Choice(words)) => words,
            _ => &[],
        }
    }

    /// Chooses the next word, the one before, or the first that begins so.
    fn choose(&mut self, key: Key) -> bool {
        let words = self.words(self.focus);
        let Some(line) = self.lines.get_mut(self.focus).filter(|_| !words.is_empty()) else {
            return false;
        };
        let at = words.iter().position(|word| *word == line.value());
        let count = words.len();
        let next = match (key.code, key.typed()) {
            (Code::Left, _) => at.map_or(count - 1, |at| (at + count - 1) % count),
            (Code::Right, _) | (_, Some(' ')) => at.map_or(0, |at| (at + 1) % count),
            (_, Some(letter)) if line.is_empty() || at.is_some() => {
                let begins = |word: &&str| {
                    word.chars()
                        .next()
                        .is_some_and(|first| first.eq_ignore_ascii_case(&letter))
                };
                match words.iter().position(begins) {
                    Some(found) => found,
                    None => return false,
                }
            }
            (Code::Backspace | Code::Delete, _) => {
                line.clear();
                return true;
            }
            _ => return false,
        };
        *line = Line::open(words[next]);
        true
    }

    /// What to know before it is sent, as far as the values go.
    #[must_use]
    pub fn before(&self, cluster: Option<&Cluster>) -> Vec<String> {
        let given = self.given();
        cluster.map_or_else(Vec::new, |known| (self.form.before)(&given, known))
    }

    /// What stands in the fields. An empty field was not given.
    #[must_use]
    pub fn given(&self) -> Given {
        self.form
            .fields
            .iter()
            .zip(&self.lines)
            .filter(|(_, line)| !line.is_empty())
            .map(|(field, line)| (field.name.to_owned(), field.entry(line.value())))
            .collect()
    }

    /// What is wrong with a field and should be said: while a field is typed
    /// into for the first time an empty one is no mistake yet.
    #[must_use]
    pub fn problem(&self, index: usize) -> Option<String> {
        let name = self.form.fields.get(index)?.name;
        let typed = self.lines.get(index).is_some_and(|line| !line.is_empty());
        if !typed && !self.left.get(index).copied().unwrap_or_default() {
            return None;
        }
        self.form
            .check(&self.given())
            .into_iter()
            .find(|error| error.field == name)
            .map(|error| error.message)
    }

    /// Everything that does not pass its check.
    #[must_use]
    pub fn problems(&self) -> Vec<FieldError> {
        self.form.check(&self.given())
    }

    /// The request as it would be sent now, and whether it is complete. What
    /// is missing or wrong stands there by the name of its field.
    #[must_use]
    pub fn preview(&self) -> (Option<Request>, bool) {
        let mut given = self.given();
        let problems = self.form.check(&given);
        for field in self.form.fields {
            let wrong = problems.iter().any(|problem| problem.field == field.name);
            let unreadable = wrong && matches!(field.kind, Kind::Address | Kind::List);
            let missing = field.required && !given.contains_key(field.name);
            if unreadable || missing {
                given.insert(field.name.to_owned(), Entry::Text(field.name.to_owned()));
            }
        }
        ((self.form.request)(&given).ok(), problems.is_empty())
    }

    /// The words on the button.
    #[must_use]
    pub fn deed(&self, cluster: Option<&Cluster>) -> String {
        (self.form.deed)(&self.given(), cluster)
    }

    /// The number of the request that is on its way.
    #[must_use]
    pub fn sent(&self) -> Option<SendId> {
        self.sent
    }

    /// How far the file is that is on its way; none where there is none.
    #[must_use]
    pub fn course(&self) -> Option<&Course> {
        self.course.as_ref().filter(|_| self.sent.is_some())
    }

    /// The file of a request has come so far.
    pub fn moved(&mut self, id: SendId, progress: Progress, at: Timestamp) {
        if let Some(course) = self.course.as_mut().filter(|_| self.sent == Some(id)) {
            course.moved(at, progress);
        }
    }

    /// What came back from the last try.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// The agents that stand in it: asked once the operator has left their
    /// field or paused, so that half an address is not asked for.
    #[must_use]
    pub fn asks(&self, now: Timestamp) -> Vec<Ask> {
        let paused = now.as_millisecond() - self.edited_at.as_millisecond() >= PAUSE_MS;
        (0..self.lines.len())
            .filter(|index| *index != self.focus || paused)
            .filter_map(|index| self.address(index))
            .map(Ask::Probe)
            .chain((0..self.lines.len()).filter_map(|index| self.choice_ask(index)))
            .collect()
    }

    /// Puts a line into a field, as if it had been typed.
    pub(super) fn put(&mut self, index: usize, line: Line, now: Timestamp) {
        if let Some(old) = self.lines.get_mut(index) {
            *old = line;
            self.edited(now);
        }
    }

    /// The first agent of the form, once its field is left.
    #[must_use]
    pub fn left_address(&self) -> Option<Address> {
        let mut fields = self.form.fields.iter();
        let first = fields.position(|field| field.kind == Kind::Address)?;
        self.address(first).filter(|_| self.focus != first)
    }

    /// The address in a field, if the field is for one and it can be read.
    #[must_use]
    pub fn address(&self, index: usize) -> Option<Address> {
        let field = self.form.fields.get(index)?;
        let line = self.lines.get(index)?;
        if field.kind != Kind::Address || line.is_empty() {
            return None;
        }
        Address::parse(line.value(), AGENT_PORT).ok()
    }

    /// A key. While a request is on its way nothing can be changed.
    pub fn key(&mut self, key: Key, now: Timestamp) -> Did {
        let back = key.code == Code::Tab && key.shift;
        match key.code {
            Code::Esc => return Did::Nothing,
            _ if key.typed().is_some() && self.sent.is_some() => return Did::Taken,
            Code::Down | Code::Tab if !back => self.go(self.focus + 1),
            Code::Up | Code::Tab => {
                self.go(self.focus.checked_sub(1).unwrap_or(self.lines.len()));
            }
            Code::Enter if self.sent.is_some() => {}
            Code::Enter if self.on_button() => return Did::Submit,
            Code::Enter => self.go(self.focus + 1),
            Code::PageDown => self.go(self.lines.len()),
            Code::PageUp => self.go(0),
            _ if self.on_button() => {
                return if key.typed().is_some() {
                    Did::Taken
                } else {
                    Did::Nothing
                };
            }
            _ => {
                let taken = self.sent.is_none() && self.choose(key)
                    || self.sent.is_none()
                        && self
                            .lines
                            .get_mut(self.focus)
                            .is_some_and(|line| line.key(key));
                if !taken {
                    return Did::Nothing;
                }
                self.edited(now);
            }
        }
        Did::Taken
    }

    /// Text that came in one piece.
    pub fn paste(&mut self, text: &str, now: Timestamp) {
        if self.sent.is_none()
            && let Some(line) = self.lines.get_mut(self.focus)
        {
            line.paste(text);
            self.edited(now);
        }
    }

    /// What must be put right before it can be sent; goes to the first of it.
    pub fn stop_at_problems(&mut self) -> bool {
        let problems = self.problems();
        self.left.fill(true);
        if let Some(first) = problems.first() {
            self.focus_field(&first.field);
        }
        !problems.is_empty()
    }

    /// The request that leaves now.
    pub fn send(&mut self, id: SendId) -> Option<Request> {
        let request = (self.form.request)(&self.given()).ok()?;
        self.sent = Some(id);
        self.course = request.carries_file().then(Course::default);
        self.refusal = None;
        Some(request)
    }

    /// It did not work; everything typed stays.
    pub fn refused(&mut self, error: &SendError) {
        let mut refusal = refusal::refusal(self.form, &self.given(), error);
        refusal.id = self.sent.take();
        if let Some(first) = refusal.lines.iter().find(|line| !line.field.is_empty()) {
            self.focus_field(&first.field);
        }
        self.refusal = Some(refusal);
    }

    /// It worked; the form may be used again.
    pub fn done(&mut self) {
        self.sent = None;
    }

    /// What the server said of a field, until it is edited.
    pub fn server_words(&self, index: usize) -> impl Iterator<Item = &str> {
        let name = self.form.fields.get(index).map(|field| field.name);
        self.refusal
            .iter()
            .flat_map(|refusal| &refusal.lines)
            .filter(move |line| Some(line.field.as_str()) == name)
            .map(|line| line.message.as_str())
    }

    fn edited(&mut self, now: Timestamp) {
        self.edited_at = now;
        let name = self.form.fields.get(self.focus).map(|field| field.name);
        if let Some(refusal) = &mut self.refusal {
            refusal
                .lines
                .retain(|line| Some(line.field.as_str()) != name);
        }
    }

    fn go(&mut self, to: usize) {
        if let Some(left) = self.left.get_mut(self.focus) {
            *left = true;
        }
        self.focus = if to > self.lines.len() { 0 } else { to };
    }

    fn focus_field(&mut self, name: &str) {
        if let Some(index) = self.form.fields.iter().position(|f| f.name == name) {
            self.focus = index;
        }
    }
}
