//! What the documentation names exists: files, make targets, examples.

use std::fs;

use crate::compiler::root;
use crate::markdown::{blocks_of, documents};

#[test]
fn links_lead_somewhere() {
    for document in documents() {
        for link in document.links() {
            let file = link.split('#').next().unwrap_or_default();
            if file.is_empty() || file.starts_with("https://") {
                continue;
            }
            let from = root().join(&document.path);
            let target = from.parent().expect("a file is in a directory").join(file);
            assert!(
                target.exists(),
                "{}: {link} leads nowhere",
                document.path.display()
            );
        }
    }
}

#[test]
fn make_targets_exist() {
    let makefile = fs::read_to_string(root().join("Makefile")).expect("the Makefile is there");
    for block in blocks_of("sh") {
        for line in block.code.lines() {
            let mut words = line.trim_start_matches("sudo ").split_whitespace();
            if let (Some("make"), Some(target)) = (words.next(), words.next()) {
                let exists = makefile
                    .lines()
                    .any(|line| line.starts_with(&format!("{target}:")));
                assert!(exists, "{}: there is no target {target}", block.place);
            }
        }
    }
}

#[test]
fn each_target_says_what_it_is_for() {
    let help = std::process::Command::new("make")
        .current_dir(root())
        .arg("help")
        .output();
    let help = help.expect("make can be run; install it");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    for target in [
        "demo",
        "test",
        "lint",
        "doc",
        "check-package",
        "bench",
        "install",
        "uninstall",
    ] {
        assert!(
            help.contains(&format!("make {target} ")),
            "{target} is missing in:\n{help}"
        );
    }
}

/// The three languages show the same.
#[test]
fn the_examples_have_the_same_names_in_each_language() {
    for stem in ["publish", "deliveries", "daemon"] {
        for file in [
            format!("{stem}.rs"),
            format!("c/{stem}.c"),
            format!("python/{stem}.py"),
        ] {
            assert!(
                root().join("examples").join(&file).exists(),
                "examples/{file} is missing"
            );
        }
    }
}
