//! The table of signatures, a file for each family of gateways. The first row that holds names the gateway, so families
//! with telling headers stand before those that are known by what is missing.

mod akamai;
mod apache;
mod api_gateways;
mod applications;
mod aws;
mod caddy;
mod cloudflare;
mod envoy;
mod fastly;
mod go;
mod google;
mod h2o;
mod haproxy;
mod lighttpd;
mod mesh;
mod microsoft;
mod nginx;
mod nginx_kin;
mod node;
mod others;
mod platforms;
mod small;
mod squid;
mod trafficserver;
mod varnish;
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
    squid::SIGNATURES,
    envoy::SIGNATURES,
    nginx::SIGNATURES,
    nginx_kin::UNLISTED,
    haproxy::SIGNATURES,
    varnish::SIGNATURES,
    apache::SIGNATURES,
    trafficserver::SIGNATURES,
    h2o::SIGNATURES,
    small::SIGNATURES,
    node::SIGNATURES,
    lighttpd::SIGNATURES,
    applications::SIGNATURES,
    caddy::SIGNATURES,
    go::SIGNATURES,
];
