//! States that a broker refuses, or closes on.

use super::states::host;
use super::*;
use crate::outcome::Outcome;

#[test]
fn a_state_that_the_broker_closes_on_is_rejected_and_holds_up_nothing() {
    let mut host = host();
    let poison = host.say("poison", "poison");
    let good = host.say("good", "good");
    let event = host.publish(None);
    let start = host.now;
    let mut outcomes = [None, None, None];
    while outcomes.contains(&None) {
        assert!(host.now < start + 120 * SECOND, "it goes on for ever");
        if host.driver.engine().connection_number().is_none() {
            host.connect();
        }
        for packet in host.sent() {
            if text(&packet) == "poison" {
                host.end(EndCause::ByPeer);
                break;
            }
            host.acknowledge(&packet);
        }
        if host.driver.engine().connection_number().is_some() {
            host.wait(SECOND / 2);
        }
        for (id, outcome) in [poison, good, event].into_iter().zip(&mut outcomes) {
            if outcome.is_none() {
                *outcome = host.outcome(id);
            }
        }
    }
    let [poison, good, event] = outcomes;
    assert!(matches!(poison, Some(Outcome::Rejected(_))), "{poison:?}");
    assert_eq!([good, event], [const { Some(Outcome::Delivered) }; 2]);
    let warnings = |host: &Host| host.driver.engine().status(host.now, SECOND).warnings;
    let warning = warnings(&host).pop().unwrap_or_default();
    assert!(
        warning.starts_with(r#"the broker does not take the states on "poison": "#),
        "{warning}"
    );
    if host.driver.engine().connection_number().is_some() {
        host.end(EndCause::Unavailable);
    }
    assert_eq!(host.come_back(), ["good"], "it is not said again");
    assert_eq!(warnings(&host), [warning], "it is on this connection too");
    // Another broker may like it.
    let json = r#""guard_availability": false, "reconnect_max_seconds": 1, "broker_port": 1884"#;
    host.effects = host.driver.reconfigure(host.now, settings(json)).1;
    host.acknowledge_until_silent();
    host.end(EndCause::ByPeer);
    assert_eq!(host.come_back(), ["poison", "good"]);
    assert_eq!(warnings(&host), [""; 0]);
    host.say("poison", "harmless");
    assert_eq!(host.acknowledge_until_silent(), ["harmless"]);
}

#[test]
fn a_state_that_the_broker_closed_on_is_warned_of_until_it_takes_another() {
    let mut host = host();
    let id = host.say("poison", "poison");
    let start = host.now;
    while host.outcome(id).is_none() {
        assert!(host.now < start + 120 * SECOND, "it goes on for ever");
        if host.driver.engine().connection_number().is_none() {
            host.connect();
        }
        for packet in host.sent() {
            match text(&packet) == "poison" {
                true => host.end(EndCause::ByPeer),
                false => host.acknowledge(&packet),
            }
        }
        if host.driver.engine().connection_number().is_some() {
            host.wait(SECOND / 2);
        }
    }
    let warnings = |host: &Host| host.driver.engine().status(host.now, SECOND).warnings;
    assert_eq!(warnings(&host).len(), 1);
    host.say("poison", "harmless");
    host.come_back();
    assert_eq!(warnings(&host), [""; 0]);
}

#[test]
fn a_state_that_the_broker_refuses_is_said_again_on_the_next_connection() {
    let mut host = host();
    let id = host.say("a", "1");
    host.connect();
    let birth = host.sent();
    host.acknowledge(&birth[0]);
    let said = host.sent();
    host.write(&said[0]);
    let refused = Err("not authorized".into());
    host.report(Input::Acked(token(&said[0]).expect("it has one"), refused));
    assert!(matches!(host.outcome(id), Some(Outcome::Rejected(_))));
    let warnings = |host: &Host| host.driver.engine().status(host.now, SECOND).warnings;
    assert!(
        warnings(&host)[0].starts_with(r#"the broker refuses the states on "a": not authorized"#),
        "{:?}",
        warnings(&host)
    );
    host.end(EndCause::ByPeer);
    assert_eq!(host.come_back(), ["1"]);
    assert!(warnings(&host).is_empty());
}

#[test]
fn refused_states_are_counted_until_the_broker_takes_them() {
    let mut host = host();
    host.come_online();
    let mut answer = |topic: &str, payload: &str, refused: Option<&str>| {
        host.say(topic, payload);
        let said = host.sent();
        host.write(&said[0]);
        let result = match refused {
            Some(why) => Err(why.into()),
            None => Ok(()),
        };
        host.report(Input::Acked(token(&said[0]).expect("it has one"), result));
        let warnings = host.driver.engine().status(host.now, SECOND).warnings;
        warnings.into_iter().next().unwrap_or_default()
    };
    answer("a", "1", Some("not authorized"));
    let both = answer("b", "1", Some("quota exceeded"));
    assert!(
        both.contains(r#""a" and 1 more: not authorized;"#),
        "{both}"
    );
    assert!(answer("a", "2", None).contains(r#""b": quota exceeded;"#));
    assert_eq!(answer("b", "2", None), "");
}

#[test]
fn a_state_that_the_broker_would_refuse_is_warned_of_too() {
    let mut host = host();
    host.connect_to(Connack {
        maximum_packet_size: 100,
        ..Connack::default()
    });
    host.acknowledge_all();
    host.say("a", &"x".repeat(100));
    let warnings = host.driver.engine().status(host.now, SECOND).warnings;
    let found = r#""a": the broker accepts packets of at most 100 bytes"#;
    assert!(warnings[0].contains(found), "{warnings:?}");
}

#[test]
fn an_acknowledgement_forgives_the_closes_before_it() {
    let mut host = host();
    host.say("a", "1");
    for _ in 0..3 {
        for _ in 0..2 {
            host.connect();
            let birth = host.sent();
            host.acknowledge(&birth[0]);
            assert_eq!(texts(&host.sent()), ["1"], "it is not held back");
            host.end(EndCause::ByPeer);
        }
        assert_eq!(host.come_back(), ["1"]);
        host.end(EndCause::Unavailable);
    }
}

#[test]
fn a_close_with_nothing_in_flight_lets_a_state_go_that_was_held_back() {
    let mut host = host();
    host.say("a", "1");
    for _ in 0..3 {
        host.connect();
        let birth = host.sent();
        host.acknowledge(&birth[0]);
        assert_eq!(texts(&host.sent()), ["1"]);
        host.end(EndCause::ByPeer);
    }
    assert_eq!(host.come_back(), [""; 0], "it is held back");
    host.end(EndCause::ByPeer);
    assert_eq!(host.come_back(), ["1"], "it closes without it too");
}
