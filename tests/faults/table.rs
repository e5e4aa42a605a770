//! The counts as tables in Markdown.

use std::fmt::Write;

use crate::count::Count;

/// What became of one scenario on one broker.
pub enum Cell {
    Counted(Count),
    /// It could not be run to its end, for this reason.
    Failed(String),
    /// Why the fault cannot be made on this broker.
    NotPossible,
}

impl Cell {
    pub fn is_good(&self) -> bool {
        match self {
            Cell::Counted(count) => count.faults.is_empty(),
            Cell::Failed(_) => false,
            Cell::NotPossible => true,
        }
    }

    /// For a person who watches.
    pub fn verdict(&self) -> String {
        match self {
            Cell::NotPossible => "not possible".to_owned(),
            _ if self.is_good() => "kept".to_owned(),
            _ => format!("BROKEN: {}", self.faults()),
        }
    }

    fn faults(&self) -> String {
        match self {
            Cell::Counted(count) => count.faults.join("; "),
            Cell::Failed(why) => why.clone(),
            Cell::NotPossible => String::new(),
        }
    }
}

const HEAD: &str = "\
| fault | promises | handed over | delivered | expired | dropped | lost with the process | lost by the broker | expired there | arrived after all | \
sent again | duplicated | out of order | stale | untrue, s | seen by a late subscriber | connections |\n\
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";

/// One broker's table, and below it what broke a promise.
pub fn table(rows: &[(&str, Cell)]) -> String {
    let mut text = HEAD.to_owned();
    for (name, cell) in rows {
        match cell {
            Cell::Counted(count) => writeln!(text, "| {name} | {}", numbers(count)),
            Cell::Failed(_) => writeln!(text, "| {name} | **broken** |{}", " |".repeat(15)),
            Cell::NotPossible => writeln!(text, "| {name} | not possible |{}", " |".repeat(15)),
        }
        .expect("a text takes everything");
    }
    let broken: Vec<_> = rows.iter().filter(|(_, cell)| !cell.is_good()).collect();
    if !broken.is_empty() {
        text.push_str("\nBroken:\n\n");
    }
    for (name, cell) in broken {
        writeln!(text, "- {name}: {}", cell.faults()).expect("a text takes everything");
    }
    text
}

fn numbers(count: &Count) -> String {
    let verdict = if count.faults.is_empty() {
        "kept"
    } else {
        "**broken**"
    };
    let numbers = [
        count.handed_over,
        count.delivered,
        count.expired,
        count.dropped,
        count.lost_with_process,
        count.lost_by_broker,
        count.expired_there,
        count.uncounted,
        count.resent as usize,
        count.duplicated,
        count.out_of_order,
        count.stale,
    ];
    let (found, said) = count.found_late;
    let cells: Vec<_> = numbers.map(|number| number.to_string()).into();
    format!(
        "{verdict} | {} | {:.1} | {found} of {said} | {} |",
        cells.join(" | "),
        count.untrue_seconds,
        count.connections
    )
}
