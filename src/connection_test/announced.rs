//! What is announced to Home Assistant of this system's cameras, as the broker keeps it.

use super::attempt::connect;
use super::found::Found;
use super::report::StepName;
use super::steps::Steps;
use super::{remedy, Test};
use crate::engine::{Input, Link, Packet};
use crate::error::{Error, ErrorKind};
use crate::home_assistant::{Camera, CameraStatus, HomeAssistant, OwnConfig, System};
use crate::settings::Settings;
use crate::wire::Opened;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

/// A broker does not say when it has sent all that it keeps. It sends at once, so that this much silence is the end.
const QUIET: Duration = Duration::from_secs(1);

/// An entity that is announced to Home Assistant by a discovery config that the broker retains. As JSON it is an object
/// with these fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AnnouncedEntity {
    /// The topic of its config.
    pub topic: String,
    /// Its unique ID.
    pub unique_id: String,
    /// The identifier of its device: `discovery_id_prefix`, for a camera followed by `_` and the camera's ID.
    pub device: String,
    /// The name of its device.
    pub device_name: String,
    /// Whether it belongs to none of the given cameras; `None` if no cameras were given.
    pub is_ghost: Option<bool>,
    /// The topics where the broker may retain what the entity shows, but for those that one of the given cameras uses.
    /// Topics of events are among them if `retain_events` is on.
    pub state_topics: Vec<String>,
}

/// The cameras that there are, as JSON has them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
struct Cameras {
    system: Option<System>,
    cameras: Vec<Camera>,
}

/// Finds the entities of this system that are announced to Home Assistant, by what the broker retains under
/// `{discovery_prefix}/+/+/config`: those that this library announced with this `availability_topic`. Blocks for at most
/// `timeout`, and for at least a second, as a broker does not report when it has sent all retained messages.
///
/// With `cameras`, it also reports which are ghosts: left by a camera that no longer exists or is announced
/// differently. That is a JSON object with `cameras`, the fields of [`Camera`] for each, and optionally `system`, the
/// fields of [`System`]; without it the entities of the system itself do not count as ghosts. To remove one, delete the
/// states of its topic and of its `state_topics`.
///
/// Running clients are not affected: the client ID is that of the settings followed by `-find`, there is no will, and
/// nothing is published.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] if `cameras` is not as described above; [`ErrorKind::Refused`] if the broker refuses
/// the login or the subscription; [`ErrorKind::Timeout`], with the cause and the remedy, if it cannot be reached in
/// time; and those of [`test_connection`](super::test_connection).
pub fn find_announced(
    settings: &Settings,
    cameras: Option<&str>,
    timeout: Duration,
) -> Result<Vec<AnnouncedEntity>, Error> {
    let known = cameras.map(|text| known(settings, text)).transpose()?;
    let topic = format!("{}/connection-test", settings.topic_prefix);
    let mut test = Test::new(settings, "-find", &topic, timeout)?;
    test.wants_configs = true;
    let filter = format!("{}/+/+/config", settings.discovery_prefix);
    let mut steps = Steps::new(test.begun);
    let configs = connect(&test, &mut steps, &mut None)
        .and_then(|connected| kept(&test, connected.opened, &filter))
        .map_err(|(step, text)| {
            let (cause, remedy) = remedy::split(step, &text);
            let kind = match step {
                StepName::Login | StepName::Subscribe => ErrorKind::Refused,
                _ => ErrorKind::Timeout,
            };
            Error::new(kind, format!("{cause}; {remedy}"))
        })?;
    let home = match &known {
        Some(known) => &known.home,
        None => &HomeAssistant::new(settings, System::default())?,
    };
    let wanted = home.wanted_topics();
    let ours = configs
        .iter()
        .filter_map(|(topic, payload)| home.own_config(topic, payload));
    let mut entities: Vec<_> = ours
        .map(|(own, config)| {
            let mut entity = entity(own, &config);
            entity.is_ghost = known.as_ref().map(|known| {
                let is_judged = known.has_system || entity.device != settings.discovery_id_prefix;
                is_judged && !wanted.contains(&entity.topic)
            });
            entity.state_topics.retain(|topic| !home.uses(topic));
            entity
        })
        .collect();
    entities.sort_unstable_by(|one, other| {
        (&one.device, &one.topic).cmp(&(&other.device, &other.topic))
    });
    Ok(entities)
}

/// What there is to be announced.
struct Known {
    home: HomeAssistant,
    has_system: bool,
}

fn known(settings: &Settings, text: &str) -> Result<Known, Error> {
    let given: Cameras =
        serde_json::from_str(text).map_err(|fault| {
            Error::argument(format!(
                "cameras: {fault}; give a JSON object with \"cameras\", a list of objects, and perhaps \"system\", an object"
            ))
        })?;
    let has_system = given.system.is_some();
    let mut home = HomeAssistant::new(settings, System::default())?;
    if let Some(system) = given.system {
        home.announce_system(system)?;
    }
    for camera in given.cameras {
        home.announce(camera, CameraStatus::Online, SystemTime::now())?;
    }
    Ok(Known { home, has_system })
}

fn entity(own: OwnConfig, config: &Value) -> AnnouncedEntity {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let device = &config["device"];
    AnnouncedEntity {
        topic: own.topic,
        unique_id: text(&config["unique_id"]),
        device: text(&device["identifiers"][0]),
        device_name: text(&device["name"]),
        is_ghost: None,
        state_topics: own.state_topics,
    }
}

/// What the broker keeps on topics of this filter.
fn kept(
    test: &Test,
    opened: Opened,
    filter: &str,
) -> Result<HashMap<String, Bytes>, (StepName, String)> {
    let Opened {
        mut link,
        mut connection,
        ..
    } = opened;
    let failed = |text: String| Err((StepName::Subscribe, text));
    let subscribe = Packet::Subscribe {
        token: 1,
        topic: filter.into(),
        no_local: true,
    };
    if let Err(ended) = link.send(subscribe) {
        return failed(ended.text);
    }
    let mut found = Found::default();
    let mut quiet_from = None;
    loop {
        let now = test.now();
        let until = quiet_from.map_or(test.deadline, |from| test.deadline.min(from + QUIET));
        if until <= now {
            break;
        }
        let mut inputs = Vec::new();
        connection.poll(until, &test.waker, &mut inputs);
        for input in inputs {
            match input {
                Input::Subscribed(_, Ok(())) => quiet_from = Some(test.now()),
                Input::Subscribed(_, Err(why)) => {
                    return failed(format!("the broker refuses it on topic {filter:?}: {why}"))
                }
                Input::Config { topic, payload } => {
                    quiet_from = quiet_from.map(|_| test.now());
                    if let Err(why) = found.add(topic, payload) {
                        connection.close();
                        return failed(format!("the broker sends {why} on topic {filter:?}"));
                    }
                }
                Input::Ended(ended) => return failed(ended.text),
                _ => {}
            }
        }
    }
    let answered = quiet_from.is_some();
    // A broker that is gone already hears no goodbye.
    let _ = link.send(Packet::Disconnect { with_will: false });
    connection.close();
    match answered {
        true => Ok(found.into_configs()),
        false => failed(test.too_late().text),
    }
}
