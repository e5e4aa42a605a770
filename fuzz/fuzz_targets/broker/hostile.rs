//! The broker that plays the scripts, one connection after the other.

use super::script::{Ending, Script, Step};
use argus_mqtt_fuzz::acknowledger::answer;
use argus_mqtt_fuzz::codec::{read_frame, Ack, AckKind, Codes, Packet, Properties, Version};
use std::collections::VecDeque;
use std::io::{ErrorKind, Result, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

/// How long a script waits for a packet that may not come.
const A_MOMENT: Duration = Duration::from_millis(5);
/// What a packet, or the room for one, may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long all scripts together may take; a client may never come to play the last ones.
const PLAY: Duration = Duration::from_millis(30);

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
    pub fn play(&self, scripts: Vec<Script>) {
        self.stage.lock().scripts = scripts.into();
    }

    /// Waits until all scripts were played, for a moment at most.
    pub fn wait_until_played(&self) {
        let state = self.stage.lock();
        let is_playing = |state: &mut State| !state.scripts.is_empty() || state.playing.is_some();
        let waited = self
            .stage
            .changed
            .wait_timeout_while(state, PLAY, is_playing);
        drop(waited.expect("no thread panics holding it"));
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
        drop(state);
        // An error is a client that went away.
        let _ = play(&stream, &script);
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

fn play(stream: &TcpStream, script: &Script) -> Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut version = Version::V5;
    if let Some(Packet::Connect(connect)) = read(stream, version, PATIENCE)? {
        version = connect.version();
    }
    let Some(connack) = script.connack.bytes(version) else {
        return Ok(());
    };
    send(stream, &connack)?;
    let end = Instant::now() + PLAY;
    for step in &script.steps {
        if Instant::now() > end {
            break;
        }
        take(stream, step, version)?;
    }
    Ok(())
}

fn take(stream: &TcpStream, step: &Step, version: Version) -> Result<()> {
    let answer_next =
        |answer: &dyn Fn(&Packet) -> Option<Packet>| match read(stream, version, A_MOMENT)?
            .as_ref()
            .and_then(answer)
        {
            Some(answer) => send(stream, &answer.encode(version)),
            None => Ok(()),
        };
    match step {
        Step::Serve => answer_next(&answer),
        Step::ServeMany(most) => (0..*most % 16).try_for_each(|_| answer_next(&answer)),
        Step::Ignore => answer_next(&|_| None),
        Step::Answer(code) => answer_next(&|packet| answer_with(packet, *code)),
        Step::Say(saying) => send(stream, &saying.bytes(version)),
        Step::SayDamaged { saying, damage } => send(stream, &saying.damaged(damage, version)),
        Step::Bytes(bytes) => send(stream, bytes),
        Step::Flood { bytes, thousands } => {
            let bytes = bytes.repeat(1000);
            (0..*thousands % 16).try_for_each(|_| send(stream, &bytes))
        }
    }
}

fn answer_with(packet: &Packet, code: u8) -> Option<Packet> {
    match packet {
        Packet::Publish(publish) if publish.qos == 1 => Some(Packet::Ack(Ack {
            reason: code,
            ..Ack::new(AckKind::PubAck, publish.id)
        })),
        Packet::Subscribe(subscribe) => Some(Packet::SubAck(Codes {
            id: subscribe.id,
            codes: vec![code],
            properties: Properties::default(),
        })),
        other => answer(other),
    }
}

/// The next packet, if one comes soon. What comes from the library must be one.
fn read(mut stream: &TcpStream, version: Version, soon: Duration) -> Result<Option<Packet>> {
    stream.set_read_timeout(Some(soon))?;
    match stream.peek(&mut [0]) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
        other => other?,
    };
    stream.set_read_timeout(Some(PATIENCE))?;
    let frame = read_frame(&mut stream)?;
    let packet = Packet::decode(&frame, version);
    Ok(Some(packet.unwrap_or_else(|fault| {
        panic!("the library sent {frame:02x?}: {fault}")
    })))
}

fn send(mut stream: &TcpStream, bytes: &[u8]) -> Result<()> {
    stream.write_all(bytes)
}
