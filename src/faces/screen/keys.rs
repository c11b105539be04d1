//! Keys of the terminal as keys of the console.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::console::{Code, Key};

/// `None` for keys that nobody binds (media keys, bare modifiers).
#[must_use]
pub fn key(event: KeyEvent) -> Option<Key> {
    let code = match event.code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab | KeyCode::BackTab => Code::Tab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    let held = |modifier| event.modifiers.contains(modifier);
    Some(Key::new(
        code,
        held(KeyModifiers::CONTROL),
        held(KeyModifiers::ALT),
        held(KeyModifiers::SHIFT) || event.code == KeyCode::BackTab,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_agree_on_shift() {
        let of = |code, modifiers| key(KeyEvent::new(code, modifiers)).unwrap().to_string();
        assert_eq!(of(KeyCode::BackTab, KeyModifiers::NONE), "shift-tab");
        assert_eq!(of(KeyCode::BackTab, KeyModifiers::SHIFT), "shift-tab");
        assert_eq!(of(KeyCode::Char('G'), KeyModifiers::SHIFT), "G");
        assert_eq!(of(KeyCode::Char('g'), KeyModifiers::SHIFT), "G");
        assert_eq!(of(KeyCode::Char('D'), KeyModifiers::CONTROL), "ctrl-d");
    }
}
