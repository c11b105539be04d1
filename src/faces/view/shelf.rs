//! Saved tasks as a backend: the console looks at them and can change nothing.

use std::time::Duration;

use jiff::Timestamp;
use rust_i18n::t;

use super::story::Story;
use crate::fleet::request::Request;
use crate::fleet::task::{Task, TaskId};
use crate::link::{
    Ask, Asked, Backend, BoxFuture, LinkError, Picture, SendError, Sent, Transfer, WriteAccess,
};

/// The tasks of a file.
#[derive(Clone, Debug)]
pub struct Shelf {
    name: String,
    stories: Vec<Story>,
}

impl Shelf {
    /// Tasks and the name of their file.
    #[must_use]
    pub fn new(name: String, stories: Vec<Story>) -> Self {
        Self { name, stories }
    }

    /// When its newest picture was taken.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        self.stories.iter().map(|story| story.at).max()
    }

    /// What was seen of the only task before, oldest first: the scrubber's.
    #[must_use]
    pub fn past(&self) -> Vec<(Timestamp, Task)> {
        match self.stories.as_slice() {
            [story] => story.before.clone(),
            _ => Vec::new(),
        }
    }

    /// The only task, which the screen then opens with.
    #[must_use]
    pub fn only(&self) -> Option<TaskId> {
        match self.stories.as_slice() {
            [story] => Some(story.task.id.clone()),
            _ => None,
        }
    }

    fn find(&self, ask: &Ask) -> Result<Asked, LinkError> {
        let not_there = || LinkError::NotAsked(t!("the file does not hold that").into_owned());
        match ask {
            Ask::Tasks => {
                let tasks = self
                    .stories
                    .iter()
                    .map(|story| story.task.clone())
                    .collect();
                Ok(self.asked(Picture::Tasks(tasks), self.at().ok_or_else(not_there)?))
            }
            Ask::Task(id) => {
                let story = self.stories.iter().find(|story| story.task.id == *id);
                let story = story.ok_or_else(not_there)?;
                Ok(self.asked(Picture::Task(Box::new(story.task.clone())), story.at))
            }
            _ => Err(not_there()),
        }
    }

    fn asked(&self, picture: Picture, at: Timestamp) -> Asked {
        Asked {
            picture,
            endpoint: self.name.clone(),
            took: Duration::ZERO,
            at,
        }
    }
}

impl Backend for Shelf {
    fn ask<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Asked, LinkError>> {
        Box::pin(std::future::ready(self.find(ask)))
    }

    fn send_watched<'a>(
        &'a self,
        _access: &'a WriteAccess,
        _request: &'a Request,
        _: &'a Transfer,
    ) -> BoxFuture<'a, Result<Sent, SendError>> {
        let words = t!("a file cannot be changed from here").into_owned();
        let error = SendError::NotDone(LinkError::NotAsked(words));
        Box::pin(std::future::ready(Err(error)))
    }

    fn endpoint(&self) -> String {
        self.name.clone()
    }
}
