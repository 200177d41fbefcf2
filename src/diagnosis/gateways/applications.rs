//! Pages of applications that many sites run: maintenance that they announce themselves, and failures under their own name.
//! The gateway stays unknown; the answer is the application's.

use crate::diagnosis::cause::Cause::{ApplicationMade, Maintenance, Overload, UpstreamTimeout};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{Any, Body, BodyStarts};
use crate::diagnosis::signature::{Signature, Source};

const ROW: Signature = Signature {
    name: "",
    gateway: Gateway::Unknown,
    signs: &[],
    causes: &[(Maintenance, 0.97)],
    confidence: 0.0,
    is_page: true,
    shows: "",
    source: Source::Code("WordPress/WordPress, wp-includes/load.php"),
};

/// The rows, the most telling first.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "wordpress_maintenance",
        signs: &[Body("Briefly unavailable for scheduled maintenance.")],
        shows: "WordPress updates itself, or has been left so by an update that failed (the file .maintenance)",
        ..ROW
    },
    Signature {
        name: "wordpress_database",
        signs: &[Body("Error establishing a database connection")],
        causes: &[(ApplicationMade, 0.95)],
        shows: "WordPress does not reach its database",
        source: Source::Code("WordPress/WordPress, wp-includes/class-wpdb.php"),
        ..ROW
    },
    Signature {
        name: "wordpress_critical",
        signs: &[Body("There has been a critical error on")],
        causes: &[(ApplicationMade, 0.95)],
        shows: "WordPress says that its code, a plugin or a theme failed",
        source: Source::Captured("`There has been a critical error on this website.` in public repositories"),
        ..ROW
    },
    Signature {
        name: "drupal_maintenance",
        signs: &[Body("is currently under maintenance. We should be back shortly.")],
        shows: "Drupal is in maintenance mode",
        source: Source::Code("drupal/core, the default message of system.maintenance"),
        ..ROW
    },
    Signature {
        name: "nextcloud_maintenance",
        signs: &[Any(&[
            Body("instance is currently in maintenance mode"),
            Body("<s:message>System in maintenance mode.</s:message>"),
        ])],
        shows: "Nextcloud is in maintenance mode",
        source: Source::Captured("snapshots of the page in public repositories, 2026"),
        ..ROW
    },
    Signature {
        name: "github_unicorn",
        signs: &[BodyStarts("<!DOCTYPE html>"), Body("<title>Unicorn! &middot; GitHub")],
        causes: &[(UpstreamTimeout, 0.5), (Overload, 0.5)],
        shows: "the page is GitHub's, for what took it too long",
        source: Source::Captured("`<title>Unicorn! &middot; GitHub</title>` in public repositories"),
        ..ROW
    },
];
