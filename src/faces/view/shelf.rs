//! Saved tasks as a backend: the console looks at them and can change nothing.

use std::time::Duration;

use jiff::Timestamp;
use rust_i18n::t;

use crate::fleet::request::Request;
use crate::fleet::task::{Task, TaskId};
use crate::link::{
    Ask, Asked, Backend, BoxFuture, LinkError, Picture, SendError, Sent, WriteAccess,
};

/// The tasks of a file.
#[derive(Clone, Debug)]
pub struct Shelf {
    name: String,
    tasks: Vec<Task>,
    past: Vec<(Timestamp, Task)>,
}

impl Shelf {
    /// Tasks and the name of their file.
    #[must_use]
    pub fn new(name: String, tasks: Vec<Task>) -> Self {
        Self {
            name,
            tasks,
            past: Vec::new(),
        }
    }

    /// The pictures of the only task before the last one, for the scrubber.
    #[must_use]
    pub fn with_past(mut self, past: Vec<(Timestamp, Task)>) -> Self {
        if self.tasks.len() == 1 {
            self.past = past;
        }
        self
    }

    /// What was seen of the only task before, oldest first.
    #[must_use]
    pub fn past(&self) -> &[(Timestamp, Task)] {
        &self.past
    }

    /// The only task, which the screen then opens with.
    #[must_use]
    pub fn only(&self) -> Option<TaskId> {
        match self.tasks.as_slice() {
            [task] => Some(task.id.clone()),
            _ => None,
        }
    }

    fn picture(&self, ask: &Ask) -> Result<Picture, LinkError> {
        let not_there = || LinkError::NotAsked(t!("the file does not hold that").into_owned());
        match ask {
            Ask::Tasks => Ok(Picture::Tasks(self.tasks.clone())),
            Ask::Task(id) => {
                let task = self.tasks.iter().find(|task| task.id == *id);
                let task = task.cloned().ok_or_else(not_there)?;
                Ok(Picture::Task(Box::new(task)))
            }
            _ => Err(not_there()),
        }
    }
}

impl Backend for Shelf {
    fn ask<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Asked, LinkError>> {
        let asked = self.picture(ask).map(|picture| Asked {
            picture,
            endpoint: self.name.clone(),
            took: Duration::ZERO,
            at: Timestamp::now(),
        });
        Box::pin(std::future::ready(asked))
    }

    fn send<'a>(
        &'a self,
        _access: &'a WriteAccess,
        _request: &'a Request,
    ) -> BoxFuture<'a, Result<Sent, SendError>> {
        let words = t!("a file cannot be changed from here").into_owned();
        let error = SendError::NotDone(LinkError::NotAsked(words));
        Box::pin(std::future::ready(Err(error)))
    }

    fn endpoint(&self) -> String {
        self.name.clone()
    }
}
