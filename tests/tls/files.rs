//! The files that settings name: what is wrong with them is told, without a word of what is in them.

use super::support::broker::mosquitto::Mosquitto;
use super::support::certificates::Certificates;
use super::support::openssl::Openssl;
use super::support::wait::eventually;
use super::{connect, refused, settings, works};
use argus_mqtt::{Client, ErrorKind, Fault, FaultCode, Settings, State};
use serde_json::{json, Value};
use std::fs::{set_permissions, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;

/// The one fault of these settings, which a check tells as connecting does.
#[track_caller]
fn fault(more: Value) -> Fault {
    let settings = settings(1, more);
    let error = Settings::from_value(&settings).expect_err("it is a fault");
    assert_eq!(error.kind(), ErrorKind::InvalidSettings);
    let [fault] = error.faults() else {
        panic!("not one fault: {error}");
    };
    let report = Settings::check(&settings.to_string());
    let report: Value = serde_json::from_str(&report).expect("it is JSON");
    assert_eq!(report["faults"], json!([fault]), "{error}");
    assert_eq!(error.to_string(), fault.to_string());
    fault.clone()
}

/// What text must not contain of a file: any of its lines, as text or as a list of numbers.
#[track_caller]
fn assert_not_quoted(text: &str, content: &str) {
    for line in content.lines().filter(|line| line.len() > 16) {
        assert!(!text.contains(&line[..16]), "{text}");
        let numbers: Vec<String> = line.bytes().take(8).map(|byte| byte.to_string()).collect();
        assert!(!text.contains(&numbers.join(", ")), "{text}");
    }
    assert!(!text.contains("45, 45, 45"), "{text}");
}

#[test]
fn a_private_key_is_never_quoted() {
    let certificates = Certificates::new();
    let other = Openssl::new();
    let key = std::fs::read_to_string(certificates.client_key_file()).expect("it is there");
    let body = key.lines().nth(1).expect("a line of Base64");
    let half = &key[..key.len() / 2];
    let middle = body.len() / 2;
    let damaged = key.replace(body, &format!("{}*{}", &body[..middle], &body[middle..]));
    for (content, code, says) in [
        (
            key.replace('\n', " "),
            FaultCode::WrongFileContent,
            "line breaks",
        ),
        (key.replace('\n', "\\n"), FaultCode::WrongFileContent, "\\n"),
        (
            key.replace('\n', ""),
            FaultCode::WrongFileContent,
            "line breaks",
        ),
        (half.to_owned(), FaultCode::WrongFileContent, "cut off"),
        (damaged, FaultCode::WrongFileContent, "damaged"),
        (body.to_owned(), FaultCode::WrongFileContent, "no PEM"),
        (String::new(), FaultCode::WrongFileContent, "empty"),
    ] {
        let file = other.write("broken.key", &content);
        let fault = fault(json!({
            "tls_ca_file": certificates.ca_file(),
            "tls_client_cert_file": certificates.client_cert_file(),
            "tls_client_key_file": file,
        }));
        assert_eq!(
            (fault.field.as_str(), fault.code),
            ("tls_client_key_file", code)
        );
        assert!(fault.message.contains(says), "{fault}");
        assert_not_quoted(&format!("{fault} {fault:?}"), &key);
    }
    // The key itself, where its path is meant; in one line, too.
    for content in [key.clone(), key.replace('\n', " "), body.to_owned()] {
        let settings = settings(1, json!({"tls_client_key_file": content}));
        let error = Settings::from_value(&settings).expect_err("it is no path");
        let report = Settings::check(&settings.to_string());
        assert!(
            error.to_string().contains("the path of the file"),
            "{error}"
        );
        assert_not_quoted(&format!("{error} {error:?} {report}"), &key);
    }
}

#[test]
fn what_editors_do_to_a_file_is_read_as_meant() {
    let certificates = Certificates::new();
    let files = Openssl::new();
    let broker = Mosquitto::default().tls(&certificates).start();
    let pem = std::fs::read_to_string(certificates.ca_file()).expect("it is there");
    for content in [
        format!("\u{FEFF}{pem}"),
        format!("  {}", pem.replace('\n', "\n  ")),
        pem.replace('\n', "\r\n"),
    ] {
        let file = files.write("ca.pem", content);
        works(&connect(broker.tls_port(), json!({"tls_ca_file": file})));
    }
}

#[test]
fn a_file_that_gives_nothing_is_a_fault() {
    let files = Openssl::new();
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(*b"-\0-\0").collect();
    for (content, says) in [
        (&b""[..], "empty"),
        (b"\n \n", "empty"),
        (b"\x30\x82\x01\x00", "binary"),
        (&utf16, "UTF-16"),
        (
            b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
            "number 1 of 1",
        ),
    ] {
        let file = files.write("ca.pem", content);
        let fault = fault(json!({"tls_ca_file": file}));
        assert_eq!(fault.code, FaultCode::WrongFileContent);
        assert!(fault.message.contains(says), "{fault}");
    }
}

/// An ordinary user, for this thread alone.
fn drop_privileges() {
    if rustix::process::getuid().is_root() {
        let nobody = rustix::process::Uid::from_raw(65_534);
        rustix::thread::set_thread_uid(nobody).expect("root may");
    }
}

#[test]
fn a_file_that_this_user_may_not_read_is_told_as_such() {
    let files = Openssl::new();
    let (certificate, key) = (files.self_signed(&[]), files.key());
    let password = files.write("password", "hunter2");
    let allow = |path: &Path, mode| {
        set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
    };
    allow(key.parent().expect("it is in a directory"), 0o755);
    allow(&certificate, 0o644);
    for file in [&key, &password] {
        allow(file, 0o000);
    }
    for (field, more) in [
        (
            "tls_client_key_file",
            json!({"tls_client_cert_file": certificate, "tls_client_key_file": key}),
        ),
        (
            "password_file",
            json!({"username": "bob", "password_file": password}),
        ),
    ] {
        let judged = thread::spawn(move || {
            drop_privileges();
            fault(more)
        });
        let fault = judged.join().expect("it is one fault");
        assert_eq!(fault.field, field);
        assert_eq!(fault.code, FaultCode::UnreadableFile);
        let text = fault.to_string();
        assert!(text.contains("Permission denied"), "{text}");
        assert!(text.contains("this program may read"), "{text}");
    }
}

#[test]
fn the_roots_that_were_good_outlast_a_file_that_is_empty_for_a_moment() {
    let certificates = Certificates::new();
    let files = Openssl::new();
    let pem = std::fs::read(certificates.ca_file()).expect("it is there");
    let file = files.write("ca.pem", &pem);
    let mut broker = Mosquitto::default().tls(&certificates).start();
    let client = connect(broker.tls_port(), json!({"tls_ca_file": file}));
    works(&client);
    files.write("ca.pem", "");
    broker.kill();
    broker.start();
    eventually("it is online again", || client.status().connections == 2);
    works(&client);
    let warnings = client.status().warnings.join("; ");
    assert!(warnings.contains("tls_ca_file"), "{warnings}");
    assert!(warnings.contains("is still in use"), "{warnings}");
    // New settings are refused meanwhile, and change nothing.
    Settings::from_value(&settings(broker.tls_port(), json!({"tls_ca_file": file})))
        .expect_err("it is empty");
    assert_eq!(client.status().state, State::Online);
    files.write("ca.pem", &pem);
    broker.kill();
    broker.start();
    eventually("it is online again", || client.status().connections == 3);
    // The broker may have been killed before it answered a subscription, which is a warning of its own.
    let warnings = client.status().warnings.join("; ");
    assert!(!warnings.contains("tls_ca_file"), "{warnings}");
}

#[test]
fn a_key_that_does_not_belong_to_the_certificate_is_a_fault_of_a_check_too() {
    let (certificates, other) = (Certificates::new(), Certificates::new());
    let fault = fault(json!({
        "tls_ca_file": certificates.ca_file(),
        "tls_client_cert_file": certificates.client_cert_file(),
        "tls_client_key_file": other.client_key_file(),
    }));
    assert_eq!(fault.field, "tls_client_key_file");
    assert_eq!(fault.code, FaultCode::KeyMismatch);
    assert!(fault.message.contains("does not belong"), "{fault}");
    assert!(!fault.message.contains("KeyMismatch"), "{fault}");
}

#[test]
fn a_key_that_cannot_be_used_is_a_fault_of_a_check_too() {
    let old = Openssl::with_key(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"]);
    let fault = fault(json!({
        "tls_insecure_skip_verify": true,
        "tls_client_cert_file": old.self_signed(&[]),
        "tls_client_key_file": old.key(),
    }));
    assert_eq!(fault.field, "tls_client_key_file");
    assert!(fault.message.contains("2048 to 4096 bits"), "{fault}");
}

#[test]
fn connecting_judges_files_that_have_changed_as_a_check_does() {
    let certificates = Certificates::new();
    let files = Openssl::new();
    let pem = std::fs::read(certificates.ca_file()).expect("it is there");
    let file = files.write("ca.pem", pem);
    let read =
        Settings::from_value(&settings(1, json!({"tls_ca_file": file}))).expect("it is valid");
    files.write("ca.pem", "");
    let error = Client::connect(read).expect_err("the file is empty now");
    assert_eq!(error.kind(), ErrorKind::InvalidSettings);
    assert_eq!(error.faults(), [fault(json!({"tls_ca_file": file}))]);
}

#[test]
fn files_that_are_no_certificates_are_faults() {
    let certificates = Certificates::new();
    let garbage = tempfile::NamedTempFile::new().expect("a file can be made");
    std::fs::write(garbage.path(), "no PEM").expect("it is ours");
    let missing = Path::new("/nonexistent/ca.pem");
    for (field, path) in [
        ("tls_ca_file", garbage.path()),
        ("tls_ca_file", missing),
        ("tls_ca_file", Path::new("/")),
        ("tls_ca_file", certificates.client_key_file()),
    ] {
        let error = Settings::from_value(&settings(1, json!({ field: path })))
            .expect_err("it is a fault")
            .to_string();
        assert!(error.starts_with(field), "{error}");
        assert!(error.contains(&path.display().to_string()), "{error}");
    }
    for (given, missing) in [
        ("tls_client_cert_file", certificates.client_cert_file()),
        ("tls_client_key_file", certificates.client_key_file()),
    ] {
        let error = Settings::from_value(&settings(1, json!({ given: missing })))
            .expect_err("one without the other")
            .to_string();
        assert!(error.contains("give both, or neither"), "{error}");
    }
}

#[test]
fn a_renewed_authority_holds_for_the_next_connection() {
    let old = Certificates::new();
    let new = Certificates::new();
    let file = tempfile::NamedTempFile::new().expect("a file can be made");
    std::fs::copy(old.ca_file(), file.path()).expect("it is ours");
    let broker = Mosquitto::default().tls(&new).start();
    let client = connect(broker.tls_port(), json!({"tls_ca_file": file.path()}));
    refused(&client);
    std::fs::copy(new.ca_file(), file.path()).expect("it is ours");
    // Refusals are tried again slowly, here within a second.
    eventually("it gets online", || client.status().state == State::Online);
}

#[test]
fn a_fingerprint_and_no_verification_are_a_conflict() {
    let fault =
        fault(json!({"tls_insecure_skip_verify": true, "tls_fingerprint": "ab".repeat(32)}));
    assert_eq!(
        (fault.field.as_str(), fault.code),
        ("tls_insecure_skip_verify", FaultCode::Conflict)
    );
    assert!(fault.message.contains("remove one of them"), "{fault}");
}
