//! The CMake package of an installation.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::prefix::{needed_libraries, output_of, root, Prefix};

#[test]
fn cmake_finds_the_package_and_links_either_library() {
    let prefix = Prefix::install();
    for (target, is_shared) in [
        ("argus_mqtt::argus_mqtt", true),
        ("argus_mqtt::static", false),
    ] {
        let program = build(&prefix, target);
        let needed = needed_libraries(&program);
        assert_eq!(needed.contains("libargus_mqtt.so.1"), is_shared, "{needed}");
        fs::copy(&program, prefix.root.join("publish")).expect("the directory is ours");
        prefix.run_publish(&[("LD_LIBRARY_PATH", &prefix.libraries())]);
    }
    for (version, fits) in [
        ("0.1", true),
        ("0.1.0", true),
        ("0.2", false),
        ("1.0", false),
        ("", true),
    ] {
        assert_eq!(is_found(&prefix, version), fits, "{version}");
    }
}

/// Builds an example with CMake, against this target of the package.
pub fn build(prefix: &Prefix, target: &str) -> PathBuf {
    let project = TempDir::new_in(&prefix.root)
        .expect("the directory is ours")
        .keep();
    let example = root().join("examples/c/publish.c");
    let readme = fs::read_to_string(root().join("README.md")).expect("it is there");
    let (_, shown) = readme
        .split_once("```cmake\n")
        .expect("the README shows it");
    let (shown, _) = shown.split_once("```").expect("the block ends");
    let shown = shown.replace(
        "PRIVATE argus_mqtt::argus_mqtt",
        &format!("PRIVATE {target}"),
    );
    let (find, link) = shown.split_once('\n').expect("it has two lines");
    let text = format!(
        "cmake_minimum_required(VERSION 3.16)\nproject(example C)\n{find}\n\
             add_executable(publish {})\n{link}",
        example.display()
    );
    fs::write(project.join("CMakeLists.txt"), text).expect("the directory is ours");
    let mut configure = cmake();
    configure
        .arg("-S")
        .arg(&project)
        .arg("-B")
        .arg(project.join("build"));
    configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.root.display()));
    output_of(configure);
    let mut build = cmake();
    build.arg("--build").arg(project.join("build"));
    output_of(build);
    project.join("build/publish")
}

fn is_found(prefix: &Prefix, version: &str) -> bool {
    let project = TempDir::new_in(&prefix.root).expect("the directory is ours");
    let text = format!(
            "cmake_minimum_required(VERSION 3.16)\nproject(example NONE)\nfind_package(argus_mqtt {version} REQUIRED CONFIG)\n"
        );
    fs::write(project.path().join("CMakeLists.txt"), text).expect("the directory is ours");
    let mut configure = cmake();
    configure
        .arg("-S")
        .arg(project.path())
        .arg("-B")
        .arg(project.path().join("build"));
    configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.root.display()));
    let output = configure.output().expect("tools/debian-run can be run");
    output.status.success()
}

fn cmake() -> Command {
    let mut command = Command::new(root().join("tools/debian-run"));
    command
        .arg("cmake")
        .env_remove("MAKEFLAGS")
        .env_remove("MAKELEVEL");
    command
}
