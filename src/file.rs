//! Files that settings name: read whole, and only if they are small and regular.

use std::env;
use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What is in a file of at most `most` bytes; or why it can't be read, in words that follow its path.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let unreadable = |error| unreadable(path, &error);
    // Before it is opened, which alone may do something to a device.
    check(&fs::metadata(path).map_err(unreadable)?, most)?;
    // Another file may have come to its place, and some in /proc are regular and yet wait for something to read.
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(libc::O_NONBLOCK);
    let file = options.open(path).map_err(unreadable)?;
    check(&file.metadata().map_err(unreadable)?, most)?;
    let mut content = Vec::new();
    let read = file.take(most.saturating_add(1)).read_to_end(&mut content);
    match read.map_err(unreadable)? as u64 > most {
        true => Err(format!(
            "is larger than {most} bytes, the largest size that is read"
        )),
        false => Ok(content),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    let place = match env::current_dir() {
        _ if error.kind() != io::ErrorKind::NotFound => String::new(),
        _ if path.starts_with("~") => ", and nothing replaces ~ by a home directory".into(),
        Ok(directory) if path.is_relative() => {
            format!(" (looked for in {directory:?}, the working directory)")
        }
        _ => String::new(),
    };
    format!("can't be read: {error}{place}")
}

fn check(metadata: &Metadata, most: u64) -> Result<(), String> {
    // To read a pipe or a device might never end.
    if !metadata.is_file() {
        return Err("is not a file".into());
    }
    match metadata.len() {
        length if length > most => Err(format!("is {length} bytes long; at most {most} are read")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_has_more_than_it_says_is_not_read_to_its_end() {
        // It says that it is empty, as files in /proc do.
        let path = Path::new("/proc/self/maps");
        let what = read(path, 10).expect_err("it is longer");
        assert!(what.contains("larger than 10 bytes"), "{what}");
        assert!(read(path, 1 << 20).is_ok_and(|content| content.len() > 10));
    }

    #[test]
    fn where_a_file_is_looked_for_is_said() {
        let directory = env::current_dir().expect("there is one");
        for (path, says) in [
            ("nope/ca.pem", directory.to_str().expect("it is plain")),
            ("~/nope.pem", "nothing replaces ~"),
            ("/nope/ca.pem", "(os error 2)"),
        ] {
            let what = read(Path::new(path), 10).expect_err("there is no such file");
            assert!(what.contains(says), "{what}");
        }
        let what = read(Path::new("/nope/ca.pem"), 10).expect_err("there is no such file");
        assert!(!what.contains("looked for"), "{what}");
    }

    #[test]
    fn what_might_never_end_is_not_read() {
        for path in ["/dev/zero", "/dev/tty", "/"] {
            assert_eq!(
                read(Path::new(path), 10),
                Err("is not a file".into()),
                "{path}"
            );
        }
    }
}
