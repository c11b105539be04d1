//! One message in, the next state and the effects out.

use super::effect::Effect;
use super::message::{Event, Message};
use super::model::Model;

/// Takes in a message.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    model.now = message.at;
    let mut effects = Vec::new();
    match message.event {
        Event::Resize { width, height } => model.size = (width, height),
        Event::Geometry(geometry) => model.geometry = geometry,
        Event::Asked { ask, result } => model.data.arrived(ask, result, message.at),
        Event::Notice(level, text) => model.notices.say(message.at, level, text),
        Event::Key(_)
        | Event::Paste(_)
        | Event::Tick
        | Event::Sent { .. }
        | Event::Connected(_)
        | Event::Resumed => {}
    }
    let asks = model.asks();
    if asks != model.followed {
        model.followed.clone_from(&asks);
        effects.push(Effect::Follow(asks));
    }
    effects
}
