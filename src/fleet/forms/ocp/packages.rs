//! Packages for the platform's store.

use rust_i18n::t;

use super::body::change;
use crate::fleet::forms::checks::package;
use crate::fleet::forms::read::text;
use crate::fleet::forms::table::{Field, Form, Kind};
use crate::fleet::request::{Body, Method, Request};

/// `POST software-packages`, as a form of several parts with the part `file`.
pub(super) const UPLOAD: Form = Form::new(
    "package-upload",
    "Upload a package",
    "Puts a software package into the platform's store.",
    &[Field::new(
        "file",
        "File",
        Kind::Text,
        "Path of the package on this machine: ….rpm.",
    )
    .required()
    .checked(package)],
    |given| {
        let request = change(
            Method::Post,
            "/api/v2/software-packages".to_owned(),
            None,
            "",
        )?;
        Ok(Request {
            body: Some(Body::File(text(given, "file").to_owned())),
            makes: None,
            ..request
        })
    },
    |given, _| {
        let path = text(given, "file");
        let name = std::path::Path::new(path).file_name();
        match name.and_then(|name| name.to_str()) {
            Some(name) => t!("Upload %{name}", name = name).into_owned(),
            None => t!("Upload a package").into_owned(),
        }
    },
);
