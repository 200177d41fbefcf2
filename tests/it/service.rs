//! `serve` as an operator runs it: started by a service manager, watched by health checks, behind TLS, with a log that is read by
//! people and programs.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

use crate::support::program::Program;
use crate::support::service::Service;
use crate::support::{PATIENCE, free_port, wait_for};

/// What was said to the service manager, once it is this.
fn told(socket: &UnixDatagram, wanted: &str) {
    let mut heard = Vec::new();
    wait_for(&format!("{wanted} at the service manager"), || {
        let mut buffer = [0; 512];
        let length = socket.recv(&mut buffer).ok()?;
        heard.push(String::from_utf8_lossy(&buffer[..length]).trim().to_owned());
        heard.last().filter(|word| word.lines().any(|line| line == wanted)).map(drop)
    });
}

#[test]
fn a_service_manager_is_told_that_it_is_ready_that_it_lives_and_that_it_stops() {
    let program = Program::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let half_a_second = Path::new("500000");
    let variables = [("NOTIFY_SOCKET", path.as_path()), ("WATCHDOG_USEC", half_a_second)];
    let mut service = Service::start(&program, &["--listen", "127.0.0.1:0"], &variables);
    told(&socket, "READY=1");
    let address = service.address();
    let port = address.rsplit(':').next().unwrap();
    TcpStream::connect(("127.0.0.1", port.parse().unwrap())).expect("who is ready listens");
    for _ in 0..3 {
        told(&socket, "WATCHDOG=1");
    }
    service.signal("TERM");
    told(&socket, "STOPPING=1");
    assert_eq!(service.ended(), Some(0));
}

#[test]
fn a_health_check_says_by_its_exit_code_whether_serve_is_ready() {
    let program = Program::new();
    let listen = format!("127.0.0.1:{}", free_port());
    let ran = program.run(&["health", "--listen", &listen]);
    assert_eq!(ran.code, 3, "nobody listens");
    assert!(ran.stderr.contains(&listen) && ran.stderr.contains("refused"), "{}", ran.stderr);
    let service = Service::start(&program, &["--listen", &listen], &[]);
    assert_eq!(service.address(), format!("http://{listen}"));
    let ran = program.run(&["health", "--listen", &listen]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "ready\n"), "{}", ran.stderr);
    let everywhere = listen.replace("127.0.0.1", "0.0.0.0");
    assert_eq!(program.run(&["health", "--listen", &everywhere]).code, 0);
}

#[test]
fn the_log_is_objects_when_asked_for_and_says_more_after_a_signal() {
    let program = Program::new();
    let more = ["--listen", "127.0.0.1:0", "--log-as", "json"];
    let mut service = Service::start(&program, &more, &[]);
    service.address();
    for now in ["everything of Gatecrawl", "as usual"] {
        service.signal("USR1");
        let line: Value = serde_json::from_str(&service.logs("what is logged has changed")).unwrap();
        assert_eq!((&line["level"], &line["log.level"]), (&"WARN".into(), &now.into()));
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
    }
    assert_eq!(service.end(), Some(0));
    let mut plain = Service::start(&program, &["--listen", "127.0.0.1:0"], &[]);
    plain.address();
    plain.signal("USR1");
    assert!(serde_json::from_str::<Value>(&plain.logs("what is logged has changed")).is_err());
    plain.end();
}

#[test]
fn a_level_that_is_none_is_refused() {
    for (arguments, says) in [
        (["--log", "gatecrawl=loud"], "write error, warn, info"),
        (["--log-as", "xml"], "possible values: human, json"),
    ] {
        let ran = Program::new().run(&[&["site", "list"][..], &arguments].concat());
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
}

/// A certificate for localhost, its authority being itself.
fn certified(program: &Program) -> (RootCertStore, [String; 2]) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = [
        program.put("cert.pem", &made.cert.pem()),
        program.put("key.pem", &made.signing_key.serialize_pem()),
    ];
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    (roots, files)
}

fn config(program: &Program, cert: &str, key: &str) -> String {
    program.put("tls.toml", &format!("[web]\ntls_cert = \"{cert}\"\ntls_key = \"{key}\"\n"))
}

#[test]
fn with_a_certificate_the_dashboard_speaks_tls_and_nothing_else() {
    let program = Program::new();
    let (roots, [cert, key]) = certified(&program);
    let file = config(&program, &cert, &key);
    let mut service = Service::start(&program, &["--listen", "127.0.0.1:0", "--config", &file], &[]);
    let address = service.address();
    let port: u16 = address.strip_prefix("https://127.0.0.1:").unwrap().parse().unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let trust = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let trust = trust.with_root_certificates(roots).with_no_client_auth();
    let ask = |request: &str| {
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(trust.clone()), name).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(("127.0.0.1", port)).unwrap());
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // Some servers hang up without a goodbye; what they said is whole by its length.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    };
    let answer = ask("GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ready\n"), "{answer}");
    let made = "name=nadia&password=correct+horse";
    let link = service.says();
    let path = &link[link.find("/setup/").unwrap()..];
    let answer = ask(&format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{made}",
        made.len()
    ));
    assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("; Secure"), "{answer}");
    let mut plain = TcpStream::connect(("127.0.0.1", port)).unwrap();
    plain.write_all(b"GET /healthz HTTP/1.0\r\n\r\n").unwrap();
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said);
    assert!(!said.starts_with(b"HTTP/"), "no plain HTTP beside it");
    assert_eq!(service.end(), Some(0));
}

#[test]
fn a_certificate_that_cannot_be_used_is_told_before_anything_is_started() {
    let program = Program::new();
    let (_, [cert, key]) = certified(&program);
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let other = program.put("other.pem", &other.signing_key.serialize_pem());
    let nothing = program.put("nothing.pem", "no certificate\n");
    for (cert, key, says) in [
        ("/does/not/exist", key.as_str(), "tls_cert cannot be used: /does/not/exist"),
        (&nothing, &key, "there is no certificate in it"),
        (&cert, "/does/not/exist", "tls_key cannot be used: /does/not/exist"),
        (&cert, &nothing, "tls_key cannot be used"),
        (&cert, &other, "cannot be used together"),
    ] {
        let file = config(&program, cert, key);
        for command in [&["config", "check"][..], &["serve", "--listen", "127.0.0.1:0"]] {
            let ran = program.run(&[command, &["--config", &file]].concat());
            assert_eq!(ran.code, 2, "{}", ran.stderr);
            assert!(ran.stderr.contains(says), "{says:?} is not in: {}", ran.stderr);
        }
    }
    assert!(!program.data().exists(), "nothing was made");
}

#[test]
fn the_unit_is_one_that_systemd_takes() {
    let analyze = Command::new("systemd-analyze").arg("--version").output();
    if !analyze.is_ok_and(|output| output.status.success()) {
        // Without systemd there is nobody who could say.
        return;
    }
    let unit = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/gatecrawl.service");
    let text = std::fs::read_to_string(unit).unwrap();
    let program = Program::new();
    let here = text.replace("/usr/bin/gatecrawl", env!("CARGO_BIN_EXE_gatecrawl"));
    let file = program.put("gatecrawl.service", &here);
    let verified = Command::new("systemd-analyze").args(["verify", "--man=no", &file]).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stderr);
    // Units of the machine that it is looked at on have faults of their own.
    let ours: Vec<_> = said.lines().filter(|line| line.contains("gatecrawl")).collect();
    assert_eq!(ours, Vec::<&str>::new());
}
