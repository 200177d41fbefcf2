//! The program itself, serving a folder on 127.0.0.1 to somebody who is logged in.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::Client;
use reqwest::header::{ACCEPT_ENCODING, COOKIE, HeaderMap, HeaderValue};

const PASSWORD: &str = "a gate for crawlers";

/// Stopped when it is dropped.
pub(crate) struct Served {
    program: Child,
    address: String,
    client: Client,
}

impl Served {
    pub(crate) async fn start(folder: &Path) -> Self {
        // An error means that there is a provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        add_user(folder);
        let mut program =
            command(folder, &["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.trim().trim_start_matches("Gatecrawl listens on ").trim_end_matches('/').to_owned();
        let cookie = log_in(&address).await;
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_str(&cookie).unwrap());
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let client = Client::builder().default_headers(headers).build().unwrap();
        Self { program, address, client }
    }

    /// The bytes of a page as they crossed the wire.
    pub(crate) async fn get(&self, path: &str) -> usize {
        self.body(path).await.len()
    }

    async fn body(&self, path: &str) -> Vec<u8> {
        let answer = self.client.get(format!("{}{path}", self.address)).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.bytes().await.unwrap().to_vec()
    }

    /// The bytes of a page and of everything that it loads.
    pub(crate) async fn first_visit(&self, path: &str) -> usize {
        let body = self.body(path).await;
        let mut page = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&body[..]), &mut page).unwrap();
        let mut sum = body.len();
        for asset in page.split('"').filter(|part| part.starts_with("/assets/")) {
            sum += self.get(asset).await;
        }
        sum
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatecrawl"));
    command.arg("--data").arg(folder).args(arguments).env("RUST_LOG", "error");
    command
}

fn add_user(folder: &Path) {
    let mut add =
        command(folder, &["user", "add", "bench", "--role", "admin"]).stdin(Stdio::piped()).spawn().unwrap();
    add.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
    assert!(add.wait().unwrap().success());
}

async fn log_in(address: &str) -> String {
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = client
        .post(format!("{address}/login"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("name=bench&password={}", PASSWORD.replace(' ', "+")))
        .send()
        .await
        .unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}
