//! Topics about which nothing has to be found out any more when a message for them comes.

use crate::message::QoS;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What topics and names may take: more than a home has, and little enough to be no burden.
const MOST_BYTES: usize = 1024 * 1024;
/// What one takes beside its text, roughly.
const OVERHEAD: usize = 128;

/// What the events of a camera have in common.
#[derive(Clone, Debug)]
pub(crate) struct ReadyCamera {
    pub(crate) topic: Arc<str>,
    pub(crate) lifetime_seconds: u32,
    pub(crate) qos: QoS,
    pub(crate) retain: bool,
    /// States follow from its events: that is for the driver.
    pub(crate) is_followed: bool,
}

/// See the module. Where there are too many, it begins anew.
#[derive(Debug, Default)]
pub(crate) struct ReadyTopics {
    cameras: HashMap<String, ReadyCamera>,
    topics: HashSet<Arc<str>>,
    bytes: usize,
}

impl ReadyTopics {
    pub(crate) fn camera(&self, camera: &str) -> Option<&ReadyCamera> {
        self.cameras.get(camera)
    }

    pub(super) fn topic(&self, topic: &str) -> Option<Arc<str>> {
        self.topics.get(topic).cloned()
    }

    /// Until the settings change or the cameras that are announced.
    pub(crate) fn add_camera(&mut self, camera: &str, ready: ReadyCamera) {
        if !self.cameras.contains_key(camera) {
            self.make_room(camera.len() + ready.topic.len());
            self.cameras.insert(camera.to_owned(), ready);
        }
    }

    /// Anybody may publish on this topic.
    pub(crate) fn add_topic(&mut self, topic: &Arc<str>) {
        if !self.topics.contains(topic) {
            self.make_room(topic.len());
            self.topics.insert(topic.clone());
        }
    }

    fn make_room(&mut self, bytes: usize) {
        if self.bytes + bytes + OVERHEAD > MOST_BYTES {
            *self = ReadyTopics::default();
        }
        self.bytes += bytes + OVERHEAD;
    }
}
