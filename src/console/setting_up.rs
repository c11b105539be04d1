//! The guided setup among the other screens: who hears its keys and its news.

use rust_i18n::t;

use super::act;
use super::effect::Effect;
use super::key::Key;
use super::model::Model;
use super::nav::Screen;
use super::notice::Level;
use super::setup::{Did, News, Order};

/// From this width on the servers of the plan stand in a table.
pub const TABLE: u16 = 70;

fn effects(orders: Vec<Order>) -> Vec<Effect> {
    orders
        .into_iter()
        .map(|order| Effect::Setup(Box::new(order)))
        .collect()
}

/// Opens the guided setup.
pub fn open(model: &mut Model) -> Vec<Effect> {
    model.open(Screen::Setup);
    effects(model.screens.setup.opened())
}

/// Goes on with an unfinished setup.
pub fn resume(model: &mut Model, at: usize) -> Vec<Effect> {
    let Some(unfinished) = model.screens.setup.unfinished().get(at).cloned() else {
        return Vec::new();
    };
    model.open(Screen::Setup);
    effects(model.screens.setup.resume(unfinished))
}

/// A key for the guided setup; `None`: it is for the table of actions.
pub fn key(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    let wide = model.size.0 >= TABLE;
    let may_write = !model.settings.read_only;
    let now = model.now;
    match model.screens.setup.key(key, now, wide, may_write) {
        Did::Nothing => None,
        Did::Taken => Some(Vec::new()),
        Did::Orders(orders) => Some(effects(orders)),
        Did::Tree(task) => {
            model.open(Screen::Task(task.id.clone()));
            if let Some(view) = model.task_mut() {
                view.arrived(*task, now);
            }
            Some(Vec::new())
        }
        Did::Cluster => {
            model.open(Screen::Cluster);
            Some(Vec::new())
        }
        Did::ReadOnly => {
            act::say_read_only(model);
            Some(Vec::new())
        }
        Did::Blocked(sentence) => {
            model.notices.say(now, Level::Warning, sentence);
            Some(Vec::new())
        }
    }
}

/// Takes in what was heard, and says what the operator must know elsewhere too.
pub fn heard(model: &mut Model, mut news: News) -> Vec<Effect> {
    let now = model.now;
    // Agents of a cluster are no agents for a new one.
    if let News::Around { doors, .. } = &mut news
        && let Some(cluster) = model.data.cluster()
        && cluster
            .agents
            .iter()
            .any(|agent| agent.identity != "SINGLE")
    {
        doors.clear();
    }
    let name = model.screens.setup.file().plan.name;
    let said = match &news {
        News::Saved(Ok(path)) => Some((Level::Good, t!("The plan is saved: %{path}", path = path))),
        News::Saved(Err(why)) => {
            Some((Level::Error, t!("The plan is not saved: %{why}", why = why)))
        }
        News::Ended(Ok(())) => Some((Level::Good, t!("%{name} is set up", name = name))),
        News::Ended(Err(failure)) => Some((Level::Error, failure.sentence.clone().into())),
        News::Abandoned(Ok(())) => Some((
            Level::Warning,
            t!(
                "The setup of %{name} is abandoned: its agents are removed",
                name = name
            ),
        )),
        News::Abandoned(Err(why)) => Some((Level::Error, t!("Not abandoned: %{why}", why = why))),
        _ => None,
    };
    if let Some((level, text)) = said {
        model.notices.say(now, level, text);
    }
    effects(model.screens.setup.heard(news, now))
}

/// Time goes on.
pub fn tick(model: &mut Model) -> Vec<Effect> {
    if *model.screen() != Screen::Setup {
        return Vec::new();
    }
    effects(model.screens.setup.tick(model.now))
}
