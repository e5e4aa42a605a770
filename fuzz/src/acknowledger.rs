//! The smallest broker there can be: it accepts everybody and acknowledges everything.

use crate::codec::{read_frame, Ack, AckKind, Codes, ConnAck, Packet, Properties, Version};
use std::io::{Result, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Starts one that lives as long as the process, and gives its port.
pub fn start() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });
    port
}

fn serve(mut stream: TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut version = Version::V5;
    loop {
        let frame = read_frame(&mut stream)?;
        let packet = Packet::decode(&frame, version)
            .unwrap_or_else(|fault| panic!("the library sent {frame:02x?}: {fault}"));
        if let Packet::Connect(connect) = &packet {
            version = connect.version();
        }
        if let Some(answer) = answer(&packet) {
            stream.write_all(&answer.encode(version))?;
        }
    }
}

/// What a broker without limits answers.
pub fn answer(packet: &Packet) -> Option<Packet> {
    match packet {
        Packet::Connect(_) => Some(Packet::ConnAck(ConnAck::default())),
        Packet::Publish(publish) if publish.qos == 1 => {
            Some(Packet::Ack(Ack::new(AckKind::PubAck, publish.id)))
        }
        Packet::Subscribe(subscribe) => Some(Packet::SubAck(Codes {
            id: subscribe.id,
            codes: vec![0; subscribe.filters.len()],
            properties: Properties::default(),
        })),
        Packet::PingReq => Some(Packet::PingResp),
        _ => None,
    }
}
