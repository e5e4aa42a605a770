//! What callers and background thread share.

use super::monitor::{Monitor, Surroundings};
use crate::clock::Clock;
use crate::driver::Driver;
use crate::error::Error;
use crate::home_assistant::HomeAssistant;
use crate::outbox::Time;
use crate::settings::Settings;
use crate::waker::{self, Waker};
use crate::wire::{Dialer, Sender};
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::os::fd::OwnedFd;
use std::sync::{Arc, OnceLock};

/// See the module.
pub(super) type Shared = Monitor<Sender, Host, Extra>;
/// What its mutex protects.
pub(super) type Guarded = super::monitor::Guarded<Sender, Extra>;

/// What the machine gives: the time, and ways to wake and to tell.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) waker: Waker,
    /// For event loops, once one has asked: readable while there is something to read.
    pub(super) notice_fd: OnceLock<OwnedFd>,
}

impl Surroundings for Host {
    fn now(&self) -> Time {
        self.waker.clock().now()
    }

    fn wake_worker(&self) {
        self.waker.wake();
    }

    fn set_readable(&self, readable: bool) {
        match self.notice_fd.get() {
            Some(fd) if readable => waker::signal(fd),
            Some(fd) => waker::clear(fd),
            None => {}
        }
    }
}

/// What belongs to the settings in force, or to those to come, beside the driver.
#[derive(Debug)]
pub(super) struct Extra {
    dialer: Dialer,
    /// Replaces `dialer` once the engine has taken over the settings that it was made of.
    next_dialer: Option<Dialer>,
    /// The cameras that were announced to Home Assistant.
    pub(super) home: Option<HomeAssistant>,
    /// The host said on which topics Home Assistant hears events, and no call about cameras has replaced them since.
    pub(super) has_own_listeners: bool,
    /// The next wait for a change of being online is to end at once.
    pub(super) is_interrupted: bool,
}

impl Extra {
    /// One for settings that come after these, to be made without the lock: it reads files.
    pub(super) fn newest_dialer(&self) -> Dialer {
        self.next_dialer.as_ref().unwrap_or(&self.dialer).clone()
    }

    /// New settings were accepted.
    pub(super) fn replace(&mut self, dialer: Dialer) {
        self.next_dialer = Some(dialer);
    }
}

/// What a new client shares.
pub(super) fn new(settings: Arc<Settings>, dialer: Dialer) -> Result<Shared, Error> {
    let clock = Clock::new();
    let now = clock.now();
    let host = Host {
        waker: Waker::new(clock)?,
        notice_fd: OnceLock::new(),
    };
    let seed = RandomState::new().build_hasher().finish();
    let extra = Extra {
        dialer,
        next_dialer: None,
        home: None,
        has_own_listeners: false,
        is_interrupted: false,
    };
    Ok(Monitor::new(Driver::new(settings, now, seed), host, extra))
}

impl Guarded {
    /// The dialer for the settings in force.
    pub(super) fn dialer(&mut self) -> Dialer {
        let settings = self.driver.engine().settings();
        let extra = &mut self.extra;
        if let Some(dialer) = extra
            .next_dialer
            .take_if(|next| Arc::ptr_eq(next.settings(), settings))
        {
            extra.dialer = dialer;
        }
        extra.dialer.clone()
    }
}
