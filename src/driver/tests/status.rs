//! What the status says of the connection.

use super::*;
use crate::engine::{State, Status};

fn status(host: &Host) -> Status {
    host.driver.engine().status(host.now, Duration::ZERO)
}

#[test]
fn an_error_is_past_once_the_client_is_online() {
    let mut host = Host::new("");
    host.fail(FailureKind::Permanent);
    assert_eq!(status(&host).state, State::Refused);
    host.fail(FailureKind::Unreachable);
    assert_eq!(status(&host).state, State::Waiting);
    assert!(status(&host).last_error.is_some());
    host.come_online();
    assert_eq!(status(&host).last_error, None);
    assert_eq!(status(&host).online_for_seconds, Some(0.0));
}

#[test]
fn a_keep_alive_of_the_broker_is_worth_a_word_where_it_is_longer_than_ours() {
    for (seconds, is_longer) in [(29, false), (30, false), (31, true)] {
        let mut host = Host::new(r#""keep_alive_seconds": 30"#);
        host.connect_to(Connack {
            server_keep_alive_seconds: Some(seconds),
            ..Connack::default()
        });
        let warnings = status(&host).warnings.join("; ");
        assert_eq!(warnings.contains("keep alive"), is_longer, "{warnings}");
    }
}

#[test]
fn it_knows_when_the_client_was_last_online() {
    let mut host = Host::new("");
    let last_online = |host: &Host| {
        let unix = Duration::from_secs(1_000_000);
        let status = host.driver.engine().status(host.now, unix);
        status.last_online_unix_seconds
    };
    assert_eq!(last_online(&host), None);
    host.come_online();
    host.wait(40 * SECOND);
    assert_eq!(last_online(&host), Some(1_000_000));
    host.end(EndCause::ByPeer);
    host.now += 7 * SECOND;
    assert_eq!(last_online(&host), Some(1_000_000 - 7));
}
