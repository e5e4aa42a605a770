//! What has to hold of the steps of the background thread and of the pauses between attempts.

use super::coverage::Cause;
use super::watch::Watch;
use super::world::World;
use crate::driver::Taken;
use crate::engine::{Attempt, FailureKind, PhaseSnapshot, Plan, Version};
use crate::outbox::Time;
use crate::settings::{Protocol, Settings};

/// More steps at one moment than this, without anything new, are a busy loop.
const MOST_STEPS: u32 = 4;
/// The longest pause of a login that the broker has never accepted.
const LOGIN_PAUSE: Time = Time::from_secs(900);
/// What a broker that may not speak MQTT 5 may take to answer it.
const SILENCE: Time = Time::from_secs(3);
/// The longest pause after a refused connection while events wait for Home Assistant, unless the settings want longer
/// ones.
const AWAITED_PAUSE: Time = Time::from_millis(1500);
/// Attempts in one round: 3.1.1 where MQTT 5 was left out, MQTT 5 twice, each lesser will, and 3.1.1.
const MOST_AT_ONCE: u32 = 6;

impl Watch {
    /// The pause that begins, and whether it keeps the rules.
    fn pause(
        &mut self,
        cause: Cause,
        settings: &Settings,
        pause: Time,
        is_home_expected: bool,
    ) -> Result<(), String> {
        self.pauses += 1;
        self.last_pause = pause;
        let seconds = |seconds: u32| Time::from_secs(seconds.into());
        let (min, max) = (
            seconds(settings.reconnect_min_seconds),
            seconds(settings.reconnect_max_seconds),
        );
        let double = |time: Time, times: u32| {
            time.saturating_mul(1_u32.checked_shl(times).unwrap_or(u32::MAX))
        };
        let (low, high) = match cause {
            Cause::Failed(FailureKind::NotAuthorized) if !self.has_accepted => {
                let longest = double(max, self.refused_logins).min(LOGIN_PAUSE.max(max));
                self.refused_logins += 1;
                (longest / 2, longest)
            }
            Cause::TakenOver
            | Cause::Failed(
                FailureKind::Permanent | FailureKind::WrongVersion | FailureKind::NotAuthorized,
            ) => (max / 2, max),
            Cause::Failed(FailureKind::NotRunning) if is_home_expected => {
                (min, AWAITED_PAUSE.clamp(min, max))
            }
            // The first attempt after a connection that lasted must come before a broker that was killed is back.
            Cause::ByPeer if is_home_expected && self.pauses == 1 => (Time::ZERO, max),
            // It may have heard of a twin.
            Cause::ByPeer => (min.min(max / 2), max),
            _ => (min, double(min, self.pauses).min(max)),
        };
        if pause < low || pause > high {
            let count = self.pauses;
            return Err(format!(
                "pause {count} after {cause:?} lasts {pause:?}, not {low:?} to {high:?}"
            ));
        }
        Ok(())
    }

    /// All begins anew.
    pub(super) fn forget_failures(&mut self) {
        self.pauses = 0;
        self.last_pause = Time::ZERO;
        self.refused_logins = 0;
    }
}

impl World<'_> {
    /// The background thread takes a step.
    pub(super) fn check_step(&mut self, plan: &Plan) {
        let now = self.air.now;
        let watch = &mut self.client().watch;
        watch.all_steps += 1;
        watch.steps = match watch.steps {
            (at, count) if at == now => (at, count + 1),
            _ => (now, 1),
        };
        if watch.steps.1 > MOST_STEPS {
            self.fail(format!("a busy loop: {plan:?}, again and again"));
        } else if matches!(plan, Plan::Open(_)) {
            watch.attempts_at_once += 1;
            if watch.attempts_at_once > MOST_AT_ONCE {
                self.fail("attempt follows attempt without a pause".into());
            }
        }
    }

    /// What an attempt asks for follows from the settings and from what happened before.
    pub(super) fn check_attempt(&mut self, attempt: &Attempt) {
        let process = self.client();
        let (watch, settings) = (&process.watch, process.engine().settings());
        let timeout = Time::from_secs(settings.connect_timeout_seconds.into());
        let may_fall_back = settings.protocol == Protocol::Auto && attempt.version == Version::V5;
        let limit = match may_fall_back {
            true => timeout.min(SILENCE),
            false => timeout,
        };
        let begins_old = settings.protocol == Protocol::Auto
            && attempt.version == Version::V311
            && watch.attempts_at_once == 1;
        let fault = if attempt.limit != limit {
            Some("the attempt may take too long, or not long enough")
        } else if begins_old && watch.silences < 2 {
            Some("a round begins with MQTT 3.1.1")
        } else if attempt.clean_start && settings.will_delay_seconds > 0 && !watch.is_renamed {
            Some("the session of the last connection is ended for no reason")
        } else {
            None
        };
        if let Some(fault) = fault {
            self.fail(format!("{fault}: {attempt:?}"));
        }
    }

    /// A pause begins or a connection ends.
    pub(super) fn check_pauses(&mut self, cause: Cause, taken: Taken) {
        let Taken { before, after, .. } = taken;
        let now = self.air.now;
        let process = self.process.as_mut().expect("an engine was asked");
        let (watch, engine) = (&mut process.watch, process.driver.engine());
        let settings = engine.settings();
        let has_ended =
            before.phase == PhaseSnapshot::Connected && after.phase != PhaseSnapshot::Connected;
        let is_late = after.phase == PhaseSnapshot::Waiting
            && taken.pause.is_some_and(|(until, _)| until > now);
        watch.leaves_for_settings |=
            cause == Cause::Reconfigure && after.phase == PhaseSnapshot::Connected;
        if has_ended && std::mem::take(&mut watch.leaves_for_settings) && is_late {
            return self.fail("new settings wait out a pause".into());
        }
        let are_settings_new =
            cause == Cause::Reconfigure || before.leaving && cause != Cause::Adjust;
        if are_settings_new && !after.leaving && after.phase != PhaseSnapshot::Closed {
            // New settings begin anew.
            watch.forget_failures();
            watch.attempts_at_once = 0;
            watch.has_accepted = false;
            watch.silences = 0;
            return;
        }
        if has_ended {
            let lasted = now - watch.opened_at;
            if lasted > Time::from_secs(10) && lasted > watch.last_pause {
                watch.forget_failures();
            }
        }
        watch.has_accepted |= cause == Cause::Opened;
        watch.silences += u32::from(cause == Cause::Failed(FailureKind::Silent));
        let begins =
            after.phase == PhaseSnapshot::Waiting && before.phase != PhaseSnapshot::Waiting;
        if !begins {
            return;
        }
        watch.attempts_at_once = 0;
        let (until, counted) = taken.pause.unwrap_or((now, 0));
        let pause = until.saturating_sub(now);
        let is_home_expected = self.home.has_cameras || watch.told.was_seen;
        let awaits = is_home_expected && settings.hold_seconds > 0;
        let fault = watch.pause(cause, settings, pause, awaits).err();
        if let Some(fault) = fault {
            self.fail(fault);
        } else if counted != watch.pauses {
            let pauses = watch.pauses;
            self.fail(format!(
                "{counted} attempts are counted since a connection lasted, not {pauses}"
            ));
        }
    }
}
