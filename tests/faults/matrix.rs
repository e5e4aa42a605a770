//! Every fault on every broker: `make faults`.

use std::collections::VecDeque;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Mutex;

use crate::brokers::{self, Kind};
use crate::page;
use crate::run::run;
use crate::scenario::Scenario;
use crate::scenarios;
use crate::table::{table, Cell};

/// Scenarios mostly wait; more at once would make a machine with two processors late.
const AT_ONCE: usize = 6;

/// Runs all whose names contain the filters; true when no promise was broken.
pub fn run_all(broker: &str, fault: &str) -> bool {
    let kinds = brokers::ALL
        .iter()
        .filter(|kind| kind.name.contains(broker));
    let kinds: Vec<&'static Kind> = kinds.copied().collect();
    let faults = scenarios::ALL.iter().filter(|one| one.name.contains(fault));
    let faults: Vec<&'static Scenario> = faults.collect();
    let pairs = kinds
        .iter()
        .flat_map(|kind| faults.iter().map(move |fault| (*kind, *fault)));
    let pairs: Vec<_> = pairs.collect();
    assert!(!pairs.is_empty(), "no such broker or fault");
    let mut cells = in_parallel(pairs);
    let mut results = Vec::new();
    for kind in kinds {
        let rows = faults
            .iter()
            .map(|fault| (fault.name, cells.pop_front().expect("one for each pair")));
        results.push((kind, rows.collect::<Vec<_>>()));
    }
    for (kind, rows) in &results {
        println!("\n## {}\n\n{}", kind.name, table(rows));
    }
    if broker.is_empty() && fault.is_empty() {
        page::write(&faults, &results);
    }
    let mut cells = results.iter().flat_map(|(_, rows)| rows);
    cells.all(|(_, cell)| cell.is_good())
}

/// Gives the cells in the order of the pairs.
fn in_parallel(pairs: Vec<(&'static Kind, &'static Scenario)>) -> VecDeque<Cell> {
    let count = pairs.len();
    let todo = Mutex::new(pairs.into_iter().enumerate().collect::<VecDeque<_>>());
    let done = Mutex::new(
        (0..count)
            .map(|_| Cell::NotPossible)
            .collect::<VecDeque<_>>(),
    );
    let work = || loop {
        let next = todo
            .lock()
            .expect("no thread panics holding it")
            .pop_front();
        let Some((index, (kind, scenario))) = next else {
            return;
        };
        let cell = cell(kind, scenario);
        println!("{}: {}: {}", kind.name, scenario.name, cell.verdict());
        done.lock().expect("no thread panics holding it")[index] = cell;
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(work);
        }
    });
    done.into_inner().expect("all threads have ended")
}

fn cell(kind: &'static Kind, scenario: &'static Scenario) -> Cell {
    if !(scenario.fits)(kind) {
        return Cell::NotPossible;
    }
    match catch_unwind(AssertUnwindSafe(|| run(kind, scenario))) {
        Ok(count) => Cell::Counted(count),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or(panic.downcast_ref::<&str>().map(|text| text.to_string()));
            Cell::Failed(text.unwrap_or_else(|| "it panicked".to_owned()))
        }
    }
}
