//! The gateways that can be told apart, and their words. Libraries that applications are built with stand here too, where
//! they are used as gateways: `node`, `go`.

/// Defines an enum whose variants have one word each, in one place.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$of])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word of the contract.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// By its word.
            pub fn named(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }
    };
}
pub(super) use words;

words! {
    /// What stands between a visitor and an application, and may answer in its place.
    #[expect(missing_docs, reason = "each is the product of its name")]
    Gateway {
        Nginx = "nginx",
        Openresty = "openresty",
        Tengine = "tengine",
        IngressNginx = "ingress_nginx",
        Haproxy = "haproxy",
        Apache = "apache",
        Caddy = "caddy",
        Varnish = "varnish",
        Squid = "squid",
        Lighttpd = "lighttpd",
        Trafficserver = "trafficserver",
        Envoy = "envoy",
        Istio = "istio",
        Traefik = "traefik",
        Nghttpx = "nghttpx",
        H2o = "h2o",
        Tinyproxy = "tinyproxy",
        Pingora = "pingora",
        Mitmproxy = "mitmproxy",
        Go = "go",
        Pound = "pound",
        Node = "node",
        Kong = "kong",
        Apisix = "apisix",
        Tyk = "tyk",
        Sozu = "sozu",
        Iis = "iis",
        Litespeed = "litespeed",
        Cloudflare = "cloudflare",
        Cloudfront = "cloudfront",
        AwsElb = "aws_elb",
        AwsApiGateway = "aws_api_gateway",
        GoogleCloudLb = "google_cloud_lb",
        AzureAppGateway = "azure_app_gateway",
        AzureFrontDoor = "azure_front_door",
        HuaweiElb = "huawei_elb",
        Fastly = "fastly",
        Akamai = "akamai",
        Heroku = "heroku",
        Vercel = "vercel",
        Netlify = "netlify",
        Fly = "fly",
        Render = "render",
        Railway = "railway",
        Imperva = "imperva",
        Sucuri = "sucuri",
        Unknown = "unknown",
    }
}

impl Gateway {
    /// As a person writes it: `HAProxy`.
    pub fn title(self) -> &'static str {
        TITLES.iter().find(|(gateway, _)| *gateway == self).map_or(self.word(), |(_, title)| title)
    }
}

/// Those whose name is written otherwise than their word.
const TITLES: &[(Gateway, &str)] = &[
    (Gateway::Openresty, "OpenResty"),
    (Gateway::Tengine, "Tengine"),
    (Gateway::IngressNginx, "ingress-nginx"),
    (Gateway::Haproxy, "HAProxy"),
    (Gateway::Apache, "Apache"),
    (Gateway::Caddy, "Caddy"),
    (Gateway::Varnish, "Varnish"),
    (Gateway::Squid, "Squid"),
    (Gateway::Trafficserver, "Apache Traffic Server"),
    (Gateway::Envoy, "Envoy"),
    (Gateway::Istio, "Istio"),
    (Gateway::Traefik, "Traefik"),
    (Gateway::H2o, "H2O"),
    (Gateway::Pingora, "Pingora"),
    (Gateway::Go, "a Go reverse proxy"),
    (Gateway::Pound, "Pound"),
    (Gateway::Node, "a Node.js proxy"),
    (Gateway::Kong, "Kong"),
    (Gateway::Apisix, "Apache APISIX"),
    (Gateway::Tyk, "Tyk"),
    (Gateway::Sozu, "Sōzu"),
    (Gateway::Iis, "IIS"),
    (Gateway::Litespeed, "LiteSpeed"),
    (Gateway::Cloudflare, "Cloudflare"),
    (Gateway::Cloudfront, "CloudFront"),
    (Gateway::AwsElb, "an AWS load balancer"),
    (Gateway::AwsApiGateway, "AWS API Gateway"),
    (Gateway::GoogleCloudLb, "a Google Cloud load balancer"),
    (Gateway::AzureAppGateway, "Azure Application Gateway"),
    (Gateway::AzureFrontDoor, "Azure Front Door"),
    (Gateway::HuaweiElb, "a Huawei Cloud load balancer"),
    (Gateway::Fastly, "Fastly"),
    (Gateway::Akamai, "Akamai"),
    (Gateway::Heroku, "Heroku"),
    (Gateway::Vercel, "Vercel"),
    (Gateway::Netlify, "Netlify"),
    (Gateway::Fly, "Fly.io"),
    (Gateway::Render, "Render"),
    (Gateway::Railway, "Railway"),
    (Gateway::Imperva, "Imperva"),
    (Gateway::Sucuri, "Sucuri"),
    (Gateway::Unknown, "an unknown gateway"),
];
