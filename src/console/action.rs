//! The one table of actions. Dispatch, footer, help, palette, the manual page
//! and the key configuration read it; nothing else names a key.

use std::borrow::Cow;

use rust_i18n::t;

/// Something an operator can do with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the table below says what each one does")]
pub enum Action {
    Down,
    Up,
    Top,
    Bottom,
    HalfDown,
    HalfUp,
    Fold,
    Unfold,
    Open,
    Back,
    NextPane,
    PreviousPane,
    Pane(u8),
    Filter,
    NextMatch,
    PreviousMatch,
    CommandLine,
    Palette,
    HistoryBack,
    HistoryForward,
    LastView,
    Follow,
    FollowAll,
    NextProblem,
    FirstCause,
    Upstream,
    Downstream,
    Around,
    CycleLook,
    Sort,
    Earlier,
    Later,
    Log,
    Save,
    Actions,
    Copy,
    Holder,
    Join,
    SetUp,
    Cluster,
    Tasks,
    Messages,
    Help,
    ToggleWrite,
    AskNow,
    Settle,
    Redraw,
    Suspend,
    Leave,
    Quit,
}

/// Where the operator is, as far as keys are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The page without a context.
    Welcome,
    /// The panes of a cluster.
    Cluster,
    /// A list of a platform's.
    List,
    /// The full list of tasks.
    Tasks,
    /// One task.
    Task,
    /// A form; its fields eat printable keys.
    Form,
    /// The guided setup; its fields eat printable keys.
    Setup,
    /// The list of messages.
    Messages,
    /// The list of keys.
    Help,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// What it does, for the program.
    pub action: Action,
    /// What it is called in the key configuration and in `:`.
    pub name: &'static str,
    /// Its keys unless configured otherwise.
    pub keys: &'static [&'static str],
    /// One or two words for the footer (a key of the catalogue of words).
    pub title: &'static str,
    /// A sentence for help and manual (a key of the catalogue of words).
    pub doc: &'static str,
    /// Where it applies; empty for everywhere.
    pub scopes: &'static [Scope],
}

impl Info {
    /// Whether it does something there.
    #[must_use]
    pub fn applies(&self, scope: Scope) -> bool {
        self.scopes.is_empty() || self.scopes.contains(&scope)
    }

    /// The title in the operator's language.
    #[must_use]
    pub fn title(&self) -> Cow<'static, str> {
        t!(self.title)
    }

    /// The sentence in the operator's language.
    #[must_use]
    pub fn doc(&self) -> Cow<'static, str> {
        t!(self.doc)
    }
}

const LISTS: &[Scope] = &[
    Scope::Welcome,
    Scope::Cluster,
    Scope::List,
    Scope::Tasks,
    Scope::Task,
    Scope::Messages,
    Scope::Help,
];
const FOLDS: &[Scope] = &[Scope::Cluster, Scope::Task];
const PANES: &[Scope] = &[Scope::Cluster, Scope::Task];
const TASK: &[Scope] = &[Scope::Task];
const TASKS: &[Scope] = &[Scope::Cluster, Scope::Tasks];
const OPENS: &[Scope] = &[
    Scope::Welcome,
    Scope::Cluster,
    Scope::List,
    Scope::Tasks,
    Scope::Task,
];
const HELD: &[Scope] = &[Scope::Task, Scope::Form];
const FILTERS: &[Scope] = &[Scope::Cluster, Scope::List, Scope::Tasks, Scope::Task];
const SORTS: &[Scope] = &[Scope::List, Scope::Tasks, Scope::Task];
const COPIES: &[Scope] = &[
    Scope::Cluster,
    Scope::List,
    Scope::Tasks,
    Scope::Task,
    Scope::Form,
    Scope::Messages,
];
const ANY: &[Scope] = &[];

