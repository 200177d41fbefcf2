//! The socket of the dashboard: plain HTTP, or TLS with a certificate from files. The files are read once, at the start.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::TlsFiles;

/// How long requests that are under way may take to come to their end; pages take milliseconds.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// Why the dashboard cannot speak TLS.
#[derive(Debug, Error)]
pub enum BadTls {
    /// A file cannot be read, or holds something else.
    #[error("{setting} cannot be used: {}: {why}; give a PEM file that this user may read", .path.display())]
    File {
        /// `tls_cert` or `tls_key`.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// They do not belong together, or are of a kind that is not known.
    #[error("tls_cert and tls_key cannot be used together ({0}): give the key of this certificate")]
    Pair(#[from] rustls::Error),
}

/// Reads certificate and key.
pub fn tls(files: &TlsFiles) -> Result<Arc<ServerConfig>, BadTls> {
    let chain = CertificateDer::pem_file_iter(&files.cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|why| bad("tls_cert", &files.cert, &why))?;
    if chain.is_empty() {
        return Err(bad("tls_cert", &files.cert, &"there is no certificate in it"));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|why| bad("tls_key", &files.key, &why))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn bad(setting: &'static str, path: &Path, why: &dyn std::fmt::Display) -> BadTls {
    BadTls::File { setting, path: path.to_owned(), why: why.to_string() }
}

/// Serves until `stop`, and then ends what is under way.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    app: Router,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let Some(tls) = tls else {
        return Ok(axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await?);
    };
    let handle = axum_server::Handle::new();
    let config = RustlsConfig::from_config(tls);
    let server =
        axum_server::from_tcp_rustls(listener.into_std()?, config)?.handle(handle.clone()).serve(app);
    tokio::pin!(server);
    tokio::select! {
        // By itself it ends only when it fails.
        done = &mut server => Ok(done?),
        () = stop.cancelled() => {
            handle.graceful_shutdown(Some(LAST_REQUESTS));
            Ok(server.await?)
        }
    }
}
