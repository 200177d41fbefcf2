//! The table of signatures, a file for each family of gateways. The first row that holds names the gateway, so families
//! with telling headers stand before those that are known by what is missing.

mod akamai;
mod api_gateways;
mod applications;
mod aws;
mod cloudflare;
mod fastly;
mod google;
mod mesh;
mod microsoft;
mod nginx;
mod nginx_kin;
mod others;
mod platforms;
mod waf;

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
    waf::SIGNATURES,
    api_gateways::SIGNATURES,
    nginx_kin::SIGNATURES,
    others::SIGNATURES,
    nginx::SIGNATURES,
    nginx_kin::UNLISTED,
    applications::SIGNATURES,
];
