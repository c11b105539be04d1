//! The plan: fields of the cluster, a table of its servers.

use rust_i18n::t;

use super::page::Page;
use crate::base::text;
use crate::console::setup::{Column, FieldId, Row as Server, Setup, Spot};
use crate::view::write::Row;
use crate::view::{Glyph, Name};

/// From this width on the servers stand in a table.
const TABLE: u16 = 70;

pub fn fill(page: &mut Page<'_>, setup: &Setup, width: u16) {
    let labels: Vec<usize> = FieldId::ALL
        .iter()
        .map(|id| text::width(&id.label()))
        .collect();
    let widest = labels.into_iter().max().unwrap_or(0);
    let cells = widest.min(page.width / 2) + 2;
    for id in FieldId::ALL {
        let spot = Spot::Field(id);
        let mut row = page.row(&spot);
        let here = page.is_at(&spot);
        let name = if here { Name::Title } else { Name::Text };
        let label = page.paint.cut(&id.label(), cells - 1);
        row.left(&label, cells, page.paint.style(name));
        let room = page.width.saturating_sub(row.width() + 1).min(44);
        if id.is_flag() {
            let yes = setup.draft().says_yes(id);
            let name = if here { Name::FieldFocus } else { Name::Field };
            let word = if yes { t!("yes") } else { t!("no") };
            row.left(&word, room.min(8), page.paint.style(name));
        } else {
            page.field(&mut row, &spot, setup.draft().field(id), room);
        }
        page.push(row);
        if let Some(problem) = setup.field_problem(id) {
            page.say(4, Some(Glyph::Failed), Name::Failed, &problem);
        }
        if here {
            page.say(4, None, Name::Dim, &id.help());
        }
        page.keep(&spot);
    }
    page.blank();
    if width >= TABLE {
        table(page, setup);
    } else {
        for (at, server) in setup.draft().rows().iter().enumerate() {
            stacked(page, setup, at, server);
        }
    }
    let found = setup.findings();
    if !found.is_empty() {
        page.blank();
        page.findings(&found);
    }
    page.button(&t!("Review"), &t!("esc: back to the addresses"));
}

fn cells(page: &Page<'_>, column: Column) -> usize {
    match column {
        Column::Zone => 11,
        Column::Sql | Column::Rpc | Column::Memory => 9,
        Column::Dir => page
            .width
            .saturating_sub(2 + 23 + 11 + 9 + 9 + 9 + 5)
            .min(40),
    }
}

fn table(page: &mut Page<'_>, setup: &Setup) {
    let dim = page.paint.style(Name::Dim);
    let mut head = Row::default();
    head.gap(2).left(&t!("agent"), 23, dim);
    for column in Column::ALL {
        let cells = cells(page, column);
        head.left(&page.paint.cut(&column.label(), cells), cells, dim)
            .gap(1);
    }
    page.push(head);
    for (at, server) in setup.draft().rows().iter().enumerate() {
        let spot = |column| Spot::Cell(at, column);
        let here = Column::ALL
            .into_iter()
            .find(|column| page.is_at(&spot(*column)));
        let mut row = page.row(&here.map_or(Spot::Cell(usize::MAX, Column::Zone), spot));
        let agent = page.paint.cut_middle(&server.agent.to_string(), 22);
        row.left(&agent, 23, page.paint.style(Name::Text));
        for column in Column::ALL {
            let cells = cells(page, column);
            page.field(&mut row, &spot(column), server.cell(column), cells);
            row.gap(1);
        }
        page.push(row);
        for column in Column::ALL {
            if let Some(problem) = setup.draft().cell_problem(at, column) {
                let text = format!("{}: {problem}", column.label());
                page.say(4, Some(Glyph::Failed), Name::Failed, &text);
            }
        }
        if let Some(column) = here {
            page.say(4, None, Name::Dim, &column.help());
            page.keep(&spot(column));
        }
    }
}

fn stacked(page: &mut Page<'_>, setup: &Setup, at: usize, server: &Server) {
    page.say(2, None, Name::Title, &server.agent.to_string());
    for column in Column::ALL {
        let spot = Spot::Cell(at, column);
        let mut row = page.row(&spot);
        let label = page.paint.cut(&column.label(), 13);
        row.gap(2).left(&label, 14, page.paint.style(Name::Text));
        let room = page.width.saturating_sub(row.width() + 1).min(30);
        page.field(&mut row, &spot, server.cell(column), room);
        page.push(row);
        if let Some(problem) = setup.draft().cell_problem(at, column) {
            page.say(4, Some(Glyph::Failed), Name::Failed, &problem);
        }
        if page.is_at(&spot) {
            page.say(4, None, Name::Dim, &column.help());
        }
        page.keep(&spot);
    }
}
