//! `make install`: what a distributor and a C programmer get.
//!
//! Needs make, gcc, readelf, pkg-config, CMake and Mosquitto (`tools/setup`). Builds the optimised libraries if they are not there.

#[path = "../support/mod.rs"]
mod support;

mod cmake;
mod prefix;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use prefix::{make, needed_libraries, output_of, Prefix};

const EXAMPLES: [&str; 3] = ["publish", "deliveries", "daemon"];

#[test]
fn a_staged_install_has_every_file_and_uninstall_removes_each() {
    let stage = TempDir::new().expect("the system's temporary directory is writable");
    let destination = format!("DESTDIR={}", stage.path().display());
    let arguments = [
        destination.as_str(),
        "PREFIX=/usr",
        "LIBDIR=/usr/lib/multiarch",
    ];
    make("install", &arguments);

    let version = env!("CARGO_PKG_VERSION");
    let expected: BTreeSet<PathBuf> = [
        "usr/include/argus_mqtt.h".to_owned(),
        "usr/lib/multiarch/libargus_mqtt.a".to_owned(),
        "usr/lib/multiarch/libargus_mqtt.so".to_owned(),
        "usr/lib/multiarch/libargus_mqtt.so.1".to_owned(),
        format!("usr/lib/multiarch/libargus_mqtt.so.{version}"),
        "usr/lib/multiarch/cmake/argus_mqtt/argus_mqtt-config.cmake".to_owned(),
        "usr/lib/multiarch/cmake/argus_mqtt/argus_mqtt-config-version.cmake".to_owned(),
        "usr/lib/multiarch/pkgconfig/argus-mqtt.pc".to_owned(),
    ]
    .map(PathBuf::from)
    .into();
    assert_eq!(files_under(stage.path()), expected);
    for file in &expected {
        let text = fs::read_to_string(stage.path().join(file)).unwrap_or_default();
        assert!(
            !text.contains(stage.path().to_str().expect("the path is plain")),
            "{}",
            file.display()
        );
    }

    make("uninstall", &arguments);
    assert_eq!(files_under(stage.path()), BTreeSet::new());
}

#[test]
fn an_installation_without_symbols_is_as_small_as_it_can_be_and_works() {
    let prefix = Prefix::install_by("install-strip");
    let shared = prefix.libraries().join("libargus_mqtt.so");
    let bytes = fs::metadata(&shared).expect("it was installed").len();
    assert!(
        bytes <= 2_500_000,
        "{bytes} bytes: it was not optimised across its crates"
    );
    let mut sections = Command::new("readelf");
    sections.arg("-SW").arg(&shared);
    assert!(!output_of(sections).contains(".debug_"));
    prefix.compile("publish", &["--cflags", "--libs", "--static"], &["-static"]);
    prefix.run_publish(&[]);
    prefix.compile("publish", &["--cflags", "--libs"], &[]);
    prefix.run_publish(&[("LD_LIBRARY_PATH", &prefix.libraries())]);
}

#[test]
fn an_installation_can_be_moved() {
    let prefix = Prefix::install().moved();
    prefix.compile("publish", &["--cflags", "--libs"], &[]);
    prefix.run_publish(&[("LD_LIBRARY_PATH", &prefix.libraries())]);
    cmake::build(&prefix, "argus_mqtt::argus_mqtt");
}

#[test]
fn the_examples_build_and_run_with_the_shared_library() {
    let prefix = Prefix::install();
    for example in EXAMPLES {
        let program = prefix.compile(example, &["--cflags", "--libs"], &[]);
        assert!(
            needed_libraries(&program).contains("libargus_mqtt.so.1"),
            "{example}"
        );
    }
    prefix.run_publish(&[("LD_LIBRARY_PATH", &prefix.libraries())]);
}

#[test]
fn the_examples_build_and_run_with_the_static_library() {
    let prefix = Prefix::install();
    for library in ["libargus_mqtt.so", "libargus_mqtt.so.1"] {
        fs::remove_file(prefix.libraries().join(library)).expect("it was installed");
    }
    for example in EXAMPLES {
        let program = prefix.compile(example, &["--cflags", "--libs", "--static"], &[]);
        assert!(
            !needed_libraries(&program).contains("libargus_mqtt"),
            "{example}"
        );
    }
    prefix.run_publish(&[]);
}

#[test]
fn a_program_can_be_all_in_one_file() {
    let prefix = Prefix::install();
    let program = prefix.compile("publish", &["--cflags", "--libs", "--static"], &["-static"]);
    assert_eq!(needed_libraries(&program), "");
    prefix.run_publish(&[]);
}

/// Every file and link under a directory, relative to it.
fn files_under(directory: &Path) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(next) = directories.pop() {
        for entry in fs::read_dir(next).expect("the directory is ours") {
            let entry = entry.expect("the directory is ours");
            if entry.file_type().expect("it is there").is_dir() {
                directories.push(entry.path());
            } else {
                let relative = entry
                    .path()
                    .strip_prefix(directory)
                    .expect("it is under it")
                    .to_owned();
                files.insert(relative);
            }
        }
    }
    files
}
