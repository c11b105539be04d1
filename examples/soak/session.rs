//! A session that asks through a poller, is drawn, and is walked about in.

use jiff::Timestamp;
use obdeck::console::{Effect, Event, Key, Message, Model, Place, Settings, update};
use obdeck::link::poll::Poller;
use obdeck::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// What an operator does all day, one key every so many answers.
const KEYS: &str = "T j j enter t t L esc j esc k 1 j h l 2 M esc ? esc tab";
pub const EVERY: u64 = 50;

/// Its keys are typed again and again.
pub struct Session {
    pub typed: usize,
    keys: Vec<Key>,
    model: Model,
    poller: Poller,
    screen: Terminal<TestBackend>,
}

impl Session {
    pub fn new(poller: Poller, now: Timestamp) -> Self {
        let settings = Settings {
            place: Some(Place {
                name: "soak".into(),
                ..Place::default()
            }),
            ..Settings::default()
        };
        let (width, height) = (120, 40);
        let mut session = Self {
            typed: 0,
            keys: KEYS
                .split_whitespace()
                .filter_map(|key| key.parse().ok())
                .collect(),
            model: Model::new(settings, now),
            poller,
            screen: Terminal::new(TestBackend::new(width, height)).expect("a screen"),
        };
        session.happens(Event::Resize { width, height }, now);
        session
    }

    pub fn happens(&mut self, event: Event, now: Timestamp) {
        for effect in update(&mut self.model, Message::new(now, event)) {
            match effect {
                Effect::Follow(asks) => self.poller.follow(asks),
                Effect::AskNow(ask) => self.poller.ask_now(ask),
                _ => {}
            }
        }
        let geometry = view::geometry(&self.model);
        if geometry != self.model.geometry {
            update(
                &mut self.model,
                Message::new(now, Event::Geometry(geometry)),
            );
        }
    }

    /// Types the next key.
    pub fn types(&mut self, now: Timestamp) {
        self.typed += 1;
        let key = self.keys[self.typed % self.keys.len()];
        self.happens(Event::Key(key), now);
    }

    pub fn draw(&mut self) {
        let model = &self.model;
        self.screen
            .draw(|frame| view::draw(model, frame))
            .expect("a frame");
    }
}
