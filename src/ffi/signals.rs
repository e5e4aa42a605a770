//! Keeping the host's signals away from the library's threads.

use std::mem::MaybeUninit;
use std::ptr;

/// Runs `work` with every signal blocked on this thread. A thread that it starts inherits that: so a host's signal
/// handlers never run on a thread of the library, and a write to a closed connection can't end the process by SIGPIPE.
pub(super) fn with_all_blocked<T>(work: impl FnOnce() -> T) -> T {
    let _restored_on_drop = Blocked::new();
    work()
}

struct Blocked {
    before: libc::sigset_t,
}

impl Blocked {
    fn new() -> Self {
        let mut all = MaybeUninit::uninit();
        let mut before = MaybeUninit::uninit();
        // SAFETY: both sets are valid for writes, and sigfillset initialises the first before it is read. With a valid
        // first argument pthread_sigmask can't fail, and so has initialised the second.
        let before = unsafe {
            libc::sigfillset(all.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_BLOCK, all.as_ptr(), before.as_mut_ptr());
            before.assume_init()
        };
        Blocked { before }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: the set is the one this thread had; a null pointer says that the present one is of no interest.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, ptr::null_mut()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_started_inside_blocks_signals_and_the_caller_gets_its_own_mask_back() {
        assert!(!blocks(libc::SIGTERM));
        let inside =
            with_all_blocked(|| std::thread::spawn(|| [libc::SIGTERM, libc::SIGPIPE].map(blocks)));
        assert_eq!(
            inside.join().expect("the thread only asks for its mask"),
            [true, true]
        );
        assert!(!blocks(libc::SIGTERM));
    }

    #[test]
    fn a_panic_inside_gives_the_mask_back() {
        let panicked = std::panic::catch_unwind(|| with_all_blocked(|| panic!("on purpose")));
        assert!(panicked.is_err());
        assert!(!blocks(libc::SIGTERM));
    }

    fn blocks(signal: libc::c_int) -> bool {
        let mut mask = MaybeUninit::uninit();
        // SAFETY: a null set asks for the present mask, which is written to the third argument.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, ptr::null(), mask.as_mut_ptr());
            libc::sigismember(mask.as_ptr(), signal) == 1
        }
    }
}
