//! On which terms messages are accepted without the driver, and whom they wake.

use super::*;
use crate::outbox::Wake;

#[test]
fn the_terms_change_with_all_that_makes_a_topic_ready() {
    let mut host = Host::new("");
    let mut known = host.driver.terms().generation;
    let mut has_changed = |host: &Host| {
        let before = std::mem::replace(&mut known, host.driver.terms().generation);
        before != host.driver.terms().generation
    };
    host.effects = host.driver.set_announced(host.now, Default::default());
    assert!(has_changed(&host));
    host.effects = host.driver.change_announced(host.now, None, None);
    assert!(has_changed(&host));
    host.effects = host.driver.reconfigure(host.now, settings("")).1;
    assert!(has_changed(&host));
    host.publish(None);
    assert!(!has_changed(&host));
}

#[test]
fn the_background_thread_is_woken_for_what_may_go_at_once_or_expires_before_it_looks() {
    let mut host = Host::new("");
    host.fail(FailureKind::Unreachable);
    assert_eq!(host.driver.terms().wake, Wake::Never, "it is awake");
    let Plan::Wait(until) = host.plan() else {
        panic!("there is a pause");
    };
    assert_eq!(host.driver.terms().wake, Wake::Before(until));
    host.publish(Some(300));
    assert!(!host.effects.wake_worker, "it looks before");
    host.come_online();
    host.acknowledge_all();
    host.plan();
    assert_eq!(host.driver.terms().wake, Wake::Always);
}

#[test]
fn outcomes_are_forgotten_without_the_driver_where_nobody_has_to_hear_of_it() {
    let mut host = Host::online("");
    assert!(host.driver.terms().forgets_quietly);
    let _ = host.driver.open_notices_once(host.now);
    host.publish(None);
    host.acknowledge_all();
    assert!(!host.driver.terms().forgets_quietly);
}
