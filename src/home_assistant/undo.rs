//! Taking back a change: for one whose states there was no room for.

use super::announcing::{Announced, HomeAssistant};
use super::camera::System;
use bytes::Bytes;
use std::sync::Arc;

/// What was known of the system and of one camera. A change changes no more, so that its cost does not depend on how
/// many cameras there are.
pub(crate) struct Before {
    system: System,
    diagnostics: Option<Bytes>,
    is_known: bool,
    /// Its id, and what was announced of it.
    camera: Option<(String, Option<Announced>)>,
}

impl Before {
    /// The topic that the events of the camera had.
    pub(crate) fn event_topic(&self) -> Option<&Arc<str>> {
        let (_, announced) = self.camera.as_ref()?;
        announced.as_ref().map(|one| &one.event_topic)
    }
}

impl HomeAssistant {
    /// What a change to this camera, or to the system alone, can change.
    pub(crate) fn before(&self, camera: Option<&str>) -> Before {
        Before {
            system: self.system.clone(),
            diagnostics: self.diagnostics.clone(),
            is_known: self.is_known,
            camera: camera.map(|id| (id.to_owned(), self.cameras.get(id).cloned())),
        }
    }

    /// Makes everything as it was before a change.
    pub(crate) fn take_back(&mut self, before: Before) {
        self.system = before.system;
        self.diagnostics = before.diagnostics;
        self.is_known = before.is_known;
        if let Some((id, announced)) = before.camera {
            self.take_out(&id);
            if let Some(announced) = announced {
                let topics = self.topics_of(&announced);
                self.insert(announced, topics);
            }
        }
    }
}
