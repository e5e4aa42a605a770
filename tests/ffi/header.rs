//! `include/argus_mqtt.h`: made from the source, and right for C and C++.

use std::env;
use std::fs;

use crate::compiler::{compiles, defines, header, root, Program};

/// The files that the header is made from, in its order.
const SOURCES: [&str; 23] = [
    "abi",
    "status_code",
    "handle",
    "error",
    "connect",
    "publish_options",
    "publish",
    "states",
    "cameras",
    "camera_states",
    "ghosts",
    "try_publish",
    "delivery",
    "outcomes",
    "notices",
    "status",
    "settings",
    "test_connection",
    "connection_test",
    "find_announced",
    "shutdown",
    "status_name",
    "version",
];

#[test]
fn it_is_what_the_source_says() {
    let config = cbindgen::Config::from_file(root().join("cbindgen.toml")).expect("cbindgen.toml");
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(root().join(format!("src/ffi/{source}.rs")));
    }
    let mut made = Vec::new();
    builder
        .generate()
        .expect("cbindgen reads src/ffi")
        .write(&mut made);
    let made = String::from_utf8(made).expect("the source is UTF-8");
    if env::var_os("UPDATE_HEADER").is_some() {
        fs::write(root().join("include/argus_mqtt.h"), &made).expect("the header is writable");
    }
    assert!(
        made == header(),
        "include/argus_mqtt.h is not what src/ffi and cbindgen.toml say; \
         UPDATE_HEADER=1 cargo test --test ffi header makes it anew"
    );
}

#[test]
fn its_types_have_the_sizes_that_programs_were_built_with() {
    Program::c("tests/c/layout.c");
}

#[test]
fn cpp_can_include_it() {
    let program = Program::cpp("tests/c/include.cpp");
    let status = program.command().status().expect("it was just compiled");
    assert!(status.success());
}

#[test]
fn c_since_c99_and_cpp_since_cpp11_can_include_it() {
    let source = "#include <argus_mqtt.h>\n#include <argus_mqtt.h>\n";
    for standard in ["c99", "c11", "c17", "c++11", "c++14", "c++17", "c++20"] {
        compiles(standard, source);
    }
}

#[test]
fn its_shortest_program_compiles() {
    let header = header();
    let (_, after) = header
        .split_once("THE SHORTEST PROGRAM\n")
        .expect("the overview has it");
    let (program, _) = after.split_once(" * Build it").expect("the text after it");
    let program: Vec<&str> = program
        .lines()
        .map(|line| line.strip_prefix(" *").expect("it is a comment").trim())
        .collect();
    Program::c_text(&program.join("\n"));
}

#[test]
fn it_says_for_each_function_whether_it_blocks_and_what_it_returns() {
    for (function, manual) in functions() {
        assert!(manual.contains("lock"), "{function}: whether it blocks");
        assert!(
            manual.contains("ny thread"),
            "{function}: from which threads"
        );
        let returns: Vec<&str> = manual
            .lines()
            .filter_map(|line| line.strip_prefix(" * - ARGUS_MQTT_"))
            .collect();
        if manual.contains("error)") {
            assert!(manual.contains("Returns:"), "{function}");
            assert!(
                returns.iter().any(|line| line.starts_with("OK: ")),
                "{function}"
            );
            assert!(
                returns.iter().any(|line| line.starts_with("INTERNAL: ")),
                "{function}"
            );
        }
        let takes_handle = ["client client,", "connection_test test,"]
            .iter()
            .any(|argument| manual.contains(&format!("argus_mqtt_{argument}")));
        for status in ["INVALID_HANDLE: ", "FORKED: "] {
            let says = returns.iter().any(|line| line.starts_with(status));
            assert_eq!(says, takes_handle, "{function}: {status}");
        }
    }
}

#[test]
fn it_explains_each_status() {
    let statuses = defines()
        .into_iter()
        .filter(|(_, value)| value.parse::<i32>().is_ok());
    let header = header();
    for (name, _) in statuses {
        let (before, _) = header
            .split_once(&format!("#define {name} "))
            .expect("it was found there");
        assert!(before.ends_with(" */\n"), "{name} has no comment");
    }
}

/// Name of each function, and its comment with its declaration.
fn functions() -> Vec<(String, String)> {
    let header = header();
    let mut functions = Vec::new();
    for part in header.split("/**\n").skip(1) {
        let Some((_, declaration)) = part.split_once(" */\n") else {
            panic!("a comment without an end: {part}");
        };
        if let Some((name, _)) = declaration.split_once('(') {
            if let Some(name) = name.split(' ').next_back().filter(|_| {
                !declaration.starts_with(['#', ' ']) && !declaration.starts_with("typedef")
            }) {
                functions.push((name.trim_start_matches('*').to_owned(), part.to_owned()));
            }
        }
    }
    assert!(functions.len() >= 14, "{functions:?}");
    functions
}
