//! The broker that plays the scripts, one connection after the other.

use super::player::Player;
use super::script::{Ending, Script};
use socket2::SockRef;
use std::collections::VecDeque;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

/// How long a client that ended a connection may take to make another; mostly it makes none so soon.
const A_MOMENT: Duration = Duration::from_millis(4);
/// How long anything else may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(2);

/// Listens as long as the process lives.
pub struct Hostile {
    port: u16,
    stage: Arc<Stage>,
}

struct Stage {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    scripts: VecDeque<Script>,
    /// One of them, at least in part.
    has_played: bool,
    /// The connection of the script that is being played.
    playing: Option<TcpStream>,
    /// Connections whose scripts are over, but that nobody has closed.
    lingering: Vec<TcpStream>,
}

impl Hostile {
    pub fn start() -> Hostile {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let stage = Arc::new(Stage {
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let for_thread = stage.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                for_thread.enter(stream);
            }
        });
        Hostile { port, stage }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on the connections get these scripts, and are closed after the last of them.
    pub fn play(&self, scripts: VecDeque<Script>) {
        let mut state = self.stage.lock();
        state.scripts = scripts;
        state.has_played = false;
    }

    /// Waits until all scripts were played, or until nothing happens.
    pub fn wait_until_played(&self) {
        let mut state = self.stage.lock();
        while state.playing.is_some() || !state.scripts.is_empty() {
            let is_between = state.playing.is_none() && state.has_played;
            let longest = if is_between { A_MOMENT } else { PATIENCE };
            let waited = self.stage.changed.wait_timeout(state, longest);
            let (guard, waited) = waited.expect("no thread panics holding it");
            state = guard;
            if waited.timed_out() {
                return;
            }
        }
    }

    /// Ends all that goes on.
    pub fn stop(&self) {
        let mut state = self.stage.lock();
        state.scripts.clear();
        state.lingering.clear();
        if let Some(stream) = &state.playing {
            let _ = stream.shutdown(Shutdown::Both);
        }
        let is_playing = |state: &mut State| state.playing.is_some();
        let waited = self.stage.changed.wait_while(state, is_playing);
        drop(waited.expect("no thread panics holding it"));
    }
}

impl Stage {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics holding it")
    }

    fn enter(&self, stream: TcpStream) {
        let mut state = self.lock();
        let Some(script) = state.scripts.pop_front() else {
            return;
        };
        state.playing = stream.try_clone().ok();
        state.has_played = true;
        drop(state);
        self.changed.notify_all();
        // An error is a client that went away.
        let _ = Player::new(&stream).play(&script);
        let mut state = self.lock();
        state.playing = None;
        match script.ending {
            Some(Ending::Close) => {}
            Some(Ending::Reset) => {
                let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
            }
            None => state.lingering.push(stream),
        }
        self.changed.notify_all();
    }
}
