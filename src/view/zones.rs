//! Zones and their servers as a tree. Only the rows that are visible are given
//! to the tree; where the first of them stands inside a zone, the zone's own
//! row stays above it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use rust_i18n::t;
use tui_tree_widget::{Tree, TreeItem, TreeState};

use super::write::{self, Row};
use super::{Glyph, Name, Paint, cluster, layout};
use crate::console::Model;
use crate::console::panes::{ZoneRow, ZoneView, zone_views};
use crate::fleet::cluster::{Agent, Gauge, Mood, Server, Status};

/// Cells before the text of a zone: the mark of the selection and the fold sign.
const BEFORE: usize = 4;
/// A server stands two cells further in.
const INDENT: usize = 2;

/// Widths of the columns; zero where a column is left out.
#[derive(Clone, Copy)]
struct Columns {
    name: usize,
    status: usize,
    root: usize,
    cpu: usize,
    memory: usize,
    disk: usize,
}

impl Columns {
    /// The wider, the more columns: what an operator needs first stays longest.
    fn of(width: usize) -> Self {
        let mut columns = Self {
            name: 0,
            status: 18,
            root: 0,
            cpu: 0,
            memory: 0,
            disk: 0,
        };
        let mut room = width.saturating_sub(BEFORE + columns.status + 1);
        let mut take = |cells: usize| {
            let fits = room >= cells + 22;
            if fits {
                room -= cells;
                cells
            } else {
                0
            }
        };
        columns.root = take(6);
        columns.cpu = take(9);
        columns.memory = take(11);
        columns.disk = take(7);
        columns.name = room.min(30);
        columns
    }
}

/// Draws the pane.
pub fn draw(model: &Model, paint: &Paint, frame: &mut Frame<'_>, area: Rect, focused: bool) {
    let Some(found) = model.data.cluster() else {
        let sentence = cluster::waiting(model, &model.data.cluster_ask());
        cluster::say(paint, frame, area, &sentence);
        return;
    };
    let zones = &model.screens.panes.zones;
    let rows = zones.rows(found);
    if rows.is_empty() {
        let sentence = if zones.filter.is_empty() {
            t!("No zone yet: a zone comes with the first node that joins it. J: join a node.")
        } else {
            t!(
                "Nothing matches /%{filter}. esc shows all.",
                filter = zones.filter
            )
        };
        cluster::say(paint, frame, area, &sentence);
        return;
    }
    let columns = Columns::of(usize::from(area.width));
    let below = layout::list_area(area);
    if below.y > area.y {
        let names = column_names(paint, columns);
        frame
            .buffer_mut()
            .set_line(area.x, area.y, &names, area.width);
    }
    let views = zone_views(found);
    let mut first = zones.list.offset().min(rows.len());
    let mut last = (first + usize::from(below.height)).min(rows.len());
    // The zone's own row takes the place of one that is not selected.
    let inside = matches!(
        rows.get(first),
        Some(ZoneRow::Server(..) | ZoneRow::Agent(..))
    );
    if inside && below.height >= 3 && last - first == usize::from(below.height) {
        if zones.list.selected() == rows.get(first) {
            last -= 1;
        } else {
            first += 1;
        }
    }
    let (items, state) = tree(&views, &rows[first..last], zones.list.selected(), |item| {
        item.line(paint, columns)
    });
    let line = zones
        .list
        .selected()
        .and_then(|selected| rows[first..last].iter().position(|row| row == selected));
    let mark = format!("{} ", paint.glyph(Glyph::Selected));
    let mut state = state;
    // Sibling ids are unique because the rows are; were they not, nothing would be drawn.
    let Ok(tree) = Tree::new(&items) else { return };
    // The widget leaves no room for the mark where nothing is selected.
    let mut room = below;
    if line.is_none() {
        room.x += 2.min(room.width);
        room.width = room.width.saturating_sub(2);
    }
    let tree = tree
        .highlight_symbol(&mark)
        .highlight_style(paint.style(Name::Title))
        .node_open_symbol(open_sign(paint))
        .node_closed_symbol(closed_sign(paint))
        .node_no_children_symbol("  ");
    frame.render_stateful_widget(tree, room, &mut state);
    if let Some(line) = line.filter(|_| focused) {
        let row = Rect {
            y: room.y + line as u16,
            height: 1,
            ..room
        };
        paint.select(frame.buffer_mut(), row.intersection(room));
    }
}

