//! nginx in front of the generated site, on two ports: one that keeps no log, for the clock, and one that does, for the
//! counts.
//!
//! One process, so that its time can be read and its end is the end. Its cache of open files is smaller than the site on
//! purpose: one that may hold every file has run into the limit of open files on small machines, where crawls then stall
//! for reasons that are not theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::measure::cpu_of;
use super::site::Site;

/// A running nginx; it ends when it is dropped.
pub struct Nginx {
    /// The port that keeps no log.
    pub timed: u16,
    /// The port that logs each request.
    pub counted: u16,
    folder: PathBuf,
    process: Child,
}

/// What a crawler asked for.
#[derive(Debug, Default, Clone)]
pub struct Asked {
    pub requests: usize,
    /// Different pages of the site.
    pub pages: usize,
    /// Requests for strings that stand in scripts.
    pub not_links: usize,
    /// Bytes of all bodies.
    pub bytes: u64,
    pub by_status: BTreeMap<u16, usize>,
}

impl Nginx {
    /// Starts nginx in front of the site; what it writes goes below `folder`.
    pub fn start(site: &Site, folder: PathBuf) -> Self {
        let (timed, counted) = (free_port(), free_port());
        fs::create_dir_all(&folder).expect("the cache can be written");
        for port in [timed, counted] {
            write_maps(&folder.join(port.to_string()), port, &site.paths);
        }
        let configuration = folder.join("nginx.conf");
        fs::write(&configuration, configured(&folder, site, timed, counted))
            .expect("the cache can be written");
        let process = Command::new("nginx")
            .env("PATH", "/usr/sbin:/usr/local/sbin:/usr/bin:/bin")
            .args(["-p".as_ref(), folder.as_os_str(), "-c".as_ref(), configuration.as_os_str()])
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx is installed (Debian: nginx-light)");
        let nginx = Self { timed, counted, folder, process };
        wait_for(timed);
        nginx
    }

    /// Seconds that its process has worked.
    pub fn cpu(&self) -> f64 {
        cpu_of(self.process.id())
    }

    /// What was asked for since it was called last.
    pub fn asked(&self, site: &Site) -> Asked {
        let log = self.folder.join("access.log");
        let pages: BTreeSet<&str> = site.paths.iter().map(String::as_str).collect();
        let (mut asked, mut seen) = (Asked::default(), BTreeSet::new());
        for line in fs::read_to_string(&log).unwrap_or_default().lines() {
            let mut words = line.split(' ');
            let (Some(status), Some(bytes), Some(path)) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            asked.requests += 1;
            asked.bytes += bytes.parse().unwrap_or(0);
            asked.not_links += usize::from(path.starts_with("/not-a-link-"));
            *asked.by_status.entry(status.parse().unwrap_or(0)).or_default() += 1;
            seen.extend(pages.get(path).copied());
        }
        asked.pages = seen.len();
        // nginx appends: it goes on with an emptied file.
        fs::write(log, "").expect("the cache can be written");
        asked
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // One that is gone already needs no end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// robots.txt, a sitemap index and two sitemaps, which hold whole addresses and so belong to a port.
fn write_maps(folder: &Path, port: u16, paths: &[String]) {
    let base = format!("http://127.0.0.1:{port}");
    let space = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"";
    let write =
        |name: &str, text: String| fs::write(folder.join(name), text).expect("the cache can be written");
    fs::create_dir_all(folder).expect("the cache can be written");
    write("robots.txt", format!("User-agent: *\nDisallow: /private/\n\nSitemap: {base}/sitemap.xml\n"));
    let mut index = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex {space}>\n");
    for (half, paths) in paths.chunks(paths.len().div_ceil(2)).enumerate() {
        let mut map = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset {space}>\n");
        for path in paths {
            writeln!(map, "<url><loc>{base}{path}</loc><changefreq>weekly</changefreq></url>")
                .expect("a string");
        }
        write(&format!("sitemap-{half}.xml"), map + "</urlset>\n");
        writeln!(index, "<sitemap><loc>{base}/sitemap-{half}.xml</loc></sitemap>").expect("a string");
    }
    write("sitemap.xml", index + "</sitemapindex>\n");
}

fn configured(folder: &Path, site: &Site, timed: u16, counted: u16) -> String {
    let (at, root) = (folder.display(), site.folder.display());
    let user = if fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0) { "user root;" } else { "" };
    let maps: String = ["robots.txt", "sitemap.xml", "sitemap-0.xml", "sitemap-1.xml"]
        .map(|name| format!("    location = /{name} {{ root {at}/$server_port; }}\n"))
        .concat();
    let server = |port: u16, log: &str| {
        format!(
            "  server {{\n    listen 127.0.0.1:{port} backlog=1024;\n    root {root};\n    access_log {log};\n{maps}  }}\n"
        )
    };
    let servers = server(timed, "off") + &server(counted, &format!("{at}/access.log asked"));
    format!(
        "daemon off;\nmaster_process off;\n{user}\npid {at}/nginx.pid;\nerror_log {at}/error.log warn;\n\
         events {{ worker_connections 4096; }}\n\
         http {{\n  include /etc/nginx/mime.types;\n  default_type application/octet-stream;\n  index index.html;\n\
         \x20 log_format asked '$status $body_bytes_sent $request_uri';\n  etag on;\n\
         \x20 sendfile on;\n  tcp_nopush on;\n  keepalive_timeout 75s;\n  keepalive_requests 1000000;\n\
         \x20 open_file_cache max=8000 inactive=300s;\n  open_file_cache_valid 300s;\n\
         \x20 client_body_temp_path {at}/body;\n  proxy_temp_path {at}/proxy;\n  fastcgi_temp_path {at}/fastcgi;\n\
         \x20 uwsgi_temp_path {at}/uwsgi;\n  scgi_temp_path {at}/scgi;\n{servers}}}\n"
    )
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("this machine has a port");
    listener.local_addr().expect("a listener has an address").port()
}

fn wait_for(port: u16) {
    let (address, until) =
        (SocketAddr::from((Ipv4Addr::LOCALHOST, port)), Instant::now() + Duration::from_secs(20));
    while TcpStream::connect(address).is_err() {
        assert!(Instant::now() < until, "nginx did not start: see its error.log");
        thread::sleep(Duration::from_millis(20));
    }
}
