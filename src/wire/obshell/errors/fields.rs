//! The fields that a refusal names.

use rust_i18n::t;

/// What the server says of one field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRefusal {
    /// The path as the server names it, without its own type: `AgentInfo.Ip`.
    pub path: String,
    /// With its type in front: `JoinApiParam.AgentInfo.Ip`.
    pub key: String,
    /// What is wrong, in our words where we know the rule.
    pub sentence: String,
}

/// Finds the fields that a refusal names (`Common.BindJsonFailed`): the
/// validator's lines, and Go's `cannot unmarshal … into Go struct field`.
#[must_use]
pub fn fields(message: &str) -> Vec<FieldRefusal> {
    message.lines().filter_map(field).collect()
}

fn field(line: &str) -> Option<FieldRefusal> {
    if let Some((_, rest)) = line.split_once("Key: '") {
        let (key, rest) = rest.split_once('\'')?;
        let rule = rest
            .split_once("failed on the '")
            .and_then(|(_, rest)| rest.split_once('\''))
            .map_or("", |(rule, _)| rule);
        let sentence = match rule {
            "required" => t!("is required and must not be empty or 0").into_owned(),
            "" => rest.trim_start_matches(" Error:").trim().to_owned(),
            rule => t!("breaks the rule `%{rule}`", rule = rule).into_owned(),
        };
        return Some(named(key, sentence));
    }
    let (before, rest) = line.split_once(" into Go struct field ")?;
    let (key, kind) = rest.split_once(" of type ")?;
    let found = before.rsplit("cannot unmarshal ").next().unwrap_or("");
    let sentence = t!(
        "is a %{found}, not a %{wanted}",
        found = found,
        wanted = kind.trim()
    );
    Some(named(key, sentence.into_owned()))
}

fn named(key: &str, sentence: String) -> FieldRefusal {
    FieldRefusal {
        path: key.split_once('.').map_or(key, |(_, path)| path).to_owned(),
        key: key.to_owned(),
        sentence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_fields_of_a_validator() {
        let message = "Bind JSON failed: Key: 'JoinApiParam.AgentInfo.Ip' Error:Field validation for 'Ip' failed on the 'required' tag\nKey: 'JoinApiParam.ZoneName' Error:Field validation for 'ZoneName' failed on the 'required' tag";
        let found = fields(message);
        assert_eq!(
            found
                .iter()
                .map(|f| (f.path.as_str(), f.key.as_str()))
                .collect::<Vec<_>>(),
            [
                ("AgentInfo.Ip", "JoinApiParam.AgentInfo.Ip"),
                ("ZoneName", "JoinApiParam.ZoneName")
            ]
        );
        let typed = fields(
            "Bind JSON failed: json: cannot unmarshal string into Go struct field AddObproxyParam.sql_port of type int",
        );
        assert_eq!(typed[0].path, "sql_port");
        assert_eq!(typed[0].sentence, "is a string, not a int");
        assert_eq!(fields("Cluster ID is invalid"), []);
    }
}
