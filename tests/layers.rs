//! A file uses only what stands below it, and dangerous or foreign things stay in their layer.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of `src/`, each with its layer.
const LAYERS: [(&str, u8); 24] = [
    ("calendar", 0),
    ("clock", 0),
    ("error", 0),
    ("event", 0),
    ("fault", 0),
    ("file", 0),
    ("sync", 0),
    ("words", 0),
    ("message", 1),
    ("outcome", 1),
    ("payload", 1),
    ("settings", 1),
    ("tls", 1),
    ("topic", 1),
    ("waker", 1),
    ("outbox", 2),
    ("engine", 3),
    ("home_assistant", 4),
    ("wire", 4),
    ("driver", 5),
    ("simulation", 5),
    ("client", 6),
    ("connection_test", 6),
    ("ffi", 7),
];

/// A file of `src/`, without its comments.
struct Source {
    path: PathBuf,
    /// The names of the modules down to it: `["engine", "connection"]`.
    modules: Vec<String>,
    code: String,
}

#[test]
fn no_file_names_a_layer_above_its_own() {
    let exports = exports(&read("lib.rs"));
    let faults: Vec<String> = sources()
        .iter()
        .flat_map(|source| layer_faults(source, &exports))
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn only_the_c_abi_is_unsafe() {
    assert_only("unsafe", "ffi");
}

#[test]
fn only_the_wire_names_rumqttc() {
    assert_only("rumqttc", "wire");
}

#[test]
fn each_way_to_name_a_layer_above_is_found() {
    let exports = [("Client".to_string(), "client".to_string())];
    let found =
        |path: &str, code: &str| layer_faults(&Source::new(Path::new(path), code), &exports).len();
    assert_eq!(found("outbox.rs", "use crate::engine::Engine;"), 1);
    assert_eq!(
        found(
            "outbox.rs",
            "use crate::{error::Error, engine, wire::{v4, v5}};"
        ),
        2
    );
    assert_eq!(found("outbox.rs", "fn f() -> crate::Client {}"), 1);
    assert_eq!(found("outbox.rs", "use super::engine::Engine;"), 1);
    assert_eq!(found("engine/connection.rs", "use super::super::wire;"), 1);
    assert_eq!(
        found("engine/connection.rs", "use super::window::Window;"),
        0
    );
    assert_eq!(
        found(
            "engine/mod.rs",
            "use crate::outbox::Outbox; pub(crate) struct S;"
        ),
        0
    );
    assert_eq!(
        found(
            "outbox.rs",
            "// crate::engine does this\nuse crate::error::Error;"
        ),
        0
    );
}

/// What `lib.rs` exports from a module under a shorter name: the name and the module.
fn exports(lib: &str) -> Vec<(String, String)> {
    let mut exports = Vec::new();
    for statement in lib.split(';') {
        let Some((_, tree)) = statement.split_once("pub use ") else {
            continue;
        };
        let (module, names) = tree.split_once("::").expect("lib.rs exports from modules");
        for name in names
            .split(|c: char| !is_word(c))
            .filter(|name| !name.is_empty())
        {
            exports.push((name.to_string(), module.trim().to_string()));
        }
    }
    assert!(!exports.is_empty(), "lib.rs exports something");
    exports
}

fn layer_faults(source: &Source, exports: &[(String, String)]) -> Vec<String> {
    let own = layer(&source.modules[0]).unwrap_or_else(|| {
        panic!(
            "{}: say in tests/layers.rs which layer this is",
            source.path.display()
        )
    });
    let mut faults = Vec::new();
    for name in names_at_the_root(source) {
        let module = exports
            .iter()
            .find(|(export, _)| *export == name)
            .map_or(&name, |(_, module)| module);
        if layer(module).is_some_and(|other| other > own) {
            faults.push(format!(
                "{} names {name}, which stands above it",
                source.path.display()
            ));
        }
    }
    faults
}

/// Every name that the code takes from the root of the crate, by `crate::` or by enough `super::`.
fn names_at_the_root(source: &Source) -> Vec<String> {
    let up = "super::".repeat(source.modules.len());
    let mut names = Vec::new();
    for root in ["crate::", up.as_str()] {
        for (position, _) in source.code.match_indices(root) {
            let before = source.code[..position].chars().next_back();
            if before.is_none_or(|c| !is_word(c) && c != ':') {
                names.extend(first_names(&source.code[position + root.len()..]));
            }
        }
    }
    names
}

/// The first name of a path, or the first of each path in braces.
fn first_names(path: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| is_word(*c)).collect::<String>();
    let Some(group) = path.strip_prefix('{') else {
        return vec![word(path)];
    };
    let mut depth = 0;
    let mut starts = vec![0];
    for (position, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => starts.push(position + 1),
            _ => {}
        }
    }
    starts
        .iter()
        .map(|start| word(group[*start..].trim_start()))
        .collect()
}

#[track_caller]
fn assert_only(wanted: &str, module: &str) {
    let sources = sources();
    let has = |source: &Source| {
        source
            .code
            .split(|c| !is_word(c))
            .any(|word| word == wanted)
    };
    let elsewhere: Vec<&Path> = sources
        .iter()
        .filter(|source| source.modules[0] != module && has(source))
        .map(|source| source.path.as_path())
        .collect();
    assert!(
        elsewhere.is_empty(),
        "{wanted} belongs in src/{module} alone: {elsewhere:?}"
    );
    let inside = sources
        .iter()
        .any(|source| source.modules[0] == module && has(source));
    assert!(
        inside,
        "nothing in src/{module} says {wanted}: this test looks in the wrong place"
    );
}

impl Source {
    fn new(path: &Path, text: &str) -> Source {
        let mut modules: Vec<String> = path
            .with_extension("")
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        if modules.len() > 1 && modules.last().is_some_and(|last| last == "mod") {
            modules.pop();
        }
        let lines = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default());
        Source {
            path: path.to_path_buf(),
            modules,
            code: lines.collect::<Vec<_>>().join("\n"),
        }
    }
}

/// All of `src/` but `lib.rs`, which stands above all and only names the modules.
fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    let mut directories = vec![src()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).expect("src/ is there") {
            let path = entry.expect("src/ can be read").path();
            let relative = path
                .strip_prefix(src())
                .expect("it is in src/")
                .to_path_buf();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && relative != Path::new("lib.rs")
            {
                sources.push(Source::new(&relative, &read(&relative)));
            }
        }
    }
    sources
}

fn layer(module: &str) -> Option<u8> {
    LAYERS
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, layer)| *layer)
}

fn read(relative: impl AsRef<Path>) -> String {
    let path = src().join(relative);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
