//! A real Chromium, driven over its driver's protocol, without a window.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;

use super::{Ended, free_port, wait_for_port};

/// A browser with an empty profile.
pub(crate) struct Browser {
    /// The way to drive it.
    pub(crate) driver: WebDriver,
    _chromedriver: Ended,
    _profile: TempDir,
}

/// What makes Chromium run on a machine without a screen, without a sandbox's rights, and without asking the network.
const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,1000",
];

impl Browser {
    /// Starts a browser.
    pub(crate) async fn start() -> WebDriverResult<Self> {
        // Whoever was first in this process has done it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (port, profile) = (free_port(), tempfile::tempdir().unwrap());
        let child = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver runs");
        let chromedriver = Ended(child);
        wait_for_port(port);
        let mut capabilities = DesiredCapabilities::chrome();
        for flag in FLAGS {
            capabilities.add_arg(flag)?;
        }
        capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await?;
        Ok(Self { driver, _chromedriver: chromedriver, _profile: profile })
    }

    /// Sends a command of the `DevTools` protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> WebDriverResult<Value> {
        self.driver.cdp().send_raw(command, parameters).await
    }

    /// Makes the window so wide, and the scheme `light` or `dark`.
    pub(crate) async fn wear(&self, width: u32, scheme: &str) -> WebDriverResult<()> {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await?;
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", media).await.map(drop)
    }

    /// Lets pages run scripts, or not.
    pub(crate) async fn allow_scripts(&self, allow: bool) -> WebDriverResult<()> {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": !allow })).await.map(drop)
    }

    /// What a script in the page returns.
    pub(crate) async fn ask(&self, script: &str) -> WebDriverResult<Value> {
        self.driver.execute(script, Vec::new()).await.map(|told| told.json().clone())
    }

    /// Fills the field with this name.
    pub(crate) async fn fill(&self, name: &str, value: &str) -> WebDriverResult<()> {
        let field = self.driver.find(By::Name(name)).await?;
        field.clear().await?;
        field.send_keys(value).await
    }

    /// Presses the button that sends the form in which this field stands.
    pub(crate) async fn send_form_with(&self, field: &str) -> WebDriverResult<()> {
        let path = format!("//form[.//*[@name='{field}']]//button");
        self.driver.find(By::XPath(path)).await?.click().await
    }

    /// The text that a person sees. A page that is about to be loaded anew by itself has none for a moment.
    pub(crate) async fn text(&self) -> WebDriverResult<String> {
        /// Far more than a page needs to come back.
        const TRIES: u32 = 100;
        for _ in 0..TRIES {
            let body = match self.driver.find(By::Tag("body")).await {
                Ok(body) => body.text().await,
                Err(error) => Err(error),
            };
            match body {
                Ok(text) if !text.is_empty() => return Ok(text),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        self.driver.find(By::Tag("body")).await?.text().await
    }
}
