//! Phrases that people stumbled over, and that must not come back into what users read.

use std::fs;
use std::path::Path;

use crate::compiler::{header, root};

/// Each with what to write instead.
const PHRASES: [(&str, &str); 26] = [
    ("for ever", "forever"),
    ("is found out", "is negotiated"),
    ("in good order", "gracefully"),
    ("is no client", "is not a client"),
    ("is no IPv", "is not an IPv"),
    ("misses a", "requires a"),
    ("misses one", "requires one"),
    ("goes on trying", "keeps trying"),
    ("in whatever way", "for whatever reason"),
    (
        "on its way when the client",
        "sent but not acknowledged when the client",
    ),
    ("What stands there", "Payload when"),
    ("It worked.", "Success."),
    ("said anew", "published again"),
    ("told as such", "reported as such"),
    ("is to hold", "holds"),
    ("lost its memory", "lost it"),
    ("said again", "published again"),
    ("how it goes with", "the status of"),
    ("goes on with", "applies"),
    ("is no number", "is not a number"),
    ("is no JSON", "is not JSON"),
    ("is no text", "is not text"),
    ("is no Fernet", "is not a Fernet"),
    ("standing alone", "on its own"),
    ("the pictures anew", "the pictures again"),
    ("what is made of", "what is used instead of"),
];

#[test]
fn header_reference_and_documents_are_in_plain_english() {
    let mut texts = vec![("include/argus_mqtt.h".to_owned(), header())];
    for file in [
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "bindings/python/README.md",
        "docs/argusai.md",
        "docs/command-line.md",
        "docs/guarantees.md",
        "docs/home-assistant.md",
        "docs/settings.md",
        "src/lib.rs",
        "src/settings/reference.md",
    ] {
        let text = fs::read_to_string(root().join(file)).expect("it is there");
        texts.push((file.to_owned(), text));
    }
    for directory in [
        "bindings/python/argus_mqtt",
        "bindings/python/argus_mqtt/_cli",
        "bindings/python/argus_mqtt/aio",
        "bindings/python/argus_mqtt/argusai",
        "bindings/python/argus_mqtt/settings",
        "src/client",
        "src/connection_test",
        "src/ffi",
        "src/settings",
        "src/settings/table",
        "src/tls",
    ] {
        texts.extend(sources(&root().join(directory)));
    }
    for (file, text) in texts {
        // Phrases are found across the ends of lines, too.
        let words: Vec<&str> = text
            .split_whitespace()
            .filter(|word| !["*", "///", "//!", "\\"].contains(word))
            .collect();
        let text = words.join(" ");
        for (phrase, instead) in PHRASES {
            let ends_there = |at: usize| {
                let next = text[at + phrase.len()..].chars().next();
                !next.is_some_and(char::is_alphanumeric)
            };
            let found = text.match_indices(phrase).any(|(at, _)| ends_there(at));
            assert!(!found, "{file}: {phrase:?}; write {instead:?}");
        }
    }
}

fn sources(directory: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(directory).expect("the directory is there");
    entries
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "rs" || extension == "py")
        })
        .map(|path| {
            let text = fs::read_to_string(&path).expect("it is there");
            (path.display().to_string(), text)
        })
        .collect()
}