const fn row(
    action: Action,
    name: &'static str,
    keys: &'static [&'static str],
    title: &'static str,
    doc: &'static str,
    scopes: &'static [Scope],
) -> Info {
    Info {
        action,
        name,
        keys,
        title,
        doc,
        scopes,
    }
}

/// Every action, in the order in which help lists them.
#[rustfmt::skip]
pub const ACTIONS: &[Info] = &[
    row(Action::Down, "down", &["j", "down"], "down", "Move down", LISTS),
    row(Action::Up, "up", &["k", "up"], "up", "Move up", LISTS),
    row(Action::Top, "top", &["g", "home"], "first", "Go to the first row", LISTS),
    row(Action::Bottom, "bottom", &["G", "end"], "last", "Go to the last row", LISTS),
    row(Action::HalfDown, "half-down", &["ctrl-d", "pagedown"], "half a page down", "Move down half a page", LISTS),
    row(Action::HalfUp, "half-up", &["ctrl-u", "pageup"], "half a page up", "Move up half a page", LISTS),
    row(Action::Fold, "fold", &["h", "left"], "fold", "Fold, or go to the pane on the left", FOLDS),
    row(Action::Unfold, "unfold", &["l", "right"], "unfold", "Unfold, or go to the pane on the right", FOLDS),
    row(Action::Open, "open", &["enter"], "open", "Open what is selected", OPENS),
    row(Action::Back, "back", &["esc"], "back", "Close what is open, or go back", ANY),
    row(Action::NextPane, "next-pane", &["tab"], "next pane", "Go to the next pane", PANES),
    row(Action::PreviousPane, "previous-pane", &["shift-tab"], "previous pane", "Go to the previous pane", PANES),
    row(Action::Pane(1), "pane-1", &["1"], "pane 1", "Go to the first pane", PANES),
    row(Action::Pane(2), "pane-2", &["2"], "pane 2", "Go to the second pane", PANES),
    row(Action::Pane(3), "pane-3", &["3"], "pane 3", "Go to the third pane", PANES),
    row(Action::Pane(4), "pane-4", &["4"], "pane 4", "Go to the fourth pane", PANES),
    row(Action::Filter, "filter", &["/"], "filter", "Show only rows with a text in them", FILTERS),
    row(Action::NextMatch, "next-match", &["n"], "next match", "Go to the next match", FILTERS),
    row(Action::PreviousMatch, "previous-match", &["N"], "previous match", "Go to the previous match", FILTERS),
    row(Action::CommandLine, "command-line", &[":"], "command", "Open the command line", ANY),
    row(Action::Palette, "palette", &["ctrl-p"], "palette", "Search everything that can be done here", ANY),
    row(Action::HistoryBack, "history-back", &["["], "earlier screen", "Go to the screen before", ANY),
    row(Action::HistoryForward, "history-forward", &["]"], "later screen", "Go to the screen after", ANY),
    row(Action::LastView, "last-view", &["-"], "last screen", "Go to the last screen and back again", ANY),
    row(Action::Follow, "follow", &["f"], "follow", "Follow the work again", TASK),
    row(Action::FollowAll, "follow-all", &["F"], "follow all", "Follow everything that runs, on one screen", TASKS),
    row(Action::NextProblem, "next-problem", &["p"], "next problem", "Go to the next problem", TASK),
    row(Action::FirstCause, "first-cause", &["e"], "first cause", "Go to the first cause of the failure", TASK),
    row(Action::Upstream, "upstream", &["u"], "upstream", "Show what the selected node waits for", TASK),
    row(Action::Downstream, "downstream", &["d"], "downstream", "Show what waits for the selected node", TASK),
    row(Action::Around, "around", &["D"], "around", "Show what the selected node waits for and what waits for it", TASK),
    row(Action::CycleLook, "look", &["t"], "look", "Change between tree, timeline and table", TASK),
    row(Action::Sort, "sort", &["s"], "sort", "Sort a task by what took longest, a list by its next column; show tasks of one status", SORTS),
    row(Action::Earlier, "earlier", &["<", ","], "earlier", "Step back to the state before the last change", TASK),
    row(Action::Later, "later", &[">", "."], "later", "Step forward to the next change, or to now", TASK),
    row(Action::Log, "log", &["L"], "log", "Open the log of the selected node", TASK),
    row(Action::Save, "save", &["w"], "save", "Write the log that is open to a file", TASK),
    row(Action::Actions, "actions", &["a"], "actions", "List what may be done here now", ANY),
    row(Action::Copy, "copy", &["y"], "copy", "Copy what is selected", COPIES),
    row(Action::Holder, "holder", &["ctrl-o"], "what holds it", "Open the task that holds what a refused change needs", HELD),
    row(Action::Join, "join", &["J"], "join a node", "Join a node to a cluster", ANY),
    row(Action::SetUp, "setup", &["S"], "set up", "Set up a new cluster, step by step", ANY),
    row(Action::Cluster, "cluster", &["C"], "cluster", "Go to the cluster", ANY),
    row(Action::Tasks, "tasks", &["T"], "tasks", "Go to all tasks", ANY),
    row(Action::Messages, "messages", &["M"], "messages", "List what the console has said", ANY),
    row(Action::Help, "help", &["?", "f1"], "help", "List every key", ANY),
    row(Action::ToggleWrite, "write", &["W"], "allow changes", "Allow or forbid requests that change something", ANY),
    row(Action::AskNow, "ask-now", &["R"], "ask now", "Ask the server now", ANY),
    row(Action::Settle, "settle", &["!"], "settle", "Settle what stops the questions: another key, a refused password", ANY),
    row(Action::Redraw, "redraw", &["ctrl-l"], "redraw", "Draw the whole screen again", ANY),
    row(Action::Suspend, "suspend", &["ctrl-z"], "suspend", "Suspend the console; `fg` brings it back", ANY),
    row(Action::Leave, "leave", &["q"], "quit", "Go back and, at the top, quit", ANY),
    row(Action::Quit, "quit", &["ctrl-c"], "quit at once", "Quit at once", ANY),
];

