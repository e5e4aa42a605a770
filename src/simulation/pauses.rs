//! What has to hold of the steps of the background thread and of the pauses between attempts.

use super::coverage::{Cause, Failed};
use super::watch::Watch;
use super::world::World;
use crate::engine::{PhaseSnapshot, Plan, Snapshot};
use crate::outbox::Time;
use crate::settings::Settings;

/// More steps at one moment than this, without anything new, are a busy loop.
const MOST_STEPS: u32 = 4;
/// What a pause may last with a twin about.
const TWIN_PAUSE: (Time, Time) = (Time::from_secs(120), Time::from_secs(240));
/// Attempts in one round: 3.1.1 where MQTT 5 was left out, MQTT 5, each lesser will, and 3.1.1.
const MOST_AT_ONCE: u32 = 5;

impl Watch {
    /// The pause that begins, and whether it keeps the manners.
    fn pause(&mut self, cause: Cause, settings: &Settings, pause: Time) -> Result<(), String> {
        self.pauses += 1;
        let seconds = |seconds: u32| Time::from_secs(seconds.into());
        let (min, max) = (
            seconds(settings.reconnect_min_seconds),
            seconds(settings.reconnect_max_seconds),
        );
        let doubled = min.saturating_mul(1_u32.checked_shl(self.pauses).unwrap_or(u32::MAX));
        let (low, high) = match cause {
            Cause::TakenOver => TWIN_PAUSE,
            Cause::Failed(Failed::Permanent | Failed::WrongVersion) => (max / 2, max),
            _ => (min, doubled.min(max)),
        };
        let fits = |(low, high): (Time, Time)| low <= pause && pause <= high;
        let may_be_a_twin = cause == Cause::ByPeer && self.ended_soon >= 3;
        if !(fits((low, high)) || may_be_a_twin && fits(TWIN_PAUSE)) {
            let count = self.pauses;
            return Err(format!(
                "pause {count} after {cause:?} lasts {pause:?}, not {low:?} to {high:?}"
            ));
        }
        Ok(())
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

    /// A pause begins or a connection ends.
    pub(super) fn check_pauses(&mut self, cause: Cause, before: Snapshot, after: Snapshot) {
        let now = self.air.now;
        let process = self.process.as_mut().expect("an engine was asked");
        let (watch, engine) = (&mut process.watch, &process.engine);
        let settings = engine.settings();
        let has_ended =
            before.phase == PhaseSnapshot::Connected && after.phase != PhaseSnapshot::Connected;
        let is_late = after.phase == PhaseSnapshot::Waiting
            && engine.pause_until().is_some_and(|until| until > now);
        watch.leaves_for_settings |=
            cause == Cause::Reconfigure && after.phase == PhaseSnapshot::Connected;
        if has_ended && std::mem::take(&mut watch.leaves_for_settings) && is_late {
            return self.fail("new settings wait out a pause".into());
        }
        let are_settings_new =
            cause == Cause::Reconfigure || before.leaving && cause != Cause::Adjust;
        if are_settings_new && !after.leaving && after.phase != PhaseSnapshot::Closed {
            // New settings begin anew.
            watch.pauses = 0;
            watch.attempts_at_once = 0;
            watch.ended_soon = 0;
            return;
        }
        if has_ended {
            let lasted = now - watch.opened_at;
            let by_peer = matches!(cause, Cause::ByPeer | Cause::TakenOver);
            watch.was_taken_over |= cause == Cause::TakenOver;
            watch.ended_soon = match by_peer && lasted < Time::from_secs(5) {
                true => watch.ended_soon + 1,
                false => 0,
            };
            if lasted > Time::from_secs(settings.reconnect_max_seconds.into()) {
                watch.pauses = 0;
            }
        }
        let begins =
            after.phase == PhaseSnapshot::Waiting && before.phase != PhaseSnapshot::Waiting;
        if !begins {
            return;
        }
        watch.attempts_at_once = 0;
        let pause = engine.pause_until().unwrap_or(now) - now;
        let counted = engine.status(now).reconnect_attempt;
        let fault = watch.pause(cause, settings, pause).err();
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
