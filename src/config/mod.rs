//! Files, contexts, sources of secrets, known keys, keymap, themes.
