//! Files that settings name: read whole, and only if they are small and regular.

use std::fs;
use std::path::Path;

/// What is in a file of at most `most` bytes; or why it can't be read, in words that follow its path.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let unreadable = |error| format!("can't be read: {error}");
    let metadata = fs::metadata(path).map_err(unreadable)?;
    // To read a pipe or a device might never end.
    if !metadata.is_file() {
        return Err("is not a file".into());
    }
    if metadata.len() > most {
        return Err(format!(
            "is {} bytes large; at most {most} are read",
            metadata.len()
        ));
    }
    fs::read(path).map_err(unreadable)
}
