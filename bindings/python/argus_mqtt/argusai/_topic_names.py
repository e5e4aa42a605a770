"""The members of the service that name topics."""

from __future__ import annotations

from ._base_url import api_base_url
from ._held import Held


class TopicNames(Held):
    """See the module. Without settings, topics are those of ArgusAI's defaults."""

    def get_availability_topic(self) -> str:
        """Give the topic that says whether ArgusAI is online."""
        return self._topics.availability

    def get_event_topic(self, camera_id: str) -> str:
        """Give the topic of a camera's events."""
        return self._topics.camera(camera_id, "event")

    def get_status_topic(self, camera_id: str) -> str:
        """Give the topic of a camera's status."""
        return self._topics.camera(camera_id, "status")

    def get_last_event_topic(self, camera_id: str) -> str:
        """Give the topic of a camera's last event."""
        return self._topics.camera(camera_id, "last_event")

    def get_counts_topic(self, camera_id: str) -> str:
        """Give the topic of how many events a camera had."""
        return self._topics.camera(camera_id, "counts")

    def get_activity_topic(self, camera_id: str) -> str:
        """Give the topic of whether something moves before a camera."""
        return self._topics.camera(camera_id, "activity")

    def get_api_base_url(self) -> str:
        """Give where Home Assistant reaches ArgusAI: API_BASE_URL of the environment.

        Without a slash at the end, and without a user and a password: events are for everybody to read.
        """
        return api_base_url()