fn open_sign(paint: &Paint) -> &'static str {
    if paint.ascii { "- " } else { "▾ " }
}

fn closed_sign(paint: &Paint) -> &'static str {
    if paint.ascii { "+ " } else { "▸ " }
}

/// What a row is drawn from.
#[derive(Clone, Copy)]
enum Item<'a> {
    Zone(&'a ZoneView<'a>),
    Server(&'a Server),
    Agent(&'a Agent),
}

/// The visible rows as items of the tree, and a state made for this one frame.
fn tree(
    views: &[ZoneView<'_>],
    visible: &[ZoneRow],
    selected: Option<&ZoneRow>,
    line: impl Fn(Item<'_>) -> Line<'static>,
) -> (Vec<TreeItem<'static, String>>, TreeState<String>) {
    let mut state = TreeState::default();
    let mut items: Vec<TreeItem<'static, String>> = Vec::new();
    let mut at = 0;
    while let Some(row) = visible.get(at) {
        let zone = row.zone();
        let Some(view) = views.iter().find(|view| view.name == zone) else {
            at += 1;
            continue;
        };
        let count = visible[at..]
            .iter()
            .take_while(|row| row.zone() == zone)
            .count();
        let inside = visible[at..at + count]
            .iter()
            .filter_map(|row| {
                let (item, address) = match row {
                    ZoneRow::Zone(_) => return None,
                    ZoneRow::Server(_, address) => {
                        let server = view.servers.iter().find(|s| s.address == *address)?;
                        (Item::Server(server), address)
                    }
                    ZoneRow::Agent(_, address) => {
                        let agent = view.agents.iter().find(|a| a.address == *address)?;
                        (Item::Agent(agent), address)
                    }
                };
                Some(TreeItem::new_leaf(address.to_string(), line(item)))
            })
            .collect::<Vec<_>>();
        let text = line(Item::Zone(view));
        let folded = inside.is_empty();
        // A folded zone needs a child to show the sign of one that can be unfolded.
        let children = if folded && !(view.servers.is_empty() && view.agents.is_empty()) {
            vec![TreeItem::new_leaf(String::new(), Line::default())]
        } else {
            inside
        };
        if !folded {
            state.open(vec![zone.to_owned()]);
        }
        if let Ok(item) = TreeItem::new(zone.to_owned(), text, children) {
            items.push(item);
        }
        at += count;
    }
    let path = match selected {
        Some(ZoneRow::Zone(zone)) => vec![zone.clone()],
        Some(ZoneRow::Server(zone, address) | ZoneRow::Agent(zone, address)) => {
            vec![zone.clone(), address.to_string()]
        }
        None => Vec::new(),
    };
    if selected.is_some_and(|selected| visible.contains(selected)) {
        state.select(path);
    }
    (items, state)
}

impl Item<'_> {
    fn line(self, paint: &Paint, columns: Columns) -> Line<'static> {
        match self {
            Self::Zone(view) => zone_line(view, paint, columns),
            Self::Server(server) => server_line(server, paint, columns),
            Self::Agent(agent) => agent_line(agent, paint, columns),
        }
    }
}

fn zone_line(view: &ZoneView<'_>, paint: &Paint, columns: Columns) -> Line<'static> {
    let good = view
        .servers
        .iter()
        .filter(|server| server.status.mood() == Mood::Good)
        .count();
    let all = view.servers.len() + view.agents.len();
    let name = if view.name.is_empty() {
        t!("(no zone)").into_owned()
    } else {
        view.name.to_owned()
    };
    let count = if view.servers.is_empty() {
        t!("agents: %{n}", n = all).into_owned()
    } else {
        t!("%{n} of %{all}", n = good, all = all).into_owned()
    };
    let name_cells = columns.name.saturating_sub(10);
    let mut row = Row::default();
    row.left(
        &paint.cut(&name, name_cells.saturating_sub(1)),
        name_cells,
        paint.text().patch(paint.style(Name::Title)),
    );
    row.left(&count, columns.name - name_cells, paint.style(Name::Dim));
    if let Some(zone) = view.zone {
        status(&mut row, &zone.status, paint, columns);
    }
    row.line()
}

fn server_line(server: &Server, paint: &Paint, columns: Columns) -> Line<'static> {
    let mut row = Row::default();
    let name = columns.name.saturating_sub(INDENT);
    let address = paint.cut_middle(&server.address.to_string(), name.saturating_sub(1));
    row.left(&address, name, paint.text());
    status(&mut row, &server.status, paint, columns);
    let root = if server.root_server {
        paint.glyph(Glyph::Done)
    } else {
        ""
    };
    row.left(root, columns.root, paint.style(Name::Done));
    let usage = server.usage;
    let pair = |gauge: Option<Gauge>, show: fn(f64) -> String| {
        gauge.map_or_else(
            || "-".to_owned(),
            |gauge| format!("{} / {}", show(gauge.used), show(gauge.total)),
        )
    };
    let percent = usage.disk.filter(|gauge| gauge.total > 0.0).map_or_else(
        || "-".to_owned(),
        |gauge| format!("{:.0} %", gauge.used / gauge.total * 100.0),
    );
    row.right(&pair(usage.cpu, whole), columns.cpu, paint.text());
    row.right(&pair(usage.memory, in_gib), columns.memory, paint.text());
    row.right(&percent, columns.disk, paint.text());
    row.line()
}

fn whole(value: f64) -> String {
    format!("{value:.0}")
}

fn in_gib(value: f64) -> String {
    whole(value / f64::from(1 << 30))
}

/// Before init there is no server: what counts is the agent's identity.
fn agent_line(agent: &Agent, paint: &Paint, columns: Columns) -> Line<'static> {
    let mut row = Row::default();
    let name = columns.name.saturating_sub(INDENT);
    let address = paint.cut_middle(&agent.address.to_string(), name.saturating_sub(1));
    row.left(&address, name, paint.text());
    let (glyph, style) = match (agent.reachable, agent.under_maintenance) {
        (false, _) => (Glyph::Failed, Name::Failed),
        (true, true) => (Glyph::Running, Name::Running),
        (true, false) => (Glyph::Done, Name::Done),
    };
    let word = if agent.reachable {
        agent.identity.clone()
    } else {
        t!("no answer").into_owned()
    };
    let cells = columns.status;
    row.put(format!("{} ", paint.glyph(glyph)), paint.style(style));
    row.left(
        &paint.cut(&word, cells.saturating_sub(3)),
        cells.saturating_sub(2),
        paint.text(),
    );
    let rest = columns.root + columns.cpu + columns.memory + columns.disk;
    if crate::base::text::width(&agent.version) <= rest {
        row.put(agent.version.clone(), paint.style(Name::Dim));
    }
    row.line()
}

