//! Settings from Rust values, and from other formats than JSON.

use super::json::Fields;
use super::{faults, parse, Settings};
use crate::error::Error;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::{Map, Value};

/// Settings that are being put together; see [`Settings::builder`].
///
/// It has no `Debug`: it may hold a password.
#[derive(Clone)]
#[must_use = "build() makes settings of it"]
pub struct SettingsBuilder {
    fields: Map<String, Value>,
}

impl SettingsBuilder {
    /// Sets one setting, by its name; the last value counts. Nothing is checked before [`build`](Self::build).
    pub fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.into(), value.into());
        self
    }

    /// Checks the values and returns the settings.
    ///
    /// # Errors
    /// Those of [`Settings::from_json`]: every fault, including names that are not settings.
    pub fn build(self) -> Result<Settings, Error> {
        parse::object(&self.fields).map_err(faults::error)
    }
}

impl Settings {
    /// Starts with settings for this broker and defaults for everything else.
    ///
    /// ```
    /// use argus_mqtt::Settings;
    ///
    /// let settings = Settings::builder("192.168.1.10")
    ///     .set("topic_prefix", "home")
    ///     .set("keep_alive_seconds", 15)
    ///     .build()?;
    /// assert_eq!(settings.to_value()["availability_topic"], "home/status");
    /// # Ok::<(), argus_mqtt::Error>(())
    /// ```
    pub fn builder(broker_host: &str) -> SettingsBuilder {
        let fields = Map::new();
        SettingsBuilder { fields }.set("broker_host", broker_host)
    }
}

/// As a part of a program's own configuration, in any format of serde. An error names every fault.
impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        parse::fields(&fields.fields, fields.faults())
            .map_err(|faults| D::Error::custom(faults::error(faults)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultCode;
    use serde_json::json;

    #[test]
    fn a_builder_gives_what_json_gives() {
        let built = Settings::builder("broker")
            .set("qos", 1)
            .set("qos", 0)
            .set("retain_events", true)
            .build()
            .expect("it is valid");
        let read = Settings::from_value(
            &json!({"broker_host": "broker", "qos": 0, "retain_events": true}),
        );
        assert!(built == read.expect("it is valid"));
    }

    #[test]
    fn a_builder_reports_every_fault() {
        let error = Settings::builder("")
            .set("broker_prot", 1)
            .set("qos", 2)
            .build()
            .expect_err("three faults");
        let codes: Vec<_> = error.faults().iter().map(|fault| fault.code).collect();
        assert_eq!(
            codes,
            [
                FaultCode::UnknownSetting,
                FaultCode::Missing,
                FaultCode::OutOfRange
            ]
        );
    }

    #[test]
    fn settings_are_a_part_of_a_configuration() {
        #[derive(serde::Deserialize)]
        struct Configuration {
            mqtt: Settings,
        }
        let read = |text: &str| serde_json::from_str::<Configuration>(text);
        let read_well = read(r#"{"mqtt": {"broker_host": "broker", "qos": 0}}"#);
        assert_eq!(read_well.expect("it is valid").mqtt.to_value()["qos"], 0);
        for (text, says) in [
            (r#"{"mqtt": {"qos": 2}}"#, "2 faults in the settings"),
            (
                r#"{"mqtt": {"broker_host": "a", "broker_host": "b"}}"#,
                "broker_host: is given more than once",
            ),
            (r#"{"mqtt": "mqtt://bob:hunter2@broker"}"#, "not text"),
        ] {
            let error = read(text).err().expect("it is refused").to_string();
            assert!(!error.contains("hunter2"), "{error}");
            assert!(error.contains(says), "{error}");
        }
    }
}
