//! A list as it is printed: one sheet makes the table and the JSON.

use serde_json::{Map, Value, json};

use super::columns::{Column, Show};
use super::table;
use crate::faces::cli::ListOutput;

/// The head of a column.
pub struct Head {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its title (a key of the catalogue of words).
    pub title: &'static str,
    /// Whether the narrow table leaves it out.
    pub wide: bool,
    /// How it looks.
    pub show: Show,
}

/// Heads and values.
pub struct Sheet {
    /// The columns.
    pub heads: Vec<Head>,
    /// One value a column.
    pub rows: Vec<Vec<Value>>,
}

impl Sheet {
    /// The rows by these columns.
    pub fn of<'a, T: 'a>(rows: impl IntoIterator<Item = &'a T>, columns: &[Column<T>]) -> Self {
        let head = |column: &Column<T>| Head {
            name: column.name,
            title: column.title,
            wide: column.wide,
            show: column.show,
        };
        let values = |row: &T| columns.iter().map(|column| (column.value)(row)).collect();
        Self {
            heads: columns.iter().map(head).collect(),
            rows: rows.into_iter().map(values).collect(),
        }
    }

    /// The rows of several owners, who stand in the first column.
    pub fn of_owners<'a, T: 'a>(
        rows: impl IntoIterator<Item = (&'a str, &'a T)>,
        columns: &[Column<T>],
    ) -> Self {
        let (owners, rows): (Vec<&str>, Vec<&T>) = rows.into_iter().unzip();
        let mut sheet = Self::of(rows, columns);
        sheet.heads.insert(
            0,
            Head {
                name: "cluster",
                title: "Cluster",
                wide: false,
                show: Show::Name,
            },
        );
        for (row, owner) in sheet.rows.iter_mut().zip(owners) {
            row.insert(0, json!(owner));
        }
        sheet
    }

    /// As a table or as `{"schema":"obdeck.WORD/1","items":[…]}`.
    pub fn print(&self, word: &str, output: ListOutput) -> String {
        match output {
            ListOutput::Json => {
                let items: Vec<Value> = self.rows.iter().map(|row| self.object(row)).collect();
                json!({ "schema": format!("obdeck.{word}/1"), "items": items }).to_string()
            }
            ListOutput::Table => table::draw(self, false),
            ListOutput::Wide => table::draw(self, true),
        }
    }

    fn object(&self, row: &[Value]) -> Value {
        let names = self.heads.iter().map(|head| head.name.to_owned());
        Value::Object(names.zip(row.iter().cloned()).collect::<Map<_, _>>())
    }
}
