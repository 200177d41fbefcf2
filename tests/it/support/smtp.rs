//! A real mail relay (`tests/lab/smtp/relay.py`, on aiosmtpd), in one of its moods, with a certificate of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mail_parser::{Message, MessageParser};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

use super::Ended;
use super::lab::tools;

/// How the relay is disposed; each is told in the program itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Plain,
    StartTls,
    Tls,
    Greylist,
    Relaying,
    Unknown,
    Spam,
    Busy,
    Hang,
    Stall,
    Rude,
}

/// A running relay.
#[derive(Debug)]
pub(crate) struct Relay {
    /// Where it listens, on 127.0.0.1.
    pub(crate) port: u16,
    folder: TempDir,
    _process: Ended,
}

/// A mail as it came.
#[derive(Debug)]
pub(crate) struct Mail {
    /// `encrypted` or `clear`, how the sender introduced itself, sender, recipients.
    pub(crate) envelope: String,
    /// Every byte.
    pub(crate) raw: Vec<u8>,
}

impl Relay {
    /// Starts a relay, whose certificate is for 127.0.0.1 and localhost.
    pub(crate) fn start(mood: Mood) -> Self {
        Self::with_certificate_for(mood, &["127.0.0.1", "localhost"])
    }

    /// Starts a relay whose certificate is for these names.
    pub(crate) fn with_certificate_for(mood: Mood, names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("python3");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/smtp/relay.py");
        command.arg(script).arg(format!("{mood:?}").to_lowercase()).arg(folder.path());
        command.env("PYTHONPATH", tools().join("smtp")).env("PYTHONDONTWRITEBYTECODE", "1");
        if matches!(mood, Mood::StartTls | Mood::Tls) {
            command.args(certificate(folder.path(), names));
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("python3 runs");
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let process = Ended(child);
        let port =
            port.trim().parse().expect("the relay says its port: tests/run.sh installs aiosmtpd for it");
        Self { port, folder, _process: process }
    }

    /// The certificate of the authority that issued the relay's.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// What it has taken, in order.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        let files = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|e| e == "eml")).collect();
        files.sort();
        files.iter().map(|file| Mail::of(&fs::read(file).unwrap())).collect()
    }
}

impl Mail {
    fn of(file: &[u8]) -> Self {
        let end = file.iter().position(|byte| *byte == b'\n').unwrap();
        let envelope = String::from_utf8(file[..end].to_vec()).unwrap();
        Self { envelope, raw: file[end + 1..].to_vec() }
    }

    /// The mail as a mail program reads it.
    pub(crate) fn read(&self) -> Message<'_> {
        MessageParser::default().parse(&self.raw).expect("it is a mail")
    }
}

/// Makes an authority and a certificate by it; gives the files of the certificate and its key.
fn certificate(folder: &Path, names: &[&str]) -> [PathBuf; 2] {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    fs::write(folder.join("authority.pem"), authority.self_signed(&key).unwrap().pem()).unwrap();
    let issuer = Issuer::new(authority, key);
    let own = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let leaf = CertificateParams::new(names).unwrap().signed_by(&own, &issuer).unwrap();
    let files = [folder.join("relay.pem"), folder.join("relay.key")];
    fs::write(&files[0], leaf.pem()).unwrap();
    fs::write(&files[1], own.serialize_pem()).unwrap();
    files
}
