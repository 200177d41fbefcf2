//! How each gateway is started: its configuration, as short as it can be. It gives up on an upstream after a second, and knows
//! nothing else of what is behind it.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::faults::Fault;
use super::{Route, program};

/// A gateway that can be run here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Nginx,
    Haproxy,
    Apache,
    Caddy,
    Varnish,
    Envoy,
}

impl Kind {
    /// The word of the contract.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Apache => "apache",
            Self::Caddy => "caddy",
            Self::Varnish => "varnish",
            Self::Envoy => "envoy",
        }
    }

    /// Whether this is a fault to it: Varnish speaks no TLS to upstreams, and Caddy takes headers of 300 KB.
    pub(crate) fn meets(self, fault: Fault) -> bool {
        !matches!((self, fault), (Self::Varnish, Fault::NoTls) | (Self::Caddy, Fault::HeaderTooBig))
    }

    pub(super) fn command(self, at: &Path, port: u16, routes: &[Route]) -> Command {
        match self {
            Self::Nginx => nginx(at, port, routes),
            Self::Haproxy => haproxy(at, port, routes),
            Self::Apache => apache(at, port, routes),
            Self::Caddy => caddy(at, port, routes),
            Self::Varnish => varnish(at, port, routes),
            Self::Envoy => envoy(at, port, routes),
        }
    }
}

/// `http://127.0.0.1:PORT`, or with TLS.
fn upstream(route: &Route) -> String {
    format!("{}://127.0.0.1:{}", if route.tls { "https" } else { "http" }, route.port)
}

/// Something of the configuration for each route.
fn each(routes: &[Route], part: impl Fn(&mut String, &Route)) -> String {
    let mut all = String::new();
    for route in routes {
        part(&mut all, route);
    }
    all
}

/// Apache's log: the combined one, and what it says of a fault, as it stands in its configuration.
pub(crate) const APACHE_LOG: &str =
    r#"%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\" %D \"%{error-notes}n\""#;

/// nginx's: the combined one, and what it knows of the upstream.
const NGINX_LOG: &str = r#"$remote_addr - - [$time_local] "$request" $status $bytes_sent "-" "$http_user_agent" us="$upstream_status" uht="$upstream_header_time" rt=$request_time"#;

fn nginx(at: &Path, port: u16, routes: &[Route]) -> Command {
    let locations = each(routes, |all, route| {
        writeln!(all, "location /{}/ {{ proxy_pass {}; }}", route.name, upstream(route)).unwrap();
    });
    let dir = at.display();
    let configuration = format!(
        "daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;
         events {{ worker_connections 256; }}
         http {{
             log_format facts '{NGINX_LOG}';
             access_log {dir}/combined.log combined; access_log {dir}/access.log facts; client_body_temp_path {dir}/a; proxy_temp_path {dir}/b; fastcgi_temp_path {dir}/c;
             uwsgi_temp_path {dir}/d; scgi_temp_path {dir}/e;
             proxy_connect_timeout 1s; proxy_read_timeout 1s; proxy_http_version 1.1;
             server {{ listen 127.0.0.1:{port}; {locations} }}
         }}"
    );
    fs::write(at.join("nginx.conf"), configuration).unwrap();
    let mut command = program("nginx");
    command.arg("-p").arg(at).arg("-c").arg(at.join("nginx.conf")).arg("-e").arg(at.join("error.log"));
    command
}

fn haproxy(at: &Path, port: u16, routes: &[Route]) -> Command {
    let choice = each(routes, |all, route| {
        writeln!(all, "  use_backend {0} if {{ path_beg /{0}/ }}", route.name).unwrap();
    });
    let backends = each(routes, |all, route| {
        let tls = if route.tls { " ssl verify none" } else { "" };
        writeln!(all, "backend {}\n  server s 127.0.0.1:{}{tls}", route.name, route.port).unwrap();
    });
    let configuration = format!(
        "global\n  log stdout len 4096 format rfc3164 local0 info\n\
         defaults\n  log global\n  option httplog\n  mode http\n  retries 1\n  timeout connect 1s\n  timeout server 1s\n  timeout client 10s\n\
         frontend all\n  bind 127.0.0.1:{port}\n  capture request header User-Agent len 256\n{choice}{backends}"
    );
    fs::write(at.join("haproxy.cfg"), configuration).unwrap();
    let mut command = program("haproxy");
    command.arg("-db").arg("-f").arg(at.join("haproxy.cfg"));
    command
}

