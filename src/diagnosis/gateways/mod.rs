//! The table of signatures, a file for each family of gateways. The first row that holds names the gateway, so families
//! with telling headers stand before those that are known by what is missing.

mod akamai;
mod aws;
mod cloudflare;
mod fastly;
mod google;
mod mesh;
mod microsoft;
mod nginx;
mod platforms;

use super::signature::Signature;

/// All rows, in the order in which they are tried.
pub(super) const FAMILIES: &[&[Signature]] = &[
    platforms::SIGNATURES,
    cloudflare::SIGNATURES,
    fastly::SIGNATURES,
    akamai::SIGNATURES,
    aws::SIGNATURES,
    google::SIGNATURES,
    mesh::SIGNATURES,
    mesh::GOOGLE,
    mesh::ISTIO_REST,
    microsoft::SIGNATURES,
    nginx::SIGNATURES,
];
