//! The password, given or in a file.

use super::reader::Reader;
use crate::fault::FaultCode;
use crate::file;
use std::path::{Path, PathBuf};

/// The longest password that MQTT can carry (MQTT 5, section 3.1.3.6), in bytes.
const LONGEST: usize = 65_535;

/// The password, and the file that it is from.
pub(super) fn read(
    reader: &mut Reader<'_>,
    has_username: bool,
) -> (Option<String>, Option<PathBuf>) {
    let given = reader.optional_text("password");
    let path = reader.file("password_file");
    if (given.is_some() || path.is_some()) && !has_username && reader.sound(&["username"]) {
        let what = "missing, but MQTT 3.1.1 allows a password only with a username; give a username, or remove the password";
        reader.missing("username", FaultCode::Conflict, what);
    }
    let Some(file) = &path else {
        return (given, path);
    };
    if given.is_some() {
        let what = "is given in addition to password; remove one of them";
        reader.fault("password_file", FaultCode::Conflict, what);
        return (None, path);
    }
    match from_file(file) {
        Ok(password) => (Some(password), path),
        Err((code, what)) => {
            let what = format!(
                "{what}; give the path of a file that contains the password and nothing else, and that this program may read"
            );
            reader.fault("password_file", code, &what);
            (None, path)
        }
    }
}

/// Never quotes the file. The words follow its path.
fn from_file(path: &Path) -> Result<String, (FaultCode, String)> {
    // With what is not part of it: a byte order mark, and a line break of two bytes.
    let bytes =
        file::read(path, LONGEST as u64 + 5).map_err(|what| (FaultCode::UnreadableFile, what))?;
    let wrong = |what: &str| (FaultCode::WrongFileContent, what.to_owned());
    let text = String::from_utf8(bytes).map_err(|_| wrong("contains text that is not UTF-8"))?;
    let password = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    let password = password.strip_suffix('\n').unwrap_or(password);
    let password = password.strip_suffix('\r').unwrap_or(password);
    match password.len() {
        0 => Err(wrong("is empty")),
        1..=LONGEST => Ok(password.to_owned()),
        length => Err((
            FaultCode::TooLong,
            format!("contains a password of {length} bytes; it must be at most {LONGEST}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::fault::FaultCode;
    use crate::support::fields::with;
    use crate::Settings;
    use serde_json::{json, Value};
    use std::path::PathBuf;
    use tempfile::TempDir;

    struct Files(TempDir);

    impl Files {
        fn new() -> Self {
            Files(TempDir::new().expect("the temporary directory is writable"))
        }

        fn write(&self, content: impl AsRef<[u8]>) -> PathBuf {
            let path = self.0.path().join("password");
            std::fs::write(&path, content).expect("the directory is ours");
            path
        }
    }

    fn settings(more: Value) -> Result<Settings, crate::Error> {
        let settings = json!({"broker_host": "broker", "username": "me"});
        Settings::from_value(&with(settings, &more))
    }

    #[test]
    fn the_last_line_break_and_a_byte_order_mark_are_no_part_of_it() {
        let files = Files::new();
        for (content, password) in [
            ("hunter2", "hunter2"),
            ("hunter2\n", "hunter2"),
            ("hunter2\r\n", "hunter2"),
            ("hunter2\n\n", "hunter2\n"),
            ("\u{FEFF}hunter2\r\n", "hunter2"),
            (" hunter2 \n", " hunter2 "),
        ] {
            let read = settings(json!({"password_file": files.write(content)}));
            let read = read.expect("it is valid");
            assert_eq!(read.password.as_deref(), Some(password), "{content:?}");
            let shown = format!("{read:?} {} {:?}", read.to_value(), read.notes());
            assert!(!shown.contains("hunter2"), "{shown}");
            let again = Settings::from_value(&read.to_value()).expect("it can be given back");
            assert!(again == read);
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_content() {
        let files = Files::new();
        let long = "hunter2".repeat(10_000);
        for (content, code) in [
            (&b"hunter2\xFF"[..], FaultCode::WrongFileContent),
            (b"", FaultCode::WrongFileContent),
            (b"\n", FaultCode::WrongFileContent),
            (long.as_bytes(), FaultCode::UnreadableFile),
        ] {
            let path = files.write(content);
            let error = settings(json!({"password_file": path})).expect_err("it is wrong");
            let text = format!("{error:?}");
            assert_eq!(error.faults()[0].code, code, "{text}");
            assert_eq!(error.faults()[0].field, "password_file");
            assert!(text.contains(path.to_str().expect("plain")), "{text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn a_password_in_its_place_is_not_shown() {
        let error = settings(json!({"password_file": "hunter2"})).expect_err("no such file");
        assert_eq!(error.faults()[0].code, FaultCode::UnreadableFile);
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }

    #[test]
    fn it_goes_with_a_username_and_without_a_password() {
        let path = Files::new().write("hunter2");
        for more in [
            json!({"password": "hunter2", "password_file": path}),
            json!({"username": null, "password_file": path}),
        ] {
            let error = settings(more).expect_err("they don't go together");
            assert_eq!(error.faults()[0].code, FaultCode::Conflict, "{error}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