fn apache(at: &Path, port: u16, routes: &[Route]) -> Command {
    let mut modules = String::new();
    for name in ["mpm_event", "authz_core", "proxy", "proxy_http", "socache_shmcb", "ssl"] {
        writeln!(modules, "LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so").unwrap();
    }
    let passes = each(routes, |all, route| {
        writeln!(
            all,
            "ProxyPass /{}/ {}/ retry=0 connectiontimeout=1 timeout=1",
            route.name,
            upstream(route)
        )
        .unwrap();
    });
    let dir = at.display();
    let configuration = format!(
        "ServerRoot {dir}\n{modules}PidFile {dir}/pid\nDefaultRuntimeDir {dir}\nMutex file:{dir} default\n\
         ErrorLog {dir}/error.log\nLogFormat \"{APACHE_LOG}\" lab\nCustomLog {dir}/access.log lab\nServerName shop.example\nServerTokens OS\nServerSignature On\nUser www-data\nGroup www-data\n\
         SSLProxyEngine on\nSSLProxyVerify none\nStartServers 1\nListen 127.0.0.1:{port}\n{passes}"
    );
    fs::write(at.join("apache.conf"), configuration).unwrap();
    let mut command = program("apache2");
    command.arg("-f").arg(at.join("apache.conf")).arg("-DFOREGROUND");
    command
}

fn caddy(at: &Path, port: u16, routes: &[Route]) -> Command {
    let handles = each(routes, |all, route| {
        let tls = if route.tls { "tls_insecure_skip_verify" } else { "" };
        writeln!(
            all,
            "handle /{}/* {{\n reverse_proxy {} {{\n transport http {{\n dial_timeout 1s\n response_header_timeout 1s\n {tls}\n }}\n }}\n }}",
            route.name,
            upstream(route)
        )
        .unwrap();
    });
    let configuration = format!(
        "{{\n admin off\n auto_https off\n}}\nhttp://127.0.0.1:{port} {{\n bind 127.0.0.1\n log {{\n output file {}\n }}\n {handles} }}\n",
        at.join("access.log").display()
    );
    fs::write(at.join("Caddyfile"), configuration).unwrap();
    let mut command = program("caddy");
    command.arg("run").arg("--adapter").arg("caddyfile").arg("--config").arg(at.join("Caddyfile"));
    command
}

fn varnish(at: &Path, port: u16, routes: &[Route]) -> Command {
    let backends = each(routes, |all, route| {
        writeln!(
            all,
            "backend {} {{ .host = \"127.0.0.1\"; .port = \"{}\"; .connect_timeout = 1s; .first_byte_timeout = 1s; .between_bytes_timeout = 1s; }}",
            route.name, route.port
        )
        .unwrap();
    });
    let choice = each(routes, |all, route| {
        writeln!(all, "if (req.url ~ \"^/{0}/\") {{ set req.backend_hint = {0}; }}", route.name).unwrap();
    });
    fs::write(at.join("lab.vcl"), format!("vcl 4.1;\n{backends}sub vcl_recv {{\n{choice}}}\n")).unwrap();
    let mut command = program("varnishd");
    command.args(["-F", "-j", "none", "-s", "malloc,16m", "-a"]).arg(format!("127.0.0.1:{port}"));
    command.arg("-n").arg(at.join("work")).arg("-f").arg(at.join("lab.vcl"));
    command
}

fn envoy(at: &Path, port: u16, routes: &[Route]) -> Command {
    let address = |port: u16| json!({"socket_address": {"address": "127.0.0.1", "port_value": port}});
    let paths: Vec<Value> = routes
        .iter()
        .map(|route| json!({"match": {"prefix": format!("/{}/", route.name)}, "route": {"cluster": route.name, "timeout": "1s"}}))
        .collect();
    let clusters: Vec<Value> = routes.iter().map(|route| cluster(route, &address(route.port))).collect();
    let manager = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "lab",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": paths}]},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config":
            {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
    });
    let filters = json!([{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]);
    let listener = json!({"address": address(port), "filter_chains": [{"filters": filters}]});
    let configuration = json!({"static_resources": {"listeners": [listener], "clusters": clusters}});
    fs::write(at.join("envoy.json"), configuration.to_string()).unwrap();
    let mut command = program("envoy/_bin/envoy");
    command
        .args(["--concurrency", "1", "--disable-hot-restart", "-l", "error", "-c"])
        .arg(at.join("envoy.json"));
    command
}

fn cluster(route: &Route, address: &Value) -> Value {
    let mut cluster = json!({
        "name": route.name, "type": "STATIC", "connect_timeout": "1s",
        "load_assignment": {"cluster_name": route.name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}]},
    });
    if route.tls {
        cluster["transport_socket"] = json!({"name": "envoy.transport_sockets.tls", "typed_config":
            {"@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"}});
    }
    cluster
}
