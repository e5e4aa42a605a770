//! The test bed itself works: its brokers, its witness, its proxy and its scripted broker.

mod support;

#[path = "support_works/brokers.rs"]
mod brokers;
#[path = "support_works/codec.rs"]
mod codec;
#[path = "support_works/proxy.rs"]
mod proxy;
#[path = "support_works/scripted.rs"]
mod scripted;
