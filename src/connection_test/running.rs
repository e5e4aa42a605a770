//! A test on a thread of its own, for a program that must not block.

use super::{prepare, run, ConnectionReport, Test};
use crate::error::{Error, ErrorKind};
use crate::settings::Settings;
use crate::sync::{lock, Condvar, Mutex};
use crate::waker::{event_descriptor, signal};
use std::fmt;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

/// A [`test_connection`](crate::test_connection) that runs in the background, for an event loop: its descriptor becomes
/// readable when the report is there.
///
/// Dropping it ends the test soon; nothing else of it remains. May be shared between threads.
///
/// ```
/// use argus_mqtt::{ConnectionTest, Settings};
/// use std::time::Duration;
///
/// let settings = Settings::from_json(r#"{"broker_host": "127.0.0.1", "broker_port": 1}"#)?;
/// let test = ConnectionTest::begin(settings, Duration::from_secs(10))?;
/// // An event loop would wait for `test.as_fd()` to become readable instead.
/// let report = test.report(Duration::from_secs(20))?;
/// assert!(!report.works);
/// # Ok::<(), argus_mqtt::Error>(())
/// ```
pub struct ConnectionTest {
    test: Arc<Test>,
    end: Arc<End>,
}

/// What the thread of the test leaves.
struct End {
    report: Mutex<Option<Result<ConnectionReport, Error>>>,
    changed: Condvar,
    /// Readable from then on.
    descriptor: OwnedFd,
}

impl ConnectionTest {
    /// Starts a test of these settings, which takes at most `timeout`, and returns immediately.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSettings`] if a TLS file cannot be used; [`ErrorKind::System`] if no thread can be started
    /// or no file descriptor is left.
    pub fn begin(settings: Settings, timeout: Duration) -> Result<Self, Error> {
        let test = Arc::new(prepare(&settings, timeout)?);
        let descriptor =
            event_descriptor().map_err(|error| Error::no_descriptor("to report with", &error))?;
        let end = Arc::new(End {
            report: Mutex::new(None),
            changed: Condvar::new(),
            descriptor,
        });
        let (its_test, its_end) = (test.clone(), end.clone());
        let work = move || {
            let report = catch_unwind(AssertUnwindSafe(|| run(&settings, &its_test)));
            let defect = |_| Error::new(ErrorKind::Internal, "a defect: the test ended early");
            *lock(&its_end.report) = Some(report.map_err(defect));
            its_end.changed.notify_all();
            signal(&its_end.descriptor);
        };
        let thread = thread::Builder::new().name("argus-mqtt-test".into());
        thread.spawn(work).map_err(Error::no_thread)?;
        Ok(ConnectionTest { test, end })
    }

    /// The report: waits for it, for at most `timeout`. Returns the same report each time.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`] while the test is running; [`ErrorKind::Internal`], for a defect.
    pub fn report(&self, timeout: Duration) -> Result<ConnectionReport, Error> {
        let report = lock(&self.end.report);
        let waited = self
            .end
            .changed
            .wait_timeout_while(report, timeout, |report| report.is_none());
        let (report, _) = waited.unwrap_or_else(PoisonError::into_inner);
        report.clone().unwrap_or_else(|| {
            let text = format!("the test has not ended after {} ms", timeout.as_millis());
            Err(Error::new(ErrorKind::Timeout, text))
        })
    }
}

impl AsFd for ConnectionTest {
    /// Readable when the report is there. Only wait for it: never read from it, write to it or close it.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.end.descriptor.as_fd()
    }
}

impl fmt::Debug for ConnectionTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionTest").finish_non_exhaustive()
    }
}

impl Drop for ConnectionTest {
    fn drop(&mut self) {
        self.test.cancel();
    }
}