impl Action {
    /// Its row of the table.
    #[must_use]
    pub fn info(self) -> Option<&'static Info> {
        ACTIONS.iter().find(|info| info.action == self)
    }

    /// The action of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ACTIONS
            .iter()
            .find(|info| info.name == name)
            .map(|info| info.action)
    }
}

/// The five or six actions that matter most there, for the last line.
#[must_use]
pub fn footer(scope: Scope) -> &'static [Action] {
    match scope {
        Scope::Welcome => &[
            Action::Open,
            Action::SetUp,
            Action::Join,
            Action::CommandLine,
            Action::Help,
            Action::Leave,
        ],
        Scope::Cluster => &[
            Action::Open,
            Action::Actions,
            Action::Join,
            Action::Filter,
            Action::NextPane,
            Action::CommandLine,
            Action::SetUp,
            Action::Help,
        ],
        Scope::List => &[
            Action::Open,
            Action::Actions,
            Action::Filter,
            Action::Sort,
            Action::Copy,
            Action::Back,
            Action::Tasks,
            Action::CommandLine,
            Action::Help,
        ],
        Scope::Tasks => &[
            Action::Open,
            Action::FollowAll,
            Action::Filter,
            Action::Sort,
            Action::Copy,
            Action::Back,
            Action::Help,
        ],
        Scope::Task => &[
            Action::Follow,
            Action::FirstCause,
            Action::NextProblem,
            Action::Actions,
            Action::Upstream,
            Action::Downstream,
            Action::CycleLook,
            Action::Copy,
            Action::Log,
            Action::Help,
        ],
        Scope::Form | Scope::Setup => &[],
        Scope::Messages | Scope::Help => &[Action::Back, Action::Down, Action::Up],
    }
}