fn status(row: &mut Row, status: &Status, paint: &Paint, columns: Columns) {
    if status.0.is_empty() {
        row.gap(columns.status);
        return;
    }
    let (glyph, name) = write::mood(status.mood());
    row.put(format!("{} ", paint.glyph(glyph)), paint.style(name));
    let cells = columns.status.saturating_sub(2);
    let style = if status.mood() == Mood::Good {
        paint.text()
    } else {
        paint.style(name)
    };
    row.left(&paint.cut(&status.0, cells.saturating_sub(1)), cells, style);
}

fn column_names(paint: &Paint, columns: Columns) -> Line<'static> {
    let style = paint.style(Name::Dim);
    let mut row = Row::default();
    row.gap(BEFORE);
    row.left(&t!("zone, server"), columns.name, style);
    row.left(&t!("state"), columns.status, style);
    let optional = |cells: usize, name: &str| {
        if cells == 0 {
            String::new()
        } else {
            t!(name.to_owned()).into_owned()
        }
    };
    row.left(&optional(columns.root, "root"), columns.root, style);
    row.right(&optional(columns.cpu, "cpu"), columns.cpu, style);
    row.right(
        &optional(columns.memory, "memory GiB"),
        columns.memory,
        style,
    );
    row.right(&optional(columns.disk, "disk"), columns.disk, style);
    row.line()
}
