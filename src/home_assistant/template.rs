//! The templates by which Home Assistant reads our payloads.
//!
//! They run there on whatever arrives, also on the empty payload that clears a topic: each gives a value, or nothing,
//! and never an error, which would fill Home Assistant's log.

/// The description, or what stands for none. Home Assistant takes at most 255 characters as a state.
pub(super) const DESCRIPTION: &str =
    "{{ ((value_json.description | default('', true) | string | trim)[:255] \
     or 'No event') if value_json is mapping else 'No event' }}";

/// Every field of the payload.
pub(super) const ATTRIBUTES: &str = "{{ value if value_json is mapping else '{}' }}";

/// A camera is available while its status says `online`.
pub(super) const IS_ONLINE: &str =
    "{{ 'online' if value_json is mapping and value_json.status | default('') == 'online' else 'offline' }}";

/// The time of the last event. Where there is none, an empty text would be a fault; a template that can't be included
/// ends the rendering, and the message is passed over without a word.
pub(super) const TIMESTAMP: &str =
    "{% if value_json is mapping and value_json.timestamp is string %}\
     {{ value_json.timestamp }}{% else %}{% include 'no time' %}{% endif %}";

/// One field, or nothing.
pub(super) fn field(name: &str) -> String {
    format!("{{{{ value_json.{name} | default('', true) if value_json is mapping else '' }}}}")
}

/// One field that is a number, or nothing.
pub(super) fn number(name: &str) -> String {
    format!("{{{{ value_json.{name} | default('') if value_json is mapping else '' }}}}")
}

/// The kinds of a detection. Home Assistant is told all of them beforehand.
pub(super) const KINDS: [&str; 6] = ["motion", "person", "vehicle", "animal", "package", "other"];

/// Sets `event`, and whether it is a `ring`.
const READ: &str = "{% set event = value_json if value_json is mapping else {} %}\
     {% set kind = event.smart_detection_type | default('', true) | string | lower | trim %}\
     {% set ring = kind == 'ring' or event.is_doorbell_ring | default(false) | bool(false) %}";

/// Writes an event of the type `type`, every field with a default.
const WRITE: &str = "{{ {'event_type': type, \
     'event_id': event.event_id | default(''), \
     'description': event.description | default('', true), \
     'timestamp': event.timestamp | default(''), \
     'objects_detected': event.objects_detected | default([], true), \
     'confidence': event.confidence | default(0, true), \
     'thumbnail_url': event.thumbnail_url | default('', true)} | to_json }}";

/// A detection: its kind is `smart_detection_type`, or the first of `objects_detected`, or motion. Gives nothing for
/// a ring.
pub(super) fn detection() -> String {
    let known = KINDS.map(|kind| format!("'{kind}'")).join(", ");
    format!(
        "{READ}\
         {{% set objects = event.objects_detected | default('', true) %}}\
         {{% set first = objects | first | default('', true) if objects is sequence and objects is not string \
             else objects %}}\
         {{% set kind = kind or (first | string | lower | trim) or 'motion' %}}\
         {{% set type = kind if kind in [{known}] else 'other' %}}\
         {{% if value_json is mapping and not ring %}}{WRITE}{{% endif %}}"
    )
}

/// A ring. Gives nothing for anything else.
pub(super) fn ring() -> String {
    format!("{READ}{{% set type = 'ring' %}}{{% if ring %}}{WRITE}{{% endif %}}")
}
