//! Time and size in words, two units at most.
#[cfg(test)]
mod tests {
    #[test]
    fn english_is_its_own_key() {
        assert_eq!(
            rust_i18n::t!("No such. key here: %{n} more", n = 3),
            "No such. key here: 3 more"
        );
        assert_eq!(rust_i18n::t!("Join a node", locale = "zh-CN"), "加入节点");
        assert_eq!(
            rust_i18n::t!("No such key. %{n} here", locale = "zh-CN", n = 2),
            "No such key. 2 here"
        );
    }
}
