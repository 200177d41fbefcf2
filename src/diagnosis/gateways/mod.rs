//! The table of signatures, a file for each family of gateways. The first row that holds names the gateway, so families
//! with telling headers stand before those that are known by what is missing.

mod aws;
mod cloudflare;
mod google;
mod mesh;
mod microsoft;
mod nginx;

use super::signature::Signature;

/// All rows, in the order in which they are tried.
pub(super) const FAMILIES: &[&[Signature]] = &[
    cloudflare::SIGNATURES,
    aws::SIGNATURES,
    google::SIGNATURES,
    mesh::SIGNATURES,
    mesh::GOOGLE,
    mesh::ISTIO_REST,
    microsoft::SIGNATURES,
    nginx::SIGNATURES,
];
