//! The shared library as the system's loader and a distributor see it.

use std::fs;

use crate::compiler::{abi_number, header, output_of, root, shared_library};

#[test]
fn it_exports_what_is_listed_and_no_more() {
    let symbols = output_of(
        "nm",
        &[
            "-D".as_ref(),
            "--defined-only".as_ref(),
            shared_library().as_os_str(),
        ],
    );
    let exported: Vec<&str> = symbols
        .lines()
        .filter_map(|line| line.split(' ').next_back())
        .collect();
    let list = root().join("tests/ffi/symbols.txt");
    let listed = fs::read_to_string(&list).expect("the list is checked in");
    let listed: Vec<&str> = listed.lines().collect();
    assert_eq!(
        exported,
        listed,
        "a symbol that goes needs a new ABI number; one that comes is added to {}",
        list.display()
    );
}

#[test]
fn what_it_exports_is_in_the_header() {
    let header = header();
    let listed =
        fs::read_to_string(root().join("tests/ffi/symbols.txt")).expect("the list is checked in");
    for symbol in listed.lines() {
        assert!(header.contains(&format!("{symbol}(")), "{symbol}");
    }
}

#[test]
fn it_carries_the_abi_number_in_its_name_and_stays_when_unloaded() {
    let dynamic = output_of("readelf", &["-d".as_ref(), shared_library().as_os_str()]);
    let name = format!("Library soname: [libargus_mqtt.so.{}]", abi_number());
    assert!(dynamic.contains(&name), "{dynamic}");
    assert!(dynamic.contains("NODELETE"), "{dynamic}");
}
