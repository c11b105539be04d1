//! Which screen is shown, and the way that led there.

use super::listing::Listing;
use crate::fleet::task::TaskId;

/// A screen.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Screen {
    /// No context: what can be done from here.
    Welcome,
    /// The panes of the cluster.
    Cluster,
    /// A list that fills the screen.
    List(Listing),
    /// The panes of one cluster of a platform, by the platform's id.
    Managed(String),
    /// All tasks.
    Tasks,
    /// The tasks of one cluster of a platform.
    TasksOf(String),
    /// One task.
    Task(TaskId),
    /// A form, by its name.
    Form(&'static str),
    /// The guided first-time setup.
    Setup,
    /// What the console has said.
    Messages,
}

impl Screen {
    /// The panes of a cluster, whoever answers for it.
    #[must_use]
    pub fn is_cluster(&self) -> bool {
        matches!(self, Self::Cluster | Self::Managed(_))
    }

    /// The full list of tasks, of everything or of one cluster.
    #[must_use]
    pub fn is_tasks(&self) -> bool {
        matches!(self, Self::Tasks | Self::TasksOf(_))
    }
}

/// Screens in the order in which they were visited, as a browser keeps them.
#[derive(Clone, Debug)]
pub struct History {
    visited: Vec<Screen>,
    here: usize,
    last: Option<usize>,
}

/// More than anybody walks back.
const KEPT: usize = 100;

impl History {
    /// Begins at a screen.
    #[must_use]
    pub fn new(first: Screen) -> Self {
        Self {
            visited: vec![first],
            here: 0,
            last: None,
        }
    }

    /// The screen that is shown.
    #[must_use]
    pub fn current(&self) -> &Screen {
        self.visited.get(self.here).unwrap_or(&Screen::Welcome)
    }

    /// Whether a way leads to it, back or forward.
    #[must_use]
    pub fn knows(&self, screen: &Screen) -> bool {
        self.visited.contains(screen)
    }

    /// Whether there is no way back.
    #[must_use]
    pub fn at_top(&self) -> bool {
        self.here == 0
    }

    /// Goes to a screen; what lay ahead is forgotten.
    pub fn go(&mut self, screen: Screen) {
        if *self.current() == screen {
            return;
        }
        self.visited.truncate(self.here + 1);
        self.visited.push(screen);
        if self.visited.len() > KEPT {
            self.visited.remove(0);
        }
        self.last = Some(self.visited.len().saturating_sub(2));
        self.here = self.visited.len() - 1;
    }

    /// Goes to a screen in place of the one that is shown, which leaves the history.
    pub fn replace(&mut self, screen: Screen) {
        self.visited.truncate(self.here);
        self.visited.push(screen);
        self.last = None;
    }

    /// Puts one screen in the place of another wherever it stands.
    pub fn exchange(&mut self, old: &Screen, new: &Screen) {
        for screen in self.visited.iter_mut().filter(|screen| *screen == old) {
            screen.clone_from(new);
        }
    }

    /// One back; false at the top.
    pub fn back(&mut self) -> bool {
        let moved = self.here > 0;
        if moved {
            self.last = Some(self.here);
            self.here -= 1;
        }
        moved
    }

    /// One forward; false at the end.
    pub fn forward(&mut self) -> bool {
        let moved = self.here + 1 < self.visited.len();
        if moved {
            self.last = Some(self.here);
            self.here += 1;
        }
        moved
    }

    /// To the screen before this one, wherever that was, and back again.
    pub fn last(&mut self) -> bool {
        match self.last {
            Some(last) if last < self.visited.len() => {
                self.last = Some(self.here);
                self.here = last;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_like_a_browser() {
        let mut history = History::new(Screen::Cluster);
        assert!(!history.back() && !history.forward() && !history.last());
        history.go(Screen::Tasks);
        history.go(Screen::Messages);
        assert!(history.back());
        assert_eq!(*history.current(), Screen::Tasks);
        assert!(history.last());
        assert_eq!(*history.current(), Screen::Messages);
        assert!(history.last());
        history.go(Screen::Form("join"));
        assert!(!history.forward());
        assert!(history.back() && history.back());
        assert_eq!(*history.current(), Screen::Cluster);
        assert!(history.at_top());
    }
}
