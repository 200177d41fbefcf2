//! The table of signatures, a file for each family of gateways. The first row that holds names the gateway, so families
//! with telling headers stand before those that are known by what is missing.

mod apache;
mod aws;
mod caddy;
mod cloudflare;
mod envoy;
mod go;
mod google;
mod h2o;
mod haproxy;
mod lighttpd;
mod mesh;
mod microsoft;
mod nginx;
mod node;
mod small;
mod squid;
mod trafficserver;
mod varnish;

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
    squid::SIGNATURES,
    envoy::SIGNATURES,
    nginx::SIGNATURES,
    haproxy::SIGNATURES,
    varnish::SIGNATURES,
    apache::SIGNATURES,
    trafficserver::SIGNATURES,
    h2o::SIGNATURES,
    small::SIGNATURES,
    node::SIGNATURES,
    lighttpd::SIGNATURES,
    caddy::SIGNATURES,
    go::SIGNATURES,
];
