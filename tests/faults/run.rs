//! One scenario on one broker, from the first event to the verdict.

use crate::brokers::Kind;
use crate::clock::now;
use crate::count::Count;
use crate::evidence::Evidence;
use crate::late;
use crate::publisher::Publisher;
use crate::scenario::{Expect, Scenario, Untrue};
use crate::stage::{Stage, EVENTS_PER_SECOND};
use crate::support::wait::{find_within, PATIENCE};

/// As many messages as may be in flight at once, and so arrive although they were not acknowledged in time.
pub const MAX_IN_FLIGHT: usize = 100;
/// A change that both sides notice is known this soon, on a busy machine too.
const BRIEF_SECONDS: f64 = 4.0;
/// A silent end is known to the broker after one and a half times the keep alive of 5 seconds, and some seconds that
/// brokers take to look; to the client after twice the keep alive, or, while it publishes, when nothing has
/// been acknowledged for 20 seconds.
const NOTICE_SECONDS: f64 = 20.0 + 4.0;

/// Runs it, and counts. Panics when it cannot be run to its end.
pub fn run(kind: &Kind, scenario: &Scenario) -> Count {
    let mut stage = Stage::set(kind, &scenario.wishes, scenario.place, None);
    stage.let_publish(EVENTS_PER_SECOND.into());
    (scenario.harm)(&mut stage);
    stage.let_publish(scenario.events);
    (scenario.cure)(&mut stage);
    stage.recover();
    let late = late::look(&stage, "online");

    let mut count = take_down(stage);
    count.add(late);
    judged(count, &scenario.expect, kind)
}

pub fn take_down(mut stage: Stage) -> Count {
    let connections = stage.publishers.iter().map(connections).sum();
    let until = now();
    stage.publisher().finish();
    let mut count = Count::default();
    // What is missing may still be on its way to the witness.
    find_within(PATIENCE, || {
        count = Count::of(&Evidence::collect(&stage, until));
        count.faults.is_empty().then_some(())
    });
    count.add(late::look(&stage, "offline"));
    count.connections = connections;
    count
}

fn connections(publisher: &Publisher) -> u64 {
    publisher.number("/connections")
}

/// Holds the count against what is promised.
pub fn judged(mut count: Count, expect: &Expect, kind: &Kind) -> Count {
    let faults = &mut count.faults;
    let mut holds = |holds: bool, text: String| {
        if !holds {
            faults.push(text);
        }
    };
    let ended = count.connections.saturating_sub(1) as usize;
    let on_their_way = MAX_IN_FLIGHT * ended.max(1);
    holds(
        !expect.breaks || ended > 0,
        "the fault did not end the connection".into(),
    );
    holds(
        !expect.expires || count.expired > 0,
        "the fault let no event expire".into(),
    );
    holds(
        count.out_of_order == 0,
        format!("{} events were overtaken", count.out_of_order),
    );
    // A broker that was killed sends again by itself what the witness had not acknowledged when it last wrote to disk.
    let may_come_twice = count.resent as usize + MAX_IN_FLIGHT * count.kills;
    holds(
        count.duplicated <= may_come_twice,
        format!(
            "{} came twice, {may_come_twice} were sent twice",
            count.duplicated
        ),
    );
    // Beside what is in flight, what the broker itself had read and not passed on.
    let may_be_stale = if expect.delays_bytes {
        2 * on_their_way
    } else {
        0
    };
    holds(
        count.stale <= may_be_stale,
        format!(
            "{} events were stale, by up to {:.1} s; {may_be_stale} may be",
            count.stale, count.stalest
        ),
    );
    let may_be_uncounted = if ended > 0 { on_their_way } else { 0 };
    holds(
        count.uncounted <= may_be_uncounted,
        format!(
            "{} events arrived and did not end as delivered",
            count.uncounted
        ),
    );
    let limit = match expect.untrue {
        Untrue::Briefly => BRIEF_SECONDS,
        Untrue::UntilNoticed if kind.honours_keep_alive => NOTICE_SECONDS,
        Untrue::UntilNoticed => f64::INFINITY,
        Untrue::WhileItLasts => f64::INFINITY,
    };
    holds(
        count.untrue_seconds <= limit,
        format!(
            "availability was untrue for {:.1} s, at most {limit} s are promised",
            count.untrue_seconds
        ),
    );
    count
}
