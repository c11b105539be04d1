//! A password asked for on the last line of the console. What is typed goes
//! neither through the model nor into a frame.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use rust_i18n::t;
use zeroize::Zeroizing;

use crate::base::{Secret, text};
use crate::console::{Code, Key};
use crate::faces::access::Want;

/// An open question.
pub struct Prompt {
    want: Want,
    place: String,
    typed: Zeroizing<String>,
}

/// What a key made of it.
pub enum Answered {
    /// Goes on.
    NotYet,
    /// Here it is.
    Secret(Want, Secret),
    /// The operator does not want to.
    Never,
}

impl Prompt {
    /// Asks for that password of that place.
    #[must_use]
    pub fn new(want: Want, place: String) -> Self {
        Self {
            want,
            place,
            typed: Zeroizing::new(String::with_capacity(256)),
        }
    }

    /// A key while it is open.
    pub fn key(&mut self, key: Key) -> Answered {
        match key.code {
            Code::Enter => return Answered::Secret(self.want, Secret::new(self.typed.as_str())),
            Code::Esc => return Answered::Never,
            Code::Char('c') if key.ctrl => return Answered::Never,
            Code::Char('u') if key.ctrl => self.typed.clear(),
            Code::Backspace => {
                self.typed.pop();
            }
            _ => {
                if let Some(c) = key.typed() {
                    self.typed.push(c);
                }
            }
        }
        Answered::NotYet
    }

    /// Pasted text while it is open.
    pub fn paste(&mut self, text: &str) {
        self.typed.push_str(text.trim_end_matches(['\r', '\n']));
    }

    /// Draws it over the last line.
    pub fn draw(&self, frame: &mut Frame<'_>) {
        let area = frame.area();
        if area.height == 0 {
            return;
        }
        let row = Rect::new(area.x, area.bottom() - 1, area.width, 1);
        let question = match self.want {
            Want::Root => t!("Password of root@sys at %{place}", place = self.place),
            Want::Agent => t!("Agent password at %{place}", place = self.place),
            Want::User => t!("Password at %{place}", place = self.place),
            Want::SecretKey => t!("Secret key at %{place}", place = self.place),
        };
        let dots = if self.typed.is_empty() {
            ""
        } else {
            "∙∙∙∙∙∙"
        };
        let line = format!(" {question}: {dots}_   {}", t!("esc: without"));
        let width = usize::from(row.width);
        let line = text::pad_right(&text::cut_end(&line, width), width);
        frame.buffer_mut().set_string(
            row.x,
            row.y,
            line,
            Style::new().add_modifier(Modifier::REVERSED),
        );
    }
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;

    #[test]
    fn a_frame_never_holds_what_was_typed() {
        let mut prompt = Prompt::new(Want::Root, "10.0.0.5:2886".into());
        for c in "s3cret".chars() {
            assert!(matches!(
                prompt.key(Key::plain(Code::Char(c))),
                Answered::NotYet
            ));
        }
        let mut terminal = Terminal::new(TestBackend::new(60, 3)).unwrap();
        terminal.draw(|frame| prompt.draw(frame)).unwrap();
        let shown = terminal.backend().to_string();
        assert!(shown.contains("10.0.0.5:2886"), "{shown}");
        assert!(!shown.contains('s') || !shown.contains("s3c"), "{shown}");
        let Answered::Secret(Want::Root, secret) = prompt.key(Key::plain(Code::Enter)) else {
            panic!("enter answers");
        };
        assert_eq!(secret.reveal(), "s3cret");
    }
}
