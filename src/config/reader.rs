//! Walks a TOML file and collects every mistake with its line, where serde
//! would stop at the first.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use rust_i18n::t;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::Mistake;

/// A file being read.
pub(crate) struct Doc<'a> {
    file: &'a Path,
    text: &'a str,
    mistakes: RefCell<Vec<Mistake>>,
}

impl<'a> Doc<'a> {
    pub(crate) fn new(file: &'a Path, text: &'a str) -> Self {
        Self {
            file,
            text,
            mistakes: RefCell::default(),
        }
    }

    /// The table of the whole file. What is no TOML is noted; the rest is read.
    pub(crate) fn parse(&self) -> Spanned<DeTable<'a>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let line = self.line(&error.span().unwrap_or_default());
            self.note(
                line,
                String::new(),
                error.message().to_owned(),
                String::new(),
            );
        }
        table
    }

    pub(crate) fn note(&self, line: usize, key: String, found: String, allowed: String) {
        self.mistakes.borrow_mut().push(Mistake {
            file: self.file.to_owned(),
            line,
            key,
            found,
            allowed,
        });
    }

    /// All mistakes, in the order of the file.
    pub(crate) fn into_mistakes(self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort_by_key(|mistake| mistake.line);
        mistakes
    }

    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        before.bytes().filter(|byte| *byte == b'\n').count() + 1
    }
}

/// One table of the file.
pub(crate) struct Section<'d, 'a> {
    doc: &'d Doc<'a>,
    path: String,
    /// Line of its head.
    pub(crate) line: usize,
    table: &'d DeTable<'a>,
    known: RefCell<BTreeSet<&'static str>>,
}

/// A value with where it stands.
#[derive(Clone)]
pub(crate) struct Place<'d, 'a> {
    doc: &'d Doc<'a>,
    /// The key with its path.
    pub(crate) key: String,
    pub(crate) line: usize,
    pub(crate) value: &'d DeValue<'a>,
}

impl<'d, 'a> Section<'d, 'a> {
    pub(crate) fn root(doc: &'d Doc<'a>, table: &'d Spanned<DeTable<'a>>) -> Self {
        Self {
            doc,
            path: String::new(),
            line: 1,
            table: table.get_ref(),
            known: RefCell::default(),
        }
    }

    /// The value of a key, if it is there. Asking makes the key a known one.
    pub(crate) fn get(&self, key: &'static str) -> Option<Place<'d, 'a>> {
        self.known.borrow_mut().insert(key);
        let (name, value) = self.table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(self.place(name.get_ref(), value))
    }

    /// All entries, whatever their names.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'d str, Place<'d, 'a>)> {
        self.table
            .iter()
            .map(|(name, value)| (name.get_ref().as_ref(), self.place(name.get_ref(), value)))
    }

    /// Notes every key that nobody asked for.
    pub(crate) fn close(self) {
        let known = self.known.borrow();
        let allowed: Vec<&str> = known.iter().copied().collect();
        for (name, value) in self.table {
            if !known.contains(name.get_ref().as_ref()) {
                let place = self.place(name.get_ref(), value);
                place.wrong(&t!("an unknown key"), &allowed.join(", "));
            }
        }
    }

    /// Notes that a key is missing, at the head of the section.
    pub(crate) fn missing(&self, key: &str, allowed: &str) {
        let key = join(&self.path, key);
        let found = t!("nothing").into_owned();
        self.doc.note(self.line, key, found, allowed.to_owned());
    }

    fn place(&self, name: &str, value: &'d Spanned<DeValue<'a>>) -> Place<'d, 'a> {
        Place {
            doc: self.doc,
            key: join(&self.path, name),
            line: self.doc.line(&value.span()),
            value: value.get_ref(),
        }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

impl<'d, 'a> Place<'d, 'a> {
    /// Notes a mistake here.
    pub(crate) fn wrong(&self, found: &str, allowed: &str) {
        self.doc.note(
            self.line,
            self.key.clone(),
            found.to_owned(),
            allowed.to_owned(),
        );
    }

    /// What stands here, as a sentence may show it.
    pub(crate) fn found(&self) -> String {
        match self.value {
            DeValue::String(text) => format!("\"{text}\""),
            DeValue::Integer(number) => number.as_str().to_owned(),
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::Boolean(flag) => flag.to_string(),
            other => other.type_str().to_owned(),
        }
    }

    /// The kind of what stands here, for what may be a secret.
    pub(crate) fn kind(&self) -> &'static str {
        self.value.type_str()
    }

    pub(crate) fn text(&self) -> Option<&'d str> {
        let text = self.value.as_str();
        if text.is_none() {
            self.wrong(&self.found(), &t!("a text in quotes"));
        }
        text
    }

    pub(crate) fn flag(&self) -> Option<bool> {
        let flag = self.value.as_bool();
        if flag.is_none() {
            self.wrong(&self.found(), "true, false");
        }
        flag
    }

    /// One of these words.
    pub(crate) fn choice<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let found = self.value.as_str();
        let chosen = words.iter().find(|(word, _)| Some(*word) == found);
        if chosen.is_none() {
            let allowed: Vec<String> = words
                .iter()
                .map(|(word, _)| format!("\"{word}\""))
                .collect();
            self.wrong(&self.found(), &allowed.join(", "));
        }
        chosen.map(|(_, value)| *value)
    }

    /// A list of values.
    pub(crate) fn list(&self) -> Option<Vec<Place<'d, 'a>>> {
        let Some(items) = self.value.as_array() else {
            self.wrong(&self.found(), &t!("a list in square brackets"));
            return None;
        };
        let item = |item: &'d Spanned<DeValue<'a>>| Place {
            doc: self.doc,
            key: self.key.clone(),
            line: self.doc.line(&item.span()),
            value: item.get_ref(),
        };
        Some(items.iter().map(item).collect())
    }

    /// A list of texts; those that are none are noted and left out.
    pub(crate) fn texts(&self) -> Vec<(&'d str, Place<'d, 'a>)> {
        let items = self.list().unwrap_or_default().into_iter();
        items
            .filter_map(|item| item.text().map(|text| (text, item)))
            .collect()
    }

    /// A table.
    pub(crate) fn section(&self) -> Option<Section<'d, 'a>> {
        let Some(table) = self.value.as_table() else {
            self.wrong(&self.found(), &t!("a table"));
            return None;
        };
        Some(Section {
            doc: self.doc,
            path: self.key.clone(),
            line: self.line,
            table,
            known: RefCell::default(),
        })
    }
}
