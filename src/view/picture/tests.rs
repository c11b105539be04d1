use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::{Inks, shapes, svg};

fn frame(lines: &[&str]) -> Buffer {
    Buffer::with_lines(lines.iter().copied())
}

#[test]
fn every_box_and_block_is_a_shape() {
    for code in 0x2500..=0x259f_u32 {
        let c = char::from_u32(code).unwrap();
        let drawn = shapes::draw(c, 0.0, 0.0).unwrap();
        assert!(!drawn.is_empty(), "{c} draws nothing");
        let mut pieces = shapes::Pieces::default();
        for (_, piece) in drawn {
            pieces.push(piece);
        }
        assert!(pieces.path().starts_with('M'), "{c}");
        let picture = svg(&frame(&[&c.to_string()]), &Inks::default(), "");
        assert!(
            picture.contains("<path") && !picture.contains("<text"),
            "{c} is text"
        );
    }
    assert!(shapes::draw('\u{24ff}', 0.0, 0.0).is_none());
    assert!(shapes::draw('\u{25a0}', 0.0, 0.0).is_none());
}

#[test]
fn lines_that_go_on_are_one_stroke() {
    let picture = svg(&frame(&["──┬─ ─", "  │", "  └"]), &Inks::default(), "");
    // To the end of the third cell's neighbour, a gap, one more cell; then one stroke down.
    let strokes = "d=\"M0 9H33.6M42 9H50.4M21 45H25.2M21 9V45\"";
    assert!(picture.contains(strokes), "{picture}");
    assert_eq!(picture.matches("<path").count(), 1, "{picture}");
}

#[test]
fn text_is_escaped_and_placed_by_the_cell() {
    let picture = svg(&frame(&["a<b & 节点 ✓ c"]), &Inks::default(), "x\u{1b}\"y");
    assert!(picture.contains("a&lt;b &amp;"));
    assert!(picture.contains("<title>x\u{fffd}&quot;y</title>"));
    // 节 stands at cell 6 and is two cells wide, 点 at 8, ✓ at 11.
    assert!(
        picture.contains("<text x=\"50.4\" y=\"13.5\" textLength=\"16.8\""),
        "{picture}"
    );
    assert!(picture.contains("<text x=\"67.2\" y=\"13.5\" textLength=\"16.8\""));
    assert!(picture.contains("<text x=\"92.4\" y=\"13.5\" textLength=\"8.4\""));
}

#[test]
fn styles_become_attributes() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
    let style = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
    buffer.set_string(0, 0, "failed", style);
    buffer.set_string(7, 0, "sel", Style::new().add_modifier(Modifier::REVERSED));
    buffer.set_string(12, 0, "dim", Style::new().add_modifier(Modifier::DIM));
    let inks = Inks::default();
    let picture = svg(&buffer, &inks, "t");
    assert!(
        picture.contains("fill=\"#e06c75\" font-weight=\"bold\">failed<"),
        "{picture}"
    );
    assert!(picture.contains("fill=\"#161920\">sel<"));
    assert!(picture.contains("height=\"18\" fill=\"#d5d9e0\"/>"));
    assert!(picture.contains("fill=\"#888c93\">dim<"));
    assert_eq!(picture, svg(&buffer, &inks, "t"));
}

#[test]
fn the_256_colours_are_the_usual_ones() {
    let inks = Inks::default();
    assert_eq!(inks.indexed(196), (255, 0, 0));
    assert_eq!(inks.indexed(21), (0, 0, 255));
    assert_eq!(inks.indexed(244), (128, 128, 128));
}
