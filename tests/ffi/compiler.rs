//! Compiling C and C++ against the header and the library that Cargo has just built.

use std::env;
use std::ffi::OsStr;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Werror", "-pedantic"];

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shared library. Cargo builds it with this test, next to it.
pub fn shared_library() -> PathBuf {
    let test = env::current_exe().expect("a running program has a path");
    let library = test.with_file_name("libargus_mqtt.so");
    assert!(library.exists(), "{} is missing", library.display());
    library
}

/// A compiled program, in a directory of its own that goes when it is dropped.
pub struct Program {
    directory: TempDir,
}

impl Program {
    /// Compiles a C11 source file, given relative to the root of the repository, with every warning an error.
    #[track_caller]
    pub fn c(source: &str) -> Program {
        Program::compile("CC", "gcc", "-std=c11", &root().join(source))
    }

    /// Compiles C11 source text.
    #[track_caller]
    pub fn c_text(source: &str) -> Program {
        let directory = TempDir::new().expect("the system's temporary directory is writable");
        let file = directory.path().join("program.c");
        std::fs::write(&file, source).expect("the directory is ours");
        Program::compile("CC", "gcc", "-std=c11", &file)
    }

    /// Compiles a C++17 source file.
    #[track_caller]
    pub fn cpp(source: &str) -> Program {
        Program::compile("CXX", "g++", "-std=c++17", &root().join(source))
    }

    /// Compiles a C11 source file that loads the library itself.
    #[track_caller]
    pub fn c_without_the_library(source: &str) -> Program {
        let options = [OsStr::new("-ldl")];
        Program::compile_with("CC", "gcc", "-std=c11", &root().join(source), &options)
    }

    /// Compiles a C11 source file with the address and the undefined behaviour sanitizer.
    #[track_caller]
    pub fn c_sanitized(source: &str) -> Program {
        let library = shared_library();
        let options = [
            library.as_os_str(),
            OsStr::new("-Wl,-rpath,$ORIGIN"),
            OsStr::new("-fsanitize=address,undefined"),
            OsStr::new("-fno-sanitize-recover=all"),
        ];
        Program::compile_with("CC", "gcc", "-std=c11", &root().join(source), &options)
    }

    #[track_caller]
    fn compile(variable: &str, default: &str, standard: &str, source: &Path) -> Program {
        let library = shared_library();
        let options = [library.as_os_str(), OsStr::new("-Wl,-rpath,$ORIGIN")];
        Program::compile_with(variable, default, standard, source, &options)
    }

    #[track_caller]
    fn compile_with(
        variable: &str,
        default: &str,
        standard: &str,
        source: &Path,
        options: &[&OsStr],
    ) -> Program {
        let compiler = env::var_os(variable).unwrap_or_else(|| default.into());
        let directory = TempDir::new().expect("the system's temporary directory is writable");
        // The program asks for the library by its SONAME, and looks for it where the program is.
        let library = directory
            .path()
            .join(format!("libargus_mqtt.so.{}", abi_number()));
        symlink(shared_library(), library).expect("the directory is ours");
        let mut command = Command::new(&compiler);
        command
            .arg(standard)
            .args(WARNINGS)
            .arg("-g")
            .arg("-I")
            .arg(root().join("include"))
            .arg(source)
            .arg("-o")
            .arg(directory.path().join("program"))
            .args(options)
            .arg("-pthread");
        let output = command
            .output()
            .unwrap_or_else(|error| panic!("{compiler:?}: {error}; install it or set {variable}"));
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{}:\n{complaints}",
            source.display()
        );
        Program { directory }
    }

    pub fn path(&self) -> PathBuf {
        self.directory.path().join("program")
    }

    pub fn command(&self) -> Command {
        Command::new(self.path())
    }
}

/// Compiles text of C or C++ by one of their standards, with every warning an error, and no further.
#[track_caller]
pub fn compiles(standard: &str, source: &str) {
    let (variable, default, language) = match standard.contains("++") {
        true => ("CXX", "g++", "c++"),
        false => ("CC", "gcc", "c"),
    };
    let compiler = env::var_os(variable).unwrap_or_else(|| default.into());
    let directory = TempDir::new().expect("the system's temporary directory is writable");
    let file = directory.path().join("source");
    std::fs::write(&file, source).expect("the directory is ours");
    let output = Command::new(&compiler)
        .args(WARNINGS)
        .arg(format!("-std={standard}"))
        .args(["-fsyntax-only", "-x", language])
        .arg("-I")
        .arg(root().join("include"))
        .arg(&file)
        .output()
        .unwrap_or_else(|error| panic!("{compiler:?}: {error}; install it or set {variable}"));
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{standard}:\n{complaints}");
}

/// What a program writes to its standard output; fails the test when it ends with an error.
#[track_caller]
pub fn output_of<S: AsRef<OsStr>>(program: &str, arguments: &[S]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {complaints}");
    String::from_utf8(output.stdout).expect("it writes ASCII")
}

/// The checked-in header.
pub fn header() -> String {
    let path = root().join("include/argus_mqtt.h");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// ARGUS_MQTT_ABI_VERSION of the header.
pub fn abi_number() -> u32 {
    let (_, number) = defines()
        .into_iter()
        .find(|(name, _)| name == "ARGUS_MQTT_ABI_VERSION")
        .expect("the header has the ABI number");
    number.parse().expect("it is a number")
}

/// Name and value of each constant in the header.
pub fn defines() -> Vec<(String, String)> {
    let header = header();
    let constants = header.lines().filter_map(|line| {
        let (name, value) = line.strip_prefix("#define ")?.split_once(' ')?;
        Some((name.to_owned(), value.to_owned()))
    });
    constants.collect()
}
