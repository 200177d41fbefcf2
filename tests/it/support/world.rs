//! A whole world: a site, its application, nginx in front of it, and the program.

use serde_json::Value;
use tempfile::TempDir;

use super::app::App;
use super::nginx::Nginx;
use super::program::Program;
use super::{site, wait_for};

/// The world of a test.
#[derive(Debug)]
pub(crate) struct World {
    /// Serves the site.
    pub(crate) app: App,
    /// Stands in front of it.
    pub(crate) nginx: Nginx,
    /// Is under test.
    pub(crate) program: Program,
    site: Option<TempDir>,
}

impl World {
    /// The documentation of Python behind nginx.
    pub(crate) fn with_python_doc() -> Self {
        Self::serving(App::serving(&site::python_doc()), None)
    }

    /// A small site behind nginx: a start page and so many pages in each section.
    pub(crate) fn with_small_site(sections: &[&str], pages: usize) -> Self {
        Self::of(site::small(sections, pages))
    }

    /// This site behind nginx.
    pub(crate) fn of(site: TempDir) -> Self {
        Self::serving(App::serving(site.path()), Some(site))
    }

    /// A small site that nginx serves by itself.
    pub(crate) fn of_files(sections: &[&str], pages: usize) -> Self {
        let site = site::small(sections, pages);
        let nginx = Nginx::of_files(site.path());
        Self { app: App::serving(site.path()), nginx, program: Program::new(), site: Some(site) }
    }

    /// A small site behind an nginx with this rule.
    pub(crate) fn behind_rule(sections: &[&str], pages: usize, rule: &str) -> Self {
        let site = site::small(sections, pages);
        let app = App::serving(site.path());
        let nginx = Nginx::with_rule(app.port, rule);
        Self { app, nginx, program: Program::new(), site: Some(site) }
    }

    fn serving(app: App, site: Option<TempDir>) -> Self {
        let nginx = Nginx::in_front_of(app.port);
        Self { app, nginx, program: Program::new(), site }
    }

    /// Puts a file into the site.
    pub(crate) fn put(&self, path: &str, content: &str) {
        site::put(self.site.as_ref().expect("a site made for this test"), path, content);
    }

    /// The address of the site.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.nginx.port)
    }

    /// Crawls the site without a limit of speed, which must end with this exit code.
    pub(crate) fn crawl(&self, code: i32, more: &[&str]) -> Value {
        let url = self.url();
        let mut arguments = vec!["crawl", &url, "--rate", "0", "--wait", "0s"];
        arguments.extend(more);
        self.program.json(code, &arguments)
    }

    /// Crawls again and again until what comes out is as awaited; the last crawl must have ended with this exit code.
    pub(crate) fn crawl_until(&self, code: i32, is_awaited: impl Fn(&Value) -> bool) -> Value {
        let url = self.url();
        wait_for("a crawl finds what is awaited", || {
            let ran = self.program.run(&["crawl", &url, "--rate", "0", "--wait", "0s", "--format", "json"]);
            let crawled = serde_json::from_str(&ran.stdout).unwrap();
            is_awaited(&crawled).then(|| {
                assert_eq!(ran.code, code, "{crawled}");
                crawled
            })
        })
    }
}
