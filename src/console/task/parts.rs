//! How the room of the screen is divided. The state needs it to scroll, the
//! view to draw; so it stands here, once.

use crate::console::Room;

/// From this width the detail stands beside the tree.
const WIDE: u16 = 100;

/// The parts of the screen, from the top: the state, a rule, the tree with the
/// detail on its right, a rule, the foot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Rows of the line that says how the task stands.
    pub state: u16,
    /// Rows of a rule: 0 or 1, above the tree and above the foot.
    pub rule: u16,
    /// Rows of the tree.
    pub tree: u16,
    /// Columns of the detail at the right of the tree; 0 for none.
    pub detail: u16,
    /// Rows below the tree: the selected node in a line and the end of its log.
    pub foot: u16,
}

impl Parts {
    /// Divides a room. A task that failed gets room for the sentence that says why.
    #[must_use]
    pub fn of(room: Room, failed: bool) -> Self {
        let wide = room.width >= WIDE;
        let height = room.height;
        let foot = match height {
            0..=3 => 0,
            4..=6 => 1,
            _ if wide => 0,
            7..=15 => 1 + 2 * u16::from(failed),
            16..=25 => 6,
            _ => 9,
        };
        let rule = u16::from(height >= 16);
        let state = u16::from(height >= 2);
        let rules = rule + rule * u16::from(foot > 0);
        Self {
            state,
            rule,
            tree: height.saturating_sub(state + rules + foot),
            detail: if wide {
                (room.width * 2 / 5).clamp(42, 64)
            } else {
                0
            },
            foot,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_never_exceed_the_room_and_leave_a_tree() {
        for width in 0..140 {
            for height in 0..60 {
                for failed in [false, true] {
                    let parts = Parts::of(Room { width, height }, failed);
                    let rules = parts.rule + parts.rule * u16::from(parts.foot > 0);
                    let used = parts.state + rules + parts.tree + parts.foot;
                    assert_eq!(used, height, "{width}x{height}");
                    assert!(parts.tree > 0 || height == 0, "{width}x{height}");
                    assert!(parts.detail * 2 < width.max(1), "{width}x{height}");
                }
            }
        }
    }
}
