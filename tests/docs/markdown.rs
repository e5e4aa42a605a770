//! Code blocks, links and tables of the Markdown files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::compiler::root;

pub struct Document {
    /// Relative to the root of the repository.
    pub path: PathBuf,
    pub text: String,
}

/// A fenced block of code.
pub struct Block {
    pub language: String,
    pub code: String,
    /// File and line, for messages.
    pub place: String,
}

/// Every Markdown file of the project.
pub fn documents() -> Vec<Document> {
    let mut documents = Vec::new();
    for directory in ["", "docs", "bindings/python", "bindings/web", "examples"] {
        for entry in
            fs::read_dir(root().join(directory)).expect("the directory is part of the project")
        {
            let path = entry.expect("the directory can be read").path();
            if path.extension().is_some_and(|extension| extension == "md") {
                documents.push(document(
                    path.strip_prefix(root()).expect("it is in the project"),
                ));
            }
        }
    }
    assert!(documents
        .iter()
        .any(|document| document.path == Path::new("README.md")));
    documents
}

pub fn document(path: impl AsRef<Path>) -> Document {
    let path = path.as_ref();
    let text = fs::read_to_string(root().join(path));
    Document {
        path: path.to_owned(),
        text: text.unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    }
}

/// The blocks of one language in all documents.
pub fn blocks_of(language: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = documents().iter().flat_map(Document::blocks).collect();
    blocks.retain(|block| block.language == language);
    blocks
}

impl Document {
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        for (number, line) in self.text.lines().enumerate() {
            match (line.trim_start().strip_prefix("```"), &mut open) {
                (Some(language), None) => {
                    open = Some(Block {
                        language: language.to_owned(),
                        code: String::new(),
                        place: format!("{}:{}", self.path.display(), number + 1),
                    });
                }
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (None, Some(block)) => block.code += &format!("{line}\n"),
                (None, None) => {}
            }
        }
        assert!(
            open.is_none(),
            "{}: a block of code does not end",
            self.path.display()
        );
        blocks
    }

    /// The targets of all links.
    pub fn links(&self) -> Vec<&str> {
        let targets = self.text.split("](").skip(1);
        targets.filter_map(|rest| rest.split(')').next()).collect()
    }
}
