//! The birth message again every so often.

use super::*;
use crate::outbox::Rank;

fn births(host: &mut Host) -> usize {
    let sent = host.acknowledge_all();
    assert!(
        sent.iter().all(|packet| text(packet) == "online"),
        "{sent:?}"
    );
    sent.len()
}

#[test]
fn it_is_said_as_often_as_the_settings_say() {
    let mut host = Host::online(r#""availability_heartbeat_seconds": 5"#);
    for _ in 0..3 {
        host.wait(5 * SECOND - Duration::from_millis(1));
        assert_eq!(births(&mut host), 0);
        host.wait(Duration::from_millis(1));
        assert_eq!(births(&mut host), 1);
    }
    assert_eq!(host.driver.engine().outbox().counters.guard_repairs, 0);
    // A discovery config brings it forward, and puts it off no more than two seconds.
    host.wait(4 * SECOND);
    let topic = "homeassistant/device/door/config".into();
    let (set, _) = (host.driver).set_state(host.now, &topic, "{}".into(), Rank::Config, false);
    set.expect("there is room");
    assert_eq!(texts(&host.acknowledge_all()), ["{}"]);
    host.wait(SECOND);
    assert_eq!(births(&mut host), 1);
    // A repair counts as one.
    host.wait(4 * SECOND);
    host.report(Input::Received {
        subject: Subject::Availability,
        payload: "offline".into(),
        retain: false,
    });
    assert_eq!(births(&mut host), 1);
    host.wait(4 * SECOND);
    assert_eq!(births(&mut host), 0);
    host.wait(SECOND);
    assert_eq!(births(&mut host), 1);
}

#[test]
fn by_default_it_is_said_where_cameras_are_announced() {
    let mut host = Host::online("");
    host.wait(3600 * SECOND);
    assert_eq!(births(&mut host), 0);
    let topics = [Arc::from("events/door")].into();
    host.effects = host.driver.set_announced(host.now, topics);
    assert_eq!(births(&mut host), 1, "it is overdue");
    host.wait(60 * SECOND);
    assert_eq!(births(&mut host), 1);
    host.effects = host.driver.set_announced(host.now, Default::default());
    host.wait(3600 * SECOND);
    assert_eq!(births(&mut host), 0);

    let mut host = Host::online(r#""availability_heartbeat_seconds": 0"#);
    let topics = [Arc::from("events/door")].into();
    host.effects = host.driver.set_announced(host.now, topics);
    host.wait(3600 * SECOND);
    assert_eq!(births(&mut host), 0);
}

#[test]
fn what_the_broker_refuses_is_not_said_as_often() {
    let mut host = Host::new(r#""availability_heartbeat_seconds": 5"#);
    host.connect_without_birth();
    host.wait(59 * SECOND);
    let births = texts(&host.acknowledge_all());
    assert!(!births.contains(&"online".into()), "{births:?}");
    host.wait(SECOND);
    assert_eq!(births_only(&mut host), 1);
}

fn births_only(host: &mut Host) -> usize {
    let sent = texts(&host.acknowledge_all());
    sent.iter().filter(|text| *text == "online").count()
}

#[test]
fn none_follows_the_offline_message_and_none_goes_out_offline() {
    let mut host = Host::online(r#""availability_heartbeat_seconds": 5"#);
    let (begun, _) = host.driver.shut_down(host.now, 60 * SECOND);
    assert_eq!(begun, Ok(()));
    assert_eq!(texts(&host.sent()), ["offline"]);
    host.wait(10 * SECOND);
    assert!(host.sent().is_empty());
}

#[test]
fn a_foreign_birth_is_told_from_many_heartbeats() {
    for protocol in ["5", "3.1.1"] {
        let mut host = Host::online(&format!(
            r#""availability_heartbeat_seconds": 5, "protocol": "{protocol}""#
        ));
        let hear = |host: &mut Host| {
            host.report(Input::Received {
                subject: Subject::Availability,
                payload: "online".into(),
                retain: false,
            });
            let status = host.driver.engine().status(host.now, Duration::ZERO);
            status
                .warnings
                .iter()
                .any(|text| text.contains("another client publishes"))
        };
        for _ in 0..10 {
            host.wait(5 * SECOND);
            assert_eq!(births(&mut host), 1);
            // Only 3.1.1 has no way to ask that one's own is not sent back.
            assert!(protocol == "5" || !hear(&mut host));
        }
        assert!(hear(&mut host), "MQTT {protocol}");
    }
}

#[test]
fn it_follows_a_discovery_config_soon() {
    let mut host = Host::online(r#""availability_heartbeat_seconds": 60"#);
    let say = |host: &mut Host, topic: &str| {
        let (said, effects) =
            host.driver
                .set_state(host.now, &topic.into(), "{}".into(), Rank::Config, false);
        assert!(said.is_ok());
        host.effects = effects;
        assert_eq!(texts(&host.acknowledge_all()), ["{}"]);
    };
    say(&mut host, "homeassistant/binary_sensor/a/config");
    host.wait(SECOND);
    assert_eq!(births(&mut host), 0);
    say(&mut host, "homeassistant/binary_sensor/b/config");
    host.wait(2 * SECOND - Duration::from_millis(1));
    assert_eq!(births(&mut host), 0, "Home Assistant is to read them all");
    host.wait(Duration::from_millis(1));
    assert_eq!(births(&mut host), 1);
    host.wait(59 * SECOND);
    assert_eq!(births(&mut host), 0);
    host.wait(SECOND);
    assert_eq!(births(&mut host), 1);
    say(&mut host, "somewhere/else");
    host.wait(59 * SECOND);
    assert_eq!(births(&mut host), 0);
}
