//! The proxy does each harm, and stops doing it.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::support::broker::mosquitto;
use crate::support::client::Client;
use crate::support::codec::{Connect, Version};
use crate::support::proxy::{Proxy, Way};
use crate::support::wait::{eventually, PATIENCE};

/// A client and a server, connected through the proxy.
struct Pair {
    proxy: Proxy,
    client: TcpStream,
    server: TcpStream,
}

fn pair() -> Pair {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    let proxy = Proxy::start(listener.local_addr().expect("it is bound").port());
    let client = TcpStream::connect(("127.0.0.1", proxy.port())).expect("the proxy listens");
    let (server, _) = listener.accept().expect("the proxy connects");
    for stream in [&client, &server] {
        stream.set_read_timeout(Some(PATIENCE)).expect("supported");
    }
    Pair {
        proxy,
        client,
        server,
    }
}

fn passes(from: &mut TcpStream, to: &mut TcpStream) -> bool {
    let mut got = [0; 4];
    from.write_all(b"ping")
        .and_then(|()| to.read_exact(&mut got))
        .is_ok()
        && got == *b"ping"
}

/// Whether bytes fail to come through: told by the timeout, the one thing that shows it from outside.
fn is_silent(from: &mut TcpStream, to: &mut TcpStream) -> bool {
    from.write_all(b"lost").expect("the proxy's side is open");
    to.set_read_timeout(Some(Duration::from_millis(100)))
        .expect("supported");
    let read = to.read(&mut [0; 4]);
    to.set_read_timeout(Some(PATIENCE)).expect("supported");
    matches!(read, Err(error) if error.kind() == ErrorKind::WouldBlock)
}

#[test]
fn forwards_both_ways_and_counts() {
    let mut pair = pair();
    assert!(passes(&mut pair.client, &mut pair.server));
    assert!(passes(&mut pair.server, &mut pair.client));
    assert_eq!(pair.proxy.connections(), 1);
    assert_eq!(pair.proxy.open_connections(), 1);
    pair.client
        .shutdown(std::net::Shutdown::Write)
        .expect("it is open");
    assert_eq!(
        pair.server
            .read(&mut [0; 4])
            .expect("a close, not an error"),
        0
    );
    assert!(
        passes(&mut pair.server, &mut pair.client),
        "half a close is passed on as such"
    );
    drop(pair.server);
    assert_eq!(
        pair.client
            .read(&mut [0; 4])
            .expect("a close, not an error"),
        0
    );
    eventually("the connection has ended", || {
        pair.proxy.open_connections() == 0
    });
}

#[test]
fn cut_is_a_close_on_both_sides() {
    let mut pair = pair();
    pair.proxy.cut();
    assert_eq!(
        pair.client
            .read(&mut [0; 4])
            .expect("a close, not an error"),
        0
    );
    assert_eq!(
        pair.server
            .read(&mut [0; 4])
            .expect("a close, not an error"),
        0
    );
}

#[test]
fn reset_is_an_error_on_both_sides() {
    let mut pair = pair();
    pair.proxy.reset();
    for stream in [&mut pair.client, &mut pair.server] {
        let error = stream.read(&mut [0; 4]).expect_err("a reset");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
}

#[test]
fn blackhole_hides_bytes_and_closes() {
    let mut pair = pair();
    pair.proxy.blackhole(Way::ToBroker);
    assert!(is_silent(&mut pair.client, &mut pair.server));
    assert!(
        passes(&mut pair.server, &mut pair.client),
        "the other way is open"
    );
    pair.proxy.resume();
    let error = pair
        .server
        .read(&mut [0; 4])
        .expect_err("a reset: bytes are missing");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn hold_keeps_bytes_until_it_ends() {
    let mut pair = pair();
    pair.proxy.hold(Way::Both);
    assert!(is_silent(&mut pair.client, &mut pair.server));
    pair.proxy.resume();
    let mut got = [0; 4];
    pair.server
        .read_exact(&mut got)
        .expect("they were held, not lost");
    assert_eq!(got, *b"lost");
}

#[test]
fn hold_fills_the_buffers() {
    let pair = pair();
    pair.proxy.hold(Way::ToBroker);
    pair.client.set_nonblocking(true).expect("supported");
    let mut written = 0;
    let full = loop {
        match (&pair.client).write(&[0; 65536]) {
            Ok(count) => written += count,
            Err(error) => break error,
        }
        assert!(written < 1 << 30, "no end of buffers");
    };
    assert_eq!(full.kind(), ErrorKind::WouldBlock);
}

#[test]
fn delay_and_drip_take_their_time() {
    let mut pair = pair();
    pair.proxy.delay(Way::ToBroker, Duration::from_millis(200));
    let start = Instant::now();
    assert!(passes(&mut pair.client, &mut pair.server));
    assert!(start.elapsed() >= Duration::from_millis(200));
    pair.proxy.resume();
    pair.proxy.drip(Way::ToClient, Duration::from_millis(50));
    let start = Instant::now();
    assert!(passes(&mut pair.server, &mut pair.client));
    assert!(start.elapsed() >= Duration::from_millis(150));
}

#[test]
fn down_refuses_and_up_listens_again() {
    let broker = mosquitto::start();
    let proxy = Proxy::start(broker.port());
    let mut client = Client::connect(proxy.port(), Connect::new(Version::V5, "camera"));
    proxy.down();
    client.wait_until_closed();
    let refused = TcpStream::connect(("127.0.0.1", proxy.port())).expect_err("nobody listens");
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    proxy.up();
    Client::connect(proxy.port(), Connect::new(Version::V5, "camera"));
    assert_eq!(proxy.connections(), 2);
}
